//! Facts as records, and records as entries.
//!
//! The journal and the vault hold opaque bytes. Only this module knows what they say: which part
//! of a record is a skeleton, which is content, and under which key each is sealed.
//!
//! ```text
//!   fact      salt (16) ‖ skeleton ‖ wrapped key ‖ content      an act of this node, and what it
//!                                                               has to tell its peers
//!   sent      peer ‖ header ‖ signature ‖ body ‖ wrapped key ‖ skeleton
//!             (once its header is destroyed: its place, and no signature)
//!   received  the same
//!   receipt   peer ‖ issued or held ‖ bytes ‖ signature
//!   erasure   peer ‖ bytes ‖ signature
//! ```

mod account;
mod act;
mod parts;
mod safe;

use maillage_protocol::body::Skeleton;
use maillage_protocol::erasure::LocalShred;
use maillage_protocol::event::{Head, RawHeader, Recipient, Verified};
use maillage_protocol::id::{Epoch, EventId, IdentityId, NodeId, Seq, UnitId};
use maillage_protocol::identity::SignedIdentity;
use maillage_protocol::label::Label;
use maillage_protocol::leaf::{Leaf, LeafKind};
use maillage_protocol::signed::Signed;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::journal::{Number, Record};
use crate::vault::{Quarter, VaultError, VaultKey};

pub use account::{
    Absence, AccessReason, AccountAct, Capability, Duty, MailChoice, Notice, TokenAct,
};
pub use act::{Act, ImportedPlace, LinkAct, LinkRole, Outgoing, Said, Shelf};
pub use parts::BrokenPayload;
pub use safe::{Safe, SealedContent, unit_of};

use parts::{PartsReader, PartsWriter};
use safe::quarter_of;

/// Bytes of the salt of a fact, which keep its leaf from telling anything.
const SALT: usize = 16;

/// What a record says.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Nothing.
    Padding,
    /// An act of this node.
    Fact(FactEntry),
    /// An event that this node signed.
    Sent(EventEntry<SentSkeleton>),
    /// An event of a peer.
    Received(EventEntry<Skeleton>),
    /// A receipt.
    Receipt(ReceiptEntry),
    /// An order to erase, its attestation, or a shred.
    Erasure(ErasureEntry),
    /// An event of our identity log.
    Identity(SignedIdentity),
    /// An event of a peer's identity log.
    PeerIdentity {
        /// Whose.
        peer: NodeId,
        /// The event.
        event: SignedIdentity,
    },
    /// Something kept as evidence about a peer.
    Evidence {
        /// About whom.
        peer: NodeId,
        /// What.
        proof: Vec<u8>,
    },
}

/// An act of this node.
#[derive(Clone, Debug)]
pub struct FactEntry {
    /// What was done; `None` once its key is gone.
    pub act: Option<Act>,
    /// The quarter whose key seals it, if it does not last longer.
    pub quarter: Option<Quarter>,
    /// What identifies, and what is to be told to peers.
    pub content: SealedContent,
    /// What the content is sealed with.
    salt: [u8; SALT],
}

/// An event and what this node knows of it.
#[derive(Clone, Debug)]
pub struct EventEntry<S> {
    /// The other end of the channel.
    pub peer: Recipient,
    /// The header and its signature.
    pub envelope: Envelope,
    /// The body as transmitted; empty if it was missing, or once it was erased.
    pub body: Vec<u8>,
    /// The key of the body, wrapped; empty if there is none.
    pub wrapped: Vec<u8>,
    /// What rules read of it, if it could be opened.
    pub skeleton: Option<S>,
    /// The quarter whose key seals that, if it does not last longer.
    pub quarter: Option<Quarter>,
}

/// The header of an event and its signature, verbatim, or what is left of them.
#[derive(Clone, Debug)]
pub enum Envelope {
    /// As they were signed.
    Kept(Signed),
    /// They were destroyed: the place of the event in its channel.
    Gone(Head),
}

impl<S> EventEntry<S> {
    /// Returns the place of the event, and the event itself unless its header was destroyed. `None`
    /// if we cannot read what we once accepted.
    #[must_use]
    pub fn recall(&self) -> Option<(Head, Option<Verified>)> {
        match &self.envelope {
            Envelope::Gone(head) => Some((*head, None)),
            Envelope::Kept(signed) => {
                let event = RawHeader(signed.clone()).recall().ok()?;
                Some((event.head(), Some(event)))
            }
        }
    }

