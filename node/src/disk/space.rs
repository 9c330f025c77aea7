//! What the system says of a disk: how much room there is, and to whom a folder belongs.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The room on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes that we may still write.
    pub free: u64,
    /// Bytes of the whole disk.
    pub total: u64,
}

impl Space {
    /// Asks for the room on the disk that holds `path`.
    pub fn of(path: &Path) -> io::Result<Self> {
        let disk = rustix::fs::statvfs(path)?;
        let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
        Ok(Self { free: bytes(disk.f_bavail), total: bytes(disk.f_blocks) })
    }

    /// Returns how many of a hundred parts are free.
    #[must_use]
    pub const fn percent_free(self) -> u64 {
        let total = if self.total == 0 { 1 } else { self.total };
        (self.free as u128 * 100 / total as u128) as u64
    }
}

/// Tells whether a file or folder belongs to whoever runs this process.
pub fn is_ours(path: &Path) -> io::Result<bool> {
    Ok(fs::metadata(path)?.uid() == rustix::process::geteuid().as_raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_has_room_and_a_new_folder_is_ours() {
        let folder = tempfile::tempdir().unwrap();
        let space = Space::of(folder.path()).unwrap();
        assert!(space.free <= space.total && space.percent_free() <= 100);
        assert!(is_ours(folder.path()).unwrap());
        assert_eq!(Space { free: 1, total: 10 }.percent_free(), 10);
        assert_eq!(Space { free: 0, total: 0 }.percent_free(), 0);
    }
}
