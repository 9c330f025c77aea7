//! Power cuts, modelled, and flipped bits: a key that is present opens the vault that is present,
//! and what was destroyed is nowhere.

use std::path::Path;
use std::sync::Arc;

use super::contract::{secret, unit};
use super::file::parse;
use super::{FileVault, Vault, VaultError, VaultKey};
use crate::disk::Disk;
use crate::disk::simulated::{Cut, Dice, SimulatedDisk, Syncs};
use crate::env::{Env, FixedEnv};
use crate::keys::{KeyFile, MachineMark, generations_in};

// In two folders, so that a sync of one is not a sync of the other.
const KEYS: &str = "keys/node.key";
const VAULT: &str = "data/vault";

struct Place {
    disk: Arc<dyn Disk>,
    env: Arc<dyn Env>,
}

impl Place {
    fn on(disk: &SimulatedDisk) -> Self {
        Self { disk: Arc::new(disk.clone()), env: Arc::new(FixedEnv::seeded(disk.draw())) }
    }

    fn create(&self) -> FileVault {
        let Self { disk, env } = self;
        let keys = KeyFile::create(disk, env, Path::new(KEYS), MachineMark::of(b"here"), None);
        FileVault::create(disk, env, &Arc::new(keys.unwrap()), Path::new(VAULT)).unwrap()
    }

    fn open(&self) -> Result<FileVault, VaultError> {
        let Self { disk, env } = self;
        let keys = Arc::new(KeyFile::open(disk, env, Path::new(KEYS), None)?);
        FileVault::open(disk, env, &keys, Path::new(VAULT))
    }
}

#[derive(Clone, Copy)]
enum Step {
    Put(u8),
    Destroy(u8),
}

/// What was done, and when it was begun and acknowledged, counted in operations of the disk.
struct Done {
    step: Step,
    begun: usize,
    done: usize,
}

fn play(disk: &SimulatedDisk, dice: &mut Dice) -> Vec<Done> {
    let mut vault = Place::on(disk).create();
    disk.film();
    let (mut story, mut held) = (Vec::new(), Vec::new());
    for n in 0..12 {
        let begun = disk.operations();
        let step = match dice.below(5) {
            0 => {
                vault = Place::on(disk).open().unwrap();
                continue;
            }
            1 | 2 if !held.is_empty() => Step::Destroy(held.remove(dice.below(held.len()))),
            _ => Step::Put(n),
        };
        match step {
            Step::Put(n) => {
                vault.put(&[(unit(n), secret(n))]).unwrap();
                held.push(n);
            }
            Step::Destroy(n) => vault.destroy(&[unit(n)]).unwrap(),
        }
        story.push(Done { step, begun, done: disk.operations() });
    }
    story
}

/// Returns the names of all that the files of a disk give to whoever has them all.
fn readable(disk: &SimulatedDisk) -> Vec<VaultKey> {
    let files = disk.files();
    let generations: Vec<_> = files.values().flat_map(|bytes| generations_in(bytes)).collect();
    let open = |bytes: &Vec<u8>| generations.iter().find_map(|key| parse(bytes, key));
    files.values().filter_map(open).flat_map(|entries| entries.0.into_keys()).collect()
}

fn judge(disk: &SimulatedDisk, story: &[Done], operations: usize) -> Result<(), String> {
    let readable = readable(disk);
    for Done { step, done, .. } in story {
        if let Step::Destroy(n) = step
            && *done <= operations
            && readable.contains(&unit(*n))
        {
            return Err(format!("{n} came back"));
        }
    }
    let vault = Place::on(disk).open().map_err(|error| format!("does not open: {error:?}"))?;
    for put in story {
        let Step::Put(n) = put.step else { continue };
        let ends = |one: &&Done| matches!(one.step, Step::Destroy(of) if of == n);
        let is_ending = story.iter().find(ends).is_some_and(|end| end.begun < operations);
        match vault.get(&unit(n)).unwrap() {
            Some(found) if found != secret(n) => return Err(format!("{n} is wrong")),
            None if put.done <= operations && !is_ending => return Err(format!("lost: {n}")),
            Some(_) | None => {}
        }
    }
    let more = [98, 99].map(|n| (unit(n), secret(n)));
    vault.put(&more).map_err(|error| error.to_string())?;
    vault.destroy(&[unit(98)]).map_err(|error| error.to_string())
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
            let verdict = judge(&image, &story, operations).and_then(|()| {
                let mut frames = image.frames();
                let is_done = dice.below(2) == 0;
                let at = if is_done { frames.len() - 1 } else { dice.below(frames.len()) };
                let again = frames.swap_remove(at).cut(Cut::ALL[dice.below(5)], &mut dice);
                let vault =
                    Place::on(&again).open().map_err(|error| format!("twice: {error:?}"))?;
                if is_done && vault.get(&unit(99)).unwrap().is_none() {
                    return Err("twice: lost".into());
                }
                judge(&again, &story, operations)
            });
            match verdict {
                Ok(()) => good += 1,
                Err(why) => bad.push(format!("seed {seed}, {operations}, {first:?}: {why}")),
            }
        }
    }
    (good, bad)
}

