//! What a program may read.

use actix_web::web::{Json, Path};
use maillage_protocol::body::Professional;
use maillage_protocol::codes::NeedCode;
use maillage_protocol::encoding;
use maillage_protocol::id::ReferralId;
use maillage_protocol::label::sha256;
use maillage_protocol::need::NeedStatus;
use maillage_protocol::pathway::PathwayNumber;
use maillage_protocol::private::Private;
use maillage_protocol::referral::{Act, Author, Event, Reminder, Status, Turn};
use maillage_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::caller::{Caller, Sent, aside};
use super::notes;
use super::problem::ApiProblem;
use crate::app::authority::{Member, Writer};
use crate::app::{Colleague, Delivery, ErasureState, LinkState, Note, Story, WorklistRow};
use crate::facts::Duty;

/// How many referrals a search finds.
const FOUND: usize = 50;

/// A referral in a list.
#[derive(Serialize)]
struct Row {
    id: ReferralId,
    reference: String,
    first_name: Option<Private<String>>,
    need: NeedCode,
    other: Option<String>,
    side: Author,
    status: Status,
    turn: Option<TurnView>,
    choose_before: Option<Timestamp>,
    mine: bool,
    urgent: bool,
    reminder: Option<Reminder>,
    told: Vec<ToldView>,
    delivery: &'static str,
}

/// A colleague who is to hear that something is late.
#[derive(Serialize)]
struct ToldView {
    name: Private<String>,
    duty: Option<Duty>,
    mailed: bool,
}

impl From<Colleague> for ToldView {
    fn from(Colleague { name, duty, mailed, .. }: Colleague) -> Self {
        Self { name, duty, mailed }
    }
}

/// Who must act, and before when.
#[derive(Serialize)]
pub(super) struct TurnView {
    holder: Author,
    act: Act,
    due: Timestamp,
}

impl From<Turn> for TurnView {
    fn from(Turn { holder, act, due, .. }: Turn) -> Self {
        Self { holder, act, due }
    }
}

/// Something that was said.
#[derive(Serialize)]
struct StepView {
    at: Timestamp,
    by: Author,
    event: Event,
    delivery: &'static str,
    text: Option<Private<String>>,
    speaker: Option<Private<Professional>>,
    late: bool,
}

impl From<WorklistRow> for Row {
    fn from(row: WorklistRow) -> Self {
        Self {
            id: row.id,
            reference: row.code.to_string(),
            first_name: row.first_name,
            need: row.need,
            other: row.other,
            side: row.side,
            status: row.status,
            turn: row.turn.map(TurnView::from),
            choose_before: row.choose,
            mine: row.mine,
            urgent: row.urgent,
            reminder: row.reminder,
            told: row.told.into_iter().map(ToldView::from).collect(),
            delivery: named(row.delivery),
        }
    }
}

const fn named(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Local => "local",
        Delivery::Waiting => "waiting",
        Delivery::Sent => "sent",
        Delivery::Delivered => "delivered",
    }
}

pub(super) const fn named_erasure(erasure: ErasureState) -> &'static str {
    match erasure {
        ErasureState::Local => "local",
        ErasureState::Awaited => "awaited",
        ErasureState::Late(_) => "late",
        ErasureState::Attested { .. } => "attested",
    }
}

/// `GET /me`: in whose name this key acts.
pub(super) async fn me(Caller(member): Caller<Member>) -> Json<Value> {
    let person = member.account().person.reveal();
    let rights = &member.account().capabilities;
    Json(json!({ "login": person.login, "name": person.name, "rights": rights }))
}

/// `GET /worklist`: everything that waits for somebody.
pub(super) async fn worklist(Caller(writer): Caller<Writer>) -> Result<Json<Value>, ApiProblem> {
    let lists = aside(move || writer.worklist()).await?;
    let rows = |rows: Vec<WorklistRow>| rows.into_iter().map(Row::from).collect::<Vec<_>>();
    Ok(Json(json!({
        "urgent": rows(lists.urgent),
        "to_answer": rows(lists.to_answer),
        "waiting": rows(lists.waiting),
        "to_clarify": rows(lists.to_clarify),
        "to_close": rows(lists.to_close),
        "to_choose": rows(lists.to_choose),
    })))
}

/// `GET /referrals/{id}`: the story of one referral.
pub(super) async fn referral(
    Caller(writer): Caller<Writer>,
    id: Path<ReferralId>,
) -> Result<Json<Value>, ApiProblem> {
    let id = id.into_inner();
    let reader = writer.clone();
    let story = aside(move || reader.story(id)).await?.ok_or(ApiProblem::NotFound)?;
    let reader = writer.clone();
    let notes = aside(move || reader.notes(id)).await?;
    let folded = writer.referral(id).map(|referral| {
        let bytes = serde_json::to_vec(&referral).expect("halves are plain data");
        encoding::base64url(&sha256(&bytes))
    });
    Ok(Json(story_view(story, &notes, folded)))
}

fn story_view(story: Story, notes: &[Note], folded: Option<String>) -> Value {
    let step = |step: crate::app::Step| StepView {
        at: step.at,
        by: step.by,
        event: step.event,
        delivery: named(step.delivery),
        text: step.text,
        speaker: step.speaker,
        late: step.late,
    };
    let steps: Vec<_> = story.steps.into_iter().map(step).collect();
    json!({
        "referral": Row::from(story.row),
        "asked": story.proposal,
        "contact": story.contact.as_ref().map(|card| &card.contact),
        "context": story.contact.as_ref().and_then(|card| card.context.as_ref()),
        "pathway": story.number.map(PathwayNumber::to_printed),
        "agreed_until": story.agreed_until,
        "agreed_items": story.agreed_items.iter().map(|item| item.code()).collect::<Vec<_>>(),
        "need": story.need.map(NeedStatus::code),
        "reported": story.reported,
        "in_time": story.in_time,
        "confirmation": story.confirmation,
        "erased": story.erasure.is_some(),
        "erasure": story.erasure.map(named_erasure),
        "steps": steps,
        "notes": notes.iter().map(notes::view).collect::<Vec<_>>(),
        "folded": folded,
    })
}

/// The beginning of a name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Searched {
    first_name: Private<String>,
}

/// `POST /search`: the referrals of people whose name begins so. In a body: an address stays in
/// logs.
pub(super) async fn search(
    Caller(writer): Caller<Writer>,
    sent: Sent<Searched>,
) -> Result<Json<Value>, ApiProblem> {
    let typed = sent.said.first_name;
    let (found, more) = aside(move || writer.named(&typed, FOUND)).await?;
    let found: Vec<_> = found.into_iter().map(Row::from).collect();
    Ok(Json(json!({ "found": found, "more": more })))
}

/// `GET /directory`: who can be asked, and which places can be called.
pub(super) async fn directory(Caller(writer): Caller<Writer>) -> Json<Value> {
    let partners: Vec<_> = writer
        .partners()
        .into_iter()
        .filter(|partner| partner.state == LinkState::Active)
        .filter_map(|partner| Some(json!({ "node": partner.node, "card": partner.card? })))
        .collect();
    Json(json!({ "partners": partners, "places": writer.places() }))
}
