//! As a guest: answers an invitation, from its text to the six digits.

use maillage_protocol::link::{Invitation, UnreadableInvitation};
use maillage_protocol::transport::{BASE, IdentityLog, LinkAnswer};

use super::address::PeerUrl;
use super::client::{CallError, Client, Parties};
use crate::app::{App, JoinFailure, LinkError};
use crate::telemetry::Chain;

/// Why an invitation could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The text is not an invitation.
    #[error(transparent)]
    Unreadable(#[from] UnreadableInvitation),
    /// The other node did not answer, or refused.
    #[error("the other node did not answer as it should")]
    Call(#[from] CallError),
    /// The link cannot be made.
    #[error(transparent)]
    Link(#[from] LinkError),
}

/// Answers an invitation. Returns the six digits that two humans compare.
pub async fn join(app: &App, client: &Client, text: &str) -> Result<String, JoinError> {
    let invitation: Invitation = text.parse()?;
    let url: PeerUrl = invitation.url.parse().map_err(|_| LinkError::WrongUrl)?;
    let read: IdentityLog = client.read_public(&url, &format!("{BASE}/identity")).await?;
    let prepared = app.prepare_link(invitation, read.log)?;
    let (us, key) = (app.node(), app.auth_key());
    let parties = Parties { us, key: &key, peer: prepared.host, url: &url };
    let answer = client.post::<LinkAnswer>(&parties, "/link", &prepared.request).await?;
    Ok(app.finish_link(prepared, &answer.said)?)
}

impl From<JoinError> for JoinFailure {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::Unreadable(_) => Self::Unreadable,
            JoinError::Call(failure) => {
                tracing::info!("the node of an invitation did not answer: {}", Chain(&failure));
                Self::NoAnswer
            }
            JoinError::Link(error) => Self::Link(error),
        }
    }
}
