use maillage_protocol::codes::{Accommodation, CancelReason};
use maillage_protocol::consent::WithdrawalScope;
use maillage_protocol::erasure::ErasureCause;
use maillage_protocol::id::ReferralId;
use maillage_protocol::referral::{Author, Command, Status};

use super::*;
use crate::app::tests::{NADIA, Pair, deliver, propose, propose_once, request};
use crate::app::{InboxError, Texts, Trouble};
use maillage_protocol::problem::ProblemType;

fn introduce(from: &App, to: &App) {
    to.learn_identity(from.node(), &from.identity_log()).unwrap();
}

fn keys_of_today(app: &App) -> Vec<Kid> {
    let identity = app.identity();
    KeyUse::ALL.iter().map(|key_use| identity.key(*key_use).unwrap().kid()).collect()
}

fn rotate(pair: &Pair, cause: RevocationCause) -> PrivateKey {
    let next = PrivateKey::from_seed(&[8; 32]);
    let rotated = pair.a.rotate_with_paper(&pair.ccas.paper, Genesis::commit(&next), cause);
    rotated.unwrap().unwrap();
    next
}

#[test]
fn new_keys_take_over_and_old_ones_still_open_what_was_on_its_way() {
    let mut pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    let before = keys_of_today(&pair.a);
    pair.a.rotate_keys().unwrap();
    let after = keys_of_today(&pair.a);
    let changed: Vec<_> =
        before.iter().zip(&after).map(|(before, after)| before != after).collect();
    assert_eq!(changed, KeyUse::ALL.map(|key_use| key_use != KeyUse::Sig));

    // It has not heard of the new keys, and seals for the old one.
    pair.b.say(None, Author::Receiver, id, Command::Accept, Texts::default(), None).unwrap();
    pair.exchange();
    assert_eq!(pair.a.referral(id).unwrap().status(), Status::Accepted);
    introduce(&pair.a, &pair.b);
    assert_eq!(pair.b.peer_identity(pair.a.node()).unwrap().last(), pair.a.identity().last());
    pair.restart();
    assert_eq!(keys_of_today(&pair.a), after);
    propose_once(&pair.a, pair.b.node(), 1);
    pair.exchange();
}

/// The identity alone says which keys count: a change that stopped halfway changed nothing.
#[test]
fn a_key_that_was_made_and_not_published_counts_for_nothing() {
    let mut pair = Pair::linked();
    for key_use in KeyUse::ALL {
        pair.ccas.keys.add(key_use).unwrap();
    }
    pair.restart();
    let id = propose(&pair);
    pair.exchange();
    assert_eq!(pair.a.referral(id).unwrap().status(), Status::Delivered);
    assert_eq!(pair.a.auth_key().kid(), pair.a.identity().key(KeyUse::Auth).unwrap().kid());
}

#[test]
fn the_sealing_key_is_replaced_after_ninety_days_and_destroyed_a_month_later() {
    let pair = Pair::linked();
    let first = pair.a.kem_kid();
    pair.ccas.env.advance(89 * DAY);
    pair.a.tick(&pair.a.referrals()).unwrap();
    assert_eq!(pair.a.kem_kid(), first);
    pair.ccas.env.advance(2 * DAY);
    pair.a.tick(&pair.a.referrals()).unwrap();
    assert_ne!(pair.a.kem_kid(), first);
    pair.ccas.env.advance(29 * DAY);
    pair.a.tick(&pair.a.referrals()).unwrap();
    assert!(pair.ccas.keys.opening(first).is_some());
    pair.ccas.env.advance(2 * DAY);
    pair.a.tick(&pair.a.referrals()).unwrap();
    assert!(pair.ccas.keys.opening(first).is_none());
}

#[test]
fn the_paper_sheet_changes_every_key_once() {
    let mut pair = Pair::linked();
    let before = keys_of_today(&pair.a);
    let next = rotate(&pair, RevocationCause::Routine);
    assert!(before.iter().zip(keys_of_today(&pair.a)).all(|(before, after)| *before != after));
    assert!(pair.a.expects(&next) && !pair.a.expects(&pair.ccas.paper));
    let again = pair.a.rotate_with_paper(&pair.ccas.paper, [0; 32], RevocationCause::Routine);
    assert_eq!(again.unwrap(), Err(WrongSheet));

    introduce(&pair.a, &pair.b);
    for restarts in 0..2 {
        let id = propose_once(&pair.a, pair.b.node(), restarts);
        pair.exchange();
        pair.same_referral(id);
        pair.restart();
    }
    let channel = pair.a.state().peers[&pair.b.node()].outgoing.channel.clone();
    assert_eq!((channel.kid(), channel.epoch().0), (Some(pair.a.sig().kid()), 1));
}

