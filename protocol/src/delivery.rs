//! Delivery of one channel to one peer: in order, at least once, without hurry.
//!
//! A [`Delivery`] does no I/O. A driver asks it what to do with [`Delivery::poll`], does it, and
//! tells it what happened with [`Delivery::handle`]:
//!
//! ```text
//! poll(now) ─▶ Introduce              ─▶ POST identity        ─▶ handle(Answered)
//!           ─▶ ConfirmHead            ─▶ GET head             ─▶ handle(Answered)
//!           ─▶ Sign { at_most }       ─▶ sign, append, flush  ─▶ handle(Signed)
//!           ─▶ Send { after, through }─▶ POST events          ─▶ handle(Answered)
//!           ─▶ WaitUntil(time)        ─▶ sleep
//!           ─▶ Rest                   ─▶ wait for news        ─▶ handle(Waiting, PeerCame…)
//! ```
//!
//! An entry gets its place, and is signed, only once the peer said in this life of the process
//! what it holds, a minute ago at most. Otherwise a node restored from a copy could sign two
//! events for one place, and nobody could ever tell which one counts.
//!
//! A peer that cannot be reached is not a peer that refuses: we try again after a moment, for a
//! connection may break, then for ever, less and less often, and at once when it gives a sign of
//! life. One that calls us all the time, and that we
//! cannot reach, is tried every few seconds, not at each of its calls. A peer that refuses suspends
//! the link, never the entries. Nothing is ever given up.

use std::time::Duration;

use crate::id::Seq;
use crate::limits;
use crate::time::{DAY, HOUR, Timestamp};

/// How long to wait once a connection broke.
const MOMENT: Duration = Duration::from_secs(1);
/// The shortest pause after that, and after an answer that was no help.
const SHORTEST_PAUSE: Duration = Duration::from_secs(30);
/// The longest pause of the first day.
const PAUSE_OF_A_DAY: Duration = HOUR;
/// The longest pause after that.
const LONGEST_PAUSE: Duration = Duration::from_secs(6 * 60 * 60);
/// How often signs of life of a peer may end a pause.
const SIGNS_EVERY: Duration = Duration::from_secs(5);
/// Refusals, at least an hour apart in all, that suspend a link.
const REFUSALS: u32 = 3;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// So many entries wait for their place.
    Waiting(u64),
    /// Whether the peer was told who we are today.
    Introduced(bool),
    /// Entries got their place and were written: the channel now ends here.
    Signed(Seq),
    /// The peer has just called us, so it is up. If it said what it holds, with a proof that is
    /// fresh, that counts as a confirmation.
    PeerCame {
        /// When.
        at: Timestamp,
        /// What it holds.
        holds: Option<Seq>,
    },
    /// The request that we had to send is over.
    Answered {
        /// When.
        at: Timestamp,
        /// How it ended.
        outcome: Outcome,
    },
    /// The clock jumped, or the machine may have been copied: what the peer said no longer counts.
    Doubt,
    /// A human asks to try again now, whatever was decided.
    Resume(Timestamp),
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The peer's signed receipt says that it holds our channel up to this place.
    Holds(Seq),
    /// It was told who we are, and did not refuse it.
    Introduced,
    /// It did not answer: no address, no connection, no certificate, no time, or a proxy said so.
    Unreachable,
    /// It asks us to come back later.
    Busy(Duration),
    /// It does not want us.
    Refused,
    /// It says that it cannot take the next entry. Answers are not signed, so that anybody in
    /// between may have said it: we go on trying, and a human is told.
    Stuck,
    /// What it signed shows that nothing can follow: the channel waits for a human.
    Blocked,
    /// The batch was too large.
    TooLarge,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Tell the peer who we are today: it must know our keys before it needs them.
    Introduce,
    /// Ask the peer what it holds.
    ConfirmHead,
    /// Give their place to entries that wait.
    Sign {
        /// How many at most.
        at_most: u64,
    },
    /// Send a batch of entries.
    Send {
        /// The last entry that the peer has.
        after: Seq,
        /// The last entry to send.
        through: Seq,
    },
    /// Ask again at this time.
    WaitUntil(Timestamp),
    /// Nothing to do until the next input.
    Rest,
}

/// How the delivery goes, for the people who wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Nothing is wrong.
    Well,
    /// The peer has not answered since then.
    Unreachable(Timestamp),
    /// The peer does not want us: the link is suspended, and tried once a day.
    Suspended,
    /// The channel waits for a human.
    Blocked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Ready,
    InFlight,
    Pausing { until: Timestamp },
    Blocked,
}

