//! Why the API did not do what a program asked (RFC 9457).

use std::fmt;

use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, ContentType, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use maillage_protocol::transport::PROBLEM_JSON;
use serde_json::json;
use tracing::error;

use crate::app::{AppError, JoinFailure, LinkError, SayError, Unwritable};
use crate::code_tries::TooSoon;
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
    /// The route exists, and does not do this.
    WrongMethod(String),
    /// The body is not the JSON that is expected.
    Malformed(String),
    /// A field is missing, or has a value that means nothing.
    Invalid(&'static str),
    /// A text holds what must not be written.
    Unwritable(Unwritable),
    /// The rules say no.
    Refused(String),
    /// The other node did not answer, or refused.
    NoAnswer,
    /// Too many wrong codes came from this address: in so many seconds.
    TooOften(u64),
    /// The request is too large.
    TooLarge,
    /// The node is about to stop.
    Stopping,
    /// The fault is ours: nothing was recorded.
    Failed(AppError),
}

impl ApiProblem {
    /// Every code, for the description.
    #[cfg(test)]
    pub(super) const CODES: [&str; 13] = [
        "unauthorized",
        "forbidden",
        "not_found",
        "wrong_method",
        "malformed",
        "invalid",
        "unwritable",
        "refused",
        "no_answer",
        "too_often",
        "too_large",
        "busy",
        "internal",
    ];

    const fn code(&self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::WrongMethod(_) => "wrong_method",
            Self::Malformed(_) => "malformed",
            Self::Invalid(_) => "invalid",
            Self::Unwritable(_) => "unwritable",
            Self::Refused(_) => "refused",
            Self::NoAnswer => "no_answer",
            Self::TooOften(_) => "too_often",
            Self::TooLarge => "too_large",
            Self::Stopping => "busy",
            Self::Failed(_) => "internal",
        }
    }

    /// Says why a body could not be received.
    pub(super) fn unread(error: &actix_web::Error) -> Self {
        match error.as_error::<PayloadError>() {
            Some(PayloadError::Overflow) => Self::TooLarge,
            _ => Self::Malformed("it could not be received".to_owned()),
        }
    }

    /// Says what is wrong with a body, without repeating anything of it: it may hold a name.
    pub(super) fn of(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let why = match error.classify() {
            serde_json::error::Category::Data => expected(&error.to_string()),
            serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof
            | serde_json::error::Category::Io => "it is not JSON".to_owned(),
        };
        Self::Malformed(format!("{why} (line {line}, column {column})"))
    }
}

/// Keeps what the message of the reader says of *us*: the field that is missing, or what was
/// expected. What it says of the body comes before, and is left out.
fn expected(message: &str) -> String {
    let (message, _) = message.rsplit_once(" at line ").unwrap_or((message, ""));
    match message.rsplit_once(", expected ") {
        _ if message.starts_with("missing field `") => message.to_owned(),
        Some((found, ours)) => {
            let what = ["unknown field", "unknown variant", "invalid type", "invalid length"];
            let what = what.into_iter().find(|what| found.starts_with(what));
            format!("{}, expected {ours}", what.unwrap_or("a value means nothing"))
        }
        None => "a value means nothing".to_owned(),
    }
}

impl fmt::Display for ApiProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthorized => f.write_str("show a key: Authorization: Bearer maillage_…"),
            Self::Forbidden => f.write_str("the account of this key may not do this"),
            Self::NotFound => f.write_str("there is nothing here"),
            Self::WrongMethod(allowed) => write!(f, "this route answers to {allowed}"),
            Self::Malformed(why) => write!(f, "the body is not what is expected: {why}"),
            Self::Invalid(field) => write!(f, "the field {field} is missing or means nothing"),
            Self::Unwritable(why) => why.fmt(f),
            Self::Refused(why) => f.write_str(why),
            Self::NoAnswer => f.write_str("the other node did not answer as it should"),
            Self::TooOften(seconds) => write!(f, "too many wrong codes: wait {seconds} seconds"),
            Self::TooLarge => f.write_str("the request is too large"),
            Self::Stopping | Self::Failed(_) => {
                f.write_str("nothing was recorded: try again later")
            }
        }
    }
}

impl ResponseError for ApiProblem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::WrongMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Invalid(_) | Self::Unwritable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Refused(_) => StatusCode::CONFLICT,
            Self::NoAnswer => StatusCode::BAD_GATEWAY,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Stopping => StatusCode::SERVICE_UNAVAILABLE,
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
        if let Self::Invalid(field) = self {
            problem["field"] = (*field).into();
        }
        if let Self::Unwritable(why) = self {
            problem["kind"] = why.kind.code().into();
            problem["reviewable"] = why.reviewable.into();
        }
        let mut answer = HttpResponse::build(self.status_code());
        if matches!(self, Self::Unauthorized) {
            answer.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        if let Self::WrongMethod(allowed) = self {
            answer.insert_header((ALLOW, allowed.as_str()));
        }
        if let Self::TooOften(seconds) = self {
            answer.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        answer.insert_header(ContentType(PROBLEM_JSON.parse().expect("a valid type"))).json(problem)
    }
}

impl From<TooSoon> for ApiProblem {
    fn from(TooSoon { seconds }: TooSoon) -> Self {
        Self::TooOften(seconds)
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
            SayError::NotLonger => Self::Invalid("validity"),
            SayError::Unwritable(why) => Self::Unwritable(why),
            SayError::App(error) => Self::Failed(error),
            // What the rules say names codes, and repeats nothing of what was sent.
            SayError::Refused(_)
            | SayError::Unsayable(_)
            | SayError::NotAConsent(_)
            | SayError::WrongClock
            | SayError::NoOpenNeed
            | SayError::Circle(_)
            | SayError::Erased => Self::Refused(Chain(&error).to_string()),
        }
    }
}

impl From<LinkError> for ApiProblem {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::App(error) => Self::Failed(error),
            LinkError::NoLink
            | LinkError::WrongIdentity
            | LinkError::WrongUrl
            | LinkError::Expired
            | LinkError::WrongProof
            | LinkError::Burned
            | LinkError::Ourselves => Self::Refused(error.to_string()),
        }
    }
}

impl From<JoinFailure> for ApiProblem {
    fn from(error: JoinFailure) -> Self {
        match error {
            JoinFailure::Unreadable => Self::Invalid("invitation"),
            JoinFailure::NoAnswer => Self::NoAnswer,
            JoinFailure::Link(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[expect(dead_code, reason = "only reading it matters")]
        peer: u8,
    }

    #[test]
    fn a_mistake_is_named_and_nothing_of_the_body_is_repeated() {
        for (body, said) in [
            ("{}", "missing field `peer`"),
            (r#"{"peer":1,"Aubry":2}"#, "unknown field, expected `peer`"),
            (r#"{"peer":"Aubry, expected"}"#, "invalid type, expected u8"),
            (r#"{"peer":"Aubry"#, "it is not JSON"),
        ] {
            let error = serde_json::from_str::<Body>(body).unwrap_err();
            let detail = ApiProblem::of(&error).to_string();
            assert!(detail.contains(said) && !detail.contains("Aubry"), "{detail}");
        }
    }
}
