//! What comes back to the sender: as much as she chose (referral.md §7).
//!
//! The receiver's node keeps its whole half. What it tells is a shorter half, legal by itself: both
//! nodes fold the shared words to the same referral.

use super::event::{Event, Evidence};
use super::receiver::Stage;
use super::state::Referral;
use crate::codes::FirstContact;
use crate::consent::FeedbackLevel;

/// Returns what the sender is told of a word said at the receiver, if anything.
///
/// `before` is the referral as the receiver knows it, without that word.
#[must_use]
pub fn told_back(event: &Event, level: FeedbackLevel, before: &Referral) -> Option<Event> {
    match level {
        FeedbackLevel::Outcome => Some(event.clone()),
        FeedbackLevel::Progress => Some(match event {
            Event::Concluded { n, .. } => ended(*n),
            event => event.clone(),
        }),
        FeedbackLevel::DecisionOnly => {
            let told = match event {
                Event::Waitlisted { .. }
                | Event::Scheduled { .. }
                | Event::Started { .. }
                | Event::Missed { .. }
                | Event::CheckedIn
                | Event::Concluded { .. }
                | Event::TacitlyClosed { .. }
                | Event::FeedbackGiven { .. } => false,
                Event::Resumed => !matches!(before.receiver.stage, Stage::Concluded { .. }),
                _ => true,
            };
            told.then(|| event.clone())
        }
    }
}

/// Returns what a sender that is told yes or no alone hears at the end date of the consent, whatever
/// happened and whenever: that it is over. `shared` is the fold of what both nodes know.
#[must_use]
pub fn last_news(shared: &Referral) -> Vec<Event> {
    if !shared.status().is_helping() {
        return Vec::new();
    }
    let contact = FirstContact::ContactTried;
    let began = matches!(shared.receiver.stage, Stage::Missed | Stage::Underway);
    let begins = (!began).then_some(Event::Started { contact });
    let end = ended(shared.receiver.concluded.saturating_add(1));
    begins.into_iter().chain([end]).collect()
}

/// An end of which nothing is told.
fn ended(n: u8) -> Event {
    let evidence = Evidence::default();
    Event::Concluded { n, outcome: None, autonomy: None, next_need: None, evidence }
}
