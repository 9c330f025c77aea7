//! Sealed bodies, and the keyboxes that carry their keys. Keyboxes are only opened: whoever seals
//! one draws its own chance.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use maillage_protocol::encoding;
use maillage_protocol::event::Recipient;
use maillage_protocol::id::{Epoch, EventId, NodeId, Seq};
use maillage_protocol::label::{Label, sha256};
use maillage_protocol::seal::{BodyPlace, ContentKey, KemPrivateKey, Keybox};
use serde_json::{Value, json};

use crate::entry::{Entries, base64url_array, hex_array, integer, parsed, text};
use crate::nodes::{Node, secret};

fn place() -> BodyPlace {
    let (from, to) = (Node::ccas().id(), Recipient::Node(Node::epn().id()));
    BodyPlace { from, to, epoch: Epoch(1), seq: Seq(3) }
}

fn content_key() -> ContentKey {
    ContentKey::from_random(secret("event", "cek"))
}

fn show_place(place: &BodyPlace) -> Value {
    json!({
        "fr": place.from.to_string(),
        "to": place.to.to_string(),
        "ep": place.epoch.0,
        "sq": place.seq.0,
    })
}

pub(super) fn make_bodies(entries: &mut Entries) {
    let key = content_key();
    for (name, why, length) in [
        ("empty", "nothing at all", 0),
        ("small", "a few bytes", 40),
        ("bucket_256", "the most that fits into 256 bytes", 252),
        ("bucket_1024", "a byte more", 253),
        ("bucket_1024_full", "the most that fits into 1,024 bytes", 1_020),
        ("bucket_4096", "a byte more", 1_021),
        ("bucket_16384", "a byte more than fits into 4,096", 4_093),
        ("bucket_61440", "a byte more than fits into 16,384", 16_381),
        ("largest", "the most that fits at all", 61_436),
    ] {
        let body = key.seal(&vec![b'a'; length], &place()).unwrap();
        let input = json!({
            "do": "seal",
            "cek": encoding::hex(key.reveal()),
            "place": show_place(&place()),
            "plaintext": { "letter": "a", "count": length },
        });
        let expect = json!({
            "len": body.len(),
            "sha256": encoding::hex(&sha256(&body)),
            "kc": encoding::base64url(&key.commitment()),
        });
        entries.accept(name, why, input, expect);
    }
    let input = json!({
        "do": "seal",
        "cek": encoding::hex(key.reveal()),
        "place": show_place(&place()),
        "plaintext": { "letter": "a", "count": 61_437 },
    });
    entries.refuse("too_large", "a byte more", input, "too_large");
    make_openings(entries, &key);
}

fn make_openings(entries: &mut Entries, key: &ContentKey) {
    let plaintext = r#"{"t":"referral.proposed","v":1}"#;
    let body = key.seal(plaintext.as_bytes(), &place()).unwrap();
    let open = |cek: &ContentKey, kc: &ContentKey, place: &BodyPlace, body: &[u8]| {
        json!({
            "do": "open",
            "cek": encoding::hex(cek.reveal()),
            "kc": encoding::base64url(&kc.commitment()),
            "place": show_place(place),
            "body": encoding::base64url(body),
        })
    };
    let here = place();
    let expect = json!({ "plaintext": plaintext });
    entries.accept("opened", "with its key, at its place", open(key, key, &here, &body), expect);
    let everybody = BodyPlace { to: Recipient::Public, ..here };
    for (name, why, elsewhere) in [
        ("other_author", "another author", BodyPlace { from: NodeId([3; 32]), ..here }),
        (
            "other_recipient",
            "another recipient",
            BodyPlace { to: Recipient::Node(here.from), ..here },
        ),
        ("everybody", "for everybody", everybody),
        ("other_epoch", "another epoch", BodyPlace { epoch: Epoch(2), ..here }),
        ("other_place", "another place", BodyPlace { seq: Seq(4), ..here }),
    ] {
        entries.refuse(name, why, open(key, key, &elsewhere, &body), "does_not_open");
    }
    let other = ContentKey::from_random(secret("other event", "cek"));
    let (first, last) = (flipped(&body, 0), flipped(&body, body.len() - 1));
    for (name, why, input) in [
        ("other_key", "a key that was not committed", open(&other, key, &here, &body)),
        ("other_commitment", "a commitment to another key", open(key, &other, &here, &body)),
        ("both_other", "another key, and its commitment", open(&other, &other, &here, &body)),
        ("first_byte", "a bit of the ciphertext is another", open(key, key, &here, &first)),
        ("last_byte", "a bit of the tag is another", open(key, key, &here, &last)),
        ("cut", "the tag is cut", open(key, key, &here, &body[..body.len() - 1])),
        ("no_body", "no byte", open(key, key, &here, b"")),
    ] {
        entries.refuse(name, why, input, "does_not_open");
    }
    let mut hidden = padded(4, 256);
    hidden[255] = 1;
    for (name, why, padded) in [
        ("padding_hides", "padding that is not zero", hidden),
        ("bucket_too_large", "a larger bucket than needed", padded(4, 1_024)),
        ("no_bucket", "a size that is no bucket", padded(4, 200)),
        ("length_too_large", "more than there is", padded(253, 256)),
        ("no_length", "three bytes", vec![0; 3]),
    ] {
        let body = encrypted(key, &padded);
        entries.refuse(name, why, open(key, key, &here, &body), "does_not_open");
    }
}

fn flipped(body: &[u8], at: usize) -> Vec<u8> {
    let mut body = body.to_vec();
    body[at] ^= 1;
    body
}

