//! The endpoints of a node, and the bodies of their requests and answers.
//!
//! Answers are not signed: what matters in them (receipts, attestations, headers) is signed by
//! itself, and the rest changes no durable state.

use serde::{Deserialize, Serialize};

use crate::consent::CodeCommitment;
use crate::event::{Head, WireEvent};
use crate::id::{ConsentId, Epoch, EventId, NodeId, ReferralId, Seq};
use crate::identity::SignedIdentity;
use crate::keys::Kid;
use crate::limits;
use crate::problem::{ProblemType, Retry};
use crate::seal::Keybox;
use crate::signed::{Signed, base64url_array};
use crate::time::Timestamp;

/// Where anybody learns that an address is a node.
pub const WELL_KNOWN: &str = "/.well-known/maillage";
/// What every other path begins with.
pub const BASE: &str = "/fed/v1";
/// The version of the protocol that this crate speaks.
pub const VERSION: &str = "1.0";
/// The type of the body of a problem (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What a node tells anybody: hints only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WellKnown {
    /// Always `maillage`.
    pub protocol: String,
    /// The versions that it speaks.
    pub versions: Vec<String>,
    /// Its name.
    pub node_id: NodeId,
    /// Where its endpoints are.
    pub base: String,
    /// Optional features that it understands.
    pub features: Vec<String>,
    /// Sizes that it takes.
    pub limits: AdvertisedLimits,
    /// Its clock.
    pub time: Timestamp,
}

/// Sizes that a node takes, so that a peer does not have to guess.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct AdvertisedLimits {
    /// Events of one batch.
    pub batch_events: usize,
    /// Bytes of one request.
    pub request_bytes: usize,
    /// Bytes of one body.
    pub body_bytes: usize,
}

impl Default for AdvertisedLimits {
    fn default() -> Self {
        Self {
            batch_events: limits::BATCH_EVENTS,
            request_bytes: limits::REQUEST,
            body_bytes: limits::BODY,
        }
    }
}

/// The identity log of a node: `GET /identity`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IdentityLog {
    /// Its events, oldest first.
    pub log: Vec<SignedIdentity>,
}

/// What a guest says: `POST /link`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    /// Its identity log.
    pub identity: Vec<SignedIdentity>,
    /// The node that invited it.
    pub inv: NodeId,
    /// Its proof that it knows the invitation.
    #[serde(with = "base64url_array")]
    pub mac: [u8; 32],
    /// Its chance.
    #[serde(with = "base64url_array")]
    pub nonce: [u8; 16],
}

/// What the host answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinkAnswer {
    /// Its proof that it made the invitation.
    #[serde(with = "base64url_array")]
    pub mac: [u8; 32],
    /// Its chance.
    #[serde(with = "base64url_array")]
    pub nonce: [u8; 16],
}

/// Events in the order of their channel: `POST /events`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventBatch {
    /// At most [`limits::BATCH_EVENTS`].
    pub events: Vec<WireEvent>,
}

/// What became of a batch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BatchAnswer {
    /// One entry for each event, up to the first that was not stored.
    pub results: Vec<EventResult>,
    /// What the receiver now holds.
    pub receipt: Signed,
    /// Events that it holds without their key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub need: Vec<EventId>,
}

/// What became of one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventResult {
    /// Which one.
    pub id: EventId,
    /// What.
    pub st: EventStatus,
    /// Why, if it was not stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// What became of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// It is on disk.
    Stored,
    /// It was already.
    Duplicate,
    /// It is on disk, without its body.
    BodyMissing,
    /// It is not.
    Error,
}

/// Events for the caller: `GET /events`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PullAnswer {
    /// In the order of their channel.
    pub events: Vec<WireEvent>,
    /// The end of the channel.
    pub head: Option<Head>,
    /// Whether there are more.
    pub more: bool,
}

/// What the answering node holds from the caller: `GET /head`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HeadAnswer {
    /// The last event, as a hint: only the receipt counts.
    pub head: Option<Head>,
    /// How the channel is.
    pub status: String,
    /// The same, signed, with the nonce of the request.
    pub receipt: Signed,
}

