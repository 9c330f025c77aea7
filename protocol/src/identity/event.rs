//! The events of an identity log: what they say, and how they are signed.

use serde::{Deserialize, Serialize};

use crate::cj1::{self, Malformed, NotCanonical, Object, Value};
use crate::encoding;
use crate::id::{IdentityId, NodeId};
use crate::keys::{Algorithm, KeyUse, Kid, PrivateKey};
use crate::label::Label;
use crate::limits;
use crate::signed::{base64url_array, base64url_bytes};
use crate::time::Timestamp;

/// An event of an identity log as it travels: bytes and their signatures, verbatim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIdentity {
    /// The bytes that were signed.
    #[serde(rename = "h", with = "base64url_bytes")]
    pub bytes: Vec<u8>,
    /// One signature for each key that has to sign.
    #[serde(rename = "s")]
    pub signatures: Vec<IdentitySignature>,
}

/// One signature of an event of an identity log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentitySignature {
    /// The key that signed.
    pub kid: Kid,
    /// What it signed, under the label `identity`.
    #[serde(rename = "sig", with = "base64url_array")]
    pub signature: [u8; 64],
}

/// A public key and its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentityKey {
    /// What it is for.
    pub key_use: KeyUse,
    /// Its public part.
    pub public: [u8; 32],
}

/// Which organization a node says that it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organization {
    /// Its number in the national register of organizations: fourteen digits.
    pub siret: Option<String>,
    /// The code of its commune in the national list: five characters.
    pub insee: Option<String>,
}

/// What the first event of a log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// The name of the organization, for people.
    pub name: String,
    /// Where the node can be reached: one to three base addresses.
    pub urls: Vec<String>,
    /// One key for each use.
    pub keys: Vec<IdentityKey>,
    /// Hashes of the rotation keys, one for each holder of a paper sheet.
    pub next: Vec<[u8; 32]>,
    /// Which organization.
    pub organization: Organization,
}

/// What a routine change replaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// Another name.
    pub name: Option<String>,
    /// Other addresses.
    pub urls: Option<Vec<String>>,
    /// Other keys, of any use but [`KeyUse::Sig`].
    pub keys: Vec<IdentityKey>,
    /// The generation of the journal's public log.
    pub log_generation: Option<u64>,
}

/// What a rotation replaces: everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The rotation key, revealed. It is never used again.
    pub revealed: [u8; 32],
    /// One key for each use.
    pub keys: Vec<IdentityKey>,
    /// Hashes of the rotation keys that come next.
    pub next: Vec<[u8; 32]>,
    /// Which keys are no longer to be believed, and why.
    pub revoked: Vec<Revoked>,
}

/// A key that a rotation revokes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// Which one.
    pub kid: Kid,
    /// Why.
    pub cause: RevocationCause,
    /// Since when its owner no longer trusts it. Informational: places decide, not times.
    pub since: Option<Timestamp>,
}

/// Why a key is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationCause {
    /// It was time. Events on their way under the old key are still taken.
    Routine,
    /// Its owner no longer has it.
    Lost,
    /// Somebody else may have it. Nothing more is taken under it.
    Compromise,
}

/// What an event of an identity log says, with what all of them say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IdentityEvent {
    pub(super) id: IdentityId,
    pub(super) place: u64,
    pub(super) previous: Option<IdentityId>,
    pub(super) change: Change,
}

/// What an event of an identity log changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Genesis(Genesis),
    Update(Update),
    Rotate(Rotation),
    Close { revealed: [u8; 32], successor: Option<NodeId> },
}

/// Why the bytes are not an event of an identity log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableIdentity {
    /// There are too many of them.
    #[error("the identity event is too large")]
    TooLarge,
    /// They are not canonical.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// They do not say what they must.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl IdentityKey {
    /// Returns the name of this key.
    #[must_use]
    pub fn kid(&self) -> Kid {
        Kid::of(self.key_use.algorithm(), &self.public)
    }
}

impl SignedIdentity {
    /// Returns the hash that names this event.
    #[must_use]
    pub fn id(&self) -> IdentityId {
        IdentityId(Label::IdentityId.hash(&self.bytes))
    }

    pub(super) fn read(&self) -> Result<IdentityEvent, UnreadableIdentity> {
        if self.bytes.len() > limits::IDENTITY_EVENT {
            return Err(UnreadableIdentity::TooLarge);
        }
        let object = cj1::read(&self.bytes)?;
        if object.integer("v")? != 1 {
            return Err(Malformed("v").into());
        }
        object.integer("ts")?;
        let change = match object.text("t")? {
            "genesis" => Change::Genesis(read_genesis(&object)?),
            "update" => Change::Update(read_update(&object)?),
            "rotate" => Change::Rotate(read_rotation(&object)?),
            "close" => {
                let (revealed, successor) = (object.bytes("rk")?, object.find_parsed("succ")?);
                Change::Close { revealed, successor }
            }
            _ => return Err(Malformed("t").into()),
        };
        let previous = object.find_bytes("pv")?.map(IdentityId);
        Ok(IdentityEvent { id: self.id(), place: object.integer("sq")?, previous, change })
    }

