//! Keys that can be destroyed. With the journal, the only truth: what the journal holds sealed
//! dies with its key.

mod file;
mod memory;
#[cfg(test)]
mod crash;

use std::fmt;
use std::sync::Arc;

use jiff::tz::TimeZone;
use maillage_protocol::id::UnitId;
use maillage_protocol::time::Timestamp;
use zeroize::Zeroizing;

use crate::keys::KeyFileError;

pub use file::FileVault;
pub use memory::MemoryVault;

/// Where keys that can be destroyed are kept.
///
/// Blocking, because disks are: call it from where one may wait.
pub trait Vault: Send + Sync + 'static {
    /// Keeps all of `entries` or none of them, once they would survive a power cut. A name that
    /// already holds another secret is refused: destroy it first.
    ///
    /// After a failure of the disk every later change fails too.
    fn put(&self, entries: &[(VaultKey, Secret)]) -> Result<(), VaultError>;

    /// Returns the secret of a name.
    fn get(&self, key: &VaultKey) -> Result<Option<Secret>, VaultError>;

    /// Destroys secrets: when this returns, nothing on the disk can give them back. A name that
    /// is not there is already destroyed.
    fn destroy(&self, keys: &[VaultKey]) -> Result<(), VaultError>;

    /// Returns every name, in order.
    fn names(&self) -> Result<Vec<VaultKey>, VaultError>;
}

/// The name of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VaultKey {
    /// The key of the smallest thing that can be erased alone.
    Unit(UnitId),
    /// The key of the skeletons of the referrals that began in a quarter.
    Quarter(Quarter),
    /// The key of the skeletons that last as long as the node: its links, its accounts.
    Lasting,
    /// The key of the evidence of a quarter, which is kept longer.
    Evidence(Quarter),
    /// The key of the read trail of a quarter, which is kept for a year.
    Trail(Quarter),
    /// The secret of an invitation, by its random name.
    Invitation([u8; 16]),
    /// The code of a guest, by its random name.
    Guest([u8; 16]),
    /// The key of what this node alone can make again: drafts, projections.
    Local([u8; 16]),
}

/// Three months of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    year: u16,
    number: u8,
}

impl Quarter {
    /// Names a quarter, from 1 to 4.
    #[must_use]
    pub const fn new(year: u16, number: u8) -> Option<Self> {
        if matches!(number, 1..=4) { Some(Self { year, number }) } else { None }
    }

    /// Returns the year.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// Returns the quarter of a time, UTC.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        let millis = i64::try_from(at.0).unwrap_or(i64::MAX);
        let instant = jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::MAX);
        let date = instant.to_zoned(TimeZone::UTC).date();
        let year = u16::try_from(date.year()).unwrap_or(u16::MAX);
        let number = u8::try_from((date.month() - 1) / 3 + 1).unwrap_or(1);
        Self { year, number }
    }

    /// Returns its first moment that is over: that of the next quarter, UTC.
    #[must_use]
    pub fn end(self) -> Timestamp {
        let (year, month) = match self.number {
            4 => (self.year.saturating_add(1), 1),
            number => (self.year, number * 3 + 1),
        };
        let year = i16::try_from(year).unwrap_or(i16::MAX).min(9_999);
        let first = jiff::civil::date(year, i8::try_from(month).unwrap_or(1), 1);
        let instant = first.to_zoned(TimeZone::UTC).map(|first| first.timestamp());
        let millis = instant.map_or(i64::MAX, jiff::Timestamp::as_millisecond);
        Timestamp(u64::try_from(millis).unwrap_or_default())
    }

    /// Returns which of its quarters, from 1 to 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.number
    }
}

impl VaultKey {
    /// Bytes of a name.
    pub const LEN: usize = 17;

    /// Returns the bytes of this name: what it names, then which.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let (tag, which) = match self {
            Self::Unit(id) => (0, id.to_bytes()),
            Self::Quarter(quarter) => (1, quarter.to_bytes()),
            Self::Evidence(quarter) => (2, quarter.to_bytes()),
            Self::Invitation(name) => (3, name),
            Self::Guest(name) => (4, name),
            Self::Local(name) => (5, name),
            Self::Trail(quarter) => (6, quarter.to_bytes()),
            Self::Lasting => (7, [0; 16]),
        };
        let mut bytes = [tag; Self::LEN];
        bytes[1..].copy_from_slice(&which);
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let which = *bytes.last_chunk()?;
        let key = match bytes[0] {
            0 => Self::Unit(UnitId::from_bytes(which)),
            1 => Self::Quarter(Quarter::from_bytes(which)?),
            2 => Self::Evidence(Quarter::from_bytes(which)?),
            3 => Self::Invitation(which),
            4 => Self::Guest(which),
            5 => Self::Local(which),
            6 => Self::Trail(Quarter::from_bytes(which)?),
            7 if which == [0; 16] => Self::Lasting,
            _ => return None,
        };
        Some(key)
    }
}

