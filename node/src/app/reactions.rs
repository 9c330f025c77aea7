//! What this node does by itself once something new is known, and again at a start if a stop came in
//! between.

use std::sync::Arc;

use maillage_protocol::body::Content;
use maillage_protocol::disclosure::Level;
use maillage_protocol::erasure::ErasureCause;
use maillage_protocol::id::ReferralId;
use maillage_protocol::referral::{Author, Command, Phase, decide};

use super::cases::Case;
use super::narrowing::{is_narrowed, is_told_anew};
use super::person::PersonCard;
use super::saying::SayError;
use super::turns::Subject as TurnOf;
use super::{App, AppError};

impl App {
    /// Does what this node has to do by itself, now that something new is known: state that it
    /// holds a request, cut a circle, release the contact once it is accepted.
    pub(super) fn react(&self, id: ReferralId) -> Result<(), AppError> {
        if self.case(id).is_some_and(|case| has_left(&case)) {
            self.erase_referral(id, ErasureCause::Withdrawal)?;
            return self.follow(id);
        }
        if let Some(case) = self.case(id)
            && self.erase_again(&case)?
        {
            return self.follow(id);
        }
        self.sweep(id)?;
        self.narrow(id)?;
        let reaction = self.turns.take(TurnOf::Referral(id), || {
            let Some(case) = self.case(id) else { return Ok(()) };
            match case.side {
                Author::Receiver if is_new(&case) => {
                    self.acknowledge(&case)?;
                    self.cut_circle(id)
                }
                Author::Receiver => self.cut_circle(id),
                Author::Sender if awaits_contact(&case) && self.is_wanted(&case) => {
                    self.disclose(&case)
                }
                Author::Sender if is_told_anew(&case) => self.disclose(&case),
                _ => Ok(()),
            }
        });
        match reaction {
            Ok(()) => {}
            Err(SayError::App(error)) => return Err(error),
            // The rules or her consent say no: the turn says what a human has to do.
            Err(refused) => {
                tracing::info!(referral.id = %id, "nothing to do by itself: {refused}");
            }
        }
        self.follow(id)
    }

    /// Does what follows from a referral, for its need and for those before and after it.
    fn follow(&self, id: ReferralId) -> Result<(), AppError> {
        self.follow_need(id)?;
        self.follow_chain(id)
    }

    fn acknowledge(&self, case: &Case) -> Result<(), SayError> {
        let fact = decide(&case.referral, Author::Receiver, self.now(), Command::Acknowledge)?;
        self.write_word(case, None, fact, Content::default(), None)
    }

    fn disclose(&self, case: &Case) -> Result<(), SayError> {
        let PersonCard { contact, context } = self.kept_card(case)?.ok_or(SayError::Erased)?;
        // Those who were bound by secrecy when she agreed may not be any more.
        let context = context.filter(|_| self.regime_of(case.peer).is_bound_by_secrecy());
        let level = if context.is_some() { Level::L3 } else { Level::L2 };
        let consent = case.consent().cloned().ok_or(SayError::Unknown)?;
        let command = Command::Disclose { level, consent: Box::new(consent) };
        let fact = decide(&case.referral, Author::Sender, self.now(), command)?;
        let content = Content { contact: Some(contact), context, ..Content::default() };
        self.write_word(case, None, fact, content, None)
    }

    /// Reacts to everything that a stop may have left without its reaction.
    pub fn resume_reactions(&self) -> Result<(), AppError> {
        let cases: Vec<_> = self.state().cases.values().cloned().collect();
        let waits = |case: &Arc<Case>| {
            is_new(case)
                || awaits_contact(case)
                || has_left(case)
                || is_narrowed(case)
                || is_told_anew(case)
                || self.awaits_its_need(case)
                || self.awaits_its_chain(case)
        };
        let waiting: Vec<_> = cases.into_iter().filter(waits).map(|case| case.id).collect();
        waiting.into_iter().try_for_each(|id| self.react(id))
    }
}

/// Tells whether a request has come that this node has not stated to hold.
fn is_new(case: &Case) -> bool {
    let asked = matches!(case.referral.sender.phase, Phase::Asked(_));
    case.side == Author::Receiver && asked && case.referral.receiver.delivered.is_none()
}

/// Tells whether she withdrew, and what identifies her is still here.
fn has_left(case: &Case) -> bool {
    case.referral.person.has_left() && !case.erased
}

/// Tells whether the receiver accepted and waits for the contact.
pub(super) fn awaits_contact(case: &Case) -> bool {
    let referral = &case.referral;
    let helps = referral.status().is_helping() && referral.receiver.accepted.is_some();
    case.side == Author::Sender && helps && referral.sender.disclosed.is_none()
}
