//! Backups: made while the node runs, opened by the two keys of the organization, and proved by
//! being read again.
//!
//! ```text
//! journal/ ─┐ survey            ┌▶ n1abcdef-20260302-080000-journal.tar.gz.age   any age
//! node      ┼──────▶ encrypt ───┤
//! erased ───┘  to two keys      │
//! vault ─────┐                  │
//! node.key ──┴──▶ encrypt ──────┴▶ n1abcdef-20260302-080000-vault.age            30 days at most
//! ```
//!
//! The journal is copied first: then the vault holds the keys of all that was copied. A key that a
//! withdrawal destroys dies everywhere once the last archive of the vault that holds it is gone,
//! which is why they are two files. Anybody can open them with the `age` tool and `tar`.

mod archive;
mod name;
mod manifest;
mod make;
mod erasures;
mod restore;
mod verify;
#[cfg(test)]
mod tests;

use std::io;

use crate::journal::JournalError;
use crate::keys::KeyFileError;
use crate::vault::VaultError;

pub use archive::{Identities, IdentityError, NotARecipient, Recipients, new_identity};
pub use erasures::{ErasureList, replay_erasures};
pub use make::{Made, make};
pub use manifest::Manifest;
pub use name::{Kind, Name, newest};
pub use restore::{Plan, Restored, Unlisted, plan, restore};
pub use verify::{Verified, verify};

/// Days after which an archive of the vault is removed: a destroyed key is then gone everywhere.
pub const VAULT_DAYS: u64 = 30;

/// Why a backup cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The disk failed, or refused.
    #[error("the disk could not be read or written")]
    Failed(#[from] io::Error),
    /// What should be saved is damaged.
    #[error("the journal cannot be read")]
    Journal(#[from] JournalError),
    /// The key file that was saved cannot be opened.
    #[error("the key file cannot be opened")]
    Keys(#[from] KeyFileError),
    /// The vault that was saved cannot be opened or changed.
    #[error("the vault cannot be opened")]
    Vault(#[from] VaultError),
    /// The vault changes faster than it can be read.
    #[error("the vault changes without end")]
    Restless,
    /// The encryption failed.
    #[error("the archive could not be encrypted")]
    Unencrypted(#[from] age::EncryptError),
    /// None of the keys opens the archive, or it is not one.
    #[error("the archive does not open with this key")]
    DoesNotOpen(#[from] age::DecryptError),
    /// The folder holds no archive of both kinds made together.
    #[error("there is no complete backup")]
    Nothing,
    /// The archive holds something that we did not put there.
    #[error("the archive holds something else than a backup")]
    Foreign,
    /// A newer version made the archive.
    #[error("the archive was made by a newer version")]
    Newer,
    /// What the archive holds is not what it says it holds.
    #[error("the archive does not hold what it should")]
    Different,
    /// What the archive holds was not said by the node that runs.
    #[error("the archive and the node tell different stories")]
    Diverged,
    /// Somebody lives there.
    #[error("the folder is not empty")]
    NotEmpty,
    /// Without the list of what was erased since, it would come back.
    #[error("the list of erased keys is missing")]
    NoErasureList,
    /// A line of the list is not the name of a key.
    #[error("line {0} of the list of erased keys is not a name")]
    NotAName(usize),
}
