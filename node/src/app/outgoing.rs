//! What we send to a peer: each entry gets its place late, is sealed, signed and written, and only
//! then leaves. The outbox is no table: it is the channel after the last receipt, then the entries
//! that wait.

use maillage_protocol::body::{Content, Payload};
use maillage_protocol::channel::Channel;
use maillage_protocol::control::{Control, EpochReason};
use maillage_protocol::delivery::Health;
use maillage_protocol::encoding;
use maillage_protocol::event::{
    BodyDigest, Head, Header, Recipient, Verified, WireBody, WireEvent,
};
use maillage_protocol::id::{Epoch, EventId, NodeId, Seq};
use maillage_protocol::keys::{KeyUse, Kid};
use maillage_protocol::leaf::LeafKind;
use maillage_protocol::limits;
use maillage_protocol::receipt::DeliveryReceipt;
use maillage_protocol::seal::{BodyPlace, ContentKey};
use maillage_protocol::signed::Signed;
use maillage_protocol::transport::{NamedKeybox, PullAnswer};
use zeroize::Zeroizing;

use super::LinkError;
use super::cases::ToldOfHer;
use super::feedback::news_of;
use super::links::control_entry;
use super::peers::{Alert, LinkState, Waiting};
use super::saying::side_of;
use super::turns::Subject;
use super::{App, AppError};
use crate::env::random;
use crate::facts::{
    Act, Entry, Envelope, EventEntry, FactContent, LinkAct, Outgoing, ReceiptEntry, SentSkeleton,
    receipt_record, unit_of,
};
use crate::journal::{Number, Record};
use crate::vault::VaultKey;

/// How long after it came a peer that fetches what we have is not called: it cannot be reached.
pub const POLLS_AGAIN_WITHIN: std::time::Duration = std::time::Duration::from_secs(120);

/// How far the delivery to a peer is: all that a driver has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How many events were signed.
    pub head: Seq,
    /// How many of them the peer holds, as it signed.
    pub acked: Seq,
    /// How many entries wait for their place.
    pub waiting: u64,
    /// Whether the link is active.
    pub active: bool,
    /// Whether the peer comes to fetch what we have for it.
    pub polls: bool,
}

/// What a peer says that it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batch {
    /// So many of our events, and they are ours.
    Holds(Seq),
    /// More than we know of: we were restored, and must ask it for our own events.
    HoldsMore,
    /// Something else than what we signed: a human has to look.
    Contradicts,
    /// Something that it did not sign, or not for this request.
    Nonsense,
}

/// An entry that waits, and its plaintext.
type Told = (Outgoing, Zeroizing<Vec<u8>>);

/// What is needed to give entries their places.
pub(super) struct Placing {
    peer: NodeId,
    pub(super) channel: Channel,
    pub(super) records: Vec<Record>,
    ack: Option<Head>,
}

impl App {
    /// Returns how far the delivery to a peer is.
    #[must_use]
    pub fn standing(&self, peer: NodeId) -> Option<Standing> {
        let state = self.state();
        let peer = state.peers.get(&peer)?;
        Some(Standing {
            head: peer.signed(),
            acked: peer.outgoing.index(peer.acked),
            waiting: peer.waiting.len() as u64,
            active: peer.state == LinkState::Active && peer.alert.is_none(),
            polls: peer.polled.is_some_and(|at| self.now().since(at) < POLLS_AGAIN_WITHIN),
        })
    }

    /// Gives their places to entries that wait, at most `at_most`, and returns how many events
    /// are signed now. Only after the peer said what it holds.
    pub fn sign_waiting(&self, peer: NodeId, at_most: u64) -> Result<Seq, AppError> {
        self.turns.take(Subject::Outgoing(peer), || {
            let waiting: Vec<_> = {
                let state = self.state();
                let peer = state.peers.get(&peer);
                // What starts the channel again goes alone: more waits for its place after it.
                let opens = peer.and_then(|peer| peer.opens);
                let rest = peer.filter(|_| opens.is_none()).into_iter();
                let rest = rest.flat_map(|peer| peer.waiting.iter().copied());
                let limit = usize::try_from(at_most).unwrap_or(usize::MAX);
                opens.into_iter().chain(rest).take(limit).collect()
            };
            if let Some(mut placing) = self.placing(peer) {
                for what in waiting {
                    if !self.place(&mut placing, what)? {
                        self.forget_waiting(peer, what);
                    }
                }
                self.append(&placing.records)?;
            }
            Ok(self.standing(peer).map_or(Seq::ZERO, |standing| standing.head))
        })
    }

