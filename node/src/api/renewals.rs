//! `POST /referrals/{id}/renewals`: she agrees to the same for longer.

use actix_web::HttpResponse;
use actix_web::web::Path;
use maillage_protocol::consent::{CollectionPlace, Gesture, NoticeForm};
use maillage_protocol::id::ReferralId;
use maillage_protocol::private::Private;
use serde::Deserialize;
use serde_json::json;

use super::caller::{Caller, Sent, aside};
use super::problem::ApiProblem;
use super::requests::{presentation_of, reading, some, strict, validity_of};
use crate::app::Renewal;
use crate::app::authority::Writer;
use crate::text::Tongue;

/// How she agreed again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    gesture: Gesture,
    place: String,
    validity: String,
    form: Option<String>,
    explained_in: Option<String>,
}

pub(super) async fn renew(
    Caller(writer): Caller<Writer>,
    id: Path<ReferralId>,
    sent: Sent<Body>,
) -> Result<HttpResponse, ApiProblem> {
    let (id, Body { gesture, place, validity, form, explained_in }) = (id.into_inner(), sent.said);
    let form = form.as_deref().unwrap_or(NoticeForm::Text.code());
    let presentation = strict(presentation_of(form), "form")?;
    let tongue = some(explained_in.as_deref(), Tongue::from_code, "explained_in")?;
    let place = strict(CollectionPlace::from_code(&place), "place")?;
    let validity = strict(validity_of(&validity), "validity")?;
    let reader = writer.clone();
    let known = aside(move || Ok::<_, ApiProblem>((reader.story(id)?, reader.person(id)?))).await?;
    let (Some(story), person) = known else { return Err(ApiProblem::NotFound) };
    let card =
        person.ok_or_else(|| ApiProblem::Refused("what identifies was erased".to_owned()))?;
    let told = (&card.contact, card.context.as_ref());
    let reading = reading(&writer, story.peer, (presentation, tongue), story.row.need, told)?;
    let notice = reading.notice(NoticeForm::from_code(form).unwrap_or(NoticeForm::Text));
    let renewal = Renewal { gesture, place, notice, validity };
    let renewed = aside(move || writer.renew(id, renewal, sent.once)).await?;
    Ok(HttpResponse::Created().json(json!({
        "personal_code": renewed.code.map(|code| Private::from(code.to_printed())),
        "receipt": renewed.receipt.map(|receipt| receipt.to_printed()),
    })))
}
