//! Everything that this node knows, folded from its journal: at start record by record, then act
//! by act. Nothing here is truth: losing it costs a start.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use maillage_protocol::body::{Saying, Skeleton};
use maillage_protocol::calendar::Calendar;
use maillage_protocol::consent::Basis;
use maillage_protocol::control::Control;
use maillage_protocol::directory::Card;
use maillage_protocol::event::{EventKind, Head, RawHeader, Recipient, Verified};
use maillage_protocol::fork::ForkProof;
use maillage_protocol::id::{
    ConsentId, EventId, IdentityId, NeedId, NodeId, PathwayId, ProfessionalId, ReferralId, UnitId,
};
use maillage_protocol::identity::{Identity, SignedIdentity};
use maillage_protocol::need::NeedEvent;
use maillage_protocol::receipt::DeliveryReceipt;
use maillage_protocol::referral::Author;
use maillage_protocol::time::Timestamp;

use super::accounts::Accounts;
use super::break_glass::Access;
use super::cases::{Case, Exchanged, Mailed, Reminded, Told, ToldOfHer};
use super::coordination::{StuckThere, ToldStuck};
use super::drafts::Draft;
use super::erasure::Erasures;
use super::inbox::NOWHERE;
use super::needs::OwnNeed;
use super::notes::NotePlace;
use super::peers::{Alert, LinkState, Peer, Stream, Unheld, Waiting};
use super::register::RefusedEvent;
use super::saying::side_of;
use super::trail::Opened;
use crate::facts::{
    AccountAct, Act, Entry, EventEntry, FactEntry, ImportedPlace, LinkAct, ReceiptEntry, Safe,
    Said, SentSkeleton, unit_of,
};
use crate::journal::Number;
use crate::vault::{Quarter, VaultError};

/// By which law and which calendar this node works: its administrator says so, and its journal does
/// not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Practice {
    /// On what basis it treats personal data.
    pub basis: Basis,
    /// Which days are worked.
    pub calendar: Calendar,
}

impl Default for Practice {
    fn default() -> Self {
        Self { basis: Basis::PublicTask, calendar: Calendar::Metropolitan }
    }
}

/// What a node knows.
#[derive(Default)]
pub(super) struct State {
    /// By which law and which calendar we work.
    pub practice: Practice,
    /// Our identity log, and who it says that we are.
    pub us: Option<(Identity, Vec<SignedIdentity>)>,
    /// Identity logs of other nodes, as they were first seen.
    identities: BTreeMap<NodeId, (Identity, Vec<SignedIdentity>)>,
    /// The nodes that we are linked with, or about to be.
    pub peers: BTreeMap<NodeId, Peer>,
    /// The referrals that we take part in.
    pub cases: BTreeMap<ReferralId, Arc<Case>>,
    /// The same, by the path that they belong to.
    pub pathways: BTreeSet<(PathwayId, ReferralId)>,
    /// The needs that we answer for.
    pub needs: BTreeMap<NeedId, OwnNeed>,
    /// Our professionals.
    pub accounts: Accounts,
    /// How we describe ourselves.
    pub card: Option<Card>,
    /// Places that others describe.
    pub places: BTreeMap<String, ImportedPlace>,
    /// Invitations that may still be used: until when, and how often they were tried in vain.
    pub invitations: BTreeMap<[u8; 16], (Timestamp, u32)>,
    /// Forms that are not finished.
    pub drafts: BTreeMap<UnitId, Draft>,
    /// Who opened what identifies in a referral, oldest first.
    pub openings: BTreeMap<ReferralId, Vec<Opened>>,
    /// Who asked to open a referral that they may not read.
    pub accesses: Vec<Access>,
    /// Conferences of ours of which whoever coordinates was told.
    pub stuck: BTreeMap<ReferralId, ToldStuck>,
    /// Conferences of others that come to no end: what they told us.
    pub stuck_there: StuckThere,
    /// What was sent and refused, since she had not agreed to it: here, or by a peer.
    pub refused: Vec<RefusedEvent>,
    /// Orders to erase, given and received.
    pub erasures: Erasures,
    /// Personal codes that were issued here, by their hash.
    pub codes: BTreeMap<[u8; 32], (ReferralId, ConsentId)>,
    /// Agreements of which a restore brought back the commitment to the code, and not its hash.
    pub unhashed: BTreeSet<(ReferralId, ConsentId)>,
    /// Codes that were handed on to the partner that issued them, by the unit that seals them.
    pub handed_on: BTreeMap<UnitId, Number>,
    /// One-time keys that were used, and what they led to.
    pub once: BTreeMap<[u8; 16], ReferralId>,
    /// Which referral each entry that has no place yet is about.
    telling: BTreeMap<Waiting, ReferralId>,
    /// Where each event is.
    pub events: HashMap<EventId, Number>,
    /// Events of peers whose header was destroyed.
    bare: BTreeSet<Number>,
    /// Keys of events that were obtained after them.
    pub keyed: HashMap<EventId, Vec<u8>>,
    /// Units that records name: they are not spare.
    pub units: BTreeSet<UnitId>,
    /// The peers for which the last records gave us something to do.
    pub stirred: BTreeSet<NodeId>,
}

