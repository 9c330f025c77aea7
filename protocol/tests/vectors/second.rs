//! A second reader of the vectors, in another language, that shares no line with our crate.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::entry::{Entry, folder};

/// Runs the reader on a folder of vectors.
fn verify(vectors: &Path) -> Output {
    let script = folder().join("../../tests/second/verify_vectors.py");
    let ran = Command::new("python3").arg("-B").arg(script).arg(vectors).output();
    ran.expect("python3 (3.11 or later) must be installed to run this test")
}

#[test]
fn a_second_implementation_answers_every_vector_alike() {
    let output = verify(&folder().join("v1"));
    let said = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{error}");
}

/// A judge that never says no proves nothing: each file gets one wrong answer, and each must be
/// found.
#[test]
fn the_second_implementation_finds_a_wrong_answer_in_every_file() {
    let twisted = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("twisted-vectors");
    fs::create_dir_all(&twisted).unwrap();
    let mut names = vec![];
    for file in fs::read_dir(folder().join("v1")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let wrong = if name == "sample" { wrong_sample(&text) } else { wrong_entry(&text) };
        fs::write(twisted.join(path.file_name().unwrap()), wrong.to_string()).unwrap();
        names.push(name);
    }
    let output = verify(&twisted);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for name in names {
        assert!(said.contains(&format!("FAIL  {name}: ")), "{name} is believed: {said}");
    }
}

/// Returns the first vector alone, with the contrary of its answer.
fn wrong_entry(text: &str) -> Value {
    let mut entries: Vec<Entry> = serde_json::from_str(text).unwrap();
    entries.truncate(1);
    let first = &mut entries[0];
    if first.error.take().is_some() {
        first.expect = json!({ "value": {} });
    } else {
        first.expect = json!("refused");
        first.error = Some("malformed".to_owned());
    }
    json!(entries)
}

/// Returns the sample with another last bit of one signature.
fn wrong_sample(text: &str) -> Value {
    let mut sample: Value = serde_json::from_str(text).unwrap();
    let written = &mut sample["receipts"][0]["sig"];
    let signature = written.as_str().unwrap();
    let first = if signature.starts_with('A') { "B" } else { "A" };
    *written = format!("{first}{}", signature.get(1..).unwrap()).into();
    sample
}
