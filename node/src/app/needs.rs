//! The needs that this node answers for. Each is open until an attempt met it, or somebody here
//! closed it with a reason: a refusal, a silence or a mistake ends an attempt, never a need.

use std::sync::Arc;
use std::time::Duration;

use maillage_protocol::codes::{
    AttemptEnd, CancelReason, Helped, OrganizationKind, Outcome, OutcomeClass,
};
use maillage_protocol::consent::WithdrawalScope;
use maillage_protocol::id::{NeedId, NodeId, ProfessionalId, ReferralId};
use maillage_protocol::need::{Need, NeedEnd, NeedEvent, NeedStatus, NeedTurn, settled_by};
use maillage_protocol::referral::{Answer, Author, Command, Confirmation, Status, Tried};
use maillage_protocol::time::{DAY, Timestamp};

use super::cases::Case;
use super::passing::class_of;
use super::saying::{SayError, Texts};
use super::state::State;
use super::turns::Subject;
use super::{App, AppError};
use crate::facts::{Act, FactContent};

/// A need that we answer for.
#[derive(Clone, Debug)]
pub(super) struct OwnNeed {
    /// What is known of it.
    pub(super) need: Need,
    /// The referrals that it caused, oldest first.
    pub(super) attempts: Vec<ReferralId>,
}

impl State {
    /// Hears something about a need of ours.
    pub(super) fn hear_need(&mut self, id: NeedId, at: Timestamp, event: &NeedEvent) {
        let known = self.needs.remove(&id);
        let (need, attempts) = known.map(|own| (own.need, own.attempts)).unzip();
        if let Some(need) = Need::hear(need, at, event) {
            self.needs.insert(id, OwnNeed { need, attempts: attempts.unwrap_or_default() });
        }
    }

    /// Returns the first referral that a need of ours caused: they fade together.
    pub(super) fn first_of_need(&self, need: NeedId) -> Option<&Arc<Case>> {
        self.needs.get(&need)?.attempts.first().and_then(|first| self.cases.get(first))
    }

    /// Returns the need that a referral of ours is an attempt to meet.
    pub(super) fn need_of(&self, case: &Case) -> Option<(NeedId, &OwnNeed)> {
        let (id, _) = case.chain.filter(|_| case.side == Author::Sender)?;
        self.needs.get(&id).map(|own| (id, own))
    }

    /// Returns what has become of the need of a referral, if we answer for it.
    pub(super) fn need_status(&self, case: &Case) -> Option<NeedStatus> {
        self.need_of(case).map(|(_, own)| own.need.status())
    }

    /// Returns before when we have to choose what follows a referral: it is the last attempt to
    /// meet a need of ours, and none is open.
    pub(super) fn choice_due(&self, case: &Case, now: Timestamp) -> Option<Timestamp> {
        let (_, own) = self.need_of(case)?;
        let attempts = own.attempts.iter().filter_map(|id| self.cases.get(id));
        // A peer's clock that is ahead gives us no more time.
        let ended = |case: &Case| match case.ended {
            ahead if ahead > now => own.need.opened,
            ended if case.is_elsewhere() => ended.after(ELSEWHERE),
            ended => ended,
        };
        let attempts = attempts.map(|case| (&case.referral, ended(case)));
        match own.need.turn(self.practice.calendar, attempts)? {
            NeedTurn::Owner { due } => (own.attempts.last() == Some(&case.id)).then_some(due),
            NeedTurn::Attempt(_) => None,
        }
    }

    /// Returns the other attempts to meet the same need of ours.
    pub(super) fn attempts_beside(&self, case: &Case) -> Vec<&Arc<Case>> {
        let own = self.need_of(case).map(|(_, own)| own.attempts.as_slice()).unwrap_or_default();
        let others = own.iter().filter(|id| **id != case.id);
        others.filter_map(|id| self.cases.get(id)).collect()
    }

    /// Tells whether somebody else may be asked at the same time: an attempt to meet the need waits
    /// for its answer, and none helps.
    pub(super) fn may_ask_beside(&self, case: &Case) -> bool {
        let open = |case: &Case| !case.referral.status().is_over();
        let asked = |case: &Case| {
            let status = case.referral.status();
            matches!(
                status,
                Status::Proposed | Status::Delivered | Status::Seen | Status::Questioned
            )
        };
        let beside = self.attempts_beside(case);
        let needed = self.need_status(case) == Some(NeedStatus::Open);
        needed && asked(case) && beside.iter().all(|other| asked(other) || !open(other))
    }

