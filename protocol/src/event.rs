//! An event: a signed header without personal data, a sealed body, and the key of that body.
//!
//! ```text
//!              parse               verify               Channel::place
//!   RawHeader ───────▶ Canonical ────────▶ Verified ────────────────▶ Positioned ──▶ appended
//!                                             ▲
//!                     Verified::sign ─────────┘
//! ```
//!
//! Each type says what was proved so far, and only the check can build it. The header names the
//! body by its hash: the body can be destroyed, and the chain of headers stays verifiable. The
//! keybox is outside the signature, so that it can be made again for another key of the
//! recipient; it exists in transit only.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cj1::{self, Malformed, NotCanonical, Object, Value};
use crate::encoding;
use crate::id::{Epoch, EventId, NodeId, Seq};
use crate::keys::{BadSignature, Kid, PrivateKey, PublicKey};
use crate::label::{Label, sha256};
use crate::limits;
use crate::seal::Keybox;
use crate::signed::{Signed, base64url_bytes};
use crate::time::Timestamp;

/// The place of an event in its channel, and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The epoch.
    pub epoch: Epoch,
    /// The place in the epoch.
    pub seq: Seq,
    /// The event.
    pub id: EventId,
}

/// Whom an event is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recipient {
    /// One node, which alone can open the body.
    Node(NodeId),
    /// Whoever wants to know: the sender's public channel. Written `*`.
    Public,
}

/// The coarse kind of an event: all that a header tells of what it carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// Everything of a referral and its need.
    Referral,
    /// Consents given and withdrawn.
    Consent,
    /// Control of the channel and of the link.
    Control,
    /// Public content.
    Directory,
    /// Values that are already noised, or digests.
    Statistics,
    /// A kind of a newer version: stored and acknowledged, not understood.
    Unknown(String),
}

/// What a header says of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyDigest {
    /// The SHA-256 of the body as transmitted.
    pub hash: [u8; 32],
    /// Its length in bytes.
    pub len: u64,
}

/// What the signed bytes of an event say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The last event of the reverse channel that the sender had stored. A causal link, not a
    /// proof of reception: receipts are.
    pub ack: Option<Head>,
    /// The body, if there was one.
    pub body: Option<BodyDigest>,
    /// What the receiver must understand to process this event. It is stored in any case.
    pub critical: Vec<String>,
    /// For a sealed body, the commitment of its key.
    pub commitment: Option<[u8; 32]>,
    /// The epoch of the channel.
    pub epoch: Epoch,
    /// The place in the epoch.
    pub seq: Seq,
    /// The event before this one in the channel.
    pub previous: Option<EventId>,
    /// The author.
    pub from: NodeId,
    /// Whom it is for.
    pub to: Recipient,
    /// The coarse kind.
    pub kind: EventKind,
    /// The signing key.
    pub kid: Kid,
    /// When it was signed, by the author's clock. No rule depends on it.
    pub at: Timestamp,
    /// When both sides must have shredded the body.
    pub expires: Option<Timestamp>,
}

/// A header and its signature as they came. Nothing was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawHeader(pub Signed);

/// A header that is canonical and complete. Who wrote it was not checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    id: EventId,
    signed: Signed,
    header: Header,
}

/// A header whose signature was checked, with the key that its `kid` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified(Canonical);

/// An event as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireEvent {
    /// The header and its signature.
    #[serde(flatten)]
    pub header: Signed,
    /// The body, unless it was erased meanwhile.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub body: Option<WireBody>,
    /// The key of the body, for the recipient.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub keybox: Option<Keybox>,
}

/// The bytes of a body as transmitted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WireBody(#[serde(with = "base64url_bytes")] pub Vec<u8>);

/// Why bytes are not a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableHeader {
    /// There are too many of them.
    #[error("the header is too large")]
    TooLarge,
    /// They are not canonical.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// They do not say what they must.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Their rules are newer than ours.
    #[error("the rules of this event are newer than this node")]
    UnsupportedVersion,
}

/// Why a body is not the one that its header names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is not the one that the header names")]
pub struct WrongBody;

impl RawHeader {
    /// Checks that the bytes are one canonical header.
    pub fn parse(self) -> Result<Canonical, UnreadableHeader> {
        if self.0.bytes.len() > limits::HEADER {
            return Err(UnreadableHeader::TooLarge);
        }
        let object = cj1::read(&self.0.bytes)?;
        if object.integer("v")? != 1 {
            return Err(UnreadableHeader::UnsupportedVersion);
        }
        let header = Header::read(&object)?;
        Ok(Canonical { id: EventId(self.0.hash(Label::EventId)), header, signed: self.0 })
    }

