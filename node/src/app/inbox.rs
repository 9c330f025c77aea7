//! What a peer sends us: judged by its bytes and its place, written, acknowledged; then heard.
//!
//! ```text
//!  wire ─▶ canonical ─▶ verified ─▶ in its place ─▶ opened ─▶ in scope? ─▶ one append ─▶ receipt
//!                                                              │ no: kept without its body
//! ```
//!
//! The keybox is opened before the append and then forgotten: the key of the body is wrapped again
//! under a key that we can destroy. Meaning is heard after the append, and can refuse nothing.
//!
//! What cannot be opened is kept closed, and so is what follows it, unless it is about a referral
//! that began later: a consent must be heard before the request that cites it. Keys that miss are
//! asked again, in order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use maillage_protocol::body::{Cover, Payload, Side, Skeleton, check_scope};
use maillage_protocol::channel::{ChannelRefusal, Positioned, Verdict};
use maillage_protocol::consent::Consent;
use maillage_protocol::control::Control;
use maillage_protocol::disclosure::{OutOfScope, SecrecyRegime};
use maillage_protocol::event::{
    Canonical, EventKind, Head, RawHeader, Recipient, UnreadableHeader, Verified, WireEvent,
};
use maillage_protocol::fork::ForkProof;
use maillage_protocol::id::{Epoch, EventId, NodeId, ReferralId, Seq, UnitId};
use maillage_protocol::identity::Identity;
use maillage_protocol::label::Label;
use maillage_protocol::leaf::LeafKind;
use maillage_protocol::limits;
use maillage_protocol::problem::ProblemType;
use maillage_protocol::receipt::DeliveryReceipt;
use maillage_protocol::referral::Author;
use maillage_protocol::seal::{BodyPlace, ContentKey, Keybox};
use maillage_protocol::signed::Signed;
use maillage_protocol::time::Timestamp;
use maillage_protocol::transport::{BatchAnswer, EventResult, EventStatus};
use zeroize::Zeroizing;

use super::cases::{Case, ToldOfHer};
use super::links::control_entry;
use super::peers::LinkState;
use super::saying::side_of;
use super::state::control_of;
use super::turns::Subject;
use super::{App, AppError};
use crate::facts::{
    Act, Envelope, EventEntry, FactContent, ReceiptEntry, evidence_record, receipt_record,
};
use crate::journal::{Number, Record};
use crate::vault::{Quarter, VaultKey};

/// Why nothing of a batch was taken.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// There is no link with this node.
    #[error("unknown peer")]
    UnknownPeer,
    /// Our administrator has not approved the link.
    #[error("the link is pending")]
    LinkPending,
    /// Our administrator suspended the link.
    #[error("the link is suspended")]
    LinkSuspended,
    /// The batch is too large.
    #[error("the batch is too large")]
    TooLarge,
    /// Earlier events are missing after what we hold.
    #[error("earlier events are missing")]
    Gap(Option<Head>),
    /// The first event is refused.
    #[error("the first event is refused: {}", .0.code())]
    Refused(ProblemType),
    /// The node failed: nothing was recorded.
    #[error(transparent)]
    App(#[from] AppError),
}

/// The unit of a referral of which nothing was opened yet.
pub(super) const NOWHERE: UnitId = UnitId::from_bytes([0; 16]);

/// A batch on its way into the journal.
struct Intake<'a> {
    app: &'a App,
    from: NodeId,
    author: Arc<Identity>,
    channel: maillage_protocol::channel::Channel,
    /// Places taken by this very batch.
    taken: BTreeMap<(Epoch, Seq), (EventId, Option<Signed>)>,
    /// The referrals it speaks of, as they will be.
    cases: BTreeMap<ReferralId, Case>,
    /// Whether an earlier event waits for its key.
    closed: bool,
    /// Referrals that began after it, in this batch.
    begun: BTreeSet<ReferralId>,
    records: Vec<Record>,
    results: Vec<EventResult>,
    touched: BTreeSet<ReferralId>,
    controls: Vec<Control>,
    out_of_scope: Vec<EventId>,
}

