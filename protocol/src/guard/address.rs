//! Postal addresses.

use super::lists::{has, leading};
use super::reading::Token;
use super::{Hit, Kind, words};

/// Finds an address that begins here.
pub(super) fn find(before: &[Token], after: &[Token]) -> Option<Hit> {
    let first = after.first()?;
    let tokens = if first.is_digits() {
        let is_line = before.last().is_some_and(|last| has(words::LINES, &last.text));
        numbered(after).or_else(|| postcode(after)).filter(|_| !is_line)
    } else {
        leading(words::LODGINGS, after).or_else(|| flat(after)).or_else(|| inhabited(after))
    };
    Hit::of(Kind::PostalAddress, after, tokens?)
}

/// `12 bis, rue des Lilas`.
fn numbered(after: &[Token]) -> Option<usize> {
    let (number, rest) = after.split_first()?;
    if number.text.len() > 4 {
        return None;
    }
    let repeated = rest.first().is_some_and(|next| has(words::REPETITIONS, &next.text));
    let rest = rest.get(usize::from(repeated)..)?;
    let comma = rest.first().is_some_and(|next| next.is_mark(","));
    let skipped = usize::from(repeated).saturating_add(usize::from(comma));
    let way = way(rest.get(usize::from(comma)..)?)?;
    Some(way.saturating_add(skipped).saturating_add(1))
}

/// A word for a way, then its name: *rue de la Gare*.
fn way(after: &[Token]) -> Option<usize> {
    let (way, rest) = after.split_first().filter(|(way, _)| way.is_word())?;
    let is_way = has(words::WAYS, &way.text);
    if !is_way && !has(words::WEAK_WAYS, &way.text) {
        return None;
    }
    let is_link = |token: &&Token| token.is_mark(".") || has(words::LINKS, &token.text);
    let links = rest.iter().take(4).take_while(is_link).count();
    let name = rest.get(links)?;
    let named = name.is_word() && name.text.len() > 1 && (is_way || name.is_capitalized());
    let capital = rest.get(..links)?.iter().any(|token| token.is_word() && token.is_capitalized());
    (named || capital).then(|| links.saturating_add(2))
}

/// `36300 Le Blanc`.
fn postcode(after: &[Token]) -> Option<usize> {
    let [code, town, ..] = after else { return None };
    let is_code = code.text.len() == 5 && ("01000"..="98999").contains(&code.text.as_str());
    let is_town = town.is_word() && town.is_capitalized() && town.text.len() > 1;
    (is_code && is_town && !town.glued).then_some(2)
}

/// `appartement 14`.
fn flat(after: &[Token]) -> Option<usize> {
    let (flat, rest) = after.split_first()?;
    if !matches!(flat.text.as_str(), "appartement" | "appart" | "appt" | "apt") {
        return None;
    }
    let marks =
        rest.iter().take(3).take_while(|token| token.text == "n" || token.is_mark(".°")).count();
    rest.get(marks).filter(|number| number.is_digits())?;
    Some(marks.saturating_add(2))
}

/// `habite rue Pasteur`.
fn inhabited(after: &[Token]) -> Option<usize> {
    let (verb, rest) = after.split_first()?;
    if !has(words::DWELLINGS, &verb.text) {
        return None;
    }
    (0..3).find_map(|skipped| {
        let way = way(rest.get(skipped..)?)?;
        Some(way.saturating_add(skipped).saturating_add(1))
    })
}
