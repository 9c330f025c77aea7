//! Malformed bytes at every endpoint: a problem in answer, no panic, nothing changed.

use std::fs;
use std::path::Path;

use maillage_protocol::problem::ProblemType;
use maillage_tests::{Hostile, Node};
use reqwest::Method;

/// The endpoints that read a body.
const BODIES: [&str; 6] = ["/events", "/keybox", "/receipts", "/erase", "/withdrawal", "/link"];

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
    let hostile = Hostile::linked(&victim);
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
    for path in ["/events", "/head", "/mine", "/keybox", "/erase", "/receipts", "/withdrawal"] {
        for method in [Method::GET, Method::POST] {
            let url = format!("{}/fed/v1{path}?ep=1&after=0", victim.url);
            let answer = http.request(method, url).body("{}").send().unwrap();
            assert!(answer.status().is_client_error(), "{path}: {}", answer.status());
        }
    }
    assert_eq!(victim.records(), records);
}