/// Where a word of a peer stands.
struct Place {
    from: NodeId,
    number: Number,
    event: EventId,
    /// The quarter whose key seals what is read of it.
    quarter: Quarter,
    /// Whether its body is there still.
    body: bool,
}

impl State {
    /// Takes note of a record.
    pub(super) fn hear(
        &mut self,
        number: Number,
        entry: &Entry,
        safe: &Safe,
    ) -> Result<(), VaultError> {
        match entry {
            Entry::Padding => {}
            Entry::Fact(fact) => self.hear_fact(number, fact, safe)?,
            Entry::Sent(event) => self.hear_sent(number, event),
            Entry::Received(event) => self.hear_received(number, event),
            Entry::Receipt(receipt) => self.hear_receipt(receipt),
            Entry::Erasure(erasure) => {
                self.stirred.extend(erasure.peer);
                self.erasures.hear(erasure);
                self.handed_on.retain(|unit, _| !self.erasures.is_shredded(*unit));
            }
            Entry::Identity(event) => {
                self.stirred.extend(self.peers.keys());
                let before = self.us.take();
                self.us = extended(before.clone(), event).or(before);
            }
            Entry::PeerIdentity { peer, event } => self.hear_identity(*peer, event),
            Entry::Evidence { peer, proof } => self.hear_evidence(*peer, proof),
        }
        Ok(())
    }

    /// Takes note that a peer wrote two histories. Its channel takes nothing more in this epoch;
    /// an old proof, replayed, changes nothing in a new one.
    fn hear_evidence(&mut self, peer: NodeId, proof: &[u8]) {
        let Ok(proof) = serde_json::from_slice::<ForkProof>(proof) else { return };
        let Ok(other) = RawHeader(proof.other).parse() else { return };
        let Some(peer) = self.peers.get_mut(&peer) else { return };
        if other.claims().epoch == peer.incoming.channel.epoch() {
            peer.alert = Some(Alert::Forked);
            peer.incoming.channel = peer.incoming.channel.clone().forked();
        }
    }

