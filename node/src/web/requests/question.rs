//! `/demandes/…/question`: what we must know before we answer. Coded, so that nobody is asked
//! to tell more of her than she agreed to.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::codes::Matter;
use maillage_protocol::referral::Command;

use super::say;
use crate::app::Texts;
use crate::app::authority::Writer;
use crate::text::{Coded, Text};
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Choice, Mistakes, Sent, Typed};
use crate::web::layout::{Frame, Room, lead_to, page, page_again};
use crate::web::row::RowView;
use crate::web::story::{self, Reference};

#[derive(Template)]
#[template(path = "requests/question.html")]
struct QuestionPage {
    frame: Frame,
    row: RowView,
    matters: Vec<Choice>,
    text: String,
    mistakes: Mistakes,
}

impl QuestionPage {
    fn of(frame: Frame, row: RowView, typed: &Typed, mistakes: Mistakes) -> Self {
        Self {
            frame: frame.in_room(Room::Home),
            row,
            matters: typed.choices("sujet", Matter::all()),
            text: typed.one("texte").to_owned(),
            mistakes,
        }
    }
}

/// Shows the form.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let row = RowView::of(&story.row, frame.clock);
    page(&QuestionPage::of(frame, row, &Typed::default(), Mistakes::default()))
}

/// Asks.
pub(in crate::web) async fn ask(
    writer: Writer,
    frame: Frame,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let mut mistakes = Mistakes::default();
    let matters: Vec<Matter> = sent.typed.ticked("sujet").into_iter().collect();
    if matters.is_empty() {
        mistakes.add("sujet", Text("sujet-absent"));
    }
    let words = mistakes.words(&sent.typed, "texte", story.regime());
    if !mistakes.is_empty() {
        let row = RowView::of(&story.row, frame.clock);
        return page_again(&QuestionPage::of(frame, row, &sent.typed, mistakes));
    }
    let texts = Texts::of(words);
    say(&writer, &story, Command::Question { matters }, texts, sent.once).await?;
    Ok(lead_to(&format!("/demandes/{}?fait=question", story.row.code)))
}
