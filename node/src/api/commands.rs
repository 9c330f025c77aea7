//! `POST /referrals/{id}/commands`: answering, following, closing.

use actix_web::HttpResponse;
use actix_web::web::Path;
use maillage_protocol::calendar::Day;
use maillage_protocol::codes::{
    Answerer, Autonomy, BackReason, CancelReason, CodedAnswer, DeclineReason, FirstContact,
    HeardBy, Helped, Matter, Medium, MeetingMode, MissedCause, NeedCode, Outcome,
};
use maillage_protocol::consent::WithdrawalScope;
use maillage_protocol::id::{ReferralId, ServiceId};
use maillage_protocol::private::Private;
use maillage_protocol::referral::{Alternatives, Author, Command, Evidence, NextStep};
use maillage_protocol::time::Timestamp;
use serde::Deserialize;

use super::caller::{Caller, Sent, aside};
use super::problem::ApiProblem;
use super::requests::{each, some, strict};
use crate::app::Texts;
use crate::app::authority::Writer;

/// The commands, in the order of the description.
#[cfg(test)]
pub(super) const NAMES: [&str; 15] = [
    "open", "question", "accept", "decline", "waitlist", "schedule", "start", "check_in", "miss",
    "conclude", "answer", "confirm", "feedback", "cancel", "withdraw",
];

/// What a program asks to be said.
#[derive(Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Body {
    Open {},
    Question {
        matters: Vec<String>,
        text: Option<Private<String>>,
    },
    Accept {},
    Decline {
        reason: String,
        next_date: Option<Day>,
        next: Next,
        text: Option<Private<String>>,
    },
    Waitlist {
        until: Day,
    },
    Schedule {
        time: Timestamp,
        mode: String,
        text: Option<Private<String>>,
    },
    Start {
        contact: String,
    },
    CheckIn {},
    Miss {
        cause: String,
    },
    Conclude {
        outcome: String,
        autonomy: Option<String>,
        next_need: Option<String>,
        #[serde(default)]
        evidence: Evidence,
    },
    Answer {
        answers: Vec<String>,
        text: Option<Private<String>>,
    },
    Confirm {},
    Feedback {
        helped: String,
        via: String,
    },
    Cancel {
        reason: String,
    },
    Withdraw {
        #[serde(default)]
        everything: bool,
    },
}

/// What to do instead: nobody is left in limbo.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Next {
    Alternative { services: Vec<ServiceId> },
    BackToSender { why: String },
    NoneKnown {},
}

pub(super) async fn say(
    Caller(writer): Caller<Writer>,
    id: Path<ReferralId>,
    sent: Sent<Body>,
) -> Result<HttpResponse, ApiProblem> {
    let id = id.into_inner();
    let side = writer.side(id).ok_or(ApiProblem::NotFound)?;
    let (by, command, text) = command(sent.said, side)?;
    let texts = Texts { text };
    aside(move || writer.say(by, id, command, texts, sent.once)).await?;
    Ok(HttpResponse::NoContent().finish())
}

type Said = (Author, Command, Option<Private<String>>);

fn command(body: Body, side: Author) -> Result<Said, ApiProblem> {
    let receiver = |command| Ok((Author::Receiver, command, None));
    match body {
        Body::Open {} => receiver(Command::Open),
        Body::Question { matters, text } => {
            let matters = each(&matters, Matter::from_code, "matters")?;
            Ok((Author::Receiver, Command::Question { matters }, text))
        }
        Body::Answer { answers, text } => {
            let answers = each(&answers, CodedAnswer::from_code, "answers")?;
            Ok((Author::Sender, Command::Answer { answers }, text))
        }
        Body::Accept {} => receiver(Command::Accept),
        Body::Decline { reason, next_date, next, text } => {
            let reason = strict(DeclineReason::from_code(&reason), "reason")?;
            let command = Command::Decline { reason, next_date, next: next_step(next)? };
            Ok((Author::Receiver, command, text))
        }
        Body::Waitlist { until } => receiver(Command::Waitlist { until }),
        Body::Schedule { time, mode, text } => {
            let mode = strict(MeetingMode::from_code(&mode), "mode")?;
            Ok((Author::Receiver, Command::Schedule { time, mode }, text))
        }
        Body::Start { contact } => {
            receiver(Command::Start(strict(FirstContact::from_code(&contact), "contact")?))
        }
        Body::CheckIn {} => receiver(Command::CheckIn),
        Body::Miss { cause } => {
            receiver(Command::Miss(strict(MissedCause::from_code(&cause), "cause")?))
        }
        Body::Conclude { outcome, autonomy, next_need, evidence } => receiver(Command::Conclude {
            outcome: Some(strict(Outcome::from_code(&outcome), "outcome")?),
            autonomy: some(autonomy.as_deref(), Autonomy::from_code, "autonomy")?,
            next_need: some(next_need.as_deref(), NeedCode::from_code, "next_need")?,
            evidence,
        }),
        Body::Confirm {} => Ok((Author::Sender, Command::Confirm, None)),
        Body::Feedback { helped, via } => feedback(&helped, &via, side),
        Body::Cancel { reason } => {
            let reason = strict(CancelReason::from_code(&reason), "reason")?;
            Ok((Author::Sender, Command::Cancel(reason), None))
        }
        Body::Withdraw { everything } => {
            let scope = match everything {
                true => WithdrawalScope::Pathway,
                false => WithdrawalScope::Referral,
            };
            Ok((Author::Person, Command::Withdraw(scope), None))
        }
    }
}

fn feedback(helped: &str, via: &str, side: Author) -> Result<Said, ApiProblem> {
    let heard = match side {
        Author::Sender => HeardBy::Sender,
        Author::Receiver | Author::Person => HeardBy::Receiver,
    };
    let command = Command::GiveFeedback {
        helped: strict(Helped::from_code(helped), "helped")?,
        answerer: Answerer::Person,
        via: strict(Medium::from_code(via), "via")?,
        heard,
    };
    Ok((Author::Person, command, None))
}

fn next_step(next: Next) -> Result<NextStep, ApiProblem> {
    Ok(match next {
        Next::Alternative { services } => {
            let services = Alternatives::try_from(services);
            let services = services.map_err(|_| ApiProblem::Invalid("next.services"))?;
            NextStep::Alternative { services }
        }
        Next::BackToSender { why } => {
            NextStep::BackToSender { why: strict(BackReason::from_code(&why), "next.why")? }
        }
        Next::NoneKnown {} => NextStep::NoneKnown,
    })
}
