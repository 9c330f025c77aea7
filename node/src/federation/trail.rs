//! `POST /trail`: who opened here what the caller asked for, for the person who asks there.

use actix_web::web::{Data, Json};
use maillage_protocol::transport::{TrailAnswer, TrailRequest};

use super::doors::Doors;
use super::errors::FederationError;
use super::signature::SignedRequest;

/// Says when a referral between the caller and us was opened here. Of another one, nothing.
pub(super) async fn trail(
    doors: Data<Doors>,
    request: SignedRequest,
) -> Result<Json<TrailAnswer>, FederationError> {
    let TrailRequest { referral } = request.json()?;
    Ok(Json(doors.app.trail_for(request.peer, referral)))
}
