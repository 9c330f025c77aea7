//! What the node says of itself to whoever runs it: one line of JSON per event.
//!
//! A line holds identifiers, kinds and sizes, never what a person said or who she is. There is no
//! log file: the system that runs us keeps the lines, for as long as its rules say.

use std::error::Error;
use std::fmt;
use std::io;
use std::panic;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

/// The variable that says what is logged: `info`, or `warn,maillage_node::federation=debug`.
pub const VARIABLE: &str = "MAILLAGE_LOG";

/// Where lines go, and how much is said unless [`VARIABLE`] says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The system that runs a server: everything of interest, on standard output.
    System,
    /// Whoever typed a command: what went wrong, beside its result.
    Person,
}

impl Audience {
    const fn level(self) -> &'static str {
        match self {
            // What libraries tell at `info` is theirs, and may hold an address.
            Self::System => "warn,maillage=info,maillage_node=info",
            Self::Person => "error",
        }
    }

    fn writer(self) -> BoxMakeWriter {
        match self {
            Self::System => BoxMakeWriter::new(io::stdout),
            Self::Person => BoxMakeWriter::new(io::stderr),
        }
    }
}

/// The level that was asked for means nothing.
#[derive(Debug, thiserror::Error)]
#[error("{VARIABLE} cannot be read")]
pub struct FilterError(#[from] tracing_subscriber::filter::ParseError);

/// Begins to log, and to log panics. `filter` is what [`VARIABLE`] holds, if it is set.
pub fn start(audience: Audience, filter: Option<&str>) -> Result<(), FilterError> {
    let filter = EnvFilter::builder().parse(filter.unwrap_or(audience.level()))?;
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(true);
    let lines = lines.with_span_list(false).with_env_filter(filter);
    // Somebody else may have begun already, in a test: their lines are as good as ours.
    drop(lines.with_writer(audience.writer()).try_init());
    panic::set_hook(Box::new(|panicked| {
        // Its message may quote what was being read: only the place is said.
        let place = panicked.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(panic.place = place, "a part of the node stopped at {place}");
    }));
    Ok(())
}

/// Shows an error and everything that caused it, on one line.
pub struct Chain<'a>(pub &'a dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_shown_once_and_on_one_line() {
        #[derive(Debug, thiserror::Error)]
        #[error("the journal cannot be read")]
        struct Outer(#[from] io::Error);

        let error = Outer(io::Error::other("disk gone"));
        assert_eq!(Chain(&error).to_string(), "the journal cannot be read: disk gone");
    }

    #[test]
    fn what_is_logged_by_default_can_be_read_and_nonsense_is_refused() {
        for audience in [Audience::System, Audience::Person] {
            EnvFilter::builder().parse(audience.level()).unwrap();
        }
        let error = start(Audience::Person, Some("maillage=loud")).unwrap_err();
        assert!(Chain(&error).to_string().starts_with("MAILLAGE_LOG"), "{error}");
    }
}
