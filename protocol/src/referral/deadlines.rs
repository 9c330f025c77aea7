//! Clocks: until when each act is due, and what a side may say when time is up.
//!
//! There is no timer inside a state. A time-out is a word like another, said by the side that is
//! entitled to it; [`due`] only tells which ones could be said now. The deadline of a right
//! drives every clock: a right at risk is decided within a quarter of the working time that is
//! left, and nothing expires before it.

use std::time::Duration;

use super::decide::{Command, decide};
use super::event::ChildEnd;
use super::proposal::Asked;
use super::receiver::Stage;
use super::sender::Phase;
use super::{Act, Author, Referral, Status};
use crate::codes::{CancelReason, Helped, Urgency};
use crate::time::{DAY, HOUR, Timestamp};

/// How long a draft is kept after the last change.
const DRAFT: Duration = DAY.saturating_mul(30);
/// How long a request may be on its way before somebody picks up the telephone.
const DELIVERY: Duration = DAY;
/// How long work may go on without news, and how far a promised date may be.
const NEWS: Duration = DAY.saturating_mul(30);
/// How long the person has to say whether it helped.
const FEEDBACK: Duration = DAY.saturating_mul(14);
/// How much later the receiver closes by itself, when the sender is silent for good.
const SILENT_SENDER: Duration = DAY.saturating_mul(14);
/// Working days during which a refusal may be asked to be looked at again.
const REVIEW: u16 = 5;

/// Returns what a side may say by itself now, because time is up.
#[must_use]
pub fn due(referral: &Referral, by: Author, now: Timestamp) -> Vec<Command> {
    let unanswered = || now >= referral.gives_up_question();
    let wishes = match (referral.status(), by) {
        (Status::Questioned, Author::Sender) if unanswered() => {
            vec![Command::Cancel(CancelReason::NoAnswer)]
        }
        (_, Author::Sender) => vec![
            Command::PurgeDraft,
            Command::Expire,
            Command::EnforceCancellation,
            Command::TacitlyClose,
        ],
        (_, Author::Receiver) => vec![Command::TacitlyClose],
        // Her silence says nothing.
        (_, Author::Person) => vec![],
    };
    // `decide` knows what is due: asking it twice keeps the two from disagreeing.
    wishes.into_iter().filter(|wish| decide(referral, by, now, wish.clone()).is_ok()).collect()
}

/// Returns what a receiver says of a referral that it passed on, once the next structure has
/// answered.
#[must_use]
pub fn follow_child(parent: &Referral, child: &Referral) -> Option<Command> {
    if parent.status() != Status::ReferringOn {
        return None;
    }
    let back = |why| Some(Command::TakeBack { why });
    match child.status() {
        Status::Declined => back(ChildEnd::Declined),
        Status::Expired => back(ChildEnd::Expired),
        Status::Cancelled | Status::Mistaken | Status::Erased => back(ChildEnd::Cancelled),
        Status::Withdrawn => back(ChildEnd::Withdrawn),
        // Whoever passes her on in turn has taken her over.
        Status::ReferredOn => Some(Command::FinishReferringOn),
        Status::Draft
        | Status::Proposed
        | Status::Delivered
        | Status::Seen
        | Status::Questioned
        | Status::Accepted
        | Status::Waitlisted
        | Status::Scheduled
        | Status::Missed
        | Status::Underway
        | Status::ReferringOn
        | Status::CaseConference
        | Status::CancellationRequested
        | Status::Concluded
        | Status::Closed => child.receiver.accepted.map(|_| Command::FinishReferringOn),
    }
}

impl Referral {
    /// Returns until when an act is due, if it is the one that is expected.
    pub(super) fn due_of(&self, act: Act) -> Timestamp {
        let asked = match &self.sender.phase {
            Phase::Asked(asked) => asked,
            Phase::Draft { edited } => return edited.after(DRAFT),
            Phase::Purged => return Timestamp::default(),
        };
        let receiver = &self.receiver;
        let since = receiver.since;
        let called = || {
            let rounds = self.last_rounds().unwrap_or_default();
            rounds.iter().flatten().map(|round| round.at).min().unwrap_or_default()
        };
        match act {
            Act::Propose | Act::Deliver => asked.cut(asked.at, asked.at.after(DELIVERY)),
            Act::Open => asked.decision(receiver.delivered.unwrap_or_default(), 2, 1),
            Act::Decide => asked.decision(self.deciding_since(), 5, 2),
            Act::AnswerQuestion => asked.within(receiver.asked_at, 5, 2),
            Act::Disclose => asked.within(since, 1, 1),
            Act::MakeContact => {
                asked.within(since.max(self.sender.disclosed.unwrap_or_default()), 10, 3)
            }
            Act::Schedule => asked.cut(since, self.promised(asked)),
            Act::StateAppointment => asked.within(self.appointment(), 2, 2),
            Act::ContactAgain => asked.within(since, 5, 5),
            Act::GiveNews => {
                let last = since.max(receiver.checked_in);
                asked.cut(last, last.after(NEWS))
            }
            Act::FollowChild => asked.within(since, 5, 2),
            Act::Join => asked.within(called(), 2, 1),
            Act::GiveVerdict => asked.within(called(), 10, 5),
            Act::SettleCancellation => {
                let asked_to = self.sender.cancelled.map_or(since, |last| last.at);
                // The appointment was heard after it: somebody must undo it.
                let fixed = matches!(receiver.stage, Stage::Scheduled { .. });
                asked.within(if fixed { asked_to.max(since) } else { asked_to }, 2, 2)
            }
            Act::SayIfHelped => since.after(FEEDBACK),
            Act::Reconsider => {
                let no = self.person.said(receiver.concluded, Helped::No);
                asked.days(no.unwrap_or(since), 5, 5)
            }
        }
    }