fn padded(length: u32, size: usize) -> Vec<u8> {
    let mut padded = length.to_be_bytes().to_vec();
    padded.resize(size, 0);
    padded
}

/// Encrypts what our crate would never have padded so.
fn encrypted(key: &ContentKey, padded: &[u8]) -> Vec<u8> {
    let BodyPlace { from, to, epoch, seq } = place();
    let mut message = format!("{from}\0{to}\0").into_bytes();
    message.extend([epoch.0.to_be_bytes(), seq.0.to_be_bytes()].concat());
    let aad = Label::Body.before(&message);
    let payload = Payload { msg: padded, aad: &aad };
    ChaCha20Poly1305::new(key.reveal().into()).encrypt(&Nonce::default(), payload).unwrap()
}

pub(super) fn judge_body(input: &Value) -> Result<Value, &'static str> {
    let key = ContentKey::from_random(hex_array(input, "cek"));
    let place = &input["place"];
    let to = match text(place, "to") {
        "*" => Recipient::Public,
        _ => Recipient::Node(parsed(place, "to")),
    };
    let (epoch, seq) = (Epoch(integer(place, "ep")), Seq(integer(place, "sq")));
    let place = BodyPlace { from: parsed(place, "fr"), to, epoch, seq };
    match text(input, "do") {
        "seal" => {
            let (what, plaintext) = (&input["plaintext"], "plaintext");
            let count = usize::try_from(integer(what, "count")).expect(plaintext);
            let text = text(what, "letter").repeat(count);
            let body = key.seal(text.as_bytes(), &place).map_err(|_| "too_large")?;
            let opened = key.open(&body, &place, &key.commitment()).unwrap();
            assert_eq!(&**opened, text.as_bytes());
            Ok(json!({
                "len": body.len(),
                "sha256": encoding::hex(&sha256(&body)),
                "kc": encoding::base64url(&key.commitment()),
            }))
        }
        "open" => {
            let body = encoding::from_base64url(text(input, "body")).unwrap();
            let commitment = base64url_array(input, "kc");
            let opened = key.open(&body, &place, &commitment).map_err(|_| "does_not_open")?;
            Ok(json!({ "plaintext": str::from_utf8(&opened).unwrap() }))
        }
        other => panic!("no such question: {other}"),
    }
}

pub(super) fn make_keyboxes(entries: &mut Entries) {
    let node = Node::epn();
    let (mine, to) = (&node.keys.kem, node.id());
    let secrets = [secret("epn", "kem"), secret("ccas", "kem")];
    let (key, event) = (content_key(), EventId([4; 32]));
    let keybox = key.seal_for(&mine.public(), event, to, secret("event", "chance")).unwrap();
    let open = |secret: &[u8; 32], keybox: &Keybox, event: EventId, to: NodeId, kc: [u8; 32]| {
        json!({
            "secret": encoding::hex(secret),
            "k": { "kid": keybox.kid.to_string(), "e": encoding::base64url(&keybox.sealed) },
            "event_id": event.to_string(),
            "to": to.to_string(),
            "kc": encoding::base64url(&kc),
        })
    };
    let kc = key.commitment();
    let expect = json!({ "cek": encoding::hex(key.reveal()) });
    let input = open(&secrets[0], &keybox, event, to, kc);
    entries.accept("opened", "by its recipient, for its event", input, expect.clone());
    let again = key.seal_for(&mine.public(), event, to, secret("event", "other chance")).unwrap();
    let input = open(&secrets[0], &again, event, to, kc);
    entries.accept("sealed_again", "the same key, sealed again", input, expect);

    let twisted = |at: usize| {
        let mut keybox = keybox.clone();
        keybox.sealed[at] ^= 1;
        keybox
    };
    let mut weak = keybox.clone();
    weak.sealed[..32].fill(0);
    let other = ContentKey::from_random(secret("other event", "cek"));
    for (name, why, input) in [
        ("other_secret", "another key of a recipient", open(&secrets[1], &keybox, event, to, kc)),
        ("other_event", "another event", open(&secrets[0], &keybox, EventId([5; 32]), to, kc)),
        (
            "other_recipient",
            "another recipient",
            open(&secrets[0], &keybox, event, NodeId([3; 32]), kc),
        ),
        (
            "other_commitment",
            "another key was committed",
            open(&secrets[0], &keybox, event, to, other.commitment()),
        ),
        (
            "encapsulation",
            "a bit of the encapsulation",
            open(&secrets[0], &twisted(0), event, to, kc),
        ),
        ("ciphertext", "a bit of the ciphertext", open(&secrets[0], &twisted(32), event, to, kc)),
        ("tag", "a bit of the tag", open(&secrets[0], &twisted(79), event, to, kc)),
        ("small_order", "an encapsulation of small order", open(&secrets[0], &weak, event, to, kc)),
    ] {
        entries.refuse(name, why, input, "does_not_open");
    }
}

pub(super) fn judge_keybox(input: &Value) -> Result<Value, &'static str> {
    let secret = KemPrivateKey::from_bytes(&hex_array(input, "secret")).unwrap();
    let keybox = serde_json::from_value(input["k"].clone()).unwrap();
    let (event, to) = (parsed(input, "event_id"), parsed(input, "to"));
    let key = secret.open(&keybox, event, to, &base64url_array(input, "kc"));
    let key = key.map_err(|_| "does_not_open")?;
    Ok(json!({ "cek": encoding::hex(key.reveal()) }))
}
