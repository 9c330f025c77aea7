//! Identity logs: who may change what, with which key.

use std::collections::BTreeMap;
use std::slice;

use maillage_protocol::encoding;
use maillage_protocol::id::NodeId;
use maillage_protocol::identity::{
    Identity, IdentityError, IdentityKey, RevocationCause, Revoked, SignedIdentity,
    UnreadableIdentity, Update,
};
use maillage_protocol::keys::{KeyUse, PrivateKey};
use maillage_protocol::label::Label;
use serde_json::{Value, json};

use crate::entry::{Entries, identity_event, identity_log, integer, show_log};
use crate::nodes::{KeySet, NOW, Node, public, rewritten, secret};

/// What a log says, as the vectors tell it.
struct Said<'a> {
    last: (u64, &'a SignedIdentity),
    keys: &'a KeySet,
    change: fn(&mut Value),
}

impl Said<'_> {
    fn of(&self, node: &Node) -> Value {
        let (place, event) = self.last;
        let mut said = json!({
            "node_id": node.id().to_string(),
            "last": [place, event.id().to_string()],
            "name": "CCAS de Brenne",
            "urls": ["https://ccas.brenne.example/"],
            "keys": {
                "sig": self.keys.sig.kid().to_string(),
                "auth": self.keys.auth.kid().to_string(),
                "wit": self.keys.wit.kid().to_string(),
                "kem": self.keys.kem.kid().to_string(),
            },
            "lg": 1,
            "closed": false,
            "revoked": {},
        });
        (self.change)(&mut said);
        said
    }
}

fn nothing(_: &mut Value) {}

fn log(events: &[&SignedIdentity]) -> Value {
    let events: Vec<_> = events.iter().map(|event| (*event).clone()).collect();
    json!({ "log": show_log(&events) })
}

fn renamed(node: &Node, place: u64, after: &SignedIdentity, name: &str) -> SignedIdentity {
    let update = Update { name: Some(name.to_owned()), ..Update::default() };
    SignedIdentity::update(&update, place, after.id(), NOW, &[&node.keys.sig])
}

pub(super) fn make(entries: &mut Entries) {
    make_genesis(entries);
    make_updates(entries);
    make_rotations(entries);
    make_ends(entries);
}

