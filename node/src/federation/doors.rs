//! What every handler of the federation needs.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use maillage_protocol::id::NodeId;
use maillage_protocol::identity::Identity;
use maillage_protocol::keys::{KeyUse, Kid, PublicKey};
use maillage_protocol::limits;

use super::driver::Drivers;
use super::errors::FederationError;
use super::signature::Nonces;
use crate::app::App;
use crate::env::Env;

/// What every handler of the federation needs.
pub struct Doors {
    /// The node.
    pub app: Arc<App>,
    /// Where the time comes from.
    pub env: Arc<dyn Env>,
    /// Those who deliver to our peers.
    pub drivers: Arc<Drivers>,
    /// What a proxy puts before our paths, as peers see them.
    pub base_path: String,
    pub(super) nonces: Nonces,
    quotas: Quotas,
}

/// How much may come from one place.
pub struct Quotas {
    peer: Option<DefaultKeyedRateLimiter<NodeId>>,
    erasure: DefaultKeyedRateLimiter<NodeId>,
    anonymous: DefaultKeyedRateLimiter<IpAddr>,
    link: DefaultKeyedRateLimiter<IpAddr>,
}

impl Quotas {
    /// Makes the quotas of the protocol. `unlimited` lifts the one of linked peers, for whoever
    /// measures.
    #[must_use]
    pub fn new(unlimited: bool) -> Self {
        let (per_minute, burst) = limits::PEER_REQUESTS;
        let peer = per_minute_of(per_minute).allow_burst(at_least_one(burst));
        Self {
            peer: (!unlimited).then(|| RateLimiter::keyed(peer)),
            erasure: RateLimiter::keyed(per_minute_of(limits::ERASURE_REQUESTS)),
            anonymous: RateLimiter::keyed(per_minute_of(limits::ANONYMOUS_REQUESTS)),
            link: RateLimiter::keyed(per_minute_of(limits::LINK_REQUESTS)),
        }
    }

    /// Forgets those who have not come for a while, so that the quotas stay small.
    pub fn tidy(&self) {
        if let Some(peer) = &self.peer {
            peer.retain_recent();
        }
        self.erasure.retain_recent();
        self.anonymous.retain_recent();
        self.link.retain_recent();
    }
}

fn per_minute_of(count: u32) -> Quota {
    Quota::per_minute(at_least_one(count))
}

fn at_least_one(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

/// How often the quotas are tidied.
pub const TIDY_EVERY: Duration = Duration::from_secs(300);

impl Doors {
    /// Opens the doors of a node.
    #[must_use]
    pub fn new(app: Arc<App>, drivers: Arc<Drivers>, base_path: String, quotas: Quotas) -> Self {
        let env = Arc::clone(app.env());
        let nonces = Nonces::new(env.now());
        Self { app, env, drivers, base_path, nonces, quotas }
    }

    /// Returns the quotas, to whoever tidies them.
    #[must_use]
    pub const fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    /// Counts a request of a peer. Orders to erase have a quota of their own: they wait for
    /// nothing else.
    pub(super) fn quota(&self, peer: &NodeId, path: &str) -> Result<(), FederationError> {
        let quota = if path.ends_with("/erase") {
            Some(&self.quotas.erasure)
        } else {
            self.quotas.peer.as_ref()
        };
        match quota.map(|quota| quota.check_key(peer)) {
            Some(Err(_)) => Err(FederationError::RateLimited),
            Some(Ok(())) | None => Ok(()),
        }
    }

    /// Counts a request of whoever is at an address.
    pub(super) fn anonymous(&self, request: &HttpRequest) -> Result<(), FederationError> {
        limited(&self.quotas.anonymous, request)
    }

    /// Counts an attempt to link.
    pub(super) fn linking(&self, request: &HttpRequest) -> Result<(), FederationError> {
        limited(&self.quotas.link, request)
    }

    /// Returns the key of today with which a node signs its requests, if this is it.
    pub(super) fn auth_key(author: &Identity, kid: Kid) -> Option<PublicKey> {
        let today = author.key(KeyUse::Auth).filter(|key| key.kid() == kid)?;
        PublicKey::register(&today.public).ok()
    }
}

fn limited(
    quota: &DefaultKeyedRateLimiter<IpAddr>,
    request: &HttpRequest,
) -> Result<(), FederationError> {
    let address = request.peer_addr().map(|address| address.ip());
    let address = address.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), neighbourhood);
    quota.check_key(&address).map_err(|_| FederationError::RateLimited)
}

/// Returns what one subscriber may have: an address of version 4, a network of version 6.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(network))
        }
        address @ IpAddr::V4(_) => address,
    }
}
