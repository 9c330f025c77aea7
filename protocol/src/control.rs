//! What the two ends of a channel tell each other about the channel itself: bodies of `ctl`
//! events. In clear, canonical, closed, and without personal data.

use crate::cj1::{self, Malformed, NotCanonical, Object};
use crate::encoding;
use crate::event::Head;
use crate::id::{EventId, NodeId};
use crate::keys::Kid;
use crate::limits;
use crate::signed::Signed;
use crate::time::Timestamp;

/// The body of a `ctl` event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// The link was approved by a human. Always the first event of a channel.
    LinkAccept(LinkAccept),
    /// From the next event on, another key signs. Written with the old one.
    KeyNotice {
        /// The new key.
        kid: Kid,
        /// The place of the identity event that announced it.
        place: u64,
    },
    /// The channel starts again after this event.
    EpochOpen {
        /// Why.
        why: EpochReason,
        /// The last event that its author knows of, if any.
        last: Option<Head>,
    },
    /// An order to erase, as it also travels by its own door.
    Erase(Signed),
    /// The attestation that an order was carried out.
    Erased(Signed),
    /// An event was stored, and cannot be taken into account.
    Refused {
        /// Which one.
        event: EventId,
        /// Why: a code without payload.
        code: String,
    },
    /// The keys of these events are missing: please seal them again.
    KeyNeeded(Vec<EventId>),
    /// No human answers for a while.
    Pause,
    /// Humans answer again.
    Resume,
    /// Two people of different structures talk about somebody, and come to no end. Told to whoever
    /// coordinates, who can bring them together without knowing who it is (referral.md §8.4).
    ConferenceStuck(ConferenceStuck),
    /// They have come to an end.
    ConferenceSettled {
        /// The name under which it was told.
        conference: [u8; 16],
    },
    /// The link is over. Duties to erase continue.
    Bye,
    /// Something of a newer version: kept, not understood.
    Unknown,
}

/// What a node agrees to when it accepts a link. Signed, so that nobody can take a version or a
/// feature away on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkAccept {
    /// The node at the other end.
    pub peer: NodeId,
    /// The oldest version of the protocol that this node speaks.
    pub min_version: u64,
    /// The newest one.
    pub max_version: u64,
    /// Optional features that it understands.
    pub features: Vec<String>,
    /// The version of the charter that its organization signed.
    pub charter: Option<String>,
}

/// A conference that comes to no end: of two structures, and of nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConferenceStuck {
    /// A name for it, which tells nothing of the referral.
    pub conference: [u8; 16],
    /// The other structure.
    pub with: NodeId,
    /// The theme of the need, such as `numerique`: at most [`GROUP`] characters.
    pub group: String,
    /// The day on which it was called, as its first millisecond.
    pub since: Timestamp,
}

/// Characters of a group of needs.
pub const GROUP: usize = 80;

/// Why a channel starts again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpochReason {
    /// Its author was restored from a backup.
    Restore,
    /// Its author's signing key was replaced by the paper.
    Rotate,
    /// Two events held one place.
    Fork,
    /// The other end cannot store an event.
    Poison,
    /// A human decided so.
    Manual,
}

/// Why bytes are not the body of a `ctl` event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableControl {
    /// They are not canonical.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// They do not say what they must.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl EpochReason {
    const ALL: [Self; 5] = [Self::Restore, Self::Rotate, Self::Fork, Self::Poison, Self::Manual];

    const fn name(self) -> &'static str {
        match self {
            Self::Restore => "restore",
            Self::Rotate => "rotate",
            Self::Fork => "fork",
            Self::Poison => "poison",
            Self::Manual => "manual",
        }
    }
}

impl Control {
    /// Writes this body.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let named = |t: &str| Object::new().with("t", t);
        let object = match self {
            Self::LinkAccept(accept) => accept.to_object(),
            Self::KeyNotice { kid, place } => {
                named("key.notice").with("kid", kid.to_string()).with("sq", *place)
            }
            Self::EpochOpen { why, last } => named("epoch.open")
                .with("why", why.name())
                .with_some("last", last.map(Head::to_value)),
            Self::Erase(order) => with_signed(named("erase"), order),
            Self::Erased(attestation) => with_signed(named("erased"), attestation),
            Self::Refused { event, code } => {
                named("refused").with("id", event.to_string()).with("code", code.as_str())
            }
            Self::KeyNeeded(ids) => {
                let ids: Vec<_> = ids.iter().map(EventId::to_string).collect();
                named("key.needed").with("ids", ids)
            }
            Self::ConferenceStuck(stuck) => stuck.to_object(),
            Self::ConferenceSettled { conference } => {
                named("conference.settled").with("id", encoding::base64url(conference))
            }
            Self::Pause => named("pause"),
            Self::Resume => named("resume"),
            Self::Bye => named("bye"),
            Self::Unknown => named("unknown"),
        };
        object.to_bytes()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    pub fn read(bytes: &[u8]) -> Result<Self, UnreadableControl> {
        let object = cj1::read(bytes)?;
        Ok(match object.text("t")? {
            "link.accept" => Self::LinkAccept(LinkAccept::read(&object)?),
            "key.notice" => {
                Self::KeyNotice { kid: object.parsed("kid")?, place: object.integer("sq")? }
            }
            "epoch.open" => {
                let name = object.text("why")?;
                let why = EpochReason::ALL.into_iter().find(|why| why.name() == name);
                let last = Head::find(&object, "last")?;
                Self::EpochOpen { why: why.ok_or(Malformed("why"))?, last }
            }
            "erase" => Self::Erase(read_signed(&object)?),
            "erased" => Self::Erased(read_signed(&object)?),
            "refused" => {
                Self::Refused { event: object.parsed("id")?, code: object.text("code")?.to_owned() }
            }
            "key.needed" => Self::KeyNeeded(read_ids(&object)?),
            "conference.stuck" => Self::ConferenceStuck(ConferenceStuck::read(&object)?),
            "conference.settled" => Self::ConferenceSettled { conference: object.bytes("id")? },
            "pause" => Self::Pause,
            "resume" => Self::Resume,
            "bye" => Self::Bye,
            _ => Self::Unknown,
        })
    }
}

