//! The fold of an identity log: which keys a node has now, and which it ever had.

use std::collections::BTreeMap;

use super::event::{
    Change, Genesis, IdentityEvent, IdentityKey, Organization, RevocationCause, Rotation,
    SignedIdentity, UnreadableIdentity, Update, commitment,
};
use crate::id::{IdentityId, NodeId};
use crate::keys::{BadSignature, KeyUse, Kid, PublicKey, WeakKey};
use crate::label::Label;
use crate::limits;

/// What an identity log says: a node, its keys of today, and all those it ever had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    node: NodeId,
    organization: Organization,
    /// The events that count, oldest first, each with what it left. Superseded ones are gone.
    steps: Vec<Step>,
    /// Every signing key that ever counted, with its use: old signatures stay verifiable.
    signing_keys: BTreeMap<Kid, (KeyUse, PublicKey)>,
    revoked: BTreeMap<Kid, RevocationCause>,
}

/// A key that may sign nothing more, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevokedKey(pub RevocationCause);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    id: IdentityId,
    place: u64,
    /// Whether the paper was needed: genesis, rotation, end.
    establishes: bool,
    state: State,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    name: String,
    urls: Vec<String>,
    keys: Vec<IdentityKey>,
    next: Vec<[u8; 32]>,
    log_generation: u64,
    closed: bool,
    successor: Option<NodeId>,
}

/// Why an identity log is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The log has no event, or too many.
    #[error("the identity log is empty or too long")]
    Length,
    /// An event cannot be read.
    #[error(transparent)]
    Unreadable(#[from] UnreadableIdentity),
    /// An event does not follow from those before it.
    #[error("the identity event does not follow from those before it")]
    OutOfPlace,
    /// Two events that need the paper follow the same one: the node must be pinned again by hand.
    #[error("the identity log is forked")]
    Forked,
    /// A key is weak, or was already used otherwise.
    #[error("a key of the identity log is not acceptable")]
    WeakKey,
    /// The revealed rotation key is not one that was committed.
    #[error("the rotation key was not committed")]
    WrongRotationKey,
    /// A signature is missing, superfluous or wrong.
    #[error("a signature of the identity log is missing or wrong")]
    BadSignature,
    /// The log has ended.
    #[error("the identity log is closed")]
    Closed,
}

impl From<WeakKey> for IdentityError {
    fn from(_: WeakKey) -> Self {
        Self::WeakKey
    }
}

impl From<BadSignature> for IdentityError {
    fn from(_: BadSignature) -> Self {
        Self::BadSignature
    }
}

impl Identity {
    /// Reads a whole log.
    pub fn read(log: &[SignedIdentity]) -> Result<Self, IdentityError> {
        if log.len() > limits::IDENTITY_LOG {
            return Err(IdentityError::Length);
        }
        let (first, rest) = log.split_first().ok_or(IdentityError::Length)?;
        rest.iter().try_fold(Self::begin(first)?, |identity, event| identity.append(event))
    }

    /// Reads the first event of a log, which names the node.
    pub fn begin(signed: &SignedIdentity) -> Result<Self, IdentityError> {
        let event = signed.read()?;
        let Change::Genesis(genesis) = &event.change else {
            return Err(IdentityError::OutOfPlace);
        };
        if event.place != 0 || event.previous.is_some() {
            return Err(IdentityError::OutOfPlace);
        }
        let mut identity = Self {
            node: NodeId(Label::NodeId.hash(&signed.bytes)),
            organization: genesis.organization.clone(),
            steps: Vec::new(),
            signing_keys: BTreeMap::new(),
            revoked: BTreeMap::new(),
        };
        let possession = identity.register(&genesis.keys)?;
        check_signatures(signed, &possession)?;
        identity.push(&event, true, State::of_genesis(genesis));
        Ok(identity)
    }

