//! What a payload may say: the only place where meaning becomes bytes.
//!
//! A payload is split by its types. The [`Skeleton`] holds what rules and counters read: codes,
//! numbers, dates, identifiers. The [`Content`] holds what identifies. Nodes seal the two apart,
//! so that erasure destroys the second and the first still folds to the same referral.
//!
//! ```text
//!              ┌ skeleton: t v id at ref need path re consent, codes and dates ┐
//!   Payload ───┤                                                               ├──▶ one JSON object
//!              └ content:  names, ways to reach her, texts                     ┘
//! ```
//!
//! What the person did not agree to cannot be encoded, and is refused again on arrival: both
//! sides call [`check_scope`].

mod content;
mod strict;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use content::{
    Belonging, Channel, Contact, Content, Context, ProcedureStage, Professional, SafeContact,
    SafeRule,
};

use crate::codes::{HeardBy, OutcomeClass, code_list};
use crate::consent::{Consent, Grant};
use crate::disclosure::{Acceptance, Category, Disclosure, OutOfScope, SecrecyRegime};
use crate::guard::holds_a_proved_number;
use crate::id::{ConsentId, NeedId, NodeId, PathwayId, PayloadId, ReferralId};
use crate::limits;
use crate::referral::{Author, Event, Fact};
use crate::time::Timestamp;

/// Something that one node says to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// What rules and counters read. Identifies nobody.
    pub skeleton: Skeleton,
    /// What identifies.
    pub content: Content,
}

/// What is left of a payload when the person is forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skeleton {
    /// The name of this payload. The fold ignores a second one of the same name.
    pub id: PayloadId,
    /// When it happened, by the clock of who says it.
    pub at: Timestamp,
    /// What it is about.
    #[serde(flatten)]
    pub thread: Thread,
    /// What it says.
    pub saying: Saying,
}

/// What a payload is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Which referral.
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<ReferralId>,
    /// Which need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<NeedId>,
    /// Which path.
    #[serde(rename = "path", default, skip_serializing_if = "Option::is_none")]
    pub pathway: Option<PathwayId>,
    /// The payloads that it answers.
    #[serde(rename = "re", default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<PayloadId>,
    /// The consent that covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentId>,
}

/// What a payload says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saying {
    /// Something that happened to a referral, her withdrawal included.
    Referral(Event),
    /// She agreed.
    Consent(Box<Grant>),
    /// A desk elsewhere heard her, and gives her code to the node that issued it.
    WithdrawalRequested,
    /// What became of a need, for the organization that answers for it.
    NeedReported(NeedReport),
    /// Something that a newer version says. It is kept, and moves nothing.
    Unknown(UnknownKind),
}

impl Skeleton {
    /// Returns what a receiver keeps of it once the body is gone: of what was asked, the outline.
    #[must_use]
    pub fn outline(self) -> Self {
        let saying = match self.saying {
            Saying::Referral(Event::Proposed(proposal)) => {
                Saying::Referral(Event::Proposed(Box::new(proposal.outline())))
            }
            saying => saying,
        };
        Self { saying, ..self }
    }
}

/// What became of a need that was passed on: no personal data, no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedReport {
    /// What it means for the need, unless she does not want it told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<OutcomeClass>,
    /// How many times it was passed on.
    pub hops: u8,
    /// Whether it came back to a structure that had it already.
    pub looped: bool,
    /// Whether it was in time.
    pub in_time: InTime,
}

code_list! {
    /// Whether a right was saved.
    InTime or Unknown {
        /// It was done before the deadline.
        Kept = "kept",
        /// It was not.
        Missed = "missed",
        /// There was no deadline, or it is not known.
        Unknown = "unknown",
    }
}

/// The two organizations of a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that asks.
    Sender,
    /// The one that answers.
    Receiver,
}

/// What a payload is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Cover<'a> {
    /// What she agreed to.
    pub consent: &'a Consent,
    /// Who would learn it: the addressee, or ourselves on arrival.
    pub to: NodeId,
    /// Under what duty of silence they are.
    pub regime: SecrecyRegime,
    /// The proof that they accepted.
    pub acceptance: Option<Acceptance>,
    /// When.
    pub at: Timestamp,
}

