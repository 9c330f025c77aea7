//! How long what is kept is kept, in words. The page for the person, the register, the command and
//! the guide all say it from the rules that are applied.

use std::time::Duration;

use maillage_protocol::time::DAY;

use super::{Coded, say_with};
use crate::app::Rule;

/// Returns when what a rule destroys goes: « 30 jours après sa fin ».
#[must_use]
pub fn kept_until(rule: Rule) -> String {
    let key = format!("{}-{}-quand", Rule::ROOM, rule.code());
    say_with(&key, [("duree", lasting(rule.keeps()).into())])
}

/// Returns what a rule destroys, after its number: « R2 · Demande reçue, pas acceptée ».
#[must_use]
pub fn numbered(rule: Rule) -> String {
    let number = say_with("regle-numero", [("nombre", rule.number().into())]);
    format!("{number} · {}", rule.label())
}

/// Says a time in days, in months from half a year on, in years from three years on.
fn lasting(time: Duration) -> String {
    let days = time.as_secs() / DAY.as_secs();
    // A year of 365 days is twelve months, and one of 366 too.
    let months = (days * 12 + 183) / 366;
    match (days, months) {
        (..=180, _) => say_with("temps-jours", [("nombre", days.into())]),
        (_, ..36) => say_with("temps-mois", [("nombre", months.into())]),
        _ => say_with("temps-ans", [("nombre", (months / 12).into())]),
    }
}

/// Returns the name of every sentence that says until when.
#[cfg(test)]
pub(super) fn every_key() -> impl Iterator<Item = String> {
    Rule::ALL.iter().map(|rule| format!("{}-{}-quand", Rule::ROOM, rule.code()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_as_people_count_it() {
        let said = |rule: Rule| lasting(rule.keeps());
        assert_eq!(said(Rule::Draft), "30 jours");
        assert_eq!(said(Rule::Helped), "90 jours");
        assert_eq!(said(Rule::Envelope), "120 jours");
        assert_eq!(said(Rule::Idle), "6 mois");
        assert_eq!(said(Rule::Trail), "12 mois");
        assert_eq!(said(Rule::Asked), "24 mois");
        assert_eq!(said(Rule::Evidence), "6 ans");
    }

    /// The guide says what the code applies.
    #[test]
    fn the_guide_says_the_rules_that_are_applied() {
        let guide = include_str!("../../../docs/guides/administrateur.md").replace('\'', "’");
        for rule in Rule::ALL {
            let line = format!("| R{} | {} | {} |", rule.number(), rule.label(), kept_until(*rule));
            assert!(guide.contains(&line), "the guide lacks: {line}");
        }
    }
}
