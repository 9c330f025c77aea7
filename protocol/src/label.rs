//! What bytes are signed or hashed as.
//!
//! Nothing is signed or hashed without a label, so that bytes made for one purpose are never
//! valid for another, nor in another version of the protocol. The zero byte keeps any label from
//! being the beginning of another.

use sha2::{Digest, Sha256};

/// Declares the labels from one list.
macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident = $label:literal;)+) => {
        /// A purpose for which bytes are signed or hashed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Label {
            $($(#[$doc])* $name,)+
        }

        impl Label {
            /// Every label.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Returns the label as it is written.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $label,)+
                }
            }

            const fn prefix(self) -> &'static [u8] {
                match self {
                    $(Self::$name => concat!("maillage/v1/", $label, "\0").as_bytes(),)+
                }
            }
        }
    };
}

labels! {
    /// The header of an event, to be signed.
    Event = "event";
    /// The header of an event, to be named.
    EventId = "event-id";
    /// An event of an identity log, to be signed.
    Identity = "identity";
    /// An event of an identity log, to be named.
    IdentityId = "identity-id";
    /// A genesis document, to name the node.
    NodeId = "node-id";
    /// A public key, to be named.
    Kid = "kid";
    /// A rotation key, to be committed in advance.
    NextKey = "next-key";
    /// The key of one event, to be committed in its header.
    CekCommit = "cek-commit";
    /// The place of a sealed body, to be authenticated with it.
    Body = "body";
    /// The event and the recipient of a keybox.
    Keybox = "keybox";
    /// A delivery receipt, to be signed and named.
    Receipt = "receipt";
    /// The proof that both sides know an invitation.
    Link = "link";
    /// The key of that proof.
    LinkKey = "link-key";
    /// Six digits that two people compare.
    Sas = "sas";
    /// An introduction by a third node, to be signed.
    Intro = "intro";
    /// A registry of a territory, to be signed.
    Registry = "registry";
    /// A personal code, to be committed in a consent.
    WithdrawCode = "withdraw-code";
    /// A personal code, to be looked up without showing it.
    WithdrawLookup = "withdraw-lookup";
    /// The number of a chain of attempts, to be checked when it is typed.
    Pathway = "pathway";
    /// What a person agreed to, to be named on her receipt.
    Grant = "grant";
    /// The receipt that a person holds, to be signed.
    ConsentReceipt = "consent-receipt";
    /// An order to erase or its attestation, to be signed and named.
    Erasure = "erasure";
    /// A fact in the journal, to be named.
    Fact = "fact";
    /// A piece of evidence in the journal, to be named.
    Evidence = "evidence";
    /// Statistics, to be signed.
    Stat = "stat";
    /// The form of a table of statistics, to be named.
    StatForm = "stat-form";
    /// The verification key of statistics.
    StatVk = "stat-vk";
    /// The code lists of statistics, to be named.
    StatCodes = "stat-codes";
}

impl Label {
    /// Returns the label, then `message`: what is signed.
    #[must_use]
    pub fn before(self, message: &[u8]) -> Vec<u8> {
        [self.prefix(), message].concat()
    }

    /// Returns the SHA-256 hash of the label, then `message`.
    #[must_use]
    pub fn hash(self, message: &[u8]) -> [u8; 32] {
        Sha256::new().chain_update(self.prefix()).chain_update(message).finalize().into()
    }
}

/// Returns the SHA-256 hash of bytes whose label is elsewhere: a body, named in a signed header.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_short_and_plain() {
        for label in Label::ALL {
            let name = label.name();
            assert!((1..=16).contains(&name.len()), "{name}");
            assert!(name.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase()), "{name}");
        }
    }
}
