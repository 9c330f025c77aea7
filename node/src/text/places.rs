//! How the numbers and the hours of a public directory are written for people.

use super::say;

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

/// Writes opening hours with French days. What is not understood stays as it came.
#[must_use]
pub fn opening_hours(hours: &str) -> String {
    let mut words = hours.replace(';', " ;").replace(',', ", ");
    for code in CODES {
        words = replace_word(&words, code, &say(&format!("horaire-{code}")));
    }
    words
}

/// Replaces a code where it stands alone.
fn replace_word(text: &str, code: &str, word: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(code) {
        let (before, found) = rest.split_at(at);
        let after = &found[code.len()..];
        let stands = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        written.push_str(before);
        let alone = stands(before.chars().last().or(written.chars().last()))
            && stands(after.chars().next());
        written.push_str(if alone { word } else { code });
        rest = after;
    }
    written.push_str(rest);
    written
}

/// Returns the name of every word that is looked up by code.
#[cfg(test)]
pub(super) fn every_key() -> impl Iterator<Item = String> {
    CODES.iter().map(|code| format!("horaire-{code}"))
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
    fn hours_have_french_days() {
        assert_eq!(
            opening_hours("Mo-Tu 09:30-12:30,13:30-17:30; PH off"),
            "lun.-mar. 09:30-12:30, 13:30-17:30 ; jours fériés fermé",
        );
        assert_eq!(opening_hours("Monday; sur rendez-vous"), "Monday ; sur rendez-vous");
    }
}
