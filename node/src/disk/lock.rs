//! One process per data folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The right to use a data folder, held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct FolderLock {
    // Only its life matters: the lock is released when it is closed.
    _file: File,
}

/// Why a data folder may not be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process uses it.
    #[error("the data folder is already in use")]
    InUse,
    /// The disk failed.
    #[error("the data folder cannot be locked")]
    Failed(#[from] io::Error),
}

impl FolderLock {
    /// Takes the folder for this process, or says at once that somebody else has it.
    pub fn take(folder: &Path) -> Result<Self, LockError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(folder.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::InUse),
            Err(TryLockError::Error(error)) => Err(LockError::Failed(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_user_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let held = FolderLock::take(folder.path()).unwrap();
        let second = FolderLock::take(folder.path()).unwrap_err();
        assert!(matches!(second, LockError::InUse), "{second}");
        drop(held);
        FolderLock::take(folder.path()).unwrap();
    }
}
