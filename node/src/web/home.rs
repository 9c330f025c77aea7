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
    /// What was typed in the search, and leads nowhere.
    lost: Option<String>,
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
pub(super) async fn show(member: Member, frame: Frame) -> Result<HttpResponse, PageError> {
    match Writer::of(member) {
        Some(writer) => show_to(writer, frame, None).await,
        None => Ok(lead_to("/partenaires")),
    }
}

async fn show_to(
    writer: Writer,
    frame: Frame,
    lost: Option<String>,
) -> Result<HttpResponse, PageError> {
    let frame = frame.in_room(Room::Home);
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
        list(Text("accueil-a-reprendre"), "a-reprendre", &worklist.to_choose),
        list(Text("accueil-a-repondre"), "a-repondre", &worklist.to_answer),
        list(Text("accueil-a-preciser"), "a-preciser", &worklist.to_clarify),
        list(Text("accueil-a-clore"), "a-clore", &worklist.to_close),
        list(Text("accueil-attente"), "attente", &worklist.waiting),
    ];
    let lists = lists.into_iter().filter(|list| !list.rows.is_empty()).collect();
    page(&HomePage { frame, lists, drafts, ended: view(&ended), lost })
}

/// What is searched.
#[derive(Deserialize)]
pub(super) struct Search {
    reference: Option<String>,
}

/// Leads to the referral whose reference was said over the telephone, or says that there is none.
pub(super) async fn find(
    writer: Writer,
    frame: Frame,
    asked: web::Query<Search>,
) -> Result<HttpResponse, PageError> {
    let typed = asked.into_inner().reference.unwrap_or_default();
    let code = typed.parse::<ShortCode>().ok();
    match code.filter(|code| writer.find(*code).is_some()) {
        Some(code) => Ok(lead_to(&format!("/parcours/{code}"))),
        None => show_to(writer, frame, Some(typed)).await,
    }
}
