//! What is known of a referral, and how a word changes it.

use serde::{Deserialize, Serialize};

use super::decide::admit;
use super::event::{Author, Fact};
use super::{Person, Receiver, Sender, Stage};
use crate::codes::Outcome;
use crate::disclosure::Acceptance;

/// What is known of a referral: what each of the three voices has said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Referral {
    /// The sender's half.
    pub sender: Sender,
    /// The receiver's half.
    pub receiver: Receiver,
    /// The person's voice.
    pub person: Person,
}

impl Referral {
    /// Hears one fact.
    ///
    /// What does not follow is skipped. Every node judges it by the same part of the state, so
    /// every node skips it: a faulty peer can make us neither diverge nor stop.
    #[must_use]
    pub fn hear(self, fact: &Fact) -> Self {
        match admit(&self, fact) {
            Ok(()) => self.evolve(fact),
            Err(_) => self,
        }
    }

    /// Applies a fact that was admitted. Total: the past cannot be refused.
    fn evolve(mut self, fact: &Fact) -> Self {
        match fact.by {
            Author::Sender => self.sender.evolve(&fact.event, fact.at),
            Author::Receiver => self.receiver.evolve(&fact.event, fact.at),
            Author::Person => self.person.evolve(&fact.event, fact.at),
        }
        self
    }

    /// Returns how the receiver says that it ended: `Some(None)` if that is not told.
    #[must_use]
    pub const fn outcome(&self) -> Option<Option<Outcome>> {
        let Stage::Concluded { outcome } = self.receiver.stage else { return None };
        Some(outcome)
    }

    /// Returns the proof that the receiver accepted, unless the person has left since.
    ///
    /// Without it, nothing that identifies can be encoded.
    #[must_use]
    pub fn acceptance(&self) -> Option<Acceptance> {
        let accepted = self.receiver.accepted.filter(|_| !self.person.has_left());
        accepted.map(Acceptance::stated)
    }
}