    /// Reads again a header that this node verified, or signed, before it wrote it in its own
    /// journal. For nothing else: the signature is not checked a second time.
    pub fn recall(self) -> Result<Verified, UnreadableHeader> {
        self.parse().map(Verified)
    }
}

impl Canonical {
    /// Returns what the header claims.
    #[must_use]
    pub const fn claims(&self) -> &Header {
        &self.header
    }

    /// Returns the name that this event has if it is genuine.
    #[must_use]
    pub const fn id(&self) -> EventId {
        self.id
    }

    /// Checks that `key` signed it.
    pub fn verify(self, key: &PublicKey) -> Result<Verified, BadSignature> {
        if key.kid() != self.header.kid {
            return Err(BadSignature);
        }
        self.signed.verify(key, Label::Event)?;
        Ok(Verified(self))
    }
}

impl Verified {
    /// Signs a header. Its `kid` is that of `key`.
    pub fn sign(key: &PrivateKey, header: Header) -> Result<Self, UnreadableHeader> {
        let bytes = Header { kid: key.kid(), ..header }.to_object().to_bytes();
        let canonical = RawHeader(Signed::sign(key, Label::Event, bytes)).parse()?;
        Ok(Self(canonical))
    }

    /// Returns what the header says.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.0.header
    }

    /// Returns the exact bytes and their signature.
    #[must_use]
    pub const fn signed(&self) -> &Signed {
        &self.0.signed
    }

    /// Returns the name of this event.
    #[must_use]
    pub const fn id(&self) -> EventId {
        self.0.id
    }

    /// Returns the place and the name of this event.
    #[must_use]
    pub const fn head(&self) -> Head {
        Head { epoch: self.0.header.epoch, seq: self.0.header.seq, id: self.0.id }
    }

    /// Checks a body against the header. A body that is missing may have been erased: it is not
    /// an error.
    pub fn check_body(&self, body: Option<&[u8]>) -> Result<(), WrongBody> {
        match (self.header().body, body) {
            (_, None) => Ok(()),
            (Some(digest), Some(body)) if digest == BodyDigest::of(body) => Ok(()),
            (_, Some(_)) => Err(WrongBody),
        }
    }
}

impl BodyDigest {
    /// Returns what a header says of `body`.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        Self { hash: sha256(body), len: u64::try_from(body.len()).unwrap_or(u64::MAX) }
    }
}

impl Head {
    /// Writes this head as `[epoch, place, name]`.
    #[must_use]
    pub fn to_value(self) -> Value {
        let id = Value::from(self.id.to_string());
        Value::Array(vec![Value::from(self.epoch.0), Value::from(self.seq.0), id])
    }

    /// Reads what [`to_value`](Self::to_value) wrote, if the member is there.
    pub fn find(object: &Object, name: &'static str) -> Result<Option<Self>, Malformed> {
        if object.get(name).is_none() {
            return Ok(None);
        }
        let [Value::Integer(epoch), Value::Integer(seq), Value::Text(id)] = object.array(name)?
        else {
            return Err(Malformed(name));
        };
        let id = id.parse().map_err(|_| Malformed(name))?;
        let (epoch, seq) = (Epoch(*epoch), Seq(*seq));
        if epoch < Epoch::FIRST || seq == Seq::ZERO {
            return Err(Malformed(name));
        }
        Ok(Some(Self { epoch, seq, id }))
    }
}

impl Recipient {
    fn read(text: &str) -> Option<Self> {
        if text == "*" { Some(Self::Public) } else { text.parse().ok().map(Self::Node) }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(node) => node.fmt(f),
            Self::Public => f.write_str("*"),
        }
    }
}

impl EventKind {
    /// Returns the name on the wire.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Referral => "referral",
            Self::Consent => "consent",
            Self::Control => "ctl",
            Self::Directory => "dir",
            Self::Statistics => "stat",
            Self::Unknown(name) => name,
        }
    }

    fn named(name: &str) -> Option<Self> {
        match name {
            "referral" => Some(Self::Referral),
            "consent" => Some(Self::Consent),
            "ctl" => Some(Self::Control),
            "dir" => Some(Self::Directory),
            "stat" => Some(Self::Statistics),
            _ if (1..=limits::KIND).contains(&name.len()) => Some(Self::Unknown(name.to_owned())),
            _ => None,
        }
    }

    /// Returns how many bytes the body of an event of this kind may have.
    #[must_use]
    pub const fn body_limit(&self) -> usize {
        match self {
            Self::Control => limits::CONTROL_BODY,
            Self::Directory | Self::Statistics => limits::PUBLIC_BODY,
            Self::Referral | Self::Consent | Self::Unknown(_) => limits::BODY,
        }
    }

    /// Tells whether an event of this kind carries something that must be shredded one day.
    const fn expires(&self) -> bool {
        match self {
            Self::Referral | Self::Consent => true,
            Self::Control | Self::Directory | Self::Statistics | Self::Unknown(_) => false,
        }
    }

    /// Tells whether an event of this kind is always in clear.
    const fn is_clear(&self) -> bool {
        match self {
            Self::Control | Self::Directory | Self::Statistics => true,
            Self::Referral | Self::Consent | Self::Unknown(_) => false,
        }
    }
}

