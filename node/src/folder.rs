//! What a data folder holds, and under which names.
//!
//! ```text
//! journal/           what was said                     truth: back it up
//! vault  node.key    keys                              truth: back them up, and keep them 30 days
//! erased             names of destroyed keys           copy it to a second place
//! index/             what can be made again            delete it when in doubt
//! node               the name of this node             public
//! restoring          there while a backup is unpacked  nothing may be served while it is there
//! restored           there until heads are confirmed   nothing is signed while it is there
//! backup-verified    when a backup was last opened
//! lock               held by the process that writes
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use maillage_protocol::id::NodeId;

/// The data folder of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    /// Names the folder at `path`.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Returns its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the folder of the journal.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.0.join("journal")
    }

    /// Returns the file of the vault.
    #[must_use]
    pub fn vault(&self) -> PathBuf {
        self.0.join("vault")
    }

    /// Returns the file of the keys.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.0.join("node.key")
    }

    /// Returns the list of the destroyed keys: one name of 16 bytes in hexadecimal per line.
    #[must_use]
    pub fn erased(&self) -> PathBuf {
        self.0.join("erased")
    }

    /// Returns the folder of what can be made again.
    #[must_use]
    pub fn index(&self) -> PathBuf {
        self.0.join("index")
    }

    /// Returns the mark of a folder that is being restored: nothing in it may be used yet.
    #[must_use]
    pub fn restoring(&self) -> PathBuf {
        self.0.join("restoring")
    }

    /// Returns the mark of a folder that comes from a backup. While it is there, heads must be
    /// confirmed with every peer before anything is signed.
    #[must_use]
    pub fn restored(&self) -> PathBuf {
        self.0.join("restored")
    }

    /// Returns the file that says when a backup was last opened.
    #[must_use]
    pub fn backup_verified(&self) -> PathBuf {
        self.0.join("backup-verified")
    }

    /// Returns the file that says the name of this node.
    #[must_use]
    pub fn node(&self) -> PathBuf {
        self.0.join("node")
    }

    /// Reads the name of this node.
    pub fn node_id(&self) -> io::Result<NodeId> {
        let text = fs::read_to_string(self.node())?;
        text.trim().parse().map_err(|_| io::ErrorKind::InvalidData.into())
    }
}