    /// Writes and signs the first event of a log. `keys` are the private parts of the signing
    /// keys of `genesis`, each of which proves that its owner has it.
    #[must_use]
    pub fn genesis(genesis: &Genesis, at: Timestamp, keys: &[&PrivateKey]) -> Self {
        let organization = Object::new()
            .with_some("insee", genesis.organization.insee.clone())
            .with_some("siret", genesis.organization.siret.clone());
        let organization = (organization != Object::new()).then_some(organization);
        let object = common("genesis", 0, None, at)
            .with("keys", write_keys(&genesis.keys))
            .with("name", genesis.name.as_str())
            .with("nx", write_hashes(&genesis.next))
            .with_some("org", organization)
            .with("urls", genesis.urls.clone());
        Self::signed(&object, keys)
    }

    /// Writes and signs a routine change. `keys` are the current signing key, and the private
    /// parts of the new signing keys.
    #[must_use]
    pub fn update(
        update: &Update,
        place: u64,
        previous: IdentityId,
        at: Timestamp,
        keys: &[&PrivateKey],
    ) -> Self {
        let keys_member = (!update.keys.is_empty()).then(|| write_keys(&update.keys));
        let object = common("update", place, Some(previous), at)
            .with_some("keys", keys_member)
            .with_some("lg", update.log_generation)
            .with_some("name", update.name.clone())
            .with_some("urls", update.urls.clone());
        Self::signed(&object, keys)
    }

    /// Writes and signs a rotation. `keys` are the rotation key, and the private parts of the new
    /// signing keys.
    #[must_use]
    pub fn rotate(
        rotation: &Rotation,
        place: u64,
        previous: IdentityId,
        at: Timestamp,
        keys: &[&PrivateKey],
    ) -> Self {
        let revoked: Vec<_> = rotation.revoked.iter().map(write_revoked).collect();
        let object = common("rotate", place, Some(previous), at)
            .with("keys", write_keys(&rotation.keys))
            .with("nx", write_hashes(&rotation.next))
            .with_some("revoke", (!revoked.is_empty()).then_some(revoked))
            .with("rk", encoding::base64url(&rotation.revealed));
        Self::signed(&object, keys)
    }

    /// Writes and signs the end of a log, naming the node that continues its work, if any.
    #[must_use]
    pub fn close(
        successor: Option<NodeId>,
        place: u64,
        previous: IdentityId,
        at: Timestamp,
        rotation_key: &PrivateKey,
    ) -> Self {
        let object = common("close", place, Some(previous), at)
            .with("rk", encoding::base64url(&rotation_key.public().to_bytes()))
            .with_some("succ", successor.map(|node| node.to_string()));
        Self::signed(&object, &[rotation_key])
    }

    fn signed(object: &Object, keys: &[&PrivateKey]) -> Self {
        let bytes = object.to_bytes();
        let sign = |key: &&PrivateKey| IdentitySignature {
            kid: key.kid(),
            signature: key.sign(Label::Identity, &bytes),
        };
        let signatures = keys.iter().map(sign).collect();
        Self { bytes, signatures }
    }
}

/// Returns what is committed of a rotation key before it is revealed.
pub(super) fn commitment(rotation_key: &[u8; 32]) -> [u8; 32] {
    Label::NextKey.hash(rotation_key)
}

impl Genesis {
    /// Returns what is committed of a rotation key, to be put in `next`.
    #[must_use]
    pub fn commit(rotation_key: &PrivateKey) -> [u8; 32] {
        commitment(&rotation_key.public().to_bytes())
    }
}

fn common(t: &str, place: u64, previous: Option<IdentityId>, at: Timestamp) -> Object {
    let object = Object::new().with("v", 1).with("t", t).with("sq", place).with("ts", at.0);
    object.with_some("pv", previous.map(|id| id.to_string()))
}

fn read_genesis(object: &Object) -> Result<Genesis, Malformed> {
    let organization = match object.get("org") {
        None => Organization::default(),
        Some(_) => read_organization(object.object("org")?)?,
    };
    let urls = read_urls(object)?.ok_or(Malformed("urls"))?;
    let name = read_name(object)?.ok_or(Malformed("name"))?;
    let (keys, next) = (read_full_keys(object)?, read_hashes(object)?);
    Ok(Genesis { name, urls, keys, next, organization })
}

fn read_organization(object: &Object) -> Result<Organization, Malformed> {
    let siret = object.find_text("siret")?.map(str::to_owned);
    let insee = object.find_text("insee")?.map(str::to_owned);
    let digits = |text: &String| text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    if siret.as_ref().is_some_and(|siret| !digits(siret)) {
        return Err(Malformed("siret"));
    }
    let commune =
        |text: &String| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if insee.as_ref().is_some_and(|insee| !commune(insee)) {
        return Err(Malformed("insee"));
    }
    Ok(Organization { siret, insee })
}

