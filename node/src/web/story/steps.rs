//! What was said about a referral, one sentence for each kind of word.

use maillage_protocol::body::Professional;
use maillage_protocol::codes::HeardBy;
use maillage_protocol::consent::WithdrawalScope;
use maillage_protocol::referral::{Author, ConferenceEnd, Event, NextStep};

use super::{ServiceNames, enumerate};
use crate::app::{Step, WorklistRow};
use crate::text::{Clock, Coded, Moment, Telephone, Text, say, say_with};
use crate::web::row;

/// One thing that was said.
pub(in crate::web) struct StepView {
    /// When.
    pub(in crate::web) at: Moment,
    /// Whose word it is.
    pub(in crate::web) who: String,
    /// What was said.
    pub(in crate::web) words: String,
    /// What was added to it.
    pub(in crate::web) text: Option<String>,
    /// Who may be called about it.
    pub(in crate::web) speaker: Option<String>,
    /// Whether another word overtook it.
    pub(in crate::web) late: bool,
    /// Whether it has arrived.
    pub(in crate::web) delivery: Option<Text>,
}

impl StepView {
    /// Says a step, for whoever reads it now.
    pub(in crate::web) fn of(
        step: &Step,
        row: &WorklistRow,
        services: &ServiceNames,
        clock: Clock,
    ) -> Self {
        let ours = step.by == row.side;
        Self {
            at: clock.moment(step.at),
            who: match step.by {
                Author::Person => say("qui-elle"),
                Author::Sender | Author::Receiver if ours => say("qui-nous"),
                Author::Sender | Author::Receiver => row::other(row),
            },
            words: words(&step.event, row, services, clock),
            text: step.text.as_ref().map(|text| text.reveal().clone()),
            speaker: step.speaker.as_ref().map(|speaker| to_call(speaker.reveal())),
            late: step.late,
            // What the other side said has arrived, since we read it.
            delivery: ours.then(|| row::delivery(step.delivery)).flatten(),
        }
    }
}

