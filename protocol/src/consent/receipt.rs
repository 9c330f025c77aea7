//! What she holds on paper: that this organization recorded this agreement, at this date, signed so
//! that anybody who has a public key of the organization can check it without asking anyone.
//!
//! ```text
//!   issuer 32 │ kid 8 │ consent 16 │ at 8 │ grant 32 ║ signature 64
//!   └──────────────── signed ────────────────────────┘
//!                                   160 bytes: 256 characters that can be typed, 64 groups of four
//! ```
//!
//! It names nobody and does not hold her code: whoever finds it learns that an agreement exists. It is
//! a technical signature, not a seal in the sense of eIDAS.

use std::fmt;
use std::str::FromStr;

use super::Grant;
use crate::cj1::{NotCanonical, Value};
use crate::encoding::{self, NotExact};
use crate::id::{ConsentId, NodeId};
use crate::keys::{BadSignature, Kid, PrivateKey, PublicKey};
use crate::label::Label;
use crate::pathway::PathwayNumber;
use crate::time::Timestamp;

/// What stands before the signature, in bytes.
const SAID: usize = 96;
/// What is on paper, in bytes.
const WHOLE: usize = 160;

/// What an organization says of an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsentReceipt {
    /// Who recorded the agreement.
    pub issuer: NodeId,
    /// With which key it signs.
    pub kid: Kid,
    /// The name of the consent.
    pub consent: ConsentId,
    /// When she agreed.
    pub at: Timestamp,
    /// What she agreed to, by its hash.
    pub grant: [u8; 32],
}

impl ConsentReceipt {
    /// Signs that this was agreed.
    pub fn sign(
        grant: &Grant,
        issuer: NodeId,
        key: &PrivateKey,
    ) -> Result<SignedReceipt, NotCanonical> {
        let said = Self {
            issuer,
            kid: key.kid(),
            consent: grant.id,
            at: grant.at,
            grant: grant.digest()?,
        };
        let said = said.to_bytes();
        let signature = key.sign(Label::ConsentReceipt, &said);
        Ok(SignedReceipt { said, signature })
    }

    /// Tells whether this is the consent that was agreed to, to the last item.
    #[must_use]
    pub fn is_of(&self, grant: &Grant) -> bool {
        grant.digest().is_ok_and(|digest| digest == self.grant)
    }

    fn to_bytes(self) -> [u8; SAID] {
        let mut said = [0; SAID];
        let parts = [
            &self.issuer.0[..],
            &self.kid.0,
            &self.consent.to_bytes(),
            &self.at.0.to_be_bytes(),
            &self.grant,
        ];
        for (to, from) in said.iter_mut().zip(parts.concat()) {
            *to = from;
        }
        said
    }

    fn read(said: &[u8; SAID]) -> Option<Self> {
        let (issuer, rest) = said.split_first_chunk()?;
        let (kid, rest) = rest.split_first_chunk()?;
        let (consent, rest) = rest.split_first_chunk()?;
        let (at, rest) = rest.split_first_chunk()?;
        Some(Self {
            issuer: NodeId(*issuer),
            kid: Kid(*kid),
            consent: ConsentId::from_bytes(*consent),
            at: Timestamp(u64::from_be_bytes(*at)),
            grant: *rest.first_chunk()?,
        })
    }
}

impl Grant {
    /// Returns the hash of what she agreed to: its members as they travel, in CJ1.
    pub fn digest(&self) -> Result<[u8; 32], NotCanonical> {
        let members = serde_json::to_value(self).map_err(|_| NotCanonical)?;
        Ok(Label::Grant.hash(&Value::try_from(members)?.to_bytes()))
    }
}

/// What is on paper, with its signature. Nothing about it has been checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SignedReceipt {
    said: [u8; SAID],
    signature: [u8; 64],
}

impl SignedReceipt {
    /// Reads what it says, with the key that its issuer has or had under that name.
    pub fn verify(
        &self,
        issuer: impl Fn(NodeId, Kid) -> Option<PublicKey>,
    ) -> Result<ConsentReceipt, BadSignature> {
        let said = self.claims()?;
        let key = issuer(said.issuer, said.kid).ok_or(BadSignature)?;
        if key.kid() != said.kid {
            return Err(BadSignature);
        }
        key.verify(Label::ConsentReceipt, &self.said, &self.signature)?;
        Ok(said)
    }

