//! How the numbers and the hours of a public directory are written for people.

use super::{say, say_with};

/// A telephone number: for a click, and for the eye.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telephone {
    /// What a click calls.
    pub link: String,
    /// What is read, two digits at a time.
    pub words: String,
}

impl Telephone {
    /// Writes a number. One that is not French is shown as it came.
    #[must_use]
    pub fn of(number: &str) -> Self {
        let digits: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        let national = digits.strip_prefix("+33").map(|rest| format!("0{rest}"));
        let national = national.unwrap_or_else(|| digits.clone());
        let is_french = national.len() == 10 && national.starts_with('0');
        let words = if is_french { by_two(&national) } else { number.to_owned() };
        Self { link: format!("tel:{digits}"), words }
    }
}

fn by_two(digits: &str) -> String {
    let mut words = String::with_capacity(digits.len() * 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place % 2 == 0 {
            words.push('\u{a0}');
        }
        words.push(digit);
    }
    words
}

/// Days and words of the opening hours of OpenStreetMap, which public directories write.
const CODES: &[&str] = &["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH", "off"];

/// Writes opening hours as people say them. What is not understood stays as it came.
#[must_use]
pub fn opening_hours(hours: &str) -> String {
    let rules = hours.split(';').map(str::trim).filter(|rule| !rule.is_empty());
    let said = |written: &str| rule(written).unwrap_or_else(|| written.to_owned());
    rules.map(said).collect::<Vec<_>>().join(" ; ")
}

/// Says some days, and from when until when: « lundi à vendredi, 9 h – 12 h 30 ».
fn rule(rule: &str) -> Option<String> {
    if rule == "24/7" {
        return Some(say("horaire-toujours"));
    }
    let (days, times) = rule.split_once(' ')?;
    let days = each(days, |days| match days.split_once('-') {
        Some((from, to)) => {
            Some(say_with("horaire-plage", [("de", code(from)?.into()), ("a", code(to)?.into())]))
        }
        None => code(days),
    })?;
    let times = each(times, |times| match times.split_once('-') {
        Some((from, to)) => Some(format!("{} – {}", hour(from)?, hour(to)?)),
        None => code(times).filter(|_| times == "off"),
    })?;
    Some(format!("{days}, {times}"))
}

fn each(list: &str, said: impl Fn(&str) -> Option<String>) -> Option<String> {
    let said: Option<Vec<_>> = list.split(',').map(|one| said(one.trim())).collect();
    said.map(|said| said.join(", "))
}

fn code(code: &str) -> Option<String> {
    CODES.contains(&code).then(|| say(&format!("horaire-{code}")))
}

fn hour(time: &str) -> Option<String> {
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute) = (hour.parse::<u8>().ok()?, minute.parse::<u8>().ok()?);
    Some(match minute {
        0 => format!("{hour} h"),
        minute => format!("{hour} h {minute:02}"),
    })
}

/// Returns the name of every word that is looked up by code.
#[cfg(test)]
pub(super) fn every_key() -> impl Iterator<Item = String> {
    CODES.iter().map(|code| format!("horaire-{code}")).chain(["horaire-toujours".to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_two_digits_at_a_time() {
        for number in ["+33134334750", "01 34 33 47 50", "01.34.33.47.50"] {
            assert_eq!(Telephone::of(number).words.replace('\u{a0}', " "), "01 34 33 47 50");
        }
        assert_eq!(Telephone::of("+33 1 34 33 47 50").link, "tel:+33134334750");
        assert_eq!(Telephone::of("3919").words, "3919");
        assert_eq!(Telephone::of("+32 2 000 00 00").words, "+32 2 000 00 00");
    }

    #[test]
    fn hours_are_said_as_people_say_them() {
        for (written, said) in [
            ("Mo-Fr 09:00-17:00", "lundi à vendredi, 9 h – 17 h"),
            (
                "Mo-Tu,Th 09:30-12:30,13:30-17:05; PH off",
                "lundi à mardi, jeudi, 9 h 30 – 12 h 30, 13 h 30 – 17 h 05 ; jours fériés, fermé",
            ),
            ("mardi et jeudi, sur rendez-vous", "mardi et jeudi, sur rendez-vous"),
            ("Mo-Fr 09:00+; We 09:00-12:00;", "Mo-Fr 09:00+ ; mercredi, 9 h – 12 h"),
            ("24/7", "jour et nuit, tous les jours"),
            ("Mo-Fr", "Mo-Fr"),
        ] {
            assert_eq!(opening_hours(written), said);
        }
    }
}
