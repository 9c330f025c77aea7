//! Backups of a node, made and given back with the verbs that its administrator types.

use std::fs;
use std::path::{Path, PathBuf};

use maillage_node::backup::new_identity;
use tempfile::TempDir;

use crate::node::Node;

/// A place for the backups of one node, and the keys that open them.
pub struct Backups {
    place: TempDir,
    settings: [(String, String); 2],
}

impl Backups {
    /// Makes the two keys and the place.
    #[must_use]
    pub fn new() -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        let [(own, public), (_, kit)] = [new_identity(), new_identity()];
        fs::write(place.path().join("identity"), own.reveal()).expect("the folder of a test");
        let to = place.path().join("archives");
        fs::create_dir(&to).expect("the folder of a test can be written");
        let settings = [
            ("MAILLAGE__BACKUP__TO".to_owned(), to.display().to_string()),
            ("MAILLAGE__BACKUP__RECIPIENTS".to_owned(), format!("{public},{kit}")),
        ];
        Self { place, settings }
    }

    /// Backs a node up, beside it if it runs.
    #[track_caller]
    pub fn make(&self, node: &Node) {
        node.run(&["backup"], &self.settings);
    }

    /// Gives a node that stopped back from the newest backup, in a folder of its own beside the one
    /// that it had. `erased` is the copy that somebody kept of what was erased since.
    #[track_caller]
    pub fn restore(&self, node: &mut Node, erased: Option<&Path>) {
        let into = beside(&node.folder);
        let text = |path: &Path| path.display().to_string();
        let (at, from) = (text(&into), text(&self.place.path().join("archives")));
        let identity = text(&self.place.path().join("identity"));
        let mut typed = vec!["restore", "--into", &at, "--from", &from, "--identity", &identity];
        let erased = erased.map(text);
        match &erased {
            Some(list) => typed.extend(["--erasure-list", list]),
            None => typed.extend(["--without-erasure-list", "perdue"]),
        }
        node.run(&typed, &self.settings);
        node.folder = into;
    }
}

impl Default for Backups {
    fn default() -> Self {
        Self::new()
    }
}

fn beside(folder: &Path) -> PathBuf {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or("node");
    folder.with_file_name(format!("{name}-again"))
}
