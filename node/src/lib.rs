//! One structure's node: what it knows, on its own disk, and how it exchanges it with its peers.
//!
//! Read it from the inside out: each module may use those above it.

// Around.
pub mod config;
pub mod env;
pub mod telemetry;
pub mod disk;
pub mod folder;
pub mod keys;

// Truth: what was said, and the keys that can be destroyed.
pub mod journal;
pub mod vault;
pub mod facts;

// The node without its doors.
pub mod app;

// The doors.
pub mod federation;
