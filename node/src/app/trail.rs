//! The read trail: who opened what identifies, and when. Written before it is shown, and told to the
//! person who asks, and to whoever watches over the protection of data.

use std::sync::Arc;
use std::time::Duration;

use maillage_protocol::id::{NodeId, ProfessionalId, ReferralId};
use maillage_protocol::limits;
use maillage_protocol::private::Private;
use maillage_protocol::referral::Author;
use maillage_protocol::time::{HOUR, Timestamp};
use maillage_protocol::transport::{OpenedThere, TrailAnswer};

use super::cases::Case;
use super::feedback::is_unshared;
use super::peers::LinkState;
use super::{App, AppError, Rule, ShortCode, Story};
use crate::facts::{AccessReason, Act, FactContent};

/// Within this time, the same person who comes back to the same referral has not opened it again.
const SAME_OPENING: Duration = HOUR;
/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// How long an opening is shown (R11 of consent.md §10); its key goes with its quarter.
const SHOWN: Duration = Rule::Trail.keeps();

/// Somebody here opened what identifies in a referral, as the journal says it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opened {
    /// When.
    pub(super) at: Timestamp,
    /// Who.
    pub(super) by: ProfessionalId,
    /// Why, if they read no content but for a reason.
    pub(super) why: Option<AccessReason>,
    /// Whether they read no more than her name.
    pub(super) found: bool,
}

/// Somebody here opened what identifies in a referral.
#[derive(Clone, Debug)]
pub struct Opening {
    /// When.
    pub at: Timestamp,
    /// Their name.
    pub by: Private<String>,
    /// Why, if they read no content but for a reason.
    pub why: Option<AccessReason>,
    /// Whether they read no more than her name, in what a search found.
    pub found: bool,
}

impl App {
    /// Returns everything that may be shown of one referral to somebody here. That they opened it is
    /// on the disk first, unless it waits to be opened: the page shows a need then, and asks.
    pub fn open_story(
        &self,
        by: ProfessionalId,
        id: ReferralId,
    ) -> Result<Option<Story>, AppError> {
        let Some(story) = self.story(id)? else { return Ok(None) };
        let shown = story.erasure.is_none() && !story.row.unopened;
        if shown && (self.is_new_to(by, id) || !self.has_just(by, id, |opened| !opened.found)) {
            self.write_opening(by, id, None)?;
        }
        Ok(Some(story))
    }

    /// Writes that somebody opens a referral.
    pub(super) fn write_opening(
        &self,
        by: ProfessionalId,
        referral: ReferralId,
        why: Option<AccessReason>,
    ) -> Result<(), AppError> {
        let act = Act::Opened { referral, by, at: self.now(), why, found: false };
        self.record(None, &act, &FactContent::default())?;
        Ok(())
    }

    /// Writes that somebody is shown the name of a person, because a search found it.
    pub(super) fn write_found(
        &self,
        by: ProfessionalId,
        referral: ReferralId,
    ) -> Result<(), AppError> {
        if !self.has_just(by, referral, |_| true) {
            let act = Act::Opened { referral, by, at: self.now(), why: None, found: true };
            self.record(None, &act, &FactContent::default())?;
        }
        Ok(())
    }

    /// Tells whether somebody knows whom a referral is about: they wrote the last of it, or the trail
    /// says that they opened it. To anybody else a list shows its reference alone.
    pub(super) fn has_met(&self, by: ProfessionalId, id: ReferralId) -> bool {
        let state = self.state();
        let wrote = |case: &Arc<Case>| case.spoke == Some(by);
        let opened = |opened: &Opened| opened.by == by && opened.why.is_none();
        state.cases.get(&id).is_some_and(wrote)
            || state.openings.get(&id).is_some_and(|openings| openings.iter().any(opened))
    }

    /// Tells whether something of a referral waits for somebody to open it, anew if need be.
    fn is_new_to(&self, by: ProfessionalId, id: ReferralId) -> bool {
        let new = |case: &Arc<Case>| {
            case.news.is_some() || case.handed.is_some() && case.followed_by == Some(by)
        };
        self.state().cases.get(&id).is_some_and(new)
    }

    /// Tells whether the same person did this within the hour.
    fn has_just(&self, by: ProfessionalId, id: ReferralId, this: fn(&Opened) -> bool) -> bool {
        let now = self.now();
        let state = self.state();
        let openings = state.openings.get(&id).map(Vec::as_slice).unwrap_or_default();
        let theirs = |opened: &&Opened| opened.by == by && opened.why.is_none() && this(opened);
        let last = openings.iter().rev().find(theirs);
        last.is_some_and(|opened| now.since(opened.at) < SAME_OPENING)
    }

    /// Returns who opened a referral here, the last one first.
    #[must_use]
    pub fn openings(&self, id: ReferralId) -> Vec<Opening> {
        let now = self.now();
        let state = self.state();
        let openings = state.openings.get(&id).map(Vec::as_slice).unwrap_or_default();
        let shown = openings.iter().rev().filter(|opened| now.since(opened.at) <= SHOWN);
        shown
            .map(|Opened { at, by, why, found }| Opening {
                at: *at,
                by: state.accounts.name_of(*by),
                why: *why,
                found: *found,
            })
            .collect()
    }

