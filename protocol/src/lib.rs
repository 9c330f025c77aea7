//! What two nodes of Maillage must agree on.
//!
//! This crate never waits, never fails by itself, and never differs between two runs: time,
//! chance and identity are arguments. It holds no file, no socket and no clock.
//!
//! Read it in this order. *Base* knows nothing else of ours. *Bytes* carries anything and
//! understands nothing. *Meaning* knows nothing of bytes. [`body`] alone joins the two.

#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::expect_used,
        clippy::panic
    )
)]

// Base.
pub mod id;
pub mod time;
pub mod private;
pub mod limits;
pub mod encoding;
pub mod label;
pub mod keys;
pub mod problem;

// Bytes.
pub mod cj1;
pub mod signed;
pub mod identity;
pub mod event;
pub mod seal;
pub mod control;
pub mod channel;
pub mod fork;
pub mod receipt;
pub mod erasure;
pub mod link;
pub mod httpsig;
pub mod delivery;
pub mod transport;
pub mod leaf;

// Meaning.
pub mod calendar;
pub mod codes;
pub mod disclosure;
pub mod consent;
pub mod guard;
pub mod need;
pub mod pathway;
pub mod referral;
pub mod directory;

// The joint.
pub mod body;