    fn hear_fact(
        &mut self,
        number: Number,
        fact: &FactEntry,
        safe: &Safe,
    ) -> Result<(), VaultError> {
        self.units.extend(unit_of(&fact.content.wrapped));
        let Some(act) = &fact.act else { return Ok(()) };
        for (index, outgoing) in act.outgoing().iter().enumerate() {
            let index = u16::try_from(index).unwrap_or(u16::MAX);
            let waiting = Waiting { fact: number, index };
            self.stirred.insert(outgoing.to());
            if let Some(peer) = self.peers.get_mut(&outgoing.to()) {
                peer.waiting.insert(waiting);
                if outgoing.opens_epoch() {
                    peer.opens = Some(waiting);
                    peer.alert = peer.alert.filter(|alert| *alert != Alert::CopyAlive);
                }
            }
        }
        match act {
            Act::Said(said) => self.hear_said(number, fact, said),
            Act::Kept { referral } => {
                let case = self.cases.get_mut(referral).map(Arc::make_mut);
                if let (Some(case), Some(unit)) = (case, unit_of(&fact.content.wrapped)) {
                    case.told_of_her.push(ToldOfHer { unit, number, answer: false });
                    case.records.push(number);
                }
            }
            Act::Link(link) => self.hear_link(number, link),
            Act::Account(account) => {
                match account {
                    AccountAct::Added { unit, .. } => {
                        self.units.insert(*unit);
                    }
                    AccountAct::Disabled { account, heir: Some(heir), .. } => {
                        self.hand_over(*account, *heir);
                    }
                    AccountAct::MailSet { account, .. } => self.forget_refusals(*account),
                    _ => {}
                }
                let content = safe.fact_content(fact)?;
                self.accounts.hear(account, content.and_then(|content| content.read()));
            }
            Act::Token(token) => self.accounts.hear_token(token),
            Act::Card(card) => self.card = Some((**card).clone()),
            Act::Places { places, .. } => {
                let named = places.iter().map(|place| (place.id.clone(), place.clone()));
                self.places.extend(named);
            }
            Act::Keyed { event, wrapped } => {
                self.units.extend(unit_of(wrapped));
                for peer in self.peers.values_mut() {
                    // Its body is there still.
                    if peer.without_key.iter().any(|head| head.id == *event) {
                        self.keyed.insert(*event, wrapped.clone());
                    }
                    peer.without_key.retain(|head| head.id != *event);
                }
            }
            Act::Heard { event, from, word } => {
                let (from, unit) = (*from, self.keyed.get(event).and_then(|it| unit_of(it)));
                if let (Some(at), Some(quarter)) = (self.events.get(event).copied(), fact.quarter) {
                    let body = unit.is_some();
                    let place = Place { from, number: at, event: *event, quarter, body };
                    self.hear_word(&place, word, unit);
                }
            }
            Act::Faded { referrals } => self.fade(&referrals.iter().copied().collect()),
            Act::Draft { draft, by, at, about, done } => {
                self.units.insert(*draft);
                if *done {
                    self.drafts.remove(draft);
                } else {
                    self.drafts
                        .insert(*draft, Draft { by: *by, number, edited: *at, about: *about });
                }
            }
            Act::Noted { referral, by, at, once } => {
                self.once.insert(*once, *referral);
                let case = self.cases.get_mut(referral).map(Arc::make_mut);
                if let (Some(case), Some(unit)) = (case, unit_of(&fact.content.wrapped)) {
                    case.notes.push(NotePlace { unit, number, by: *by, at: *at });
                    case.records.push(number);
                }
            }
            Act::Handed { referral, to, by, at } => {
                if let Some(case) = self.cases.get_mut(referral).map(Arc::make_mut) {
                    (case.followed_by, case.handed) = (Some(*to), (to != by).then_some(*at));
                }
            }
            Act::Reminded { referral, what, since, to, .. } => {
                if let Some(case) = self.cases.get_mut(referral).map(Arc::make_mut) {
                    let (what, since, to) = (*what, *since, to.clone());
                    case.reminders.push(Reminded { what, since, to });
                    case.records.push(number);
                }
            }
            Act::Stuck { referral, round, conference, settled, .. } => {
                let told = ToldStuck { round: *round, conference: *conference, settled: *settled };
                self.stuck.insert(*referral, told);
            }
            Act::Mailed { to, notice, refused, .. } => {
                self.accounts.hear_mailed(*to, *notice, *refused);
                let about = notice.referral().and_then(|id| self.cases.get_mut(&id));
                let mailed = Mailed { to: *to, notice: *notice, refused: *refused };
                if let Some(case) = about {
                    Arc::make_mut(case).mailed.push(mailed);
                }
            }
            Act::Opened { referral, by, at, why, found } => {
                let read = self.cases.get_mut(referral).filter(|_| why.is_none() && !found);
                if let Some(case) = read.map(Arc::make_mut) {
                    case.news = None;
                    case.handed = case.handed.filter(|_| case.followed_by != Some(*by));
                }
                let opened = Opened { at: *at, by: *by, why: *why, found: *found };
                self.openings.entry(*referral).or_default().push(opened);
            }
            Act::AccessAsked { referral, by, why, at } => {
                let (referral, by, why, asked) = (*referral, *by, *why, *at);
                let access = Access { referral, by, why, asked, granted: None, ended: None };
                self.accesses.push(access);
            }
            Act::AccessGranted { referral, to, asked, by, at } => {
                let meant = self.accesses.iter_mut().find(|it| it.is(*referral, *to, *asked));
                meant.map(|access| access.granted.get_or_insert((*by, *at)));
            }
            Act::AccessEnded { referral, to, asked, at, .. } => {
                let meant = self.accesses.iter_mut().find(|it| it.is(*referral, *to, *asked));
                meant.map(|access| access.ended.get_or_insert(*at));
            }
            Act::Need { need, at, event, .. } => self.hear_need(*need, *at, event),
            Act::Told { outgoing } => {
                let refused = outgoing.iter().filter_map(RefusedEvent::by_us);
                self.refused.extend(refused);
                self.handed_on.extend(unit_of(&fact.content.wrapped).map(|unit| (unit, number)));
            }
            Act::Restored { .. } | Act::KeyMade { .. } => {}
        }
        Ok(())
    }

