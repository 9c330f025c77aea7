//! The leaf of each kind of record.

use maillage_protocol::encoding;
use maillage_protocol::leaf::{Leaf, LeafKind};
use serde_json::{Value, json};

use crate::entry::{Entries, hex, text};
use crate::nodes::secret;

pub(super) fn make(entries: &mut Entries) {
    for kind in LeafKind::ALL {
        let leaf = Leaf { kind, id: secret("record", "id") };
        let written = encoding::hex(&leaf.to_bytes());
        let expect = json!({ "kind": kind as u8, "id": encoding::hex(&leaf.id) });
        let (name, why) = (format!("leaf_{}", named(kind)), "a type, then 32 bytes");
        entries.accept(&name, why, json!({ "do": "read", "leaf": written }), expect);
    }
    let payload = [secret("record", "salt").get(..16).unwrap(), b"skeleton and content"].concat();
    for (name, why, leaf) in [
        ("fact", "named by 16 random bytes and what follows", Leaf::of_fact(&payload)),
        ("evidence", "named by what it is", Leaf::of_evidence(&payload)),
    ] {
        let input = json!({ "do": name, "payload": encoding::hex(&payload) });
        entries.accept(name, why, input, json!({ "leaf": encoding::hex(&leaf.to_bytes()) }));
    }
    for (name, why, leaf) in [
        ("unknown_type", "no such record", [9; 33].to_vec()),
        ("largest_type", "no such record", [255; 33].to_vec()),
        ("short", "32 bytes", vec![1; 32]),
        ("long", "34 bytes", vec![1; 34]),
    ] {
        let input = json!({ "do": "read", "leaf": data_encoding::HEXLOWER.encode(&leaf) });
        entries.refuse(name, why, input, "not_a_leaf");
    }
}

const fn named(kind: LeafKind) -> &'static str {
    match kind {
        LeafKind::Padding => "padding",
        LeafKind::Sent => "sent",
        LeafKind::Received => "received",
        LeafKind::Receipt => "receipt",
        LeafKind::Erasure => "erasure",
        LeafKind::Identity => "identity",
        LeafKind::Fact => "fact",
        LeafKind::PeerIdentity => "peer_identity",
        LeafKind::Evidence => "evidence",
    }
}

pub(super) fn judge(input: &Value) -> Result<Value, &'static str> {
    let written = |leaf: Leaf| json!({ "leaf": encoding::hex(&leaf.to_bytes()) });
    match text(input, "do") {
        "fact" => Ok(written(Leaf::of_fact(&hex(input, "payload")))),
        "evidence" => Ok(written(Leaf::of_evidence(&hex(input, "payload")))),
        "read" => {
            let bytes = hex(input, "leaf").try_into().map_err(|_| "not_a_leaf")?;
            let leaf = Leaf::from_bytes(&bytes).ok_or("not_a_leaf")?;
            Ok(json!({ "kind": leaf.kind as u8, "id": encoding::hex(&leaf.id) }))
        }
        other => panic!("no such question: {other}"),
    }
}