    /// Adds an event to the log.
    pub fn append(mut self, signed: &SignedIdentity) -> Result<Self, IdentityError> {
        let event = signed.read()?;
        if self.state().closed {
            return Err(IdentityError::Closed);
        }
        let parent = self.parent_of(&event)?;
        if event.place != parent.place.saturating_add(1) {
            return Err(IdentityError::OutOfPlace);
        }
        let before = parent.state.clone();
        match &event.change {
            Change::Genesis(_) => return Err(IdentityError::OutOfPlace),
            Change::Update(update) => self.apply_update(signed, &event, update, before)?,
            Change::Rotate(rotation) => self.apply_rotation(signed, &event, rotation, before)?,
            Change::Close { revealed, successor } => {
                check_signatures(signed, &[reveal(revealed, &before)?])?;
                let state = State { closed: true, successor: *successor, ..before };
                self.supersede(&event);
                self.push(&event, true, state);
            }
        }
        Ok(self)
    }

    /// Returns the event that `event` follows: the last one for an update, and for what needs the
    /// paper any event since the last one that needed it.
    fn parent_of(&self, event: &IdentityEvent) -> Result<&Step, IdentityError> {
        let previous = event.previous.ok_or(IdentityError::OutOfPlace)?;
        let at = self.steps.iter().rposition(|step| step.id == previous);
        let at = at.ok_or(IdentityError::OutOfPlace)?;
        let (kept, superseded) = self.steps.split_at(at.saturating_add(1));
        match &event.change {
            Change::Update(_) if !superseded.is_empty() => return Err(IdentityError::OutOfPlace),
            _ if superseded.iter().any(|step| step.establishes) => {
                return Err(IdentityError::Forked);
            }
            _ => {}
        }
        kept.last().ok_or(IdentityError::OutOfPlace)
    }

    fn apply_update(
        &mut self,
        signed: &SignedIdentity,
        event: &IdentityEvent,
        update: &Update,
        before: State,
    ) -> Result<(), IdentityError> {
        let mut signers = vec![self.current(KeyUse::Sig)?];
        signers.extend(self.register(&update.keys)?);
        check_signatures(signed, &signers)?;
        self.push(event, false, before.updated(update));
        Ok(())
    }

    fn apply_rotation(
        &mut self,
        signed: &SignedIdentity,
        event: &IdentityEvent,
        rotation: &Rotation,
        before: State,
    ) -> Result<(), IdentityError> {
        let mut signers = vec![reveal(&rotation.revealed, &before)?];
        signers.extend(self.register(&rotation.keys)?);
        check_signatures(signed, &signers)?;
        self.supersede(event);
        self.revoked.extend(rotation.revoked.iter().map(|revoked| (revoked.kid, revoked.cause)));
        let (keys, next) = (rotation.keys.clone(), rotation.next.clone());
        self.push(event, true, State { keys, next, ..before });
        Ok(())
    }

    /// Registers keys, and returns those that must prove that their owner has them. A key serves
    /// one use, once: one that this node had before is refused.
    fn register(&mut self, keys: &[IdentityKey]) -> Result<Vec<PublicKey>, IdentityError> {
        let mut signing = Vec::new();
        for key in keys.iter().filter(|key| key.key_use != KeyUse::Kem) {
            let public = PublicKey::register(&key.public)?;
            if self.signing_keys.insert(public.kid(), (key.key_use, public)).is_some() {
                return Err(IdentityError::WeakKey);
            }
            signing.push(public);
        }
        Ok(signing)
    }

    fn supersede(&mut self, event: &IdentityEvent) {
        let kept = self.steps.iter().position(|step| Some(step.id) == event.previous);
        self.steps.truncate(kept.map_or(0, |at| at.saturating_add(1)));
    }

    fn push(&mut self, event: &IdentityEvent, establishes: bool, state: State) {
        self.steps.push(Step { id: event.id, place: event.place, establishes, state });
    }

    fn current(&self, key_use: KeyUse) -> Result<PublicKey, IdentityError> {
        let key = self.key(key_use).ok_or(IdentityError::OutOfPlace)?;
        Ok(PublicKey::register(&key.public)?)
    }

    fn state(&self) -> &State {
        static NOTHING: State = State {
            name: String::new(),
            urls: Vec::new(),
            keys: Vec::new(),
            next: Vec::new(),
            log_generation: 1,
            closed: false,
            successor: None,
        };
        self.steps.last().map_or(&NOTHING, |step| &step.state)
    }

    /// Returns the name of this node for machines.
    #[must_use]
    pub const fn node(&self) -> NodeId {
        self.node
    }

