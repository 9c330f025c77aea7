//! The sample that another program wrote: our crate reads all of it, and makes again what has one
//! possible writing.

use std::collections::BTreeMap;
use std::fs;

use maillage_protocol::channel::{Channel, Verdict};
use maillage_protocol::encoding;
use maillage_protocol::erasure::{ErasureAttestation, ErasureOrder};
use maillage_protocol::event::{Head, RawHeader, Recipient, Verified, WireEvent};
use maillage_protocol::fork::ForkProof;
use maillage_protocol::httpsig::{Nonce, Request, SignatureHeaders};
use maillage_protocol::id::{EventId, IdentityId};
use maillage_protocol::identity::{Identity, RevocationCause, SignedIdentity};
use maillage_protocol::keys::{KeyUse, PrivateKey, PublicKey};
use maillage_protocol::label::{Label, sha256};
use maillage_protocol::leaf::{Leaf, LeafKind};
use maillage_protocol::link::{Invitation, InvitationSecret, LinkProof, Linking};
use maillage_protocol::receipt::DeliveryReceipt;
use maillage_protocol::seal::{BodyPlace, KemPrivateKey};
use maillage_protocol::signed::Signed;
use serde_json::{Value, json};

use crate::entry::{
    base64url_array, folder, hex, hex_array, identity_event, integer, list, parsed, show_head, text,
};

struct Sample(Value);

