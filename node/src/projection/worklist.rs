//! Whose turn it is, in every referral, by deadline: the first page of the morning.
//!
//! It holds nothing that the journal does not say, and nothing personal: delete its folder while
//! the node is stopped, and the next start makes it again.

use std::collections::BTreeMap;

use maillage_protocol::body::{Side, Skeleton};
use maillage_protocol::id::ReferralId;
use maillage_protocol::referral::{Author, Referral};
use maillage_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::ProjectionError;
use crate::facts::{Act, Entry, Safe};
use crate::journal::{Journal, Number};

/// Changes when the rows, or the rules that make them, do: older rows are then thrown away.
const VERSION: &[u8] = b"1";
/// Records applied at a time.
const BATCH: usize = 256;

/// Open referrals, the most urgent first.
///
/// ```text
/// "due" ‖ due (u64) ‖ referral → nothing      the list, in order
/// "of"  ‖ referral             → its halves   what the next word is added to
/// "version", "next"                           what made these rows, and the next record to apply
/// ```
#[derive(Clone)]
pub struct Worklist {
    rows: sled::Tree,
}

/// What the next word of a referral is added to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Known {
    referral: Referral,
    /// Which half is ours, once we know.
    side: Option<Author>,
}

impl Worklist {
    /// Opens the list in `db`, emptied if another version of this code made it.
    pub fn open(db: &sled::Db) -> Result<Self, ProjectionError> {
        let rows = db.open_tree("worklist")?;
        if rows.get("version")?.as_deref() != Some(VERSION) {
            rows.clear()?;
            rows.insert("version", VERSION)?;
        }
        Ok(Self { rows })
    }

    /// Applies what the journal says since last time. A list that knows more than the journal is
    /// of another past: it is made again.
    pub fn catch_up(&self, journal: &dyn Journal, safe: &Safe) -> Result<(), ProjectionError> {
        if self.next()? > journal.len() {
            self.rows.clear()?;
            self.rows.insert("version", VERSION)?;
        }
        loop {
            let next = self.next()?;
            let records = journal.read(next, BATCH)?;
            if records.is_empty() {
                return Ok(());
            }
            let mut changes = BTreeMap::new();
            let mut number = next;
            for record in &records {
                for (id, ours, word) in words(&safe.read(number, record)?) {
                    let before = self.of(id)?;
                    let (_, after): &mut (Known, Known) =
                        changes.entry(id).or_insert_with(|| (before.clone(), before));
                    if let Some(fact) = word.fact(after.speaker(ours)) {
                        after.referral = std::mem::take(&mut after.referral).hear(&fact);
                    }
                }
                number = number.next();
            }
            let mut batch = sled::Batch::default();
            for (id, (before, after)) in changes {
                replace(&mut batch, id, &before, &after);
            }
            batch.insert("next", &number.0.to_be_bytes());
            self.rows.apply_batch(batch)?;
        }
    }

    /// Returns the referrals that somebody must act on before `until`, the most urgent first.
    pub fn due(&self, until: Timestamp) -> Result<Vec<ReferralId>, ProjectionError> {
        let end = [b"due", &until.0.to_be_bytes()[..]].concat();
        let rows = self.rows.range(b"due".to_vec()..end);
        rows.map(|row| Ok(id_in(&row?.0))).collect()
    }

    /// Returns the number of the next record to apply.
    pub fn next(&self) -> Result<Number, ProjectionError> {
        let next = self.rows.get("next")?;
        let next = next.and_then(|bytes| bytes.as_ref().try_into().ok());
        Ok(Number(next.map_or(0, u64::from_be_bytes)))
    }

    fn of(&self, id: ReferralId) -> Result<Known, ProjectionError> {
        let row = self.rows.get(of_row(id))?;
        Ok(row.and_then(|row| serde_json::from_slice(&row).ok()).unwrap_or_default())
    }
}

/// Returns the words of a record: about which referral, and which half is ours if we spoke.
fn words(entry: &Entry) -> Vec<(ReferralId, Option<Author>, &Skeleton)> {
    match entry {
        Entry::Fact(fact) => match &fact.act {
            Some(Act::Said(said)) => {
                said.words.iter().map(|word| (said.referral, Some(said.side), word)).collect()
            }
            _ => Vec::new(),
        },
        Entry::Received(event) => {
            let word = event.skeleton.as_ref();
            let word = word.and_then(|word| Some((word.thread.referral?, None, word)));
            word.into_iter().collect()
        }
        _ => Vec::new(),
    }
}

impl Known {
    /// Returns who speaks. A peer of whom nothing else is known is the one that asks.
    fn speaker(&mut self, ours: Option<Author>) -> Side {
        let side = *self.side.get_or_insert(ours.unwrap_or(Author::Receiver));
        match (side, ours.is_some()) {
            (Author::Sender, true) | (Author::Receiver | Author::Person, false) => Side::Sender,
            (Author::Sender, false) | (Author::Receiver | Author::Person, true) => Side::Receiver,
        }
    }
}

fn replace(batch: &mut sled::Batch, id: ReferralId, before: &Known, after: &Known) {
    if let Some(turn) = before.referral.turn() {
        batch.remove(due_row(turn.due, id));
    }
    if let Some(turn) = after.referral.turn() {
        batch.insert(due_row(turn.due, id), &[]);
    }
    batch.insert(of_row(id), serde_json::to_vec(after).expect("halves are plain data"));
}

fn due_row(due: Timestamp, id: ReferralId) -> Vec<u8> {
    [b"due", &due.0.to_be_bytes()[..], &id.to_bytes()].concat()
}

fn of_row(id: ReferralId) -> Vec<u8> {
    [b"of", &id.to_bytes()[..]].concat()
}

fn id_in(row: &[u8]) -> ReferralId {
    ReferralId::from_bytes(row.last_chunk().copied().unwrap_or_default())
}
