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
