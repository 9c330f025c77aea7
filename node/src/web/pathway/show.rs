//! T11 `/parcours/…`: the story, whose turn it is, and what may be done.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::referral::{Act, Author, Status};

use super::notes::{self, NoteView};
use super::{conference, fallback, pass_on};
use crate::app::authority::Writer;
use crate::app::{Story, WorklistRow};
use crate::text::Text;
use crate::web::aside;
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::layout::{Frame, Room, lead_to, page};
use crate::web::row::is_asked;
use crate::web::story::{self, OpeningView, Reference, ServiceNames, StoryView};

#[derive(Template)]
#[template(path = "pathway/show.html")]
struct PathwayPage {
    frame: Frame,
    story: StoryView,
    acts: Vec<ActLink>,
    /// Whether the sender may simply take note of how it ended.
    confirmable: bool,
    /// Whether the receiver may take the work up again, since it did not help.
    resumable: bool,
    /// What the team wrote for itself, the last note first.
    notes: Vec<NoteView>,
    /// Whether a note may be written.
    writable: bool,
    /// Who opened it here.
    openings: Vec<OpeningView>,
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
    let resumable = row.mine && row.turn.is_some_and(|turn| turn.act == Act::Reconsider);
    let (acts, confirmable) = (acts(&story), is_confirmable(row));
    let openings = story::openings(&writer.openings(row.id), frame.clock);
    let (reader, id, writable) = (writer.clone(), row.id, story.erasure.is_none());
    let notes = notes::views(&aside(move || reader.notes(id)).await?, frame.clock);
    let frame = frame.in_room(Room::Home);
    let story = StoryView::of(&story, &ServiceNames::of(&writer.partners()), frame.clock);
    page(&PathwayPage { frame, story, acts, confirmable, resumable, notes, writable, openings })
}

fn is_confirmable(row: &WorklistRow) -> bool {
    row.side == Author::Sender && row.status == Status::Concluded
}

/// Returns what our side may do, what is expected first. She may withdraw after the end too.
fn acts(story: &Story) -> Vec<ActLink> {
    let row = &story.row;
    let (status, erasable) = (row.status, story.erasure.is_none());
    let talks = status == Status::CaseConference;
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
            ("parcours", "avis", Text("agir-avis-note"), status == Status::Concluded),
            ("parcours", "relais", Text("agir-relais"), pass_on::is_possible(story)),
            ("parcours", "relais", Text("agir-relais-suivre"), status == Status::ReferringOn),
            ("demandes", "refus", Text("agir-desistement"), status.is_helping()),
        ],
        Author::Sender | Author::Person => vec![
            ("parcours", "besoin", Text("agir-besoin"), row.has_to_choose()),
            ("parcours", "reponse", Text("agir-reponse"), status == Status::Questioned),
            ("parcours", "besoin", Text("agir-aussi"), story.beside),
            ("parcours", "avis", Text("agir-avis"), status == Status::Concluded),
            ("parcours", "secours", Text("agir-secours"), fallback::is_useful(story)),
            ("parcours", "accord", Text("agir-renouveler"), story.renewable),
            ("parcours", "reexamen", Text("agir-reexamen"), story.reviewable),
        ],
    };
    let stop = (
        "parcours",
        "arret",
        Text("agir-arret"),
        erasable && status != Status::CancellationRequested,
    );
    let join = ("parcours", "concertation", Text("agir-concertation-suivre"), talks);
    let talk =
        ("parcours", "concertation", Text("agir-concertation"), conference::may_talk(status));
    let agenda = ("parcours", "rendez-vous", Text("agir-agenda"), row.status == Status::Scheduled);
    let acts = [join].into_iter().chain(ours).chain([agenda, talk, stop]);
    let fitting = acts.filter(|(_, _, _, fits)| *fits);
    fitting
        .enumerate()
        .map(|(place, (room, act, text, _))| ActLink {
            page: format!("/{room}/{}/{act}", row.code),
            text,
            first: place == 0 && row.mine,
        })
        .collect()
}
