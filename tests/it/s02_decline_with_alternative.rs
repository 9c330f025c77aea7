//! Scenario 2: a refusal that helps.

use maillage_tests::{Territory, both};
use serde_json::{Value, json};

const NAMES: [&str; 3] = ["CCAS de Brenne", "EPN Le Lavoir", "Parlons Net"];

fn services(node: &maillage_tests::Node) -> Vec<Value> {
    let directory = node.get("/directory").unwrap();
    let partners = directory["partners"].as_array().unwrap().iter();
    partners.map(|partner| partner["card"]["services"][0]["id"].clone()).collect()
}

#[test]
fn a_refusal_names_what_next_and_the_need_stays_with_its_owner() {
    let mut all = Territory::at("2026-03-02", 9, &NAMES);
    let [ccas, epn, asso] = &all.nodes[..] else { panic!("three nodes") };
    let first = all.ask(0, 1);
    let vague = json!({ "command": "decline", "reason": "capacity_full" });
    assert!(!epn.say(&first, &vague));
    epn.says(
        &first,
        &json!({
            "command": "decline",
            "reason": "capacity_full",
            "next_date": "2026-05-04",
            "next": { "kind": "alternative", "services": [services(epn)[0]] },
        }),
    );
    both([ccas, epn], &first, "declined");
    assert_eq!(ccas.list("to_choose"), [first.as_str()]);
    // Once, within five working days, with what is new.
    ccas.says(&first, &json!({ "command": "request_review", "facts": ["deadline_nearer"] }));
    both([ccas, epn], &first, "seen");
    assert!(ccas.list("to_choose").is_empty());
    epn.says(&first, &json!({ "command": "open" }));
    let no = json!({
        "command": "decline",
        "reason": "capacity_full",
        "next": { "kind": "none_known" },
    });
    epn.says(&first, &no);
    both([ccas, epn], &first, "declined");
    assert!(!ccas.say(&first, &json!({ "command": "request_review", "facts": [] })));

    let second = all.ask_after(&first, 0, 2, "delivered");
    asso.says(&second, &json!({ "command": "accept" }));
    both([ccas, asso], &second, "accepted");
    asso.until("her contact arrives", |asso| asso.knows_her(&second));
    assert!(!epn.knows_her(&first));
    assert!(ccas.list("to_choose").is_empty());
    all.holds(&[(&first, 0, 1), (&second, 0, 2)]);
}

#[test]
fn a_need_without_a_solution_is_closed_as_such_by_its_owner() {
    let mut all = Territory::at("2026-03-02", 9, &NAMES[..2]);
    let [ccas, epn] = &all.nodes[..] else { panic!("two nodes") };
    let id = all.ask(0, 1);
    let need = |outcome: &str| {
        let answer = ccas.post(&format!("/referrals/{id}/need"), &json!({ "outcome": outcome }));
        answer.unwrap().status().as_u16()
    };
    assert_eq!(need("capacity"), 409);
    epn.says(
        &id,
        &json!({
            "command": "decline",
            "reason": "out_of_mission",
            "next": { "kind": "none_known" },
        }),
    );
    both([ccas, epn], &id, "declined");
    assert_eq!(need("capacity"), 204);
    assert!(ccas.list("to_choose").is_empty());
    all.holds(&[(&id, 0, 1)]);
}
