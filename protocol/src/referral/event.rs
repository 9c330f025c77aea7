//! What happens to a referral, and whose word it is.

use serde::{Deserialize, Serialize};

use super::Proposal;
use crate::calendar::Day;
use crate::codes::{
    AddedFact, Answerer, Autonomy, BackReason, CancelReason, CodedAnswer, ConferenceReason,
    DeclineReason, FirstContact, HeardBy, Helped, Matter, Medium, MeetingMode, MissedCause,
    MistakeReason, NeedCode, Outcome, PlanAct, StepDownReason, code_list,
};
use crate::consent::WithdrawalScope;
use crate::disclosure::Level;
use crate::id::{ConsentId, ReferralId, ServiceId};
use crate::time::Timestamp;

/// Something that happened to a referral.
///
/// Stored for ever and read by nodes of every version: variants are added, never changed. Only
/// codes, numbers, dates and identifiers: what identifies a person travels beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum Event {
    // — the sender —
    /// The request was written or changed. Local.
    Drafted,
    /// The request was forgotten, and is erased. Local, by the clock.
    DraftPurged,
    /// The sender asks, with the person's consent.
    Proposed(Box<Proposal>),
    /// The sender answers a question.
    Answered {
        /// Which question.
        n: u8,
        /// One answer for each matter that was asked about.
        #[serde(default)]
        answers: Vec<CodedAnswer>,
    },
    /// The sender asks for a refusal to be looked at again.
    ReviewRequested {
        /// What it adds.
        #[serde(default)]
        facts: Vec<AddedFact>,
    },
    /// The sender gives the name and the way to reach her. The first one starts the clock of the
    /// first contact; the next ones correct.
    Disclosed {
        /// How much it tells.
        level: Level,
    },
    /// The sender takes the request back.
    Cancelled {
        /// The part of the work it is about: 0, or 1 after a resumption.
        part: u8,
        /// Why.
        reason: CancelReason,
    },
    /// The receiver did not settle a cancellation in time. By the clock.
    CancellationEnforced,
    /// The sender no longer counts on this attempt. By the clock.
    Expired {
        /// Since when it had been waiting for a decision.
        since: Timestamp,
    },
    /// The request should never have been.
    Mistaken {
        /// Why.
        reason: MistakeReason,
    },
    /// The sender knows that it ended as the receiver says.
    Confirmed {
        /// Which conclusion.
        conclusion: u8,
    },

    // — the receiver —
    /// The receiver's node holds the request. No human has read it yet.
    Delivered,
    /// A professional has opened it.
    Seen {
        /// 0, or 1 when a refusal is looked at again.
        review: u8,
    },
    /// The receiver must know more before it decides.
    Questioned {
        /// Which question.
        n: u8,
        /// What about.
        #[serde(default)]
        matters: Vec<Matter>,
    },
    /// The receiver takes her on.
    Accepted,
    /// The receiver cannot help.
    Declined {
        /// Why.
        reason: DeclineReason,
        /// When it could, if it is a matter of room.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_date: Option<Day>,
        /// What to do instead. Nobody is left in limbo.
        next: NextStep,
    },
    /// She must wait, until a promised date.
    Waitlisted {
        /// The date.
        until: Day,
    },
    /// An appointment is fixed, or moved.
    Scheduled {
        /// When.
        time: Timestamp,
        /// How it is held.
        mode: MeetingMode,
    },
    /// The work has started.
    Started {
        /// How.
        contact: FirstContact,
    },
    /// The work goes on.
    CheckedIn,
    /// The appointment did not take place.
    Missed {
        /// Why.
        cause: MissedCause,
    },
    /// A receiver that had accepted stops.
    SteppedDown {
        /// Why.
        reason: StepDownReason,
        /// What to do instead.
        next: NextStep,
    },
    /// The receiver asks a third structure, with a new consent.
    ReferringOn {
        /// The referral it proposed.
        child: ReferralId,
        /// The consent of that one.
        child_consent: ConsentId,
    },
    /// The third structure accepted. By the clock.
    ReferredOn {
        /// The referral it proposed.
        child: ReferralId,
    },
    /// The third structure did not accept: the receiver is where it was. By the clock.
    TakenBack {
        /// The referral it had proposed.
        child: ReferralId,
        /// How that one ended.
        why: ChildEnd,
    },
    /// The receiver takes the work up again.
    Resumed,
    /// The receiver agrees to stop.
    CancellationConfirmed {
        /// Whether the person was told.
        told: bool,
    },
    /// The receiver has finished, and says how it ended.
    Concluded {
        /// Which conclusion.
        n: u8,
        /// How it ended, unless the person did not want it told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Outcome>,
        /// What she does by herself now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        autonomy: Option<Autonomy>,
        /// What she needs next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_need: Option<NeedCode>,
        /// What was tried to reach her.
        #[serde(default)]
        evidence: Evidence,
    },

    // — either organization —
    /// Nobody answered after a conclusion. By the clock.
    TacitlyClosed {
        /// Which conclusion.
        conclusion: u8,
    },
    /// A side asks to talk, and names somebody.
    ConferenceCalled {
        /// Which round.
        round: u8,
        /// The part of the work it is about.
        part: u8,
        /// Why.
        why: ConferenceReason,
    },
    /// The other side names somebody too; or who is in already names somebody else, until they say what
    /// came out of it: a node that called by itself had nobody to name.
    ConferenceJoined {
        /// Which round.
        round: u8,
        /// The part of the work it is about.
        part: u8,
    },
    /// A side says what came out of it.
    ConferenceEnded {
        /// Which round.
        round: u8,
        /// What.
        #[serde(flatten)]
        end: ConferenceEnd,
    },

    // — the person —
    /// She takes her consent back.
    Withdrawn {
        /// What she ends.
        #[serde(flatten)]
        scope: WithdrawalScope,
        /// Whether whoever wrote this down had already read that it was over. It is said here
        /// because it cannot be told later from the order in which facts arrive.
        after_end: bool,
    },
    /// She says whether she was helped.
    FeedbackGiven {
        /// Which conclusion she speaks of.
        conclusion: u8,
        /// What she says.
        helped: Helped,
        /// Who answered.
        #[serde(rename = "who")]
        answerer: Answerer,
        /// By what way.
        via: Medium,
        /// Who heard her.
        heard: HeardBy,
    },

    /// An event from a newer version of the protocol. It is kept, and moves nothing.
    #[serde(other)]
    Unknown,
}

