//! JSONTestSuite and the examples of RFC 8785: what our readers accept, file by file.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use maillage_protocol::cj1;
use serde_json::Value;

use crate::entry::folder;

/// Returns the files of a folder, by name.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(folder).unwrap().map(|file| {
        let file = file.unwrap();
        (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())
    });
    let mut files: Vec<_> = files.collect();
    files.sort();
    files
}

/// An upgrade of a library that changes one verdict has to be noticed.
#[test]
fn the_verdict_of_every_file_is_the_one_that_was_frozen() {
    let mut table = String::from("file,cj1,serde_json\n");
    for part in ["test_parsing", "test_transform"] {
        for (name, bytes) in files(&folder().join("public/jsontestsuite").join(part)) {
            let verdict = |accepted| if accepted { "accepted" } else { "refused" };
            let ours = verdict(cj1::read(&bytes).is_ok());
            let ordinary = verdict(serde_json::from_slice::<Value>(&bytes).is_ok());
            writeln!(table, "{part}/{name},{ours},{ordinary}").unwrap();
        }
    }
    let frozen = folder().join("verdicts.csv");
    if env::var_os("MAILLAGE_BLESS").is_some() {
        fs::write(&frozen, &table).unwrap();
    }
    let frozen = fs::read_to_string(frozen).unwrap();
    assert_eq!(frozen.lines().count(), 341);
    for (was, is) in frozen.lines().zip(table.lines()) {
        assert_eq!(was, is);
    }
    assert_eq!(frozen, table);
}

#[test]
fn ordinary_json_is_read_as_the_suite_says() {
    for (name, bytes) in files(&folder().join("public/jsontestsuite/test_parsing")) {
        let read = serde_json::from_slice::<Value>(&bytes).is_ok();
        match name.get(..2).unwrap() {
            "y_" => assert!(read, "{name}"),
            "n_" => assert!(!read, "{name}"),
            _ => {}
        }
        // Whatever CJ1 accepts, every library accepts.
        assert!(read || cj1::read(&bytes).is_err(), "{name}");
    }
}

#[test]
fn the_oracle_of_cj1_writes_what_rfc_8785_writes() {
    let jcs = folder().join("public/jcs");
    let inputs = files(&jcs.join("input"));
    assert_eq!(inputs.len(), 6);
    for (name, bytes) in inputs {
        let output = fs::read(jcs.join("output").join(&name)).unwrap();
        let hex = fs::read_to_string(jcs.join("outhex").join(&name).with_extension("txt"));
        let hex: String = hex.unwrap().split_whitespace().collect();
        assert_eq!(data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap(), output, "{name}");
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(serde_json_canonicalizer::to_vec(&value).unwrap(), output, "{name}");
        // Each has a float, a null or a name that CJ1 does not have.
        assert!(cj1::read(&output).is_err(), "{name}");
    }
}
