//! `POST /referrals/{id}/need`: closing a need that no attempt has met.

use actix_web::HttpResponse;
use actix_web::web::Path;
use maillage_protocol::codes::Outcome;
use maillage_protocol::id::ReferralId;
use serde::Deserialize;

use super::caller::{Caller, Sent, aside};
use super::problem::ApiProblem;
use super::requests::strict;
use crate::app::authority::Writer;

/// How it ends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    outcome: String,
}

pub(super) async fn close(
    Caller(writer): Caller<Writer>,
    id: Path<ReferralId>,
    sent: Sent<Body>,
) -> Result<HttpResponse, ApiProblem> {
    let outcome = strict(Outcome::from_code(&sent.said.outcome), "outcome")?;
    let id = id.into_inner();
    aside(move || writer.close_need(id, outcome)).await?;
    Ok(HttpResponse::NoContent().finish())
}
