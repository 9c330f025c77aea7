//! Free text: what may not be written, and to whom.
//!
//! A few words are sometimes needed that no code can say. They pass here first, on the server,
//! before anything is stored: what opens an account or identifies is never written; what is
//! sensitive is not written to those who are not bound by secrecy; a story is only noticed.
//! The guard is a help to the writer, not a proof: a sentence it finds clean may still say too
//! much.
//!
//! It is made for free texts alone. The name, the telephone or the address that a person agreed to
//! give have fields of their own, which do not come here; that is why *which* text it is decides
//! nothing, and is not an argument.
//!
//! Time is linear in the length of the text: words are read once, each looks at a bounded number
//! of its neighbors, and lists are sorted. No text is kept: a finding is a kind and a place.
//!
//! ```
//! use maillage_protocol::disclosure::SecrecyRegime;
//! use maillage_protocol::guard::{Action, Kind, guard};
//!
//! let clean = guard("Elle a oublié son mot de passe.", SecrecyRegime::Charter);
//! assert!(clean.is_clean());
//!
//! let text = "Dossier MDPH à faire en ligne.";
//! let verdict = guard(text, SecrecyRegime::Charter);
//! let finding = &verdict.findings[0];
//! assert_eq!((finding.kind, &text[finding.span.clone()]), (Kind::Disability, "MDPH"));
//! assert_eq!(verdict.action(), Some(Action::Refused));
//! assert_eq!(guard(text, SecrecyRegime::Mission).action(), Some(Action::Warned));
//! ```

mod reading;
mod lists;
#[rustfmt::skip]
mod words;
mod numbers;
mod accounts;
mod secrets;
mod address;
mod names;
mod topics;

use std::ops::Range;

use crate::disclosure::SecrecyRegime;
use reading::{Token, read};
pub use words::VERSION;

/// Reads a text meant for people under this regime, and says all that is wrong with it.
#[must_use]
pub fn guard(text: &str, regime: SecrecyRegime) -> Verdict {
    let tokens = read(text);
    let gravest = scan(&tokens, |_| None, forbidden);
    let milder = scan(&tokens, topics::ordinary, sensitive);
    let is_apart = |(_, span): &(Kind, Range<usize>)| {
        let next = gravest.partition_point(|(_, other)| other.end <= span.start);
        gravest.get(next).is_none_or(|(_, other)| span.end <= other.start)
    };
    let mut findings: Vec<_> = milder.into_iter().filter(is_apart).collect();
    findings.extend(gravest);
    findings.sort_by_key(|(_, span)| span.start);
    if text.chars().count() > LONG {
        findings.push((Kind::Story, 0..text.len()));
    }
    let with_action = |(kind, span): (Kind, _)| Finding { kind, span, action: kind.action(regime) };
    Verdict { findings: findings.into_iter().map(with_action).collect() }
}

/// Returns the words and numbers of a text as they are compared: in lower case, without accents.
#[must_use]
pub fn compared(text: &str) -> Vec<String> {
    let tokens = read(text).into_iter();
    tokens.filter(|token| token.is_word() || token.is_digits()).map(|token| token.text).collect()
}

/// Tells whether a text holds a number that its form proves: of the social security, of a bank
/// account, of a card.
///
/// It is what a decoder refuses, whoever its readers are. Words are not asked: lists grow, and a
/// node with longer ones must not refuse what an older one allowed.
#[must_use]
pub fn holds_a_proved_number(text: &str) -> bool {
    let found = scan(&read(text), |_| None, |_, after| numbers::find(after));
    found.iter().any(|(kind, _)| kind.is_proved())
}

/// What the guard says of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What was found, in the order of the text; the remark on its length is last.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Tells whether nothing was found.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// Returns the most severe action that a finding asks for.
    #[must_use]
    pub fn action(&self) -> Option<Action> {
        self.findings.iter().map(|finding| finding.action).max()
    }
}

/// Something that was found in a text. It does not hold the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Where it is, in bytes of the text as it was given, between characters.
    pub span: Range<usize>,
    /// What is to be done.
    pub action: Action,
}

/// What is to be done with a text, from the mildest to the most severe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It may be sent; shorter would be better.
    Hinted,
    /// It may be sent, once the writer was told that it is sensitive.
    Warned,
    /// It is not sent, unless the writer says, once for this text, that it is nobody's name.
    Dismissible,
    /// It is not sent.
    Refused,
}

