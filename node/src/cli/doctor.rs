//! `maillage doctor`: what could go wrong tomorrow, and what to do about it today.
//!
//! Each check is one sentence and one remedy, the worst first. No name, no peer.

mod machine;

use serde::Serialize;

use super::{Context, Exit, VerbError};

/// Nothing but the flags of every verb.
#[derive(Debug, clap::Args)]
pub(super) struct Args;

/// How bad it is. The worst comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
enum State {
    /// Something does not work, or is not safe.
    #[serde(rename = "ERREUR")]
    Wrong,
    /// Something will go wrong one day.
    #[serde(rename = "ATTENTION")]
    Careful,
    /// Nothing to do.
    #[serde(rename = "OK")]
    Fine,
}

/// What was looked at, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Check {
    state: State,
    /// What was looked at.
    subject: &'static str,
    /// What was seen, in one sentence.
    seen: String,
    /// What to do, unless there is nothing to do.
    remedy: Option<String>,
}

impl Check {
    fn fine(subject: &'static str, seen: impl Into<String>) -> Self {
        Self { state: State::Fine, subject, seen: seen.into(), remedy: None }
    }

    fn careful(subject: &'static str, seen: impl Into<String>, remedy: &str) -> Self {
        let (seen, remedy) = (seen.into(), Some(remedy.to_owned()));
        Self { state: State::Careful, subject, seen, remedy }
    }

    fn wrong(subject: &'static str, seen: impl Into<String>, remedy: &str) -> Self {
        Self { state: State::Wrong, ..Self::careful(subject, seen, remedy) }
    }
}

pub(super) fn run(_: Args, context: &Context) -> Result<(), VerbError> {
    let mut checks = machine::checks(context);
    checks.sort_by_key(|check| check.state);
    if context.options.json {
        context.say_json(&checks)?;
    } else {
        checks.iter().try_for_each(|check| tell(check, context))?;
    }
    match checks.first().map(|check| check.state) {
        Some(State::Wrong) => Err(VerbError::silent(Exit::Data)),
        Some(State::Careful | State::Fine) | None => Ok(()),
    }
}

fn tell(check: &Check, context: &Context) -> Result<(), VerbError> {
    let state = match check.state {
        State::Wrong => "ERREUR   ",
        State::Careful => "ATTENTION",
        State::Fine => "OK       ",
    };
    context.say(format!("{state}  {} : {}", check.subject, check.seen))?;
    match &check.remedy {
        Some(remedy) => context.say(format!("           → {remedy}")),
        None => Ok(()),
    }
}
