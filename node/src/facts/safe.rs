//! What a record holds, sealed under keys that can be destroyed.
//!
//! ```text
//! skeleton ── XChaCha20-Poly1305, key of the quarter in which the referral began, or the lasting
//!             one ──▶ codes and dates: read by the fold, dies by itself
//! content  ── key of the record (CEK) ──▶ names, texts
//!             CEK ── key of the unit, or of the evidence ──▶ dies when it must be erased
//! ```

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use maillage_protocol::id::UnitId;
use maillage_protocol::seal::ContentKey;
use maillage_protocol::time::Timestamp;
use zeroize::Zeroizing;

use crate::env::{Env, random};
use crate::vault::{Quarter, Secret, Vault, VaultError, VaultKey};

/// Bytes of a nonce, drawn at random: long enough never to come twice.
const NONCE: usize = 24;

/// Units whose keys are made together, at least: writing the vault once for many new referrals.
const SPARE_UNITS: usize = 64;
/// The part of what the vault holds that is made together, if that is more: it is written whole each
/// time, and a new referral must not cost more because there are many.
const SPARE_PART: usize = 8;

/// Seals and opens what records hold.
pub struct Safe {
    vault: Arc<dyn Vault>,
    env: Arc<dyn Env>,
    /// Units whose key is in the vault, and which nothing uses yet.
    spare: Mutex<Vec<UnitId>>,
}

/// Content, sealed under a key of its own, and that key, wrapped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealedContent {
    /// The wrapped key; empty if there is no content, or once it was erased.
    pub wrapped: Vec<u8>,
    /// The sealed content; empty likewise.
    pub sealed: Vec<u8>,
}

impl Safe {
    /// Opens the safe of a vault.
    #[must_use]
    pub fn new(vault: Arc<dyn Vault>, env: Arc<dyn Env>) -> Self {
        Self { vault, env, spare: Mutex::default() }
    }

    /// Takes back the units that the journal does not name: their records were never written.
    pub fn reclaim(&self, used: &BTreeSet<UnitId>) -> Result<(), VaultError> {
        let unused = |name| match name {
            VaultKey::Unit(unit) if !used.contains(&unit) => Some(unit),
            _ => None,
        };
        let unused = self.vault.names()?.into_iter().filter_map(unused).collect();
        *self.spare.lock().unwrap_or_else(PoisonError::into_inner) = unused;
        Ok(())
    }

    /// Returns the vault.
    #[must_use]
    pub fn vault(&self) -> &Arc<dyn Vault> {
        &self.vault
    }

    /// Takes a unit that nothing uses. Its key is on the disk.
    pub fn new_unit(&self) -> Result<UnitId, VaultError> {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(unit) = spare.pop() {
            return Ok(unit);
        }
        let count = SPARE_UNITS.max(self.vault.names()?.len() / SPARE_PART);
        let made: Vec<_> = (0..count).map(|_| UnitId::from_random(random(&*self.env))).collect();
        let entries: Vec<_> =
            made.iter().map(|unit| (VaultKey::Unit(*unit), self.draw())).collect();
        self.vault.put(&entries)?;
        spare.extend(made);
        Ok(spare.pop().expect("some were just made"))
    }

    /// Seals a skeleton under a key of this name. `aad` is what it belongs to.
    pub fn seal_skeleton(
        &self,
        name: VaultKey,
        aad: &[u8],
        skeleton: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let key = self.key_or_new(name)?;
        Ok([&name.to_bytes()[..], &self.seal(&key, aad, skeleton)].concat())
    }

    /// Opens a skeleton, unless its key was destroyed.
    pub fn open_skeleton(
        &self,
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let Some((name, sealed)) = sealed.split_first_chunk::<{ VaultKey::LEN }>() else {
            return Ok(None);
        };
        let Some(name) = VaultKey::from_bytes(name) else { return Ok(None) };
        Ok(self.vault.get(&name)?.and_then(|key| open(&key, aad, sealed)))
    }

