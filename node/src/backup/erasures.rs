//! What was erased stays erased, even when an old backup comes back.
//!
//! The list holds the random names of destroyed keys and of erased referrals, and nothing personal. It
//! is copied to a second place after each destruction; a restore destroys again what it names, then
//! what the journal itself remembers having erased. What partners give back of a referral that is
//! listed is erased again.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use data_encoding::HEXLOWER;
use maillage_protocol::id::UnitId;
use maillage_protocol::leaf::LeafKind;

use super::BackupError;
use crate::facts::shredded_in;
use crate::journal::{Journal, Number};
use crate::vault::{Vault, VaultKey};

/// The names of keys that were destroyed and of referrals that were erased: 32 hexadecimal
/// characters a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErasureList(BTreeSet<[u8; 16]>);

impl ErasureList {
    /// Reads a list.
    pub fn parse(text: &str) -> Result<Self, BackupError> {
        let name = |(at, line): (usize, &str)| {
            let bytes = HEXLOWER.decode(line.trim().as_bytes()).ok();
            bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(BackupError::NotAName(at + 1))
        };
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        Ok(Self(lines.map(name).collect::<Result<_, _>>()?))
    }

    /// Reads the list of a node, and ends it where a stop tore its last line: what was being destroyed
    /// then is listed again at the start.
    pub fn mend(path: &Path) -> Result<Self, BackupError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error.into()),
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            let file = OpenOptions::new().write(true).open(path)?;
            file.set_len(whole as u64)?;
            file.sync_all()?;
        }
        Self::parse(&text[..whole])
    }

    /// Returns what is named.
    pub fn names(&self) -> impl Iterator<Item = [u8; 16]> {
        self.0.iter().copied()
    }

    /// Tells whether something is named.
    #[must_use]
    pub fn has(&self, name: &[u8; 16]) -> bool {
        self.0.contains(name)
    }

    /// Adds what another list names.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Writes names at the end of the list at `path`, and returns once they are on the disk.
    pub fn append(path: &Path, names: &[[u8; 16]]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file = options.append(true).create(true).mode(0o600).open(path)?;
        let line = |name: &[u8; 16]| HEXLOWER.encode(name) + "\n";
        file.write_all(names.iter().map(line).collect::<String>().as_bytes())?;
        file.sync_all()?;
        File::open(crate::disk::folder_of(path))?.sync_all()
    }

    /// Destroys again every key that is named.
    pub(super) fn apply(&self, vault: &dyn Vault) -> Result<usize, BackupError> {
        destroy(vault, self.names().map(UnitId::from_bytes).collect())
    }
}

/// Destroys again the keys of what the journal remembers having erased, and returns how many were
/// still there.
pub fn replay_erasures(journal: &dyn Journal, vault: &dyn Vault) -> Result<usize, BackupError> {
    let mut units = BTreeSet::new();
    let mut next = Number(0);
    loop {
        let records = journal.read(next, 1000)?;
        if records.is_empty() {
            break;
        }
        next = next.plus(records.len());
        let erasures = records.iter().filter(|record| record.leaf.kind == LeafKind::Erasure);
        units.extend(erasures.filter_map(shredded_in));
    }
    destroy(vault, units.into_iter().collect())
}

fn destroy(vault: &dyn Vault, units: Vec<UnitId>) -> Result<usize, BackupError> {
    let before = vault.names()?.len();
    let keys: Vec<_> = units.into_iter().map(VaultKey::Unit).collect();
    vault.destroy(&keys)?;
    Ok(before - vault.names()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_back_and_a_wrong_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("erased");
        let [one, two] = [[1; 16], [2; 16]];
        ErasureList::append(&path, &[two]).unwrap();
        ErasureList::append(&path, &[one, two]).unwrap();
        let list = ErasureList::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(list.names().collect::<Vec<_>>(), [one, two]);

        // A stop in the middle of a line: the rest is believed, and what follows is readable.
        let mut torn = std::fs::read(&path).unwrap();
        torn.extend(b"00ff");
        std::fs::write(&path, &torn).unwrap();
        assert_eq!(ErasureList::mend(&path).unwrap(), list);
        ErasureList::append(&path, &[one]).unwrap();
        assert_eq!(ErasureList::mend(&path).unwrap(), list);
        let nowhere = folder.path().join("nowhere");
        assert_eq!(ErasureList::mend(&nowhere).unwrap(), ErasureList::default());

        let wrong = ErasureList::parse("\n00\n").unwrap_err();
        assert!(matches!(wrong, BackupError::NotAName(2)), "{wrong}");
    }
}
