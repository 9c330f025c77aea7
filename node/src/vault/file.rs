//! The vault on the disk: one small file, sealed as a whole under the generation key, which lives
//! in the key file.
//!
//! ```text
//! vault   = "mlv1" ‖ nonce (24) ‖ XChaCha20-Poly1305(content)
//! content = (name (17) ‖ length of the secret (4, little-endian) ‖ secret)*
//!
//! destroy:   key file {n, n+1}  ─▶  vault under n+1, without the entry  ─▶  key file {n+1}
//! ```
//!
//! Each step replaces a file and syncs it before the next one. Disks keep old pages for long; the
//! one that holds a destroyed entry is sealed under a generation that nobody has any more.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::memory::Entries;
use super::{Secret, Vault, VaultError, VaultKey};
use crate::disk::{self, Disk};
use crate::env::{self, Env};
use crate::keys::{KeyFile, KeyFileError, Seed, sealing};

/// Secrets in one file.
pub struct FileVault {
    disk: Arc<dyn Disk>,
    env: Arc<dyn Env>,
    keys: Arc<KeyFile>,
    path: PathBuf,
    /// What the file holds. Held while it is replaced, so that two changes take turns.
    state: Mutex<State>,
}

struct State {
    entries: Entries,
    generation: Seed,
    /// Why nothing can be changed any more.
    failure: Option<VaultError>,
}

const MAGIC: &[u8; 4] = b"mlv1";

