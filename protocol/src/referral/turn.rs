//! How a referral reads: one word for it, whose turn it is, and until when.
//!
//! In words: withdrawal, then mistake, then help given, then cancellation, then refusal, then
//! conference, then time-out, then the rest. A human's word outranks a clock; a plan needs two,
//! « pas de solution » needs one; nobody's silence undoes what somebody did.

use super::conference::{Role, Round, Verdict};
use super::receiver::Stage;
use super::sender::Phase;
use super::{Author, Referral};
use crate::codes::{Helped, code_list};
use crate::time::Timestamp;

/// Who must act next, and before when. Every open referral has exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Who holds the ball.
    pub holder: Author,
    /// What is expected of them.
    pub act: Act,
    /// Before when.
    pub due: Timestamp,
}

code_list! {
    /// The word for a referral. Never stored nor sent: always read again.
    Status or Draft {
        /// Being written.
        Draft = "draft",
        /// Asked; the other node does not hold it yet.
        Proposed = "proposed",
        /// The other node holds it.
        Delivered = "delivered",
        /// Somebody has opened it.
        Seen = "seen",
        /// A question waits for its answer.
        Questioned = "questioned",
        /// The answer is yes.
        Accepted = "accepted",
        /// She waits until a promised date.
        Waitlisted = "waitlisted",
        /// An appointment is fixed.
        Scheduled = "scheduled",
        /// An appointment did not take place.
        Missed = "missed",
        /// The work goes on.
        Underway = "underway",
        /// A third structure is asked.
        ReferringOn = "referring_on",
        /// The two sides must talk.
        CaseConference = "case_conference",
        /// The sender wants to stop; somebody may be on her way.
        CancellationRequested = "cancellation_requested",
        /// The receiver says how it ended; nobody has confirmed.
        Concluded = "concluded",
        /// It ended as was said.
        Closed = "closed",
        /// The answer is no.
        Declined = "declined",
        /// A third structure took over.
        ReferredOn = "referred_on",
        /// It was called off.
        Cancelled = "cancelled",
        /// The person ended it.
        Withdrawn = "withdrawn",
        /// Nobody answered in time.
        Expired = "expired",
        /// It should never have been.
        Mistaken = "mistaken",
        /// A draft that was forgotten.
        Erased = "erased",
    }
}

impl Status {
    /// Tells whether nobody has to act any more.
    #[must_use]
    pub const fn is_over(self) -> bool {
        match self {
            Self::Closed
            | Self::Declined
            | Self::ReferredOn
            | Self::Cancelled
            | Self::Withdrawn
            | Self::Expired
            | Self::Mistaken
            | Self::Erased => true,
            Self::Draft
            | Self::Proposed
            | Self::Delivered
            | Self::Seen
            | Self::Questioned
            | Self::Accepted
            | Self::Waitlisted
            | Self::Scheduled
            | Self::Missed
            | Self::Underway
            | Self::ReferringOn
            | Self::CaseConference
            | Self::CancellationRequested
            | Self::Concluded => false,
        }
    }

    /// Tells whether the receiver said yes and the work is not over.
    #[must_use]
    pub const fn is_helping(self) -> bool {
        matches!(
            self,
            Self::Accepted | Self::Waitlisted | Self::Scheduled | Self::Missed | Self::Underway
        )
    }
}

code_list! {
    /// What may be expected of somebody.
    Act or Decide {
        /// To send the request, or to drop it.
        Propose = "propose",
        /// To get the request through to the other node, or to pick up the telephone.
        Deliver = "deliver",
        /// To open it.
        Open = "open",
        /// To accept or to decline.
        Decide = "decide",
        /// To answer a question.
        AnswerQuestion = "answer_question",
        /// To give the name and the way to reach her.
        Disclose = "disclose",
        /// To reach her.
        MakeContact = "make_contact",
        /// To fix an appointment.
        Schedule = "schedule",
        /// To say whether the appointment took place.
        StateAppointment = "state_appointment",
        /// To reach her again.
        ContactAgain = "contact_again",
        /// To say that the work goes on, or how it ended.
        GiveNews = "give_news",
        /// To follow what the third structure does.
        FollowChild = "follow_child",
        /// To join a conference.
        Join = "join",
        /// To say what came out of a conference.
        GiveVerdict = "give_verdict",
        /// To agree to stop, or to say that it was done.
        SettleCancellation = "settle_cancellation",
        /// To say whether it helped.
        SayIfHelped = "say_if_helped",
        /// To take the work up again, since it did not help.
        Reconsider = "reconsider",
    }
}

code_list! {
    /// Whose word closed a referral.
    Confirmation or Tacit {
        /// She says that it did not help: both words stand.
        Contested = "contested",
        /// Hers.
        Person = "person",
        /// The sender's.
        Sender = "sender",
        /// Nobody's: time did.
        Tacit = "tacit",
    }
}

