//! p6: an old backup is restored on either side, and no channel forks.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use maillage_tests::{Backups, Node, Pair, Territory, both};
use serde_json::json;
use tempfile::NamedTempFile;

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

/// Lets a node hear of one more referral, then stops it and puts its folder back to what it was before.
/// Returns that referral.
fn forgets_one(pair: &mut Pair, which: fn(&mut Pair) -> &mut Node) -> String {
    let old = tempfile::tempdir().unwrap();
    which(pair).kill();
    copy(&which(pair).folder, old.path());
    which(pair).launch();
    let forgotten = pair.propose().unwrap();
    pair.both(&forgotten, "delivered");
    let node = which(pair);
    node.kill();
    fs::remove_dir_all(&node.folder).unwrap();
    copy(old.path(), &node.folder);
    fs::write(node.folder.join("restored"), b"").unwrap();
    forgotten
}

#[test]
fn p6_a_sender_restored_from_an_old_backup_takes_its_past_back() {
    let mut pair = Pair::linked();
    let forgotten = forgets_one(&mut pair, |pair| &mut pair.ccas);
    pair.ccas.launch();
    let after = pair.propose().unwrap();
    for id in [&forgotten, &after] {
        pair.both(id, "delivered");
        assert!(Pair::say(&pair.epn, id, &json!({ "command": "accept" })));
    }
    // Of the one that was forgotten, how to reach her was kept at the CCAS alone.
    pair.both(&after, "accepted");
    pair.both(&forgotten, "accepted");
    pair.assert_no_alert();
    pair.holds(&[&forgotten, &after]);
}

#[test]
fn p6_a_receiver_restored_from_an_old_backup_is_sent_everything_again() {
    let mut pair = Pair::linked();
    let lost = forgets_one(&mut pair, |pair| &mut pair.epn);
    pair.epn.launch();
    pair.epn.until("what was lost is there again", |epn| epn.status(&lost).is_some());
    let after = pair.propose().unwrap();
    pair.both(&after, "delivered");
    pair.assert_no_alert();
    // What the EPN had said of the lost one it knows again: the two halves have the same dates.
    pair.holds(&[&lost, &after]);
}

/// A partner that was silent while the node started speaks first, of a referral that was forgotten: it
/// is heard once the node knows again what it asked.
#[test]
fn what_a_partner_says_first_does_not_turn_who_asked_into_who_was_asked() {
    let mut pair = Pair::linked();
    let forgotten = forgets_one(&mut pair, |pair| &mut pair.ccas);
    assert!(Pair::say(&pair.epn, &forgotten, &json!({ "command": "accept" })));
    pair.epn.kill();
    pair.ccas.launch();
    pair.epn.launch();
    pair.both(&forgotten, "accepted");
    let story = pair.ccas.get(&format!("/referrals/{forgotten}")).unwrap();
    assert_eq!(story["referral"]["side"], "sender");
    assert_eq!(story["need"], "open", "{story}");
    pair.assert_no_alert();
    pair.holds(&[&forgotten]);
}

/// An EPN of which there is a backup, and at which somebody was erased since.
struct Erased {
    all: Territory,
    id: String,
    sealed: Vec<Vec<u8>>,
    backups: Backups,
    /// What was erased, as somebody wrote it down elsewhere.
    list: NamedTempFile,
}

fn erased_since_the_backup() -> Erased {
    let all = Territory::at("2026-03-02", 9, &["CCAS de Brenne", "EPN Le Lavoir"]);
    let before = all.records();
    let id = all.help(0, 1);
    let (backups, list) = (Backups::new(), NamedTempFile::new().unwrap());
    backups.make(&all.nodes[1]);
    let sealed = all.sealed_since(&before);
    all.nodes[0].says(&id, &json!({ "command": "withdraw" }));
    all.nodes.iter().for_each(|node| node.forgets(&id));
    all.nodes[0].until("it is attested", |ccas| ccas.erasure(&id).as_deref() == Some("attested"));
    all.destroyed(&sealed);
    fs::copy(all.nodes[1].folder.join("erased"), list.path()).unwrap();
    Erased { all, id, sealed, backups, list }
}

impl Erased {
    /// Twenty-nine days later the EPN is lost, and comes back from its backup.
    fn come_back(&mut self, listed: bool) -> &Node {
        self.all.set("2026-03-31", 9, 0);
        let epn = &mut self.all.nodes[1];
        epn.kill();
        fs::remove_dir_all(&epn.folder).unwrap();
        self.backups.restore(epn, listed.then_some(self.list.path()));
        epn.launch();
        epn
    }

    #[track_caller]
    fn ends_without_her(mut self) {
        self.all.nodes.iter().for_each(|node| node.forgets(&self.id));
        both([&self.all.nodes[0], &self.all.nodes[1]], &self.id, "withdrawn");
        self.all.destroyed(&self.sealed);
        self.all.holds(&[(&self.id, 0, 1)]);
    }
}

#[test]
fn what_was_erased_since_a_backup_is_not_shown_when_it_comes_back_and_is_gone_for_good() {
    let mut erased = erased_since_the_backup();
    let id = erased.id.clone();
    erased.come_back(true).never_shows_her(&id);
    erased.ends_without_her();
}

#[test]
fn the_list_of_what_was_erased_is_enough_while_everybody_else_sleeps() {
    let mut erased = erased_since_the_backup();
    let id = erased.id.clone();
    erased.all.nodes[0].kill();
    erased.come_back(true).never_shows_her(&id);
}

#[test]
fn without_the_list_those_who_asked_for_it_say_again_what_was_erased() {
    let mut erased = erased_since_the_backup();
    erased.come_back(false);
    erased.ends_without_her();
}

/// The check of what nodes signed can see: an end that is missing on one side is found.
#[test]
fn a_journal_that_lost_what_it_told_is_seen() {
    let mut pair = Pair::linked();
    forgets_one(&mut pair, |pair| &mut pair.ccas);
    let seen = catch_unwind(AssertUnwindSafe(|| pair.holds(&[])));
    let said = seen.unwrap_err().downcast::<&str>().unwrap();
    assert_eq!(*said, "one holds what the other does not say");
}

#[test]
fn a_partner_that_wakes_after_a_restore_is_asked_what_was_missed() {
    let mut erased = erased_since_the_backup();
    let id = erased.id.clone();
    erased.all.nodes[0].kill();
    erased.come_back(true).never_shows_her(&id);
    erased.all.nodes[0].launch();
    erased.all.try_again();
    erased.ends_without_her();
}

#[test]
fn without_the_list_nothing_is_shown_before_the_partner_was_asked() {
    let mut erased = erased_since_the_backup();
    let id = erased.id.clone();
    let epn = erased.come_back(false);
    assert!(!epn.knows_her(&id));
    erased.ends_without_her();
}
