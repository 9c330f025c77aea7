//! The two kinds of evidence about a channel: what its receiver holds, and that its author
//! contradicted itself.

use maillage_protocol::encoding;
use maillage_protocol::event::{Head, Header, Verified};
use maillage_protocol::fork::ForkProof;
use maillage_protocol::id::{Epoch, EventId, Seq};
use maillage_protocol::identity::{Identity, RevocationCause, Revoked};
use maillage_protocol::keys::PrivateKey;
use maillage_protocol::label::Label;
use maillage_protocol::receipt::{DeliveryReceipt, UnreadableReceipt};
use maillage_protocol::signed::Signed;
use maillage_protocol::time::Timestamp;
use serde_json::{Value, json};

use super::event::sealed;
use crate::entry::{Entries, identity_log, key, show, show_head, show_log, signed};
use crate::nodes::{KeySet, NOW, Node, public_hex, secret};

fn receipt() -> DeliveryReceipt {
    let (ccas, epn) = (Node::ccas(), Node::epn());
    DeliveryReceipt {
        from: epn.id(),
        to: ccas.id(),
        head: Some(Head { epoch: Epoch(1), seq: Seq(7), id: EventId([3; 32]) }),
        nonce: Some("EBESExQVFhcYGRobHB0eHw".to_owned()),
        checkpoint: Some((16, [4; 32])),
        kid: epn.keys.sig.kid(),
        at: NOW,
    }
}

fn shown(receipt: &DeliveryReceipt) -> Value {
    let mut said = json!({
        "fr": receipt.from.to_string(),
        "to": receipt.to.to_string(),
        "kid": receipt.kid.to_string(),
        "ts": receipt.at.0,
    });
    if let Some(head) = receipt.head {
        said["hd"] = show_head(head);
    }
    if let Some(nonce) = &receipt.nonce {
        said["nc"] = nonce.as_str().into();
    }
    if let Some((size, root)) = receipt.checkpoint {
        said["cp"] = json!([size, encoding::base64url(&root)]);
    }
    said
}

pub(super) fn make(entries: &mut Entries) {
    let (epn, full) = (Node::epn(), receipt());
    let key = &epn.keys.sig;
    let input = |signed: &Signed| {
        let mut input = show(signed);
        input["key"] = public_hex(key).into();
        input
    };
    for (name, why, receipt) in [
        ("full", "an answer to a request for the head", full.clone()),
        ("pushed", "an answer to events", DeliveryReceipt { nonce: None, ..full.clone() }),
        ("nothing_held", "nothing is held", DeliveryReceipt { head: None, ..full.clone() }),
        ("no_checkpoint", "no public log", DeliveryReceipt { checkpoint: None, ..full.clone() }),
    ] {
        let signed = receipt.sign(key);
        let mut expect = shown(&receipt);
        expect["receipt_id"] = encoding::base64url(&signed.hash(Label::Receipt)).into();
        entries.accept(name, why, input(&signed), expect);
    }
    let good = full.sign(key);
    let written = str::from_utf8(&good.bytes).unwrap();
    let node = format!("\"fr\":\"{}\",", full.from);
    for (name, why, from, to) in [
        ("version", "another version", "\"v\":1", "\"v\":2"),
        ("type", "another object", "\"t\":\"receipt\"", "\"t\":\"erased\""),
        ("no_holder", "who holds it", node.as_str(), ""),
        ("no_time", "when", ",\"ts\":1772438400000", ""),
        ("head_zero", "places begin at 1", "\"hd\":[1,7,", "\"hd\":[1,0,"),
        ("head_short", "two values of three", "\"hd\":[1,7,", "\"hd\":[7,"),
        ("checkpoint_short", "a size without root", "\"cp\":[16,", "\"cp\":["),
        ("nonce_number", "a nonce is a text", "\"EBESExQVFhcYGRobHB0eHw\"", "5"),
    ] {
        assert!(written.contains(from), "{name}");
        let bytes = written.replacen(from, to, 1).into_bytes();
        entries.refuse(name, why, input(&Signed::sign(key, Label::Receipt, bytes)), "malformed");
    }
    let spaced = format!("{written} ").into_bytes();
    let spaced = Signed::sign(key, Label::Receipt, spaced);
    entries.refuse("space", "a space", input(&spaced), "not_canonical");
    let large = DeliveryReceipt { nonce: Some("x".repeat(1_024)), ..full.clone() }.sign(key);
    entries.refuse("too_large", "more than 1 KiB", input(&large), "too_large");
    let mut flipped = good.clone();
    flipped.signature[0] ^= 1;
    entries.refuse("flipped", "a bit of the signature", input(&flipped), "bad_signature");
    let event = Signed::sign(key, Label::Event, good.bytes.clone());
    entries.refuse("other_label", "signed as an event", input(&event), "bad_signature");
    let stranger = PrivateKey::from_seed(&secret("stranger", "sig"));
    let forged = full.sign(&stranger);
    entries.refuse("stranger", "somebody else's key", input(&forged), "bad_signature");
}

