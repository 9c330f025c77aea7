//! How records lie on the disk.
//!
//! ```text
//! segment = head ‖ frame* ‖ zeros                                integers are little-endian
//! head    = "mlgseg1\n" ‖ salt (8) ‖ ordinal (4) ‖ CRC-32 of what precedes
//! frame   = "mlg1" ‖ length of the entries (4) ‖ how many (4) ‖ number of the first (8) ‖ link (4)
//!           ‖ CRC-32 of the salt and what precedes ‖ entry*
//! entry   = CRC-32 of the salt, the number and what follows ‖ length of the payload (4)
//!           ‖ leaf (33) ‖ payload
//! link    = CRC-32 of all the leaves of the frames before
//! ```
//!
//! One frame is written and synced at a time, in a segment full of zeros. A power cut can
//! therefore tear the last one only, and nobody was told that it was written. Every byte is under
//! one CRC, and a record is checked again each time it is read. Links count leaves and no
//! payloads, so that a payload can be taken away and the chain still holds.
//!
//! The salt is drawn once for a journal. Without it, a peer could send a body that looks like a
//! frame; in a torn tail it would pass for something promised, and the node would not start.

use crc32fast::Hasher;
use maillage_protocol::leaf::Leaf;

use super::{APPEND_BYTES, Record};

/// Bytes of the head of a segment.
pub(super) const SEGMENT_HEAD: usize = 24;
/// Bytes of the head of a frame.
pub(super) const FRAME_HEAD: usize = 28;
/// Bytes of an entry before its payload.
pub(super) const ENTRY_HEAD: usize = 8 + Leaf::LEN;
/// Bytes of the entries of one frame, heads included.
pub(super) const FRAME_BYTES: usize = APPEND_BYTES;
/// What a frame begins with.
pub(super) const FRAME_MAGIC: &[u8; 4] = b"mlg1";
const SEGMENT_MAGIC: &[u8; 8] = b"mlgseg1\n";

/// What tells the frames of this journal from bytes that imitate them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Salt(pub [u8; 8]);

impl Salt {
    fn crc(self, parts: &[&[u8]]) -> u32 {
        let mut hasher = Hasher::new();
        hasher.update(&self.0);
        parts.iter().for_each(|part| hasher.update(part));
        hasher.finalize()
    }
}

/// Writes the head of a segment.
pub(super) fn segment_head(salt: Salt, ordinal: u32) -> [u8; SEGMENT_HEAD] {
    let mut head = [0; SEGMENT_HEAD];
    head[..8].copy_from_slice(SEGMENT_MAGIC);
    head[8..16].copy_from_slice(&salt.0);
    head[16..20].copy_from_slice(&ordinal.to_le_bytes());
    let crc = crc32fast::hash(&head[..20]);
    head[20..].copy_from_slice(&crc.to_le_bytes());
    head
}

/// Reads the head of segment `ordinal`.
pub(super) fn read_segment_head(head: &[u8; SEGMENT_HEAD], ordinal: u32) -> Option<Salt> {
    let salt = Salt(head[8..16].try_into().ok()?);
    (*head == segment_head(salt, ordinal)).then_some(salt)
}

/// What precedes the entries of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHead {
    /// Bytes of the entries.
    pub(super) length: u32,
    /// How many there are.
    pub(super) count: u32,
    /// The number of the first one.
    pub(super) first: u64,
    /// The CRC of all the leaves before it.
    pub(super) link: u32,
}

impl FrameHead {
    fn to_bytes(self, salt: Salt) -> [u8; FRAME_HEAD] {
        let mut head = [0; FRAME_HEAD];
        head[..4].copy_from_slice(FRAME_MAGIC);
        head[4..8].copy_from_slice(&self.length.to_le_bytes());
        head[8..12].copy_from_slice(&self.count.to_le_bytes());
        head[12..20].copy_from_slice(&self.first.to_le_bytes());
        head[20..24].copy_from_slice(&self.link.to_le_bytes());
        let crc = salt.crc(&[&head[..24]]);
        head[24..].copy_from_slice(&crc.to_le_bytes());
        head
    }

    /// Reads the head that `bytes` begin with, if they do.
    pub(super) fn parse(bytes: &[u8], salt: Salt) -> Option<Self> {
        let head = bytes.first_chunk::<FRAME_HEAD>()?;
        let first = u64::from_le_bytes(head[12..20].try_into().ok()?);
        let [length, count, link] = [4, 8, 20].map(|at| number(&head[at..]));
        let parsed = Self { length, count, first, link };
        (*head == parsed.to_bytes(salt)).then_some(parsed)
    }
}

/// Returns the bytes of the entry that `head` begins, its payload included. Nothing is checked.
pub(super) fn entry_size(head: &[u8]) -> Option<usize> {
    let head = head.first_chunk::<ENTRY_HEAD>()?;
    Some(ENTRY_HEAD + number(&head[4..]) as usize)
}

