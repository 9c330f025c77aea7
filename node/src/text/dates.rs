//! Days and hours in words, as somebody says them today.
//!
//! ```text
//!   « demain 17 h »   « mercredi 4 mars 17 h »   « hier 9 h 05 »   « lundi 4 janvier 2027 »
//! ```

use std::sync::LazyLock;

use fluent_templates::fluent_bundle::FluentValue;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp as Instant, Zoned};
use maillage_protocol::calendar::Day;
use maillage_protocol::time::Timestamp;

use super::{say, say_with};

/// The moment at which somebody reads: what makes a day « demain ».
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    now: Timestamp,
}

/// An instant, for a page: for machines, in words, and whether it is past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// For `<time datetime>`.
    pub machine: String,
    /// In words.
    pub words: String,
    /// Whether it is behind us.
    pub past: bool,
}

impl Clock {
    /// Starts from the present instant.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self { now }
    }

    /// Returns the present instant.
    #[must_use]
    pub const fn now(self) -> Timestamp {
        self.now
    }

    /// Returns the present day.
    #[must_use]
    pub fn today(self) -> Day {
        as_day(local(self.now).date())
    }

    /// Says an instant: its day, then its hour.
    #[must_use]
    pub fn moment(self, at: Timestamp) -> Moment {
        let there = local(at);
        let day = self.name(there.date());
        let words =
            say_with("date-jour-heure", [("jour", day.into()), ("heure", hour(&there).into())]);
        Moment {
            machine: there.strftime("%Y-%m-%dT%H:%M%:z").to_string(),
            words,
            past: at < self.now,
        }
    }

    /// Says a day.
    #[must_use]
    pub fn day(self, day: Day) -> Moment {
        let date = as_date(day);
        let past = date < local(self.now).date();
        Moment { machine: day.to_string(), words: self.name(date), past }
    }

    /// Says a day on paper, where « demain » would be wrong the day after.
    #[must_use]
    pub fn on_paper(self, day: Day) -> Moment {
        Moment { words: full_name(as_date(day)), ..self.day(day) }
    }

    /// Says the day of an instant.
    #[must_use]
    pub fn day_of(self, at: Timestamp) -> Moment {
        self.day(as_day(local(at).date()))
    }

    fn name(self, date: Date) -> String {
        let today = local(self.now).date();
        match today.until(date).map_or(i32::MAX, |span| span.get_days()) {
            -1 => return say("date-hier"),
            0 => return say("date-aujourdhui"),
            1 => return say("date-demain"),
            _ => {}
        }
        if date.year() == today.year() {
            say_with("date-jour", parts(date))
        } else {
            full_name(date)
        }
    }
}

fn full_name(date: Date) -> String {
    say_with("date-jour-an", parts(date))
}

fn parts(date: Date) -> [(&'static str, FluentValue<'static>); 4] {
    let weekday = say(&format!("date-semaine-{}", date.weekday().to_monday_one_offset()));
    let month = say(&format!("date-mois-{}", date.month()));
    let number = match date.day() {
        1 => say("date-premier"),
        day => day.to_string(),
    };
    [
        ("semaine", weekday.into()),
        ("numero", number.into()),
        ("mois", month.into()),
        ("an", date.year().to_string().into()),
    ]
}

/// Writes an instant as agendas read it (RFC 5545 §3.3.5), in UTC.
#[must_use]
pub fn in_agendas(at: Timestamp) -> String {
    local(at).with_time_zone(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// « 17 h », « 9 h 05 ».
fn hour(at: &Zoned) -> String {
    match at.minute() {
        0 => say_with("date-heure", [("heure", at.hour().to_string().into())]),
        minute => {
            let minute = format!("{minute:02}");
            let words = [("heure", at.hour().to_string().into()), ("minute", minute.into())];
            say_with("date-heure-minute", words)
        }
    }
}

/// The clock on the wall. The rules of a referral carry its own calendar; the screens of a node
/// follow the one of mainland France.
static WALL: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZoneDatabase::bundled().get("Europe/Paris").unwrap_or(TimeZone::UTC));

/// Writes an instant as a clock on the wall shows it, `2026-03-10T16:40`, for other programs.
#[must_use]
pub fn wall_time(at: Timestamp) -> String {
    local(at).strftime("%Y-%m-%dT%H:%M").to_string()
}

fn local(at: Timestamp) -> Zoned {
    let at = i64::try_from(at.0).ok().and_then(|at| Instant::from_millisecond(at).ok());
    at.unwrap_or(Instant::MAX).to_zoned(WALL.clone())
}

fn as_day(date: Date) -> Day {
    date.to_string().parse().expect("a date is written as a day is read")
}

fn as_date(day: Day) -> Date {
    day.to_string().parse().expect("a day is written as a date is read")
}

/// Returns the name of every word that is looked up by number.
#[cfg(test)]
pub(super) fn every_key() -> impl Iterator<Item = String> {
    let weekdays = (1..=7).map(|day| format!("date-semaine-{day}"));
    weekdays.chain((1..=12).map(|month| format!("date-mois-{month}")))
}

#[cfg(test)]
mod tests {
    use maillage_protocol::calendar::Calendar;

    use super::*;

    /// Monday 2 March 2026, 9 h.
    fn clock() -> Clock {
        Clock::at(instant("2026-03-02", 9, 0))
    }

    fn instant(day: &str, hour: u8, minute: u8) -> Timestamp {
        Calendar::Metropolitan.at(day.parse().unwrap(), hour, minute).unwrap()
    }

    #[test]
    fn a_day_on_paper_is_the_same_the_day_after() {
        let tomorrow = clock().on_paper("2026-03-03".parse().unwrap());
        assert_eq!(tomorrow.words, "mardi 3 mars 2026");
        assert_eq!(clock().day("2026-03-03".parse().unwrap()).words, "demain");
    }

    #[test]
    fn an_instant_is_said_as_people_say_it() {
        for (day, hour, minute, words) in [
            ("2026-03-02", 17, 0, "aujourd’hui 17 h"),
            ("2026-03-03", 12, 0, "demain 12 h"),
            ("2026-03-01", 9, 5, "hier 9 h 05"),
            ("2026-03-04", 17, 0, "mercredi 4 mars 17 h"),
            ("2026-05-01", 14, 30, "vendredi 1er mai 14 h 30"),
            ("2027-01-04", 8, 0, "lundi 4 janvier 2027 8 h"),
        ] {
            let moment = clock().moment(instant(day, hour, minute));
            assert_eq!(moment.words.replace('\u{a0}', " "), words);
            assert!(moment.machine.starts_with(day), "{moment:?}");
        }
        // The clock moves on 29 March: the zone is said.
        assert_eq!(clock().moment(instant("2026-03-30", 9, 0)).machine, "2026-03-30T09:00+02:00");
    }

    #[test]
    fn what_is_behind_us_is_told_apart() {
        assert!(clock().moment(instant("2026-03-02", 8, 59)).past);
        assert!(!clock().moment(instant("2026-03-02", 9, 0)).past);
        let today = clock().today();
        assert!(!clock().day(today).past && clock().day("2026-03-01".parse().unwrap()).past);
    }

    #[test]
    fn no_instant_is_too_far() {
        assert!(!clock().moment(Timestamp(u64::MAX)).words.is_empty());
        assert!(!clock().moment(Timestamp(0)).words.is_empty());
    }
}
