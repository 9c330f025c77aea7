//! Two nodes whose secrets everybody knows. Never use them for anything else.

use maillage_protocol::encoding;
use maillage_protocol::id::NodeId;
use maillage_protocol::identity::{
    Genesis, Identity, IdentityKey, IdentitySignature, Organization, Revoked, Rotation,
    SignedIdentity,
};
use maillage_protocol::keys::{KeyUse, PrivateKey};
use maillage_protocol::label::{Label, sha256};
use maillage_protocol::seal::KemPrivateKey;
use maillage_protocol::time::Timestamp;

/// Noon of a day in March 2026, when everything happens.
pub(crate) const NOW: Timestamp = Timestamp(1_772_438_400_000);

/// Returns 32 bytes for a purpose: the hash of a sentence.
pub(crate) fn secret(owner: &str, what: &str) -> [u8; 32] {
    sha256(format!("maillage vector {owner} {what}").as_bytes())
}

/// One private key for each use.
pub(crate) struct KeySet {
    pub(crate) sig: PrivateKey,
    pub(crate) auth: PrivateKey,
    pub(crate) wit: PrivateKey,
    pub(crate) kem: KemPrivateKey,
}

impl KeySet {
    pub(crate) fn new(owner: &str) -> Self {
        let key = |key_use: &str| PrivateKey::from_seed(&secret(owner, key_use));
        let kem = KemPrivateKey::from_bytes(&secret(owner, "kem")).unwrap();
        Self { sig: key("sig"), auth: key("auth"), wit: key("wit"), kem }
    }

    pub(crate) fn public(&self) -> Vec<IdentityKey> {
        vec![
            public(KeyUse::Sig, &self.sig),
            public(KeyUse::Auth, &self.auth),
            public(KeyUse::Wit, &self.wit),
            IdentityKey { key_use: KeyUse::Kem, public: self.kem.public() },
        ]
    }

    /// Returns the three keys that can sign.
    pub(crate) fn signing(&self) -> [&PrivateKey; 3] {
        [&self.sig, &self.auth, &self.wit]
    }
}

pub(crate) fn public(key_use: KeyUse, key: &PrivateKey) -> IdentityKey {
    IdentityKey { key_use, public: key.public().to_bytes() }
}

/// A node with its paper: what its administrator holds.
pub(crate) struct Node {
    pub(crate) keys: KeySet,
    pub(crate) paper: PrivateKey,
    pub(crate) genesis: SignedIdentity,
}

impl Node {
    /// The social worker's node.
    pub(crate) fn ccas() -> Self {
        let organization = Organization {
            siret: Some("21950001200019".to_owned()),
            insee: Some("95001".to_owned()),
        };
        Self::new("ccas", "CCAS de Brenne", "https://ccas.brenne.example/", organization)
    }

    /// The mediator's node.
    pub(crate) fn epn() -> Self {
        let (name, url) = ("EPN de l'Écluse", "https://epn.ecluse.example/");
        Self::new("epn", name, url, Organization::default())
    }

    fn new(owner: &str, name: &str, url: &str, organization: Organization) -> Self {
        let keys = KeySet::new(owner);
        let paper = PrivateKey::from_seed(&secret(owner, "paper"));
        let genesis = Genesis {
            name: name.to_owned(),
            urls: vec![url.to_owned()],
            keys: keys.public(),
            next: vec![Genesis::commit(&paper)],
            organization,
        };
        let genesis = SignedIdentity::genesis(&genesis, NOW, &keys.signing());
        Self { keys, paper, genesis }
    }

    pub(crate) fn id(&self) -> NodeId {
        Identity::begin(&self.genesis).unwrap().node()
    }

    /// Replaces every key by those of `owner`, with the paper, after the event `after`.
    pub(crate) fn rotated(
        &self,
        owner: &str,
        after: (u64, &SignedIdentity),
        revoked: Vec<Revoked>,
    ) -> SignedIdentity {
        let keys = KeySet::new(owner);
        let next = PrivateKey::from_seed(&secret(owner, "paper"));
        let rotation = Rotation {
            revealed: self.paper.public().to_bytes(),
            keys: keys.public(),
            next: vec![Genesis::commit(&next)],
            revoked,
        };
        let [sig, auth, wit] = keys.signing();
        let signers = [&self.paper, sig, auth, wit];
        SignedIdentity::rotate(&rotation, after.0 + 1, after.1.id(), NOW, &signers)
    }
}

/// Changes the text of an identity event, and signs it again.
#[track_caller]
pub(crate) fn rewritten(
    event: &SignedIdentity,
    from: &str,
    to: &str,
    keys: &[&PrivateKey],
) -> SignedIdentity {
    let text = str::from_utf8(&event.bytes).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    let bytes = text.replacen(from, to, 1).into_bytes();
    let sign = |key: &&PrivateKey| IdentitySignature {
        kid: key.kid(),
        signature: key.sign(Label::Identity, &bytes),
    };
    let signatures = keys.iter().map(sign).collect();
    SignedIdentity { bytes, signatures }
}

/// Returns the hexadecimal of a public key.
pub(crate) fn public_hex(key: &PrivateKey) -> String {
    encoding::hex(&key.public().to_bytes())
}
