//! Labels, names of keys, nodes and events, and the encodings that they are written in.

use maillage_protocol::encoding;
use maillage_protocol::id::{EventId, NodeId};
use maillage_protocol::identity::Identity;
use maillage_protocol::keys::{Algorithm, Kid};
use maillage_protocol::label::Label;
use serde_json::{Value, json};

use crate::entry::{Entries, hex, hex_array, parsed, text};
use crate::nodes::{Node, public_hex};

pub(super) fn make(entries: &mut Entries) {
    for label in Label::ALL {
        let name = format!("label_{}", label.name().replace('-', "_"));
        let input = json!({ "do": "label", "label": label.name(), "message": "6d" });
        let expect = json!({ "hash": encoding::hex(&label.hash(b"m")) });
        entries.accept(&name, "SHA-256 of the label, a zero byte and « m »", input, expect);
    }
    make_names(entries);
    make_encodings(entries);
}

fn make_names(entries: &mut Entries) {
    let node = Node::ccas();
    let key = &node.keys.sig;
    let input = json!({ "do": "kid", "alg": "Ed25519", "pub": public_hex(key) });
    let expect = json!({ "kid": key.kid().to_string() });
    entries.accept("kid_ed25519", "the name of a signing key", input, expect);
    let public = node.keys.kem.public();
    let input = json!({ "do": "kid", "alg": "X25519", "pub": encoding::hex(&public) });
    let expect = json!({ "kid": node.keys.kem.kid().to_string() });
    entries.accept("kid_x25519", "the name of a key that receives", input, expect);
    for (name, node) in [("node_ccas", Node::ccas()), ("node_epn", Node::epn())] {
        let bytes = str::from_utf8(&node.genesis.bytes).unwrap();
        let expect = json!({
            "node_id": node.id().to_string(),
            "identity_id": node.genesis.id().to_string(),
            "fingerprint": node.id().fingerprint(),
        });
        let why = "a node is named by its genesis document";
        entries.accept(name, why, json!({ "do": "node", "genesis": bytes }), expect);
    }
}

fn make_encodings(entries: &mut Entries) {
    for (name, why, written, bytes) in [
        ("base64url_nothing", "no bytes", "", ""),
        ("base64url_one", "one byte, four bits to spare", "AA", "00"),
        ("base64url_two", "two bytes, two bits to spare", "_-8", "ffef"),
        ("base64url_three", "nothing to spare", "-_-_", "fbffbf"),
    ] {
        let input = json!({ "do": "base64url", "text": written });
        entries.accept(name, why, input, json!({ "bytes": bytes }));
    }
    for (name, why, written) in [
        ("base64url_trailing", "bits to spare that are not zero", "AB"),
        ("base64url_padded", "padding", "AA=="),
        ("base64url_single", "a character alone", "A"),
        ("base64url_newline", "a newline", "AA\n"),
        ("base64url_plus", "the alphabet of base64", "+w"),
        ("base64url_slash", "the alphabet of base64", "_/8"),
        ("base64url_space", "a space", "A A"),
    ] {
        entries.refuse(name, why, json!({ "do": "base64url", "text": written }), "not_exact");
    }
    let id = NodeId([7; 32]).to_string();
    let expect = json!({ "bytes": encoding::hex(&[7; 32]) });
    let input = json!({ "do": "node_id", "text": id });
    entries.accept("node_id", "n1, then 52 characters of base32", input, expect);
    let cut = id.strip_suffix(id.chars().last().unwrap()).unwrap();
    for (name, why, written) in [
        ("node_id_capitals", "capitals", id.to_uppercase()),
        ("node_id_prefix", "another prefix", id.replacen("n1", "n2", 1)),
        ("node_id_long", "a character too many", format!("{id}a")),
        ("node_id_short", "a character missing", cut.to_owned()),
        ("node_id_trailing", "bits to spare that are not zero", format!("{cut}b")),
        ("node_id_alphabet", "a digit that base32 does not have", id.replacen("n1a", "n11", 1)),
    ] {
        entries.refuse(name, why, json!({ "do": "node_id", "text": written }), "not_exact");
    }
    let expect = json!({ "bytes": encoding::hex(&[9; 32]) });
    let input = json!({ "do": "event_id", "text": EventId([9; 32]).to_string() });
    entries.accept("event_id", "43 characters of base64url", input, expect);
    let input = json!({ "do": "event_id", "text": encoding::base64url(&[9; 31]) });
    entries.refuse("event_id_short", "31 bytes", input, "not_exact");
    let input = json!({ "do": "kid_text", "text": "6bd31a1e01b9e338" });
    let expect = json!({ "bytes": "6bd31a1e01b9e338" });
    entries.accept("kid_text", "16 hexadecimal characters", input, expect);
    for (name, why, written) in [
        ("kid_text_capitals", "capitals", "6BD31A1E01B9E338"),
        ("kid_text_short", "seven bytes", "6bd31a1e01b9e3"),
    ] {
        entries.refuse(name, why, json!({ "do": "kid_text", "text": written }), "not_exact");
    }
}

pub(super) fn judge(input: &Value) -> Result<Value, &'static str> {
    let bytes = |bytes: &[u8]| json!({ "bytes": encoding::hex(bytes) });
    let written = || text(input, "text");
    match text(input, "do") {
        "label" => {
            let name = text(input, "label");
            let label = Label::ALL.iter().find(|label| label.name() == name).unwrap();
            Ok(json!({ "hash": encoding::hex(&label.hash(&hex(input, "message"))) }))
        }
        "kid" => {
            let algorithms = [Algorithm::Ed25519, Algorithm::X25519].into_iter();
            let named = |algorithm: &Algorithm| algorithm.name() == text(input, "alg");
            let algorithm = { algorithms }.find(named).unwrap();
            let kid = Kid::of(algorithm, &hex_array(input, "pub"));
            Ok(json!({ "kid": kid.to_string() }))
        }
        "node" => {
            let genesis = text(input, "genesis").as_bytes();
            let node = NodeId(Label::NodeId.hash(genesis));
            Ok(json!({
                "node_id": node.to_string(),
                "identity_id": encoding::base64url(&Label::IdentityId.hash(genesis)),
                "fingerprint": node.fingerprint(),
            }))
        }
        "base64url" => {
            encoding::from_base64url(written()).map(|read| bytes(&read)).map_err(|_| "not_exact")
        }
        "node_id" => written().parse().map(|id: NodeId| bytes(&id.0)).map_err(|_| "not_exact"),
        "event_id" => written().parse().map(|id: EventId| bytes(&id.0)).map_err(|_| "not_exact"),
        "kid_text" => written().parse().map(|kid: Kid| bytes(&kid.0)).map_err(|_| "not_exact"),
        other => panic!("no such question: {other}"),
    }
}

#[test]
fn the_nodes_of_the_vectors_are_named_by_their_genesis() {
    for node in [Node::ccas(), Node::epn()] {
        let identity = Identity::begin(&node.genesis).unwrap();
        assert_eq!(identity.last(), (0, node.genesis.id()));
        let written = json!({ "id": identity.node().to_string() });
        assert_eq!(parsed::<NodeId>(&written, "id"), node.id());
    }
}
