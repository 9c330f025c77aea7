//! Erasing: destroy the key, then what it sealed, then say so. Never behind anything else.
//!
//! ```text
//!  order written ─▶ keys destroyed ─▶ records stripped ─▶ attestation written ─▶ sent
//!        │                                                      │
//!        └── at every start, what is not finished is carried on ┘ before the port opens
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use maillage_protocol::control::Control;
use maillage_protocol::erasure::{
    ErasureAttestation, ErasureCause, ErasureOrder, ErasureScope, LocalShred,
};
use maillage_protocol::event::EventKind;
use maillage_protocol::id::{EventId, NodeId, ReferralId, UnitId};
use maillage_protocol::label::Label;
use maillage_protocol::limits;
use maillage_protocol::referral::Author;
use maillage_protocol::signed::Signed;
use maillage_protocol::time::{DAY, Timestamp};

use super::cases::{Case, ToldOfHer};
use super::inbox::NOWHERE;
use super::links::control_entry;
use super::peers::{Peer, Unheld};
use super::turns::Subject;
use super::{App, AppError, DraftError};
use crate::backup::ErasureList;
use crate::facts::{self, Act, Entry, ErasureEntry, FactContent, erasure_record};
use crate::journal::{Number, Record};
use crate::vault::VaultKey;

/// How long the vault's backups are kept: after that, nothing opens what was erased.
const VAULT_BACKUPS: std::time::Duration = DAY.saturating_mul(30);
/// How long a peer has to attest.
const ATTESTED_WITHIN: std::time::Duration = DAY.saturating_mul(3);

/// Orders to erase, given and received, and what became of them.
#[derive(Debug, Default)]
pub(super) struct Erasures {
    /// Orders that we gave, by the hash of their bytes.
    pub(super) given: BTreeMap<[u8; 32], (NodeId, Signed, Option<Attested>)>,
    /// Orders that we received: from whom, and our attestation once it was carried out.
    pub(super) received: BTreeMap<[u8; 32], (NodeId, Signed, Option<Signed>)>,
    /// Units whose key we decided to destroy, and when.
    pub(super) shredded: BTreeMap<UnitId, Timestamp>,
    /// Events of peers whose content we decided to destroy.
    pub(super) forgotten: BTreeSet<EventId>,
}

/// When a peer erased, and when its last backup of it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attested {
    pub(super) at: Timestamp,
    pub(super) backups_gone: Timestamp,
}

/// An order that a peer has not attested yet.
#[derive(Clone, Debug)]
pub struct PendingErasure {
    /// Who was ordered.
    pub peer: NodeId,
    /// The order.
    pub order: Signed,
}

/// How far an erasure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasureState {
    /// Nothing had to be erased elsewhere.
    Local,
    /// Some peer has not attested.
    Awaited,
    /// Some peer has not attested in time: it was asked then.
    Late(Timestamp),
    /// Every peer attested.
    Attested {
        /// When the last one did.
        at: Timestamp,
        /// When the last backup goes there that may hold what was erased.
        backups_gone: Timestamp,
    },
}

impl Erasures {
    /// Returns the events that peers were ordered to erase, and did not attest.
    pub(super) fn awaited(&self) -> BTreeSet<EventId> {
        let awaited = self.given.values().filter(|(_, _, attested)| attested.is_none());
        let orders = awaited.filter_map(|(_, order, _)| ErasureOrder::recall(&order.bytes).ok());
        orders.flat_map(|order| order.ids).collect()
    }

    /// Tells whether we decided to destroy the key of a unit.
    pub(super) fn is_shredded(&self, unit: UnitId) -> bool {
        self.shredded.contains_key(&unit)
    }

    /// Takes note of an object of erasure. What it says was checked before it was written.
    pub(super) fn hear(&mut self, entry: &ErasureEntry) {
        let bytes = &entry.object.bytes;
        let Some(peer) = entry.peer else {
            if let Ok(shred) = LocalShred::read(bytes) {
                if shred.unit != NOWHERE {
                    self.shredded.entry(shred.unit).or_insert(shred.at);
                }
                self.forgotten.extend(shred.ids);
            }
            return;
        };
        let hash = entry.object.hash(Label::Erasure);
        if let Ok(order) = ErasureOrder::recall(bytes) {
            let object = entry.object.clone();
            if order.from == peer {
                self.received.entry(hash).or_insert((peer, object, None));
            } else {
                self.given.entry(hash).or_insert((peer, object, None));
            }
        } else if let Ok(attestation) = ErasureAttestation::recall(bytes) {
            if let Some((_, _, attested)) = self.given.get_mut(&attestation.order) {
                let ErasureAttestation { erased_at: at, backups_gone, .. } = attestation;
                *attested = Some(Attested { at, backups_gone });
            }
            if let Some((_, _, answer)) = self.received.get_mut(&attestation.order) {
                *answer = Some(entry.object.clone());
            }
        }
    }
}

