//! Power cuts, modelled: at every operation of a small workload, whatever the disk may hold must
//! open, hold what was acknowledged, and go on.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::contract::{all, record};
use super::{Journal, JournalError, Number, Opened, Record, SegmentJournal};
use crate::disk::Disk;
use crate::disk::simulated::{Cut, Dice, SimulatedDisk, Syncs};
use crate::env::FixedEnv;

const SEGMENT: u32 = 6 * 1024;

pub(super) fn open(disk: &SimulatedDisk) -> Result<(SegmentJournal, Opened), JournalError> {
    open_with(disk, SEGMENT)
}

pub(super) fn open_with(
    disk: &SimulatedDisk,
    segment_bytes: u32,
) -> Result<(SegmentJournal, Opened), JournalError> {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    SegmentJournal::open(&disk, &FixedEnv::default(), Path::new("journal"), segment_bytes)
}

/// What was done, and when it was acknowledged, counted in operations of the disk.
#[derive(Default)]
struct Story {
    records: Vec<Record>,
    /// At how many operations there were so many records.
    appended: Vec<(usize, usize)>,
    stripped: BTreeMap<usize, Strip>,
}

struct Strip {
    payload: Vec<u8>,
    begun: usize,
    done: usize,
}

/// Appends, strips and starts again, on a disk that is filmed.
fn play(disk: &SimulatedDisk, dice: &mut Dice) -> Story {
    let mut story = Story::default();
    disk.film();
    let (mut journal, _) = open(disk).unwrap();
    for step in 0..14 {
        match dice.below(8) {
            0 => {
                drop(journal);
                journal = open(disk).unwrap().0;
            }
            1 | 2 if step > 2 => strip(disk, &journal, &mut story, dice),
            _ => append(disk, &journal, &mut story, dice),
        }
    }
    story
}

fn append(disk: &SimulatedDisk, journal: &dyn Journal, story: &mut Story, dice: &mut Dice) {
    let some = |dice: &mut Dice, n| {
        let size = [20, 300, 1000, 5000][dice.below(4)];
        record(&format!("{n} ").repeat(dice.below(size) / 2))
    };
    let count = 1 + dice.below(3);
    let records: Vec<_> = (0..count).map(|n| some(dice, story.records.len() + n)).collect();
    story.records.extend(records.clone());
    journal.append(&records).unwrap();
    story.appended.push((disk.operations(), story.records.len()));
}

fn strip(disk: &SimulatedDisk, journal: &dyn Journal, story: &mut Story, dice: &mut Dice) {
    let number = dice.below(story.records.len().max(1));
    let Some(record) = story.records.get(number) else { return };
    if story.stripped.contains_key(&number) {
        return;
    }
    let payload = record.payload[..record.payload.len() / 3].to_vec();
    let begun = disk.operations();
    journal.strip(&[(Number(number as u64), payload.clone())]).unwrap();
    story.stripped.insert(number, Strip { payload, begun, done: disk.operations() });
}

/// Says what is wrong with a disk that was cut after so many operations, and writes on it.
fn judge(disk: &SimulatedDisk, story: &Story, operations: usize) -> Result<Vec<Record>, String> {
    let (journal, _) = open(disk).map_err(|error| format!("does not open: {error:?}"))?;
    let mut found = all(&journal);
    check(&found, story, operations)?;
    let after = journal.append(&[after_the_cut()]);
    after.map_err(|error| format!("cannot be written: {error}"))?;
    found.push(after_the_cut());
    Ok(found)
}

fn after_the_cut() -> Record {
    record("after the cut")
}

/// Says what is wrong with the records of such a disk.
fn check(found: &[Record], story: &Story, operations: usize) -> Result<(), String> {
    let promised = story.appended.iter().rfind(|(at, _)| *at <= operations);
    let promised = promised.map_or(0, |(_, count)| *count);
    if found.len() < promised {
        return Err(format!("lost: {} records of {promised}", found.len()));
    }
    for (number, record) in found.iter().enumerate() {
        let expected = story.records.get(number).ok_or("a record from nowhere")?;
        let strip = story.stripped.get(&number);
        let before = strip.is_none_or(|strip| operations < strip.done);
        let after = strip.filter(|strip| operations >= strip.begun);
        let is_right = (before && record.payload == expected.payload)
            || after.is_some_and(|strip| strip.payload == record.payload);
        if record.leaf != expected.leaf || !is_right {
            return Err(format!("record {number} is wrong"));
        }
    }
    Ok(())
}

