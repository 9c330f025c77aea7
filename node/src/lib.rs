//! One structure's node: what it knows, on its own disk, and how it exchanges it with its peers.
//!
//! Read it from the inside out: each module may use those above it.

// Around.
mod closed;
pub mod config;
pub mod env;
pub mod telemetry;
pub mod text;
pub mod disk;
pub mod folder;
pub mod hours;
pub mod keys;

// Truth: what was said, and the keys that can be destroyed.
pub mod journal;
pub mod vault;
pub mod facts;

// What can be rebuilt.
pub mod index;
pub mod projection;

// The node without its doors.
pub mod app;
pub mod opening;
pub mod backup;
pub mod bridges;
pub mod control;

// The doors.
pub mod mail;
pub mod caller;
pub mod code_tries;
pub mod federation;
pub mod api;
pub mod web;

pub mod metrics;
pub mod cli;
