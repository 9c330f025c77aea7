//! Reads a journal that another process may be writing, and changes nothing in it.
//!
//! What is read is always a beginning of the journal. Near its end, a frame may be half written,
//! and the next one may be there a moment later, which looks like damage. So what looks wrong is
//! wrong only if reading the same place again gets no further.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use maillage_protocol::label;
use maillage_protocol::leaf::Leaf;

use super::frame::{self, ENTRY_HEAD, SEGMENT_HEAD, Salt};
use super::scan::{self, Reader, Rest, Scan};
use super::{Damage, JournalError, Number};
use crate::disk::{Disk, DiskFile};

/// Where a journal stands: enough to tell whether two of them say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many records there are.
    pub records: Number,
    /// A hash of all their leaves, in order.
    pub leaves: [u8; 32],
}

impl Head {
    /// The head of an empty journal.
    pub const EMPTY: Self = Self { records: Number(0), leaves: [0; 32] };

    /// Returns the head after one more record.
    #[must_use]
    pub fn then(self, leaf: Leaf) -> Self {
        let leaves = label::sha256(&[&self.leaves[..], &leaf.to_bytes()].concat());
        Self { records: self.records.next(), leaves }
    }
}

/// Whoever wants to know what a journal holds.
pub trait Surveyor {
    /// Hears of a record, whose bytes are as they were written.
    fn record(&mut self, number: Number, leaf: Leaf, payload: &[u8]);

    /// Hears of a segment, after its records. An error ends the survey.
    fn segment(&mut self, segment: &Surveyed) -> io::Result<()>;
}

/// A segment as it was when it was read: what is appended or stripped later does not change it.
pub struct Surveyed {
    ordinal: u32,
    file: Arc<dyn DiskFile>,
    end: u64,
    size: u64,
}

impl Surveyed {
    /// Returns the name of its file.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{:06}.log", self.ordinal)
    }

    /// Returns the bytes of its file.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Returns its bytes: its frames, then zeros up to its size.
    #[must_use]
    pub const fn reader(&self) -> SegmentReader<'_> {
        SegmentReader { segment: self, at: 0 }
    }
}

/// The bytes of a segment that was read.
pub struct SegmentReader<'a> {
    segment: &'a Surveyed,
    at: u64,
}

impl Read for SegmentReader<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let Surveyed { file, end, size, .. } = self.segment;
        let frames = end.saturating_sub(self.at);
        let left = if frames > 0 { frames } else { size.saturating_sub(self.at) };
        let count = left.min(bytes.len() as u64) as usize;
        let bytes = &mut bytes[..count];
        if frames == 0 {
            bytes.fill(0);
        } else if file.read_at(bytes, self.at)? < count {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += count as u64;
        Ok(count)
    }
}

/// Reads and checks every record of the journal in `folder`, and returns where it stood.
pub fn survey(
    disk: &dyn Disk,
    folder: &Path,
    surveyor: &mut dyn Surveyor,
) -> Result<Head, JournalError> {
    let mut walk = Walk { head: Head::EMPTY, link: 0, salt: None, before: None };
    for ordinal in 0..=last(disk, folder)? {
        let file = match disk.open(&folder.join(format!("{ordinal:06}.log"))) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(walk.damage(ordinal, 0).into());
            }
            opened => opened?,
        };
        match walk.read(ordinal, file)? {
            Some(stretch) => walk.tell(&stretch, surveyor)?,
            None => break,
        }
    }
    Ok(walk.head)
}

