//! What names an account: e-mail addresses, numbers of agencies, names to sign in.

use super::lists::{has, leading};
use super::numbers::{self, Written};
use super::reading::{Token, glued, trimmed};
use super::secrets::is_unlike_a_product;
use super::{Hit, Kind, words};

/// Finds what begins here.
pub(super) fn find(before: &[Token], after: &[Token]) -> Option<Hit> {
    email(before, after).or_else(|| spelled_email(after)).or_else(|| identifier(after))
}

/// Tokens in which what a word announces is looked for.
pub(super) const REACH: usize = 12;

/// `somebody@somewhere.fr`, spaces around the `@` or not.
fn email(before: &[Token], after: &[Token]) -> Option<Hit> {
    let (at, rest) = after.split_first()?;
    let local = before.last().filter(|last| last.is_word() || last.is_digits())?;
    if !at.is_mark("@") || !rest.first().is_some_and(|first| first.is_word() || first.is_digits()) {
        return None;
    }
    let domain = glued(rest);
    let last = domain
        .windows(2)
        .rposition(|pair| matches!(pair, [dot, name] if dot.is_mark(".") && name.is_word()))?;
    let tokens = last.saturating_add(3);
    let mut start = local.span.start;
    if at.glued {
        let mut next = local;
        for earlier in before.iter().rev().skip(1).take(LOCAL_PART) {
            if !next.glued || !(earlier.is_word() || earlier.is_digits() || earlier.is_mark(".-_+"))
            {
                break;
            }
            start = earlier.span.start;
            next = earlier;
        }
    }
    let hit = Hit::of(Kind::Email, after, tokens)?;
    Some(Hit { span: start..hit.span.end, ..hit })
}

/// Tokens of what stands before the `@` that are shown.
const LOCAL_PART: usize = 32;

/// `somebody arobase somewhere point fr`.
fn spelled_email(after: &[Token]) -> Option<Hit> {
    after.first().filter(|at| matches!(at.text.as_str(), "arobase" | "arobas"))?;
    let dot =
        after.iter().take(REACH).position(|token| token.text == "point" || token.is_mark("."))?;
    after.get(dot.saturating_add(1)).filter(|last| last.is_word())?;
    Hit::of(Kind::Email, after, dot.saturating_add(2))
}

/// A word such as *allocataire*, then a number or the name of an account.
fn identifier(after: &[Token]) -> Option<Hit> {
    let strong = leading(words::IDENTIFIERS, after);
    let length = strong.or_else(|| leading(words::WEAK_IDENTIFIERS, after))?;
    let least = if strong.is_some() { 5 } else { 6 };
    for (rank, token) in after.iter().enumerate().skip(length).take(REACH) {
        let rest = after.get(rank..)?;
        if token.ends_sentence() || is_known_otherwise(rest, strong.is_some()) {
            return None;
        }
        let tokens = if token.is_digits() {
            identifying_number(rest, least).filter(|_| !goes_on(after, rank))
        } else {
            account_name(rest).filter(|_| strong.is_some() && !token.glued)
        };
        if let Some(tokens) = tokens {
            return Hit::of(Kind::IdentifierNumber, after, rank.saturating_add(tokens));
        }
    }
    None
}

/// Tells whether the digits of this rank go on with a number that was read already.
fn goes_on(after: &[Token], rank: usize) -> bool {
    let previous = rank.checked_sub(1).and_then(|previous| after.get(previous));
    previous.is_some_and(|previous| previous.is_digits() || previous.is_mark("/.-"))
}

/// Tells whether a number begins here that has a kind of its own. 13 digits that may be a social
/// security number are what the word before says, if it says it clearly.
fn is_known_otherwise(rest: &[Token], is_clear: bool) -> bool {
    let found = numbers::find(rest);
    found.is_some_and(|hit| !is_clear || hit.kind != Kind::SocialSecurityNumber)
}

/// Digits in groups, with letters that stick to them; neither a date nor a measure.
fn identifying_number(after: &[Token], least: usize) -> Option<usize> {
    let number = Written::read(after, |_, token| token.glued && token.text.is_ascii());
    let (_, tokens) = number.ends.last().copied()?;
    let digits = number.text.chars().filter(char::is_ascii_digit).count();
    let is_measure = after
        .get(tokens)
        .is_some_and(|next| has(words::EUROS, &next.text) || has(words::UNITS, &next.text));
    (digits >= least && !number.is_date() && !is_measure).then_some(tokens)
}

fn account_name(after: &[Token]) -> Option<usize> {
    let value = trimmed(glued(after));
    let has_digits = value.iter().any(Token::is_digits);
    (has_digits && value.first()?.is_word() && is_unlike_a_product(value)).then_some(value.len())
}
