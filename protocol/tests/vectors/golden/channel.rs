//! Channels: sequences of events, and what the receiver says of each.

use std::collections::BTreeMap;

use maillage_protocol::channel::{Channel, ChannelRefusal, ChannelStatus, Verdict};
use maillage_protocol::control::{Control, EpochReason};
use maillage_protocol::event::{
    BodyDigest, Canonical, EventKind, Head, Header, RawHeader, Recipient, Verified,
};
use maillage_protocol::id::{Epoch, EventId, Seq};
use maillage_protocol::identity::{Identity, RevocationCause, Revoked, SignedIdentity};
use maillage_protocol::keys::PrivateKey;
use maillage_protocol::label::Label;
use maillage_protocol::signed::Signed;
use maillage_protocol::time::Timestamp;
use serde_json::{Value, json};

use super::event::why;
use crate::entry::{Entries, identity_log, integer, list, show, show_head, show_log, signed, text};
use crate::nodes::{KeySet, NOW, Node, secret};

/// A sender, and what it does.
struct Story {
    node: Node,
    later: KeySet,
    log: Vec<SignedIdentity>,
    to: Recipient,
    steps: Vec<Value>,
    verdicts: Vec<&'static str>,
    head: Option<Head>,
    /// The place of the next event.
    epoch: u64,
    seq: u64,
    previous: Option<EventId>,
    twist: u64,
}

impl Story {
    fn new() -> Self {
        let node = Node::ccas();
        Self {
            log: vec![node.genesis.clone()],
            to: Recipient::Node(Node::epn().id()),
            later: KeySet::new("ccas later"),
            node,
            steps: vec![],
            verdicts: vec![],
            head: None,
            epoch: 1,
            seq: 1,
            previous: None,
            twist: 0,
        }
    }

    /// A sender whose paper replaced every key, and who says so from now on.
    fn rotate(&mut self, cause: RevocationCause) {
        let revoked = Revoked { kid: self.node.keys.sig.kid(), cause, since: None };
        let genesis = self.node.genesis.clone();
        self.log.push(self.node.rotated("ccas later", (0, &genesis), vec![revoked]));
        self.steps.push(json!({ "do": "learn", "events": 2 }));
        self.verdicts.push("done");
    }

    fn header(&self, control: Option<&Control>) -> Header {
        Header {
            ack: None,
            body: control.map(|control| BodyDigest::of(&control.to_bytes())),
            critical: vec![],
            commitment: None,
            epoch: Epoch(self.epoch),
            seq: Seq(self.seq),
            previous: self.previous,
            from: self.node.id(),
            to: self.to,
            kind: if control.is_some() { EventKind::Control } else { EventKind::Directory },
            kid: self.node.keys.sig.kid(),
            at: Timestamp(NOW.0 + self.twist),
            expires: None,
        }
    }

    /// Sends an event, and goes on if it must be appended.
    fn send(
        &mut self,
        key: &PrivateKey,
        header: Header,
        control: Option<&Control>,
        verdict: &'static str,
    ) -> Verified {
        let event = Verified::sign(key, header).unwrap();
        self.twist += 1;
        self.tell(event.signed(), control, verdict);
        if verdict == "append" {
            self.head = Some(event.head());
            self.seq = event.head().seq.0 + 1;
            self.previous = Some(event.id());
        }
        event
    }

    fn tell(&mut self, event: &Signed, control: Option<&Control>, verdict: &'static str) {
        let mut step = json!({ "do": "hear", "event": show(event) });
        if let Some(control) = control {
            step["body"] = String::from_utf8(control.to_bytes()).unwrap().into();
        }
        self.steps.push(step);
        self.verdicts.push(verdict);
    }

    fn old(&self) -> PrivateKey {
        self.node.keys.sig.clone()
    }

    fn new_key(&self) -> PrivateKey {
        self.later.sig.clone()
    }

    /// Sends the next event.
    fn next(&mut self, verdict: &'static str) -> Verified {
        self.send(&self.old(), self.header(None), None, verdict)
    }