impl LinkAccept {
    fn to_object(&self) -> Object {
        Object::new()
            .with("t", "link.accept")
            .with_some("charter", self.charter.clone())
            .with("features", self.features.clone())
            .with("max", self.max_version)
            .with("min", self.min_version)
            .with("peer", self.peer.to_string())
    }

    fn read(object: &Object) -> Result<Self, Malformed> {
        let features = object.array("features")?.iter();
        let features = features.map(|feature| feature.as_text().map(str::to_owned));
        let features = features.collect::<Option<_>>().ok_or(Malformed("features"))?;
        Ok(Self {
            peer: object.parsed("peer")?,
            min_version: object.integer("min")?,
            max_version: object.integer("max")?,
            features,
            charter: object.find_text("charter")?.map(str::to_owned),
        })
    }
}

impl ConferenceStuck {
    fn to_object(&self) -> Object {
        Object::new()
            .with("t", "conference.stuck")
            .with("group", self.group.as_str())
            .with("id", encoding::base64url(&self.conference))
            .with("since", self.since.0)
            .with("with", self.with.to_string())
    }

    fn read(object: &Object) -> Result<Self, Malformed> {
        let group = object.text("group")?;
        let is_code = |c: char| c.is_ascii_lowercase() || c == '-';
        if group.len() > GROUP || !group.chars().all(is_code) {
            return Err(Malformed("group"));
        }
        Ok(Self {
            conference: object.bytes("id")?,
            with: object.parsed("with")?,
            group: group.to_owned(),
            since: Timestamp(object.integer("since")?),
        })
    }
}

fn with_signed(object: Object, signed: &Signed) -> Object {
    object
        .with("h", encoding::base64url(&signed.bytes))
        .with("s", encoding::base64url(&signed.signature))
}

fn read_signed(object: &Object) -> Result<Signed, Malformed> {
    let bytes = encoding::from_base64url(object.text("h")?).map_err(|_| Malformed("h"))?;
    Ok(Signed { bytes, signature: object.bytes("s")? })
}

fn read_ids(object: &Object) -> Result<Vec<EventId>, Malformed> {
    let ids = object.array("ids")?.iter().map(|id| id.as_text()?.parse().ok());
    let ids: Vec<_> = ids.collect::<Option<_>>().ok_or(Malformed("ids"))?;
    if ids.len() <= limits::BATCH_EVENTS { Ok(ids) } else { Err(Malformed("ids")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{Epoch, Seq};

    #[test]
    fn a_body_is_written_and_read_back() {
        let head = Head { epoch: Epoch(1), seq: Seq(4), id: EventId([5; 32]) };
        let signed = Signed { bytes: b"{}".to_vec(), signature: [6; 64] };
        let accept = LinkAccept {
            peer: NodeId([1; 32]),
            min_version: 1,
            max_version: 1,
            features: vec!["pull".to_owned()],
            charter: None,
        };
        for control in [
            Control::LinkAccept(accept),
            Control::KeyNotice { kid: Kid([2; 8]), place: 3 },
            Control::EpochOpen { why: EpochReason::Restore, last: Some(head) },
            Control::EpochOpen { why: EpochReason::Manual, last: None },
            Control::Erase(signed.clone()),
            Control::Erased(signed),
            Control::Refused { event: EventId([5; 32]), code: "out_of_scope".to_owned() },
            Control::KeyNeeded(vec![EventId([5; 32])]),
            Control::ConferenceStuck(ConferenceStuck {
                conference: [7; 16],
                with: NodeId([1; 32]),
                group: "numerique".to_owned(),
                since: Timestamp(9),
            }),
            Control::ConferenceSettled { conference: [7; 16] },
            Control::Pause,
            Control::Resume,
            Control::Bye,
        ] {
            assert_eq!(Control::read(&control.to_bytes()), Ok(control));
        }
        assert_eq!(Control::read(br#"{"t":"dance"}"#), Ok(Control::Unknown));
        assert!(Control::read(br#"{"t":"epoch.open","why":"boredom"}"#).is_err());
    }
}
