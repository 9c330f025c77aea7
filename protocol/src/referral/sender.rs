//! The sender's half: what the organization that asks has said.

use serde::{Deserialize, Serialize};

use super::conference::{self, Round};
use super::event::{Event, conference_words, persons_words, receivers_words};
use super::proposal::Asked;
use crate::codes::{CancelReason, MistakeReason};
use crate::time::Timestamp;

/// The sender's half. Moved by the sender's facts only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sender {
    /// How far the request is.
    pub phase: Phase,
    /// Why it should never have been. Nothing follows.
    pub mistaken: Option<MistakeReason>,
    /// The last question answered: 0 if none.
    pub answered: u8,
    /// When it was.
    pub answered_at: Timestamp,
    /// When a review was asked. Once.
    pub reviewed: Option<Timestamp>,
    /// When the way to reach her was first given.
    pub disclosed: Option<Timestamp>,
    /// The last cancellation.
    pub cancelled: Option<Cancellation>,
    /// The part of the work whose cancellation was enforced.
    pub enforced: Option<u8>,
    /// The start of the wait that the sender gave up. An answer to a question lifts it.
    pub expired: Option<Timestamp>,
    /// The last conclusion that the sender closed.
    pub closed: Option<Closing>,
    /// Its part in the last conference.
    pub round: Option<Round>,
}

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Being written, or never heard of.
    Draft {
        /// Since the last change.
        edited: Timestamp,
    },
    /// Asked.
    Asked(Asked),
    /// Forgotten as a draft.
    Purged,
}

impl Default for Phase {
    fn default() -> Self {
        Self::Draft { edited: Timestamp::default() }
    }
}

/// A request taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cancellation {
    /// The part of the work it is about.
    pub part: u8,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: CancelReason,
}

/// A conclusion closed by the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Closing {
    /// Which conclusion.
    pub conclusion: u8,
    /// Whether nobody said anything: the clock did it.
    pub tacit: bool,
}

impl Sender {
    /// Returns what was asked, if it was.
    #[must_use]
    pub const fn asked(&self) -> Option<&Asked> {
        match &self.phase {
            Phase::Asked(asked) => Some(asked),
            Phase::Draft { .. } | Phase::Purged => None,
        }
    }

    /// Tells whether a word follows from what this half said before.
    pub(super) fn admits(&self, event: &Event, at: Timestamp) -> bool {
        if self.mistaken.is_some() {
            return false;
        }
        match &self.phase {
            Phase::Draft { .. } => {
                let near = matches!(event, Event::Proposed(it) if it.hop <= it.rules.max_hop);
                near || matches!(
                    event,
                    Event::Drafted | Event::DraftPurged | Event::Mistaken { .. }
                )
            }
            Phase::Asked(asked) => self.admits_once_asked(asked, event, at),
            Phase::Purged => false,
        }
    }

    fn admits_once_asked(&self, asked: &Asked, event: &Event, at: Timestamp) -> bool {
        match event {
            Event::Mistaken { .. } | Event::Disclosed { .. } => true,
            Event::Answered { n, .. } => self.answered.checked_add(1) == Some(*n),
            Event::ReviewRequested { .. } => {
                self.reviewed.is_none() && self.cancelled.is_none() && self.expired.is_none()
            }
            Event::Cancelled { part, .. } => {
                *part <= 1 && self.cancelled.is_none_or(|last| *part > last.part)
            }
            Event::CancellationEnforced => self.cancelled.is_some_and(|last| !self.enforces(last)),
            Event::Expired { since } => {
                let open = self.expired.is_none() && self.cancelled.is_none();
                open && at >= asked.expires(*since)
            }
            Event::Confirmed { conclusion } | Event::TacitlyClosed { conclusion } => {
                *conclusion > self.closed.map_or(0, |last| last.conclusion)
            }
            conference_words!() => conference::follows(self.round, event),
            Event::Drafted
            | Event::DraftPurged
            | Event::Proposed(_)
            | receivers_words!()
            | persons_words!()
            | Event::Unknown => false,
        }
    }

    /// Applies a word that was admitted. Total: the past cannot be refused.
    pub(super) fn evolve(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Drafted => self.phase = Phase::Draft { edited: at },
            Event::DraftPurged => self.phase = Phase::Purged,
            Event::Proposed(proposal) => self.phase = Phase::Asked(Asked::of(proposal, at)),
            Event::Mistaken { reason } => self.mistaken = Some(*reason),
            Event::Answered { n, .. } => {
                (self.answered, self.answered_at) = (*n, at);
                // Who answers has not given up.
                self.expired = None;
            }
            Event::ReviewRequested { .. } => self.reviewed = Some(at),
            Event::Disclosed { .. } => self.disclosed = self.disclosed.or(Some(at)),
            Event::Cancelled { part, reason } => {
                self.cancelled = Some(Cancellation { part: *part, at, reason: *reason });
            }
            Event::CancellationEnforced => self.enforced = self.cancelled.map(|last| last.part),
            Event::Expired { since } => self.expired = Some(*since),
            Event::Confirmed { conclusion } => {
                self.closed = Some(Closing { conclusion: *conclusion, tacit: false });
            }
            Event::TacitlyClosed { conclusion } => {
                self.closed = Some(Closing { conclusion: *conclusion, tacit: true });
            }
            conference_words!() => conference::evolve(&mut self.round, event, at),
            receivers_words!() | persons_words!() | Event::Unknown => {}
        }
    }

    /// Tells whether a cancellation was enforced.
    pub(super) fn enforces(&self, cancellation: Cancellation) -> bool {
        self.enforced.is_some_and(|part| part >= cancellation.part)
    }
}
