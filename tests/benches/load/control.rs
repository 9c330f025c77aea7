//! What the figures are compared with: the disk alone, and PostgreSQL with its own load driver.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long one engine runs in one round.
pub(crate) const TURN: Duration = Duration::from_secs(4);
/// Bytes of what one event holds.
pub(crate) const PAYLOAD: usize = 700;

/// Returns how often per second a block of 4 KiB can be made durable in a file that was allocated
/// and zeroed before.
pub(crate) fn raw_sync(path: &Path) -> f64 {
    const BLOCK: usize = 4_096;
    const FILE: usize = 64 * 1_024 * 1_024;
    let file = File::create(path).expect("a temporary folder is writable");
    file.write_all_at(&vec![0; FILE], 0).expect("the disk has room");
    file.sync_all().expect("the disk works");
    let block = [7; BLOCK];
    let (started, mut done) = (Instant::now(), 0_usize);
    while started.elapsed() < TURN {
        let place = (done * BLOCK) % FILE;
        file.write_all_at(&block, place as u64).expect("the disk works");
        file.sync_data().expect("the disk works");
        done += 1;
    }
    fs::remove_file(path).expect("it was made here");
    done as f64 / started.elapsed().as_secs_f64()
}

/// A PostgreSQL of its own, as it is shipped: `fsync` and `synchronous_commit` are on.
pub(crate) struct PostgreSql {
    folder: PathBuf,
    programs: PathBuf,
}

/// What a table of events needs to be asked the same questions as the journal: by name, by place in
/// a channel, by referral.
const TABLE: &str = "
CREATE TABLE event (id uuid PRIMARY KEY, peer int, seq bigint, referral uuid, payload text);
CREATE INDEX ON event (peer, seq);
CREATE INDEX ON event (referral);
";
const INSERT: &str = "
\\set seq random(1, 1000000000000)
INSERT INTO event VALUES
    (gen_random_uuid(), :client_id, :seq, gen_random_uuid(), :payload);
";

impl PostgreSql {
    pub(crate) fn start(folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("a temporary folder is writable");
        let postgresql = Self { folder: folder.to_owned(), programs: programs() };
        postgresql.hand_over();
        let data = postgresql.at("data");
        postgresql.run("initdb", &["--auth=trust", "--pgdata", &data]);
        let sockets = format!("-k {} -c listen_addresses=", postgresql.folder.display());
        let log = postgresql.at("log");
        postgresql
            .run("pg_ctl", &["start", "--wait", "--pgdata", &data, "--log", &log, "-o", &sockets]);
        fs::write(postgresql.folder.join("insert.sql"), INSERT).expect("it is writable");
        postgresql.run("psql", &["-h", &postgresql.at(""), "-d", "postgres", "-c", TABLE]);
        postgresql
    }

    /// Returns how many single-row inserts so many clients have acknowledged per second.
    pub(crate) fn rate(&self, clients: usize) -> f64 {
        let (clients, seconds) = (clients.to_string(), TURN.as_secs().to_string());
        let payload = format!("payload={}", "m".repeat(PAYLOAD));
        let script = self.at("insert.sql");
        let report = self.run(
            "pgbench",
            &[
                "-h",
                &self.at(""),
                "-n",
                "-M",
                "prepared",
                "-c",
                &clients,
                "-j",
                "2",
                "-T",
                &seconds,
                "-D",
                &payload,
                "-f",
                &script,
                "postgres",
            ],
        );
        let rate = report.lines().find_map(|line| line.strip_prefix("tps = "));
        let rate = rate.and_then(|rate| rate.split_whitespace().next()?.parse().ok());
        rate.unwrap_or_else(|| panic!("pgbench says no rate: {report}"))
    }

    fn at(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// PostgreSQL refuses to run as root: its folder belongs to its own user then.
    fn hand_over(&self) {
        if is_root() {
            let folder = self.at("");
            let parent = self.folder.parent().expect("it is in a folder").display().to_string();
            run(Command::new("chmod").args(["755", &parent]));
            run(Command::new("chown").args(["postgres", &folder]));
        }
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        run(command.args(arguments).current_dir(&self.folder))
    }
}

impl Drop for PostgreSql {
    fn drop(&mut self) {
        let data = self.at("data");
        self.run("pg_ctl", &["stop", "--mode=immediate", "--pgdata", &data]);
    }
}

fn is_root() -> bool {
    run(Command::new("id").arg("-u")).trim() == "0"
}

/// Debian keeps the programs of each version in its own folder, out of the path.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("tests/bench installs PostgreSQL");
    let newest = versions.flatten().map(|version| version.path()).max();
    newest.expect("tests/bench installs PostgreSQL").join("bin")
}

fn run(command: &mut Command) -> String {
    // What a server inherits of a pipe would keep it open.
    let quiet = command.get_program().to_string_lossy().ends_with("pg_ctl")
        || command.get_args().any(|word| word.to_string_lossy().ends_with("pg_ctl"));
    if quiet {
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(status.expect("the program is there").success(), "{command:?}");
        return String::new();
    }
    let done = command.output().expect("the program is there");
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}