    /// Returns the events of a referral whose body is there and has arrived: what we sent and the other
    /// side does not hold yet is to be sent whole.
    pub(super) fn bodies_over(&self, case: &Case) -> BTreeSet<Number> {
        let Some(peer) = self.peers.get(&case.peer) else { return BTreeSet::new() };
        let over = |it: &&Exchanged| it.body && has_arrived(peer, it);
        case.exchanged.iter().filter(over).map(|it| it.number).collect()
    }

    /// Returns the events of a referral whose header nothing needs any more: the other side holds what
    /// we sent, and no channel ends there.
    pub(super) fn envelopes_over(&self, case: &Case) -> BTreeSet<Number> {
        let Some(peer) = self.peers.get(&case.peer) else { return BTreeSet::new() };
        let ends = [&peer.outgoing, &peer.incoming].map(|it| number_of(it, it.channel.head()));
        let over =
            |it: &&Exchanged| !it.body && has_arrived(peer, it) && !ends.contains(&Some(it.number));
        case.exchanged.iter().filter(over).map(|it| it.number).collect()
    }

    /// Takes note that headers were destroyed.
    pub(super) fn drop_envelopes(&mut self, referral: ReferralId, bare: &BTreeSet<Number>) {
        if let Some(case) = self.cases.get_mut(&referral).map(Arc::make_mut) {
            case.exchanged.retain(|it| !bare.contains(&it.number));
        }
        self.bare.extend(bare);
    }

    /// Forgets referrals as if they had never been: what a start finds once their keys are gone.
    fn fade(&mut self, gone: &BTreeSet<ReferralId>) {
        let first = |own: &OwnNeed| own.attempts.first().is_some_and(|first| gone.contains(first));
        self.needs.retain(|_, own| !first(own));
        self.needs.values_mut().for_each(|own| own.attempts.retain(|id| !gone.contains(id)));
        self.cases.retain(|id, _| !gone.contains(id));
        self.pathways.retain(|(_, id)| !gone.contains(id));
        self.stuck.retain(|id, _| !gone.contains(id));
        self.codes.retain(|_, (id, _)| !gone.contains(id));
        self.unhashed.retain(|(id, _)| !gone.contains(id));
        self.once.retain(|_, id| !gone.contains(id));
        let told: BTreeSet<_> = self
            .telling
            .iter()
            .filter(|(_, id)| gone.contains(id))
            .map(|(what, _)| *what)
            .collect();
        self.telling.retain(|what, _| !told.contains(what));
        for peer in self.peers.values_mut() {
            peer.waiting.retain(|what| !told.contains(what));
        }
    }

    /// Lets a word of ours wait for a place once more.
    pub(super) fn wait_again(&mut self, peer: NodeId, referral: ReferralId, what: Waiting) {
        if let Some(peer) = self.peers.get_mut(&peer) {
            peer.waiting.insert(what);
            self.telling.insert(what, referral);
        }
    }

    /// Gives what somebody followed to somebody else.
    fn hand_over(&mut self, from: ProfessionalId, to: ProfessionalId) {
        for case in self.cases.values_mut().filter(|case| case.followed_by == Some(from)) {
            Arc::make_mut(case).followed_by = Some(to);
        }
    }

    /// Forgets which mails were refused: they may be written to another address.
    fn forget_refusals(&mut self, to: ProfessionalId) {
        let refused = |mailed: &Mailed| mailed.to == to && mailed.refused;
        for case in self.cases.values_mut().filter(|case| case.mailed.iter().any(refused)) {
            Arc::make_mut(case).mailed.retain(|mailed| !refused(mailed));
        }
    }

