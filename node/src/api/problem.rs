//! Why the API did not do what a program asked.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use maillage_protocol::transport::PROBLEM_JSON;
use serde_json::json;
use tracing::error;

use crate::app::{AppError, SayError};
use crate::telemetry::Chain;

/// Why the API did not do what a program asked.
#[derive(Debug)]
pub enum ApiProblem {
    /// No key, or one that opens nothing.
    Unauthorized,
    /// The account of this key may not do this.
    Forbidden,
    /// There is nothing here, or nothing that this account may see.
    NotFound,
    /// The body is not the JSON that is expected.
    Malformed(String),
    /// A field is missing, or has a value that means nothing.
    Invalid(&'static str),
    /// The rules say no.
    Refused(String),
    /// The request is too large.
    TooLarge,
    /// The fault is ours: nothing was recorded.
    Failed(AppError),
}

impl ApiProblem {
    const fn code(&self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Malformed(_) => "malformed",
            Self::Invalid(_) => "invalid",
            Self::Refused(_) => "refused",
            Self::TooLarge => "too_large",
            Self::Failed(_) => "internal",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid(field) => Some(field),
            _ => None,
        }
    }
}

impl fmt::Display for ApiProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthorized => f.write_str("show a key: Authorization: Bearer maillage_…"),
            Self::Forbidden => f.write_str("the account of this key may not do this"),
            Self::NotFound => f.write_str("there is nothing here"),
            Self::Malformed(why) => write!(f, "the body is not what is expected: {why}"),
            Self::Invalid(field) => write!(f, "the field {field} is missing or means nothing"),
            Self::Refused(why) => f.write_str(why),
            Self::TooLarge => f.write_str("the request is too large"),
            Self::Failed(_) => f.write_str("nothing was recorded: try again later"),
        }
    }
}

impl ResponseError for ApiProblem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Refused(_) => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Failed(failure) = self {
            error!(error = %Chain(failure), "cannot answer a program");
        }
        let mut problem = json!({
            "type": format!("urn:maillage:problem:{}", self.code()),
            "status": self.status_code().as_u16(),
            "code": self.code(),
            "detail": self.to_string(),
        });
        if let Some(field) = self.field() {
            problem["field"] = field.into();
        }
        let mut answer = HttpResponse::build(self.status_code());
        if matches!(self, Self::Unauthorized) {
            answer.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        answer.insert_header(ContentType(PROBLEM_JSON.parse().expect("a valid type"))).json(problem)
    }
}

impl From<AppError> for ApiProblem {
    fn from(error: AppError) -> Self {
        Self::Failed(error)
    }
}

impl From<SayError> for ApiProblem {
    fn from(error: SayError) -> Self {
        match error {
            SayError::Unknown => Self::NotFound,
            SayError::NoSuchService => Self::Invalid("service"),
            SayError::App(error) => Self::Failed(error),
            // What the rules say names codes, and repeats nothing of what was sent.
            SayError::Refused(_)
            | SayError::Unsayable(_)
            | SayError::NotAConsent(_)
            | SayError::Erased => Self::Refused(Chain(&error).to_string()),
        }
    }
}