fn make_genesis(entries: &mut Entries) {
    let node = Node::ccas();
    let said = Said { last: (0, &node.genesis), keys: &node.keys, change: nothing };
    entries.accept("genesis", "the first event", log(&[&node.genesis]), said.of(&node));
    let signers = node.keys.signing();
    let organization = r#","org":{"insee":"95001","siret":"21950001200019"}"#;
    for (name, why, from, to) in [
        ("genesis_without_organization", "org is optional", organization, ""),
        (
            "genesis_unknown_member",
            "what we do not know is kept",
            "\"name\"",
            "\"motto\":\"x\",\"name\"",
        ),
        (
            "genesis_three_urls",
            "three addresses",
            "\"https://ccas",
            "\"https://a.example/\",\"https://b.example/\",\"https://ccas",
        ),
        ("genesis_name_120", "a name of 120 bytes", "CCAS de Brenne", &"é".repeat(60)),
    ] {
        let genesis = rewritten(&node.genesis, from, to, &signers);
        let identity = Identity::begin(&genesis).unwrap();
        let other = Said { last: (0, &genesis), ..said };
        let mut expect = other.of(&node);
        expect["node_id"] = identity.node().to_string().into();
        expect["name"] = identity.name().into();
        expect["urls"] = json!(identity.urls());
        entries.accept(name, why, log(&[&genesis]), expect);
    }
    for (name, why, from, to) in [
        ("genesis_version", "another version", "\"v\":1", "\"v\":2"),
        ("genesis_type", "an unknown type", "\"t\":\"genesis\"", "\"t\":\"rebirth\""),
        ("genesis_no_time", "no date", ",\"ts\":1772438400000", ""),
        ("genesis_no_url", "no address", "[\"https://ccas.brenne.example/\"]", "[]"),
        (
            "genesis_four_urls",
            "four addresses",
            "\"https://ccas",
            "\"https://a.example/\",\"https://b.example/\",\"https://c.example/\",\"https://ccas",
        ),
        ("genesis_plain_http", "an address without TLS", "https://ccas", "http://ccas"),
        ("genesis_no_name", "an empty name", "CCAS de Brenne", ""),
        ("genesis_name_121", "a name of 121 bytes", "CCAS de Brenne", &("é".repeat(60) + "a")),
        ("genesis_siret", "a number of thirteen digits", "21950001200019", "2195000120001"),
        ("genesis_insee", "a commune of four characters", "\"95001\"", "\"9500\""),
        ("genesis_no_next", "no rotation key is committed", "\"nx\":[", "\"nx\":[],\"ny\":["),
        ("genesis_kid", "the name of a key is not its hash", "\"kid\":\"", "\"kid\":\"f"),
        (
            "genesis_algorithm",
            "a key that agrees is said to sign",
            "\"alg\":\"X25519\"",
            "\"alg\":\"Ed25519\"",
        ),
        ("genesis_use", "an unknown use", "\"use\":\"wit\"", "\"use\":\"fun\""),
        ("genesis_two_of_a_use", "two keys for one use", "\"use\":\"wit\"", "\"use\":\"auth\""),
    ] {
        let genesis = rewritten(&node.genesis, from, to, &signers);
        entries.refuse(name, why, log(&[&genesis]), "malformed");
    }
    let text = str::from_utf8(&node.genesis.bytes).unwrap();
    let next = text.split("\"nx\":[").nth(1).unwrap().split(']').next().unwrap();
    let four = rewritten(&node.genesis, next, &[next; 4].join(","), &signers);
    entries.refuse("genesis_four_next", "four rotation keys", log(&[&four]), "malformed");
    let spaced = rewritten(&node.genesis, "{\"keys\"", "{ \"keys\"", &signers);
    entries.refuse("genesis_not_canonical", "a space", log(&[&spaced]), "not_canonical");
    let large = format!("\"motto\":\"{}\",\"name\"", "x".repeat(8 * 1024));
    let large = rewritten(&node.genesis, "\"name\"", &large, &signers);
    entries.refuse("genesis_too_large", "more than 8 KiB", log(&[&large]), "too_large");
    let late = rewritten(&node.genesis, "\"sq\":0", "\"sq\":1", &signers);
    entries.refuse("genesis_place", "the first event has place 0", log(&[&late]), "out_of_place");
    let parent = format!("\"pv\":\"{}\",\"sq\":0", node.genesis.id());
    let born = rewritten(&node.genesis, "\"sq\":0", &parent, &signers);
    entries.refuse(
        "genesis_parent",
        "the first event follows nothing",
        log(&[&born]),
        "out_of_place",
    );
    make_possession(entries, &node);
    make_weak_keys(entries, &node);
    entries.refuse("no_event", "an empty log", log(&[]), "length");
    let input = json!({ "repeat": show_log(slice::from_ref(&node.genesis))[0], "count": 513 });
    entries.refuse("too_many_events", "513 events", input, "length");
}

fn make_possession(entries: &mut Entries, node: &Node) {
    let [sig, auth, wit] = node.keys.signing();
    let stranger = PrivateKey::from_seed(&secret("stranger", "sig"));
    for (name, why, signers) in [
        ("genesis_no_signature", "nobody signed", vec![]),
        ("genesis_no_auth_signature", "one key did not prove that it is held", vec![sig, wit]),
        ("genesis_stranger", "somebody else signed", vec![sig, auth, &stranger]),
        ("genesis_one_too_many", "somebody else signed too", vec![sig, auth, wit, &stranger]),
        ("genesis_twice_the_same", "one key signed twice, another not", vec![sig, auth, auth]),
    ] {
        let genesis = rewritten(&node.genesis, "", "", &signers);
        entries.refuse(name, why, log(&[&genesis]), "bad_signature");
    }
    let mut genesis = node.genesis.clone();
    genesis.signatures.reverse();
    let said = Said { last: (0, &node.genesis), keys: &node.keys, change: nothing };
    let why = "signatures come in any order";
    entries.accept("genesis_other_order", why, log(&[&genesis]), said.of(node));
    let mut genesis = node.genesis.clone();
    genesis.signatures[0].signature = sig.sign(Label::Event, &genesis.bytes);
    let why = "a signature under another label";
    entries.refuse("genesis_other_label", why, log(&[&genesis]), "bad_signature");
}

fn make_weak_keys(entries: &mut Entries, node: &Node) {
    let old = public(KeyUse::Wit, &node.keys.wit);
    let signers = node.keys.signing();
    for (name, why, hex) in [
        (
            "genesis_small_order",
            "a key of small order",
            "0000000000000000000000000000000000000000000000000000000000000000",
        ),
        (
            "genesis_mixed_order",
            "a key with a part of small order",
            "eac24b609a127275155867a7f4d879b2d8ce526bf10bd3e7270a17d3edddf7dc",
        ),
        (
            "genesis_key_not_canonical",
            "another writing of a key of small order",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ),
    ] {
        let weak = encoding::from_hex_array(hex).unwrap();
        let weak = IdentityKey { key_use: KeyUse::Wit, public: weak };
        let genesis = with_key(node, &old, &weak, &signers);
        entries.refuse(name, why, log(&[&genesis]), "weak_key");
    }
    let shared = IdentityKey { key_use: KeyUse::Wit, ..public(KeyUse::Auth, &node.keys.auth) };
    let genesis = with_key(node, &old, &shared, &[&node.keys.sig, &node.keys.auth]);
    entries.refuse("genesis_shared_key", "one key for two uses", log(&[&genesis]), "weak_key");
}

