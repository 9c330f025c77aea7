//! What a node that was restored takes back: its own words, from those whom it told.
//!
//! A peer keeps our events, and the keys of their bodies as long as it may read them. It gives both
//! back, sealed for us alone; each word is then said again here, as it was said before the backup was
//! forgotten.
//!
//! ```text
//!   peer                       here
//!   received: header, body ──▶ ours by its signature, in its place ──▶ sent
//!   key ──▶ keybox for us  ──▶ opened ──▶ the word that waits, or a new one ──▶ said
//! ```
//!
//! What was erased here since the backup is erased again before anybody reads it.

use maillage_protocol::body::{Content, Payload, Saying};
use maillage_protocol::channel::Channel;
use maillage_protocol::control::Control;
use maillage_protocol::erasure::ErasureCause;
use maillage_protocol::event::{EventKind, RawHeader, Recipient, Verified, WireBody, WireEvent};
use maillage_protocol::id::{Epoch, NodeId, PayloadId, ReferralId, Seq, UnitId};
use maillage_protocol::keys::KeyUse;
use maillage_protocol::leaf::LeafKind;
use maillage_protocol::referral::{Author, Event};
use maillage_protocol::seal::Keybox;
use maillage_protocol::transport::PullAnswer;
use zeroize::Zeroizing;

use super::cases::{Case, ToldOfHer};
use super::inbox::NOWHERE;
use super::outgoing::next_place;
use super::peers::Waiting;
use super::person::PersonCard;
use super::refer::opened_by;
use super::saying::side_of;
use super::turns::Subject;
use super::{App, AppError};
use crate::env::random;
use crate::facts::{
    Act, Entry, Envelope, EventEntry, FactContent, FactEntry, Outgoing, Said, SentSkeleton,
};
use crate::vault::{Quarter, VaultKey};

impl App {
    /// Returns a peer's own events, as we stored them, and the keys of those that we may still read:
    /// what helps it after a restore.
    pub fn theirs(
        &self,
        peer: NodeId,
        (epoch, after): (Epoch, Seq),
        limit: usize,
    ) -> Result<PullAnswer, AppError> {
        let (numbers, head) = {
            let state = self.state();
            let Some(known) = state.peers.get(&peer) else {
                return Ok(PullAnswer { events: Vec::new(), head: None, more: false });
            };
            let numbers = known.incoming.after(epoch, after, limit.saturating_add(1));
            (numbers, known.incoming.channel.head())
        };
        let more = numbers.len() > limit;
        let mut events = Vec::new();
        for number in numbers.into_iter().take(limit) {
            if let Some(Entry::Received(entry)) = self.read(number)? {
                let keybox = self.keybox_for_author(peer, &entry)?;
                let body = (!entry.body.is_empty()).then(|| WireBody(entry.body.clone()));
                let Some(header) = entry.signed() else { break };
                events.push(WireEvent { header, body, keybox });
            }
        }
        Ok(PullAnswer { events, head, more })
    }

    /// Seals the key of an event for whoever wrote it.
    fn keybox_for_author<S>(
        &self,
        author: NodeId,
        entry: &EventEntry<S>,
    ) -> Result<Option<Keybox>, AppError> {
        let kem = self.peer_identity(author).and_then(|identity| identity.key(KeyUse::Kem));
        let (Some(kem), Some((head, Some(_)))) = (kem, entry.recall()) else { return Ok(None) };
        let key = self.key_of_received(head.id, entry)?;
        Ok(key.and_then(|key| key.seal_for(&kem.public, head.id, author, random(&*self.env)).ok()))
    }

