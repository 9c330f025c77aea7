//! The code of her receipt, at any desk: whoever issued it stops what it names, whoever did not hands
//! it on, sealed, to the one that did (protocol.md §9). A desk learns that the code is known, and
//! nothing else.

use maillage_protocol::body::{Content, Payload, Saying, Skeleton, Thread};
use maillage_protocol::consent::{CodeCommitment, PersonalCode, WithdrawalScope};
use maillage_protocol::erasure::ErasureCause;
use maillage_protocol::id::{ConsentId, NodeId, PayloadId, ReferralId, UnitId};
use maillage_protocol::limits;
use maillage_protocol::referral::{Author, Command};
use zeroize::Zeroizing;

use super::peers::LinkState;
use super::saying::{SayError, Texts};
use super::{App, AppError};
use crate::env::random;
use crate::facts::{Act, FactContent, Outgoing};
use crate::journal::Number;
use crate::vault::VaultKey;

impl App {
    /// Tells whether this node issued a personal code, of which only a hash is shown.
    #[must_use]
    pub fn issued_code(&self, lookup: &[u8; 32]) -> bool {
        self.state().codes.contains_key(lookup)
    }

    /// Returns what proves that this node issued a code, to whoever holds it.
    #[must_use]
    pub fn proof_of_issue(&self, lookup: &[u8; 32]) -> Option<(ConsentId, CodeCommitment)> {
        let state = self.state();
        let (referral, consent) = state.codes.get(lookup)?;
        let consent = state.cases.get(referral)?.consent_named(*consent)?;
        Some((consent.id(), consent.grant().code))
    }

    /// Returns the referral of a personal code, if this node issued it.
    pub(super) fn referral_of(&self, code: &PersonalCode) -> Option<ReferralId> {
        let state = self.state();
        let by_hash = state.codes.get(&code.lookup().0).map(|(referral, _)| *referral);
        let committed = |(referral, consent): &&(ReferralId, ConsentId)| {
            let case = state.cases.get(referral);
            let consent = case.and_then(|case| case.consent_named(*consent));
            consent.is_some_and(|consent| code.commitment(consent.id()) == consent.grant().code)
        };
        by_hash.or_else(|| state.unhashed.iter().find(committed).map(|(referral, _)| *referral))
    }

    /// Takes her consent back, and erases. What was taken back already stays so.
    pub(super) fn withdraw(&self, id: ReferralId, scope: WithdrawalScope) -> Result<(), SayError> {
        let left = self.referral(id).is_some_and(|referral| referral.person.has_left());
        match scope {
            WithdrawalScope::Pathway if self.has_left_everything(id) => {
                Ok(self.stop_everything(id)?)
            }
            WithdrawalScope::Referral if left => Ok(()),
            scope => {
                let command = Command::Withdraw(scope);
                self.say(None, Author::Person, id, command, Texts::default(), None)
            }
        }
    }

    /// Stops what a code names, if this node issued it. Tells whether it did.
    pub(super) fn withdraw_by_code(&self, code: &PersonalCode) -> Result<bool, AppError> {
        let Some(id) = self.referral_of(code) else { return Ok(false) };
        match self.withdraw(id, WithdrawalScope::Referral) {
            Err(SayError::App(error)) => Err(error),
            // It is over, and erased.
            Ok(()) | Err(_) => Ok(true),
        }
    }

    /// Hands a code on to the partner that issued it. It is on the disk before anybody is told so.
    pub(super) fn hand_code_on(&self, issuer: NodeId, code: PersonalCode) -> Result<(), SayError> {
        if self.link_state(issuer) != Some(LinkState::Active) {
            return Err(SayError::NoSuchService);
        }
        let now = self.now();
        let id = PayloadId::from_random(random(&*self.env));
        let (thread, saying) = (Thread::default(), Saying::WithdrawalRequested);
        let skeleton = Skeleton { id, at: now, thread, saying };
        let content = Content { code: Some(code), ..Content::default() };
        let plaintext = Zeroizing::new(Payload { skeleton, content }.encode(None)?);
        let expires = now.after(limits::LIFETIME);
        let outgoing = vec![Outgoing::Sealed { to: issuer, consent: true, expires, part: 0 }];
        let content = FactContent { outgoing: vec![plaintext], ..FactContent::default() };
        let holder = VaultKey::Unit(self.safe.new_unit().map_err(AppError::from)?);
        self.record(Some(holder), &Act::Told { outgoing }, &content)?;
        Ok(())
    }

