//! Scenario 7: a withdrawal travels, even when the other node sleeps, and along what was passed on.

use maillage_node::facts::Capability;
use maillage_tests::{Backups, FIRST_NAME, Node, Territory, both, paris};
use serde_json::{Value, json};

/// What somebody writes about an appointment.
const NOTE: &str = "Sonner deux fois.";
const NAMES: [&str; 3] = ["CCAS de Brenne", "EPN Le Lavoir", "France services Courcy"];

#[test]
fn who_sleeps_three_days_erases_before_anybody_reads() {
    let mut all = Territory::at("2026-03-02", 9, &NAMES[..2]);
    all.nodes[0].hire("odile", Capability::Audit, None);
    let before = all.records();
    let id = all.help(0, 1);
    let sealed = all.sealed_since(&before);
    all.nodes[1].kill();
    all.nodes[0].says(&id, &json!({ "command": "withdraw" }));
    assert_eq!(all.nodes[0].status(&id).as_deref(), Some("withdrawn"));
    assert_eq!(all.nodes[0].erasure(&id).as_deref(), Some("awaited"));
    all.set("2026-03-05", 10, 0);
    // Three days: somebody has to call, and whoever watches over the data knows.
    assert_eq!(all.nodes[0].erasure(&id).as_deref(), Some("late"));
    assert!(all.nodes[0].visit("pro").list("effacements").contains(NAMES[1]));
    assert!(all.nodes[0].visit("odile").read("/registre").contains(NAMES[1]));
    // Once it answers, she is gone: the order was obeyed before any page was served.
    all.nodes[1].launch();
    let story = all.nodes[1].get(&format!("/referrals/{id}")).unwrap();
    assert!(story["contact"].is_null(), "{story}");
    all.try_again();
    both([&all.nodes[0], &all.nodes[1]], &id, "withdrawn");
    all.nodes.iter().for_each(|node| node.forgets(&id));
    all.nodes[0].until("it is attested", |ccas| ccas.erasure(&id).as_deref() == Some("attested"));
    all.destroyed(&sealed);
    all.holds(&[(&id, 0, 1)]);
}

#[test]
fn a_backup_that_is_made_after_an_erasure_gives_nothing_of_her_back() {
    let mut all = Territory::at("2026-03-02", 9, &NAMES[..2]);
    let before = all.records();
    let id = all.help(0, 1);
    let sealed = all.sealed_since(&before);
    all.nodes[0].says(&id, &json!({ "command": "withdraw" }));
    all.nodes.iter().for_each(|node| node.forgets(&id));
    for node in &mut all.nodes {
        let backups = Backups::new();
        backups.make(node);
        node.kill();
        // Nothing is known of it elsewhere: the archive alone must not have her.
        backups.restore(node, None);
        assert!(node.holds(&sealed).is_empty());
        node.launch();
        node.forgets(&id);
        node.never_shows_her(&id);
    }
    all.holds(&[(&id, 0, 1)]);
}

/// Her word wins over what a structure that was cut off said of her meanwhile.
#[test]
fn a_withdrawal_wins_over_a_yes_an_appointment_and_an_end_that_cross_it() {
    let mut all = Territory::at("2026-03-02", 9, &NAMES[..2]);
    let (asked, helped, met) = (all.ask(0, 1), all.help(0, 1), all.help(0, 1));
    all.nodes[1].says(&met, &json!({ "command": "start", "contact": "met" }));
    both([&all.nodes[0], &all.nodes[1]], &met, "underway");
    let before = all.nodes[1].records();
    all.nodes[0].kill();
    let time = paris("2026-03-05", 10, 15).0;
    for (id, crossing) in [
        (&asked, json!({ "command": "accept" })),
        (&helped, json!({ "command": "schedule", "time": time, "mode": "desk", "text": NOTE })),
        (&met, json!({ "command": "conclude", "outcome": "accompanied" })),
    ] {
        all.nodes[1].says(id, &crossing);
    }
    let sealed = all.nodes[1].sealed_since(before);
    assert!(!sealed.is_empty() && all.nodes[1].holds(&sealed).len() == sealed.len());
    all.nodes[1].kill();
    all.nodes[0].launch();
    for id in [&asked, &helped, &met] {
        all.nodes[0].says(id, &json!({ "command": "withdraw" }));
    }
    all.nodes[1].launch();
    all.try_again();
    for id in [&asked, &helped, &met] {
        both([&all.nodes[0], &all.nodes[1]], id, "withdrawn");
        all.nodes.iter().for_each(|node| node.forgets(id));
    }
    // She was never told of to whoever said yes too late; what was said of her is content, and gone.
    assert!(!all.nodes[1].knows_her(&asked));
    all.destroyed(&sealed);
    all.nodes.iter().for_each(|node| node.hides(NOTE));
    // What crossed it is a note at the end where it came too late: its code and its day, nothing of her.
    for (id, late) in [(&asked, "accepted"), (&helped, "scheduled"), (&met, "concluded")] {
        all.nodes[0].until(late, |ccas| {
            let story = ccas.get(&format!("/referrals/{id}")).unwrap_or_default();
            story["steps"].to_string().contains(late)
        });
        assert!(all.nodes[0].page_of(id).contains("Note tardive"));
    }
    all.holds(&[(&asked, 0, 1), (&helped, 0, 1), (&met, 0, 1)]);
}

#[test]
fn who_stops_everything_at_the_last_desk_is_erased_at_the_first() {
    let mut all = Territory::at("2026-03-02", 9, &NAMES);
    let before = all.records();
    let [ccas, epn, courcy] = &all.nodes[..] else { panic!("three nodes") };
    let first = all.help(0, 1);
    let second = all.ask_after(&first, 1, 2, "delivered");
    all.accept(&second, 2);
    both([ccas, epn], &first, "referred_on");
    let sealed = all.sealed_since(&before);
    courcy.says(&second, &json!({ "command": "withdraw", "everything": true }));
    for (node, id) in [(ccas, &first), (epn, &first), (epn, &second), (courcy, &second)] {
        node.forgets(id);
    }
    all.destroyed(&sealed);
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
    let code = proposed["personal_code"].as_str().expect("a code").to_owned();
    let her_page = |ccas: &Node| ccas.send_form("/p", &[("code", &code)]).expect("her page");
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
    // Whether the code is good, how many did not answer, and nothing else.
    assert_eq!(known, json!({ "known": true, "silent": 1 }));
    ccas.until("it is stopped", |ccas| ccas.erasure(&id).as_deref() == Some("awaited"));
    assert_eq!(ccas.status(&id).as_deref(), Some("withdrawn"));
    assert!(her_page(ccas).contains("L’effacement chez EPN Le Lavoir est demandé."));
    epn.launch();
    all.try_again();
    let [ccas, epn, asso] = &all.nodes[..] else { panic!("three nodes") };
    ccas.until("it is attested", |ccas| ccas.erasure(&id).as_deref() == Some("attested"));
    assert!(her_page(ccas).contains("EPN Le Lavoir l’a confirmé"));
    assert!(!epn.knows_her(&id));
    assert!(asso.get(&format!("/referrals/{id}")).is_none());
    all.holds(&[(&id, 0, 1)]);
}

#[test]
fn an_item_goes_and_help_goes_on() {
    let mut all = Territory::at("2026-03-02", 9, &NAMES[..2]);
    let id = all.help(0, 1);
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
    let page = all.nodes[0].page_of(&id);
    assert!(page.contains("Suivi non partagé, à la demande de la personne."), "{page}");
    // What one side keeps to itself, the other one does not fold.
    all.holds_apart(&[(&id, 0, 1)]);
}