impl App {
    /// Destroys what identifies in a referral, here and at the other side.
    pub(super) fn erase_referral(
        &self,
        referral: ReferralId,
        cause: ErasureCause,
    ) -> Result<(), AppError> {
        self.turns.take(Subject::Erasure, || {
            let Some(case) = self.case(referral) else { return Ok(()) };
            let (peer, mut records) = (case.peer, self.shreds(&case, cause));
            let sent = case.told.iter().flat_map(|told| told.events.iter().copied());
            let sent: Vec<_> = sent.collect();
            let mut told = Vec::new();
            for ids in sent.chunks(limits::ERASURE_IDS) {
                let order = self.order(peer, ids.to_vec(), cause).sign(&self.sig());
                told.push(control_entry(peer, &Control::Erase(order.clone())));
                records.push(erasure_record(&ErasureEntry { peer: Some(peer), object: order }));
            }
            if !told.is_empty() {
                records.push(self.fact(
                    None,
                    &Act::Told { outgoing: told },
                    &FactContent::default(),
                )?);
            }
            self.append(&records)?;
            self.destroy(&[referral])
        })
    }

    /// Destroys what identifies in a referral, here only: the other side has rules of its own.
    pub(super) fn shred_referral(
        &self,
        referral: ReferralId,
        cause: ErasureCause,
    ) -> Result<(), AppError> {
        self.turns.take(Subject::Erasure, || {
            let Some(case) = self.case(referral) else { return Ok(()) };
            self.append(&self.shreds(&case, cause))?;
            self.destroy(&[referral])
        })
    }

    /// Makes the records that every unit of a referral is destroyed. Once what we heard is gone, only
    /// its names tell what it was about.
    fn shreds(&self, case: &Case, cause: ErasureCause) -> Vec<Record> {
        let heard = case.heard.iter().take(limits::ERASURE_IDS).copied().collect();
        let alone = case.units().skip(1).map(|unit| self.shred(unit, cause, Vec::new()));
        [self.shred(case.unit, cause, heard)].into_iter().chain(alone).collect()
    }

    pub(super) fn shred(&self, unit: UnitId, cause: ErasureCause, ids: Vec<EventId>) -> Record {
        let shred = LocalShred { cause, ids, unit, at: self.now() };
        let object = Signed { bytes: shred.to_bytes(), signature: [0; 64] };
        erasure_record(&ErasureEntry { peer: None, object })
    }

    fn order(&self, to: NodeId, ids: Vec<EventId>, cause: ErasureCause) -> ErasureOrder {
        let at = self.now();
        ErasureOrder {
            cause,
            due: at.after(ATTESTED_WITHIN),
            from: self.node,
            to,
            ids,
            scope: ErasureScope::Referral,
            kid: self.sig().kid(),
            at,
        }
    }

    /// Carries out an order of a peer, and attests it. The same order again gives the same
    /// attestation.
    pub fn obey_order(&self, peer: NodeId, signed: &Signed) -> Result<Option<Signed>, AppError> {
        let author = |kid| self.peer_signing_key(peer, kid);
        let Ok(order) = ErasureOrder::verify(signed, author) else { return Ok(None) };
        if order.from != peer || order.to != self.node {
            return Ok(None);
        }
        self.turns.take(Subject::Erasure, || {
            let hash = signed.hash(Label::Erasure);
            if let Some((_, _, Some(done))) = self.state().erasures.received.get(&hash) {
                return Ok(Some(done.clone()));
            }
            let entry = ErasureEntry { peer: Some(peer), object: signed.clone() };
            self.append(&[erasure_record(&entry)])?;
            self.carry_out(peer, &order, hash).map(Some)
        })
    }

