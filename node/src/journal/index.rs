//! Where each record is: four bytes of memory for each, and none for what it says.

use super::Number;
use super::frame::{Group, SEGMENT_HEAD};

/// Where records are in the files of a journal.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// By ordinal, up to the one that is being written.
    segments: Vec<Segment>,
}

/// The records of one segment.
#[derive(Debug)]
pub(super) struct Segment {
    /// The number of the first record.
    pub(super) first: u64,
    /// Where each record begins.
    pub(super) starts: Vec<u32>,
    /// Where the last one ends.
    pub(super) end: u64,
}

/// Some records that follow one another in one file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The segment.
    pub(super) ordinal: u32,
    /// The number of the first record.
    pub(super) first: u64,
    /// Where each record begins.
    pub(super) starts: Vec<u32>,
    /// Where to stop reading.
    pub(super) end: u64,
}

impl Index {
    /// Adds a segment that was read.
    pub(super) fn push(&mut self, segment: Segment) {
        self.segments.push(segment);
    }

    /// Forgets what follows segment `ordinal`: nothing is written there yet.
    pub(super) fn truncate(&mut self, ordinal: u32) {
        self.segments.truncate(ordinal as usize + 1);
    }

    /// Adds a frame that was written at `offset` of segment `ordinal`.
    pub(super) fn note(&mut self, ordinal: u32, offset: u64, group: &Group) {
        while self.segments.len() <= ordinal as usize {
            let (first, end) = (group.first(), SEGMENT_HEAD as u64);
            self.segments.push(Segment { first, starts: Vec::new(), end });
        }
        if let Some(segment) = self.segments.last_mut() {
            segment.starts.extend(group.starts().iter().map(|start| start + offset as u32));
            segment.end = offset + group.size() as u64;
        }
    }

    /// Tells that a segment was written again.
    pub(super) fn replace(&mut self, ordinal: u32, starts: Vec<u32>, end: u64) {
        if let Some(segment) = self.segments.get_mut(ordinal as usize) {
            (segment.starts, segment.end) = (starts, end);
        }
    }

    /// Returns the number that the next record will get.
    pub(super) fn len(&self) -> Number {
        Number(self.segments.last().map_or(0, |last| last.first + last.starts.len() as u64))
    }

    /// Returns where the frames of a segment end.
    pub(super) fn end(&self, ordinal: u32) -> Option<u64> {
        self.segments.get(ordinal as usize).map(|segment| segment.end)
    }

    /// Returns the segment that holds a record.
    pub(super) fn ordinal(&self, number: u64) -> Option<u32> {
        let after = self.segments.partition_point(|segment| segment.first <= number);
        (number < self.len().0).then(|| after.checked_sub(1))?.map(|ordinal| ordinal as u32)
    }

    /// Returns records from `first` on, before `until`, of at most about `bytes` bytes; at least
    /// one if there is one.
    pub(super) fn stretch(&self, first: u64, until: u64, bytes: u64) -> Option<Stretch> {
        let ordinal = self.ordinal(first).filter(|_| first < until)?;
        let segment = &self.segments[ordinal as usize];
        let from = (first - segment.first) as usize;
        let until = usize::try_from(until - segment.first).unwrap_or(usize::MAX);
        let starts = &segment.starts[from..until.min(segment.starts.len())];
        let near = starts.partition_point(|start| u64::from(start - starts[0]) < bytes);
        let next = segment.starts.get(from + near).map(|start| u64::from(*start));
        let starts = starts[..near].to_vec();
        Some(Stretch { ordinal, first, starts, end: next.unwrap_or(segment.end) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_stays_in_one_segment_and_in_its_budget() {
        let mut index = Index::default();
        index.push(Segment { first: 0, starts: vec![24, 100, 200], end: 300 });
        index.push(Segment { first: 3, starts: vec![], end: 24 });
        index.push(Segment { first: 3, starts: vec![24], end: 90 });
        assert_eq!(index.len(), Number(4));

        let stretch = |first, until, bytes| {
            index.stretch(first, until, bytes).map(|s| (s.ordinal, s.starts, s.end))
        };
        assert_eq!(stretch(0, 9, 1000), Some((0, vec![24, 100, 200], 300)));
        assert_eq!(stretch(0, 2, 1000), Some((0, vec![24, 100], 200)));
        assert_eq!(stretch(0, 9, 77), Some((0, vec![24, 100], 200)));
        assert_eq!(stretch(1, 9, 1), Some((0, vec![100], 200)));
        assert_eq!(stretch(3, 9, 1), Some((2, vec![24], 90)));
        assert_eq!(stretch(2, 2, 1), None);
        assert_eq!(stretch(4, 9, 1), None);
    }
}
