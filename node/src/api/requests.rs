//! `POST /referrals`: a referral, with the person's consent.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use maillage_protocol::body::{Channel, Contact};
use maillage_protocol::calendar::Day;
use maillage_protocol::codes::{
    Accommodation, HalfDay, Language, Medium, Mobility, Mode, NeedCode, Obstacle, Right, Zone,
};
use maillage_protocol::consent::{
    CURRENT, CollectionPlace, FeedbackLevel, Gesture, Notice, NoticeForm, Validity, script,
};
use maillage_protocol::id::{NodeId, ServiceId};
use maillage_protocol::private::Private;
use serde::Deserialize;
use serde_json::json;

use super::caller::{Caller, blocking, read};
use super::problem::ApiProblem;
use crate::app::{App, Request, ShortCode};

/// What a program sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    peer: NodeId,
    service: ServiceId,
    need: String,
    right: Option<String>,
    #[serde(default)]
    obstacles: Vec<String>,
    zone: Option<Zone>,
    deadline: Option<Day>,
    mode: Option<String>,
    #[serde(default)]
    schedule: Vec<String>,
    #[serde(default)]
    mobility: Vec<String>,
    language: Option<Language>,
    #[serde(default)]
    accommodations: Vec<String>,
    person: Person,
    consent: Agreed,
}

/// Her name and the way to reach her: told after acceptance, and not before.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    first_name: Private<String>,
    channel: Channel,
    practical_note: Option<Private<String>>,
}

/// How she agreed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Agreed {
    gesture: Gesture,
    place: String,
    feedback: String,
    statistics: bool,
    askable: Option<String>,
    validity: String,
}

pub(super) async fn propose(caller: Caller, body: Bytes) -> Result<HttpResponse, ApiProblem> {
    let who = caller.works()?;
    let once = caller.once(&body);
    let request = request(&caller.app, read(&body)?)?;
    let app = caller.app.clone();
    let proposed = blocking(move || app.propose(who, request, once)).await?;
    let id = proposed.referral;
    let code = proposed.code.map(|code| Private::from(code.to_printed()));
    Ok(HttpResponse::Created().insert_header(("Location", format!("/api/v1/referrals/{id}"))).json(
        json!({
            "referral": id,
            "reference": ShortCode::of(id).to_string(),
            "personal_code": code,
        }),
    ))
}

fn request(app: &App, body: Body) -> Result<Request, ApiProblem> {
    let Agreed { gesture, place, feedback, statistics, askable, validity } = body.consent;
    let code = strict(NeedCode::from_code(&body.need), "need")?;
    let contact = Contact {
        first_name: Some(body.person.first_name),
        channel: Some(body.person.channel),
        practical_note: body.person.practical_note,
        ..Contact::default()
    };
    Ok(Request {
        peer: body.peer,
        service: body.service,
        code,
        right: some(body.right.as_deref(), Right::from_code, "right")?,
        obstacles: all(&body.obstacles, Obstacle::from_code, "obstacles")?,
        zone: body.zone,
        deadline: body.deadline,
        mode: some(body.mode.as_deref(), Mode::from_code, "mode")?,
        schedule: all(&body.schedule, HalfDay::from_code, "schedule")?,
        mobility: all(&body.mobility, Mobility::from_code, "mobility")?,
        language: body.language,
        accommodations: all(&body.accommodations, Accommodation::from_code, "accommodations")?,
        contact,
        gesture,
        place: strict(CollectionPlace::from_code(&place), "consent.place")?,
        notice: notice(app, body.peer, body.service, code)?,
        feedback: strict(FeedbackLevel::from_code(&feedback), "consent.feedback")?,
        statistics,
        askable: some(askable.as_deref(), Medium::from_code, "consent.askable")?,
        validity: strict(validity_of(&validity), "consent.validity")?,
    })
}

/// Returns what was read to her: the text of today, for this service and this need.
fn notice(
    app: &App,
    peer: NodeId,
    service: ServiceId,
    need: NeedCode,
) -> Result<Notice, ApiProblem> {
    let partner = app.partners().into_iter().find(|partner| partner.node == peer);
    let card = partner.and_then(|partner| partner.card).ok_or(ApiProblem::Invalid("peer"))?;
    let service = card.service(service).ok_or(ApiProblem::Invalid("service"))?;
    let words = script(CURRENT, &service.name, need.code(), "prénom, un moyen de vous joindre");
    let words = words.ok_or(ApiProblem::Invalid("consent"))?;
    let french = Language::try_from("fr".to_owned());
    let french = french.map_err(|_| ApiProblem::Invalid("consent"))?;
    Ok(Notice::of(CURRENT, french, NoticeForm::Text, &words))
}

fn validity_of(code: &str) -> Option<Validity> {
    match code {
        "day" => Some(Validity::Day),
        "month" => Some(Validity::Month),
        "half_year" => Some(Validity::HalfYear),
        "year" => Some(Validity::Year),
        _ => None,
    }
}

pub(super) fn strict<T>(value: Option<T>, field: &'static str) -> Result<T, ApiProblem> {
    value.ok_or(ApiProblem::Invalid(field))
}

pub(super) fn some<T>(
    code: Option<&str>,
    from_code: impl Fn(&str) -> Option<T>,
    field: &'static str,
) -> Result<Option<T>, ApiProblem> {
    code.map(|code| strict(from_code(code), field)).transpose()
}

fn all<T: Ord>(
    codes: &[String],
    from_code: impl Fn(&str) -> Option<T>,
    field: &'static str,
) -> Result<BTreeSet<T>, ApiProblem> {
    codes.iter().map(|code| strict(from_code(code), field)).collect()
}