/// Version of what payloads say. Another one is kept as [`Saying::Unknown`].
const VERSION: u64 = 1;
/// Bytes of the largest payload: the largest bucket, less its length.
const LARGEST: usize = 61_440 - 4;
/// Payloads that one may answer.
const ANSWERS: usize = 16;
/// The member that holds what identifies.
const CONTENT: &str = "content";

impl Payload {
    /// Says a fact to the other side.
    #[must_use]
    pub fn of_fact(id: PayloadId, thread: Thread, fact: &Fact, content: Content) -> Self {
        let saying = Saying::Referral(fact.event.clone());
        Self { skeleton: Skeleton { id, at: fact.at, thread, saying }, content }
    }

    /// Says that she agreed. The payload has the name of the consent.
    #[must_use]
    pub fn of_consent(consent: &Consent, thread: Thread) -> Self {
        let grant = consent.grant();
        let id = PayloadId::from_bytes(grant.id.to_bytes());
        let thread = Thread { referral: Some(grant.referral), consent: None, ..thread };
        let saying = Saying::Consent(Box::new(grant.clone()));
        let skeleton = Skeleton { id, at: grant.at, thread, saying };
        Self { skeleton, content: Content::default() }
    }

    /// Returns what this tells of the person.
    #[must_use]
    pub fn categories(&self) -> BTreeSet<Category> {
        let mut told = self.content.categories();
        if let Saying::Referral(Event::Proposed(proposal)) = &self.skeleton.saying {
            told.extend(proposal.categories());
        }
        // What a sender answers in its own words is about her.
        let answer = matches!(self.skeleton.saying, Saying::Referral(Event::Answered { .. }));
        if answer && self.content.text.is_some() {
            told.insert(Category::PracticalNote);
        }
        told
    }

    /// Writes this for a peer, if she agreed to it.
    ///
    /// What tells nothing of her needs no cover.
    pub fn encode(&self, cover: Option<&Cover<'_>>) -> Result<Vec<u8>, Unsayable> {
        if let Saying::Referral(event) = &self.skeleton.saying
            && event.is_local()
        {
            return Err(Unsayable::Local);
        }
        check_scope(self, cover)?;
        let json = serde_json::to_vec(&self.to_value()?).map_err(|_| Unsayable::TooLarge)?;
        if json.len() > LARGEST { Err(Unsayable::TooLarge) } else { Ok(json) }
    }

    /// Reads what a peer wrote. Whether it may say so is another question: see [`check_scope`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.len() > LARGEST {
            return Err(Unreadable::TooLarge);
        }
        let mut members = strict::read_object(bytes, limits::BODY_DEPTH)?;
        let content = members.remove(CONTENT);
        let common = read::<Common>(&Value::Object(members.clone()))?;
        if common.thread.answers.len() > ANSWERS {
            return Err(Unreadable::NotAPayload);
        }
        let saying = Saying::read(&common.t, common.v, members)?;
        let content = match (&saying, content) {
            // What we do not understand, we do not keep.
            (Saying::Unknown(_), _) | (_, None) => Content::default(),
            (_, Some(content)) => read(&content)?,
        };
        let Common { id, at, thread, .. } = common;
        Ok(Self { skeleton: Skeleton { id, at, thread, saying }, content })
    }

    fn to_value(&self) -> Result<Value, Unsayable> {
        let Skeleton { id, at, thread, saying } = &self.skeleton;
        let mut members = saying.members()?;
        members.append(&mut object(thread)?);
        members.insert("t".to_owned(), saying.kind().into());
        members.insert("v".to_owned(), VERSION.into());
        members.insert("id".to_owned(), value(id)?);
        members.insert("at".to_owned(), value(at)?);
        if self.content != Content::default() {
            members.insert(CONTENT.to_owned(), value(&self.content)?);
        }
        Ok(Value::Object(members))
    }
}