impl Quarter {
    fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&self.year.to_be_bytes());
        bytes[2] = self.number;
        bytes
    }

    fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        let quarter = Self::new(u16::from_be_bytes([bytes[0], bytes[1]]), bytes[2])?;
        (quarter.to_bytes() == bytes).then_some(quarter)
    }
}

/// Bytes that nobody may see, wiped when they are dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Returns the bytes, to a cipher.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Secret {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why secrets cannot be kept, read or destroyed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum VaultError {
    /// No generation opens the vault: its key was destroyed, or a byte is another.
    #[error("the vault does not open")]
    DoesNotOpen,
    /// The name holds another secret.
    #[error("the name already holds another secret")]
    AlreadyHeld,
    /// The disk failed. The node answers « rien n'a été enregistré », and stops.
    #[error("the vault could not be read or written")]
    Failed(#[source] Arc<KeyFileError>),
}

/// What every vault must do, checked on every implementation.
#[cfg(test)]
pub(crate) mod contract {
    use super::*;

    pub(crate) fn unit(n: u8) -> VaultKey {
        VaultKey::Unit(UnitId::from_bytes([n; 16]))
    }

    pub(crate) fn secret(n: u8) -> Secret {
        Secret::from(vec![n; 32])
    }

    pub(crate) fn holds(vault: &dyn Vault) {
        let quarter = Quarter::new(2026, 1).unwrap();
        let names = [unit(1), unit(2), VaultKey::Quarter(quarter), VaultKey::Evidence(quarter)];
        let entries = [0, 1, 2, 3].map(|n| (names[n], secret(n as u8)));
        vault.put(&entries[..3]).unwrap();
        vault.put(&entries[2..]).unwrap();
        assert_eq!(vault.names().unwrap(), names);
        for (name, secret) in &entries {
            assert_eq!(vault.get(name).unwrap().as_ref(), Some(secret));
        }

        let replaced = vault.put(&[(unit(9), secret(9)), (unit(1), secret(9))]);
        assert!(matches!(replaced, Err(VaultError::AlreadyHeld)), "{replaced:?}");
        let twice = vault.put(&[(unit(9), secret(9)), (unit(9), secret(8))]);
        assert!(matches!(twice, Err(VaultError::AlreadyHeld)), "{twice:?}");
        assert_eq!(vault.get(&unit(9)).unwrap(), None);

        vault.destroy(&[unit(1), names[2], unit(9)]).unwrap();
        vault.destroy(&[unit(1)]).unwrap();
        assert_eq!(vault.get(&unit(1)).unwrap(), None);
        assert_eq!(vault.names().unwrap(), [names[1], names[3]]);
        vault.put(&[(unit(1), secret(7))]).unwrap();
        assert_eq!(vault.get(&unit(1)).unwrap(), Some(secret(7)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_and_read_back() {
        let quarter = Quarter::new(2026, 4).unwrap();
        for key in [
            contract::unit(1),
            VaultKey::Quarter(quarter),
            VaultKey::Evidence(quarter),
            VaultKey::Trail(quarter),
            VaultKey::Invitation([2; 16]),
            VaultKey::Guest([2; 16]),
            VaultKey::Local([2; 16]),
        ] {
            assert_eq!(VaultKey::from_bytes(&key.to_bytes()), Some(key));
        }
        assert_eq!(VaultKey::from_bytes(&[1; VaultKey::LEN]), None);
        assert_eq!(VaultKey::from_bytes(&[9; VaultKey::LEN]), None);
        assert_eq!((Quarter::new(2026, 0), Quarter::new(2026, 5)), (None, None));
    }

    #[test]
    fn debug_does_not_show_a_secret() {
        assert_eq!(format!("{:?}", contract::secret(1)), "Secret(…)");
    }
}
