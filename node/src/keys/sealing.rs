//! Secrets at rest: one cipher for the vault and for a key file that a passphrase seals.
//!
//! ```text
//! open key file   = "mlk1" ‖ 00 ‖ SHA-256(content) ‖ content
//! sealed key file = "mlk1" ‖ 01 ‖ salt (16) ‖ memory in KiB (4) ‖ passes (4) ‖ box
//! box             = nonce (24) ‖ XChaCha20-Poly1305(content)         what precedes it is its aad
//! ```
//!
//! The key of a sealed file is Argon2id of the passphrase. It stays in memory, so that changing
//! the file does not ask for the passphrase again.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use maillage_protocol::label;
use maillage_protocol::private::Private;
use zeroize::Zeroizing;

use super::{KeyFileError, Seed};
use crate::env::{self, Env};

/// Bytes of a nonce. Drawn at random: 24 bytes are enough never to meet the same twice.
pub(crate) const NONCE: usize = 24;

/// What the key file begins with.
const MAGIC: &[u8; 4] = b"mlk1";
const OPEN: u8 = 0;
const SEALED: u8 = 1;
/// Bytes before the box of a sealed file.
const SEALED_HEAD: usize = 4 + 1 + 16 + 4 + 4;

/// Memory that one guess costs, in KiB, and how often it is gone through: a quarter of a second
/// and an eighth of the smallest machine.
const COST: (u32, u32) = (64 * 1024, 3);
/// A file that asks for more than this was not written by us.
const LARGEST_COST: (u32, u32) = (1024 * 1024, 16);

/// Seals `content` under a key, after `aad`.
pub(crate) fn seal(key: &Seed, nonce: [u8; NONCE], aad: &[u8], content: &[u8]) -> Vec<u8> {
    let payload = Payload { msg: content, aad };
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload);
    [&nonce[..], &sealed.expect("a file is far smaller than 256 GiB")].concat()
}

/// Opens what [`seal`] returned, if the key, the `aad` and every byte are the same.
pub(crate) fn open(key: &Seed, aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: sealed, aad };
    cipher(key).decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
}

fn cipher(key: &Seed) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.reveal().into())
}

/// What stands between a thief of the file and the keys.
#[derive(Clone)]
pub(super) enum Protection {
    /// The rights of the file, and whatever encrypts the disk.
    None,
    /// A passphrase.
    Passphrase { head: [u8; SEALED_HEAD], key: Seed },
}

impl Protection {
    /// Chooses how a new file is protected.
    pub(super) fn new(env: &dyn Env, passphrase: Option<&Private<String>>) -> Self {
        let Some(passphrase) = passphrase else { return Self::None };
        let mut head = [0; SEALED_HEAD];
        head[..4].copy_from_slice(MAGIC);
        head[4] = SEALED;
        head[5..21].copy_from_slice(&env::random::<16>(env));
        head[21..25].copy_from_slice(&COST.0.to_le_bytes());
        head[25..].copy_from_slice(&COST.1.to_le_bytes());
        let key = stretch(&head, passphrase).expect("the cost is within what the function allows");
        Self::Passphrase { head, key }
    }

    /// Tells whether it is a passphrase.
    pub(super) const fn is_passphrase(&self) -> bool {
        matches!(self, Self::Passphrase { .. })
    }

    /// Returns the bytes of the file.
    pub(super) fn seal(&self, content: &[u8], nonce: [u8; NONCE]) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::None => [&MAGIC[..], &[OPEN], &label::sha256(content), content].concat(),
            Self::Passphrase { head, key } => {
                [&head[..], &seal(key, nonce, head, content)].concat()
            }
        })
    }

    /// Reads the bytes of a file.
    pub(super) fn open(
        bytes: &[u8],
        passphrase: Option<&Private<String>>,
    ) -> Result<(Self, Zeroizing<Vec<u8>>), KeyFileError> {
        let (magic, rest) = bytes.split_first_chunk::<4>().ok_or(KeyFileError::Damaged)?;
        if magic != MAGIC {
            return Err(KeyFileError::Damaged);
        }
        match rest.first() {
            Some(&OPEN) => Ok((Self::None, checked(&rest[1..])?)),
            Some(&SEALED) => Self::unseal(bytes, passphrase),
            Some(_) | None => Err(KeyFileError::Damaged),
        }
    }

    fn unseal(
        bytes: &[u8],
        passphrase: Option<&Private<String>>,
    ) -> Result<(Self, Zeroizing<Vec<u8>>), KeyFileError> {
        let (head, sealed) = bytes.split_first_chunk().ok_or(KeyFileError::Damaged)?;
        let passphrase = passphrase.ok_or(KeyFileError::PassphraseNeeded)?;
        let key = stretch(head, passphrase)?;
        let content = open(&key, head, sealed).ok_or(KeyFileError::DoesNotOpen)?;
        Ok((Self::Passphrase { head: *head, key }, content))
    }
}

fn checked(rest: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let (hash, content) = rest.split_first_chunk::<32>().ok_or(KeyFileError::Damaged)?;
    let is_whole = label::sha256(content) == *hash;
    is_whole.then(|| Zeroizing::new(content.to_vec())).ok_or(KeyFileError::Damaged)
}

/// Makes a key of a passphrase, at the cost that the head of the file names.
fn stretch(head: &[u8; SEALED_HEAD], passphrase: &Private<String>) -> Result<Seed, KeyFileError> {
    let number = |at: usize| head[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    let (memory, passes) = (number(21), number(25));
    if memory > LARGEST_COST.0 || passes > LARGEST_COST.1 {
        return Err(KeyFileError::Damaged);
    }
    let params = Params::new(memory, passes, 1, None).map_err(|_| KeyFileError::Damaged)?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Seed::made_by(|seed| {
        argon.hash_password_into(passphrase.reveal().as_bytes(), &head[5..21], seed)
    })
    .map_err(|_| KeyFileError::Damaged)
}
