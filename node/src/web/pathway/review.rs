//! `/parcours/…/reexamen`: asking for a refusal to be looked at again, once, with what is new.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::codes::AddedFact;
use maillage_protocol::referral::{Author, Command};

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
#[template(path = "pathway/review.html")]
struct ReviewPage {
    frame: Frame,
    row: RowView,
    facts: Vec<Choice>,
    mistakes: Mistakes,
}

impl ReviewPage {
    fn of(frame: Frame, row: RowView, typed: &Typed, mistakes: Mistakes) -> Self {
        let facts = typed.choices("ajout", AddedFact::all());
        Self { facts, frame: frame.in_room(Room::Home), row, mistakes }
    }
}

/// Shows the form.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    if !story.reviewable {
        return Ok(lead_to(&format!("/parcours/{}", story.row.code)));
    }
    let row = RowView::of(&story.row, frame.clock);
    page(&ReviewPage::of(frame, row, &Typed::default(), Mistakes::default()))
}

/// Asks.
pub(in crate::web) async fn ask(
    writer: Writer,
    frame: Frame,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let facts: Vec<AddedFact> = sent.typed.ticked("ajout").into_iter().collect();
    if facts.is_empty() {
        let mut mistakes = Mistakes::default();
        mistakes.add("ajout", Text("reexamen-ajout-absent"));
        let row = RowView::of(&story.row, frame.clock);
        return page_again(&ReviewPage::of(frame, row, &sent.typed, mistakes));
    }
    let (by, command) = (Author::Sender, Command::RequestReview { facts });
    say(&writer, &story, by, command, Texts::default(), sent.once).await?;
    Ok(lead_to(&format!("/parcours/{}?fait=reexamen", story.row.code)))
}