/// Why an event stops the batch.
enum Stop {
    Gap,
    Problem(ProblemType),
    Fork(Box<ForkProof>),
    App(AppError),
}

impl<T: Into<AppError>> From<T> for Stop {
    fn from(error: T) -> Self {
        Self::App(error.into())
    }
}

impl App {
    /// Takes a batch of events from a peer. What is acknowledged is on the disk.
    pub fn ingest(
        &self,
        from: NodeId,
        events: Vec<WireEvent>,
        nonce: Option<&str>,
    ) -> Result<BatchAnswer, InboxError> {
        if events.len() > limits::BATCH_EVENTS {
            return Err(InboxError::TooLarge);
        }
        let answer = self.turns.take(Subject::Incoming(from), || {
            self.check_link(from)?;
            let mut intake = Intake::new(self, from).ok_or(InboxError::UnknownPeer)?;
            intake.take_all(events, nonce)
        })?;
        let (answer, touched, controls) = answer;
        for control in controls {
            self.obey(from, control)?;
        }
        for referral in touched {
            self.react(referral)?;
        }
        Ok(answer)
    }

    fn check_link(&self, from: NodeId) -> Result<(), InboxError> {
        match self.link_state(from) {
            None => Err(InboxError::UnknownPeer),
            Some(LinkState::Pending { .. }) => Err(InboxError::LinkPending),
            Some(LinkState::Suspended) => Err(InboxError::LinkSuspended),
            Some(LinkState::Active) => Ok(()),
        }
    }

    /// Signs what we hold of a peer's channel.
    pub fn receipt(&self, peer: NodeId, nonce: Option<&str>) -> Signed {
        let head = self.state().peers.get(&peer).and_then(|peer| peer.incoming.channel.head());
        self.sign_receipt(peer, head, nonce)
    }

    fn sign_receipt(&self, peer: NodeId, head: Option<Head>, nonce: Option<&str>) -> Signed {
        let sig = self.sig();
        let receipt = DeliveryReceipt {
            from: self.node,
            to: peer,
            head,
            nonce: nonce.map(str::to_owned),
            checkpoint: None,
            kid: sig.kid(),
            at: self.now(),
        };
        receipt.sign(&sig)
    }

    /// Returns the events of a peer that wait for their keys, oldest first.
    #[must_use]
    pub fn keys_needed(&self, peer: NodeId) -> Vec<EventId> {
        let closed = self.closed(peer).into_iter().map(|(event, _)| event);
        closed.take(limits::BATCH_EVENTS).collect()
    }

    /// Tells whether a referral of a peer began after the oldest event that waits for its key.
    /// `None` if nothing was heard of it.
    fn began(&self, peer: NodeId, referral: ReferralId) -> Option<bool> {
        let state = self.state();
        let first = state.cases.get(&referral)?.heard.first()?;
        let closed = state.peers.get(&peer).and_then(|peer| peer.without_key.first());
        let place = |id| state.events.get(id).copied();
        Some(closed.is_some_and(|closed| place(&closed.id) < place(first)))
    }

    /// Returns the events of a peer that wait for their keys, and their records.
    pub(super) fn closed(&self, peer: NodeId) -> Vec<(EventId, Number)> {
        let state = self.state();
        let closed = state.peers.get(&peer).into_iter().flat_map(|peer| &peer.without_key);
        closed.filter_map(|head| Some((head.id, *state.events.get(&head.id)?))).collect()
    }

