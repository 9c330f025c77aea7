//! Whatever is done to it, a journal on the disk says the same as one in memory.

use proptest::prelude::*;

use super::contract::{all, record};
use super::crash::open_with;
use super::{Journal, MemoryJournal, Number};
use crate::disk::simulated::SimulatedDisk;

#[derive(Clone, Debug)]
enum Op {
    Append(Vec<usize>),
    Strip(Vec<(usize, usize)>),
    StartAgain,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => prop::collection::vec(0_usize..1500, 0..4).prop_map(Op::Append),
        1 => prop::collection::vec((0_usize..40, 0_usize..800), 0..4).prop_map(Op::Strip),
        1 => Just(Op::StartAgain),
    ]
}

proptest! {
    #[test]
    fn segments_and_memory_agree(ops in prop::collection::vec(op(), 1..30)) {
        let (disk, memory) = (SimulatedDisk::default(), MemoryJournal::default());
        let mut journal = open_with(&disk, 2048).unwrap().0;
        for op in ops {
            match op {
                Op::Append(sizes) => {
                    let of = |(n, size): (usize, usize)| record(&format!("{n}").repeat(size));
                    let records: Vec<_> = sizes.into_iter().enumerate().map(of).collect();
                    let numbers = (journal.append(&records), memory.append(&records));
                    prop_assert_eq!(numbers.0.unwrap(), numbers.1.unwrap());
                }
                Op::Strip(sizes) => {
                    let of = |(n, size)| (Number(n as u64), vec![b'-'; size]);
                    let payloads: Vec<_> = sizes.into_iter().map(of).collect();
                    let done = (journal.strip(&payloads), memory.strip(&payloads));
                    let said = |done: Result<(), _>| done.map_err(|why: super::StripError| why.to_string());
                    prop_assert_eq!(said(done.0), said(done.1));
                }
                Op::StartAgain => {
                    drop(journal);
                    journal = open_with(&disk, 2048).unwrap().0;
                }
            }
            prop_assert_eq!(journal.len(), memory.len());
            prop_assert_eq!(all(&journal), all(&memory));
        }
        let whole = Number(0)..Number(u64::MAX);
        prop_assert_eq!(journal.leaves(whole.clone()).unwrap(), memory.leaves(whole).unwrap());
    }
}
