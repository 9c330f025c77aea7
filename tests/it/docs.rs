//! The pages that name tests name tests that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// The pages whose claims stand on tests.
const PAGES: [&str; 3] = ["docs/ARCHITECTURE.md", "docs/promises.md", "docs/needs.md"];
/// Words from which a name in a page is that of a test, and not of a field or of a module.
const WORDS: usize = 4;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() && name != "target" && name != "node_modules" {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn functions() -> BTreeSet<String> {
    let mut files = Vec::new();
    for package in ["protocol", "node", "tests"] {
        sources(&Path::new(ROOT).join(package), &mut files);
    }
    let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
    let names = |text: String| {
        let after = |(at, _): (usize, &str)| {
            let name = text[at + 3..].split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            name.into_iter().next().unwrap_or_default().to_owned()
        };
        text.match_indices("fn ").map(after).collect::<Vec<_>>()
    };
    texts.flat_map(names).collect()
}

/// Returns what a page names as a test: `several_words_of_it`, or `module::tests::such_a_name`.
fn named(page: &str) -> Vec<&str> {
    let spans = page.split(['`', '[', ']', ' ']);
    let names = spans.map(|span| span.rsplit("::").next().unwrap_or(span));
    let is_test = |name: &&str| {
        name.split('_').count() >= WORDS
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    names.filter(is_test).collect()
}

#[test]
fn every_test_that_a_page_names_exists() {
    let functions = functions();
    for page in PAGES {
        let text = fs::read_to_string(Path::new(ROOT).join(page)).unwrap();
        let named = named(&text);
        assert!(named.len() > 10, "{page}: {}", named.len());
        for name in named {
            assert!(functions.contains(name), "{page} names `{name}`, which is no test");
        }
    }
}

#[test]
fn a_name_that_is_wrong_is_seen() {
    assert_eq!(
        named("see `a_test_that_is` and `field_name` ([test: a::b_c_d_e])."),
        ["a_test_that_is", "b_c_d_e"]
    );
    assert!(!functions().contains("a_test_that_is_nowhere"));
}
