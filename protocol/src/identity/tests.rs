//! Who may change what, with which key.

use super::*;
use crate::keys::{KeyUse, PrivateKey};
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp(1_772_438_400_000);

/// A node with its paper: what its administrator holds.
struct Node {
    sig: PrivateKey,
    auth: PrivateKey,
    wit: PrivateKey,
    paper: PrivateKey,
    log: Vec<SignedIdentity>,
}

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_seed(&[seed; 32])
}

fn public(key_use: KeyUse, key: &PrivateKey) -> IdentityKey {
    IdentityKey { key_use, public: key.public().to_bytes() }
}

fn full_set(first: u8) -> ([PrivateKey; 3], Vec<IdentityKey>) {
    let keys = [key(first), key(first + 1), key(first + 2)];
    let [sig, auth, wit] = &keys;
    let public = vec![
        public(KeyUse::Sig, sig),
        public(KeyUse::Auth, auth),
        public(KeyUse::Wit, wit),
        IdentityKey { key_use: KeyUse::Kem, public: [first + 3; 32] },
    ];
    (keys, public)
}

fn node() -> Node {
    let ([sig, auth, wit], keys) = full_set(10);
    let paper = key(90);
    let genesis = Genesis {
        name: "CCAS de Brenne".to_owned(),
        urls: vec!["https://ccas.brenne.example/".to_owned()],
        keys,
        next: vec![Genesis::commit(&paper)],
        organization: Organization::default(),
    };
    let log = vec![SignedIdentity::genesis(&genesis, NOW, &[&sig, &auth, &wit])];
    Node { sig, auth, wit, paper, log }
}

impl Node {
    fn identity(&self) -> Identity {
        Identity::read(&self.log).unwrap()
    }

    fn renamed(&self, name: &str) -> SignedIdentity {
        let (place, id) = self.identity().last();
        let update = Update { name: Some(name.to_owned()), ..Update::default() };
        SignedIdentity::update(&update, place + 1, id, NOW, &[&self.sig])
    }

    fn rotated(&self, after: usize, first: u8, revoked: Vec<Revoked>) -> SignedIdentity {
        let (place, id) = Identity::read(&self.log[..=after]).unwrap().last();
        let ([sig, auth, wit], keys) = full_set(first);
        let revealed = self.paper.public().to_bytes();
        let next = vec![Genesis::commit(&key(first + 50))];
        let rotation = Rotation { revealed, keys, next, revoked };
        SignedIdentity::rotate(&rotation, place + 1, id, NOW, &[&self.paper, &sig, &auth, &wit])
    }

    #[track_caller]
    fn refuses(&self, event: &SignedIdentity, why: IdentityError) {
        assert_eq!(self.identity().append(event).unwrap_err(), why);
    }
}

#[test]
fn a_log_is_written_and_read_back() {
    let mut node = node();
    let id = node.identity().node();
    node.log.push(node.renamed("CCAS de Brenne-le-Vieux"));
    let text = serde_json::to_string(&node.log).unwrap();
    let log: Vec<SignedIdentity> = serde_json::from_str(&text).unwrap();
    let identity = Identity::read(&log).unwrap();
    assert_eq!((identity.node(), identity.name()), (id, "CCAS de Brenne-le-Vieux"));
    assert_eq!(identity.key(KeyUse::Auth), Some(public(KeyUse::Auth, &node.auth)));
}

#[test]
fn a_daily_key_is_replaced_by_who_has_both() {
    let node = node();
    let (place, id) = node.identity().last();
    let new = key(40);
    let keys = vec![public(KeyUse::Auth, &new)];
    let update = Update { keys, ..Update::default() };
    let good = SignedIdentity::update(&update, place + 1, id, NOW, &[&node.sig, &new]);
    let identity = node.identity().append(&good).unwrap();
    assert_eq!(identity.key(KeyUse::Auth), Some(public(KeyUse::Auth, &new)));

    let bad = IdentityError::BadSignature;
    node.refuses(&SignedIdentity::update(&update, place + 1, id, NOW, &[&node.sig]), bad);
    node.refuses(&SignedIdentity::update(&update, place + 1, id, NOW, &[&new]), bad);
    node.refuses(&SignedIdentity::update(&update, place + 1, id, NOW, &[&node.auth, &new]), bad);
    let every = [&node.sig, &new, &node.wit];
    node.refuses(&SignedIdentity::update(&update, place + 1, id, NOW, &every), bad);
}

