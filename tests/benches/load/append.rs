//! Durable appends to the journal, by as many producers as there are clients of the control.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use maillage_node::disk::{Disk, SystemDisk};
use maillage_node::env::SystemEnv;
use maillage_node::journal::{Journal, Record, SEGMENT_BYTES, SegmentJournal};
use maillage_protocol::leaf::Leaf;

use crate::control::{PAYLOAD, TURN};

/// Those who append, each waiting until its record is durable before it makes the next.
pub(crate) struct Producers {
    journal: SegmentJournal,
}

impl Producers {
    pub(crate) fn open(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("a temporary folder is writable");
        let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
        let opened = SegmentJournal::open(&disk, &SystemEnv::default(), folder, SEGMENT_BYTES);
        Self { journal: opened.expect("an empty folder becomes a journal").0 }
    }

    /// Returns how many records per second so many producers have made durable.
    pub(crate) fn rate(&self, producers: usize) -> f64 {
        let (done, started) = (AtomicUsize::new(0), Instant::now());
        thread::scope(|scope| {
            for producer in 0..producers {
                let done = &done;
                scope.spawn(move || {
                    let mut payload = vec![0; PAYLOAD];
                    payload[..8].copy_from_slice(&producer.to_le_bytes());
                    let mut mine = 0_usize;
                    while started.elapsed() < TURN {
                        payload[8..16].copy_from_slice(&mine.to_le_bytes());
                        let record =
                            Record { leaf: Leaf::of_fact(&payload), payload: payload.clone() };
                        self.journal.append(&[record]).expect("the disk works");
                        mine += 1;
                    }
                    done.fetch_add(mine, Ordering::Relaxed);
                });
            }
        });
        done.into_inner() as f64 / started.elapsed().as_secs_f64()
    }
}