    fn hear_said(&mut self, number: Number, fact: &FactEntry, said: &Said) {
        self.units.insert(said.unit);
        let (unit, Some(began)) = (unit_of(&fact.content.wrapped), fact.quarter) else { return };
        let new = || Arc::new(Case::new(said.referral, said.side, said.peer, began, said.unit));
        let case = Arc::make_mut(self.cases.entry(said.referral).or_insert_with(new));
        for word in &said.words {
            case.hear(word, side_of(said.side));
            let told = ToldOfHer::is_in(word, side_of(said.side));
            case.disclosed = told.filter(|answer| !answer).map(|_| number).or(case.disclosed);
            let answer = told.unwrap_or_default();
            let alone = unit.filter(|unit| answer && *unit != said.unit);
            case.told_of_her.extend(alone.map(|unit| ToldOfHer { unit, number, answer }));
        }
        let again = |word: &Skeleton| match &word.saying {
            Saying::Consent(grant) => grant.renews.is_some(),
            _ => false,
        };
        if said.words.iter().any(again) {
            case.renewed = Some(number);
        }
        if said.who.is_some() {
            (case.spoke, case.followed_by) = (said.who, said.who);
            (case.news, case.handed) = (None, None);
        }
        case.records.push(number);
        self.pathways.extend(case.chain.map(|(_, pathway)| (pathway, case.id)));
        let entries = 0..u16::try_from(said.outgoing.len()).unwrap_or(u16::MAX);
        for what in entries.map(|index| Waiting { fact: number, index }) {
            case.told.push(Told::new(what));
            self.telling.insert(what, said.referral);
        }
        if let Some((need, _)) = case.chain.filter(|_| said.side == Author::Sender) {
            self.hear_attempt(need, said);
        }
        let agreed = said.words.iter().find_map(|word| match &word.saying {
            Saying::Consent(grant) => Some((said.referral, grant.id)),
            _ => None,
        });
        match (said.lookup, agreed) {
            (Some(lookup), Some(agreed)) => drop(self.codes.insert(lookup, agreed)),
            (None, Some(agreed)) => drop(self.unhashed.insert(agreed)),
            (_, None) => {}
        }
        if let Some(once) = said.once {
            self.once.insert(once, said.referral);
        }
    }

    /// Hears that a need caused a referral, and that it was opened if it is the first.
    fn hear_attempt(&mut self, need: NeedId, said: &Said) {
        if let (Some(facts), Some(word)) = (&said.opens, said.words.first()) {
            self.hear_need(need, word.at, &NeedEvent::Opened(facts.clone()));
        }
        if let Some(own) =
            self.needs.get_mut(&need).filter(|own| !own.attempts.contains(&said.referral))
        {
            own.attempts.push(said.referral);
        }
    }

    fn hear_link(&mut self, number: Number, link: &LinkAct) {
        match link {
            LinkAct::Invited { invitation, expires } => {
                self.invitations.insert(*invitation, (*expires, 0));
            }
            LinkAct::Burned { invitation } => {
                self.invitations.remove(invitation);
            }
            LinkAct::Asked { peer, role, url, code, invitation } => {
                if let Some(invitation) = invitation {
                    self.invitations.remove(invitation);
                }
                let state = LinkState::Pending { role: *role, code: code.clone() };
                self.ask(*peer, url.clone(), state);
            }
            LinkAct::Approved { peer, outgoing, .. } => {
                self.stirred.insert(*peer);
                let Some(peer) = self.peers.get_mut(peer) else { return };
                peer.state = LinkState::Active;
                let indexes = 0..u16::try_from(outgoing.len()).unwrap_or(u16::MAX);
                peer.waiting.extend(indexes.map(|index| Waiting { fact: number, index }));
            }
            LinkAct::Suspended { peer } => self.set_link(*peer, LinkState::Suspended),
            LinkAct::Resumed { peer } => self.set_link(*peer, LinkState::Active),
            LinkAct::CoordinationSet { peer, coordinates } => {
                if let Some(peer) = self.peers.get_mut(peer) {
                    peer.coordinates = *coordinates;
                }
            }
            LinkAct::EpochAllowed { peer } => {
                self.stirred.insert(*peer);
                if let Some(peer) = self.peers.get_mut(peer) {
                    peer.incoming.channel = peer.incoming.channel.clone().allowed();
                    peer.alert = None;
                }
            }
        }
    }

