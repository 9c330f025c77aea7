//! Forms that are not finished: sealed in the journal, so that nothing typed is lost, and each
//! under a key of its own, so that it can be thrown away.

use maillage_protocol::id::{ProfessionalId, UnitId};
use maillage_protocol::private::Private;

use super::{App, AppError};
use crate::facts::{Act, Entry, FactContent};
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

impl App {
    /// Keeps the text of a form, as a new draft or in the place of what was kept before.
    pub fn keep_draft(
        &self,
        by: ProfessionalId,
        draft: Option<UnitId>,
        text: &Private<serde_json::Value>,
    ) -> Result<UnitId, DraftError> {
        let draft = match draft {
            Some(draft) => self.own_draft(by, draft).map(|_| draft)?,
            None => self.safe.new_unit().map_err(AppError::from)?,
        };
        let act = Act::Draft { draft, by, done: false };
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
        let act = Act::Draft { draft, by, done: true };
        self.record(None, &act, &FactContent::default())?;
        self.safe.vault().destroy(&[VaultKey::Unit(draft)]).map_err(AppError::from)?;
        Ok(())
    }

    fn own_draft(
        &self,
        by: ProfessionalId,
        draft: UnitId,
    ) -> Result<crate::journal::Number, DraftError> {
        let state = self.state();
        let known = state.drafts.get(&draft).filter(|(owner, _)| *owner == by);
        known.map(|(_, number)| *number).ok_or(DraftError::Unknown)
    }

    /// Returns the drafts of a professional, oldest first.
    #[must_use]
    pub fn drafts(&self, by: ProfessionalId) -> Vec<UnitId> {
        let state = self.state();
        let mut own: Vec<_> = state.drafts.iter().filter(|(_, (owner, _))| *owner == by).collect();
        own.sort_by_key(|(_, (_, number))| *number);
        own.into_iter().map(|(draft, _)| *draft).collect()
    }
}