    fn carry_out(
        &self,
        peer: NodeId,
        order: &ErasureOrder,
        hash: [u8; 32],
    ) -> Result<Signed, AppError> {
        let (erased, known, absent) = self.reached_by(peer, order);
        self.destroy(&erased)?;
        self.give_up(peer, &order.ids)?;
        let at = self.now();
        let attestation = ErasureAttestation {
            absent,
            erased_at: at,
            backups_gone: at.after(VAULT_BACKUPS),
            told: 0,
            confirmed: 0,
            from: self.node,
            to: peer,
            ids: known,
            kept: Vec::new(),
            kid: self.sig().kid(),
            order: hash,
            at,
        };
        let signed = attestation.sign(&self.sig());
        let entry = ErasureEntry { peer: Some(peer), object: signed.clone() };
        self.append(&[erasure_record(&entry)])?;
        Ok(signed)
    }

    /// Returns the referrals that an order reaches, which of its events are known, and which are not.
    ///
    /// A referral is one unit: an order about some of its events erases all of it.
    fn reached_by(
        &self,
        peer: NodeId,
        order: &ErasureOrder,
    ) -> (Vec<ReferralId>, Vec<EventId>, Vec<EventId>) {
        let state = self.state();
        let theirs: BTreeMap<EventId, ReferralId> = state
            .cases
            .values()
            .filter(|case| case.peer == peer)
            .flat_map(|case| case.heard.iter().map(|id| (*id, case.id)))
            .collect();
        let closed = state.peers.get(&peer).into_iter().flat_map(|peer| &peer.without_key);
        let closed: BTreeSet<_> = closed.map(|head| head.id).collect();
        let is_held = |id: &EventId| theirs.contains_key(id) || closed.contains(id);
        let (known, absent) = order.ids.iter().copied().partition(is_held);
        let erased: BTreeSet<_> =
            order.ids.iter().filter_map(|id| theirs.get(id).copied()).collect();
        (erased.into_iter().collect(), known, absent)
    }

    /// Gives up the keys of events past the date of their header, if their sender was there today and
    /// did not give them: it has destroyed them.
    pub(super) fn give_up_expired(&self, now: Timestamp) -> Result<(), AppError> {
        let there: Vec<_> = {
            let state = self.state();
            let there = state
                .peers
                .iter()
                .filter(|(_, peer)| peer.last_contact.is_some_and(|at| now.since(at) < DAY));
            there.map(|(id, _)| *id).collect()
        };
        for peer in there {
            let mut over = Vec::new();
            for (id, number) in self.closed(peer) {
                let Some(Entry::Received(entry)) = self.read(number)? else { continue };
                let header = entry.recall().and_then(|(_, event)| event);
                let until = header.and_then(|event| event.header().expires);
                over.extend(until.filter(|until| *until <= now).map(|_| id));
            }
            self.give_up(peer, &over)?;
        }
        Ok(())
    }

    /// Gives up the keys of events that were kept closed: what follows them need not wait.
    fn give_up(&self, peer: NodeId, ids: &[EventId]) -> Result<(), AppError> {
        let closed = self.closed(peer);
        for (event, number) in closed.into_iter().filter(|(event, _)| ids.contains(event)) {
            // A consent says what was agreed, and by nobody's name: it stays as evidence.
            let is_consent = match self.read(number)? {
                Some(Entry::Received(entry)) => entry
                    .recall()
                    .and_then(|(_, event)| event)
                    .is_some_and(|event| event.header().kind == EventKind::Consent),
                _ => false,
            };
            if !is_consent {
                self.strip(&[number])?;
            }
            let act = Act::Keyed { event, wrapped: Vec::new() };
            self.record(None, &act, &FactContent::default())?;
        }
        Ok(())
    }

    /// Destroys the keys of referrals, takes what they sealed out of the journal, and out of memory.
    fn destroy(&self, erased: &[ReferralId]) -> Result<(), AppError> {
        let (units, numbers): (BTreeSet<_>, Vec<_>) = {
            let state = self.state();
            let cases: Vec<_> = erased.iter().filter_map(|id| state.cases.get(id)).collect();
            let units = cases.iter().flat_map(|case| case.units()).filter(|unit| *unit != NOWHERE);
            (units.collect(), cases.iter().flat_map(|case| case.records.iter().copied()).collect())
        };
        self.destroy_units(&units)?;
        self.list_erased(&erased.iter().map(|id| id.to_bytes()).collect::<Vec<_>>())?;
        self.strip(&numbers)?;
        let mut state = self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        for erased in erased {
            if let Some(case) = state.cases.get_mut(erased) {
                let case = Arc::make_mut(case);
                case.erased = true;
                case.told_of_her.retain(|told| !units.contains(&told.unit));
                case.exchanged.iter_mut().for_each(|it| it.body = false);
                case.notes.clear();
            }
        }
        drop(state);
        self.tell_again(erased)?;
        self.drop_drafts_about(erased)
    }