    /// Starts a link, or starts it again: what was exchanged before stays.
    fn ask(&mut self, peer: NodeId, url: String, state: LinkState) {
        if let Some(known) = self.peers.get_mut(&peer) {
            known.state = state;
            known.url = url;
            return;
        }
        let (Some((us, _)), Some((identity, _))) = (&self.us, self.identities.get(&peer)) else {
            return;
        };
        self.peers.insert(peer, Peer::new(us.node(), identity.clone(), url, state));
    }

    fn set_link(&mut self, peer: NodeId, state: LinkState) {
        self.stirred.insert(peer);
        if let Some(peer) = self.peers.get_mut(&peer) {
            peer.state = state;
        }
    }

    /// Returns the names of the events that are kept of a node's identity log.
    pub(super) fn identity_events(&self, node: NodeId) -> BTreeSet<IdentityId> {
        let log = self.identities.get(&node).into_iter().flat_map(|(_, log)| log);
        log.map(SignedIdentity::id).collect()
    }

    fn hear_identity(&mut self, peer: NodeId, event: &SignedIdentity) {
        let before = self.identities.remove(&peer);
        let known = before.clone();
        if let Some(after) = extended(before, event).or(known) {
            self.identities.insert(peer, after);
        }
        if let Some(peer) = self.peers.get_mut(&peer) {
            peer.learn(event);
        }
    }

    fn hear_sent(&mut self, number: Number, entry: &EventEntry<SentSkeleton>) {
        self.units.extend(unit_of(&entry.wrapped));
        let Some((head, event)) = entry.recall() else { return };
        self.events.insert(head.id, number);
        let Recipient::Node(peer) = entry.peer else { return };
        self.stirred.insert(peer);
        let Some(peer) = self.peers.get_mut(&peer) else { return };
        let control = event.as_ref().and_then(|event| control_of(event, &entry.body));
        let is_about_the_channel =
            matches!(control, Some(Control::EpochOpen { .. } | Control::KeyNotice { .. }));
        if let Some(Control::EpochOpen { last, .. }) = &control {
            peer.outgoing.leave_after(*last);
            peer.opens = None;
            for Unheld { what, referral, .. } in std::mem::take(&mut peer.unheld) {
                peer.waiting.insert(what);
                let Some(referral) = referral else { continue };
                self.telling.insert(what, referral);
                let case = self.cases.get_mut(&referral).map(Arc::make_mut).into_iter();
                let told = case.flat_map(|case| &mut case.told).filter(|told| told.what == what);
                told.for_each(|told| told.place = None);
            }
        }
        // A consent is evidence.
        let shared = event.as_ref().is_some_and(|it| it.header().kind == EventKind::Referral);
        peer.outgoing.recall(head, event, control, number);
        let Some(SentSkeleton { of: (fact, index) }) = entry.skeleton else { return };
        let what = Waiting { fact: Number(fact), index };
        peer.waiting.remove(&what);
        let referral = self.telling.remove(&what);
        // What is about the channel itself is said anew when it starts again, if it still holds.
        if !is_about_the_channel {
            peer.unheld.push_back(Unheld { event: number, what, referral });
        }
        let case = referral.and_then(|id| self.cases.get_mut(&id)).map(Arc::make_mut);
        let Some(case) = case else { return };
        case.records.push(number);
        let body = !entry.body.is_empty();
        case.exchanged.extend(shared.then_some(Exchanged { number, sent: true, body }));
        if let Some(told) = case.told.iter_mut().find(|told| told.what == what) {
            told.place = Some((head.epoch, head.seq));
            told.events.push(head.id);
        }
    }