impl FileVault {
    /// Begins an empty vault, where there must be none.
    pub fn create(
        disk: &Arc<dyn Disk>,
        env: &Arc<dyn Env>,
        keys: &Arc<KeyFile>,
        path: &Path,
    ) -> Result<Self, VaultError> {
        if disk.open(path).is_ok() {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists).into());
        }
        let generation = keys.generations().pop().ok_or(VaultError::DoesNotOpen)?;
        let vault = Self::holding(disk, env, keys, path, Entries::default(), generation);
        vault.change(|state, vault| vault.write(&state.entries, &state.generation))?;
        Ok(vault)
    }

    /// Opens the vault, and finishes a destruction that was interrupted: whichever generation
    /// opens it is the current one.
    pub fn open(
        disk: &Arc<dyn Disk>,
        env: &Arc<dyn Env>,
        keys: &Arc<KeyFile>,
        path: &Path,
    ) -> Result<Self, VaultError> {
        // The name may not be for ever yet, and the other generation is about to be destroyed.
        disk.sync_folder(disk::folder_of(path))?;
        let bytes = disk::read(&**disk, path)?;
        let generations = keys.generations();
        let open = |key: &Seed| Some((parse(&bytes, key)?, key.clone()));
        let opened = generations.iter().find_map(open);
        let (entries, generation) = opened.ok_or(VaultError::DoesNotOpen)?;
        if generations.len() > 1 {
            keys.keep_generation(&generation)?;
        }
        Ok(Self::holding(disk, env, keys, path, entries, generation))
    }

    /// Counts the secrets in the bytes of a vault, if one of these keys opens it.
    pub(crate) fn count(bytes: &[u8], keys: &KeyFile) -> Option<usize> {
        keys.generations().iter().find_map(|key| parse(bytes, key)).map(|entries| entries.0.len())
    }

    fn holding(
        disk: &Arc<dyn Disk>,
        env: &Arc<dyn Env>,
        keys: &Arc<KeyFile>,
        path: &Path,
        entries: Entries,
        generation: Seed,
    ) -> Self {
        Self {
            disk: Arc::clone(disk),
            env: Arc::clone(env),
            keys: Arc::clone(keys),
            path: path.to_owned(),
            state: Mutex::new(State { entries, generation, failure: None }),
        }
    }

    /// Changes the file, then what we hold of it. After a failure nobody knows what the file
    /// holds, so nothing is changed any more.
    fn change(
        &self,
        change: impl FnOnce(&mut State, &Self) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        let mut state = self.lock();
        if let Some(failure) = &state.failure {
            return Err(failure.clone());
        }
        let changed = change(&mut state, self);
        if let Err(failure @ VaultError::Failed(_)) = &changed {
            state.failure = Some(failure.clone());
        }
        changed
    }

    fn write(&self, entries: &Entries, generation: &Seed) -> Result<(), VaultError> {
        let nonce = env::random(&*self.env);
        let sealed = sealing::seal(generation, nonce, MAGIC, &to_content(entries));
        Ok(disk::switch(&*self.disk, &self.path, &[MAGIC, &sealed[..]].concat())?)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vault for FileVault {
    fn put(&self, entries: &[(VaultKey, Secret)]) -> Result<(), VaultError> {
        self.change(|state, vault| {
            let entries = state.entries.with(entries)?;
            vault.write(&entries, &state.generation)?;
            state.entries = entries;
            Ok(())
        })
    }

    fn get(&self, key: &VaultKey) -> Result<Option<Secret>, VaultError> {
        Ok(self.lock().entries.0.get(key).cloned())
    }

    fn destroy(&self, keys: &[VaultKey]) -> Result<(), VaultError> {
        self.change(|state, vault| {
            let held = state.entries.among(keys);
            if held.is_empty() {
                return Ok(());
            }
            let entries = state.entries.without(&held);
            let generation = vault.keys.begin_generation()?;
            vault.write(&entries, &generation)?;
            vault.keys.keep_generation(&generation)?;
            (state.entries, state.generation) = (entries, generation);
            Ok(())
        })
    }

    fn names(&self) -> Result<Vec<VaultKey>, VaultError> {
        Ok(self.lock().entries.0.keys().copied().collect())
    }
}

impl From<KeyFileError> for VaultError {
    fn from(error: KeyFileError) -> Self {
        Self::Failed(Arc::new(error))
    }
}

impl From<io::Error> for VaultError {
    fn from(error: io::Error) -> Self {
        KeyFileError::Failed(error).into()
    }
}

fn to_content(entries: &Entries) -> Zeroizing<Vec<u8>> {
    let size = |secret: &Secret| VaultKey::LEN + 4 + secret.reveal().len();
    // Large enough not to grow, which would leave copies in memory.
    let mut content = Zeroizing::new(Vec::with_capacity(entries.0.values().map(size).sum()));
    for (key, secret) in &entries.0 {
        content.extend_from_slice(&key.to_bytes());
        content.extend_from_slice(&(secret.reveal().len() as u32).to_le_bytes());
        content.extend_from_slice(secret.reveal());
    }
    content
}

/// Reads a vault that this generation sealed.
pub(super) fn parse(bytes: &[u8], generation: &Seed) -> Option<Entries> {
    let content = sealing::open(generation, MAGIC, bytes.strip_prefix(MAGIC)?)?;
    let (mut entries, mut rest) = (Entries::default(), content.as_slice());
    while !rest.is_empty() {
        let (key, after) = rest.split_first_chunk()?;
        let (length, after) = after.split_first_chunk()?;
        let (secret, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        entries.0.insert(VaultKey::from_bytes(key)?, Secret::from(secret.to_vec()));
        rest = after;
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::SystemDisk;
    use crate::env::FixedEnv;
    use crate::keys::MachineMark;
    use crate::vault::contract;

    #[test]
    fn a_file_holds_the_contract() {
        let folder = tempfile::tempdir().unwrap();
        let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
        let env: Arc<dyn Env> = Arc::new(FixedEnv::default());
        let (key_path, path) = (folder.path().join("node.key"), folder.path().join("vault"));
        let mark = MachineMark::of(b"here");
        let keys = Arc::new(KeyFile::create(&disk, &env, &key_path, mark, None).unwrap());
        let vault = FileVault::create(&disk, &env, &keys, &path).unwrap();
        contract::holds(&vault);
        assert!(FileVault::create(&disk, &env, &keys, &path).is_err());

        let keys = Arc::new(KeyFile::open(&disk, &env, &key_path, None).unwrap());
        let again = FileVault::open(&disk, &env, &keys, &path).unwrap();
        assert_eq!(again.names().unwrap(), vault.names().unwrap());
    }
}
