//! Wycheproof: inputs chosen to break implementations.

use std::fs;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, XChaCha20Poly1305};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use maillage_protocol::id::{EventId, NodeId};
use maillage_protocol::keys::PublicKey;
use maillage_protocol::label::Label;
use maillage_protocol::seal::{ContentKey, KemPrivateKey, Keybox};
use serde_json::Value;
use sha2::Sha256;

use super::hpke::Schedule;
use crate::entry::{folder, hex, hex_array, integer, list, text};

/// Runs every case of a file through `agrees`, which says whether it did what the case expects.
#[track_caller]
fn run(file: &str, cases: usize, agrees: impl Fn(&Value, &Value) -> bool) {
    let path = folder().join("public/wycheproof").join(file);
    let file: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let mut count = 0;
    for group in list(&file, "testGroups") {
        for case in list(group, "tests") {
            assert!(agrees(group, case), "{case}");
            count += 1;
        }
    }
    assert_eq!(count, cases);
}

fn is_valid(case: &Value) -> bool {
    text(case, "result") == "valid"
}

#[test]
fn our_keys_believe_what_wycheproof_believes() {
    run("ed25519_test.json", 151, |group, case| {
        let key = PublicKey::register(&hex_array(&group["publicKey"], "pk")).unwrap();
        let signature = hex(case, "sig").try_into();
        let believed = signature
            .is_ok_and(|signature| key.verify_unlabelled(&hex(case, "msg"), &signature).is_ok());
        believed == is_valid(case)
    });
}

/// A second sender derives the key of a keybox from the agreed secret of the case: our recipient
/// opens it if it agrees on the same secret, and refuses a secret that is all zero.
#[test]
fn our_keyboxes_agree_on_what_wycheproof_agrees_on() {
    run("x25519_test.json", 518, |_, case| {
        let recipient = KemPrivateKey::from_bytes(&hex_array(case, "private")).unwrap();
        let (event, to) = (EventId([4; 32]), NodeId([2; 32]));
        let info = Label::Keybox.before(&[&event.0[..], to.to_string().as_bytes()].concat());
        let (encapsulated, agreed) = (hex(case, "public"), hex(case, "shared"));
        let schedule = Schedule::agreed(&agreed, &encapsulated, &recipient.public(), &info);
        let key = ContentKey::from_random([9; 32]);
        let sealed = [encapsulated, schedule.seal(key.reveal())].concat().try_into().unwrap();
        let keybox = Keybox { kid: recipient.kid(), sealed };
        let opened = recipient.open(&keybox, event, to, &key.commitment());
        let zero = list(case, "flags").iter().any(|flag| flag == "ZeroSharedSecret");
        assert_eq!(zero, agreed.iter().all(|byte| *byte == 0), "{case}");
        if zero { opened.is_err() } else { opened == Ok(key) }
    });
}

/// Our bodies have a nonce and additional data of their own: no case can go through them.
fn seals<C: KeyInit + Aead>(case: &Value) -> bool {
    let Ok(cipher) = C::new_from_slice(&hex(case, "key")) else { return !is_valid(case) };
    let nonce = hex(case, "iv");
    let Ok(nonce) = nonce.as_slice().try_into() else { return !is_valid(case) };
    let (message, aad) = (hex(case, "msg"), hex(case, "aad"));
    let sealed = [hex(case, "ct"), hex(case, "tag")].concat();
    let opened = cipher.decrypt(nonce, Payload { msg: &sealed, aad: &aad });
    if is_valid(case) {
        let again = cipher.encrypt(nonce, Payload { msg: &message, aad: &aad });
        opened.is_ok_and(|opened| opened == message) && again.is_ok_and(|again| again == sealed)
    } else {
        opened.is_err()
    }
}

#[test]
fn the_cipher_of_bodies_does_what_wycheproof_expects() {
    run("chacha20_poly1305_test.json", 325, |_, case| seals::<ChaCha20Poly1305>(case));
}

#[test]
fn the_cipher_of_the_vault_does_what_wycheproof_expects() {
    run("xchacha20_poly1305_test.json", 315, |_, case| seals::<XChaCha20Poly1305>(case));
}

#[test]
fn the_derivation_of_keys_does_what_wycheproof_expects() {
    run("hkdf_sha256_test.json", 86, |_, case| {
        let mut derived = vec![0; usize::try_from(integer(case, "size")).unwrap()];
        let hkdf = Hkdf::<Sha256>::new(Some(&hex(case, "salt")), &hex(case, "ikm"));
        let fits = hkdf.expand(&hex(case, "info"), &mut derived).is_ok();
        fits == is_valid(case) && (!fits || derived == hex(case, "okm"))
    });
}

#[test]
fn the_proofs_of_linking_do_what_wycheproof_expects() {
    run("hmac_sha256_test.json", 174, |group, case| {
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&hex(case, "key")).unwrap();
        let (tag, mac) = (hex(case, "tag"), mac.chain_update(hex(case, "msg")));
        let whole = u64::try_from(tag.len() * 8).unwrap() == integer(group, "tagSize");
        (whole && mac.verify_truncated_left(&tag).is_ok()) == is_valid(case)
    });
}