/// Reads record `number`, which `bytes` begin with.
pub(super) fn entry(bytes: &[u8], salt: Salt, number: u64) -> Option<(Leaf, &[u8])> {
    let entry = bytes.get(..entry_size(bytes)?)?;
    let (head, payload) = entry.split_at(ENTRY_HEAD);
    let crc = salt.crc(&[&number.to_le_bytes(), &entry[4..]]);
    let leaf = Leaf::from_bytes(head.last_chunk()?)?;
    (head[..4] == crc.to_le_bytes()).then_some((leaf, payload))
}

/// Returns the CRC of the leaves that `link` stands for, and of one more.
pub(super) fn link_after(link: u32, leaf: Leaf) -> u32 {
    let mut hasher = Hasher::new_with_initial(link);
    hasher.update(&leaf.to_bytes());
    hasher.finalize()
}

fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// Returns the bytes that records take in a frame.
pub(super) fn bytes_of(records: &[Record]) -> usize {
    records.iter().map(|record| ENTRY_HEAD + record.payload.len()).sum()
}

/// Bytes of memory kept from one group to the next.
const USUAL_BYTES: usize = 1024 * 1024;

/// Records on their way to the disk: one frame, not yet written.
#[derive(Debug)]
pub(super) struct Group {
    salt: Salt,
    first: u64,
    link_before: u32,
    link: u32,
    bytes: Vec<u8>,
    starts: Vec<u32>,
}

impl Group {
    /// Begins a frame whose first record is `first`, after leaves whose CRC is `link`.
    pub(super) fn new(salt: Salt, first: u64, link: u32) -> Self {
        let bytes = vec![0; FRAME_HEAD];
        Self { salt, first, link_before: link, link, bytes, starts: Vec::new() }
    }

    /// Returns a frame of the same journal with nothing in it.
    pub(super) fn empty(&self) -> Self {
        Self::new(self.salt, 0, 0)
    }

    /// Begins the frame that follows `before`, in the memory of an older one.
    pub(super) fn begin_after(&mut self, before: &Self) {
        self.bytes.truncate(FRAME_HEAD);
        self.bytes.shrink_to(USUAL_BYTES);
        self.starts.clear();
        (self.first, self.link_before, self.link) = (before.next(), before.link, before.link);
    }

    /// Tells whether a frame has room for so many bytes more.
    pub(super) const fn has_room(&self, bytes: usize) -> bool {
        self.bytes.len() - FRAME_HEAD + bytes <= FRAME_BYTES
    }

    /// Adds a record. There must be room.
    pub(super) fn push(&mut self, leaf: Leaf, payload: &[u8]) {
        let (number, start) = (self.next(), self.bytes.len());
        self.starts.push(start as u32);
        self.bytes.extend_from_slice(&[0; 4]);
        self.bytes.extend_from_slice(&(payload.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(&leaf.to_bytes());
        self.bytes.extend_from_slice(payload);
        let crc = self.salt.crc(&[&number.to_le_bytes(), &self.bytes[start + 4..]]);
        self.bytes[start..start + 4].copy_from_slice(&crc.to_le_bytes());
        self.link = link_after(self.link, leaf);
    }

    /// Completes the frame and returns its bytes.
    pub(super) fn seal(&mut self) -> &[u8] {
        let head = FrameHead {
            length: (self.bytes.len() - FRAME_HEAD) as u32,
            count: self.starts.len() as u32,
            first: self.first,
            link: self.link_before,
        };
        self.bytes[..FRAME_HEAD].copy_from_slice(&head.to_bytes(self.salt));
        &self.bytes
    }

    /// Returns where each entry begins, in bytes from the head of the frame.
    pub(super) fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// Tells whether nothing was added yet.
    pub(super) const fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Returns the number of the first record.
    pub(super) const fn first(&self) -> u64 {
        self.first
    }

    /// Returns the bytes of the frame, its head included.
    pub(super) const fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the number that the next record will get.
    pub(super) const fn next(&self) -> u64 {
        self.first + self.starts.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::contract::record;

    const SALT: Salt = Salt([7; 8]);

    #[test]
    fn a_record_is_read_back_at_its_own_number_only() {
        let (one, two) = (record("one"), record(""));
        let mut group = Group::new(SALT, 5, 0);
        group.push(one.leaf, &one.payload);
        group.push(two.leaf, &two.payload);
        let starts = group.starts().to_vec();
        let bytes = group.seal();
        let head = FrameHead::parse(bytes, SALT).unwrap();
        assert_eq!((head.first, head.count, head.link), (5, 2, 0));
        assert_eq!(head.length as usize, bytes_of(&[one.clone(), two.clone()]));

        let [first, second] = [0, 1].map(|n| &bytes[starts[n] as usize..]);
        assert_eq!(entry(first, SALT, 5), Some((one.leaf, &one.payload[..])));
        assert_eq!(entry(second, SALT, 6), Some((two.leaf, &[][..])));
        assert_eq!(entry(first, SALT, 6), None);
        assert_eq!(entry(first, Salt([8; 8]), 5), None);
        assert_eq!(FrameHead::parse(bytes, Salt([8; 8])), None);
    }

    #[test]
    fn a_segment_has_its_own_head() {
        let head = segment_head(SALT, 3);
        assert_eq!(read_segment_head(&head, 3), Some(SALT));
        assert_eq!(read_segment_head(&head, 4), None);
    }
}