#[test]
fn the_signing_key_is_replaced_by_the_paper_only() {
    let node = node();
    let (place, id) = node.identity().last();
    let new = key(40);
    let update = Update { keys: vec![public(KeyUse::Sig, &new)], ..Update::default() };
    let event = SignedIdentity::update(&update, place + 1, id, NOW, &[&node.sig, &new]);
    assert!(matches!(
        node.identity().append(&event),
        Err(IdentityError::Unreadable(UnreadableIdentity::Malformed(_)))
    ));
}

#[test]
fn a_rotation_sets_aside_the_updates_of_a_thief() {
    let mut node = node();
    node.log.push(node.renamed("Voleur"));
    let revoked =
        Revoked { kid: node.sig.kid(), cause: RevocationCause::Compromise, since: Some(NOW) };
    node.log.push(node.rotated(0, 30, vec![revoked]));
    let identity = node.identity();
    assert_eq!(identity.name(), "CCAS de Brenne");
    assert_eq!(identity.last().0, 1);
    assert_eq!(identity.revocation(node.sig.kid()), Some(RevokedKey(RevocationCause::Compromise)));
    assert!(identity.signing_key(node.sig.kid(), KeyUse::Sig).is_some());
    assert_eq!(identity.key(KeyUse::Sig), Some(public(KeyUse::Sig, &key(30))));
}

#[test]
fn two_rotations_after_the_same_event_are_a_fork() {
    let mut node = node();
    let other = node.rotated(0, 50, vec![]);
    node.log.push(node.rotated(0, 30, vec![]));
    node.refuses(&other, IdentityError::Forked);
}

#[test]
fn a_rotation_key_that_was_not_committed_is_refused() {
    let mut node = node();
    node.paper = key(91);
    node.refuses(&node.rotated(0, 30, vec![]), IdentityError::WrongRotationKey);
}

#[test]
fn a_rotation_key_is_used_once() {
    let mut node = node();
    node.log.push(node.rotated(0, 30, vec![]));
    node.refuses(&node.rotated(1, 50, vec![]), IdentityError::WrongRotationKey);
}

#[test]
fn a_key_does_not_come_back() {
    let node = node();
    node.refuses(&node.rotated(0, 10, vec![]), IdentityError::WeakKey);
}

#[test]
fn the_daily_key_cannot_end_a_node() {
    let node = node();
    let (place, id) = node.identity().last();
    let by_thief = SignedIdentity::close(None, place + 1, id, NOW, &node.sig);
    node.refuses(&by_thief, IdentityError::WrongRotationKey);

    let ended = SignedIdentity::close(None, place + 1, id, NOW, &node.paper);
    let closed = node.identity().append(&ended).unwrap();
    assert_eq!(closed.closed(), Some(None));
    assert_eq!(closed.append(&node.renamed("Encore")).unwrap_err(), IdentityError::Closed);
}

#[test]
fn an_update_follows_the_last_event() {
    let mut node = node();
    let late = node.renamed("Trop tard");
    node.log.push(node.renamed("Avant"));
    node.refuses(&late, IdentityError::OutOfPlace);
    assert!(Identity::read(&node.log[1..]).is_err());
    assert_eq!(Identity::read(&[]).unwrap_err(), IdentityError::Length);
}

#[test]
fn no_byte_of_a_log_can_change() {
    let mut node = node();
    node.log.push(node.renamed("CCAS de Brenne-le-Vieux"));
    for event in 0..node.log.len() {
        for at in 0..node.log[event].bytes.len() {
            let mut log = node.log.clone();
            log[event].bytes[at] ^= 1;
            assert!(Identity::read(&log).is_err(), "event {event}, byte {at}");
        }
    }
}
