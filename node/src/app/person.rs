//! What she let us know of her: each record of it lies under a unit of its own, so that one item can
//! go and the rest stay.

use std::collections::BTreeSet;

use maillage_protocol::body::{Contact, Content, Context, Payload};
use maillage_protocol::disclosure::Category;
use maillage_protocol::id::{ReferralId, UnitId};
use maillage_protocol::referral::Author;
use serde::{Deserialize, Serialize};

use super::cases::{Case, ToldOfHer};
use super::saying::side_of;
use super::{App, AppError};
use crate::facts::{Act, Entry, FactContent};
use crate::journal::Record;
use crate::vault::VaultKey;

/// What is kept of a person, here only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonCard {
    /// Her name and the way to reach her.
    pub contact: Contact,
    /// What only those who are bound by secrecy may know besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
}

impl PersonCard {
    /// Leaves out what is not among these items.
    pub(super) fn only(self, items: &BTreeSet<Category>) -> Self {
        let context = self.context.and_then(|context| context.only(items));
        Self { contact: self.contact.only(items), context }
    }
}

impl App {
    /// Makes the record that keeps what she lets us know of her.
    pub(super) fn kept(&self, referral: ReferralId, card: &PersonCard) -> Result<Record, AppError> {
        let holder = VaultKey::Unit(self.safe.new_unit()?);
        let content = FactContent::of(card);
        self.fact(Some(holder), &Act::Kept { referral }, &content)
    }

    /// Returns the unit that seals a word alone, if it tells something of her.
    pub(super) fn unit_alone(
        &self,
        case: &Case,
        payload: &Payload,
    ) -> Result<Option<UnitId>, AppError> {
        Ok(match ToldOfHer::is_in(&payload.skeleton, side_of(case.side)) {
            Some(false) => case.told_of_her.iter().rev().find(|told| !told.answer).map(|t| t.unit),
            Some(true) if !case.erased => Some(self.safe.new_unit()?),
            Some(true) | None => None,
        })
    }

    /// Returns what is kept here of who she is and how to reach her, if it is still there.
    pub(super) fn kept_card(&self, case: &Case) -> Result<Option<PersonCard>, AppError> {
        for told in case.told_of_her.iter().rev() {
            let card = self.card_in(*told)?;
            if card.is_some() {
                return Ok(card);
            }
        }
        Ok(None)
    }

    pub(super) fn card_in(&self, told: ToldOfHer) -> Result<Option<PersonCard>, AppError> {
        Ok(match self.read(told.number)?.filter(|_| !told.answer) {
            Some(Entry::Fact(fact)) => {
                let content = self.safe.fact_content(&fact)?;
                content.and_then(|content| content.read())
            }
            Some(Entry::Received(event)) => {
                let content = self.open_received(&event)?.map(|payload| payload.content);
                content.and_then(|Content { contact, context, .. }| {
                    Some(PersonCard { contact: contact?, context })
                })
            }
            _ => None,
        })
    }

    /// Returns the same, as far as it may be read here now.
    pub(super) fn readable_card(&self, case: &Case) -> Result<Option<PersonCard>, AppError> {
        if !self.may_be_read(case) {
            return Ok(None);
        }
        self.card_she_left(case)
    }

    /// Tells whether she still agrees: at the date until which she did, reading closes on both sides,
    /// without a message.
    pub(super) fn may_be_read(&self, case: &Case) -> bool {
        let until = case.consent().map(|consent| consent.grant().scope.expires);
        until.is_some_and(|until| self.now() < until)
    }

    /// Returns what was kept of her, without what she took back: that is not read, even before it is
    /// destroyed.
    pub(super) fn card_she_left(&self, case: &Case) -> Result<Option<PersonCard>, AppError> {
        let card = self.kept_card(case)?;
        Ok(card.zip(case.consent()).map(|(card, agreed)| card.only(&agreed.categories())))
    }

    /// Returns what the receiver was told of her.
    pub(super) fn told_card(&self, case: &Case) -> Result<Option<PersonCard>, AppError> {
        match case.side {
            Author::Sender if case.referral.sender.disclosed.is_none() => Ok(None),
            _ => self.readable_card(case),
        }
    }

    /// Returns what is known here of the person of a referral, so that she may be asked to agree
    /// again: at the structure that wrote it, once she no longer does too.
    pub(super) fn person_of(&self, id: ReferralId) -> Result<Option<PersonCard>, AppError> {
        let Some(case) = self.case(id) else { return Ok(None) };
        match case.side {
            Author::Sender => self.card_she_left(&case),
            Author::Receiver | Author::Person => self.readable_card(&case),
        }
    }
}
