//! SPEC.md names, beside each rule, what proves it: the names must exist.
//!
//! `[file]` or `[file: entry]` is a vector; `[test: path::of::a_test]` is a test of this package.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::entry::{Entry, folder};

fn specification() -> String {
    fs::read_to_string(package().join("SPEC.md")).unwrap()
}

fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns what a text names between square brackets, except links, examples and JSON.
fn proofs(text: &str) -> Vec<&str> {
    let parts = text.split('[').skip(1).filter_map(|part| part.split_once(']'));
    let named = parts.filter(|(_, after)| !after.starts_with(['(', '`']));
    named.map(|(proof, _)| proof).filter(|proof| is_proof(proof)).collect()
}

fn is_proof(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_: ".contains(c);
    text.len() > 2 && text.chars().all(plain) && !text.contains(":\"")
}

/// Returns the names of the vectors of each file.
fn vectors() -> BTreeMap<String, BTreeSet<String>> {
    let files = fs::read_dir(folder().join("v1")).unwrap().map(|file| file.unwrap().path());
    files
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let entries: Vec<Entry> = serde_json::from_str(&text).unwrap_or_default();
            let names = entries.into_iter().map(|entry| entry.name).collect();
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), names)
        })
        .collect()
}

/// Tells whether a test is where its path says.
fn is_test(path: &str) -> bool {
    let (modules, name) = path.rsplit_once("::").unwrap();
    let (folder, modules) = match modules.strip_prefix("vectors::") {
        Some(modules) => ("tests/vectors", modules),
        None => ("src", modules),
    };
    let inside = modules.strip_suffix("::tests").unwrap_or(modules);
    [modules, inside].into_iter().any(|modules| {
        let module = package().join(folder).join(modules.replace("::", "/"));
        has_function(&module.with_extension("rs"), name)
            || has_function(&module.join("mod.rs"), name)
    })
}

fn has_function(file: &Path, name: &str) -> bool {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.contains(&format!("fn {name}("))
}

#[test]
fn every_proof_that_is_named_exists() {
    let (specification, vectors) = (specification(), vectors());
    let named = proofs(&specification);
    assert!(named.len() >= 60, "{}", named.len());
    for proof in named {
        let exists = match proof.split_once(": ") {
            Some(("test", path)) => is_test(path),
            Some((file, entry)) => vectors.get(file).is_some_and(|names| names.contains(entry)),
            None => vectors.contains_key(proof),
        };
        assert!(exists, "[{proof}] is named, and does not exist");
    }
}

#[test]
fn every_rule_names_its_proof() {
    for block in blocks(&specification()) {
        let is_rule = block.contains("MUST");
        assert!(!is_rule || !proofs(&block).is_empty(), "no proof is named for: {block}");
    }
}

/// Splits the text into paragraphs, items of lists and rows of tables.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    for line in text.lines() {
        let starts = line.is_empty() || ["- ", "| ", "#"].iter().any(|mark| line.starts_with(mark));
        if starts {
            blocks.push(String::new());
        }
        if let Some(block) = blocks.last_mut() {
            block.push_str(line);
            block.push(' ');
        }
    }
    blocks
}

#[test]
fn every_file_of_vectors_proves_a_rule() {
    let specification = specification();
    let named: Vec<_> = proofs(&specification).into_iter().map(file_of).collect();
    for file in vectors().keys() {
        assert!(named.contains(&file.as_str()), "{file} proves nothing in SPEC.md");
    }
}

fn file_of(proof: &str) -> &str {
    proof.split_once(": ").map_or(proof, |(file, _)| file)
}
