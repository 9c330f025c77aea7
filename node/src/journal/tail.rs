//! Where the next frame goes: a segment full of zeros, and soon the one after it.
//!
//! Writing over zeros that are already there is twice as fast as making a file grow, and much
//! steadier: the sync has nothing else to record. A segment has its name only once its zeros are
//! on the disk, so that it is never found half made.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

use super::frame::{self, SEGMENT_HEAD, Salt};
use crate::disk::{self, Disk, DiskFile};

/// The segments of one journal, as files.
pub(super) struct Files {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) folder: PathBuf,
    pub(super) salt: Salt,
    /// Bytes of a new segment.
    pub(super) segment_bytes: u64,
}

impl Files {
    /// Returns the path of a segment.
    pub(super) fn path(&self, ordinal: u32) -> PathBuf {
        self.folder.join(format!("{ordinal:06}.log"))
    }

    /// Opens a segment.
    pub(super) fn open(&self, ordinal: u32) -> io::Result<Arc<dyn DiskFile>> {
        self.disk.open(&self.path(ordinal))
    }

    /// Begins the file that will take the place of a segment once it is
    /// [finished](Self::finish).
    pub(super) fn begin(&self, ordinal: u32) -> io::Result<Arc<dyn DiskFile>> {
        let path = self.path(ordinal).with_added_extension("new");
        disk::remove_if_there(&*self.disk, &path)?;
        let file = self.disk.create(&path)?;
        file.write_at(&frame::segment_head(self.salt, ordinal), 0)?;
        Ok(file)
    }

    /// Gives the file that was begun its name. Its bytes must be synced.
    pub(super) fn finish(&self, ordinal: u32) -> io::Result<()> {
        let path = self.path(ordinal);
        self.disk.rename(&path.with_added_extension("new"), &path)?;
        self.disk.sync_folder(&self.folder)
    }

    /// Makes an empty segment with room for a frame of `frame` bytes.
    pub(super) fn prepare(&self, ordinal: u32, frame: u64) -> io::Result<()> {
        let size = self.segment_bytes.max(SEGMENT_HEAD as u64 + frame);
        let file = self.begin(ordinal)?;
        let zeros = vec![0; size.min(1024 * 1024) as usize];
        let mut at = SEGMENT_HEAD as u64;
        while at < size {
            let count = (size - at).min(zeros.len() as u64) as usize;
            file.write_at(&zeros[..count], at)?;
            at += count as u64;
        }
        file.sync()?;
        self.finish(ordinal)
    }
}

/// The end of the journal. Whoever has it is the only one who writes.
pub(super) struct Tail {
    files: Arc<Files>,
    ordinal: u32,
    file: Arc<dyn DiskFile>,
    end: u64,
    size: u64,
    next: Next,
}

/// The segment after the one that is being written.
enum Next {
    Missing,
    Underway(Receiver<io::Result<()>>),
    Ready,
}

impl Tail {
    /// Goes on in segment `ordinal`, after the frames that end at `end`.
    pub(super) fn open(files: &Arc<Files>, ordinal: u32, end: u64, next: bool) -> io::Result<Self> {
        let file = files.open(ordinal)?;
        let size = file.size()?;
        let next = if next { Next::Ready } else { Next::Missing };
        Ok(Self { files: Arc::clone(files), ordinal, file, end, size, next })
    }

    /// Returns the segment that is being written.
    pub(super) const fn ordinal(&self) -> u32 {
        self.ordinal
    }

    /// Writes a frame and returns where it begins, once it would survive a power cut.
    pub(super) fn write(&mut self, frame: &[u8]) -> io::Result<u64> {
        let length = frame.len() as u64;
        if self.end + length > self.size {
            self.roll(length)?;
        }
        let offset = self.end;
        self.file.write_at(frame, offset)?;
        self.file.sync()?;
        self.end += length;
        if self.end > self.size / 2 {
            self.prepare_next()?;
        }
        Ok(offset)
    }

    /// Goes to the next segment, which will have room for a frame of `frame` bytes.
    pub(super) fn roll(&mut self, frame: u64) -> io::Result<()> {
        let ordinal = self.ordinal + 1;
        if !self.is_next_ready() {
            self.files.prepare(ordinal, frame)?;
        }
        let mut file = self.files.open(ordinal)?;
        if file.size()? < SEGMENT_HEAD as u64 + frame {
            self.files.prepare(ordinal, frame)?;
            file = self.files.open(ordinal)?;
        }
        (self.size, self.file) = (file.size()?, file);
        (self.ordinal, self.end, self.next) = (ordinal, SEGMENT_HEAD as u64, Next::Missing);
        Ok(())
    }

    /// Begins to make the next segment beside us, if nobody did.
    fn prepare_next(&mut self) -> io::Result<()> {
        if !matches!(self.next, Next::Missing) {
            return Ok(());
        }
        let (done, next) = mpsc::sync_channel(1);
        let (files, ordinal) = (Arc::clone(&self.files), self.ordinal + 1);
        // Whoever waited may be gone: then nobody needs the answer.
        let work = move || done.send(files.prepare(ordinal, 0)).unwrap_or_default();
        self.files.disk.beside(Box::new(work))?;
        self.next = Next::Underway(next);
        Ok(())
    }

    /// Waits for the next segment if it is being made. If that failed, it is for the caller to
    /// try once more: the disk may have room again.
    fn is_next_ready(&mut self) -> bool {
        if let Next::Underway(next) = &self.next {
            let ready = matches!(next.recv(), Ok(Ok(())));
            self.next = if ready { Next::Ready } else { Next::Missing };
        }
        matches!(self.next, Next::Ready)
    }
}

impl Drop for Tail {
    /// Nobody may find the folder changing after the journal was closed.
    fn drop(&mut self) {
        self.is_next_ready();
    }
}
