//! Points in time. They are said by somebody, never read from a clock here.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970 in UTC, as an author stated them. Sums saturate.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

/// Twenty-four hours.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Sixty minutes.
pub const HOUR: Duration = Duration::from_secs(60 * 60);

impl Timestamp {
    /// Returns this time and `duration`.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// Returns this time less `duration`.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    /// Returns how long after `earlier` this is: zero if it is not.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
