//! What one wants, what one may say, and why not.

use super::conference::Round;
use super::event::{
    Author, ChildEnd, ConferenceEnd, Event, Evidence, Fact, NextStep, conference_words,
    persons_words, receivers_words, senders_words,
};
use super::proposal::Proposal;
use super::receiver::Stage;
use super::{Act, Person, Referral, Status};
use crate::calendar::Day;
use crate::codes::{
    AddedFact, Answerer, Autonomy, CancelReason, CodedAnswer, ConferenceReason, DeclineReason,
    FirstContact, HeardBy, Helped, Matter, Medium, MeetingMode, MissedCause, MistakeReason,
    NeedCode, Outcome, StepDownReason,
};
use crate::consent::{Consent, WithdrawalScope};
use crate::disclosure::{Level, OutOfScope};
use crate::id::{ConsentId, ReferralId};
use crate::time::Timestamp;

/// What somebody wants to say about a referral.
///
/// Numbers that depend on what the others said (which question, which conclusion) are filled in
/// by [`decide`], from what we know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    // — the sender —
    /// Write or change the request.
    Draft,
    /// Erase a draft that was forgotten.
    PurgeDraft,
    /// Ask, with the person's consent.
    Propose {
        /// What is asked.
        proposal: Box<Proposal>,
        /// What she agreed to.
        consent: Box<Consent>,
    },
    /// Answer the question that waits.
    Answer {
        /// One answer for each matter.
        answers: Vec<CodedAnswer>,
    },
    /// Ask for a refusal to be looked at again.
    RequestReview {
        /// What is added.
        facts: Vec<AddedFact>,
    },
    /// Give the name and the way to reach her.
    Disclose {
        /// How much it tells.
        level: Level,
        /// What she agreed to.
        consent: Box<Consent>,
    },
    /// Take the request back.
    Cancel(CancelReason),
    /// Settle a cancellation that the receiver leaves open.
    EnforceCancellation,
    /// Stop counting on this attempt.
    Expire,
    /// Say that it should never have been.
    MarkMistaken(MistakeReason),
    /// Confirm the conclusion.
    Confirm,

    // — the receiver —
    /// State that the node holds the request.
    Acknowledge,
    /// Open it, or open a refusal again.
    Open,
    /// Ask about something before deciding.
    Question {
        /// What about.
        matters: Vec<Matter>,
    },
    /// Take her on.
    Accept,
    /// Say no.
    Decline {
        /// Why.
        reason: DeclineReason,
        /// When there would be room.
        next_date: Option<Day>,
        /// What to do instead.
        next: NextStep,
    },
    /// Promise a date.
    Waitlist {
        /// The date.
        until: Day,
    },
    /// Fix or move an appointment.
    Schedule {
        /// When.
        time: Timestamp,
        /// How it is held.
        mode: MeetingMode,
    },
    /// Start the work.
    Start(FirstContact),
    /// Say that the work goes on.
    CheckIn,
    /// Say that the appointment did not take place.
    Miss(MissedCause),
    /// Stop, having said yes.
    StepDown {
        /// Why.
        reason: StepDownReason,
        /// What to do instead.
        next: NextStep,
    },
    /// Ask a third structure.
    ReferOn {
        /// The referral to it.
        child: ReferralId,
        /// The consent of that one.
        child_consent: ConsentId,
    },
    /// State that the third structure accepted.
    FinishReferringOn,
    /// State that it did not.
    TakeBack {
        /// How that one ended.
        why: ChildEnd,
    },
    /// Take the work up again.
    Resume,
    /// Agree to stop.
    ConfirmCancellation {
        /// Whether the person was told.
        told: bool,
    },
    /// Say how it ended.
    Conclude {
        /// How, unless she does not want it told.
        outcome: Option<Outcome>,
        /// What she does by herself now.
        autonomy: Option<Autonomy>,
        /// What she needs next.
        next_need: Option<NeedCode>,
        /// What was tried to reach her.
        evidence: Evidence,
    },

    // — either organization —
    /// Close because nobody spoke.
    TacitlyClose,
    /// Ask to talk.
    CallConference(ConferenceReason),
    /// Name somebody too, or instead.
    JoinConference,
    /// Say what came out of it.
    EndConference(ConferenceEnd),

    // — the person —
    /// Take her consent back.
    Withdraw(WithdrawalScope),
    /// Say whether she was helped.
    GiveFeedback {
        /// What she says.
        helped: Helped,
        /// Who answered.
        answerer: Answerer,
        /// By what way.
        via: Medium,
        /// Who heard her.
        heard: HeardBy,
    },
}

