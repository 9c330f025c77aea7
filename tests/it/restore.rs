//! p6: an old backup is restored on either side, and no channel forks.

use std::fs;
use std::path::Path;

use maillage_tests::{Node, Pair};
use serde_json::json;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (kind, target) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &target);
        } else if kind.is_file() {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Puts the folder of a stopped node back to what it was.
fn put_back(node: &Node, old: &Path) {
    fs::remove_dir_all(&node.folder).unwrap();
    copy(old, &node.folder);
    fs::write(node.folder.join("restored"), b"").unwrap();
}

#[test]
fn p6_a_sender_restored_from_an_old_backup_takes_its_past_back() {
    let mut pair = Pair::linked();
    let backup = tempfile::tempdir().unwrap();
    pair.ccas.kill();
    copy(&pair.ccas.folder, backup.path());
    pair.ccas.launch();

    let forgotten = pair.propose().unwrap();
    pair.both(&forgotten, "delivered");
    pair.ccas.kill();
    put_back(&pair.ccas, backup.path());
    pair.ccas.launch();
    let after = pair.propose().unwrap();
    pair.both(&after, "delivered");
    pair.assert_no_alert();
    assert!(Pair::say(&pair.epn, &after, &json!({ "command": "accept" })));
    pair.both(&after, "accepted");
    pair.assert_no_alert();
}

#[test]
fn p6_a_receiver_restored_from_an_old_backup_is_sent_everything_again() {
    let mut pair = Pair::linked();
    let backup = tempfile::tempdir().unwrap();
    pair.epn.kill();
    copy(&pair.epn.folder, backup.path());
    pair.epn.launch();

    let lost = pair.propose().unwrap();
    pair.both(&lost, "delivered");
    pair.epn.kill();
    put_back(&pair.epn, backup.path());
    pair.epn.launch();
    pair.epn.until("what was lost is there again", |epn| epn.status(&lost).is_some());
    let after = pair.propose().unwrap();
    pair.both(&after, "delivered");
    pair.assert_no_alert();
}
