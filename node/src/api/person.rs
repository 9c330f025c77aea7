//! `/person`: the person herself, by the code of her receipt. No key: the code is hers, and a wrong
//! one costs what it costs on her page.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::{Data, Json};
use maillage_protocol::codes::{HeardBy, Helped, Outcome};
use maillage_protocol::consent::{PersonalCode, WithdrawalScope};
use maillage_protocol::disclosure::Category;
use maillage_protocol::need::NeedStatus;
use maillage_protocol::private::Private;
use maillage_protocol::referral::{Event, Status};
use maillage_protocol::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::{Said, aside};
use super::commands::taken_back;
use super::problem::ApiProblem;
use super::reading::{TurnView, named_erasure};
use super::requests::strict;
use crate::app::authority::Bearer;
use crate::app::{App, Calls, ErasureState, Opening, SayError, Step};
use crate::caller::caller;
use crate::code_tries::CodeTries;
use crate::facts::AccessReason;

/// Her code alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reading {
    code: Private<String>,
}

/// Whether she was helped.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    code: Private<String>,
    helped: String,
}

/// What she takes back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Withdrawal {
    code: Private<String>,
    what: String,
}

/// `POST /person`: where it stands, who knows what, until when, and who opened it.
pub(super) async fn read(
    request: HttpRequest,
    Said(Reading { code }): Said<Reading>,
) -> Result<Json<Value>, ApiProblem> {
    view(bearer(&request, &code)?).await
}

/// `POST /person/openings`: on which days those who were asked opened it. They say so themselves.
pub(super) async fn openings(
    request: HttpRequest,
    calls: Data<dyn Calls>,
    Said(Reading { code }): Said<Reading>,
) -> Result<Json<Value>, ApiProblem> {
    let told = bearer(&request, &code)?.their_openings(&**calls).await;
    let told = told.ok_or(ApiProblem::NoAnswer)?;
    let days: Vec<_> = told
        .openings
        .iter()
        .map(|there| json!({ "at": there.at, "exceptional": there.exceptional }))
        .collect();
    Ok(Json(json!({ "withheld": told.withheld, "openings": days })))
}

/// `POST /person/answer`: her own word.
pub(super) async fn answer(
    request: HttpRequest,
    Said(Answer { code, helped }): Said<Answer>,
) -> Result<Json<Value>, ApiProblem> {
    let bearer = bearer(&request, &code)?;
    let helped = strict(Helped::from_code(&helped), "helped")?;
    said(&bearer, move |bearer| bearer.answer(helped)).await?;
    view(bearer).await
}

/// `POST /person/withdrawal`: she stops, with one structure or with all, or takes one thing back.
pub(super) async fn withdraw(
    request: HttpRequest,
    Said(Withdrawal { code, what }): Said<Withdrawal>,
) -> Result<Json<Value>, ApiProblem> {
    let bearer = bearer(&request, &code)?;
    let scope = match what.as_str() {
        "referral" => WithdrawalScope::Referral,
        "everything" => WithdrawalScope::Pathway,
        what => taken_back(what)?,
    };
    said(&bearer, move |bearer| bearer.withdraw(scope)).await?;
    view(bearer).await
}

/// Finds whose code it is. A code that nobody could have costs no try, and tells no more.
fn bearer(request: &HttpRequest, code: &Private<String>) -> Result<Bearer, ApiProblem> {
    let tries = request.app_data::<Data<CodeTries>>().expect("`serve` gives every route the tries");
    let app = request.app_data::<Data<App>>().expect("`serve` gives every route the app");
    let (address, now) = (caller(request), app.env().monotonic());
    tries.check(address, now)?;
    let code = strict(code.reveal().parse::<PersonalCode>().ok(), "code")?;
    let bearer = Bearer::of(Arc::clone(app), &code);
    if bearer.is_none() {
        tries.count(address, now);
    }
    bearer.ok_or(ApiProblem::Invalid("code"))
}

async fn said(
    bearer: &Bearer,
    say: impl FnOnce(&Bearer) -> Result<(), SayError> + Send + 'static,
) -> Result<(), ApiProblem> {
    let bearer = bearer.clone();
    aside(move || say(&bearer)).await
}

async fn view(bearer: Bearer) -> Result<Json<Value>, ApiProblem> {
    let reader = bearer.clone();
    let story = aside(move || reader.story()).await?.ok_or(ApiProblem::NotFound)?;
    let opening = |Opening { at, by, why, found }: Opening| {
        let why = why.map(AccessReason::code);
        json!({ "at": at, "by": by, "why": why, "found": found })
    };
    let tried = bearer.tried(&story);
    let tried = tried.iter().map(|(name, end)| json!({ "structure": name, "end": end.code() }));
    let codes =
        |items: &mut dyn Iterator<Item = &Category>| items.map(|it| it.code()).collect::<Vec<_>>();
    Ok(Json(json!({
        "reference": story.row.code.to_string(),
        "status": if story.has_left() { Status::Withdrawn } else { story.row.status },
        "turn": story.row.turn.map(TurnView::from),
        "structure": story.row.other,
        "need": story.need.map(NeedStatus::code),
        "agreed_until": story.agreed_until,
        "agreed_items": codes(&mut story.agreed_items.iter()),
        "taken_back": codes(&mut story.narrowable.taken_back.iter()),
        "helped": story.her_answer().map(Helped::code),
        "said": story.steps.iter().filter_map(said_of_the_help).collect::<Vec<_>>(),
        "contested": story.contested,
        "tried": tried.collect::<Vec<_>>(),
        "erasure": story.erasure.map(named_erasure),
        "backups_gone": story.erasure.and_then(backups_gone),
        "openings": bearer.openings().into_iter().map(opening).collect::<Vec<_>>(),
    })))
}

/// What the structure declared, or what she answered.
fn said_of_the_help(step: &Step) -> Option<Value> {
    let (by, outcome, helped) = match &step.event {
        Event::Concluded { outcome, .. } => ("receiver", outcome.map(Outcome::code), None),
        Event::FeedbackGiven { helped, heard: HeardBy::Receiver, .. } => {
            ("receiver", None, Some(helped.code()))
        }
        Event::FeedbackGiven { helped, .. } => ("person", None, Some(helped.code())),
        _ => return None,
    };
    Some(json!({ "at": step.at, "by": by, "outcome": outcome, "helped": helped }))
}

/// When the last backup goes at the peer that may hold what was erased.
const fn backups_gone(erasure: ErasureState) -> Option<Timestamp> {
    match erasure {
        ErasureState::Attested { backups_gone, .. } => Some(backups_gone),
        ErasureState::Local | ErasureState::Awaited | ErasureState::Late(_) => None,
    }
}
