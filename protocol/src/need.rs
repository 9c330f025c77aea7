//! A need: what is missing, for one person, until it is settled.
//!
//! A need is not an attempt. It may cause several referrals; a refusal or a silence ends one of
//! them, never the need. Its owner is the organization that opened it: while an attempt is open
//! the turn may be elsewhere, the responsibility is not.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Day};
use crate::codes::{
    AgeBracket, Autonomy, NeedCode, Obstacle, Outcome, OutcomeClass, Right, Zone, code_list,
};
use crate::id::{NeedId, NodeId, PathwayId, ProfessionalId};
use crate::referral::{Confirmation, Referral, Status, Turn};
use crate::time::Timestamp;

/// A need, as its owner holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// What was said when it was opened, as revised since.
    pub facts: NeedFacts,
    /// When it was opened.
    pub opened: Timestamp,
    /// How and when it was closed, if it is.
    pub closed: Option<(Timestamp, NeedEnd)>,
}

/// What is known of a need. What identifies the person is elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedFacts {
    /// Who answers for it, for its whole life.
    pub owner: NodeId,
    /// The path it belongs to.
    pub pathway: PathwayId,
    /// What is needed.
    pub code: NeedCode,
    /// The right at stake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<Right>,
    /// What stands in the way.
    #[serde(default)]
    pub obstacles: BTreeSet<Obstacle>,
    /// Until when, for the right not to be lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Day>,
    /// Where she lives, roughly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// How old she is. Never leaves the owner.
    pub age: AgeBracket,
    /// What she does by herself, when it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autonomy: Option<Autonomy>,
    /// The professional whom she knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referent: Option<ProfessionalId>,
    /// Who stands in for the referent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stand_in: Option<ProfessionalId>,
    /// The need of another organization that this one goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_over_from: Option<NeedId>,
}

/// Something that happened to a need. Its owner's word, on its own node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum NeedEvent {
    /// It was understood.
    Opened(Box<NeedFacts>),
    /// What is known of it changed: the code, the deadline, the referent.
    Revised(Box<NeedFacts>),
    /// It is settled, or given up.
    Closed(NeedEnd),
    /// It was not settled after all.
    Reopened,
    /// An event of a newer version. It moves nothing.
    #[serde(other)]
    Unknown,
}

/// How a need ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum NeedEnd {
    /// With an outcome.
    Outcome {
        /// Which.
        outcome: Outcome,
    },
    /// The person stopped everything.
    Withdrawn,
    /// Another organization answers for it now.
    HandedOver,
    /// She did not want its end told.
    NotTold,
}

impl Need {
    /// Hears one event: `None` is a need of which nothing was heard. What does not follow is
    /// skipped.
    #[must_use]
    pub fn hear(known: Option<Self>, at: Timestamp, event: &NeedEvent) -> Option<Self> {
        match (known, event) {
            (None, NeedEvent::Opened(facts)) => {
                Some(Self { facts: (**facts).clone(), opened: at, closed: None })
            }
            (None, _) => None,
            (Some(need), event) => Some(need.evolve(at, event)),
        }
    }

    fn evolve(mut self, at: Timestamp, event: &NeedEvent) -> Self {
        match event {
            NeedEvent::Revised(facts) if self.closed.is_none() => {
                // An owner cannot pass a need on by revising it.
                let (owner, pathway) = (self.facts.owner, self.facts.pathway);
                self.facts = NeedFacts { owner, pathway, ..(**facts).clone() };
            }
            NeedEvent::Closed(end) if self.closed.is_none() => self.closed = Some((at, *end)),
            NeedEvent::Reopened => self.closed = None,
            NeedEvent::Opened(_)
            | NeedEvent::Revised(_)
            | NeedEvent::Closed(_)
            | NeedEvent::Unknown => {}
        }
        self
    }

    /// Returns the word to show.
    #[must_use]
    pub const fn status(&self) -> NeedStatus {
        match self.closed {
            None => NeedStatus::Open,
            Some((_, NeedEnd::Outcome { outcome })) => match outcome.class() {
                OutcomeClass::Resolved => NeedStatus::Resolved,
                OutcomeClass::Partly => NeedStatus::PartlyResolved,
                OutcomeClass::Unmet => NeedStatus::Unmet,
                OutcomeClass::Dropped => NeedStatus::Dropped,
                OutcomeClass::Unknown => NeedStatus::Unknown,
            },
            Some((_, NeedEnd::Withdrawn)) => NeedStatus::Withdrawn,
            Some((_, NeedEnd::HandedOver | NeedEnd::NotTold)) => NeedStatus::Unknown,
        }
    }

