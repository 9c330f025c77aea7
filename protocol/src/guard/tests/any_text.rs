//! Whatever the text: no panic, true places, bounded work.

use proptest::prelude::*;

use super::*;

/// Tokens before and after that a rule may look at.
const WINDOW: usize = 160;

/// Returns the findings of class A when rules see a window only.
fn through_a_window(tokens: &[Token]) -> Vec<(Kind, Range<usize>)> {
    scan(
        tokens,
        |_| None,
        |before, after| {
            let before = &before[before.len().saturating_sub(WINDOW)..];
            forbidden(before, &after[..after.len().min(WINDOW)])
        },
    )
}

fn sensitive_through_a_window(tokens: &[Token]) -> Vec<(Kind, Range<usize>)> {
    scan(tokens, topics::ordinary, |before, after| {
        let before = &before[before.len().saturating_sub(WINDOW)..];
        sensitive(before, &after[..after.len().min(WINDOW)])
    })
}

/// Texts made of what rules look for, in any order.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,15}",
        "[ .,:;/@+'’()-]",
        Just("\u{200b}".to_owned()),
        Just("e\u{301}\u{301}".to_owned()),
        proptest::sample::select(vec![
            " mot de passe ",
            " mdp ",
            " est ",
            " code ",
            " allocataire ",
            " CAF ",
            "FR14",
            "2A",
            " rue ",
            " arobase ",
            " point ",
            " Mme ",
            " Amina ",
            " Kone",
            " doit ",
            " euros ",
            "£",
            "Œ",
            "İ",
            "ß",
            "५",
            "٣",
            "𝟙",
            " d'origine ",
            " turc ",
            " habite ",
            "\n",
            "\r\n",
            " née au ",
            " Mali ",
            " à l'",
            " hôpital ",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,3}",
    ];
    proptest::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

fn check(text: &str) {
    let tokens = read(text);
    assert!(tokens.len() <= text.chars().count() * 2);
    assert_eq!(through_a_window(&tokens), scan(&tokens, |_| None, forbidden));
    assert_eq!(sensitive_through_a_window(&tokens), scan(&tokens, topics::ordinary, sensitive));
    let verdict = guard(text, SecrecyRegime::Charter);
    for finding in &verdict.findings {
        assert!(!text.get(finding.span.clone()).unwrap().is_empty(), "{text:?} {finding:?}");
    }
    let proved = verdict.findings.iter().any(|finding| finding.kind.is_proved());
    assert!(holds_a_proved_number(text) || !proved);
    let bound = guard(text, SecrecyRegime::Profession);
    assert_eq!(bound.findings.len(), verdict.findings.len());
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,300}") {
        check(&text);
    }

    #[test]
    fn any_soup_of_what_is_looked_for_is_read(text in soup()) {
        check(&text);
    }
}

/// A rule that sees a bounded window does bounded work.
#[test]
fn a_hostile_text_is_read_through_a_window() {
    for piece in [
        "1",
        "1 ",
        "0",
        "06 ",
        "4",
        "2A",
        "@",
        "a@",
        "a.",
        "a@a.",
        "1--",
        "mdp ",
        "mdp",
        "é",
        "code",
        "caf ",
        "fr14",
        "A ",
        "Aa ",
        "-",
        "(",
        "'",
        "\n",
        "rue ",
        "1 rue ",
        "1 € ",
        "doit ",
        "\u{200b}",
        "2 55 08 14 168 025 ",
        "m. ",
    ] {
        check(&piece.repeat(1_500 / piece.len()));
        check(&format!("{}a@a.fr", piece.repeat(400)));
    }
}

/// Each rule is asked once a token at most.
#[test]
fn work_grows_as_the_text() {
    for piece in ["1", "1 ", "06 ", "2 55 08 14 168 025 "] {
        let text = piece.repeat(100_000 / piece.len());
        let asked = std::cell::Cell::new(0_usize);
        let tokens = read(&text);
        scan(
            &tokens,
            |_| None,
            |before, after| {
                asked.set(asked.get() + 1);
                forbidden(before, after)
            },
        );
        assert!(asked.get() <= tokens.len() && tokens.len() <= text.len(), "{piece:?}");
    }
}
