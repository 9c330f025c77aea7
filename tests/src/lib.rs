//! Real nodes for tests: each a process of the real binary, with its own folder and its own port.
//!
//! A test never sleeps: it waits for something that can be observed, and says what it was when it
//! does not come.

mod backup;
mod chance;
mod channel;
mod demo;
mod node;
mod pair;
mod paper;
mod postbox;
mod proxy;
mod territory;
mod visit;
mod written;

pub use backup::Backups;
pub use chance::Chance;
pub use channel::PaperChannel;
pub use demo::{Account, Demo, Situation};
pub use node::{Node, free_port};
pub use pair::{FIRST_NAME, Pair, TELEPHONE};
pub use paper::PaperPeer;
pub use postbox::{Arrived, Postbox, Temper};
pub use proxy::{Fault, Proxy};
pub use territory::{Territory, both, paris, same};
pub use visit::Visit;

/// Chooses the one crypto provider, once for all tests of a process.
pub fn with_crypto() {
    // A second call finds it chosen.
    rustls::crypto::ring::default_provider().install_default().ok();
}
