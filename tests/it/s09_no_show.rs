//! Scenario 9: not coming has no blame, and is not the end.

use maillage_tests::{Territory, both, paris};
use serde_json::{Value, json};

fn appointment(day: &str) -> Value {
    json!({ "command": "schedule", "time": paris(day, 14, 0).0, "mode": "desk" })
}

#[test]
fn an_absence_asks_for_another_try_and_two_may_end_it() {
    let mut all = Territory::at("2026-03-09", 9, &["CCAS de Brenne", "EPN Le Lavoir"]);
    let [ccas, epn] = &all.nodes[..] else { panic!("two nodes") };
    let id = all.ask(0, 1);
    epn.says(&id, &json!({ "command": "accept" }));
    epn.says(&id, &appointment("2026-03-12"));
    both([ccas, epn], &id, "scheduled");
    assert_eq!(epn.reminder(&id), None);
    all.set("2026-03-11", 9, 0);
    epn.until("who expects her may remind her", |epn| {
        epn.reminder(&id).as_deref() == Some("appointment_near")
    });
    all.set("2026-03-13", 9, 0);
    assert_eq!(epn.list("to_clarify"), [id.as_str()]);
    let (_, act, due) = epn.turn(&id).unwrap();
    assert_eq!((act.as_str(), due), ("state_appointment", paris("2026-03-16", 17, 0)));

    let absent = json!({ "command": "miss", "cause": "absent" });
    epn.says(&id, &absent);
    both([ccas, epn], &id, "missed");
    let (_, act, due) = epn.turn(&id).unwrap();
    assert_eq!((act.as_str(), due), ("contact_again", paris("2026-03-20", 17, 0)));
    let tried = json!({ "tries": 1, "channels": 1, "days": 1 });
    let absences = json!({ "command": "conclude", "outcome": "absences", "evidence": tried });
    assert!(!epn.say(&id, &absences), "once is not twice");

    // Who excused herself, or was called off, was not absent.
    for (day, cause) in [("2026-03-17", "excused"), ("2026-03-19", "by_service")] {
        epn.says(&id, &appointment(day));
        epn.says(&id, &json!({ "command": "miss", "cause": cause }));
        assert!(!epn.say(&id, &absences), "{cause} is no absence");
    }
    epn.says(&id, &appointment("2026-03-24"));
    epn.says(&id, &absent);
    let untried = json!({ "command": "conclude", "outcome": "absences" });
    assert!(!epn.say(&id, &untried), "nobody tried again");
    epn.says(&id, &absences);
    both([ccas, epn], &id, "concluded");
    ccas.says(&id, &json!({ "command": "confirm" }));
    both([ccas, epn], &id, "closed");
    // Not met: it is the owner's turn.
    assert_eq!(ccas.list("to_choose"), [id.as_str()]);
    let choice = format!("/parcours/{}/besoin", ccas.reference(&id));
    assert!(ccas.visit("pro").read(&choice).contains("accompagnement physique"));
    // Nothing labels her: who is asked next is told what is needed, and no word of it.
    let mut after = ccas.proposal_to(epn);
    after["after"] = id.as_str().into();
    let next = ccas.propose(&after).expect("it is taken");
    both([ccas, epn], &next, "delivered");
    let asked = epn.get(&format!("/referrals/{next}")).unwrap()["asked"].clone();
    assert!(asked["tried"].is_null() && !asked.to_string().contains("absen"), "{asked}");
    all.holds(&[(&id, 0, 1), (&next, 0, 1)]);
}