/// Checks that she agreed to all that a payload tells, and that it tells it in its place.
///
/// The sender asks before it seals; the receiver asks again, and destroys what is out of scope.
pub fn check_scope(payload: &Payload, cover: Option<&Cover<'_>>) -> Result<(), OutOfScope> {
    check_places(payload)?;
    let categories = payload.categories();
    if categories.is_empty() {
        return Ok(());
    }
    let cover = cover.ok_or(OutOfScope::NoConsent)?;
    let thread = &payload.skeleton.thread;
    let grant = cover.consent.grant();
    if thread.consent != Some(grant.id) || thread.referral != Some(grant.referral) {
        return Err(OutOfScope::OtherConsent);
    }
    if let Saying::Referral(Event::Proposed(proposal)) = &payload.skeleton.saying {
        proposal.check_consent(cover.consent, cover.at)?;
    }
    let told = Disclosure::new(cover.to, cover.regime, cover.acceptance, categories)?;
    cover.consent.covers(&told, cover.at)
}

/// Each part of the content goes with the few words that it was made for.
fn check_places(payload: &Payload) -> Result<(), OutOfScope> {
    let content = &payload.content;
    let event = match &payload.skeleton.saying {
        Saying::Referral(event) => Some(event),
        Saying::Consent(_) | Saying::NeedReported(_) | Saying::Unknown(_) => None,
        Saying::WithdrawalRequested => {
            return if content.is_code_only() { Ok(()) } else { Err(OutOfScope::Misplaced) };
        }
    };
    let allowed = [
        (content.code.is_some(), false),
        (content.text.is_some(), event.is_some_and(takes_text)),
        (content.speaker.is_some(), event.is_some_and(takes_speaker)),
        (
            content.contact.is_some() || content.context.is_some(),
            event.is_some_and(|event| tells_at_most(event, content)),
        ),
    ];
    if allowed.iter().any(|(there, allowed)| *there && !*allowed) {
        Err(OutOfScope::Misplaced)
    } else if content.has_long_text() {
        Err(OutOfScope::TextTooLong)
    } else if content.free_texts().any(|text| holds_a_proved_number(text)) {
        Err(OutOfScope::ProvedNumber)
    } else {
        Ok(())
    }
}

const fn takes_text(event: &Event) -> bool {
    matches!(
        event,
        Event::Answered { .. }
            | Event::Questioned { .. }
            | Event::Declined { .. }
            | Event::SteppedDown { .. }
            | Event::Scheduled { .. }
            | Event::ConferenceEnded { .. }
    )
}

const fn takes_speaker(event: &Event) -> bool {
    matches!(event, Event::ConferenceCalled { .. } | Event::ConferenceJoined { .. })
}

/// A disclosure says its level aloud, and does not tell more.
fn tells_at_most(event: &Event, content: &Content) -> bool {
    let Event::Disclosed { level } = event else { return false };
    content.categories().iter().all(|category| category.level() <= *level)
}

impl Skeleton {
    /// Returns the fact that this states, said by one of the two organizations: the one whose
    /// channel it came by, or ours.
    ///
    /// `None` if it is not about what happens to a referral.
    #[must_use]
    pub fn fact(&self, said_by: Side) -> Option<Fact> {
        let Saying::Referral(event) = &self.saying else { return None };
        let mut event = event.clone();
        if let Event::FeedbackGiven { heard, .. } = &mut event
            && said_by == Side::Receiver
        {
            // A receiver heard her itself: her code proves who she is to whoever issued it alone.
            *heard = HeardBy::Receiver;
        }
        let by = if event.may_be_said_by(Author::Person) && event != Event::Unknown {
            Author::Person
        } else {
            match said_by {
                Side::Sender => Author::Sender,
                Side::Receiver => Author::Receiver,
            }
        };
        Some(Fact { by, at: self.at, event })
    }

    /// Returns the coarse kind that the header of its event shows.
    #[must_use]
    pub const fn header_kind(&self) -> &'static str {
        match &self.saying {
            Saying::Referral(Event::Withdrawn { .. })
            | Saying::Consent(_)
            | Saying::WithdrawalRequested => "consent",
            Saying::Referral(_) | Saying::NeedReported(_) | Saying::Unknown(_) => "referral",
        }
    }
}