    /// Keeps the key of the oldest event of a peer that was held without it. What follows it was
    /// kept closed: its turn comes next.
    pub fn take_keybox(
        &self,
        from: NodeId,
        id: EventId,
        keybox: &Keybox,
    ) -> Result<bool, AppError> {
        let number = {
            let state = self.state();
            let oldest = state.peers.get(&from).and_then(|peer| peer.without_key.first());
            let waits = oldest.is_some_and(|head| head.id == id);
            state.events.get(&id).copied().filter(|_| waits)
        };
        let Some(number) = number else { return Ok(false) };
        let records = self.journal.read(number, 1)?;
        let Some(record) = records.first() else { return Ok(false) };
        let crate::facts::Entry::Received(entry) = self.safe.read(number, record)? else {
            return Ok(false);
        };
        let Some((_, Some(event))) = entry.recall() else { return Ok(false) };
        let Some((key, payload)) = self.open_body(&event, &entry.body, Some(keybox)) else {
            return Ok(false);
        };
        let consent = event.header().kind == EventKind::Consent;
        // What she did not agree to stays closed: its key is not kept.
        let agreed = |intake: Option<Intake<'_>>, payload: &Payload| {
            intake.map_or(Err(OutOfScope::NoConsent), |mut intake| intake.agreed(payload))
        };
        let scope = payload.as_ref().map(|payload| agreed(Intake::new(self, from), payload));
        let payload = payload.filter(|_| scope.is_some_and(is_heard));
        let referral = payload.as_ref().and_then(|payload| payload.skeleton.thread.referral);
        let case = referral.and_then(|id| self.case(id));
        let erased = case.as_ref().is_some_and(|case| case.erased);
        let side = case.as_ref().map_or(Author::Receiver, |case| case.side);
        let theirs = if side == Author::Sender { Side::Receiver } else { Side::Sender };
        let alone =
            payload.as_ref().is_some_and(|p| ToldOfHer::is_in(&p.skeleton, theirs).is_some());
        let known = case.and_then(|case| case.heard_under()).filter(|_| !alone);
        let holder = match (consent || erased, known) {
            (true, _) => self.safe.evidence(self.now())?,
            (false, Some(unit)) => VaultKey::Unit(unit),
            (false, None) => VaultKey::Unit(self.safe.new_unit()?),
        };
        let code = payload.as_ref().and_then(|payload| payload.content.code.clone());
        if let Some(code) = &code {
            self.withdraw_by_code(code)?;
        }
        let kept = scope == Some(Ok(())) && !erased && code.is_none() && self.safe.holds(holder)?;
        let wrapped = if kept { self.safe.wrap(holder, &id.0, &key)? } else { Vec::new() };
        let word = payload.map(|payload| Box::new(payload.skeleton.outline()));
        let keyed = Act::Keyed { event: id, wrapped };
        let heard = word.map(|word| Act::Heard { event: id, from, word });
        let acts = [keyed].into_iter().chain(heard);
        let records = acts.map(|act| self.fact(None, &act, &FactContent::default()));
        self.append(&records.collect::<Result<Vec<_>, _>>()?)?;
        // Last: a stop before this loses no word, and no key opens what is left.
        if !kept {
            self.strip(&[number])?;
        }
        if let Some(referral) = referral {
            self.react(referral)?;
        }
        Ok(true)
    }

    /// Opens the body of an event, and reads what it says.
    fn open_body(
        &self,
        event: &Verified,
        body: &[u8],
        keybox: Option<&Keybox>,
    ) -> Option<(ContentKey, Option<Payload>)> {
        let (key, plaintext) = self.open_sealed(event, body, keybox)?;
        Some((key, Payload::decode(&plaintext).ok()))
    }

    /// Opens the body of an event by a keybox that is for us.
    pub(super) fn open_sealed(
        &self,
        event: &Verified,
        body: &[u8],
        keybox: Option<&Keybox>,
    ) -> Option<(ContentKey, Zeroizing<Vec<u8>>)> {
        let (keybox, commitment) = (keybox?, event.header().commitment?);
        let private = self.keys.opening(keybox.kid)?;
        let key = private.open(keybox, event.id(), self.node, &commitment).ok()?;
        let plaintext = key.open(body, &BodyPlace::of(event.header()), &commitment).ok()?;
        Some((key, plaintext))
    }
}

impl<'a> Intake<'a> {
    fn new(app: &'a App, from: NodeId) -> Option<Self> {
        let state = app.state();
        let peer = state.peers.get(&from)?;
        Some(Self {
            app,
            from,
            author: peer.identity.clone(),
            channel: peer.incoming.channel.clone(),
            taken: BTreeMap::new(),
            cases: BTreeMap::new(),
            closed: !peer.without_key.is_empty(),
            begun: BTreeSet::new(),
            records: Vec::new(),
            results: Vec::new(),
            touched: BTreeSet::new(),
            controls: Vec::new(),
            out_of_scope: Vec::new(),
        })
    }

