//! A vault that forgets everything when it is dropped, for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Secret, Vault, VaultError, VaultKey};

/// Secrets in memory.
#[derive(Debug, Default)]
pub struct MemoryVault {
    /// The secrets. Held for one operation.
    entries: Mutex<Entries>,
}

/// Secrets by their names.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries(pub(super) BTreeMap<VaultKey, Secret>);

impl Entries {
    /// Returns these secrets and `more`, unless a name would change its secret.
    pub(super) fn with(&self, more: &[(VaultKey, Secret)]) -> Result<Self, VaultError> {
        let mut entries = self.0.clone();
        for (key, secret) in more {
            let held = entries.entry(*key).or_insert_with(|| secret.clone());
            if held != secret {
                return Err(VaultError::AlreadyHeld);
            }
        }
        Ok(Self(entries))
    }

    /// Returns which of these names have a secret.
    pub(super) fn among(&self, keys: &[VaultKey]) -> BTreeSet<VaultKey> {
        keys.iter().filter(|key| self.0.contains_key(key)).copied().collect()
    }

    /// Returns these secrets without some of them.
    pub(super) fn without(&self, keys: &BTreeSet<VaultKey>) -> Self {
        let kept = self.0.iter().filter(|(key, _)| !keys.contains(key));
        Self(kept.map(|(key, secret)| (*key, secret.clone())).collect())
    }
}

impl MemoryVault {
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vault for MemoryVault {
    fn put(&self, entries: &[(VaultKey, Secret)]) -> Result<(), VaultError> {
        let mut held = self.lock();
        *held = held.with(entries)?;
        Ok(())
    }

    fn get(&self, key: &VaultKey) -> Result<Option<Secret>, VaultError> {
        Ok(self.lock().0.get(key).cloned())
    }

    fn destroy(&self, keys: &[VaultKey]) -> Result<(), VaultError> {
        let mut held = self.lock();
        *held = held.without(&held.among(keys));
        Ok(())
    }

    fn names(&self) -> Result<Vec<VaultKey>, VaultError> {
        Ok(self.lock().0.keys().copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::contract;

    #[test]
    fn memory_holds_the_contract() {
        contract::holds(&MemoryVault::default());
    }
}
