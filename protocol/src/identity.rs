//! Who a node is: a log of signed events, named by the hash of its first one.
//!
//! ```text
//! genesis ──▶ update ──▶ update ──▶ rotate ──▶ update ──▶ close
//!                │                    ▲
//!                └── superseded ──────┘  a rotation may follow an earlier event than the last
//! ```
//!
//! A stolen signing key can write an `update`, which moves addresses and daily keys. Only the
//! rotation key, kept on paper and committed by its hash, can write a `rotate`, which replaces
//! everything and may set aside the updates of the thief, or a `close`.

mod event;
mod log;
#[cfg(test)]
mod tests;

pub use event::{
    Genesis, IdentityKey, IdentitySignature, Organization, RevocationCause, Revoked, Rotation,
    SignedIdentity, UnreadableIdentity, Update,
};
pub use log::{Identity, IdentityError, RevokedKey};
