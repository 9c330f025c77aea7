//! The keys of one use: the current one, and older ones that are still needed.

use std::fmt;

use maillage_protocol::encoding;
use maillage_protocol::keys::{Kid, PrivateKey};
use maillage_protocol::seal::KemPrivateKey;
use maillage_protocol::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroizing;

use super::KeyFileError;
use crate::env::Env;

/// Keys of one use. There is always a current one.
#[derive(Clone)]
pub(super) struct Ring<K> {
    older: Vec<Held<K>>,
    current: Held<K>,
}

#[derive(Clone)]
struct Held<K> {
    stored: Stored,
    key: K,
}

/// A key as the file holds it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    kid: Kid,
    made: Timestamp,
    seed: Seed,
}

/// Thirty-two secret bytes, wiped when they are dropped.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Seed(Zeroizing<[u8; 32]>);

/// A key that is made of a seed.
pub(super) trait Seeded: Sized {
    fn of_seed(seed: &Seed) -> Result<Self, KeyFileError>;
    fn kid(&self) -> Kid;
}

impl Seeded for PrivateKey {
    fn of_seed(seed: &Seed) -> Result<Self, KeyFileError> {
        Ok(Self::from_seed(seed.reveal()))
    }

    fn kid(&self) -> Kid {
        Self::kid(self)
    }
}

impl Seeded for KemPrivateKey {
    fn of_seed(seed: &Seed) -> Result<Self, KeyFileError> {
        Self::from_bytes(seed.reveal()).map_err(|_| KeyFileError::Damaged)
    }

    fn kid(&self) -> Kid {
        Self::kid(self)
    }
}

impl<K: Seeded> Ring<K> {
    /// Makes a first key.
    pub(super) fn draw(env: &dyn Env) -> Result<Self, KeyFileError> {
        Ok(Self { older: Vec::new(), current: Held::draw(env)? })
    }

    /// Makes a key, which becomes the current one.
    pub(super) fn add(&mut self, env: &dyn Env) -> Result<Kid, KeyFileError> {
        let current = Held::draw(env)?;
        let kid = current.stored.kid;
        self.older.push(std::mem::replace(&mut self.current, current));
        Ok(kid)
    }

    /// Forgets a key, if it is here.
    pub(super) fn remove(&mut self, kid: Kid) -> Result<(), KeyFileError> {
        self.older.retain(|held| held.stored.kid != kid);
        if self.current.stored.kid == kid {
            self.current = self.older.pop().ok_or(KeyFileError::LastOfItsUse)?;
        }
        Ok(())
    }

    /// Returns the current key.
    pub(super) const fn current(&self) -> &K {
        &self.current.key
    }

    /// Returns the key of this name.
    pub(super) fn named(&self, kid: Kid) -> Option<&K> {
        self.all().find(|held| held.stored.kid == kid).map(|held| &held.key)
    }

    /// Returns each name and when its key was made, the oldest first.
    pub(super) fn names(&self) -> Vec<(Kid, Timestamp)> {
        self.all().map(|held| (held.stored.kid, held.stored.made)).collect()
    }

    /// Returns what the file is to hold.
    pub(super) fn to_stored(&self) -> Vec<Stored> {
        self.all().map(|held| held.stored.clone()).collect()
    }

    /// Reads what [`to_stored`](Self::to_stored) returned.
    pub(super) fn from_stored(stored: Vec<Stored>) -> Result<Self, KeyFileError> {
        let older = stored.into_iter().map(Held::of).collect::<Result<Vec<_>, _>>();
        let mut older = older?;
        let current = older.pop().ok_or(KeyFileError::Damaged)?;
        Ok(Self { older, current })
    }

    fn all(&self) -> impl Iterator<Item = &Held<K>> {
        self.older.iter().chain([&self.current])
    }
}

impl<K: Seeded> Held<K> {
    fn draw(env: &dyn Env) -> Result<Self, KeyFileError> {
        let (seed, made) = (Seed::draw(env), env.now());
        let key = K::of_seed(&seed)?;
        Ok(Self { stored: Stored { kid: key.kid(), made, seed }, key })
    }

    /// Checks that the key is the one that its name says.
    fn of(stored: Stored) -> Result<Self, KeyFileError> {
        let key = K::of_seed(&stored.seed)?;
        if key.kid() == stored.kid { Ok(Self { stored, key }) } else { Err(KeyFileError::Damaged) }
    }
}

impl Seed {
    /// Draws a secret.
    pub(crate) fn draw(env: &dyn Env) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        env.fill(&mut *seed);
        Self(seed)
    }

    /// Returns the secret that `make` writes.
    pub(super) fn made_by<E>(make: impl FnOnce(&mut [u8; 32]) -> Result<(), E>) -> Result<Self, E> {
        let mut seed = Zeroizing::new([0; 32]);
        make(&mut seed)?;
        Ok(Self(seed))
    }

    /// Returns the secret, to a cipher.
    pub(crate) fn reveal(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

impl Serialize for Seed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(encoding::base64url(self.reveal())))
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        let bytes = encoding::from_base64url(text).map(Zeroizing::new);
        let bytes = bytes.map_err(|_| de::Error::custom("not a seed"))?;
        let mut seed = Zeroizing::new([0; 32]);
        if bytes.len() != seed.len() {
            return Err(de::Error::custom("not a seed"));
        }
        seed.copy_from_slice(&bytes);
        Ok(Self(seed))
    }
}
