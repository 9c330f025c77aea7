//! What a text speaks about, by its words.

use super::lists::{ends, has, leading};
use super::reading::Token;
use super::{Hit, Kind, words};

/// Finds a sensitive word that begins here.
pub(super) fn find(before: &[Token], after: &[Token]) -> Option<Hit> {
    let first = after.first()?;
    if first.is_digits() {
        return owed(before, after);
    }
    let listed = words::TOPICS.iter().find_map(|(kind, list)| {
        leading(list, after).and_then(|tokens| Hit::of(*kind, after, tokens))
    });
    listed.or_else(|| nationality(before, after)).or_else(|| birthplace(after))
}

/// Returns how many tokens say something ordinary with words that would be sensitive elsewhere.
pub(super) fn ordinary(after: &[Token]) -> Option<usize> {
    leading(words::ORDINARY, after)
}

/// Finds words of a story.
pub(super) fn story(after: &[Token]) -> Option<Hit> {
    leading(words::STORIES, after).and_then(|tokens| Hit::of(Kind::Story, after, tokens))
}

/// The name of a people, unless it is spoken, read or written.
fn nationality(before: &[Token], after: &[Token]) -> Option<Hit> {
    leading(words::PEOPLES, after)?;
    let is_language = sentence(before, 8).any(|token| has(words::SPOKEN, &token.text));
    if is_language { None } else { Hit::of(Kind::Origin, after, 1) }
}

/// *Né au*, *vient du*, then a country.
fn birthplace(after: &[Token]) -> Option<Hit> {
    let came = leading(words::ARRIVALS, after)?;
    let links =
        after.iter().skip(came).take(2).take_while(|token| has(words::LINKS, &token.text)).count();
    let reached = came.saturating_add(links);
    let country = leading(words::COUNTRIES, after.get(reached..)?)?;
    Hit::of(Kind::Origin, after, reached.saturating_add(country))
}

/// An amount in euros, where the sentence says that it is owed.
fn owed(before: &[Token], after: &[Token]) -> Option<Hit> {
    if before.last().is_some_and(Token::is_digits) {
        return None;
    }
    let digits =
        after.iter().take(8).take_while(|token| token.is_digits() || token.is_mark(".,")).count();
    after.get(digits).filter(|unit| has(words::EUROS, &unit.text))?;
    let tokens = digits.saturating_add(1);
    let owes = sentence(before, 4)
        .take_while(|token| !is_infinitive(token))
        .any(|token| has(words::OWING, &token.text));
    let said_before = sentence(before, 10).any(|token| has(words::DEBT_CUES, &token.text));
    let rest = after.get(tokens..)?;
    let same = rest.iter().take(8).take_while(|token| !token.ends_sentence());
    let said_after = same.into_iter().any(|token| has(words::DEBT_CUES, &token.text));
    if owes || said_before || said_after { Hit::of(Kind::Debt, after, tokens) } else { None }
}

fn is_infinitive(token: &Token) -> bool {
    ends(words::ENDINGS, &token.text) && !has(words::COMMON, &token.text)
}

/// Returns the last tokens of the sentence so far, the nearest first.
fn sentence(before: &[Token], reach: usize) -> impl Iterator<Item = &Token> {
    before.iter().rev().take(reach).take_while(|token| !token.ends_sentence())
}
