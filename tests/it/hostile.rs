//! Malformed bytes at every endpoint: a problem in answer, no panic, nothing changed.

use std::fs;
use std::path::Path;

use maillage_protocol::id::EventId;
use maillage_protocol::label::Label;
use maillage_protocol::problem::ProblemType;
use maillage_protocol::transport::EventBatch;
use maillage_tests::{Node, PaperPeer};
use reqwest::Method;

/// The endpoints that read a body.
const BODIES: [&str; 7] =
    ["/events", "/keybox", "/receipts", "/erase", "/withdrawal", "/trail", "/link"];

fn corpus() -> Vec<Vec<u8>> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../protocol/vectors/public/jsontestsuite/test_parsing"
    );
    let mut files: Vec<_> = fs::read_dir(Path::new(folder))
        .expect("the public vectors are in the tree")
        .map(|file| file.expect("a folder can be listed").path())
        .collect();
    files.sort();
    let mut corpus: Vec<_> =
        files.iter().map(|path| fs::read(path).expect("a vector can be read")).collect();
    for own in [
        &br#"{"events":[{"h":"","s":"","b":"","k":{}}]}"#[..],
        br#"{"events":[{"h":"e30","s":"AA"}]}"#,
        br#"{"events":[],"more":true}"#,
        br#"{"h":"e30","s":""}"#,
        br#"{"lookup":"AA"}"#,
        br#"{"ids":["AA"],"kid":"zz"}"#,
        b"\xef\xbb\xbf{}",
        b"",
    ] {
        corpus.push(own.to_vec());
    }
    corpus
}

#[test]
fn malformed_bytes_change_nothing_and_get_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let victim = Node::start(&folder.path().join("victim"), "CCAS de Brenne", &[]);
    let hostile = PaperPeer::linked(&victim);
    let (records, corpus) = (victim.records(), corpus());
    assert!(corpus.len() > 300);
    for endpoint in BODIES {
        for (at, body) in corpus.iter().enumerate() {
            // The quota of erasures is its own, and small: a few bodies are enough to see it.
            if endpoint == "/erase" && at > 20 {
                break;
            }
            let answer = hostile.send(Method::POST, endpoint, "", body);
            let status = answer.status().as_u16();
            assert!((400..500).contains(&status), "{endpoint} {at}: {status}");
            let problem: serde_json::Value = answer.json().unwrap();
            let code = problem["code"].as_str().unwrap();
            assert!(ProblemType::from_code(code).is_some(), "{code}");
        }
    }
    assert_eq!(victim.records(), records);
}

#[test]
fn what_is_not_signed_as_it_must_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let victim = Node::start(&folder.path().join("victim"), "CCAS de Brenne", &[]);
    let records = victim.records();
    let http = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
    for path in
        ["/events", "/head", "/mine", "/keybox", "/erase", "/receipts", "/withdrawal", "/trail"]
    {
        for method in [Method::GET, Method::POST] {
            let url = format!("{}/fed/v1{path}?ep=1&after=0", victim.url);
            let answer = http.request(method, url).body("{}").send().unwrap();
            assert!(answer.status().is_client_error(), "{path}: {}", answer.status());
        }
    }
    assert_eq!(victim.records(), records);
}

/// The door judges bytes, the fold judges meaning: what makes no sense is kept, and holds up nothing.
#[test]
fn an_event_that_cannot_be_read_does_not_hold_up_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let victim = Node::start(&folder.path().join("victim"), "CCAS de Brenne", &[]);
    let peer = PaperPeer::linked(&victim);
    let mut channel = peer.channel();
    let mut unreadable = channel.referral(1);
    unreadable[1].keybox = unreadable[0].keybox.clone();
    // What follows it about the same referral is closed with it; what begins later is not.
    let closed = [&unreadable[1], &unreadable[2]].map(|event| event.header.hash(Label::EventId));
    let readable = channel.referral(0);

    let events = [unreadable, readable].concat();
    let answer = peer.push(&events);
    assert_eq!(answer["results"].as_array().unwrap().len(), events.len());
    assert!(answer["results"].as_array().unwrap().iter().all(|result| result["st"] == "stored"));
    assert_eq!(answer["need"], serde_json::json!(closed.map(EventId)));
    victim.until("the one that can be read is there", |victim| {
        victim
            .get("/worklist")
            .is_some_and(|lists| lists["to_answer"].as_array().unwrap().len() == 1)
    });
}

/// A body that is not the one that was signed stops the batch there, and nothing for good.
#[test]
fn a_poisoned_event_is_refused_until_it_is_the_right_one() {
    let folder = tempfile::tempdir().unwrap();
    let victim = Node::start(&folder.path().join("victim"), "CCAS de Brenne", &[]);
    let peer = PaperPeer::linked(&victim);
    let events = peer.channel().referral(1);
    let mut poisoned = events.clone();
    poisoned[1].body = poisoned[2].body.clone();

    let results = peer.push(&poisoned)["results"].clone();
    assert_eq!((&results[0]["st"], &results[1]["st"]), (&"stored".into(), &"error".into()));
    assert_eq!((&results[1]["code"], &results[2]), (&"invalid_event".into(), &().into()));
    let results = peer.push(&events)["results"].clone();
    assert_eq!((&results[0]["st"], &results[1]["st"]), (&"duplicate".into(), &"stored".into()));
    assert_eq!(results[2]["st"], "stored");
}

#[test]
fn a_peer_that_sends_too_much_is_asked_to_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let limited = [("MAILLAGE__PEERS__UNLIMITED", "false")];
    let victim = Node::start(&folder.path().join("victim"), "CCAS de Brenne", &limited);
    let peer = PaperPeer::linked(&victim);
    let events = peer.channel().referral(62);
    let (_, burst) = maillage_protocol::limits::PEER_EVENTS;
    let body = serde_json::to_vec(&EventBatch { events }).unwrap();
    let allowed = usize::try_from(burst).unwrap() / 64;
    for _ in 0..allowed {
        assert_eq!(peer.send(Method::POST, "/events", "", &body).status(), 200);
    }
    let answer = peer.send(Method::POST, "/events", "", &body);
    assert_eq!(
        (answer.status().as_u16(), answer.headers().contains_key("retry-after")),
        (429, true)
    );
}
