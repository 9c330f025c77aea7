//! `/referrals/{id}/notes`: what a team writes for itself.

use actix_web::HttpResponse;
use actix_web::web::Path;
use maillage_protocol::id::{ReferralId, UnitId};
use maillage_protocol::private::Private;
use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::{Caller, Sent, aside};
use super::problem::ApiProblem;
use crate::app::authority::Writer;
use crate::app::{Note, PrivateNote, UnfitNote, Unwritable};

/// A note.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    text: Private<String>,
}

pub(super) async fn write(
    Caller(writer): Caller<Writer>,
    id: Path<ReferralId>,
    sent: Sent<Body>,
) -> Result<HttpResponse, ApiProblem> {
    let note = PrivateNote::written(sent.said.text.reveal()).map_err(|unfit| match unfit {
        UnfitNote::Empty | UnfitNote::TooLong => ApiProblem::Invalid("text"),
        UnfitNote::Unwritable(kind) => {
            ApiProblem::Unwritable(Unwritable { kind, reviewable: false })
        }
    })?;
    let id = id.into_inner();
    aside(move || writer.write_note(id, &note, sent.once)).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(super) async fn destroy(
    Caller(writer): Caller<Writer>,
    path: Path<(ReferralId, UnitId)>,
) -> Result<HttpResponse, ApiProblem> {
    let (id, note) = path.into_inner();
    aside(move || writer.destroy_note(id, note)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Shows a note to a program of the team.
pub(super) fn view(note: &Note) -> Value {
    json!({ "note": note.id, "at": note.at, "by": note.by, "text": note.text.reveal() })
}
