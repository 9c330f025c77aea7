//! Every small history, completely: what a hostile or unlucky sender can do with five events.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::*;
use crate::event::{BodyDigest, Header};
use crate::identity::{Genesis, IdentityKey, Organization, Revoked, Rotation, SignedIdentity};
use crate::keys::PrivateKey;
use crate::time::Timestamp;

const ME: Recipient = Recipient::Node(NodeId([9; 32]));

/// A sender that can sign anything, before and after its paper replaced its key.
struct Sender {
    old: PrivateKey,
    new: PrivateKey,
    /// Its identity, before and after.
    before: Identity,
    after: Identity,
    /// Signing is slow, and histories share most of their events.
    signed: RefCell<BTreeMap<Vec<u8>, Verified>>,
}

impl Sender {
    fn new(cause: RevocationCause) -> Self {
        let (old, new, paper) = (key(1), key(5), key(8));
        let genesis = Genesis {
            name: "CCAS de Brenne".to_owned(),
            urls: vec!["https://ccas.brenne.example/".to_owned()],
            keys: keys(1),
            next: vec![Genesis::commit(&paper)],
            organization: Organization::default(),
        };
        let genesis = SignedIdentity::genesis(&genesis, Timestamp(0), &[&old, &key(2), &key(3)]);
        let rotation = Rotation {
            revealed: paper.public().to_bytes(),
            keys: keys(5),
            next: vec![Genesis::commit(&key(90))],
            revoked: vec![Revoked { kid: old.kid(), cause, since: None }],
        };
        let signers = [&paper, &new, &key(6), &key(7)];
        let rotated = SignedIdentity::rotate(&rotation, 1, genesis.id(), Timestamp(1), &signers);
        let before = Identity::begin(&genesis).unwrap();
        let after = before.clone().append(&rotated).unwrap();
        Self { old, new, before, after, signed: RefCell::default() }
    }

    fn identity(&self, rotated: bool) -> &Identity {
        if rotated { &self.after } else { &self.before }
    }

    fn node(&self) -> NodeId {
        self.before.node()
    }

    /// Signs an event. `twist` makes another event for the same place.
    fn event(&self, place: Place, control: Option<&Control>, key: &PrivateKey) -> Verified {
        let body = control.map(Control::to_bytes);
        let header = Header {
            ack: None,
            body: body.as_deref().map(BodyDigest::of),
            critical: vec![],
            commitment: None,
            epoch: place.epoch,
            seq: place.seq,
            previous: place.previous,
            from: self.node(),
            to: ME,
            kind: if control.is_some() { EventKind::Control } else { EventKind::Directory },
            kid: key.kid(),
            at: Timestamp(place.twist),
            expires: None,
        };
        let known = format!("{header:?}").into_bytes();
        let mut signed = self.signed.borrow_mut();
        signed.entry(known).or_insert_with(|| Verified::sign(key, header).unwrap()).clone()
    }
}

#[derive(Clone, Copy)]
struct Place {
    epoch: Epoch,
    seq: Seq,
    previous: Option<EventId>,
    twist: u64,
}

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_seed(&[seed; 32])
}

fn keys(first: u8) -> Vec<IdentityKey> {
    let public = |key_use, seed: u8| IdentityKey { key_use, public: key(seed).public().to_bytes() };
    vec![
        public(KeyUse::Sig, first),
        public(KeyUse::Auth, first + 1),
        public(KeyUse::Wit, first + 2),
        IdentityKey { key_use: KeyUse::Kem, public: [first; 32] },
    ]
}

/// A receiver: a channel and what it stored.
#[derive(Clone)]
struct Receiver {
    channel: Channel,
    stored: BTreeMap<(Epoch, Seq), Rc<Verified>>,
}

impl Receiver {
    fn new(from: NodeId) -> Self {
        Self { channel: Channel::new(from, ME), stored: BTreeMap::new() }
    }

    fn judge(&self, event: &Verified, control: Option<&Control>) -> Verdict {
        let stored = |epoch, seq| {
            let event = self.stored.get(&(epoch, seq))?;
            Some((event.id(), Some(event.signed().clone())))
        };
        self.channel.place(event.clone(), control.cloned(), &stored)
    }

    fn hear(&mut self, event: &Verified, control: Option<&Control>) -> Verdict {
        let verdict = self.judge(event, control);
        match &verdict {
            Verdict::Append(positioned) => {
                let head = positioned.event().head();
                let event = Rc::new(positioned.event().clone());
                self.stored.insert((head.epoch, head.seq), event);
                self.channel = self.channel.clone().advanced(positioned);
            }
            Verdict::Fork(_) => self.channel = self.channel.clone().forked(),
            Verdict::Duplicate | Verdict::Gap | Verdict::NeedsHuman | Verdict::Refused(_) => {}
        }
        verdict
    }
}