fn read_update(object: &Object) -> Result<Update, Malformed> {
    let keys = read_keys(object)?;
    if keys.iter().any(|key| key.key_use == KeyUse::Sig) {
        return Err(Malformed("keys"));
    }
    let (name, urls) = (read_name(object)?, read_urls(object)?);
    Ok(Update { name, urls, keys, log_generation: object.find_integer("lg")? })
}

fn read_rotation(object: &Object) -> Result<Rotation, Malformed> {
    let revoked = object.array("revoke")?.iter().map(read_revoked).collect::<Result<_, _>>()?;
    let (keys, next) = (read_full_keys(object)?, read_hashes(object)?);
    Ok(Rotation { revealed: object.bytes("rk")?, keys, next, revoked })
}

fn read_revoked(value: &Value) -> Result<Revoked, Malformed> {
    let object = value.as_object().ok_or(Malformed("revoke"))?;
    let cause = match object.text("cause")? {
        "routine" => RevocationCause::Routine,
        "lost" => RevocationCause::Lost,
        "compromise" => RevocationCause::Compromise,
        _ => return Err(Malformed("cause")),
    };
    let since = object.find_integer("since")?.map(Timestamp);
    Ok(Revoked { kid: object.parsed("kid")?, cause, since })
}

fn write_revoked(revoked: &Revoked) -> Object {
    let cause = match revoked.cause {
        RevocationCause::Routine => "routine",
        RevocationCause::Lost => "lost",
        RevocationCause::Compromise => "compromise",
    };
    Object::new()
        .with("cause", cause)
        .with("kid", revoked.kid.to_string())
        .with_some("since", revoked.since.map(|since| since.0))
}

fn read_name(object: &Object) -> Result<Option<String>, Malformed> {
    let name = object.find_text("name")?.map(str::to_owned);
    let fits = |name: &String| (1..=limits::NAME).contains(&name.len());
    if name.as_ref().is_some_and(|name| !fits(name)) { Err(Malformed("name")) } else { Ok(name) }
}

fn read_urls(object: &Object) -> Result<Option<Vec<String>>, Malformed> {
    if object.get("urls").is_none() {
        return Ok(None);
    }
    let urls = object.array("urls")?.iter().map(|url| url.as_text().map(str::to_owned));
    let urls = urls.collect::<Option<Vec<_>>>().ok_or(Malformed("urls"))?;
    let fits = |url: &String| url.starts_with("https://") || url.starts_with("http://127.0.0.1:");
    if (1..=limits::URLS).contains(&urls.len()) && urls.iter().all(fits) {
        Ok(Some(urls))
    } else {
        Err(Malformed("urls"))
    }
}

/// Reads keys, at most one for each use.
fn read_keys(object: &Object) -> Result<Vec<IdentityKey>, Malformed> {
    let keys = object.array("keys")?.iter().map(read_key).collect::<Result<Vec<_>, _>>()?;
    let distinct = KeyUse::ALL
        .into_iter()
        .all(|key_use| keys.iter().filter(|key| key.key_use == key_use).count() <= 1);
    if distinct { Ok(keys) } else { Err(Malformed("keys")) }
}

/// Reads keys, exactly one for each use.
fn read_full_keys(object: &Object) -> Result<Vec<IdentityKey>, Malformed> {
    let keys = read_keys(object)?;
    if keys.len() == KeyUse::ALL.len() { Ok(keys) } else { Err(Malformed("keys")) }
}

fn read_key(value: &Value) -> Result<IdentityKey, Malformed> {
    let object = value.as_object().ok_or(Malformed("keys"))?;
    let key_use = KeyUse::named(object.text("use")?).ok_or(Malformed("use"))?;
    if object.text("alg")? != key_use.algorithm().name() {
        return Err(Malformed("alg"));
    }
    let key = IdentityKey { key_use, public: object.bytes("pub")? };
    if object.parsed::<Kid>("kid")? == key.kid() { Ok(key) } else { Err(Malformed("kid")) }
}

fn write_keys(keys: &[IdentityKey]) -> Vec<Object> {
    let write = |key: &IdentityKey| {
        let algorithm: Algorithm = key.key_use.algorithm();
        Object::new()
            .with("alg", algorithm.name())
            .with("kid", key.kid().to_string())
            .with("pub", encoding::base64url(&key.public))
            .with("use", key.key_use.name())
    };
    keys.iter().map(write).collect()
}

fn read_hashes(object: &Object) -> Result<Vec<[u8; 32]>, Malformed> {
    let read = |value: &Value| encoding::from_base64url_array(value.as_text()?).ok();
    let hashes = object.array("nx")?.iter().map(read).collect::<Option<Vec<_>>>();
    let hashes = hashes.ok_or(Malformed("nx"))?;
    let fits = (1..=limits::ROTATION_KEYS).contains(&hashes.len());
    if fits { Ok(hashes) } else { Err(Malformed("nx")) }
}

fn write_hashes(hashes: &[[u8; 32]]) -> Vec<String> {
    hashes.iter().map(|hash| encoding::base64url(hash)).collect()
}
