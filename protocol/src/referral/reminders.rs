//! Who is told that something is late, and when (referral.md §8.4). A reminder does not move the
//! turn: whoever had to act still has to. It names a referral, never a person.

use std::time::Duration;

use super::proposal::Asked;
use super::{Act, Author, Referral};
use crate::codes::{Urgency, code_list};
use crate::time::{DAY, Timestamp};

code_list! {
    /// What somebody is told, because time passes.
    Reminder or Late {
        /// What is asked of us is late.
        Late = "late",
        /// Nobody of ours has opened the request, and it should be decided by now.
        Unopened = "unopened",
        /// Nobody helps her any more, and what follows should be chosen by now.
        Unchosen = "unchosen",
        /// The request has not arrived: somebody picks up the telephone.
        Undelivered = "undelivered",
        /// Those who were asked have not decided in time.
        Undecided = "undecided",
        /// Half of the time before the deadline of a right is gone, and nobody accepted.
        HalfTime = "half_time",
        /// It is time to think of somebody else.
        Alternatives = "alternatives",
        /// Those who help give no news.
        NoNews = "no_news",
        /// What she agreed to ends soon: she is asked again.
        ConsentEnds = "consent_ends",
        /// The help is said to be over, and she agreed to be asked whether it helped.
        AskHer = "ask_her",
        /// The help is said to be over, and nobody has said a word about it.
        Unconfirmed = "unconfirmed",
        /// She is expected tomorrow: whoever expects her may remind her.
        AppointmentNear = "appointment_near",
    }
}

/// Working days without a decision after which somebody else is thought of, and fewer when a right
/// has a deadline.
const ALTERNATIVES: (u16, u16) = (10, 4);
/// Working days that the sender waits more, once those who help are late.
const PATIENCE: u16 = 2;

/// When she is asked whether it helped, after somebody said that it is over (referral.md §6.9).
const ASK_HER: [Duration; 2] = [DAY, DAY.saturating_mul(7)];
/// When the sender is asked for a word, if she is not.
const UNCONFIRMED: Duration = DAY.saturating_mul(7);

/// Returns what a side is to be told by now, and since when, oldest first. The same is told once: the
/// date is that of what is late, and a new turn has another.
#[must_use]
pub fn reminders(referral: &Referral, by: Author, now: Timestamp) -> Vec<(Reminder, Timestamp)> {
    let (Some(turn), Some(asked)) = (referral.turn(), referral.sender.asked()) else {
        return Vec::new();
    };
    let mine = turn.holder == by || turn.holder == Author::Person && by == Author::Sender;
    let own = match turn.act {
        Act::Deliver => Reminder::Undelivered,
        _ => Reminder::Late,
    };
    let mut told = Vec::new();
    told.extend(mine.then_some((own, turn.due)));
    if by == Author::Receiver && turn.act == Act::Open {
        told.push((Reminder::Unopened, referral.due_of(Act::Decide).max(turn.due)));
    }
    if by == Author::Sender && !mine {
        told.extend(about_the_receiver(referral, asked, turn.act, turn.due));
    }
    if by == Author::Sender && turn.act == Act::SayIfHelped {
        let said = referral.receiver.since;
        told.extend(match turn.holder {
            Author::Person => ASK_HER.map(|after| (Reminder::AskHer, said.after(after))).to_vec(),
            _ => vec![(Reminder::Unconfirmed, said.after(UNCONFIRMED))],
        });
    }
    told.retain(|(_, at)| *at <= now);
    told.sort_by_key(|(_, at)| *at);
    told
}

/// Returns what the sender is told of a turn that is the receiver's.
fn about_the_receiver(
    referral: &Referral,
    asked: &Asked,
    act: Act,
    due: Timestamp,
) -> Vec<(Reminder, Timestamp)> {
    let calendar = asked.rules.calendar;
    match act {
        Act::Open | Act::Decide => {
            let since = referral.deciding_since();
            let (normal, priority) = ALTERNATIVES;
            let undecided = referral.due_of(Act::Decide);
            let mut told = vec![
                (Reminder::Undecided, undecided),
                (Reminder::Alternatives, asked.days(since, normal, priority)),
            ];
            told.extend(half_time(asked).map(|at| (Reminder::HalfTime, at)));
            told
        }
        Act::MakeContact | Act::GiveNews | Act::ContactAgain | Act::StateAppointment => {
            vec![(Reminder::NoNews, calendar.working_days_after(due, PATIENCE))]
        }
        _ => Vec::new(),
    }
}

/// Returns when half of the working time between a request and the deadline of a right is gone.
fn half_time(asked: &Asked) -> Option<Timestamp> {
    let end = asked.end().filter(|_| asked.urgency == Urgency::RightAtRisk)?;
    let calendar = asked.rules.calendar;
    let half = calendar.working_time(asked.at, end).checked_div(2).unwrap_or_default();
    Some(calendar.after_working_time(asked.at, half))
}
