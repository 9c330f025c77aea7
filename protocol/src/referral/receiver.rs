//! The receiver's half: what the organization that answers has said.

use serde::{Deserialize, Serialize};

use super::conference::{self, Round};
use super::event::{ConferenceEnd, Event, conference_words, persons_words, senders_words};
use crate::calendar::Day;
use crate::codes::{MissedCause, Outcome};
use crate::id::ReferralId;
use crate::time::Timestamp;

/// The receiver's half. Moved by the receiver's facts only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Receiver {
    /// How far the answer or the work is.
    pub stage: Stage,
    /// Since when.
    pub since: Timestamp,
    /// When the node got the request.
    pub delivered: Option<Timestamp>,
    /// When it first said yes.
    pub accepted: Option<Timestamp>,
    /// Since when a decision is waited for, as far as this half knows.
    pub deciding_since: Timestamp,
    /// The last question asked: 0 if none.
    pub asked: u8,
    /// The question whose answer is waited for: 0 if none.
    pub pending: u8,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Whether a refusal was looked at again.
    pub reopened: bool,
    /// Whether the work was taken up again after a conclusion. Once.
    pub resumed: bool,
    /// The last conclusion: 0 if none.
    pub concluded: u8,
    /// The last conclusion closed because nobody spoke: 0 if none.
    pub closed: u8,
    /// Appointments to which she did not come, up to two.
    pub absences: u8,
    /// The last time it said that the work goes on.
    pub checked_in: Timestamp,
    /// Its part in the last conference.
    pub round: Option<Round>,
}

/// How far the answer or the work is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// No answer of any kind.
    #[default]
    Silent,
    /// The node has it.
    Delivered,
    /// A professional has opened it.
    Seen,
    /// It said yes.
    Accepted,
    /// It said no.
    Declined,
    /// She waits.
    Waitlisted {
        /// Until the promised date.
        until: Day,
    },
    /// An appointment is fixed.
    Scheduled {
        /// When.
        time: Timestamp,
    },
    /// An appointment did not take place.
    Missed,
    /// The work goes on.
    Underway,
    /// It had said yes, and stops.
    SteppedDown,
    /// A third structure is asked.
    ReferringOn {
        /// The referral to it.
        child: ReferralId,
        /// Where to come back to.
        floor: Floor,
    },
    /// The third structure accepted.
    ReferredOn,
    /// It agreed to stop.
    CancellationConfirmed,
    /// It has finished.
    Concluded {
        /// How it ended, unless she did not want it told.
        outcome: Option<Outcome>,
    },
}

/// Where a receiver is again when the third structure did not accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Floor {
    /// It must decide.
    Seen,
    /// It had said yes.
    Accepted,
    /// The work had begun. An appointment that had been fixed is off.
    Underway,
}

impl Stage {
    /// Tells whether it said yes and the work is not over.
    #[must_use]
    pub const fn is_helping(self) -> bool {
        matches!(
            self,
            Self::Accepted
                | Self::Waitlisted { .. }
                | Self::Scheduled { .. }
                | Self::Missed
                | Self::Underway
        )
    }

    /// Tells whether nothing but a resumption can follow.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Concluded { .. }
                | Self::ReferredOn
                | Self::CancellationConfirmed
                | Self::SteppedDown
        )
    }

    const fn floor(self) -> Floor {
        match self {
            Self::Accepted | Self::Waitlisted { .. } => Floor::Accepted,
            Self::Scheduled { .. } | Self::Missed | Self::Underway => Floor::Underway,
            Self::Silent
            | Self::Delivered
            | Self::Seen
            | Self::Declined
            | Self::SteppedDown
            | Self::ReferringOn { .. }
            | Self::ReferredOn
            | Self::CancellationConfirmed
            | Self::Concluded { .. } => Floor::Seen,
        }
    }
}

impl From<Floor> for Stage {
    fn from(floor: Floor) -> Self {
        match floor {
            Floor::Seen => Self::Seen,
            Floor::Accepted => Self::Accepted,
            Floor::Underway => Self::Underway,
        }
    }
}