fn words(event: &Event, row: &WorklistRow, services: &ServiceNames, clock: Clock) -> String {
    let next = |next: &NextStep| next_step(next, services);
    match event {
        Event::Drafted => say("fait-brouillon"),
        Event::DraftPurged => say("fait-brouillon-oublie"),
        Event::Proposed(_) => say("fait-proposee"),
        Event::Answered { answers, .. } => {
            say_with("fait-repondue", [("reponses", enumerate(answers).into())])
        }
        Event::ReviewRequested { facts } => {
            say_with("fait-reexamen", [("ajouts", enumerate(facts).into())])
        }
        Event::Disclosed { .. } => say("fait-contact"),
        Event::Cancelled { reason, .. } => {
            say_with("fait-annulee", [("motif", reason.label().into())])
        }
        Event::CancellationEnforced => say("fait-annulation-actee"),
        Event::Expired { .. } => say("fait-expiree"),
        Event::Mistaken { reason } => say_with("fait-erronee", [("motif", reason.label().into())]),
        Event::Confirmed { .. } => say("fait-confirmee"),
        Event::Delivered => say("fait-recue"),
        Event::Seen { review: 0 } => say("fait-ouverte"),
        Event::Seen { .. } => say("fait-rouverte"),
        Event::Questioned { matters, .. } => {
            say_with("fait-question", [("sujets", enumerate(matters).into())])
        }
        Event::Accepted => say("fait-acceptee"),
        Event::Declined { reason, next_date: None, next: then } => say_with(
            "fait-refusee",
            [("motif", reason.label().into()), ("suite", next(then).into())],
        ),
        Event::Declined { reason, next_date: Some(day), next: then } => say_with(
            "fait-refusee-jusque",
            [
                ("motif", reason.label().into()),
                ("jour", clock.day(*day).words.into()),
                ("suite", next(then).into()),
            ],
        ),
        Event::Waitlisted { until } => {
            say_with("fait-attente", [("jour", clock.day(*until).words.into())])
        }
        Event::Scheduled { time, mode } => say_with(
            "fait-rendez-vous",
            [("quand", clock.moment(*time).words.into()), ("lieu", mode.label().into())],
        ),
        Event::Started { contact } => {
            say_with("fait-commencee", [("contact", contact.label().into())])
        }
        Event::CheckedIn => say("fait-nouvelles"),
        Event::Missed { cause } => say_with("fait-absence", [("motif", cause.label().into())]),
        Event::SteppedDown { reason, next: then } => say_with(
            "fait-desistee",
            [("motif", reason.label().into()), ("suite", next(then).into())],
        ),
        Event::ReferringOn { .. } => say("fait-reorientation"),
        Event::ReferredOn { .. } => say("fait-reorientee"),
        Event::TakenBack { why, .. } => {
            say_with("fait-reorientation-sans-suite", [("motif", why.label().into())])
        }
        Event::Resumed => say("fait-reprise"),
        Event::CancellationConfirmed { told: true } => say("fait-arret-dit"),
        Event::CancellationConfirmed { told: false } => say("fait-arret"),
        Event::Concluded { outcome: Some(outcome), .. } => {
            say_with("fait-issue", [("issue", outcome.label().into())])
        }
        Event::Concluded { outcome: None, .. } => say("fait-issue-tue"),
        Event::TacitlyClosed { .. } => say("fait-close"),
        Event::ConferenceCalled { why, .. } => {
            say_with("fait-concertation", [("motif", why.label().into())])
        }
        Event::ConferenceJoined { .. } => say("fait-concertation-rejointe"),
        Event::ConferenceEnded { end: ConferenceEnd::Plan { act, by, before }, .. } => say_with(
            "fait-concertation-plan",
            [
                ("acte", act.label().into()),
                ("qui", (if *by == row.side { say("qui-nous") } else { row::other(row) }).into()),
                ("jour", clock.day(*before).words.into()),
            ],
        ),
        Event::ConferenceEnded { end: ConferenceEnd::NoSolution { reason }, .. } => {
            say_with("fait-concertation-rien", [("motif", reason.label().into())])
        }
        Event::Withdrawn { scope, .. } => match scope {
            WithdrawalScope::Referral => say("fait-retrait"),
            WithdrawalScope::Pathway => say("fait-retrait-parcours"),
            WithdrawalScope::Feedback => say("fait-retrait-retour"),
            WithdrawalScope::Statistics => say("fait-retrait-chiffres"),
            WithdrawalScope::Item { item } => {
                say_with("fait-retrait-donnee", [("donnee", item.label().into())])
            }
        },
        Event::FeedbackGiven { helped, heard: HeardBy::Receiver, .. } => {
            say_with("fait-avis-rapporte", [("reponse", helped.label().into())])
        }
        Event::FeedbackGiven { helped, .. } => {
            say_with("fait-avis", [("reponse", helped.label().into())])
        }
        Event::Unknown => say("fait-plus-recent"),
    }
}

/// Says whom to call about something.
fn to_call(speaker: &Professional) -> String {
    say_with("fait-interlocuteur", [("qui", name_of(speaker).into())])
}

/// Says who somebody is, and their telephone.
pub(super) fn name_of(professional: &Professional) -> String {
    let Professional { name, function, phone } = professional;
    let parts = [name.as_str(), function, &Telephone::of(phone).words];
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(", ")
}

fn next_step(next: &NextStep, services: &ServiceNames) -> String {
    match next {
        NextStep::Alternative { services: others } => {
            let names: Vec<_> = others.services().iter().map(|id| services.name(*id)).collect();
            say_with("suite-ailleurs", [("lieux", names.join(", ").into())])
        }
        NextStep::BackToSender { .. } => say("suite-retour"),
        NextStep::NoneKnown => say("suite-aucune"),
    }
}
