//! Scenario 11: two nodes that were cut off from each other disagree, and then do not.

use maillage_tests::{Territory, both, paris};
use serde_json::json;

fn scheduled(all: &Territory) -> String {
    let id = all.ask(0, 1);
    all.nodes[1].says(&id, &json!({ "command": "accept" }));
    all.nodes[1].until("her contact arrives", |epn| epn.knows_her(&id));
    let time = paris("2026-03-05", 10, 15).0;
    all.nodes[1].says(&id, &json!({ "command": "schedule", "time": time, "mode": "desk" }));
    both([&all.nodes[0], &all.nodes[1]], &id, "scheduled");
    id
}

#[test]
fn help_that_was_given_outranks_a_cancellation() {
    let mut all = Territory::at("2026-03-02", 9, &["CCAS de Brenne", "EPN Le Lavoir"]);
    let id = scheduled(&all);
    all.set("2026-03-05", 10, 0);
    all.nodes[1].kill();
    all.nodes[0].says(&id, &json!({ "command": "cancel", "reason": "situation_changed" }));
    assert_eq!(all.nodes[0].status(&id).as_deref(), Some("cancellation_requested"));
    all.nodes[0].kill();
    all.nodes[1].launch();
    all.set("2026-03-05", 10, 20);
    all.nodes[1].says(&id, &json!({ "command": "start", "contact": "met" }));
    all.nodes[1].says(&id, &json!({ "command": "conclude", "outcome": "accompanied" }));
    // The power fails.
    all.nodes[1].kill();
    all.set("2026-03-05", 11, 0);
    all.nodes.iter_mut().for_each(maillage_tests::Node::launch);
    both([&all.nodes[0], &all.nodes[1]], &id, "concluded");
    all.nodes[1].until("the cancellation is a late note", |epn| {
        let story = epn.get(&format!("/referrals/{id}")).unwrap_or_default();
        story["steps"].to_string().contains("cancelled")
    });
    all.nodes.iter().for_each(|node| assert!(node.page_of(&id).contains("Note tardive")));
    both([&all.nodes[0], &all.nodes[1]], &id, "concluded");
    all.holds(&[(&id, 0, 1)]);
}

/// What is fixed for her is not called off behind the back of those who expect her.
#[test]
fn a_cancellation_that_crosses_an_appointment_is_a_question() {
    let mut all = Territory::at("2026-03-02", 9, &["CCAS de Brenne", "EPN Le Lavoir"]);
    let id = all.ask(0, 1);
    all.nodes[1].says(&id, &json!({ "command": "accept" }));
    both([&all.nodes[0], &all.nodes[1]], &id, "accepted");
    all.nodes[1].until("her contact arrives", |epn| epn.knows_her(&id));
    all.nodes[1].kill();
    all.nodes[0].says(&id, &json!({ "command": "cancel", "reason": "situation_changed" }));
    assert_eq!(all.nodes[0].status(&id).as_deref(), Some("cancelled"));
    all.nodes[0].kill();
    all.nodes[1].launch();
    let time = paris("2026-03-05", 10, 15).0;
    all.nodes[1].says(&id, &json!({ "command": "schedule", "time": time, "mode": "desk" }));
    assert_eq!(all.nodes[1].status(&id).as_deref(), Some("scheduled"));
    all.nodes[0].launch();
    both([&all.nodes[0], &all.nodes[1]], &id, "cancellation_requested");
    all.holds(&[(&id, 0, 1)]);
}

#[test]
fn a_cancellation_that_nobody_settles_is_enforced_after_two_days() {
    let mut all = Territory::at("2026-03-02", 9, &["CCAS de Brenne", "EPN Le Lavoir"]);
    let id = scheduled(&all);
    let [ccas, epn] = &all.nodes[..] else { panic!("two nodes") };
    ccas.says(&id, &json!({ "command": "cancel", "reason": "situation_changed" }));
    both([ccas, epn], &id, "cancellation_requested");
    all.set("2026-03-04", 16, 58);
    assert_eq!(ccas.status(&id).as_deref(), Some("cancellation_requested"));
    all.set("2026-03-04", 17, 1);
    both([ccas, epn], &id, "cancelled");
    all.holds(&[(&id, 0, 1)]);
}