/// The state of one delivery. Only what the peer acknowledged must survive a restart, and it is
/// in the receipts.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The end of our channel.
    head: Seq,
    acked: Seq,
    waiting: u64,
    introduced: bool,
    /// When the peer said last what it holds.
    confirmed: Option<Timestamp>,
    batch: u64,
    phase: Phase,
    /// Whether the peer came while a request to it was under way: should that request have failed,
    /// it may be tried again at once.
    came: bool,
    /// When a sign of life last ended a pause.
    stirred: Option<Timestamp>,
    trouble: Trouble,
}

/// What went wrong since the last success.
#[derive(Clone, Copy, Debug, Default)]
struct Trouble {
    failures: u32,
    since: Option<Timestamp>,
    refusals: u32,
    refused_since: Option<Timestamp>,
    suspended: bool,
    stuck: bool,
}

impl Delivery {
    /// Starts, or starts again, where the peer stopped acknowledging.
    #[must_use]
    pub fn resume(head: Seq, acked: Seq) -> Self {
        let batch = u64::try_from(limits::BATCH_EVENTS).unwrap_or(1);
        Self {
            head,
            acked: acked.min(head),
            waiting: 0,
            introduced: true,
            confirmed: None,
            batch,
            phase: Phase::Ready,
            came: false,
            stirred: None,
            trouble: Trouble::default(),
        }
    }

    /// Returns how far the peer has acknowledged.
    #[must_use]
    pub const fn acked(&self) -> Seq {
        self.acked
    }

    /// Returns how the delivery goes.
    #[must_use]
    pub fn health(&self) -> Health {
        match (self.phase, self.trouble) {
            (Phase::Blocked, _) | (_, Trouble { stuck: true, .. }) => Health::Blocked,
            (_, Trouble { suspended: true, .. }) => Health::Suspended,
            (_, Trouble { since: Some(since), .. }) => Health::Unreachable(since),
            _ => Health::Well,
        }
    }

    /// Takes note of what happened.
    pub fn handle(&mut self, input: Input) {
        match input {
            Input::Waiting(waiting) => self.waiting = waiting,
            Input::Introduced(introduced) => self.introduced = introduced,
            Input::Signed(head) => {
                // A channel that starts again leaves behind what the peer never held.
                self.head = head;
                self.acked = self.acked.min(head);
            }
            Input::PeerCame { at, holds } => self.peer_came(at, holds),
            // An answer to a question that we did not ask says nothing.
            Input::Answered { at, outcome } if self.phase == Phase::InFlight => {
                self.answered(at, outcome);
            }
            Input::Answered { .. } => {}
            Input::Doubt => self.confirmed = None,
            Input::Resume(_) => {
                self.trouble = Trouble::default();
                self.confirmed = None;
                self.phase = if self.phase == Phase::InFlight { self.phase } else { Phase::Ready };
            }
        }
    }

    /// Takes note of what happened, if something did.
    pub fn handle_some(&mut self, input: Option<Input>) {
        if let Some(input) = input {
            self.handle(input);
        }
    }

    /// Says what to do at `now`.
    pub fn poll(&mut self, now: Timestamp) -> Output {
        match self.phase {
            Phase::InFlight | Phase::Blocked => return Output::Rest,
            Phase::Pausing { until } if now < until => return Output::WaitUntil(until),
            Phase::Pausing { .. } | Phase::Ready => {}
        }
        if !self.introduced {
            self.phase = Phase::InFlight;
            return Output::Introduce;
        }
        if self.acked == self.head && self.waiting == 0 {
            return Output::Rest;
        }
        if !self.is_confirmed(now) {
            self.confirmed = None;
            self.phase = Phase::InFlight;
            return Output::ConfirmHead;
        }
        if self.acked == self.head {
            return Output::Sign { at_most: self.waiting.min(self.batch) };
        }
        let through = self.head.min(Seq(self.acked.0.saturating_add(self.batch)));
        self.phase = Phase::InFlight;
        Output::Send { after: self.acked, through }
    }

    fn is_confirmed(&self, now: Timestamp) -> bool {
        self.confirmed.is_some_and(|at| at <= now && now.since(at) <= limits::HEAD_CONFIRMATION)
    }