/// How grave it is that something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// It opens an account or identifies: never.
    A,
    /// It is sensitive: to those bound by secrecy only.
    B,
    /// It is more than was asked.
    C,
}

impl Class {
    /// Returns the letter of this class.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }
}

/// Declares the kinds, each with its code and its class.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $code:literal, $class:ident;)+) => {
        /// What may be found in a text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)+
        }

        impl Kind {
            /// Every kind, the gravest first.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// Returns the code of this kind.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$kind => $code,)+
                }
            }

            /// Returns how grave it is.
            #[must_use]
            pub const fn class(self) -> Class {
                match self {
                    $(Self::$kind => Class::$class,)+
                }
            }
        }
    };
}

kinds! {
    /// A number of the social security register, with or without its key.
    SocialSecurityNumber = "social_security_number", A;
    /// A bank account.
    Iban = "iban", A;
    /// A payment card.
    CardNumber = "card_number", A;
    /// A password, or a code that opens something.
    Secret = "secret", A;
    /// A number or a name under which an agency or a site knows her.
    IdentifierNumber = "identifier_number", A;
    /// An e-mail address.
    Email = "email", A;
    /// A telephone number.
    Phone = "phone", A;
    /// Health: illnesses, treatments, those who treat.
    Health = "health", B;
    /// A handicap, and the rights that go with it.
    Disability = "disability", B;
    /// Violence that she suffered.
    Violence = "violence", B;
    /// Criminal and family justice.
    Justice = "justice", B;
    /// Origin, nationality, how she came.
    Origin = "origin", B;
    /// Religion and its practice.
    Religion = "religion", B;
    /// Debts, and amounts that she owes.
    Debt = "debt", B;
    /// Where she lives.
    PostalAddress = "postal_address", B;
    /// Somebody's name.
    PersonalName = "personal_name", B;
    /// A story rather than a fact.
    Story = "story", C;
}

impl Kind {
    /// Tells whether its form proves what it is, whatever the lists say.
    #[must_use]
    pub const fn is_proved(self) -> bool {
        matches!(self, Self::SocialSecurityNumber | Self::Iban | Self::CardNumber)
    }

    /// Returns what is done with it when the readers are under this regime.
    #[must_use]
    pub const fn action(self, regime: SecrecyRegime) -> Action {
        match (self.class(), self) {
            (Class::A, _) => Action::Refused,
            (Class::B, _) if regime.is_bound_by_secrecy() => Action::Warned,
            (Class::B, Self::PersonalName) => Action::Dismissible,
            (Class::B, _) => Action::Refused,
            (Class::C, _) => Action::Hinted,
        }
    }
}

/// Characters beyond which a text is a story.
const LONG: usize = 220;

/// Something found at the beginning of what remains to be read.
struct Hit {
    kind: Kind,
    span: Range<usize>,
    /// How many tokens it covers.
    tokens: usize,
}

impl Hit {
    /// Covers so many of these tokens.
    fn of(kind: Kind, after: &[Token], tokens: usize) -> Option<Self> {
        let covered = after.get(..tokens)?;
        let span = covered.first()?.span.start..covered.last()?.span.end;
        Some(Self { kind, span, tokens })
    }
}

/// Asks at each token what begins there, and goes on after it. `skip` says how many tokens need
/// not be asked about.
fn scan(
    tokens: &[Token],
    skip: impl Fn(&[Token]) -> Option<usize>,
    find: impl Fn(&[Token], &[Token]) -> Option<Hit>,
) -> Vec<(Kind, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0_usize;
    while let Some((before, after)) = tokens.split_at_checked(at)
        && !after.is_empty()
    {
        let skipped = skip(after);
        let hit = if skipped.is_none() { find(before, after) } else { None };
        let read = skipped.or(hit.as_ref().map(|hit| hit.tokens)).unwrap_or(1);
        at = at.saturating_add(read.max(1));
        found.extend(hit.map(|hit| (hit.kind, hit.span)));
    }
    found
}

fn forbidden(before: &[Token], after: &[Token]) -> Option<Hit> {
    accounts::find(before, after).or_else(|| secrets::find(after)).or_else(|| numbers::find(after))
}

fn sensitive(before: &[Token], after: &[Token]) -> Option<Hit> {
    topics::find(before, after)
        .or_else(|| address::find(before, after))
        .or_else(|| names::find(before, after))
        .or_else(|| topics::story(after))
}

#[cfg(test)]
mod tests;