/// What may be done with the next event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Next,
    Duplicate,
    /// The event after the next comes first.
    Reorder,
    /// The next event is never sent.
    Drop,
    /// Another event for the last place.
    ForkPlace,
    /// A next event that follows another past.
    ForkPast,
    /// A new epoch, naming the last event.
    Restore,
    /// A new epoch, naming an event that was never sent.
    FalseRestore,
    /// A new epoch after a fork.
    Reopen,
    /// The key is replaced by the paper, and the channel continues in a new epoch.
    Rotate,
}

const STEPS: [Step; 10] = [
    Step::Next,
    Step::Duplicate,
    Step::Reorder,
    Step::Drop,
    Step::ForkPlace,
    Step::ForkPast,
    Step::Restore,
    Step::FalseRestore,
    Step::Reopen,
    Step::Rotate,
];

/// What the sender signed so far in this epoch.
#[derive(Clone)]
struct History {
    epoch: Epoch,
    signed: Vec<Head>,
    rotated: bool,
    twist: u64,
}

fn explore(sender: &Sender, receiver: &Receiver, history: &History, depth: u32, seen: &mut u64) {
    *seen += 1;
    check(receiver);
    if depth == 0 {
        return;
    }
    for step in STEPS {
        let (mut receiver, mut history) = (receiver.clone(), history.clone());
        take(sender, &mut receiver, &mut history, step);
        explore(sender, &receiver, &history, depth - 1, seen);
    }
}

/// Takes one step, and checks the verdict against what the step is.
fn take(sender: &Sender, receiver: &mut Receiver, history: &mut History, step: Step) {
    let last = history.signed.last().copied();
    let next = Place {
        epoch: history.epoch,
        seq: last.map_or(Seq(1), |head| head.seq.next()),
        previous: last.map(|head| head.id),
        twist: history.twist,
    };
    let key = if history.rotated { &sender.new } else { &sender.old };
    history.twist += 1;
    let before = receiver.clone();
    match step {
        Step::Next => {
            let event = sender.event(next, None, key);
            history.signed.push(event.head());
            let verdict = receiver.hear(&event, None);
            let follows = before.channel.head().filter(|head| head.epoch == history.epoch) == last
                && before.channel.epoch() == history.epoch;
            let open = before.channel.status() == ChannelStatus::Open;
            assert_eq!(matches!(verdict, Verdict::Append(_)), follows && open, "{verdict:?}");
        }
        Step::Duplicate => {
            let Some(head) = before.channel.head() else { return };
            let again = Rc::clone(&before.stored[&(head.epoch, head.seq)]);
            // Its body is not needed to know that it is stored.
            assert_eq!(receiver.hear(&again, None), Verdict::Duplicate);
        }
        Step::Reorder => {
            let first = sender.event(next, None, key);
            let seq = next.seq.next();
            let second = Place { seq, previous: Some(first.id()), twist: history.twist, ..next };
            let second = sender.event(second, None, key);
            let verdict = receiver.hear(&second, None);
            assert!(!matches!(verdict, Verdict::Append(_)), "{verdict:?}");
            receiver.hear(&first, None);
            receiver.hear(&second, None);
            history.signed.extend([first.head(), second.head()]);
        }
        Step::Drop => history.signed.push(sender.event(next, None, key).head()),
        Step::ForkPlace => {
            let Some(head) = before.channel.head().filter(|head| head.epoch == history.epoch)
            else {
                return;
            };
            let previous = (head.seq > Seq(1)).then_some(EventId([7; 32]));
            let place = Place { epoch: head.epoch, seq: head.seq, previous, ..next };
            let verdict = receiver.hear(&sender.event(place, None, key), None);
            let Verdict::Fork(proof) = verdict else { panic!("{verdict:?}") };
            assert_eq!(proof.check(sender.identity(history.rotated)), Ok(()));
        }
        Step::ForkPast => {
            let place = Place { previous: Some(EventId([7; 32])), ..next };
            let verdict = receiver.hear(&sender.event(place, None, key), None);
            assert!(!matches!(verdict, Verdict::Append(_)), "{verdict:?}");
            if let Verdict::Fork(proof) = verdict {
                assert_eq!(proof.check(sender.identity(history.rotated)), Ok(()));
            }
        }
        Step::Restore => {
            let known = before.channel.head();
            let verdict = open_epoch(sender, receiver, history, EpochReason::Restore, known);
            let follows = before.channel.epoch() < history.epoch;
            assert_eq!(matches!(verdict, Verdict::Append(_)), follows, "{verdict:?}");
        }
        Step::FalseRestore => {
            let last = Head { epoch: next.epoch, seq: Seq(99), id: EventId([7; 32]) };
            let verdict = open_epoch(sender, receiver, history, EpochReason::Restore, Some(last));
            assert!(!matches!(verdict, Verdict::Append(_)), "{verdict:?}");
        }
        Step::Reopen => {
            let verdict = open_epoch(sender, receiver, history, EpochReason::Fork, None);
            let follows = before.channel.epoch() < history.epoch;
            let free = before.channel.status() != ChannelStatus::Forked;
            assert_eq!(matches!(verdict, Verdict::Append(_)), follows && free, "{verdict:?}");
            if follows && !free {
                assert_eq!(verdict, Verdict::NeedsHuman);
                receiver.channel = receiver.channel.clone().allowed();
                history.epoch = before.channel.epoch();
                let verdict = open_epoch(sender, receiver, history, EpochReason::Fork, None);
                assert!(matches!(verdict, Verdict::Append(_)), "{verdict:?}");
            }
        }
        Step::Rotate => {
            history.rotated = true;
            let known = before.channel.head();
            open_epoch(sender, receiver, history, EpochReason::Rotate, known);
        }
    }
}

