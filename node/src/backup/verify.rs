//! Proves that a backup can be restored, by doing it in a folder that is thrown away.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use flate2::read::GzDecoder;
use maillage_protocol::leaf::Leaf;
use maillage_protocol::private::Private;

use super::manifest::{self, Manifest};
use super::name::{Kind, Name};
use super::{BackupError, Identities, archive};
use crate::disk::SystemDisk;
use crate::env::{self, Env};
use crate::folder::DataFolder;
use crate::journal::{self, Head, Number, Surveyed, Surveyor};

/// What a backup was found to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What it says of itself, which is true.
    pub manifest: Manifest,
    /// Whether the node that runs here says the same, as far as the backup goes. Nothing if there
    /// is no node here.
    pub agrees: Option<Agrees>,
}

/// The node that runs here says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agrees {
    /// How many records it wrote since.
    pub since: u64,
}

/// Opens both archives of the backup `name` and reads all of them. `live` is the folder of the
/// node, if it is here; `scratch` is where the journal is unpacked for a moment.
pub fn verify(
    from: &Path,
    name: &Name,
    identities: &Identities,
    live: Option<&DataFolder>,
    scratch: &Path,
    env: &dyn Env,
) -> Result<Verified, BackupError> {
    let scratch = Scratch::new(scratch, env)?;
    let manifest = read_journal(from, name, identities, &scratch.0)?;
    let vault = read_vault(from, name, identities)?;
    if vault.manifest != manifest {
        return Err(BackupError::Different);
    }
    let agrees = live.map(|live| compare(live, &manifest)).transpose()?;
    Ok(Verified { manifest, agrees })
}

/// A folder that disappears with what it holds.
struct Scratch(PathBuf);

impl Scratch {
    fn new(inside: &Path, env: &dyn Env) -> io::Result<Self> {
        let path = inside.join(format!("verify-{}", HEXLOWER.encode(&env::random::<8>(env))));
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is encrypted at rest, and the next look at the folder shows it.
        fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}

/// Unpacks the archive of a journal into `into`, reads all of it, and returns what it is.
pub(super) fn read_journal(
    from: &Path,
    name: &Name,
    identities: &Identities,
    into: &Path,
) -> Result<Manifest, BackupError> {
    let folder = DataFolder::at(into);
    DirBuilder::new().mode(0o700).create(folder.journal())?;
    let opened = archive::open(&path_of(from, name, Kind::Journal), identities)?;
    let mut manifest = None;
    archive::read(GzDecoder::new(opened), |name, bytes| {
        let path = match name {
            manifest::FILE => {
                manifest = Some(Manifest::parse(&all(bytes)?)?);
                return Ok(());
            }
            "node" => folder.node(),
            "erased" => folder.erased(),
            segment => folder.journal().join(segment_name(segment)?),
        };
        Ok(write(&path, bytes)?)
    })?;
    File::open(folder.journal())?.sync_all()?;
    File::open(into)?.sync_all()?;

    let manifest = manifest.ok_or(BackupError::Foreign)?;
    let head = journal::survey(&SystemDisk, &folder.journal(), &mut Nobody)?;
    if head != manifest.head || folder.node_id()? != manifest.node {
        return Err(BackupError::Different);
    }
    Ok(manifest)
}

/// Refuses any name but that of a segment, so that an archive cannot write where it likes.
fn segment_name(name: &str) -> Result<&str, BackupError> {
    let segment = name.strip_prefix("journal/").ok_or(BackupError::Foreign)?;
    let digits = segment.strip_suffix(".log").ok_or(BackupError::Foreign)?;
    let known = digits.len() >= 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if known { Ok(segment) } else { Err(BackupError::Foreign) }
}

fn write(path: &Path, bytes: &mut dyn Read) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    io::copy(bytes, &mut file)?;
    file.sync_all()
}

/// The vault of a backup, in memory: it is never unpacked to be verified.
pub(super) struct SavedVault {
    pub(super) manifest: Manifest,
    pub(super) keys: Private<Vec<u8>>,
    pub(super) vault: Private<Vec<u8>>,
}

/// Opens the archive of a vault.
pub(super) fn read_vault(
    from: &Path,
    name: &Name,
    identities: &Identities,
) -> Result<SavedVault, BackupError> {
    let opened = archive::open(&path_of(from, name, Kind::Vault), identities)?;
    let (mut manifest, mut keys, mut vault) = (None, None, None);
    archive::read(opened, |name, bytes| {
        match name {
            manifest::FILE => manifest = Some(Manifest::parse(&all(bytes)?)?),
            "node.key" => keys = Some(all(bytes)?),
            "vault" => vault = Some(all(bytes)?),
            _ => return Err(BackupError::Foreign),
        }
        Ok(())
    })?;
    let (Some(manifest), Some(keys), Some(vault)) = (manifest, keys, vault) else {
        return Err(BackupError::Foreign);
    };
    Ok(SavedVault { manifest, keys: keys.into(), vault: vault.into() })
}

fn path_of(from: &Path, name: &Name, kind: Kind) -> PathBuf {
    from.join(name.beside(kind).to_string())
}

fn all(bytes: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    bytes.read_to_end(&mut read)?;
    Ok(read)
}

/// Compares a backup with the node that runs: as far as it goes, both must say the same.
fn compare(live: &DataFolder, manifest: &Manifest) -> Result<Agrees, BackupError> {
    let mut then = Beginning { until: manifest.head.records, head: Head::EMPTY };
    let now = journal::survey(&SystemDisk, &live.journal(), &mut then)?;
    if then.head != manifest.head || live.node_id()? != manifest.node {
        return Err(BackupError::Diverged);
    }
    Ok(Agrees { since: now.records.0 - manifest.head.records.0 })
}

/// Hears everything, and keeps nothing: what was read was checked.
struct Nobody;

impl Surveyor for Nobody {
    fn record(&mut self, _: Number, _: Leaf, _: &[u8]) {}

    fn segment(&mut self, _: &Surveyed) -> io::Result<()> {
        Ok(())
    }
}

/// Hears the beginning of a journal.
struct Beginning {
    until: Number,
    head: Head,
}

impl Surveyor for Beginning {
    fn record(&mut self, number: Number, leaf: Leaf, _: &[u8]) {
        if number < self.until {
            self.head = self.head.then(leaf);
        }
    }

    fn segment(&mut self, _: &Surveyed) -> io::Result<()> {
        Ok(())
    }
}
