//! A closed segment, written again without what was erased.
//!
//! The leaves stay, and with them numbers, links and the Merkle tree. The new file takes the place
//! of the old one as a whole: whenever the power is cut, one of the two is there.

use std::collections::BTreeMap;

use super::frame::{self, ENTRY_HEAD, FRAME_HEAD, FrameHead, Group, SEGMENT_HEAD};
use super::scan::Reader;
use super::tail::Files;
use super::{Damage, JournalError, Number};

/// Where the records of the new file are.
pub(super) struct Stripped {
    /// Where each record begins.
    pub(super) starts: Vec<u32>,
    /// Where the last one ends.
    pub(super) end: u64,
}

/// Writes the frames of a segment, which end at `end`, into a new file, with other payloads. The
/// file is synced; it has its name only once it is finished.
pub(super) fn rewrite(
    files: &Files,
    ordinal: u32,
    end: u64,
    payloads: &BTreeMap<u64, &[u8]>,
) -> Result<Stripped, JournalError> {
    let mut reader = Reader::new(files.open(ordinal)?)?;
    let file = files.begin(ordinal)?;
    let mut stripped = Stripped { starts: Vec::new(), end: SEGMENT_HEAD as u64 };
    let mut at = SEGMENT_HEAD as u64;
    while at < end {
        let (mut group, after) = frame_at(&mut reader, files, ordinal, at, payloads)?;
        file.write_at(group.seal(), stripped.end)?;
        let base = stripped.end as u32;
        stripped.starts.extend(group.starts().iter().map(|start| base + start));
        stripped.end += group.size() as u64;
        at = after;
    }
    file.sync()?;
    Ok(stripped)
}

/// Reads the frame at `at`, with other payloads, and returns where it ends too.
fn frame_at(
    reader: &mut Reader,
    files: &Files,
    segment: u32,
    mut at: u64,
    payloads: &BTreeMap<u64, &[u8]>,
) -> Result<(Group, u64), JournalError> {
    let first = payloads.first_key_value().map_or(0, |(number, _)| *number);
    let damage = |offset, record| Damage { segment, offset, record: Number(record) };
    let head = FrameHead::parse(reader.view(at, FRAME_HEAD)?, files.salt);
    let head = head.ok_or(damage(at, first))?;
    let mut group = Group::new(files.salt, head.first, head.link);
    at += FRAME_HEAD as u64;
    for number in (head.first..).take(head.count as usize) {
        let size = frame::entry_size(reader.view(at, ENTRY_HEAD)?).unwrap_or(0);
        let entry = reader.view(at, size)?;
        let entry = frame::entry(entry, files.salt, number).ok_or(damage(at, number))?;
        let (leaf, payload) = entry;
        group.push(leaf, payloads.get(&number).copied().unwrap_or(payload));
        at += size as u64;
    }
    Ok((group, at))
}
