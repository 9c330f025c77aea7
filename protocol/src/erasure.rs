//! Orders to erase, their attestations, and what a node erases by itself.
//!
//! Erasure is never behind anything: an order travels in the channel and by a door of its own,
//! and may be asked for at every start. An attestation is accountability, not proof.

use crate::cj1::{self, Malformed, NotCanonical, Object, Value};
use crate::encoding;
use crate::id::{EventId, NodeId, UnitId};
use crate::keys::{BadSignature, Kid, PrivateKey, PublicKey};
use crate::label::Label;
use crate::limits;
use crate::signed::Signed;
use crate::time::Timestamp;

/// Why something is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasureCause {
    /// The person took her consent back.
    Withdrawal,
    /// The time that she agreed to is over.
    Expiry,
    /// She objected to a processing that does not rest on her consent.
    Objection,
    /// It was a mistake.
    Error,
    /// The referral is over, and so is the time it may be kept.
    Closure,
}

/// How far an order reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasureScope {
    /// The bodies of the named events.
    Events,
    /// Also the recipient's own events that answer them.
    Referral,
}

/// An order to erase, from the author of what must be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureOrder {
    /// Why.
    pub cause: ErasureCause,
    /// Before when.
    pub due: Timestamp,
    /// Who orders.
    pub from: NodeId,
    /// Who must erase.
    pub to: NodeId,
    /// Which events: 1 to 256.
    pub ids: Vec<EventId>,
    /// How far.
    pub scope: ErasureScope,
    /// The signing key.
    pub kid: Kid,
    /// When, by the author's clock.
    pub at: Timestamp,
}

/// The attestation that an order was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureAttestation {
    /// What was not there: success, not error.
    pub absent: Vec<EventId>,
    /// When it was erased.
    pub erased_at: Timestamp,
    /// When the last backup that could open it disappears.
    pub backups_gone: Timestamp,
    /// Recipients further on: how many were told, how many confirmed.
    pub told: u64,
    /// How many of them confirmed.
    pub confirmed: u64,
    /// Who erased.
    pub from: NodeId,
    /// Who ordered.
    pub to: NodeId,
    /// What was erased.
    pub ids: Vec<EventId>,
    /// What a legal basis keeps: its code, and how many events.
    pub kept: Vec<(String, u64)>,
    /// The signing key.
    pub kid: Kid,
    /// The order: the hash of its bytes.
    pub order: [u8; 32],
    /// When it was signed.
    pub at: Timestamp,
}

/// What a node erases by its own decision: written in its journal, so that it can be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalShred {
    /// Why.
    pub cause: ErasureCause,
    /// Which events, if any left or came.
    pub ids: Vec<EventId>,
    /// The unit whose key is destroyed.
    pub unit: UnitId,
    /// When.
    pub at: Timestamp,
}

/// Why bytes are not an object of erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableErasure {
    /// There are too many of them.
    #[error("the erasure object is too large")]
    TooLarge,
    /// They are not canonical.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// They do not say what they must.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Their author did not sign them.
    #[error(transparent)]
    BadSignature(#[from] BadSignature),
}

impl ErasureCause {
    const ALL: [Self; 5] =
        [Self::Withdrawal, Self::Expiry, Self::Objection, Self::Error, Self::Closure];

    /// Returns the name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Withdrawal => "withdrawal",
            Self::Expiry => "expiry",
            Self::Objection => "objection",
            Self::Error => "error",
            Self::Closure => "closure",
        }
    }

    fn read(object: &Object) -> Result<Self, Malformed> {
        let name = object.text("cause")?;
        Self::ALL.into_iter().find(|cause| cause.name() == name).ok_or(Malformed("cause"))
    }
}

impl ErasureOrder {
    /// Signs this order. Its `kid` is that of `key`.
    #[must_use]
    pub fn sign(&self, key: &PrivateKey) -> Signed {
        let scope = match self.scope {
            ErasureScope::Events => "events",
            ErasureScope::Referral => "referral",
        };
        let object = Object::new()
            .with("cause", self.cause.name())
            .with("due", self.due.0)
            .with("fr", self.from.to_string())
            .with("ids", write_ids(&self.ids))
            .with("kid", key.kid().to_string())
            .with("scope", scope)
            .with("t", "erase")
            .with("to", self.to.to_string())
            .with("ts", self.at.0)
            .with("v", 1);
        Signed::sign(key, Label::Erasure, object.to_bytes())
    }

