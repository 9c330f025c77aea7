//! Scenario 3: silence has an owner and an end; and a late yes is still a yes.

use maillage_tests::{Node, Territory, both, paris};
use serde_json::json;

const NAMES: [&str; 3] = ["CCAS de Brenne", "EPN Le Lavoir", "France services Courcy"];

#[track_caller]
fn told(node: &Node, id: &str, what: &str) {
    node.until(what, |node| node.reminder(id).as_deref() == Some(what));
}

#[test]
fn a_dead_place_blames_nobody_and_a_tired_one_expires() {
    let mut all = Territory::at("2026-03-31", 9, &NAMES);
    all.can_be_called(2, "01 99 00 00 03");
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

    told(ccas, &lost, "undelivered");
    let page = ccas.page_of(&lost);
    assert!(page.contains("remise pas encore confirmée") && page.contains("01 99 00 00 03"));
    all.set("2026-04-02", 17, 1);
    told(epn, &tired, "late");
    assert_eq!(ccas.reminder(&tired), None);
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
    let mut all = Territory::at("2026-04-13", 9, &NAMES[..2]);
    let [ccas, epn] = &all.nodes[..] else { panic!("two nodes") };
    let id = all.ask(0, 1);
    all.set("2026-05-05", 16, 58);
    assert_eq!(ccas.status(&id).as_deref(), Some("delivered"));
    all.set("2026-05-05", 17, 1);
    both([ccas, epn], &id, "expired");
    all.holds(&[(&id, 0, 1)]);
}

#[test]
fn a_clock_that_others_contradict_takes_nothing_away_from_anybody() {
    let mut all = Territory::at("2026-03-31", 9, &NAMES);
    let id = all.ask(0, 1);
    all.hurry(0, 3);
    // There, the time is up since a minute.
    all.set("2026-04-22", 14, 1);
    all.try_again();
    let [ccas, epn, courcy] = &all.nodes[..] else { panic!("three nodes") };
    let (home, theirs) = (ccas.visit("pro"), epn.visit("pro"));
    let warned = "L’heure de ce serveur diffère";
    ccas.until("somebody is warned", |_| home.read("/").contains(warned));
    epn.until("two of three agree", |_| !theirs.read("/").contains(warned));
    // A consent would be dated wrongly.
    assert_eq!(ccas.post("/referrals", &ccas.proposal_to(courcy)).unwrap().status(), 409);
    all.set("2026-04-22", 16, 30);
    epn.says(&id, &json!({ "command": "accept" }));
    // Somebody sets it right, and hears who said yes meanwhile.
    all.hurry(0, 0);
    all.try_again();
    let [ccas, epn, _] = &all.nodes[..] else { panic!("three nodes") };
    both([ccas, epn], &id, "accepted");
    let steps = ccas.get(&format!("/referrals/{id}")).unwrap()["steps"].to_string();
    assert!(!steps.contains("expired"), "{steps}");
    all.holds(&[(&id, 0, 1)]);
}

#[test]
fn a_clock_that_is_fast_by_months_destroys_nothing() {
    let mut all = Territory::at("2026-03-31", 9, &NAMES[..2]);
    let before = all.records();
    let id = all.ask(0, 1);
    let next = json!({ "kind": "none_known" });
    all.nodes[1].says(&id, &json!({ "command": "decline", "reason": "hours", "next": next }));
    both([&all.nodes[0], &all.nodes[1]], &id, "declined");
    let sealed = all.nodes[1].sealed_since(before[1]);
    assert!(!sealed.is_empty());
    all.hurry(1, 200 * 24);
    let (epn, home) = (&all.nodes[1], all.nodes[1].visit("pro"));
    let warned = "L’heure de ce serveur diffère";
    epn.until("somebody is warned", |_| home.read("/").contains(warned));
    assert_eq!(epn.holds(&sealed).len(), sealed.len());
    all.hurry(1, 0);
    all.holds(&[(&id, 0, 1)]);
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
    assert!(epn.page_of(&tired).contains("Quelqu’un d’autre l’aide"));
    assert!(!epn.knows_her(&tired));
    all.holds(&[(&tired, 0, 1), (&second, 0, 2)]);
}
