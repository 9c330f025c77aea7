//! What a program may read.

use actix_web::web::{Json, Path};
use maillage_protocol::codes::NeedCode;
use maillage_protocol::encoding;
use maillage_protocol::id::{NodeId, ReferralId};
use maillage_protocol::label::sha256;
use maillage_protocol::private::Private;
use maillage_protocol::referral::{Act, Author, Event, Status};
use maillage_protocol::time::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::caller::{Caller, blocking};
use super::problem::ApiProblem;
use crate::app::{Delivery, LinkState, Story, WorklistRow};

/// A referral in a list.
#[derive(Serialize)]
struct Row {
    id: ReferralId,
    reference: String,
    first_name: Option<Private<String>>,
    need: NeedCode,
    other: String,
    side: Author,
    status: Status,
    turn: Option<TurnView>,
    mine: bool,
    urgent: bool,
    delivery: &'static str,
}

/// Who must act, and before when.
#[derive(Serialize)]
struct TurnView {
    holder: Author,
    act: Act,
    due: Timestamp,
}

/// Something that was said.
#[derive(Serialize)]
struct StepView {
    at: Timestamp,
    by: Author,
    event: Event,
    delivery: &'static str,
    text: Option<Private<String>>,
}

impl From<WorklistRow> for Row {
    fn from(row: WorklistRow) -> Self {
        let turn =
            row.turn.map(|turn| TurnView { holder: turn.holder, act: turn.act, due: turn.due });
        Self {
            id: row.id,
            reference: row.code.to_string(),
            first_name: row.first_name,
            need: row.need,
            other: row.other,
            side: row.side,
            status: row.status,
            turn,
            mine: row.mine,
            urgent: row.urgent,
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

/// `GET /me`: in whose name this key acts.
pub(super) async fn me(caller: Caller) -> Json<Value> {
    let person = caller.account.person.reveal();
    let rights = &caller.account.capabilities;
    Json(json!({ "login": person.login, "name": person.name, "rights": rights }))
}

/// `GET /worklist`: everything that waits for somebody.
pub(super) async fn worklist(caller: Caller) -> Result<Json<Value>, ApiProblem> {
    caller.works()?;
    let lists = blocking(move || caller.app.worklist()).await?;
    let rows = |rows: Vec<WorklistRow>| rows.into_iter().map(Row::from).collect::<Vec<_>>();
    Ok(Json(json!({
        "urgent": rows(lists.urgent),
        "to_answer": rows(lists.to_answer),
        "waiting": rows(lists.waiting),
        "to_clarify": rows(lists.to_clarify),
        "to_close": rows(lists.to_close),
    })))
}

/// `GET /referrals/{id}`: the story of one referral.
pub(super) async fn referral(
    caller: Caller,
    id: Path<ReferralId>,
) -> Result<Json<Value>, ApiProblem> {
    caller.works()?;
    let id = id.into_inner();
    let app = caller.app.clone();
    let story = blocking(move || app.story(id)).await?.ok_or(ApiProblem::NotFound)?;
    let folded = caller.app.referral(id).map(|referral| {
        let bytes = serde_json::to_vec(&referral).expect("halves are plain data");
        encoding::base64url(&sha256(&bytes))
    });
    Ok(Json(story_view(story, folded)))
}

fn story_view(story: Story, folded: Option<String>) -> Value {
    let step = |step: crate::app::Step| StepView {
        at: step.at,
        by: step.by,
        event: step.event,
        delivery: named(step.delivery),
        text: step.text,
    };
    let steps: Vec<_> = story.steps.into_iter().map(step).collect();
    json!({
        "referral": Row::from(story.row),
        "asked": story.proposal,
        "contact": story.contact.map(|contact| contact.0),
        "agreed_until": story.agreed_until,
        "confirmation": story.confirmation,
        "erased": story.erasure.is_some(),
        "steps": steps,
        "folded": folded,
    })
}

/// `GET /directory`: who can be asked, and which places can be called.
pub(super) async fn directory(caller: Caller) -> Result<Json<Value>, ApiProblem> {
    caller.works()?;
    let partners: Vec<_> = caller
        .app
        .partners()
        .into_iter()
        .filter(|partner| partner.state == LinkState::Active)
        .filter_map(|partner| Some(json!({ "node": partner.node, "card": partner.card? })))
        .collect();
    Ok(Json(json!({ "partners": partners, "places": caller.app.places() })))
}

/// A node that this one is linked with.
#[derive(Serialize)]
struct Partner {
    node: NodeId,
    name: String,
    url: String,
    state: &'static str,
    waiting: usize,
    last_contact: Option<Timestamp>,
    alert: bool,
}

/// `GET /partners`: how the links are.
pub(super) async fn partners(caller: Caller) -> Json<Value> {
    let view = |partner: crate::app::PeerView| Partner {
        node: partner.node,
        name: partner.name,
        url: partner.url,
        state: match partner.state {
            LinkState::Pending { .. } => "pending",
            LinkState::Active => "active",
            LinkState::Suspended => "suspended",
        },
        waiting: partner.waiting,
        last_contact: partner.last_contact,
        alert: partner.alert.is_some(),
    };
    let partners: Vec<_> = caller.app.partners().into_iter().map(view).collect();
    Json(json!({ "partners": partners }))
}
