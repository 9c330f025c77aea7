//! Calls to peers: one signed request at a time, with limits, without redirections.

use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use maillage_protocol::httpsig::{
    CONTENT_DIGEST, FROM, Nonce, Request, SIGNATURE, SIGNATURE_INPUT, SignatureHeaders, TO,
};
use maillage_protocol::id::NodeId;
use maillage_protocol::keys::PrivateKey;
use maillage_protocol::limits;
use maillage_protocol::time::Timestamp;
use maillage_protocol::transport::{BASE, Problem};
use reqwest::header::{DATE, RETRY_AFTER};
use reqwest::{Method, StatusCode, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::address::{AddressPolicy, CheckedNames, NotAllowed, PeerUrl};
use crate::env::{Env, random};

const CONNECT: Duration = Duration::from_secs(10);
const TOTAL: Duration = Duration::from_secs(30);
const TOTAL_LONG_POLL: Duration = Duration::from_secs(45);
/// How long a connection is kept for the next request: less than servers do, ours for five seconds. A
/// request sent to one that is just being closed is lost.
const IDLE: Duration = Duration::from_secs(3);
/// Bytes of an answer beyond which it is no longer read: the largest batch, and what is around.
const ANSWER: usize = 2 * limits::REQUEST;

/// What this node calls its peers with.
pub struct Client {
    http: reqwest::Client,
    policy: AddressPolicy,
    env: Arc<dyn Env>,
}

/// Who calls, and whom.
pub struct Parties<'a> {
    /// This node.
    pub us: NodeId,
    /// The key that signs its requests.
    pub key: &'a PrivateKey,
    /// The other one.
    pub peer: NodeId,
    /// Where it is.
    pub url: &'a PeerUrl,
}

/// What a peer answered.
#[derive(Debug)]
pub struct Answer<T> {
    /// The nonce of our request, to be found again in what the peer signed.
    pub nonce: String,
    /// The time by its clock, if it says so.
    pub time: Option<Timestamp>,
    /// What it said.
    pub said: T,
}

/// Why a peer did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// It could not be reached, or a proxy on the way said so.
    #[error("the peer cannot be reached")]
    Unreachable(#[source] Option<reqwest::Error>),
    /// Its address is not one that this node may call.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// It asks us to come back later.
    #[error("the peer asks to come back later")]
    Busy(Duration),
    /// It says why not.
    #[error("the peer refuses: {}", .0.code)]
    Problem(Box<Problem>),
    /// It says something that makes no sense.
    #[error("the peer's answer makes no sense")]
    Nonsense,
}

impl Client {
    /// Makes a client. `roots` are certificates to trust besides those of the system.
    pub fn new(
        env: Arc<dyn Env>,
        policy: AddressPolicy,
        roots: Vec<reqwest::Certificate>,
    ) -> Result<Self, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .pool_max_idle_per_host(2)
            .pool_idle_timeout(IDLE)
            .user_agent(concat!("maillage/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(CheckedNames(policy.clone())));
        if !roots.is_empty() {
            builder = builder.tls_certs_merge(roots);
        }
        Ok(Self { http: builder.build()?, policy, env })
    }

    /// Reads something that anybody may read: `path` is complete.
    pub async fn read_public<T: DeserializeOwned>(
        &self,
        url: &PeerUrl,
        path: &str,
    ) -> Result<T, CallError> {
        self.check(url)?;
        let request = self.http.get(format!("{url}{path}")).timeout(TOTAL);
        let body = receive(request.send().await.map_err(unreachable)?).await?;
        serde_json::from_slice(&body).map_err(|_| CallError::Nonsense)
    }

    /// Asks a peer for something. `wait` is for a long-poll.
    pub async fn get<T: DeserializeOwned>(
        &self,
        parties: &Parties<'_>,
        path: &str,
        query: &str,
        wait: bool,
    ) -> Result<Answer<T>, CallError> {
        let timeout = if wait { TOTAL_LONG_POLL } else { TOTAL };
        self.call(parties, Method::GET, (path, query), Vec::new(), timeout).await
    }

    /// Gives a peer something.
    pub async fn post<T: DeserializeOwned>(
        &self,
        parties: &Parties<'_>,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Answer<T>, CallError> {
        let body = serde_json::to_vec(body).map_err(|_| CallError::Nonsense)?;
        self.call(parties, Method::POST, (path, ""), body, TOTAL).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        parties: &Parties<'_>,
        method: Method,
        (endpoint, query): (&str, &str),
        body: Vec<u8>,
        timeout: Duration,
    ) -> Result<Answer<T>, CallError> {
        let Parties { us, key, peer, url } = parties;
        self.check(url)?;
        let path = format!("{}{BASE}{endpoint}", url.base_path());
        let nonce = Nonce(random(&*self.env));
        let created = self.env.now().0 / 1_000;
        let signed = Request { method: method.as_str(), path: &path, query };
        let headers = SignatureHeaders::sign(key, (*us, *peer), &signed, &body, (created, nonce));

        let question = if query.is_empty() { "" } else { "?" };
        let address = format!("{url}{BASE}{endpoint}{question}{query}");
        let request = self
            .http
            .request(method, address)
            .timeout(timeout)
            .header(FROM, headers.from)
            .header(TO, headers.to)
            .header(CONTENT_DIGEST, headers.content_digest)
            .header(SIGNATURE_INPUT, headers.signature_input)
            .header(SIGNATURE, headers.signature)
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .body(body);
        let answer = request.send().await.map_err(unreachable)?;
        let time = answer.headers().get(DATE).and_then(|date| read_date(date.to_str().ok()?));
        let answer = receive(answer).await?;
        let answer = if answer.is_empty() { b"null".to_vec() } else { answer };
        let said = serde_json::from_slice(&answer).map_err(|_| CallError::Nonsense)?;
        Ok(Answer { nonce: BASE64URL_NOPAD.encode(&nonce.0), time, said })
    }

    /// A literal address is not resolved, so it is checked here.
    fn check(&self, url: &PeerUrl) -> Result<(), CallError> {
        url.literal().map_or(Ok(()), |address| self.policy.check(address)).map_err(Into::into)
    }
}

/// Reads the date of an answer (RFC 9110, §5.6.7: the one form that is still written).
fn read_date(text: &str) -> Option<Timestamp> {
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    u64::try_from(date.as_millisecond()).ok().map(Timestamp)
}

fn unreachable(error: reqwest::Error) -> CallError {
    CallError::Unreachable(Some(error.without_url()))
}

/// Reads an answer to its end or to the limit, whichever comes first.
async fn receive(mut answer: reqwest::Response) -> Result<Vec<u8>, CallError> {
    let status = answer.status();
    let later =
        answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > ANSWER {
            return Err(CallError::Nonsense);
        }
        body.extend_from_slice(&chunk);
    }
    if status.is_success() {
        return Ok(body);
    }
    match (status, later.map(Duration::from_secs)) {
        (StatusCode::TOO_MANY_REQUESTS, later) => {
            Err(CallError::Busy(later.unwrap_or(Duration::from_secs(60))))
        }
        (StatusCode::SERVICE_UNAVAILABLE, Some(later)) => Err(CallError::Busy(later)),
        (
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT,
            None,
        ) => Err(CallError::Unreachable(None)),
        _ => match serde_json::from_slice(&body) {
            Ok(problem) => Err(CallError::Problem(Box::new(problem))),
            // A proxy, a captive portal, a page: not our peer's word.
            Err(_) => Err(CallError::Unreachable(None)),
        },
    }
}