    pub(super) fn placing(&self, peer: NodeId) -> Option<Placing> {
        let state = self.state();
        let known = state.peers.get(&peer)?;
        let (channel, ack) = (known.outgoing.channel.clone(), known.incoming.channel.head());
        Some(Placing { peer, channel, records: Vec::new(), ack })
    }

    /// What was erased before it got a place will never have one.
    fn forget_waiting(&self, peer: NodeId, what: Waiting) {
        let mut state = self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(peer) = state.peers.get_mut(&peer) {
            peer.waiting.remove(&what);
        }
    }

    /// Gives its place to one entry, unless what it had to tell was erased.
    fn place(&self, placing: &mut Placing, what: Waiting) -> Result<bool, AppError> {
        let Some((outgoing, mut plaintext)) = self.entry(what)? else { return Ok(false) };
        let control = match &outgoing {
            Outgoing::Clear { control: true, .. } => Control::read(&plaintext).ok(),
            Outgoing::Clear { .. } | Outgoing::Sealed { .. } => None,
        };
        let control = match control {
            Some(control) => match self.control_of_today(placing, control, what) {
                Some(control) => {
                    plaintext = Zeroizing::new(control.to_bytes());
                    Some(control)
                }
                None => return Ok(false),
            },
            None => None,
        };
        let (epoch, seq, previous) = next_place(&placing.channel, control.as_ref());
        let key = self.safe.draw_content_key();
        let place = BodyPlace { from: self.node, to: Recipient::Node(placing.peer), epoch, seq };
        let (body, commitment, expires, holder) = match &outgoing {
            Outgoing::Clear { .. } => (plaintext.to_vec(), None, None, None),
            Outgoing::Sealed { consent, expires, .. } => {
                let holder = self.holder_of_act(what.fact, *consent)?;
                let Ok(body) = key.seal(&plaintext, &place) else { return Ok(false) };
                (body, Some(key.commitment()), Some(*expires), Some(holder))
            }
        };
        let at = self.now();
        let latest = at.after(limits::LIFETIME);
        let header = Header {
            ack: placing.ack,
            body: Some(BodyDigest::of(&body)),
            critical: Vec::new(),
            commitment,
            epoch,
            seq,
            previous,
            from: self.node,
            to: Recipient::Node(placing.peer),
            kind: outgoing.kind(),
            kid: Kid([0; 8]),
            at,
            expires: expires.map(|expires| expires.min(latest)),
        };
        let signer = self.channel_key(placing.channel.kid(), control.as_ref());
        let Ok(event) = Verified::sign(&signer, header) else { return Ok(false) };
        self.write_sent(placing, event, control, body, (holder, key), what)?;
        Ok(true)
    }

    /// Returns a control body as it has to be said now, unless it is said no more: an opening that
    /// another one replaced, a key that another one replaced.
    fn control_of_today(
        &self,
        placing: &Placing,
        control: Control,
        what: Waiting,
    ) -> Option<Control> {
        match control {
            Control::EpochOpen { why, .. } => {
                let state = self.state();
                let peer = state.peers.get(&placing.peer)?;
                let current = peer.opens == Some(what);
                current.then_some(Control::EpochOpen { why, last: peer.acked })
            }
            Control::KeyNotice { kid, .. } => {
                let news = kid == self.sig().kid() && Some(kid) != placing.channel.kid();
                news.then_some(control)
            }
            control => Some(control),
        }
    }

