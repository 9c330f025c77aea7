//! What time alone brings about: each node by its own clock, each side for its own half.

use maillage_protocol::channel::ChannelStatus;
use maillage_protocol::control::Control;
use maillage_protocol::event::Head;
use maillage_protocol::id::{Epoch, NodeId, ReferralId, Seq};
use maillage_protocol::referral::{Author, Reminder, Stage, Status, due, reminders};
use maillage_protocol::time::{DAY, Timestamp};

use super::cases::Case;
use super::feedback::is_unshared;
use super::renewal;
use super::saying::{SayError, Texts};
use super::state::State;
use super::{App, AppError};
use crate::facts::{Act, FactContent};

impl App {
    /// Says what is due now in these referrals, such as those whose turn is late. Returns how much
    /// was said. By a clock that the peers contradict nobody is reminded, and by one that none of them
    /// has confirmed nothing is due.
    pub fn tick(&self, referrals: &[ReferralId]) -> Result<usize, AppError> {
        self.turn_keys_over()?;
        if self.doubts_its_clock() {
            return Ok(0);
        }
        let now = self.now();
        self.remind(referrals, now)?;
        self.tell_stuck(now)?;
        if !self.knows_the_time() {
            return Ok(0);
        }
        let due: Vec<(ReferralId, _, _)> = {
            let state = self.state();
            let cases = referrals.iter().filter_map(|id| state.cases.get(id));
            cases
                .flat_map(|case| {
                    let wishes = due(&case.referral, case.side, now);
                    wishes.into_iter().map(|command| (case.id, case.side, command))
                })
                .collect()
        };
        let mut said = 0;
        for (id, side, command) in due {
            match self.say(None, side, id, command, Texts::default(), None) {
                Ok(()) => said += 1,
                Err(SayError::App(error)) => return Err(error),
                // Something was said in between.
                Err(_) => {}
            }
        }
        Ok(said)
    }

    /// Tells our team which consents end soon, where what follows should be chosen by now, and who is
    /// expected tomorrow: no turn is late there.
    pub(super) fn remind_daily(&self, now: Timestamp) -> Result<(), AppError> {
        let late: Vec<_> = {
            let state = self.state();
            let late = state.cases.values().filter(|case| {
                let told = renewal::reminder(case, now)
                    .into_iter()
                    .chain(unchosen(&state, case, now))
                    .chain(expected(&state, case, now));
                told.into_iter().any(|told| !has_heard(case, told))
            });
            late.map(|case| case.id).collect()
        };
        self.remind(&late, now)
    }

    /// Tells our team what is late in these referrals, once each.
    fn remind(&self, referrals: &[ReferralId], now: Timestamp) -> Result<(), AppError> {
        let told: Vec<_> = {
            let state = self.state();
            let cases = referrals.iter().filter_map(|id| state.cases.get(id));
            let new = cases.flat_map(|case| {
                let late = late(&state, case, now).into_iter();
                late.filter(|told| !has_heard(case, *told)).map(|(what, since)| {
                    let to = state.accounts.reminded(case, what, now);
                    Act::Reminded { referral: case.id, what, since, at: now, to }
                })
            });
            new.collect()
        };
        for act in told {
            self.record(None, &act, &FactContent::default())?;
        }
        Ok(())
    }

    /// Does what a peer says about its channel.
    pub(super) fn obey(&self, from: NodeId, control: Control) -> Result<(), AppError> {
        match control {
            Control::Erase(order) => {
                if let Some(attestation) = self.obey_order(from, &order)? {
                    let told = super::links::control_entry(from, &Control::Erased(attestation));
                    let act = Act::Told { outgoing: vec![told] };
                    self.record(None, &act, &FactContent::default())?;
                }
            }
            Control::Erased(attestation) => {
                self.hold_attestation(from, &attestation)?;
            }
            Control::LinkAccept(_)
            | Control::KeyNotice { .. }
            | Control::EpochOpen { .. }
            | Control::Refused { .. }
            | Control::KeyNeeded(_)
            | Control::ConferenceStuck(_)
            | Control::ConferenceSettled { .. }
            | Control::Pause
            | Control::Resume
            | Control::Bye
            | Control::Unknown => {}
        }
        Ok(())
    }

