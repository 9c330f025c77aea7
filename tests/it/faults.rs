//! Bad networks between two nodes: whatever they do to requests, both sides end in the same state,
//! each act has its effect once, and nobody is accused.

use maillage_node::control::{Answer, Order};
use maillage_tests::{Fault, Node, Pair, PaperPeer, Proxy};
use serde_json::json;

/// Everything that networks do, and that what stands in between says.
const EVERYTHING: [Fault; 13] = [
    Fault::LoseRequest,
    Fault::LoseAnswer,
    Fault::Duplicate,
    Fault::Reorder,
    Fault::CorruptRequest,
    Fault::CorruptAnswer,
    Fault::Truncate,
    Fault::Trickle,
    Fault::Forge(403, "unknown_peer"),
    Fault::Forge(409, "fork"),
    Fault::Forge(409, "gap"),
    Fault::Forge(422, "invalid_event"),
    Fault::Forge(503, "recovering"),
];

/// Tries again, as time would make them, until something is true.
#[track_caller]
fn insist(pair: &Pair, node: &Node, what: &str, ready: impl Fn(&Node) -> bool) {
    node.until(what, |node| {
        pair.try_again();
        ready(node)
    });
}

#[track_caller]
fn settles(pair: &Pair, referral: &str, status: &str) {
    for node in [&pair.ccas, &pair.epn] {
        insist(pair, node, status, |node| node.status(referral).as_deref() == Some(status));
    }
}

fn calm(proxies: &[Proxy; 2]) -> Vec<Fault> {
    proxies.iter().flat_map(Proxy::calm).collect()
}

#[test]
fn a_storm_changes_nothing_of_what_was_said() {
    let (mut pair, proxies) = Pair::apart(0x5eed);
    for proxy in &proxies {
        proxy.storm(&EVERYTHING);
    }
    let mut referrals = Vec::new();
    for turn in 0..24 {
        let referral = pair.propose().expect("what happens elsewhere does not stop us");
        pair.try_again();
        referrals.push(referral);
        if turn % 3 == 2 {
            let asked = &referrals[turn / 2];
            insist(&pair, &pair.epn, "a request arrives", |epn| {
                epn.status(asked).as_deref() == Some("delivered")
            });
            assert!(Pair::say(&pair.epn, asked, &json!({ "command": "accept" })));
        }
    }
    let accepted: Vec<_> = (0..24).filter(|turn| turn % 3 == 2).map(|turn| turn / 2).collect();
    for at in &accepted {
        settles(&pair, &referrals[*at], "accepted");
    }
    let happened = calm(&proxies);
    for fault in EVERYTHING {
        assert!(happened.contains(&fault), "{fault:?} did not happen: {}", happened.len());
    }
    for (at, referral) in referrals.iter().enumerate() {
        settles(&pair, referral, if accepted.contains(&at) { "accepted" } else { "delivered" });
        pair.same(referral);
    }
    pair.assert_no_alert();
    pair.holds(&[]);
}

#[test]
fn a_partition_holds_words_up_and_loses_none() {
    let (pair, proxies) = Pair::apart(1);
    let before = pair.propose().expect("the node acknowledges it");
    pair.both(&before, "delivered");
    for proxy in &proxies {
        proxy.storm(&[Fault::LoseRequest]);
    }
    let during = pair.propose().expect("a partition stops nobody from working");
    assert!(Pair::say(&pair.epn, &before, &json!({ "command": "accept" })));
    assert!(Pair::say(&pair.epn, &before, &json!({ "command": "start", "contact": "met" })));
    pair.ccas.until("the sender is told that the other side is silent", silent);
    assert_eq!(pair.ccas.status(&before).as_deref(), Some("delivered"));
    assert_eq!(pair.epn.status(&during), None);

    calm(&proxies);
    settles(&pair, &during, "delivered");
    settles(&pair, &before, "underway");
    pair.assert_no_alert();
}

/// Answers are not signed: whoever stands in between can refuse in the name of the other node, and
/// must not be able to stop anything for good.
#[test]
fn a_forged_refusal_ends_with_who_forges_it() {
    for (status, code) in [(409, "fork"), (409, "channel_blocked"), (422, "invalid_event")] {
        let (pair, proxies) = Pair::apart(2);
        proxies[1].storm(&[Fault::Forge(status, code)]);
        let referral = pair.propose().expect("the node acknowledges it");
        pair.ccas.until("a human is told", |node| troubles(node) == ["blocked"]);
        calm(&proxies);
        // No human tries again: a sign of life of the other node is enough.
        pair.epn.describe(|_| ());
        pair.both(&referral, "delivered");
        pair.ccas.until("nothing is wrong any more", |node| troubles(node).is_empty());
    }
}

#[test]
fn a_peer_that_is_gone_holds_up_nobody_else() {
    let (pair, _proxies) = Pair::apart(3);
    let gone = PaperPeer::linked(&pair.ccas);
    pair.ccas.until("the one that is gone is known as such", silent);
    let referral = pair.propose().expect("the node acknowledges it");
    pair.both(&referral, "delivered");
    assert!(silent(&pair.ccas), "{}", gone.id);
}

fn silent(node: &Node) -> bool {
    troubles(node) == ["silent"]
}

fn troubles(node: &Node) -> Vec<String> {
    let Answer::Peers { peers } = node.order(&Order::ListPeers) else {
        panic!("an administrator can list the partners");
    };
    peers.into_iter().filter_map(|peer| peer.trouble).collect()
}
