//! Who has to be woken up: those who follow everything, those who serve one peer, and those who
//! follow the links. A record about one peer wakes nobody who serves another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use maillage_protocol::id::NodeId;
use tokio::sync::watch;

/// What wakes others up.
#[derive(Default)]
pub(super) struct News {
    pub(super) all: watch::Sender<u64>,
    pub(super) links: watch::Sender<u64>,
    peers: Mutex<BTreeMap<NodeId, watch::Sender<u64>>>,
}

impl News {
    pub(super) fn of(&self, peer: NodeId) -> watch::Sender<u64> {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        peers.entry(peer).or_default().clone()
    }

    /// Tells that a record was noted, for whom there is something new to do, and whether a link
    /// has changed.
    pub(super) fn tell(&self, stirred: BTreeSet<NodeId>, links: bool) {
        let count = |told: &mut u64| *told = told.wrapping_add(1);
        self.all.send_modify(count);
        for peer in stirred {
            self.of(peer).send_modify(count);
        }
        if links {
            self.links.send_modify(count);
        }
    }
}
