//! Who of our team is told what: the ladder of referral.md §8.4, inside one structure. Who is away is
//! told nothing; somebody else is, in their place: there is always somebody, if anybody works here.

use maillage_protocol::id::{ProfessionalId, ReferralId};
use maillage_protocol::private::Private;
use maillage_protocol::referral::{Act as TurnAct, Reminder};
use maillage_protocol::time::Timestamp;

use super::accounts::Accounts;
use super::cases::{Case, Reminded};
use super::turns::Subject;
use super::{Account, AccountPerson, App, AppError};
use crate::facts::{Absence, AccountAct, Act, Capability, Duty, FactContent, MailChoice, Notice};
use crate::vault::VaultKey;

/// A colleague, as a list says who was told something.
#[derive(Clone, Debug)]
pub struct Colleague {
    /// Who.
    pub id: ProfessionalId,
    /// How they are called.
    pub name: Private<String>,
    /// What they do in the team besides the work.
    pub duty: Option<Duty>,
    /// Whether a mail told them.
    pub mailed: bool,
}

/// Whom something is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tier {
    /// Who spoke last about the referral.
    Follower,
    /// Everybody who has no other duty.
    Team,
    /// Who acts in the place of others.
    StandIn,
    /// Who answers for the team.
    Referent,
    /// Anybody who is not away.
    WhoeverIsThere,
}

impl Account {
    /// Tells whether they are away.
    #[must_use]
    pub fn is_away(&self, now: Timestamp) -> bool {
        self.absence.is_some_and(|absence| absence.from <= now && now < absence.until)
    }

    /// Tells whether they refer people, and answer.
    #[must_use]
    pub fn works(&self) -> bool {
        !self.disabled && self.capabilities.contains(&Capability::Work)
    }
}

impl Accounts {
    /// Returns who hears what is for a tier: whoever is there, and else those who come next.
    pub(super) fn told(
        &self,
        tier: Tier,
        follower: Option<ProfessionalId>,
        now: Timestamp,
    ) -> Vec<ProfessionalId> {
        let belongs = |account: &&Account| match tier {
            Tier::Follower => Some(account.id) == follower,
            Tier::Team => account.duty.is_none(),
            Tier::StandIn => account.duty == Some(Duty::StandIn),
            Tier::Referent => account.duty == Some(Duty::Referent),
            Tier::WhoeverIsThere => true,
        };
        let found: Vec<_> = self.present(now).filter(belongs).map(|account| account.id).collect();
        let next = match tier {
            _ if !found.is_empty() => return found,
            Tier::Follower | Tier::Team => Tier::StandIn,
            Tier::StandIn => Tier::Referent,
            Tier::Referent => Tier::WhoeverIsThere,
            Tier::WhoeverIsThere => {
                let all = self.all().filter(|account| account.works());
                return all.map(|account| account.id).collect();
            }
        };
        self.told(next, follower, now)
    }

    /// Returns who works here and is not away.
    pub(super) fn present(&self, now: Timestamp) -> impl Iterator<Item = &Account> {
        self.all().filter(move |account| account.works() && !account.is_away(now))
    }

    /// Returns who hears a reminder now: those whom it names, or others if they are gone.
    pub(super) fn hearers(
        &self,
        case: &Case,
        told: &Reminded,
        now: Timestamp,
    ) -> Vec<ProfessionalId> {
        let there: Vec<_> = self.present(now).map(|account| account.id).collect();
        let named: Vec<_> = told.to.iter().copied().filter(|id| there.contains(id)).collect();
        if named.is_empty() { self.reminded(case, told.what, now) } else { named }
    }

    /// Returns who hears that something is late in a referral, each once.
    pub(super) fn reminded(
        &self,
        case: &Case,
        what: Reminder,
        now: Timestamp,
    ) -> Vec<ProfessionalId> {
        let act = case.referral.turn().map(|turn| turn.act);
        let tiers: &[Tier] = match (what, act) {
            (Reminder::Late, Some(TurnAct::Open)) => &[Tier::Team, Tier::StandIn],
            (Reminder::Late, Some(TurnAct::Decide)) => &[Tier::Follower, Tier::Referent],
            (Reminder::Unopened, _) => &[Tier::Referent],
            (Reminder::HalfTime, _) => &[Tier::Follower, Tier::StandIn],
            _ => &[Tier::Follower],
        };
        let mut told: Vec<ProfessionalId> = Vec::new();
        for tier in tiers {
            for colleague in self.told(*tier, case.followed_by, now) {
                if !told.contains(&colleague) {
                    told.push(colleague);
                }
            }
        }
        told
    }
}

impl App {
    /// Returns who has an account here, by their names.
    #[must_use]
    pub fn team(&self) -> Vec<Account> {
        let mut team: Vec<_> =
            self.state().accounts.all().filter(|account| !account.disabled).cloned().collect();
        team.sort_by_key(|account| account.person.reveal().name.to_lowercase());
        team
    }

    /// Gives a referral to a colleague, who is told what follows. Returns whether there is such a
    /// colleague, and such a referral.
    pub(super) fn hand_on(
        &self,
        by: ProfessionalId,
        referral: ReferralId,
        to: ProfessionalId,
    ) -> Result<bool, AppError> {
        self.turns.take(Subject::Referral(referral), || {
            let works = self.account(to).is_some_and(|account| account.works());
            let Some(case) = self.case(referral).filter(|case| works && !case.erased) else {
                return Ok(false);
            };
            if case.followed_by != Some(to) {
                let act = Act::Handed { referral, to, by, at: self.now() };
                self.record(None, &act, &FactContent::default())?;
            }
            Ok(true)
        })
    }

