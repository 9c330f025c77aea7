//! Orders to erase, their attestations, local shreds; and the codes with which a person orders.

use maillage_protocol::encoding;
use maillage_protocol::erasure::{
    ErasureAttestation, ErasureCause, ErasureOrder, ErasureScope, LocalShred, UnreadableErasure,
};
use maillage_protocol::id::{EventId, UnitId};
use maillage_protocol::keys::{Kid, PrivateKey};
use maillage_protocol::label::Label;
use maillage_protocol::signed::Signed;
use maillage_protocol::time::{DAY, Timestamp};
use serde_json::{Value, json};

use crate::entry::{Entries, key, show, signed, text};
use crate::nodes::{NOW, Node, public_hex, secret};

const CAUSES: [ErasureCause; 5] = [
    ErasureCause::Withdrawal,
    ErasureCause::Expiry,
    ErasureCause::Objection,
    ErasureCause::Error,
    ErasureCause::Closure,
];

fn order() -> ErasureOrder {
    ErasureOrder {
        cause: ErasureCause::Withdrawal,
        due: NOW.after(3 * DAY),
        from: Node::ccas().id(),
        to: Node::epn().id(),
        ids: vec![EventId([3; 32]), EventId([4; 32])],
        scope: ErasureScope::Referral,
        kid: Node::ccas().keys.sig.kid(),
        at: NOW,
    }
}

fn attestation(order: [u8; 32]) -> ErasureAttestation {
    ErasureAttestation {
        absent: vec![EventId([4; 32])],
        erased_at: NOW.after(DAY),
        backups_gone: NOW.after(30 * DAY),
        told: 2,
        confirmed: 1,
        from: Node::epn().id(),
        to: Node::ccas().id(),
        ids: vec![EventId([3; 32])],
        kept: vec![("evidence".to_owned(), 1)],
        kid: Node::epn().keys.sig.kid(),
        order,
        at: NOW.after(DAY),
    }
}

fn shred() -> LocalShred {
    LocalShred {
        cause: ErasureCause::Expiry,
        ids: vec![EventId([3; 32])],
        unit: UnitId::from_bytes([5; 16]),
        at: NOW,
    }
}

fn input(kind: &str, key: &PrivateKey, signed: &Signed) -> Value {
    let mut input = show(signed);
    input["do"] = kind.into();
    input["key"] = public_hex(key).into();
    input
}

fn record_id(bytes: &[u8]) -> String {
    encoding::base64url(&Label::Erasure.hash(bytes))
}

pub(super) fn make(entries: &mut Entries) {
    let key = Node::ccas().keys.sig;
    for cause in CAUSES {
        let order = ErasureOrder { cause, ..order() };
        let signed = order.sign(&key);
        let name = format!("order_{}", cause.name());
        entries.accept(
            &name,
            "an order",
            input("erase", &key, &signed),
            shown_order(&order, &signed),
        );
    }
    let events = ErasureOrder { scope: ErasureScope::Events, ..order() };
    let many = ErasureOrder { ids: vec![EventId([3; 32]); 256], ..order() };
    for (name, why, order) in [
        ("order_events", "only what is named", events),
        ("order_256", "as many as an order names", many),
    ] {
        let signed = order.sign(&key);
        entries.accept(name, why, input("erase", &key, &signed), shown_order(&order, &signed));
    }
    make_refused_orders(entries, &key);
    make_attestations(entries, &order().sign(&key));
    make_shreds(entries);
}

