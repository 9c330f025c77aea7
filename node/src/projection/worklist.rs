//! Whose turn it is, in every referral, by deadline: the first page of the morning.
//!
//! It holds nothing that the journal does not say, and nothing personal: delete its folder while
//! the node is stopped, and the next start makes it again.

use std::collections::{BTreeMap, BTreeSet};

use maillage_protocol::body::{Side, Skeleton};
use maillage_protocol::id::{PayloadId, ReferralId};
use maillage_protocol::referral::{Author, Referral, Turn};
use maillage_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::ProjectionError;
use crate::facts::{Act, Entry, FactEntry, Safe};
use crate::journal::{Journal, Number};

/// Changes when the rows, or the rules that make them, do: older rows are then thrown away.
const VERSION: &[u8] = b"4";
/// Records applied at a time.
const BATCH: usize = 256;

/// Open referrals, the most urgent first.
///
/// ```text
/// "due" ‖ due (u64) ‖ referral → nothing      the list, in order
/// "of"  ‖ referral             → its halves   what the next word is added to
/// "version"                                   what made these rows
/// "next" ‖ leaf of the last record            how far the journal was applied, and which journal
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
    /// What was taken into account: a second payload of the same name changes nothing.
    payloads: BTreeSet<PayloadId>,
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

    /// Applies what the journal says since last time. A list of another past is made again.
    pub fn catch_up(&self, journal: &dyn Journal, safe: &Safe) -> Result<(), ProjectionError> {
        if !self.follows(journal)? {
            self.rows.clear()?;
            self.rows.insert("version", VERSION)?;
        }
        loop {
            let next = self.next()?;
            let records = journal.read(next, BATCH)?;
            if records.is_empty() {
                return Ok(());
            }
            let (mut changes, mut faded) = (BTreeMap::new(), Vec::new());
            let mut number = next;
            for record in &records {
                let entry = safe.read(number, record)?;
                if let Entry::Fact(FactEntry { act: Some(Act::Faded { referrals }), .. }) = &entry {
                    faded.extend_from_slice(referrals);
                }
                for (id, ours, word) in words(&entry) {
                    let before = self.of(id)?;
                    let (_, after): &mut (Known, Known) =
                        changes.entry(id).or_insert_with(|| (before.clone(), before));
                    let speaker = after.speaker(ours);
                    let fact = word.fact(speaker).filter(|_| after.payloads.insert(word.id));
                    if let Some(fact) = fact {
                        after.referral = std::mem::take(&mut after.referral).hear(&fact);
                    }
                }
                number = number.next();
            }
            let mut batch = sled::Batch::default();
            for (id, (before, after)) in &changes {
                replace(&mut batch, *id, before, after);
            }
            for id in faded {
                // Applied before, or by this very batch.
                let turns = [self.of(id)?.referral.turn(), changes.get(&id).and_then(turn_after)];
                turns.into_iter().flatten().for_each(|turn| batch.remove(due_row(turn.due, id)));
                batch.remove(of_row(id));
            }
            let last = records.last().map(|record| record.leaf.to_bytes());
            let last = last.as_ref().map_or(&[][..], |leaf| leaf);
            batch.insert("next", [&number.0.to_be_bytes()[..], last].concat());
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
        let next = next.and_then(|bytes| bytes.first_chunk().copied());
        Ok(Number(next.map_or(0, u64::from_be_bytes)))
    }

    /// Tells whether the last record applied is the one that the journal has there.
    fn follows(&self, journal: &dyn Journal) -> Result<bool, ProjectionError> {
        let Some(applied) = self.rows.get("next")? else { return Ok(true) };
        let (next, Some(last)) = (self.next()?, applied.get(8..)) else { return Ok(false) };
        let there = journal.leaves(Number(next.0.saturating_sub(1))..next)?;
        Ok(there.first().is_some_and(|leaf| leaf.to_bytes() == last))
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
            Some(Act::Heard { word, .. }) => {
                word.thread.referral.map(|id| (id, None, &**word)).into_iter().collect()
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

fn turn_after((_, after): &(Known, Known)) -> Option<Turn> {
    after.referral.turn()
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

#[cfg(test)]
mod tests {
    use maillage_protocol::time::DAY;

    use super::*;
    use crate::app::App;
    use crate::app::tests::{Pair, propose_once, wait};

    fn empty() -> (sled::Db, Worklist) {
        let db = sled::Config::new().temporary(true).open().unwrap();
        let worklist = Worklist::open(&db).unwrap();
        (db, worklist)
    }

    fn rows(worklist: &Worklist) -> Vec<(sled::IVec, sled::IVec)> {
        worklist.rows.iter().map(Result::unwrap).collect()
    }

    fn late_in_memory(app: &App, until: Timestamp) -> Vec<ReferralId> {
        let turn = |id| Some((app.referral(id)?.turn()?.due, id));
        let mut late: Vec<_> = app.referrals().into_iter().filter_map(turn).collect();
        late.retain(|(due, _)| *due < until);
        late.sort_unstable();
        late.into_iter().map(|(_, id)| id).collect()
    }

    #[test]
    fn a_list_made_again_is_the_one_that_followed() {
        let pair = Pair::linked();
        for (app, peer) in [(&pair.a, &pair.b), (&pair.b, &pair.a)] {
            let (_db, live) = empty();
            for once in 0..4 {
                let id = propose_once(
                    &pair.a,
                    pair.b.node(),
                    once + 4 * u8::from(app.node() == pair.b.node()),
                );
                live.catch_up(&**app.journal(), app.safe()).unwrap();
                pair.exchange();
                live.catch_up(&**app.journal(), app.safe()).unwrap();
                if once % 2 == 0 {
                    wait(&pair, 40);
                    app.tick(&app.referrals()).unwrap();
                    peer.tick(&[id]).unwrap();
                    pair.exchange();
                }
            }
            live.catch_up(&**app.journal(), app.safe()).unwrap();
            let (_db, again) = empty();
            again.catch_up(&**app.journal(), app.safe()).unwrap();
            assert_eq!(rows(&live), rows(&again));
            for days in [0, 1, 10, 400] {
                let until = app.env().now().after(days * DAY);
                assert_eq!(live.due(until).unwrap(), late_in_memory(app, until));
            }
        }
    }

    #[test]
    fn what_fades_leaves_no_row() {
        let pair = Pair::linked();
        let id = propose_once(&pair.a, pair.b.node(), 1);
        pair.exchange();
        let (_db, live) = empty();
        live.catch_up(&**pair.b.journal(), pair.b.safe()).unwrap();
        assert_ne!(live.of(id).unwrap(), Known::default());
        pair.epn.env.advance(900 * DAY);
        for _day in 0..2 {
            pair.b.retain(false).unwrap();
        }
        assert!(pair.b.referral(id).is_none());
        live.catch_up(&**pair.b.journal(), pair.b.safe()).unwrap();
        let (_db, again) = empty();
        again.catch_up(&**pair.b.journal(), pair.b.safe()).unwrap();
        assert_eq!(rows(&live), rows(&again));
        let far = pair.b.env().now().after(900 * DAY);
        assert!(live.of(id).unwrap() == Known::default() && live.due(far).unwrap().is_empty());
    }

    #[test]
    fn a_list_of_another_past_is_made_again() {
        let (shorter, longer) = (Pair::linked(), Pair::linked());
        let ids = [1, 2].map(|once| propose_once(&longer.a, longer.b.node(), once));
        let id = propose_once(&shorter.a, shorter.b.node(), 3);
        let far = shorter.a.env().now().after(400 * DAY);
        let (_db, worklist) = empty();
        for (pair, ids) in [(&shorter, &[id][..]), (&longer, &ids), (&shorter, &[id])] {
            worklist.catch_up(&**pair.a.journal(), pair.a.safe()).unwrap();
            let late: BTreeSet<_> = worklist.due(far).unwrap().into_iter().collect();
            assert_eq!(late, ids.iter().copied().collect());
        }
    }
}
