//! Opening hours, in the syntax of OpenStreetMap: whether a place opens before a date.

use chrono::NaiveDateTime;
use maillage_protocol::calendar::{Calendar, Day};
use maillage_protocol::time::Timestamp;
use opening_hours::{OpeningHours, RuleKind};

use crate::text::wall_time;

/// Tells whether a place is open at some time between now and the end of a day. `None` if its hours are
/// written for people alone.
#[must_use]
pub fn opens_before(hours: &str, now: Timestamp, deadline: Day) -> Option<bool> {
    let hours: OpeningHours = hours.parse().ok()?;
    let (from, until) = (naive(now)?, naive(Calendar::Metropolitan.end_of(deadline))?);
    Some(hours.iter_range(from, until).any(|range| range.kind == RuleKind::Open))
}

fn naive(at: Timestamp) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(&wall_time(at), "%Y-%m-%dT%H:%M").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_opens_after_the_date_is_known() {
        // Friday 6 March 2026, 16:40; the right is lost on Tuesday night.
        let friday = Calendar::Metropolitan.at("2026-03-06".parse().unwrap(), 16, 40).unwrap();
        let tuesday = "2026-03-10".parse().unwrap();
        for (hours, opens) in [
            ("Mo-Fr 09:00-17:00", Some(true)),
            ("We 09:00-17:00", Some(false)),
            ("Fr 09:00-16:00", Some(false)),
            ("Fr 09:00-17:00", Some(true)),
            ("Mo-Fr 09:00-17:00; Mo-Tu off; Fr 09:00-12:00", Some(false)),
            ("lundi à vendredi, 9 h – 17 h", None),
            ("", None),
        ] {
            assert_eq!(opens_before(hours, friday, tuesday), opens, "{hours}");
        }
    }
}