    /// Returns the conference that is going on: its round, when it was called, and before when it
    /// should end.
    #[must_use]
    pub fn round_going_on(&self) -> Option<(u8, Timestamp, Timestamp)> {
        let rounds = self.last_rounds().filter(|_| self.status() == Status::CaseConference)?;
        let first = rounds.iter().flatten().min_by_key(|round| round.at)?;
        Some((first.number, first.at, self.due_of(Act::GiveVerdict)))
    }

    /// Returns when a decision started to be waited for.
    pub fn deciding_since(&self) -> Timestamp {
        let sender = &self.sender;
        self.receiver
            .deciding_since
            .max(sender.answered_at)
            .max(sender.reviewed.unwrap_or_default())
    }

    /// Returns when a side may close because nobody spoke.
    pub(super) fn closes_tacitly(&self, by: Author) -> Timestamp {
        let contested = self.has_said(Helped::No);
        let act = if contested { Act::Reconsider } else { Act::SayIfHelped };
        match by {
            Author::Sender | Author::Person => self.due_of(act),
            Author::Receiver => self.due_of(act).after(SILENT_SENDER),
        }
    }

    /// Tells whether the sender may ask for a refusal to be looked at again.
    #[must_use]
    pub fn is_reviewable(&self, now: Timestamp) -> bool {
        let again = Command::RequestReview { facts: Vec::new() };
        decide(self, Author::Sender, now, again).is_ok()
    }

    /// Returns until when a refusal may be asked to be looked at again.
    pub(super) fn reviewable_until(&self) -> Timestamp {
        self.sender.asked().map_or(Timestamp::default(), |asked| {
            asked.rules.calendar.working_days_after(self.receiver.since, REVIEW)
        })
    }

    fn gives_up_question(&self) -> Timestamp {
        self.sender
            .asked()
            .map_or(Timestamp(u64::MAX), |asked| asked.expires(self.receiver.asked_at))
    }

    fn promised(&self, asked: &Asked) -> Timestamp {
        let latest = self.receiver.since.after(NEWS);
        let Stage::Waitlisted { until } = self.receiver.stage else { return latest };
        asked.rules.calendar.at(until, 17, 0).map_or(latest, |date| date.min(latest))
    }

    fn appointment(&self) -> Timestamp {
        let Stage::Scheduled { time } = self.receiver.stage else { return self.receiver.since };
        time
    }
}

impl Asked {
    /// Returns when a wait for a decision that started at `since` may be given up.
    pub(super) fn expires(&self, since: Timestamp) -> Timestamp {
        let due = self.days(since, 15, 5);
        self.end().map_or(due, |end| due.max(end))
    }

    /// Returns the end of some working days, fewer if the right is near its deadline, and not
    /// after a deadline that is very near.
    fn within(&self, since: Timestamp, normal: u16, priority: u16) -> Timestamp {
        self.cut(since, self.days(since, normal, priority))
    }

    pub(super) fn days(&self, since: Timestamp, normal: u16, priority: u16) -> Timestamp {
        let days = match self.urgency {
            Urgency::Normal => normal,
            Urgency::Priority | Urgency::RightAtRisk => priority,
        };
        self.rules.calendar.working_days_after(since, days)
    }

    /// A right at risk is decided within one working day, and within a quarter of the working
    /// time that is left, but not in less than a working hour.
    fn decision(&self, since: Timestamp, normal: u16, priority: u16) -> Timestamp {
        let due = self.within(since, normal, priority);
        let Some(end) = self.end().filter(|_| self.urgency == Urgency::RightAtRisk) else {
            return due;
        };
        let calendar = self.rules.calendar;
        let left = calendar.working_time(since, end);
        let share = left.checked_div(4).unwrap_or_default().max(HOUR);
        calendar.working_days_after(since, 1).min(calendar.after_working_time(since, share))
    }

    /// A right at risk leaves no time after its deadline, unless it has already passed.
    fn cut(&self, since: Timestamp, due: Timestamp) -> Timestamp {
        let end = self.end().filter(|end| self.urgency == Urgency::RightAtRisk && *end > since);
        end.map_or(due, |end| due.min(end))
    }

    pub(super) fn end(&self) -> Option<Timestamp> {
        self.deadline.map(|day| self.rules.calendar.end_of(day))
    }
}
