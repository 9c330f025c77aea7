//! Names of people: after a title, or two capitalized words that are not a place nor a body.

use super::lists::{ends, has};
use super::reading::{Case, Token};
use super::{Hit, Kind, words};

/// Finds a name that begins here.
pub(super) fn find(before: &[Token], after: &[Token]) -> Option<Hit> {
    after.first().filter(|first| first.is_word())?;
    let tokens = titled(after).or_else(|| paired(before, after))?;
    Hit::of(Kind::PersonalName, after, tokens)
}

/// `Mme Durand`, `M. Le Gall`. An initial is nobody's name.
fn titled(after: &[Token]) -> Option<usize> {
    let (title, rest) = after.split_first()?;
    let is_letter = title.text == "m" && title.case == Case::Capital;
    if !has(words::TITLES, &title.text) && !is_letter {
        return None;
    }
    let dot = usize::from(rest.first().is_some_and(|next| next.is_mark(".")));
    let rest = rest.get(dot..)?;
    let particle = usize::from(rest.first().is_some_and(|next| has(words::PARTICLES, &next.text)));
    let Some(name) = Name::read(rest.get(particle..)?) else {
        return plain_name(title, rest).map(|tokens| tokens.saturating_add(dot).saturating_add(1));
    };
    let is_unsure = dot == 1 || (title.case == Case::Shouted && title.text.len() > 3);
    let is_nobody = name.is_initial() || name.is_function() || (is_unsure && name.is_common());
    let is_elsewhere = (particle == 1 || (is_letter && dot == 0)) && name.is_place();
    let tokens = name.tokens.len().saturating_add(particle).saturating_add(dot);
    (!is_nobody && !is_elsewhere).then(|| tokens.saturating_add(1))
}

/// `mme diop`: without capitals, a word that is no verb.
fn plain_name(title: &Token, rest: &[Token]) -> Option<usize> {
    let name = rest.first().filter(|name| name.is_word() && name.text.len() > 2)?;
    let is_short = has(words::SHORT_TITLES, &title.text);
    let is_verb = has(words::COMMON, &name.text) || ends(words::VERB_ENDINGS, &name.text);
    (is_short && !is_verb).then_some(1)
}

/// `Amina Diallo`, `DUPONT Michel`, `Marie-Claire Le Goff`.
fn paired(before: &[Token], after: &[Token]) -> Option<usize> {
    if before.last().is_some_and(|last| last.is_mark("-") && last.glued) {
        return None;
    }
    let first = Name::read(after)?;
    let rest = after.get(first.tokens.len()..)?;
    let particle =
        rest.first().is_some_and(|next| !next.glued && has(words::PARTICLES, &next.text));
    let particle = usize::from(particle && first.is_first_name());
    let second = Name::read(rest.get(particle..)?).filter(|second| !second.follows_at_once())?;
    if first.is_place()
        || second.is_place()
        || first.is_act()
        || second.is_act()
        || first.is_initial()
        || second.is_initial()
    {
        return None;
    }
    let begins =
        before.last().is_none_or(|last| !last.is_word() && !last.is_digits() && !last.is_mark(","));
    let is_known = first.is_first_name() || second.is_first_name();
    let is_sentence = begins && first.is_common();
    let is_unsure = !is_known && (first.is_acronym() || second.is_acronym());
    let is_shouted =
        first.is_shouted() && second.is_shouted() && (!first.is_first_name() || second.is_common());
    let is_nobody = is_sentence || is_unsure || is_shouted || is_in_a_place_name(before);
    let tokens = first.tokens.len().saturating_add(particle).saturating_add(second.tokens.len());
    (!is_nobody).then_some(tokens)
}

/// Tells whether what comes before is a place that bears somebody's name: *médiathèque Simone
/// Veil*, or an article that begins the name of a place: *Le Bon Coin*.
fn is_in_a_place_name(before: &[Token]) -> bool {
    let near = before.iter().rev().take(2).take_while(|token| token.is_word());
    let is_named = near.into_iter().any(|token| has(words::PLACE_WORDS, &token.text));
    let article = before.last().filter(|last| last.case == Case::Capital);
    is_named || article.is_some_and(|article| matches!(article.text.as_str(), "le" | "la" | "les"))
}

/// A capitalized word, with what hyphens and apostrophes attach to it.
struct Name<'a> {
    tokens: &'a [Token],
}

impl<'a> Name<'a> {
    fn read(after: &'a [Token]) -> Option<Self> {
        let first = after.first().filter(|first| first.is_word() && first.case != Case::Lower)?;
        let is_part = |token: &&Token| token.glued && (token.is_word() || token.is_mark("-"));
        let more = after.iter().skip(1).take(8).take_while(is_part).count();
        let is_brand = first.case == Case::Mixed;
        let tokens = after.get(..more.saturating_add(1)).filter(|_| !is_brand)?;
        Some(Self { tokens })
    }

    fn any(&self, list: &[&str]) -> bool {
        self.tokens.iter().any(|token| has(list, &token.text))
    }

    fn follows_at_once(&self) -> bool {
        self.tokens.first().is_some_and(|first| first.glued)
    }

    fn is_place(&self) -> bool {
        self.any(words::SAFE_NAMES)
    }

    fn is_first_name(&self) -> bool {
        self.any(words::FIRST_NAMES)
    }

    fn is_function(&self) -> bool {
        self.any(words::FUNCTIONS)
    }

    fn is_common(&self) -> bool {
        let is_first_name = self.is_first_name();
        let is_verb = self.tokens.iter().any(|token| ends(words::ENDINGS, &token.text));
        !is_first_name && (is_verb || self.any(words::COMMON))
    }

    fn is_act(&self) -> bool {
        !self.is_first_name()
            && self.tokens.iter().any(|token| ends(words::ACT_ENDINGS, &token.text))
    }

    fn is_initial(&self) -> bool {
        matches!(self.tokens, [only] if only.text.len() < 2)
    }

    fn is_shouted(&self) -> bool {
        self.tokens.iter().any(|token| token.case == Case::Shouted)
    }

    fn is_acronym(&self) -> bool {
        matches!(self.tokens, [only] if only.case == Case::Shouted && only.text.len() <= 5)
    }
}
