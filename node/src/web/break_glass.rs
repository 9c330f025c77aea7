//! `/acces-exceptionnel`: those who run the node read no content. When there is no other way, one
//! asks and says why, another one agrees, and the person reads it in her trail.

use actix_web::HttpResponse;
use askama::Template;

use super::aside;
use super::errors::PageError;
use super::filters;
use super::form::{Choice, Mistakes, Sent, Typed};
use super::layout::{Frame, Room, lead_to, page, page_again};
use super::register::AccessView;
use super::story::{Reference, ServiceNames, StoryView};
use crate::app::authority::Admin;
use crate::app::{AccessError, ShortCode};
use crate::facts::AccessReason;
use crate::text::{Coded, Text};

#[derive(Template)]
#[template(path = "break_glass/list.html")]
struct ListPage {
    frame: Frame,
    accesses: Vec<AccessView>,
    typed: String,
    reasons: Vec<Choice>,
    mistakes: Mistakes,
}

#[derive(Template)]
#[template(path = "break_glass/story.html")]
struct StoryPage {
    frame: Frame,
    story: StoryView,
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
    let why = sent.typed.chosen::<AccessReason>("motif");
    if why.is_none() {
        mistakes.add("motif", Text("exception-motif-absent"));
    }
    if let (Some(code), Some(why)) = (code, why) {
        let asker = admin.clone();
        match aside(move || Ok::<_, PageError>(asker.ask_access(code, why))).await? {
            Ok(()) => return Ok(lead_to("/acces-exceptionnel?fait=acces-demande")),
            Err(AccessError::App(error)) => return Err(error.into()),
            Err(_) => mistakes.add("reference", Text("accueil-inconnue")),
        }
    } else if code.is_none() {
        mistakes.add("reference", Text("accueil-inconnue"));
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
    let to = sent.typed.one("pour").parse().map_err(|_| PageError::NotFound)?;
    let granter = admin.clone();
    let granted = aside(move || Ok::<_, PageError>(granter.grant_access(to, code))).await?;
    let refused = match granted {
        Ok(()) => return Ok(lead_to("/acces-exceptionnel?fait=acces-accorde")),
        Err(AccessError::App(error)) => return Err(error.into()),
        Err(AccessError::Unknown) => Text("exception-sans-suite"),
        Err(AccessError::NeedsAnother) => Text("exception-autre"),
        Err(AccessError::TooEarly) => Text("exception-seul"),
    };
    let mut mistakes = Mistakes::default();
    mistakes.add("demandes", refused);
    page_again(&list(&admin, frame, &Typed::default(), mistakes))
}

/// Opens a referral, if it was agreed: it is written first.
pub(super) async fn open(
    admin: Admin,
    frame: Frame,
    Reference(code): Reference,
    _: Sent,
) -> Result<HttpResponse, PageError> {
    let opener = admin.clone();
    let story = aside(move || opener.open_by_exception(code)).await?.ok_or(PageError::NotFound)?;
    let frame = frame.in_room(Room::BreakGlass);
    let story = StoryView::of(&story, &ServiceNames::of(&admin.partners()), frame.clock);
    page(&StoryPage { frame, story })
}
