//! Working time in France: which days are worked, and when an answer is due.
//!
//! Offices work from Monday to Friday, 9 to 17 h of their own clock, but on public holidays.
//! Holidays are computed, not listed, so that no table can run out. Zones are compiled in: two
//! nodes that agree on a proposal agree on its dates.
//!
//! ```
//! use maillage_protocol::calendar::{Calendar, Day};
//!
//! let calendar = Calendar::Metropolitan;
//! let sunday = calendar.end_of("2026-04-05".parse::<Day>().unwrap());
//! // Easter Monday is not worked.
//! assert_eq!(calendar.day(calendar.working_days_after(sunday, 1)).to_string(), "2026-04-07");
//! ```

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

use jiff::civil::{Date, Time, Weekday, time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::codes::code_list;
use crate::time::Timestamp;

code_list! {
    /// Which days are worked, and by which clock. Frozen in each proposal.
    Calendar or Metropolitan {
        /// Mainland France and Corsica.
        Metropolitan = "fr",
        /// Bas-Rhin, Haut-Rhin and Moselle: Good Friday and 26 December besides.
        AlsaceMoselle = "fr-alsace-moselle",
        /// Guadeloupe: 27 May besides.
        Guadeloupe = "fr-guadeloupe",
        /// Martinique: 22 May besides.
        Martinique = "fr-martinique",
        /// French Guiana: 10 June besides.
        Guiana = "fr-guyane",
        /// Réunion: 20 December besides.
        Reunion = "fr-reunion",
        /// Mayotte: 27 April besides.
        Mayotte = "fr-mayotte",
    }
}

/// When offices open.
const OPENING: Time = time(9, 0, 0, 0);
/// When offices close, and when what is due on a day is due.
const CLOSING: Time = time(17, 0, 0, 0);
/// When a day that ends a right is over, as the forms of administrations say it.
const MIDNIGHT: Time = time(23, 59, 0, 0);
/// Days looked at before giving up: no duty is counted further than a year ahead.
const HORIZON: usize = 400;

impl Calendar {
    /// Returns the closing time of the `days`-th working day after the local date of `since`.
    #[must_use]
    pub fn working_days_after(self, since: Timestamp, days: u16) -> Timestamp {
        let today = self.date(since);
        let Some(last) = usize::from(days).checked_sub(1) else {
            return self.instant(today, CLOSING).max(since);
        };
        let mut worked = following(today).skip(1).filter(|date| self.is_worked(Day(*date)));
        self.instant(worked.nth(last).unwrap_or(today), CLOSING)
    }

    /// Returns the time during which offices are open between two instants.
    #[must_use]
    pub fn working_time(self, from: Timestamp, to: Timestamp) -> Duration {
        let days = self.open_hours(from).take_while(|(opens, _)| *opens < to);
        days.fold(Duration::ZERO, |sum, (opens, closes)| {
            sum.saturating_add(closes.min(to).since(opens))
        })
    }

    /// Returns when offices have been open for `time` since an instant.
    #[must_use]
    pub fn after_working_time(self, from: Timestamp, time: Duration) -> Timestamp {
        let mut rest = time;
        for (opens, closes) in self.open_hours(from) {
            let open = closes.since(opens);
            if rest <= open {
                return opens.after(rest);
            }
            rest = rest.saturating_sub(open);
        }
        from.after(time)
    }

    /// Returns the local day of an instant.
    #[must_use]
    pub fn day(self, at: Timestamp) -> Day {
        Day(self.date(at))
    }

    /// Returns the last minute of a day: 23:59 by the local clock.
    #[must_use]
    pub fn end_of(self, day: Day) -> Timestamp {
        self.instant(day.0, MIDNIGHT)
    }

    /// Returns the instant of an hour and a minute of a day by the local clock, if that hour
    /// exists.
    #[must_use]
    pub fn at(self, day: Day, hour: u8, minute: u8) -> Option<Timestamp> {
        let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
        Some(self.instant(day.0, Time::new(hour, minute, 0, 0).ok()?))
    }

    /// Tells whether offices open on a day.
    #[must_use]
    pub fn is_worked(self, day: Day) -> bool {
        let weekend = matches!(day.0.weekday(), Weekday::Saturday | Weekday::Sunday);
        !weekend && !self.is_holiday(day)
    }

    /// Tells whether a day is a public holiday here.
    #[must_use]
    pub fn is_holiday(self, day: Day) -> bool {
        let after_easter = days_after_easter(day.0);
        let national = matches!(
            (day.0.month(), day.0.day()),
            (1, 1) | (5, 1 | 8) | (7, 14) | (8, 15) | (11, 1 | 11) | (12, 25)
        ) || matches!(after_easter, 1 | 39 | 50);
        national || self.is_local_holiday(day.0, after_easter)
    }

    fn is_local_holiday(self, date: Date, after_easter: i32) -> bool {
        let day = (date.month(), date.day());
        match self {
            Self::Metropolitan => false,
            Self::AlsaceMoselle => after_easter == -2 || day == (12, 26),
            Self::Guadeloupe => day == (5, 27),
            Self::Martinique => day == (5, 22),
            Self::Guiana => day == (6, 10),
            Self::Reunion => day == (12, 20),
            Self::Mayotte => day == (4, 27),
        }
    }

    /// Returns the opening hours from an instant on: nothing of them is before it.
    fn open_hours(self, from: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        following(self.date(from))
            .filter(move |date| self.is_worked(Day(*date)))
            .map(move |date| (self.instant(date, OPENING).max(from), self.instant(date, CLOSING)))
            .filter(|(opens, closes)| opens < closes)
    }

    fn date(self, at: Timestamp) -> Date {
        let at = i64::try_from(at.0).ok().and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
        self.zone().to_datetime(at.unwrap_or(jiff::Timestamp::MAX)).date()
    }

    fn instant(self, date: Date, time: Time) -> Timestamp {
        let at = self.zone().to_timestamp(date.to_datetime(time));
        let at = at.map_or(i64::MAX, jiff::Timestamp::as_millisecond);
        Timestamp(u64::try_from(at).unwrap_or(0))
    }

    fn zone(self) -> &'static TimeZone {
        match self {
            Self::Metropolitan | Self::AlsaceMoselle => &PARIS,
            Self::Guadeloupe => &GUADELOUPE,
            Self::Martinique => &MARTINIQUE,
            Self::Guiana => &GUIANA,
            Self::Reunion => &REUNION,
            Self::Mayotte => &MAYOTTE,
        }
    }
}

