//! New keys for this node: some by themselves as time goes, all of them with the paper sheet, which
//! keeps the identity even when a key was stolen.
//!
//! The key file may hold more keys than the identity names: those that an interrupted change left
//! behind, and those that were replaced less than a month ago. The identity alone says which count.

use std::collections::BTreeSet;
use std::time::Duration;

use maillage_protocol::control::{Control, EpochReason};
use maillage_protocol::identity::{
    Genesis, IdentityKey, RevocationCause, Revoked, Rotation, SignedIdentity, Update,
};
use maillage_protocol::keys::{KeyUse, Kid, PrivateKey};
use maillage_protocol::time::{DAY, Timestamp};

use super::links::control_entry;
use super::turns::Subject;
use super::{App, AppError};
use crate::facts::{Act, FactContent, identity_record};
use crate::keys::KeyName;

/// How long peers seal for one key (protocol.md §3).
const SEALING_LIFE: Duration = DAY.saturating_mul(90);
/// How long a key that was replaced still opens and signs what was on its way.
const KEPT: Duration = DAY.saturating_mul(30);

/// The sheet of paper is not the one that this identity expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rotation key is not the one that the identity names")]
pub struct WrongSheet;

impl App {
    /// Returns the key with which this node signs requests.
    #[must_use]
    pub fn auth_key(&self) -> PrivateKey {
        self.private(KeyUse::Auth)
    }

    /// Returns the key with which this node signs all but requests.
    pub(super) fn sig(&self) -> PrivateKey {
        self.private(KeyUse::Sig)
    }

    /// Returns the name of the key for which peers seal what they send us.
    #[must_use]
    pub fn kem_kid(&self) -> Kid {
        let today = self.identity().key(KeyUse::Kem).map(|key| key.kid());
        today.unwrap_or_else(|| self.keys.kem().kid())
    }

    /// Returns the key that signs the next event of a channel: a key signs there until it
    /// announced another one. A new epoch begins under the key of today.
    pub(super) fn channel_key(&self, kid: Option<Kid>, control: Option<&Control>) -> PrivateKey {
        let begins = matches!(control, Some(Control::EpochOpen { .. }));
        let current = kid.filter(|_| !begins).and_then(|kid| self.keys.signing(kid));
        current.unwrap_or_else(|| self.sig())
    }

    fn private(&self, key_use: KeyUse) -> PrivateKey {
        let today = {
            let state = self.state();
            let identity = state.us.as_ref().map(|(identity, _)| identity);
            identity.and_then(|identity| identity.key(key_use)).map(|key| key.kid())
        };
        let private = today.and_then(|kid| self.keys.signing(kid));
        private.expect("`open` refuses a key file without the keys of the identity")
    }

    /// Makes new keys for requests, cosignatures and sealing.
    pub fn rotate_keys(&self) -> Result<(), AppError> {
        self.replace(&[KeyUse::Auth, KeyUse::Wit, KeyUse::Kem])
    }

    /// Makes a new key for sealing once the old one has served long enough, and destroys those that
    /// were replaced a month ago. A node that was restored first learns what it had forgotten.
    pub(super) fn turn_keys_over(&self) -> Result<(), AppError> {
        if self.is_restored() {
            return Ok(());
        }
        let (now, names) = (self.now(), self.keys.names());
        let today = self.kem_kid();
        let made = names.iter().find(|name| name.kid == today).map(|name| name.made);
        if made.is_none_or(|made| now.since(made) > SEALING_LIFE) {
            self.replace(&[KeyUse::Kem])?;
        }
        for kid in self.replaced(&names, now) {
            self.keys.destroy(kid)?;
        }
        Ok(())
    }

    /// Returns the keys that were replaced a month ago and that nothing needs any more: no channel
    /// waits to be told so under them.
    fn replaced(&self, names: &[KeyName], now: Timestamp) -> Vec<Kid> {
        let identity = self.identity();
        let needed: BTreeSet<_> = {
            let state = self.state();
            let signing = state.peers.values().filter_map(|peer| peer.outgoing.channel.kid());
            let today = KeyUse::ALL.into_iter().filter_map(|key_use| identity.key(key_use));
            signing.chain(today.map(|key| key.kid())).collect()
        };
        let successor = |name: &KeyName| {
            let today = identity.key(name.key_use).map(|key| key.kid());
            names.iter().find(|other| Some(other.kid) == today).map(|other| other.made)
        };
        let old = names.iter().filter(|name| !needed.contains(&name.kid));
        let old = old.filter(|name| {
            successor(name).is_some_and(|since| since >= name.made && now.since(since) > KEPT)
        });
        old.map(|name| name.kid).collect()
    }