    /// Returns what was tried to meet the need of a referral, as it may be told: what kind of
    /// structure, which nobody says yet, and how it ended.
    pub(super) fn tried(&self, case: &Case) -> Vec<Tried> {
        let tried = self.tried_at(case).into_iter();
        tried.map(|(_, end)| Tried { kind: OrganizationKind::Other, end }).collect()
    }

    /// Returns whom we asked for the same need in vain, and how each attempt ended.
    pub(super) fn tried_at(&self, case: &Case) -> Vec<(NodeId, AttemptEnd)> {
        let ours: Vec<&Case> = match self.need_of(case) {
            Some((_, own)) => own
                .attempts
                .iter()
                .filter_map(|id| self.cases.get(id))
                .map(|case| &**case)
                .collect(),
            None => self.children_of(case).map(|case| &**case).collect(),
        };
        let ended = ours.into_iter().filter_map(|case| {
            // What met the need, or may still, was not tried in vain.
            let met = class_of(case) == Some(OutcomeClass::Resolved) || case.is_elsewhere();
            let end = match case.referral.status() {
                _ if met => return None,
                Status::Declined => AttemptEnd::Declined,
                Status::Expired => AttemptEnd::Silence,
                Status::Cancelled => AttemptEnd::Cancelled,
                Status::Closed | Status::ReferredOn => AttemptEnd::Unresolved,
                _ => return None,
            };
            Some((case.peer, end))
        });
        ended.collect()
    }

    /// Tells whether those who took over may still be expected to give news.
    pub(super) fn is_in_other_hands(&self, case: &Case, now: Timestamp) -> bool {
        case.is_elsewhere() && now < case.ended.after(ELSEWHERE)
    }

    /// Returns the attempt that helps now: the one that knows her already, or was accepted first.
    fn first_to_help(&self, own: &OwnNeed) -> Option<ReferralId> {
        let attempts = own.attempts.iter().filter_map(|id| self.cases.get(id));
        let helping = attempts.filter(|case| case.referral.status().is_helping());
        let earliest = |case: &&Arc<Case>| {
            let referral = &case.referral;
            (referral.sender.disclosed.is_none(), referral.receiver.accepted)
        };
        helping.min_by_key(earliest).map(|case| case.id)
    }

    /// Returns the attempts to meet the same need that nobody waits for any more: another one
    /// helps, or the need is closed.
    fn superfluous(&self, case: &Case) -> Vec<ReferralId> {
        let Some((_, own)) = self.need_of(case) else { return Vec::new() };
        let first = self.first_to_help(own).filter(|_| own.need.closed.is_none());
        if first.is_none() && own.need.closed.is_none() {
            return Vec::new();
        }
        let attempts = own.attempts.iter().filter_map(|id| self.cases.get(id));
        let stays = |case: &&Arc<Case>| {
            let (referral, status) = (&case.referral, case.referral.status());
            let waits = matches!(
                status,
                Status::Proposed
                    | Status::Delivered
                    | Status::Seen
                    | Status::Questioned
                    | Status::Expired
            );
            Some(case.id) != first
                && referral.sender.cancelled.is_none()
                && (waits || status.is_helping())
        };
        attempts.filter(stays).map(|case| case.id).collect()
    }

    /// Returns what a referral does to its need, now that something new is known of it.
    fn consequence(&self, case: &Case, now: Timestamp) -> Option<(NeedId, NeedEvent)> {
        let (id, OwnNeed { need, .. }) = self.need_of(case)?;
        let event = match need.closed {
            None if case.left_everything => NeedEvent::Closed(NeedEnd::Withdrawn),
            None => {
                NeedEvent::Closed(settled_by(&case.referral).or_else(|| settled_elsewhere(case))?)
            }
            Some((at, NeedEnd::Outcome { .. } | NeedEnd::NotTold))
                if is_contested_since(case, at, now) =>
            {
                NeedEvent::Reopened
            }
            Some((at, NeedEnd::Outcome { outcome: Outcome::ResolvedElsewhere }))
                if is_denied_elsewhere(case, at, now) =>
            {
                NeedEvent::Reopened
            }
            Some(_) => return None,
        };
        Some((id, event))
    }
}

