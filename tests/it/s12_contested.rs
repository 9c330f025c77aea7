//! Scenario 12: « résolu » says the receiver, « non » says the person. Both words stand.

use maillage_tests::{Territory, both, paris};
use serde_json::{Value, json};

const NAMES: [&str; 2] = ["CCAS de Brenne", "EPN Le Lavoir"];

fn concluded(all: &Territory) -> String {
    let id = all.ask(0, 1);
    for command in [
        json!({ "command": "accept" }),
        json!({ "command": "start", "contact": "met" }),
        json!({ "command": "conclude", "outcome": "done_with" }),
    ] {
        all.nodes[1].says(&id, &command);
    }
    both([&all.nodes[0], &all.nodes[1]], &id, "concluded");
    id
}

fn answer(helped: &str) -> Value {
    json!({ "command": "feedback", "helped": helped, "via": "desk" })
}

fn confirmation(all: &Territory, id: &str) -> Value {
    all.nodes[0].get(&format!("/referrals/{id}")).unwrap()["confirmation"].clone()
}

#[test]
fn who_keeps_to_a_word_that_she_denies_closes_it_as_contested() {
    let mut all = Territory::at("2026-03-02", 9, &NAMES);
    let id = concluded(&all);
    let [ccas, epn] = &all.nodes[..] else { panic!("two nodes") };
    // What only the receiver heard is a note, and closes nothing.
    epn.says(&id, &answer("yes"));
    ccas.until("the note is read where she was sent from", |ccas| {
        ccas.page_of(&id).contains("une note de qui l’a aidée")
    });
    both([ccas, epn], &id, "concluded");
    all.set("2026-03-03", 10, 0);
    ccas.says(&id, &answer("no"));
    epn.until("it is the receiver's turn", |epn| {
        epn.turn(&id).is_some_and(|(holder, act, _)| holder == "receiver" && act == "reconsider")
    });
    assert_eq!(epn.turn(&id).unwrap().2, paris("2026-03-10", 17, 0));
    all.set("2026-03-10", 17, 1);
    both([ccas, epn], &id, "closed");
    assert_eq!(confirmation(&all, &id), "contested");
    assert_eq!(ccas.list("to_choose"), [id.as_str()]);
    all.holds(&[(&id, 0, 1)]);
}

#[test]
fn who_takes_it_up_again_does_so_once() {
    for (last, closed_by) in [("yes", "person"), ("no", "contested")] {
        let mut all = Territory::at("2026-03-02", 9, &NAMES);
        let id = concluded(&all);
        let [ccas, epn] = &all.nodes[..] else { panic!("two nodes") };
        ccas.says(&id, &answer("no"));
        epn.until("it is the receiver's turn", |epn| {
            epn.turn(&id).is_some_and(|(holder, ..)| holder == "receiver")
        });
        epn.says(&id, &json!({ "command": "resume" }));
        epn.says(&id, &json!({ "command": "conclude", "outcome": "done_with" }));
        ccas.until("it is concluded again", |ccas| {
            let story = ccas.get(&format!("/referrals/{id}")).unwrap_or_default();
            story["steps"].to_string().matches("concluded").count() >= 2
        });
        ccas.says(&id, &answer(last));
        both([ccas, epn], &id, "closed");
        assert_eq!(confirmation(&all, &id), closed_by);
        assert!(!epn.say(&id, &json!({ "command": "resume" })));
        all.holds(&[(&id, 0, 1)]);
    }
}

#[test]
fn silence_closes_after_fourteen_days_and_says_so() {
    let mut all = Territory::at("2026-03-02", 9, &NAMES);
    let id = concluded(&all);
    let [ccas, epn] = &all.nodes[..] else { panic!("two nodes") };
    all.set("2026-03-16", 8, 58);
    assert_eq!(ccas.status(&id).as_deref(), Some("concluded"));
    all.set("2026-03-16", 9, 2);
    both([ccas, epn], &id, "closed");
    assert_eq!(confirmation(&all, &id), "tacit");
    all.holds(&[(&id, 0, 1)]);
}
