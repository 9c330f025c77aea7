//! Who calls: the account of a key. A request without one goes no further.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{self, Bytes, Data};
use actix_web::{FromRequest, HttpRequest};
use maillage_protocol::id::ProfessionalId;
use maillage_protocol::label::sha256;
use serde::de::DeserializeOwned;

use super::problem::ApiProblem;
use crate::app::{Account, App, AppError};
use crate::env::random;
use crate::facts::Capability;

/// A program that acts in the name of a professional.
pub(super) struct Caller {
    pub(super) app: Arc<App>,
    pub(super) account: Account,
    idempotency: Option<String>,
}

impl FromRequest for Caller {
    type Error = ApiProblem;
    type Future = Ready<Result<Self, ApiProblem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl Caller {
    fn of(request: &HttpRequest) -> Result<Self, ApiProblem> {
        let app = request.app_data::<Data<App>>().expect("`serve` gives every route the app");
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let token = header(AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
        let account = token.and_then(|token| app.account_of_token(token.trim()));
        let account = account.ok_or(ApiProblem::Unauthorized)?;
        let idempotency = header("idempotency-key").map(str::to_owned);
        Ok(Self { app: Arc::clone(app), account, idempotency })
    }

    /// Lets through those who refer people and answer.
    pub(super) fn works(&self) -> Result<ProfessionalId, ApiProblem> {
        let may = self.account.capabilities.contains(&Capability::Work);
        if may { Ok(self.account.id) } else { Err(ApiProblem::Forbidden) }
    }

    /// Returns the one-time key of this request: the one it shows, for this account and for this
    /// very body, or one of its own.
    pub(super) fn once(&self, body: &[u8]) -> [u8; 16] {
        match &self.idempotency {
            Some(key) => {
                let account = self.account.id.to_bytes();
                let hash = sha256(&[&account[..], key.as_bytes(), b"\0", body].concat());
                let (half, _) = hash.split_at(16);
                half.try_into().expect("half of a hash has sixteen bytes")
            }
            None => random(&**self.app.env()),
        }
    }
}

/// Reads a body, and says what is wrong with it without repeating it.
pub(super) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ApiProblem> {
    serde_json::from_slice(body).map_err(|error| {
        let kind = match error.classify() {
            serde_json::error::Category::Syntax | serde_json::error::Category::Eof => "not JSON",
            serde_json::error::Category::Data => "a field is missing, unknown, or of another type",
            serde_json::error::Category::Io => "it could not be read",
        };
        let (line, column) = (error.line(), error.column());
        ApiProblem::Malformed(format!("{kind} (line {line}, column {column})"))
    })
}

/// Leaves the workers that answer requests.
pub(super) async fn blocking<T: Send + 'static, E: Into<ApiProblem> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, ApiProblem> {
    match web::block(work).await {
        Ok(done) => done.map_err(Into::into),
        // The pool refuses only while the process stops.
        Err(_) => Err(ApiProblem::Failed(AppError::NoIdentity)),
    }
}
