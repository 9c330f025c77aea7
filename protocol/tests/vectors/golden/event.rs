//! Headers of events: what they say, and who signed them.

use maillage_protocol::encoding;
use maillage_protocol::event::{
    BodyDigest, EventKind, Head, Header, RawHeader, Recipient, UnreadableHeader, Verified,
};
use maillage_protocol::id::{Epoch, EventId, Seq};
use maillage_protocol::keys::PrivateKey;
use maillage_protocol::label::Label;
use maillage_protocol::seal::ContentKey;
use maillage_protocol::signed::Signed;
use maillage_protocol::time::{DAY, Timestamp};
use serde_json::{Value, json};

use crate::entry::{Entries, key, show, signed, text};
use crate::nodes::{NOW, Node, public_hex, secret};

/// The body that the header of [`sealed`] names.
const BODY: &[u8] = b"a body of which only the hash counts";

pub(super) fn sealed(from: &Node, to: &Node) -> Header {
    Header {
        ack: None,
        body: Some(BodyDigest::of(BODY)),
        critical: vec![],
        commitment: Some(ContentKey::from_random([9; 32]).commitment()),
        epoch: Epoch(1),
        seq: Seq(1),
        previous: None,
        from: from.id(),
        to: Recipient::Node(to.id()),
        kind: EventKind::Referral,
        kid: from.keys.sig.kid(),
        at: NOW,
        expires: Some(NOW.after(30 * DAY)),
    }
}

fn clear(from: &Node, to: &Node) -> Header {
    let (kind, commitment, expires) = (EventKind::Control, None, None);
    Header { kind, commitment, expires, ..sealed(from, to) }
}

pub(super) fn make(entries: &mut Entries) {
    let (ccas, epn) = (Node::ccas(), Node::epn());
    let key = &ccas.keys.sig;
    let (sealed, clear) = (sealed(&ccas, &epn), clear(&ccas, &epn));
    make_accepted(entries, key, &sealed, &clear);
    make_malformed(entries, key, &sealed, &clear);
    make_large(entries, key, &clear);
    make_signatures(entries, key, &sealed);
    make_bodies(entries, key, &sealed);
}

fn input(key: &PrivateKey, signed: &Signed) -> Value {
    let mut input = show(signed);
    input["key"] = public_hex(key).into();
    input
}

fn make_accepted(entries: &mut Entries, key: &PrivateKey, sealed: &Header, clear: &Header) {
    let (sealed, clear) = (sealed.clone(), clear.clone());
    let head = Head { epoch: Epoch(1), seq: Seq(7), id: EventId([7; 32]) };
    let latest = NOW.after(400 * DAY);
    let features = (0..8).map(|at| format!("{at}").repeat(32)).collect();
    let cases = [
        ("referral", "sealed for one node", sealed.clone()),
        ("consent", "sealed for one node", Header { kind: EventKind::Consent, ..sealed.clone() }),
        ("control", "in clear", clear.clone()),
        (
            "directory",
            "in clear, for everybody",
            Header { kind: EventKind::Directory, to: Recipient::Public, ..clear.clone() },
        ),
        ("statistics", "in clear", Header { kind: EventKind::Statistics, ..clear.clone() }),
        (
            "unknown_kind_clear",
            "a kind of a newer version is stored",
            Header { kind: EventKind::Unknown("dance".to_owned()), ..clear.clone() },
        ),
        (
            "unknown_kind_sealed",
            "sealed or not",
            Header { kind: EventKind::Unknown("dance".to_owned()), ..sealed.clone() },
        ),
        (
            "longest_kind",
            "a kind of 16 bytes",
            Header { kind: EventKind::Unknown("abcdefghijklmnop".to_owned()), ..clear.clone() },
        ),
        ("no_body", "an event without body", Header { body: None, ..clear.clone() }),
        (
            "ack",
            "after an event of the other channel",
            Header { ack: Some(head), ..sealed.clone() },
        ),
        ("critical", "eight features of 32 bytes", Header { critical: features, ..sealed.clone() }),
        (
            "second",
            "after an event of this channel",
            Header { seq: Seq(2), previous: Some(EventId([7; 32])), ..sealed.clone() },
        ),
        (
            "epoch_with_previous",
            "a new epoch may name the event before it",
            Header { epoch: Epoch(2), previous: Some(EventId([7; 32])), ..clear.clone() },
        ),
        ("latest_expiry", "400 days", Header { expires: Some(latest), ..sealed.clone() }),
        ("past", "no rule depends on the date", Header { at: Timestamp(0), ..clear.clone() }),
        (
            "largest_body",
            "65,552 bytes",
            Header { body: Some(BodyDigest { len: 65_552, hash: [1; 32] }), ..sealed },
        ),
        (
            "largest_control",
            "16 KiB",
            Header { body: Some(BodyDigest { len: 16 * 1024, hash: [1; 32] }), ..clear.clone() },
        ),
    ];
    for (name, why, header) in cases {
        let event = Verified::sign(key, header).unwrap();
        let expect = json!({ "event_id": event.id().to_string() });
        entries.accept(name, why, input(key, event.signed()), expect);
    }
    let unknown = rewritten(&clear, "\"to\"", "\"tempo\":[{\"x\":true}],\"to\"", key);
    let expect = json!({ "event_id": EventId(unknown.hash(Label::EventId)).to_string() });
    let why = "what we do not know is kept and signed";
    entries.accept("unknown_member", why, input(key, &unknown), expect);
}

