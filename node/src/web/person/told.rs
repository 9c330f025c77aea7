//! What was said of the help, by whom; what was tried; who may be called while they look for a way.

use maillage_protocol::codes::{AttemptEnd, HeardBy};
use maillage_protocol::referral::{Author, Event, Status};

use crate::app::Story;
use crate::text::{Clock, Coded, Moment, Telephone, Text, say_with};
use crate::web::row;

/// Something that somebody said of the help, in a sentence.
pub(super) struct Statement {
    /// When.
    pub(super) at: Moment,
    /// Who, and what.
    pub(super) words: String,
}

/// Somebody who may be called by her name.
pub(super) struct ToCall {
    /// Their name and function.
    pub(super) who: String,
    /// Their number, if they have one.
    pub(super) telephone: Option<Telephone>,
}

/// Says what the structure declared and what she answered, each in its own words, oldest first.
pub(super) fn of_the_help(story: &Story, clock: Clock) -> Vec<Statement> {
    let structure = row::other(&story.row);
    let said = |words: Text, name, label: String| {
        say_with(words.0, [("structure", structure.as_str().into()), (name, label.into())])
    };
    let statement = |event: &Event| {
        Some(match event {
            Event::Concluded { outcome: Some(outcome), .. } => {
                said(Text("personne-dit-structure"), "issue", outcome.label())
            }
            Event::FeedbackGiven { helped, heard: HeardBy::Receiver, .. } => {
                said(Text("personne-dit-rapporte"), "reponse", helped.label())
            }
            Event::FeedbackGiven { helped, .. } => {
                said(Text("personne-dit-vous"), "reponse", helped.label())
            }
            _ => return None,
        })
    };
    let steps = story.steps.iter();
    steps
        .filter_map(|step| {
            Some(Statement { at: clock.day_of(step.at), words: statement(&step.event)? })
        })
        .collect()
}

/// Says what was tried, if it was more than once or if nothing was found.
pub(super) fn tried(tried: &[(String, AttemptEnd)], nothing_found: bool) -> Vec<String> {
    if tried.len() < 2 && !nothing_found {
        return Vec::new();
    }
    let words = |end| match end {
        AttemptEnd::Declined => Text("personne-essai-refus"),
        AttemptEnd::Silence => Text("personne-essai-silence"),
        AttemptEnd::Cancelled => Text("personne-essai-annule"),
        AttemptEnd::Unresolved | AttemptEnd::Other => Text("personne-essai-insuffisant"),
    };
    tried
        .iter()
        .map(|(name, end)| say_with(words(*end).0, [("structure", name.as_str().into())]))
        .collect()
}

/// Returns who speaks for each side in the conference that is going on.
pub(super) fn to_call(story: &Story) -> Vec<ToCall> {
    if story.row.status != Status::CaseConference {
        return Vec::new();
    }
    let last = |side| {
        let said = story.steps.iter().rev().filter(move |step| step.by == side);
        said.filter_map(|step| step.speaker.as_ref()).next()
    };
    let speakers = [Author::Sender, Author::Receiver].into_iter().filter_map(last);
    speakers
        .map(|speaker| {
            let speaker = speaker.reveal();
            let said = [&speaker.name, &speaker.function].into_iter().filter(|it| !it.is_empty());
            let who = said.cloned().collect::<Vec<_>>().join(", ");
            let telephone = (!speaker.phone.is_empty()).then(|| Telephone::of(&speaker.phone));
            ToCall { who, telephone }
        })
        .collect()
}