    fn write_sent(
        &self,
        placing: &mut Placing,
        event: Verified,
        control: Option<Control>,
        body: Vec<u8>,
        (holder, key): (Option<VaultKey>, ContentKey),
        what: Waiting,
    ) -> Result<(), AppError> {
        let id = event.id();
        let wrapped = match holder {
            Some(holder) => self.safe.wrap(holder, &id.0, &key)?,
            None => Vec::new(),
        };
        let entry = EventEntry {
            peer: Recipient::Node(placing.peer),
            envelope: Envelope::Kept(event.signed().clone()),
            body,
            wrapped,
            skeleton: Some(SentSkeleton { of: (what.fact.0, what.index) }),
            quarter: None,
        };
        placing.records.push(self.safe.event_record(LeafKind::Sent, id, &entry)?);
        let positioned = Channel::recall(event, control);
        placing.channel = placing.channel.clone().advanced(&positioned);
        Ok(())
    }

    /// Returns an entry that waits, and its plaintext.
    fn entry(&self, what: Waiting) -> Result<Option<Told>, AppError> {
        let Some(Entry::Fact(fact)) = self.read(what.fact)? else { return Ok(None) };
        let outgoing =
            fact.act.as_ref().and_then(|act| act.outgoing().get(usize::from(what.index)).cloned());
        let Some(outgoing) = outgoing else { return Ok(None) };
        let plaintext = match &outgoing {
            Outgoing::Clear { body, .. } => encoding::from_base64url(body).ok().map(Zeroizing::new),
            Outgoing::Sealed { part, .. } => {
                let content = self.safe.fact_content(&fact)?;
                let told = content.and_then(|it| it.outgoing.get(usize::from(*part)).cloned());
                told.or_else(|| self.without_content(fact.act.as_ref()?))
            }
        };
        Ok(plaintext.map(|plaintext| (outgoing, plaintext)))
    }

    /// Returns what is left to tell of a word that an erasure overtook: its code and its date. Help that
    /// was given, or a yes, must not vanish for those who asked. What told something of her stays unsaid.
    fn without_content(&self, act: &Act) -> Option<Zeroizing<Vec<u8>>> {
        let Act::Said(said) = act else { return None };
        let [word] = &said.words[..] else { return None };
        let case = self.case(said.referral).filter(|case| case.erased)?;
        if ToldOfHer::is_in(word, side_of(said.side)).is_some() {
            return None;
        }
        let payload = Payload { skeleton: word.clone(), content: Content::default() };
        news_of(&case, &payload)?.encode(None).ok().map(Zeroizing::new)
    }

    /// Returns the key under which the body of what an act tells is kept. A consent that goes with a
    /// referral is evidence; so is what is said after an erasure: it names nobody, and must arrive
    /// all the same.
    pub(super) fn holder_of_act(&self, fact: Number, consent: bool) -> Result<VaultKey, AppError> {
        let unit = match self.read(fact)? {
            Some(Entry::Fact(fact)) if !consent || matches!(fact.act, Some(Act::Told { .. })) => {
                unit_of(&fact.content.wrapped)
            }
            _ => None,
        };
        Ok(match unit {
            Some(unit) => VaultKey::Unit(unit),
            None => self.safe.evidence(self.now())?,
        })
    }

    /// Reads one record.
    pub(super) fn read(&self, number: Number) -> Result<Option<Entry>, AppError> {
        let records = self.journal.read(number, 1)?;
        Ok(records.first().map(|record| self.safe.read(number, record)).transpose()?)
    }

