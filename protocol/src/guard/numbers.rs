//! Numbers that can be recognized by themselves: their key, their structure, their country.

use super::lists::iban_length;
use super::reading::Token;
use super::{Hit, Kind};

/// Finds a number that begins here.
pub(super) fn find(after: &[Token]) -> Option<Hit> {
    let first = after.first()?;
    if first.is_word() {
        return iban(after).and_then(|tokens| Hit::of(Kind::Iban, after, tokens));
    }
    if !first.is_digits() && !first.is_mark("+") {
        return None;
    }
    card(after)
        .map(|tokens| (Kind::CardNumber, tokens))
        .or_else(|| social_security(after).map(|tokens| (Kind::SocialSecurityNumber, tokens)))
        .or_else(|| phone(after).map(|tokens| (Kind::Phone, tokens)))
        .and_then(|(kind, tokens)| Hit::of(kind, after, tokens))
}

/// Characters beyond which a number is none of those: an IBAN has 34 at most.
const LONGEST: usize = 40;

/// A number written in groups, and where each group ends.
pub(super) struct Written {
    pub(super) text: String,
    /// After each group: characters and tokens so far.
    pub(super) ends: Vec<(usize, usize)>,
}

impl Written {
    /// Reads groups of digits, with a mark at most between two of them. `joins` says which words
    /// belong to the number, given what was read of it.
    pub(super) fn read(after: &[Token], joins: impl Fn(&str, &Token) -> bool) -> Self {
        let mut number = Self { text: String::new(), ends: Vec::new() };
        let mut marks = 0_usize;
        for (rank, token) in after.iter().enumerate() {
            if token.is_mark(".-/_·\n()") {
                marks = marks.saturating_add(1);
                if marks > 2 {
                    break;
                }
                continue;
            }
            let length = number.text.len().saturating_add(token.text.len());
            let joined = token.is_digits() || (token.is_word() && joins(&number.text, token));
            if !joined || length > LONGEST {
                break;
            }
            marks = 0;
            number.text.push_str(&token.text);
            number.ends.push((length, rank.saturating_add(1)));
        }
        number
    }

    /// Returns the tokens of the longest beginning that is one.
    fn longest(&self, is_one: impl Fn(&str) -> bool) -> Option<usize> {
        let one = |(length, _): &&(usize, usize)| self.text.get(..*length).is_some_and(&is_one);
        self.ends.iter().rev().find(one).map(|(_, tokens)| *tokens)
    }

    /// Tells whether it begins with a day, a month and a year, or the other way round.
    pub(super) fn is_date(&self) -> bool {
        let ends: Vec<usize> = self.ends.iter().map(|(length, _)| *length).take(3).collect();
        let [first, second, third] = ends.as_slice() else { return false };
        let part = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        let parts = [part(0, *first), part(*first, *second), part(*second, *third)];
        let [day, month, year] = match parts {
            [year, month, day] if year.len() == 4 => [day, month, year],
            usual => usual,
        };
        let within = |part: &str, low: u32, high: u32| {
            part.parse().is_ok_and(|number: u32| (low..=high).contains(&number))
        };
        let is_year = within(year, 1900, 2099) || (year.len() == 2 && self.ends.len() == 3);
        is_year && day.len() <= 2 && within(day, 1, 31) && month.len() <= 2 && within(month, 1, 12)
    }
}

/// 13 characters, with or without a key of two digits. Corsica is written `2A` and `2B`.
fn social_security(after: &[Token]) -> Option<usize> {
    let corsica = |read: &str, token: &Token| {
        read.len() == 6 && read.ends_with('2') && matches!(token.text.as_str(), "a" | "b")
    };
    Written::read(after, corsica).longest(is_social_security)
}

fn is_social_security(text: &str) -> bool {
    let Some((number, key)) = text.split_at_checked(13) else { return false };
    let digits = number.replacen("2a", "19", 1).replacen("2b", "18", 1);
    let Ok(value) = digits.parse::<u64>() else { return false };
    match key.len() {
        0 => is_plausible(number),
        2 => {
            let expected = 97_u64.saturating_sub(value.checked_rem(97).unwrap_or_default());
            let mistyped = is_plausible(number) && number.starts_with(['1', '2']);
            key.parse() == Ok(expected) || mistyped
        }
        _ => false,
    }
}