fn make_refused_orders(entries: &mut Entries, key: &PrivateKey) {
    let good = order().sign(key);
    let written = str::from_utf8(&good.bytes).unwrap();
    let id = EventId([3; 32]).to_string();
    let short = encoding::base64url(&[3; 31]);
    for (name, why, from, to) in [
        ("order_cause", "an unknown cause", "withdrawal", "boredom"),
        ("order_scope", "an unknown scope", "\"scope\":\"referral\"", "\"scope\":\"all\""),
        ("order_version", "another version", "\"v\":1", "\"v\":2"),
        ("order_type", "another object", "\"t\":\"erase\"", "\"t\":\"receipt\""),
        ("order_no_due", "before when", "\"due\":1772697600000,", ""),
        ("order_short_id", "31 bytes", id.as_str(), short.as_str()),
    ] {
        assert!(written.contains(from), "{name}");
        let bytes = written.replacen(from, to, 1).into_bytes();
        let signed = Signed::sign(key, Label::Erasure, bytes);
        entries.refuse(name, why, input("erase", key, &signed), "malformed");
    }
    let nothing = ErasureOrder { ids: vec![], ..order() }.sign(key);
    entries.refuse("order_nothing", "no event", input("erase", key, &nothing), "malformed");
    let many = ErasureOrder { ids: vec![EventId([3; 32]); 257], ..order() }.sign(key);
    entries.refuse("order_257", "too many events", input("erase", key, &many), "not_canonical");
    let large =
        written.replacen("\"kid\"", &format!("\"j\":\"{}\",\"kid\"", "x".repeat(16_384)), 1);
    let large = Signed::sign(key, Label::Erasure, large.into_bytes());
    entries.refuse("order_too_large", "more than 16 KiB", input("erase", key, &large), "too_large");
    let receipt = Signed::sign(key, Label::Receipt, good.bytes.clone());
    let stranger = PrivateKey::from_seed(&secret("stranger", "sig"));
    for (name, why, signed) in [
        ("order_other_label", "signed as a receipt", receipt),
        ("order_stranger", "somebody else's key", order().sign(&stranger)),
    ] {
        entries.refuse(name, why, input("erase", key, &signed), "bad_signature");
    }
    let why = "an order is not an attestation";
    entries.refuse("order_as_attestation", why, input("erased", key, &good), "malformed");
}

fn make_attestations(entries: &mut Entries, order: &Signed) {
    let key = Node::epn().keys.sig;
    let full = attestation(order.hash(Label::Erasure));
    let plain =
        ErasureAttestation { absent: vec![], kept: vec![], told: 0, confirmed: 0, ..full.clone() };
    let absent = ErasureAttestation { ids: vec![], ..full.clone() };
    for (name, why, attestation) in [
        ("attestation", "with everything to say", full.clone()),
        ("attestation_plain", "with nothing more to say", plain),
        ("attestation_absent", "unknown events are a success", absent),
    ] {
        let signed = attestation.sign(&key);
        let expect = shown_attestation(&attestation, &signed);
        entries.accept(name, why, input("erased", &key, &signed), expect);
    }
    let good = full.sign(&key);
    let written = str::from_utf8(&good.bytes).unwrap();
    for (name, why, from, to) in [
        ("attestation_no_backup", "when backups are gone", "\"bak\":1775030400000,", ""),
        ("attestation_no_down", "who was told", "\"down\":{\"done\":1,\"sent\":2},", ""),
        (
            "attestation_kept",
            "how many",
            "{\"basis\":\"evidence\",\"n\":1}",
            "{\"basis\":\"evidence\"}",
        ),
        ("attestation_order", "which order", "\"re\":\"", "\"re\":\"AAAA"),
    ] {
        assert!(written.contains(from), "{name} in {written}");
        let bytes = written.replacen(from, to, 1).into_bytes();
        let signed = Signed::sign(&key, Label::Erasure, bytes);
        entries.refuse(name, why, input("erased", &key, &signed), "malformed");
    }
}

fn make_shreds(entries: &mut Entries) {
    let bytes = shred().to_bytes();
    let written = str::from_utf8(&bytes).unwrap();
    let input = |text: &str| json!({ "do": "shred", "bytes": text });
    let expect = shown_shred(&shred(), &bytes);
    entries.accept("shred", "what a node erases by itself", input(written), expect);
    let none = LocalShred { ids: vec![], ..shred() };
    let bytes = none.to_bytes();
    let expect = shown_shred(&none, &bytes);
    let text = str::from_utf8(&bytes).unwrap();
    entries.accept("shred_no_event", "nothing of it ever left", input(text), expect);
    let short = written.replacen("\"unit\":\"BQ", "\"unit\":\"", 1);
    entries.refuse("shred_unit", "sixteen bytes", input(&short), "malformed");
}

fn ids(ids: &[EventId]) -> Value {
    ids.iter().map(EventId::to_string).collect()
}

fn shown_order(order: &ErasureOrder, signed: &Signed) -> Value {
    let scope = match order.scope {
        ErasureScope::Events => "events",
        ErasureScope::Referral => "referral",
    };
    json!({
        "cause": order.cause.name(), "due": order.due.0, "fr": order.from.to_string(),
        "to": order.to.to_string(), "ids": ids(&order.ids), "scope": scope,
        "kid": order.kid.to_string(), "ts": order.at.0, "record_id": record_id(&signed.bytes),
    })
}

