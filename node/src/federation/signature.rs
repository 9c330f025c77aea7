//! A request that a peer signed: there is no other way to read its body.
//!
//! [`SignedRequest`] is what a handler of the federation asks for. It exists only if the five
//! headers are exact, the caller is linked, the clock agrees, the signature is good, the request
//! was not seen before, and the body that was read is the one that was signed: the check cannot be
//! forgotten, since the body comes out of it.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use actix_web::dev::Payload;
use actix_web::web::{self, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use maillage_protocol::httpsig::{
    CONTENT_DIGEST, Claims, FROM, Nonce, Request, SIGNATURE, SIGNATURE_INPUT, SignatureHeaders, TO,
};
use maillage_protocol::id::NodeId;
use maillage_protocol::identity::Identity;
use maillage_protocol::keys::Kid;
use maillage_protocol::limits;
use maillage_protocol::time::Timestamp;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::doors::Doors;
use super::errors::FederationError;
use crate::app::LinkState;

/// A request whose signature was checked, and its body.
pub(super) struct SignedRequest {
    /// Who signed it: a node that this one is linked with.
    pub peer: NodeId,
    /// The nonce of the request, to be echoed in what answers it.
    pub nonce: String,
    body: Vec<u8>,
}

/// A request whose signature is checked with a key that comes inside it: how a stranger who was
/// invited introduces itself, and how a peer tells that its keys have changed.
pub(super) struct IntroducedRequest {
    claims: Claims,
    line: Line,
    body: Vec<u8>,
}

/// The method, the path and the query of a request, as they were signed.
#[derive(Clone, Debug)]
struct Line {
    method: String,
    path: String,
    query: String,
}

impl Line {
    fn of(request: &HttpRequest, base_path: &str) -> Self {
        let path = format!("{base_path}{}", request.uri().path());
        let query = request.query_string().to_owned();
        Self { method: request.method().as_str().to_owned(), path, query }
    }

    fn as_request(&self) -> Request<'_> {
        Request { method: &self.method, path: &self.path, query: &self.query }
    }
}

impl SignedRequest {
    /// Reads the body.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, FederationError> {
        read_object(&self.body)
    }
}

impl IntroducedRequest {
    /// Reads the body, which nothing proves yet.
    pub(super) fn unproved<T: DeserializeOwned>(&self) -> Result<T, FederationError> {
        read_object(&self.body)
    }

    /// Checks that the node which introduces itself signed the request, once.
    pub(super) fn verify(&self, doors: &Doors, author: &Identity) -> Result<(), FederationError> {
        if author.node() != self.claims.from {
            return Err(FederationError::BadSignature);
        }
        let key = Doors::auth_key(author, self.claims.kid).ok_or(FederationError::UnknownKey)?;
        let good = self.claims.verify(&key, &self.line.as_request());
        good.map_err(|_| FederationError::BadSignature)?;
        doors.nonces.see(&self.claims, doors.env.now())
    }
}

/// Reads one JSON object. An array would otherwise pass for the members of a struct in their order.
fn read_object<T: DeserializeOwned>(body: &[u8]) -> Result<T, FederationError> {
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(FederationError::Malformed);
    }
    serde_json::from_slice(body).map_err(|_| FederationError::Malformed)
}

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, FederationError>>>>;

impl FromRequest for SignedRequest {
    type Error = FederationError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let doors = doors(&request);
            let claims = claims(&request, &doors)?;
            doors.quota(&claims.from, request.path())?;
            let peer = doors.app.peer_identity(claims.from).ok_or(FederationError::UnknownPeer)?;
            let key = Doors::auth_key(&peer, claims.kid).ok_or(FederationError::UnknownKey)?;
            let line = Line::of(&request, &doors.base_path);
            claims.verify(&key, &line.as_request()).map_err(|_| FederationError::BadSignature)?;
            doors.nonces.see(&claims, doors.env.now())?;
            if doors.app.link_state(claims.from) == Some(LinkState::Active) {
                doors.app.heard_clock(claims.from, claims.time());
            }
            let body = read_body(&mut payload, &claims).await?;
            let nonce = claims.nonce.to_string();
            Ok(Self { peer: claims.from, nonce, body })
        })
    }
}

