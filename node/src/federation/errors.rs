//! Why we did not do what a peer asked, and what we tell it.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use maillage_protocol::event::Head;
use maillage_protocol::problem::ProblemType;
use maillage_protocol::time::Timestamp;
use maillage_protocol::transport::{PROBLEM_JSON, Problem};
use tracing::error;

use crate::app::AppError;
use crate::telemetry::Chain;

/// Why we did not do what a peer asked.
///
/// There is no variant for a word that breaks the rules of a referral: it is authentic and in its
/// place, so it is kept, and every node skips it alike. A channel that could be refused for its
/// meaning would block every event behind it, for ever.
#[derive(Debug)]
pub(super) enum FederationError {
    /// The body is not what the endpoint reads.
    Malformed,
    /// The signature is wrong, or not written in the one accepted form.
    BadSignature,
    /// The key is not one of the caller's.
    UnknownKey,
    /// The two clocks differ too much: ours.
    ClockSkew(Timestamp),
    /// The request was seen before.
    Replay,
    /// The request was signed before this process started.
    RetryNow,
    /// The body is not the one that was signed.
    DigestMismatch,
    /// The caller is not linked with us.
    UnknownPeer,
    /// The link waits for a human.
    LinkPending,
    /// The link was suspended here.
    LinkSuspended,
    /// The invitation does not exist, or the proof is wrong.
    InviteInvalid,
    /// The invitation was used, tried too often, or is too old.
    InviteBurned,
    /// The request is for another node.
    WrongRecipient,
    /// The request is too large.
    TooLarge,
    /// There is nothing here, or nothing yet.
    NotFound,
    /// Events are missing after what we hold.
    Gap(Option<Head>),
    /// An event was refused by its channel: the code of the problem.
    Event(ProblemType),
    /// Too much at once.
    RateLimited,
    /// This node is catching up after a restore.
    Recovering,
    /// The fault is ours.
    App(AppError),
}

impl FederationError {
    fn kind(&self) -> ProblemType {
        match self {
            Self::Malformed => ProblemType::Malformed,
            Self::BadSignature => ProblemType::BadSignature,
            Self::UnknownKey => ProblemType::UnknownKey,
            Self::ClockSkew(_) => ProblemType::ClockSkew,
            Self::Replay => ProblemType::Replay,
            Self::RetryNow => ProblemType::RetryNow,
            Self::DigestMismatch => ProblemType::DigestMismatch,
            Self::UnknownPeer => ProblemType::UnknownPeer,
            Self::LinkPending => ProblemType::LinkPending,
            Self::LinkSuspended => ProblemType::LinkSuspended,
            Self::InviteInvalid => ProblemType::InviteInvalid,
            Self::InviteBurned => ProblemType::InviteBurned,
            Self::WrongRecipient => ProblemType::WrongRecipient,
            Self::TooLarge => ProblemType::TooLarge,
            Self::NotFound => ProblemType::NotFound,
            Self::Gap(_) => ProblemType::Gap,
            Self::Event(kind) => *kind,
            Self::RateLimited => ProblemType::RateLimited,
            Self::Recovering => ProblemType::Recovering,
            Self::App(_) => ProblemType::Internal,
        }
    }

    fn detail(&self) -> &'static str {
        match self {
            Self::Malformed => "the body is not what this endpoint reads",
            Self::BadSignature => "the request is not signed as it must be",
            Self::UnknownKey => "the key is not one of the caller's keys of today",
            Self::ClockSkew(_) => "the two clocks differ by more than five minutes",
            Self::Replay => "this request was seen before",
            Self::RetryNow => "this node has just started: please sign the request again",
            Self::DigestMismatch => "the body is not the one that was signed",
            Self::UnknownPeer => "this node is not linked with the caller",
            Self::LinkPending => "the link waits for a human",
            Self::LinkSuspended => "the link is suspended",
            Self::InviteInvalid => "the invitation is not valid",
            Self::InviteBurned => "the invitation is used up or too old",
            Self::WrongRecipient => "the request is for another node",
            Self::TooLarge => "the request is too large",
            Self::NotFound => "there is nothing here",
            Self::Gap(_) => "earlier events are missing",
            Self::Event(_) => "the event was refused by its channel",
            Self::RateLimited => "too many requests",
            Self::Recovering => "this node is catching up after a restore",
            Self::App(_) => "this node cannot answer now",
        }
    }
}

impl From<AppError> for FederationError {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl fmt::Display for FederationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail())
    }
}

impl ResponseError for FederationError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.kind().status()).expect("the protocol lists real statuses")
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::App(failure) = self {
            error!(error = %Chain(failure), "cannot answer a peer");
        }
        let mut problem = Problem::new(self.kind(), self.detail());
        match self {
            Self::Gap(head) => problem.head = *head,
            Self::ClockSkew(now) => problem.time = Some(*now),
            _ => {}
        }
        let mut answer = HttpResponse::build(self.status_code());
        if matches!(self, Self::RateLimited | Self::Recovering) {
            answer.insert_header((RETRY_AFTER, "10"));
        }
        answer.insert_header(ContentType(PROBLEM_JSON.parse().expect("a valid type"))).json(problem)
    }
}
