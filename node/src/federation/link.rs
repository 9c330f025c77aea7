//! Who we are, and how a stranger who was invited becomes a peer.

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use maillage_protocol::identity::Identity;
use maillage_protocol::transport::{
    AdvertisedLimits, BASE, IdentityLog, LinkRequest, VERSION, WellKnown,
};

use super::doors::Doors;
use super::errors::FederationError;
use super::inbox::blocking;
use super::signature::IntroducedRequest;
use crate::app::LinkError;

/// `GET /.well-known/maillage`: hints.
pub(super) async fn well_known(
    doors: Data<Doors>,
    request: HttpRequest,
) -> Result<Json<WellKnown>, FederationError> {
    doors.anonymous(&request)?;
    Ok(Json(WellKnown {
        protocol: "maillage".to_owned(),
        versions: vec![VERSION.to_owned()],
        node_id: doors.app.node(),
        base: format!("{}{BASE}", doors.base_path),
        features: Vec::new(),
        limits: AdvertisedLimits::default(),
        time: doors.env.now(),
    }))
}

/// `GET /identity`: our identity log.
pub(super) async fn identity(
    doors: Data<Doors>,
    request: HttpRequest,
) -> Result<Json<IdentityLog>, FederationError> {
    doors.anonymous(&request)?;
    Ok(Json(IdentityLog { log: doors.app.identity_log() }))
}

/// `POST /identity`: a peer tells what changed in its identity log. It may have moved, or be where
/// nobody can ask it.
pub(super) async fn introduce(
    doors: Data<Doors>,
    introduced: IntroducedRequest,
) -> Result<HttpResponse, FederationError> {
    let IdentityLog { log } = introduced.unproved()?;
    blocking(move || {
        let Ok(author) = Identity::read(&log) else {
            return Ok(Err(FederationError::BadSignature));
        };
        if let Err(refused) = introduced.verify(&doors, &author) {
            return Ok(Err(refused));
        }
        match doors.app.learn_identity(author.node(), &log) {
            Err(LinkError::App(error)) => Err(error),
            Err(_) => Ok(Err(FederationError::UnknownPeer)),
            Ok(()) => Ok(Ok(())),
        }
    })
    .await??;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /link`: a guest proves that it knows an invitation.
pub(super) async fn link(
    doors: Data<Doors>,
    introduced: IntroducedRequest,
) -> Result<HttpResponse, FederationError> {
    let asked: LinkRequest = introduced.unproved()?;
    let guest = Identity::read(&asked.identity).map_err(|_| FederationError::BadSignature)?;
    introduced.verify(&doors, &guest)?;
    let app = doors.app.clone();
    let answer = blocking(move || match app.welcome(&asked) {
        Ok(answer) => Ok(Ok(answer)),
        Err(LinkError::App(error)) => Err(error),
        Err(error) => Ok(Err(error)),
    })
    .await?;
    match answer {
        Ok(answer) => Ok(HttpResponse::Accepted().json(answer)),
        Err(LinkError::Burned | LinkError::Expired) => Err(FederationError::InviteBurned),
        Err(_) => Err(FederationError::InviteInvalid),
    }
}

/// `GET /health`: we are there.
pub(super) async fn health() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// What this version does not answer yet, and what does not exist.
pub(super) async fn not_yet() -> Result<HttpResponse, FederationError> {
    Err(FederationError::NotFound)
}