    /// Returns the header and its signature, unless they were destroyed.
    #[must_use]
    pub fn signed(self) -> Option<Signed> {
        match self.envelope {
            Envelope::Kept(signed) => Some(signed),
            Envelope::Gone(_) => None,
        }
    }
}

/// What is known of an event that this node signed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SentSkeleton {
    /// The fact that it tells, and which of its entries.
    pub of: (u64, u16),
}

/// A receipt, issued by us or held.
#[derive(Clone, Debug)]
pub struct ReceiptEntry {
    /// The other side.
    pub peer: NodeId,
    /// Whether we issued it.
    pub issued: bool,
    /// The receipt.
    pub receipt: Signed,
}

/// An object of erasure. A shred has neither peer nor signature.
#[derive(Clone, Debug)]
pub struct ErasureEntry {
    /// The other side.
    pub peer: Option<NodeId>,
    /// The object.
    pub object: Signed,
}

/// Why a record cannot be read or made.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The record makes no sense.
    #[error("record {0} makes no sense")]
    Broken(Number),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// What an act has to hide.
#[derive(Clone, Default)]
pub struct FactContent {
    /// What only this node reads: JSON, or nothing.
    pub own: Zeroizing<Vec<u8>>,
    /// The plaintext of each sealed entry for a peer, in their order.
    pub outgoing: Vec<Zeroizing<Vec<u8>>>,
}

impl FactContent {
    /// Hides a value that only this node reads.
    #[must_use]
    pub fn of(own: &impl Serialize) -> Self {
        Self { own: Zeroizing::new(json(own)), outgoing: Vec::new() }
    }

    /// Returns the value that only this node reads.
    #[must_use]
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.own).ok()
    }

    fn is_empty(&self) -> bool {
        self.own.is_empty() && self.outgoing.is_empty()
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let parts = PartsWriter::default().with(&self.own);
        let parts = self.outgoing.iter().fold(parts, |parts, plaintext| parts.with(plaintext));
        Zeroizing::new(parts.finish())
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, BrokenPayload> {
        let mut parts = PartsReader::new(bytes);
        let own = Zeroizing::new(parts.part()?.to_vec());
        let mut outgoing = Vec::new();
        while !parts.is_empty() {
            outgoing.push(Zeroizing::new(parts.part()?.to_vec()));
        }
        Ok(Self { own, outgoing })
    }
}

impl Safe {
    /// Makes the record of an act. `salt` is drawn for it; `name` is the key under which it is
    /// readable; `holder` is the one that can be destroyed when the content must be erased.
    pub fn fact_record(
        &self,
        salt: [u8; SALT],
        name: VaultKey,
        holder: Option<VaultKey>,
        act: &Act,
        content: &FactContent,
    ) -> Result<Record, VaultError> {
        let skeleton = self.seal_skeleton(name, &salt, &json(act))?;
        let content = match holder {
            Some(holder) if !content.is_empty() => {
                self.seal_content(holder, &salt, &content.to_bytes())?
            }
            _ => SealedContent::default(),
        };
        let payload = fact_payload(&salt, &skeleton, &content);
        Ok(Record { leaf: Leaf::of_fact(&payload), payload })
    }

    /// Opens what an act hides, unless it was erased.
    pub fn fact_content(&self, fact: &FactEntry) -> Result<Option<FactContent>, VaultError> {
        let content = self.open_content(&fact.salt, &fact.content)?;
        Ok(content.and_then(|content| FactContent::from_bytes(&content).ok()))
    }

    /// Makes the record of an event that we signed, or that a peer signed.
    pub fn event_record<S: Serialize>(
        &self,
        kind: LeafKind,
        id: EventId,
        entry: &EventEntry<S>,
    ) -> Result<Record, VaultError> {
        let name = entry.quarter.map_or(VaultKey::Lasting, VaultKey::Quarter);
        let skeleton = match &entry.skeleton {
            Some(skeleton) => self.seal_skeleton(name, &id.0, &json(skeleton))?,
            None => Vec::new(),
        };
        let payload = event_payload(entry, &skeleton);
        Ok(Record { leaf: Leaf { kind, id: id.0 }, payload })
    }

