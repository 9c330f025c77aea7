//! A node that exists on paper only: it has keys and a link, and signs whatever it is told to.

use maillage_node::control::{Answer, Order};
use maillage_node::env::{Env, SystemEnv, random};
use maillage_protocol::control::Control;
use maillage_protocol::event::WireEvent;
use maillage_protocol::httpsig::{
    CONTENT_DIGEST, FROM, Nonce, Request, SIGNATURE, SIGNATURE_INPUT, SignatureHeaders, TO,
};
use maillage_protocol::id::NodeId;
use maillage_protocol::identity::{Genesis, Identity, IdentityKey, Organization, SignedIdentity};
use maillage_protocol::keys::{KeyUse, PrivateKey};
use maillage_protocol::link::{Invitation, LinkProof, Linking};
use maillage_protocol::time::Timestamp;
use maillage_protocol::transport::{EventBatch, IdentityLog, LinkRequest, PullAnswer};
use reqwest::Method;
use reqwest::blocking::{Client, Response};
use serde_json::Value;

use crate::channel::PaperChannel;
use crate::node::Node;

/// A peer of a real node, linked as any other, without a process of its own.
pub struct PaperPeer {
    /// Its name.
    pub id: NodeId,
    sig: PrivateKey,
    auth: PrivateKey,
    host: Identity,
    url: String,
    http: Client,
}

impl PaperPeer {
    /// Links with a real node, through a real invitation.
    #[must_use]
    pub fn linked(host: &Node) -> Self {
        let env = SystemEnv::default();
        let [sig, auth, wit, paper] = [(); 4].map(|()| PrivateKey::from_seed(&random(&env)));
        let public =
            |key_use, key: &PrivateKey| IdentityKey { key_use, public: key.public().to_bytes() };
        let genesis = Genesis {
            name: "Un pair de papier".to_owned(),
            urls: vec!["http://127.0.0.1:9".to_owned()],
            keys: vec![
                public(KeyUse::Sig, &sig),
                public(KeyUse::Auth, &auth),
                public(KeyUse::Wit, &wit),
                IdentityKey { key_use: KeyUse::Kem, public: random(&env) },
            ],
            next: vec![Genesis::commit(&paper)],
            organization: Organization::default(),
        };
        let log = vec![SignedIdentity::genesis(&genesis, env.now(), &[&sig, &auth, &wit])];
        let identity = Identity::read(&log).expect("its own identity is good");
        let http = Client::builder().no_proxy().build().expect("a plain client");
        let url = host.url.clone();
        let peer = Self { id: identity.node(), sig, auth, host: met(&http, &url), url, http };
        peer.join(host, &identity, log);
        peer
    }

    fn join(&self, host: &Node, identity: &Identity, log: Vec<SignedIdentity>) {
        let Answer::Invitation { text, .. } = host.order(&Order::Invite) else {
            panic!("no invitation")
        };
        let invitation: Invitation = text.reveal().parse().expect("an invitation is read back");
        let nonce = random(&SystemEnv::default());
        let linking = Linking {
            host: host.id,
            guest: self.id,
            host_identity: self.host.last().1,
            guest_identity: identity.last().1,
            host_nonce: [0; 16],
            guest_nonce: nonce,
        };
        let LinkProof(mac) = invitation.secret.guest_proof(&linking);
        let request = LinkRequest { identity: log, inv: host.id, mac, nonce };
        let body = serde_json::to_vec(&request).expect("plain data");
        let answer = self.send(Method::POST, "/link", "", &body);
        assert_eq!(answer.status().as_u16(), 202, "{:?}", answer.text());
        assert!(matches!(host.order(&Order::Approve { node: self.id }), Answer::Done));
    }

    /// Returns what writes good events in the channel of this peer.
    #[must_use]
    pub fn channel(&self) -> PaperChannel {
        let kem = self.host.key(KeyUse::Kem).expect("a node can be written to");
        PaperChannel::new((self.id, self.sig.clone()), (self.host.node(), kem.public))
    }

    /// Signs a request as it must be, whatever its body.
    #[must_use]
    pub fn sign(&self, method: &Method, path: &str, query: &str, body: &[u8]) -> SignatureHeaders {
        let env = SystemEnv::default();
        let Timestamp(now) = env.now();
        let request = Request { method: method.as_str(), path, query };
        let parties = (self.id, self.host.node());
        let fresh = (now / 1_000, Nonce(random(&env)));
        SignatureHeaders::sign(&self.auth, parties, &request, body, fresh)
    }

    /// Hands events over, and returns what is answered about each.
    #[must_use]
    #[track_caller]
    pub fn push(&self, events: &[WireEvent]) -> Value {
        let batch = EventBatch { events: events.to_vec() };
        let body = serde_json::to_vec(&batch).expect("plain data");
        let answer = self.send(Method::POST, "/events", "", &body);
        assert_eq!(answer.status(), 200, "{:?}", answer.text());
        answer.json().expect("results")
    }

    /// Fetches what the node says about the channel.
    #[must_use]
    pub fn fetch_controls(&self) -> Vec<Control> {
        let answer = self.send(Method::GET, "/events", "ep=1&after=0", b"");
        let answer: PullAnswer = answer.json().expect("events");
        let bodies = answer.events.into_iter().filter_map(|event| event.body);
        bodies.filter_map(|body| Control::read(&body.0).ok()).collect()
    }

    /// Sends a request that is signed as it must be, whatever its body.
    #[must_use]
    pub fn send(&self, method: Method, path: &str, query: &str, body: &[u8]) -> Response {
        let path = format!("/fed/v1{path}");
        let headers = self.sign(&method, &path, query, body);
        let question = if query.is_empty() { "" } else { "?" };
        let request = self
            .http
            .request(method, format!("{}{path}{question}{query}", self.url))
            .header(FROM, headers.from)
            .header(TO, headers.to)
            .header(CONTENT_DIGEST, headers.content_digest)
            .header(SIGNATURE_INPUT, headers.signature_input)
            .header(SIGNATURE, headers.signature);
        request.body(body.to_vec()).send().expect("the node answers")
    }
}

/// Reads who answers at an address.
pub(crate) fn met(http: &Client, url: &str) -> Identity {
    let read = http.get(format!("{url}/fed/v1/identity")).send().expect("the node answers");
    let read: IdentityLog = read.json().expect("its identity is JSON");
    Identity::read(&read.log).expect("its identity is good")
}
