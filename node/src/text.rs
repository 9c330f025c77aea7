//! Every sentence that a person reads has a name here and its words in `texts/fr/`.
//!
//! Words are reviewed by people of the trade, who do not read Rust; code never holds a sentence.
//! A test refuses a name without words, and words without a use.
//!
//! ```text
//!   Text("demandes-motif-absent") ─┐
//!   "demandes-titre"|t  (template) ├──▶ texts/fr/*.ftl ──▶ typography ──▶ the page
//!   DeclineReason::Hours.label()  ─┘
//! ```

mod dates;
mod keeping;
mod labels;
mod notice;
mod places;
mod tongue;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{Loader, static_loader};

pub use dates::{Clock, Moment, in_agendas, wall_time};
pub use keeping::{kept_until, numbered};
pub use labels::{Coded, theme};
pub use notice::{Presentation, Reading};
pub use places::{Telephone, opening_hours};
pub use tongue::Tongue;

/// A sentence, by its name in the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text(pub &'static str);

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&say(self.0))
    }
}

/// Returns a sentence that takes no argument.
#[must_use]
pub fn say(key: &str) -> String {
    say_with(key, [])
}

/// Returns a sentence with what it is about.
#[must_use]
pub fn say_with<const N: usize>(key: &str, about: [(&'static str, FluentValue<'_>); N]) -> String {
    say_in(Tongue::French, key, about)
}

/// Returns a sentence in a language, or in French if it is said in French only.
#[must_use]
pub fn say_in<const N: usize>(
    tongue: Tongue,
    key: &str,
    about: [(&'static str, FluentValue<'_>); N],
) -> String {
    let about: HashMap<_, _> =
        about.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
    match (CATALOG.try_lookup_complete(tongue.identifier(), key, Some(&about)), tongue) {
        (Some(words), Tongue::French) => typeset(&words),
        (Some(words), Tongue::English | Tongue::Arabic) => words,
        // A test formats every message: what is left is a mistake that must be seen, not a panic.
        (None, _) => key.to_owned(),
    }
}

