//! What she takes back, item by item: the item is destroyed at both ends, and help goes on.
//!
//! What she told of herself lies under units of its own. What is left of it is written again under
//! a new one, and the old ones are destroyed: no bit of the item can be read any more, here or in a
//! copy made before.

use std::collections::BTreeSet;
use std::sync::Arc;

use maillage_protocol::consent::FeedbackLevel;
use maillage_protocol::disclosure::{Category, Level};
use maillage_protocol::erasure::ErasureCause;
use maillage_protocol::id::{ReferralId, UnitId};
use maillage_protocol::referral::Author;

use super::cases::{Case, ToldOfHer};
use super::turns::Subject;
use super::{App, AppError, Delivery};
use crate::facts::is_sealed_by;
use crate::journal::Number;

/// Tells whether she took an item back.
pub(super) fn is_narrowed(case: &Case) -> bool {
    !case.erased && case.consent().is_some_and(|consent| !consent.taken_back().is_empty())
}

/// Tells whether what we told of how to reach her is older than what is left of it, or than her last
/// yes: it may have been lost on its way, and is told again.
pub(super) fn is_told_anew(case: &Case) -> bool {
    let kept = case.told_of_her.iter().rev().find(|told| !told.answer);
    let last = kept.map(|kept| kept.number).max(case.renewed);
    let newer = |told: Number| kept.is_some() && last.is_some_and(|last| last > told);
    case.side == Author::Sender
        && case.referral.status().is_helping()
        && case.disclosed.is_some_and(newer)
}

/// What she may take back while help goes on, and what she has.
#[derive(Clone, Debug, Default)]
pub struct Narrowable {
    /// What tells who she is or how to reach her. The precautions that protect her are not offered.
    pub items: BTreeSet<Category>,
    /// Whether those who asked are still told what becomes of it.
    pub feedback: bool,
    /// Whether she is still counted.
    pub count: bool,
    /// The items that she took back.
    pub taken_back: BTreeSet<Category>,
}

impl Narrowable {
    /// Reads it off a referral.
    pub(super) fn of(case: &Case) -> Self {
        let Some(consent) = case.consent().filter(|_| !case.erased) else { return Self::default() };
        let protects = |category: &Category| {
            let rules = [Category::SafeContact, Category::ViaSender, Category::ComesWithCode];
            rules.contains(category)
        };
        let agreed = consent.categories().into_iter();
        let over = case.referral.status().is_over();
        Self {
            items: agreed.filter(|item| item.level() > Level::L1 && !protects(item)).collect(),
            feedback: consent.feedback() != FeedbackLevel::DecisionOnly && !over,
            count: consent.allows_counting(),
            taken_back: consent.taken_back(),
        }
    }
}

impl App {
    /// Tells whether what a record of ours tells has arrived; what others told has.
    fn has_arrived(&self, case: &Case, number: Number) -> bool {
        let told = case.told.iter().find(|told| told.what.fact == number);
        told.is_none_or(|told| self.delivery(case, told) == Delivery::Delivered)
    }

    /// Destroys what was taken back and could not be destroyed at once.
    pub(super) fn narrow_all(&self) -> Result<(), AppError> {
        let narrowed: Vec<_> = {
            let state = self.state();
            let narrowed = state.cases.values().filter(|case| is_narrowed(case));
            narrowed.map(|case| case.id).collect()
        };
        narrowed.into_iter().try_for_each(|id| self.narrow(id))
    }

    /// Destroys here what she took back, and keeps the rest.
    pub(super) fn narrow(&self, id: ReferralId) -> Result<(), AppError> {
        self.turns.take(Subject::Erasure, || {
            let Some(case) = self.case(id).filter(|case| is_narrowed(case)) else {
                return Ok(());
            };
            let Some(consent) = case.consent() else { return Ok(()) };
            let (items, taken_back) = (consent.categories(), consent.taken_back());
            let (mut gone, mut rest) = (Vec::new(), None);
            for told in &case.told_of_her {
                if told.answer {
                    // On its way it is waited for: it goes once it has arrived.
                    let goes = taken_back.contains(&Category::PracticalNote)
                        && self.has_arrived(&case, told.number);
                    gone.extend(goes.then_some(*told));
                    continue;
                }
                let Some(card) = self.card_in(*told)? else { continue };
                let left = card.clone().only(&items);
                let narrower = left != card;
                gone.extend(narrower.then_some(*told));
                rest = narrower.then_some(left);
            }
            if gone.is_empty() {
                return Ok(());
            }
            let kept = rest.map(|rest| self.kept(id, &rest)).transpose()?;
            let shred =
                |told: &ToldOfHer| self.shred(told.unit, ErasureCause::Withdrawal, Vec::new());
            let records: Vec<_> = kept.into_iter().chain(gone.iter().map(shred)).collect();
            self.append(&records)?;
            self.take_out(&case, &gone)
        })
    }

    /// Destroys what came to be kept of a referral while it was being erased.
    pub(super) fn sweep(&self, id: ReferralId) -> Result<(), AppError> {
        self.turns.take(Subject::Erasure, || {
            let Some(case) = self.case(id) else { return Ok(()) };
            if !case.erased || case.told_of_her.is_empty() {
                return Ok(());
            }
            let shred =
                |told: &ToldOfHer| self.shred(told.unit, ErasureCause::Withdrawal, Vec::new());
            self.append(&case.told_of_her.iter().map(shred).collect::<Vec<_>>())?;
            self.take_out(&case, &case.told_of_her)
        })
    }

    /// Destroys the units of a part of what she told, and takes it out of the journal.
    pub(super) fn take_out(&self, case: &Case, gone: &[ToldOfHer]) -> Result<(), AppError> {
        let units: BTreeSet<_> = gone.iter().map(|told| told.unit).collect();
        self.destroy_units(&units)?;
        let mut numbers: BTreeSet<_> = gone.iter().map(|told| told.number).collect();
        for number in &case.records {
            let records = self.journal.read(*number, 1)?;
            let sealed = |unit: &UnitId| records.iter().any(|record| is_sealed_by(record, *unit));
            numbers.extend(units.iter().any(sealed).then_some(*number));
        }
        self.strip(&numbers.into_iter().collect::<Vec<_>>())?;
        let mut state = self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(case) = state.cases.get_mut(&case.id) {
            Arc::make_mut(case).told_of_her.retain(|told| !units.contains(&told.unit));
        }
        drop(state);
        // What is being written about her may repeat it.
        self.drop_drafts_about(&[case.id])
    }
}

#[cfg(test)]
mod tests;
