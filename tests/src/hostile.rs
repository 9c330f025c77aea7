//! A peer that can sign anything.

use maillage_node::control::{Answer, Order};
use maillage_node::env::{Env, SystemEnv, random};
use maillage_protocol::httpsig::{
    CONTENT_DIGEST, FROM, Nonce, Request, SIGNATURE, SIGNATURE_INPUT, SignatureHeaders, TO,
};
use maillage_protocol::id::NodeId;
use maillage_protocol::identity::{Genesis, Identity, IdentityKey, Organization, SignedIdentity};
use maillage_protocol::keys::{KeyUse, PrivateKey};
use maillage_protocol::link::{Invitation, LinkProof, Linking};
use maillage_protocol::time::Timestamp;
use maillage_protocol::transport::LinkRequest;
use reqwest::Method;
use reqwest::blocking::{Client, Response};

use crate::node::Node;

/// A node that exists on paper only, linked with a real one, and signs whatever it is told to.
pub struct Hostile {
    /// Its name.
    pub id: NodeId,
    /// What it signs events with.
    pub sig: PrivateKey,
    auth: PrivateKey,
    victim: NodeId,
    url: String,
    http: Client,
}

impl Hostile {
    /// Links with a real node, through a real invitation.
    #[must_use]
    pub fn linked(victim: &Node) -> Self {
        let env = SystemEnv::default();
        let [sig, auth, wit, paper] = [(); 4].map(|()| PrivateKey::from_seed(&random(&env)));
        let public =
            |key_use, key: &PrivateKey| IdentityKey { key_use, public: key.public().to_bytes() };
        let genesis = Genesis {
            name: "Un pair douteux".to_owned(),
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
        let Answer::Invitation { text, .. } = victim.order(&Order::Invite) else {
            panic!("no invitation")
        };
        let invitation: Invitation = text.reveal().parse().expect("an invitation is read back");
        let http = Client::builder().no_proxy().build().expect("a plain client");
        let url = victim.url.clone();
        let hostile = Self { id: identity.node(), sig, auth, victim: victim.id, url, http };
        hostile.join(victim, &identity, log, &invitation);
        hostile
    }

    fn join(
        &self,
        victim: &Node,
        identity: &Identity,
        log: Vec<SignedIdentity>,
        invitation: &Invitation,
    ) {
        let read = self.http.get(format!("{}/fed/v1/identity", self.url)).send();
        let read: maillage_protocol::transport::IdentityLog =
            read.expect("the victim answers").json().expect("its identity is JSON");
        let host = Identity::read(&read.log).expect("its identity is good");
        let nonce = random(&SystemEnv::default());
        let linking = Linking {
            host: victim.id,
            guest: self.id,
            host_identity: host.last().1,
            guest_identity: identity.last().1,
            host_nonce: [0; 16],
            guest_nonce: nonce,
        };
        let LinkProof(mac) = invitation.secret.guest_proof(&linking);
        let request = LinkRequest { identity: log, inv: victim.id, mac, nonce };
        let body = serde_json::to_vec(&request).expect("plain data");
        let answer = self.send(Method::POST, "/link", "", &body);
        assert_eq!(answer.status().as_u16(), 202, "{:?}", answer.text());
        assert!(matches!(victim.order(&Order::Approve { node: self.id }), Answer::Done));
    }

    /// Sends a request that is signed as it must be, whatever its body.
    #[must_use]
    pub fn send(&self, method: Method, path: &str, query: &str, body: &[u8]) -> Response {
        let env = SystemEnv::default();
        let Timestamp(now) = env.now();
        let full = format!("/fed/v1{path}");
        let request = Request { method: method.as_str(), path: &full, query };
        let parties = (self.id, self.victim);
        let fresh = (now / 1_000, Nonce(random(&env)));
        let headers = SignatureHeaders::sign(&self.auth, parties, &request, body, fresh);
        let question = if query.is_empty() { "" } else { "?" };
        let request = self
            .http
            .request(method, format!("{}{full}{question}{query}", self.url))
            .header(FROM, headers.from)
            .header(TO, headers.to)
            .header(CONTENT_DIGEST, headers.content_digest)
            .header(SIGNATURE_INPUT, headers.signature_input)
            .header(SIGNATURE, headers.signature);
        request.body(body.to_vec()).send().expect("the victim answers")
    }
}
