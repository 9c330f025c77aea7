//! Break-glass: those who run the node read no content. When there is no other way, one of them asks
//! to open one referral and says why, another one agrees, it stays open for an hour, and every
//! opening is in the trail that the person reads (consent.md §8, reliability.md §7.1).

use std::time::Duration;

use maillage_protocol::id::{ProfessionalId, ReferralId};
use maillage_protocol::private::Private;
use maillage_protocol::time::{DAY, HOUR, Timestamp};

use super::notes::Note;
use super::person::PersonCard;
use super::turns::Subject;
use super::{App, AppError, Rule, ShortCode, Story};
use crate::facts::{AccessReason, Act, Capability, FactContent};

/// How long it stays open.
const OPEN_FOR: Duration = HOUR;
/// How long it may be agreed to.
const AGREED_WITHIN: Duration = DAY.saturating_mul(7);
/// How long whoever runs a node alone waits before they agree with themselves.
const ALONE: Duration = DAY;

/// Somebody asked to open a referral that they may not read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Access {
    pub(super) referral: ReferralId,
    pub(super) by: ProfessionalId,
    pub(super) why: AccessReason,
    pub(super) asked: Timestamp,
    /// Who agreed, and when.
    pub(super) granted: Option<(ProfessionalId, Timestamp)>,
    /// When it was given up, refused or closed.
    pub(super) ended: Option<Timestamp>,
}

impl Access {
    /// Tells whether it is this one. An act about another one changes nothing.
    pub(super) fn is(&self, referral: ReferralId, by: ProfessionalId, asked: Timestamp) -> bool {
        (self.referral, self.by, self.asked) == (referral, by, asked)
    }

    fn until(&self) -> Option<Timestamp> {
        let (_, granted) = self.granted?;
        let end = granted.after(OPEN_FOR);
        Some(self.ended.map_or(end, |ended| ended.min(end)))
    }

    fn is_open(&self, now: Timestamp) -> bool {
        let granted = self.granted.is_some_and(|(_, at)| at <= now);
        granted && self.until().is_some_and(|until| now < until)
    }