/// Tells whether 13 characters are a sex, a year, a month (which may be unknown) and a place.
fn is_plausible(number: &str) -> bool {
    let month = number.get(3..5).and_then(|month| month.parse::<u32>().ok()).unwrap_or_default();
    let place = number.get(5..7).unwrap_or_default();
    number.starts_with(['1', '2', '3', '4', '7', '8'])
        && matches!(month, 1..=12 | 20..=42 | 50..=99)
        && place != "00"
}

/// 13 to 19 digits whose last one is the Luhn key of the others; below 16, they begin with 3 or 4,
/// so that no woman's social security number is taken for a card.
fn card(after: &[Token]) -> Option<usize> {
    let is_card = |text: &str| {
        let first: &[char] = match text.len() {
            13..=15 => &['3', '4'],
            16..=19 => &['2', '3', '4', '5', '6'],
            _ => &[],
        };
        text.starts_with(first) && luhn(text)
    };
    Written::read(after, |_, _| false).longest(is_card)
}

fn luhn(text: &str) -> bool {
    let digits = text.chars().rev().filter_map(|digit| digit.to_digit(10));
    let weighed = digits.enumerate().map(|(rank, digit)| match (rank % 2, digit) {
        (0, digit) => digit,
        (_, 0..=4) => digit.saturating_mul(2),
        (_, digit) => digit.saturating_mul(2).saturating_sub(9),
    });
    weighed.fold(0_u32, u32::saturating_add) % 10 == 0
}

/// A French number, or one with the code of its country. Numbers in `08` are those of services
/// and belong to nobody; shorter ones too.
pub(super) fn phone(after: &[Token]) -> Option<usize> {
    let (first, rest) = after.split_first()?;
    if first.is_mark("+") {
        let number = Written::read(rest, |_, _| false);
        return number.longest(is_international).map(|tokens| tokens.saturating_add(1));
    }
    let number = Written::read(after, |_, _| false);
    if !number.text.starts_with('0') || number.is_date() {
        return None;
    }
    number.longest(|text| match text.strip_prefix("00") {
        Some(abroad) => !abroad.starts_with('0') && abroad.len() > 8 && is_international(abroad),
        None => text.len() == 10 && !text.starts_with("08"),
    })
}

/// Tells whether these are the digits of a number with the code of its country; France may keep
/// its zero: `+33 (0)6`.
fn is_international(text: &str) -> bool {
    match text.strip_prefix("33") {
        Some(french) => french.len() == 9 || (french.len() == 10 && french.starts_with('0')),
        None => (8..=15).contains(&text.len()),
    }
}

/// A country, a key, and letters and digits that agree with it.
fn iban(after: &[Token]) -> Option<usize> {
    let country = after.first().filter(|country| country.text.len() == 2)?;
    let length = iban_length(&country.text)?;
    after.get(1).filter(|key| key.is_digits())?;
    let joins = |read: &str, token: &Token| {
        read.is_empty() || token.text.is_ascii() && read.len() >= 4 && token.text.len() <= 30
    };
    Written::read(after, joins).longest(|text| text.len() == length && is_iban(text))
}

/// ISO 13616: the country and its key go last, letters count from 10, the remainder by 97 is 1.
/// At least half are digits, which no sentence has.
fn is_iban(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let Some((head, tail)) = text.split_at_checked(4) else { return false };
    let mut values = tail.chars().chain(head.chars()).map(|glyph| glyph.to_digit(36));
    let remainder = values.try_fold(0_u32, |sum, value| {
        let value = value?;
        let shifted = sum.saturating_mul(if value < 10 { 10 } else { 100 });
        shifted.saturating_add(value).checked_rem(97)
    });
    digits.saturating_mul(2) >= text.len() && remainder == Some(1)
}
