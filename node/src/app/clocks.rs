//! Our clock, compared with those of our peers: a consent that is dated wrongly proves nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use maillage_protocol::id::NodeId;
use maillage_protocol::limits;
use maillage_protocol::time::{DAY, Timestamp};

use super::App;

/// What each peer said last of the time. Nothing of it outlives the process: a peer may lie, and
/// says it again at its next answer.
#[derive(Default)]
pub(super) struct Clocks(BTreeMap<NodeId, Said>);

struct Said {
    at: Timestamp,
    /// Milliseconds by which its clock is ahead of ours; negative if it is behind.
    ahead: i64,
}

impl Clocks {
    fn hear(&mut self, peer: NodeId, theirs: Timestamp, now: Timestamp) {
        let ahead = i64::try_from(theirs.0).unwrap_or(i64::MAX);
        let ahead = ahead.saturating_sub(i64::try_from(now.0).unwrap_or(i64::MAX));
        self.0.insert(peer, Said { at: now, ahead });
    }

    /// Returns what the clock in the middle differs by, whatever a few of them say.
    fn middle(&self, now: Timestamp) -> Option<Duration> {
        let fresh = self.0.values().filter(|said| now.since(said.at) <= DAY);
        let mut ahead: Vec<_> = fresh.map(|said| said.ahead).collect();
        ahead.sort_unstable();
        let (low, high) = (ahead.len().checked_sub(1)? / 2, ahead.len() / 2);
        let closest = ahead.get(low..=high)?.iter().map(|ahead| ahead.unsigned_abs()).min()?;
        Some(Duration::from_millis(closest))
    }
}

impl App {
    /// Takes note of the time at which a peer has just answered, by its clock.
    pub fn heard_clock(&self, peer: NodeId, theirs: Timestamp) {
        let now = self.now();
        self.clocks().hear(peer, theirs, now);
    }

    /// Forgets what peers said, since our clock is another one.
    pub fn forget_clocks(&self) {
        *self.clocks() = Clocks::default();
    }

    /// Tells whether our clock differs from those of our peers by more than they can excuse
    /// (protocol.md §11.2): then nobody's consent is dated.
    #[must_use]
    pub fn doubts_its_clock(&self) -> bool {
        let now = self.now();
        self.clocks().middle(now).is_some_and(|differs| differs > limits::CLOCK_ALARM)
    }

    /// Tells whether a peer has confirmed our clock within a day. A node that is alone with its clock
    /// takes nothing away from anybody by it: nothing expires before somebody has said what time it is.
    #[must_use]
    pub fn knows_the_time(&self) -> bool {
        let now = self.now();
        self.clocks().middle(now).is_some_and(|differs| differs <= limits::CLOCK_ALARM)
    }

    fn clocks(&self) -> std::sync::MutexGuard<'_, Clocks> {
        self.clocks.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn middle(seconds: &[i64]) -> Option<u64> {
        let mut clocks = Clocks::default();
        for (peer, seconds) in (0..).zip(seconds) {
            let theirs = NOW.0.checked_add_signed(seconds * 1_000).unwrap();
            clocks.hear(NodeId([peer; 32]), Timestamp(theirs), NOW);
        }
        clocks.middle(NOW).map(|differs| differs.as_secs())
    }

    #[test]
    fn one_clock_among_several_accuses_nobody() {
        assert_eq!(middle(&[]), None);
        assert_eq!(middle(&[-300]), Some(300));
        assert_eq!(middle(&[0, 300]), Some(0));
        assert_eq!(middle(&[1, 300, -300]), Some(1));
        assert_eq!(middle(&[250, 300, 2]), Some(250));
        assert_eq!(middle(&[250, 300, 2, -7]), Some(2));
    }

    #[test]
    fn what_was_said_yesterday_says_nothing_of_today() {
        let mut clocks = Clocks::default();
        clocks.hear(NodeId([1; 32]), NOW.after(DAY), NOW);
        assert!(clocks.middle(NOW).is_some());
        assert_eq!(clocks.middle(NOW.after(2 * DAY)), None);
    }
}
