//! Scenario 7: a withdrawal travels, even when the other node sleeps, and along what was passed on.

use maillage_tests::{FIRST_NAME, Territory, both};
use serde_json::json;

const NAMES: [&str; 3] = ["CCAS de Brenne", "EPN Le Lavoir", "France services Courcy"];

#[test]
fn who_sleeps_three_days_erases_before_anybody_reads() {
    let mut all = Territory::at("2026-03-02", 9, &NAMES[..2]);
    let id = all.ask(0, 1);
    all.nodes[1].says(&id, &json!({ "command": "accept" }));
    all.nodes[1].until("her contact arrives", |epn| epn.knows_her(&id));
    all.nodes[1].kill();
    all.nodes[0].says(&id, &json!({ "command": "withdraw" }));
    assert_eq!(all.nodes[0].status(&id).as_deref(), Some("withdrawn"));
    all.set("2026-03-05", 9, 0);
    // Once it answers, she is gone: the order was obeyed before any page was served.
    all.nodes[1].launch();
    let story = all.nodes[1].get(&format!("/referrals/{id}")).unwrap();
    assert!(story["contact"].is_null(), "{story}");
    all.try_again();
    both([&all.nodes[0], &all.nodes[1]], &id, "withdrawn");
    for node in &all.nodes {
        node.until("she is erased", |node| {
            let story = node.get(&format!("/referrals/{id}")).unwrap_or_default();
            story["erased"] == true && !story.to_string().contains(FIRST_NAME)
        });
    }
    all.holds(&[(&id, 0, 1)]);
}

#[test]
fn who_stops_everything_at_the_last_desk_is_erased_at_the_first() {
    let mut all = Territory::at("2026-03-02", 9, &NAMES);
    let [ccas, epn, courcy] = &all.nodes[..] else { panic!("three nodes") };
    let first = all.ask(0, 1);
    epn.says(&first, &json!({ "command": "accept" }));
    both([ccas, epn], &first, "accepted");
    let second = all.ask_after(&first, 1, 2, "delivered");
    courcy.says(&second, &json!({ "command": "accept" }));
    courcy.until("her contact arrives", |courcy| courcy.knows_her(&second));
    both([ccas, epn], &first, "referred_on");
    courcy.says(&second, &json!({ "command": "withdraw", "everything": true }));
    for (node, id) in [(ccas, &first), (epn, &first), (epn, &second), (courcy, &second)] {
        node.until("she is erased everywhere", |node| {
            let story = node.get(&format!("/referrals/{id}")).unwrap_or_default();
            story["erased"] == true && !story.to_string().contains(FIRST_NAME)
        });
    }
    assert!(ccas.list("to_choose").is_empty());
    all.holds(&[(&first, 0, 1), (&second, 1, 2)]);
}