    /// Sends the next event, which is about the channel.
    fn say(&mut self, control: &Control, verdict: &'static str) -> Verified {
        self.send(&self.old(), self.header(Some(control)), Some(control), verdict)
    }

    /// Opens the next epoch.
    fn open(&mut self, why: EpochReason, last: Option<Head>, verdict: &'static str) -> Verified {
        let key = self.old();
        self.open_with(&key, why, last, verdict)
    }

    fn open_with(
        &mut self,
        key: &PrivateKey,
        why: EpochReason,
        last: Option<Head>,
        verdict: &'static str,
    ) -> Verified {
        let here = (self.epoch, self.seq, self.previous);
        (self.epoch, self.seq, self.previous) = (self.epoch + 1, 1, None);
        let control = Control::EpochOpen { why, last };
        let event = self.send(key, self.header(Some(&control)), Some(&control), verdict);
        if verdict != "append" {
            (self.epoch, self.seq, self.previous) = here;
        }
        event
    }

    fn human(&mut self, act: &str) {
        self.steps.push(json!({ "do": act }));
        self.verdicts.push("done");
    }

    fn end(self, entries: &mut Entries, name: &str, why: &str, status: &str) {
        let input = json!({
            "log": show_log(&self.log),
            "to": self.to.to_string(),
            "steps": self.steps,
        });
        let mut expect = json!({ "verdicts": self.verdicts, "status": status });
        if let Some(head) = self.head {
            expect["head"] = show_head(head);
        }
        entries.accept(name, why, input, expect);
    }
}

pub(super) fn make(entries: &mut Entries) {
    make_places(entries);
    make_refusals(entries);
    make_forks(entries);
    make_keys(entries);
    make_epochs(entries);
    make_skipped(entries);
    make_humans(entries);
}

fn make_places(entries: &mut Entries) {
    let mut story = Story::new();
    for _ in 0..4 {
        story.next("append");
    }
    story.end(entries, "in_order", "each event names the one before it", "open");

    let mut story = Story::new();
    let first = story.next("append");
    let second = story.next("append");
    story.tell(second.signed(), None, "duplicate");
    story.tell(first.signed(), None, "duplicate");
    story.next("append");
    story.end(entries, "duplicate", "what is stored is a success, however often it comes", "open");

    let mut story = Story::new();
    story.next("append");
    let missing = Verified::sign(&story.old(), story.header(None)).unwrap();
    let after = Header { seq: Seq(3), previous: Some(missing.id()), ..story.header(None) };
    let after = Verified::sign(&story.old(), after).unwrap();
    story.tell(after.signed(), None, "gap");
    story.send(&story.old(), missing.header().clone(), None, "append");
    story.send(&story.old(), after.header().clone(), None, "append");
    story.end(entries, "gap", "an event before another: nothing is stored, then both", "open");

    let mut story = Story::new();
    story.seq = 2;
    story.previous = Some(EventId([7; 32]));
    story.next("gap");
    story.end(entries, "gap_at_first", "the first event is missing", "open");

    let mut story = Story::new();
    story.previous = Some(EventId([7; 32]));
    story.next("invalid");
    story.end(entries, "first_follows", "the first event follows nothing", "open");

    let mut story = Story::new();
    story.to = Recipient::Public;
    story.next("append");
    story.next("append");
    story.end(entries, "public", "the public channel has the same rules", "open");

    let mut story = Story::new();
    story.next("append");
    let sealed = super::event::sealed(&story.node, &Node::epn());
    let sealed = Header { seq: Seq(2), previous: story.previous, ..sealed };
    story.send(&story.old(), sealed, None, "append");
    let kind = EventKind::Unknown("dance".to_owned());
    story.send(&story.old(), Header { kind, ..story.header(None) }, None, "append");
    let critical = vec!["telepathy".to_owned()];
    story.send(&story.old(), Header { critical, ..story.header(None) }, None, "append");
    let why = "a body that was erased, a kind and a feature that we do not know: stored";
    story.end(entries, "not_understood", why, "open");
}

