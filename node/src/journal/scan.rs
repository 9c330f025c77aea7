//! Reads a segment from its head to where nothing was written yet, and judges what it finds.

use std::io;
use std::sync::Arc;

use super::frame::{self, ENTRY_HEAD, FRAME_HEAD, FRAME_MAGIC, FrameHead, SEGMENT_HEAD, Salt};
use crate::disk::DiskFile;

/// Bytes read from a file at a time.
const CHUNK: usize = 256 * 1024;

/// A file, seen through a small window.
pub(super) struct Reader {
    file: Arc<dyn DiskFile>,
    size: u64,
    window: Vec<u8>,
    start: u64,
}

impl Reader {
    pub(super) fn new(file: Arc<dyn DiskFile>) -> io::Result<Self> {
        let size = file.size()?;
        Ok(Self { file, size, window: Vec::new(), start: 0 })
    }

    /// Returns the bytes of the file.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    /// Returns `count` bytes from `at` on: fewer at the end of the file.
    pub(super) fn view(&mut self, at: u64, count: usize) -> io::Result<&[u8]> {
        let left = usize::try_from(self.size.saturating_sub(at)).unwrap_or(usize::MAX);
        let count = count.min(left);
        let end = self.start + self.window.len() as u64;
        if at < self.start || at + count as u64 > end {
            let wanted = count.max(CHUNK).min(left);
            if self.window.len() != wanted {
                self.window = vec![0; wanted];
            }
            let read = self.file.read_at(&mut self.window, at)?;
            self.window.truncate(read);
            self.start = at;
        }
        let from = (at - self.start) as usize;
        Ok(&self.window[from.min(self.window.len())..(from + count).min(self.window.len())])
    }

    /// Returns where the last byte from `at` on that is not zero ends.
    fn written_after(&mut self, mut at: u64) -> io::Result<Option<u64>> {
        static ZEROS: [u8; CHUNK] = [0; CHUNK];
        let mut end = None;
        while at < self.size {
            let bytes = self.view(at, CHUNK)?;
            // Comparing slices is much faster than looking at each byte.
            if bytes != &ZEROS[..bytes.len()]
                && let Some(last) = bytes.iter().rposition(|byte| *byte != 0)
            {
                end = Some(at + last as u64 + 1);
            }
            at += bytes.len().max(1) as u64;
        }
        Ok(end)
    }

    /// Tells whether a frame of this journal begins anywhere from `at` on.
    fn any_frame_after(&mut self, mut at: u64, salt: Salt) -> io::Result<bool> {
        while at < self.size {
            let bytes = self.view(at, CHUNK)?;
            let begins = |start: &usize| bytes[*start..].starts_with(FRAME_MAGIC);
            match (0..bytes.len()).find(begins) {
                Some(start) => {
                    at += start as u64;
                    if FrameHead::parse(self.view(at, FRAME_HEAD)?, salt).is_some() {
                        return Ok(true);
                    }
                    at += 1;
                }
                // The magic may straddle two chunks.
                None => at += bytes.len().saturating_sub(FRAME_MAGIC.len() - 1).max(1) as u64,
            }
        }
        Ok(false)
    }
}

/// What a segment holds.
pub(super) struct Scan {
    /// Where each record begins.
    pub(super) starts: Vec<u32>,
    /// Where the last frame ends.
    pub(super) end: u64,
    /// The CRC of the leaves, up to the last one.
    pub(super) link: u32,
    /// What follows the last frame.
    pub(super) rest: Rest,
}

/// What follows the last frame of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nothing was written.
    Zeros,
    /// A frame that was being written, up to this byte.
    Torn(u64),
    /// Something that was promised.
    Damage,
}

/// What begins at some place.
enum Found {
    Frame {
        end: u64,
    },
    /// No frame; one that was promised after it begins at `resume` or later.
    Bad {
        resume: u64,
    },
    /// A frame that belongs elsewhere.
    Misplaced,
}

/// Reads the frames of a segment, of which the first record must be `first`, after `link`.
pub(super) fn scan(reader: &mut Reader, salt: Salt, first: u64, link: u32) -> io::Result<Scan> {
    let (starts, end) = (Vec::new(), SEGMENT_HEAD as u64);
    let mut scan = Scan { starts, end, link, rest: Rest::Zeros };
    scan.rest = loop {
        match scan.frame(reader, salt, first)? {
            Found::Frame { end } => scan.end = end,
            Found::Misplaced => break Rest::Damage,
            Found::Bad { resume } => break rest(reader, salt, scan.end, resume)?,
        }
    };
    Ok(scan)
}

/// A power cut can tear the last frame only: a good one after a bad one was promised, and so was
/// the bad one.
fn rest(reader: &mut Reader, salt: Salt, at: u64, resume: u64) -> io::Result<Rest> {
    let Some(end) = reader.written_after(at)? else { return Ok(Rest::Zeros) };
    let promised = reader.any_frame_after(resume, salt)?;
    Ok(if promised { Rest::Damage } else { Rest::Torn(end) })
}

impl Scan {
    /// Reads the frame that begins at the end of those already read.
    fn frame(&mut self, reader: &mut Reader, salt: Salt, first: u64) -> io::Result<Found> {
        let Some(head) = FrameHead::parse(reader.view(self.end, FRAME_HEAD)?, salt) else {
            return Ok(Found::Bad { resume: self.end + 1 });
        };
        if head.link != self.link || head.first != first + self.starts.len() as u64 {
            return Ok(Found::Misplaced);
        }
        let begin = self.end + FRAME_HEAD as u64;
        let end = begin + u64::from(head.length);
        let (known, link) = (self.starts.len(), self.link);
        if end <= reader.size() && self.entries(reader, salt, head, begin)? == Some(end) {
            return Ok(Found::Frame { end });
        }
        self.starts.truncate(known);
        self.link = link;
        Ok(Found::Bad { resume: end })
    }

    /// Notes the entries of a frame, and returns where they end if all are as written.
    fn entries(
        &mut self,
        reader: &mut Reader,
        salt: Salt,
        head: FrameHead,
        mut at: u64,
    ) -> io::Result<Option<u64>> {
        let end = at + u64::from(head.length);
        for number in (head.first..).take(head.count as usize) {
            let size = frame::entry_size(reader.view(at, ENTRY_HEAD)?);
            let Some(size) = size.filter(|size| at + *size as u64 <= end) else {
                return Ok(None);
            };
            let Some((leaf, _)) = frame::entry(reader.view(at, size)?, salt, number) else {
                return Ok(None);
            };
            self.starts.push(at as u32);
            self.link = frame::link_after(self.link, leaf);
            at += size as u64;
        }
        Ok(Some(at))
    }
}