/// How long those who took over may be silent before we ask what became of her.
const ELSEWHERE: Duration = DAY.saturating_mul(30);

/// Returns how those who took over settled a need, if they did.
fn settled_elsewhere(case: &Case) -> Option<NeedEnd> {
    let class = case.last_report()?.class?;
    let outcome = Outcome::ResolvedElsewhere;
    let passed = case.referral.status() == Status::ReferredOn;
    (passed && class == OutcomeClass::Resolved).then_some(NeedEnd::Outcome { outcome })
}

/// Tells whether those who took over said, after a need was closed, that it is not met after all.
fn is_denied_elsewhere(case: &Case, at: Timestamp, now: Timestamp) -> bool {
    let class = case.last_report().and_then(|report| report.class);
    let since = at < case.reported_at && case.reported_at <= now;
    class.is_some_and(|class| class != OutcomeClass::Resolved) && since && !case.left_everything
}

/// Tells whether she said, after something, that what was declared did not help.
fn is_contested_since(case: &Case, at: Timestamp, now: Timestamp) -> bool {
    let contested = case.referral.confirmation() == Some(Confirmation::Contested);
    let is_later =
        |answer: &Answer| answer.helped == Helped::No && at < answer.at && answer.at <= now;
    contested && !case.left_everything && case.referral.person.answers.iter().any(is_later)
}

impl App {
    /// Closes the need of a referral: with its outcome, or because nothing was found. Nobody may be
    /// working on it. A second time changes nothing.
    pub fn close_need(
        &self,
        who: ProfessionalId,
        referral: ReferralId,
        outcome: Outcome,
    ) -> Result<(), SayError> {
        self.turns.take(Subject::Referral(referral), || {
            let end = NeedEnd::Outcome { outcome };
            if self.need_end(referral) == Some(end) {
                return Ok(());
            }
            let need = self.need_to_choose_for(referral)?;
            Ok(self.say_of_need(need, Some(who), NeedEvent::Closed(end))?)
        })
    }

    fn need_end(&self, referral: ReferralId) -> Option<NeedEnd> {
        let state = self.state();
        let (_, own) = state.need_of(state.cases.get(&referral)?)?;
        own.need.closed.map(|(_, end)| end)
    }

    /// Returns the need for which we have to choose what follows a referral.
    pub(super) fn need_to_choose_for(&self, referral: ReferralId) -> Result<NeedId, SayError> {
        let state = self.state();
        let case = state.cases.get(&referral).ok_or(SayError::Unknown)?;
        if state.is_in_other_hands(case, self.now()) {
            return Err(SayError::NoOpenNeed);
        }
        state.choice_due(case, self.now()).ok_or(SayError::NoOpenNeed)?;
        let (need, _) = state.need_of(case).ok_or(SayError::NoOpenNeed)?;
        Ok(need)
    }

    /// Closes the need that a referral has met, or that she gave up; opens it again if she says
    /// that it is not met. Calls off what is asked of others for nothing.
    pub(super) fn follow_need(&self, referral: ReferralId) -> Result<(), AppError> {
        let Some(case) = self.case(referral) else { return Ok(()) };
        // The others first: a stop in between leaves the need open, and this is done again.
        if case.left_everything {
            self.leave_the_others(&case)?;
        }
        let consequence = self.state().consequence(&case, self.now());
        if let Some((need, event)) = consequence {
            self.say_of_need(need, None, event)?;
        }
        let superfluous = self.state().superfluous(&case);
        for other in superfluous {
            let called_off = Command::Cancel(CancelReason::TakenElsewhere);
            self.say_unless_refused(Author::Sender, other, called_off, || true)?;
        }
        Ok(())
    }

    /// Tells whether something is left to do about the need of a referral.
    pub(super) fn awaits_its_need(&self, case: &Case) -> bool {
        let state = self.state();
        state.consequence(case, self.now()).is_some() || !state.superfluous(case).is_empty()
    }

