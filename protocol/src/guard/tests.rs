//! The corpus is invented. What is published as an example is used as such: a social security
//! number, accounts and cards of documentation, telephone numbers reserved for fiction.

mod corpus;
mod forbidden;
mod sensitive;
mod any_text;

use super::*;

/// Returns what is found in a text meant for a receiver that is not bound, and where.
#[track_caller]
fn found(text: &str) -> Vec<(&'static str, &str)> {
    let verdict = guard(text, SecrecyRegime::Charter);
    let shown = |finding: Finding| (finding.kind.code(), text.get(finding.span).unwrap());
    verdict.findings.into_iter().map(shown).collect()
}

#[track_caller]
fn assert_clean(texts: &[&str]) {
    for text in texts {
        assert_eq!(found(text), [], "{text}");
    }
}

/// Each text holds this kind, written so, and nothing else.
#[track_caller]
fn assert_found(kind: Kind, texts: &[(&str, &str)]) {
    for (text, shown) in texts {
        assert_eq!(found(text), [(kind.code(), *shown)], "{text}");
    }
}

#[test]
fn what_is_done_depends_on_who_reads() {
    for regime in SecrecyRegime::ALL {
        let bound = regime.is_bound_by_secrecy();
        for kind in Kind::ALL {
            let expected = match (kind.class(), bound) {
                (Class::A, _) => Action::Refused,
                (Class::B, true) => Action::Warned,
                (Class::B, false) if *kind == Kind::PersonalName => Action::Dismissible,
                (Class::B, false) => Action::Refused,
                (Class::C, _) => Action::Hinted,
            };
            assert_eq!(kind.action(*regime), expected, "{regime:?} {kind:?}");
        }
    }
}

#[test]
fn the_most_severe_action_is_the_one_of_the_text() {
    let asked = |text: &str, regime| guard(text, regime).action();
    let text = "Mme Durand a des dettes, suite à un divorce.";
    assert_eq!(asked(text, SecrecyRegime::Charter), Some(Action::Refused));
    assert_eq!(asked(text, SecrecyRegime::Profession), Some(Action::Warned));
    let name = "Mme Durand viendra, suite à un appel.";
    assert_eq!(asked(name, SecrecyRegime::PublicAgent), Some(Action::Dismissible));
    assert_eq!(asked("Suite à un appel.", SecrecyRegime::Contract), Some(Action::Hinted));
    assert_eq!(asked("Vient mardi.", SecrecyRegime::Contract), None);
}

#[test]
fn a_long_text_is_a_story() {
    let long = "Elle vient mardi. ".repeat(13);
    assert_eq!(guard(&long[..220], SecrecyRegime::Charter).action(), None);
    assert_eq!(found(&long[..221]), [("story", &long[..221])]);
}

#[test]
fn codes_differ() {
    let codes: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(codes.len(), Kind::ALL.len());
}