    fn peer_came(&mut self, at: Timestamp, holds: Option<Seq>) {
        match self.phase {
            Phase::Pausing { until } => self.stir(at, until),
            Phase::InFlight => self.came = true,
            Phase::Ready | Phase::Blocked => {}
        }
        // The moment after a broken connection is not granted again: this one was broken already.
        self.trouble.failures = self.trouble.failures.min(1);
        if let Some(holds) = holds.filter(|_| self.phase != Phase::InFlight) {
            self.confirm(at, holds);
        }
    }

    /// Ends a pause because of a sign of life, or shortens it if another one did so just before.
    fn stir(&mut self, at: Timestamp, until: Timestamp) {
        let again = self.stirred.map(|before| before.after(SIGNS_EVERY));
        match again.filter(|again| at < *again) {
            Some(again) => self.phase = Phase::Pausing { until: until.min(again) },
            None => {
                self.stirred = Some(at);
                self.phase = Phase::Ready;
            }
        }
    }

    fn answered(&mut self, at: Timestamp, outcome: Outcome) {
        let came = std::mem::take(&mut self.came);
        match outcome {
            Outcome::Introduced => {
                self.phase = Phase::Ready;
                // Whether it may be asked for more is what the next request says.
                self.introduced = true;
                if self.acked == self.head && self.waiting == 0 {
                    self.trouble = Trouble::default();
                }
            }
            Outcome::Holds(holds) => {
                let was_sent_some = self.confirmed.is_some();
                let progress = holds > self.acked || holds == self.head;
                self.phase = Phase::Ready;
                self.confirm(at, holds);
                // What it holds is no news: only what it takes ends the trouble.
                if progress && holds <= self.head {
                    self.trouble = Trouble::default();
                    self.batch = u64::try_from(limits::BATCH_EVENTS).unwrap_or(1);
                } else if was_sent_some && self.acked != self.head {
                    // It answers, and takes nothing: not at once again.
                    self.pause(at);
                }
            }
            Outcome::Unreachable => {
                self.pause_for_a_moment(at);
                if let (true, Phase::Pausing { until }) = (came, self.phase) {
                    self.trouble.failures = 1;
                    self.stir(at, until);
                }
            }
            Outcome::Busy(after) => {
                self.phase = Phase::Pausing { until: at.after(after.min(PAUSE_OF_A_DAY)) };
            }
            Outcome::Refused => self.refused(at),
            Outcome::Stuck => {
                self.trouble.stuck = true;
                self.pause(at);
            }
            Outcome::Blocked => self.phase = Phase::Blocked,
            Outcome::TooLarge => {
                let smaller = self.batch.checked_div(2).unwrap_or(1);
                self.phase = if smaller == 0 { Phase::Blocked } else { Phase::Ready };
                self.batch = smaller.max(1);
            }
        }
    }

    /// Believes what the peer holds, unless it is more than we ever wrote: that is a lie, or we
    /// forgot something, and the driver has to find out before anything is signed.
    fn confirm(&mut self, at: Timestamp, holds: Seq) {
        if holds <= self.head {
            self.acked = holds;
            self.confirmed = Some(at);
        } else {
            self.confirmed = None;
        }
    }

    fn refused(&mut self, at: Timestamp) {
        self.trouble.refusals = self.trouble.refusals.saturating_add(1);
        let since = *self.trouble.refused_since.get_or_insert(at);
        let stable = self.trouble.refusals >= REFUSALS && at.since(since) >= HOUR;
        self.trouble.suspended |= stable;
        if self.trouble.suspended {
            self.phase = Phase::Pausing { until: at.after(DAY) };
        } else {
            self.pause(at);
        }
    }

    fn pause_for_a_moment(&mut self, at: Timestamp) {
        let is_first = self.trouble.failures == 0;
        self.pause(at);
        if is_first {
            self.phase = Phase::Pausing { until: at.after(MOMENT) };
        }
    }

    fn pause(&mut self, at: Timestamp) {
        let since = *self.trouble.since.get_or_insert(at);
        let longest = if at.since(since) < DAY { PAUSE_OF_A_DAY } else { LONGEST_PAUSE };
        let again = self.trouble.failures.saturating_sub(1);
        let doubled = SHORTEST_PAUSE.saturating_mul(2_u32.saturating_pow(again));
        self.trouble.failures = self.trouble.failures.saturating_add(1);
        self.confirmed = None;
        self.phase = Phase::Pausing { until: at.after(doubled.min(longest)) };
    }
}

#[cfg(test)]
mod tests;