    /// Tells again what was signed, did not arrive, and has lost its body here: its code and its date,
    /// as what has no place yet.
    fn tell_again(&self, erased: &[ReferralId]) -> Result<(), AppError> {
        let unheld: Vec<_> = {
            let state = self.state();
            let about = |unheld: &Unheld| unheld.referral.filter(|id| erased.contains(id));
            let of = |(peer, known): (&NodeId, &Peer)| {
                let told = known.unheld.iter();
                let told = told.filter_map(|it| Some((*peer, about(it)?, it.what, it.event)));
                told.collect::<Vec<_>>()
            };
            state.peers.iter().flat_map(of).collect()
        };
        let (mut whole, mut bare) = (BTreeSet::new(), Vec::new());
        for (peer, referral, what, number) in unheld {
            match self.read(number)? {
                Some(Entry::Sent(entry)) if entry.body.is_empty() => {
                    bare.push((peer, referral, what));
                }
                _ => drop(whole.insert(what)),
            }
        }
        bare.retain(|(_, _, what)| !whole.contains(what));
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        for (peer, referral, what) in &bare {
            state.wait_again(*peer, *referral, *what);
        }
        drop(state);
        self.news.tell(bare.into_iter().map(|(peer, ..)| peer).collect(), false);
        Ok(())
    }

    /// Destroys keys, and lists them where a restore will look.
    pub(super) fn destroy_units(&self, units: &BTreeSet<UnitId>) -> Result<(), AppError> {
        let names: Vec<_> = units.iter().map(|unit| VaultKey::Unit(*unit)).collect();
        self.safe.vault().destroy(&names)?;
        self.list_erased(&units.iter().map(|unit| unit.to_bytes()).collect::<Vec<_>>())
    }