    /// Returns who is told today what was for somebody who is away.
    #[must_use]
    pub fn standing_in(&self) -> Vec<ProfessionalId> {
        let now = self.now();
        self.state().accounts.told(Tier::StandIn, None, now)
    }

    /// Gives somebody a duty in their team, or none.
    pub fn give_duty(&self, account: ProfessionalId, duty: Option<Duty>) -> Result<(), AppError> {
        let act = Act::Account(AccountAct::DutyGiven { account, duty });
        self.record(None, &act, &FactContent::default())?;
        Ok(())
    }

    /// Writes down that somebody will be away, or will not be after all.
    pub fn set_absence(
        &self,
        by: ProfessionalId,
        account: ProfessionalId,
        absence: Option<Absence>,
    ) -> Result<(), AppError> {
        let act = Act::Account(AccountAct::Away { account, absence, by });
        self.record(None, &act, &FactContent::default())?;
        Ok(())
    }

    /// Writes down where and when mail reaches somebody.
    pub(super) fn choose_mail(
        &self,
        account: ProfessionalId,
        address: Option<String>,
        choice: MailChoice,
    ) -> Result<(), AppError> {
        let Some(known) = self.account(account) else { return Ok(()) };
        let person = AccountPerson { mail: address, ..known.person.reveal().clone() };
        let act = Act::Account(AccountAct::MailSet { account, choice });
        self.record(Some(VaultKey::Unit(known.unit)), &act, &FactContent::of(&person))?;
        Ok(())
    }

    /// Returns who is to hear that something is late.
    pub(super) fn told_by(&self, case: &Case, reminded: &Reminded) -> Vec<Colleague> {
        let Reminded { what, since, .. } = *reminded;
        let notice = Notice::Late { referral: case.id, what, since };
        let (now, state) = (self.now(), self.state());
        let hearers = state.accounts.hearers(case, reminded, now);
        let known = hearers.iter().filter_map(|id| state.accounts.active(*id));
        known
            .map(|account| Colleague {
                id: account.id,
                name: account.person.reveal().name.clone().into(),
                duty: account.duty,
                mailed: case.has_mailed(account.id, notice) == Some(true)
                    || account.mail == MailChoice::Digest && since <= account.digested,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use maillage_protocol::referral::{Author, Command};
    use maillage_protocol::time::DAY;

    use super::*;
    use crate::app::Texts;
    use crate::app::tests::{Pair, hire, propose, wait};

    fn told(app: &App) -> Vec<String> {
        let lists = app.worklist().unwrap();
        let rows = lists.to_answer.iter().chain(&lists.to_clarify).chain(&lists.waiting);
        let told = rows.flat_map(|row| &row.told);
        told.map(|colleague| colleague.name.reveal().clone()).collect()
    }

    fn away(app: &App, who: ProfessionalId, days: u32) {
        let (from, until) = (app.now(), app.now().after(DAY.saturating_mul(days)));
        app.set_absence(who, who, Some(Absence { from, until })).unwrap();
    }

    #[test]
    fn silence_goes_to_the_stand_in_then_to_the_referent() {
        let mut pair = Pair::linked();
        hire(&pair.b, "karim", None);
        hire(&pair.b, "hugo", Some(Duty::StandIn));
        hire(&pair.b, "rose", Some(Duty::Referent));
        let id = propose(&pair);
        pair.exchange();
        wait(&pair, 2);
        pair.b.tick(&[id]).unwrap();
        assert!(told(&pair.b).is_empty(), "two working days end at five in the afternoon");
        wait(&pair, 1);
        pair.b.tick(&[id]).unwrap();
        assert_eq!(told(&pair.b), ["karim", "hugo"]);
        wait(&pair, 5);
        pair.b.tick(&[id]).unwrap();
        assert_eq!(told(&pair.b), ["rose"]);
        pair.restart();
        assert_eq!(told(&pair.b), ["rose"]);
    }

    #[test]
    fn who_is_away_is_told_nothing_and_somebody_is() {
        let mut pair = Pair::linked();
        let karim = hire(&pair.b, "karim", None);
        let hugo = hire(&pair.b, "hugo", Some(Duty::StandIn));
        let rose = hire(&pair.b, "rose", Some(Duty::Referent));
        let id = propose(&pair);
        pair.exchange();
        let say = |command| {
            let texts = Texts::default();
            pair.b.say(Some(karim), Author::Receiver, id, command, texts, None).unwrap();
        };
        say(Command::Open);
        say(Command::Accept);
        pair.exchange();
        pair.exchange();
        let follower = |app: &App| {
            let (now, state) = (app.now(), app.state());
            let case = state.cases.get(&id).unwrap();
            state.accounts.reminded(case, Reminder::Late, now)
        };
        assert_eq!(follower(&pair.b), [karim]);
        let half_time = {
            let (now, state) = (pair.b.now(), pair.b.state());
            state.accounts.reminded(state.cases.get(&id).unwrap(), Reminder::HalfTime, now)
        };
        assert_eq!(half_time, [karim, hugo], "a right may be lost: one more is called");
        away(&pair.b, karim, 40);
        assert_eq!(follower(&pair.b), [hugo]);
        away(&pair.b, hugo, 1);
        assert_eq!(follower(&pair.b), [rose]);
        away(&pair.b, rose, 1);
        pair.restart();
        assert_eq!(follower(&pair.b).len(), 3, "nobody is there: everybody");
        wait(&pair, 1);
        assert_eq!(follower(&pair.b), [hugo], "who is back is back");
        pair.b.set_absence(rose, karim, None).unwrap();
        assert_eq!(follower(&pair.b), [karim]);
    }
}