    /// Returns the name of the key under which evidence of `at` is wrapped.
    pub fn evidence(&self, at: Timestamp) -> Result<VaultKey, VaultError> {
        let name = VaultKey::Evidence(Quarter::of(at));
        self.key_or_new(name)?;
        Ok(name)
    }

    /// Tells whether what this key wraps still opens.
    pub fn holds(&self, holder: VaultKey) -> Result<bool, VaultError> {
        Ok(self.vault.get(&holder)?.is_some())
    }

    /// Wraps the key of a record or of an event. `aad` is what it belongs to.
    pub fn wrap(
        &self,
        holder: VaultKey,
        aad: &[u8],
        key: &ContentKey,
    ) -> Result<Vec<u8>, VaultError> {
        let wrapping = self.vault.get(&holder)?.ok_or(VaultError::DoesNotOpen)?;
        let name = holder.to_bytes();
        let aad = [aad, &name[..]].concat();
        Ok([&name[..], &self.seal(&wrapping, &aad, key.reveal())].concat())
    }

    /// Unwraps a key, unless what wraps it was destroyed.
    pub fn unwrap(&self, aad: &[u8], wrapped: &[u8]) -> Result<Option<ContentKey>, VaultError> {
        let Some(holder) = holder_of(wrapped) else { return Ok(None) };
        let Some(wrapping) = self.vault.get(&holder)? else { return Ok(None) };
        let aad = [aad, &holder.to_bytes()[..]].concat();
        let sealed = wrapped.get(VaultKey::LEN..).unwrap_or_default();
        let key = open(&wrapping, &aad, sealed).and_then(|key| key.as_slice().try_into().ok());
        Ok(key.map(ContentKey::from_random))
    }

    /// Seals content under a key of its own, wrapped for `holder`.
    pub fn seal_content(
        &self,
        holder: VaultKey,
        aad: &[u8],
        content: &[u8],
    ) -> Result<SealedContent, VaultError> {
        let key = ContentKey::from_random(random(&*self.env));
        let secret = Secret::from(key.reveal().to_vec());
        let wrapped = self.wrap(holder, aad, &key)?;
        Ok(SealedContent { wrapped, sealed: self.seal(&secret, aad, content) })
    }

    /// Opens content, unless it was erased.
    pub fn open_content(
        &self,
        aad: &[u8],
        content: &SealedContent,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let key = self.unwrap(aad, &content.wrapped)?;
        let key = key.map(|key| Secret::from(key.reveal().to_vec()));
        Ok(key.and_then(|key| open(&key, aad, &content.sealed)))
    }

    /// Draws a key for one event.
    #[must_use]
    pub fn draw_content_key(&self) -> ContentKey {
        ContentKey::from_random(random(&*self.env))
    }

    fn key_or_new(&self, name: VaultKey) -> Result<Secret, VaultError> {
        if let Some(key) = self.vault.get(&name)? {
            return Ok(key);
        }
        match self.vault.put(&[(name, self.draw())]) {
            // Somebody else made it at the same time.
            Ok(()) | Err(VaultError::AlreadyHeld) => {}
            Err(error) => return Err(error),
        }
        self.vault.get(&name)?.ok_or(VaultError::DoesNotOpen)
    }

    fn draw(&self) -> Secret {
        Secret::from(random::<32>(&*self.env).to_vec())
    }

    fn seal(&self, key: &Secret, aad: &[u8], content: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = random(&*self.env);
        let payload = Payload { msg: content, aad };
        let sealed =
            cipher(key).and_then(|cipher| cipher.encrypt(&XNonce::from(nonce), payload).ok());
        [&nonce[..], &sealed.expect("keys have 32 bytes, and records are small")].concat()
    }
}

/// Returns the unit whose key wraps this one, if it is a unit's.
#[must_use]
pub fn unit_of(wrapped: &[u8]) -> Option<UnitId> {
    match holder_of(wrapped)? {
        VaultKey::Unit(unit) => Some(unit),
        _ => None,
    }
}

