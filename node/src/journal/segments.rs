//! The journal on the disk: segments, and one commit for everybody who writes at the same time.
//!
//! ```text
//! writer ─┐  gather                     ┌▶ told: on disk
//! writer ─┼───────▶ group ─▶ one frame ─┼▶ told: on disk       whoever opens a group waits for
//! writer ─┘                write, sync  └▶ told: on disk       the tail, and commits for all
//! ```
//!
//! While one group is on its way to the disk, the next one gathers. So a lonely writer waits for
//! nobody, and sixty-four share one sync.

use std::collections::BTreeMap;
use std::io;
use std::mem;
use std::ops::Range;
use std::path::Path;
use std::sync::{
    Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard,
    RwLockWriteGuard,
};

use maillage_protocol::leaf::Leaf;
use tokio::sync::watch;

use super::frame::{self, Group};
use super::index::{Index, Stretch};
use super::opening::Opened;
use super::tail::{Files, Tail};
use super::{
    APPEND_BYTES, Damage, Journal, JournalError, Number, READ_BYTES, Record, StripError, opening,
    strip,
};
use crate::disk::{Disk, DiskFile};
use crate::env::Env;

/// Bytes of a segment, unless the configuration says otherwise.
pub const SEGMENT_BYTES: u32 = 64 * 1024 * 1024;

/// Bytes read at a time.
const CHUNK: u64 = 256 * 1024;

/// Records in segment files.
pub struct SegmentJournal {
    files: Arc<Files>,
    /// What waits for the disk. Held while records are copied, never while the disk works.
    queue: Mutex<Queue>,
    /// Wakes up whoever waits for the tail, or for room in the group.
    moved: Condvar,
    /// Where records on disk are. Written after each commit.
    index: RwLock<Index>,
    /// Held by whoever strips: one at a time.
    stripping: Mutex<()>,
    news: watch::Sender<Number>,
}

struct Queue {
    /// Records that have a number and are not on their way yet.
    group: Group,
    /// What those who wait for that group will be told.
    outcome: Arc<OnceLock<Result<(), JournalError>>>,
    /// The memory of the group before.
    spare: Option<Group>,
    /// Absent while somebody writes.
    tail: Option<Tail>,
    /// Why nothing can be written any more.
    failure: Option<JournalError>,
}

impl SegmentJournal {
    /// Opens the journal of a folder, or begins one if there is none, with new segments of
    /// `segment_bytes`. Everything is read and checked.
    ///
    /// The folder must be ours alone ([`FolderLock`](crate::disk::FolderLock)).
    pub fn open(
        disk: &Arc<dyn Disk>,
        env: &dyn Env,
        folder: &Path,
        segment_bytes: u32,
    ) -> Result<(Self, Opened), JournalError> {
        opening::open(Arc::clone(disk), env, folder, segment_bytes.into())
    }

    /// Begins to work after the records of `index`, whose leaves have the CRC `link`.
    pub(super) fn new(files: Arc<Files>, index: Index, link: u32, tail: Tail) -> Self {
        let kept = index.len();
        let queue = Queue {
            group: Group::new(files.salt, kept.0, link),
            outcome: Arc::default(),
            spare: None,
            tail: Some(tail),
            failure: None,
        };
        Self {
            files,
            queue: Mutex::new(queue),
            moved: Condvar::new(),
            index: RwLock::new(index),
            stripping: Mutex::new(()),
            news: watch::Sender::new(kept),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&'a self, queue: MutexGuard<'a, Queue>) -> MutexGuard<'a, Queue> {
        self.moved.wait(queue).unwrap_or_else(PoisonError::into_inner)
    }

    fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn index_to_change(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the group that gathers has room for so many bytes.
    fn room(&self, bytes: usize) -> Result<MutexGuard<'_, Queue>, JournalError> {
        let mut queue = self.lock();
        loop {
            if let Some(failure) = &queue.failure {
                return Err(failure.clone());
            }
            if queue.group.has_room(bytes) {
                return Ok(queue);
            }
            queue = self.wait(queue);
        }
    }