    /// Destroys the codes that were handed on, once they have arrived.
    pub(super) fn forget_codes(&self) -> Result<(), AppError> {
        let arrived: Vec<(UnitId, Number)> = {
            let state = self.state();
            let on_its_way = |number: &Number| {
                state.peers.values().any(|peer| {
                    let waits = peer.waiting.iter().any(|what| what.fact == *number);
                    waits || peer.unheld.iter().any(|unheld| unheld.what.fact == *number)
                })
            };
            let arrived = state.handed_on.iter().filter(|(_, number)| !on_its_way(number));
            arrived.map(|(unit, number)| (*unit, *number)).collect()
        };
        if arrived.is_empty() {
            return Ok(());
        }
        let shred =
            |(unit, _): &(UnitId, Number)| self.shred(*unit, ErasureCause::Closure, Vec::new());
        self.append(&arrived.iter().map(shred).collect::<Vec<_>>())?;
        self.destroy_units(&arrived.iter().map(|(unit, _)| *unit).collect())?;
        self.strip(&arrived.iter().map(|(_, number)| *number).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use maillage_protocol::referral::Status;

    use super::*;
    use crate::app::ErasureState;
    use crate::app::tests::{NADIA, Several, request};
    use crate::facts::Entry;

    const THREE: [&str; 3] = ["CCAS de Brenne", "EPN Le Lavoir", "Parlons Net"];

    fn helped(nodes: &Several) -> (ReferralId, PersonalCode) {
        let asked = request(nodes.apps[1].node());
        let proposed = nodes.apps[0].propose(NADIA, asked, [1; 16]).unwrap();
        nodes.exchange();
        let (accept, texts) = (Command::Accept, Texts::default());
        nodes.apps[1].say(None, Author::Receiver, proposed.referral, accept, texts, None).unwrap();
        nodes.exchange();
        (proposed.referral, proposed.code.unwrap())
    }

    /// The codes that still open somewhere in the journal of a node.
    fn codes_in(app: &App) -> usize {
        let mut codes = 0;
        for number in 0..app.journal.len().0 {
            match app.read(Number(number)).unwrap() {
                Some(Entry::Fact(fact)) => {
                    let content = app.safe.fact_content(&fact).unwrap().unwrap_or_default();
                    let told =
                        content.outgoing.iter().filter_map(|told| Payload::decode(told).ok());
                    codes += told.filter(|payload| payload.content.code.is_some()).count();
                }
                Some(Entry::Received(event)) => {
                    let opened = app.open_received(&event).unwrap();
                    codes += usize::from(opened.is_some_and(|it| it.content.code.is_some()));
                }
                _ => {}
            }
        }
        codes
    }

    #[test]
    fn a_code_stops_at_a_desk_that_has_nothing_to_do_with_it() {
        let mut nodes = Several::of(&THREE);
        let (id, code) = helped(&nodes);
        let issuer = nodes.apps[0].node();
        assert!(nodes.apps[0].issued_code(&code.lookup().0));
        assert!(!nodes.apps[2].issued_code(&code.lookup().0));
        // Whoever says that it issued the code proves it to those who hold it.
        let (consent, said) = nodes.apps[0].proof_of_issue(&code.lookup().0).unwrap();
        assert_eq!(code.commitment(consent), said);
        assert!(nodes.apps[1].proof_of_issue(&code.lookup().0).is_none());
        nodes.apps[2].hand_code_on(issuer, code.clone()).unwrap();
        assert_eq!(codes_in(&nodes.apps[2]), 1);
        nodes.restart();
        nodes.exchange();
        for app in &nodes.apps[..2] {
            assert_eq!(app.referral(id).unwrap().status(), Status::Withdrawn);
            assert!(app.story(id).unwrap().unwrap().contact.is_none());
        }
        let erasure = nodes.apps[0].erasure_state(id);
        assert!(matches!(erasure, Some(ErasureState::Attested { .. })), "{erasure:?}");
        assert!(nodes.apps[2].referral(id).is_none());
        // The code is nowhere once it has arrived.
        assert_eq!(codes_in(&nodes.apps[0]), 0);
        for _again in 0..2 {
            nodes.apps[2].retain(false).unwrap();
            assert_eq!(codes_in(&nodes.apps[2]), 0);
            assert!(nodes.apps[2].state().handed_on.is_empty());
            nodes.restart();
        }
    }

    #[test]
    fn a_code_that_nobody_issued_stops_nothing_and_holds_up_nothing() {
        let nodes = Several::of(&THREE);
        let (id, code) = helped(&nodes);
        let issuer = nodes.apps[0].node();
        let wrong = PersonalCode::from_random([9; 10]);
        let stranger = nodes.apps[2].hand_code_on(NodeId([7; 32]), wrong.clone());
        assert!(matches!(stranger, Err(SayError::NoSuchService)), "{stranger:?}");
        nodes.apps[2].hand_code_on(issuer, wrong).unwrap();
        nodes.exchange();
        assert_eq!(nodes.apps[0].referral(id).unwrap().status(), Status::Accepted);
        // The right one, twice.
        nodes.apps[2].hand_code_on(issuer, code.clone()).unwrap();
        nodes.apps[1].hand_code_on(issuer, code).unwrap();
        nodes.exchange();
        assert_eq!(nodes.apps[0].referral(id).unwrap().status(), Status::Withdrawn);
        nodes.apps[2].retain(false).unwrap();
        assert_eq!(nodes.apps[2].state().handed_on.len(), 0);
    }

    #[test]
    fn a_code_that_has_not_arrived_is_kept_until_it_has() {
        let nodes = Several::of(&THREE);
        let (id, code) = helped(&nodes);
        nodes.apps[2].hand_code_on(nodes.apps[0].node(), code).unwrap();
        nodes.apps[2].retain(false).unwrap();
        assert_eq!(codes_in(&nodes.apps[2]), 1);
        nodes.exchange();
        assert_eq!(nodes.apps[0].referral(id).unwrap().status(), Status::Withdrawn);
    }
}