    /// Tells whether the help of whoever accepted is still wanted: her need is open, and nobody
    /// accepted before.
    pub(super) fn is_wanted(&self, case: &Case) -> bool {
        let state = self.state();
        let needed = state.need_of(case).is_none_or(|(_, own)| {
            own.need.closed.is_none() && state.first_to_help(own) == Some(case.id)
        });
        needed && !state.is_dropped(case)
    }

    /// Tells whether somebody wrote that she stops everything.
    pub(super) fn has_left_everything(&self, referral: ReferralId) -> bool {
        self.case(referral).is_some_and(|case| case.left_pathway)
    }

    /// She stops everything, wherever she stopped before.
    pub(super) fn stop_everything(&self, referral: ReferralId) -> Result<(), AppError> {
        let Some(case) = self.case(referral) else { return Ok(()) };
        self.leave_the_others(&case)?;
        let open = self
            .state()
            .need_of(&case)
            .filter(|(_, own)| own.need.closed.is_none())
            .map(|(id, _)| id);
        match open {
            Some(need) => self.say_of_need(need, None, NeedEvent::Closed(NeedEnd::Withdrawn)),
            None => Ok(()),
        }
    }

    /// What goes with it is over too: what we asked of others, and what others asked of us.
    fn leave_the_others(&self, case: &Case) -> Result<(), AppError> {
        let others = self.state().to_leave_with(case);
        for other in others {
            let command = Command::Withdraw(WithdrawalScope::Pathway);
            self.say_unless_refused(Author::Person, other, command, || true)?;
        }
        Ok(())
    }