    fn take_all(
        &mut self,
        events: Vec<WireEvent>,
        nonce: Option<&str>,
    ) -> Result<(BatchAnswer, BTreeSet<ReferralId>, Vec<Control>), InboxError> {
        let held = self.channel.head();
        for event in events {
            let header = event.header.clone();
            match self.take(event) {
                Ok((id, st)) => self.results.push(EventResult { id, st, code: None }),
                Err(stop) => {
                    self.stop(EventId(header.hash(Label::EventId)), stop)?;
                    break;
                }
            }
        }
        let head = self.channel.head();
        let receipt = self.app.sign_receipt(self.from, head, nonce);
        if head != held {
            let entry = ReceiptEntry { peer: self.from, issued: true, receipt: receipt.clone() };
            self.records.push(receipt_record(&entry));
        }
        if !self.out_of_scope.is_empty() {
            let refused = |event: &EventId| {
                let code = "out_of_scope".to_owned();
                control_entry(self.from, &Control::Refused { event: *event, code })
            };
            let told = Act::Told { outgoing: self.out_of_scope.iter().map(refused).collect() };
            self.records.push(self.app.fact(None, &told, &FactContent::default())?);
        }
        self.app.append(&self.records)?;
        let results = std::mem::take(&mut self.results);
        let answer = BatchAnswer { results, receipt, need: self.app.keys_needed(self.from) };
        Ok((answer, std::mem::take(&mut self.touched), std::mem::take(&mut self.controls)))
    }

    /// Says why the batch stops here. If nothing came before, the whole request is refused.
    fn stop(&mut self, id: EventId, stop: Stop) -> Result<(), InboxError> {
        let kind = match stop {
            Stop::App(error) => return Err(error.into()),
            Stop::Gap => ProblemType::Gap,
            Stop::Problem(kind) => kind,
            Stop::Fork(proof) => {
                let proof = serde_json::to_vec(&*proof).unwrap_or_default();
                self.records.push(evidence_record(self.from, &proof));
                self.results.push(error_result(id, ProblemType::Fork));
                return Ok(());
            }
        };
        if self.results.is_empty() {
            return Err(match kind {
                ProblemType::Gap => InboxError::Gap(self.channel.head()),
                kind => InboxError::Refused(kind),
            });
        }
        self.results.push(error_result(id, kind));
        Ok(())
    }

    fn take(&mut self, wire: WireEvent) -> Result<(EventId, EventStatus), Stop> {
        let WireEvent { header, body, keybox } = wire;
        let canonical = RawHeader(header).parse().map_err(unreadable)?;
        let id = canonical.id();
        let verified = self.verify(canonical)?;
        let body = body.map(|body| body.0);
        let wrong_body = verified.check_body(body.as_deref()).is_err();
        let missing = body.is_none() && verified.header().body.is_some();
        let body = body.unwrap_or_default();
        let control = control_of(&verified, &body);
        match self.place(verified, control) {
            Verdict::Duplicate => Ok((id, EventStatus::Duplicate)),
            Verdict::Append(_) if wrong_body => Err(Stop::Problem(ProblemType::InvalidEvent)),
            Verdict::Append(positioned) => {
                self.store(&positioned, body, keybox.as_ref())?;
                let status = if missing { EventStatus::BodyMissing } else { EventStatus::Stored };
                Ok((id, status))
            }
            Verdict::Gap => Err(Stop::Gap),
            Verdict::Fork(proof) => Err(Stop::Fork(proof)),
            Verdict::NeedsHuman => Err(Stop::Problem(ProblemType::ChannelBlocked)),
            Verdict::Refused(refusal) => Err(Stop::Problem(match refusal {
                ChannelRefusal::WrongChannel => ProblemType::WrongRecipient,
                ChannelRefusal::NotOpen => ProblemType::ChannelBlocked,
                ChannelRefusal::StaleEpoch => ProblemType::StaleEpoch,
                ChannelRefusal::Invalid => ProblemType::InvalidEvent,
            })),
        }
    }