fn with_key(
    node: &Node,
    old: &IdentityKey,
    new: &IdentityKey,
    signers: &[&PrivateKey],
) -> SignedIdentity {
    let written = |key: &IdentityKey| {
        let public = encoding::base64url(&key.public);
        format!("\"kid\":\"{}\",\"pub\":\"{public}\"", key.kid())
    };
    rewritten(&node.genesis, &written(old), &written(new), signers)
}

fn make_updates(entries: &mut Entries) {
    let node = Node::ccas();
    let first = renamed(&node, 1, &node.genesis, "CCAS de Brenne-le-Vieux");
    let said = Said { last: (1, &first), keys: &node.keys, change: nothing };
    let renamed_said =
        Said { change: |said| said["name"] = "CCAS de Brenne-le-Vieux".into(), ..said };
    let input = log(&[&node.genesis, &first]);
    entries.accept("update_name", "another name", input, renamed_said.of(&node));

    let second = renamed(&node, 2, &first, "Service social");
    let change = |said: &mut Value| said["name"] = "Service social".into();
    let twice = Said { last: (2, &second), change, ..said };
    let input = log(&[&node.genesis, &first, &second]);
    entries.accept("update_twice", "the last one counts", input, twice.of(&node));

    let update = Update {
        urls: Some(vec!["https://b.example/".to_owned()]),
        log_generation: Some(2),
        ..Update::default()
    };
    let moved = SignedIdentity::update(&update, 1, node.genesis.id(), NOW, &[&node.keys.sig]);
    let change = |said: &mut Value| {
        said["urls"] = json!(["https://b.example/"]);
        said["lg"] = 2.into();
    };
    let said = Said { last: (1, &moved), change, ..said };
    let input = log(&[&node.genesis, &moved]);
    entries.accept("update_urls", "other addresses, another log", input, said.of(&node));
    make_key_updates(entries, &node);

    let late = renamed(&node, 1, &node.genesis, "Trop tard");
    let input = log(&[&node.genesis, &first, &late]);
    entries.refuse("update_late", "an update follows the last event", input, "out_of_place");
    let far = renamed(&node, 2, &node.genesis, "Trop loin");
    let input = log(&[&node.genesis, &far]);
    entries.refuse("update_place", "a place is skipped", input, "out_of_place");
    let orphan = renamed(&node, 1, &second, "Sans parent");
    let input = log(&[&node.genesis, &orphan]);
    entries.refuse("update_unknown_parent", "it follows nothing known", input, "out_of_place");
    let parent = format!(",\"pv\":\"{}\"", node.genesis.id());
    let free = rewritten(&first, &parent, "", &[&node.keys.sig]);
    let input = log(&[&node.genesis, &free]);
    entries.refuse("update_no_parent", "it names no parent", input, "out_of_place");
    let input = log(&[&first]);
    entries.refuse("update_first", "a log begins with a genesis", input, "out_of_place");
    let again = rewritten(&node.genesis, "\"sq\":0", "\"sq\":1", &node.keys.signing());
    let input = log(&[&node.genesis, &again]);
    entries.refuse("genesis_twice", "a second genesis", input, "out_of_place");
}

