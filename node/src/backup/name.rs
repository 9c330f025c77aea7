//! The names of archives: the node, the second, the kind. Nothing else may be read off them.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use maillage_protocol::id::NodeId;
use maillage_protocol::time::{DAY, Timestamp};

use super::VAULT_DAYS;

/// What an archive holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The journal, the name of the node, the list of erased keys.
    Journal,
    /// The vault and the key file.
    Vault,
}

/// The name of an archive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// When it was made, to the second.
    pub made: Timestamp,
    /// The first characters of the name of the node.
    node: String,
    /// What it holds.
    pub kind: Kind,
}

/// Characters of the name of a node: enough to tell a few of them apart on a disk.
const NODE: usize = 8;
const DATE: &str = "%Y%m%d-%H%M%S";

impl Name {
    /// Names an archive made now.
    #[must_use]
    pub fn new(node: &NodeId, made: Timestamp, kind: Kind) -> Self {
        let node = node.to_string().chars().take(NODE).collect();
        Self { made: Timestamp(made.0 / 1000 * 1000), node, kind }
    }

    /// Returns the archive of another kind that was made with this one.
    #[must_use]
    pub fn beside(&self, kind: Kind) -> Self {
        Self { kind, ..self.clone() }
    }

    /// Tells whether this archive must be gone by now.
    fn is_expired(&self, now: Timestamp) -> bool {
        let kept = Duration::from_secs(DAY.as_secs() * VAULT_DAYS);
        self.kind == Kind::Vault && now.since(self.made) >= kept
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = i64::try_from(self.made.0 / 1000).unwrap_or_default();
        let made = jiff::Timestamp::from_second(made).unwrap_or_default();
        let kind = match self.kind {
            Kind::Journal => "journal.tar.gz.age",
            Kind::Vault => "vault.age",
        };
        write!(f, "{}-{}-{kind}", self.node, made.strftime(DATE))
    }
}

/// A file is not one of our archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not the name of an archive")]
pub struct NotAnArchive;

impl FromStr for Name {
    type Err = NotAnArchive;

    fn from_str(text: &str) -> Result<Self, NotAnArchive> {
        let (node, rest) = text.split_once('-').ok_or(NotAnArchive)?;
        let (date, kind) = rest.rsplit_once('-').ok_or(NotAnArchive)?;
        let made = jiff::civil::DateTime::strptime(DATE, date).map_err(|_| NotAnArchive)?;
        let made = made.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| NotAnArchive)?;
        let made = u64::try_from(made.timestamp().as_millisecond()).map_err(|_| NotAnArchive)?;
        let kind = match kind {
            "journal.tar.gz.age" => Kind::Journal,
            "vault.age" => Kind::Vault,
            _ => return Err(NotAnArchive),
        };
        let name = Self { made: Timestamp(made), node: node.to_owned(), kind };
        (node.len() == NODE && name.to_string() == text).then_some(name).ok_or(NotAnArchive)
    }
}

/// Returns the archive of the journal of the newest backup of which both archives are there.
pub fn newest(folder: &Path) -> io::Result<Option<Name>> {
    let names = names(folder)?;
    let journals = names.iter().filter(|name| name.kind == Kind::Journal);
    Ok(journals.filter(|name| names.contains(&name.beside(Kind::Vault))).max().cloned())
}

/// Removes the archives of the vault that must be gone, and returns how many there were.
pub(super) fn remove_expired(folder: &Path, now: Timestamp) -> io::Result<usize> {
    let expired: Vec<_> = names(folder)?.into_iter().filter(|name| name.is_expired(now)).collect();
    for name in &expired {
        fs::remove_file(folder.join(name.to_string()))?;
    }
    Ok(expired.len())
}

fn names(folder: &Path) -> io::Result<Vec<Name>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name()));
    let names = names.collect::<io::Result<Vec<_>>>()?;
    Ok(names.iter().filter_map(|name| name.to_str()?.parse().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_back_and_nothing_else_is_a_name() {
        let made = Timestamp(1_772_438_400_999);
        for kind in [Kind::Journal, Kind::Vault] {
            let name = Name::new(&NodeId([7; 32]), made, kind);
            assert_eq!(name.to_string().parse(), Ok(name.clone()));
            assert_eq!(name.made, Timestamp(1_772_438_400_000));
        }
        for text in [
            "",
            "n1abcdef-20260302-080000-journal.tar.gz",
            "n1abcdef-20260302-080000-journal.tar.gz.age.new",
            "n1abcdef-20261302-080000-vault.age",
            "n1abc-20260302-080000-vault.age",
            "../abcde-20260302-080000-vault.age.x",
            "vault.age",
        ] {
            assert_eq!(text.parse::<Name>(), Err(NotAnArchive), "{text}");
        }
    }

    #[test]
    fn only_vaults_expire_and_only_after_thirty_days() {
        let made = Timestamp(1_772_438_400_000);
        let [journal, vault] =
            [Kind::Journal, Kind::Vault].map(|kind| Name::new(&NodeId([7; 32]), made, kind));
        let later = |days: u32| made.after(DAY * days);
        assert!(!vault.is_expired(later(29)) && vault.is_expired(later(30)));
        assert!(!journal.is_expired(later(3000)));
        assert!(!vault.is_expired(made.before(DAY)));
    }
}