    /// Returns the end of a peer's channel, and how the channel is.
    #[must_use]
    pub fn held(&self, peer: NodeId) -> (Option<Head>, ChannelStatus) {
        let state = self.state();
        let channel = state.peers.get(&peer).map(|peer| &peer.incoming.channel);
        channel.map_or((None, ChannelStatus::Open), |channel| (channel.head(), channel.status()))
    }

    /// Returns the place of the last event that we hold from a peer.
    #[must_use]
    pub fn received_head(&self, peer: NodeId) -> (Epoch, Seq) {
        place_of(self.state().peers.get(&peer).and_then(|peer| peer.incoming.channel.head()))
    }

    /// Returns the place of the last event that we signed for a peer.
    #[must_use]
    pub fn signed_head(&self, peer: NodeId) -> (Epoch, Seq) {
        place_of(self.state().peers.get(&peer).and_then(|peer| peer.outgoing.channel.head()))
    }

    /// Returns how many of our events a place stands for.
    #[must_use]
    pub fn index_of(&self, peer: NodeId, (epoch, seq): (Epoch, Seq)) -> Option<Seq> {
        let state = self.state();
        state.peers.get(&peer).map(|peer| peer.outgoing.index_of(epoch, seq))
    }
}

/// Returns what our team is to be told of a referral by now, and since when.
pub(super) fn late(state: &State, case: &Case, now: Timestamp) -> Vec<(Reminder, Timestamp)> {
    // Who is told nothing of what follows cannot tell that it is late.
    let follows = case.side == Author::Receiver || !is_unshared(case);
    let late = if follows { reminders(&case.referral, case.side, now) } else { Vec::new() };
    late.into_iter()
        .chain(renewal::reminder(case, now))
        .chain(unchosen(state, case, now))
        .chain(expected(state, case, now))
        .collect()
}

/// Returns since when what follows should be chosen by us.
fn unchosen(state: &State, case: &Case, now: Timestamp) -> Option<(Reminder, Timestamp)> {
    let due = state.choice_due(case, now).filter(|due| *due <= now && state.is_ours(case, now));
    due.map(|due| (Reminder::Unchosen, due))
}

/// Returns since when somebody is expected here tomorrow, if we may remind her: nothing is sent to who
/// must not be contacted, nor the day before to who fixed it that day.
fn expected(state: &State, case: &Case, now: Timestamp) -> Option<(Reminder, Timestamp)> {
    let Stage::Scheduled { time } = case.referral.receiver.stage else { return None };
    let calendar = state.practice.calendar;
    let since = calendar.at(calendar.day(time.before(DAY)), 0, 0)?;
    let ours = case.side == Author::Receiver && case.referral.status() == Status::Scheduled;
    let fixed_before = case.referral.receiver.since < since && since <= now && now < time;
    let discreet = case.consent().is_none_or(|consent| consent.grant().discreet);
    (ours && fixed_before && !discreet).then_some((Reminder::AppointmentNear, since))
}

/// Tells whether our team was told something already.
fn has_heard(case: &Case, (what, since): (Reminder, Timestamp)) -> bool {
    case.reminders.iter().any(|told| told.what == what && told.since == since)
}