    /// Returns what it says, believed by nobody yet: whose key to look for.
    pub fn claims(&self) -> Result<ConsentReceipt, BadSignature> {
        ConsentReceipt::read(&self.said).ok_or(BadSignature)
    }

    /// Returns the groups that are printed.
    #[must_use]
    pub fn to_printed(&self) -> String {
        encoding::grouped(&self.characters())
    }

    /// Returns what the square holds after the « # » of an address: her code, where the chain goes
    /// on, then this.
    #[must_use]
    pub fn in_square(&self, code: &str, number: PathwayNumber) -> String {
        format!("{code}.{}.{}", number.characters(), self.characters())
    }

    fn characters(&self) -> String {
        encoding::crockford(&[&self.said[..], &self.signature].concat())
    }
}

impl FromStr for SignedReceipt {
    type Err = NotExact;

    /// Reads the groups as people type them, or all that a square holds: what is before the last
    /// full stop is not needed here.
    fn from_str(typed: &str) -> Result<Self, NotExact> {
        let (_, typed) = typed.rsplit_once('.').unwrap_or(("", typed));
        let whole: [u8; WHOLE] =
            encoding::from_crockford(typed)?.try_into().map_err(|_| NotExact)?;
        let (said, signature) = whole.split_first_chunk().ok_or(NotExact)?;
        let signature = signature.try_into().map_err(|_| NotExact)?;
        Ok(Self { said: *said, signature })
    }
}

impl fmt::Debug for SignedReceipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedReceipt({})", self.characters())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::consent;
    use super::*;
    use crate::id::PathwayId;

    const US: NodeId = NodeId([9; 32]);

    fn key() -> PrivateKey {
        PrivateKey::from_seed(&[1; 32])
    }

    fn signed() -> SignedReceipt {
        ConsentReceipt::sign(consent().grant(), US, &key()).unwrap()
    }

    fn known(issuer: NodeId, kid: Kid) -> Option<PublicKey> {
        (issuer == US && kid == key().kid()).then(|| key().public())
    }

    #[test]
    fn a_receipt_is_checked_with_a_public_key_and_nothing_else() {
        let said = signed().verify(known).unwrap();
        let grant = consent().grant().clone();
        assert_eq!((said.issuer, said.consent, said.at), (US, grant.id, grant.at));
        assert!(said.is_of(&grant));
        let mut other = grant;
        other.scope.categories.pop_last();
        assert!(!said.is_of(&other), "one item more or less is another agreement");
        assert_eq!(signed().verify(|_, _| None), Err(BadSignature));
        let stranger = PrivateKey::from_seed(&[2; 32]).public();
        assert_eq!(signed().verify(|_, _| Some(stranger)), Err(BadSignature));
    }

    #[test]
    fn no_bit_of_a_receipt_can_change() {
        for at in 0..WHOLE * 8 {
            let mut changed = signed();
            let (byte, bit) = (at / 8, 1 << (at % 8));
            match byte.checked_sub(SAID) {
                None => changed.said[byte] ^= bit,
                Some(byte) => changed.signature[byte] ^= bit,
            }
            let any = |_, _| Some(key().public());
            assert_eq!(changed.verify(any), Err(BadSignature), "{at}");
        }
    }

    #[test]
    fn what_is_printed_is_read_as_people_type_it_or_as_a_telephone_reads_it() {
        let printed = signed().to_printed();
        assert_eq!(printed.split('-').filter(|group| group.len() == 4).count(), 64);
        let typed = printed.to_lowercase().replace('-', " ").replace('0', "o");
        assert_eq!(typed.parse(), Ok(signed()));
        let number = PathwayNumber { pathway: PathwayId::from_bytes([3; 16]), hop: 0 };
        let square = signed().in_square("7F3K-9QH2-M4TZ-0XWB", number);
        assert_eq!(format!("https://ccas.brenne.example/p#{square}").parse(), Ok(signed()));
        assert!(!printed.contains("7F3K"), "her code is not in it");
        for wrong in ["", "7F3K-9QH2-M4TZ-0XWB", &printed[1..], &format!("{printed}-0000")] {
            assert_eq!(wrong.parse::<SignedReceipt>(), Err(NotExact), "{wrong}");
        }
    }
}