/// Whose voice it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The organization that asks.
    Sender,
    /// The organization that answers.
    Receiver,
    /// The person accompanied, through any node that checked her code.
    Person,
}

/// Declares who says what, once: [`Event::may_be_said_by`] and the three halves read the same
/// lists, so that a new event makes the compiler name every place where it counts.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $first:ident $(| $rest:ident)*;)+) => {$(
        $(#[$doc])*
        macro_rules! $name {
            () => { Event::$first { .. } $(| Event::$rest { .. })* };
        }
        pub(super) use $name;
    )+};
}

words! {
    /// What only a sender says.
    senders_words = Drafted | DraftPurged | Proposed | Answered | ReviewRequested | Disclosed
        | Cancelled | CancellationEnforced | Expired | Mistaken | Confirmed;
    /// What only a receiver says.
    receivers_words = Delivered | Seen | Questioned | Accepted | Declined | Waitlisted | Scheduled
        | Started | CheckedIn | Missed | SteppedDown | ReferringOn | ReferredOn | TakenBack
        | Resumed | CancellationConfirmed | Concluded;
    /// What either organization says about a conference.
    conference_words = ConferenceCalled | ConferenceJoined | ConferenceEnded;
    /// What only the person says.
    persons_words = Withdrawn | FeedbackGiven;
}

/// An event, who states it, and when they say that it happened.
///
/// The time is the author's word: deadlines are counted from it, but it never decides whether
/// something is true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Whose word it is.
    pub by: Author,
    /// When, by their clock.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

impl Event {
    /// Tells whether this may be the word of an author. What we do not know may be anybody's.
    #[must_use]
    pub const fn may_be_said_by(&self, author: Author) -> bool {
        match self {
            senders_words!() => matches!(author, Author::Sender),
            receivers_words!() => matches!(author, Author::Receiver),
            Self::TacitlyClosed { .. } | conference_words!() => {
                matches!(author, Author::Sender | Author::Receiver)
            }
            persons_words!() => matches!(author, Author::Person),
            Self::Unknown => true,
        }
    }

