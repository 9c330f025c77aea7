//! Who calls, and what they send. A request without a key goes no further; whatever is wrong is a
//! problem, never the words of a library.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{self, Bytes, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::{FutureExt, LocalBoxFuture};
use maillage_protocol::label::sha256;
use serde::de::DeserializeOwned;

use super::problem::ApiProblem;
use crate::app::App;
use crate::app::authority::{Admin, Auditor, Member, Writer};

/// Returns the account in whose name a program acts.
fn member(request: &HttpRequest) -> Result<Member, ApiProblem> {
    let app = request.app_data::<Data<App>>().expect("`serve` gives every route the app");
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer "));
    let account = token.and_then(|token| app.account_of_token(token.trim()));
    let account = account.ok_or(ApiProblem::Unauthorized)?;
    app.has_seen(&account)?;
    Ok(Member::new(Arc::clone(app), account))
}

/// A program that acts in the name of somebody with this handle.
pub(super) struct Caller<H>(pub(super) H);

/// Declares which handles a program may be given.
macro_rules! callers {
    ($($handle:ident = $make:expr;)+) => {$(
        impl FromRequest for Caller<$handle> {
            type Error = ApiProblem;
            type Future = Ready<Result<Self, ApiProblem>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let make: fn(Member) -> Option<$handle> = $make;
                ready(member(request).and_then(|member| {
                    make(member).map(Self).ok_or(ApiProblem::Forbidden)
                }))
            }
        }
    )+};
}

callers! {
    Member = Some;
    Writer = Writer::of;
    Admin = Admin::of;
    Auditor = Auditor::of;
}

/// A body, read strictly, and the one-time key of its request.
pub(super) struct Sent<T> {
    /// What it says.
    pub(super) said: T,
    /// The same for two sendings of one request under one `Idempotency-Key`, and for no other.
    pub(super) once: [u8; 16],
}

impl<T: DeserializeOwned + 'static> FromRequest for Sent<T> {
    type Error = ApiProblem;
    type Future = LocalBoxFuture<'static, Result<Self, ApiProblem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let key = key(request);
        let bytes = Bytes::from_request(request, payload);
        async move {
            let (key, bytes) = (key?, bytes.await.map_err(|error| ApiProblem::unread(&error))?);
            let said = read(&bytes)?;
            let hash = sha256(&[&key[..], b"\0", &bytes].concat());
            let [once @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = hash;
            Ok(Self { said, once })
        }
        .boxed_local()
    }
}

/// A body of somebody who has no key, read strictly.
pub(super) struct Said<T>(pub(super) T);

impl<T: DeserializeOwned + 'static> FromRequest for Said<T> {
    type Error = ApiProblem;
    type Future = LocalBoxFuture<'static, Result<Self, ApiProblem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = Bytes::from_request(request, payload);
        async move { read(&bytes.await.map_err(|error| ApiProblem::unread(&error))?).map(Self) }
            .boxed_local()
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiProblem> {
    // A route that needs nothing takes nothing.
    let json = if bytes.is_empty() { &b"{}"[..] } else { bytes };
    serde_json::from_slice(json).map_err(|error| ApiProblem::of(&error))
}

/// Returns what one sending shares with its repetitions. A key is for one account and one route:
/// shown with another, it is another. Without one, every sending is the first.
fn key(request: &HttpRequest) -> Result<Vec<u8>, ApiProblem> {
    let member = member(request)?;
    let Some(key) = request.headers().get("idempotency-key") else {
        return Ok(member.random::<32>().to_vec());
    };
    let (account, path) = (member.id().to_bytes(), request.path().as_bytes());
    Ok([&account[..], path, b"\0", key.as_bytes()].concat())
}

/// Does what may take a while where nobody else waits for it.
pub(super) async fn aside<T, E>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, ApiProblem>
where
    T: Send + 'static,
    E: Into<ApiProblem> + Send + 'static,
{
    web::block(work).await.map_err(|_| ApiProblem::Stopping)?.map_err(Into::into)
}
