//! What every page is held to, whatever it does: nobody else's page sends our forms, nothing
//! stays in a cache, nothing is loaded from elsewhere.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, ORIGIN,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use maillage_protocol::label::sha256;
use tokio::sync::Semaphore;

use super::errors::PageError;
use super::session;
use crate::caller::subscriber;

/// Bytes of a form. The longest one holds a few hundred words.
pub(super) const LARGEST_FORM: usize = 64 * 1024;

/// Nothing inline, nothing from elsewhere, no frame around us, no form sent elsewhere.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'; object-src 'none'";

/// Lets pass what our own pages send, and says to the browser what it may do with the answer.
pub(super) async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let changes = !request.method().is_safe();
    let ours = &session::settings(request.request()).public_url;
    if changes && !is_from_here(request.headers(), ours) {
        let refused = request.into_response(PageError::OtherSite.error_response());
        return Ok(with_headers(refused.map_into_boxed_body()));
    }
    // What a page refuses is an answer too: nothing behind us fails otherwise.
    Ok(with_headers(next.call(request).await?.map_into_boxed_body()))
}

fn with_headers<B>(mut answer: ServiceResponse<B>) -> ServiceResponse<B> {
    let headers = answer.headers_mut();
    let fixed = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    answer
}

/// Tells whether a request that changes something comes from one of our pages.
///
/// The browser says so itself where it can; older ones name the site, which is compared with the
/// address that the administrator wrote, never with what a proxy may have rewritten.
fn is_from_here(headers: &HeaderMap, public_url: &str) -> bool {
    let said = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    match said(&HeaderName::from_static("sec-fetch-site")) {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => said(&ORIGIN).is_some_and(|origin| origin == origin_of(public_url)),
    }
}

/// Returns the scheme, the host and the port of an address.
fn origin_of(url: &str) -> &str {
    let path = url.find("://").map_or(0, |at| at + 3);
    url[path..].find('/').map_or(url, |end| &url[..path + end])
}

/// How often somebody may try to sign in.
pub struct SignInLimits {
    /// By login, hashed: whether it exists or not.
    logins: DefaultKeyedRateLimiter<[u8; 32]>,
    /// By address, or by the network that one subscriber has.
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    /// Hashing a password takes memory on purpose: two at once.
    hashing: Arc<Semaphore>,
}

/// Tries of one login, then one every half-minute.
const TRIES: NonZeroU32 = NonZeroU32::new(5).unwrap();
/// Tries of one address: a whole office may be behind it.
const TRIES_OF_ADDRESS: NonZeroU32 = NonZeroU32::new(30).unwrap();
/// How many keys are remembered before those that calmed down are forgotten.
const REMEMBERED: usize = 10_000;

impl Default for SignInLimits {
    fn default() -> Self {
        let quota = |period, burst| {
            Quota::with_period(Duration::from_secs(period))
                .expect("a period is not zero")
                .allow_burst(burst)
        };
        Self {
            logins: RateLimiter::keyed(quota(30, TRIES)),
            addresses: RateLimiter::keyed(quota(2, TRIES_OF_ADDRESS)),
            hashing: Arc::new(Semaphore::new(2)),
        }
    }
}

impl SignInLimits {
    /// Counts a try, or says that it is one too many.
    pub(super) fn check(&self, login: &str, address: IpAddr) -> Result<(), PageError> {
        if self.logins.len() + self.addresses.len() > REMEMBERED {
            self.logins.retain_recent();
            self.addresses.retain_recent();
        }
        let login = sha256(login.trim().to_lowercase().as_bytes());
        let checked = match subscriber(address) {
            Some(address) => self.addresses.check_key(&address).map(|_| ()),
            None => Ok(()),
        };
        let checked = checked.and_then(|()| self.logins.check_key(&login).map(|_| ()));
        checked.map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            PageError::TooOften(wait.as_secs() + 1)
        })
    }

    /// Waits for a turn to hash a password.
    pub(super) fn hashing(&self) -> Arc<Semaphore> {
        Arc::clone(&self.hashing)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn headers(said: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        said.iter().map(pair).collect()
    }

    #[test]
    fn only_our_own_pages_send_our_forms() {
        const OURS: &str = "https://maillage.ccas.example";
        for (said, passes) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "none")], true),
            (vec![("sec-fetch-site", "same-site"), ("origin", OURS)], false),
            (vec![("sec-fetch-site", "cross-site"), ("origin", OURS)], false),
            (vec![("origin", OURS)], true),
            (vec![("origin", "https://maillage.ccas.example.evil.example")], false),
            (vec![("origin", "http://maillage.ccas.example")], false),
            (vec![("origin", "null")], false),
            (vec![("host", "maillage.ccas.example")], false),
            (vec![], false),
        ] {
            for url in [OURS.to_owned(), format!("{OURS}/"), format!("{OURS}/chemin")] {
                assert_eq!(is_from_here(&headers(&said), &url), passes, "{said:?} {url}");
            }
        }
    }

    #[test]
    fn a_login_is_tried_five_times_whatever_its_case() {
        let limits = SignInLimits::default();
        for _ in 0..5 {
            assert!(limits.check("nadia@ccas.example", HERE).is_ok());
        }
        let refused = limits.check(" Nadia@CCAS.example", HERE);
        assert!(matches!(refused, Err(PageError::TooOften(1..=31))), "{refused:?}");
        assert!(limits.check("karim@epn.example", HERE).is_ok());
    }

    #[test]
    fn a_network_counts_as_one_and_this_machine_as_nobody() {
        let same: [IpAddr; 2] =
            ["2001:db8:1:2:3::1".parse().unwrap(), "2001:db8:1:2:ffff::9".parse().unwrap()];
        assert_eq!(subscriber(same[0]), subscriber(same[1]));
        assert_ne!(subscriber(same[0]), subscriber("2001:db8:1:3::1".parse().unwrap()));
        assert_eq!(subscriber("127.0.0.1".parse().unwrap()), None);
        assert_eq!(subscriber("::1".parse().unwrap()), None);
        let limits = SignInLimits::default();
        for n in 0..30 {
            assert!(limits.check(&format!("{n}"), same[0]).is_ok());
        }
        assert!(limits.check("another", same[1]).is_err());
    }
}
