//! `/parcours/…/reponse`: what the receiver asked before it decides, answered one by one.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::codes::{CodedAnswer, Matter};
use maillage_protocol::referral::{Author, Command, Event};

use super::say;
use crate::app::authority::Writer;
use crate::app::{Story, Texts};
use crate::text::{Coded, Text};
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Choice, Mistakes, Sent, Typed};
use crate::web::layout::{Frame, Room, lead_to, page, page_again};
use crate::web::row::RowView;
use crate::web::story::{self, Reference};

#[derive(Template)]
#[template(path = "pathway/answer.html")]
struct AnswerPage {
    frame: Frame,
    row: RowView,
    /// What the receiver added to its question.
    asked: Option<String>,
    matters: Vec<MatterView>,
    text: String,
    mistakes: Mistakes,
}

/// Something that was asked.
struct MatterView {
    field: String,
    name: String,
    answers: Vec<Choice>,
}

/// Returns what was asked last.
fn question(story: &Story) -> (&[Matter], Option<String>) {
    let last = story.steps.iter().rev().find_map(|step| match &step.event {
        Event::Questioned { matters, .. } => Some((matters.as_slice(), &step.text)),
        _ => None,
    });
    last.map_or((&[], None), |(matters, text)| {
        (matters, text.as_ref().map(|text| text.reveal().clone()))
    })
}

fn field(matter: Matter) -> String {
    format!("reponse-{}", matter.code())
}

fn view(frame: Frame, story: &Story, typed: &Typed, mistakes: Mistakes) -> AnswerPage {
    let (matters, asked) = question(story);
    let matter = |matter: &Matter| MatterView {
        answers: typed.choices(&field(*matter), CodedAnswer::all()),
        name: matter.label(),
        field: field(*matter),
    };
    AnswerPage {
        row: RowView::of(&story.row, frame.clock),
        matters: matters.iter().map(matter).collect(),
        text: typed.one("texte").to_owned(),
        frame: frame.in_room(Room::Home),
        asked,
        mistakes,
    }
}

/// Shows the question.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    page(&view(frame, &story, &Typed::default(), Mistakes::default()))
}

/// Answers it.
pub(in crate::web) async fn answer(
    writer: Writer,
    frame: Frame,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let (matters, _) = question(&story);
    let answers = matters.iter().map(|matter| sent.typed.chosen::<CodedAnswer>(&field(*matter)));
    let answers: Option<Vec<_>> = answers.collect();
    let mut mistakes = Mistakes::default();
    let answers = mistakes.need("reponses", answers, Text("reponses-absentes"));
    let words = mistakes.words(&sent.typed, "texte", story.regime());
    let (Some(answers), true) = (answers, mistakes.is_empty()) else {
        return page_again(&view(frame, &story, &sent.typed, mistakes));
    };
    let texts = Texts::of(words);
    let (by, command) = (Author::Sender, Command::Answer { answers });
    say(&writer, &story, by, command, texts, sent.once).await?;
    Ok(lead_to(&format!("/parcours/{}?fait=repondu", story.row.code)))
}
