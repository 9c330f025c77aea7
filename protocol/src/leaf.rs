//! What anybody may know of a record of the journal: its kind and its name.
//!
//! Record *n* is leaf *n* of the node's Merkle tree, so these 33 bytes are normative although the
//! payload of a record never leaves the node.

use crate::label::Label;

/// What a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum LeafKind {
    /// Nothing: it hides how much the node works.
    Padding = 0,
    /// An event that we signed, written before its first byte leaves.
    Sent = 1,
    /// An event of a peer, written before it is acknowledged.
    Received = 2,
    /// A delivery receipt, issued or held.
    Receipt = 3,
    /// An order to erase, its attestation, or a local shred: written before acting on it.
    Erasure = 4,
    /// An event of our own identity log, written before it is published.
    Identity = 5,
    /// An act of this node, with what it has to tell its peers.
    Fact = 6,
    /// An event of a peer's identity log.
    PeerIdentity = 7,
    /// A fork proof, or something refused that is kept as evidence.
    Evidence = 8,
}

impl LeafKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Padding,
        Self::Sent,
        Self::Received,
        Self::Receipt,
        Self::Erasure,
        Self::Identity,
        Self::Fact,
        Self::PeerIdentity,
        Self::Evidence,
    ];

    /// Returns the kind that a byte stands for.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// The public name of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Leaf {
    /// What it holds.
    pub kind: LeafKind,
    /// The hash that names it; random for padding.
    pub id: [u8; 32],
}

impl Leaf {
    /// Bytes of a leaf.
    pub const LEN: usize = 33;

    /// Returns the leaf of a fact. Its payload begins with 16 random bytes, so that nobody can
    /// guess what the hash stands for.
    #[must_use]
    pub fn of_fact(payload: &[u8]) -> Self {
        Self { kind: LeafKind::Fact, id: Label::Fact.hash(payload) }
    }

    /// Returns the leaf of a piece of evidence.
    #[must_use]
    pub fn of_evidence(payload: &[u8]) -> Self {
        Self { kind: LeafKind::Evidence, id: Label::Evidence.hash(payload) }
    }

    /// Returns the bytes of this leaf.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let (kind, id) = bytes.split_at_mut(1);
        kind.fill(self.kind as u8);
        id.copy_from_slice(&self.id);
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let (kind, id) = bytes.split_first()?;
        Some(Self { kind: LeafKind::from_byte(*kind)?, id: id.try_into().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_is_written_and_read_back() {
        for kind in LeafKind::ALL {
            let leaf = Leaf { kind, id: [kind as u8; 32] };
            assert_eq!(Leaf::from_bytes(&leaf.to_bytes()), Some(leaf));
        }
        assert_eq!(Leaf::from_bytes(&[9; 33]), None);
    }
}