    /// Waits until nobody else writes.
    fn tail<'a>(
        &'a self,
        mut queue: MutexGuard<'a, Queue>,
    ) -> (MutexGuard<'a, Queue>, Result<Tail, JournalError>) {
        loop {
            if let Some(failure) = queue.failure.clone() {
                return (queue, Err(failure));
            }
            if let Some(tail) = queue.tail.take() {
                return (queue, Ok(tail));
            }
            queue = self.wait(queue);
        }
    }

    /// Gives the tail to the next one, or says why there is none.
    fn release(&self, tail: Tail, outcome: &Result<(), JournalError>) -> MutexGuard<'_, Queue> {
        let mut queue = self.lock();
        match outcome {
            Ok(()) => queue.tail = Some(tail),
            Err(failure) => queue.failure = Some(failure.clone()),
        }
        self.moved.notify_all();
        queue
    }

    /// Writes and syncs the group that gathers, for everybody who waits for it, once the one
    /// before it is on disk.
    fn commit(&self, queue: MutexGuard<'_, Queue>) {
        let (mut queue, tail) = self.tail(queue);
        let (mut group, told) = queue.take_group();
        drop(queue);
        self.moved.notify_all();
        let outcome = tail.and_then(|mut tail| {
            let written = tail.write(group.seal());
            let outcome = written.map_err(JournalError::from).map(|offset| {
                self.index_to_change().note(tail.ordinal(), offset, &group);
            });
            let mut queue = self.release(tail, &outcome);
            if outcome.is_ok() {
                self.news.send_replace(Number(group.next()));
                queue.spare = Some(group);
            }
            outcome
        });
        told.get_or_init(|| outcome);
    }

    /// Makes sure that segment `ordinal` is not written any more.
    fn close(&self, ordinal: u32) -> Result<(), JournalError> {
        let (queue, tail) = self.tail(self.lock());
        drop(queue);
        let mut tail = tail?;
        let rolled = if tail.ordinal() == ordinal { tail.roll(0) } else { Ok(()) };
        let rolled = rolled.map_err(JournalError::from);
        drop(self.release(tail, &rolled));
        rolled
    }

    /// Calls `each` with the records of `range`, until it says no.
    fn visit(
        &self,
        range: Range<Number>,
        mut each: impl FnMut(Leaf, &[u8]) -> bool,
    ) -> Result<(), JournalError> {
        let mut next = range.start.0;
        while let Some((stretch, file)) = self.stretch(next, range.end.0)? {
            let bytes = read_stretch(&*file, &stretch)?;
            for start in &stretch.starts {
                let at = (start - stretch.starts[0]) as usize;
                let entry = bytes.get(at..).and_then(|at| frame::entry(at, self.files.salt, next));
                let Some((leaf, payload)) = entry else {
                    let (segment, offset) = (stretch.ordinal, u64::from(*start));
                    return Err(Damage { segment, offset, record: Number(next) }.into());
                };
                next += 1;
                if !each(leaf, payload) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Finds records, and opens their file before it can be stripped.
    fn stretch(&self, first: u64, until: u64) -> io::Result<Option<(Stretch, Arc<dyn DiskFile>)>> {
        let index = self.index();
        let Some(stretch) = index.stretch(first, until, CHUNK) else { return Ok(None) };
        let file = self.files.open(stretch.ordinal)?;
        Ok(Some((stretch, file)))
    }

    /// Refuses payloads that cannot be replaced, and sorts the others by segment.
    fn sort<'a>(
        &self,
        payloads: &'a [(Number, Vec<u8>)],
    ) -> Result<BTreeMap<u32, BTreeMap<u64, &'a [u8]>>, StripError> {
        let mut sorted = BTreeMap::<_, BTreeMap<_, _>>::new();
        for (number, payload) in payloads {
            let ordinal = self.index().ordinal(number.0).ok_or(StripError::Unknown(*number))?;
            let mut held = 0;
            self.visit(*number..number.next(), |_, payload| {
                held = payload.len();
                true
            })?;
            if payload.len() > held {
                return Err(StripError::Longer(*number));
            }
            sorted.entry(ordinal).or_default().insert(number.0, payload.as_slice());
        }
        Ok(sorted)
    }

    /// Puts a segment that was written again in the place of the old one.
    fn switch(&self, ordinal: u32, stripped: strip::Stripped) -> Result<(), JournalError> {
        let mut index = self.index_to_change();
        let finished = self.files.finish(ordinal);
        index.replace(ordinal, stripped.starts, stripped.end);
        drop(index);
        finished.map_err(|error| {
            let failure = JournalError::from(error);
            self.lock().failure = Some(failure.clone());
            failure
        })
    }
}