fn open_epoch(
    sender: &Sender,
    receiver: &mut Receiver,
    history: &mut History,
    why: EpochReason,
    last: Option<Head>,
) -> Verdict {
    let key = if history.rotated { &sender.new } else { &sender.old };
    history.epoch = history.epoch.next();
    let place = Place { epoch: history.epoch, seq: Seq(1), previous: None, twist: history.twist };
    let control = Control::EpochOpen { why, last };
    let event = sender.event(place, Some(&control), key);
    history.signed = vec![event.head()];
    receiver.hear(&event, Some(&control))
}

/// What holds after any history: places are dense, each event names the one before it, and the
/// head is the last one stored.
fn check(receiver: &Receiver) {
    let mut before: Option<(Epoch, Seq, EventId)> = None;
    for ((epoch, seq), event) in &receiver.stored {
        match before {
            Some((last_epoch, last_seq, last_id)) if last_epoch == *epoch => {
                let follows = (last_seq.next(), Some(last_id));
                assert_eq!((*seq, event.header().previous), follows);
            }
            _ => assert_eq!(*seq, Seq(1)),
        }
        before = Some((*epoch, *seq, event.id()));
    }
    let head = receiver.channel.head().map(|head| (head.epoch, head.seq, head.id));
    assert_eq!(head, before);
}

#[test]
fn every_history_of_five_steps_keeps_the_channel_whole() {
    let sender = Sender::new(RevocationCause::Routine);
    let receiver = Receiver::new(sender.node());
    let history = History { epoch: Epoch(1), signed: vec![], rotated: false, twist: 0 };
    let mut seen = 0;
    explore(&sender, &receiver, &history, 5, &mut seen);
    assert_eq!(seen, (0..=5).map(|depth| 10_u64.pow(depth)).sum::<u64>());
}

#[test]
fn a_key_signs_by_its_place_and_not_by_the_time() {
    let first = Place { epoch: Epoch(1), seq: Seq(1), previous: None, twist: 0 };
    for (cause, old_is_believed) in [
        (RevocationCause::Routine, true),
        (RevocationCause::Lost, false),
        (RevocationCause::Compromise, false),
    ] {
        let sender = Sender::new(cause);
        let mut receiver = Receiver::new(sender.node());
        let event = sender.event(first, None, &sender.old);
        receiver.hear(&event, None);

        let place = Place { seq: Seq(2), previous: Some(event.id()), ..first };
        let canonical = |key: &PrivateKey, control: Option<&Control>, place| {
            let event = sender.event(place, control, key);
            crate::event::RawHeader(event.signed().clone()).parse().unwrap()
        };
        let key_for =
            |event: &Canonical, rotated| receiver.channel.key_for(event, sender.identity(rotated));
        // Before the rotation is known, the old key signs; the new one does not exist.
        assert!(key_for(&canonical(&sender.old, None, place), false).is_ok());
        assert!(key_for(&canonical(&sender.new, None, place), false).is_err());
        // After it, a back-dated event is refused if the key is not trusted.
        let backdated = canonical(&sender.old, None, Place { twist: 0, ..place });
        assert_eq!(key_for(&backdated, true).is_ok(), old_is_believed, "{cause:?}");
        // The new key begins with a new epoch, or is announced by the old one.
        assert!(key_for(&canonical(&sender.new, None, place), true).is_err());
        let open = Control::EpochOpen { why: EpochReason::Rotate, last: None };
        let begins = Place { epoch: Epoch(2), seq: Seq(1), previous: None, twist: 0 };
        assert!(key_for(&canonical(&sender.new, Some(&open), begins), true).is_ok());
    }
}

