//! Scenario 8: what must not be written is not stored, not sent, and not kept by whoever gets it.

use maillage_node::facts::Capability;
use maillage_protocol::control::Control;
use maillage_protocol::disclosure::{Level, SecrecyRegime};
use maillage_protocol::event::WireEvent;
use maillage_protocol::id::EventId;
use maillage_protocol::label::Label;
use maillage_tests::{FIRST_NAME, Node, Pair, PaperPeer, TELEPHONE};
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
    assert!(pair.ccas.sealed_since(before).is_empty());
    let mut proposal = pair.proposal();
    proposal["person"]["practical_note"] =
        json!({ "text": "Demander Bernard Pivert.", "reviewed": true });
    let id = pair.ccas.propose(&proposal).expect("somebody read it again");
    assert!(!pair.ccas.sealed_since(before).is_empty(), "the search can see");
    pair.both(&id, "delivered");
    assert!(Pair::say(&pair.epn, &id, &json!({ "command": "accept" })));
    pair.both(&id, "accepted");
    pair.holds(&[&id]);
}

#[test]
fn a_number_that_a_peer_lets_through_is_destroyed_and_its_word_is_heard() {
    let mut pair = Pair::linked();
    let peer = PaperPeer::linked(&pair.epn);
    let events = peer.channel().referral_with_words(NUMBER);
    let _ = peer.push(&events);
    let id = &pair.epn.list("to_answer")[0];
    let steps = pair.epn.get(&format!("/referrals/{id}")).unwrap()["steps"].clone();
    let heard = steps.as_array().unwrap().iter().find(|step| step["event"]["t"] == "answered");
    assert_eq!(heard.expect("the word is heard")["text"], Value::Null);
    assert!(pair.epn.holds(&[sealed_in(&events[2])]).is_empty());
    pair.holds(&[]);
}

/// What a peer sealed for this node, as it came.
fn sealed_in(event: &WireEvent) -> Vec<u8> {
    event.body.as_ref().expect("a body").0.clone()
}

#[test]
fn what_a_modified_node_tells_too_much_is_refused_destroyed_and_said_to_be() {
    let mut pair = Pair::linked();
    let peer = PaperPeer::linked(&pair.epn);
    let honest = json!({ "contact": {
        "name": FIRST_NAME,
        "channel": { "way": "phone", "number": TELEPHONE },
    } });
    let events = peer.channel().referral_that_tells(&[
        (Level::L3, json!({ "context": { "note": FIRST_NAME } })),
        (Level::L2, honest),
    ]);
    let _ = peer.push(&events[..2]);
    let id = pair.epn.list("to_answer")[0].clone();
    pair.epn.says(&id, &json!({ "command": "accept" }));

    let forged = &events[2];
    // It holds its place in the channel: what follows it is heard.
    let results = peer.push(&events[2..])["results"].clone();
    assert_eq!((&results[0]["st"], &results[1]["st"]), (&json!("stored"), &json!("stored")));
    pair.epn.until("the contact that she agreed to is there", |epn| epn.knows_her(&id));
    assert!(pair.epn.get(&format!("/referrals/{id}")).unwrap()["context"].is_null());
    assert!(pair.epn.holds(&[sealed_in(forged)]).is_empty());
    assert_eq!(pair.epn.holds(&[sealed_in(&events[3])]).len(), 1, "the search can see");
    let event = EventId(forged.header.hash(Label::EventId));
    let refused = Control::Refused { event, code: "out_of_scope".to_owned() };
    pair.epn.until("whoever sent it is told", |_| peer.fetch_controls().contains(&refused));
    // And it is listed for whoever watches over the data.
    pair.epn.hire("odile", Capability::Audit, None);
    assert!(pair.epn.visit("odile").read("/registre").contains("refusé et détruit ici"));
    pair.holds(&[]);
}

#[test]
fn context_goes_to_those_who_are_bound_by_secrecy_and_to_nobody_else() {
    const NOTE: &str = "Un dossier attend chez le bailleur.";
    let mut pair = Pair::linked();
    let before = pair.ccas.records();
    let mut proposal = pair.proposal();
    proposal["person"]["context"] = json!({ "note": NOTE });
    let answer = pair.ccas.post("/referrals", &proposal).unwrap();
    assert_eq!(answer.status(), 409, "{:?}", answer.text());
    assert!(pair.ccas.sealed_since(before).is_empty());

    pair.epn.describe(|card| card.regime = SecrecyRegime::Profession);
    pair.ccas.until("it is known that they are bound by secrecy", |ccas| {
        ccas.get("/directory").unwrap_or_default().to_string().contains("profession")
    });
    let id = pair.ccas.propose(&proposal).expect("they may know it");
    pair.both(&id, "delivered");
    let story = |node: &Node| node.get(&format!("/referrals/{id}")).unwrap_or_default();
    assert!(story(&pair.epn)["context"].is_null(), "nobody said yes");
    pair.epn.says(&id, &json!({ "command": "accept" }));
    pair.epn.until("the context arrives", |epn| story(epn)["context"]["note"] == NOTE);
    let items = story(&pair.epn)["agreed_items"].to_string();
    assert!(items.contains("context_note"), "{items}");
    pair.ccas.hides(NOTE);
    pair.epn.hides(NOTE);
    pair.holds(&[&id]);
}

#[test]
fn who_must_not_be_contacted_is_read_with_just_what_she_agreed_to() {
    let mut pair = Pair::linked();
    pair.ccas.hire("paul", Capability::Administer, None);
    let mut proposal = pair.proposal();
    proposal["obstacles"] = json!(["account_security"]);
    let (way, rules) =
        (json!({ "way": "comes_with_code" }), json!(["do_not_contact", "masked_sender"]));
    proposal["person"]["channel"] = way.clone();
    proposal["person"]["safe_contact"] = json!({ "rules": rules });
    let id = pair.ccas.propose(&proposal).unwrap();
    pair.both(&id, "delivered");
    pair.epn.says(&id, &json!({ "command": "accept" }));
    pair.epn.until("her contact arrives", |epn| epn.knows_her(&id));
    let story = pair.epn.get(&format!("/referrals/{id}")).unwrap();
    let told = json!({ "name": FIRST_NAME, "channel": way, "safe": { "rules": rules } });
    assert_eq!(story["contact"], told);
    assert_eq!(
        story["agreed_items"],
        json!(["need", "obstacles", "first_name", "comes_with_code", "safe_contact"])
    );
    let page = pair.epn.page_of(&id);
    for said in ["Elle vient d’elle-même, avec son code", "Ne pas contacter", "Ne pas dire le nom"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    // Her reference alone on the list, and nowhere who sent her.
    let home = pair.epn.visit("pro").read("/");
    assert!(home.contains(&pair.epn.reference(&id)) && !home.contains(FIRST_NAME), "{home}");
    assert!([&home, &page].iter().all(|page| !page.contains("CCAS")));
    // Whoever runs the node where she is known opens nothing of hers.
    let (paul, reference) = (pair.ccas.visit("paul"), pair.ccas.reference(&id));
    assert_eq!(paul.status(&format!("/parcours/{reference}")), 404);
    assert!(!paul.read("/acces-exceptionnel").contains(FIRST_NAME));
    pair.holds(&[&id]);
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
    pair.epn.launch();
    pair.holds(&[&id]);
}
