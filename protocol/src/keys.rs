//! Keys, their names, and what each may be used for.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroizing;

use crate::encoding::{self, NotExact};
use crate::label::Label;

/// Names a key: the first eight bytes of a hash of its algorithm and its public part.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kid(pub [u8; 8]);

impl Kid {
    /// Returns the name of a public key.
    #[must_use]
    pub fn of(algorithm: Algorithm, public: &[u8; 32]) -> Self {
        let [a, b, c, d, e, f, g, h, ..] =
            Label::Kid.hash(&[algorithm.name().as_bytes(), &[0], public].concat());
        Self([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Display for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encoding::hex(&self.0))
    }
}

impl fmt::Debug for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kid({self})")
    }
}

impl FromStr for Kid {
    type Err = NotExact;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        encoding::from_hex_array(text).map(Self)
    }
}

impl Serialize for Kid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Kid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// What a key computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Signatures (RFC 8032).
    Ed25519,
    /// Agreement on a key (RFC 7748), for HPKE.
    X25519,
}

impl Algorithm {
    /// Returns the name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::X25519 => "X25519",
        }
    }
}

/// What a key may be used for. Each use has its own key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyUse {
    /// Events, identity updates, receipts, erasures, checkpoints.
    Sig,
    /// Requests over HTTP.
    Auth,
    /// Cosignatures of other nodes' checkpoints.
    Wit,
    /// Keyboxes sealed for this node.
    Kem,
}

impl KeyUse {
    /// Every use, in the order in which a genesis lists its keys.
    pub const ALL: [Self; 4] = [Self::Sig, Self::Auth, Self::Wit, Self::Kem];

    /// Returns the name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sig => "sig",
            Self::Auth => "auth",
            Self::Wit => "wit",
            Self::Kem => "kem",
        }
    }

    /// Returns the use that a name stands for.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key_use| key_use.name() == name)
    }

    /// Returns what a key of this use computes.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        match self {
            Self::Sig | Self::Auth | Self::Wit => Algorithm::Ed25519,
            Self::Kem => Algorithm::X25519,
        }
    }
}

/// A public signing key that passed the registration check, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// The bytes are not a key that we accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the public key is not acceptable")]
pub struct WeakKey;

/// The signature is not one that the key made for these bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not match the key and the bytes")]
pub struct BadSignature;

impl PublicKey {
    /// Accepts a key of prime order, and no other.
    ///
    /// `verify_strict` refuses keys of small order, but lets through those with a *part* of small
    /// order, on which two implementations may disagree. Every encoding that is not canonical is
    /// of one of these two sorts, so it is refused as well.
    pub fn register(bytes: &[u8; 32]) -> Result<Self, WeakKey> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| WeakKey)?;
        if key.is_weak() || !key.to_edwards().is_torsion_free() {
            return Err(WeakKey);
        }
        Ok(Self(key))
    }

    /// Returns the bytes of this key.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Returns the name of this key.
    #[must_use]
    pub fn kid(&self) -> Kid {
        Kid::of(Algorithm::Ed25519, self.0.as_bytes())
    }

    /// Checks that this key signed `message` under `label`.
    pub fn verify(
        &self,
        label: Label,
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<(), BadSignature> {
        self.verify_unlabelled(&label.before(message), signature)
    }

    /// Checks a signature of bytes that have a frame of their own: an HTTP signature base, a
    /// checkpoint, a cosignature. None of them can begin like a label.
    pub fn verify_unlabelled(
        &self,
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<(), BadSignature> {
        let signature = Signature::from_bytes(signature);
        self.0.verify_strict(message, &signature).map_err(|_| BadSignature)
    }
}

/// A private signing key. `Debug` shows its public name only.
#[derive(Clone)]
pub struct PrivateKey {
    key: SigningKey,
    kid: Kid,
}

impl PrivateKey {
    /// Makes the key of a 32-byte seed that nobody can guess.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        let kid = Kid::of(Algorithm::Ed25519, key.verifying_key().as_bytes());
        Self { key, kid }
    }

    /// Returns the seed, to be kept where nobody else reads.
    #[must_use]
    pub fn to_seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.key.to_bytes())
    }

    /// Returns the name of this key.
    #[must_use]
    pub const fn kid(&self) -> Kid {
        self.kid
    }

    /// Returns the public part.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.key.verifying_key())
    }

    /// Signs `message` under `label`.
    #[must_use]
    pub fn sign(&self, label: Label, message: &[u8]) -> [u8; 64] {
        self.sign_unlabelled(&label.before(message))
    }

    /// Signs bytes that have a frame of their own (see [`PublicKey::verify_unlabelled`]).
    #[must_use]
    pub fn sign_unlabelled(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({})", self.kid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_on_which_two_implementations_may_disagree_are_refused() {
        for (why, hex) in [
            ("small order", "0100000000000000000000000000000000000000000000000000000000000000"),
            ("a part of it", "98519eadf35b995233b51b5cd23e9cc5a28b639b5a4af0ec903cb960d81b7819"),
            ("not canonical", "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        ] {
            let bytes = encoding::from_hex_array(hex).unwrap();
            assert_eq!(PublicKey::register(&bytes), Err(WeakKey), "{why}");
        }
    }

    #[test]
    fn a_signature_under_one_label_is_not_valid_under_another() {
        let key = PrivateKey::from_seed(&[7; 32]);
        for label in Label::ALL {
            let signature = key.sign(*label, b"{}");
            for other in Label::ALL {
                let verdict = key.public().verify(*other, b"{}", &signature);
                assert_eq!(verdict.is_ok(), label == other, "{label:?} as {other:?}");
            }
        }
    }

    #[test]
    fn debug_does_not_show_a_private_key() {
        let key = PrivateKey::from_seed(&[7; 32]);
        assert_eq!(format!("{key:?}"), format!("PrivateKey({})", key.kid()));
    }
}
