//! What wear, mistakes and peers can do to the files of a journal, and what is never served.

use std::path::PathBuf;

use super::contract::{all, record};
use super::crash::{open, open_with};
use super::frame::{FRAME_HEAD, Group, SEGMENT_HEAD, Salt};
use super::{Damage, Journal, JournalError, Number, Record};
use crate::disk::Disk;
use crate::disk::simulated::{Cut, Dice, SimulatedDisk};

fn path(ordinal: u32) -> PathBuf {
    PathBuf::from(format!("journal/{ordinal:06}.log"))
}

/// Bytes of a segment that holds five frames of two records.
const SMALL: u32 = 700;

/// Makes a journal of twenty records in ten frames and two segments.
fn twenty() -> (SimulatedDisk, Vec<Record>) {
    let disk = SimulatedDisk::default();
    let (journal, _) = open_with(&disk, SMALL).unwrap();
    let records: Vec<_> = (0..20).map(|n| record(&format!("record {n:02}"))).collect();
    for pair in records.chunks(2) {
        journal.append(pair).unwrap();
    }
    drop(journal);
    (disk, records)
}

/// Calls `judge` with each bit of each segment flipped.
fn flip_each_bit(disk: &SimulatedDisk, mut judge: impl FnMut(u32, usize)) {
    for ordinal in [0, 1] {
        let bytes = disk.files()[&path(ordinal)].clone();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            disk.overwrite(&path(ordinal), flipped);
            judge(ordinal, bit / 8);
            disk.overwrite(&path(ordinal), bytes.clone());
        }
    }
}

fn last_frame(disk: &SimulatedDisk) -> usize {
    let bytes = &disk.files()[&path(1)];
    (0..bytes.len()).rfind(|at| bytes[*at..].starts_with(b"mlg1")).unwrap()
}

#[test]
fn a_flipped_bit_is_never_served_after_a_start() {
    let (disk, records) = twenty();
    let last = last_frame(&disk);
    flip_each_bit(&disk, |ordinal, at| {
        let image = disk.cut(Cut::Kill, &mut Dice::new(0));
        match open_with(&image, SMALL) {
            // Nothing follows it, so it looks like a torn tail.
            Ok((journal, opened)) => {
                let torn = opened.torn.unwrap();
                assert!(ordinal == 1 && at >= last, "{ordinal}, byte {at}");
                assert_eq!(torn.segment, 1);
                let kept = if torn.offset as usize == last { 18 } else { 20 };
                assert_eq!(all(&journal), records[..kept], "byte {at}");
            }
            Err(JournalError::Damaged(Damage { segment, offset, record })) => {
                assert!(ordinal == 0 || at < last, "{ordinal}, byte {at}");
                assert!(segment == ordinal && offset as usize <= at, "{segment}, {offset}, {at}");
                assert!(record <= Number(20));
            }
            Err(error @ (JournalError::Failed(_) | JournalError::TooLarge)) => panic!("{error}"),
        }
    });
}

#[test]
fn a_bit_that_flips_under_an_open_journal_is_never_served() {
    let (disk, records) = twenty();
    let (journal, _) = open_with(&disk, SMALL).unwrap();
    let mut refused = 0;
    flip_each_bit(&disk, |ordinal, at| match journal.read(Number(0), 20) {
        // What is not read again: heads of frames, zeros.
        Ok(read) => assert_eq!(read, records),
        Err(JournalError::Damaged(damage)) => {
            refused += 1;
            assert!(damage.segment == ordinal && damage.offset as usize <= at, "{damage}");
        }
        Err(error @ (JournalError::Failed(_) | JournalError::TooLarge)) => panic!("{error}"),
    });
    let payloads = records.iter().map(|record| record.payload.len()).sum::<usize>();
    assert!(refused >= 8 * (payloads + 20 * 41), "{refused}");
}

