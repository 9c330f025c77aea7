//! Nodes that speak TLS themselves, without a proxy in front.

use maillage_tests::Pair;
use serde_json::json;

#[test]
fn two_nodes_that_serve_tls_exchange_a_referral() {
    let mut pair = Pair::over_tls();
    assert!(pair.epn.url.starts_with("https://"));
    let id = pair.propose().unwrap();
    pair.both(&id, "delivered");
    assert!(Pair::say(&pair.epn, &id, &json!({ "command": "accept" })));
    pair.both(&id, "accepted");
    let plain = pair.epn.url.replace("https://", "http://");
    let plain = reqwest::blocking::get(format!("{plain}/health/ready"));
    assert!(plain.is_err(), "what speaks TLS answers nothing in plain");
    pair.holds(&[&id]);
}
