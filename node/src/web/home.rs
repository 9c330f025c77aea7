//! T2 `/`: « À vous de jouer ». What waits for me, who holds the turn, and until when.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::aside;
use super::errors::PageError;
use super::filters;
use super::layout::{Frame, Room, lead_to, page};
use super::refer::{Draft, DraftLine};
use super::row::RowView;
use crate::app::authority::{Member, Writer};
use crate::app::{ShortCode, WorklistRow};
use crate::text::Text;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    lists: Vec<List>,
    drafts: Vec<DraftLine>,
    ended: Vec<RowView>,
    /// Whether what was typed in the search is not a reference.
    lost: bool,
}

/// Rows that wait for the same kind of thing.
struct List {
    title: Text,
    name: &'static str,
    rows: Vec<RowView>,
}

/// How many referrals that are over the page shows.
const ENDED: usize = 10;

/// Shows what there is to do.
pub(super) async fn show(
    member: Member,
    frame: Frame,
    asked: web::Query<Search>,
) -> Result<HttpResponse, PageError> {
    let frame = frame.in_room(Room::Home);
    let Some(writer) = Writer::of(member) else { return Ok(lead_to("/partenaires")) };
    let clock = frame.clock;
    let (worklist, ended, drafts) = aside(move || {
        let drafts = Draft::unfinished(writer.member())?;
        Ok::<_, PageError>((writer.worklist()?, writer.ended(ENDED)?, drafts))
    })
    .await?;
    let view = |rows: &[WorklistRow]| rows.iter().map(|row| RowView::of(row, clock)).collect();
    let list = |title, name, rows: &[WorklistRow]| List { title, name, rows: view(rows) };
    let lists = vec![
        list(Text("accueil-urgent"), "urgent", &worklist.urgent),
        list(Text("accueil-a-repondre"), "a-repondre", &worklist.to_answer),
        list(Text("accueil-a-preciser"), "a-preciser", &worklist.to_clarify),
        list(Text("accueil-a-clore"), "a-clore", &worklist.to_close),
        list(Text("accueil-attente"), "attente", &worklist.waiting),
    ];
    let lists = lists.into_iter().filter(|list| !list.rows.is_empty()).collect();
    page(&HomePage { frame, lists, drafts, ended: view(&ended), lost: asked.inconnue.is_some() })
}

/// What is searched.
#[derive(Deserialize)]
pub(super) struct Search {
    reference: Option<String>,
    inconnue: Option<String>,
}

/// Leads to the referral whose reference was said over the telephone.
pub(super) async fn find(
    writer: Writer,
    asked: web::Query<Search>,
) -> Result<HttpResponse, PageError> {
    let code = asked.reference.as_ref().and_then(|typed| typed.parse::<ShortCode>().ok());
    let known = code.filter(|code| writer.find(*code).is_some());
    Ok(match known {
        Some(code) => lead_to(&format!("/parcours/{code}")),
        None => lead_to("/?inconnue=1"),
    })
}