    /// Returns on which days a referral that a partner and we take part in was opened here, the last
    /// one first. Of any other, nothing; nor if she wants nothing told of what follows.
    #[must_use]
    pub fn trail_for(&self, peer: NodeId, id: ReferralId) -> TrailAnswer {
        let linked = self.link_state(peer) == Some(LinkState::Active);
        let case = self.case(id).filter(|case| linked && case.peer == peer);
        let Some(case) = case else { return TrailAnswer::default() };
        if case.side == Author::Receiver && is_unshared(&case) {
            return TrailAnswer { withheld: true, ..TrailAnswer::default() };
        }
        let day = |at: Timestamp| Timestamp(at.0 - at.0 % DAY_MS);
        let openings = self.openings(id).into_iter().filter(|opening| !opening.found);
        let mut openings: Vec<_> = openings
            .map(|opening| OpenedThere { at: day(opening.at), exceptional: opening.why.is_some() })
            .collect();
        openings.dedup();
        openings.truncate(limits::TRAIL_OPENINGS);
        TrailAnswer { openings, withheld: false }
    }

    /// Returns who opened what here, the last one first, at most `limit` times: of one referral, or
    /// of all.
    pub(super) fn trail(&self, of: Option<ShortCode>, limit: usize) -> Vec<(ShortCode, Opening)> {
        let referrals: Vec<_> = {
            let state = self.state();
            let named = state.openings.keys().map(|id| (*id, ShortCode::of(*id)));
            named.filter(|(_, code)| of.is_none_or(|of| of == *code)).collect()
        };
        let openings = referrals.into_iter().flat_map(|(id, code)| {
            self.openings(id).into_iter().map(move |opening| (code, opening))
        });
        let mut openings: Vec<_> = openings.collect();
        openings.sort_by_key(|(_, opening)| std::cmp::Reverse(opening.at));
        openings.truncate(limit);
        openings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::{Pair, propose, propose_once};
    use crate::app::{AccountPerson, Texts};
    use crate::facts::Capability;
    use maillage_protocol::referral::Command;

    #[test]
    fn who_opens_is_written_before_it_is_shown_and_once_an_hour() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        let person = AccountPerson::new("nadia", "Mme Nadia");
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
        // Of the hour, whoever works there says nothing to another structure.
        let told = pair.a.trail_for(pair.b.node(), id);
        let day = Timestamp(first.0 - first.0 % DAY_MS);
        assert_eq!(told.openings, [OpenedThere { at: day, exceptional: false }]);
        assert!(
            pair.a.trail_for(NodeId([7; 32]), id).openings.is_empty(),
            "nobody else's business"
        );
        pair.a.suspend_link(pair.b.node()).unwrap();
        assert!(pair.a.trail_for(pair.b.node(), id).openings.is_empty());
        pair.ccas.env.advance(SHOWN);
        assert_eq!(pair.a.openings(id).len(), 1);
    }

    #[test]
    fn what_is_new_stays_new_for_whoever_only_finds_it() {
        let pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        let accept = Command::Accept;
        pair.b.say(None, Author::Receiver, id, accept, Texts::default(), None).unwrap();
        pair.exchange();
        let person = AccountPerson::new("ines", "Mme Inès");
        let password = Private::from("le lavoir de brenne".to_owned());
        let somebody =
            pair.a.add_account(&person, vec![Capability::Work], &password).unwrap().unwrap();
        // To be given a referral, even by oneself, is not to have read it.
        assert!(pair.a.hand_on(somebody, id, somebody).unwrap());
        assert!(pair.a.is_new_to(somebody, id) && !pair.a.has_met(somebody, id));
        pair.a.write_found(somebody, id).unwrap();
        assert!(pair.a.is_new_to(somebody, id) && pair.a.has_met(somebody, id));
        pair.a.open_story(somebody, id).unwrap().unwrap();
        assert!(!pair.a.is_new_to(somebody, id));
        let found: Vec<_> = pair.a.openings(id).iter().map(|opening| opening.found).collect();
        assert_eq!(found, [false, true]);
        assert_eq!(pair.a.trail_for(pair.b.node(), id).openings.len(), 1);
    }

    #[test]
    fn the_trail_is_read_for_one_referral_or_for_all_the_last_one_first() {
        let pair = Pair::linked();
        let [one, two] = [1, 2].map(|once| propose_once(&pair.a, pair.b.node(), once));
        let somebody = ProfessionalId::from_bytes([5; 16]);
        for id in [one, two] {
            pair.ccas.env.advance(SAME_OPENING);
            pair.a.open_story(somebody, id).unwrap().unwrap();
        }
        let codes = |of, limit| {
            let trail = pair.a.trail(of, limit).into_iter();
            trail.map(|(code, _)| code).collect::<Vec<_>>()
        };
        let [one, two] = [one, two].map(ShortCode::of);
        assert_eq!(codes(None, 9), [two, one]);
        assert_eq!(codes(None, 1), [two]);
        assert_eq!(codes(Some(one), 9), [one]);
    }
}
