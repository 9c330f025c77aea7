//! Some acts of people mean calling other nodes: the doors that people use ask for it here, the door
//! that peers use does it.

use std::pin::Pin;

use maillage_protocol::consent::PersonalCode;
use maillage_protocol::id::{NodeId, ReferralId};
use maillage_protocol::transport::TrailAnswer;

use super::LinkError;

/// What calls other nodes.
pub trait Calls: Send + Sync {
    /// Answers an invitation. Returns the six digits that two humans compare.
    fn join<'a>(&'a self, text: &'a str) -> Joining<'a>;

    /// Asks the partners which of them issued a personal code, without showing it to anybody. Whoever
    /// says so proves it.
    fn search<'a>(&'a self, code: &'a PersonalCode) -> Searching<'a>;

    /// Asks a partner when a referral was opened there. `None` if it does not answer.
    fn openings<'a>(&'a self, peer: NodeId, referral: ReferralId) -> Asking<'a>;
}

/// A partner that is asked who opened something.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Option<TrailAnswer>> + 'a>>;

/// An invitation that is being answered.
pub type Joining<'a> = Pin<Box<dyn Future<Output = Result<String, JoinFailure>> + 'a>>;

/// A code that is being looked for.
pub type Searching<'a> = Pin<Box<dyn Future<Output = Search> + 'a>>;

/// What partners say of a code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Who issued it.
    pub issuer: Option<NodeId>,
    /// How many did not answer in time.
    pub silent: usize,
}

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
