//! Real nodes for tests: each a process of the real binary, with its own folder and its own port.
//!
//! A test never sleeps: it waits for something that can be observed, and says what it was when it
//! does not come.

mod demo;
mod hostile;
mod node;
mod pair;

pub use demo::{Account, Demo};
pub use hostile::Hostile;
pub use node::{Node, free_port};
pub use pair::{FIRST_NAME, Pair, TELEPHONE};

/// Chooses the one crypto provider, once for all tests of a process.
pub fn with_crypto() {
    // A second call finds it chosen.
    rustls::crypto::ring::default_provider().install_default().ok();
}