fn place_of(head: Option<Head>) -> (Epoch, Seq) {
    head.map_or((Epoch::FIRST, Seq::ZERO), |head| (head.epoch, head.seq))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use maillage_protocol::body::{SafeContact, SafeRule};
    use maillage_protocol::codes::{DeclineReason, MeetingMode};
    use maillage_protocol::referral::{Command, NextStep};

    use super::*;
    use crate::app::tests::{NADIA, Pair, propose, request, wait};

    fn reminder(app: &App) -> Option<Reminder> {
        let lists = app.worklist().unwrap();
        let rows = lists.to_answer.iter().chain(&lists.waiting);
        rows.map(|row| row.reminder).next().unwrap()
    }

    #[test]
    fn what_is_late_is_told_once_and_as_long_as_it_is() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        let records = |app: &App| app.journal.len();
        for (days, ours, theirs) in [
            (1, None, None),
            (3, None, Some(Reminder::Late)),
            (5, Some(Reminder::Undecided), Some(Reminder::Unopened)),
            (7, Some(Reminder::Alternatives), Some(Reminder::Unopened)),
        ] {
            wait(&pair, days);
            for _restarted in 0..2 {
                pair.a.tick(&[id]).unwrap();
                pair.b.tick(&[id]).unwrap();
                assert_eq!((reminder(&pair.a), reminder(&pair.b)), (ours, theirs), "{days}");
                let written = (records(&pair.a), records(&pair.b));
                pair.a.tick(&[id]).unwrap();
                pair.b.tick(&[id]).unwrap();
                assert_eq!((records(&pair.a), records(&pair.b)), written);
                pair.restart();
            }
        }
        // Once they have said yes, it is not late any more.
        let accept = Command::Accept;
        pair.b.say(None, Author::Receiver, id, accept, Texts::default(), None).unwrap();
        pair.exchange();
        let late = |app: &App| app.story(id).unwrap().unwrap().row.reminder;
        assert_eq!((late(&pair.a), late(&pair.b)), (None, None));
    }

    #[test]
    fn nothing_is_due_by_a_clock_that_nobody_confirms() {
        let pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        wait(&pair, 60);
        let (peer, now) = (pair.b.node(), pair.a.now());
        pair.a.heard_clock(peer, now.after(std::time::Duration::from_secs(121)));
        assert_eq!(pair.a.tick(&[id]).unwrap(), 0);
        pair.a.forget_clocks();
        assert_eq!(pair.a.tick(&[id]).unwrap(), 0, "nobody has said what time it is");
        assert_eq!(pair.a.referral(id).unwrap().status(), Status::Delivered);
        pair.a.heard_clock(peer, now);
        assert_eq!(pair.a.tick(&[id]).unwrap(), 1);
        assert_eq!(pair.a.referral(id).unwrap().status(), Status::Expired);
    }

    #[test]
    fn who_has_to_choose_what_follows_is_reminded() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        let (reason, next) = (DeclineReason::Hours, NextStep::NoneKnown);
        let no = Command::Decline { reason, next_date: None, next };
        pair.b.say(None, Author::Receiver, id, no, Texts::default(), None).unwrap();
        pair.exchange();
        let chosen = |app: &App| app.worklist().unwrap().to_choose.first().map(|row| row.reminder);
        pair.a.retain(false).unwrap();
        assert_eq!(chosen(&pair.a), Some(None), "there is a working day");
        wait(&pair, 2);
        for _restarted in 0..2 {
            pair.a.retain(false).unwrap();
            assert_eq!(chosen(&pair.a), Some(Some(Reminder::Unchosen)));
            pair.restart();
        }
        pair.b.retain(false).unwrap();
        assert!(pair.b.worklist().unwrap().to_choose.is_empty());
    }

    #[test]
    fn who_expects_somebody_tomorrow_is_told_unless_she_must_not_be_contacted() {
        let pair = Pair::linked();
        let mut careful = request(pair.b.node());
        let rules = [SafeRule::DoNotContact].into();
        careful.contact.safe_contact = Some(SafeContact { rules, hours: None }.into());
        let careful = pair.a.propose(NADIA, careful, [2; 16]).unwrap().referral;
        let id = propose(&pair);
        pair.exchange();
        // Monday 2 March at nine; the appointment is on Thursday at two.
        let time = pair.b.now().after(DAY.saturating_mul(3)).after(Duration::from_secs(5 * 3_600));
        let says = |id, command| {
            pair.b.say(None, Author::Receiver, id, command, Texts::default(), None).unwrap();
        };
        for id in [id, careful] {
            says(id, Command::Accept);
            pair.exchange();
            says(id, Command::Schedule { time, mode: MeetingMode::ALL[0] });
        }
        pair.exchange();
        let told = |id| {
            pair.b.retain(false).unwrap();
            pair.a.retain(false).unwrap();
            assert_eq!(pair.a.story(id).unwrap().unwrap().row.reminder, None, "not who sent her");
            pair.b.story(id).unwrap().unwrap().row.reminder
        };
        for (days, expected) in [
            (1, None),
            (1, Some(Reminder::AppointmentNear)),
            (1, Some(Reminder::AppointmentNear)),
            (1, None),
        ] {
            wait(&pair, days);
            assert_eq!((told(id), told(careful)), (expected, None));
        }
    }
}
