//! The territory of `maillage demo`: linked nodes, and the table that says who signs in where.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use maillage_node::folder::DataFolder;
use reqwest::blocking::Client;
use tempfile::TempDir;

use crate::node::{Node, binary};
use crate::paper::met;
use crate::visit::Visit;

/// How many nodes it has, each on its port.
const NODES: u16 = 7;
/// Below the ports that a system gives to whoever asks for any, as the other tests do meanwhile.
const FIRST_PORT: u16 = 20_000;
/// Rows of ports that are tried.
const ROWS: u16 = 1_000;

/// A demonstration, running.
pub struct Demo {
    accounts: Vec<Account>,
    /// What waits for a decision, in the order of the table.
    pub situations: Vec<Situation>,
    demo: Child,
    table: BufReader<ChildStdout>,
    folder: TempDir,
}

/// Something that waits for a decision.
#[derive(Clone, Debug)]
pub struct Situation {
    /// Who signs in.
    pub login: String,
    /// Under which reference it is.
    pub reference: String,
    /// What they find.
    pub words: String,
}

/// Somebody who can sign in.
#[derive(Clone, Debug)]
pub struct Account {
    /// The address of their node.
    pub url: String,
    /// What they type first.
    pub login: String,
    /// And then.
    pub password: String,
}

impl Demo {
    /// Starts the nodes, and waits until the table says who signs in where.
    #[must_use]
    pub fn start() -> Self {
        Self::with(&["--empty"])
    }

    /// The same, with what waits for a decision.
    #[must_use]
    pub fn with_situations() -> Self {
        Self::with(&[])
    }

    fn with(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut demo = Command::new(binary())
            .args(["demo", "--port", &free_row().to_string(), "--folder"])
            .arg(folder.path())
            .args(options)
            .env_remove("MAILLAGE_CONFIG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let table = BufReader::new(demo.stdout.take().expect("its output is ours"));
        let (accounts, situations) = (Vec::new(), Vec::new());
        let mut started = Self { accounts, situations, demo, table, folder };
        started.read_table();
        started
    }

    /// Reads the table up to its last words, or to the end of a demonstration that failed.
    fn read_table(&mut self) {
        let mut line = String::new();
        while !line.starts_with("Pour commencer") {
            line.clear();
            let read = self.table.read_line(&mut line).expect("the table is text");
            assert!(read > 0, "the demonstration ended before its table: {:?}", self.accounts);
            self.accounts.extend(Account::read(&line));
            self.situations.extend(Situation::read(&line));
        }
    }

    /// Returns who signs in with this login.
    ///
    /// Every structure has an `admin`: the first one is returned.
    #[must_use]
    pub fn account(&self, login: &str) -> &Account {
        let found = self.accounts.iter().find(|account| account.login == login);
        found.expect("the table names everybody")
    }

    /// Signs somebody in on the pages.
    #[must_use]
    pub fn visit(&self, login: &str) -> Visit {
        let Account { url, login, password } = self.account(login);
        Visit::of(url, login, password)
    }

    /// Returns the node of somebody who works there, as a program of theirs sees it.
    #[must_use]
    pub fn node(&self, login: &str) -> Node {
        crate::with_crypto();
        let Account { url, login, .. } = self.account(login);
        let id = met(&Client::new(), url).node();
        let folders = fs::read_dir(self.folder.path()).expect("the folder of the demonstration");
        let mut folders = folders.flatten().map(|folder| folder.path());
        let is_theirs = |folder: &PathBuf| {
            DataFolder::at(folder.as_path()).node_id().is_ok_and(|found| found == id)
        };
        let folder = folders.find(is_theirs).expect("every node has its folder");
        Node::beside(&folder, url, login)
    }
}

impl Account {
    /// Reads a row of the table, whose last three columns have no spaces.
    fn read(row: &str) -> Option<Self> {
        let mut columns = row.split_whitespace().rev().map(str::to_owned);
        let (password, login, url) = (columns.next()?, columns.next()?, columns.next()?);
        url.starts_with("http://").then_some(Self { url, login, password })
    }
}

impl Situation {
    /// Reads a row of the second table: a login, a reference, and words.
    fn read(row: &str) -> Option<Self> {
        let row = row.strip_prefix("  ")?.trim_end();
        let (login, rest) = row.split_once(' ')?;
        let (reference, words) = rest.trim_start().split_once(' ')?;
        let is_reference = reference.len() == 9 && reference.chars().nth(4) == Some('-');
        let [login, reference, words] = [login, reference, words.trim_start()].map(str::to_owned);
        is_reference.then_some(Self { login, reference, words })
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Asked to end, it ends its nodes; killed, it would leave them. The standard library cannot
        // send this signal without unsafe code; `kill` can.
        Command::new("kill").arg(self.demo.id().to_string()).status().ok();
        self.demo.wait().ok();
    }
}

/// Returns the first of six neighboring ports that nothing uses now.
fn free_row() -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    // Two runs on one machine begin at different places.
    let begin = u16::try_from(std::process::id() % u32::from(ROWS)).unwrap_or(0);
    let mut rows = (0..ROWS).map(|row| FIRST_PORT + (begin + row) % ROWS * NODES);
    let free = rows.find(|first| (*first..*first + NODES).all(is_free));
    free.expect("a machine has six free ports")
}