    /// Says something that the rules refuse if it ended meanwhile, if it is still to be said.
    pub(super) fn say_unless_refused(
        &self,
        by: Author,
        referral: ReferralId,
        command: Command,
        still: impl FnOnce() -> bool,
    ) -> Result<(), AppError> {
        match self.say_if(None, by, referral, command, Texts::default(), None, still) {
            Err(SayError::App(error)) => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn say_of_need(
        &self,
        need: NeedId,
        who: Option<ProfessionalId>,
        event: NeedEvent,
    ) -> Result<(), AppError> {
        let act = Act::Need { need, at: self.now(), who, event };
        self.record(None, &act, &FactContent::default())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use maillage_protocol::codes::{Answerer, DeclineReason, FirstContact, HeardBy, Medium};
    use maillage_protocol::referral::{Evidence, NextStep};

    use maillage_protocol::disclosure::Category;

    use super::*;
    use crate::app::Request;
    use crate::app::tests::{NADIA, Pair, Several, propose, request, wait};

    fn choices(app: &App) -> Vec<ReferralId> {
        app.worklist().unwrap().to_choose.into_iter().map(|row| row.id).collect()
    }

    fn status(app: &App) -> NeedStatus {
        let state = app.state();
        let [own] = &state.needs.values().collect::<Vec<_>>()[..] else { panic!("one need") };
        own.need.status()
    }

    fn receiver_says(pair: &Pair, id: ReferralId, commands: impl IntoIterator<Item = Command>) {
        for command in commands {
            pair.b.say(None, Author::Receiver, id, command, Texts::default(), None).unwrap();
        }
        pair.exchange();
    }

    fn refusal() -> Command {
        let (reason, next) = (DeclineReason::Hours, NextStep::NoneKnown);
        Command::Decline { reason, next_date: None, next }
    }

    fn help(outcome: Outcome) -> [Command; 3] {
        let evidence = Evidence::default();
        let end =
            Command::Conclude { outcome: Some(outcome), autonomy: None, next_need: None, evidence };
        [Command::Accept, Command::Start(FirstContact::Met), end]
    }

    fn she_says(pair: &Pair, id: ReferralId, helped: Helped) {
        let (answerer, via, heard) = (Answerer::Person, Medium::Page, HeardBy::Code);
        let command = Command::GiveFeedback { helped, answerer, via, heard };
        pair.a.say(None, Author::Person, id, command, Texts::default(), None).unwrap();
        pair.exchange();
    }

    fn propose_after(pair: &Pair, before: ReferralId, once: u8) -> Result<ReferralId, SayError> {
        let request = crate::app::Request { after: Some(before), ..request(pair.b.node()) };
        pair.a.propose(NADIA, request, [once; 16]).map(|proposed| proposed.referral)
    }

    #[test]
    fn a_refusal_ends_an_attempt_and_never_the_need() {
        let mut pair = Pair::linked();
        let first = propose(&pair);
        assert!(matches!(propose_after(&pair, first, 1), Err(SayError::NoOpenNeed)));
        assert!(matches!(
            pair.a.close_need(NADIA, first, Outcome::Capacity),
            Err(SayError::NoOpenNeed)
        ));
        pair.exchange();
        assert!(choices(&pair.a).is_empty());
        receiver_says(&pair, first, [refusal()]);
        for _restarted in 0..2 {
            assert_eq!(choices(&pair.a), [first]);
            assert_eq!(choices(&pair.b), []);
            pair.restart();
        }
        let second = propose_after(&pair, first, 1).unwrap();
        assert!(choices(&pair.a).is_empty());
        pair.exchange();
        let chain = |id| pair.b.state().cases[&id].chain;
        assert_eq!(chain(first), chain(second));
        // The last attempt is where the choice is.
        receiver_says(&pair, second, [refusal()]);
        assert_eq!(choices(&pair.a), [second]);
        for _twice in 0..2 {
            pair.a.close_need(NADIA, second, Outcome::Capacity).unwrap();
        }
        for _restarted in 0..2 {
            assert_eq!(status(&pair.a), NeedStatus::Unmet);
            assert!(choices(&pair.a).is_empty());
            pair.restart();
        }
        assert!(matches!(propose_after(&pair, second, 2), Err(SayError::NoOpenNeed)));
    }

    #[test]
    fn a_need_is_met_until_she_says_that_it_is_not() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        receiver_says(&pair, id, help(Outcome::Accompanied));
        assert_eq!(status(&pair.a), NeedStatus::Open);
        pair.a.say(None, Author::Sender, id, Command::Confirm, Texts::default(), None).unwrap();
        assert_eq!(pair.a.referral(id).unwrap().status(), Status::Closed);
        assert_eq!(status(&pair.a), NeedStatus::Resolved);
        pair.ccas.env.advance(maillage_protocol::time::DAY);
        she_says(&pair, id, Helped::No);
        for _restarted in 0..2 {
            assert_eq!(status(&pair.a), NeedStatus::Open);
            pair.restart();
        }
    }

    #[test]
    fn what_helped_partly_leaves_the_need_to_its_owner() {
        let pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        let is_partly = |outcome: &Outcome| outcome.class() == OutcomeClass::Partly;
        let partly = Outcome::ALL.iter().copied().find(is_partly).unwrap();
        receiver_says(&pair, id, help(partly));
        pair.a.say(None, Author::Sender, id, Command::Confirm, Texts::default(), None).unwrap();
        assert_eq!(choices(&pair.a), [id]);
    }

    #[test]
    fn who_stops_everything_is_asked_nothing_more() {
        let mut pair = Pair::linked();
        let first = propose(&pair);
        pair.exchange();
        receiver_says(&pair, first, [refusal()]);
        let second = propose_after(&pair, first, 1).unwrap();
        pair.exchange();
        receiver_says(&pair, second, [Command::Accept]);
        let everything = Command::Withdraw(WithdrawalScope::Pathway);
        pair.a.say(None, Author::Person, first, everything, Texts::default(), None).unwrap();
        pair.exchange();
        for _restarted in 0..2 {
            assert_eq!(status(&pair.a), NeedStatus::Withdrawn);
            assert!(choices(&pair.a).is_empty());
            assert_eq!(pair.b.referral(second).unwrap().status(), Status::Withdrawn);
            pair.same_referral(second);
            pair.restart();
        }
    }

    /// She stops with one organization: another may still help.
    #[test]
    fn who_stops_with_one_may_be_helped_by_another() {
        let pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        let with_them = Command::Withdraw(WithdrawalScope::Referral);
        pair.b.say(None, Author::Person, id, with_them, Texts::default(), None).unwrap();
        pair.exchange();
        assert_eq!(choices(&pair.a), [id]);
    }

    /// The word that met the need is on the disk, and what follows from it is not.
    #[test]
    fn a_stop_between_a_word_and_its_consequence_loses_nothing() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        receiver_says(&pair, id, help(Outcome::Accompanied));
        let case = pair.a.case(id).unwrap();
        let confirmed = maillage_protocol::referral::decide(
            &case.referral,
            Author::Sender,
            pair.a.now(),
            Command::Confirm,
        );
        pair.a.write_word(&case, None, confirmed.unwrap(), Default::default(), None).unwrap();
        assert_eq!(status(&pair.a), NeedStatus::Open);
        pair.restart();
        assert_eq!(status(&pair.a), NeedStatus::Resolved);
    }

    fn person_says(app: &App, id: ReferralId, command: Command) -> Result<(), SayError> {
        app.say(None, Author::Person, id, command, Texts::default(), None)
    }

    /// The key of the referral is gone; the channel goes on, and so do the others in it.
    #[test]
    fn a_word_about_what_was_erased_holds_nothing_up() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        receiver_says(&pair, id, help(Outcome::Accompanied));
        // One leaves by the desk that helped, while a word of the other is on its way there.
        pair.a.say(None, Author::Sender, id, Command::Confirm, Texts::default(), None).unwrap();
        person_says(&pair.b, id, Command::Withdraw(WithdrawalScope::Referral)).unwrap();
        pair.exchange();
        pair.same_referral(id);

        // Another leaves after the end, and says then whether it helped.
        let id = crate::app::tests::propose_once(&pair.a, pair.b.node(), 2);
        pair.exchange();
        receiver_says(&pair, id, help(Outcome::Accompanied));
        pair.a.say(None, Author::Sender, id, Command::Confirm, Texts::default(), None).unwrap();
        pair.exchange();
        person_says(&pair.a, id, Command::Withdraw(WithdrawalScope::Referral)).unwrap();
        she_says(&pair, id, Helped::Yes);
        let next = crate::app::tests::propose_once(&pair.a, pair.b.node(), 1);
        for _restarted in 0..2 {
            pair.exchange();
            pair.same_referral(id);
            pair.same_referral(next);
            pair.restart();
        }
    }

