//! What a consent covers: for what, which items, to whom, from when to when.
//!
//! The order of scopes is the inclusion of sets: a wider one needs a new consent, a narrower one
//! is a withdrawal of the rest. Nothing chains, nothing can be forwarded.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::codes::code_list;
use crate::disclosure::{Category, Disclosure, OutOfScope};
use crate::id::{NodeId, ServiceId};
use crate::time::Timestamp;

/// What may be told, to whom, for what, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// For what.
    #[serde(rename = "purp")]
    pub purposes: BTreeSet<Purpose>,
    /// Which items, each agreed by itself. Those refused are not stored.
    #[serde(rename = "cats")]
    pub categories: BTreeSet<Category>,
    /// Who may know: the receiver, then its host if it is a guest of another node.
    #[serde(rename = "rcpt")]
    pub receivers: Vec<NodeId>,
    /// Which of its services.
    #[serde(rename = "svc")]
    pub service: ServiceId,
    /// What may be done with it.
    #[serde(rename = "ops")]
    pub operations: BTreeSet<Operation>,
    /// From when.
    #[serde(rename = "nbf")]
    pub not_before: Timestamp,
    /// Until when, excluded.
    #[serde(rename = "exp")]
    pub expires: Timestamp,
}

impl Scope {
    /// Tells whether the person agreed to this, at this time.
    pub fn covers(&self, disclosure: &Disclosure, now: Timestamp) -> Result<(), OutOfScope> {
        self.check_dates(now)?;
        // The host of a guest carries; it is not told.
        if self.receivers.first() != Some(&disclosure.to()) {
            return Err(OutOfScope::OtherReceiver);
        }
        match disclosure.categories().iter().find(|category| !self.includes(**category)) {
            Some(category) => Err(OutOfScope::NotAgreed(*category)),
            None => Ok(()),
        }
    }

    /// Tells whether the consent is valid at this time.
    pub fn check_dates(&self, now: Timestamp) -> Result<(), OutOfScope> {
        if now < self.not_before {
            Err(OutOfScope::TooEarly)
        } else if now >= self.expires {
            Err(OutOfScope::Expired)
        } else {
            Ok(())
        }
    }

    fn includes(&self, category: Category) -> bool {
        let purpose = if category == Category::AlreadyTried {
            Purpose::AlreadyTried
        } else if category.is_channel() && category != Category::ComesWithCode {
            Purpose::BeContacted
        } else {
            Purpose::TransmitReferral
        };
        category != Category::Other
            && self.operations.contains(&Operation::Read)
            && self.purposes.contains(&purpose)
            && self.categories.contains(&category)
    }
}

code_list! {
    /// What she agrees to. Refusing any of them never refuses help.
    Purpose or Other {
        /// To look for a place: nothing of her leaves.
        SeekAvailability = "seek_availability",
        /// To transmit the request.
        TransmitReferral = "transmit_referral",
        /// To be called back.
        BeContacted = "be_contacted",
        /// That the sender be told what became of it.
        Feedback = "feedback",
        /// To be counted, without her.
        AnonymousStatistics = "anonymous_statistics",
        /// That the next one be told what was tried.
        AlreadyTried = "already_tried",
        /// To be asked whether it helped.
        BeAsked = "be_asked",
        /// A purpose of a newer version. Nothing is done for it.
        Other = "other",
    }
}

code_list! {
    /// What may be done. There is none to forward.
    Operation or Other {
        /// To read.
        Read = "read",
        /// To answer.
        Answer = "answer",
        /// To count.
        Count = "stat",
        /// Something else. A consent that shows it is refused.
        Other = "other",
    }
}

code_list! {
    /// How much of what became of it the sender is told. She chooses; an unknown wish is read as
    /// the most reserved.
    FeedbackLevel or DecisionOnly {
        /// How it ended.
        Outcome = "outcome",
        /// Where it stands, but not how it ended.
        Progress = "progress",
        /// Yes or no.
        DecisionOnly = "decision_only",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::{Acceptance, SecrecyRegime};

    const THERE: NodeId = NodeId([1; 32]);
    const HOST: NodeId = NodeId([2; 32]);

    fn scope() -> Scope {
        Scope {
            purposes: [Purpose::TransmitReferral, Purpose::BeContacted].into(),
            categories: [Category::Need, Category::FirstName, Category::Phone].into(),
            receivers: vec![THERE, HOST],
            service: ServiceId::from_bytes([3; 16]),
            operations: [Operation::Read].into(),
            not_before: Timestamp(100),
            expires: Timestamp(200),
        }
    }

    fn told(to: NodeId, categories: &[Category]) -> Disclosure {
        let accepted = Some(Acceptance::stated(Timestamp(1)));
        let categories = categories.iter().copied().collect();
        Disclosure::new(to, SecrecyRegime::Mission, accepted, categories).unwrap()
    }

    /// One line per rule.
    #[test]
    fn a_consent_covers_what_she_said_and_nothing_else() {
        use Category::*;
        let nothing: &[Category] = &[];
        let rows = [
            ("nothing", nothing, THERE, 100, Ok(())),
            ("what she agreed", &[Need, FirstName, Phone], THERE, 199, Ok(())),
            ("one item more", &[Need, Email], THERE, 150, Err(OutOfScope::NotAgreed(Email))),
            ("somebody else", &[Need], NodeId([9; 32]), 150, Err(OutOfScope::OtherReceiver)),
            ("the host", &[Need], HOST, 150, Err(OutOfScope::OtherReceiver)),
            ("too early", &[Need], THERE, 99, Err(OutOfScope::TooEarly)),
            ("the last millisecond", &[Need], THERE, 199, Ok(())),
            ("one too late", &[Need], THERE, 200, Err(OutOfScope::Expired)),
            ("nothing, too late", nothing, THERE, 200, Err(OutOfScope::Expired)),
        ];
        for (rule, categories, to, now, expected) in rows {
            assert_eq!(scope().covers(&told(to, categories), Timestamp(now)), expected, "{rule}");
        }
    }

    #[test]
    fn an_item_without_its_purpose_is_not_covered() {
        let mut scope = scope();
        scope.purposes.remove(&Purpose::BeContacted);
        let phone = told(THERE, &[Category::Phone]);
        let refused = Err(OutOfScope::NotAgreed(Category::Phone));
        assert_eq!(scope.covers(&phone, Timestamp(150)), refused);
        assert_eq!(scope.covers(&told(THERE, &[Category::Need]), Timestamp(150)), Ok(()));
        scope.operations.clear();
        let refused = Err(OutOfScope::NotAgreed(Category::Need));
        assert_eq!(scope.covers(&told(THERE, &[Category::Need]), Timestamp(150)), refused);
    }

    /// Category by category: covered if it is agreed and allowed, never otherwise.
    #[test]
    fn a_category_is_covered_only_if_it_is_named() {
        for agreed in Category::ALL {
            let mut scope = scope();
            scope.purposes.insert(Purpose::AlreadyTried);
            scope.categories = [*agreed].into();
            for asked in Category::ALL {
                let covered = scope.covers(&told(THERE, &[*asked]), Timestamp(150)).is_ok();
                let expected = agreed == asked && *asked != Category::Other;
                assert_eq!(covered, expected, "{agreed:?} {asked:?}");
            }
        }
    }
}