impl FromRequest for IntroducedRequest {
    type Error = FederationError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let doors = doors(&request);
            let claims = claims(&request, &doors)?;
            if request.path().ends_with("/link") {
                doors.linking(&request)?;
            } else {
                doors.app.link_state(claims.from).ok_or(FederationError::UnknownPeer)?;
                doors.quota(&claims.from, request.path())?;
            }
            let body = read_body(&mut payload, &claims).await?;
            Ok(Self { line: Line::of(&request, &doors.base_path), claims, body })
        })
    }
}

fn doors(request: &HttpRequest) -> Data<Doors> {
    request.app_data::<web::Data<Doors>>().expect("`federation::routes` gives them").clone()
}

/// Reads what the headers claim, and checks that it is for us and of now.
fn claims(request: &HttpRequest, doors: &Doors) -> Result<Claims, FederationError> {
    let headers = SignatureHeaders {
        from: single(request, FROM)?,
        to: single(request, TO)?,
        content_digest: single(request, CONTENT_DIGEST)?,
        signature_input: single(request, SIGNATURE_INPUT)?,
        signature: single(request, SIGNATURE)?,
    };
    let claims = headers.claims().map_err(|_| FederationError::BadSignature)?;
    if claims.to != doors.app.node() {
        return Err(FederationError::WrongRecipient);
    }
    let (now, created) = (doors.env.now(), claims.time());
    if now.since(created) > limits::CLOCK_SKEW || created.since(now) > limits::CLOCK_SKEW {
        return Err(FederationError::ClockSkew(now));
    }
    Ok(claims)
}

/// Returns a header that appears exactly once.
fn single(request: &HttpRequest, name: &str) -> Result<String, FederationError> {
    let mut values = request.headers().get_all(name);
    let (value, more) = (values.next(), values.next());
    let value = value.filter(|_| more.is_none()).and_then(|value| value.to_str().ok());
    value.map(str::to_owned).ok_or(FederationError::BadSignature)
}

/// Reads the body under its limit, while hashing it.
async fn read_body(payload: &mut Payload, claims: &Claims) -> Result<Vec<u8>, FederationError> {
    let (mut body, mut hash) = (Vec::new(), Sha256::new());
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| FederationError::Malformed)?;
        if body.len() + chunk.len() > limits::REQUEST {
            return Err(FederationError::TooLarge);
        }
        hash.update(&chunk);
        body.extend_from_slice(&chunk);
    }
    claims.check_body(&hash.finalize().into()).map_err(|_| FederationError::DigestMismatch)?;
    Ok(body)
}

/// The requests seen lately, so that none is taken twice.
pub(super) struct Nonces {
    /// When this process started: what was signed before may have been seen by the one before it.
    started: Timestamp,
    seen: Mutex<BTreeMap<Kid, Seen>>,
}

/// What one key signed lately, oldest first.
#[derive(Default)]
struct Seen {
    nonces: BTreeMap<Nonce, Timestamp>,
    order: VecDeque<(Timestamp, Nonce)>,
}

/// How long before its start a node may have seen a request that it forgot.
const START_MARGIN: std::time::Duration = std::time::Duration::from_secs(5);

impl Nonces {
    pub(super) const fn new(started: Timestamp) -> Self {
        Self { started, seen: Mutex::new(BTreeMap::new()) }
    }

    /// Forgets those who have not come for a while.
    pub(super) fn tidy(&self, now: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, seen| {
            seen.forget(now);
            !seen.order.is_empty()
        });
    }

    fn see(&self, claims: &Claims, now: Timestamp) -> Result<(), FederationError> {
        if claims.time() < self.started.before(START_MARGIN) {
            return Err(FederationError::RetryNow);
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen.entry(claims.kid).or_default();
        seen.forget(now);
        if seen.nonces.insert(claims.nonce, now).is_some() {
            return Err(FederationError::Replay);
        }
        seen.order.push_back((now, claims.nonce));
        Ok(())
    }
}

impl Seen {
    fn forget(&mut self, now: Timestamp) {
        while let Some((at, nonce)) = self.order.front().copied() {
            if now.since(at) <= limits::NONCE_LIFE && self.order.len() < limits::NONCES {
                return;
            }
            self.order.pop_front();
            self.nonces.remove(&nonce);
        }
    }
}
