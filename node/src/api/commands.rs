//! `POST /referrals/{id}/commands`: answering, following, closing.

use actix_web::HttpResponse;
use actix_web::web::Path;
use maillage_protocol::body::Professional;
use maillage_protocol::calendar::Day;
use maillage_protocol::codes::{
    AddedFact, Answerer, Autonomy, BackReason, CancelReason, CodedAnswer, ConferenceReason,
    DeclineReason, FirstContact, HeardBy, Helped, Matter, Medium, MeetingMode, MissedCause,
    MistakeReason, NeedCode, Outcome, PlanAct, StepDownReason,
};
use maillage_protocol::consent::WithdrawalScope;
use maillage_protocol::disclosure::Category;
use maillage_protocol::id::{ReferralId, ServiceId};
use maillage_protocol::private::Private;
use maillage_protocol::referral::{
    Alternatives, Author, Command, ConferenceEnd, Evidence, NextStep,
};
use maillage_protocol::time::Timestamp;
use serde::Deserialize;

use super::caller::{Caller, Sent, aside};
use super::problem::ApiProblem;
use super::requests::{each, some, strict};
use crate::app::authority::Writer;
use crate::app::{Texts, Words};

/// The commands, in the order of the description.
#[cfg(test)]
pub(super) const NAMES: [&str; 24] = [
    "open",
    "question",
    "accept",
    "decline",
    "waitlist",
    "schedule",
    "start",
    "check_in",
    "miss",
    "step_down",
    "resume",
    "confirm_cancellation",
    "conclude",
    "answer",
    "request_review",
    "confirm",
    "feedback",
    "cancel",
    "mark_mistaken",
    "call_conference",
    "join_conference",
    "end_conference",
    "take_back",
    "withdraw",
];

/// What a program asks to be said.
#[derive(Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Body {
    Open {},
    Question {
        matters: Vec<String>,
        text: Option<Words>,
    },
    Accept {},
    Decline {
        reason: String,
        next_date: Option<Day>,
        next: Next,
        text: Option<Words>,
    },
    Waitlist {
        until: Day,
    },
    Schedule {
        time: Timestamp,
        mode: String,
        text: Option<Words>,
    },
    Start {
        contact: String,
    },
    CheckIn {},
    Miss {
        cause: String,
    },
    StepDown {
        reason: String,
        next: Next,
        text: Option<Words>,
    },
    Resume {},
    ConfirmCancellation {
        told: bool,
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
        text: Option<Words>,
    },
    RequestReview {
        facts: Vec<String>,
    },
    Confirm {},
    Feedback {
        helped: String,
        via: String,
    },
    Cancel {
        reason: String,
    },
    MarkMistaken {
        reason: String,
    },
    CallConference {
        reason: String,
        speaker: Speaker,
    },
    JoinConference {
        speaker: Speaker,
    },
    EndConference {
        verdict: Verdict,
        text: Option<Words>,
    },
    TakeBack {
        what: String,
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

/// Who can be called about a conference.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Speaker {
    name: Private<String>,
    #[serde(default)]
    function: Private<String>,
    phone: Private<String>,
}

/// What came out of a conference, for one side.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Verdict {
    Plan { act: String, by: Author, before: Day },
    None { reason: String },
}

pub(super) async fn say(
    Caller(writer): Caller<Writer>,
    id: Path<ReferralId>,
    sent: Sent<Body>,
) -> Result<HttpResponse, ApiProblem> {
    let id = id.into_inner();
    let side = writer.side(id).ok_or(ApiProblem::NotFound)?;
    let (by, command, texts) = command(sent.said, side)?;
    aside(move || writer.say(by, id, command, texts, sent.once)).await?;
    Ok(HttpResponse::NoContent().finish())
}

type Said = (Author, Command, Texts);

