//! Two nodes that are linked: a CCAS that refers, an EPN that answers.

use std::process::{Command, Stdio};

use maillage_node::control::{Answer, Order};
use maillage_node::env::{Env, SystemEnv};
use serde_json::Value;
use tempfile::TempDir;

use crate::node::{CERTIFICATE, Node, free_port};
use crate::proxy::Proxy;
use crate::territory::{both, holds, same};

/// What marks the one person of the tests, so that her bytes can be searched.
pub const FIRST_NAME: &str = "Zephirine-Canari";
/// Her telephone, likewise.
pub const TELEPHONE: &str = "+33698765432";

const CCAS: &str = "CCAS de Brenne";
const EPN: &str = "EPN Le Lavoir";

/// Two nodes that are linked.
pub struct Pair {
    /// Who refers.
    pub ccas: Node,
    /// Who answers.
    pub epn: Node,
    _folder: TempDir,
}

impl Pair {
    /// Starts two nodes and links them as their administrators would.
    #[must_use]
    pub fn linked() -> Self {
        Self::with(&[], &[])
    }

    /// Checks what holds at the end of every scenario, of the referrals between the two.
    #[track_caller]
    pub fn holds(&mut self, referrals: &[&str]) {
        referrals.iter().for_each(|id| self.same(id));
        let referrals: Vec<_> = referrals.iter().map(|id| (*id, 0, 1)).collect();
        holds(&mut [&mut self.ccas, &mut self.epn], &referrals, SystemEnv::default().now());
    }

    /// The same, with settings of each.
    #[must_use]
    pub fn with(ccas: &[(&str, &str)], epn: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ccas = Node::start(&folder.path().join("ccas"), CCAS, ccas);
        let epn = Node::start(&folder.path().join("epn"), EPN, epn);
        Self::link(folder, ccas, epn)
    }

    /// The same, with a network before each that can be made a bad one: the CCAS's, the EPN's.
    #[must_use]
    pub fn apart(seed: u64) -> (Self, [Proxy; 2]) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let start = |name: &str, seed| {
            let listen = format!("127.0.0.1:{}", free_port());
            let proxy = Proxy::before(&listen, seed);
            let folder = folder.path().join(name);
            (Node::start_behind(&folder, name, (&listen, &proxy.url), &[]), proxy)
        };
        let ((ccas, before_ccas), (epn, before_epn)) = (start(CCAS, seed), start(EPN, !seed));
        (Self::link(folder, ccas, epn), [before_ccas, before_epn])
    }

    /// The same, each serving TLS itself, under a certificate that the other one is told to believe.
    #[must_use]
    pub fn over_tls() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name).display().to_string();
        let (certificate, key) = (at("certificate.pem"), at("key.pem"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
            .args(["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"])
            .args(["-addext", "subjectAltName=IP:127.0.0.1"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .args(["-keyout", &key, "-out", &certificate])
            .stderr(Stdio::null())
            .status();
        assert!(made.expect("openssl is installed").success());
        let tls = [(CERTIFICATE, certificate.as_str()), ("MAILLAGE__TLS__KEY", &key)];
        let believing = [tls[0], tls[1], ("MAILLAGE__PEERS__ROOTS", &certificate)];
        let ccas = Node::start(&folder.path().join("ccas"), CCAS, &believing);
        let epn = Node::start(&folder.path().join("epn"), EPN, &believing);
        Self::link(folder, ccas, epn)
    }

    fn link(folder: TempDir, ccas: Node, epn: Node) -> Self {
        ccas.befriend(&epn);
        Self { ccas, epn, _folder: folder }
    }

    /// Tries again at once, on both sides, what waits for the other.
    pub fn try_again(&self) {
        for (node, other) in [(&self.ccas, &self.epn), (&self.epn, &self.ccas)] {
            let done = node.order(&Order::TryAgain { node: other.id });
            assert!(matches!(done, Answer::Done), "{done:?}");
        }
    }

    /// Fails if either node has to warn its administrator about the other.
    #[track_caller]
    pub fn assert_no_alert(&self) {
        for node in [&self.ccas, &self.epn] {
            let Answer::Peers { peers } = node.order(&Order::ListPeers) else {
                panic!("an administrator can list the partners");
            };
            assert_eq!(peers.len(), 1);
            assert!(!peers[0].needs_a_human, "{:?}", peers[0].trouble);
        }
    }

    /// Returns what proposes the marked person.
    #[must_use]
    pub fn proposal(&self) -> Value {
        self.ccas.proposal_to(&self.epn)
    }

    /// Proposes the marked person. `None` if the node did not acknowledge it.
    #[must_use]
    pub fn propose(&self) -> Option<String> {
        self.ccas.propose(&self.proposal())
    }

    /// Says something about a referral. Returns whether it was acknowledged.
    pub fn say(node: &Node, referral: &str, command: &Value) -> bool {
        node.say(referral, command)
    }

    /// Waits until both nodes read the same status.
    #[track_caller]
    pub fn both(&self, referral: &str, status: &str) {
        both([&self.ccas, &self.epn], referral, status);
    }

    /// Waits until both nodes fold a referral to the same state, whatever was still on its way.
    #[track_caller]
    pub fn same(&self, referral: &str) {
        same([&self.ccas, &self.epn], referral);
    }
}