fn make_refusals(entries: &mut Entries) {
    let mut story = Story::new();
    story.next("append");
    let to = Recipient::Node(story.node.id());
    story.send(&story.old(), Header { to, ..story.header(None) }, None, "wrong_channel");
    let to = Recipient::Public;
    story.send(&story.old(), Header { to, ..story.header(None) }, None, "wrong_channel");
    let stranger = PrivateKey::from_seed(&secret("stranger", "sig"));
    story.send(&stranger, Header { to, ..story.header(None) }, None, "wrong_channel");
    let from = Node::epn().id();
    story.send(&story.old(), Header { from, ..story.header(None) }, None, "wrong_channel");
    story.next("append");
    story.end(entries, "other_channel", "another recipient, another author", "open");

    let mut story = Story::new();
    let stranger = PrivateKey::from_seed(&secret("stranger", "sig"));
    story.send(&stranger, story.header(None), None, "unknown_key");
    story.send(&story.node.keys.auth.clone(), story.header(None), None, "unknown_key");
    let mut forged = Verified::sign(&story.old(), story.header(None)).unwrap().signed().clone();
    forged.signature = stranger.sign(Label::Event, &forged.bytes);
    story.tell(&forged, None, "bad_signature");
    story.next("append");
    story.end(entries, "other_author", "a stranger, and a key of another use", "open");

    let mut story = Story::new();
    let signed = Verified::sign(&story.old(), story.header(None)).unwrap().signed().clone();
    let text = String::from_utf8(signed.bytes).unwrap();
    for (from, to, verdict) in [
        ("\"v\":1", "\"v\":2", "unsupported_version"),
        ("\"v\":1", "\"v\": 1", "not_canonical"),
        ("\"sq\":1", "\"sq\":0", "malformed"),
    ] {
        let bytes = text.replacen(from, to, 1).into_bytes();
        story.tell(&Signed::sign(&story.old(), Label::Event, bytes), None, verdict);
    }
    story.next("append");
    story.end(entries, "not_an_event", "bytes that are refused leave no trace", "open");

    let mut story = Story::new();
    let pause = Control::Pause;
    story.send(&story.old(), story.header(Some(&pause)), Some(&Control::Resume), "wrong_body");
    story.send(&story.old(), story.header(Some(&pause)), None, "invalid");
    story.send(&story.old(), story.header(None), Some(&pause), "wrong_body");
    story.say(&pause, "append");
    story.say(&Control::Unknown, "append");
    let why = "a control event needs its own body, even one that we do not know";
    story.end(entries, "control_body", why, "open");

    let mut story = Story::new();
    let pause = Control::Pause;
    let first = story.say(&pause, "append");
    story.tell(first.signed(), Some(&Control::Resume), "duplicate");
    let seq = Seq(3);
    story.send(&story.old(), Header { seq, ..story.header(None) }, Some(&pause), "gap");
    story.send(&story.old(), story.header(None), Some(&pause), "wrong_body");
    story.next("append");
    let why = "the place is judged before the body, and a body that is another leaves no trace";
    story.end(entries, "other_body", why, "open");

    let mut story = Story::new();
    let unreadable = br#"{"t":"epoch.open","why":"boredom"}"#;
    let body = Some(BodyDigest::of(unreadable));
    let kind = EventKind::Control;
    let header = Header { body, kind, ..story.header(None) };
    let event = Verified::sign(&story.old(), header).unwrap();
    let body = str::from_utf8(unreadable).unwrap();
    story.steps.push(json!({ "do": "hear", "event": show(event.signed()), "body": body }));
    story.verdicts.push("invalid");
    story.end(entries, "control_unreadable", "a control event says what it must", "open");
}

