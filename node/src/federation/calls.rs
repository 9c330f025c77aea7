//! The calls that people ask for: an invitation to answer, a code to look for.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use maillage_protocol::consent::PersonalCode;
use maillage_protocol::id::{NodeId, ReferralId};
use maillage_protocol::limits;
use maillage_protocol::transport::{TrailAnswer, TrailRequest, WithdrawalAnswer, WithdrawalLookup};
use tokio::time::timeout;

use super::client::{CallError, Client, Parties};
use super::join::join;
use crate::app::{App, Asking, Calls, Joining, Search, Searching};
use crate::telemetry::Chain;

/// How long somebody waits at a desk for the answer of a partner.
const PATIENCE: Duration = Duration::from_secs(5);

/// Calls other nodes, for pages.
pub struct Calling {
    app: Arc<App>,
    client: Arc<Client>,
}

impl Calling {
    /// Makes ready to call.
    #[must_use]
    pub const fn new(app: Arc<App>, client: Arc<Client>) -> Self {
        Self { app, client }
    }

    /// Tells whether a peer issued a code, and proves it.
    async fn issued(&self, peer: NodeId, code: &PersonalCode) -> Result<bool, CallError> {
        let url = self.app.peer_url(peer).ok_or(CallError::Unreachable(None))?;
        let (us, key) = (self.app.node(), self.app.auth_key());
        let parties = Parties { us, key: &key, peer, url: &url };
        let asked = WithdrawalLookup { lookup: code.lookup().0 };
        let answer = self.client.post::<WithdrawalAnswer>(&parties, "/withdrawal", &asked).await?;
        let proved = |(consent, said)| code.commitment(consent) == said;
        Ok(answer.said.known && answer.said.proof.is_some_and(proved))
    }

    /// Asks a peer when a referral was opened there.
    async fn trail(&self, peer: NodeId, referral: ReferralId) -> Result<TrailAnswer, CallError> {
        let url = self.app.peer_url(peer).ok_or(CallError::Unreachable(None))?;
        let (us, key) = (self.app.node(), self.app.auth_key());
        let parties = Parties { us, key: &key, peer, url: &url };
        let answer =
            self.client.post::<TrailAnswer>(&parties, "/trail", &TrailRequest { referral }).await?;
        let mut said = answer.said;
        said.openings.truncate(limits::TRAIL_OPENINGS);
        Ok(said)
    }
}

impl Calls for Calling {
    fn join<'a>(&'a self, text: &'a str) -> Joining<'a> {
        Box::pin(async move { Ok(join(&self.app, &self.client, text).await?) })
    }

    fn openings<'a>(&'a self, peer: NodeId, referral: ReferralId) -> Asking<'a> {
        Box::pin(async move {
            match timeout(PATIENCE, self.trail(peer, referral)).await {
                Ok(Ok(said)) => Some(said),
                Ok(Err(error)) => {
                    tracing::info!(%peer, error = %Chain(&error), "a trail was not told");
                    None
                }
                Err(_) => None,
            }
        })
    }

    fn search<'a>(&'a self, code: &'a PersonalCode) -> Searching<'a> {
        Box::pin(async move {
            let asked = self.app.active_peers().into_iter().map(|peer| async move {
                match timeout(PATIENCE, self.issued(peer, code)).await {
                    Ok(Ok(issued)) => Some((peer, issued)),
                    Ok(Err(error)) => {
                        tracing::info!(%peer, error = %Chain(&error), "a code was not looked for");
                        None
                    }
                    Err(_) => None,
                }
            });
            let answers = join_all(asked).await;
            Search {
                issuer: answers.iter().flatten().find(|(_, issued)| *issued).map(|(peer, _)| *peer),
                silent: answers.iter().filter(|answer| answer.is_none()).count(),
            }
        })
    }
}
