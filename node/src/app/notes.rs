//! Private notes: what a team writes down for itself about somebody. They have no category and no
//! place in a payload, so nothing can carry one away (consent.md §7). They go with what identifies.

use std::sync::Arc;

use maillage_protocol::disclosure::SecrecyRegime;
use maillage_protocol::erasure::ErasureCause;
use maillage_protocol::guard::{Action, Finding, Kind, guard};
use maillage_protocol::id::{ProfessionalId, ReferralId, UnitId};
use maillage_protocol::private::Private;
use maillage_protocol::time::Timestamp;

use super::saying::SayError;
use super::turns::Subject;
use super::{App, AppError};
use crate::facts::{Act, Entry, FactContent};
use crate::journal::Number;
use crate::vault::VaultKey;

/// What a team writes for itself, from 1 to [`PrivateNote::LONGEST`] characters. It is no text of the
/// protocol, and cannot become one.
///
/// ```compile_fail
/// fn leaves<T: serde::Serialize>() {}
/// leaves::<maillage_node::app::PrivateNote>();
/// ```
/// ```compile_fail
/// fn is_sent<T: Into<maillage_node::app::Words>>() {}
/// is_sent::<maillage_node::app::PrivateNote>();
/// ```
#[derive(Clone, Debug)]
pub struct PrivateNote(Private<String>);

/// Why a note is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnfitNote {
    /// It says nothing.
    #[error("the note is empty")]
    Empty,
    /// It is longer than a note may be.
    #[error("the note is too long")]
    TooLong,
    /// It holds a number or a secret that nobody may keep.
    #[error("this must not be written: {}", .0.code())]
    Unwritable(Kind),
}

impl PrivateNote {
    /// Characters of the longest.
    pub const LONGEST: usize = 2_000;

    /// Reads what was typed. Numbers of the social security, passwords and their like are kept by
    /// nobody, not even here (consent.md §12, class A).
    pub fn written(text: &str) -> Result<Self, UnfitNote> {
        let text = text.trim();
        if text.is_empty() {
            return Err(UnfitNote::Empty);
        }
        if text.chars().count() > Self::LONGEST {
            return Err(UnfitNote::TooLong);
        }
        let kept_nowhere = |finding: &Finding| {
            let reaches_somebody = matches!(finding.kind, Kind::Email | Kind::Phone);
            finding.action == Action::Refused && !reaches_somebody
        };
        match guard(text, SecrecyRegime::Profession).findings.into_iter().find(kept_nowhere) {
            Some(Finding { kind, .. }) => Err(UnfitNote::Unwritable(kind)),
            None => Ok(Self(text.to_owned().into())),
        }
    }

    /// Shows it to whoever may read it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

/// A note, as the team reads it.
#[derive(Clone, Debug)]
pub struct Note {
    /// Its name here.
    pub id: UnitId,
    /// When it was written.
    pub at: Timestamp,
    /// Who wrote it.
    pub by: Private<String>,
    /// What it says.
    pub text: PrivateNote,
}

/// Where a note lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotePlace {
    /// The unit that seals it, and nothing else.
    pub(super) unit: UnitId,
    /// The record.
    pub(super) number: Number,
    /// Who wrote it.
    pub(super) by: ProfessionalId,
    /// When.
    pub(super) at: Timestamp,
}

impl App {
    /// Keeps a note about a referral, for this team.
    pub(super) fn write_note(
        &self,
        by: ProfessionalId,
        referral: ReferralId,
        note: &PrivateNote,
        once: [u8; 16],
    ) -> Result<(), SayError> {
        // Not while she is being erased: a note that came later would stay.
        self.turns.take(Subject::Erasure, || {
            if self.already(&once).is_some() {
                return Ok(());
            }
            let case = self.case(referral).ok_or(SayError::Unknown)?;
            if case.erased {
                return Err(SayError::Erased);
            }
            let unit = self.safe.new_unit()?;
            let act = Act::Noted { referral, by, at: self.now(), once };
            let content = FactContent::of(&note.reveal());
            self.record(Some(VaultKey::Unit(unit)), &act, &content)?;
            Ok(())
        })
    }

    /// Destroys a note. One that is gone already stays so.
    pub(super) fn destroy_note(&self, referral: ReferralId, note: UnitId) -> Result<(), AppError> {
        self.turns.take(Subject::Erasure, || {
            let Some(case) = self.case(referral) else { return Ok(()) };
            let Some(place) = case.notes.iter().find(|place| place.unit == note) else {
                return Ok(());
            };
            self.append(&[self.shred(place.unit, ErasureCause::Closure, Vec::new())])?;
            self.destroy_units(&[place.unit].into())?;
            self.take_notes_out(&[*place])
        })
    }

