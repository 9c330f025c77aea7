//! `/parcours/…/relais`: asking a third structure for what was asked of us, with a new consent; and
//! taking the work up again.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::referral::{Author, Command, Status};

use super::say;
use crate::app::authority::Writer;
use crate::app::{Story, Texts};
use crate::text::Coded;
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::Sent;
use crate::web::layout::{Frame, Room, lead_to, page};
use crate::web::refer::again;
use crate::web::row::RowView;
use crate::web::story::{self, Reference};

#[derive(Template)]
#[template(path = "pathway/pass_on.html")]
struct PassOnPage {
    frame: Frame,
    row: RowView,
    /// Whether it may be passed on now.
    possible: bool,
    /// The request by which it is: its reference, and where it stands.
    asked: Option<(String, String)>,
}

/// Tells whether a receiver may ask somebody else now. Before a yes nobody here knows her, and a
/// refusal may name another place.
pub(super) fn is_possible(story: &Story) -> bool {
    let row = &story.row;
    let further = story.proposal.as_ref().is_some_and(|asked| asked.may_go_further());
    let open = row.status.is_helping() && story.erasure.is_none();
    row.side == Author::Receiver && open && further
}

/// Shows what passing on means, or how far it is.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let going_on = story.row.status == Status::ReferringOn;
    let asked = story.passed_on.filter(|_| going_on);
    page(&PassOnPage {
        row: RowView::of(&story.row, frame.clock),
        possible: is_possible(&story),
        asked: asked.map(|(code, status)| (code.to_string(), status.label())),
        frame: frame.in_room(Room::Home),
    })
}

/// Begins the request to the third structure.
pub(in crate::web) async fn begin(
    writer: Writer,
    reference: Reference,
    _: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    if !is_possible(&story) {
        return Ok(lead_to(&format!("/parcours/{}/relais", story.row.code)));
    }
    again::lead_to_draft(writer, story, None).await
}

/// Takes the work up again: nobody else is asked any more, or it did not help her.
pub(in crate::web) async fn resume(
    writer: Writer,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let (by, command) = (Author::Receiver, Command::Resume);
    say(&writer, &story, by, command, Texts::default(), sent.once).await?;
    Ok(lead_to(&format!("/parcours/{}?fait=reprise", story.row.code)))
}