    /// Puts new keys in the place of those of today. Before the identity says so, they count for
    /// nothing.
    fn replace(&self, uses: &[KeyUse]) -> Result<(), AppError> {
        self.turns.take(Subject::Identity, || {
            let (keys, signers) = self.new_keys(uses)?;
            self.update_identity(&Update { keys, ..Update::default() }, &signers)
        })
    }

    /// Appends an update to our identity. `signers` are the private parts of its new keys.
    pub(super) fn update_identity(
        &self,
        update: &Update,
        signers: &[PrivateKey],
    ) -> Result<(), AppError> {
        let (sig, (place, last)) = (self.sig(), self.identity().last());
        let signers: Vec<_> = std::iter::once(&sig).chain(signers).collect();
        let event = SignedIdentity::update(update, place + 1, last, self.now(), &signers);
        self.append(&[identity_record(&event)])
    }

    /// Makes every key anew, with the rotation key of the paper sheet; `next` commits to the one of
    /// the next sheet, which must exist already. Nothing more is believed of stolen keys: what was
    /// on its way under them is signed again.
    pub fn rotate_with_paper(
        &self,
        paper: &PrivateKey,
        next: [u8; 32],
        cause: RevocationCause,
    ) -> Result<Result<(), WrongSheet>, AppError> {
        self.turns.take(Subject::Identity, || {
            if !self.expects(paper) {
                return Ok(Err(WrongSheet));
            }
            let before = self.identity();
            let signing = self.keys.names().into_iter().filter(|name| name.key_use == KeyUse::Sig);
            let revoked = signing.map(|name| Revoked { kid: name.kid, cause, since: None });
            let revoked = revoked.filter(|revoked| before.knows(revoked.kid)).collect();
            let (keys, signers) = self.new_keys(&KeyUse::ALL)?;
            let revealed = paper.public().to_bytes();
            let rotation = Rotation { revealed, keys, next: vec![next], revoked };
            // After what every peer knows: a restored node may have forgotten later updates.
            let (place, established) = before.last_established();
            let proofs: Vec<_> = std::iter::once(paper).chain(&signers).collect();
            let now = self.now();
            let event = SignedIdentity::rotate(&rotation, place + 1, established, now, &proofs);
            let mut records = vec![identity_record(&event)];
            let announced = self.announcements(&rotation, place + 1, cause);
            if !announced.is_empty() {
                let told = Act::Told { outgoing: announced };
                records.push(self.fact(None, &told, &FactContent::default())?);
            }
            self.append(&records)?;
            // Name and addresses are those of the last time that the paper was needed.
            let (name, urls) = (before.name().to_owned(), before.urls().to_vec());
            let after = self.identity();
            if (after.name(), after.urls()) != (before.name(), before.urls()) {
                let update = Update { name: Some(name), urls: Some(urls), ..Update::default() };
                self.update_identity(&update, &[])?;
            }
            Ok(Ok(()))
        })
    }

    /// Tells whether a rotation key is the one that the next rotation needs.
    #[must_use]
    pub fn expects(&self, paper: &PrivateKey) -> bool {
        self.identity().expects(&Genesis::commit(paper))
    }

    /// Says in each channel which key signs from now on.
    fn announcements(
        &self,
        rotation: &Rotation,
        place: u64,
        cause: RevocationCause,
    ) -> Vec<crate::facts::Outgoing> {
        let new = rotation.keys.iter().find(|key| key.key_use == KeyUse::Sig);
        let Some(kid) = new.map(IdentityKey::kid) else { return Vec::new() };
        let state = self.state();
        let channels = state.peers.iter().filter(|(_, peer)| peer.outgoing.channel.kid().is_some());
        let announced = channels.map(|(peer, known)| {
            let control = match cause {
                RevocationCause::Routine => Control::KeyNotice { kid, place },
                RevocationCause::Lost | RevocationCause::Compromise => {
                    Control::EpochOpen { why: EpochReason::Rotate, last: known.acked }
                }
            };
            control_entry(*peer, &control)
        });
        announced.collect()
    }

    /// Draws keys, and returns their public side and the private ones that sign.
    fn new_keys(&self, uses: &[KeyUse]) -> Result<(Vec<IdentityKey>, Vec<PrivateKey>), AppError> {
        let (mut public, mut signers) = (Vec::new(), Vec::new());
        for key_use in uses {
            let kid = self.keys.add(*key_use)?;
            let bytes = match self.keys.signing(kid) {
                Some(private) => {
                    let bytes = private.public().to_bytes();
                    signers.push(private);
                    bytes
                }
                None => self.keys.kem().public(),
            };
            public.push(IdentityKey { key_use: *key_use, public: bytes });
        }
        Ok((public, signers))
    }
}

#[cfg(test)]
mod tests;