fn shown_attestation(attestation: &ErasureAttestation, signed: &Signed) -> Value {
    let kept = attestation.kept.iter().map(|(basis, n)| json!({ "basis": basis, "n": n }));
    json!({
        "absent": ids(&attestation.absent), "at": attestation.erased_at.0,
        "bak": attestation.backups_gone.0,
        "down": { "done": attestation.confirmed, "sent": attestation.told },
        "fr": attestation.from.to_string(), "to": attestation.to.to_string(),
        "ids": ids(&attestation.ids), "kept": kept.collect::<Vec<_>>(),
        "kid": attestation.kid.to_string(), "re": encoding::base64url(&attestation.order),
        "ts": attestation.at.0, "record_id": record_id(&signed.bytes),
    })
}

fn shown_shred(shred: &LocalShred, bytes: &[u8]) -> Value {
    json!({
        "cause": shred.cause.name(), "ids": ids(&shred.ids), "ts": shred.at.0,
        "unit": encoding::base64url(&shred.unit.to_bytes()), "record_id": record_id(bytes),
    })
}

pub(super) fn judge(input: &Value) -> Result<Value, &'static str> {
    let why = |error| match error {
        UnreadableErasure::TooLarge => "too_large",
        UnreadableErasure::NotCanonical(_) => "not_canonical",
        UnreadableErasure::Malformed(_) => "malformed",
        UnreadableErasure::BadSignature(_) => "bad_signature",
    };
    if text(input, "do") == "shred" {
        let bytes = text(input, "bytes").as_bytes();
        return Ok(shown_shred(&LocalShred::read(bytes).map_err(why)?, bytes));
    }
    let (signed, key) = (signed(input), key(input, "key"));
    let author = |kid: Kid| (kid == key.kid()).then_some(key);
    match text(input, "do") {
        "erase" => {
            let order = ErasureOrder::verify(&signed, author).map_err(why)?;
            Ok(shown_order(&order, &signed))
        }
        "erased" => {
            let attestation = ErasureAttestation::verify(&signed, author).map_err(why)?;
            Ok(shown_attestation(&attestation, &signed))
        }
        other => panic!("no such question: {other}"),
    }
}

const GRANT: &str = "2f6c1c1e-5a0b-4c1d-9f27-0c8f6f3b7a10";

pub(super) fn make_codes(entries: &mut Entries) {
    for (name, why, typed) in [
        ("printed", "as the receipt shows it", "7F3K-9QH2-M4TZ-0XWB"),
        ("plain", "without hyphens", "7F3K9QH2M4TZ0XWB"),
        ("typed", "in lower case, with spaces, O for 0", "7f3k 9qh2 m4tz oxwb"),
        ("confused", "I and L for 1", "I1L1 i1l1 OO00 oo00"),
    ] {
        let code = encoding::crockford_as_written(typed);
        let committed = [GRANT, &code].concat();
        let expect = json!({
            "code": code,
            "wc": encoding::base64url(&Label::WithdrawCode.hash(committed.as_bytes())),
            "lookup": encoding::base64url(&Label::WithdrawLookup.hash(code.as_bytes())),
        });
        entries.accept(name, why, json!({ "grant": GRANT, "typed": typed }), expect);
    }
    for (name, why, typed) in [
        ("short", "fifteen characters", "7F3K-9QH2-M4TZ-0XW"),
        ("long", "seventeen characters", "7F3K-9QH2-M4TZ-0XWB-1"),
        ("letter", "U is no character of a code", "7F3K-9QH2-M4TZ-0XWU"),
        ("nothing", "nothing", ""),
    ] {
        entries.refuse(name, why, json!({ "grant": GRANT, "typed": typed }), "not_exact");
    }
}

pub(super) fn judge_code(input: &Value) -> Result<Value, &'static str> {
    let typed = text(input, "typed");
    let bytes = encoding::from_crockford(typed).map_err(|_| "not_exact")?;
    if bytes.len() != 10 {
        return Err("not_exact");
    }
    let code = encoding::crockford(&bytes);
    let committed = [text(input, "grant"), &code].concat();
    Ok(json!({
        "code": code,
        "wc": encoding::base64url(&Label::WithdrawCode.hash(committed.as_bytes())),
        "lookup": encoding::base64url(&Label::WithdrawLookup.hash(code.as_bytes())),
    }))
}

#[test]
fn three_days_and_thirty_are_what_the_texts_say() {
    assert_eq!(order().due, Timestamp(1_772_697_600_000));
    assert_eq!(attestation([0; 32]).backups_gone, Timestamp(1_775_030_400_000));
}