    fn hear_received(&mut self, number: Number, entry: &EventEntry<Skeleton>) {
        self.units.extend(unit_of(&entry.wrapped));
        let Some((head, event)) = entry.recall() else { return };
        self.events.insert(head.id, number);
        let Recipient::Node(from) = entry.peer else { return };
        let Some(peer) = self.peers.get_mut(&from) else { return };
        let header = event.as_ref().map(Verified::header);
        peer.last_word = peer.last_word.max(header.map(|header| header.at));
        if header.is_some_and(|header| header.kind == EventKind::Directory) {
            peer.card = Card::read(&entry.body).ok().or(peer.card.take());
        }
        let sealed = header.is_some_and(|header| header.commitment.is_some());
        let body = !entry.body.is_empty();
        if sealed && entry.wrapped.is_empty() && body {
            peer.without_key.push(head);
        }
        let control = event.as_ref().and_then(|event| control_of(event, &entry.body));
        self.stuck_there.hear(from, control.as_ref());
        let refused = RefusedEvent::by_peer(from, control.as_ref());
        // Of what we sent, once: a peer cannot fill this.
        let new =
            |it: &RefusedEvent| self.events.contains_key(&it.event()) && !self.refused.contains(it);
        self.refused.extend(refused.filter(new));
        if event.is_none() {
            self.bare.insert(number);
        }
        peer.incoming.recall(head, event, control, number);
        if let (Some(skeleton), Some(quarter)) = (&entry.skeleton, entry.quarter) {
            let place = Place { from, number, event: head.id, quarter, body };
            self.hear_word(&place, skeleton, unit_of(&entry.wrapped));
        }
    }

    /// Hears a word of a peer. Its consent, which comes first, is kept as evidence and names no
    /// unit: the unit is that of the first word about the referral.
    fn hear_word(&mut self, place: &Place, skeleton: &Skeleton, unit: Option<UnitId>) {
        let Place { from, number, event, quarter, body } = *place;
        let Some(referral) = skeleton.thread.referral else { return };
        let new = || Arc::new(Case::new(referral, Author::Receiver, from, quarter, NOWHERE));
        let case = Arc::make_mut(self.cases.entry(referral).or_insert_with(new));
        // A referral between two nodes is nobody else's business.
        if case.peer != from {
            return;
        }
        match (ToldOfHer::is_in(skeleton, side_of(case.other_side())), unit) {
            (Some(answer), Some(unit)) => {
                case.told_of_her.push(ToldOfHer { unit, number, answer });
            }
            (None, Some(unit)) => case.keep_heard_under(unit),
            (_, None) => {}
        }
        case.records.push(number);
        case.heard.push(event);
        // A consent is evidence.
        if !matches!(skeleton.saying, Saying::Consent(_)) && !self.bare.contains(&number) {
            case.exchanged.push(Exchanged { number, sent: false, body });
        }
        case.hear(skeleton, side_of(case.other_side()));
        self.pathways.extend(case.chain.map(|(_, pathway)| (pathway, referral)));
    }

    fn hear_receipt(&mut self, entry: &ReceiptEntry) {
        let Ok(receipt) = DeliveryReceipt::recall(&entry.receipt) else { return };
        let (Some(head), Some(peer)) = (receipt.head, self.peers.get_mut(&entry.peer)) else {
            return;
        };
        if entry.issued {
            peer.issued = Some(head);
        } else {
            peer.last_word = peer.last_word.max(Some(receipt.at));
            peer.acknowledged(head);
        }
    }
}

fn number_of(stream: &Stream, head: Option<Head>) -> Option<Number> {
    head.and_then(|head| stream.number(head.epoch, head.seq))
}

/// Tells whether both sides hold an event.
fn has_arrived(peer: &Peer, event: &Exchanged) -> bool {
    !event.sent || number_of(&peer.outgoing, peer.acked).is_some_and(|held| event.number <= held)
}

fn extended(
    before: Option<(Identity, Vec<SignedIdentity>)>,
    event: &SignedIdentity,
) -> Option<(Identity, Vec<SignedIdentity>)> {
    let (identity, mut log) = match before {
        None => (Identity::begin(event).ok()?, Vec::new()),
        Some((identity, log)) => (identity.append(event).ok()?, log),
    };
    log.push(event.clone());
    Some((identity, log))
}

/// Returns what the clear body of an event says about its channel.
pub(super) fn control_of(event: &Verified, body: &[u8]) -> Option<Control> {
    let about = event.header().kind == EventKind::Control;
    about.then(|| Control::read(body).unwrap_or(Control::Unknown))
}
