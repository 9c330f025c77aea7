//! Forms that are not finished: sealed in the journal, so that nothing typed is lost, and each
//! under a key of its own, so that it can be thrown away.

use maillage_protocol::id::{ProfessionalId, ReferralId, UnitId};
use maillage_protocol::private::Private;
use maillage_protocol::time::Timestamp;

use super::{App, AppError, Rule};
use crate::facts::{Act, Entry, FactContent};
use crate::journal::Number;
use crate::vault::VaultKey;

/// Why a draft cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// There is no such draft, or it is somebody else's.
    #[error("there is no such draft")]
    Unknown,
    /// The node failed.
    #[error(transparent)]
    App(#[from] AppError),
}

/// A form that is not finished.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft {
    /// Whose.
    pub(super) by: ProfessionalId,
    /// Where its text is.
    pub(super) number: Number,
    /// When it was last changed; zero if that was not written down.
    pub(super) edited: Timestamp,
    /// The referral that it speaks of.
    pub(super) about: Option<ReferralId>,
}

impl Draft {
    /// Tells whether nobody came back to it in time.
    pub(super) fn is_forgotten(&self, now: Timestamp) -> bool {
        self.edited != Timestamp::default() && self.edited.after(Rule::Draft.keeps()) <= now
    }
}

impl App {
    /// Keeps the text of a form, as a new draft or in the place of what was kept before. What is
    /// about a referral is thrown away with what identifies in it.
    pub fn keep_draft(
        &self,
        by: ProfessionalId,
        draft: Option<UnitId>,
        about: Option<ReferralId>,
        text: &Private<serde_json::Value>,
    ) -> Result<UnitId, DraftError> {
        let draft = match draft {
            Some(draft) => self.own_draft(by, draft).map(|_| draft)?,
            None => self.safe.new_unit().map_err(AppError::from)?,
        };
        let act = Act::Draft { draft, by, at: self.now(), about, done: false };
        self.record(Some(VaultKey::Unit(draft)), &act, &FactContent::of(text))?;
        Ok(draft)
    }

    /// Returns the text of a form.
    pub fn draft(
        &self,
        by: ProfessionalId,
        draft: UnitId,
    ) -> Result<Private<serde_json::Value>, DraftError> {
        let number = self.own_draft(by, draft)?;
        let record = self.journal.read(number, 1).map_err(AppError::from)?;
        let record = record.first().ok_or(DraftError::Unknown)?;
        let entry = self.safe.read(number, record).map_err(AppError::from)?;
        let Entry::Fact(fact) = entry else { return Err(DraftError::Unknown) };
        let content = self.safe.fact_content(&fact).map_err(AppError::from)?;
        content.and_then(|content| content.read()).ok_or(DraftError::Unknown)
    }

    /// Throws a draft away: its key is destroyed.
    pub fn drop_draft(&self, by: ProfessionalId, draft: UnitId) -> Result<(), DraftError> {
        self.own_draft(by, draft)?;
        let act = Act::Draft { draft, by, at: self.now(), about: None, done: true };
        self.record(None, &act, &FactContent::default())?;
        self.safe.vault().destroy(&[VaultKey::Unit(draft)]).map_err(AppError::from)?;
        Ok(())
    }

    fn own_draft(&self, by: ProfessionalId, draft: UnitId) -> Result<Number, DraftError> {
        let state = self.state();
        let known = state.drafts.get(&draft).filter(|draft| draft.by == by);
        known.map(|draft| draft.number).ok_or(DraftError::Unknown)
    }

    /// Returns the drafts of a professional, oldest first.
    #[must_use]
    pub fn drafts(&self, by: ProfessionalId) -> Vec<UnitId> {
        let state = self.state();
        let mut own: Vec<_> = state.drafts.iter().filter(|(_, draft)| draft.by == by).collect();
        own.sort_by_key(|(_, draft)| draft.number);
        own.into_iter().map(|(draft, _)| *draft).collect()
    }
}