    /// Returns the events to send after so many, as they travel.
    pub fn events_after(
        &self,
        peer: NodeId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<WireEvent>, AppError> {
        let numbers = {
            let state = self.state();
            let known = state.peers.get(&peer);
            known.map(|known| known.outgoing.after_index(after, limit)).unwrap_or_default()
        };
        let kem = self.peer_identity(peer).and_then(|identity| identity.key(KeyUse::Kem));
        let mut events = Vec::new();
        let mut bytes = 0;
        for number in numbers {
            let Some(Entry::Sent(entry)) = self.read(number)? else { continue };
            let (body, wrapped) = (entry.body.clone(), entry.wrapped.clone());
            // Whoever asks for what is destroyed since has been away for longer than a backup lasts.
            let Some(header) = entry.signed() else { break };
            bytes += 4 * (header.bytes.len() + body.len()) / 3 + 512;
            if bytes > limits::BATCH_BYTES && !events.is_empty() {
                break;
            }
            events.push(self.to_wire(peer, header, body, &wrapped, kem.map(|key| key.public))?);
        }
        Ok(events)
    }

    fn to_wire(
        &self,
        peer: NodeId,
        header: Signed,
        body: Vec<u8>,
        wrapped: &[u8],
        kem: Option<[u8; 32]>,
    ) -> Result<WireEvent, AppError> {
        let id = EventId(header.hash(maillage_protocol::label::Label::EventId));
        let key = self.safe.unwrap(&id.0, wrapped)?;
        let keybox = key
            .zip(kem)
            .and_then(|(key, kem)| key.seal_for(&kem, id, peer, random(&*self.env)).ok());
        let body = (!body.is_empty()).then_some(WireBody(body));
        Ok(WireEvent { header, body, keybox })
    }

    /// Returns events for a peer that comes to fetch them; `waits` if it comes for good. What it has already counts as its word
    /// about what it holds, since it signed the request.
    pub fn pull(
        &self,
        peer: NodeId,
        (epoch, after): (Epoch, Seq),
        limit: usize,
        waits: bool,
    ) -> Result<PullAnswer, AppError> {
        let now = self.now();
        let (index, standing) = {
            let mut state = self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner);
            let Some(known) = state.peers.get_mut(&peer) else {
                return Ok(PullAnswer { events: Vec::new(), head: None, more: false });
            };
            if waits {
                known.polled = Some(now);
            }
            (known.outgoing.index_of(epoch, after), known.signed())
        };
        if index >= standing && !self.is_restored() {
            self.sign_waiting(peer, limit as u64)?;
        }
        let events = self.events_after(peer, index, limit)?;
        let state = self.state();
        let head = state.peers.get(&peer).and_then(|known| known.outgoing.channel.head());
        let end = state.peers.get(&peer).map_or(Seq::ZERO, |known| known.outgoing.index(head));
        let more = index.0 + (events.len() as u64) < end.0;
        Ok(PullAnswer { events, head, more })
    }

    /// Seals again the keys of events for another key of the peer.
    pub fn keyboxes(
        &self,
        peer: NodeId,
        ids: &[EventId],
        kid: Kid,
    ) -> Result<Option<Vec<NamedKeybox>>, AppError> {
        let kem = self.peer_identity(peer).and_then(|identity| identity.key(KeyUse::Kem));
        let Some(kem) = kem.filter(|key| key.kid() == kid) else { return Ok(None) };
        let mut keyboxes = Vec::new();
        for id in ids.iter().take(limits::BATCH_EVENTS) {
            let number = self.state().events.get(id).copied();
            let Some(number) = number else { continue };
            let Some(Entry::Sent(entry)) = self.read(number)? else { continue };
            if entry.peer != Recipient::Node(peer) {
                continue;
            }
            let key = self.safe.unwrap(&id.0, &entry.wrapped)?;
            let sealed =
                key.and_then(|key| key.seal_for(&kem.public, *id, peer, random(&*self.env)).ok());
            keyboxes.extend(sealed.map(|k| NamedKeybox { id: *id, k }));
        }
        Ok(Some(keyboxes))
    }

    /// Judges a receipt of a peer. It is written if it says something new.
    pub fn hold_receipt(
        &self,
        peer: NodeId,
        signed: &Signed,
        nonce: Option<&str>,
    ) -> Result<Batch, AppError> {
        let holder = |kid| self.peer_signing_key(peer, kid);
        let Ok(receipt) = DeliveryReceipt::verify(signed, holder) else {
            return Ok(Batch::Nonsense);
        };
        let ours = receipt.from == peer && receipt.to == self.node;
        if !ours || nonce.is_some() && receipt.nonce.as_deref() != nonce {
            return Ok(Batch::Nonsense);
        }
        let verdict = self.compare(peer, receipt.head);
        if verdict == Batch::Contradicts && !self.is_restored() {
            self.raise(peer, Alert::CopyAlive);
        }
        if self.says_more(peer, receipt.head, nonce.is_some()) {
            let entry = ReceiptEntry { peer, issued: false, receipt: signed.clone() };
            self.append(&[receipt_record(&entry)])?;
        }
        Ok(verdict)
    }

