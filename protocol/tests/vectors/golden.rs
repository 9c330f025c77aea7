//! Our own vectors, one file for each part of the protocol.

use std::collections::BTreeSet;
use std::{env, fs};

use serde_json::Value;

use crate::entry::{Entries, Entry, folder};

mod canonical;
mod ids;
mod identity;
mod event;
mod channel;
mod control;
mod sealing;
mod receipt;
mod consent_receipt;
mod pathway;
mod erasure;
mod link;
mod journal;
mod httpsig;
mod ed25519;
mod problem;

/// A file of vectors: how it is made, and how our crate answers its questions.
struct Golden {
    file: &'static str,
    make: fn(&mut Entries),
    judge: fn(&Value) -> Result<Value, &'static str>,
}

const FILES: &[Golden] = &[
    Golden { file: "cj1_accept", make: canonical::accepted, judge: canonical::judge },
    Golden { file: "cj1_reject", make: canonical::rejected, judge: canonical::judge },
    Golden { file: "ids", make: ids::make, judge: ids::judge },
    Golden { file: "ed25519", make: ed25519::make, judge: ed25519::judge },
    Golden { file: "identity", make: identity::make, judge: identity::judge },
    Golden { file: "event_sign", make: event::make, judge: event::judge },
    Golden { file: "channel", make: channel::make, judge: channel::judge },
    Golden { file: "control", make: control::make, judge: control::judge },
    Golden { file: "seal", make: sealing::make_bodies, judge: sealing::judge_body },
    Golden { file: "keybox", make: sealing::make_keyboxes, judge: sealing::judge_keybox },
    Golden { file: "receipt", make: receipt::make, judge: receipt::judge },
    Golden { file: "fork_proof", make: receipt::make_forks, judge: receipt::judge_fork },
    Golden { file: "erasure", make: erasure::make, judge: erasure::judge },
    Golden { file: "consent", make: erasure::make_codes, judge: erasure::judge_code },
    Golden { file: "consent_receipt", make: consent_receipt::make, judge: consent_receipt::judge },
    Golden { file: "pathway", make: pathway::make, judge: pathway::judge },
    Golden { file: "link", make: link::make, judge: link::judge },
    Golden { file: "invitation", make: link::make_invitations, judge: link::judge_invitation },
    Golden { file: "journal", make: journal::make, judge: journal::judge },
    Golden { file: "httpsig", make: httpsig::make, judge: httpsig::judge },
    Golden { file: "problem", make: problem::make, judge: problem::judge },
];

impl Golden {
    fn made(&self) -> Vec<Entry> {
        let mut entries = Entries::default();
        (self.make)(&mut entries);
        entries.0
    }

    fn committed(&self) -> String {
        let path = folder().join("v1").join(self.file).with_extension("json");
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn entries(&self) -> Vec<Entry> {
        serde_json::from_str(&self.committed()).unwrap()
    }

    /// Returns the vectors that our crate answers otherwise.
    fn disagreements(&self) -> Vec<String> {
        let mut wrong = vec![];
        for entry in self.entries() {
            let answer = (self.judge)(&entry.input);
            let expected = match &entry.error {
                None => Ok(entry.expect),
                Some(error) => Err(error.as_str()),
            };
            if answer != expected {
                let (file, name) = (self.file, &entry.name);
                wrong.push(format!("{file}: {name}: {answer:?}, expected {expected:?}"));
            }
        }
        wrong
    }
}

#[test]
fn our_vectors_are_made_again_byte_for_byte() {
    for golden in FILES {
        let made = serde_json::to_string_pretty(&golden.made()).unwrap() + "\n";
        if env::var_os("MAILLAGE_BLESS").is_some() {
            let path = folder().join("v1").join(golden.file).with_extension("json");
            fs::write(path, &made).unwrap();
        }
        let same = made == golden.committed();
        assert!(same, "{} is no longer what the code makes (MAILLAGE_BLESS=1?)", golden.file);
    }
}

#[test]
fn our_crate_answers_every_vector_of_ours() {
    let wrong: Vec<_> = FILES.iter().flat_map(Golden::disagreements).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_vector_has_its_own_name_and_there_are_enough_of_them() {
    let mut count = 0;
    for golden in FILES {
        let entries = golden.entries();
        let names: BTreeSet<_> = entries.iter().map(|entry| &entry.name).collect();
        assert_eq!(names.len(), entries.len(), "{}", golden.file);
        let refused = |entry: &Entry| (entry.expect == "refused") == entry.error.is_some();
        assert!(entries.iter().all(refused), "{}", golden.file);
        assert!(golden.file != "cj1_reject" || entries.len() >= 60);
        count += entries.len();
    }
    assert!(count >= 250, "{count}");
    let files = fs::read_dir(folder().join("v1")).unwrap().count();
    assert_eq!(files, FILES.len() + 1, "a file that nobody reads, besides the sample");
}
