//! Scenario 5: a right is about to be lost, and every clock knows.

use maillage_tests::{Territory, both, paris};
use serde_json::json;

#[test]
fn the_date_of_the_right_drives_the_clocks_and_nothing_expires_before_it() {
    let mut all = Territory::at("2026-03-06", 16, &["CCAS de Brenne", "EPN Le Lavoir"]);
    all.set("2026-03-06", 16, 40);
    let [ccas, epn] = &all.nodes[..] else { panic!("two nodes") };
    let mut proposal = ccas.proposal_to(epn);
    proposal["deadline"] = "2026-03-10".into();
    let id = ccas.propose(&proposal).unwrap();
    both([ccas, epn], &id, "delivered");
    assert_eq!(epn.list("urgent"), [id.as_str()]);
    // 16 h 20 of working time are left: a quarter of it, and then it is late.
    let (_, act, due) = epn.turn(&id).unwrap();
    let expected = paris("2026-03-09", 12, 45);
    assert_eq!(act, "open");
    assert!(due.since(expected).as_secs() < 60 && expected.since(due).as_secs() < 60, "{due:?}");
    all.set("2026-03-10", 23, 58);
    assert_eq!(ccas.status(&id).as_deref(), Some("delivered"));
    // A yes in the last minutes is a yes.
    epn.says(&id, &json!({ "command": "accept" }));
    both([ccas, epn], &id, "accepted");
    all.holds(&[(&id, 0, 1)]);
}

#[test]
fn somebody_else_is_asked_before_it_is_too_late_and_the_first_yes_counts() {
    let names = ["CCAS de Brenne", "EPN Le Lavoir", "France services Courcy"];
    let mut all = Territory::at("2026-03-06", 16, &names);
    let [ccas, epn, courcy] = &all.nodes[..] else { panic!("three nodes") };
    let mut proposal = ccas.proposal_to(epn);
    proposal["deadline"] = "2026-03-10".into();
    let first = ccas.propose(&proposal).unwrap();
    both([ccas, epn], &first, "delivered");
    all.set("2026-03-09", 16, 50);
    let mut beside = ccas.proposal_to(courcy);
    beside["deadline"] = "2026-03-10".into();
    beside["after"] = first.as_str().into();
    beside["beside"] = true.into();
    let second = ccas.propose(&beside).unwrap();
    both([ccas, courcy], &second, "delivered");
    let asked = courcy.get(&format!("/referrals/{second}")).unwrap()["asked"].clone();
    assert_eq!(asked["parallel"], true, "{asked}");
    courcy.says(&second, &json!({ "command": "accept" }));
    both([ccas, courcy], &second, "accepted");
    both([ccas, epn], &first, "cancelled");
    courcy.until("her contact arrives", |courcy| courcy.knows_her(&second));
    assert!(!epn.knows_her(&first));
    all.holds(&[(&first, 0, 1), (&second, 0, 2)]);
}