    /// Reads a record.
    pub fn read(&self, number: Number, record: &Record) -> Result<Entry, RecordError> {
        let broken = |_| RecordError::Broken(number);
        let payload = &record.payload;
        Ok(match record.leaf.kind {
            LeafKind::Padding => Entry::Padding,
            LeafKind::Fact => Entry::Fact(self.read_fact(number, payload)?),
            LeafKind::Sent => Entry::Sent(self.read_event(number, record)?),
            LeafKind::Received => Entry::Received(self.read_event(number, record)?),
            LeafKind::Receipt => Entry::Receipt(read_receipt(payload).map_err(broken)?),
            LeafKind::Erasure => Entry::Erasure(read_erasure(payload).map_err(broken)?),
            LeafKind::Identity => Entry::Identity(
                serde_json::from_slice(payload).map_err(|_| RecordError::Broken(number))?,
            ),
            LeafKind::PeerIdentity => {
                let (peer, event) = read_about_peer(payload).map_err(broken)?;
                let event =
                    serde_json::from_slice(event).map_err(|_| RecordError::Broken(number))?;
                Entry::PeerIdentity { peer, event }
            }
            LeafKind::Evidence => {
                let (peer, proof) = read_about_peer(payload).map_err(broken)?;
                Entry::Evidence { peer, proof: proof.to_vec() }
            }
        })
    }

    fn read_fact(&self, number: Number, payload: &[u8]) -> Result<FactEntry, RecordError> {
        let broken = RecordError::Broken(number);
        let Some((salt, rest)) = payload.split_first_chunk::<SALT>() else { return Err(broken) };
        let mut parts = PartsReader::new(rest);
        let parts = (parts.part(), parts.part(), parts.part(), parts.is_empty());
        let (Ok(skeleton), Ok(wrapped), Ok(sealed), true) = parts else { return Err(broken) };
        let quarter = quarter_of(skeleton);
        let act = self.open_skeleton(salt, skeleton)?;
        let act = act.map(|act| parse(number, &act)).transpose()?;
        let content = SealedContent { wrapped: wrapped.to_vec(), sealed: sealed.to_vec() };
        Ok(FactEntry { act, quarter, content, salt: *salt })
    }

    fn read_event<S: DeserializeOwned>(
        &self,
        number: Number,
        record: &Record,
    ) -> Result<EventEntry<S>, RecordError> {
        let (entry, skeleton) =
            read_event_parts(record).map_err(|_| RecordError::Broken(number))?;
        let quarter = quarter_of(skeleton);
        let skeleton = self.open_skeleton(&record.leaf.id, skeleton)?;
        let skeleton = skeleton.map(|skeleton| parse(number, &skeleton)).transpose()?;
        Ok(EventEntry { skeleton, quarter, ..entry })
    }
}

fn parse<T: DeserializeOwned>(number: Number, bytes: &[u8]) -> Result<T, RecordError> {
    serde_json::from_slice(bytes).map_err(|_| RecordError::Broken(number))
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("our own types are plain data")
}

fn fact_payload(salt: &[u8; SALT], skeleton: &[u8], content: &SealedContent) -> Vec<u8> {
    let parts = PartsWriter::default().with(skeleton).with(&content.wrapped).with(&content.sealed);
    [&salt[..], &parts.finish()].concat()
}

fn event_payload<S>(entry: &EventEntry<S>, skeleton: &[u8]) -> Vec<u8> {
    let peer = match entry.peer {
        Recipient::Node(node) => node.0.to_vec(),
        Recipient::Public => Vec::new(),
    };
    let place;
    let (header, signature) = match &entry.envelope {
        Envelope::Kept(signed) => (&signed.bytes[..], &signed.signature[..]),
        Envelope::Gone(head) => {
            place = [head.epoch.0.to_be_bytes(), head.seq.0.to_be_bytes()].concat();
            (&place[..], &[][..])
        }
    };
    PartsWriter::default()
        .with(&peer)
        .with(header)
        .with(signature)
        .with(&entry.body)
        .with(&entry.wrapped)
        .with(skeleton)
        .finish()
}

