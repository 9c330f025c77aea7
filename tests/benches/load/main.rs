//! How fast the node is, against what the same disk and a well-known database do in the same
//! minutes. Writes `docs/benchmarks/backbone.md`. Run it by `tests/bench`, which installs what it
//! needs.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod append;
mod control;
mod ingest;
mod primitives;
mod referral;
mod report;
mod start;

use std::fs;
use std::path::Path;

use append::Producers;
use control::{PostgreSql, raw_sync};
use ingest::Ingest;
use primitives::Primitives;
use report::{Report, Rounds};

/// Rounds, in each of which every engine runs once.
const ROUNDS: usize = 5;
/// Sizes of the journals from which a node starts.
const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];

fn main() {
    maillage_tests::with_crypto();
    // `cargo bench` gives its own words: a first one without dashes is how much of it to do.
    let sizes = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(SIZES.len());
    let mut report = Report::begin();
    compare(&mut report);
    report.latencies(&referral::measure());
    keep(&report);
    report.begin_starts();
    for size in SIZES.iter().take(sizes) {
        report.start(&start::measure(*size));
        keep(&report);
    }
    println!("{}", report.text());
}

/// Writes what is known so far: what fails later loses nothing of it.
fn keep(report: &Report) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/benchmarks/backbone.md");
    fs::create_dir_all(file.parent().expect("it is in a folder")).expect("the tree is writable");
    fs::write(&file, report.text()).expect("the tree is writable");
}

/// Runs every engine once in each round, so that a noisy minute is noisy for all.
fn compare(report: &mut Report) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let postgresql = PostgreSql::start(&folder.path().join("postgresql"));
    let journal = Producers::open(&folder.path().join("journal"));
    let mut ingest = Ingest::ready(&folder.path().join("node"));
    let (primitives, mut rounds) = (Primitives::draw(), Rounds::default());
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        rounds.add("raw", raw_sync(&folder.path().join("raw")));
        rounds.add("journal 1", journal.rate(1));
        rounds.add("postgresql 1", postgresql.rate(1));
        rounds.add("journal 64", journal.rate(64));
        rounds.add("postgresql 64", postgresql.rate(64));
        let one = ingest.rate(1);
        rounds.add("ingest 1", one.rate);
        rounds.add("ingest 1 cpu", one.cpu_micros);
        let batch = ingest.rate(maillage_protocol::limits::BATCH_EVENTS);
        rounds.add("ingest 64", batch.rate);
        rounds.add("ingest 64 cpu", batch.cpu_micros);
        rounds.add("verify", primitives.verify_micros());
        rounds.add("open", primitives.open_micros());
        rounds.add("limit 1", primitives.limit_of_requests());
        rounds.add("limit 64", primitives.limit_of_batches());
    }
    report.rounds(&rounds);
}