    /// Takes notes out of the journal and out of memory, once nothing opens them.
    pub(super) fn take_notes_out(&self, gone: &[NotePlace]) -> Result<(), AppError> {
        self.strip(&gone.iter().map(|place| place.number).collect::<Vec<_>>())?;
        let mut state = self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        for case in state.cases.values_mut() {
            let holds = |place: &NotePlace| gone.iter().any(|gone| gone.unit == place.unit);
            if case.notes.iter().any(holds) {
                Arc::make_mut(case).notes.retain(|place| !holds(place));
            }
        }
        Ok(())
    }

    /// Returns the notes of a referral, oldest first.
    pub(super) fn notes(&self, referral: ReferralId) -> Result<Vec<Note>, AppError> {
        let Some(case) = self.case(referral) else { return Ok(Vec::new()) };
        let mut notes = Vec::new();
        for place in &case.notes {
            let Some(Entry::Fact(fact)) = self.read(place.number)? else { continue };
            let content = self.safe.fact_content(&fact)?;
            let Some(text) = content.and_then(|content| content.read::<String>()) else { continue };
            let (id, at, by) = (place.unit, place.at, self.state().accounts.name_of(place.by));
            notes.push(Note { id, at, by, text: PrivateNote(text.into()) });
        }
        Ok(notes)
    }
}

#[cfg(test)]
mod tests {
    use maillage_protocol::consent::WithdrawalScope;
    use maillage_protocol::referral::{Author, Command};

    use super::*;
    use crate::app::Texts;
    use crate::app::tests::{NADIA, Pair, propose};

    fn texts(app: &App, id: ReferralId) -> Vec<String> {
        let notes = app.notes(id).unwrap();
        notes.iter().map(|note| note.text.reveal().to_owned()).collect()
    }

    fn writes(app: &App, id: ReferralId, text: &str, once: u8) {
        let note = PrivateNote::written(text).unwrap();
        app.write_note(NADIA, id, &note, [once; 16]).unwrap();
    }

    #[test]
    fn a_private_note_stays_with_the_team_and_goes_with_her() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        writes(&pair.a, id, "Rappeler le service des aides.", 1);
        writes(&pair.a, id, "Rappeler le service des aides.", 1);
        writes(&pair.a, id, "Vue lundi, plus calme.", 2);
        pair.exchange();
        assert!(pair.b.notes(id).unwrap().is_empty());
        let unit = pair.a.notes(id).unwrap()[0].id;
        pair.a.destroy_note(id, unit).unwrap();
        pair.a.destroy_note(id, unit).unwrap();
        for _restarted in 0..2 {
            assert_eq!(texts(&pair.a, id), ["Vue lundi, plus calme."]);
            assert!(!pair.a.safe.holds(VaultKey::Unit(unit)).unwrap());
            pair.restart();
        }
        let unit = pair.a.notes(id).unwrap()[0].id;
        let withdraw = Command::Withdraw(WithdrawalScope::Referral);
        pair.a.say(None, Author::Person, id, withdraw, Texts::default(), None).unwrap();
        for _restarted in 0..2 {
            assert!(texts(&pair.a, id).is_empty());
            assert!(!pair.a.safe.holds(VaultKey::Unit(unit)).unwrap());
            let note = PrivateNote::written("Trop tard.").unwrap();
            let late = pair.a.write_note(NADIA, id, &note, [3; 16]);
            assert!(matches!(late, Err(SayError::Erased)), "{late:?}");
            pair.restart();
        }
    }

    #[test]
    fn a_stop_while_a_note_is_destroyed_leaves_nothing_of_it() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        writes(&pair.a, id, "À ne pas garder.", 1);
        let place = pair.a.case(id).unwrap().notes[0];
        let shred = pair.a.shred(place.unit, ErasureCause::Closure, Vec::new());
        pair.a.append(&[shred]).unwrap();
        pair.restart();
        assert!(pair.a.case(id).unwrap().notes.is_empty());
        assert!(!pair.a.safe.holds(VaultKey::Unit(place.unit)).unwrap());
        let Some(Entry::Fact(fact)) = pair.a.read(place.number).unwrap() else { panic!("a note") };
        assert!(fact.content.sealed.is_empty());
    }

    #[test]
    fn a_note_keeps_what_is_delicate_and_no_number_or_secret() {
        assert!(PrivateNote::written("Elle suit une chimiothérapie.").is_ok());
        assert_eq!(PrivateNote::written(" \n").unwrap_err(), UnfitNote::Empty);
        assert!(PrivateNote::written("Sa collègue : 01 99 00 12 34.").is_ok());
        let longest = "é".repeat(PrivateNote::LONGEST);
        assert!(PrivateNote::written(&longest).is_ok());
        assert_eq!(PrivateNote::written(&format!("{longest}é")).unwrap_err(), UnfitNote::TooLong);
        let number = PrivateNote::written("NIR 2 55 08 14 168 025 38").unwrap_err();
        assert_eq!(number, UnfitNote::Unwritable(Kind::SocialSecurityNumber));
    }
}