fn place_of(bytes: &[u8], id: EventId) -> Result<Head, BrokenPayload> {
    let (epoch, seq) = bytes.split_first_chunk().ok_or(BrokenPayload)?;
    let seq = seq.try_into().map_err(|_| BrokenPayload)?;
    Ok(Head { epoch: Epoch(u64::from_be_bytes(*epoch)), seq: Seq(u64::from_be_bytes(seq)), id })
}

fn read_event_parts<S>(record: &Record) -> Result<(EventEntry<S>, &[u8]), BrokenPayload> {
    let mut parts = PartsReader::new(&record.payload);
    let peer = match parts.part()? {
        [] => Recipient::Public,
        node => Recipient::Node(NodeId(node.try_into().map_err(|_| BrokenPayload)?)),
    };
    let (header, signature) = (parts.part()?, parts.part()?);
    let envelope = match signature {
        [] => Envelope::Gone(place_of(header, EventId(record.leaf.id))?),
        signature => Envelope::Kept(Signed {
            bytes: header.to_vec(),
            signature: signature.try_into().map_err(|_| BrokenPayload)?,
        }),
    };
    let (body, wrapped) = (parts.part()?.to_vec(), parts.part()?.to_vec());
    let entry = EventEntry { peer, envelope, body, wrapped, skeleton: None, quarter: None };
    Ok((entry, parts.part()?))
}

/// Returns the payload of a record without what identifies: what remains after an erasure.
/// `None` if there was nothing to take away.
#[must_use]
pub fn stripped(record: &Record) -> Option<Vec<u8>> {
    let payload = match record.leaf.kind {
        LeafKind::Fact => {
            let (salt, rest) = record.payload.split_first_chunk::<SALT>()?;
            let skeleton = PartsReader::new(rest).part().ok()?;
            fact_payload(salt, skeleton, &SealedContent::default())
        }
        LeafKind::Sent | LeafKind::Received => {
            let (entry, skeleton) = read_event_parts::<()>(record).ok()?;
            let (body, wrapped) = (Vec::new(), Vec::new());
            event_payload(&EventEntry { body, wrapped, ..entry }, skeleton)
        }
        LeafKind::Padding
        | LeafKind::Receipt
        | LeafKind::Erasure
        | LeafKind::Identity
        | LeafKind::PeerIdentity
        | LeafKind::Evidence => return None,
    };
    (payload.len() < record.payload.len()).then_some(payload)
}

/// Returns the payload of an event without its header: what remains is its place, and what rules read
/// of it. `None` if it is not an event, or if there was nothing to take away.
#[must_use]
pub fn without_envelope(record: &Record) -> Option<Vec<u8>> {
    let (LeafKind::Sent | LeafKind::Received) = record.leaf.kind else { return None };
    let (entry, skeleton) = read_event_parts::<()>(record).ok()?;
    let (head, event) = entry.recall()?;
    let gone = EventEntry {
        envelope: Envelope::Gone(head),
        body: Vec::new(),
        wrapped: Vec::new(),
        ..entry
    };
    event.map(|_| event_payload(&gone, skeleton))
}

/// Tells whether the key of a record is kept as evidence, and not with a unit.
#[must_use]
pub fn is_evidence(record: &Record) -> bool {
    let wrapped = wrapped_in(record);
    !wrapped.is_empty() && unit_of(&wrapped).is_none()
}

/// Tells whether a unit seals the content of a record.
#[must_use]
pub fn is_sealed_by(record: &Record, unit: UnitId) -> bool {
    unit_of(&wrapped_in(record)) == Some(unit)
}

/// Returns the wrapped key of a record, or nothing.
fn wrapped_in(record: &Record) -> Vec<u8> {
    match record.leaf.kind {
        LeafKind::Sent | LeafKind::Received => {
            read_event_parts::<()>(record).map(|(entry, _)| entry.wrapped)
        }
        LeafKind::Fact => {
            let rest = record.payload.split_first_chunk::<SALT>().map_or(&[][..], |(_, rest)| rest);
            let mut parts = PartsReader::new(rest);
            parts.part().and_then(|_| parts.part()).map(<[u8]>::to_vec)
        }
        LeafKind::Padding
        | LeafKind::Receipt
        | LeafKind::Erasure
        | LeafKind::Identity
        | LeafKind::PeerIdentity
        | LeafKind::Evidence => Ok(Vec::new()),
    }
    .unwrap_or_default()
}