static_loader! {
    static CATALOG = {
        locales: "./texts",
        fallback_language: "fr",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// Keeps the signs that French sets apart on the line of the word before them.
#[must_use]
pub fn typeset(words: &str) -> String {
    const NO_BREAK: &str = "\u{a0}";
    const NARROW: &str = "\u{202f}";
    let mut set = String::with_capacity(words.len() + 8);
    let mut rest = words;
    while let Some((before, after)) = rest.split_once(' ') {
        set.push_str(before);
        set.push_str(match after.chars().next() {
            Some(':' | '»') => NO_BREAK,
            Some('?' | '!' | ';') => NARROW,
            _ if before.ends_with('«') => NO_BREAK,
            _ => " ",
        });
        rest = after;
    }
    set.push_str(rest);
    set
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;

    /// The catalog as it is written: each name with its words.
    fn catalog() -> BTreeMap<String, String> {
        catalog_of("texts/fr")
    }

    fn catalog_of(folder: &str) -> BTreeMap<String, String> {
        let mut messages = BTreeMap::new();
        for (path, text) in files(folder, "ftl") {
            let mut name: Option<String> = None;
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                match (line.split_once(" ="), line.starts_with([' ', '\t', '}'])) {
                    (Some((key, words)), false) => {
                        let old = messages.insert(key.to_owned(), words.to_owned());
                        assert!(old.is_none(), "{path}: {key} is said twice");
                        name = Some(key.to_owned());
                    }
                    (_, true) => {
                        let words: &mut String = messages.get_mut(name.as_ref().unwrap()).unwrap();
                        words.push_str(line);
                    }
                    (None, false) => assert!(line.is_empty(), "{path}: {line}"),
                }
            }
        }
        messages
    }

    fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| end == extension) {
                    let text = std::fs::read_to_string(&path).unwrap();
                    found.push((path.display().to_string(), text));
                }
            }
        }
        found
    }

    /// Returns the names that code and templates use in so many words.
    fn used() -> BTreeSet<String> {
        let mut used = BTreeSet::new();
        for (_, source) in files("src/text", "rs")
            .into_iter()
            .chain(files("src/web", "rs"))
            .chain(files("src/mail", "rs"))
        {
            for mark in ["Text(", "say(", "say_with("] {
                for after in source.split(mark).skip(1) {
                    let Some(after) = after.trim_start().strip_prefix('"') else { continue };
                    used.extend(after.split('"').next().map(str::to_owned));
                }
            }
        }
        for (_, template) in files("templates", "html") {
            for mark in ["\"|t ", "\"|t,", "\"|t)", "\"|t|must", "\"|t_with("] {
                let parts: Vec<_> = template.split(mark).collect();
                let before = parts.split_last().map_or(&[] as &[_], |(_, before)| before);
                used.extend(
                    before.iter().filter_map(|text| text.rsplit('"').next()).map(str::to_owned),
                );
            }
            for after in template.split("|t_count(\"").skip(1) {
                used.extend(after.split('"').next().map(str::to_owned));
            }
        }
        used
    }

    #[test]
    fn every_sentence_that_is_used_is_said_and_no_other() {
        let said: BTreeSet<_> = catalog().into_keys().collect();
        let labels: BTreeSet<_> = labels::every_key().into_iter().collect();
        let mut used: BTreeSet<_> = used().union(&labels).cloned().collect();
        used.extend(dates::every_key().chain(places::every_key()).chain(keeping::every_key()));
        let missing: Vec<_> = used.difference(&said).collect();
        let useless: Vec<_> = said.difference(&used).collect();
        assert!(missing.is_empty() && useless.is_empty(), "{missing:?} {useless:?}");
    }

    #[test]
    fn every_sentence_can_be_said() {
        for (key, words) in catalog() {
            let names: BTreeSet<&str> = words
                .split('$')
                .skip(1)
                .map(|after| after.split(|c: char| !c.is_alphanumeric()).next().unwrap())
                .collect();
            for number in [0, 1, 2] {
                let about = names.iter().map(|name| {
                    let value = match *name {
                        "nombre" => FluentValue::from(number),
                        _ => FluentValue::from("mot"),
                    };
                    (Cow::Owned((*name).to_owned()), value)
                });
                let about = about.collect();
                let said =
                    CATALOG.try_lookup_complete(Tongue::French.identifier(), &key, Some(&about));
                let said = said.unwrap_or_else(|| panic!("{key} cannot be said"));
                assert!(!said.is_empty() && !said.contains(['{', '}']), "{key}: {said}");
            }
        }
    }

    /// What explains says the same things, about the same.
    #[test]
    fn another_language_explains_the_same_sentences() {
        let variables = |words: &str| {
            let names = words.split('$').skip(1);
            names
                .map(|after| after.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned())
                .collect::<BTreeSet<_>>()
        };
        let french = catalog_of("texts/fr");
        let [english, arabic] = ["texts/en", "texts/ar"].map(catalog_of);
        assert!(english.keys().eq(arabic.keys()));
        for (key, words) in english.iter().chain(&arabic) {
            let binding = french.get(key).unwrap_or_else(|| panic!("{key} is not said in French"));
            assert_eq!(variables(words), variables(binding), "{key}");
        }
        let told = Tongue::ALL.iter().map(|tongue| say_in(*tongue, "dit-prenom", []));
        assert_eq!(told.collect::<Vec<_>>(), ["votre prénom", "your first name", "اسمك الأول"]);
    }

    #[test]
    fn a_name_without_words_shows_itself() {
        assert_eq!(say("nobody-says-this"), "nobody-says-this");
    }

    #[test]
    fn signs_stay_with_their_words() {
        assert_eq!(
            typeset("Oui ? « Non » : fin !"),
            "Oui\u{202f}? «\u{a0}Non\u{a0}»\u{a0}: fin\u{202f}!"
        );
    }
}
