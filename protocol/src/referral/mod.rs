//! A referral: one attempt to have somebody helped with one need.
//!
//! A social worker proposes, with the person's consent, that another structure help her. That
//! structure answers; if it says yes it receives a name and a way to reach her; it makes contact,
//! helps, and says how it ended; the person says whether she was helped. At every moment one side
//! must act, before one date, and everybody can see which.
//!
//! ```text
//!   Command ──decide──▶ Fact ──hear──▶ Referral { sender, receiver, person } ──▶ status(), turn()
//!              │                           ▲
//!           Refusal          a peer's Fact ┘  (admitted, or skipped by every node alike)
//! ```
//!
//! Each organization moves its own half, the person's words are a third part, and the three
//! commute: two nodes that heard the same words, in any order of arrival, hold the same referral.
//!
//! * [`decide`] asks what we know today, both halves included.
//! * [`admit`] asks what the author of a fact said before, and nothing else. It is the only rule
//!   that binds two nodes.
//! * [`Referral::hear`] folds, and cannot fail.
//! * [`Referral::status`] and [`Referral::turn`] are readings. They are stored nowhere.
//!
//! What must depend on the other half is said by its author in the fact, as a small number: which
//! question is answered, which part of the work is cancelled, which conclusion is confirmed.

mod event;
mod proposal;
mod conference;
mod sender;
mod receiver;
mod person;
mod state;
mod turn;
mod deadlines;
mod decide;
mod reminders;
mod feedback;
#[cfg(test)]
pub(crate) mod tests;

pub use conference::{Role, Round, Verdict};
pub use deadlines::{due, follow_child};
pub use decide::{Command, Refusal, admit, decide};
pub use event::{Alternatives, Author, ChildEnd, ConferenceEnd, Event, Evidence, Fact, NextStep};
pub use feedback::{last_news, told_back};
pub use person::{Answer, Person};
pub use proposal::{Asked, Proposal, Rules, Tried};
pub use receiver::{Floor, Receiver, Stage};
pub use reminders::{Reminder, reminders};
pub use sender::{Cancellation, Closing, Phase, Sender};
pub use state::Referral;
pub use turn::{Act, Confirmation, Status, Turn};