impl Receiver {
    /// Tells whether a word follows from what this half said before.
    pub(super) fn admits(&self, event: &Event) -> bool {
        use Stage::*;
        let stage = self.stage;
        if stage == Silent {
            return matches!(event, Event::Delivered);
        }
        match event {
            Event::Seen { review: 0 } => stage == Delivered,
            Event::Seen { review } => stage == Declined && *review == 1 && !self.reopened,
            Event::Questioned { n, .. } => {
                let undecided = matches!(stage, Delivered | Seen | Accepted);
                undecided && self.asked.checked_add(1) == Some(*n)
            }
            Event::Accepted | Event::Declined { .. } => matches!(stage, Delivered | Seen),
            Event::Waitlisted { .. } => matches!(stage, Accepted | Waitlisted { .. }),
            Event::Scheduled { .. } | Event::CheckedIn | Event::SteppedDown { .. } => {
                stage.is_helping()
            }
            Event::Started { .. } => stage.is_helping() && stage != Underway,
            Event::Missed { .. } => matches!(stage, Scheduled { .. }),
            Event::ReferringOn { .. } => stage == Seen || stage.is_helping(),
            Event::ReferredOn { .. } | Event::TakenBack { .. } => {
                matches!(stage, ReferringOn { .. })
            }
            Event::Resumed => {
                let again = matches!(stage, Concluded { .. }) && !self.resumed;
                matches!(stage, ReferringOn { .. }) || again
            }
            Event::CancellationConfirmed { .. } => {
                matches!(stage, Scheduled { .. } | Missed | Underway | ReferringOn { .. })
            }
            Event::Concluded { n, outcome, evidence, .. } => {
                matches!(stage, Missed | Underway)
                    && self.concluded.checked_add(1) == Some(*n)
                    && evidence.is_enough_for(*outcome, self.absences)
            }
            Event::TacitlyClosed { conclusion } => {
                matches!(stage, Concluded { .. })
                    && *conclusion == self.concluded
                    && *conclusion > self.closed
            }
            conference_words!() => !stage.is_over() && conference::follows(self.round, event),
            Event::Delivered | senders_words!() | persons_words!() | Event::Unknown => false,
        }
    }

    /// Applies a word that was admitted. Total: the past cannot be refused.
    pub(super) fn evolve(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Delivered => {
                (self.delivered, self.deciding_since) = (Some(at), at);
                self.move_to(Stage::Delivered, at);
            }
            Event::Seen { review } => {
                self.reopened = *review == 1;
                self.move_to(Stage::Seen, at);
            }
            Event::Questioned { n, .. } => self.ask(*n, at),
            Event::Accepted => self.move_to(Stage::Accepted, at),
            Event::Declined { .. } => self.move_to(Stage::Declined, at),
            Event::Waitlisted { until } => self.move_to(Stage::Waitlisted { until: *until }, at),
            Event::Scheduled { time, .. } => self.move_to(Stage::Scheduled { time: *time }, at),
            Event::Started { .. } => self.move_to(Stage::Underway, at),
            Event::CheckedIn => self.checked_in = at,
            Event::Missed { cause } => {
                let absent = u8::from(*cause == MissedCause::Absent);
                self.absences = self.absences.saturating_add(absent).min(2);
                self.move_to(Stage::Missed, at);
            }
            Event::SteppedDown { .. } => self.move_to(Stage::SteppedDown, at),
            Event::ReferringOn { child, .. } => {
                let floor = self.stage.floor();
                self.move_to(Stage::ReferringOn { child: *child, floor }, at);
            }
            Event::ReferredOn { .. } => self.move_to(Stage::ReferredOn, at),
            Event::TakenBack { .. } => {
                self.deciding_since = at;
                if let Stage::ReferringOn { floor, .. } = self.stage {
                    self.move_to(floor.into(), at);
                }
            }
            Event::Resumed => {
                self.resumed |= matches!(self.stage, Stage::Concluded { .. });
                self.move_to(Stage::Underway, at);
            }
            Event::CancellationConfirmed { .. } => self.move_to(Stage::CancellationConfirmed, at),
            Event::Concluded { n, outcome, .. } => {
                self.concluded = *n;
                self.move_to(Stage::Concluded { outcome: *outcome }, at);
            }
            Event::TacitlyClosed { conclusion } => self.closed = *conclusion,
            conference_words!() => self.confer(event, at),
            senders_words!() | persons_words!() | Event::Unknown => {}
        }
    }

    fn ask(&mut self, n: u8, at: Timestamp) {
        (self.asked, self.pending, self.asked_at) = (n, n, at);
        // A question asked before opening counts as opening.
        if self.stage == Stage::Delivered {
            (self.stage, self.since) = (Stage::Seen, at);
        }
    }

    fn confer(&mut self, event: &Event, at: Timestamp) {
        conference::evolve(&mut self.round, event, at);
        // A plan is an acceptance.
        if let Event::ConferenceEnded { end: ConferenceEnd::Plan { .. }, .. } = event {
            self.move_to(Stage::Accepted, at);
        }
    }

    /// Moves on. Whoever does no longer waits for an answer.
    fn move_to(&mut self, stage: Stage, at: Timestamp) {
        (self.stage, self.since, self.pending) = (stage, at, 0);
        if stage == Stage::Accepted {
            self.accepted = self.accepted.or(Some(at));
        }
    }
}