impl Sample {
    fn read() -> Self {
        let path = folder().join("v1/sample.json");
        Self(serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    }

    fn node(&self, name: &str) -> &Value {
        &self.0[format!("node_{}", name.to_lowercase())]
    }

    fn genesis(&self, name: &str) -> SignedIdentity {
        let node = self.node(name);
        identity_event(&json!({ "bytes": node["genesis"], "sigs": node["sigs"] }))
    }

    fn identity(&self, name: &str) -> Identity {
        Identity::begin(&self.genesis(name)).unwrap()
    }

    fn key(&self, name: &str, key_use: KeyUse) -> PublicKey {
        let identity = self.identity(name);
        let kid = identity.key(key_use).unwrap().kid();
        identity.signing_key(kid, key_use).unwrap()
    }

    fn private(&self, name: &str, key_use: &str) -> PrivateKey {
        PrivateKey::from_seed(&hex_array(&self.node(name)["secrets"], key_use))
    }

    /// Reads the events, with their names.
    fn events(&self) -> Vec<(&Value, Verified)> {
        let verified = |event| {
            let author = self.key(text(event, "from"), KeyUse::Sig);
            let wire: WireEvent = serde_json::from_value(event["wire"].clone()).unwrap();
            let canonical = RawHeader(wire.header).parse().unwrap();
            (event, canonical.verify(&author).unwrap())
        };
        list(&self.0, "events").iter().map(verified).collect()
    }
}

/// Reads `{"bytes", "sig"}` beside other members.
fn signed(value: &Value) -> Signed {
    crate::entry::signed(value)
}

#[test]
fn the_nodes_are_named_by_their_genesis() {
    let sample = Sample::read();
    for name in ["A", "B"] {
        let (node, genesis) = (sample.node(name), sample.genesis(name));
        let identity = Identity::begin(&genesis).unwrap();
        assert_eq!(identity.node().to_string(), text(node, "node_id"));
        assert_eq!(genesis.id().to_string(), text(node, "identity_id"));
        for key_use in [KeyUse::Sig, KeyUse::Auth, KeyUse::Wit] {
            let private = sample.private(name, key_use.name());
            assert_eq!(sample.key(name, key_use), private.public(), "{key_use:?}");
        }
        let kem = KemPrivateKey::from_bytes(&hex_array(&node["secrets"], "kem")).unwrap();
        assert_eq!(identity.key(KeyUse::Kem).unwrap().kid(), kem.kid());
        let paper = sample.private(name, "next").public();
        let next = encoding::base64url(&Label::NextKey.hash(&paper.to_bytes()));
        assert!(text(node, "genesis").contains(&next));
        // Each new key signs, in the order in which a genesis lists them.
        let private = ["sig", "auth", "wit"].map(|key_use| sample.private(name, key_use));
        for (key, signature) in private.iter().zip(&genesis.signatures) {
            assert_eq!(key.sign(Label::Identity, &genesis.bytes), signature.signature);
        }
    }
}

#[test]
fn the_events_are_signed_again_and_open() {
    let sample = Sample::read();
    for (event, verified) in sample.events() {
        let (from, to) = (text(event, "from"), text(event, "to"));
        assert_eq!(verified.signed().bytes, text(event, "header").as_bytes());
        assert_eq!(verified.id().to_string(), text(event, "event_id"));
        let private = sample.private(from, "sig");
        assert_eq!(Verified::sign(&private, verified.header().clone()).unwrap(), verified);

        let wire: WireEvent = serde_json::from_value(event["wire"].clone()).unwrap();
        let (body, keybox) = (wire.body.clone().unwrap(), wire.keybox.clone().unwrap());
        assert_eq!(verified.check_body(Some(&body.0)), Ok(()));
        let secret = hex_array(&sample.node(to)["secrets"], "kem");
        let secret = KemPrivateKey::from_bytes(&secret).unwrap();
        let (recipient, header) = (sample.identity(to).node(), verified.header());
        let commitment = header.commitment.unwrap();
        let key = secret.open(&keybox, verified.id(), recipient, &commitment).unwrap();
        assert_eq!(encoding::hex(key.reveal()), text(event, "cek"));
        let place = BodyPlace::of(header);
        let plaintext = key.open(&body.0, &place, &commitment).unwrap();
        assert_eq!(&**plaintext, text(event, "plaintext").as_bytes());
        assert_eq!(key.seal(&plaintext, &place).unwrap(), body.0);
        assert_eq!(body.0.len() - 16, usize::try_from(integer(event, "padded_len")).unwrap());
        let written = serde_json::to_value(&wire).unwrap();
        assert_eq!(written, event["wire"]);
    }
}

#[test]
fn the_events_follow_one_another_in_two_channels() {
    let sample = Sample::read();
    let mut stored = BTreeMap::new();
    let mut heads: BTreeMap<_, Head> = BTreeMap::new();
    let node = |name: &str| sample.identity(name).node();
    for way in ["AB", "BA"] {
        let (from, to) = way.split_at(1);
        let mut channel = Channel::new(node(from), Recipient::Node(node(to)));
        for (_, event) in sample.events() {
            let header = event.header().clone();
            if header.from != node(from) {
                continue;
            }
            let at = |epoch, seq| stored.get(&(way, epoch, seq)).cloned();
            let canonical = RawHeader(event.signed().clone()).parse().unwrap();
            let key = channel.key_for(&canonical, &sample.identity(from)).unwrap();
            assert_eq!(key, sample.key(from, KeyUse::Sig));
            let verdict = channel.place(event.clone(), None, &at);
            let Verdict::Append(positioned) = verdict else { panic!("{verdict:?}") };
            let place = (way, header.epoch, header.seq);
            stored.insert(place, (event.id(), Some(event.signed().clone())));
            channel = channel.advanced(&positioned);
        }
        heads.insert(way, channel.head().unwrap());
    }
    assert_eq!((heads["AB"].seq.0, heads["BA"].seq.0), (3, 1));
}

#[test]
fn the_receipts_are_signed_again() {
    let sample = Sample::read();
    let events: Vec<_> = sample.events().iter().map(|(_, event)| event.head()).collect();
    for receipt in list(&sample.0, "receipts") {
        let (holder, signed) = (text(receipt, "by"), signed(receipt));
        let key = sample.key(holder, KeyUse::Sig);
        let read = DeliveryReceipt::verify(&signed, |kid| (kid == key.kid()).then_some(key));
        let read = read.unwrap();
        assert!(events.contains(&read.head.unwrap()), "{:?}", read.head.map(show_head));
        assert_eq!(read.sign(&sample.private(holder, "sig")), signed);
        let id = encoding::base64url(&signed.hash(Label::Receipt));
        assert_eq!(id, text(receipt, "receipt_id"));
    }
}

#[test]
fn the_erasure_is_signed_again() {
    let sample = Sample::read();
    let [order, attestation] = list(&sample.0, "erasure") else { panic!("two objects") };
    let author = |name: &str| {
        let key = sample.key(name, KeyUse::Sig);
        move |kid| (kid == key.kid()).then_some(key)
    };
    let signed_order = signed(order);
    let read = ErasureOrder::verify(&signed_order, author(text(order, "by"))).unwrap();
    assert_eq!(read.sign(&sample.private(text(order, "by"), "sig")), signed_order);
    let id = signed_order.hash(Label::Erasure);
    assert_eq!(encoding::base64url(&id), text(order, "record_id"));

    let signed_attestation = signed(attestation);
    let by = text(attestation, "by");
    let told = ErasureAttestation::verify(&signed_attestation, author(by)).unwrap();
    assert_eq!(told.sign(&sample.private(by, "sig")), signed_attestation);
    assert_eq!((told.order, told.ids), (id, read.ids));
}

#[test]
fn the_requests_are_signed_again_to_the_byte() {
    let sample = Sample::read();
    for request in list(&sample.0, "http") {
        let (from, headers) = (text(request, "from"), &request["headers"]);
        let to = if from == "A" { "B" } else { "A" };
        let query = text(request, "query").strip_prefix('?').unwrap();
        let (method, path) = (text(request, "method"), text(request, "path"));
        let what = Request { method, path, query };
        let body = text(request, "body").as_bytes();
        let (created, nonce) = (integer(request, "created"), base64url_array(request, "nonce"));
        let nodes = (sample.identity(from).node(), sample.identity(to).node());
        let key = sample.private(from, "auth");
        let made = SignatureHeaders::sign(&key, nodes, &what, body, (created, Nonce(nonce)));
        for (name, value) in [
            ("Maillage-From", &made.from),
            ("Maillage-To", &made.to),
            ("Content-Digest", &made.content_digest),
            ("Signature-Input", &made.signature_input),
            ("Signature", &made.signature),
        ] {
            assert_eq!(value, text(headers, name), "{name}");
        }
        let claims = made.claims().unwrap();
        assert_eq!(claims.verify(&sample.key(from, KeyUse::Auth), &what), Ok(()));
        assert_eq!(claims.check_body(&sha256(body)), Ok(()));
        let signature = text(headers, "Signature").strip_prefix("maillage=:").unwrap();
        let signature = encoding::from_base64(signature.strip_suffix(':').unwrap()).unwrap();
        let base = text(request, "base").as_bytes();
        let key = sample.key(from, KeyUse::Auth);
        assert_eq!(key.verify_unlabelled(base, &signature.try_into().unwrap()), Ok(()));
    }
}

#[test]
fn the_two_nodes_prove_that_they_know_the_invitation() {
    let sample = Sample::read();
    let link = &sample.0["link"];
    let invitation: Invitation = parsed(link, "invitation");
    assert_eq!(invitation.to_text(), text(link, "invitation"));
    assert_eq!(invitation.node, sample.identity("A").node());
    let last = |name: &str| -> IdentityId { sample.identity(name).last().1 };
    let linking = Linking {
        host: sample.identity("A").node(),
        guest: sample.identity("B").node(),
        host_identity: last("A"),
        guest_identity: last("B"),
        host_nonce: base64url_array(link, "nonce_a"),
        guest_nonce: base64url_array(link, "nonce_b"),
    };
    let secret: &InvitationSecret = &invitation.secret;
    assert!(secret.host_knows(&linking, &LinkProof(base64url_array(link, "mac_a"))));
    assert!(secret.guest_knows(&linking, &LinkProof(base64url_array(link, "mac_b"))));
    assert_eq!(secret.comparison_code(&linking).to_string(), text(link, "sas"));
}

#[test]
fn the_paper_replaces_the_keys_of_a_node() {
    let sample = Sample::read();
    let rotation = identity_event(&sample.0["rotate_a"]);
    assert_eq!(rotation.id().to_string(), text(&sample.0["rotate_a"], "identity_id"));
    let before = sample.identity("A");
    let after = before.clone().append(&rotation).unwrap();
    assert_eq!((after.node(), after.last()), (before.node(), (1, rotation.id())));
    let old = before.key(KeyUse::Sig).unwrap().kid();
    assert_eq!(after.revocation(old).unwrap().0, RevocationCause::Compromise);
    assert!(after.signing_key(old, KeyUse::Sig).is_some());
    assert_ne!(after.key(KeyUse::Sig).unwrap().kid(), old);
}

#[test]
fn the_fork_is_proved() {
    let sample = Sample::read();
    let [held, other] = list(&sample.0, "fork_proof") else { panic!("two headers") };
    let read = |value: &Value| Signed {
        bytes: text(value, "h").as_bytes().to_vec(),
        signature: base64url_array(value, "s"),
    };
    let proof = ForkProof { held: read(held), other: read(other) };
    assert_eq!(proof.check(&sample.identity("A")), Ok(()));
    assert!(proof.check(&sample.identity("B")).is_err());
}

#[test]
fn the_code_of_a_person_is_committed_in_her_consent() {
    let sample = Sample::read();
    let code = &sample.0["withdraw_code"];
    let message = [text(code, "grant"), text(code, "code")].concat();
    let commitment = encoding::base64url(&Label::WithdrawCode.hash(message.as_bytes()));
    assert_eq!(commitment, text(code, "wc"));
    assert!(text(&list(&sample.0, "events")[0], "plaintext").contains(&commitment));
    assert_eq!(encoding::crockford_as_written(text(code, "code")), text(code, "code"));
}

/// Every leaf that is not padding stands for something of the sample.
#[test]
fn the_leaves_of_the_journals_are_what_they_say() {
    let sample = Sample::read();
    let named = |kind, id: [u8; 32]| Leaf { kind, id };
    let mut known = vec![];
    for (_, event) in sample.events() {
        let EventId(id) = event.id();
        known.extend([named(LeafKind::Sent, id), named(LeafKind::Received, id)]);
    }
    for receipt in list(&sample.0, "receipts") {
        known.push(named(LeafKind::Receipt, signed(receipt).hash(Label::Receipt)));
    }
    for object in list(&sample.0, "erasure") {
        known.push(named(LeafKind::Erasure, signed(object).hash(Label::Erasure)));
    }
    for name in ["A", "B"] {
        let id = sample.genesis(name).id().0;
        known.extend([named(LeafKind::Identity, id), named(LeafKind::PeerIdentity, id)]);
    }
    for fact in list(&sample.0, "facts") {
        let leaf = Leaf::of_fact(&hex(fact, "payload"));
        assert_eq!(encoding::base64url(&leaf.id), text(fact, "fact_id"));
        known.push(leaf);
    }
    for journal in ["journal_a", "journal_b"] {
        for written in list(&sample.0[journal], "leaves") {
            let bytes = encoding::from_hex_array(written.as_str().unwrap()).unwrap();
            let leaf = Leaf::from_bytes(&bytes).unwrap();
            assert_eq!(leaf.to_bytes(), bytes);
            assert!(leaf.kind == LeafKind::Padding || known.contains(&leaf), "{journal}: {leaf:?}");
        }
    }
}