    /// What met the need was not tried in vain, and is not said to her to have been.
    #[test]
    fn who_met_the_need_is_not_among_those_who_could_not() {
        let pair = Pair::linked();
        let first = propose(&pair);
        pair.exchange();
        receiver_says(&pair, first, [refusal()]);
        let second = propose_after(&pair, first, 1).unwrap();
        pair.exchange();
        receiver_says(&pair, second, help(Outcome::DoneWith));
        she_says(&pair, second, Helped::Yes);
        assert_eq!(status(&pair.a), NeedStatus::Resolved);
        let tried = pair.a.story(second).unwrap().unwrap().tried;
        assert_eq!(tried, [(pair.b.node(), AttemptEnd::Declined)]);
    }

    /// Who accepts once somebody else helps, or once the need is closed, is told no more of her.
    #[test]
    fn a_late_yes_gets_no_contact() {
        for closes in [false, true] {
            let mut pair = Pair::linked();
            let first = propose(&pair);
            pair.exchange();
            wait(&pair, 60);
            pair.a.tick(&[first]).unwrap();
            assert_eq!(pair.a.referral(first).unwrap().status(), Status::Expired);
            let second = if closes {
                pair.a.close_need(NADIA, first, Outcome::Capacity).unwrap();
                None
            } else {
                Some(propose_after(&pair, first, 1).unwrap())
            };
            if let Some(second) = second {
                crate::app::tests::deliver(&pair.a, &pair.b);
                pair.b
                    .say(None, Author::Receiver, second, Command::Accept, Texts::default(), None)
                    .unwrap();
            }
            pair.epn.env.advance(maillage_protocol::time::HOUR);
            let late =
                pair.b.say(None, Author::Receiver, first, Command::Accept, Texts::default(), None);
            pair.exchange();
            for _restarted in 0..2 {
                let told = |id| pair.a.referral(id).unwrap().sender.disclosed.is_some();
                assert!(!told(first), "{late:?}");
                assert!(pair.a.referral(first).unwrap().sender.cancelled.is_some());
                assert!(second.is_none_or(told));
                pair.same_referral(first);
                pair.restart();
            }
        }
    }

