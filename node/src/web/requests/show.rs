//! T8 `/demandes/…`: a request, before it is answered.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::referral::{Author, Command};

use super::say;
use crate::app::Texts;
use crate::app::authority::Writer;
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::Sent;
use crate::web::layout::{Frame, Room, lead_to, page};
use crate::web::row::is_asked;
use crate::web::story::{self, Reference, ServiceNames, StoryView};

#[derive(Template)]
#[template(path = "requests/show.html")]
struct RequestPage {
    frame: Frame,
    story: StoryView,
    /// Whether it may be accepted or declined now.
    answerable: bool,
}

/// Shows a request that waits for an answer. After that, its story is elsewhere.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let row = &story.row;
    if row.side != Author::Receiver || !is_asked(row.status) {
        return Ok(lead_to(&format!("/parcours/{}", row.code)));
    }
    use maillage_protocol::referral::Status::{Delivered, Expired, Seen};
    let answerable = matches!(row.status, Delivered | Seen | Expired);
    let frame = frame.in_room(Room::Home);
    let story = StoryView::of(&story, &ServiceNames::of(&writer.partners()), frame.clock);
    page(&RequestPage { frame, story, answerable })
}

/// States that a professional opened it: a word, so never by merely looking.
pub(in crate::web) async fn open(
    writer: Writer,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    say(&writer, &story, Command::Open, Texts::default(), sent.once).await?;
    Ok(lead_to(&format!("/demandes/{}", story.row.code)))
}

/// Says yes.
pub(in crate::web) async fn accept(
    writer: Writer,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    say(&writer, &story, Command::Accept, Texts::default(), sent.once).await?;
    Ok(lead_to(&format!("/parcours/{}?fait=acceptee", story.row.code)))
}