/// Changes the text of a header, and signs it.
#[track_caller]
fn rewritten(header: &Header, from: &str, to: &str, key: &PrivateKey) -> Signed {
    let event = Verified::sign(key, header.clone()).unwrap();
    let text = str::from_utf8(&event.signed().bytes).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    Signed::sign(key, Label::Event, text.replacen(from, to, 1).into_bytes())
}

fn make_malformed(entries: &mut Entries, key: &PrivateKey, sealed: &Header, clear: &Header) {
    let second = Header { seq: Seq(2), previous: Some(EventId([7; 32])), ..sealed.clone() };
    let head = Head { epoch: Epoch(1), seq: Seq(7), id: EventId([7; 32]) };
    let ack = Header { ack: Some(head), ..clear.clone() };
    let critical = Header { critical: vec!["x".to_owned()], ..clear.clone() };
    let directory = Header { kind: EventKind::Directory, ..clear.clone() };
    let public = Header { to: Recipient::Public, ..directory.clone() };
    let hash = encoding::base64url(&sealed.commitment.unwrap());
    let (from, id) = (sealed.from.to_string(), EventId([7; 32]).to_string());
    let commitment = format!(",\"kc\":\"{hash}\"");
    let previous = format!(",\"pv\":\"{id}\"");
    let late = NOW.after(400 * DAY).0 + 1;
    let (late, expires) = (format!("\"xp\":{late}"), format!("\"xp\":{}", NOW.after(30 * DAY).0));
    let nine = ["\"x\""; 9].join(",");
    let no_body =
        format!("\"bh\":\"{}\",\"bl\":36,", encoding::base64url(&sealed.body.unwrap().hash));
    for (name, why, header, old, new) in [
        ("no_version", "v is missing", clear, ",\"v\":1", ""),
        ("text_version", "v is not a text", clear, "\"v\":1", "\"v\":\"1\""),
        ("no_suite", "en is missing", clear, "\"en\":0,", ""),
        ("reserved_suite", "a suite that is reserved", sealed, "\"en\":1", "\"en\":2"),
        ("no_epoch", "ep is missing", clear, "\"ep\":1,", ""),
        ("epoch_zero", "epochs begin at 1", clear, "\"ep\":1", "\"ep\":0"),
        ("no_place", "sq is missing", clear, ",\"sq\":1", ""),
        ("place_zero", "places begin at 1", clear, "\"sq\":1", "\"sq\":0"),
        ("place_text", "a place is an integer", clear, "\"sq\":1", "\"sq\":\"1\""),
        ("no_author", "fr is missing", clear, &format!("\"fr\":\"{from}\","), ""),
        ("author_capitals", "a node is written in one way", clear, &from, &from.to_uppercase()),
        ("author_public", "nobody is *", clear, &format!("\"fr\":\"{from}\""), "\"fr\":\"*\""),
        ("no_recipient", "to is missing", &public, ",\"to\":\"*\"", ""),
        ("recipient_empty", "to names nobody", &public, "\"to\":\"*\"", "\"to\":\"\""),
        ("no_kind", "kd is missing", clear, "\"kd\":\"ctl\",", ""),
        ("kind_empty", "a kind has a letter", clear, "\"kd\":\"ctl\"", "\"kd\":\"\""),
        (
            "kind_long",
            "a kind of 17 bytes",
            clear,
            "\"kd\":\"ctl\"",
            "\"kd\":\"abcdefghijklmnopq\"",
        ),
        ("no_key", "kid is missing", clear, &format!("\"kid\":\"{}\",", key.kid()), ""),
        ("no_time", "ts is missing", clear, ",\"ts\":1772438400000", ""),
        ("no_previous", "sq 2 follows nothing", &second, &previous, ""),
        ("short_previous", "31 bytes", &second, &id, &encoding::base64url(&[7; 31])),
        ("trailing_previous", "bits that are not zero", &second, "Bwc\",\"sq", "Bwd\",\"sq"),
        ("no_commitment", "sealed, and no key is committed", sealed, &commitment, ""),
        ("clear_commitment", "in clear, and a key is committed", sealed, "\"en\":1", "\"en\":0"),
        ("length_alone", "bl without bh", clear, &no_body, "\"bl\":36,"),
        ("hash_alone", "bh without bl", clear, "\"bl\":36,", ""),
        ("sealed_nothing", "sealed, and there is no body", sealed, &no_body, ""),
        ("body_too_large", "65,553 bytes", sealed, "\"bl\":36", "\"bl\":65553"),
        ("control_too_large", "16 KiB and a byte", clear, "\"bl\":36", "\"bl\":16385"),
        ("directory_too_large", "32 KiB and a byte", &directory, "\"bl\":36", "\"bl\":32769"),
        ("sealed_control", "ctl is in clear", sealed, "\"kd\":\"referral\"", "\"kd\":\"ctl\""),
        ("sealed_directory", "dir is in clear", sealed, "\"kd\":\"referral\"", "\"kd\":\"dir\""),
        ("sealed_statistics", "stat is in clear", sealed, "\"kd\":\"referral\"", "\"kd\":\"stat\""),
        ("clear_referral", "a referral is sealed", clear, "\"kd\":\"ctl\"", "\"kd\":\"referral\""),
        ("clear_consent", "a consent is sealed", clear, "\"kd\":\"ctl\"", "\"kd\":\"consent\""),
        ("no_expiry", "a referral expires", sealed, &format!(",{expires}"), ""),
        ("late_expiry", "after 400 days and 1 ms", sealed, &expires, &late),
        ("critical_text", "crit is a list", &critical, "[\"x\"]", "\"x\""),
        ("critical_many", "nine features", &critical, "\"x\"", &nine),
        ("critical_empty", "a feature has a name", &critical, "\"x\"", "\"\""),
        (
            "critical_long",
            "of 32 bytes at most",
            &critical,
            "\"x\"",
            &format!("\"{}\"", "x".repeat(33)),
        ),
        ("critical_number", "which is a text", &critical, "\"x\"", "1"),
        ("ack_short", "two values of three", &ack, "[1,7,", "[1,"),
        ("ack_epoch_zero", "epochs begin at 1", &ack, "[1,7,", "[0,7,"),
        ("ack_place_zero", "places begin at 1", &ack, "[1,7,", "[1,0,"),
    ] {
        let signed = rewritten(header, old, new, key);
        entries.refuse(name, why, input(key, &signed), "malformed");
    }
    let newer = rewritten(clear, "\"v\":1", "\"v\":2", key);
    entries.refuse("newer", "rules that we do not know", input(key, &newer), "unsupported_version");
    let to = "\"to\":\"*\"";
    let sealed_for_all = rewritten(sealed, &format!("\"to\":\"{}\"", sealed.to), to, key);
    let why = "sealed for everybody";
    entries.refuse("sealed_public", why, input(key, &sealed_for_all), "malformed");
    for (name, why, old, new) in [
        ("space", "a space", "{\"bh\"", "{ \"bh\""),
        ("twice", "a member twice", "\"en\":0,", "\"en\":0,\"en\":0,"),
        ("null", "a null", "\"en\":0", "\"en\":null"),
        ("order", "out of order", "\"ts\":1772438400000,\"v\":1", "\"v\":1,\"ts\":1772438400000"),
    ] {
        let signed = rewritten(clear, old, new, key);
        entries.refuse(name, why, input(key, &signed), "not_canonical");
    }
}