    fn verify(&self, canonical: Canonical) -> Result<Verified, Stop> {
        let stored = |epoch, seq| self.known(epoch, seq);
        // What is stored already was verified then, under a key that may not sign here any more.
        let key = if self.channel.holds(&canonical, &stored) {
            let kid = canonical.claims().kid;
            self.author.signing_key(kid, maillage_protocol::keys::KeyUse::Sig)
        } else {
            self.channel.key_for(&canonical, &self.author).ok()
        };
        let key = key.ok_or(Stop::Problem(ProblemType::UnknownKey))?;
        canonical.verify(&key).map_err(|_| Stop::Problem(ProblemType::BadSignature))
    }

    fn place(&self, event: Verified, control: Option<Control>) -> Verdict {
        let stored = |epoch, seq| self.known(epoch, seq);
        self.channel.place(event, control, &stored)
    }

    /// Returns what holds a place, in this batch or on the disk.
    fn known(&self, epoch: Epoch, seq: Seq) -> Option<(EventId, Option<Signed>)> {
        if let Some(taken) = self.taken.get(&(epoch, seq)) {
            return Some(taken.clone());
        }
        let number = {
            let state = self.app.state();
            state.peers.get(&self.from)?.incoming.number(epoch, seq)?
        };
        let record = self.app.journal.read(number, 1).ok()?.pop()?;
        let crate::facts::Entry::Received(entry) = self.app.safe.read(number, &record).ok()? else {
            return None;
        };
        Some((EventId(record.leaf.id), entry.signed()))
    }

    fn store(
        &mut self,
        positioned: &Positioned,
        body: Vec<u8>,
        keybox: Option<&Keybox>,
    ) -> Result<(), Stop> {
        let event = positioned.event();
        let id = event.id();
        let mut entry = EventEntry {
            peer: Recipient::Node(self.from),
            envelope: Envelope::Kept(event.signed().clone()),
            body,
            wrapped: Vec::new(),
            skeleton: None,
            quarter: None,
        };
        if event.header().commitment.is_some() && !entry.body.is_empty() {
            self.open(event, &mut entry, keybox)?;
            self.closed |= entry.wrapped.is_empty() && !entry.body.is_empty();
        }
        self.records.push(self.app.safe.event_record(LeafKind::Received, id, &entry)?);
        let header = event.header();
        self.taken.insert((header.epoch, header.seq), (id, entry.signed()));
        self.channel = self.channel.clone().advanced(positioned);
        self.controls.extend(positioned.control().cloned());
        Ok(())
    }

    /// Opens a body, checks that she agreed to what it says, and wraps its key again.
    fn open(
        &mut self,
        event: &Verified,
        entry: &mut EventEntry<Skeleton>,
        keybox: Option<&Keybox>,
    ) -> Result<(), Stop> {
        let Some((key, payload)) = self.app.open_body(event, &entry.body, keybox) else {
            return Ok(());
        };
        let consent = event.header().kind == EventKind::Consent;
        let Some(payload) = payload else {
            let unit = self.app.safe.new_unit()?;
            entry.wrapped = self.app.safe.wrap(VaultKey::Unit(unit), &event.id().0, &key)?;
            return Ok(());
        };
        if self.closed && !self.begins_later(event, &payload) {
            return Ok(());
        }
        let scope = self.agreed(&payload);
        if scope.is_err() {
            entry.body = Vec::new();
            self.out_of_scope.push(event.id());
        }
        if !is_heard(scope) {
            return Ok(());
        }
        if let Some(code) = &payload.content.code {
            // Before it is acknowledged. The code itself is not kept.
            self.app.withdraw_by_code(code)?;
            entry.body = Vec::new();
        }
        // What outlives the body says nothing of her circumstances.
        let skeleton = payload.skeleton.outline();
        let referral = skeleton.thread.referral;
        // What is said of an erased referral since is heard, and not kept.
        let erased = referral.is_some_and(|referral| self.case(referral).erased);
        let theirs = referral.map(|referral| side_of(self.case(referral).other_side()));
        let alone = theirs.is_some_and(|theirs| ToldOfHer::is_in(&skeleton, theirs).is_some());
        let holder = match referral {
            _ if consent || erased => self.app.safe.evidence(self.app.now())?,
            Some(referral) if !alone => VaultKey::Unit(self.unit(referral)?),
            _ => VaultKey::Unit(self.app.safe.new_unit()?),
        };
        if scope.is_ok() && !erased && !entry.body.is_empty() && self.app.safe.holds(holder)? {
            entry.wrapped = self.app.safe.wrap(holder, &event.id().0, &key)?;
        } else {
            entry.body = Vec::new();
        }
        if let Some(referral) = referral {
            self.touched.insert(referral);
            let case = self.case(referral);
            case.hear(&skeleton, side_of(case.other_side()));
        }
        entry.quarter = Some(match referral {
            Some(referral) => self.case(referral).began,
            None => Quarter::of(self.app.now()),
        });
        entry.skeleton = Some(skeleton);
        Ok(())
    }

