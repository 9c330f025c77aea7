//! Answering an invitation means calling another node: the doors that people use ask for it here,
//! the door that peers use does it.

use std::pin::Pin;

use super::LinkError;

/// What calls the node of an invitation.
pub trait Joins: Send + Sync {
    /// Answers an invitation. Returns the six digits that two humans compare.
    fn join<'a>(&'a self, text: &'a str) -> Joining<'a>;
}

/// An invitation that is being answered.
pub type Joining<'a> = Pin<Box<dyn Future<Output = Result<String, JoinFailure>> + 'a>>;

/// Why an invitation could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum JoinFailure {
    /// The text is not an invitation.
    #[error("the text is not an invitation")]
    Unreadable,
    /// The other node did not answer, or refused.
    #[error("the other node did not answer as it should")]
    NoAnswer,
    /// The link cannot be made.
    #[error(transparent)]
    Link(#[from] LinkError),
}
