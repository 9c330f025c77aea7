//! The read trail: who opened what identifies, and when. Written before it is shown, and told to the
//! person who asks.

use std::time::Duration;

use maillage_protocol::id::{ProfessionalId, ReferralId};
use maillage_protocol::private::Private;
use maillage_protocol::time::{DAY, HOUR, Timestamp};

use super::{App, AppError, Story};
use crate::facts::{Act, FactContent};

/// Within this time, the same person who comes back to the same referral has not opened it again.
const SAME_OPENING: Duration = HOUR;
/// How long an opening is shown (R11 of consent.md §10).
const SHOWN: Duration = DAY.saturating_mul(365);

/// Somebody here opened what identifies in a referral.
#[derive(Clone, Debug)]
pub struct Opening {
    /// When.
    pub at: Timestamp,
    /// Their name.
    pub by: Private<String>,
}

impl App {
    /// Returns everything that may be shown of one referral to somebody here. That they opened it is
    /// on the disk first.
    pub fn open_story(
        &self,
        by: ProfessionalId,
        id: ReferralId,
    ) -> Result<Option<Story>, AppError> {
        let Some(story) = self.story(id)? else { return Ok(None) };
        if story.erasure.is_none() && !self.has_just_opened(by, id) {
            let act = Act::Opened { referral: id, by, at: self.now() };
            self.record(None, &act, &FactContent::default())?;
        }
        Ok(Some(story))
    }

    fn has_just_opened(&self, by: ProfessionalId, id: ReferralId) -> bool {
        let now = self.now();
        let state = self.state();
        let openings = state.openings.get(&id).map(Vec::as_slice).unwrap_or_default();
        let last = openings.iter().rev().find(|(_, who)| *who == by);
        last.is_some_and(|(at, _)| now.since(*at) < SAME_OPENING)
    }

    /// Returns who opened a referral here, the last one first.
    #[must_use]
    pub fn openings(&self, id: ReferralId) -> Vec<Opening> {
        let now = self.now();
        let state = self.state();
        let openings = state.openings.get(&id).map(Vec::as_slice).unwrap_or_default();
        let shown = openings.iter().rev().filter(|(at, _)| now.since(*at) <= SHOWN);
        shown.map(|(at, by)| Opening { at: *at, by: state.accounts.name_of(*by) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::AccountPerson;
    use crate::app::tests::{Pair, propose};
    use crate::facts::Capability;

    #[test]
    fn who_opens_is_written_before_it_is_shown_and_once_an_hour() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        let person = AccountPerson { login: "nadia".to_owned(), name: "Mme Nadia".to_owned() };
        let password = Private::from("le lavoir de brenne".to_owned());
        let nadia =
            pair.a.add_account(&person, vec![Capability::Work], &password).unwrap().unwrap();
        for _ in 0..3 {
            pair.a.open_story(nadia, id).unwrap().unwrap();
        }
        let first = pair.a.now();
        pair.ccas.env.advance(SAME_OPENING);
        pair.a.open_story(nadia, id).unwrap().unwrap();
        for _restarted in 0..2 {
            let openings = pair.a.openings(id);
            let times: Vec<_> = openings.iter().map(|opening| opening.at).collect();
            assert_eq!(times, [first.after(SAME_OPENING), first]);
            assert!(openings.iter().all(|opening| opening.by.reveal() == "Mme Nadia"));
            pair.restart();
        }
        // The other structure has a trail of its own.
        pair.exchange();
        assert!(pair.b.openings(id).is_empty());
        pair.ccas.env.advance(SHOWN);
        assert_eq!(pair.a.openings(id).len(), 1);
    }
}
