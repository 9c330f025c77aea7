//! T2 `/`: « À vous de jouer ». What waits for me, who holds the turn, and until when.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::private::Private;

use super::aside;
use super::errors::PageError;
use super::filters;
use super::form::Sent;
use super::layout::{Frame, Room, lead_to, page};
use super::refer::{Draft, DraftLine};
use super::row::RowView;
use crate::app::authority::{Member, Writer};
use crate::app::{ErasureLine, ShortCode, Worklist, WorklistRow};
use crate::facts::Capability;
use crate::text::{Clock, Telephone, Text, say_with};

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    lists: Vec<List>,
    drafts: Vec<DraftLine>,
    ended: Vec<RowView>,
    /// What partners had to erase, and did not say that they did.
    unattested: Vec<Unattested>,
    /// What was typed in the search, and leads nowhere.
    lost: Option<String>,
}

/// An erasure that was not attested in time, and whom to call.
struct Unattested {
    words: String,
    references: Vec<String>,
    telephone: Option<Telephone>,
}

impl Unattested {
    fn of(line: &ErasureLine, clock: Clock) -> Self {
        let at = clock.moment(line.at).words;
        let about = [("structure", line.name.as_str().into()), ("quand", at.into())];
        Self {
            words: say_with("accueil-effacement", about),
            references: line.codes.iter().map(ToString::to_string).collect(),
            telephone: line.telephone.as_deref().map(Telephone::of),
        }
    }
}

/// Rows that wait for the same kind of thing.
pub(super) struct List {
    pub(super) title: Text,
    name: &'static str,
    pub(super) rows: Vec<RowView>,
}

/// Sorts what waits, in the order in which it is looked at. Empty lists are left out.
pub(super) fn lists(worklist: &Worklist, clock: Clock) -> Vec<List> {
    let lists = [
        (Text("accueil-urgent"), "urgent", &worklist.urgent),
        (Text("accueil-a-reprendre"), "a-reprendre", &worklist.to_choose),
        (Text("accueil-a-repondre"), "a-repondre", &worklist.to_answer),
        (Text("accueil-a-preciser"), "a-preciser", &worklist.to_clarify),
        (Text("accueil-a-clore"), "a-clore", &worklist.to_close),
        (Text("accueil-attente"), "attente", &worklist.waiting),
    ];
    let lists = lists.into_iter().filter(|(.., rows)| !rows.is_empty());
    let view = |rows: &[WorklistRow]| rows.iter().map(|row| RowView::of(row, clock)).collect();
    lists.map(|(title, name, rows)| List { title, name, rows: view(rows) }).collect()
}

/// How many referrals that are over the page shows.
const ENDED: usize = 10;

/// Shows what there is to do.
pub(super) async fn show(member: Member, frame: Frame) -> Result<HttpResponse, PageError> {
    let [audits, coordinates] =
        [Capability::Audit, Capability::Coordinate].map(|it| member.may(it));
    match Writer::of(member) {
        Some(writer) => show_to(writer, frame, None).await,
        None if audits => Ok(lead_to("/registre")),
        None if coordinates => Ok(lead_to("/concertations")),
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
    let (worklist, ended, drafts, late) = aside(move || {
        let (drafts, late) = (Draft::unfinished(writer.member())?, writer.late_erasures());
        Ok::<_, PageError>((writer.worklist()?, writer.ended(ENDED)?, drafts, late))
    })
    .await?;
    let lists = lists(&worklist, clock);
    let ended = ended.iter().map(|row| RowView::of(row, clock)).collect();
    let unattested = late.iter().map(|line| Unattested::of(line, clock)).collect();
    page(&HomePage { frame, lists, drafts, ended, unattested, lost })
}

#[derive(Template)]
#[template(path = "found.html")]
struct FoundPage {
    frame: Frame,
    typed: String,
    rows: Vec<RowView>,
    /// Whether there are more than the page shows.
    more: bool,
}

/// How many referrals of a name the page shows.
const FOUND: usize = 20;

/// Leads to the referral whose reference was said over the telephone, or shows those of a name. What
/// was typed may be a name: it is in no address.
pub(super) async fn find(
    writer: Writer,
    frame: Frame,
    Sent { typed, .. }: Sent,
) -> Result<HttpResponse, PageError> {
    let typed = typed.one("recherche").to_owned();
    let code = typed.parse::<ShortCode>().ok();
    if let Some(code) = code.filter(|code| writer.find(*code).is_some()) {
        return Ok(lead_to(&format!("/parcours/{code}")));
    }
    let (searcher, name) = (writer.clone(), Private::from(typed.clone()));
    let (rows, more) = aside(move || searcher.named(&name, FOUND)).await?;
    if rows.is_empty() {
        return show_to(writer, frame, Some(typed)).await;
    }
    let clock = frame.clock;
    let rows = rows.iter().map(|row| RowView::of(row, clock)).collect();
    page(&FoundPage { frame: frame.in_room(Room::Home), typed, rows, more })
}
