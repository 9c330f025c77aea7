//! Opens the folder of a node: lock, keys, vault, journal, then the node itself.
//!
//! What has to be carried on after a stop is carried on here, before any port opens.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use maillage_protocol::id::NodeId;
use maillage_protocol::identity::Organization;
use maillage_protocol::keys::PrivateKey;
use maillage_protocol::private::Private;
use tracing::warn;

use crate::app::{App, AppError};
use crate::disk::{Disk, FolderLock, LockError, SystemDisk};
use crate::env::Env;
use crate::folder::DataFolder;
use crate::journal::{Journal, JournalError, Opened, SEGMENT_BYTES, SegmentJournal};
use crate::keys::{KeyFile, KeyFileError, MachineMark};
use crate::vault::{FileVault, Vault, VaultError};

/// A node whose folder is ours.
pub struct OpenNode {
    /// The node.
    pub app: Arc<App>,
    /// What was found when its journal was opened.
    pub journal: Opened,
    /// Held as long as the folder is used.
    pub lock: FolderLock,
}

/// A node that was just made.
pub struct NewNode {
    /// Its name.
    pub node: NodeId,
    /// The rotation key: for paper, and for nowhere else.
    pub paper: PrivateKey,
}

/// Why a folder cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process uses it.
    #[error("the data folder cannot be locked")]
    Lock(#[from] LockError),
    /// A backup was being restored into it.
    #[error("a backup was being restored into this folder, and is not complete")]
    Restoring,
    /// The folder cannot be read or written.
    #[error("the data folder cannot be used")]
    Folder(#[from] io::Error),
    /// There is a node in it already.
    #[error("there is already a node in this folder")]
    NotEmpty,
    /// The key file does not open.
    #[error("the key file does not open")]
    Keys(#[from] KeyFileError),
    /// The vault does not open.
    #[error("the vault does not open")]
    Vault(#[from] VaultError),
    /// The journal does not open.
    #[error("the journal does not open")]
    Journal(#[from] JournalError),
    /// The node does not start.
    #[error("the node does not start")]
    App(#[from] AppError),
}

/// Makes a node in an empty folder.
pub fn make(
    env: &Arc<dyn Env>,
    folder: &DataFolder,
    passphrase: Option<&Private<String>>,
    (name, url, organization): (&str, &str, Organization),
) -> Result<NewNode, OpenError> {
    make_folder(folder.path())?;
    let _lock = FolderLock::take(folder.path())?;
    if folder.keys().exists() || folder.journal().exists() {
        return Err(OpenError::NotEmpty);
    }
    let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
    let keys = KeyFile::create(&disk, env, &folder.keys(), machine(), passphrase)?;
    let keys = Arc::new(keys);
    FileVault::create(&disk, env, &keys, &folder.vault())?;
    make_folder(&folder.journal())?;
    let (journal, _) = SegmentJournal::open(&disk, &**env, &folder.journal(), SEGMENT_BYTES)?;
    let (node, paper) = App::begin(&**env, &journal, &keys, name, url, organization)?;
    fs::write(folder.node(), format!("{node}\n"))?;
    Ok(NewNode { node, paper })
}

/// Opens the folder of a node.
pub fn open(
    env: &Arc<dyn Env>,
    folder: &DataFolder,
    passphrase: Option<&Private<String>>,
) -> Result<OpenNode, OpenError> {
    if !folder.keys().exists() {
        return Err(io::Error::from(io::ErrorKind::NotFound).into());
    }
    let lock = FolderLock::take(folder.path())?;
    if folder.restoring().exists() {
        return Err(OpenError::Restoring);
    }
    let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
    let keys = Arc::new(KeyFile::open(&disk, env, &folder.keys(), passphrase)?);
    // A folder that was copied to another machine does not know what the first one signed since.
    let moved = keys.machine() != machine();
    if moved {
        warn!("this folder comes from another machine: peers are asked what they hold");
        keys.set_machine(machine())?;
        fs::write(folder.restored(), b"")?;
    }
    let vault: Arc<dyn Vault> = Arc::new(FileVault::open(&disk, env, &keys, &folder.vault())?);
    let (journal, opened) = SegmentJournal::open(&disk, &**env, &folder.journal(), SEGMENT_BYTES)?;
    let journal: Arc<dyn Journal> = Arc::new(journal);
    let restored = folder.restored().exists();
    let app = App::open(Arc::clone(env), journal, vault, keys, restored)?;
    app.list_erased_in(folder.erased())?;
    Ok(OpenNode { app: Arc::new(app), journal: opened, lock })
}

/// Makes a folder that nobody else may read, unless it is there.
fn make_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    match path.parent() {
        Some(parent) if parent.exists() => fs::File::open(parent)?.sync_all(),
        _ => Ok(()),
    }
}

/// Returns what tells this machine from another.
fn machine() -> MachineMark {
    let id = fs::read("/etc/machine-id").unwrap_or_default();
    MachineMark::of(&id)
}
