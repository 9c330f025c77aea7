//! Dates as an administrator reads them.

use std::time::Duration;

use jiff::tz::TimeZone;
use maillage_protocol::time::{DAY, Timestamp};

/// Returns a date and an hour of this machine: « 02/03/2026 à 09:00 ».
pub(super) fn date(at: Timestamp) -> String {
    let at = i64::try_from(at.0).unwrap_or(i64::MAX);
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    at.to_zoned(TimeZone::system()).strftime("%d/%m/%Y à %H:%M").to_string()
}

/// Returns the whole days of a duration.
pub(super) const fn days(duration: Duration) -> u64 {
    duration.as_secs() / DAY.as_secs()
}