/// Nothing more is taken under a stolen key, whatever it signed; what was on its way is signed again.
#[test]
fn after_a_theft_what_was_signed_and_not_held_is_signed_again() {
    let mut pair = Pair::linked();
    let (us, peer) = (pair.a.node(), pair.b.node());
    let id = propose(&pair);
    pair.a.sign_waiting(peer, 64).unwrap();
    let acked = pair.a.standing(peer).unwrap().acked;
    let under_the_old_key = pair.a.events_after(peer, acked, 64).unwrap();
    assert_eq!(under_the_old_key.len(), 2);
    rotate(&pair, RevocationCause::Compromise);
    introduce(&pair.a, &pair.b);
    let refused = pair.b.ingest(us, under_the_old_key, None);
    assert!(matches!(refused, Err(InboxError::Refused(ProblemType::UnknownKey))), "{refused:?}");

    for _restarted in 0..2 {
        deliver(&pair.a, &pair.b);
        pair.exchange();
        assert_eq!(pair.a.referral(id).unwrap().status(), Status::Delivered);
        pair.same_referral(id);
        pair.restart();
    }
    assert_eq!(pair.a.signed_head(peer).0.0, 2);
    pair.b.say(None, Author::Receiver, id, Command::Accept, Texts::default(), None).unwrap();
    pair.exchange();
    assert_eq!(pair.a.referral(id).unwrap().status(), Status::Accepted);
}

/// A thief of the signing key can move the node; the sheet takes it back.
#[test]
fn what_a_thief_added_to_the_identity_is_replaced() {
    let pair = Pair::linked();
    let (place, last) = pair.a.identity().last();
    let update = Update { urls: Some(vec!["https://voleur.example".into()]), ..Update::default() };
    let theft = SignedIdentity::update(&update, place + 1, last, pair.a.now(), &[&pair.a.sig()]);
    let log = [pair.a.identity_log(), vec![theft]].concat();
    pair.b.learn_identity(pair.a.node(), &log).unwrap();
    assert_eq!(pair.b.peer_url(pair.a.node()).unwrap().to_string(), "https://voleur.example");

    rotate(&pair, RevocationCause::Compromise);
    introduce(&pair.a, &pair.b);
    let known = pair.b.peer_identity(pair.a.node()).unwrap();
    assert_eq!((known.last(), known.urls()), (pair.a.identity().last(), pair.a.identity().urls()));
    assert_eq!(pair.b.peer_url(pair.a.node()).unwrap().to_string(), pair.a.identity().urls()[0]);
    // Hearing it again changes nothing.
    let records = pair.b.journal.len();
    introduce(&pair.a, &pair.b);
    assert_eq!(pair.b.journal.len(), records);
}

#[test]
fn a_theft_after_a_rotation_that_nobody_heard_of_ends_well() {
    let mut pair = Pair::linked();
    let first = pair.a.sig().kid();
    let id = propose_once(&pair.a, pair.b.node(), 1);
    pair.a.sign_waiting(pair.b.node(), 1).unwrap();
    let next = rotate(&pair, RevocationCause::Routine);
    pair.a.sign_waiting(pair.b.node(), 64).unwrap();
    let stolen = RevocationCause::Compromise;
    pair.a.rotate_with_paper(&next, [1; 32], stolen).unwrap().unwrap();
    introduce(&pair.a, &pair.b);
    let author = pair.b.peer_identity(pair.a.node()).unwrap();
    assert!(author.revocation(first).is_some(), "the thief has the older keys of the file too");
    for restarts in 0..2 {
        pair.exchange();
        pair.same_referral(id);
        propose_once(&pair.a, pair.b.node(), 10 + restarts);
        pair.restart();
    }
}

/// The notice of a key that was stolen since would put the channel under it again.
#[test]
fn a_notice_that_still_waits_at_the_theft_is_said_no_more() {
    let pair = Pair::linked();
    let next = rotate(&pair, RevocationCause::Routine);
    let stolen = RevocationCause::Compromise;
    pair.a.rotate_with_paper(&next, [1; 32], stolen).unwrap().unwrap();
    introduce(&pair.a, &pair.b);
    for once in 0..2 {
        let id = propose_once(&pair.a, pair.b.node(), once);
        pair.exchange();
        pair.same_referral(id);
    }
}