#[test]
fn no_power_cut_locks_the_vault_or_brings_a_destroyed_key_back() {
    let mut images = 0;
    for seed in 0..3 {
        let (good, bad) = campaign(seed, Syncs::Obeyed);
        assert!(bad.is_empty(), "{bad:#?}");
        images += good;
    }

    assert!(images >= 1_000, "only {images} images");
}

/// Every place of a destruction where the process may die, then every place of the next start
/// where the power may go.
#[test]
fn a_destruction_is_finished_in_the_right_order() {
    let disk = SimulatedDisk::default();
    let vault = Place::on(&disk).create();
    vault.put(&[(unit(1), secret(1)), (unit(2), secret(2))]).unwrap();
    disk.film();
    vault.destroy(&[unit(1)]).unwrap();
    for filmed in disk.frames() {
        let killed = filmed.cut(Cut::Kill, &mut Dice::new(0));
        killed.film();
        drop(Place::on(&killed).open().unwrap());
        for frame in killed.frames() {
            let cut = frame.cut(Cut::Nothing, &mut Dice::new(0));
            assert_eq!(Place::on(&cut).open().unwrap().get(&unit(2)).unwrap(), Some(secret(2)));
        }
    }
}

/// The test of the test.
#[test]
fn a_disk_that_forgets_to_sync_is_seen_to_fail() {
    for (syncs, wrong) in [
        (Syncs::FilesForgotten, "does not open"),
        (Syncs::FoldersForgotten, "lost"),
        (Syncs::FoldersForgotten, "came back"),
    ] {
        let bad: Vec<_> = (0..2).flat_map(|seed| campaign(seed, syncs).1).collect();
        assert!(bad.iter().any(|why| why.contains(wrong)), "{syncs:?} {wrong}: {bad:#?}");
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let disk = SimulatedDisk::default();
    Place::on(&disk).create().put(&[(unit(1), secret(1)), (unit(2), secret(2))]).unwrap();
    for path in [KEYS, VAULT].map(Path::new) {
        let bytes = disk.files()[path].clone();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            disk.overwrite(path, flipped);
            assert!(Place::on(&disk).open().is_err(), "{path:?}, bit {bit}");
        }
        disk.overwrite(path, bytes);
        assert_eq!(Place::on(&disk).open().unwrap().get(&unit(2)).unwrap(), Some(secret(2)));
    }
}

#[test]
fn a_disk_that_fails_fails_every_later_change() {
    for n in 0..15 {
        let disk = SimulatedDisk::default();
        let vault = Place::on(&disk).create();
        vault.put(&[(unit(1), secret(1)), (unit(2), secret(2))]).unwrap();
        disk.break_after(n);
        let destroyed = vault.destroy(&[unit(1)]);
        disk.mend();
        if destroyed.is_err() {
            let later = vault.put(&[(unit(3), secret(3))]);
            assert!(matches!(later, Err(VaultError::Failed(_))), "{n}: {later:?}");
        }
        let again = Place::on(&disk).open().unwrap();
        assert_eq!(again.get(&unit(2)).unwrap(), Some(secret(2)), "{n}");
        again.destroy(&[unit(1)]).unwrap();
        assert!(!readable(&disk).contains(&unit(1)), "{n}");
    }
}