fn make_forks(entries: &mut Entries) {
    let mut story = Story::new();
    let first = story.next("append");
    story.next("append");
    let other = Header { at: Timestamp(1), ..first.header().clone() };
    let other = Verified::sign(&story.old(), other).unwrap();
    story.tell(other.signed(), None, "fork");
    story.next("not_open");
    story.tell(first.signed(), None, "duplicate");
    let why = "two events for one place: nothing more, but what is stored stays stored";
    story.end(entries, "fork_place", why, "forked");

    let mut story = Story::new();
    story.next("append");
    let header = Header { previous: Some(EventId([7; 32])), ..story.header(None) };
    story.send(&story.old(), header, None, "fork");
    story.next("not_open");
    story.end(entries, "fork_past", "the next event follows another past", "forked");

    let mut story = Story::new();
    story.next("append");
    let head = story.head;
    story.open(EpochReason::Restore, head, "append");
    let (epoch, seq, previous) = (story.epoch, story.seq, story.previous);
    (story.epoch, story.seq, story.previous) = (1, 1, None);
    story.next("fork");
    (story.epoch, story.seq, story.previous) = (epoch, seq, previous);
    story.next("append");
    let why = "another event for a place of an old epoch: evidence, and the new one goes on";
    story.end(entries, "fork_old_epoch", why, "open");
}

fn make_keys(entries: &mut Entries) {
    let mut story = Story::new();
    let first = story.next("append");
    story.rotate(RevocationCause::Routine);
    story.next("append");
    story.send(&story.new_key(), story.header(None), None, "unknown_key");
    let notice = Control::KeyNotice { kid: story.new_key().kid(), place: 1 };
    let told = story.say(&notice, "append");
    story.next("unknown_key");
    story.send(&story.new_key(), story.header(None), None, "append");
    story.tell(told.signed(), Some(&notice), "duplicate");
    story.tell(first.signed(), None, "duplicate");
    let why = "the old key signs until it announces the new one, which alone signs after that";
    story.end(entries, "key_notice", why, "open");

    for (name, cause) in [
        ("backdated_lost", RevocationCause::Lost),
        ("backdated_compromise", RevocationCause::Compromise),
    ] {
        let mut story = Story::new();
        let first = story.next("append");
        story.rotate(cause);
        story.send(
            &story.old(),
            Header { at: Timestamp(1), ..story.header(None) },
            None,
            "unknown_key",
        );
        story.open(EpochReason::Restore, None, "unknown_key");
        story.tell(first.signed(), None, "duplicate");
        let head = story.head;
        story.open_with(&story.new_key(), EpochReason::Rotate, head, "append");
        story.send(&story.new_key(), story.header(None), None, "append");
        let why = "nothing new is taken from the revoked key, whatever date it claims";
        story.end(entries, name, why, "open");
    }

    let mut story = Story::new();
    story.rotate(RevocationCause::Routine);
    story.next("unknown_key");
    story.send(&story.new_key(), story.header(None), None, "append");
    story.end(entries, "key_at_first", "a channel begins under the key of today", "open");

    let mut story = Story::new();
    let notice = Control::KeyNotice { kid: PrivateKey::from_seed(&[1; 32]).kid(), place: 1 };
    story.say(&notice, "append");
    story.next("unknown_key");
    story.end(entries, "key_notice_unknown", "a key that nobody announced in the log", "open");
}

