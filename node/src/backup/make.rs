//! Makes a backup of a node that runs, or not.

use std::fs;
use std::io;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use maillage_protocol::leaf::Leaf;
use maillage_protocol::time::Timestamp;
use zeroize::Zeroizing;

use super::archive::{self, Sealing, Writing};
use super::manifest::{self, Manifest};
use super::name::{self, Kind, Name};
use super::{BackupError, Recipients};
use crate::disk::SystemDisk;
use crate::folder::DataFolder;
use crate::journal::{self, Head, Number, Surveyed, Surveyor};

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The archive of the journal.
    pub journal: Name,
    /// The archive of the vault.
    pub vault: Name,
    /// Where the journal stood.
    pub head: Head,
    /// How many archives of the vault were removed because they were thirty days old.
    pub removed: usize,
}

/// Backs a data folder up into the folder `to`, which must exist.
///
/// Both archives have their names only once they are on the disk; a failure leaves what was there.
pub fn make(
    folder: &DataFolder,
    to: &Path,
    recipients: &Recipients,
    now: Timestamp,
) -> Result<Made, BackupError> {
    let node = folder.node_id()?;
    let [journal, vault] = [Kind::Journal, Kind::Vault].map(|kind| Name::new(&node, now, kind));
    let paths = [&journal, &vault].map(|name| to.join(name.to_string()));
    let made = || {
        let head = make_journal(folder, &paths[0], recipients, now)?;
        let manifest = Manifest { node, made: now, head };
        make_vault(folder, &paths[1], recipients, &manifest)?;
        Ok(head)
    };
    let head = made().inspect_err(|_: &BackupError| {
        paths.iter().for_each(|path| archive::abandon(path).unwrap_or_default());
    })?;
    let removed = name::remove_expired(to, now)?;
    Ok(Made { journal, vault, head, removed })
}

fn make_journal(
    folder: &DataFolder,
    path: &Path,
    recipients: &Recipients,
    now: Timestamp,
) -> Result<Head, BackupError> {
    let sealing = archive::seal(path, recipients)?;
    let mut writing = Writing::new(GzEncoder::new(sealing, Compression::default()), now);
    let head = journal::survey(&SystemDisk, &folder.journal(), &mut Copy(&mut writing))?;
    for (name, path) in [("node", folder.node()), ("erased", folder.erased())] {
        let bytes = read_if_there(&path)?;
        writing.add(name, bytes.len() as u64, &*bytes)?;
    }
    let manifest = Manifest { node: folder.node_id()?, made: now, head }.to_json();
    writing.add(manifest::FILE, manifest.len() as u64, &*manifest)?;
    archive::finish(writing.end()?.finish()?, path)?;
    Ok(head)
}

/// Adds each segment to the archive as soon as it is read.
struct Copy<'a>(&'a mut Writing<GzEncoder<Sealing>>);

impl Surveyor for Copy<'_> {
    fn record(&mut self, _: Number, _: Leaf, _: &[u8]) {}

    fn segment(&mut self, segment: &Surveyed) -> io::Result<()> {
        let name = format!("journal/{}", segment.name());
        self.0.add(&name, segment.size(), segment.reader())
    }
}

fn make_vault(
    folder: &DataFolder,
    path: &Path,
    recipients: &Recipients,
    manifest: &Manifest,
) -> Result<(), BackupError> {
    let [keys, vault] = read_vault(folder, |path| fs::read(path))?;
    let mut writing = Writing::new(archive::seal(path, recipients)?, manifest.made);
    let manifest = manifest.to_json();
    for (name, bytes) in [("node.key", &keys), ("vault", &vault)] {
        writing.add(name, bytes.len() as u64, bytes.as_slice())?;
    }
    writing.add(manifest::FILE, manifest.len() as u64, &*manifest)?;
    archive::finish(writing.end()?, path)?;
    Ok(())
}

/// How often the vault may change while it is being read: it is a matter of milliseconds.
const ATTEMPTS: usize = 100;

/// Reads a key file and a vault that belong together: between two readings of the same key file,
/// no generation came or went.
pub(super) fn read_vault(
    folder: &DataFolder,
    mut read: impl FnMut(&Path) -> io::Result<Vec<u8>>,
) -> Result<[Zeroizing<Vec<u8>>; 2], BackupError> {
    for _attempt in 0..ATTEMPTS {
        let keys = Zeroizing::new(read(&folder.keys())?);
        let vault = Zeroizing::new(read(&folder.vault())?);
        if *keys == *Zeroizing::new(read(&folder.keys())?) {
            return Ok([keys, vault]);
        }
    }
    Err(BackupError::Restless)
}

fn read_if_there(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read,
    }
}
