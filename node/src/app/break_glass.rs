//! Break-glass: those who run the node read no content. When there is no other way, one of them asks
//! to open one referral and says why, another one agrees, it stays open for an hour, and every
//! opening is in the trail that the person reads (consent.md §8, reliability.md §7.1).

use std::time::Duration;

use maillage_protocol::id::{ProfessionalId, ReferralId};
use maillage_protocol::private::Private;
use maillage_protocol::time::{DAY, HOUR, Timestamp};

use super::{App, AppError, ShortCode, Story};
use crate::facts::{AccessReason, Act, Capability, FactContent};

/// How long it stays open.
const OPEN_FOR: Duration = HOUR;
/// How long it may be agreed to.
const AGREED_WITHIN: Duration = DAY.saturating_mul(7);
/// How long whoever runs a node alone waits before they agree with themselves.
const ALONE: Duration = DAY;

/// Somebody asked to open a referral that they may not read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    why: AccessReason,
    at: Timestamp,
    granted: Option<Timestamp>,
}

impl Asked {
    pub(super) const fn new(why: AccessReason, at: Timestamp) -> Self {
        Self { why, at, granted: None }
    }

    pub(super) fn grant(&mut self, at: Timestamp) {
        self.granted = self.granted.or(Some(at));
    }

    fn is_open(&self, now: Timestamp) -> bool {
        self.granted.is_some_and(|at| at <= now && now < at.after(OPEN_FOR))
    }

    fn waits(&self, now: Timestamp) -> bool {
        self.granted.is_none() && now < self.at.after(AGREED_WITHIN)
    }
}

/// An access that was asked for, as those who run the node see it.
#[derive(Clone, Debug)]
pub struct ExceptionalAccess {
    /// The referral.
    pub code: ShortCode,
    /// Who asked.
    pub by: ProfessionalId,
    /// Their name.
    pub name: Private<String>,
    /// Why.
    pub why: AccessReason,
    /// When.
    pub asked: Timestamp,
    /// Until when it is open, if somebody agreed.
    pub until: Option<Timestamp>,
    /// Whether it is open now.
    pub open: bool,
    /// Whether somebody may still agree.
    pub waits: bool,
}