    /// Returns who must act next: the earliest turn of an open attempt, or else the owner, one
    /// working day after the last attempt ended. `None` once it is closed.
    #[must_use]
    pub fn turn<'a>(
        &self,
        calendar: Calendar,
        attempts: impl IntoIterator<Item = (&'a Referral, Timestamp)>,
    ) -> Option<NeedTurn> {
        if self.closed.is_some() {
            return None;
        }
        let (mut open, mut last) = (None::<Turn>, self.opened);
        for (attempt, heard) in attempts {
            match attempt.turn() {
                Some(turn) if open.is_none_or(|open| turn.due < open.due) => open = Some(turn),
                Some(_) => {}
                None => last = last.max(heard),
            }
        }
        let choose = || NeedTurn::Owner { due: calendar.working_days_after(last, 1) };
        Some(open.map_or_else(choose, NeedTurn::Attempt))
    }
}

/// Returns how an attempt settles its need, if it does: closed, resolved, and not contested.
///
/// In every other case the need stays open, and its owner chooses the next step.
#[must_use]
pub fn settled_by(attempt: &Referral) -> Option<NeedEnd> {
    let contested = attempt.confirmation() == Some(Confirmation::Contested);
    if attempt.status() != Status::Closed || contested {
        return None;
    }
    match attempt.outcome()? {
        Some(outcome) if outcome.class() == OutcomeClass::Resolved => {
            Some(NeedEnd::Outcome { outcome })
        }
        Some(_) => None,
        None => Some(NeedEnd::NotTold),
    }
}

/// Whose turn it is about a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeedTurn {
    /// An attempt is open: the turn is its turn.
    Attempt(Turn),
    /// None is: the owner chooses the next step.
    Owner {
        /// Before when.
        due: Timestamp,
    },
}