    /// Reads an order that its author signed.
    pub fn verify(
        signed: &Signed,
        author: impl Fn(Kid) -> Option<PublicKey>,
    ) -> Result<Self, UnreadableErasure> {
        Ok(Self::read(&open(signed, "erase", author)?)?)
    }

    /// Reads again an order that was verified, or signed here, before it was written in our own
    /// journal. For nothing else: the signature is not checked a second time.
    pub fn recall(bytes: &[u8]) -> Result<Self, UnreadableErasure> {
        Ok(Self::read(&readable(bytes, "erase")?)?)
    }

    fn read(object: &Object) -> Result<Self, Malformed> {
        let scope = match object.text("scope")? {
            "events" => ErasureScope::Events,
            "referral" => ErasureScope::Referral,
            _ => return Err(Malformed("scope")),
        };
        let ids = read_ids(object, "ids")?;
        if ids.is_empty() {
            return Err(Malformed("ids"));
        }
        Ok(Self {
            cause: ErasureCause::read(object)?,
            due: Timestamp(object.integer("due")?),
            from: object.parsed("fr")?,
            to: object.parsed("to")?,
            ids,
            scope,
            kid: object.parsed("kid")?,
            at: Timestamp(object.integer("ts")?),
        })
    }
}

impl ErasureAttestation {
    /// Signs this attestation. Its `kid` is that of `key`.
    #[must_use]
    pub fn sign(&self, key: &PrivateKey) -> Signed {
        let write_kept = |(basis, count): &(String, u64)| {
            Object::new().with("basis", basis.as_str()).with("n", *count)
        };
        let kept: Vec<_> = self.kept.iter().map(write_kept).collect();
        let object = Object::new()
            .with("absent", write_ids(&self.absent))
            .with("at", self.erased_at.0)
            .with("bak", self.backups_gone.0)
            .with("down", Object::new().with("done", self.confirmed).with("sent", self.told))
            .with("fr", self.from.to_string())
            .with("ids", write_ids(&self.ids))
            .with("kept", kept)
            .with("kid", key.kid().to_string())
            .with("re", encoding::base64url(&self.order))
            .with("t", "erased")
            .with("to", self.to.to_string())
            .with("ts", self.at.0)
            .with("v", 1);
        Signed::sign(key, Label::Erasure, object.to_bytes())
    }

    /// Reads an attestation that its author signed.
    pub fn verify(
        signed: &Signed,
        author: impl Fn(Kid) -> Option<PublicKey>,
    ) -> Result<Self, UnreadableErasure> {
        Ok(Self::read(&open(signed, "erased", author)?)?)
    }

    /// Reads again an attestation that was verified, or signed here, before it was written in our
    /// own journal. For nothing else: the signature is not checked a second time.
    pub fn recall(bytes: &[u8]) -> Result<Self, UnreadableErasure> {
        Ok(Self::read(&readable(bytes, "erased")?)?)
    }

    fn read(object: &Object) -> Result<Self, Malformed> {
        let read_kept = |value: &Value| {
            let object = value.as_object().ok_or(Malformed("kept"))?;
            Ok((object.text("basis")?.to_owned(), object.integer("n")?))
        };
        let kept = object.array("kept")?.iter().map(read_kept);
        let down = object.object("down")?;
        Ok(Self {
            absent: read_ids(object, "absent")?,
            erased_at: Timestamp(object.integer("at")?),
            backups_gone: Timestamp(object.integer("bak")?),
            told: down.integer("sent")?,
            confirmed: down.integer("done")?,
            from: object.parsed("fr")?,
            to: object.parsed("to")?,
            ids: read_ids(object, "ids")?,
            kept: kept.collect::<Result<_, Malformed>>()?,
            kid: object.parsed("kid")?,
            order: object.bytes("re")?,
            at: Timestamp(object.integer("ts")?),
        })
    }
}

