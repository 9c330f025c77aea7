//! Scenario 5: a right is about to be lost, and every clock knows.

use maillage_node::facts::{Capability, Duty};
use maillage_tests::{FIRST_NAME, Node, Territory, both, paris};
use serde_json::json;

const NAMES: [&str; 3] = ["CCAS de Brenne", "EPN Le Lavoir", "France services Courcy"];

/// Asks somebody to help her before the date of her right, beside somebody else or not.
#[track_caller]
fn ask(all: &Territory, to: usize, beside: Option<&str>) -> String {
    let (ccas, to) = (&all.nodes[0], &all.nodes[to]);
    let mut proposal = ccas.proposal_to(to);
    proposal["right"] = "social".into();
    proposal["deadline"] = "2026-03-10".into();
    if let Some(first) = beside {
        (proposal["after"], proposal["beside"]) = (first.into(), true.into());
    }
    let id = ccas.propose(&proposal).unwrap();
    both([ccas, to], &id, "delivered");
    id
}

/// Says whether her right was saved, as the structure that answers for her need knows it.
fn in_time(ccas: &Node, id: &str) -> String {
    let story = ccas.get(&format!("/referrals/{id}")).unwrap();
    story["in_time"].as_str().expect("there is a date").to_owned()
}

#[test]
fn the_date_of_the_right_drives_the_clocks_and_nothing_expires_before_it() {
    let mut all = Territory::at("2026-03-06", 16, &NAMES[..2]);
    all.set("2026-03-06", 16, 40);
    let [ccas, epn] = &all.nodes[..] else { panic!("two nodes") };
    let id = ask(&all, 1, None);
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
    assert_eq!(in_time(ccas, &id), "unknown");
    // Done in time is in time, however late it is confirmed.
    for said in [
        json!({ "command": "start", "contact": "met" }),
        json!({ "command": "conclude", "outcome": "done_with" }),
    ] {
        epn.says(&id, &said);
    }
    both([ccas, epn], &id, "concluded");
    all.set("2026-03-26", 9, 0);
    let [ccas, epn] = &all.nodes[..] else { panic!("two nodes") };
    both([ccas, epn], &id, "closed");
    assert_eq!(in_time(ccas, &id), "kept");
    all.holds(&[(&id, 0, 1)]);
}

#[test]
fn somebody_else_is_asked_before_it_is_too_late_and_the_first_yes_counts() {
    let mut all = Territory::at("2026-03-06", 16, &NAMES);
    let [ccas, epn, courcy] = &all.nodes[..] else { panic!("three nodes") };
    let first = ask(&all, 1, None);
    all.set("2026-03-09", 16, 50);
    let second = ask(&all, 2, Some(&first));
    let asked = courcy.get(&format!("/referrals/{second}")).unwrap()["asked"].clone();
    assert_eq!(asked["parallel"], true, "{asked}");
    courcy.says(&second, &json!({ "command": "accept" }));
    both([ccas, courcy], &second, "accepted");
    both([ccas, epn], &first, "cancelled");
    courcy.until("her contact arrives", |courcy| courcy.knows_her(&second));
    assert!(!epn.knows_her(&first));
    all.holds(&[(&first, 0, 1), (&second, 0, 2)]);
}

#[test]
fn a_yes_that_crosses_somebody_elses_gets_no_name() {
    let mut all = Territory::at("2026-03-06", 16, &NAMES);
    let first = ask(&all, 1, None);
    let second = ask(&all, 2, Some(&first));
    // Both say yes, and the sender hears one of them first.
    all.nodes[0].kill();
    all.nodes[1].says(&first, &json!({ "command": "accept" }));
    all.nodes[1].kill();
    all.nodes[0].launch();
    all.accept(&second, 2);
    both([&all.nodes[0], &all.nodes[2]], &second, "accepted");
    all.nodes[1].launch();
    all.try_again();
    both([&all.nodes[0], &all.nodes[1]], &first, "cancelled");
    assert!(!all.nodes[1].knows_her(&first));
    all.holds(&[(&first, 0, 1), (&second, 0, 2)]);
}

#[test]
fn when_half_of_the_time_is_gone_the_stand_in_is_told_and_a_sheet_says_what_to_do_alone() {
    let mut all = Territory::at("2026-03-06", 16, &NAMES[..2]);
    all.set("2026-03-06", 16, 40);
    all.can_be_called(0, "01 99 00 00 01");
    all.can_be_called(1, "01 99 00 00 02");
    let ccas = &all.nodes[0];
    ccas.hire("ines", Capability::Work, Some(Duty::StandIn));
    ccas.describe(|card| card.hours = Some("lundi à vendredi, 9 h – 17 h".to_owned()));
    let id = ask(&all, 1, None);
    all.set("2026-03-09", 16, 49);
    assert_ne!(ccas.reminder(&id).as_deref(), Some("half_time"));
    all.set("2026-03-09", 16, 52);
    ccas.until("half of the time is told", |ccas| {
        ccas.reminder(&id).as_deref() == Some("half_time")
    });
    let told = ccas.get(&format!("/referrals/{id}")).unwrap()["referral"]["told"].clone();
    assert_eq!((&told[0]["name"], &told[0]["duty"]), (&json!("ines"), &json!("stand_in")));

    let reference = ccas.reference(&id);
    let sheet = ccas.visit("ines").read(&format!("/parcours/{reference}/secours"));
    for said in [
        "mardi 10 mars 2026",
        "01 99 00 00 01",
        "lundi à vendredi, 9 h – 17 h",
        "Appelez EPN Le Lavoir",
        "01 99 00 00 02",
        "Demandez le formulaire papier",
    ] {
        assert!(sheet.contains(said), "{said}: {sheet}");
    }
    assert!(!sheet.contains(FIRST_NAME), "whoever finds it does not know whose it is");
    all.holds(&[(&id, 0, 1)]);
}

#[test]
fn what_nobody_did_in_time_ends_after_the_date_and_the_need_says_so() {
    let mut all = Territory::at("2026-03-06", 16, &NAMES[..2]);
    let [ccas, epn] = &all.nodes[..] else { panic!("two nodes") };
    let id = ask(&all, 1, None);
    // Five working days, and not before the date.
    all.set("2026-03-13", 16, 58);
    assert_eq!(ccas.status(&id).as_deref(), Some("delivered"));
    all.set("2026-03-13", 17, 1);
    both([ccas, epn], &id, "expired");
    assert_eq!(ccas.list("urgent"), [id.as_str()], "somebody has to choose, and soon");
    assert_eq!(in_time(ccas, &id), "missed");
    let choice = format!("/parcours/{}/besoin", ccas.reference(&id));
    let chosen = "value=\"deadline_passed\" checked";
    assert!(ccas.visit("pro").read(&choice).contains(chosen), "it is proposed");
    // Whatever somebody says of it, the right is counted as lost.
    let end = json!({ "outcome": "capacity" });
    assert_eq!(ccas.post(&format!("/referrals/{id}/need"), &end).unwrap().status(), 204);
    assert_eq!(ccas.get(&format!("/referrals/{id}")).unwrap()["need"], "unmet");
    assert_eq!(in_time(ccas, &id), "missed");
    assert!(ccas.page_of(&id).contains("L’échéance du droit n’a pas été tenue."));
    all.holds(&[(&id, 0, 1)]);
}