    /// Throws away what somebody was writing about a person whose referral is erased.
    pub(super) fn drop_drafts_about(&self, erased: &[ReferralId]) -> Result<(), AppError> {
        let drafts: Vec<_> = {
            let state = self.state();
            let gone = |about| erased.contains(&about);
            let about = state.drafts.iter().filter(|(_, draft)| draft.about.is_some_and(gone));
            about.map(|(id, draft)| (*id, draft.by)).collect()
        };
        for (draft, by) in drafts {
            match self.drop_draft(by, draft) {
                Ok(()) | Err(DraftError::Unknown) => {}
                Err(DraftError::App(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// Lists destroyed keys and erased referrals where a restore will look: a backup of the vault, or a
    /// partner, may still hold them.
    fn list_erased(&self, names: &[[u8; 16]]) -> Result<(), AppError> {
        match self.erased.get() {
            Some((list, _)) if !names.is_empty() => {
                ErasureList::append(list, names).map_err(AppError::ErasureList)
            }
            Some(_) => Ok(()),
            None => {
                self.unlisted.lock().unwrap_or_else(PoisonError::into_inner).extend(names);
                Ok(())
            }
        }
    }

    /// Keeps the list of what was erased in a file. What a stop kept from being listed is listed, and
    /// what came back with a backup is erased again.
    pub fn list_erased_in(&self, list: PathBuf) -> Result<(), AppError> {
        let known = ErasureList::mend(&list).map_err(|error| {
            AppError::ErasureList(std::io::Error::new(std::io::ErrorKind::InvalidData, error))
        })?;
        let missing: Vec<_> = {
            let state = self.state();
            let erased = state.cases.values().filter(|case| case.erased);
            let erased = erased.flat_map(|case| [case.unit.to_bytes(), case.id.to_bytes()]);
            let shredded = state.erasures.shredded.keys().map(|unit| unit.to_bytes());
            let mut unlisted = self.unlisted.lock().unwrap_or_else(PoisonError::into_inner);
            let erased = erased.chain(shredded).chain(std::mem::take(&mut *unlisted));
            let erased: BTreeSet<_> = erased.filter(|name| *name != NOWHERE.to_bytes()).collect();
            erased.into_iter().filter(|name| !known.has(name)).collect()
        };
        if !missing.is_empty() {
            ErasureList::append(&list, &missing).map_err(AppError::ErasureList)?;
        }
        // Set once, where the folder is opened.
        self.erased.get_or_init(|| (list, known));
        let cases: Vec<_> = self.state().cases.values().cloned().collect();
        cases.iter().try_for_each(|case| self.erase_again(case).map(drop))
    }

    /// Tells whether a referral was erased before the folder was opened, as far as the list says.
    pub(super) fn is_listed(&self, id: ReferralId) -> bool {
        self.erased.get().is_some_and(|(_, known)| known.has(&id.to_bytes()))
    }

    /// Takes out of the journal what no key opens any more. Evidence, which has a key of its own,
    /// stays.
    pub(super) fn strip(&self, numbers: &[Number]) -> Result<(), AppError> {
        let mut stripped = Vec::new();
        for number in numbers {
            let records = self.journal.read(*number, 1)?;
            let Some(record) = records.first() else { continue };
            if facts::is_evidence(record) {
                continue;
            }
            stripped.extend(facts::stripped(record).map(|payload| (*number, payload)));
        }
        Ok(self.journal.strip(&stripped)?)
    }

    /// Destroys, at the structure that asked, what the other side told it, and what it told itself as
    /// it travelled. Its own words stay.
    pub(super) fn end_exchange(
        &self,
        referral: ReferralId,
        cause: ErasureCause,
    ) -> Result<(), AppError> {
        self.turns.take(Subject::Erasure, || {
            let Some(case) = self.case(referral) else { return Ok(()) };
            let unit = case.heard_under().filter(|_| case.side == Author::Sender);
            if let Some(unit) = unit.filter(|unit| !self.state().erasures.is_shredded(*unit)) {
                self.append(&[self.shred(unit, cause, Vec::new())])?;
                self.destroy_units(&BTreeSet::from([unit]))?;
            }
            let over = self.state().bodies_over(&case);
            self.strip(&over.iter().copied().collect::<Vec<_>>())?;
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            let case = state.cases.get_mut(&referral).map(Arc::make_mut);
            let exchanged = case.into_iter().flat_map(|case| &mut case.exchanged);
            exchanged.filter(|it| over.contains(&it.number)).for_each(|it| it.body = false);
            Ok(())
        })
    }

    /// Destroys the headers and signatures of what was exchanged about a referral. Its place in the
    /// channel stays, and what rules read of it.
    pub(super) fn drop_envelopes(&self, referral: ReferralId) -> Result<(), AppError> {
        self.turns.take(Subject::Erasure, || {
            let Some(case) = self.case(referral) else { return Ok(()) };
            let bare = self.state().envelopes_over(&case);
            let mut stripped = Vec::new();
            for number in &bare {
                let records = self.journal.read(*number, 1)?;
                let without = records.first().and_then(facts::without_envelope);
                stripped.extend(without.map(|payload| (*number, payload)));
            }
            self.journal.strip(&stripped)?;
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            state.drop_envelopes(referral, &bare);
            Ok(())
        })
    }

    /// Takes note of a peer's attestation.
    pub fn hold_attestation(&self, peer: NodeId, signed: &Signed) -> Result<bool, AppError> {
        let author = |kid| self.peer_signing_key(peer, kid);
        let Ok(attestation) = ErasureAttestation::verify(signed, author) else {
            return Ok(false);
        };
        let expected = {
            let state = self.state();
            let given = state.erasures.given.get(&attestation.order);
            given.is_some_and(|(to, _, attested)| *to == peer && attested.is_none())
        };
        if attestation.from != peer || attestation.to != self.node || !expected {
            return Ok(attestation.from == peer);
        }
        let entry = ErasureEntry { peer: Some(peer), object: signed.clone() };
        self.append(&[erasure_record(&entry)])?;
        Ok(true)
    }

    /// Returns the orders that a peer has not attested, oldest first.
    #[must_use]
    pub fn pending_erasures(&self, peer: NodeId) -> Vec<PendingErasure> {
        let state = self.state();
        let pending = state.erasures.given.values();
        let pending = pending.filter(|(to, _, attested)| *to == peer && attested.is_none());
        pending
            .take(limits::ERASURE_ORDERS)
            .map(|(peer, order, _)| PendingErasure { peer: *peer, order: order.clone() })
            .collect()
    }

    /// Returns how far the erasure of a referral is at the other side.
    #[must_use]
    pub fn erasure_state(&self, referral: ReferralId) -> Option<ErasureState> {
        let state = self.state();
        let case = state.cases.get(&referral).filter(|case| case.erased)?;
        let sent: BTreeSet<_> =
            case.told.iter().flat_map(|told| told.events.iter().copied()).collect();
        let given = state.erasures.given.values().filter(|(to, _, _)| *to == case.peer);
        let orders = given.filter_map(|(_, order, attested)| {
            let order = ErasureOrder::recall(&order.bytes).ok()?;
            order.ids.iter().any(|id| sent.contains(id)).then_some((order, *attested))
        });
        let (mut done, mut awaited) = (None::<Attested>, None);
        for (order, attested) in orders {
            match (attested, done) {
                (Some(one), Some(other)) => {
                    done = Some(Attested {
                        at: one.at.max(other.at),
                        backups_gone: one.backups_gone.max(other.backups_gone),
                    });
                }
                (Some(one), None) => done = Some(one),
                (None, _) => awaited = Some(order),
            }
        }
        Some(match (awaited, done) {
            (Some(order), _) if order.due <= self.now() => ErasureState::Late(order.at),
            (Some(_), _) => ErasureState::Awaited,
            (None, Some(Attested { at, backups_gone })) => {
                ErasureState::Attested { at, backups_gone }
            }
            (None, None) => ErasureState::Local,
        })
    }

    /// Carries on what was being erased when the node stopped. Called before the port opens.
    pub(super) fn finish_erasures(&self) -> Result<(), AppError> {
        let (shredded, narrowed, unanswered): (Vec<_>, Vec<_>, Vec<_>) = {
            let state = self.state();
            let Erasures { shredded, forgotten, .. } = &state.erasures;
            let is_gone = |case: &&Arc<Case>| {
                let heard = case.heard.iter().any(|id| forgotten.contains(id));
                heard || shredded.contains_key(&case.unit)
            };
            let (gone, left): (Vec<_>, Vec<_>) = state.cases.values().partition(is_gone);
            let is_taken_back = |case: &&&Arc<Case>| {
                case.told_of_her.iter().any(|told| shredded.contains_key(&told.unit))
            };
            let narrowed = left.iter().filter(is_taken_back).map(|case| Arc::clone(case)).collect();
            let shredded = gone.iter().map(|case| case.id).collect();
            let received = state.erasures.received.iter();
            let unanswered = received
                .filter(|(_, (_, _, done))| done.is_none())
                .map(|(hash, (peer, order, _))| (*hash, *peer, order.clone()))
                .collect();
            (shredded, narrowed, unanswered)
        };
        let answered: Vec<_> = {
            let state = self.state();
            let received = state.erasures.received.values();
            let orders =
                received.filter(|(_, _, done)| done.is_some()).filter_map(|(peer, order, _)| {
                    Some((*peer, ErasureOrder::recall(&order.bytes).ok()?))
                });
            orders.collect()
        };
        let held: BTreeSet<_> = {
            let names = self.safe.vault().names()?.into_iter();
            let state = self.state();
            let units = names.filter_map(|name| match name {
                VaultKey::Unit(unit) => Some(unit),
                _ => None,
            });
            units.filter(|unit| state.erasures.is_shredded(*unit)).collect()
        };
        self.destroy_units(&held)?;
        self.destroy(&shredded)?;
        for case in narrowed {
            let gone = |told: &&ToldOfHer| self.state().erasures.is_shredded(told.unit);
            let gone: Vec<_> = case.told_of_her.iter().filter(gone).copied().collect();
            self.take_out(&case, &gone)?;
        }
        let unfinished: Vec<_> = {
            let state = self.state();
            let notes = state.cases.values().flat_map(|case| &case.notes);
            notes.filter(|note| state.erasures.is_shredded(note.unit)).copied().collect()
        };
        self.take_notes_out(&unfinished)?;
        for (peer, order) in answered {
            let (erased, _, _) = self.reached_by(peer, &order);
            self.destroy(&erased)?;
        }
        for (hash, peer, order) in unanswered {
            if let Ok(order) = ErasureOrder::recall(&order.bytes) {
                self.carry_out(peer, &order, hash)?;
            }
        }
        Ok(())
    }
}
