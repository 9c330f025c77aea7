//! `POST /referrals`: a referral, with the person's consent.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use maillage_protocol::body::{Belonging, Channel, Contact, Context, SafeContact, SafeRule};
use maillage_protocol::calendar::Day;
use maillage_protocol::codes::{
    Accommodation, HalfDay, Language, Medium, Mobility, Mode, NeedCode, Obstacle, Right, Zone,
};
use maillage_protocol::consent::{CollectionPlace, FeedbackLevel, Gesture, NoticeForm, Validity};
use maillage_protocol::id::{NodeId, ReferralId, ServiceId};
use maillage_protocol::pathway::PathwayNumber;
use maillage_protocol::private::Private;
use serde::Deserialize;
use serde_json::json;

use super::caller::{Caller, Sent, aside};
use super::problem::ApiProblem;
use crate::app::authority::Writer;
use crate::app::{Request, ShortCode, Words};
use crate::text::{Presentation, Reading, Tongue};

/// What a program sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
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
    after: Option<ReferralId>,
    pathway: Option<String>,
    #[serde(default)]
    beside: bool,
    #[serde(default)]
    tell_tried: bool,
}

/// Her name and the way to reach her: told after acceptance, and not before.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    first_name: Private<String>,
    channel: Channel,
    safe_contact: Option<Careful>,
    #[serde(default)]
    brings: Vec<String>,
    practical_note: Option<Words>,
    context: Option<Context>,
}

/// How to reach her without danger.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Careful {
    #[serde(default)]
    rules: Vec<String>,
    hours: Option<Private<String>>,
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
    /// In what form she was given the text, and what explained it beside the French.
    form: Option<String>,
    explained_in: Option<String>,
}

pub(super) async fn propose(
    Caller(writer): Caller<Writer>,
    sent: Sent<Body>,
) -> Result<HttpResponse, ApiProblem> {
    let request = request(&writer, sent.said)?;
    let proposed = aside(move || writer.propose(request, sent.once)).await?;
    let id = proposed.referral;
    let code = proposed.code.map(|code| Private::from(code.to_printed()));
    let receipt = proposed.receipt.map(|receipt| receipt.to_printed());
    Ok(HttpResponse::Created().insert_header(("Location", format!("/api/v1/referrals/{id}"))).json(
        json!({
            "referral": id,
            "reference": ShortCode::of(id).to_string(),
            "personal_code": code,
            "receipt": receipt,
        }),
    ))
}

fn request(writer: &Writer, body: Body) -> Result<Request, ApiProblem> {
    let Agreed { gesture, place, feedback, statistics, askable, validity, form, explained_in } =
        body.consent;
    let code = strict(NeedCode::from_code(&body.need), "need")?;
    let reviewed = body.person.practical_note.as_ref().is_some_and(|words| words.reviewed);
    let context = body.person.context.clone();
    let contact = contact(body.person)?;
    let form = form.as_deref().unwrap_or(NoticeForm::Text.code());
    let presentation = strict(presentation_of(form), "consent.form")?;
    let tongue = some(explained_in.as_deref(), Tongue::from_code, "consent.explained_in")?;
    let reading =
        reading(writer, body.peer, (presentation, tongue), code, (&contact, context.as_ref()))?;
    let notice = reading.notice(NoticeForm::from_code(form).unwrap_or(NoticeForm::Text));
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
        reviewed,
        gesture,
        place: strict(CollectionPlace::from_code(&place), "consent.place")?,
        notice,
        feedback: strict(FeedbackLevel::from_code(&feedback), "consent.feedback")?,
        statistics,
        askable: some(askable.as_deref(), Medium::from_code, "consent.askable")?,
        validity: strict(validity_of(&validity), "consent.validity")?,
        after: body.after,
        goes_on: some(body.pathway.as_deref(), |typed| pathway(typed, body.after), "pathway")?,
        context,
        beside: body.beside,
        tells_tried: body.tell_tried,
    })
}

/// What comes after a referral has a chain already.
fn pathway(typed: &str, after: Option<ReferralId>) -> Option<PathwayNumber> {
    typed.parse().ok().filter(|_| after.is_none())
}

fn contact(person: Person) -> Result<Contact, ApiProblem> {
    let brings = all(&person.brings, Belonging::from_code, "person.brings")?;
    let careful = |careful: Careful| {
        let rules = all(&careful.rules, SafeRule::from_code, "person.safe_contact.rules")?;
        let hours = careful.hours.map(Private::into_revealed);
        Ok::<_, ApiProblem>(Private::from(SafeContact { rules, hours }))
    };
    Ok(Contact {
        first_name: Some(person.first_name),
        channel: Some(person.channel),
        safe_contact: person.safe_contact.map(careful).transpose()?,
        brings: (!brings.is_empty()).then(|| brings.into()),
        practical_note: person.practical_note.map(|words| words.text),
    })
}

/// Returns what was read to her: the text of today, the same as on our pages.
pub(super) fn reading(
    writer: &Writer,
    peer: NodeId,
    (presentation, tongue): (Presentation, Option<Tongue>),
    need: NeedCode,
    told: (&Contact, Option<&Context>),
) -> Result<Reading, ApiProblem> {
    let partner = writer.partners().into_iter().find(|partner| partner.node == peer);
    let card = partner.and_then(|partner| partner.card).ok_or(ApiProblem::Invalid("peer"))?;
    Ok(Reading::of(presentation, tongue.unwrap_or_default(), &card.name, need, told))
}

/// Returns how a form of ours is given: those that need a recording are not offered.
pub(super) fn presentation_of(form: &str) -> Option<Presentation> {
    match NoticeForm::from_code(form)? {
        NoticeForm::Text | NoticeForm::Oral => Some(Presentation::Aloud),
        NoticeForm::EasyToRead => Some(Presentation::Easy),
        NoticeForm::Pictograms => Some(Presentation::Pictures),
        NoticeForm::Audio | NoticeForm::SignLanguage | NoticeForm::Other => None,
    }
}

pub(super) fn validity_of(code: &str) -> Option<Validity> {
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
    Ok(each(codes, from_code, field)?.into_iter().collect())
}

pub(super) fn each<T>(
    codes: &[String],
    from_code: impl Fn(&str) -> Option<T>,
    field: &'static str,
) -> Result<Vec<T>, ApiProblem> {
    codes.iter().map(|code| strict(from_code(code), field)).collect()
}
