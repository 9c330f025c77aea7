//! Reads a journal from its first record to its last, before anything is served.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::frame::{self, SEGMENT_HEAD, Salt};
use super::index::{Index, Segment};
use super::scan::{self, Reader, Rest};
use super::segments::SegmentJournal;
use super::tail::{Files, Tail};
use super::{Damage, JournalError, Number};
use crate::disk::Disk;
use crate::env::{self, Env};

/// What was found when a journal was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// How many records there are.
    pub records: Number,
    /// How many segments hold them.
    pub segments: u32,
    /// What a power cut had left unfinished. Compare then the journal with what others remember
    /// of it: a flipped bit in the last frame looks the same.
    pub torn: Option<Torn>,
}

/// A frame that was being written when the power was cut. Nobody was told that it was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Torn {
    /// The segment it was in.
    pub segment: u32,
    /// Where it began.
    pub offset: u64,
    /// How many bytes were set aside.
    pub bytes: u64,
    /// Where they are now.
    pub aside: PathBuf,
}

/// Opens the journal of a folder, or begins one.
pub(super) fn open(
    disk: Arc<dyn Disk>,
    env: &dyn Env,
    folder: &Path,
    segment_bytes: u64,
) -> Result<(SegmentJournal, Opened), JournalError> {
    disk.create_folder(folder)?;
    let salt = Salt(env::random(env));
    let mut files = Files { disk, folder: folder.to_owned(), salt, segment_bytes };
    let mut segments = tidy(&files)?;
    if segments == 0 {
        files.prepare(0, 0)?;
        segments = 1;
    }
    files.salt = salt_of(&files, 0, Number(0))?;
    Opening { files, index: Index::default(), link: 0, torn: None }.read(segments)
}

/// Removes what a crash left half made, and returns how many segments there are.
fn tidy(files: &Files) -> io::Result<u32> {
    let names = files.disk.names(&files.folder)?;
    for name in names.iter().filter(|name| name.ends_with(".log.new")) {
        files.disk.remove(&files.folder.join(name))?;
    }
    let ordinals = names.iter().filter_map(|name| name.strip_suffix(".log")?.parse::<u32>().ok());
    Ok(ordinals.max().map_or(0, |last| last + 1))
}

/// Returns the salt that a segment names. A segment has its name only when it is whole, so one
/// that is not there or has no head was lost.
fn salt_of(files: &Files, segment: u32, record: Number) -> Result<Salt, JournalError> {
    let file = match files.open(segment) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Damage { segment, offset: 0, record }.into());
        }
        opened => opened?,
    };
    let mut head = [0; SEGMENT_HEAD];
    file.read_at(&mut head, 0)?;
    let salt = frame::read_segment_head(&head, segment);
    salt.ok_or_else(|| Damage { segment, offset: 0, record }.into())
}

/// A journal that is being read.
struct Opening {
    files: Files,
    index: Index,
    link: u32,
    /// The segment, and where in it a torn frame begins and ends.
    torn: Option<(u32, u64, u64)>,
}

impl Opening {
    /// Reads all the segments, and makes ready to write after them.
    fn read(mut self, segments: u32) -> Result<(SegmentJournal, Opened), JournalError> {
        let (mut last, mut end) = (0, SEGMENT_HEAD as u64);
        for segment in 0..segments {
            let before = (self.index.len(), self.torn.is_some());
            let after = self.segment(segment)?;
            if (self.index.len(), self.torn.is_some()) != before {
                (last, end) = (segment, after);
            }
        }
        self.index.truncate(last);
        let torn = self.torn.map(|(segment, from, until)| self.put_aside(segment, from, until));
        // A process that died before its sync may have left a whole frame, which is about to be
        // believed. The folder, likewise, may hold names that are not yet for ever.
        self.files.open(last)?.sync()?;
        self.files.disk.sync_folder(&self.files.folder)?;

        let opened =
            Opened { records: self.index.len(), segments: last + 1, torn: torn.transpose()? };
        let files = Arc::new(self.files);
        let tail = Tail::open(&files, last, end, last + 1 < segments)?;
        Ok((SegmentJournal::new(files, self.index, self.link, tail), opened))
    }

    /// Reads a segment, and returns where its frames end. Only the very last frame of a journal
    /// may be torn.
    fn segment(&mut self, segment: u32) -> Result<u64, JournalError> {
        let first = self.index.len();
        if salt_of(&self.files, segment, first)? != self.files.salt {
            return Err(Damage { segment, offset: 0, record: first }.into());
        }
        let mut reader = Reader::new(self.files.open(segment)?)?;
        let scan = scan::scan(&mut reader, self.files.salt, first.0, self.link)?;

        let record = first.plus(scan.starts.len());
        if let Some((segment, offset, _)) = self.torn
            && (!scan.starts.is_empty() || scan.rest != Rest::Zeros)
        {
            return Err(Damage { segment, offset, record: first }.into());
        }
        match scan.rest {
            Rest::Damage => return Err(Damage { segment, offset: scan.end, record }.into()),
            Rest::Torn(until) => self.torn = Some((segment, scan.end, until)),
            Rest::Zeros => {}
        }
        self.link = scan.link;
        self.index.push(Segment { first: first.0, starts: scan.starts, end: scan.end });
        Ok(scan.end)
    }

    /// Copies a torn frame into a file of its own, then makes its place zeros again.
    fn put_aside(&self, segment: u32, offset: u64, until: u64) -> io::Result<Torn> {
        let Files { disk, folder, .. } = &self.files;
        let names = disk.names(folder)?;
        let name = |n| format!("{segment:06}-{n}.torn");
        let free = (0..).map(name).find(|name| !names.contains(name));
        let aside = folder.join(free.unwrap_or_else(|| name(0)));

        let file = self.files.open(segment)?;
        let copy = disk.create(&aside)?;
        let mut bytes = vec![0; (until - offset) as usize];
        file.read_at(&mut bytes, offset)?;
        copy.write_at(&bytes, 0)?;
        copy.sync()?;
        disk.sync_folder(folder)?;

        bytes.fill(0);
        file.write_at(&bytes, offset)?;
        file.sync()?;
        Ok(Torn { segment, offset, bytes: until - offset, aside })
    }
}