/// Keys to be sealed again: `POST /keybox`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyboxRequest {
    /// For which events: at most [`limits::BATCH_EVENTS`].
    pub ids: Vec<EventId>,
    /// For which key of the caller.
    pub kid: Kid,
}

/// Keys sealed again.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct KeyboxAnswer {
    /// Those that still exist.
    pub keyboxes: Vec<NamedKeybox>,
}

/// The key of one event, sealed again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NamedKeybox {
    /// The event.
    pub id: EventId,
    /// Its key.
    pub k: Keybox,
}

/// Orders to erase that wait for the caller: `GET /erase`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PendingOrders {
    /// At most [`limits::ERASURE_ORDERS`].
    pub orders: Vec<Signed>,
}

/// Receipts of a node that cannot be reached: `POST /receipts`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptDeposit {
    /// What it holds.
    pub receipts: Vec<Signed>,
}

/// Whether a personal code is known: `POST /withdrawal`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalLookup {
    /// The hash of the code under the label `withdraw-lookup`.
    #[serde(with = "base64url_array")]
    pub lookup: [u8; 32],
}

/// Whether a personal code is known.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct WithdrawalAnswer {
    /// Whether this node issued it.
    pub known: bool,
    /// What proves it to whoever holds the code: the consent that it belongs to, and what that consent
    /// says of the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<(ConsentId, CodeCommitment)>,
}

/// Who opened a referral at the other side, for the person who asks: `POST /trail`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrailRequest {
    /// Which referral, between the two nodes.
    pub referral: ReferralId,
}

/// Who opened a referral at the other side. Nobody is named: she asks them for that.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct TrailAnswer {
    /// The last one first, at most [`limits::TRAIL_OPENINGS`].
    pub openings: Vec<OpenedThere>,
    /// Whether nothing is told: she wants the caller to know yes or no, and nothing of what follows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
}

/// Somebody at the other side opened what identifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedThere {
    /// On which day: its first moment, UTC. The hour is told by whoever opened it.
    pub at: Timestamp,
    /// Whether it was somebody who reads no content but for a reason.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exceptional: bool,
}

/// A place in a channel from which to go on: `?ep=…&after=…&limit=…&wait=…`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PullQuery {
    /// The epoch.
    pub ep: Epoch,
    /// The last event that the caller has in that epoch.
    pub after: Seq,
    /// How many events at most.
    #[serde(default = "PullQuery::default_limit")]
    pub limit: usize,
    /// How many seconds to wait for one.
    #[serde(default)]
    pub wait: u64,
}

impl PullQuery {
    const fn default_limit() -> usize {
        limits::BATCH_EVENTS
    }

    /// Writes this query.
    #[must_use]
    pub fn to_query(&self) -> String {
        let Self { ep, after, limit, wait } = self;
        format!("ep={}&after={}&limit={limit}&wait={wait}", ep.0, after.0)
    }
}

/// What a node could not do (RFC 9457).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Problem {
    /// The URN of its kind.
    #[serde(rename = "type")]
    pub urn: String,
    /// The status of the answer.
    pub status: u16,
    /// The code of its kind.
    pub code: String,
    /// What happened, without repeating anything that was sent.
    pub detail: String,
    /// What to do.
    pub retry: Retry,
    /// For `gap`: what the answering node holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// For `clock_skew`: the clock of the answering node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
}

impl Problem {
    /// Describes a problem of a kind.
    #[must_use]
    pub fn new(kind: ProblemType, detail: impl ToString) -> Self {
        Self {
            urn: kind.urn().to_owned(),
            status: kind.status(),
            code: kind.code().to_owned(),
            detail: detail.to_string(),
            retry: kind.retry(),
            head: None,
            time: None,
        }
    }

    /// Returns the kind, if we know it.
    #[must_use]
    pub fn kind(&self) -> Option<ProblemType> {
        ProblemType::from_code(&self.code)
    }
}