static PARIS: LazyLock<TimeZone> = LazyLock::new(|| compiled_in("Europe/Paris"));
static GUADELOUPE: LazyLock<TimeZone> = LazyLock::new(|| compiled_in("America/Guadeloupe"));
static MARTINIQUE: LazyLock<TimeZone> = LazyLock::new(|| compiled_in("America/Martinique"));
static GUIANA: LazyLock<TimeZone> = LazyLock::new(|| compiled_in("America/Cayenne"));
static REUNION: LazyLock<TimeZone> = LazyLock::new(|| compiled_in("Indian/Reunion"));
static MAYOTTE: LazyLock<TimeZone> = LazyLock::new(|| compiled_in("Indian/Mayotte"));

fn compiled_in(name: &str) -> TimeZone {
    // A test asks for each of them: none can be missing.
    TimeZoneDatabase::bundled().get(name).unwrap_or(TimeZone::UTC)
}

/// Returns a date and those that follow it, within the horizon.
fn following(date: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(date), |date| date.tomorrow().ok()).take(HORIZON)
}

fn days_after_easter(date: Date) -> i32 {
    let (month, day) = easter(i32::from(date.year()));
    let Ok(easter) = Date::new(date.year(), month, day) else { return i32::MAX };
    i32::from(date.day_of_year()).saturating_sub(i32::from(easter.day_of_year()))
}

