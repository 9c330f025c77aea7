//! T11–T13 `/parcours/…`: the story of a referral, who goes on with it, and how it ends.

pub(super) mod show;
pub(super) mod outcome;
pub(super) mod feedback;
pub(super) mod answer;
pub(super) mod stop;
pub(super) mod need;
pub(super) mod pass_on;
pub(super) mod conference;
pub(super) mod review;
pub(super) mod follow;
pub(super) mod notes;
pub(super) mod fallback;

use maillage_protocol::codes::{Outcome, OutcomeClass};
use maillage_protocol::referral::{Author, Command};

use super::aside;
use super::errors::PageError;
use super::form::{Choice, Typed};
use crate::app::authority::Writer;
use crate::app::{Story, Texts};
use crate::text::Coded;

/// The outcomes that mean the same for the need.
struct Family {
    name: String,
    outcomes: Vec<Choice>,
}

impl Family {
    /// Returns every outcome, in its family.
    fn all(typed: &Typed) -> Vec<Self> {
        let family = |class: &OutcomeClass| {
            let same = Outcome::all().iter().copied().filter(|outcome| outcome.class() == *class);
            let outcomes = typed.choices("issue", &same.collect::<Vec<_>>());
            Self { name: class.label(), outcomes }
        };
        OutcomeClass::all().iter().map(family).collect()
    }
}

/// Says something about a referral.
pub(super) async fn say(
    writer: &Writer,
    story: &Story,
    by: Author,
    command: Command,
    texts: Texts,
    once: [u8; 16],
) -> Result<(), PageError> {
    let (writer, id) = (writer.clone(), story.row.id);
    aside(move || writer.say(by, id, command, texts, once)).await
}
