//! Linking with another node: an invitation, two proofs, two humans.

use std::sync::Arc;

use maillage_protocol::control::{Control, LinkAccept};
use maillage_protocol::encoding;
use maillage_protocol::id::NodeId;
use maillage_protocol::identity::{Identity, IdentityError, SignedIdentity};
use maillage_protocol::keys::{KeyUse, PublicKey};
use maillage_protocol::limits;
use maillage_protocol::link::{Invitation, InvitationSecret, LinkProof, Linking};
use maillage_protocol::transport::{LinkAnswer, LinkRequest};

use super::peers::{Alert, LinkState};
use super::{App, AppError};
use crate::env::random;
use crate::facts::{Act, FactContent, LinkAct, LinkRole, Outgoing, peer_identity_record};
use crate::federation::PeerUrl;
use crate::vault::{VaultError, VaultKey};

/// What a guest keeps between its request and the answer.
pub struct PreparedLink {
    /// What to send.
    pub request: LinkRequest,
    /// Where.
    pub url: PeerUrl,
    /// To whom.
    pub host: NodeId,
    invitation: Invitation,
    host_log: Vec<SignedIdentity>,
    linking: Linking,
}

/// Why a link is not made.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The identity at this address is not the one that invites.
    #[error("the identity is not the one that invites")]
    WrongIdentity,
    /// The address of the other node cannot be called.
    #[error("the address of the node is not acceptable")]
    WrongUrl,
    /// The invitation is too old.
    #[error("the invitation is too old")]
    Expired,
    /// No open invitation has this proof.
    #[error("no invitation has this proof")]
    WrongProof,
    /// The invitation was tried too often.
    #[error("the invitation is burned")]
    Burned,
    /// A node does not link with itself.
    #[error("a node does not link with itself")]
    Ourselves,
    /// There is no such link, or it is not at this point.
    #[error("there is no link at this point with this node")]
    NoLink,
    /// The node failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<VaultError> for LinkError {
    fn from(error: VaultError) -> Self {
        Self::App(error.into())
    }
}

impl App {
    /// Makes an invitation, to be handed over by a human.
    pub fn invite(&self) -> Result<Invitation, AppError> {
        let (invitation, secret): ([u8; 16], [u8; 16]) = (random(&*self.env), random(&*self.env));
        let expires = self.now().after(limits::INVITATION_LIFE);
        self.safe.vault().put(&[(VaultKey::Invitation(invitation), secret.to_vec().into())])?;
        let act = Act::Link(LinkAct::Invited { invitation, expires });
        self.record(None, &act, &FactContent::default())?;
        let identity = self.identity();
        let url = identity.urls().first().cloned().unwrap_or_default();
        let secret = InvitationSecret::from_random(secret);
        Ok(Invitation { node: self.node, secret, url, expires })
    }

    /// As a guest: prepares the request that answers an invitation, once the host's identity was
    /// read at its address.
    pub fn prepare_link(
        &self,
        invitation: Invitation,
        host_log: Vec<SignedIdentity>,
    ) -> Result<PreparedLink, LinkError> {
        let host = Identity::read(&host_log).map_err(|_| LinkError::WrongIdentity)?;
        if host.node() != invitation.node {
            return Err(LinkError::WrongIdentity);
        }
        if host.node() == self.node {
            return Err(LinkError::Ourselves);
        }
        if invitation.expires <= self.now() {
            return Err(LinkError::Expired);
        }
        let url = invitation.url.parse().map_err(|_| LinkError::WrongUrl)?;
        let nonce = random(&*self.env);
        let linking = Linking {
            host: host.node(),
            guest: self.node,
            host_identity: host.last().1,
            guest_identity: self.identity().last().1,
            host_nonce: [0; 16],
            guest_nonce: nonce,
        };
        let LinkProof(mac) = invitation.secret.guest_proof(&linking);
        let request =
            LinkRequest { identity: self.identity_log(), inv: invitation.node, mac, nonce };
        Ok(PreparedLink { request, url, host: host.node(), invitation, host_log, linking })
    }

