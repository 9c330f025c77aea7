//! RFC 9180: the suite of the keyboxes, and its key schedule written a second time.

use std::fs;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use hkdf::Hkdf;
use hpke::aead::ChaCha20Poly1305 as HpkeAead;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR};
use maillage_protocol::seal::KemPrivateKey;
use serde_json::Value;
use sha2::Sha256;

use crate::entry::{folder, hex, hex_array, list};

const KEM: &[u8] = b"KEM\x00\x20";
const SUITE: &[u8] = b"HPKE\x00\x20\x00\x01\x00\x03";

/// The key of one message, derived as RFC 9180 says.
pub(super) struct Schedule {
    key: [u8; 32],
    nonce: [u8; 12],
}

impl Schedule {
    /// Derives it from the result of X25519 (§4.1).
    pub(super) fn agreed(
        agreed: &[u8],
        encapsulated: &[u8],
        recipient: &[u8],
        info: &[u8],
    ) -> Self {
        let prk = extract(KEM, b"", b"eae_prk", agreed);
        let context = [encapsulated, recipient].concat();
        Self::shared(&expand::<32>(KEM, &prk, b"shared_secret", &context), info)
    }

    /// Derives it from the secret that both ends share (§5.1).
    fn shared(secret: &[u8], info: &[u8]) -> Self {
        let psk_id_hash = extract(SUITE, b"", b"psk_id_hash", b"");
        let info_hash = extract(SUITE, b"", b"info_hash", info);
        let context = [&[0][..], &psk_id_hash, &info_hash].concat();
        let secret = extract(SUITE, secret, b"secret", b"");
        let key = expand(SUITE, &secret, b"key", &context);
        Self { key, nonce: expand(SUITE, &secret, b"base_nonce", &context) }
    }

    pub(super) fn seal(&self, plaintext: &[u8]) -> Vec<u8> {
        let cipher = ChaCha20Poly1305::new(&self.key.into());
        cipher.encrypt(&self.nonce.into(), plaintext).unwrap()
    }
}

fn extract(suite: &[u8], salt: &[u8], label: &[u8], ikm: &[u8]) -> Vec<u8> {
    let ikm = [b"HPKE-v1", suite, label, ikm].concat();
    Hkdf::<Sha256>::extract(Some(salt), &ikm).0.to_vec()
}

fn expand<const N: usize>(suite: &[u8], prk: &[u8], label: &[u8], info: &[u8]) -> [u8; N] {
    let length = u16::try_from(N).unwrap().to_be_bytes();
    let info = [&length[..], b"HPKE-v1", suite, label, info].concat();
    let mut out = [0; N];
    Hkdf::<Sha256>::from_prk(prk).unwrap().expand(&info, &mut out).unwrap();
    out
}

fn suite() -> Value {
    let path = folder().join("public/hpke-rfc9180/base_x25519_hkdf-sha256_chacha20poly1305.json");
    let mut suites: Vec<Value> = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert_eq!(suites.len(), 1);
    suites.remove(0)
}

#[test]
fn the_suite_of_the_keyboxes_is_that_of_rfc_9180() {
    let suite = &suite();
    let ours = KemPrivateKey::from_bytes(&hex_array(suite, "skRm")).unwrap();
    assert_eq!(ours.public(), hex_array(suite, "pkRm"));

    let items = list(suite, "encryptions");
    assert_eq!(items.len(), 257);
    let recipient = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&hex(suite, "skRm"));
    let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&hex(suite, "enc"));
    let first = &items[0];
    let opened = hpke::single_shot_open::<HpkeAead, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &recipient.unwrap(),
        &encapsulated.unwrap(),
        &hex(suite, "info"),
        &hex(first, "ct"),
        &hex(first, "aad"),
    );
    assert_eq!(opened.unwrap(), hex(first, "pt"));

    let key: [u8; 32] = hex_array(suite, "key");
    let cipher = ChaCha20Poly1305::new(&key.into());
    for item in items {
        let nonce: [u8; 12] = hex_array(item, "nonce");
        let (ct, aad) = (hex(item, "ct"), hex(item, "aad"));
        let opened = cipher.decrypt(&Nonce::from(nonce), Payload { msg: &ct, aad: &aad });
        assert_eq!(opened.unwrap(), hex(item, "pt"));
    }
}

/// It serves to judge our keyboxes, so it must be right itself.
#[test]
fn the_second_key_schedule_is_that_of_rfc_9180() {
    let suite = &suite();
    let schedule = Schedule::shared(&hex(suite, "shared_secret"), &hex(suite, "info"));
    assert_eq!(schedule.key, hex_array(suite, "key"));
    assert_eq!(schedule.nonce, hex_array(suite, "base_nonce"));
}