    /// Returns the name of the organization, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.state().name
    }

    /// Returns which organization the node says that it belongs to.
    #[must_use]
    pub const fn organization(&self) -> &Organization {
        &self.organization
    }

    /// Returns where the node can be reached.
    #[must_use]
    pub fn urls(&self) -> &[String] {
        &self.state().urls
    }

    /// Returns the key of today for a use.
    #[must_use]
    pub fn key(&self, key_use: KeyUse) -> Option<IdentityKey> {
        self.state().keys.iter().copied().find(|key| key.key_use == key_use)
    }

    /// Returns a signing key that this node has or had for a use: signatures of its past stay
    /// verifiable for ever. Whether it may still sign is for the channel to say.
    #[must_use]
    pub fn signing_key(&self, kid: Kid, key_use: KeyUse) -> Option<PublicKey> {
        let (known_use, key) = self.signing_keys.get(&kid)?;
        (*known_use == key_use).then_some(*key)
    }

    /// Tells whether a signing key is or was one of this node.
    #[must_use]
    pub fn knows(&self, kid: Kid) -> bool {
        self.signing_keys.contains_key(&kid)
    }

    /// Returns why a key may sign nothing more, if it may not.
    #[must_use]
    pub fn revocation(&self, kid: Kid) -> Option<RevokedKey> {
        self.revoked.get(&kid).copied().map(RevokedKey)
    }

    /// Returns the last event that counts: its place and its name.
    #[must_use]
    pub fn last(&self) -> (u64, IdentityId) {
        self.steps.last().map_or((0, IdentityId([0; 32])), |step| (step.place, step.id))
    }

    /// Tells whether a rotation key, of which this is the commitment, may change everything now.
    #[must_use]
    pub fn expects(&self, commitment: &[u8; 32]) -> bool {
        self.state().next.contains(commitment)
    }

    /// Returns the last event that needed the paper, the genesis included: what every peer knows,
    /// whatever updates it missed.
    #[must_use]
    pub fn last_established(&self) -> (u64, IdentityId) {
        let established = self.steps.iter().rev().find(|step| step.establishes);
        established.map_or((0, IdentityId([0; 32])), |step| (step.place, step.id))
    }

    /// Returns the generation of the journal's public log.
    #[must_use]
    pub fn log_generation(&self) -> u64 {
        self.state().log_generation
    }

    /// Tells whether the node has ended, with the node that continues its work, if any.
    #[must_use]
    pub fn closed(&self) -> Option<Option<NodeId>> {
        self.state().closed.then(|| self.state().successor)
    }
}

impl State {
    fn of_genesis(genesis: &Genesis) -> Self {
        Self {
            name: genesis.name.clone(),
            urls: genesis.urls.clone(),
            keys: genesis.keys.clone(),
            next: genesis.next.clone(),
            log_generation: 1,
            closed: false,
            successor: None,
        }
    }

    fn updated(mut self, update: &Update) -> Self {
        for key in &update.keys {
            self.keys.retain(|current| current.key_use != key.key_use);
            self.keys.push(*key);
        }
        self.name = update.name.clone().unwrap_or(self.name);
        self.urls = update.urls.clone().unwrap_or(self.urls);
        self.log_generation = update.log_generation.unwrap_or(self.log_generation);
        self
    }
}

/// Returns the rotation key, if its hash was committed.
fn reveal(revealed: &[u8; 32], before: &State) -> Result<PublicKey, IdentityError> {
    if !before.next.contains(&commitment(revealed)) {
        return Err(IdentityError::WrongRotationKey);
    }
    Ok(PublicKey::register(revealed)?)
}

/// Checks that exactly these keys signed.
fn check_signatures(signed: &SignedIdentity, signers: &[PublicKey]) -> Result<(), IdentityError> {
    if signed.signatures.len() != signers.len() {
        return Err(IdentityError::BadSignature);
    }
    for signer in signers {
        let theirs = signed.signatures.iter().find(|signature| signature.kid == signer.kid());
        let theirs = theirs.ok_or(IdentityError::BadSignature)?;
        signer.verify(Label::Identity, &signed.bytes, &theirs.signature)?;
    }
    Ok(())
}