    /// Takes back our own events from a peer that holds more than we know: the end of what we
    /// signed before a backup was restored. Returns how many.
    pub fn recover_own(&self, peer: NodeId, events: Vec<WireEvent>) -> Result<usize, AppError> {
        self.turns.take(Subject::Outgoing(peer), || {
            let Some(mut placing) = self.placing(peer) else { return Ok(0) };
            let us = self.identity();
            for WireEvent { header, body, keybox } in events {
                let Ok(canonical) = RawHeader(header).parse() else { break };
                let key = us.signing_key(canonical.claims().kid, KeyUse::Sig);
                let Some(Ok(event)) = key.map(|key| canonical.verify(&key)) else { break };
                // The peer knows the keys of these bodies: only what was signed is ours.
                let ends = (event.header().from, event.header().to);
                let body = body.map(|body| body.0);
                let altered = body.is_some() && event.check_body(body.as_deref()).is_err();
                if ends != (self.node, Recipient::Node(peer)) || altered {
                    break;
                }
                let body = body.unwrap_or_default();
                let clear = event.header().kind == EventKind::Control;
                let control = clear.then(|| Control::read(&body).unwrap_or(Control::Unknown));
                let (epoch, seq, previous) = next_place(&placing.channel, control.as_ref());
                let header = event.header();
                // An opening follows what its peer held, which may be less than what we signed.
                let opens = matches!(control, Some(Control::EpochOpen { .. }));
                let here = if opens {
                    header.epoch > placing.channel.epoch() && header.seq == Seq(1)
                } else {
                    (header.epoch, header.seq, header.previous) == (epoch, seq, previous)
                };
                if !here {
                    break;
                }
                let id = event.id();
                let opened = self.open_sealed(&event, &body, keybox.as_ref());
                let said = match &opened {
                    Some((_, plaintext)) => self.say_again(peer, &event, plaintext)?,
                    None => None,
                };
                let (body, wrapped) = match (opened, said) {
                    (Some((key, _)), Some((_, Some(holder)))) => {
                        (body, self.safe.wrap(holder, &id.0, &key)?)
                    }
                    // Of what was erased here, nothing comes back but its place and its code.
                    (_, Some((_, None))) => (Vec::new(), Vec::new()),
                    _ => (body, Vec::new()),
                };
                let skeleton =
                    said.map(|(Waiting { fact, index }, _)| SentSkeleton { of: (fact.0, index) });
                let entry = EventEntry {
                    peer: Recipient::Node(peer),
                    envelope: Envelope::Kept(event.signed().clone()),
                    body,
                    wrapped,
                    skeleton,
                    quarter: None,
                };
                placing.records.push(self.safe.event_record(LeafKind::Sent, id, &entry)?);
                let positioned = Channel::recall(event, control);
                placing.channel = placing.channel.clone().advanced(&positioned);
            }
            self.append(&placing.records)?;
            Ok(placing.records.len())
        })
    }

    /// Finds the word of ours that an event tells, or says it again. Returns where it is, and the key
    /// under which its body is kept, unless that was erased here; `None` if it is about no referral
    /// between the two.
    ///
    /// A word that waits for its place is one that this node remembers saying, or that a stop kept
    /// from being placed here.
    fn say_again(
        &self,
        peer: NodeId,
        event: &Verified,
        plaintext: &Zeroizing<Vec<u8>>,
    ) -> Result<Option<(Waiting, Option<VaultKey>)>, AppError> {
        let Ok(payload) = Payload::decode(plaintext) else { return Ok(None) };
        let Some(referral) = payload.skeleton.thread.referral else { return Ok(None) };
        let case = self.case(referral).filter(|case| case.peer == peer);
        let consent = event.header().kind == EventKind::Consent;
        for told in case.iter().flat_map(|case| &case.told) {
            if self.tells(told.what, payload.skeleton.id)? {
                let gone = case.as_ref().is_some_and(|case| case.erased) && !consent;
                let holder = self.holder_of_act(told.what.fact, consent)?;
                let held = !gone && self.safe.holds(holder)?;
                return Ok(Some((told.what, Some(holder).filter(|_| held))));
            }
        }
        if case.is_none() && self.case(referral).is_some() {
            return Ok(None);
        }
        let case = match case {
            Some(case) => Case::clone(&case),
            None => self.forgotten(referral, peer, &payload.skeleton.saying)?,
        };
        let expires = event.header().expires.unwrap_or(payload.skeleton.at);
        let outgoing = Outgoing::Sealed { to: peer, consent, expires, part: 0 };
        self.say_as_before(&case, payload, outgoing, plaintext).map(Some)
    }

    /// Tells whether an entry of ours is a certain word.
    fn tells(&self, what: Waiting, word: PayloadId) -> Result<bool, AppError> {
        Ok(match self.read(what.fact)? {
            Some(Entry::Fact(FactEntry { act: Some(Act::Said(said)), .. })) => {
                said.words.get(usize::from(what.index)).is_some_and(|said| said.id == word)
            }
            _ => false,
        })
    }

    /// Begins a referral that we forgot. Whoever asks says first what she agreed to.
    fn forgotten(&self, id: ReferralId, peer: NodeId, first: &Saying) -> Result<Case, AppError> {
        let asks = matches!(first, Saying::Consent(_) | Saying::Referral(Event::Proposed(_)));
        let side = if asks { Author::Sender } else { Author::Receiver };
        Ok(Case::new(id, side, peer, Quarter::of(self.now()), self.safe.new_unit()?))
    }

