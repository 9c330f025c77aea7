//! How two nodes come to trust each other: an invitation handed over by a human, a proof on each
//! side that both know it, and six digits that two humans compare.
//!
//! ```text
//! A's admin ── link or QR, by hand ──▶ B's admin
//!     A ◀── nonce B, mac B, B's identity ── B      mac = HMAC(key of the invitation, transcript)
//!     A ──── nonce A, mac A ──────────────▶ B
//! A's admin ◀──── 123456 = 123456? ────▶ B's admin     then link.accept, each in its own channel
//! ```

use std::fmt;
use std::str::FromStr;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::cj1::{self, Malformed, NotCanonical, Object};
use crate::encoding::{self, NotExact};
use crate::id::{IdentityId, NodeId};
use crate::label::Label;
use crate::time::Timestamp;

/// What an invitation starts with when it is written.
const PREFIX: &str = "maillage:invite:1:";

/// An invitation to link with a node. Whoever holds it may ask once.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The node that invites.
    pub node: NodeId,
    /// Sixteen bytes that nobody can guess.
    pub secret: InvitationSecret,
    /// Where the node can be reached.
    pub url: String,
    /// When it stops being valid.
    pub expires: Timestamp,
}

/// What both sides of an invitation know, and nobody else.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationSecret(Zeroizing<[u8; 16]>);

/// Both sides of a linking, in their order: who invites, who comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linking {
    /// The node that invites.
    pub host: NodeId,
    /// The node that comes with the invitation.
    pub guest: NodeId,
    /// The last event of the host's identity log.
    pub host_identity: IdentityId,
    /// The last event of the guest's identity log.
    pub guest_identity: IdentityId,
    /// Chance of the host.
    pub host_nonce: [u8; 16],
    /// Chance of the guest.
    pub guest_nonce: [u8; 16],
}

/// The proof that one side knows the invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkProof(pub [u8; 32]);

/// Why a text is not an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableInvitation {
    /// It does not start like one.
    #[error("this is not an invitation")]
    Prefix,
    /// A character is wrong, or missing.
    #[error(transparent)]
    NotExact(#[from] NotExact),
    /// It is not canonical.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// It does not say what it must.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl InvitationSecret {
    /// Takes sixteen bytes that nobody can guess.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Returns the bytes, to be kept where nobody else reads.
    #[must_use]
    pub fn reveal(&self) -> &[u8; 16] {
        &self.0
    }

    /// Returns the proof of the guest.
    #[must_use]
    pub fn guest_proof(&self, linking: &Linking) -> LinkProof {
        LinkProof(self.mac(linking, &linking.guest_transcript()).finalize().into_bytes().into())
    }

    /// Returns the proof of the host.
    #[must_use]
    pub fn host_proof(&self, linking: &Linking) -> LinkProof {
        LinkProof(self.mac(linking, &linking.host_transcript()).finalize().into_bytes().into())
    }

    /// Checks the proof of the guest, in a time that tells nothing.
    #[must_use]
    pub fn guest_knows(&self, linking: &Linking, proof: &LinkProof) -> bool {
        self.mac(linking, &linking.guest_transcript()).verify_slice(&proof.0).is_ok()
    }

    /// Checks the proof of the host, in a time that tells nothing.
    #[must_use]
    pub fn host_knows(&self, linking: &Linking, proof: &LinkProof) -> bool {
        self.mac(linking, &linking.host_transcript()).verify_slice(&proof.0).is_ok()
    }

    /// Returns the six digits that two humans compare.
    #[must_use]
    pub fn comparison_code(&self, linking: &Linking) -> ComparisonCode {
        let mut info = names(linking.host, linking.guest);
        info.extend(linking.guest_nonce);
        info.extend(linking.host_nonce);
        let number = u32::from_be_bytes(self.derive(&Label::Sas.before(&info)));
        ComparisonCode(number.checked_rem(1_000_000).unwrap_or(0))
    }

    fn mac(&self, linking: &Linking, transcript: &[u8]) -> Hmac<Sha256> {
        let info = Label::LinkKey.before(&names(linking.host, linking.guest));
        let key = Zeroizing::new(self.derive::<32>(&info));
        // HMAC pads a short key with zeros up to the block of its hash.
        let mut block = Zeroizing::new([0; 64]);
        for (padded, byte) in block.iter_mut().zip(*key) {
            *padded = byte;
        }
        Hmac::<Sha256>::new(&(*block).into()).chain_update(Label::Link.before(transcript))
    }

    fn derive<const N: usize>(&self, info: &[u8]) -> [u8; N] {
        let mut derived = [0; N];
        // HKDF fails beyond 8,160 bytes only.
        let _: Result<(), _> = Hkdf::<Sha256>::new(Some(b""), &*self.0).expand(info, &mut derived);
        derived
    }
}

