//! How long a node takes to start again, and how much memory and disk it needs, by the events it
//! holds.

use std::fs;
use std::path::Path;
use std::time::Instant;

use crate::ingest::Ingest;

const STARTS: usize = 3;

/// What a node of some size needs.
pub(crate) struct Start {
    /// Events that peers sent.
    pub(crate) events: usize,
    /// Records of the journal: receipts and our own words besides.
    pub(crate) records: u64,
    /// Seconds until `/health/ready` says yes, of each start.
    pub(crate) seconds: Vec<f64>,
    /// Resident memory then, in MiB.
    pub(crate) memory: f64,
    /// Bytes of the whole folder.
    pub(crate) disk: u64,
}

/// Fills a node, then starts it again.
pub(crate) fn measure(events: usize) -> Start {
    eprintln!("starts with {events} events");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut ingest = Ingest::ready(&folder.path().join("node"));
    ingest.fill(events);
    let records = ingest.node.records();
    let mut node = ingest.node;
    let (mut seconds, mut memory) = (Vec::new(), 0.0);
    for _ in 0..STARTS {
        node.kill();
        let started = Instant::now();
        node.launch();
        seconds.push(started.elapsed().as_secs_f64());
        memory = resident(node.pid());
    }
    node.kill();
    Start { events, records, seconds, memory, disk: bytes(&node.folder) }
}

/// Returns the resident memory of a process, in MiB.
fn resident(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("the node runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kib.expect("the form of proc(5)") / 1_024.0
}

fn bytes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).expect("the folder is there").flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(data) if data.is_dir() => bytes(&entry.path()),
        Ok(data) => data.len(),
        Err(_) => 0,
    });
    sizes.sum()
}
