//! Bytes and their signature, verbatim.
//!
//! What was signed is what is stored and sent: it is never written again on the way, so a member
//! that we do not know, or a library that prints differently, cannot break a signature.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::encoding;
use crate::keys::{BadSignature, PrivateKey, PublicKey};
use crate::label::Label;

/// Bytes with the signature that they came with. Nothing about them has been checked.
///
/// Written `{"h": bytes, "s": signature}`, both in base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// The bytes that were signed.
    #[serde(rename = "h", with = "base64url_bytes")]
    pub bytes: Vec<u8>,
    /// The signature of `bytes`, after a label.
    #[serde(rename = "s", with = "base64url_array")]
    pub signature: [u8; 64],
}

impl Signed {
    /// Signs `bytes` under `label`.
    #[must_use]
    pub fn sign(key: &PrivateKey, label: Label, bytes: Vec<u8>) -> Self {
        let signature = key.sign(label, &bytes);
        Self { bytes, signature }
    }

    /// Checks that `key` signed these bytes under `label`.
    pub fn verify(&self, key: &PublicKey, label: Label) -> Result<(), BadSignature> {
        key.verify(label, &self.bytes, &self.signature)
    }

    /// Returns the hash of these bytes under `label`, to name them.
    #[must_use]
    pub fn hash(&self, label: Label) -> [u8; 32] {
        label.hash(&self.bytes)
    }
}

/// Bytes of any length, in base64url.
pub(crate) mod base64url_bytes {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encoding::base64url(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        encoding::from_base64url(&text).map_err(de::Error::custom)
    }
}

/// Bytes of a known length, in base64url.
pub(crate) mod base64url_array {
    use super::*;

    pub(crate) fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encoding::base64url(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(deserializer)?;
        encoding::from_base64url_array(&text).map_err(de::Error::custom)
    }
}