#[test]
fn a_key_announces_the_one_that_follows_it() {
    let sender = Sender::new(RevocationCause::Routine);
    let mut receiver = Receiver::new(sender.node());
    let first = Place { epoch: Epoch(1), seq: Seq(1), previous: None, twist: 0 };
    let notice = Control::KeyNotice { kid: sender.new.kid(), place: 1 };
    let event = sender.event(first, Some(&notice), &sender.old);
    assert!(matches!(receiver.hear(&event, Some(&notice)), Verdict::Append(_)));

    let place = Place { seq: Seq(2), previous: Some(event.id()), ..first };
    let by = |key| {
        let event = sender.event(place, None, key);
        let canonical = crate::event::RawHeader(event.signed().clone()).parse().unwrap();
        receiver.channel.key_for(&canonical, sender.identity(true))
    };
    assert!(by(&sender.new).is_ok());
    assert_eq!(by(&sender.old), Err(UnknownKey));

    // What the old key signed in its time is still a success when it comes again.
    let again = crate::event::RawHeader(event.signed().clone()).parse().unwrap();
    let stored = |epoch, seq| {
        let event = receiver.stored.get(&(epoch, seq))?;
        Some((event.id(), Some(event.signed().clone())))
    };
    assert!(receiver.channel.key_for(&again, sender.identity(true)).is_err());
    assert!(receiver.channel.holds(&again, &stored));
}

#[test]
fn a_channel_goes_on_after_headers_that_were_destroyed() {
    let sender = Sender::new(RevocationCause::Routine);
    let mut receiver = Receiver::new(sender.node());
    let mut place = Place { epoch: Epoch(1), seq: Seq(1), previous: None, twist: 0 };
    let mut events = Vec::new();
    for seq in 1..=3 {
        place.seq = Seq(seq);
        let event = sender.event(place, None, &sender.old);
        place.previous = Some(event.id());
        assert!(matches!(receiver.hear(&event, None), Verdict::Append(_)));
        events.push(event);
    }
    let whole = receiver.channel.clone();
    let [first, second, third] = &events[..] else { panic!("three") };
    let again = Channel::new(sender.node(), ME)
        .advanced(&Channel::recall(first.clone(), None))
        .passed(second.head())
        .advanced(&Channel::recall(third.clone(), None));
    assert_eq!(again, whole);

    // The same bytes are a success; others at their place are refused, for want of a proof.
    let stored = |epoch, seq| {
        let event = receiver.stored.get(&(epoch, seq))?;
        Some((event.id(), Some(event.signed().clone()).filter(|_| seq != Seq(2))))
    };
    let judge = |event: &Verified| again.place(event.clone(), None, &stored);
    assert_eq!(judge(second), Verdict::Duplicate);
    let twisted = |seq, previous: &Verified| {
        let previous = Some(previous.id());
        sender.event(Place { seq: Seq(seq), previous, twist: 1, ..place }, None, &sender.old)
    };
    let refused = Verdict::Refused(ChannelRefusal::Invalid);
    assert_eq!(judge(&twisted(2, first)), refused);
    assert!(matches!(judge(&twisted(3, second)), Verdict::Fork(_)));
}

#[test]
fn nothing_follows_goodbye() {
    let sender = Sender::new(RevocationCause::Routine);
    let mut receiver = Receiver::new(sender.node());
    let first = Place { epoch: Epoch(1), seq: Seq(1), previous: None, twist: 0 };
    let event = sender.event(first, Some(&Control::Bye), &sender.old);
    receiver.hear(&event, Some(&Control::Bye));
    let place = Place { seq: Seq(2), previous: Some(event.id()), ..first };
    let refused = Verdict::Refused(ChannelRefusal::NotOpen);
    assert_eq!(receiver.hear(&sender.event(place, None, &sender.old), None), refused);
    assert_eq!(receiver.hear(&event, Some(&Control::Bye)), Verdict::Duplicate);
}

#[test]
fn an_event_of_another_channel_is_refused() {
    let sender = Sender::new(RevocationCause::Routine);
    let receiver = Receiver::new(NodeId([3; 32]));
    let first = Place { epoch: Epoch(1), seq: Seq(1), previous: None, twist: 0 };
    let event = sender.event(first, None, &sender.old);
    assert_eq!(receiver.judge(&event, None), Verdict::Refused(ChannelRefusal::WrongChannel));
}