fn make_epochs(entries: &mut Entries) {
    for (name, reason) in [
        ("epoch_restore", EpochReason::Restore),
        ("epoch_rotate", EpochReason::Rotate),
        ("epoch_fork", EpochReason::Fork),
        ("epoch_poison", EpochReason::Poison),
        ("epoch_manual", EpochReason::Manual),
    ] {
        let mut story = Story::new();
        story.next("append");
        let last = story.next("append").head();
        story.open(reason, Some(last), "append");
        story.next("append");
        story.end(entries, name, "a new epoch after an event that we have", "open");
    }

    let mut story = Story::new();
    let known = story.next("append").head();
    let lost = story.next("append");
    story.open(EpochReason::Restore, Some(known), "append");
    story.tell(lost.signed(), None, "duplicate");
    (story.epoch, story.seq) = (1, 3);
    story.previous = Some(lost.id());
    story.next("stale_epoch");
    let why = "the sender forgot its last event; the old epoch takes nothing more";
    story.end(entries, "epoch_lost_tail", why, "open");

    let mut story = Story::new();
    story.open(EpochReason::Restore, None, "append");
    story.next("append");
    story.end(entries, "epoch_nothing_known", "a restored sender that knows nothing", "open");

    let mut story = Story::new();
    story.next("append");
    let unknown = Head { epoch: Epoch(1), seq: Seq(2), id: EventId([7; 32]) };
    let header = story.open(EpochReason::Restore, Some(unknown), "needs_human").header().clone();
    story.next("append");
    story.human("allow");
    let control = Control::EpochOpen { why: EpochReason::Restore, last: Some(unknown) };
    story.epoch = 2;
    story.send(&story.old(), header, Some(&control), "append");
    story.end(
        entries,
        "epoch_unknown_last",
        "an event that we do not have: a human decides",
        "open",
    );

    let mut story = Story::new();
    let wrong = Head { id: EventId([7; 32]), ..story.next("append").head() };
    story.open(EpochReason::Rotate, Some(wrong), "needs_human");
    story.end(entries, "epoch_other_last", "another event at that place: a human decides", "open");

    let mut story = Story::new();
    let last = story.next("append").head();
    (story.epoch, story.seq, story.previous) = (2, 2, Some(EventId([7; 32])));
    story.next("gap");
    (story.epoch, story.seq, story.previous) = (2, 1, None);
    story.next("invalid");
    story.say(&Control::Pause, "invalid");
    (story.epoch, story.seq, story.previous) = (1, 2, Some(last.id));
    let inside = Control::EpochOpen { why: EpochReason::Restore, last: Some(last) };
    story.say(&inside, "invalid");
    story.next("append");
    story.end(entries, "epoch_out_of_place", "an epoch opens with its first event only", "open");
}

fn make_skipped(entries: &mut Entries) {
    let mut story = Story::new();
    let last = story.next("append").head();
    story.epoch = 2;
    story.open(EpochReason::Manual, Some(last), "append");
    story.end(
        entries,
        "epoch_skipped",
        "the opening of an epoch never arrived: another one takes its place",
        "open",
    );
}

fn make_humans(entries: &mut Entries) {
    let mut story = Story::new();
    let first = story.next("append");
    let other = Header { at: Timestamp(1), ..first.header().clone() };
    story.tell(Verified::sign(&story.old(), other).unwrap().signed(), None, "fork");
    let last = Some(first.head());
    story.open(EpochReason::Manual, last, "needs_human");
    story.open(EpochReason::Poison, last, "needs_human");
    story.open(EpochReason::Fork, last, "needs_human");
    story.human("allow");
    story.open(EpochReason::Fork, last, "append");
    story.next("append");
    story.end(entries, "fork_reopened", "after a fork, a human decides", "open");

    let mut story = Story::new();
    let first = story.next("append");
    let other = Header { at: Timestamp(1), ..first.header().clone() };
    story.tell(Verified::sign(&story.old(), other).unwrap().signed(), None, "fork");
    story.open(EpochReason::Restore, Some(first.head()), "append");
    story.end(entries, "fork_restored", "a restored sender that names what we have", "open");

    let mut story = Story::new();
    let last = story.next("append").head();
    story.human("block");
    story.next("not_open");
    story.open(EpochReason::Poison, Some(last), "append");
    story.next("append");
    story.end(entries, "poison", "an event that cannot be stored is stepped over", "open");

    let mut story = Story::new();
    story.say(&Control::Bye, "append");
    story.next("not_open");
    let last = story.head;
    story.open(EpochReason::Manual, last, "needs_human");
    story.end(entries, "goodbye", "nothing follows goodbye, unless a human decides", "closed");

    let mut story = Story::new();
    for control in [
        Control::Pause,
        Control::Resume,
        Control::KeyNeeded(vec![EventId([7; 32])]),
        Control::Refused { event: EventId([7; 32]), code: "out_of_scope".to_owned() },
    ] {
        story.say(&control, "append");
    }
    story.end(entries, "control", "what the two ends tell each other changes no rule", "open");
}

/// The door of a node, with what it stored.
struct Door {
    to: Recipient,
    channel: Channel,
    identity: Identity,
    stored: BTreeMap<(Epoch, Seq), (EventId, Signed)>,
}

