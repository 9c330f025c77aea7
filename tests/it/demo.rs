//! What `maillage demo` prepares is really there, for the account that is said to find it.

use maillage_tests::{Demo, Situation};
use serde_json::json;

/// Returns the situation of somebody that some words tell.
#[track_caller]
fn about<'a>(demo: &'a Demo, login: &str, words: &str) -> &'a Situation {
    let mut all = demo.situations.iter();
    let found = all.find(|it| it.login == login && it.words.contains(words));
    found.unwrap_or_else(|| panic!("{login}, {words}: {:?}", demo.situations))
}

#[test]
fn each_situation_of_the_demonstration_waits_for_whoever_the_table_names() {
    let demo = Demo::with_situations();
    assert_eq!(demo.situations.len(), 5, "{:?}", demo.situations);
    a_right_will_be_lost(&demo);
    a_node_sleeps(&demo);
    a_refusal_names_another_place(&demo);
    she_can_be_asked(&demo);
    a_circle_closes(&demo);
}

fn a_right_will_be_lost(demo: &Demo) {
    let Situation { reference, login, .. } = about(demo, "yann", "un droit sera perdu");
    let yann = demo.visit(login);
    assert!(yann.list("urgent").contains(reference));
    let request = yann.read(&format!("/demandes/{reference}"));
    assert!(request.contains("Droit en danger") && request.contains("Maison des solidarités Est"));
}

fn a_node_sleeps(demo: &Demo) {
    let Situation { reference, login, .. } = about(demo, "nadia", "ne répond plus");
    let nadia = demo.visit(login);
    let row = nadia.list("a-preciser");
    assert!(row.contains(reference) && row.contains("EPN de la Vieille-École"), "{row}");
    let pathway = nadia.read(&format!("/parcours/{reference}"));
    assert!(pathway.contains("remise pas encore confirmée"), "{pathway}");
    assert!(pathway.contains(">Demander aussi ailleurs</a>"), "{pathway}");
}

fn a_refusal_names_another_place(demo: &Demo) {
    let Situation { reference, login, .. } = about(demo, "nadia", "un refus");
    let nadia = demo.visit(login);
    assert!(nadia.list("a-reprendre").contains(reference));
    let pathway = nadia.read(&format!("/parcours/{reference}"));
    assert!(pathway.contains("(Parlons Net)") && pathway.contains(">Choisir la suite</a>"));
}

fn she_can_be_asked(demo: &Demo) {
    let Situation { reference, login, words } = about(demo, "nadia", "est-elle aidée");
    assert!(demo.visit(login).list("a-clore").contains(reference));
    let code = words.rsplit(' ').next().unwrap();
    let her_page = demo.node(login).send_form("/p", &[("code", code)]).unwrap();
    assert!(her_page.contains("Cela vous a-t-il aidée"), "{her_page}");
}

/// It closes as the table says: whoever asked first is asked again, and sees it.
fn a_circle_closes(demo: &Demo) {
    let Situation { reference, login, .. } = about(demo, "lucie", "un cercle");
    let (lucie, request) = (demo.visit(login), format!("/demandes/{reference}"));
    assert!(lucie.list("a-repondre").contains(reference));
    lucie.press(&request, &format!("{request}/ouverture"));
    lucie.press(&request, &format!("{request}/oui"));
    let pathway = lucie.read(&format!("/parcours/{reference}"));
    assert!(pathway.contains(">Orienter vers une autre structure</a>"), "{pathway}");

    let (asso, ccas) = (demo.node(login), demo.node("nadia"));
    let waiting = asso.get("/worklist").unwrap()["to_clarify"].clone();
    let row = waiting.as_array().unwrap().iter().find(|row| row["reference"] == *reference);
    let (id, need) = (row.unwrap()["id"].clone(), row.unwrap()["need"].clone());
    let directory = asso.get("/directory").unwrap();
    let mut partners = directory["partners"].as_array().unwrap().iter();
    let partner = partners.find(|partner| partner["node"] == json!(ccas.id)).unwrap();
    let mut round = asso.proposal_to(&ccas);
    round["service"] = partner["card"]["services"][0]["id"].clone();
    (round["need"], round["after"]) = (need, id);
    let round = asso.propose(&round).expect("it may be passed on");
    for node in [&asso, &ccas] {
        node.until("two people talk", |node| {
            node.status(&round).as_deref() == Some("case_conference")
        });
    }
}