/// Returns the last segment there is.
fn last(disk: &dyn Disk, folder: &Path) -> io::Result<u32> {
    let names = disk.names(folder)?;
    let ordinals = names.iter().filter_map(|name| name.strip_suffix(".log")?.parse::<u32>().ok());
    ordinals.max().ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// A survey under way, between two segments.
struct Walk {
    head: Head,
    link: u32,
    salt: Option<Salt>,
    before: Option<Stretch>,
}

/// What was read of a segment.
#[derive(Clone)]
struct Stretch {
    ordinal: u32,
    file: Arc<dyn DiskFile>,
    salt: Salt,
    first: Number,
    link_before: u32,
    starts: Vec<u32>,
    end: u64,
    rest: Rest,
}

impl Walk {
    fn damage(&self, segment: u32, offset: u64) -> Damage {
        Damage { segment, offset, record: self.head.records }
    }

    /// Reads what follows in a segment, or nothing if the writer has gone on since the one before
    /// was read: the survey ends there.
    fn read(
        &mut self,
        ordinal: u32,
        file: Arc<dyn DiskFile>,
    ) -> Result<Option<Stretch>, JournalError> {
        let mut head = [0; SEGMENT_HEAD];
        file.read_at(&mut head, 0)?;
        let salt = frame::read_segment_head(&head, ordinal);
        let salt = salt.filter(|salt| self.salt.is_none_or(|known| known == *salt));
        let Some(salt) = salt else { return Err(self.damage(ordinal, 0).into()) };
        self.salt = Some(salt);

        let (first, link) = (self.head.records, self.link);
        let scan = settled(&file, salt, first, link)?;
        let empty = scan.starts.is_empty() && scan.rest == Rest::Zeros;
        let torn = self.before.as_ref().is_some_and(|before| before.rest != Rest::Zeros);
        if scan.rest == Rest::Damage || (torn && !empty) {
            let moved = self.before.as_ref().map_or(Ok(false), Stretch::has_moved)?;
            let record = first.plus(scan.starts.len());
            let damage = Damage { segment: ordinal, offset: scan.end, record };
            return if moved { Ok(None) } else { Err(damage.into()) };
        }
        let Scan { starts, end, link: link_after, rest } = scan;
        let stretch = Stretch { ordinal, file, salt, first, link_before: link, starts, end, rest };
        self.link = link_after;
        if !empty {
            self.before = Some(stretch.clone());
        }
        Ok(Some(stretch))
    }

    fn tell(&mut self, stretch: &Stretch, surveyor: &mut dyn Surveyor) -> Result<(), JournalError> {
        let mut reader = Reader::new(Arc::clone(&stretch.file))?;
        for start in &stretch.starts {
            let (number, at) = (self.head.records, u64::from(*start));
            let size = frame::entry_size(reader.view(at, ENTRY_HEAD)?).unwrap_or(0);
            let entry = frame::entry(reader.view(at, size)?, stretch.salt, number.0);
            let (leaf, payload) = entry.ok_or_else(|| self.damage(stretch.ordinal, at))?;
            surveyor.record(number, leaf, payload);
            self.head = self.head.then(leaf);
        }
        let (file, size) = (Arc::clone(&stretch.file), stretch.file.size()?);
        Ok(surveyor.segment(&Surveyed {
            ordinal: stretch.ordinal,
            file,
            end: stretch.end,
            size,
        })?)
    }
}

impl Stretch {
    /// Tells whether more was written here since it was read.
    fn has_moved(&self) -> io::Result<bool> {
        Ok(settled(&self.file, self.salt, self.first, self.link_before)?.end > self.end)
    }
}

/// Reads a segment until what looks like damage stays where it is.
fn settled(file: &Arc<dyn DiskFile>, salt: Salt, first: Number, link: u32) -> io::Result<Scan> {
    let read = || scan::scan(&mut Reader::new(Arc::clone(file))?, salt, first.0, link);
    let mut scan = read()?;
    while scan.rest == Rest::Damage {
        let again = read()?;
        if again.end == scan.end {
            break;
        }
        scan = again;
    }
    Ok(scan)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;
    use crate::disk::SystemDisk;
    use crate::env::FixedEnv;
    use crate::journal::contract::{all, record};
    use crate::journal::{Journal, Record, SegmentJournal};

    #[derive(Default)]
    struct Collected {
        records: Vec<Record>,
        copies: Vec<(String, Vec<u8>)>,
    }

    impl Surveyor for Collected {
        fn record(&mut self, number: Number, leaf: Leaf, payload: &[u8]) {
            assert_eq!(number, Number(self.records.len() as u64));
            self.records.push(Record { leaf, payload: payload.to_vec() });
        }

        fn segment(&mut self, segment: &Surveyed) -> io::Result<()> {
            let mut copy = Vec::new();
            segment.reader().read_to_end(&mut copy)?;
            assert_eq!(copy.len() as u64, segment.size());
            self.copies.push((segment.name(), copy));
            Ok(())
        }
    }

    fn open(folder: &Path) -> SegmentJournal {
        let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
        SegmentJournal::open(&disk, &FixedEnv::default(), folder, 4096).unwrap().0
    }

    fn survey_of(folder: &Path) -> Result<(Head, Collected), JournalError> {
        let mut collected = Collected::default();
        Ok((survey(&SystemDisk, folder, &mut collected)?, collected))
    }

    #[test]
    fn a_copy_made_of_a_survey_is_the_same_journal() {
        let folder = tempfile::tempdir().unwrap();
        let journal = open(folder.path());
        for n in 0..200 {
            journal.append(&[record(&format!("record {n}")), record("")]).unwrap();
        }
        let (head, collected) = survey_of(folder.path()).unwrap();
        assert_eq!(head.records, journal.len());
        assert_eq!(collected.records, all(&journal));
        assert!(collected.copies.len() > 3);

        let copy = tempfile::tempdir().unwrap();
        for (name, bytes) in collected.copies {
            fs::write(copy.path().join(name), bytes).unwrap();
        }
        assert_eq!(survey_of(copy.path()).unwrap().0, head);
        assert_eq!(all(&open(copy.path())), collected.records);
    }

    #[test]
    fn a_survey_of_a_running_node_is_a_beginning_of_its_journal() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, done) = (open(folder.path()), AtomicBool::new(false));
        journal.append(&[record("first")]).unwrap();
        let surveys = thread::scope(|scope| {
            scope.spawn(|| {
                for n in 0..400 {
                    journal.append(&[record(&format!("record {n}"))]).unwrap();
                    if n % 100 == 0 {
                        journal.strip(&[(Number(0), vec![])]).unwrap();
                    }
                }
                done.store(true, Ordering::SeqCst);
            });
            let mut surveys = Vec::new();
            while !done.load(Ordering::SeqCst) {
                surveys.push(survey_of(folder.path()).unwrap().0);
            }
            surveys
        });
        let leaves = journal.leaves(Number(0)..journal.len()).unwrap();
        for found in surveys {
            let before = leaves.iter().take(found.records.0 as usize);
            assert_eq!(before.fold(Head::EMPTY, |head, leaf| head.then(*leaf)), found);
        }
    }

    #[test]
    fn damage_is_found_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let journal = open(folder.path());
        for n in 0..200 {
            journal.append(&[record(&format!("record {n}"))]).unwrap();
        }
        drop(journal);
        let path = folder.path().join("000001.log");
        let whole = fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        flipped[200] ^= 1;
        fs::write(&path, flipped).unwrap();
        let damaged = survey_of(folder.path()).map(|(head, _)| head);
        assert!(matches!(damaged, Err(JournalError::Damaged(Damage { segment: 1, .. }))));

        fs::remove_file(&path).unwrap();
        let missing = survey_of(folder.path()).map(|(head, _)| head);
        assert!(matches!(missing, Err(JournalError::Damaged(Damage { segment: 1, .. }))));
    }

    /// A file whose writer goes on after the first look at it.
    struct Moving {
        before: Vec<u8>,
        after: Vec<u8>,
        looked: AtomicBool,
    }

    impl DiskFile for Moving {
        fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
            let looked = self.looked.swap(true, Ordering::SeqCst);
            let file = if looked { &self.after } else { &self.before };
            let from = &file[offset as usize..];
            let count = bytes.len().min(from.len());
            bytes[..count].copy_from_slice(&from[..count]);
            Ok(count)
        }

        fn write_at(&self, _: &[u8], _: u64) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }

        fn sync(&self) -> io::Result<()> {
            Ok(())
        }

        fn size(&self) -> io::Result<u64> {
            Ok(self.after.len() as u64)
        }
    }

    #[test]
    fn a_frame_that_is_being_written_is_not_damage() {
        let folder = tempfile::tempdir().unwrap();
        let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
        let env = FixedEnv::default();
        let (journal, _) = SegmentJournal::open(&disk, &env, folder.path(), 1 << 20).unwrap();
        let path = folder.path().join("000000.log");
        journal.append(&[record("one")]).unwrap();
        let one = fs::read(&path).unwrap();
        journal.append(&[record("two")]).unwrap();
        journal.append(&[record("three")]).unwrap();
        let after = fs::read(&path).unwrap();
        let two = after.iter().zip(&one).position(|(after, one)| after != one).unwrap();
        let mut before = one;
        before[two..two + 10].copy_from_slice(&after[two..two + 10]);

        let salt = frame::read_segment_head(after.first_chunk().unwrap(), 0).unwrap();
        let file = || Moving { before: before.clone(), after: after.clone(), looked: false.into() };
        let mut once = Reader::new(Arc::new(file())).unwrap();
        assert_eq!(scan::scan(&mut once, salt, 0, 0).unwrap().rest, Rest::Damage);
        let moving: Arc<dyn DiskFile> = Arc::new(file());
        let scan = settled(&moving, salt, Number(0), 0).unwrap();
        assert_eq!((scan.starts.len(), scan.rest), (3, Rest::Zeros));
    }
}
