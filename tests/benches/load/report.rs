//! What was measured, in words that can be kept: machine, date, command, ratios.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use maillage_node::env::{Env, SystemEnv};
use maillage_protocol::referral::Rules;

use crate::control::{PAYLOAD, TURN};
use crate::referral::Latencies;
use crate::start::Start;

/// The figures of every round, by what was measured.
#[derive(Default)]
pub(crate) struct Rounds(BTreeMap<&'static str, Vec<f64>>);

impl Rounds {
    pub(crate) fn add(&mut self, what: &'static str, figure: f64) {
        self.0.entry(what).or_default().push(figure);
    }

    /// Returns the ratios of two figures, round by round.
    fn ratios(&self, of: &str, to: &str) -> Vec<f64> {
        self.0[of].iter().zip(&self.0[to]).map(|(of, to)| of / to).collect()
    }
}

/// The page that is written.
pub(crate) struct Report(String);

impl Report {
    pub(crate) fn begin() -> Self {
        let mut text = String::from("# The backbone, measured\n\n");
        let line = |text: &mut String, name: &str, value: &str| {
            writeln!(text, "- {name}: {value}").expect("a string takes all");
        };
        line(&mut text, "Command", "`tests/bench`");
        line(&mut text, "Date", &today());
        line(&mut text, "Machine", &machine());
        line(
            &mut text,
            "Method",
            &format!(
                "every engine runs once for {} s (or for 32,768 events) in each round, so that a \
                 noisy minute is noisy for all; median [min..max]; ratios are taken round by \
                 round; events of {PAYLOAD} bytes for the journal and PostgreSQL, of real \
                 referrals for the node; the load is made on the same machine",
                TURN.as_secs()
            ),
        );
        Self(text)
    }

    pub(crate) fn rounds(&mut self, rounds: &Rounds) {
        self.say("\n## Durable, verified, acknowledged\n\n| what | per second |\n|---|---|\n");
        for (name, key) in [
            ("write of 4 KiB and `fdatasync`, file allocated before", "raw"),
            ("journal, 1 producer", "journal 1"),
            ("PostgreSQL, 1-row INSERT with 3 indexes, 1 client", "postgresql 1"),
            ("journal, 64 producers", "journal 64"),
            ("PostgreSQL, the same INSERT, 64 clients", "postgresql 64"),
            ("node: signed events over HTTP, 1 per request, 64 peers", "ingest 1"),
            ("node: the same in batches of 64", "ingest 64"),
            (
                "cryptography of an event in its own request, all processors, nothing else",
                "limit 1",
            ),
            ("cryptography of an event in a batch, all processors, nothing else", "limit 64"),
        ] {
            let figures = spread(&rounds.0[key], 0);
            self.say(&format!("| {name} | {figures} |\n"));
        }
        self.say("\n| ratio | measured | floor | goal |\n|---|---|---|---|\n");
        for (name, of, to, floor, goal) in [
            ("journal, 1 producer ÷ the disk alone", "journal 1", "raw", "0.8", "0.95"),
            ("journal ÷ PostgreSQL, 64 each", "journal 64", "postgresql 64", "4", "8"),
            ("node, 1 per request ÷ PostgreSQL, 64", "ingest 1", "postgresql 64", "1.2", "2"),
            ("node, batches of 64 ÷ PostgreSQL, 64", "ingest 64", "postgresql 64", "2", "4"),
            ("node, 1 per request ÷ its cryptography alone", "ingest 1", "limit 1", "–", "–"),
            (
                "node, batches of 64 ÷ its cryptography alone",
                "ingest 64",
                "limit 64",
                "0.45",
                "0.75",
            ),
            ("cryptography of a request ÷ PostgreSQL, 64", "limit 1", "postgresql 64", "–", "–"),
            ("cryptography of a batch ÷ PostgreSQL, 64", "limit 64", "postgresql 64", "–", "–"),
            (
                "CPU of an event in a batch ÷ `verify_strict`",
                "ingest 64 cpu",
                "verify",
                "2.5",
                "1.5",
            ),
        ] {
            let figures = spread(&rounds.ratios(of, to), 2);
            self.say(&format!("| {name} | {figures} | {floor} | {goal} |\n"));
        }
        self.say("\n| microseconds of processor | measured |\n|---|---|\n");
        for (name, key) in [
            ("one `verify_strict`", "verify"),
            ("opening one key box (HPKE)", "open"),
            ("node, one event in its own request", "ingest 1 cpu"),
            ("node, one event of a batch", "ingest 64 cpu"),
        ] {
            let figures = spread(&rounds.0[key], 1);
            self.say(&format!("| {name} | {figures} |\n"));
        }
    }

    pub(crate) fn begin_starts(&mut self) {
        self.say(
            "\n## Starting again\n\nA node killed and started again; one referral for each eight \
             events, all of them open. Floors for a million events: 5 s, 300 MiB; goals: 1 s, 128 \
             MiB.\n\n| events | records | seconds until ready | memory then, MiB | folder, MiB |\n\
             |---|---|---|---|---|\n",
        );
    }

    pub(crate) fn start(&mut self, start: &Start) {
        let Start { events, records, seconds, memory, disk } = start;
        let (seconds, disk) = (spread(seconds, 2), *disk as f64 / (1_024.0 * 1_024.0));
        self.say(&format!("| {events} | {records} | {seconds} | {memory:.0} | {disk:.0} |\n"));
    }

    pub(crate) fn latencies(&mut self, latencies: &Latencies) {
        self.say("\n## One referral over two nodes, in milliseconds\n\n");
        self.say("| until | p50 | p99 |\n|---|---|---|\n");
        for (name, times) in [
            ("the sender's node has acknowledged it", &latencies.acknowledged),
            ("the receiver's node shows it", &latencies.shown),
        ] {
            let (half, last) = (percentile(times, 50), percentile(times, 99));
            self.say(&format!("| {name} | {half:.1} | {last:.1} |\n"));
        }
        self.say("\nFloor until the receiver has stored it: 5 and 25; goal: 2 and 10. The API of ");
        self.say("the receiver is asked again and again, on the same processors.\n");
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    fn say(&mut self, text: &str) {
        self.0.push_str(text);
    }
}

fn percentile(sorted: &[f64], percent: usize) -> f64 {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

/// Returns the median, and the smallest and the largest beside it.
fn spread(figures: &[f64], digits: usize) -> String {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (first, last) = (sorted[0], sorted[sorted.len() - 1]);
    let middle = sorted[sorted.len() / 2];
    format!("{middle:.digits$} [{first:.digits$}..{last:.digits$}]")
}

fn today() -> String {
    Rules::default().calendar.day(SystemEnv::default().now()).to_string()
}

fn machine() -> String {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = memory.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib: f64 =
        memory.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0.0);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{processors} processors ({}), {:.1} GiB, Linux {}",
        model.unwrap_or("unknown model"),
        kib / 1_048_576.0,
        kernel.trim()
    )
}