#[test]
fn a_key_that_a_channel_needs_is_not_destroyed() {
    let pair = Pair::linked();
    let first = pair.a.sig().kid();
    propose_once(&pair.a, pair.b.node(), 1);
    rotate(&pair, RevocationCause::Routine);
    pair.ccas.env.advance(31 * DAY);
    pair.a.tick(&[]).unwrap();
    assert!(pair.ccas.keys.signing(first).is_some());
    introduce(&pair.a, &pair.b);
    pair.exchange();
    pair.ccas.env.advance(DAY);
    pair.a.tick(&[]).unwrap();
    assert!(pair.ccas.keys.signing(first).is_none());
}

/// A change that stopped halfway does not make a key look replaced.
#[test]
fn the_month_begins_with_what_the_identity_says() {
    let pair = Pair::linked();
    let first = pair.a.kem_kid();
    pair.ccas.env.advance(10 * DAY);
    pair.ccas.keys.add(KeyUse::Kem).unwrap();
    pair.ccas.env.advance(81 * DAY);
    pair.a.tick(&[]).unwrap();
    pair.a.tick(&[]).unwrap();
    assert_ne!(pair.a.kem_kid(), first);
    assert!(pair.ccas.keys.opening(first).is_some());
}

/// A node that was restored does not know its last updates: the paper sheet saves it all the same,
/// and until its peers told it what it forgot it changes nothing by itself.
#[test]
fn the_paper_sheet_saves_a_node_that_forgot_its_updates() {
    let pair = Pair::linked();
    let restored = pair.ccas.copy(true);
    pair.a.rotate_keys().unwrap();
    introduce(&pair.a, &pair.b);
    pair.ccas.env.advance(200 * DAY);
    let kem = restored.kem_kid();
    restored.tick(&[]).unwrap();
    assert_eq!(restored.kem_kid(), kem);
    // A human changes keys all the same: the peer knows another continuation, and skips this one.
    restored.rotate_keys().unwrap();
    introduce(&restored, &pair.b);
    assert_eq!(pair.b.peer_identity(pair.a.node()).unwrap().last(), pair.a.identity().last());
    let cause = RevocationCause::Routine;
    restored.rotate_with_paper(&pair.ccas.paper, [1; 32], cause).unwrap().unwrap();
    introduce(&restored, &pair.b);
    let known = pair.b.peer_identity(pair.a.node()).unwrap();
    assert_eq!(known.last(), restored.identity().last());
}

/// The paper goes back to the last time that it was needed; the name and the address do not.
#[test]
fn a_rotation_keeps_the_address_of_today() {
    let pair = Pair::linked();
    pair.a.move_to("https://ailleurs.example").unwrap();
    rotate(&pair, RevocationCause::Routine);
    assert_eq!(pair.a.identity().urls(), ["https://ailleurs.example"]);
    introduce(&pair.a, &pair.b);
    assert_eq!(pair.b.peer_identity(pair.a.node()).unwrap().urls(), pair.a.identity().urls());
}

/// Of two continuations of our own identity, the first one counts, at once and after a start.
#[test]
fn two_changes_at_once_do_not_cost_the_identity() {
    let mut pair = Pair::linked();
    let (place, last) = pair.a.identity().last();
    let events = ["https://un.example", "https://deux.example"].map(|url| {
        let update = Update { urls: Some(vec![url.to_owned()]), ..Update::default() };
        SignedIdentity::update(&update, place + 1, last, pair.a.now(), &[&pair.a.sig()])
    });
    for event in &events {
        pair.a.append(&[identity_record(event)]).unwrap();
    }
    for _restarted in 0..2 {
        assert_eq!(pair.a.identity().urls(), ["https://un.example"]);
        pair.restart();
    }
}

/// The receiver loses the key for which the sender still seals.
fn lose_a_key(pair: &Pair) {
    let lost = pair.epn.keys.kem().kid();
    pair.b.rotate_keys().unwrap();
    pair.epn.keys.destroy(lost).unwrap();
}

fn cancel(pair: &Pair, id: ReferralId) {
    let command = Command::Cancel(CancelReason::ALL[0]);
    pair.a.say(None, Author::Sender, id, command, Texts::default(), None).unwrap();
}

/// Seals again what the receiver asks for, and lets it take the keys in the order it asked.
fn give_keys(pair: &Pair) -> Vec<bool> {
    let (us, peer) = (pair.b.node(), pair.a.node());
    introduce(&pair.b, &pair.a);
    let needed = pair.b.keys_needed(peer);
    let keyboxes = pair.a.keyboxes(us, &needed, pair.b.kem_kid()).unwrap().unwrap();
    keyboxes.iter().map(|named| pair.b.take_keybox(peer, named.id, &named.k).unwrap()).collect()
}