    fn say_as_before(
        &self,
        case: &Case,
        payload: Payload,
        outgoing: Outgoing,
        plaintext: &Zeroizing<Vec<u8>>,
    ) -> Result<(Waiting, Option<VaultKey>), AppError> {
        let Payload { skeleton, content } = payload;
        let listed = self.is_restored() && self.is_listed(case.id);
        let homeless = case.erased || case.unit == NOWHERE || listed;
        let evidence = matches!(outgoing, Outgoing::Sealed { consent: true, .. });
        let alone = ToldOfHer::is_in(&skeleton, side_of(case.side)).filter(|_| !homeless);
        let holder = match alone {
            _ if homeless || evidence => self.safe.evidence(self.now())?,
            Some(false) => VaultKey::Unit(self.keep_again(case, content)?),
            Some(true) => VaultKey::Unit(self.safe.new_unit()?),
            None => VaultKey::Unit(case.unit),
        };
        let opens = match &skeleton.saying {
            Saying::Referral(Event::Proposed(asked)) if asked.parent.is_none() => {
                let thread = &skeleton.thread;
                let new = thread.need.is_some_and(|need| !self.state().needs.contains_key(&need));
                let pathway = thread.pathway.filter(|_| new);
                pathway.map(|pathway| opened_by(self.node, pathway, asked))
            }
            _ => None,
        };
        let said = Said {
            referral: case.id,
            peer: case.peer,
            side: case.side,
            unit: case.unit,
            words: vec![skeleton],
            who: None,
            outgoing: vec![outgoing],
            opens,
            lookup: None,
            once: None,
            again: true,
        };
        let hidden = match homeless {
            true => FactContent::default(),
            false => FactContent { outgoing: vec![plaintext.clone()], ..FactContent::default() },
        };
        let fact = self.record(Some(holder), &Act::Said(Box::new(said)), &hidden)?;
        let kept = Some(holder).filter(|_| evidence || !homeless);
        Ok((Waiting { fact, index: 0 }, kept))
    }

    /// Keeps again what we let the other side know of her, unless more is kept here. Returns the unit
    /// that seals it.
    fn keep_again(&self, case: &Case, content: Content) -> Result<UnitId, AppError> {
        let known =
            |case: &Case| case.told_of_her.iter().rev().find(|it| !it.answer).map(|it| it.unit);
        if let Some(unit) = known(case) {
            return Ok(unit);
        }
        let Content { contact, context, .. } = content;
        let card = PersonCard { contact: contact.unwrap_or_default(), context };
        self.append(&[self.kept(case.id, &card)?])?;
        Ok(self.case(case.id).and_then(|case| known(&case)).unwrap_or(case.unit))
    }

    /// Erases again what came back and had been erased here. Tells whether it did.
    pub(super) fn erase_again(&self, case: &Case) -> Result<bool, AppError> {
        let here = !case.erased && case.unit != NOWHERE;
        let came_back = here && self.is_restored() && self.is_listed(case.id);
        // What whoever asked erased while somebody helped, she took back: the other side may not know.
        let ends = case.side == Author::Sender && !case.referral.status().is_over();
        match (came_back, ends) {
            (true, true) => self.erase_referral(case.id, ErasureCause::Withdrawal)?,
            (true, false) => self.shred_referral(case.id, ErasureCause::Closure)?,
            (false, _) => {}
        }
        Ok(came_back)
    }
}

#[cfg(test)]
mod tests {
    use maillage_protocol::consent::{PersonalCode, WithdrawalScope};
    use maillage_protocol::referral::{Command, Status};
    use maillage_protocol::seal::BodyPlace;

    use super::*;
    use crate::app::Texts;
    use crate::app::tests::{NADIA, Pair, deliver, propose, request};
    use crate::journal::Number;

    fn says(app: &App, by: Author, id: ReferralId, command: Command) {
        app.say(None, by, id, command, Texts::default(), None).unwrap();
    }

    /// Takes back what a peer gives, then hears what it said.
    fn remember(restored: &App, peer: &App) {
        let (us, them) = (restored.node(), peer.node());
        loop {
            let mine = peer.theirs(us, restored.signed_head(them), 64).unwrap();
            if restored.recover_own(them, mine.events).unwrap() == 0 {
                break;
            }
        }
        let sent = peer.pull(us, restored.received_head(them), 64, false).unwrap();
        restored.ingest(them, sent.events, None).unwrap();
        restored.resume_reactions().unwrap();
    }

    /// Somebody who is helped: what was asked, the yes, and how to reach her have arrived.
    fn helped(pair: &Pair) -> ReferralId {
        let id = propose(pair);
        pair.exchange();
        says(&pair.b, Author::Receiver, id, Command::Accept);
        pair.exchange();
        id
    }