impl Saying {
    /// Names what is said, as on the wire: all that may be logged of it.
    #[must_use]
    pub fn kind(&self) -> String {
        match self {
            Self::Referral(Event::Withdrawn { .. }) => "consent.withdrawn".to_owned(),
            Self::Referral(event) => format!("referral.{}", event.kind()),
            Self::Consent(_) => "consent.given".to_owned(),
            Self::WithdrawalRequested => "withdrawal.requested".to_owned(),
            Self::NeedReported(_) => "need.reported".to_owned(),
            Self::Unknown(kind) => kind.0.clone(),
        }
    }

    fn members(&self) -> Result<Map<String, Value>, Unsayable> {
        match self {
            Self::Referral(event) => object(event),
            Self::Consent(grant) => object(grant),
            Self::NeedReported(report) => object(report),
            Self::WithdrawalRequested => Ok(Map::new()),
            Self::Unknown(_) => Err(Unsayable::Local),
        }
    }

    fn read(kind: &str, version: u64, mut members: Map<String, Value>) -> Result<Self, Unreadable> {
        let unknown = || UnknownKind::try_from(kind.to_owned()).map(Self::Unknown);
        if version != VERSION {
            return unknown();
        }
        let event = match kind {
            "consent.given" => return read(&Value::Object(members)).map(Self::Consent),
            "withdrawal.requested" => return Ok(Self::WithdrawalRequested),
            "need.reported" => return read(&Value::Object(members)).map(Self::NeedReported),
            "consent.withdrawn" => "withdrawn",
            "referral.withdrawn" => return unknown(),
            _ => match kind.strip_prefix("referral.") {
                Some(event) => event,
                None => return unknown(),
            },
        };
        members.insert("t".to_owned(), event.into());
        match read(&Value::Object(members))? {
            Event::Unknown | Event::Drafted | Event::DraftPurged => unknown(),
            event => Ok(Self::Referral(event)),
        }
    }
}

/// The kind of a payload of a newer version: letters, figures, dots. It can hold no sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnknownKind(String);

impl TryFrom<String> for UnknownKind {
    type Error = Unreadable;

    fn try_from(kind: String) -> Result<Self, Unreadable> {
        let plain =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_');
        let fits = matches!(kind.len(), 1..=48) && kind.bytes().all(plain);
        if fits { Ok(Self(kind)) } else { Err(Unreadable::NotAPayload) }
    }
}

impl From<UnknownKind> for String {
    fn from(kind: UnknownKind) -> Self {
        kind.0
    }
}

/// The members that every payload has.
#[derive(Deserialize)]
struct Common {
    t: String,
    v: u64,
    id: PayloadId,
    at: Timestamp,
    #[serde(flatten)]
    thread: Thread,
}

/// Why something cannot be said to a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsayable {
    /// She did not agree, or it has no place there.
    #[error("this may not be told")]
    OutOfScope(#[from] OutOfScope),
    /// A draft is nobody else's business.
    #[error("this never leaves the node")]
    Local,
    /// It is larger than the largest payload.
    #[error("this is too large to be sent")]
    TooLarge,
}

/// Why bytes are not a payload. It repeats nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// They are more than the largest payload.
    #[error("the payload is too large")]
    TooLarge,
    /// They are not one JSON object, without repeated members, not too deep.
    #[error("the payload is not a plain JSON object")]
    NotJson,
    /// A member is missing, or has the wrong shape.
    #[error("the payload lacks a member, or has one of the wrong shape")]
    NotAPayload,
}

fn read<'de, T: Deserialize<'de>>(value: &'de Value) -> Result<T, Unreadable> {
    // What serde says may repeat what it read.
    T::deserialize(value).map_err(|_| Unreadable::NotAPayload)
}

fn value(part: &impl Serialize) -> Result<Value, Unsayable> {
    serde_json::to_value(part).map_err(|_| Unsayable::TooLarge)
}

fn object(part: &impl Serialize) -> Result<Map<String, Value>, Unsayable> {
    match value(part)? {
        Value::Object(members) => Ok(members),
        _ => Err(Unsayable::TooLarge),
    }
}

#[cfg(test)]
mod tests;
