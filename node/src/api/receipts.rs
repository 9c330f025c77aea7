//! `POST /receipts`: tells whether a receipt is signed by whoever it names, with public keys only.

use actix_web::web::Json;
use maillage_protocol::consent::SignedReceipt;
use maillage_protocol::private::Private;
use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::{Caller, Sent};
use super::problem::ApiProblem;
use super::requests::strict;
use crate::app::authority::Member;

/// What the square of the paper holds, or what is printed under it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    receipt: Private<String>,
}

pub(super) async fn check(
    Caller(member): Caller<Member>,
    sent: Sent<Body>,
) -> Result<Json<Value>, ApiProblem> {
    let signed = strict(sent.said.receipt.reveal().parse::<SignedReceipt>().ok(), "receipt")?;
    let checked = member.check_receipt(&signed);
    let checked = checked.map_err(|wrong| ApiProblem::Refused(wrong.to_string()))?;
    Ok(Json(json!({
        "issuer": checked.said.issuer,
        "name": checked.name,
        "at": checked.said.at,
        "doubtful": checked.doubtful,
    })))
}
