//! One side's part in a case conference. The same in both halves.

use serde::{Deserialize, Serialize};

use super::event::{ConferenceEnd, Event, persons_words, receivers_words, senders_words};
use crate::time::Timestamp;

/// The last round of a conference, as one side has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Round {
    /// Which round.
    pub number: u8,
    /// The part of the work it is about.
    pub part: u8,
    /// Whether this side called or joined.
    pub role: Role,
    /// When.
    pub at: Timestamp,
    /// What came out of it, for this side.
    pub verdict: Option<Verdict>,
}

/// How a side came into a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It called.
    Called,
    /// It joined.
    Joined,
}

/// What one side says came out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A plan.
    Plan,
    /// No solution.
    NoSolution,
    /// A plan that the other side never shared.
    GivenUp,
}

/// Tells whether a word about a conference follows from what its author said before.
pub(super) fn follows(own: Option<Round>, event: &Event) -> bool {
    let last = own.map_or(0, |round| round.number);
    match event {
        Event::ConferenceCalled { round, .. } => last.checked_add(1) == Some(*round),
        Event::ConferenceJoined { round, .. } => {
            let names = own.is_some_and(|own| own.number == *round && own.verdict.is_none());
            names || last.checked_add(1) == Some(*round)
        }
        Event::ConferenceEnded { round, end } => own.is_some_and(|own| {
            let free = match end {
                ConferenceEnd::Plan { .. } => own.verdict.is_none(),
                ConferenceEnd::NoSolution { .. } => {
                    matches!(own.verdict, None | Some(Verdict::Plan))
                }
            };
            own.number == *round && free
        }),
        senders_words!()
        | receivers_words!()
        | persons_words!()
        | Event::TacitlyClosed { .. }
        | Event::Unknown => false,
    }
}

/// Moves one side's round, if the event is about a conference.
pub(super) fn evolve(own: &mut Option<Round>, event: &Event, at: Timestamp) {
    match event {
        Event::ConferenceCalled { round, part, .. } => {
            *own = Some(Round::new(*round, *part, Role::Called, at));
        }
        // Who is in already says who speaks for them: a node that called, or somebody else.
        Event::ConferenceJoined { round, .. } if own.is_some_and(|own| own.number == *round) => {}
        Event::ConferenceJoined { round, part } => {
            *own = Some(Round::new(*round, *part, Role::Joined, at));
        }
        Event::ConferenceEnded { end, .. } => {
            if let Some(own) = own {
                own.verdict = Some(match (own.verdict, end) {
                    (Some(_), _) => Verdict::GivenUp,
                    (None, ConferenceEnd::Plan { .. }) => Verdict::Plan,
                    (None, ConferenceEnd::NoSolution { .. }) => Verdict::NoSolution,
                });
            }
        }
        senders_words!()
        | receivers_words!()
        | persons_words!()
        | Event::TacitlyClosed { .. }
        | Event::Unknown => {}
    }
}

impl Round {
    const fn new(number: u8, part: u8, role: Role, at: Timestamp) -> Self {
        Self { number, part, role, at, verdict: None }
    }
}
