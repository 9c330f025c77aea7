//! The proof that an author wrote two histories: two signed headers for one place.

use serde::{Deserialize, Serialize};

use crate::event::{Header, RawHeader};
use crate::id::EventId;
use crate::identity::Identity;
use crate::keys::KeyUse;
use crate::label::Label;
use crate::signed::Signed;

/// Two headers of one author that cannot both be. It names no person, and anybody can check it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForkProof {
    /// The header that was there.
    pub held: Signed,
    /// The one that came.
    pub other: Signed,
}

/// The two headers do not contradict each other, or are not of this author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this proves no fork")]
pub struct NotAFork;

impl ForkProof {
    /// Checks the proof against the identity of the author: both headers are theirs, and either
    /// hold one place, or the second follows another event than the first.
    pub fn check(&self, author: &Identity) -> Result<(), NotAFork> {
        let (held_id, held) = header(&self.held, author)?;
        let (other_id, other) = header(&self.other, author)?;
        let one_channel = (held.from, held.to, held.epoch) == (other.from, other.to, other.epoch);
        let one_place = held.seq == other.seq && held_id != other_id;
        let another_past = other.seq == held.seq.next() && other.previous != Some(held_id);
        if one_channel && held.from == author.node() && (one_place || another_past) {
            Ok(())
        } else {
            Err(NotAFork)
        }
    }
}

fn header(signed: &Signed, author: &Identity) -> Result<(EventId, Header), NotAFork> {
    let canonical = RawHeader(signed.clone()).parse().map_err(|_| NotAFork)?;
    let key = author.signing_key(canonical.claims().kid, KeyUse::Sig).ok_or(NotAFork)?;
    let verified = canonical.verify(&key).map_err(|_| NotAFork)?;
    Ok((EventId(signed.hash(Label::EventId)), verified.header().clone()))
}
