//! What comes back to those who asked, as much as she chose; the rest stays with those who help.

use std::sync::Arc;

use maillage_protocol::body::{Content, Payload, Saying};
use maillage_protocol::codes::HeardBy;
use maillage_protocol::consent::FeedbackLevel;
use maillage_protocol::referral::{
    Author, Command, Event, Fact, Referral, Status, last_news, told_back,
};
use maillage_protocol::time::Timestamp;

use super::cases::Case;
use super::saying::{SayError, side_of, thread_of};
use super::turns::Subject;
use super::{App, AppError};
use crate::facts::{Act, Entry};

/// Returns what the other side is told of a word of ours, if anything.
pub(super) fn news_of(case: &Case, payload: &Payload) -> Option<Payload> {
    let Saying::Referral(event) = &payload.skeleton.saying else { return Some(payload.clone()) };
    if event.is_local() {
        return None;
    }
    if case.side != Author::Receiver {
        return Some(payload.clone());
    }
    let level = case.consent().map_or(FeedbackLevel::DecisionOnly, |consent| consent.feedback());
    let event = told_back(event, level, &case.referral)?;
    let mut news = payload.clone();
    news.skeleton.saying = Saying::Referral(event);
    Some(news)
}

/// Returns what those who help heard her say of their own help: nobody confirms its own work, so it is
/// a note, which both sides read and which closes nothing. Her own word takes her code, or whoever
/// asked for her.
pub(super) fn heard_by_helper(case: &Case, command: &Command, at: Timestamp) -> Option<Fact> {
    let Command::GiveFeedback { helped, answerer, via, heard } = *command else { return None };
    let ended = matches!(case.referral.status(), Status::Concluded | Status::Closed);
    let noted = heard == HeardBy::Receiver && case.side == Author::Receiver && ended;
    let conclusion = case.referral.receiver.concluded;
    let event = Event::FeedbackGiven { conclusion, helped, answerer, via, heard };
    noted.then_some(Fact { by: Author::Person, at, event })
}

/// Tells whether the sender is told yes or no, and nothing of what follows.
pub(super) fn is_unshared(case: &Case) -> bool {
    let level = case.consent().map(|consent| consent.feedback());
    level == Some(FeedbackLevel::DecisionOnly) && case.referral.acceptance().is_some()
}

/// Returns a fact of ours as it was told.
fn as_told(case: &Case, fact: Fact) -> Fact {
    let agreed = case.consent().filter(|_| case.side == Author::Receiver);
    let level = agreed.map_or(FeedbackLevel::Outcome, |consent| consent.grant().feedback);
    match told_back(&fact.event, level, &case.referral) {
        Some(event) => Fact { event, ..fact },
        None => fact,
    }
}

impl App {
    /// Tells those who asked that it is over, on the day her consent ends: they were told yes or no
    /// alone, and the real day would tell them more.
    pub(super) fn tell_ends(&self, now: Timestamp) -> Result<(), AppError> {
        let ended: Vec<_> = {
            let state = self.state();
            let ended = |case: &&Arc<Case>| {
                let until = case.consent().map(|consent| consent.grant().scope.expires);
                let over = until.is_some_and(|until| until <= now);
                case.side == Author::Receiver && over && is_unshared(case)
            };
            state.cases.values().filter(ended).map(|case| case.id).collect()
        };
        for id in ended {
            let told = self.turns.take(Subject::Referral(id), || {
                let Some(case) = self.case(id) else { return Ok(()) };
                self.tell_end(&case, now)
            });
            if let Err(SayError::App(error)) = told {
                return Err(error);
            }
        }
        Ok(())
    }

    fn tell_end(&self, case: &Case, now: Timestamp) -> Result<(), SayError> {
        let mut records = Vec::new();
        for event in last_news(&self.shared(case)?) {
            let fact = Fact { by: Author::Receiver, at: now, event };
            let payload = self.payload(thread_of(case), &fact, Content::default());
            let news = Some(payload.clone());
            records.push(self.word_and_news(case, None, payload, news, None)?);
        }
        Ok(self.append(&records)?)
    }