fn holder_of(wrapped: &[u8]) -> Option<VaultKey> {
    VaultKey::from_bytes(wrapped.first_chunk()?)
}

/// Returns the quarter whose key seals a skeleton, if it is a quarter's, even once it was destroyed.
#[must_use]
pub(super) fn quarter_of(sealed: &[u8]) -> Option<Quarter> {
    match holder_of(sealed)? {
        VaultKey::Quarter(quarter) => Some(quarter),
        _ => None,
    }
}

fn open(key: &Secret, aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: sealed, aad };
    cipher(key)?.decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
}

fn cipher(key: &Secret) -> Option<XChaCha20Poly1305> {
    XChaCha20Poly1305::new_from_slice(key.reveal()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::FixedEnv;
    use crate::vault::MemoryVault;

    fn safe() -> Safe {
        let vault = Arc::new(MemoryVault::default());
        Safe::new(vault, Arc::new(FixedEnv::default()))
    }

    #[test]
    fn content_dies_with_its_unit_and_the_skeleton_stays() {
        let safe = safe();
        let (unit, at) = (safe.new_unit().unwrap(), Timestamp(1_772_438_400_000));
        let content = safe.seal_content(VaultKey::Unit(unit), b"a", b"Aubry").unwrap();
        let skeleton =
            safe.seal_skeleton(VaultKey::Quarter(Quarter::of(at)), b"a", b"codes").unwrap();
        assert_eq!(**safe.open_content(b"a", &content).unwrap().unwrap(), *b"Aubry");
        assert_eq!(safe.open_content(b"b", &content).unwrap(), None);
        assert_eq!(unit_of(&content.wrapped), Some(unit));

        safe.vault().destroy(&[VaultKey::Unit(unit)]).unwrap();
        assert_eq!(safe.open_content(b"a", &content).unwrap(), None);
        assert_eq!(**safe.open_skeleton(b"a", &skeleton).unwrap().unwrap(), *b"codes");
        assert_eq!(safe.open_skeleton(b"b", &skeleton).unwrap(), None);
    }

    #[test]
    fn the_more_a_vault_holds_the_more_units_are_made_together() {
        let safe = safe();
        let mut rewrites = 0;
        let mut held = safe.vault().names().unwrap().len();
        for _ in 0..4_096 {
            safe.new_unit().unwrap();
            let now = safe.vault().names().unwrap().len();
            rewrites += usize::from(now != held);
            held = now;
        }
        // Sixty-four at a time, there would be sixty-four.
        assert!(rewrites < 32, "{rewrites}");
    }

    #[test]
    fn a_unit_is_taken_once_and_survives_a_start() {
        let safe = safe();
        let taken: BTreeSet<_> = (0..SPARE_UNITS + 1).map(|_| safe.new_unit().unwrap()).collect();
        assert_eq!(taken.len(), SPARE_UNITS + 1);
        let env = Arc::new(FixedEnv::seeded(2));
        let again = Safe::new(Arc::clone(safe.vault()), env);
        again.reclaim(&taken).unwrap();
        for _ in 0..SPARE_UNITS {
            assert!(!taken.contains(&again.new_unit().unwrap()));
        }
    }

    #[test]
    fn a_quarter_is_three_months() {
        for (at, year, number) in [
            (1_772_438_400_000, 2026, 1),
            (1_775_001_599_999, 2026, 1),
            (1_775_001_600_000, 2026, 2),
            (0, 1970, 1),
        ] {
            assert_eq!(Some(Quarter::of(Timestamp(at))), Quarter::new(year, number), "{at}");
        }
        let end = |number| Quarter::new(2026, number).unwrap().end();
        assert_eq!((end(1), end(4)), (Timestamp(1_775_001_600_000), Timestamp(1_798_761_600_000)));
    }
}