    fn code_of(pair: &Pair) -> (ReferralId, PersonalCode) {
        let proposed = pair.a.propose(NADIA, request(pair.b.node()), [9; 16]).unwrap();
        (proposed.referral, proposed.code.unwrap())
    }

    #[test]
    fn who_asked_and_forgot_it_all_knows_it_all_again() {
        let pair = Pair::linked();
        let restored = pair.ccas.copy(true);
        let (id, code) = code_of(&pair);
        pair.exchange();
        says(&pair.b, Author::Receiver, id, Command::Accept);
        pair.exchange();

        remember(&restored, &pair.b);
        assert_eq!(restored.referral(id), pair.b.referral(id));
        assert_eq!(restored.referral(id).unwrap().status(), Status::Accepted);
        let [was, is] = [&pair.a, &restored].map(|app| app.story(id).unwrap().unwrap());
        assert_eq!(is.contact, was.contact);
        assert!(is.contact.is_some() && is.row.first_name == was.row.first_name);
        let need = restored.case(id).unwrap().chain.unwrap().0;
        let [was, is] = [&pair.a, &restored].map(|app| app.state().needs[&need].clone());
        assert_eq!((is.need, is.attempts), (was.need, was.attempts));
        assert_eq!(restored.referral_of(&code), Some(id));
        let peer = pair.b.node();
        assert_eq!(restored.standing(peer).unwrap().waiting, 0, "nothing is said twice");

        // What it says from now on is heard, and her withdrawal erases at both ends.
        let withdraw = Command::Withdraw(WithdrawalScope::Referral);
        says(&restored, Author::Person, id, withdraw);
        deliver(&restored, &pair.b);
        assert_eq!(pair.b.referral(id).unwrap().status(), Status::Withdrawn);
        assert!(pair.b.story(id).unwrap().unwrap().contact.is_none());
    }

    #[test]
    fn who_was_asked_and_forgot_it_says_nothing_a_second_time() {
        let pair = Pair::linked();
        let restored = pair.epn.copy(true);
        let id = helped(&pair);

        remember(&restored, &pair.a);
        let standing = restored.standing(pair.a.node()).unwrap();
        assert_eq!(standing.waiting, 0, "it does not say again that the request has arrived");
        assert_eq!(restored.referral(id), pair.a.referral(id));
        assert!(restored.story(id).unwrap().unwrap().contact.is_some());
        let acts = |app: &App| app.story(id).unwrap().unwrap().steps.len();
        assert_eq!(acts(&restored), acts(&pair.b));
    }

    #[test]
    fn a_word_that_was_waiting_when_the_backup_was_made_is_not_said_twice() {
        let pair = Pair::linked();
        let (id, code) = code_of(&pair);
        let restored = pair.ccas.copy(true);
        assert_eq!(restored.standing(pair.b.node()).unwrap().waiting, 2);
        pair.exchange();
        remember(&restored, &pair.b);
        assert_eq!(restored.standing(pair.b.node()).unwrap().waiting, 0);
        assert_eq!(restored.referral(id), pair.b.referral(id));
        assert_eq!(restored.referral_of(&code), Some(id));
        assert_eq!(restored.case(id).unwrap().told, pair.a.case(id).unwrap().told);
    }

    /// The peer knows the key of each body: what it seals there itself is not ours.
    #[test]
    fn a_body_that_we_did_not_sign_is_not_taken_back() {
        let pair = Pair::linked();
        let restored = pair.ccas.copy(true);
        propose(&pair);
        pair.exchange();
        let (us, them) = (restored.node(), pair.b.node());
        let from = restored.signed_head(them);
        let honest = || pair.b.theirs(us, from, 64).unwrap().events;
        let mut forged = honest();
        let WireEvent { header, body, keybox } = forged.remove(0);
        let event = RawHeader(header.clone()).recall().unwrap();
        let place = BodyPlace::of(event.header());
        let bytes = body.unwrap().0;
        let (key, mut said) = restored.open_sealed(&event, &bytes, keybox.as_ref()).unwrap();
        let at = said.windows(9).position(|it| it == b"\"outcome\"").unwrap();
        said[at + 1..at + 8].copy_from_slice(b"0utc0me");
        let body = Some(WireBody(key.seal(&said, &place).unwrap()));
        let forged = vec![WireEvent { header, body, keybox }];
        assert_eq!(restored.recover_own(them, forged).unwrap(), 0);
        assert_eq!(restored.recover_own(them, honest()).unwrap(), 2);
    }

