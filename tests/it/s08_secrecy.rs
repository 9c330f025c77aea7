//! Scenario 8: what must not be written is not stored, not sent, and not kept by whoever gets it.

use maillage_tests::{Pair, PaperPeer};
use reqwest::Method;
use serde_json::{Value, json};

/// The number that is published as an example.
const NUMBER: &str = "2 55 08 14 168 025 38";

#[test]
fn what_is_not_for_the_receiver_is_refused_before_it_is_stored() {
    let mut pair = Pair::linked();
    let before = pair.ccas.records();
    for (note, kind, reviewable) in [
        (json!("Victime de violences, logée à l'hôtel."), "violence", false),
        (
            json!({ "text": format!("Son numéro : {NUMBER}"), "reviewed": true }),
            "social_security_number",
            false,
        ),
        (json!("Demander Bernard Pivert."), "personal_name", true),
    ] {
        let mut proposal = pair.proposal();
        proposal["person"]["practical_note"] = note.clone();
        let answer = pair.ccas.post("/referrals", &proposal).unwrap();
        assert_eq!(answer.status(), 422, "{note}");
        let problem: Value = answer.json().unwrap();
        assert_eq!((&problem["code"], &problem["kind"]), (&json!("unwritable"), &json!(kind)));
        assert_eq!(problem["reviewable"], reviewable);
        assert!(!problem.to_string().contains("Pivert"));
    }
    assert_eq!(pair.ccas.records(), before);
    let mut proposal = pair.proposal();
    proposal["person"]["practical_note"] =
        json!({ "text": "Demander Bernard Pivert.", "reviewed": true });
    let id = pair.ccas.propose(&proposal).expect("somebody read it again");
    pair.both(&id, "delivered");
    assert!(Pair::say(&pair.epn, &id, &json!({ "command": "accept" })));
    pair.both(&id, "accepted");
    pair.holds(&[&id]);
}

#[test]
fn a_number_that_a_peer_lets_through_is_destroyed_and_its_word_is_heard() {
    let pair = Pair::linked();
    let peer = PaperPeer::linked(&pair.epn);
    let events = peer.channel().referral_with_words(NUMBER);
    let body = json!({ "events": events }).to_string();
    let answer = peer.send(Method::POST, "/events", "", body.as_bytes());
    assert_eq!(answer.status(), 200, "{:?}", answer.text());
    let lists = pair.epn.get("/worklist").unwrap();
    let id = lists["to_answer"][0]["id"].as_str().unwrap();
    let steps = pair.epn.get(&format!("/referrals/{id}")).unwrap()["steps"].clone();
    let heard = steps.as_array().unwrap().iter().find(|step| step["event"]["t"] == "answered");
    assert_eq!(heard.expect("the word is heard")["text"], Value::Null);
}

#[test]
fn she_reads_who_opened_it_at_both_ends() {
    let mut pair = Pair::linked();
    let proposed = pair.ccas.post("/referrals", &pair.proposal()).expect("the node answers");
    let proposed: Value = proposed.json().expect("a name and a code");
    let named = |member: &str| proposed[member].as_str().expect("a text").to_owned();
    let (id, code) = (named("referral"), named("personal_code"));
    pair.epn.until("the request comes", |epn| epn.list("to_answer").contains(&id));
    let look = |pair: &Pair| {
        let fields = [("code", code.as_str())];
        pair.ccas.send_form("/p/regards", &fields).expect("her page")
    };
    assert!(look(&pair).contains("Jamais depuis un an."));
    // What is listed is not opened yet.
    assert!(pair.epn.get(&format!("/referrals/{id}")).is_some());
    assert!(look(&pair).contains("Jamais depuis un an."));
    assert!(pair.epn.say(&id, &json!({ "command": "open" })));
    assert!(pair.epn.get(&format!("/referrals/{id}")).is_some());
    let told = look(&pair);
    assert!(told.contains("Chez EPN Le Lavoir, votre demande a été ouverte"), "{told}");
    assert!(told.contains("Pour connaître les noms"), "{told}");
    // By nobody's name: they are told by whoever employs them.
    assert_eq!(told.matches("<li><time").count(), 1, "{told}");
    pair.epn.kill();
    assert!(look(&pair).contains("ne répond pas en ce moment"));
    let wrong = pair.ccas.send_form("/p/regards", &[("code", "0000 0000 0000 0000")]);
    assert!(wrong.expect("a page").contains("n’est pas connu ici"));
}
