//! A few words for a partner, where no code says it: read by the guard before anything is kept.

use maillage_protocol::disclosure::SecrecyRegime;
use maillage_protocol::guard::{Action, Finding, Kind, guard};
use maillage_protocol::private::Private;
use serde::Deserialize;

/// A few words, as somebody wrote them.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Written")]
pub struct Words {
    /// The words.
    pub text: Private<String>,
    /// Whether the writer read them again, and says that what looks like a name is nobody's.
    pub reviewed: bool,
}

/// As a program writes them: alone, or with what it says of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Alone(Private<String>),
    With {
        text: Private<String>,
        #[serde(default)]
        reviewed: bool,
    },
}

impl From<Written> for Words {
    fn from(written: Written) -> Self {
        match written {
            Written::Alone(text) => Self { text, reviewed: false },
            Written::With { text, reviewed } => Self { text, reviewed },
        }
    }
}

/// Why some words are not sent. It repeats nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this must not be written: {}", .kind.code())]
pub struct Unwritable {
    /// What they hold.
    pub kind: Kind,
    /// Whether they may be sent once the writer has read them again.
    pub reviewable: bool,
}

impl Words {
    /// Makes words of a name: that it looks like one is no fault.
    #[must_use]
    pub fn named(name: String) -> Self {
        Self { text: name.into(), reviewed: true }
    }

    /// Checks that these words may be sent to readers under a regime (consent.md §12).
    pub fn check(&self, regime: SecrecyRegime) -> Result<(), Unwritable> {
        let refused = if self.reviewed { Action::Refused } else { Action::Dismissible };
        match gravest(self.text.reveal(), regime) {
            Some(finding) if finding.action >= refused => Err(Unwritable::of(&finding)),
            Some(_) | None => Ok(()),
        }
    }

    /// The same, for somebody who can be asked: what is sensitive is read again first, even if the
    /// readers are bound by secrecy.
    pub fn check_with_writer(&self, regime: SecrecyRegime) -> Result<(), Unwritable> {
        let refused = if self.reviewed { Action::Refused } else { Action::Warned };
        match gravest(self.text.reveal(), regime) {
            Some(finding) if finding.action >= refused => Err(Unwritable::of(&finding)),
            Some(_) | None => Ok(()),
        }
    }
}

impl Unwritable {
    fn of(finding: &Finding) -> Self {
        Self { kind: finding.kind, reviewable: finding.action < Action::Refused }
    }
}

fn gravest(text: &str, regime: SecrecyRegime) -> Option<Finding> {
    guard(text, regime).findings.into_iter().max_by_key(|finding| finding.action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, reviewed: bool, regime: SecrecyRegime) -> Option<(Kind, bool)> {
        let words = Words { text: text.to_owned().into(), reviewed };
        words.check(regime).err().map(|why| (why.kind, why.reviewable))
    }

    #[test]
    fn a_name_may_be_nobodys_and_a_number_never_is() {
        use SecrecyRegime::{Charter, Profession};
        let name = "Demander Bernard Pivert.";
        assert_eq!(check(name, false, Charter), Some((Kind::PersonalName, true)));
        assert_eq!(check(name, true, Charter), None);
        assert_eq!(check(name, false, Profession), None);
        let number = "NIR 2 55 08 14 168 025 38";
        for (reviewed, regime) in [(true, Charter), (true, Profession)] {
            assert_eq!(check(number, reviewed, regime), Some((Kind::SocialSecurityNumber, false)));
        }
        let illness = "Elle suit une chimiothérapie.";
        assert_eq!(check(illness, true, Charter), Some((Kind::Health, false)));
        let bound = Words { text: illness.to_owned().into(), reviewed: false };
        assert!(bound.check(Profession).is_ok());
        assert!(bound.check_with_writer(Profession).is_err());
    }
}