    /// Tells whether this never leaves the node: a draft is nobody else's business.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        matches!(self, Self::Drafted | Self::DraftPurged | Self::Unknown)
    }

    /// Names the kind of this event: all that may be logged of it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::DraftPurged => "draft_purged",
            Self::Proposed(_) => "proposed",
            Self::Answered { .. } => "answered",
            Self::ReviewRequested { .. } => "review_requested",
            Self::Disclosed { .. } => "disclosed",
            Self::Cancelled { .. } => "cancelled",
            Self::CancellationEnforced => "cancellation_enforced",
            Self::Expired { .. } => "expired",
            Self::Mistaken { .. } => "mistaken",
            Self::Confirmed { .. } => "confirmed",
            Self::Delivered => "delivered",
            Self::Seen { .. } => "seen",
            Self::Questioned { .. } => "questioned",
            Self::Accepted => "accepted",
            Self::Declined { .. } => "declined",
            Self::Waitlisted { .. } => "waitlisted",
            Self::Scheduled { .. } => "scheduled",
            Self::Started { .. } => "started",
            Self::CheckedIn => "checked_in",
            Self::Missed { .. } => "missed",
            Self::SteppedDown { .. } => "stepped_down",
            Self::ReferringOn { .. } => "referring_on",
            Self::ReferredOn { .. } => "referred_on",
            Self::TakenBack { .. } => "taken_back",
            Self::Resumed => "resumed",
            Self::CancellationConfirmed { .. } => "cancellation_confirmed",
            Self::Concluded { .. } => "concluded",
            Self::TacitlyClosed { .. } => "tacitly_closed",
            Self::ConferenceCalled { .. } => "conference_called",
            Self::ConferenceJoined { .. } => "conference_joined",
            Self::ConferenceEnded { .. } => "conference_ended",
            Self::Withdrawn { .. } => "withdrawn",
            Self::FeedbackGiven { .. } => "feedback_given",
            Self::Unknown => "unknown",
        }
    }
}

/// What to do instead. There is no empty case: a refusal without a next step cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NextStep {
    /// One to three services of the directory.
    Alternative {
        /// Which.
        services: Alternatives,
    },
    /// The sender has something to do first.
    BackToSender {
        /// Why.
        why: BackReason,
    },
    /// The receiver knows of none: a fact for the owner of the need.
    #[serde(other)]
    NoneKnown,
}

/// One to three services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<ServiceId>", into = "Vec<ServiceId>")]
pub struct Alternatives(Vec<ServiceId>);

/// There is no service, or there are more than three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there must be one to three services")]
pub struct NotAFew;

impl TryFrom<Vec<ServiceId>> for Alternatives {
    type Error = NotAFew;

    fn try_from(services: Vec<ServiceId>) -> Result<Self, NotAFew> {
        if matches!(services.len(), 1..=3) { Ok(Self(services)) } else { Err(NotAFew) }
    }
}

impl From<Alternatives> for Vec<ServiceId> {
    fn from(alternatives: Alternatives) -> Self {
        alternatives.0
    }
}

impl Alternatives {
    /// Returns the services, in the order of preference.
    #[must_use]
    pub fn services(&self) -> &[ServiceId] {
        &self.0
    }
}

/// What was tried to reach her, when she could not be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// How many times somebody tried.
    pub tries: u8,
    /// In how many different ways.
    pub channels: u8,
    /// Over how many days.
    pub days: u16,
}

impl Evidence {
    /// Tells whether this allows to say that it ended so, after `absences` appointments to which
    /// she did not come.
    #[must_use]
    pub const fn is_enough_for(self, outcome: Option<Outcome>, absences: u8) -> bool {
        match outcome {
            Some(Outcome::Unreachable) => self.tries >= 3 && self.channels >= 2 && self.days >= 10,
            Some(Outcome::Absences) => absences >= 2 && self.tries >= 1,
            Some(_) | None => true,
        }
    }
}

/// What came out of a conference, for one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum ConferenceEnd {
    /// Somebody does something before a date. It takes two.
    Plan {
        /// What is done next.
        act: PlanAct,
        /// Which side does it.
        by: Author,
        /// Before when.
        before: Day,
    },
    /// There is no solution. One is enough.
    #[serde(rename = "none")]
    NoSolution {
        /// Why.
        reason: DeclineReason,
    },
}

code_list! {
    /// How a referral to a third structure ended without it accepting.
    ChildEnd or Cancelled {
        /// It declined.
        Declined = "declined",
        /// It did not answer.
        Expired = "expired",
        /// It was called off.
        Cancelled = "cancelled",
        /// The person took her consent back.
        Withdrawn = "withdrawn",
    }
}
