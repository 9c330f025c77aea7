//! Gives a node back, and says what will be missing.
//!
//! Nothing that was erased comes back: the list of erased keys is applied, then the journal's own
//! erasures, before anything can be served. The folder is marked as restored, because peers may
//! remember more of us than we do: nothing is signed before they were asked.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use maillage_protocol::private::Private;
use maillage_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::manifest::Manifest;
use super::name::{Kind, Name};
use super::{BackupError, ErasureList, Identities, replay_erasures, verify};
use crate::disk::{self, Disk, SystemDisk};
use crate::env::Env;
use crate::folder::DataFolder;
use crate::journal::{SEGMENT_BYTES, SegmentJournal};
use crate::keys::KeyFile;
use crate::vault::FileVault;

/// What a restore would give back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The archive of the journal.
    pub name: Name,
    /// What the backup says of itself: all that was said after it will be missing.
    pub manifest: Manifest,
}

/// Where the names of what was erased since the backup come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unlisted {
    /// There is a list.
    Listed(ErasureList),
    /// The list is lost, and somebody says why the restore is done all the same: what was erased
    /// since the backup is uncertain.
    Lost {
        /// Their reason, kept in the mark of the folder.
        reason: String,
    },
}

/// What was given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restored {
    /// When the backup was made.
    pub made: Timestamp,
    /// When it was given back.
    pub at: Timestamp,
    /// How many records there are. What was recorded after them is missing.
    pub records: u64,
    /// How many keys were destroyed again.
    pub erased: usize,
    /// Why there was no list of what was erased since the backup.
    pub without_list: Option<String>,
}

/// Says what a restore of the newest backup in `from` would give back. Changes nothing.
pub fn plan(from: &Path, identities: &Identities) -> Result<Plan, BackupError> {
    let name = super::newest(from)?.ok_or(BackupError::Nothing)?;
    let manifest = verify::read_vault(from, &name, identities)?.manifest;
    Ok(Plan { name, manifest })
}

/// Restores what was planned into a folder that is empty, or is not there yet. After a failure it
/// is empty again.
pub fn restore(
    plan: &Plan,
    from: &Path,
    into: &DataFolder,
    identities: &Identities,
    unlisted: &Unlisted,
    passphrase: Option<&Private<String>>,
    env: &Arc<dyn Env>,
) -> Result<Restored, BackupError> {
    begin(into)?;
    let given_back = give_back(plan, from, into, identities, unlisted, passphrase, env);
    let restored = given_back.inspect_err(|_| empty(into.path()).unwrap_or_default())?;
    fs::remove_file(into.restoring())?;
    File::open(into.path())?.sync_all()?;
    Ok(restored)
}

/// Takes an empty folder, and marks it: whatever happens, nobody takes what is half restored for
/// a node.
fn begin(into: &DataFolder) -> Result<(), BackupError> {
    let path = into.path();
    if !path.is_dir() {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        File::open(disk::folder_of(path))?.sync_all()?;
    }
    if fs::read_dir(path)?.next().is_some() {
        return Err(BackupError::NotEmpty);
    }
    Ok(disk::switch(&SystemDisk, &into.restoring(), b"")?)
}

fn give_back(
    plan: &Plan,
    from: &Path,
    into: &DataFolder,
    identities: &Identities,
    unlisted: &Unlisted,
    passphrase: Option<&Private<String>>,
    env: &Arc<dyn Env>,
) -> Result<Restored, BackupError> {
    let manifest = verify::read_journal(from, &plan.name, identities, into.path())?;
    let saved = verify::read_vault(from, &plan.name.beside(Kind::Vault), identities)?;
    if saved.manifest != manifest || plan.manifest != manifest {
        return Err(BackupError::Different);
    }
    disk::switch(&SystemDisk, &into.keys(), saved.keys.reveal())?;
    disk::switch(&SystemDisk, &into.vault(), saved.vault.reveal())?;
    let erased = erase(into, unlisted, passphrase, env)?;

    let without_list = match unlisted {
        Unlisted::Listed(_) => None,
        Unlisted::Lost { reason } => Some(reason.clone()),
    };
    let records = manifest.head.records.0;
    let restored = Restored { made: manifest.made, at: env.now(), records, erased, without_list };
    let mark = serde_json::to_vec(&restored).map_err(io::Error::from)?;
    disk::switch(&SystemDisk, &into.restored(), &mark)?;
    Ok(restored)
}

/// Destroys again every key that was destroyed, and returns how many had come back.
fn erase(
    into: &DataFolder,
    unlisted: &Unlisted,
    passphrase: Option<&Private<String>>,
    env: &Arc<dyn Env>,
) -> Result<usize, BackupError> {
    let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
    let keys = Arc::new(KeyFile::open(&disk, env, &into.keys(), passphrase)?);
    let vault = FileVault::open(&disk, env, &keys, &into.vault())?;
    let (journal, _) = SegmentJournal::open(&disk, &**env, &into.journal(), SEGMENT_BYTES)?;

    let saved = ErasureList::parse(&fs::read_to_string(into.erased())?)?;
    let list = match unlisted {
        Unlisted::Listed(list) => list.clone().and(saved.clone()),
        Unlisted::Lost { .. } => saved.clone(),
    };
    let erased = list.apply(&vault)? + replay_erasures(&journal, &vault)?;
    let missing: Vec<_> = list.names().filter(|name| !saved.has(name)).collect();
    ErasureList::append(&into.erased(), &missing)?;
    Ok(erased)
}

/// Removes everything from a folder that was empty when we began.
fn empty(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