fn command(body: Body, side: Author) -> Result<Said, ApiProblem> {
    let receiver = |command| Ok((Author::Receiver, command, Texts::default()));
    let sender = |command| Ok((Author::Sender, command, Texts::default()));
    match body {
        Body::Open {} => receiver(Command::Open),
        Body::Question { matters, text } => {
            let matters = each(&matters, Matter::from_code, "matters")?;
            Ok((Author::Receiver, Command::Question { matters }, Texts::of(text)))
        }
        Body::Answer { answers, text } => {
            let answers = each(&answers, CodedAnswer::from_code, "answers")?;
            Ok((Author::Sender, Command::Answer { answers }, Texts::of(text)))
        }
        Body::Accept {} => receiver(Command::Accept),
        Body::Decline { reason, next_date, next, text } => {
            let reason = strict(DeclineReason::from_code(&reason), "reason")?;
            let command = Command::Decline { reason, next_date, next: next_step(next)? };
            Ok((Author::Receiver, command, Texts::of(text)))
        }
        Body::Waitlist { until } => receiver(Command::Waitlist { until }),
        Body::Schedule { time, mode, text } => {
            let mode = strict(MeetingMode::from_code(&mode), "mode")?;
            Ok((Author::Receiver, Command::Schedule { time, mode }, Texts::of(text)))
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
        Body::Confirm {} => sender(Command::Confirm),
        Body::Feedback { helped, via } => feedback(&helped, &via, side),
        Body::Cancel { reason } => {
            let reason = strict(CancelReason::from_code(&reason), "reason")?;
            sender(Command::Cancel(reason))
        }
        Body::StepDown { reason, next, text } => {
            let reason = strict(StepDownReason::from_code(&reason), "reason")?;
            let next = match next_step(next)? {
                NextStep::BackToSender { .. } => return Err(ApiProblem::Invalid("next.kind")),
                next => next,
            };
            let command = Command::StepDown { reason, next };
            Ok((Author::Receiver, command, Texts::of(text)))
        }
        Body::Resume {} => receiver(Command::Resume),
        Body::ConfirmCancellation { told } => receiver(Command::ConfirmCancellation { told }),
        Body::RequestReview { facts } => {
            let facts = each(&facts, AddedFact::from_code, "facts")?;
            strict((!facts.is_empty()).then_some(()), "facts")?;
            sender(Command::RequestReview { facts })
        }
        Body::MarkMistaken { reason } => {
            let reason = strict(MistakeReason::from_code(&reason), "reason")?;
            sender(Command::MarkMistaken(reason))
        }
        Body::CallConference { reason, speaker } => {
            let reason = ConferenceReason::from_code(&reason);
            // That a request goes round, the node says by itself.
            let reason = reason.filter(|reason| *reason != ConferenceReason::Loop);
            let reason = strict(reason, "reason")?;
            Ok((side, Command::CallConference(reason), named(speaker)?))
        }
        Body::JoinConference { speaker } => Ok((side, Command::JoinConference, named(speaker)?)),
        Body::EndConference { verdict, text } => {
            Ok((side, Command::EndConference(end(verdict)?), Texts::of(text)))
        }
        Body::TakeBack { what } => {
            let scope = taken_back(&what)?;
            Ok((Author::Person, Command::Withdraw(scope), Texts::default()))
        }
        Body::Withdraw { everything } => {
            let scope = match everything {
                true => WithdrawalScope::Pathway,
                false => WithdrawalScope::Referral,
            };
            Ok((Author::Person, Command::Withdraw(scope), Texts::default()))
        }
    }
}

/// Reads what she takes back while help goes on.
pub(super) fn taken_back(what: &str) -> Result<WithdrawalScope, ApiProblem> {
    Ok(match what {
        "feedback" => WithdrawalScope::Feedback,
        "statistics" => WithdrawalScope::Statistics,
        item => WithdrawalScope::Item { item: strict(Category::from_code(item), "what")? },
    })
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
    Ok((Author::Person, command, Texts::default()))
}

fn named(Speaker { name, function, phone }: Speaker) -> Result<Texts, ApiProblem> {
    let [name, function, phone] = [name, function, phone].map(Private::into_revealed);
    for (text, field) in [(&name, "speaker.name"), (&phone, "speaker.phone")] {
        strict((!text.trim().is_empty()).then_some(()), field)?;
    }
    let speaker = Professional { name, function, phone };
    Ok(Texts { speaker: Some(speaker.into()), ..Texts::default() })
}

fn end(verdict: Verdict) -> Result<ConferenceEnd, ApiProblem> {
    Ok(match verdict {
        Verdict::Plan { by: Author::Person, .. } => {
            return Err(ApiProblem::Invalid("verdict.by"));
        }
        Verdict::Plan { act, by, before } => ConferenceEnd::Plan {
            act: strict(PlanAct::from_code(&act), "verdict.act")?,
            by,
            before,
        },
        Verdict::None { reason } => {
            let reason = strict(DeclineReason::from_code(&reason), "verdict.reason")?;
            ConferenceEnd::NoSolution { reason }
        }
    })
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
