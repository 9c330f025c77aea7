//! Scenario 6: somebody who prefers to talk. He hears it, a witness hears him, and what leaves is how the
//! place must be, never what he is.

use maillage_tests::{FIRST_NAME, Territory};
use serde_json::{Value, json};

const NAMES: [&str; 3] = ["CCAS de Brenne", "EPN Le Lavoir", "France services Courcy"];

#[test]
fn who_prefers_to_talk_agrees_aloud_and_holds_a_proof() {
    let mut all = Territory::at("2026-03-02", 9, &NAMES);
    let [ccas, epn, courcy] = &all.nodes[..] else { panic!("three nodes") };
    let mut proposal = ccas.proposal_to(epn);
    proposal["language"] = "ar".into();
    proposal["accommodations"] = json!(["oral"]);
    let consent = &mut proposal["consent"];
    consent["gesture"] = json!({ "how": "oral" });
    consent["form"] = "pictograms".into();
    consent["explained_in"] = "ar".into();
    // Nobody heard him.
    assert_eq!(ccas.post("/referrals", &proposal).unwrap().status(), 400);
    proposal["consent"]["gesture"] = json!({ "how": "oral", "wit": "reception" });
    let answer: Value = ccas.post("/referrals", &proposal).unwrap().json().unwrap();
    let (id, receipt) = (answer["referral"].as_str().unwrap(), answer["receipt"].as_str().unwrap());
    let code = answer["personal_code"].as_str().unwrap();
    epn.until("the request arrives", |epn| epn.status(id).is_some());

    // What they read is how to help, as an item that he agreed to.
    let story = epn.get(&format!("/referrals/{id}")).unwrap();
    assert!(story.to_string().contains(r#""accommodations":["oral"]"#), "{story}");
    for word in ["illettr", "analphab", "ne sait pas lire"] {
        assert!(!story.to_string().to_lowercase().contains(word));
        all.nodes.iter().for_each(|node| node.hides(word));
    }

    // Whoever knows the CCAS checks his paper, with the square or the letters; a changed letter is
    // seen.
    let square = format!("https://ccas.example/p#{code}.{}", receipt.replace('-', ""));
    for (node, paper) in [(ccas, receipt), (epn, square.as_str()), (courcy, receipt)] {
        let (exit, said) = node.verify_receipt(paper);
        let said: Value = serde_json::from_str(&said).unwrap_or_default();
        assert_eq!((exit, &said["name"]), (Some(0), &json!(NAMES[0])), "{said}");
        assert!(!said.to_string().contains(FIRST_NAME) && !said.to_string().contains(code));
    }
    let last = if receipt.ends_with('0') { "1" } else { "0" };
    let forged = format!("{}{last}", &receipt[..receipt.len() - 1]);
    assert_eq!(epn.verify_receipt(&forged), (Some(65), String::new()));

    // « Je ne veux plus » : as for anybody.
    ccas.says(id, &json!({ "command": "withdraw" }));
    epn.forgets(id);
    assert_eq!(epn.verify_receipt(receipt).0, Some(0), "the proof outlives what it is about");
    let id = id.to_owned();
    all.holds(&[(&id, 0, 1)]);
}

#[test]
fn she_agrees_to_the_same_for_longer_while_the_other_node_sleeps() {
    let mut all = Territory::at("2026-03-02", 9, &NAMES[..2]);
    let id = all.help(0, 1);
    all.nodes[1].kill();
    // Her half year is over since a week: nobody reads, and nothing is destroyed yet.
    all.set("2026-09-07", 9, 0);
    let again = json!({ "gesture": { "how": "paper" }, "place": "in_person", "validity": "year" });
    let ccas = &all.nodes[0];
    let renewed = ccas.post(&format!("/referrals/{id}/renewals"), &again).expect("it answers");
    assert_eq!(renewed.status(), 201, "{:?}", renewed.text());
    all.nodes[1].launch();
    all.try_again();
    let until = |node: &maillage_tests::Node| {
        node.get(&format!("/referrals/{id}")).and_then(|story| story["agreed_until"].as_u64())
    };
    let agreed = until(&all.nodes[0]);
    all.nodes[1].until("it is known there too", |epn| until(epn) == agreed);
    assert!(all.nodes[1].knows_her(&id));
    all.holds(&[(&id, 0, 1)]);
}