#[test]
fn a_lost_segment_or_frame_is_damage() {
    let (disk, _) = twenty();
    let bytes = disk.files()[&path(0)].clone();
    let frame = bytes[SEGMENT_HEAD..].windows(4).skip(1).position(|w| w == b"mlg1").unwrap() + 1;

    let mut first_is_gone = bytes.clone();
    first_is_gone.drain(SEGMENT_HEAD..SEGMENT_HEAD + frame);
    let mut last_is_gone = bytes.clone();
    last_is_gone[SEGMENT_HEAD + 4 * frame..].fill(0);
    let mut twice = bytes.clone();
    twice.copy_within(SEGMENT_HEAD..SEGMENT_HEAD + frame, SEGMENT_HEAD + frame);
    for (case, bytes) in [first_is_gone, last_is_gone, twice].into_iter().enumerate() {
        disk.overwrite(&path(0), bytes);
        let opened = open_with(&disk, SMALL).map(drop);
        assert!(matches!(opened, Err(JournalError::Damaged(_))), "{case}: {opened:?}");
    }
    disk.remove(&path(0)).unwrap();
    let opened = open_with(&disk, SMALL).map(drop);
    assert!(matches!(opened, Err(JournalError::Damaged(Damage { segment: 0, .. }))), "{opened:?}");
}

/// A copy that went on by itself: same salt, same numbers, other records.
#[test]
fn a_segment_of_another_history_is_damage() {
    let (disk, _) = twenty();
    let copy = disk.cut(Cut::Kill, &mut Dice::new(0));
    for (disk, text) in [(&disk, "ours"), (&copy, "else")] {
        let (journal, _) = open_with(disk, SMALL).unwrap();
        for n in 0..10 {
            journal.append(&[record(&format!("{text} {n} {}", "-".repeat(100)))]).unwrap();
        }
    }
    let opened = open_with(&disk, SMALL).unwrap().1;
    let last = path(opened.segments - 1);
    disk.overwrite(&last, copy.files()[&last].clone());
    let opened = open_with(&disk, SMALL).map(drop);
    assert!(matches!(opened, Err(JournalError::Damaged(_))), "{opened:?}");
}

#[test]
fn a_torn_tail_is_set_aside_and_never_deleted() {
    let (disk, records) = twenty();
    let (last, mut bytes) = (last_frame(&disk), disk.files()[&path(1)].clone());
    let whole = bytes.clone();
    for again in 0..2 {
        bytes.copy_from_slice(&whole);
        bytes[last + 40] = 0xff;
        disk.overwrite(&path(1), bytes.clone());
        let (journal, opened) = open_with(&disk, SMALL).unwrap();
        let torn = opened.torn.unwrap();
        assert_eq!((torn.segment, torn.offset as usize), (1, last));
        assert_eq!(torn.aside, PathBuf::from(format!("journal/000001-{again}.torn")));
        let aside = &disk.files()[&torn.aside];
        assert_eq!(aside[..], bytes[last..last + aside.len()]);
        assert!(bytes[last + aside.len()..].iter().all(|byte| *byte == 0));
        assert_eq!(all(&journal), records[..18]);
    }
    let (journal, opened) = open_with(&disk, SMALL).unwrap();
    assert_eq!((opened.torn, opened.records), (None, Number(18)));
    journal.append(&records[18..]).unwrap();
    drop(journal);
    assert_eq!(all(&open_with(&disk, SMALL).unwrap().0), records);
}

/// A peer chooses the bytes of what it sends; a torn frame of it is still a torn frame.
#[test]
fn a_payload_that_looks_like_a_frame_is_not_taken_for_one() {
    let disk = SimulatedDisk::default();
    let (journal, _) = open(&disk).unwrap();
    journal.append(&[record("one")]).unwrap();
    let mut imitation = Group::new(Salt([0; 8]), 2, 0);
    imitation.push(record("two").leaf, b"two");
    let payload = imitation.seal().repeat(3);
    journal.append(&[Record { payload, ..record("sent by a peer") }]).unwrap();
    drop(journal);

    let mut bytes = disk.files()[&path(0)].clone();
    let second = SEGMENT_HEAD + FRAME_HEAD + 41 + 3;
    bytes[second..second + FRAME_HEAD].fill(0);
    disk.overwrite(&path(0), bytes);
    let (journal, opened) = open(&disk).unwrap();
    assert_eq!(all(&journal), [record("one")]);
    assert_eq!(opened.torn.unwrap().offset as usize, second);
}
