//! n25: a node that nobody can call works all the same, by fetching what waits for it.

use maillage_tests::Pair;
use serde_json::json;

#[test]
fn n25_a_node_without_an_open_port_works_by_fetching() {
    // The EPN tells its peers an address where nobody answers.
    let mut pair = Pair::with(
        &[],
        &[("MAILLAGE__PEERS__POLL", "true"), ("MAILLAGE__PUBLIC_URL", "http://127.0.0.1:9")],
    );
    let id = pair.propose().unwrap();
    pair.both(&id, "delivered");
    assert!(Pair::say(&pair.epn, &id, &json!({ "command": "accept" })));
    pair.both(&id, "accepted");
    pair.holds(&[&id]);
}
