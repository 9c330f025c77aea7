//! Several nodes as processes, over real HTTP, and what tries to break them.

#![expect(clippy::unwrap_used, reason = "everything here is a test")]

mod browser;
mod crash;
mod demo;
mod docs;
mod faults;
mod hostile;
mod mail;
mod polling;
mod restore;
mod s01_send_and_accept;
mod s02_decline_with_alternative;
mod s03_silence;
mod s04_loop_is_cut;
mod s05_deadline;
mod s06_oral_consent;
mod s07_withdrawal;
mod s08_secrecy;
mod s09_no_show;
mod s11_partition;
mod s12_contested;
mod tls;

/// A file of this folder that is not listed above would never run.
#[test]
fn every_file_of_this_folder_is_listed() {
    let listed = include_str!("main.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/it");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.trim_end_matches(".rs");
        assert!(module == "main" || listed.contains(&format!("mod {module};")), "{module}");
    }
}
