//! `POST /withdrawals`: she stops, with her code, whoever wrote her request.

use actix_web::web::{Data, Json};
use maillage_protocol::consent::PersonalCode;
use maillage_protocol::private::Private;
use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::{Caller, Sent, aside};
use super::problem::ApiProblem;
use super::requests::strict;
use crate::app::authority::Writer;
use crate::app::{Calls, Search};

/// The code of her receipt.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    code: Private<String>,
}

/// Looks for whoever issued the code, and has them stop. Tells whether somebody did, and how many
/// partners did not answer.
pub(super) async fn stop(
    Caller(writer): Caller<Writer>,
    calls: Data<dyn Calls>,
    sent: Sent<Body>,
) -> Result<Json<Value>, ApiProblem> {
    let code = strict(sent.said.code.reveal().parse::<PersonalCode>().ok(), "code")?;
    let Search { issuer, silent } = writer.search(&**calls, &code).await;
    if let Some(issuer) = issuer {
        aside(move || writer.stop_by_code(issuer, code)).await?;
    }
    Ok(Json(json!({ "known": issuer.is_some(), "silent": silent })))
}
