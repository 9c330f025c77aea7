//! Scenario 1: a referral goes from a proposal to her word, and no byte of hers is where it must
//! not be.

use maillage_tests::{FIRST_NAME, Pair, PaperPeer, TELEPHONE, Territory, both, paris};
use reqwest::Method;
use serde_json::json;

#[test]
fn n1_a_referral_goes_from_a_proposal_to_her_word() {
    let mut pair = Pair::linked();
    let id = pair.propose().unwrap();
    pair.both(&id, "delivered");
    let before = pair.epn.get(&format!("/referrals/{id}")).unwrap();
    assert!(before["contact"].is_null());
    nowhere_in_clear(&pair);

    assert!(Pair::say(&pair.epn, &id, &json!({ "command": "open" })));
    assert!(Pair::say(&pair.epn, &id, &json!({ "command": "accept" })));
    pair.both(&id, "accepted");
    pair.epn.until("her contact arrives", |epn| {
        let story = epn.get(&format!("/referrals/{id}")).unwrap_or_default();
        story["contact"]["name"] == FIRST_NAME && story["contact"]["channel"]["number"] == TELEPHONE
    });

    assert!(Pair::say(&pair.epn, &id, &json!({ "command": "start", "contact": "met" })));
    let concluded = json!({ "command": "conclude", "outcome": "accompanied" });
    assert!(Pair::say(&pair.epn, &id, &concluded));
    pair.both(&id, "concluded");
    let word = json!({ "command": "feedback", "helped": "yes", "via": "desk" });
    assert!(Pair::say(&pair.ccas, &id, &word));
    pair.both(&id, "closed");
    pair.same(&id);
    // Even where she is known, she is sealed on the disk.
    nowhere_in_clear(&pair);
    let story = pair.ccas.get(&format!("/referrals/{id}")).unwrap();
    assert_eq!(story["need"], "resolved");
    pair.holds(&[&id]);
}

/// At each step both read the same, and the sender reads whose turn it is and until when.
#[test]
fn n1_the_sender_always_reads_whose_turn_it_is_and_until_when() {
    let mut all = Territory::at("2026-03-02", 9, &["CCAS de Brenne", "EPN Le Lavoir"]);
    let [ccas, epn] = &all.nodes[..] else { panic!("two nodes") };
    let id = all.ask(0, 1);
    let reads = |turn: &str, until: &str| {
        let page = ccas.page_of(&id).replace(['\u{a0}', '\u{202f}'], " ");
        assert!(page.contains(turn) && page.contains(until), "{turn}, {until}: {page}");
    };
    reads("À EPN Le Lavoir : ouvrir la demande", "avant mercredi 4 mars 17 h");
    epn.says(&id, &json!({ "command": "open" }));
    both([ccas, epn], &id, "seen");
    reads("À EPN Le Lavoir : accepter ou refuser", "avant lundi 9 mars 17 h");
    epn.says(&id, &json!({ "command": "accept" }));
    both([ccas, epn], &id, "accepted");
    epn.until("her contact arrives", |epn| epn.knows_her(&id));
    reads("À EPN Le Lavoir : prendre contact", "avant lundi 16 mars 17 h");
    let time = paris("2026-03-05", 14, 0).0;
    epn.says(&id, &json!({ "command": "schedule", "time": time, "mode": "desk" }));
    both([ccas, epn], &id, "scheduled");
    all.set("2026-03-05", 15, 0);
    let [ccas, epn] = &all.nodes[..] else { panic!("two nodes") };
    epn.says(&id, &json!({ "command": "start", "contact": "met" }));
    both([ccas, epn], &id, "underway");
    epn.says(&id, &json!({ "command": "conclude", "outcome": "accompanied", "autonomy": "2" }));
    both([ccas, epn], &id, "concluded");
    ccas.says(&id, &json!({ "command": "feedback", "helped": "yes", "via": "desk" }));
    both([ccas, epn], &id, "closed");
    let story = ccas.get(&format!("/referrals/{id}")).unwrap();
    assert_eq!((&story["confirmation"], &story["need"]), (&json!("person"), &json!("resolved")));
    all.holds(&[(&id, 0, 1)]);
}

/// p16, p18: she is in no file of either node in clear: journal, vault, index, log.
#[track_caller]
fn nowhere_in_clear(pair: &Pair) {
    for node in [&pair.ccas, &pair.epn] {
        assert!(node.files().iter().any(|(path, _)| path.ends_with("log")));
        [FIRST_NAME, TELEPHONE].into_iter().for_each(|canary| node.hides(canary));
    }
}

/// p16: what is refused is not repeated: neither in the answer, nor in the log.
#[test]
fn p16_what_is_wrong_is_not_repeated() {
    let pair = Pair::linked();
    let peer = PaperPeer::linked(&pair.ccas);
    let mut answers = Vec::new();
    for field in ["need", "service", "peer", "person", "consent", "unknown"] {
        let mut wrong = pair.proposal();
        wrong[field] = json!(FIRST_NAME);
        let answer = pair.ccas.post("/referrals", &wrong).unwrap();
        assert!(answer.status().is_client_error(), "{field}");
        answers.push(answer.text().unwrap());
    }
    for path in [format!("/referrals/{FIRST_NAME}/commands"), format!("/{FIRST_NAME}")] {
        answers.push(pair.ccas.post(&path, &json!({})).unwrap().text().unwrap());
    }
    for body in [format!("{{\"events\":\"{FIRST_NAME}\"}}"), format!("{FIRST_NAME}{TELEPHONE}")] {
        let answer = peer.send(Method::POST, "/events", "", body.as_bytes());
        answers.push(answer.text().unwrap());
    }
    for answer in answers {
        assert!(!answer.is_empty() && !answer.contains(FIRST_NAME), "{answer}");
    }
    nowhere_in_clear(&pair);
}

/// The search can see: a canary that is planted is found.
#[test]
fn the_search_for_canaries_can_see() {
    let pair = Pair::linked();
    std::fs::write(pair.epn.folder.join("planted"), format!("a {FIRST_NAME} b")).unwrap();
    let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| nowhere_in_clear(&pair)));
    assert!(seen.is_err());
}

#[test]
fn n3_a_withdrawal_travels_and_erases() {
    let mut pair = Pair::linked();
    let id = pair.propose().unwrap();
    pair.both(&id, "delivered");
    assert!(Pair::say(&pair.epn, &id, &json!({ "command": "accept" })));
    pair.epn.until("her contact arrives", |epn| {
        let story = epn.get(&format!("/referrals/{id}")).unwrap_or_default();
        story["contact"]["name"] == FIRST_NAME
    });
    assert!(Pair::say(&pair.ccas, &id, &json!({ "command": "withdraw" })));
    pair.both(&id, "withdrawn");
    [&pair.ccas, &pair.epn].into_iter().for_each(|node| node.forgets(&id));
    pair.holds(&[&id]);
}
