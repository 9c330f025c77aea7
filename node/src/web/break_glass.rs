//! `/acces-exceptionnel`: those who run the node read no content. When there is no other way, one
//! asks and says why, another one agrees, and the person reads it in her trail.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::time::Timestamp;

use super::aside;
use super::errors::PageError;
use super::filters;
use super::form::{Choice, Mistakes, Sent, Typed};
use super::layout::{Frame, Room, lead_to, page, page_again};
use super::pathway::notes::{self, NoteView};
use super::register::AccessView;
use super::story::{Line, Reference, ServiceNames, StoryView, card_lines};
use crate::app::authority::Admin;
use crate::app::{AccessError, AccessName, Everything, ShortCode};
use crate::facts::AccessReason;
use crate::text::{Coded, Text};

#[derive(Template)]
#[template(path = "break_glass/list.html")]
struct ListPage {
    frame: Frame,
    accesses: Vec<AccessView>,
    /// Whether nobody else administers: they agree with themselves, after a day.
    alone: bool,
    typed: String,
    reasons: Vec<Choice>,
    mistakes: Mistakes,
}

#[derive(Template)]
#[template(path = "break_glass/story.html")]
struct StoryPage {
    frame: Frame,
    story: StoryView,
    /// Who she is and how to reach her.
    person: Vec<Line>,
    notes: Vec<NoteView>,
}

/// Shows what was asked for, and the form.
pub(super) async fn show(admin: Admin, frame: Frame) -> Result<HttpResponse, PageError> {
    page(&list(&admin, frame, &Typed::default(), Mistakes::default()))
}

fn list(admin: &Admin, frame: Frame, typed: &Typed, mistakes: Mistakes) -> ListPage {
    let frame = frame.in_room(Room::BreakGlass);
    let mine = |by| by == admin.member().id();
    let accesses = admin.accesses();
    ListPage {
        accesses: accesses
            .iter()
            .map(|access| AccessView::of(access, mine(access.by), frame.clock))
            .collect(),
        alone: admin.is_alone(),
        typed: typed.one("reference").to_owned(),
        reasons: typed.choices("motif", AccessReason::all()),
        mistakes,
        frame,
    }
}

/// Asks to open a referral.
pub(super) async fn ask(admin: Admin, frame: Frame, sent: Sent) -> Result<HttpResponse, PageError> {
    let mut mistakes = Mistakes::default();
    let code = sent.typed.one("reference").parse::<ShortCode>().ok();
    match (code, sent.typed.one("reference")) {
        (Some(_), _) => {}
        (None, "") => mistakes.add("reference", Text("exception-reference-absente")),
        (None, _) => mistakes.add("reference", Text("registre-illisible")),
    }
    let why = sent.typed.chosen::<AccessReason>("motif");
    let why = mistakes.need("motif", why, Text("exception-motif-absent"));
    if let (Some(code), Some(why)) = (code, why) {
        let asker = admin.clone();
        match aside(move || Ok::<_, PageError>(asker.ask_access(code, why))).await? {
            Ok(()) => return Ok(lead_to("/acces-exceptionnel?fait=acces-demande")),
            Err(AccessError::App(error)) => return Err(error.into()),
            Err(AccessError::Pending) => mistakes.add("reference", Text("exception-deja")),
            Err(_) => mistakes.add("reference", Text("accueil-inconnue")),
        }
    }
    page_again(&list(&admin, frame, &sent.typed, mistakes))
}

/// Agrees that another one opens a referral.
pub(super) async fn grant(
    admin: Admin,
    frame: Frame,
    Reference(code): Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let access = named(code, &sent.typed)?;
    let granter = admin.clone();
    let granted = aside(move || Ok::<_, PageError>(granter.grant_access(access))).await?;
    let refused = match granted {
        Ok(()) => return Ok(lead_to("/acces-exceptionnel?fait=acces-accorde")),
        Err(AccessError::App(error)) => return Err(error.into()),
        Err(AccessError::Unknown | AccessError::Pending) => Text("exception-sans-suite"),
        Err(AccessError::NeedsAnother) => Text("exception-autre"),
        Err(AccessError::TooEarly) => Text("exception-seul"),
        Err(AccessError::TooNew) => Text("exception-trop-neuf"),
    };
    let mut mistakes = Mistakes::default();
    mistakes.add("demandes", refused);
    page_again(&list(&admin, frame, &Typed::default(), mistakes))
}

/// Refuses an access, gives it up, or closes it before its hour is over.
pub(super) async fn end(
    admin: Admin,
    Reference(code): Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let access = named(code, &sent.typed)?;
    let ended = aside(move || Ok::<_, PageError>(admin.end_access(access))).await?;
    match ended {
        // What is over is over.
        Ok(()) | Err(AccessError::Unknown) => Ok(lead_to("/acces-exceptionnel?fait=acces-clos")),
        Err(AccessError::App(error)) => Err(error.into()),
        Err(_) => Err(PageError::NotFound),
    }
}

/// Reads which access a form is about.
fn named(code: ShortCode, typed: &Typed) -> Result<AccessName, PageError> {
    let by = typed.one("pour").parse().map_err(|_| PageError::NotFound)?;
    let asked = typed.one("quand").parse().map_err(|_| PageError::NotFound)?;
    Ok(AccessName { code, by, asked: Timestamp(asked) })
}

/// Opens a referral, if it was agreed: it is written first.
pub(super) async fn open(
    admin: Admin,
    frame: Frame,
    Reference(code): Reference,
    _: Sent,
) -> Result<HttpResponse, PageError> {
    let opener = admin.clone();
    let opened = aside(move || opener.open_by_exception(code)).await?;
    let Everything { story, person, notes } = opened.ok_or(PageError::NotFound)?;
    let frame = frame.in_room(Room::BreakGlass);
    let story = StoryView::of(&story, &ServiceNames::of(&admin.partners()), frame.clock);
    let notes = notes::views(&notes, frame.clock);
    let person = person.as_ref().map(card_lines).unwrap_or_default();
    page(&StoryPage { frame, story, person, notes })
}