    /// Erased here after she was told of: what the partner gives back of it keeps no word of hers.
    #[test]
    fn what_comes_back_of_somebody_who_was_erased_here_holds_nothing_of_her() {
        let pair = Pair::linked();
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("erased");
        pair.a.list_erased_in(list.clone()).unwrap();
        let id = propose(&pair);
        pair.exchange();
        let restored = pair.ccas.copy(true);
        says(&pair.b, Author::Receiver, id, Command::Accept);
        pair.exchange();
        pair.a.shred_referral(id, ErasureCause::Closure).unwrap();

        restored.list_erased_in(list).unwrap();
        let (us, them) = (restored.node(), pair.b.node());
        let before = restored.journal.len();
        let mine = pair.b.theirs(us, restored.signed_head(them), 64).unwrap();
        assert!(restored.recover_own(them, mine.events).unwrap() > 0);
        // Not even until somebody looks at it.
        for number in before.0..restored.journal.len().0 {
            match restored.read(Number(number)).unwrap() {
                Some(Entry::Sent(entry)) => assert!(entry.body.is_empty(), "{number}"),
                Some(Entry::Fact(fact)) => {
                    let content = restored.safe.fact_content(&fact).unwrap();
                    let empty =
                        content.is_none_or(|it| it.own.is_empty() && it.outgoing.is_empty());
                    assert!(empty, "{number}");
                }
                _ => {}
            }
        }
        // Whoever was asked may not know: they are told to erase too.
        assert!(!restored.pending_erasures(pair.b.node()).is_empty());
    }

    /// What she took back where she is helped is remembered there, although it is heard first.
    #[test]
    fn what_she_took_back_stays_taken_back_at_whoever_forgot_it() {
        let pair = Pair::linked();
        let restored = pair.epn.copy(true);
        let id = helped(&pair);
        says(&pair.b, Author::Person, id, Command::Withdraw(WithdrawalScope::Feedback));
        pair.exchange();
        remember(&restored, &pair.a);
        let told = |app: &App| app.case(id).unwrap().consent().unwrap().feedback();
        assert_eq!(told(&restored), told(&pair.b));
        assert_eq!(told(&pair.a), told(&pair.b));
    }

    /// How to reach her had left for nobody yet: it is lost, and whoever has to act reads so.
    #[test]
    fn what_nobody_else_knew_is_lost_and_said_to_be() {
        let pair = Pair::linked();
        let restored = pair.ccas.copy(true);
        let id = propose(&pair);
        pair.exchange();
        assert!(!pair.a.story(id).unwrap().unwrap().contact_lost);
        remember(&restored, &pair.b);
        assert!(!restored.story(id).unwrap().unwrap().contact_lost, "nobody waits for it yet");
        says(&pair.b, Author::Receiver, id, Command::Accept);
        deliver(&pair.b, &restored);
        let story = restored.story(id).unwrap().unwrap();
        assert!(story.contact_lost && story.contact.is_none());
        assert_eq!(story.row.turn.unwrap().act, maillage_protocol::referral::Act::Disclose);
    }

    #[test]
    fn what_was_erased_here_since_the_backup_is_erased_again() {
        let pair = Pair::linked();
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("erased");
        pair.b.list_erased_in(list.clone()).unwrap();
        let restored = pair.epn.copy(true);
        let id = helped(&pair);
        pair.b.shred_referral(id, ErasureCause::Closure).unwrap();

        restored.list_erased_in(list).unwrap();
        remember(&restored, &pair.a);
        let case = restored.case(id).unwrap();
        assert!(case.erased && case.told_of_her.is_empty());
        assert!(restored.story(id).unwrap().unwrap().contact.is_none());
    }

    /// Of what a peer has erased itself it gives no key: the place is known, and not the word.
    #[test]
    fn what_the_peer_erased_comes_back_without_words() {
        let pair = Pair::linked();
        let restored = pair.ccas.copy(true);
        let id = helped(&pair);
        assert!(pair.a.story(id).unwrap().unwrap().contact.is_some());
        pair.b.shred_referral(id, ErasureCause::Closure).unwrap();
        let from = restored.signed_head(pair.b.node());
        let mine = pair.b.theirs(restored.node(), from, 64).unwrap();
        // Her agreement alone, which is evidence and names nobody.
        let keys = mine.events.iter().filter(|event| event.keybox.is_some()).count();
        assert_eq!((keys, mine.events.len()), (1, 3));
        remember(&restored, &pair.b);
        assert_eq!(restored.signed_head(pair.b.node()), pair.a.signed_head(pair.b.node()));
        assert!(restored.story(id).unwrap().is_none_or(|it| it.contact.is_none()));
        assert!(restored.case(id).unwrap().told_of_her.is_empty());
    }
}
