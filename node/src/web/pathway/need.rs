//! `/parcours/…/besoin`: an attempt ended, and the need is still ours: ask somebody else, or close
//! it with a reason. It never disappears by itself.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::codes::Outcome;

use super::Family;
use crate::app::Story;
use crate::app::authority::Writer;
use crate::text::Text;
use crate::web::aside;
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Mistakes, Sent, Typed};
use crate::web::layout::{Frame, Room, lead_to, page, page_again};
use crate::web::refer::again;
use crate::web::row::RowView;
use crate::web::story::{self, Reference};

#[derive(Template)]
#[template(path = "pathway/need.html")]
struct NeedPage {
    frame: Frame,
    row: RowView,
    /// Whether somebody else may be asked at the same time, and nothing is to be closed.
    beside: bool,
    families: Vec<Family>,
    mistakes: Mistakes,
}

impl NeedPage {
    fn of(frame: Frame, story: &Story, typed: &Typed, mistakes: Mistakes) -> Self {
        let (row, beside) = (RowView::of(&story.row, frame.clock), story.beside);
        Self {
            beside,
            families: Family::all(typed),
            frame: frame.in_room(Room::Home),
            row,
            mistakes,
        }
    }
}

/// Shows the choice.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    if !story.row.has_to_choose() && !story.beside {
        return Ok(lead_to(&format!("/parcours/{}", story.row.code)));
    }
    page(&NeedPage::of(frame, &story, &Typed::default(), Mistakes::default()))
}

/// Begins another attempt, where this one ended.
pub(in crate::web) async fn ask_again(
    writer: Writer,
    reference: Reference,
    _: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    if !story.row.has_to_choose() && !story.beside {
        return Err(PageError::NoOpenNeed);
    }
    again::lead_to_draft(writer, story).await
}

/// Closes the need.
pub(in crate::web) async fn close(
    writer: Writer,
    frame: Frame,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let mut mistakes = Mistakes::default();
    let outcome = sent.typed.chosen::<Outcome>("issue");
    let Some(outcome) = mistakes.need("issue", outcome, Text("besoin-fin-absente")) else {
        return page_again(&NeedPage::of(frame, &story, &sent.typed, mistakes));
    };
    let id = story.row.id;
    aside(move || writer.close_need(id, outcome)).await?;
    Ok(lead_to(&format!("/parcours/{}?fait=besoin", story.row.code)))
}