fn make_key_updates(entries: &mut Entries, node: &Node) {
    let new = PrivateKey::from_seed(&secret("ccas later", "auth"));
    let kem = KeySet::new("ccas later").kem;
    let keys = vec![
        public(KeyUse::Auth, &new),
        IdentityKey { key_use: KeyUse::Kem, public: kem.public() },
    ];
    let update = Update { keys, ..Update::default() };
    let by = |signers: &[&PrivateKey]| {
        SignedIdentity::update(&update, 1, node.genesis.id(), NOW, signers)
    };
    let good = by(&[&node.keys.sig, &new]);
    let said = Said { last: (1, &good), keys: &node.keys, change: nothing };
    let mut expect = said.of(node);
    expect["keys"]["auth"] = new.kid().to_string().into();
    expect["keys"]["kem"] = kem.kid().to_string().into();
    let why = "daily keys are replaced by the signing key";
    entries.accept("update_keys", why, log(&[&node.genesis, &good]), expect);
    for (name, why, event) in [
        ("update_no_possession", "the new key did not sign", by(&[&node.keys.sig])),
        ("update_no_sig", "the signing key did not sign", by(&[&new])),
        ("update_by_auth", "the old daily key signed", by(&[&node.keys.auth, &new])),
    ] {
        entries.refuse(name, why, log(&[&node.genesis, &event]), "bad_signature");
    }
    let keys = vec![public(KeyUse::Sig, &new)];
    let thief = Update { keys, ..Update::default() };
    let signers = [&node.keys.sig, &new];
    let thief = SignedIdentity::update(&thief, 1, node.genesis.id(), NOW, &signers);
    let input = log(&[&node.genesis, &thief]);
    entries.refuse("update_sig", "only the paper replaces the signing key", input, "malformed");
    let keys = vec![public(KeyUse::Auth, &node.keys.wit)];
    let reused = Update { keys, ..Update::default() };
    let signers = [&node.keys.sig, &node.keys.wit];
    let reused = SignedIdentity::update(&reused, 1, node.genesis.id(), NOW, &signers);
    let input = log(&[&node.genesis, &reused]);
    entries.refuse("update_reused_key", "a key serves one use", input, "weak_key");
}

fn make_rotations(entries: &mut Entries) {
    let node = Node::ccas();
    let later = KeySet::new("ccas later");
    let revoked =
        Revoked { kid: node.keys.sig.kid(), cause: RevocationCause::Compromise, since: Some(NOW) };
    let rotated = node.rotated("ccas later", (0, &node.genesis), vec![revoked]);
    let mut expect = Said { last: (1, &rotated), keys: &later, change: nothing }.of(&node);
    expect["revoked"] = json!({ node.keys.sig.kid().to_string(): "compromise" });
    let input = log(&[&node.genesis, &rotated]);
    entries.accept("rotate", "the paper replaces every key", input, expect.clone());

    let thief = renamed(&node, 1, &node.genesis, "Voleur");
    let input = log(&[&node.genesis, &thief, &rotated]);
    let why = "the paper sets aside the update of a thief";
    entries.accept("rotate_supersedes", why, input, expect);

    let kept = renamed(&node, 1, &node.genesis, "CCAS de Brenne-le-Vieux");
    let after = node.rotated("ccas later", (1, &kept), vec![]);
    let change = |said: &mut Value| said["name"] = "CCAS de Brenne-le-Vieux".into();
    let said = Said { last: (2, &after), keys: &later, change };
    let input = log(&[&node.genesis, &kept, &after]);
    entries.accept("rotate_keeps", "what is before its parent stays", input, said.of(&node));

    let paper = PrivateKey::from_seed(&secret("ccas later", "paper"));
    let second = Node { paper, keys: KeySet::new("ccas later"), genesis: node.genesis.clone() };
    let again = second.rotated("ccas last", (1, &rotated), vec![]);
    let mut expect =
        Said { last: (2, &again), keys: &KeySet::new("ccas last"), change: nothing }.of(&node);
    expect["revoked"] = json!({ node.keys.sig.kid().to_string(): "compromise" });
    let input = log(&[&node.genesis, &rotated, &again]);
    entries.accept("rotate_twice", "each paper once", input, expect);

    let other = node.rotated("ccas last", (0, &node.genesis), vec![]);
    let input = log(&[&node.genesis, &rotated, &other]);
    entries.refuse("rotate_fork", "two rotations after one event", input, "forked");
    let reused = node.rotated("ccas last", (1, &rotated), vec![]);
    let input = log(&[&node.genesis, &rotated, &reused]);
    entries.refuse("rotate_same_paper", "a paper serves once", input, "wrong_rotation_key");
    let input = log(&[&node.genesis, &second.rotated("ccas last", (0, &node.genesis), vec![])]);
    let why = "the paper was not committed";
    entries.refuse("rotate_wrong_paper", why, input, "wrong_rotation_key");
    let same = node.rotated("ccas", (0, &node.genesis), vec![]);
    let input = log(&[&node.genesis, &same]);
    entries.refuse("rotate_same_keys", "a key does not come back", input, "weak_key");
    let text = str::from_utf8(&rotated.bytes).unwrap().to_owned();
    let [sig, auth, wit] = later.signing();
    for (name, why, signers) in [
        ("rotate_no_paper", "the paper did not sign", vec![sig, auth, wit]),
        ("rotate_no_possession", "a new key did not sign", vec![&node.paper, sig, auth]),
        ("rotate_by_old", "the old key signed", vec![&node.keys.sig, sig, auth, wit]),
    ] {
        let event = rewritten(&rotated, &text, &text, &signers);
        entries.refuse(name, why, log(&[&node.genesis, &event]), "bad_signature");
    }
    let signers = [&node.paper, sig, auth, wit];
    let cause = rewritten(&rotated, "compromise", "boredom", &signers);
    let input = log(&[&node.genesis, &cause]);
    entries.refuse("rotate_cause", "an unknown cause", input, "malformed");
}