impl Referral {
    /// Returns the word to show.
    ///
    /// A withdrawal before the end outranks everything, for ever. One that was made after an end
    /// leaves that end, unless it turns out that the referral was open after all.
    #[must_use]
    pub fn status(&self) -> Status {
        let read = self.read_halves();
        let left_open = self.person.left_after.is_some() && !read.is_over();
        if self.person.left.is_some() || left_open { Status::Withdrawn } else { read }
    }

    /// Returns whose turn it is, or `None` after the end.
    #[must_use]
    pub fn turn(&self) -> Option<Turn> {
        let (holder, act) = self.duty(self.status())?;
        Some(Turn { holder, act, due: self.due_of(act) })
    }

    /// Returns whose word closed it, if it is closed.
    #[must_use]
    pub fn confirmation(&self) -> Option<Confirmation> {
        if self.status() != Status::Closed {
            return None;
        }
        let closed = self.sender.closed.filter(|last| last.conclusion == self.receiver.concluded);
        Some(if self.has_said(Helped::No) {
            Confirmation::Contested
        } else if self.has_said(Helped::Yes) || self.has_said(Helped::Partly) {
            Confirmation::Person
        } else if closed.is_some_and(|last| !last.tacit) {
            Confirmation::Sender
        } else {
            Confirmation::Tacit
        })
    }

    /// The status, leaving her withdrawal aside.
    fn read_halves(&self) -> Status {
        match self.sender.phase {
            Phase::Purged => return Status::Erased,
            Phase::Draft { .. } | Phase::Asked(_) if self.sender.mistaken.is_some() => {
                return Status::Mistaken;
            }
            Phase::Draft { .. } => return Status::Draft,
            Phase::Asked(_) => {}
        }
        if let Some(status) = self.help_given() {
            return status;
        }
        let answer = self.answer();
        if self.is_cancelled() {
            self.cancelled(answer)
        } else if answer == Status::Declined {
            Status::Declined
        } else {
            self.conference().unwrap_or_else(|| self.unless_expired(answer))
        }
    }

    /// Help given outranks what follows; and so does work that both sides agreed to stop.
    fn help_given(&self) -> Option<Status> {
        match self.receiver.stage {
            Stage::Concluded { .. } if self.is_closed() => Some(Status::Closed),
            Stage::Concluded { .. } => Some(Status::Concluded),
            Stage::ReferredOn => Some(Status::ReferredOn),
            Stage::CancellationConfirmed => Some(match self.sender.cancelled {
                Some(_) => Status::Cancelled,
                // Nobody asked for it: it reads as stepping down.
                None => Status::Declined,
            }),
            Stage::Silent
            | Stage::Delivered
            | Stage::Seen
            | Stage::Accepted
            | Stage::Declined
            | Stage::Waitlisted { .. }
            | Stage::Scheduled { .. }
            | Stage::Missed
            | Stage::Underway
            | Stage::SteppedDown
            | Stage::ReferringOn { .. } => None,
        }
    }

    fn is_closed(&self) -> bool {
        let current = self.receiver.concluded;
        let helped = self.has_said(Helped::Yes) || self.has_said(Helped::Partly);
        self.sender.closed.is_some_and(|last| last.conclusion == current)
            || self.receiver.closed == current
            || helped
            || self.has_said(Helped::No) && self.receiver.resumed
    }

    /// What the receiver says, before anything else is read into it.
    fn answer(&self) -> Status {
        let (sender, receiver) = (&self.sender, &self.receiver);
        let reviewed = sender.reviewed.is_some();
        if receiver.stage == Stage::Declined && reviewed && !receiver.reopened {
            return Status::Seen;
        }
        // A receiver that reopens unasked has declined until it is asked.
        if receiver.reopened && !reviewed {
            return Status::Declined;
        }
        // Whoever moves on no longer waits for an answer: this is seen or accepted.
        if receiver.pending > sender.answered {
            return Status::Questioned;
        }
        match receiver.stage {
            Stage::Declined | Stage::SteppedDown => Status::Declined,
            Stage::Silent => Status::Proposed,
            Stage::Delivered => Status::Delivered,
            Stage::Seen => Status::Seen,
            Stage::Accepted => Status::Accepted,
            Stage::Waitlisted { .. } => Status::Waitlisted,
            Stage::Scheduled { .. } => Status::Scheduled,
            Stage::Missed => Status::Missed,
            Stage::Underway => Status::Underway,
            Stage::ReferringOn { .. } => Status::ReferringOn,
            Stage::ReferredOn => Status::ReferredOn,
            Stage::CancellationConfirmed => Status::Cancelled,
            Stage::Concluded { .. } => Status::Concluded,
        }
    }

    /// Tells whether the part of the work that is going on was cancelled.
    pub(super) fn is_cancelled(&self) -> bool {
        self.sender.cancelled.is_some_and(|last| last.part >= self.part())
    }

    /// Returns the part of the work that is going on: 0, or 1 after a resumption.
    pub(super) fn part(&self) -> u8 {
        u8::from(self.receiver.resumed)
    }

