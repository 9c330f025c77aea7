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
use crate::caller::caller;
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
    unlimited: bool,
    peer: DefaultKeyedRateLimiter<NodeId>,
    events: DefaultKeyedRateLimiter<NodeId>,
    erasure: DefaultKeyedRateLimiter<NodeId>,
    anonymous: DefaultKeyedRateLimiter<IpAddr>,
    link: DefaultKeyedRateLimiter<IpAddr>,
}

impl Quotas {
    /// Makes the quotas of the protocol. `unlimited` lifts them, for whoever measures.
    #[must_use]
    pub fn new(unlimited: bool) -> Self {
        let (per_minute, requests) = limits::PEER_REQUESTS;
        let (per_hour, events) = limits::PEER_EVENTS;
        let peer = per_minute_of(per_minute).allow_burst(at_least_one(requests));
        let events = Quota::per_hour(at_least_one(per_hour)).allow_burst(at_least_one(events));
        Self {
            unlimited,
            peer: RateLimiter::keyed(peer),
            events: RateLimiter::keyed(events),
            erasure: RateLimiter::keyed(per_minute_of(limits::ERASURE_REQUESTS)),
            anonymous: RateLimiter::keyed(per_minute_of(limits::ANONYMOUS_REQUESTS)),
            link: RateLimiter::keyed(per_minute_of(limits::LINK_REQUESTS)),
        }
    }

    fn tidy(&self) {
        self.peer.retain_recent();
        self.events.retain_recent();
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

/// How often the doors are tidied.
pub const TIDY_EVERY: Duration = Duration::from_secs(300);

impl Doors {
    /// Opens the doors of a node.
    #[must_use]
    pub fn new(app: Arc<App>, drivers: Arc<Drivers>, base_path: String, quotas: Quotas) -> Self {
        let env = Arc::clone(app.env());
        let nonces = Nonces::new(env.now());
        Self { app, env, drivers, base_path, nonces, quotas }
    }

    /// Forgets those who have not come for a while, so that what is counted stays small.
    pub fn tidy(&self) {
        self.quotas.tidy();
        self.nonces.tidy(self.env.now());
    }

    /// Counts a request of a peer. Orders to erase have a quota of their own: they wait for
    /// nothing else.
    pub(super) fn quota(&self, peer: &NodeId, path: &str) -> Result<(), FederationError> {
        let Quotas { peer: requests, erasure, .. } = &self.quotas;
        let quota = if path.ends_with("/erase") { erasure } else { requests };
        self.within(|| quota.check_key(peer).is_ok())
    }

    /// Counts the events that a peer sends, before any of them is looked at.
    pub(super) fn events(&self, peer: &NodeId, count: usize) -> Result<(), FederationError> {
        let count = u32::try_from(count).ok().and_then(NonZeroU32::new);
        let Some(count) = count else { return Ok(()) };
        self.within(|| matches!(self.quotas.events.check_key_n(peer, count), Ok(Ok(()))))
    }

    /// Counts a request of whoever is at an address.
    pub(super) fn anonymous(&self, request: &HttpRequest) -> Result<(), FederationError> {
        let caller = neighbourhood(caller(request));
        self.within(|| self.quotas.anonymous.check_key(&caller).is_ok())
    }

    /// Counts an attempt to link.
    pub(super) fn linking(&self, request: &HttpRequest) -> Result<(), FederationError> {
        let caller = neighbourhood(caller(request));
        self.within(|| self.quotas.link.check_key(&caller).is_ok())
    }

    fn within(&self, count: impl FnOnce() -> bool) -> Result<(), FederationError> {
        if self.quotas.unlimited || count() { Ok(()) } else { Err(FederationError::RateLimited) }
    }

    /// Returns the key of today with which a node signs its requests, if this is it.
    pub(super) fn auth_key(author: &Identity, kid: Kid) -> Option<PublicKey> {
        let is_of_today = author.key(KeyUse::Auth).is_some_and(|key| key.kid() == kid);
        author.signing_key(kid, KeyUse::Auth).filter(|_| is_of_today)
    }
}

/// Returns what one subscriber may have: an address of version 4, a network of version 6.
fn neighbourhood(caller: IpAddr) -> IpAddr {
    match caller {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(network))
        }
        IpAddr::V4(_) => caller,
    }
}
