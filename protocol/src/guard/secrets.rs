//! What opens an account: passwords and codes, by the words that announce them.
//!
//! *Mot de passe oublié* gives nothing away and is the most ordinary sentence of all: something
//! must follow that looks like a secret.

use super::accounts::REACH;
use super::lists::{has, leading};
use super::reading::{Case, Token, glued, trimmed};
use super::{Hit, Kind, words};

/// Finds a secret that is announced here.
pub(super) fn find(after: &[Token]) -> Option<Hit> {
    announced(after).or_else(|| named_after(after))
}

/// How a word announces what follows it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Announced {
    /// Nothing between: `mdp 1234`.
    Beside,
    /// `mdp : 1234`.
    Marked,
    /// `le mdp est 1234`.
    Said,
}

/// A word such as *mot de passe*, then what looks like one.
fn announced(after: &[Token]) -> Option<Hit> {
    let named = leading(words::SECRETS, after);
    let length = named.or_else(|| leading(words::WEAK_SECRETS, after))?;
    let reach = if named.is_some() { REACH } else { 1 };
    let rest = after.get(length..)?;
    for (rank, token) in rest.iter().enumerate().take(reach) {
        let next = rank.saturating_add(1);
        let (announced, from) = if token.is_mark(":=→") {
            (Announced::Marked, next)
        } else if token.text == "est" {
            (Announced::Said, next)
        } else if rank == 0 {
            (Announced::Beside, rank)
        } else {
            (Announced::Beside, rest.len())
        };
        if let Some(tokens) = rest.get(from..).and_then(|rest| value(rest, announced)) {
            let length = length.saturating_add(from).saturating_add(tokens);
            return Hit::of(Kind::Secret, after, length);
        }
        let stops = token.ends_sentence() || (token.is_mark(",") && rank > 0);
        if stops || announced == Announced::Marked {
            return None;
        }
    }
    None
}

/// What looks like a secret, then its name: `1234 est son code`.
fn named_after(after: &[Token]) -> Option<Hit> {
    after.first().filter(|first| !first.glued && (first.is_word() || first.is_digits()))?;
    let secret = glued(after);
    if !(is_code(secret) || is_unlike_a_product(secret)) {
        return None;
    }
    let rest = after.get(secret.len()..)?;
    let (link, rest) = rest.split_first()?;
    if !(link.is_mark("=") || matches!(link.text.as_str(), "est" | "comme")) {
        return None;
    }
    let owner = rest.first().is_some_and(|owner| has(words::OWNERS, &owner.text));
    leading(words::SECRETS, rest.get(usize::from(owner)..)?)?;
    Hit::of(Kind::Secret, after, secret.len())
}

/// Returns how many tokens a secret has, opening marks included, if there is one.
fn value(tokens: &[Token], announced: Announced) -> Option<usize> {
    let is_opening = |token: &&Token| {
        token.is_mark("\"(-:=,") || (announced == Announced::Said && token.text == "le")
    };
    let opening = tokens.iter().take(3).take_while(is_opening).count();
    let rest = tokens.get(opening..)?;
    let quoted = tokens.get(..opening)?.iter().any(|token| token.is_mark("\""));
    let value = trimmed(glued(rest));
    let found = is_code(value)
        || is_unlike_a_product(value)
        || (announced != Announced::Beside && (is_mingled(value) || is_odd(value)))
        || (quoted && is_lone_word(rest, 3))
        || match announced {
            Announced::Beside => false,
            Announced::Marked => is_lone_word(rest, 4),
            Announced::Said => {
                value.first().is_some_and(Token::is_capitalized) && is_lone_word(rest, 4)
            }
        };
    found.then(|| opening.saturating_add(value.len()))
}

/// Digits alone, four or more.
fn is_code(value: &[Token]) -> bool {
    matches!(value, [digits] if digits.is_digits() && digits.text.len() >= 4)
}

/// Letters with digits or signs, as no word has: `Soleil24`, `jardin*88`; `14h30` is a measure.
fn is_mingled(value: &[Token]) -> bool {
    let letters = value.iter().any(Token::is_word);
    let others = value.iter().any(|token| token.is_digits() || token.is_mark("@#$%*_=^~"));
    let length = value.iter().fold(0_usize, |sum, token| sum.saturating_add(token.text.len()));
    let is_measure = match value {
        [count, unit, ..] => count.is_digits() && has(words::UNITS, &unit.text),
        _ => false,
    };
    letters && others && length >= 4 && !is_measure
}

/// The same, when no mark announces it: `Office365` is a product.
pub(super) fn is_unlike_a_product(value: &[Token]) -> bool {
    let is_product = value.first().is_some_and(|first| {
        has(words::SAFE_NAMES, &first.text) || has(words::COMMON, &first.text)
    });
    is_mingled(value) && !is_product
}

/// Capitals inside a word: `xKpQmn`. Without a mark before it, it is a product: `MonCompte`.
fn is_odd(value: &[Token]) -> bool {
    matches!(value, [word] if word.case == Case::Mixed && word.text.len() >= 4)
}

/// One word and nothing more in the sentence, which is not said of a password.
fn is_lone_word(tokens: &[Token], least: usize) -> bool {
    let Some((word, rest)) = tokens.split_first() else { return false };
    let alone = rest.first().is_none_or(|next| next.ends_sentence() || next.is_mark("\",)"));
    word.is_word()
        && alone
        && word.text.len() >= least
        && !has(words::SAID_OF_SECRETS, &word.text)
        && !has(words::SAFE_NAMES, &word.text)
}