/// What was sealed for a key that we no longer had is read once its key came again.
#[test]
fn what_was_sealed_for_a_lost_key_is_read_once_it_is_sealed_again() {
    let mut pair = Pair::linked();
    lose_a_key(&pair);
    let mut asked = request(pair.b.node());
    asked.accommodations = [Accommodation::Oral].into();
    let id = pair.a.propose(NADIA, asked, [9; 16]).unwrap().referral;
    deliver(&pair.a, &pair.b);
    assert!(pair.b.referral(id).is_none());
    assert_eq!(pair.b.partners()[0].trouble, Some(Trouble::Closed));
    assert_eq!(give_keys(&pair), [true, true]);
    assert_eq!(pair.b.partners()[0].trouble, None);
    pair.exchange();
    assert_eq!(pair.b.referral(id).unwrap().status(), Status::Delivered);
    pair.same_referral(id);
    // Her circumstances are read in the body, and kept nowhere else.
    let told = |pair: &Pair| pair.b.story(id).unwrap().unwrap().proposal.unwrap().accommodations;
    for _restarted in 0..2 {
        assert_eq!(told(&pair), [Accommodation::Oral].into());
        pair.restart();
    }
    pair.a.withdraw(id, WithdrawalScope::Referral).unwrap();
    pair.exchange();
    assert_eq!(told(&pair), BTreeSet::new());
}

/// A key that its holder destroyed blocks nothing for ever; one that its holder could not give yet is
/// waited for.
#[test]
fn a_key_that_nobody_has_any_more_is_given_up_once_its_holder_was_there() {
    let mut pair = Pair::linked();
    lose_a_key(&pair);
    propose(&pair);
    deliver(&pair.a, &pair.b);
    let year = DAY.saturating_mul(400);
    [&pair.ccas.env, &pair.epn.env].into_iter().for_each(|env| env.advance(year));
    pair.b.retain(false).unwrap();
    assert_eq!(pair.b.keys_needed(pair.a.node()).len(), 2, "they may still have them");
    pair.b.heard_from(pair.a.node());
    pair.b.retain(false).unwrap();
    for _restarted in 0..2 {
        assert!(pair.b.keys_needed(pair.a.node()).is_empty());
        assert_eq!(pair.b.partners()[0].trouble, None);
        pair.restart();
    }
    introduce(&pair.b, &pair.a);
    let new = propose_once(&pair.a, pair.b.node(), 1);
    pair.exchange();
    pair.same_referral(new);
}

/// What follows is sealed for the key of today, but it is not heard before what it follows. Another
/// referral, which began since, holds nothing up.
#[test]
fn what_follows_a_closed_event_waits_for_it() {
    let mut pair = Pair::linked();
    lose_a_key(&pair);
    let first = propose(&pair);
    deliver(&pair.a, &pair.b);
    introduce(&pair.b, &pair.a);
    cancel(&pair, first);
    let second = propose_once(&pair.a, pair.b.node(), 1);
    deliver(&pair.a, &pair.b);
    assert!(pair.b.referral(first).is_none());
    assert_eq!(pair.b.referral(second).unwrap().status(), Status::Delivered);
    assert_eq!(pair.b.keys_needed(pair.a.node()).len(), 3);
    // Out of order, a key changes nothing.
    let last = pair.b.keys_needed(pair.a.node())[2];
    let keyboxes = pair.a.keyboxes(pair.b.node(), &[last], pair.b.kem_kid()).unwrap().unwrap();
    assert!(!pair.b.take_keybox(pair.a.node(), last, &keyboxes[0].k).unwrap());
    assert_eq!(give_keys(&pair), [true; 3]);
    for _restarted in 0..2 {
        pair.exchange();
        pair.same_referral(first);
        pair.same_referral(second);
        pair.restart();
    }
}

/// The sender destroyed the key: nobody can give it again, and what follows must not wait for it.
#[test]
fn an_erasure_opens_the_way_to_what_follows() {
    let mut pair = Pair::linked();
    let before = propose(&pair);
    pair.exchange();
    lose_a_key(&pair);
    let erased = propose_once(&pair.a, pair.b.node(), 1);
    deliver(&pair.a, &pair.b);
    introduce(&pair.b, &pair.a);
    cancel(&pair, before);
    deliver(&pair.a, &pair.b);
    assert_eq!(pair.b.keys_needed(pair.a.node()).len(), 3);
    pair.a.erase_referral(erased, ErasureCause::Withdrawal).unwrap();
    pair.exchange();
    assert_eq!(give_keys(&pair), [true]);
    for _restarted in 0..2 {
        pair.exchange();
        assert!(pair.b.referral(erased).is_none());
        assert_eq!(pair.b.partners()[0].trouble, None);
        pair.same_referral(before);
        pair.restart();
    }
}