    /// Returns a referral as the other side knows it: what we kept to ourselves is not in it.
    pub(super) fn shared(&self, case: &Case) -> Result<Referral, AppError> {
        let mut shared = Referral::default();
        for number in &case.records {
            match self.read(*number)? {
                Some(Entry::Fact(fact)) => {
                    let Some(Act::Said(said)) = fact.act else { continue };
                    let told = said.words.iter().filter(|_| !said.outgoing.is_empty());
                    for fact in told.filter_map(|word| word.fact(side_of(said.side))) {
                        shared = shared.hear(&as_told(case, fact));
                    }
                }
                Some(Entry::Received(event)) => {
                    let side = side_of(case.other_side());
                    if let Some(fact) = event.skeleton.and_then(|skeleton| skeleton.fact(side)) {
                        shared = shared.hear(&fact);
                    }
                }
                _ => {}
            }
        }
        Ok(shared)
    }
}

#[cfg(test)]
mod tests {
    use maillage_protocol::codes::{
        DeclineReason, FirstContact, MeetingMode, Outcome, StepDownReason,
    };
    use maillage_protocol::consent::WithdrawalScope;
    use maillage_protocol::id::ReferralId;
    use maillage_protocol::need::NeedStatus;
    use maillage_protocol::referral::{Evidence, NextStep};
    use maillage_protocol::time::DAY;

    use super::*;
    use crate::app::tests::{NADIA, Pair, request, wait};
    use crate::app::{Request, Texts, Words};

    const END: Command = Command::Conclude {
        outcome: Some(Outcome::RightOpened),
        autonomy: None,
        next_need: None,
        evidence: Evidence { tries: 0, channels: 0, days: 0 },
    };

    fn asked(pair: &Pair, feedback: FeedbackLevel) -> ReferralId {
        let request = Request { feedback, ..request(pair.b.node()) };
        let id = pair.a.propose(NADIA, request, [3; 16]).unwrap().referral;
        pair.exchange();
        id
    }

    fn says(pair: &Pair, id: ReferralId, commands: impl IntoIterator<Item = Command>) {
        for command in commands {
            pair.b.say(None, Author::Receiver, id, command, Texts::default(), None).unwrap();
            pair.exchange();
        }
    }

    #[track_caller]
    fn statuses(pair: &Pair, id: ReferralId) -> [Status; 2] {
        // What both know is the same, whatever else one of them knows.
        let known = pair.a.referral(id).unwrap();
        assert_eq!(known, pair.b.shared(&pair.b.case(id).unwrap()).unwrap());
        [known.status(), pair.b.referral(id).unwrap().status()]
    }

    fn outcome_at(app: &App, id: ReferralId) -> Option<Outcome> {
        app.referral(id).unwrap().outcome().flatten()
    }

    #[test]
    fn how_it_ended_is_told_if_she_wants_it_so() {
        for (level, told) in
            [(FeedbackLevel::Outcome, Some(Outcome::RightOpened)), (FeedbackLevel::Progress, None)]
        {
            let pair = Pair::linked();
            let id = asked(&pair, level);
            says(&pair, id, [Command::Accept, Command::Start(FirstContact::Met), END]);
            assert_eq!(statuses(&pair, id), [Status::Concluded; 2]);
            assert_eq!(outcome_at(&pair.a, id), told);
            assert_eq!(outcome_at(&pair.b, id), Some(Outcome::RightOpened));
        }
    }