    /// Tells whether a payload is about a referral that began after the event that is closed, which
    /// therefore cannot be about it.
    fn begins_later(&mut self, event: &Verified, payload: &Payload) -> bool {
        let Some(referral) = payload.skeleton.thread.referral else { return true };
        let known = self.app.began(self.from, referral);
        let new = known.is_none() && event.header().kind == EventKind::Consent;
        if new {
            self.begun.insert(referral);
        }
        known == Some(true) || self.begun.contains(&referral)
    }

    /// Tells whether what a payload discloses was agreed to, as far as this node can know.
    fn agreed(&mut self, payload: &Payload) -> Result<(), OutOfScope> {
        let regime = self.app.card().map_or(SecrecyRegime::Charter, |card| card.regime);
        let (us, now) = (self.app.node, self.app.now());
        let Some(referral) = payload.skeleton.thread.referral else {
            return check_scope(payload, None);
        };
        let from = self.from;
        let case = self.case(referral);
        let cover = case.consent_of(&payload.skeleton).map(|consent| Cover {
            consent,
            to: if case.side == Author::Receiver { us } else { from },
            regime,
            acceptance: case.referral.acceptance(),
            at: judged_at(consent, now),
        });
        if case.peer != from {
            return Err(OutOfScope::OtherReceiver);
        }
        check_scope(payload, cover.as_ref())
    }

    fn unit(&mut self, referral: ReferralId) -> Result<UnitId, AppError> {
        if let Some(known) = self.case(referral).heard_under() {
            return Ok(known);
        }
        let unit = self.app.safe.new_unit()?;
        self.case(referral).keep_heard_under(unit);
        Ok(unit)
    }

    fn case(&mut self, referral: ReferralId) -> &mut Case {
        let (from, now) = (self.from, Quarter::of(self.app.now()));
        let known = self.app.case(referral).map(Arc::unwrap_or_clone);
        let new = || Case::new(referral, Author::Receiver, from, now, NOWHERE);
        self.cases.entry(referral).or_insert_with(|| known.unwrap_or_else(new))
    }
}

/// Returns the time by which a consent is judged here: its first moment if our clock is a little
/// behind the one by which it was given.
fn judged_at(consent: &Consent, now: Timestamp) -> Timestamp {
    let from = consent.grant().scope.not_before;
    if from.since(now) <= limits::CLOCK_SKEW { now.max(from) } else { now }
}

/// Tells whether what a payload says is heard. A number that should not be in its text is destroyed
/// with it; the word is said all the same, and nobody waits for it in vain.
fn is_heard(scope: Result<(), OutOfScope>) -> bool {
    matches!(scope, Ok(()) | Err(OutOfScope::ProvedNumber))
}

fn error_result(id: EventId, kind: ProblemType) -> EventResult {
    EventResult { id, st: EventStatus::Error, code: Some(kind.code().to_owned()) }
}

fn unreadable(why: UnreadableHeader) -> Stop {
    Stop::Problem(match why {
        UnreadableHeader::TooLarge => ProblemType::TooLarge,
        UnreadableHeader::NotCanonical(_) => ProblemType::NotCanonical,
        UnreadableHeader::Malformed(_) => ProblemType::Malformed,
        UnreadableHeader::UnsupportedVersion => ProblemType::UnsupportedVersion,
    })
}