/// Why something may not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Only somebody else may say this.
    #[error("only somebody else may say this")]
    NotYours,
    /// The referral has ended.
    #[error("the referral is over: {}", .0.code())]
    Over(Status),
    /// This is not what is to be done now.
    #[error("this is not possible while the referral is: {}", .0.code())]
    NotNow(Status),
    /// It will be possible later: somebody still has time.
    #[error("it is too early: somebody still has time")]
    TooEarly,
    /// It was possible earlier.
    #[error("it is too late")]
    TooLate,
    /// The author cannot say this after what they said before.
    #[error("this does not follow from what its author said before")]
    OutOfOrder,
    /// Too little was tried to say that she could not be reached or did not come.
    #[error("too little was tried to say how it ended")]
    TooLittleTried,
    /// She did not agree to this.
    #[error("the consent does not allow it")]
    OutOfScope(#[from] OutOfScope),
}

/// Turns a wish into a fact, or says why not.
///
/// Asks two questions: does everything we know today allow it, and would a peer admit it?
pub fn decide(
    referral: &Referral,
    by: Author,
    at: Timestamp,
    command: Command,
) -> Result<Fact, Refusal> {
    check_consent(referral, &command, at)?;
    let event = command.into_event(referral, by);
    if !event.may_be_said_by(by) {
        return Err(Refusal::NotYours);
    }
    advise(referral, by, &event, at)?;
    let fact = Fact { by, at, event };
    admit(referral, &fact)?;
    Ok(fact)
}

/// Checks that a fact follows from what *its own author* said before.
///
/// The other voices are left out: when a receiver accepts, it may not have heard yet of a
/// withdrawal, and that is nobody's fault.
pub fn admit(referral: &Referral, fact: &Fact) -> Result<(), Refusal> {
    if !fact.event.may_be_said_by(fact.by) {
        return Err(Refusal::NotYours);
    }
    let follows = match fact.by {
        Author::Sender => referral.sender.admits(&fact.event, fact.at),
        Author::Receiver => referral.receiver.admits(&fact.event),
        Author::Person => Person::admits(&fact.event),
    };
    if follows { Ok(()) } else { Err(Refusal::OutOfOrder) }
}

/// Nothing is asked and nothing is told without her.
fn check_consent(referral: &Referral, command: &Command, at: Timestamp) -> Result<(), OutOfScope> {
    if let Command::Propose { proposal, consent } = command {
        proposal.check_consent(consent, at)?;
    }
    if let Command::Disclose { consent, .. } = command {
        let asked = referral.sender.asked().map(|asked| asked.consent);
        // A renewed consent names the one under which it was asked.
        if asked.is_none_or(|id| id != consent.id() && Some(id) != consent.grant().renews) {
            return Err(OutOfScope::OtherConsent);
        }
        consent.check_valid(at)?;
    }
    Ok(())
}

/// Asks what we know of *all* halves. A peer that did not know it may still say it: then
/// precedence reads it harmlessly.
fn advise(referral: &Referral, by: Author, event: &Event, at: Timestamp) -> Result<(), Refusal> {
    let status = referral.status();
    if by != Author::Person && referral.person.has_left() {
        return Err(Refusal::Over(Status::Withdrawn));
    }
    let allowed = match by {
        Author::Sender => sender_may(referral, status, event),
        Author::Receiver => receiver_may(referral, status, event),
        Author::Person => person_may(referral, status, event),
    };
    if allowed {
        check_time(referral, by, event, at)
    } else if status.is_over() {
        Err(Refusal::Over(status))
    } else {
        Err(Refusal::NotNow(status))
    }
}

fn sender_may(referral: &Referral, status: Status, event: &Event) -> bool {
    use Status::*;
    match event {
        Event::Drafted | Event::DraftPurged | Event::Proposed(_) => status == Draft,
        Event::Mistaken { .. } => !status.is_over() && status != Concluded,
        // On an expired one it only shuts the door to a late yes.
        Event::Cancelled { .. } => {
            status.is_helping()
                || matches!(status, Proposed | Delivered | Seen | Questioned | Expired)
        }
        Event::CancellationEnforced => status == CancellationRequested,
        Event::Answered { .. } => status == Questioned,
        // Only an answer is reviewable, not a stepping down nor a conference.
        Event::ReviewRequested { .. } => {
            status == Declined && referral.receiver.stage == Stage::Declined
        }
        Event::Disclosed { .. } => status.is_helping(),
        Event::Expired { .. } => matches!(status, Delivered | Seen),
        Event::Confirmed { .. } | Event::TacitlyClosed { .. } => status == Concluded,
        conference_words!() => conference_may(referral.sender.round, referral, status, event),
        receivers_words!() | persons_words!() | Event::Unknown => false,
    }
}