    fn cancelled(&self, answer: Status) -> Status {
        let expected = matches!(
            answer,
            Status::Scheduled | Status::Missed | Status::Underway | Status::ReferringOn
        );
        let enforced = self.sender.cancelled.is_some_and(|last| self.sender.enforces(last));
        if self.unless_expired(answer) == Status::Expired {
            // The cancellation only shut the door to a late yes.
            Status::Expired
        } else if expected && !enforced {
            // Somebody may be on her way.
            Status::CancellationRequested
        } else {
            Status::Cancelled
        }
    }

    /// A time-out is read only where no human has answered.
    fn unless_expired(&self, answer: Status) -> Status {
        let waiting = matches!(answer, Status::Proposed | Status::Delivered | Status::Seen);
        // A wait cannot have started before the request had arrived.
        let plausible =
            |since: &Timestamp| self.receiver.delivered.is_none_or(|arrived| *since >= arrived);
        let expired = self.sender.expired.as_ref().is_some_and(plausible);
        if expired && waiting { Status::Expired } else { answer }
    }

    /// Returns what the last conference about the part that is going on makes of it, unless it
    /// ended with two plans.
    fn conference(&self) -> Option<Status> {
        let rounds = self.last_rounds()?;
        let part = rounds.iter().flatten().map(|round| round.part).max()?;
        if part < self.part() {
            return None;
        }
        let verdicts = rounds.map(|round| round.and_then(|round| round.verdict));
        let none = |verdict: &Option<Verdict>| {
            matches!(verdict, Some(Verdict::NoSolution | Verdict::GivenUp))
        };
        // A side may give its plan up while the other holds to it: that is not a no.
        let two_plans = verdicts
            .iter()
            .all(|verdict| matches!(verdict, Some(Verdict::Plan | Verdict::GivenUp)));
        if two_plans {
            None
        } else if verdicts.iter().any(none) {
            Some(Status::Declined)
        } else {
            Some(Status::CaseConference)
        }
    }

    /// Returns what each side has of the last round, sender first.
    pub(super) fn last_rounds(&self) -> Option<[Option<Round>; 2]> {
        let both = [self.sender.round, self.receiver.round];
        let last = both.iter().flatten().map(|round| round.number).max()?;
        Some(both.map(|round| round.filter(|round| round.number == last)))
    }

    /// Tells whether she gave this answer about the current conclusion.
    #[must_use]
    pub fn has_said(&self, helped: Helped) -> bool {
        self.person.said(self.receiver.concluded, helped).is_some()
    }

    /// Returns who must do what, for a status.
    pub(super) fn duty(&self, status: Status) -> Option<(Author, Act)> {
        let askable = self.sender.asked().is_some_and(|asked| asked.askable);
        Some(match status {
            Status::Draft => (Author::Sender, Act::Propose),
            Status::Proposed => (Author::Sender, Act::Deliver),
            Status::Delivered => (Author::Receiver, Act::Open),
            Status::Seen => (Author::Receiver, Act::Decide),
            Status::Questioned => (Author::Sender, Act::AnswerQuestion),
            Status::Accepted if self.sender.disclosed.is_none() => (Author::Sender, Act::Disclose),
            Status::Accepted => (Author::Receiver, Act::MakeContact),
            Status::Waitlisted => (Author::Receiver, Act::Schedule),
            Status::Scheduled => (Author::Receiver, Act::StateAppointment),
            Status::Missed => (Author::Receiver, Act::ContactAgain),
            Status::Underway => (Author::Receiver, Act::GiveNews),
            Status::ReferringOn => (Author::Receiver, Act::FollowChild),
            Status::CaseConference => self.conference_duty(),
            Status::CancellationRequested => (Author::Receiver, Act::SettleCancellation),
            Status::Concluded if self.has_said(Helped::No) => (Author::Receiver, Act::Reconsider),
            Status::Concluded if askable => (Author::Person, Act::SayIfHelped),
            Status::Concluded => (Author::Sender, Act::SayIfHelped),
            Status::Closed
            | Status::Declined
            | Status::ReferredOn
            | Status::Cancelled
            | Status::Withdrawn
            | Status::Expired
            | Status::Mistaken
            | Status::Erased => return None,
        })
    }

    /// Who has not joined; then who called; then the other.
    fn conference_duty(&self) -> (Author, Act) {
        let [ours, theirs] = self.last_rounds().unwrap_or_default();
        let sender_called = ours.is_some_and(|round| round.role == Role::Called);
        let (caller, caller_round, other, other_round) = if sender_called {
            (Author::Sender, ours, Author::Receiver, theirs)
        } else {
            (Author::Receiver, theirs, Author::Sender, ours)
        };
        if other_round.is_none() {
            (other, Act::Join)
        } else if caller_round.is_none_or(|round| round.verdict.is_none()) {
            (caller, Act::GiveVerdict)
        } else {
            (other, Act::GiveVerdict)
        }
    }
}