/// Why nothing is opened.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// There is no such referral, or nobody asked for it.
    #[error("there is nothing to open")]
    Unknown,
    /// Another administrator has to agree.
    #[error("another administrator has to agree")]
    NeedsAnother,
    /// Whoever runs the node alone has to wait.
    #[error("it is too early")]
    TooEarly,
    /// The node failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl App {
    /// Asks to open a referral, in the name of somebody who may not read it.
    pub(super) fn ask_access(
        &self,
        by: ProfessionalId,
        code: ShortCode,
        why: AccessReason,
    ) -> Result<(), AccessError> {
        let referral = self.find(code).ok_or(AccessError::Unknown)?;
        let act = Act::AccessAsked { referral, by, why, at: self.now() };
        self.record(None, &act, &FactContent::default())?;
        Ok(())
    }

    /// Agrees that somebody opens a referral for an hour. Nobody agrees with themselves, unless they
    /// run the node alone and a day has passed.
    pub(super) fn grant_access(
        &self,
        by: ProfessionalId,
        to: ProfessionalId,
        code: ShortCode,
    ) -> Result<(), AccessError> {
        let now = self.now();
        let referral = self.find(code).ok_or(AccessError::Unknown)?;
        {
            let state = self.state();
            let asked = state.accesses.get(&(referral, to)).ok_or(AccessError::Unknown)?;
            if !asked.waits(now) {
                return Err(AccessError::Unknown);
            }
            let administers = |id: ProfessionalId| {
                let account = state.accounts.active(id);
                account.is_some_and(|it| it.capabilities.contains(&Capability::Administer))
            };
            let others = state.accounts.all().any(|other| other.id != to && administers(other.id));
            match by == to {
                true if others => return Err(AccessError::NeedsAnother),
                true if now < asked.at.after(ALONE) => return Err(AccessError::TooEarly),
                true | false => {}
            }
        }
        let act = Act::AccessGranted { referral, to, by, at: now };
        self.record(None, &act, &FactContent::default())?;
        Ok(())
    }

    /// Opens a referral for somebody to whom it was agreed. That they opened it, and why, is on the
    /// disk first.
    pub(super) fn open_by_exception(
        &self,
        by: ProfessionalId,
        code: ShortCode,
    ) -> Result<Option<Story>, AppError> {
        let Some(referral) = self.find(code) else { return Ok(None) };
        let now = self.now();
        let why = {
            let state = self.state();
            let asked = state.accesses.get(&(referral, by)).filter(|asked| asked.is_open(now));
            asked.map(|asked| asked.why)
        };
        let Some(why) = why else { return Ok(None) };
        self.write_opening(by, referral, Some(why))?;
        self.story(referral)
    }

    /// Returns the accesses that were asked for, the last one first.
    pub(super) fn accesses(&self) -> Vec<ExceptionalAccess> {
        let now = self.now();
        let state = self.state();
        let view =
            |((referral, by), asked): (&(ReferralId, ProfessionalId), &Asked)| ExceptionalAccess {
                code: ShortCode::of(*referral),
                by: *by,
                name: state.accounts.name_of(*by),
                why: asked.why,
                asked: asked.at,
                until: asked.granted.map(|at| at.after(OPEN_FOR)),
                open: asked.is_open(now),
                waits: asked.waits(now),
            };
        let mut accesses: Vec<_> = state.accesses.iter().map(view).collect();
        accesses.sort_by_key(|access| std::cmp::Reverse(access.asked));
        accesses
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::{Pair, propose};
    use crate::app::{AccountPerson, Opening};

    fn admin(app: &App, login: &str) -> ProfessionalId {
        let person = AccountPerson { login: login.to_owned(), name: format!("M. {login}") };
        let password = Private::from("le lavoir de brenne".to_owned());
        app.add_account(&person, vec![Capability::Administer], &password).unwrap().unwrap()
    }

    #[test]
    fn who_reads_no_content_opens_with_a_reason_and_a_second_one_for_an_hour() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        let code = ShortCode::of(id);
        let [one, two] = ["paul", "anne"].map(|login| admin(&pair.a, login));
        let opens = |pair: &Pair| pair.a.open_by_exception(one, code).unwrap().is_some();
        assert!(!opens(&pair));
        assert!(matches!(pair.a.grant_access(two, one, code), Err(AccessError::Unknown)));
        pair.a.ask_access(one, code, AccessReason::Court).unwrap();
        assert!(!opens(&pair));
        let alone = pair.a.grant_access(one, one, code);
        assert!(matches!(alone, Err(AccessError::NeedsAnother)), "{alone:?}");
        pair.a.grant_access(two, one, code).unwrap();
        for _restarted in 0..2 {
            assert!(opens(&pair));
            assert!(pair.a.open_by_exception(two, code).unwrap().is_none());
            pair.restart();
        }
        let openings = pair.a.openings(id);
        assert_eq!(openings.len(), 2);
        let told = |opening: &Opening| {
            opening.why == Some(AccessReason::Court) && opening.by.reveal() == "M. paul"
        };
        assert!(openings.iter().all(told));
        // An hour is over to the millisecond.
        pair.ccas.env.advance(OPEN_FOR.saturating_sub(Duration::from_millis(1)));
        assert!(opens(&pair));
        pair.ccas.env.advance(Duration::from_millis(1));
        assert!(!opens(&pair));
        assert!(matches!(pair.a.grant_access(two, one, code), Err(AccessError::Unknown)));
    }

    #[test]
    fn who_runs_a_node_alone_waits_a_day() {
        let pair = Pair::linked();
        let code = ShortCode::of(propose(&pair));
        let one = admin(&pair.a, "paul");
        pair.a.ask_access(one, code, AccessReason::Repair).unwrap();
        pair.ccas.env.advance(ALONE.saturating_sub(Duration::from_millis(1)));
        let early = pair.a.grant_access(one, one, code);
        assert!(matches!(early, Err(AccessError::TooEarly)), "{early:?}");
        pair.ccas.env.advance(Duration::from_millis(1));
        pair.a.grant_access(one, one, code).unwrap();
        assert!(pair.a.open_by_exception(one, code).unwrap().is_some());
        // What nobody agreed to in a week is over.
        pair.a.ask_access(one, code, AccessReason::Repair).unwrap();
        pair.ccas.env.advance(AGREED_WITHIN);
        assert!(matches!(pair.a.grant_access(one, one, code), Err(AccessError::Unknown)));
    }
}