fn receiver_may(referral: &Referral, status: Status, event: &Event) -> bool {
    use Status::*;
    let stage = referral.receiver.stage;
    let arrived = stage != Stage::Silent || *event == Event::Delivered;
    if referral.sender.asked().is_none() || !arrived {
        return false;
    }
    match event {
        Event::Delivered => matches!(status, Proposed | CaseConference),
        Event::Seen { review: 0 } => matches!(status, Delivered | Expired),
        Event::Seen { .. } => status == Seen && stage == Stage::Declined,
        Event::Questioned { .. } => matches!(status, Delivered | Seen | Accepted),
        Event::Accepted => {
            // A late yes is a yes, if the door is open.
            let late = status == Expired && referral.sender.cancelled.is_none();
            matches!(status, Delivered | Seen) || late
        }
        Event::Declined { .. } => matches!(status, Delivered | Seen),
        Event::Waitlisted { .. } => matches!(status, Accepted | Waitlisted),
        Event::Scheduled { .. } | Event::SteppedDown { .. } | Event::CheckedIn => {
            status.is_helping()
        }
        Event::Started { .. } => {
            matches!(status, Accepted | Waitlisted | Scheduled | Missed | CancellationRequested)
        }
        Event::Missed { .. } => status == Scheduled,
        Event::ReferringOn { .. } => status == Seen || status.is_helping(),
        Event::ReferredOn { .. } | Event::TakenBack { .. } => status == ReferringOn,
        Event::Resumed => {
            status == ReferringOn || status == Concluded && referral.has_said(Helped::No)
        }
        Event::CancellationConfirmed { .. } => status == CancellationRequested,
        Event::Concluded { .. } => matches!(status, Missed | Underway | CancellationRequested),
        Event::TacitlyClosed { .. } => status == Concluded,
        conference_words!() => conference_may(referral.receiver.round, referral, status, event),
        senders_words!() | persons_words!() | Event::Unknown => false,
    }
}

fn person_may(referral: &Referral, status: Status, event: &Event) -> bool {
    match event {
        // Consent may be withdrawn at any time (GDPR, article 7.3): after the end too.
        // Who stopped with one organization may still stop everything.
        Event::Withdrawn { scope, .. } => {
            let wider = *scope == WithdrawalScope::Pathway;
            !scope.ends_the_referral() || wider || !referral.person.has_left()
        }
        // A later answer changes whose word closed it, never the status.
        Event::FeedbackGiven { .. } => matches!(status, Status::Concluded | Status::Closed),
        senders_words!()
        | receivers_words!()
        | conference_words!()
        | Event::TacitlyClosed { .. }
        | Event::Unknown => false,
    }
}

fn conference_may(own: Option<Round>, referral: &Referral, status: Status, event: &Event) -> bool {
    use Status::*;
    let last = referral.last_rounds().into_iter().flatten().flatten().map(|round| round.number);
    let joined = own.map(|round| round.number) == last.max();
    match event {
        Event::ConferenceCalled { .. } => {
            status.is_helping()
                || matches!(status, Proposed | Delivered | Seen | Questioned | ReferringOn)
        }
        Event::ConferenceJoined { .. } => {
            let names = own.is_some_and(|round| round.verdict.is_none());
            status == CaseConference && (names || !joined)
        }
        Event::ConferenceEnded { .. } => status == CaseConference && joined,
        senders_words!()
        | receivers_words!()
        | persons_words!()
        | Event::TacitlyClosed { .. }
        | Event::Unknown => false,
    }
}

/// Nobody's time is cut short, nothing is asked again for ever, and nobody is blamed lightly.
fn check_time(
    referral: &Referral,
    by: Author,
    event: &Event,
    at: Timestamp,
) -> Result<(), Refusal> {
    let reviewed = matches!(event, Event::ReviewRequested { .. });
    if reviewed && at > referral.reviewable_until() {
        return Err(Refusal::TooLate);
    }
    if let Event::Concluded { outcome, evidence, .. } = event
        && !evidence.is_enough_for(*outcome, referral.receiver.absences)
    {
        return Err(Refusal::TooLittleTried);
    }
    let early = referral.not_before(by, event).is_some_and(|not_before| at < not_before);
    if early { Err(Refusal::TooEarly) } else { Ok(()) }
}

