//! Changing one's mind: by code, through any node. It absorbs: nothing revives what she ended.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::disclosure::Category;
use crate::encoding::{self, NotExact};
use crate::id::ConsentId;
use crate::label::Label;

/// What she ends.
///
/// A word of a newer version is read as the whole referral: better too much than too little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "scope", rename_all = "snake_case")]
pub enum WithdrawalScope {
    /// One item is no longer known there.
    Item {
        /// Which.
        item: Category,
    },
    /// Nothing more is told to the sender.
    Feedback,
    /// She is no longer counted.
    Statistics,
    /// Everything with this structure, for this need, on this path.
    Pathway,
    /// Everything with this structure.
    #[serde(other)]
    Referral,
}

impl WithdrawalScope {
    /// Tells whether it ends the referral, rather than a part of what is known.
    #[must_use]
    pub const fn ends_the_referral(self) -> bool {
        match self {
            Self::Referral | Self::Pathway => true,
            Self::Item { .. } | Self::Feedback | Self::Statistics => false,
        }
    }
}

/// The secret on her receipt: sees, answers, withdraws. Eighty bits, sixteen characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonalCode([u8; 10]);

impl PersonalCode {
    /// Makes a code out of bytes that nobody can guess.
    #[must_use]
    pub const fn from_random(bytes: [u8; 10]) -> Self {
        Self(bytes)
    }

    /// Returns the code in four groups, for her receipt and for nothing else.
    #[must_use]
    pub fn to_printed(&self) -> String {
        encoding::grouped(&self.characters())
    }

    /// Returns what a consent says of the code, so that both sides can recognize it.
    #[must_use]
    pub fn commitment(&self, consent: ConsentId) -> CodeCommitment {
        let message = format!("{consent}{}", self.characters());
        CodeCommitment(Label::WithdrawCode.hash(message.as_bytes()))
    }

    /// Returns what a desk shows to other nodes to find the one that issued the code.
    #[must_use]
    pub fn lookup(&self) -> CodeLookup {
        CodeLookup(Label::WithdrawLookup.hash(self.characters().as_bytes()))
    }

    fn characters(&self) -> String {
        encoding::crockford(&self.0)
    }
}

impl FromStr for PersonalCode {
    type Err = NotExact;

    /// Reads a code as people type it.
    fn from_str(typed: &str) -> Result<Self, NotExact> {
        encoding::from_crockford(typed)?.try_into().map(Self).map_err(|_| NotExact)
    }
}

impl TryFrom<String> for PersonalCode {
    type Error = NotExact;

    fn try_from(typed: String) -> Result<Self, NotExact> {
        typed.parse()
    }
}

impl From<PersonalCode> for String {
    fn from(code: PersonalCode) -> Self {
        code.characters()
    }
}

impl fmt::Debug for PersonalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonalCode(…)")
    }
}

/// Declares a hash of a personal code.
macro_rules! code_hash {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(pub [u8; 32]);

        impl TryFrom<String> for $name {
            type Error = NotExact;

            fn try_from(text: String) -> Result<Self, NotExact> {
                encoding::from_base64url_array(&text).map(Self)
            }
        }

        impl From<$name> for String {
            fn from(hash: $name) -> Self {
                encoding::base64url(&hash.0)
            }
        }
    )+};
}

code_hash! {
    /// The hash of a code and of the consent it belongs to.
    CodeCommitment;
    /// The hash of a code alone.
    CodeLookup;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_recognized_by_what_its_consent_says() {
        let code: PersonalCode = "7f3k-9qh2-m4tz-oxwb".parse().unwrap();
        assert_eq!(code.to_printed(), "7F3K-9QH2-M4TZ-0XWB");
        let consent = "2f6c1c1e-5a0b-4c1d-9f27-0c8f6f3b7a10".parse().unwrap();
        // Made by an independent tool.
        let expected = "S0aeAQrwE1y9xnRxOtASulYo3b_v5YrNG6DBDe84syc";
        assert_eq!(String::from(code.commitment(consent)), expected);
        assert_ne!(code.commitment(ConsentId::from_bytes([0; 16])), code.commitment(consent));
        assert_ne!(code.lookup().0, code.commitment(consent).0);
    }

    #[test]
    fn a_code_hides_itself_and_is_exactly_sixteen_characters() {
        let code = PersonalCode::from_random([7; 10]);
        assert_eq!(format!("{code:?}"), "PersonalCode(…)");
        for wrong in ["", "7F3K-9QH2-M4TZ-0XW", "7F3K-9QH2-M4TZ-0XWBB", "7F3K-9QH2-M4TZ-0XWU"] {
            assert_eq!(wrong.parse::<PersonalCode>(), Err(NotExact), "{wrong}");
        }
    }

    #[test]
    fn a_newer_scope_ends_the_referral() {
        let newer = serde_json::from_str(r#"{"scope":"household"}"#).unwrap();
        assert_eq!(WithdrawalScope::Referral, newer);
        let item = serde_json::from_str(r#"{"scope":"item","item":"phone"}"#).unwrap();
        assert_eq!(WithdrawalScope::Item { item: Category::Phone }, item);
    }
}