/// Cuts a disk that was judged once more, anywhere in what the judge did.
fn cut_twice(
    image: &SimulatedDisk,
    kept: &[Record],
    story: &Story,
    operations: usize,
    dice: &mut Dice,
) -> Result<(), String> {
    let mut frames = image.frames();
    let is_done = dice.below(2) == 0;
    let at = if is_done { frames.len() - 1 } else { dice.below(frames.len()) };
    let again = frames.swap_remove(at).cut(Cut::ALL[dice.below(5)], dice);
    let (journal, _) = open(&again).map_err(|error| format!("twice: {error:?}"))?;
    let mut found = all(&journal);
    if is_done && found != kept {
        return Err("twice: lost".into());
    }
    found.pop_if(|last| *last == after_the_cut());
    check(&found, story, operations)
}

/// Judges every image of a workload, cut twice; returns how many were good, and what was wrong
/// with the others.
fn campaign(seed: u64, syncs: Syncs) -> (usize, Vec<String>) {
    let (disk, mut dice) = (SimulatedDisk::default(), Dice::new(seed));
    disk.set_syncs(syncs);
    let story = play(&disk, &mut dice);
    let (mut good, mut bad) = (0, Vec::new());
    for (operations, filmed) in disk.frames().into_iter().enumerate() {
        for first in Cut::ALL {
            let image = filmed.cut(first, &mut dice);
            image.film();
            let verdict = judge(&image, &story, operations)
                .and_then(|kept| cut_twice(&image, &kept, &story, operations, &mut dice));
            match verdict {
                Ok(()) => good += 1,
                Err(why) => bad.push(format!("seed {seed}, {operations}, {first:?}: {why}")),
            }
        }
    }
    (good, bad)
}

#[test]
fn no_power_cut_loses_what_was_acknowledged() {
    let mut images = 0;
    for seed in 0..12 {
        let (good, bad) = campaign(seed, Syncs::Obeyed);
        assert!(bad.is_empty(), "{bad:#?}");
        images += good;
    }
    assert!(images >= 2_000, "only {images} images");
}

/// The test of the test.
#[test]
fn a_disk_that_forgets_to_sync_is_seen_to_lose() {
    for syncs in [Syncs::FilesForgotten, Syncs::FoldersForgotten] {
        let bad: Vec<_> = (0..2).flat_map(|seed| campaign(seed, syncs).1).collect();
        assert!(bad.iter().any(|why| why.contains("lost")), "{syncs:?}: {bad:?}");
    }
}

#[test]
fn a_disk_that_fails_fails_every_later_append_and_loses_nothing() {
    for n in 0..60 {
        let (disk, mut dice) = (SimulatedDisk::default(), Dice::new(n));
        let mut story = Story::default();
        let (journal, _) = open(&disk).unwrap();
        for _ in 0..3 {
            append(&disk, &journal, &mut story, &mut dice);
        }
        disk.break_after(n as usize % 7);
        let more = record(&"more".repeat(500));
        let failed = (0..20).find(|_| {
            let done = journal.append(std::slice::from_ref(&more)).is_ok();
            story.records.push(more.clone());
            if done {
                story.appended.push((0, story.records.len()));
            }
            !done
        });
        assert!(failed.is_some(), "{n}");
        disk.mend();
        let later = journal.append(std::slice::from_ref(&more));
        assert!(matches!(later, Err(JournalError::Failed(_))), "{n}: {later:?}");
        drop(journal);
        let cut = disk.cut(Cut::ALL[dice.below(5)], &mut dice);
        judge(&cut, &story, usize::MAX).unwrap();
    }
}
