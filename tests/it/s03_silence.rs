//! Scenario 3: silence has an owner and an end; and a late yes is still a yes.

use maillage_tests::{Node, Territory, both, paris};
use serde_json::json;

const NAMES: [&str; 3] = ["CCAS de Brenne", "EPN Le Lavoir", "France services Courcy"];

#[test]
fn a_dead_place_blames_nobody_and_a_tired_one_expires() {
    let mut all = Territory::at("2026-03-31", 9, &NAMES);
    all.nodes[2].kill();
    let [ccas, epn, dead] = &all.nodes[..] else { panic!("three nodes") };
    let lost = ccas.propose(&ccas.proposal_to(dead)).unwrap();
    let tired = all.ask(0, 1);
    let (holder, act, due) = epn.turn(&tired).unwrap();
    assert_eq!((holder.as_str(), act.as_str()), ("receiver", "open"));
    assert_eq!(due, paris("2026-04-02", 17, 0));

    all.set("2026-04-01", 10, 0);
    assert_eq!(ccas.status(&lost).as_deref(), Some("proposed"));
    let (holder, act, due) = ccas.turn(&lost).unwrap();
    assert_eq!((holder.as_str(), act.as_str()), ("sender", "deliver"));
    assert!(due < all.now());

    let reminder = |node: &Node, id: &str| {
        let story = node.get(&format!("/referrals/{id}")).unwrap_or_default();
        story["referral"]["reminder"].as_str().map(str::to_owned)
    };
    let told = |node: &Node, id: &str, what: &str| {
        node.until(what, |node| reminder(node, id).as_deref() == Some(what));
    };
    told(ccas, &lost, "undelivered");
    all.set("2026-04-02", 17, 1);
    told(epn, &tired, "late");
    assert_eq!(reminder(ccas, &tired), None);
    all.set("2026-04-08", 17, 1);
    told(ccas, &tired, "undecided");
    all.set("2026-04-15", 17, 1);
    told(ccas, &tired, "alternatives");

    // Easter Monday is not counted.
    all.set("2026-04-22", 16, 58);
    assert_eq!(ccas.status(&tired).as_deref(), Some("delivered"));
    all.set("2026-04-22", 17, 1);
    both([ccas, epn], &tired, "expired");
    assert_eq!(ccas.list("to_choose"), [tired.as_str()]);
    assert_eq!(ccas.status(&lost).as_deref(), Some("proposed"));

    // On the sixteenth day, Karim says yes.
    all.set("2026-04-23", 11, 0);
    epn.says(&tired, &json!({ "command": "accept" }));
    both([ccas, epn], &tired, "accepted");
    epn.until("her contact arrives", |epn| epn.knows_her(&tired));
    assert!(ccas.list("to_choose").is_empty());
    all.nodes[2].launch();
    all.try_again();
    all.holds(&[(&tired, 0, 1), (&lost, 0, 2)]);
}

#[test]
fn the_first_of_may_is_not_counted() {
    let all = Territory::at("2026-04-13", 9, &NAMES[..2]);
    let [ccas, epn] = &all.nodes[..] else { panic!("two nodes") };
    let id = all.ask(0, 1);
    all.set("2026-05-05", 16, 58);
    assert_eq!(ccas.status(&id).as_deref(), Some("delivered"));
    all.set("2026-05-05", 17, 1);
    both([ccas, epn], &id, "expired");
}

#[test]
fn who_says_yes_after_somebody_else_gets_no_name() {
    let mut all = Territory::at("2026-03-31", 9, &NAMES);
    let [ccas, epn, courcy] = &all.nodes[..] else { panic!("three nodes") };
    let tired = all.ask(0, 1);
    all.set("2026-04-22", 17, 1);
    both([ccas, epn], &tired, "expired");
    let second = all.ask_after(&tired, 0, 2, "delivered");
    courcy.says(&second, &json!({ "command": "accept" }));
    courcy.until("her contact arrives", |courcy| courcy.knows_her(&second));
    epn.until("the door is shut", |epn| {
        let steps = epn.get(&format!("/referrals/{tired}")).unwrap_or_default()["steps"].clone();
        let mut steps = steps.as_array().cloned().unwrap_or_default().into_iter();
        steps.any(|step| step["event"]["t"] == "cancelled")
    });
    assert!(!epn.say(&tired, &json!({ "command": "accept" })));
    assert!(!epn.knows_her(&tired));
    all.holds(&[(&tired, 0, 1), (&second, 0, 2)]);
}