impl Door {
    fn hear(&mut self, step: &Value) -> &'static str {
        match self.judge(step) {
            Err(why) => why,
            Ok(verdict) => self.note(verdict),
        }
    }

    fn judge(&self, step: &Value) -> Result<Verdict, &'static str> {
        let event: Canonical = RawHeader(signed(&step["event"])).parse().map_err(why)?;
        let claims = event.claims();
        if (claims.from, claims.to) != (self.identity.node(), self.to) {
            return Err("wrong_channel");
        }
        let stored = |epoch, seq| {
            let (id, signed) = self.stored.get(&(epoch, seq)).cloned()?;
            Some((id, Some(signed)))
        };
        if self.channel.holds(&event, &stored) {
            return Ok(Verdict::Duplicate);
        }
        let key = self.channel.key_for(&event, &self.identity).map_err(|_| "unknown_key")?;
        let event = event.verify(&key).map_err(|_| "bad_signature")?;
        let body = step.get("body").map(|_| text(step, "body").as_bytes());
        let is_named = event.check_body(body).is_ok();
        let control = body.filter(|_| event.header().kind == EventKind::Control);
        let control = control.and_then(|body| Control::read(body).ok());
        match self.channel.place(event, control, &stored) {
            Verdict::Append(_) if !is_named => Err("wrong_body"),
            verdict => Ok(verdict),
        }
    }

    fn note(&mut self, verdict: Verdict) -> &'static str {
        let channel = self.channel.clone();
        match verdict {
            Verdict::Append(positioned) => {
                let event = positioned.event();
                let held = (event.id(), event.signed().clone());
                self.stored.insert((event.head().epoch, event.head().seq), held);
                self.channel = channel.advanced(&positioned);
                "append"
            }
            Verdict::Fork(proof) => {
                assert_eq!(proof.check(&self.identity), Ok(()));
                let epoch = RawHeader(proof.other).parse().unwrap().claims().epoch;
                self.channel = if epoch == channel.epoch() { channel.forked() } else { channel };
                "fork"
            }
            Verdict::Duplicate => "duplicate",
            Verdict::Gap => "gap",
            Verdict::NeedsHuman => "needs_human",
            Verdict::Refused(ChannelRefusal::WrongChannel) => "wrong_channel",
            Verdict::Refused(ChannelRefusal::NotOpen) => "not_open",
            Verdict::Refused(ChannelRefusal::StaleEpoch) => "stale_epoch",
            Verdict::Refused(ChannelRefusal::Invalid) => "invalid",
        }
    }

    fn take(&mut self, step: &Value, log: &[SignedIdentity]) -> &'static str {
        match text(step, "do") {
            "hear" => return self.hear(step),
            "allow" => self.channel = self.channel.clone().allowed(),
            "block" => self.channel = self.channel.clone().blocked(),
            "learn" => {
                let known = usize::try_from(integer(step, "events")).unwrap();
                self.identity = Identity::read(&log[..known]).unwrap();
            }
            other => panic!("no such step: {other}"),
        }
        "done"
    }
}

pub(super) fn judge(input: &Value) -> Result<Value, &'static str> {
    let log = identity_log(input, "log");
    let identity = Identity::read(&log[..1]).unwrap();
    let to = match text(input, "to") {
        "*" => Recipient::Public,
        node => Recipient::Node(node.parse().unwrap()),
    };
    let channel = Channel::new(identity.node(), to);
    let mut door = Door { to, channel, identity, stored: BTreeMap::new() };
    let steps = list(input, "steps").iter();
    let verdicts: Vec<_> = steps.map(|step| door.take(step, &log)).collect();
    let status = match door.channel.status() {
        ChannelStatus::Open => "open",
        ChannelStatus::Blocked => "blocked",
        ChannelStatus::Forked => "forked",
        ChannelStatus::Closed => "closed",
    };
    let mut expect = json!({ "verdicts": verdicts, "status": status });
    if let Some(head) = door.channel.head() {
        expect["head"] = show_head(head);
    }
    Ok(expect)
}