fn make_large(entries: &mut Entries, key: &PrivateKey, clear: &Header) {
    let padded = |count: usize| format!("\"tempo\":\"{}\",\"to\"", "x".repeat(count));
    let shortest = rewritten(clear, "\"to\"", &padded(0), key).bytes.len();
    let largest = rewritten(clear, "\"to\"", &padded(4_096 - shortest), key);
    assert_eq!(largest.bytes.len(), 4_096);
    let expect = json!({ "event_id": EventId(largest.hash(Label::EventId)).to_string() });
    entries.accept("largest", "4,096 bytes", input(key, &largest), expect);
    let larger = rewritten(clear, "\"to\"", &padded(4_097 - shortest), key);
    entries.refuse("too_large", "4,097 bytes", input(key, &larger), "too_large");
}

fn make_signatures(entries: &mut Entries, key: &PrivateKey, sealed: &Header) {
    let event = Verified::sign(key, sealed.clone()).unwrap().signed().clone();
    let other = PrivateKey::from_seed(&secret("stranger", "sig"));
    let mut flipped = event.clone();
    flipped.signature[40] ^= 1;
    let receipt = Signed::sign(key, Label::Receipt, event.bytes.clone());
    let stranger = Signed::sign(&other, Label::Event, event.bytes.clone());
    let unlabelled =
        Signed { signature: key.sign_unlabelled(&event.bytes), bytes: event.bytes.clone() };
    for (name, why, signed) in [
        ("flipped", "a bit of the signature is another", flipped),
        ("other_label", "signed as a receipt", receipt),
        ("no_label", "signed without label", unlabelled),
        ("stranger", "signed by somebody else", stranger.clone()),
    ] {
        entries.refuse(name, why, input(key, &signed), "bad_signature");
    }
    let why = "the key that signed is not the one that is named";
    entries.refuse("other_key", why, input(&other, &stranger), "bad_signature");
}