    /// As a guest: checks the answer of the host, and waits for our administrator.
    pub fn finish_link(
        &self,
        prepared: PreparedLink,
        answer: &LinkAnswer,
    ) -> Result<String, LinkError> {
        let PreparedLink { invitation, host_log, linking, url, host, .. } = prepared;
        let linking = Linking { host_nonce: answer.nonce, ..linking };
        if !invitation.secret.host_knows(&linking, &LinkProof(answer.mac)) {
            return Err(LinkError::WrongProof);
        }
        let code = invitation.secret.comparison_code(&linking).to_string();
        self.ask(host, &host_log, LinkRole::Guest, url.to_string(), &code, None)?;
        Ok(code)
    }

    /// As a host: checks the proof of a guest whose identity signed the request.
    pub fn welcome(&self, request: &LinkRequest) -> Result<LinkAnswer, LinkError> {
        let guest = Identity::read(&request.identity).map_err(|_| LinkError::WrongIdentity)?;
        if guest.node() == self.node {
            return Err(LinkError::Ourselves);
        }
        let url = guest.urls().first().cloned().unwrap_or_default();
        url.parse::<PeerUrl>().map_err(|_| LinkError::WrongUrl)?;
        let linking = Linking {
            host: self.node,
            guest: guest.node(),
            host_identity: self.identity().last().1,
            guest_identity: guest.last().1,
            host_nonce: random(&*self.env),
            guest_nonce: request.nonce,
        };
        let (invitation, secret) = self.invitation_proved_by(&linking, &LinkProof(request.mac))?;
        let code = secret.comparison_code(&linking).to_string();
        let LinkProof(mac) = secret.host_proof(&linking);
        let log = &request.identity;
        self.ask(guest.node(), log, LinkRole::Host, url, &code, Some(invitation))?;
        self.safe.vault().destroy(&[VaultKey::Invitation(invitation)])?;
        Ok(LinkAnswer { mac, nonce: linking.host_nonce })
    }

    /// Finds the open invitation that a proof knows. A wrong proof counts against each of them.
    fn invitation_proved_by(
        &self,
        linking: &Linking,
        proof: &LinkProof,
    ) -> Result<([u8; 16], InvitationSecret), LinkError> {
        let now = self.now();
        let open: Vec<_> = {
            let state = self.state();
            let open = state.invitations.iter().filter(|(_, (expires, _))| now < *expires);
            open.map(|(name, _)| *name).collect()
        };
        if open.is_empty() {
            return Err(LinkError::Burned);
        }
        for invitation in &open {
            let secret = self.safe.vault().get(&VaultKey::Invitation(*invitation))?;
            let Some(secret) = secret.and_then(|secret| secret.reveal().try_into().ok()) else {
                continue;
            };
            let secret = InvitationSecret::from_random(secret);
            if secret.guest_knows(linking, proof) {
                return Ok((*invitation, secret));
            }
        }
        for invitation in open {
            self.count_against(invitation)?;
        }
        Err(LinkError::WrongProof)
    }

