//! Two acts about the same thing take turns; others share the disk's flush.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use maillage_protocol::id::{NodeId, ReferralId};

/// What acts take turns about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// One referral: deciding looks at what was said, so nothing may be said in between.
    Referral(ReferralId),
    /// One form or one request, and its repetitions.
    Once([u8; 16]),
    /// What one peer sends us.
    Incoming(NodeId),
    /// What one peer is sent.
    Outgoing(NodeId),
    /// Who has an account.
    Accounts,
    /// Erasing.
    Erasure,
    /// Our identity log: each event follows the one before.
    Identity,
}

/// One lock for each subject that somebody acts upon now.
#[derive(Default)]
pub(super) struct Turns(Mutex<BTreeMap<Subject, Arc<Mutex<()>>>>);

impl Turns {
    /// Waits for its turn, then acts.
    pub(super) fn take<T>(&self, subject: Subject, act: impl FnOnce() -> T) -> T {
        let turn = Arc::clone(self.lock().entry(subject).or_default());
        let done = {
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            act()
        };
        drop(turn);
        let mut turns = self.lock();
        if turns.get(&subject).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            turns.remove(&subject);
        }
        done
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Subject, Arc<Mutex<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
