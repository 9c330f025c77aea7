//! p1: processes are killed at any moment, and nothing acknowledged is lost.

use maillage_tests::{Chance, Pair};
use serde_json::json;

/// How often a process is killed.
const KILLS: usize = 200;

#[test]
fn p1_two_hundred_kills_lose_nothing_that_was_acknowledged() {
    let mut pair = Pair::linked();
    let (mut proposed, mut accepted) = (Vec::new(), Vec::new());
    let mut chance = Chance(0x5eed);
    for kill in 0..KILLS {
        // Some traffic, cut at a point that changes each time.
        for _ in 0..chance.below(3) {
            proposed.extend(pair.propose());
        }
        if let Some(id) = proposed.get(chance.below(proposed.len().max(1)))
            && Pair::say(&pair.epn, id, &json!({ "command": "accept" }))
        {
            accepted.push(id.clone());
        }
        let last = pair.propose();
        let victim = if kill % 2 == 0 { &mut pair.ccas } else { &mut pair.epn };
        victim.kill();
        victim.launch();
        proposed.extend(last);
    }
    assert!(proposed.len() >= KILLS, "{}", proposed.len());
    for id in &proposed {
        let read = |node: &maillage_tests::Node| node.status(id);
        pair.ccas.until("an acknowledged referral is there", |node| read(node).is_some());
        pair.epn.until("it reaches the other side", |node| read(node).is_some());
    }
    for id in &accepted {
        let told = |node: &maillage_tests::Node| node.status(id).as_deref() == Some("accepted");
        pair.epn.until("an acknowledged answer stands", told);
        pair.ccas.until("it reaches who asked", told);
    }
    for id in &proposed {
        pair.same(id);
    }
    pair.assert_no_alert();
    pair.holds(&[]);
}