    #[test]
    fn yes_or_no_alone_is_told_and_the_end_on_the_day_of_her_consent() {
        let mut pair = Pair::linked();
        let id = asked(&pair, FeedbackLevel::DecisionOnly);
        says(&pair, id, [Command::Accept, Command::Start(FirstContact::Met), END]);
        assert_eq!(statuses(&pair, id), [Status::Accepted, Status::Concluded]);
        let row = &pair.a.worklist().unwrap().waiting[0];
        assert!(row.unshared);

        wait(&pair, 181);
        pair.b.retain(false).unwrap();
        pair.exchange();
        assert_eq!(statuses(&pair, id), [Status::Accepted, Status::Concluded]);
        wait(&pair, 1);
        for _again in 0..2 {
            pair.b.retain(false).unwrap();
            pair.exchange();
            assert_eq!(statuses(&pair, id), [Status::Concluded; 2]);
            assert_eq!(outcome_at(&pair.a, id), None);
            let steps = pair.a.story(id).unwrap().unwrap().steps;
            let ends = |step: &&crate::app::Step| matches!(step.event, Event::Concluded { .. });
            assert_eq!(steps.iter().filter(ends).count(), 1);
            pair.restart();
        }
        wait(&pair, 15);
        pair.a.tick(&[id]).unwrap();
        pair.exchange();
        assert_eq!(pair.a.referral(id).unwrap().status(), Status::Closed);
        assert_eq!(pair.a.story(id).unwrap().unwrap().need, Some(NeedStatus::Unknown));
    }

    #[test]
    fn what_is_written_of_a_word_that_is_not_told_stays_with_those_who_help() {
        let mut pair = Pair::linked();
        let id = asked(&pair, FeedbackLevel::DecisionOnly);
        says(&pair, id, [Command::Accept]);
        let time = pair.b.now().after(DAY);
        let scheduled = Command::Schedule { time, mode: MeetingMode::ALL[0] };
        let words = Words { text: "Sonner au 2".to_owned().into(), reviewed: false };
        let said = Texts::of(Some(words));
        pair.b.say(None, Author::Receiver, id, scheduled, said, None).unwrap();
        pair.exchange();
        for _restarted in 0..2 {
            let written = |app: &App| {
                let steps = app.story(id).unwrap().unwrap().steps;
                steps.into_iter().filter_map(|step| step.text).count()
            };
            assert_eq!((written(&pair.a), written(&pair.b)), (0, 1));
            assert_eq!(statuses(&pair, id), [Status::Accepted, Status::Scheduled]);
            pair.restart();
        }
    }

    #[test]
    fn a_no_is_always_told() {
        let pair = Pair::linked();
        let id = asked(&pair, FeedbackLevel::DecisionOnly);
        let (reason, next) = (StepDownReason::ALL[0], NextStep::NoneKnown);
        says(&pair, id, [Command::Accept, Command::Start(FirstContact::Met)]);
        says(&pair, id, [Command::StepDown { reason, next }]);
        assert_eq!(statuses(&pair, id), [Status::Declined; 2]);

        let pair = Pair::linked();
        let id = asked(&pair, FeedbackLevel::DecisionOnly);
        let (reason, next) = (DeclineReason::Hours, NextStep::NoneKnown);
        says(&pair, id, [Command::Decline { reason, next_date: None, next }]);
        assert_eq!(statuses(&pair, id), [Status::Declined; 2]);
    }

    #[test]
    fn she_may_end_the_news_while_she_is_helped() {
        for desk in [Author::Sender, Author::Receiver] {
            let pair = Pair::linked();
            let id = asked(&pair, FeedbackLevel::Outcome);
            says(&pair, id, [Command::Accept, Command::Start(FirstContact::Met)]);
            assert_eq!(statuses(&pair, id), [Status::Underway; 2]);
            let here = if desk == Author::Sender { &pair.a } else { &pair.b };
            let stop = Command::Withdraw(WithdrawalScope::Feedback);
            here.say(None, Author::Person, id, stop, Texts::default(), None).unwrap();
            pair.exchange();
            says(&pair, id, [END]);
            assert_eq!(statuses(&pair, id), [Status::Underway, Status::Concluded]);
        }
    }
}