    /// Who never met her cannot say that she wants no help from anybody.
    #[test]
    fn who_declined_cannot_stop_the_others() {
        let pair = Pair::linked();
        let first = propose(&pair);
        pair.exchange();
        receiver_says(&pair, first, [refusal()]);
        let second = propose_after(&pair, first, 1).unwrap();
        pair.exchange();
        person_says(&pair.b, first, Command::Withdraw(WithdrawalScope::Pathway)).unwrap();
        pair.exchange();
        assert_eq!(status(&pair.a), NeedStatus::Open);
        assert!(!pair.a.referral(second).unwrap().person.has_left());
    }

    /// A clock that is ahead does not put our own turn off.
    #[test]
    fn a_refusal_dated_in_the_future_gives_no_more_time() {
        let pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        pair.epn.env.advance(maillage_protocol::time::DAY.saturating_mul(2));
        receiver_says(&pair, id, [refusal()]);
        let due = |app: &App| app.worklist().unwrap().to_choose[0].choose;
        let before = due(&pair.a);
        pair.ccas.env.advance(maillage_protocol::time::HOUR);
        assert_eq!(due(&pair.a), before);
    }

    #[test]
    fn somebody_else_may_be_asked_at_the_same_time_and_the_first_yes_counts() {
        let nodes = Several::of(&["CCAS de Brenne", "EPN Le Lavoir", "Parlons Net"]);
        let [ccas, epn, asso] = &nodes.apps[..] else { panic!("three nodes") };
        let ask = |to: &App, after, beside, once| {
            let request = Request { after, beside, ..request(to.node()) };
            let proposed = ccas.propose(NADIA, request, [once; 16]).map(|said| said.referral);
            nodes.exchange();
            proposed
        };
        let first = ask(epn, None, false, 1).unwrap();
        assert!(ccas.story(first).unwrap().unwrap().beside);
        // Not by oversight.
        assert!(matches!(ask(asso, Some(first), false, 2), Err(SayError::NoOpenNeed)));
        let second = ask(asso, Some(first), true, 3).unwrap();
        // It is declared to whoever is asked beside.
        assert!(asso.story(second).unwrap().unwrap().proposal.unwrap().parallel);
        assert_eq!(ccas.state().needs.len(), 1);

        let says = |app: &App, id| {
            let said = app.say(None, Author::Receiver, id, Command::Accept, Texts::default(), None);
            nodes.exchange();
            said
        };
        says(asso, second).unwrap();
        for app in [ccas, epn] {
            assert_eq!(app.referral(first).unwrap().status(), Status::Cancelled);
        }
        assert!(asso.story(second).unwrap().unwrap().contact.is_some());
        assert!(says(epn, first).is_err());
        assert!(epn.story(first).unwrap().unwrap().contact.is_none());
        // Whoever helps is not helped along.
        assert!(!ccas.story(second).unwrap().unwrap().beside);
        assert!(matches!(ask(epn, Some(second), true, 4), Err(SayError::NoOpenNeed)));
    }

    #[test]
    fn what_was_tried_is_told_if_she_wants_it_told() {
        for tells_tried in [false, true] {
            let nodes = Several::of(&["CCAS de Brenne", "EPN Le Lavoir", "Parlons Net"]);
            let [ccas, epn, asso] = &nodes.apps[..] else { panic!("three nodes") };
            let ask = |to: &App, after, once| {
                let request = Request { after, tells_tried, ..request(to.node()) };
                let id = ccas.propose(NADIA, request, [once; 16]).unwrap().referral;
                nodes.exchange();
                id
            };
            let first = ask(epn, None, 1);
            epn.say(None, Author::Receiver, first, refusal(), Texts::default(), None).unwrap();
            nodes.exchange();
            let second = ask(asso, Some(first), 2);
            let told = asso.story(second).unwrap().unwrap().proposal.unwrap().tried;
            let ends: Vec<_> = told.into_iter().map(|tried| tried.end).collect();
            assert_eq!(ends, if tells_tried { vec![AttemptEnd::Declined] } else { vec![] });
            let agreed = asso.case(second).unwrap().consent().unwrap().categories();
            assert_eq!(agreed.contains(&Category::AlreadyTried), tells_tried);
        }
    }
}