/// Makes the record of a receipt.
#[must_use]
pub fn receipt_record(entry: &ReceiptEntry) -> Record {
    let payload = PartsWriter::default()
        .with(&entry.peer.0)
        .with(&[u8::from(entry.issued)])
        .with(&entry.receipt.bytes)
        .with(&entry.receipt.signature)
        .finish();
    let id = entry.receipt.hash(Label::Receipt);
    Record { leaf: Leaf { kind: LeafKind::Receipt, id }, payload }
}

fn read_receipt(payload: &[u8]) -> Result<ReceiptEntry, BrokenPayload> {
    let mut parts = PartsReader::new(payload);
    let (peer, [issued]) = (NodeId(parts.array()?), parts.array()?);
    let receipt = Signed { bytes: parts.part()?.to_vec(), signature: parts.array()? };
    Ok(ReceiptEntry { peer, issued: issued == 1, receipt })
}

/// Makes the record of an object of erasure.
#[must_use]
pub fn erasure_record(entry: &ErasureEntry) -> Record {
    let payload = PartsWriter::default()
        .with(entry.peer.as_ref().map_or(&[], |peer| &peer.0[..]))
        .with(&entry.object.bytes)
        .with(&entry.object.signature)
        .finish();
    let id = entry.object.hash(Label::Erasure);
    Record { leaf: Leaf { kind: LeafKind::Erasure, id }, payload }
}

/// Returns the unit that an erasure of ours destroyed. Orders and attestations of peers name events,
/// not units: what they caused here is an erasure of ours, further on.
#[must_use]
pub fn shredded_in(record: &Record) -> Option<UnitId> {
    let entry = read_erasure(&record.payload).ok()?;
    let shred = LocalShred::read(&entry.object.bytes).ok().filter(|_| entry.peer.is_none());
    shred.map(|shred| shred.unit)
}

fn read_erasure(payload: &[u8]) -> Result<ErasureEntry, BrokenPayload> {
    let mut parts = PartsReader::new(payload);
    let peer = match parts.part()? {
        [] => None,
        node => Some(NodeId(node.try_into().map_err(|_| BrokenPayload)?)),
    };
    let object = Signed { bytes: parts.part()?.to_vec(), signature: parts.array()? };
    Ok(ErasureEntry { peer, object })
}

/// Makes the record of an event of our identity log.
#[must_use]
pub fn identity_record(event: &SignedIdentity) -> Record {
    let IdentityId(id) = event.id();
    Record { leaf: Leaf { kind: LeafKind::Identity, id }, payload: json(event) }
}

/// Makes the record of an event of a peer's identity log.
#[must_use]
pub fn peer_identity_record(peer: NodeId, event: &SignedIdentity) -> Record {
    let IdentityId(id) = event.id();
    let payload = PartsWriter::default().with(&peer.0).with(&json(event)).finish();
    Record { leaf: Leaf { kind: LeafKind::PeerIdentity, id }, payload }
}

/// Reads an event of an identity log, ours or that of a peer: what is public, without any key.
#[must_use]
pub fn identity_of(leaf: Leaf, payload: &[u8]) -> Option<(Option<NodeId>, SignedIdentity)> {
    let (peer, event) = match leaf.kind {
        LeafKind::Identity => (None, payload),
        LeafKind::PeerIdentity => {
            let (peer, event) = read_about_peer(payload).ok()?;
            (Some(peer), event)
        }
        LeafKind::Padding
        | LeafKind::Fact
        | LeafKind::Sent
        | LeafKind::Received
        | LeafKind::Receipt
        | LeafKind::Erasure
        | LeafKind::Evidence => return None,
    };
    Some((peer, serde_json::from_slice(event).ok()?))
}

/// Makes the record of a piece of evidence about a peer.
#[must_use]
pub fn evidence_record(peer: NodeId, proof: &[u8]) -> Record {
    let payload = PartsWriter::default().with(&peer.0).with(proof).finish();
    Record { leaf: Leaf::of_evidence(&payload), payload }
}

fn read_about_peer(payload: &[u8]) -> Result<(NodeId, &[u8]), BrokenPayload> {
    let mut parts = PartsReader::new(payload);
    Ok((NodeId(parts.array()?), parts.part()?))
}
