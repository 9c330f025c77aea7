//! Orders in, attestations out. Answered whatever state the channel or the link is in: erasure is
//! never behind anything.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use maillage_protocol::signed::Signed;
use maillage_protocol::transport::{PendingOrders, WithdrawalAnswer, WithdrawalLookup};

use super::doors::Doors;
use super::errors::FederationError;
use super::inbox::blocking;
use super::signature::SignedRequest;

/// `POST /erase`: carries out an order and attests it, or takes an attestation.
pub(super) async fn order(
    doors: Data<Doors>,
    request: SignedRequest,
) -> Result<HttpResponse, FederationError> {
    let object: Signed = request.json()?;
    let (app, peer) = (doors.app.clone(), request.peer);
    let done = blocking(move || {
        if let Some(attestation) = app.obey_order(peer, &object)? {
            return Ok(Some(Some(attestation)));
        }
        Ok(app.hold_attestation(peer, &object)?.then_some(None))
    })
    .await?;
    doors.drivers.peer_came(peer, None);
    match done {
        Some(Some(attestation)) => Ok(HttpResponse::Ok().json(attestation)),
        Some(None) => Ok(HttpResponse::NoContent().finish()),
        None => Err(FederationError::Malformed),
    }
}

/// `GET /erase`: the orders that wait for the caller.
pub(super) async fn pending(
    doors: Data<Doors>,
    request: SignedRequest,
) -> Result<Json<PendingOrders>, FederationError> {
    let pending = doors.app.pending_erasures(request.peer);
    doors.drivers.peer_came(request.peer, None);
    Ok(Json(PendingOrders { orders: pending.into_iter().map(|erasure| erasure.order).collect() }))
}

/// `POST /withdrawal`: says whether we issued a personal code, without being shown it.
pub(super) async fn withdrawal(
    doors: Data<Doors>,
    request: SignedRequest,
) -> Result<Json<WithdrawalAnswer>, FederationError> {
    let WithdrawalLookup { lookup } = request.json()?;
    let proof = doors.app.proof_of_issue(&lookup);
    Ok(Json(WithdrawalAnswer { known: doors.app.issued_code(&lookup), proof }))
}