impl Header {
    fn read(object: &Object) -> Result<Self, Malformed> {
        let seq = Seq(object.integer("sq")?);
        let header = Self {
            ack: Head::find(object, "ack")?,
            body: read_body(object)?,
            critical: read_critical(object)?,
            commitment: read_commitment(object)?,
            epoch: Epoch(object.integer("ep")?),
            seq,
            previous: object.find_parsed("pv")?,
            from: object.parsed("fr")?,
            to: Recipient::read(object.text("to")?).ok_or(Malformed("to"))?,
            kind: EventKind::named(object.text("kd")?).ok_or(Malformed("kd"))?,
            kid: object.parsed("kid")?,
            at: Timestamp(object.integer("ts")?),
            expires: object.find_integer("xp")?.map(Timestamp),
        };
        header.check()?;
        Ok(header)
    }

    /// Checks what one member implies for another.
    fn check(&self) -> Result<(), Malformed> {
        let latest = self.at.after(limits::LIFETIME);
        let limit = u64::try_from(self.kind.body_limit()).unwrap_or(u64::MAX);
        let rules = [
            (self.epoch >= Epoch::FIRST, "ep"),
            (self.seq > Seq::ZERO, "sq"),
            (self.seq == Seq(1) || self.previous.is_some(), "pv"),
            (self.body.is_none_or(|body| body.len <= limit), "bl"),
            (self.body.is_some() || self.commitment.is_none(), "kc"),
            (!self.kind.is_clear() || self.commitment.is_none(), "en"),
            (!self.kind.expires() || self.commitment.is_some(), "en"),
            (!self.kind.expires() || self.expires.is_some(), "xp"),
            (self.expires.is_none_or(|expires| expires <= latest), "xp"),
            (self.to != Recipient::Public || self.commitment.is_none(), "to"),
        ];
        match rules.iter().find(|(holds, _)| !holds) {
            Some((_, member)) => Err(Malformed(member)),
            None => Ok(()),
        }
    }

    fn to_object(&self) -> Object {
        let (hash, len) = self.body.map(|body| (encoding::base64url(&body.hash), body.len)).unzip();
        let critical = (!self.critical.is_empty()).then(|| self.critical.clone());
        Object::new()
            .with_some("ack", self.ack.map(Head::to_value))
            .with_some("bh", hash)
            .with_some("bl", len)
            .with_some("crit", critical)
            .with("en", u64::from(self.commitment.is_some()))
            .with("ep", self.epoch.0)
            .with("fr", self.from.to_string())
            .with_some("kc", self.commitment.map(|hash| encoding::base64url(&hash)))
            .with("kd", self.kind.name())
            .with("kid", self.kid.to_string())
            .with_some("pv", self.previous.map(|id| id.to_string()))
            .with("sq", self.seq.0)
            .with("to", self.to.to_string())
            .with("ts", self.at.0)
            .with("v", 1)
            .with_some("xp", self.expires.map(|at| at.0))
    }
}

fn read_body(object: &Object) -> Result<Option<BodyDigest>, Malformed> {
    match (object.find_bytes("bh")?, object.find_integer("bl")?) {
        (Some(hash), Some(len)) => Ok(Some(BodyDigest { hash, len })),
        (None, None) => Ok(None),
        (Some(_), None) | (None, Some(_)) => Err(Malformed("bl")),
    }
}

/// Suite 0 is a clear body, suite 1 a sealed one; others are reserved.
fn read_commitment(object: &Object) -> Result<Option<[u8; 32]>, Malformed> {
    match (object.integer("en")?, object.find_bytes("kc")?) {
        (0, None) => Ok(None),
        (1, Some(commitment)) => Ok(Some(commitment)),
        _ => Err(Malformed("en")),
    }
}

fn read_critical(object: &Object) -> Result<Vec<String>, Malformed> {
    let read = |value: &Value| value.as_text().map(str::to_owned);
    let features = object.array("crit")?.iter().map(read).collect::<Option<Vec<_>>>();
    let features = features.ok_or(Malformed("crit"))?;
    let fits = |feature: &String| (1..=limits::CRITICAL_NAME).contains(&feature.len());
    if features.len() <= limits::CRITICAL && features.iter().all(fits) {
        Ok(features)
    } else {
        Err(Malformed("crit"))
    }
}

impl fmt::Debug for WireBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WireBody({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests;