impl Linking {
    fn guest_transcript(&self) -> Vec<u8> {
        let mut transcript = names(self.guest, self.host);
        transcript.extend(self.guest_identity.0);
        transcript.extend(self.guest_nonce);
        transcript
    }

    fn host_transcript(&self) -> Vec<u8> {
        let mut transcript = names(self.host, self.guest);
        transcript.extend(self.host_identity.0);
        transcript.extend(self.host_nonce);
        transcript.extend(self.guest_nonce);
        transcript
    }
}

fn names(first: NodeId, second: NodeId) -> Vec<u8> {
    format!("{first}\0{second}\0").into_bytes()
}

/// Six digits, the same on both screens if nobody stands between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComparisonCode(u32);

impl fmt::Display for ComparisonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl fmt::Debug for InvitationSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationSecret(…)")
    }
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invitation({}, {})", self.node, self.url)
    }
}

impl Invitation {
    /// Writes this invitation. It is a secret: there is no `Display`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let object = Object::new()
            .with("id", self.node.to_string())
            .with("s", encoding::base64url(self.secret.reveal()))
            .with("u", self.url.as_str())
            .with("v", 1)
            .with("x", self.expires.0);
        format!("{PREFIX}{}", encoding::base32(&object.to_bytes()))
    }
}

impl FromStr for Invitation {
    type Err = UnreadableInvitation;

    /// Reads what [`to_text`](Self::to_text) wrote, in any case and between spaces, since it may
    /// have gone through a QR code or an e-mail.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_ascii_lowercase();
        let written = text.strip_prefix(PREFIX).ok_or(UnreadableInvitation::Prefix)?;
        let object = cj1::read(&encoding::from_base32(written)?)?;
        if object.integer("v")? != 1 {
            return Err(Malformed("v").into());
        }
        Ok(Self {
            node: object.parsed("id")?,
            secret: InvitationSecret::from_random(object.bytes("s")?),
            url: object.text("u")?.to_owned(),
            expires: Timestamp(object.integer("x")?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linking() -> Linking {
        Linking {
            host: NodeId([1; 32]),
            guest: NodeId([2; 32]),
            host_identity: IdentityId([3; 32]),
            guest_identity: IdentityId([4; 32]),
            host_nonce: [5; 16],
            guest_nonce: [6; 16],
        }
    }

    #[test]
    fn both_sides_prove_that_they_know_the_invitation() {
        let (secret, linking) = (InvitationSecret::from_random([7; 16]), linking());
        let (guest, host) = (secret.guest_proof(&linking), secret.host_proof(&linking));
        assert!(secret.guest_knows(&linking, &guest) && secret.host_knows(&linking, &host));
        // One side's proof is not the other's.
        assert!(!secret.guest_knows(&linking, &host) && !secret.host_knows(&linking, &guest));
        assert!(!InvitationSecret::from_random([8; 16]).guest_knows(&linking, &guest));
    }

    #[test]
    fn whoever_stands_between_them_changes_a_proof() {
        let (secret, linking) = (InvitationSecret::from_random([7; 16]), linking());
        let (guest, host) = (secret.guest_proof(&linking), secret.host_proof(&linking));
        let twisted = [
            Linking { host: NodeId([9; 32]), ..linking },
            Linking { guest: NodeId([9; 32]), ..linking },
            Linking { host_identity: IdentityId([9; 32]), ..linking },
            Linking { guest_identity: IdentityId([9; 32]), ..linking },
            Linking { host_nonce: [9; 16], ..linking },
            Linking { guest_nonce: [9; 16], ..linking },
        ];
        for twisted in twisted {
            let both = secret.guest_knows(&twisted, &guest) && secret.host_knows(&twisted, &host);
            assert!(!both, "{twisted:?}");
        }
    }

    #[test]
    fn an_invitation_is_written_and_read_back_in_any_case() {
        let invitation = Invitation {
            node: NodeId([1; 32]),
            secret: InvitationSecret::from_random([7; 16]),
            url: "https://ccas.brenne.example/".to_owned(),
            expires: Timestamp(9),
        };
        let text = invitation.to_text();
        assert_eq!(text.parse(), Ok(invitation.clone()));
        assert_eq!(format!(" {}\n", text.to_uppercase()).parse(), Ok(invitation));
        assert_eq!("bonjour".parse::<Invitation>(), Err(UnreadableInvitation::Prefix));
        for at in PREFIX.len()..text.len() {
            let cut = text.get(..at).unwrap();
            assert!(cut.parse::<Invitation>().is_err(), "{at}");
        }
    }
}