    fn count_against(&self, invitation: [u8; 16]) -> Result<(), AppError> {
        let burned = {
            let mut state = self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner);
            state.invitations.get_mut(&invitation).is_some_and(|(_, tries)| {
                *tries += 1;
                *tries >= limits::INVITATION_TRIES
            })
        };
        if burned {
            let act = Act::Link(LinkAct::Burned { invitation });
            self.record(None, &act, &FactContent::default())?;
            self.safe.vault().destroy(&[VaultKey::Invitation(invitation)])?;
        }
        Ok(())
    }

    fn ask(
        &self,
        peer: NodeId,
        log: &[SignedIdentity],
        role: LinkRole,
        url: String,
        code: &str,
        invitation: Option<[u8; 16]>,
    ) -> Result<(), AppError> {
        let known = self.state().peers.contains_key(&peer);
        let learned = log.iter().filter(|_| !known);
        let mut records: Vec<_> = learned.map(|event| peer_identity_record(peer, event)).collect();
        let asked = LinkAct::Asked { peer, role, url, code: code.to_owned(), invitation };
        records.push(self.fact(None, &Act::Link(asked), &FactContent::default())?);
        self.append(&records)
    }

    /// Approves a link: our administrator compared the six digits with the other one.
    pub fn approve_link(&self, peer: NodeId) -> Result<(), LinkError> {
        let pending = self.link_state(peer);
        let Some(LinkState::Pending { .. }) = pending else { return Err(LinkError::NoLink) };
        let accept = LinkAccept {
            peer,
            min_version: 1,
            max_version: 1,
            features: Vec::new(),
            charter: None,
        };
        let mut outgoing = vec![control_entry(peer, &Control::LinkAccept(accept))];
        if let Some(body) = self.card().and_then(|card| card.to_body().ok()) {
            outgoing.push(card_entry(peer, &body));
        }
        let act = Act::Link(LinkAct::Approved { peer, who: None, outgoing });
        self.record(None, &act, &FactContent::default())?;
        Ok(())
    }

    /// Suspends a link. What waits stays; orders to erase still pass.
    pub fn suspend_link(&self, peer: NodeId) -> Result<(), LinkError> {
        self.change_link(peer, &LinkState::Active, LinkAct::Suspended { peer })
    }

    /// Resumes a link.
    pub fn resume_link(&self, peer: NodeId) -> Result<(), LinkError> {
        self.change_link(peer, &LinkState::Suspended, LinkAct::Resumed { peer })
    }

    fn change_link(&self, peer: NodeId, from: &LinkState, act: LinkAct) -> Result<(), LinkError> {
        if self.link_state(peer).as_ref() != Some(from) {
            return Err(LinkError::NoLink);
        }
        self.record(None, &Act::Link(act), &FactContent::default())?;
        Ok(())
    }

    /// Returns how the link with a node is, if there is one.
    #[must_use]
    pub fn link_state(&self, peer: NodeId) -> Option<LinkState> {
        self.state().peers.get(&peer).map(|peer| peer.state.clone())
    }

    /// Returns the nodes with which links are active.
    #[must_use]
    pub fn active_peers(&self) -> Vec<NodeId> {
        let state = self.state();
        let active = state.peers.iter().filter(|(_, peer)| peer.state == LinkState::Active);
        active.map(|(node, _)| *node).collect()
    }

    /// Returns the identity of a node that we are linked with, or about to be.
    #[must_use]
    pub fn peer_identity(&self, peer: NodeId) -> Option<Arc<Identity>> {
        self.state().peers.get(&peer).map(|peer| Arc::clone(&peer.identity))
    }

    /// Returns where a peer is.
    #[must_use]
    pub fn peer_url(&self, peer: NodeId) -> Option<PeerUrl> {
        self.state().peers.get(&peer)?.url.parse().ok()
    }

    /// Takes note of what a peer's identity log says now.
    pub fn learn_identity(&self, peer: NodeId, log: &[SignedIdentity]) -> Result<(), LinkError> {
        let identity = Identity::read(log).map_err(|_| LinkError::WrongIdentity)?;
        let known = self.peer_identity(peer).ok_or(LinkError::NoLink)?;
        if identity.node() != peer {
            return Err(LinkError::WrongIdentity);
        }
        let (learned, forked) = {
            let state = self.state();
            let alert = state.peers.get(&peer).and_then(|peer| peer.alert);
            (state.identity_events(peer), alert == Some(Alert::IdentityForked))
        };
        if forked {
            return Ok(());
        }
        let (mut known, mut records) = (Arc::unwrap_or_clone(known), Vec::new());
        for event in log.iter().filter(|event| !learned.contains(&event.id())) {
            let forked = match known.clone().append(event) {
                Ok(identity) => {
                    known = identity;
                    false
                }
                Err(IdentityError::Forked) => true,
                // It was replaced by what the paper sheet signed.
                Err(_) => continue,
            };
            records.push(peer_identity_record(peer, event));
            if forked {
                break;
            }
        }
        Ok(self.append(&records)?)
    }

    /// Returns a key with which a peer signs, or signed.
    pub(super) fn peer_signing_key(
        &self,
        peer: NodeId,
        kid: maillage_protocol::keys::Kid,
    ) -> Option<PublicKey> {
        self.state().peers.get(&peer)?.identity.signing_key(kid, KeyUse::Sig)
    }
}

/// Makes an entry about the channel itself.
pub(super) fn control_entry(to: NodeId, control: &Control) -> Outgoing {
    let body = encoding::base64url(&control.to_bytes());
    Outgoing::Clear { to, control: true, body }
}

/// Makes an entry that describes us.
pub(super) fn card_entry(to: NodeId, card: &[u8]) -> Outgoing {
    Outgoing::Clear { to, control: false, body: encoding::base64url(card) }
}