fn make_ends(entries: &mut Entries) {
    let node = Node::ccas();
    let (genesis, paper) = (&node.genesis, &node.paper);
    let ended = SignedIdentity::close(None, 1, genesis.id(), NOW, paper);
    let change = |said: &mut Value| said["closed"] = true.into();
    let said = Said { last: (1, &ended), keys: &node.keys, change };
    entries.accept("close", "the end of a node", log(&[genesis, &ended]), said.of(&node));
    let heir = Node::epn().id();
    let left = SignedIdentity::close(Some(heir), 1, genesis.id(), NOW, paper);
    let mut expect = Said { last: (1, &left), ..said }.of(&node);
    expect["succ"] = heir.to_string().into();
    entries.accept("close_successor", "and who continues", log(&[genesis, &left]), expect);
    let thief = renamed(&node, 1, genesis, "Voleur");
    let input = log(&[genesis, &thief, &ended]);
    entries.accept("close_supersedes", "an update is set aside", input, said.of(&node));

    let by_thief = SignedIdentity::close(None, 1, genesis.id(), NOW, &node.keys.sig);
    let input = log(&[genesis, &by_thief]);
    let why = "the signing key cannot end a node";
    entries.refuse("close_by_sig", why, input, "wrong_rotation_key");
    let after = renamed(&node, 2, &ended, "Encore");
    let input = log(&[genesis, &ended, &after]);
    entries.refuse("update_after_close", "nothing follows the end", input, "closed");
    let rotated = node.rotated("ccas later", (0, genesis), vec![]);
    let input = log(&[genesis, &rotated, &ended]);
    let why = "a rotation and an end after one event";
    entries.refuse("close_fork", why, input, "forked");
}

pub(super) fn judge(input: &Value) -> Result<Value, &'static str> {
    let log = match input.get("repeat") {
        Some(event) => {
            let count = usize::try_from(integer(input, "count")).unwrap();
            vec![identity_event(event); count]
        }
        None => identity_log(input, "log"),
    };
    let identity = Identity::read(&log).map_err(why)?;
    let (place, id) = identity.last();
    let kid = |key_use: KeyUse| (key_use.name(), identity.key(key_use).unwrap().kid().to_string());
    let keys: BTreeMap<_, _> = KeyUse::ALL.into_iter().map(kid).collect();
    let mut said = json!({
        "node_id": identity.node().to_string(),
        "last": [place, id.to_string()],
        "name": identity.name(),
        "urls": identity.urls(),
        "keys": keys,
        "lg": identity.log_generation(),
        "closed": identity.closed().is_some(),
        "revoked": revoked(&identity, &log),
    });
    if let Some(Some(successor)) = identity.closed() {
        said["succ"] = NodeId::to_string(&successor).into();
    }
    Ok(said)
}

/// Asks for the cause of every key that ever signed an event of the log.
fn revoked(identity: &Identity, log: &[SignedIdentity]) -> Value {
    let mut revoked = json!({});
    for signature in log.iter().flat_map(|event| &event.signatures) {
        if let Some(revocation) = identity.revocation(signature.kid) {
            let cause = match revocation.0 {
                RevocationCause::Routine => "routine",
                RevocationCause::Lost => "lost",
                RevocationCause::Compromise => "compromise",
            };
            revoked[signature.kid.to_string()] = cause.into();
        }
    }
    revoked
}

fn why(error: IdentityError) -> &'static str {
    match error {
        IdentityError::Length => "length",
        IdentityError::Unreadable(UnreadableIdentity::TooLarge) => "too_large",
        IdentityError::Unreadable(UnreadableIdentity::NotCanonical(_)) => "not_canonical",
        IdentityError::Unreadable(UnreadableIdentity::Malformed(_)) => "malformed",
        IdentityError::OutOfPlace => "out_of_place",
        IdentityError::Forked => "forked",
        IdentityError::WeakKey => "weak_key",
        IdentityError::WrongRotationKey => "wrong_rotation_key",
        IdentityError::BadSignature => "bad_signature",
        IdentityError::Closed => "closed",
    }
}
