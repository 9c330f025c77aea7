//! Scenario 4: the vicious circle is cut by the node that closes it, by itself.

use maillage_tests::{Territory, both};
use serde_json::{Value, json};

const NAMES: [&str; 5] =
    ["CCAS de Brenne", "EPN Le Lavoir", "France services Courcy", "MDS Est", "Parlons Net"];

#[test]
fn who_is_sent_round_is_seen_and_two_people_talk() {
    let mut all = Territory::at("2026-03-02", 9, &NAMES);
    let [ccas, epn, courcy, mds, asso] = &all.nodes[..] else { panic!("five nodes") };
    let accept = json!({ "command": "accept" });
    let proposed = ccas.post("/referrals", &ccas.proposal_to(epn)).expect("the node answers");
    let proposed = proposed.json::<Value>().expect("a name and a code");
    let named = |member: &str| proposed[member].as_str().expect("a text").to_owned();
    let (first, code) = (named("referral"), named("personal_code"));
    both([ccas, epn], &first, "delivered");
    epn.says(&first, &accept);
    both([ccas, epn], &first, "accepted");
    let second = all.ask_after(&first, 1, 2, "delivered");
    both([ccas, epn], &first, "referring_on");
    courcy.says(&second, &accept);
    both([ccas, epn], &first, "referred_on");
    let third = all.ask_after(&second, 2, 3, "delivered");
    mds.says(&third, &accept);
    both([epn, courcy], &second, "referred_on");

    // Back to whoever sent him: refused before anything is signed.
    let mut back = mds.proposal_to(courcy);
    back["after"] = third.as_str().into();
    assert_eq!(mds.post("/referrals", &back).unwrap().status(), 409);
    both([courcy, mds], &third, "accepted");

    // To where it began: that node remembers.
    let round = all.ask_after(&third, 3, 0, "case_conference");
    let (holder, act, _) = mds.turn(&round).unwrap();
    assert_eq!((holder.as_str(), act.as_str()), ("sender", "join"));
    // Somebody can be called at once where it was recognised, by the name of the desk at least.
    mds.until("the desk is named", |mds| {
        let story = mds.get(&format!("/referrals/{round}")).unwrap_or_default();
        story["steps"].as_array().is_some_and(|steps| {
            steps.iter().any(|step| step["speaker"]["name"] == "CCAS de Brenne")
        })
    });
    // Nobody was told the path: what arrives names no structure.
    let asked = ccas.get(&format!("/referrals/{round}")).unwrap()["asked"].clone();
    assert_eq!((&asked["hop"], &asked["tried"]), (&json!(3), &json!(null)));
    // Then somebody gives their name, where a node had only its desk to name.
    let nadia = json!({ "name": "Nadia", "phone": "+33199005678" });
    ccas.says(&round, &json!({ "command": "join_conference", "speaker": nadia }));
    mds.until("somebody is named", |mds| {
        let story = mds.get(&format!("/referrals/{round}")).unwrap_or_default();
        story["steps"].to_string().contains("Nadia")
    });
    assert_eq!(mds.turn(&round).unwrap().0, "sender", "whose turn it is has not changed");
    let speaker = json!({ "name": "Une collègue", "phone": "+33199001234" });
    mds.says(&round, &json!({ "command": "join_conference", "speaker": speaker }));
    ccas.until("they can be called", |ccas| {
        let story = ccas.get(&format!("/referrals/{round}")).unwrap_or_default();
        story["steps"].to_string().contains("Une collègue")
    });
    let none = json!({ "kind": "none", "reason": "out_of_mission" });
    ccas.says(&round, &json!({ "command": "end_conference", "verdict": none }));
    both([mds, ccas], &round, "declined");

    // What was passed on comes back, step by step, and its end to the owner of the need.
    both([courcy, mds], &third, "accepted");
    mds.says(&third, &json!({ "command": "start", "contact": "met" }));
    mds.says(&third, &json!({ "command": "conclude", "outcome": "blocked_by_agency" }));
    both([courcy, mds], &third, "concluded");
    assert!(ccas.list("to_choose").is_empty());
    courcy.says(&third, &json!({ "command": "confirm" }));
    ccas.until("the owner has to choose", |ccas| ccas.list("to_choose") == [first.as_str()]);
    // What became of it comes back to the owner: how it ended, how far it went, and that it went round.
    let reported = ccas.get(&format!("/referrals/{first}")).unwrap()["reported"].clone();
    assert_eq!(reported["looped"], true, "{reported}");
    assert_eq!(reported["hops"], 2, "{reported}");
    assert_eq!(reported["class"], "unmet", "{reported}");
    assert!(ccas.page_of(&first).contains("le cercle a été coupé"));
    let need = json!({ "outcome": "blocked_by_agency" });
    assert_eq!(ccas.post(&format!("/referrals/{first}/need"), &need).unwrap().status(), 204);
    // He is told in plain words, and where to turn.
    let page = ccas.send_form("/p", &[("code", &code)]).unwrap();
    assert!(page.contains("Aucune solution n’a été trouvée"), "{page}");
    assert!(page.contains("L’aide de EPN Le Lavoir n’a pas suffi.") && page.contains("Défenseur"));

    // He comes by himself to somebody who was never asked. With his receipt the chain goes on: who had
    // him knows him again, and nobody told it whence he comes. Without it he is somebody new.
    let number = ccas.get(&format!("/referrals/{first}")).unwrap()["pathway"].clone();
    let mut asked = asso.proposal_to(courcy);
    let new = asso.propose(&asked).expect("it is taken");
    both([asso, courcy], &new, "delivered");
    asked["pathway"] = number;
    let again = asso.propose(&asked).expect("it is taken");
    both([asso, courcy], &again, "case_conference");
    let asked = courcy.get(&format!("/referrals/{again}")).unwrap()["asked"].clone();
    assert_eq!(
        (&asked["hop"], &asked["parent"], &asked["tried"]),
        (&json!(1), &json!(null), &json!(null))
    );
    let chain = [(&*first, 0, 1), (&second, 1, 2), (&third, 2, 3), (&round, 3, 0)];
    all.holds(&[&chain[..], &[(&*new, 4, 2), (&again, 4, 2)]].concat());
}