impl Queue {
    /// Takes what was gathered and whom to tell, and gathers what follows.
    fn take_group(&mut self) -> (Group, Arc<OnceLock<Result<(), JournalError>>>) {
        let mut following = self.spare.take().unwrap_or_else(|| self.group.empty());
        following.begin_after(&self.group);
        (mem::replace(&mut self.group, following), mem::take(&mut self.outcome))
    }
}

impl Journal for SegmentJournal {
    fn append(&self, records: &[Record]) -> Result<Number, JournalError> {
        let bytes = frame::bytes_of(records);
        if bytes > APPEND_BYTES {
            return Err(JournalError::TooLarge);
        }
        let mut queue = self.room(bytes)?;
        let first = Number(queue.group.next());
        if records.is_empty() {
            return Ok(first);
        }
        let opens = queue.group.is_empty();
        for record in records {
            queue.group.push(record.leaf, &record.payload);
        }
        let outcome = Arc::clone(&queue.outcome);
        if opens {
            self.commit(queue);
        } else {
            drop(queue);
        }
        outcome.wait().clone()?;
        Ok(first)
    }

    fn read(&self, first: Number, limit: usize) -> Result<Vec<Record>, JournalError> {
        let (mut records, mut bytes) = (Vec::new(), 0);
        self.visit(first..first.plus(limit), |leaf, payload| {
            bytes += payload.len();
            records.push(Record { leaf, payload: payload.to_vec() });
            bytes < READ_BYTES
        })?;
        Ok(records)
    }

    fn leaves(&self, range: Range<Number>) -> Result<Vec<Leaf>, JournalError> {
        let mut leaves = Vec::new();
        self.visit(range, |leaf, _| {
            leaves.push(leaf);
            true
        })?;
        Ok(leaves)
    }

    fn strip(&self, payloads: &[(Number, Vec<u8>)]) -> Result<(), StripError> {
        let _one_at_a_time = self.stripping.lock().unwrap_or_else(PoisonError::into_inner);
        for (ordinal, payloads) in self.sort(payloads)? {
            self.close(ordinal)?;
            let end = self.index().end(ordinal).unwrap_or_default();
            let stripped = strip::rewrite(&self.files, ordinal, end, &payloads)?;
            self.switch(ordinal, stripped)?;
        }
        Ok(())
    }

    fn len(&self) -> Number {
        self.index().len()
    }

    fn subscribe(&self) -> watch::Receiver<Number> {
        self.news.subscribe()
    }
}

fn read_stretch(file: &dyn DiskFile, stretch: &Stretch) -> io::Result<Vec<u8>> {
    let from = stretch.starts.first().map_or(stretch.end, |start| u64::from(*start));
    let mut bytes = vec![0; (stretch.end - from) as usize];
    let read = file.read_at(&mut bytes, from)?;
    bytes.truncate(read);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::SystemDisk;
    use crate::env::FixedEnv;
    use crate::journal::contract;

    #[test]
    fn segments_hold_the_contract() {
        let folder = tempfile::tempdir().unwrap();
        let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
        let (env, folder) = (FixedEnv::default(), folder.path().join("journal"));
        let open = || SegmentJournal::open(&disk, &env, &folder, 1 << 16).unwrap();
        let (journal, _) = open();
        contract::holds(&journal);
        let records = contract::all(&journal);
        drop(journal);

        let (journal, opened) = open();
        assert_eq!(contract::all(&journal), records);
        assert_eq!((opened.records, opened.torn), (Number(0).plus(records.len()), None));
    }
}