code_list! {
    /// The word for a need. Read, never stored.
    NeedStatus or Unknown {
        /// Somebody answers for it.
        Open = "open",
        /// It is met.
        Resolved = "resolved",
        /// It is partly met.
        PartlyResolved = "partly_resolved",
        /// Nothing could be found.
        Unmet = "unmet",
        /// It is no longer pursued.
        Dropped = "dropped",
        /// She stopped everything.
        Withdrawn = "withdrawn",
        /// Its end was not told.
        Unknown = "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::DeclineReason;
    use crate::consent::tests::NOW;
    use crate::referral::tests::{LATER, hear_all, proposal, words_of};
    use crate::referral::{Author, Event, Fact, NextStep};
    use crate::time::DAY;
    use proptest::prelude::*;
    use proptest::sample::select;

    fn facts() -> NeedFacts {
        NeedFacts {
            owner: NodeId([1; 32]),
            pathway: PathwayId::from_bytes([2; 16]),
            code: NeedCode::Other,
            right: Some(Right::Housing),
            obstacles: [Obstacle::LostAccess].into(),
            deadline: None,
            zone: None,
            age: AgeBracket::From60,
            autonomy: Some(Autonomy::EachGesture),
            referent: Some(ProfessionalId::from_bytes([3; 16])),
            stand_in: None,
            handed_over_from: None,
        }
    }

    fn heard(events: &[NeedEvent]) -> Option<Need> {
        events.iter().fold(None, |need, event| Need::hear(need, NOW, event))
    }

    fn opened() -> NeedEvent {
        NeedEvent::Opened(Box::new(facts()))
    }

    fn attempt(events: &[Event]) -> Referral {
        let by = |event: &Event| {
            let sender = event.may_be_said_by(Author::Sender);
            if sender { Author::Sender } else { Author::Receiver }
        };
        events.iter().fold(Referral::default(), |referral, event| {
            referral.hear(&Fact { by: by(event), at: NOW, event: event.clone() })
        })
    }

    #[test]
    fn a_need_is_open_until_its_owner_closes_it() {
        let end = |outcome| NeedEvent::Closed(NeedEnd::Outcome { outcome });
        let status = |events: &[NeedEvent]| heard(events).map(|need| need.status());
        assert_eq!(status(&[end(Outcome::Died)]), None);
        assert_eq!(status(&[opened()]), Some(NeedStatus::Open));
        assert_eq!(status(&[opened(), end(Outcome::DoneWith)]), Some(NeedStatus::Resolved));
        assert_eq!(status(&[opened(), end(Outcome::Capacity)]), Some(NeedStatus::Unmet));
        let twice = [opened(), end(Outcome::Capacity), end(Outcome::DoneWith)];
        assert_eq!(status(&twice), Some(NeedStatus::Unmet));
        let again = [opened(), end(Outcome::Capacity), NeedEvent::Reopened];
        assert_eq!(status(&again), Some(NeedStatus::Open));
        let withdrawn = [opened(), NeedEvent::Closed(NeedEnd::Withdrawn)];
        assert_eq!(status(&withdrawn), Some(NeedStatus::Withdrawn));
    }

    #[test]
    fn a_need_does_not_change_hands_by_being_revised() {
        let other = NeedFacts { owner: NodeId([9; 32]), code: NeedCode::ALL[0], ..facts() };
        let need = heard(&[opened(), NeedEvent::Revised(Box::new(other))]).unwrap();
        assert_eq!(need.facts, NeedFacts { code: NeedCode::ALL[0], ..facts() });
        let stored = serde_json::to_string(&need).unwrap();
        assert_eq!(serde_json::from_str::<Need>(&stored).unwrap(), need);
    }

    #[test]
    fn a_need_without_an_open_attempt_is_its_owners_turn() {
        let need = heard(&[opened()]).unwrap();
        let calendar = Calendar::Metropolitan;
        let next_day = calendar.working_days_after(NOW, 1);
        assert_eq!(need.turn(calendar, []), Some(NeedTurn::Owner { due: next_day }));

        let proposed = Event::Proposed(Box::new(proposal()));
        let asked = attempt(&[proposed.clone(), Event::Delivered]);
        let late = attempt(&[proposed.clone(), Event::Delivered, Event::Accepted]);
        let (reason, next) = (DeclineReason::Hours, NextStep::NoneKnown);
        let declined = Event::Declined { reason, next_date: None, next };
        let declined = attempt(&[proposed, Event::Delivered, declined]);
        // The earliest of two open attempts.
        let both = need.turn(calendar, [(&asked, NOW), (&late, NOW), (&declined, LATER)]);
        let earliest = [asked.turn(), late.turn()].into_iter().flatten().min_by_key(|t| t.due);
        assert_eq!(both, earliest.map(NeedTurn::Attempt));
        // A refusal ends the attempt, never the need.
        let ended = NOW.after(DAY);
        let due = calendar.working_days_after(ended, 1);
        let turn = need.turn(calendar, [(&declined, ended)]);
        assert_eq!(turn, Some(NeedTurn::Owner { due }));
        let closed = heard(&[opened(), NeedEvent::Closed(NeedEnd::HandedOver)]).unwrap();
        assert_eq!(closed.turn(calendar, [(&asked, NOW)]), None);
    }

    /// What may be said of a need, in any order.
    fn any_word() -> impl Strategy<Value = NeedEvent> {
        let outcome = select(Outcome::ALL).prop_map(|outcome| NeedEnd::Outcome { outcome });
        let others = select(vec![NeedEnd::Withdrawn, NeedEnd::HandedOver, NeedEnd::NotTold]);
        prop_oneof![
            Just(opened()),
            Just(NeedEvent::Revised(Box::new(NeedFacts { owner: NodeId([9; 32]), ..facts() }))),
            prop_oneof![outcome, others].prop_map(NeedEvent::Closed),
            Just(NeedEvent::Reopened),
            Just(NeedEvent::Unknown),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// A need is open with one owner, and somebody's turn before a date; or it is closed, and says
        /// how.
        #[test]
        fn a_need_is_somebodys_or_closed_with_an_outcome(
            words in prop::collection::vec((any_word(), 0..1_000_u64), 0..12),
            attempts in prop::collection::vec(
                (words_of(Author::Sender), words_of(Author::Receiver)), 0..4),
        ) {
            let first = Need::hear(None, NOW, &opened());
            let need = words.iter().fold(first, |need, (word, later)| {
                Need::hear(need, Timestamp(NOW.0 + later), word)
            });
            let need = need.expect("it was opened");
            prop_assert_eq!(need.facts.owner, facts().owner);
            let attempts: Vec<_> = attempts
                .iter()
                .map(|(ours, theirs)| hear_all(ours.iter().chain(theirs)))
                .collect();
            let turn = need.turn(Calendar::Metropolitan, attempts.iter().map(|it| (it, NOW)));
            prop_assert_eq!(need.status() == NeedStatus::Open, need.closed.is_none());
            prop_assert_eq!(turn.is_some(), need.closed.is_none());
            let open = attempts.iter().filter_map(Referral::turn).map(|turn| turn.due).min();
            match turn {
                Some(NeedTurn::Attempt(turn)) => prop_assert_eq!(Some(turn.due), open),
                Some(NeedTurn::Owner { due }) => prop_assert!(open.is_none() && due > NOW),
                None => {}
            }
        }
    }
}
