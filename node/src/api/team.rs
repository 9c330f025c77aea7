//! `/team` and `/referrals/{id}/follower`: who of the team follows a referral.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path};
use maillage_protocol::id::{ProfessionalId, ReferralId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::{Caller, Sent, aside};
use super::problem::ApiProblem;
use crate::app::authority::Writer;

/// To whom it is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    colleague: ProfessionalId,
}

pub(super) async fn list(Caller(writer): Caller<Writer>) -> Json<Value> {
    let colleagues = writer.colleagues();
    let view = |account: &crate::app::Account| json!({ "id": account.id, "name": account.person.reveal().name });
    Json(json!({ "colleagues": colleagues.iter().map(view).collect::<Vec<_>>() }))
}

pub(super) async fn give(
    Caller(writer): Caller<Writer>,
    id: Path<ReferralId>,
    sent: Sent<Body>,
) -> Result<HttpResponse, ApiProblem> {
    let (id, to) = (id.into_inner(), sent.said.colleague);
    writer.side(id).ok_or(ApiProblem::NotFound)?;
    if !aside(move || writer.hand_on(id, to)).await? {
        return Err(ApiProblem::Invalid("colleague"));
    }
    Ok(HttpResponse::NoContent().finish())
}
