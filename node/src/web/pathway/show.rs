//! T11 `/parcours/…`: the story, whose turn it is, and what may be done.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::referral::{Author, Status};

use crate::app::WorklistRow;
use crate::app::authority::Writer;
use crate::text::Text;
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::layout::{Frame, Room, lead_to, page};
use crate::web::row::is_asked;
use crate::web::story::{self, Reference, ServiceNames, StoryView};

#[derive(Template)]
#[template(path = "pathway/show.html")]
struct PathwayPage {
    frame: Frame,
    story: StoryView,
    acts: Vec<ActLink>,
    /// Whether the sender may simply take note of how it ended.
    confirmable: bool,
}

/// Something that may be done, on a page of its own.
struct ActLink {
    page: String,
    text: Text,
    /// Whether it is what is expected now.
    first: bool,
}

/// Shows the story.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let row = &story.row;
    if row.side == Author::Receiver && is_asked(row.status) && frame.done.is_none() {
        return Ok(lead_to(&format!("/demandes/{}", row.code)));
    }
    let (acts, confirmable) = (acts(row, story.erasure.is_none()), is_confirmable(row));
    let frame = frame.in_room(Room::Home);
    let story = StoryView::of(&story, &ServiceNames::of(&writer.partners()), frame.clock);
    page(&PathwayPage { frame, story, acts, confirmable })
}

fn is_confirmable(row: &WorklistRow) -> bool {
    row.side == Author::Sender && row.status == Status::Concluded
}

/// Returns what our side may do, what is expected first. She may withdraw after the end too.
fn acts(row: &WorklistRow, erasable: bool) -> Vec<ActLink> {
    let status = row.status;
    let ours = match row.side {
        Author::Receiver => vec![
            ("demandes", "suite", Text("agir-suite"), status.is_helping()),
            (
                "parcours",
                "issue",
                Text("agir-issue"),
                matches!(status, Status::Missed | Status::Underway | Status::CancellationRequested),
            ),
            (
                "parcours",
                "arret",
                Text("agir-arret-demande"),
                status == Status::CancellationRequested,
            ),
        ],
        Author::Sender | Author::Person => vec![
            ("parcours", "besoin", Text("agir-besoin"), row.choose.is_some()),
            ("parcours", "reponse", Text("agir-reponse"), status == Status::Questioned),
            ("parcours", "avis", Text("agir-avis"), status == Status::Concluded),
        ],
    };
    let stop = (
        "parcours",
        "arret",
        Text("agir-arret"),
        erasable && status != Status::CancellationRequested,
    );
    let fitting = ours.into_iter().chain([stop]).filter(|(_, _, _, fits)| *fits);
    fitting
        .enumerate()
        .map(|(place, (room, act, text, _))| ActLink {
            page: format!("/{room}/{}/{act}", row.code),
            text,
            first: place == 0 && row.mine,
        })
        .collect()
}