pub(super) fn judge(input: &Value) -> Result<Value, &'static str> {
    let (signed, key) = (signed(input), key(input, "key"));
    let holder = |kid| (kid == key.kid()).then_some(key);
    let receipt = DeliveryReceipt::verify(&signed, holder).map_err(|error| match error {
        UnreadableReceipt::TooLarge => "too_large",
        UnreadableReceipt::NotCanonical(_) => "not_canonical",
        UnreadableReceipt::Malformed(_) => "malformed",
        UnreadableReceipt::BadSignature(_) => "bad_signature",
    })?;
    let mut said = shown(&receipt);
    said["receipt_id"] = encoding::base64url(&signed.hash(Label::Receipt)).into();
    Ok(said)
}

pub(super) fn make_forks(entries: &mut Entries) {
    let (ccas, epn) = (Node::ccas(), Node::epn());
    let old = &ccas.keys.sig;
    let first = sealed(&ccas, &epn);
    let sign = |key: &PrivateKey, header: &Header| {
        Verified::sign(key, header.clone()).unwrap().signed().clone()
    };
    let held = sign(old, &first);
    let id = EventId(held.hash(Label::EventId));
    let second = Header { seq: Seq(2), previous: Some(id), ..first.clone() };
    let elsewhere = Header { previous: Some(EventId([7; 32])), ..second.clone() };
    let later = Header { at: Timestamp(NOW.0 + 1), ..first.clone() };
    let revoked = Revoked { kid: old.kid(), cause: RevocationCause::Compromise, since: Some(NOW) };
    let rotated = ccas.rotated("ccas later", (0, &ccas.genesis), vec![revoked]);
    let log = [ccas.genesis.clone(), rotated];
    let input = |held: &Signed, other: &Signed, events: usize| json!({ "log": show_log(&log[..events]), "held": show(held), "other": show(other) });
    let new = KeySet::new("ccas later").sig;
    for (name, why, other, events) in [
        ("same_place", "two events for one place", sign(old, &later), 1),
        ("other_past", "the next event follows another past", sign(old, &elsewhere), 1),
        ("old_key", "a key that was replaced still proves what it signed", sign(old, &later), 2),
        ("two_keys", "one event under each key", sign(&new, &later), 2),
    ] {
        let expect = json!({ "proved": true });
        entries.accept(name, why, input(&held, &other, events), expect);
    }
    let stranger = PrivateKey::from_seed(&secret("stranger", "sig"));
    let mut flipped = sign(old, &later);
    flipped.signature[9] ^= 1;
    let third = Header { seq: Seq(3), ..elsewhere.clone() };
    let to = maillage_protocol::event::Recipient::Node(ccas.id());
    let epoch = Header { epoch: Epoch(2), ..later.clone() };
    let alien = Header { from: epn.id(), ..first.clone() };
    for (name, why, held, other) in [
        ("same_event", "one event twice", &held, &held),
        ("successor", "the next event follows this one", &held, &sign(old, &second)),
        ("before", "the order is that of the places", &sign(old, &elsewhere), &held),
        ("not_next", "not the next event", &held, &sign(old, &third)),
        ("other_channel", "another recipient", &held, &sign(old, &Header { to, ..later.clone() })),
        ("other_epoch", "another epoch", &held, &sign(old, &epoch)),
        ("flipped", "a bit of a signature", &held, &flipped),
        ("stranger", "somebody else's key", &held, &sign(&stranger, &later)),
        ("daily_key", "a key of another use", &held, &sign(&ccas.keys.auth, &later)),
        (
            "other_author",
            "two events in the name of another",
            &sign(old, &alien),
            &sign(old, &Header { from: epn.id(), ..later.clone() }),
        ),
    ] {
        entries.refuse(name, why, input(held, other, 1), "not_a_fork");
    }
}

pub(super) fn judge_fork(input: &Value) -> Result<Value, &'static str> {
    let author = Identity::read(&identity_log(input, "log")).unwrap();
    let proof = ForkProof { held: signed(&input["held"]), other: signed(&input["other"]) };
    proof.check(&author).map(|()| json!({ "proved": true })).map_err(|_| "not_a_fork")
}