fn make_bodies(entries: &mut Entries, key: &PrivateKey, sealed: &Header) {
    let event = Verified::sign(key, sealed.clone()).unwrap();
    let with = |event: &Verified, body: &str| {
        let mut input = input(key, event.signed());
        input["body"] = body.into();
        input
    };
    let expect = json!({ "event_id": event.id().to_string() });
    let body = str::from_utf8(BODY).unwrap();
    entries.accept("body", "the body that is named", with(&event, body), expect);
    let longer = format!("{body}.");
    for (name, why, body) in [
        ("body_other", "another body", "a body of which only the hash matters"),
        ("body_longer", "a byte more", &longer),
        ("body_empty", "no byte", ""),
    ] {
        entries.refuse(name, why, with(&event, body), "wrong_body");
    }
    let none = Header {
        kind: EventKind::Control,
        body: None,
        commitment: None,
        expires: None,
        ..sealed.clone()
    };
    let none = Verified::sign(key, none).unwrap();
    entries.refuse("body_unnamed", "a body that is not named", with(&none, body), "wrong_body");
}

pub(super) fn judge(input: &Value) -> Result<Value, &'static str> {
    let canonical = RawHeader(signed(input)).parse().map_err(why)?;
    let event = canonical.verify(&key(input, "key")).map_err(|_| "bad_signature")?;
    let body = input.get("body").map(|_| text(input, "body").as_bytes());
    event.check_body(body).map_err(|_| "wrong_body")?;
    Ok(json!({ "event_id": event.id().to_string() }))
}

pub(super) fn why(error: UnreadableHeader) -> &'static str {
    match error {
        UnreadableHeader::TooLarge => "too_large",
        UnreadableHeader::NotCanonical(_) => "not_canonical",
        UnreadableHeader::Malformed(_) => "malformed",
        UnreadableHeader::UnsupportedVersion => "unsupported_version",
    }
}