impl Referral {
    /// Returns until when somebody else still has time, if this takes it from them.
    fn not_before(&self, by: Author, event: &Event) -> Option<Timestamp> {
        use Event::*;
        match event {
            DraftPurged => Some(self.due_of(Act::Propose)),
            CancellationEnforced => Some(self.due_of(Act::SettleCancellation)),
            Expired { since } => self.sender.asked().map(|asked| asked.expires(*since)),
            TacitlyClosed { .. } => Some(self.closes_tacitly(by)),
            // A side alone may say so once the other had time to join.
            ConferenceEnded { end: ConferenceEnd::NoSolution { .. }, .. } => {
                (!self.both_joined()).then(|| self.due_of(Act::GiveVerdict))
            }
            _ => None,
        }
    }
}

impl Referral {
    fn both_joined(&self) -> bool {
        self.last_rounds().is_some_and(|rounds| rounds.iter().all(Option::is_some))
    }
}

impl Command {
    /// Says the wish as an event, with the numbers of what we know.
    fn into_event(self, referral: &Referral, by: Author) -> Event {
        let (sender, receiver) = (&referral.sender, &referral.receiver);
        let conclusion = receiver.concluded;
        match self {
            Self::Draft => Event::Drafted,
            Self::PurgeDraft => Event::DraftPurged,
            Self::Propose { proposal, .. } => Event::Proposed(proposal),
            Self::Answer { answers } => Event::Answered { n: receiver.pending, answers },
            Self::RequestReview { facts } => Event::ReviewRequested { facts },
            Self::Disclose { level, .. } => Event::Disclosed { level },
            Self::Cancel(reason) => Event::Cancelled { part: referral.part(), reason },
            Self::EnforceCancellation => Event::CancellationEnforced,
            Self::Expire => Event::Expired { since: referral.deciding_since() },
            Self::MarkMistaken(reason) => Event::Mistaken { reason },
            Self::Confirm => Event::Confirmed { conclusion },
            Self::Acknowledge => Event::Delivered,
            Self::Open => Event::Seen { review: u8::from(receiver.stage == Stage::Declined) },
            Self::Question { matters } => {
                Event::Questioned { n: receiver.asked.saturating_add(1), matters }
            }
            Self::Accept => Event::Accepted,
            Self::Decline { reason, next_date, next } => {
                Event::Declined { reason, next_date, next }
            }
            Self::Waitlist { until } => Event::Waitlisted { until },
            Self::Schedule { time, mode } => Event::Scheduled { time, mode },
            Self::Start(contact) => Event::Started { contact },
            Self::CheckIn => Event::CheckedIn,
            Self::Miss(cause) => Event::Missed { cause },
            Self::StepDown { reason, next } => Event::SteppedDown { reason, next },
            Self::ReferOn { child, child_consent } => Event::ReferringOn { child, child_consent },
            Self::FinishReferringOn => Event::ReferredOn { child: receiver.stage.child() },
            Self::TakeBack { why } => Event::TakenBack { child: receiver.stage.child(), why },
            Self::Resume => Event::Resumed,
            Self::ConfirmCancellation { told } => Event::CancellationConfirmed { told },
            Self::Conclude { outcome, autonomy, next_need, evidence } => {
                let n = conclusion.saturating_add(1);
                Event::Concluded { n, outcome, autonomy, next_need, evidence }
            }
            Self::TacitlyClose => Event::TacitlyClosed { conclusion },
            Self::CallConference(why) => {
                let own = if by == Author::Sender { sender.round } else { receiver.round };
                let round = own.map_or(0, |own| own.number).saturating_add(1);
                Event::ConferenceCalled { round, part: referral.part(), why }
            }
            Self::JoinConference => {
                let (round, part) = referral.last_round();
                Event::ConferenceJoined { round, part }
            }
            Self::EndConference(end) => {
                Event::ConferenceEnded { round: referral.last_round().0, end }
            }
            Self::Withdraw(scope) => {
                Event::Withdrawn { scope, after_end: referral.status().is_over() }
            }
            Self::GiveFeedback { helped, answerer, via, heard } => {
                Event::FeedbackGiven { conclusion, helped, answerer, via, heard }
            }
        }
    }
}

impl Referral {
    /// Returns the number of the last round and the part of the work it is about.
    fn last_round(&self) -> (u8, u8) {
        let own = [self.sender.round, self.receiver.round];
        let number = own.iter().flatten().map(|round| round.number).max().unwrap_or(0);
        let part = own.iter().flatten().map(|round| round.part).max().unwrap_or(0);
        (number, part)
    }
}

impl Stage {
    /// Returns the referral to a third structure; a name that nobody has, if there is none.
    fn child(self) -> ReferralId {
        let Self::ReferringOn { child, .. } = self else { return ReferralId::from_bytes([0; 16]) };
        child
    }
}