    /// Tells whether a receipt is to be kept: it names an event of ours, and not the one that we
    /// know of. One that does not answer a question of now may be an old one: it must say more.
    fn says_more(&self, peer: NodeId, head: Option<Head>, asked: bool) -> bool {
        let state = self.state();
        let (Some(known), Some(head)) = (state.peers.get(&peer), head) else { return false };
        let index = |head| known.outgoing.index(head);
        known.outgoing.names(head, &state.events)
            && known.acked != Some(head)
            && (asked || index(Some(head)) > index(known.acked))
    }

    /// Compares what a peer holds with what we signed.
    fn compare(&self, peer: NodeId, head: Option<Head>) -> Batch {
        let state = self.state();
        let Some(known) = state.peers.get(&peer) else { return Batch::Nonsense };
        let Some(head) = head else { return Batch::Holds(Seq::ZERO) };
        // A human decided that our channel starts again after what it is known to hold.
        let left_behind = head.epoch < known.outgoing.channel.epoch();
        let names = known.outgoing.names(head, &state.events);
        if (known.opens.is_some() || left_behind) && !names {
            return Batch::Holds(known.outgoing.index(known.acked));
        }
        let place = (head.epoch, head.seq);
        let end = known.outgoing.channel.head().map(|head| (head.epoch, head.seq));
        if end.is_none_or(|end| place > end) {
            return Batch::HoldsMore;
        }
        if names { Batch::Holds(known.outgoing.index(Some(head))) } else { Batch::Contradicts }
    }

    /// Takes note of something that a human has to look at. The link rests meanwhile.
    pub fn raise(&self, peer: NodeId, alert: Alert) {
        tracing::error!(?alert, peer = %peer, "a link needs a human");
        let mut state = self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(peer) = state.peers.get_mut(&peer) {
            peer.alert = Some(alert);
        }
    }

    /// Takes note of how the delivery to a peer goes.
    pub fn delivers(&self, peer: NodeId, health: Health) {
        let known = self.state().peers.get(&peer).map(|peer| peer.health);
        if known.is_none_or(|known| known == health) {
            return;
        }
        tracing::info!(peer = %peer, ?health, "how a delivery goes");
        let mut state = self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(peer) = state.peers.get_mut(&peer) {
            peer.health = health;
        }
    }

    /// Takes note that a peer gave a sign of life.
    pub fn heard_from(&self, peer: NodeId) {
        let now = self.now();
        let mut state = self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(peer) = state.peers.get_mut(&peer) {
            peer.last_contact = Some(now);
        }
    }

    /// Starts both channels with a peer again, after two humans talked: ours after what it holds,
    /// and its own when it opens it.
    pub fn reopen(&self, peer: NodeId) -> Result<(), LinkError> {
        let Some(LinkState::Active) = self.link_state(peer) else { return Err(LinkError::NoLink) };
        let last = self.state().peers.get(&peer).and_then(|peer| peer.acked);
        let control = Control::EpochOpen { why: EpochReason::Manual, last };
        let allowed = Act::Link(LinkAct::EpochAllowed { peer });
        let told = Act::Told { outgoing: vec![control_entry(peer, &control)] };
        let acts = [allowed, told];
        let records = acts.iter().map(|act| self.fact(None, act, &FactContent::default()));
        Ok(self.append(&records.collect::<Result<Vec<_>, _>>()?)?)
    }
}

/// Returns where the next event of a channel stands, and which one it follows.
pub(super) fn next_place(
    channel: &Channel,
    control: Option<&Control>,
) -> (Epoch, Seq, Option<EventId>) {
    if let Some(Control::EpochOpen { .. }) = control {
        return (channel.epoch().next(), Seq(1), channel.head().map(|head| head.id));
    }
    let before = channel.head().filter(|head| head.epoch == channel.epoch());
    (channel.epoch(), channel.next_seq(), before.map(|head| head.id))
}
