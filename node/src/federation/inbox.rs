//! Events in, events out, heads and receipts.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Query};
use maillage_protocol::channel::ChannelStatus;
use maillage_protocol::limits;
use maillage_protocol::problem::ProblemType;
use maillage_protocol::transport::{
    BatchAnswer, EventBatch, HeadAnswer, KeyboxAnswer, KeyboxRequest, PullAnswer, PullQuery,
    ReceiptDeposit,
};
use serde::Deserialize;
use tokio::time::timeout;

use super::doors::Doors;
use super::errors::FederationError;
use super::signature::SignedRequest;
use crate::app::{App, AppError, InboxError, LinkState};

impl From<InboxError> for FederationError {
    fn from(error: InboxError) -> Self {
        match error {
            InboxError::UnknownPeer => Self::UnknownPeer,
            InboxError::LinkPending => Self::LinkPending,
            InboxError::LinkSuspended => Self::LinkSuspended,
            InboxError::TooLarge => Self::TooLarge,
            InboxError::Gap(head) => Self::Gap(head),
            InboxError::Refused(kind) => Self::Event(kind),
            InboxError::App(error) => Self::App(error),
        }
    }
}

/// `POST /events`: takes a batch, and acknowledges what is on the disk.
pub(super) async fn push(
    doors: Data<Doors>,
    request: SignedRequest,
) -> Result<Json<BatchAnswer>, FederationError> {
    let batch: EventBatch = request.json()?;
    let (peer, nonce) = (request.peer, request.nonce);
    doors.events(&peer, batch.events.len())?;
    // Our own words come first: what is said of a referral that we forgot makes no sense before.
    if doors.drivers.is_behind(peer) {
        doors.drivers.peer_came(peer, None);
        return Err(FederationError::Recovering);
    }
    let app = doors.app.clone();
    let answer = blocking(move || Ok(app.ingest(peer, batch.events, Some(&nonce)))).await?;
    doors.drivers.peer_came(peer, None);
    match answer {
        Err(InboxError::Refused(ProblemType::UnknownKey)) => {
            doors.drivers.read_identity_again(peer);
            Err(FederationError::UnknownKey)
        }
        answer => Ok(Json(answer?)),
    }
}

/// `GET /events`: gives what waits for the caller, or waits for it.
pub(super) async fn pull(
    doors: Data<Doors>,
    request: SignedRequest,
    query: Query<PullQuery>,
) -> Result<Json<PullAnswer>, FederationError> {
    active(&doors.app, &request)?;
    let _poll = doors.drivers.long_poll(request.peer).ok_or(FederationError::RateLimited)?;
    let PullQuery { ep, after, limit, wait } = query.into_inner();
    let limit = limit.min(limits::BATCH_EVENTS);
    let wait = Duration::from_secs(wait).min(limits::LONG_POLL);
    let peer = request.peer;
    doors.drivers.peer_came(peer, Some((ep, after)));
    let mut news = doors.app.news_of(peer);
    let until = tokio::time::Instant::now() + wait;
    loop {
        let app = doors.app.clone();
        let answer = blocking(move || app.pull(peer, (ep, after), limit, !wait.is_zero())).await?;
        let left = until.saturating_duration_since(tokio::time::Instant::now());
        if !answer.events.is_empty() || left.is_zero() {
            return Ok(Json(answer));
        }
        // The journal says what is new; the end of the wait says that nothing is.
        if timeout(left, news.changed()).await.is_err() {
            return Ok(Json(answer));
        }
    }
}

/// Which channel a caller asks about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeadQuery {
    #[serde(default, rename = "pub")]
    public: u8,
}

/// `GET /head`: says what we hold from the caller, with its nonce.
pub(super) async fn head(
    doors: Data<Doors>,
    request: SignedRequest,
    query: Query<HeadQuery>,
) -> Result<Json<HeadAnswer>, FederationError> {
    active(&doors.app, &request)?;
    doors.drivers.peer_came(request.peer, None);
    if query.public != 0 {
        return Err(FederationError::NotFound);
    }
    let (head, status) = doors.app.held(request.peer);
    let receipt = doors.app.receipt(request.peer, Some(&request.nonce));
    let status = match status {
        ChannelStatus::Open => "open",
        ChannelStatus::Blocked => "blocked",
        ChannelStatus::Forked => "forked",
        ChannelStatus::Closed => "closed",
    };
    Ok(Json(HeadAnswer { head, status: status.to_owned(), receipt }))
}

/// `GET /mine`: gives back the caller's own events.
pub(super) async fn mine(
    doors: Data<Doors>,
    request: SignedRequest,
    query: Query<PullQuery>,
) -> Result<Json<PullAnswer>, FederationError> {
    active(&doors.app, &request)?;
    let PullQuery { ep, after, limit, .. } = query.into_inner();
    let (app, peer) = (doors.app.clone(), request.peer);
    let limit = limit.min(limits::BATCH_EVENTS);
    Ok(Json(blocking(move || app.theirs(peer, (ep, after), limit)).await?))
}

/// `POST /keybox`: seals keys again.
pub(super) async fn keybox(
    doors: Data<Doors>,
    request: SignedRequest,
) -> Result<Json<KeyboxAnswer>, FederationError> {
    active(&doors.app, &request)?;
    let KeyboxRequest { ids, kid } = request.json()?;
    let (app, peer) = (doors.app.clone(), request.peer);
    let keyboxes = blocking(move || app.keyboxes(peer, &ids, kid)).await?;
    let keyboxes = keyboxes.ok_or(FederationError::UnknownKey)?;
    Ok(Json(KeyboxAnswer { keyboxes }))
}

/// `POST /receipts`: takes what a peer that cannot be reached says it holds.
pub(super) async fn receipts(
    doors: Data<Doors>,
    request: SignedRequest,
) -> Result<HttpResponse, FederationError> {
    active(&doors.app, &request)?;
    let ReceiptDeposit { receipts } = request.json()?;
    let (app, peer) = (doors.app.clone(), request.peer);
    blocking(move || {
        for receipt in receipts.iter().take(limits::BATCH_EVENTS) {
            app.hold_receipt(peer, receipt, None)?;
        }
        Ok(())
    })
    .await?;
    doors.drivers.peer_came(peer, None);
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /public`: our public channel, which says nothing yet.
pub(super) async fn public(
    doors: Data<Doors>,
    request: actix_web::HttpRequest,
    _query: Query<PullQuery>,
) -> Result<Json<PullAnswer>, FederationError> {
    doors.anonymous(&request)?;
    Ok(Json(PullAnswer { events: Vec::new(), head: None, more: false }))
}

fn active(app: &App, request: &SignedRequest) -> Result<(), FederationError> {
    match app.link_state(request.peer) {
        None => Err(FederationError::UnknownPeer),
        Some(LinkState::Pending { .. }) => Err(FederationError::LinkPending),
        Some(LinkState::Suspended) => Err(FederationError::LinkSuspended),
        Some(LinkState::Active) => Ok(()),
    }
}

/// Leaves the workers that answer requests: disks and ciphers may keep one waiting.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, FederationError> {
    let done = web::block(work).await;
    // The pool refuses only while the process stops.
    done.map_err(|_| FederationError::Recovering)?.map_err(FederationError::App)
}