/// Returns the month and the day of Easter (Gregorian computus, anonymous algorithm of 1876).
#[cfg_attr(
    not(test),
    expect(clippy::arithmetic_side_effects, reason = "years have four digits, divisors are not 0")
)]
fn easter(year: i32) -> (i8, i8) {
    let golden = year % 19;
    let (century, rest) = (year / 100, year % 100);
    let sun = (8 * century + 13) / 25;
    let moon = (19 * golden + century - century / 4 - sun + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - moon - rest % 4) % 7;
    let late = (golden + 11 * moon + 22 * weekday) / 451;
    let days = moon + weekday - 7 * late + 114;
    (i8::try_from(days / 31).unwrap_or(4), i8::try_from(days % 31 + 1).unwrap_or(1))
}

/// A day of the calendar, without a zone: the date on a letter. Written `2026-03-10`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// The text is not a day written `2026-03-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is not a day")]
pub struct NotADay;

impl Day {
    /// Returns how many days there are from `earlier` to this one: negative if it is not earlier.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i32 {
        self.0.duration_since(earlier.0).as_hours().div_euclid(24).try_into().unwrap_or(i32::MAX)
    }
}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let day = text.parse().map(Self).map_err(|_| NotADay)?;
        if day.to_string() == text { Ok(day) } else { Err(NotADay) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Day({})", self.0)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use Calendar::*;

    #[test]
    fn working_days_skip_weekends_and_holidays() {
        let delivered = instant(Metropolitan, "2026-03-31", 10, 0);
        check(Metropolitan, delivered, 2, "2026-04-02");
        check(Metropolitan, delivered, 5, "2026-04-08");
        check(Metropolitan, delivered, 15, "2026-04-22");
        check(Metropolitan, instant(Metropolitan, "2026-04-13", 9, 0), 15, "2026-05-05");
        check(Metropolitan, instant(Metropolitan, "2026-03-07", 23, 30), 1, "2026-03-09");
    }

    #[test]
    fn a_territory_has_its_own_days_and_its_own_clock() {
        let thursday = instant(AlsaceMoselle, "2026-04-02", 10, 0);
        check(Metropolitan, thursday, 1, "2026-04-03");
        check(AlsaceMoselle, thursday, 1, "2026-04-07");
        for (calendar, abolition) in [
            (Guadeloupe, "2026-05-27"),
            (Martinique, "2026-05-22"),
            (Guiana, "2026-06-10"),
            (Reunion, "2026-12-20"),
            (Mayotte, "2026-04-27"),
        ] {
            assert!(calendar.is_holiday(day(abolition)), "{calendar:?}");
            assert!(!Metropolitan.is_holiday(day(abolition)), "{calendar:?}");
            let noon = instant(calendar, "2026-07-01", 12, 0);
            assert_ne!(noon, instant(Metropolitan, "2026-07-01", 12, 0), "{calendar:?}");
        }
        // One instant, two dates.
        let evening = instant(Metropolitan, "2026-03-03", 2, 0);
        assert_eq!(Martinique.day(evening), day("2026-03-02"));
    }

    #[test]
    fn a_deadline_is_counted_in_working_hours() {
        let created = instant(Metropolitan, "2026-03-06", 16, 40);
        let deadline = Metropolitan.end_of(day("2026-03-10"));
        let left = Metropolitan.working_time(created, deadline);
        assert_eq!(left, Duration::from_secs((16 * 60 + 20) * 60));
        let quarter = Metropolitan.after_working_time(created, left / 4);
        assert_eq!(quarter, instant(Metropolitan, "2026-03-09", 12, 45));
        let half = Metropolitan.after_working_time(created, left / 2);
        assert_eq!(half, instant(Metropolitan, "2026-03-09", 16, 50));
        assert_eq!(Metropolitan.working_time(deadline, created), Duration::ZERO);
    }

    #[test]
    fn a_change_of_the_clock_makes_no_working_time() {
        let eight_hours = Duration::from_secs(8 * 60 * 60);
        for (friday, monday) in [("2026-03-27", "2026-03-30"), ("2026-10-23", "2026-10-26")] {
            let from = instant(Metropolitan, friday, 17, 0);
            let to = instant(Metropolitan, monday, 17, 0);
            assert_eq!(Metropolitan.working_time(from, to), eight_hours);
            assert_eq!(Metropolitan.working_days_after(from, 1), to);
            assert_eq!(Metropolitan.after_working_time(from, eight_hours), to);
        }
    }

    #[test]
    fn easter_is_where_the_church_puts_it() {
        for (year, month, day) in [
            (1900, 4, 15),
            (1913, 3, 23),
            (1943, 4, 25),
            (1954, 4, 18),
            (1981, 4, 19),
            (2000, 4, 23),
            (2008, 3, 23),
            (2026, 4, 5),
            (2038, 4, 25),
            (2049, 4, 18),
            (2076, 4, 19),
            (2100, 3, 28),
        ] {
            assert_eq!(easter(year), (month, day), "{year}");
        }
        for year in 1900..=2100 {
            assert_eq!(easter(i32::from(year)), gauss(i32::from(year)), "{year}");
            let (month, day) = easter(i32::from(year));
            let easter = Date::new(year, month, day).unwrap();
            assert_eq!(easter.weekday(), Weekday::Sunday);
            let holidays = following(Date::new(year, 1, 1).unwrap())
                .take_while(|date| date.year() == year)
                .filter(|date| Metropolitan.is_holiday(Day(*date)));
            // Ascension may fall on 1 or 8 May, and Whit Monday never on a fixed day.
            assert!(matches!(holidays.count(), 10 | 11), "{year}");
        }
    }

    /// Another way of computing it, by Gauss, as corrected in 1816, with its two exceptions.
    fn gauss(year: i32) -> (i8, i8) {
        let (a, b, c) = (year % 19, year % 4, year % 7);
        let k = year / 100;
        let m = (15 - (13 + 8 * k) / 25 + k - k / 4) % 30;
        let n = (4 + k - k / 4) % 7;
        let d = (19 * a + m) % 30;
        let e = (2 * b + 4 * c + 6 * d + n) % 7;
        let days = match (d, e) {
            (29, 6) => 50,
            (28, 6) if (11 * m + 11) % 30 < 19 => 49,
            (d, e) => 22 + d + e,
        };
        if days <= 31 {
            (3, days.try_into().unwrap())
        } else {
            (4, (days - 31).try_into().unwrap())
        }
    }

    #[test]
    fn no_time_is_too_far() {
        for at in [Timestamp(0), Timestamp(u64::MAX), Timestamp(253_402_207_199_999)] {
            let due = Metropolitan.working_days_after(at, u16::MAX);
            assert!(Metropolitan.working_time(at, due) < Duration::from_secs(86_400 * 400));
            let _ = Metropolitan.after_working_time(at, Duration::MAX);
        }
    }

    #[test]
    fn a_day_is_written_in_one_way() {
        assert_eq!(day("2026-03-10").to_string(), "2026-03-10");
        for wrong in ["2026-3-10", "20260310", "2026-02-30", "2026-03-10T00:00", " 2026-03-10", ""]
        {
            assert_eq!(wrong.parse::<Day>(), Err(NotADay), "{wrong:?}");
        }
        assert_eq!(day("2026-03-10").days_since(day("2026-02-28")), 10);
    }

    #[test]
    fn every_zone_is_compiled_in() {
        for calendar in Calendar::ALL {
            assert_ne!(*calendar.zone(), TimeZone::UTC, "{calendar:?}");
        }
    }

    #[track_caller]
    fn check(calendar: Calendar, since: Timestamp, days: u16, due: &str) {
        let due = instant(calendar, due, 17, 0);
        assert_eq!(calendar.working_days_after(since, days), due, "{days} days");
    }

    fn instant(calendar: Calendar, on: &str, hour: u8, minute: u8) -> Timestamp {
        calendar.at(day(on), hour, minute).unwrap()
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }
}