impl LocalShred {
    /// Writes this shred.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        Object::new()
            .with("cause", self.cause.name())
            .with("ids", write_ids(&self.ids))
            .with("t", "shred")
            .with("ts", self.at.0)
            .with("unit", encoding::base64url(&self.unit.to_bytes()))
            .with("v", 1)
            .to_bytes()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    pub fn read(bytes: &[u8]) -> Result<Self, UnreadableErasure> {
        let object = readable(bytes, "shred")?;
        Ok(Self {
            cause: ErasureCause::read(&object)?,
            ids: read_ids(&object, "ids")?,
            unit: UnitId::from_bytes(object.bytes("unit")?),
            at: Timestamp(object.integer("ts")?),
        })
    }
}

fn open(
    signed: &Signed,
    t: &str,
    author: impl Fn(Kid) -> Option<PublicKey>,
) -> Result<Object, UnreadableErasure> {
    let object = readable(&signed.bytes, t)?;
    let key = author(object.parsed("kid")?).ok_or(BadSignature)?;
    signed.verify(&key, Label::Erasure)?;
    Ok(object)
}

fn readable(bytes: &[u8], t: &str) -> Result<Object, UnreadableErasure> {
    if bytes.len() > limits::ERASURE {
        return Err(UnreadableErasure::TooLarge);
    }
    let object = cj1::read(bytes)?;
    if object.integer("v")? != 1 || object.text("t")? != t {
        return Err(Malformed("t").into());
    }
    Ok(object)
}

fn write_ids(ids: &[EventId]) -> Vec<String> {
    ids.iter().map(EventId::to_string).collect()
}

fn read_ids(object: &Object, name: &'static str) -> Result<Vec<EventId>, Malformed> {
    let ids = object.array(name)?.iter().map(|id| id.as_text()?.parse().ok());
    ids.collect::<Option<_>>().ok_or(Malformed(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> PrivateKey {
        PrivateKey::from_seed(&[1; 32])
    }

    fn author(kid: Kid) -> Option<PublicKey> {
        (kid == key().kid()).then(|| key().public())
    }

    #[test]
    fn an_order_and_its_attestation_are_written_and_read_back() {
        let order = ErasureOrder {
            cause: ErasureCause::Withdrawal,
            due: Timestamp(9),
            from: NodeId([1; 32]),
            to: NodeId([2; 32]),
            ids: vec![EventId([3; 32])],
            scope: ErasureScope::Referral,
            kid: key().kid(),
            at: Timestamp(8),
        };
        let signed = order.sign(&key());
        assert_eq!(ErasureOrder::verify(&signed, author), Ok(order));
        assert!(ErasureOrder::verify(&signed, |_| None).is_err());
        assert!(ErasureAttestation::verify(&signed, author).is_err());

        let attestation = ErasureAttestation {
            absent: vec![EventId([4; 32])],
            erased_at: Timestamp(10),
            backups_gone: Timestamp(11),
            told: 2,
            confirmed: 1,
            from: NodeId([2; 32]),
            to: NodeId([1; 32]),
            ids: vec![EventId([3; 32])],
            kept: vec![("accounting".to_owned(), 1)],
            kid: key().kid(),
            order: signed.hash(Label::Erasure),
            at: Timestamp(12),
        };
        let signed = attestation.sign(&key());
        assert_eq!(ErasureAttestation::verify(&signed, author), Ok(attestation));
    }

    #[test]
    fn a_shred_is_written_and_read_back() {
        let shred = LocalShred {
            cause: ErasureCause::Expiry,
            ids: vec![EventId([3; 32])],
            unit: UnitId::from_bytes([5; 16]),
            at: Timestamp(6),
        };
        assert_eq!(LocalShred::read(&shred.to_bytes()), Ok(shred));
    }

    #[test]
    fn an_order_about_nothing_or_too_much_is_refused() {
        for count in [0, limits::ERASURE_IDS + 1] {
            let order = ErasureOrder {
                cause: ErasureCause::Error,
                due: Timestamp(9),
                from: NodeId([1; 32]),
                to: NodeId([2; 32]),
                ids: vec![EventId([3; 32]); count],
                scope: ErasureScope::Events,
                kid: key().kid(),
                at: Timestamp(8),
            };
            assert!(ErasureOrder::verify(&order.sign(&key()), author).is_err(), "{count}");
        }
    }
}