    fn waits(&self, now: Timestamp) -> bool {
        let decided = self.granted.is_some() || self.ended.is_some();
        !decided && now < self.asked.after(AGREED_WITHIN)
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
    /// Who agreed.
    pub granted_by: Option<Private<String>>,
    /// Until when it is or was open, if somebody agreed.
    pub until: Option<Timestamp>,
    /// Whether it is open now.
    pub open: bool,
    /// Whether somebody may still agree.
    pub waits: bool,
}

/// All that is kept here of a referral: what she may ask for.
#[derive(Clone, Debug)]
pub struct Everything {
    /// What was asked and said.
    pub story: Story,
    /// Who she is and how to reach her, whether it was told or not.
    pub person: Option<PersonCard>,
    /// What the team wrote for itself.
    pub notes: Vec<Note>,
}

/// Which access is meant: whose, to what, asked when.
#[derive(Clone, Copy, Debug)]
pub struct AccessName {
    /// The referral.
    pub code: ShortCode,
    /// Who asked.
    pub by: ProfessionalId,
    /// When: whoever agrees has read this request, and not another one.
    pub asked: Timestamp,
}

/// Why nothing is opened.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// There is no such referral, or nobody asked for it.
    #[error("there is nothing to open")]
    Unknown,
    /// It is asked for already.
    #[error("it is asked for already")]
    Pending,
    /// Another administrator has to agree.
    #[error("another administrator has to agree")]
    NeedsAnother,
    /// Whoever runs the node alone has to wait.
    #[error("it is too early")]
    TooEarly,
    /// Whoever would agree has an account for less than a day, from whoever asks.
    #[error("whoever asks has just made the account of whoever agrees")]
    TooNew,
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
        self.turns.take(Subject::Referral(referral), || {
            if self.live_access(referral, by).is_some() {
                return Err(AccessError::Pending);
            }
            let act = Act::AccessAsked { referral, by, why, at: self.now() };
            self.record(None, &act, &FactContent::default())?;
            Ok(())
        })
    }

    /// Agrees that somebody opens a referral for an hour. Nobody agrees with themselves, unless they
    /// run the node alone and a day has passed.
    pub(super) fn grant_access(
        &self,
        by: ProfessionalId,
        AccessName { code, by: to, asked }: AccessName,
    ) -> Result<(), AccessError> {
        let referral = self.find(code).ok_or(AccessError::Unknown)?;
        self.turns.take(Subject::Referral(referral), || {
            let now = self.now();
            let access = self.live_access(referral, to).ok_or(AccessError::Unknown)?;
            if access.asked != asked || !access.waits(now) {
                return Err(AccessError::Unknown);
            }
            match by == to {
                true if self.others_administer(to) => return Err(AccessError::NeedsAnother),
                true if now < asked.after(ALONE) => return Err(AccessError::TooEarly),
                false if self.are_close(by, to, now) => return Err(AccessError::TooNew),
                true | false => {}
            }
            let act = Act::AccessGranted { referral, to, asked, by, at: now };
            self.record(None, &act, &FactContent::default())?;
            Ok(())
        })
    }

    /// Tells whether one of two administrators lately made a link by which the other one chooses a
    /// password: whoever holds such a link may be both.
    fn are_close(&self, one: ProfessionalId, other: ProfessionalId, now: Timestamp) -> bool {
        let pairs = [(one, Some(other)), (other, Some(one))];
        let state = self.state();
        let mut links = state.accounts.links.iter();
        links.any(|link| pairs.contains(&(link.account, link.by)) && now < link.at.after(ALONE))
    }

    /// Refuses an access, gives it up, or closes it before its hour is over.
    pub(super) fn end_access(
        &self,
        by: ProfessionalId,
        AccessName { code, by: to, asked }: AccessName,
    ) -> Result<(), AccessError> {
        let referral = self.find(code).ok_or(AccessError::Unknown)?;
        self.turns.take(Subject::Referral(referral), || {
            let access = self.live_access(referral, to).filter(|access| access.asked == asked);
            access.ok_or(AccessError::Unknown)?;
            let act = Act::AccessEnded { referral, to, asked, by, at: self.now() };
            self.record(None, &act, &FactContent::default())?;
            Ok(())
        })
    }

    fn live_access(&self, referral: ReferralId, by: ProfessionalId) -> Option<Access> {
        let now = self.now();
        let state = self.state();
        let live = |access: &&Access| {
            let theirs = access.referral == referral && access.by == by;
            theirs && (access.waits(now) || access.is_open(now))
        };
        state.accesses.iter().find(live).copied()
    }

    /// Tells whether somebody else runs this node.
    pub(super) fn others_administer(&self, who: ProfessionalId) -> bool {
        let state = self.state();
        let administers = |id: ProfessionalId| {
            let account = state.accounts.active(id);
            account.is_some_and(|it| it.capabilities.contains(&Capability::Administer))
        };
        state.accounts.all().any(|other| other.id != who && administers(other.id))
    }

    /// Opens a referral for somebody to whom it was agreed. That they opened it, and why, is on the
    /// disk first.
    pub(super) fn open_by_exception(
        &self,
        by: ProfessionalId,
        code: ShortCode,
    ) -> Result<Option<Everything>, AppError> {
        let Some(referral) = self.find(code) else { return Ok(None) };
        let now = self.now();
        let access = self.live_access(referral, by).filter(|access| access.is_open(now));
        let Some(access) = access else { return Ok(None) };
        self.write_opening(by, referral, Some(access.why))?;
        let (person, notes) = (self.person_of(referral)?, self.notes(referral)?);
        Ok(self.story(referral)?.map(|story| Everything { story, person, notes }))
    }

    /// Returns the accesses that were asked for, the last one first.
    pub(super) fn accesses(&self) -> Vec<ExceptionalAccess> {
        let now = self.now();
        let state = self.state();
        let view = |access: &Access| ExceptionalAccess {
            code: ShortCode::of(access.referral),
            by: access.by,
            name: state.accounts.name_of(access.by),
            why: access.why,
            asked: access.asked,
            granted_by: access.granted.map(|(by, _)| state.accounts.name_of(by)),
            until: access.until(),
            open: access.is_open(now),
            waits: access.waits(now),
        };
        let kept = |access: &&Access| now.since(access.asked) <= Rule::Trail.keeps();
        state.accesses.iter().rev().filter(kept).map(view).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::{Pair, propose, propose_once};
    use crate::app::{AccountPerson, Opening};

    fn admin(app: &App, login: &str) -> ProfessionalId {
        let person = AccountPerson::new(login, &format!("M. {login}"));
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
        let name = |asked| AccessName { code, by: one, asked };
        let asked = name(pair.a.now());
        assert!(matches!(pair.a.grant_access(two, asked), Err(AccessError::Unknown)));
        pair.a.ask_access(one, code, AccessReason::Court).unwrap();
        let twice = pair.a.ask_access(one, code, AccessReason::Life);
        assert!(matches!(twice, Err(AccessError::Pending)), "{twice:?}");
        assert!(!opens(&pair));
        // Who agrees has read this request, and not another one.
        let other = pair.a.grant_access(two, name(Timestamp(1)));
        assert!(matches!(other, Err(AccessError::Unknown)), "{other:?}");
        let alone = pair.a.grant_access(one, asked);
        assert!(matches!(alone, Err(AccessError::NeedsAnother)), "{alone:?}");
        pair.a.grant_access(two, asked).unwrap();
        assert_eq!(pair.a.accesses()[0].granted_by.as_ref().unwrap().reveal(), "M. anne");
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
        assert!(matches!(pair.a.grant_access(two, asked), Err(AccessError::Unknown)));
        // Another time is another request, and the first one is not forgotten.
        pair.a.ask_access(one, code, AccessReason::Repair).unwrap();
        let again = name(pair.a.now());
        pair.a.grant_access(two, again).unwrap();
        assert!(opens(&pair));
        pair.a.end_access(two, again).unwrap();
        for _restarted in 0..2 {
            assert!(!opens(&pair));
            let why: Vec<_> = pair.a.accesses().iter().map(|access| access.why).collect();
            assert_eq!(why, [AccessReason::Repair, AccessReason::Court]);
            pair.restart();
        }
    }

    #[test]
    fn nobody_agrees_through_an_account_that_they_just_made() {
        let pair = Pair::linked();
        let code = ShortCode::of(propose(&pair));
        let one = admin(&pair.a, "paul");
        let person = AccountPerson::new("anne", "M. anne");
        let link = pair.a.add_colleague(one, &person, vec![Capability::Administer]).unwrap();
        let password = "le lavoir de brenne".to_owned().into();
        pair.a.arrive(link.reveal(), &password).unwrap().unwrap().unwrap();
        let two = pair.a.account_of("anne").unwrap().id;
        pair.a.ask_access(one, code, AccessReason::Repair).unwrap();
        let asked = AccessName { code, by: one, asked: pair.a.now() };
        let other = ShortCode::of(propose_once(&pair.a, pair.b.node(), 2));
        pair.a.ask_access(two, other, AccessReason::Repair).unwrap();
        let mirrored = AccessName { code: other, by: two, asked: pair.a.now() };
        pair.ccas.env.advance(ALONE.saturating_sub(Duration::from_millis(1)));
        for (who, access) in [(two, asked), (one, mirrored)] {
            let early = pair.a.grant_access(who, access);
            assert!(matches!(early, Err(AccessError::TooNew)), "{early:?}");
        }
        pair.ccas.env.advance(Duration::from_millis(1));
        pair.a.grant_access(two, asked).unwrap();
    }

    #[test]
    fn who_runs_a_node_alone_waits_a_day() {
        let pair = Pair::linked();
        let code = ShortCode::of(propose(&pair));
        let one = admin(&pair.a, "paul");
        let ask = || {
            pair.a.ask_access(one, code, AccessReason::Repair).unwrap();
            AccessName { code, by: one, asked: pair.a.now() }
        };
        let asked = ask();
        pair.ccas.env.advance(ALONE.saturating_sub(Duration::from_millis(1)));
        let early = pair.a.grant_access(one, asked);
        assert!(matches!(early, Err(AccessError::TooEarly)), "{early:?}");
        pair.ccas.env.advance(Duration::from_millis(1));
        pair.a.grant_access(one, asked).unwrap();
        assert!(pair.a.open_by_exception(one, code).unwrap().is_some());
        // What nobody agreed to in a week is over, and so is what was given up.
        pair.ccas.env.advance(OPEN_FOR);
        let asked = ask();
        pair.ccas.env.advance(AGREED_WITHIN);
        assert!(matches!(pair.a.grant_access(one, asked), Err(AccessError::Unknown)));
        let asked = ask();
        pair.a.end_access(one, asked).unwrap();
        pair.ccas.env.advance(ALONE);
        assert!(matches!(pair.a.grant_access(one, asked), Err(AccessError::Unknown)));
    }
}
