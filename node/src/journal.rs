//! What was said, in the order in which this node heard it. With the vault, the only truth:
//! everything else can be made again from it.
//!
//! A record is never changed, save by [`strip`](Journal::strip), which takes away what was erased
//! and leaves its public name in its place.

mod frame;
mod scan;
mod index;
mod tail;
mod segments;
mod opening;
mod strip;
mod survey;
mod memory;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod model;

use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use maillage_protocol::leaf::Leaf;
use tokio::sync::watch;

pub use memory::MemoryJournal;
pub use opening::{Opened, Torn};
pub use segments::{SEGMENT_BYTES, SegmentJournal};
pub use survey::{Head, SegmentReader, Surveyed, Surveyor, survey};

/// What the journal keeps.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// What anybody may know of it.
    pub leaf: Leaf,
    /// What only this node may know of it. The journal does not look inside.
    pub payload: Vec<u8>,
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({:?}, {} bytes)", self.leaf.kind, self.payload.len())
    }
}

/// The place of a record in the journal: the first is 0, and none is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(pub u64);

impl Number {
    /// Returns the place that follows.
    #[must_use]
    pub const fn next(self) -> Self {
        self.plus(1)
    }

    /// Returns the place `count` further.
    #[must_use]
    pub const fn plus(self, count: usize) -> Self {
        Self(self.0.saturating_add(count as u64))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Bytes of the records of one append, 41 more for each included. A request brings 1.5 MiB.
pub const APPEND_BYTES: usize = 16 * 1024 * 1024;

/// Bytes of payloads after which [`read`](Journal::read) stops, so that a batch of large records
/// does not fill the memory of a small machine.
pub const READ_BYTES: usize = 4 * 1024 * 1024;

/// Where records are kept. One process writes at a time.
///
/// Blocking, because disks are: call it from where one may wait.
pub trait Journal: Send + Sync + 'static {
    /// Appends all of `records` or none of them, and returns the number of the first one, once
    /// they would survive a power cut.
    ///
    /// After a failure of the disk every later call fails too: what it left there is unknown.
    fn append(&self, records: &[Record]) -> Result<Number, JournalError>;

    /// Returns records from `first` on, oldest first: at most `limit`, and fewer when they are
    /// large ([`READ_BYTES`]), but none only when there is none.
    fn read(&self, first: Number, limit: usize) -> Result<Vec<Record>, JournalError>;

    /// Returns the leaves of the records of `range` that exist.
    fn leaves(&self, range: Range<Number>) -> Result<Vec<Leaf>, JournalError>;

    /// Replaces payloads by shorter ones; leaves and numbers stay.
    ///
    /// What is refused changes nothing. A crash may leave some payloads replaced and others not:
    /// doing it again finishes it.
    fn strip(&self, payloads: &[(Number, Vec<u8>)]) -> Result<(), StripError>;

    /// Returns the number that the next record will get.
    fn len(&self) -> Number;

    /// Tells whether nothing was ever recorded.
    fn is_empty(&self) -> bool {
        self.len() == Number(0)
    }

    /// Returns a view of [`len`](Self::len) that wakes up whoever waits for news.
    fn subscribe(&self) -> watch::Receiver<Number>;
}

/// Why records cannot be appended or read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JournalError {
    /// What was promised is not there any more: a backup or the peers must give it back.
    #[error("the journal is damaged")]
    Damaged(#[from] Damage),
    /// The disk failed. The node answers « rien n'a été enregistré », and stops.
    #[error("the journal could not be read or written")]
    Failed(#[source] Arc<io::Error>),
    /// The records do not fit in one append ([`APPEND_BYTES`]). Nothing was recorded.
    #[error("the records are too large for one append")]
    TooLarge,
}

impl From<io::Error> for JournalError {
    fn from(error: io::Error) -> Self {
        Self::Failed(Arc::new(error))
    }
}

/// Where a segment holds something else than what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("segment {segment:06} is damaged at byte {offset}, at or after record {record}")]
pub struct Damage {
    /// The ordinal of the segment, which is the name of its file.
    pub segment: u32,
    /// Where in its file.
    pub offset: u64,
    /// The first record that cannot be trusted.
    pub record: Number,
}

/// Why payloads cannot be replaced.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StripError {
    /// There is no such record.
    #[error("record {0} does not exist")]
    Unknown(Number),
    /// The new payload is longer than the one it replaces.
    #[error("the new payload of record {0} is longer than the old one")]
    Longer(Number),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// What every journal must do, checked on every implementation.
#[cfg(test)]
pub(crate) mod contract {
    use std::thread;

    use maillage_protocol::leaf::LeafKind;

    use super::*;

    /// Makes a record that is not like another.
    pub(crate) fn record(text: &str) -> Record {
        let payload = text.as_bytes().to_vec();
        Record { leaf: Leaf { kind: LeafKind::Fact, ..Leaf::of_fact(&payload) }, payload }
    }

    /// Returns all the records of a journal.
    pub(crate) fn all(journal: &dyn Journal) -> Vec<Record> {
        let mut records = Vec::new();
        loop {
            let more = journal.read(Number(records.len() as u64), 7).unwrap();
            if more.is_empty() {
                return records;
            }
            records.extend(more);
        }
    }

    pub(crate) fn holds(journal: &dyn Journal) {
        it_gives_back_what_it_took(journal);
        it_tells_the_news(journal);
        it_strips(journal);
        it_bounds_what_it_reads(journal);
        it_numbers_what_many_write(journal);
    }

    fn it_gives_back_what_it_took(journal: &dyn Journal) {
        let [one, two, three] = ["one", "two", "three"].map(record);
        assert!(journal.is_empty());
        assert_eq!(journal.append(&[one.clone(), two.clone()]).unwrap(), Number(0));
        assert_eq!(journal.append(&[]).unwrap(), Number(2));
        assert_eq!(journal.append(std::slice::from_ref(&three)).unwrap(), Number(2));
        assert_eq!(journal.len(), Number(3));

        assert_eq!(journal.read(Number(0), 9).unwrap(), [one.clone(), two.clone(), three.clone()]);
        assert_eq!(journal.read(Number(1), 1).unwrap(), std::slice::from_ref(&two));
        assert!(journal.read(Number(1), 0).unwrap().is_empty());
        assert!(journal.read(Number(3), 9).unwrap().is_empty());
        assert!(journal.read(Number(u64::MAX), 9).unwrap().is_empty());

        assert_eq!(journal.leaves(Number(1)..Number(3)).unwrap(), [two.leaf, three.leaf]);
        assert_eq!(journal.leaves(Number(2)..Number(9)).unwrap(), [three.leaf]);
        assert!(journal.leaves(Number(3)..Number(9)).unwrap().is_empty());
        assert!(journal.leaves(Number(2)..Number(2)).unwrap().is_empty());
    }

    fn it_tells_the_news(journal: &dyn Journal) {
        let mut news = journal.subscribe();
        assert_eq!(*news.borrow_and_update(), journal.len());
        journal.append(&[record("news")]).unwrap();
        assert!(news.has_changed().unwrap());
        assert_eq!(*news.borrow_and_update(), journal.len());
    }

    fn it_strips(journal: &dyn Journal) {
        let before = all(journal);
        let longer = journal.strip(&[(Number(0), vec![]), (Number(1), b"twoo".to_vec())]);
        assert!(matches!(longer, Err(StripError::Longer(Number(1)))), "{longer:?}");
        let unknown = journal.strip(&[(Number(0), vec![]), (journal.len(), vec![])]);
        assert!(matches!(unknown, Err(StripError::Unknown(number)) if number == journal.len()));
        assert_eq!(all(journal), before);

        journal.strip(&[]).unwrap();
        for _again in 0..2 {
            journal.strip(&[(Number(0), b"o".to_vec()), (Number(2), vec![])]).unwrap();
            let mut after = before.clone();
            after[0].payload = b"o".to_vec();
            after[2].payload = vec![];
            assert_eq!(all(journal), after);
        }
        assert_eq!(journal.append(&[record("after")]).unwrap(), Number(before.len() as u64));
    }

    fn it_bounds_what_it_reads(journal: &dyn Journal) {
        let large = |byte| Record { payload: vec![byte; READ_BYTES], ..record("large") };
        let first = journal.append(&[large(1), large(2), record("small")]).unwrap();
        assert_eq!(journal.read(first, 9).unwrap(), [large(1)]);
        assert_eq!(journal.read(first.next(), 9).unwrap(), [large(2)]);

        let too_large = Record { payload: vec![0; APPEND_BYTES + 1], ..record("too large") };
        let refused = journal.append(&[record("with it"), too_large]);
        assert!(matches!(refused, Err(JournalError::TooLarge)), "{refused:?}");
        assert_eq!(journal.len(), first.plus(3));
    }

    fn it_numbers_what_many_write(journal: &dyn Journal) {
        let before = journal.len();
        thread::scope(|scope| {
            for writer in 0..8 {
                scope.spawn(move || {
                    for turn in 0..20 {
                        let pair = [0, 1].map(|n| record(&format!("{writer} {turn} {n}")));
                        let first = journal.append(&pair).unwrap();
                        assert_eq!(journal.read(first, 2).unwrap(), pair);
                    }
                });
            }
        });
        assert_eq!(journal.len(), before.plus(8 * 20 * 2));
    }
}
