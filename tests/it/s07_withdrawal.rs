//! Scenario 7: a withdrawal travels, even when the other node sleeps, and along what was passed on.

use maillage_tests::{FIRST_NAME, Node, Territory, both};
use serde_json::{Value, json};

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

#[test]
fn a_code_stops_at_a_desk_that_has_nothing_to_do_with_it() {
    let mut all =
        Territory::at("2026-03-02", 9, &["CCAS de Brenne", "EPN Le Lavoir", "Parlons Net"]);
    let [ccas, epn, asso] = &mut all.nodes[..] else { panic!("three nodes") };
    let proposed = ccas.post("/referrals", &ccas.proposal_to(epn)).expect("the node answers");
    let proposed = proposed.json::<Value>().expect("a name and a code");
    let id = proposed["referral"].as_str().expect("a name").to_owned();
    both([ccas, epn], &id, "delivered");
    epn.says(&id, &json!({ "command": "accept" }));
    epn.until("her contact arrives", |epn| epn.knows_her(&id));
    let stop = |asso: &Node, code: &Value| {
        let answer = asso.post("/withdrawals", &json!({ "code": code })).expect("the node answers");
        assert_eq!(answer.status(), 200);
        answer.json::<Value>().expect("what is known")
    };
    let wrong = stop(asso, &json!("0000-0000-0000-0000"));
    assert_eq!(wrong, json!({ "known": false, "silent": 0 }));
    epn.kill();
    // Whoever sleeps is said to: the code may be theirs.
    let wrong = stop(asso, &json!("0000-0000-0000-0000"));
    assert_eq!(wrong, json!({ "known": false, "silent": 1 }));
    let known = stop(asso, &proposed["personal_code"]);
    assert_eq!(known["known"], true);
    let erasure = |ccas: &Node, state: &str| {
        ccas.get(&format!("/referrals/{id}")).is_some_and(|story| story["erasure"] == state)
    };
    ccas.until("it is stopped", |ccas| erasure(ccas, "awaited"));
    assert_eq!(ccas.status(&id).as_deref(), Some("withdrawn"));
    epn.launch();
    all.try_again();
    let [ccas, epn, asso] = &all.nodes[..] else { panic!("three nodes") };
    ccas.until("it is attested", |ccas| erasure(ccas, "attested"));
    assert!(!epn.knows_her(&id));
    assert!(asso.get(&format!("/referrals/{id}")).is_none());
    all.holds(&[(&id, 0, 1)]);
}

#[test]
fn an_item_goes_and_help_goes_on() {
    let mut all = Territory::at("2026-03-02", 9, &NAMES[..2]);
    let id = all.ask(0, 1);
    all.nodes[1].says(&id, &json!({ "command": "accept" }));
    all.nodes[1].until("her contact arrives", |epn| epn.knows_her(&id));
    all.nodes[1].kill();
    all.nodes[0].says(&id, &json!({ "command": "take_back", "what": "phone" }));
    all.nodes[1].launch();
    all.try_again();
    all.nodes[1].until("the number is gone, and her name is there", |epn| {
        let story = epn.get(&format!("/referrals/{id}")).unwrap_or_default();
        story["contact"]["channel"].is_null() && story["contact"]["name"] == FIRST_NAME
    });
    all.nodes[1].says(&id, &json!({ "command": "start", "contact": "met" }));
    both([&all.nodes[0], &all.nodes[1]], &id, "underway");
    // Then she wants nothing more to be told.
    all.nodes[1].says(&id, &json!({ "command": "take_back", "what": "feedback" }));
    all.nodes[1].says(&id, &json!({ "command": "conclude", "outcome": "accompanied" }));
    all.nodes[0].until("she is heard", |ccas| {
        let story = ccas.get(&format!("/referrals/{id}")).unwrap_or_default();
        story["steps"].to_string().contains("feedback")
    });
    assert_eq!(all.nodes[0].status(&id).as_deref(), Some("underway"));
    assert_eq!(all.nodes[1].status(&id).as_deref(), Some("concluded"));
}
