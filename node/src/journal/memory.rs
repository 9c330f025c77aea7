//! A journal that forgets everything when it is dropped, for tests.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use maillage_protocol::leaf::Leaf;
use tokio::sync::watch;

use super::{APPEND_BYTES, Journal, JournalError, Number, READ_BYTES, Record, StripError, frame};

/// Records in memory.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    /// The records. Held for one operation.
    records: Mutex<Vec<Record>>,
    news: watch::Sender<Number>,
}

impl MemoryJournal {
    fn lock(&self) -> MutexGuard<'_, Vec<Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for MemoryJournal {
    fn append(&self, records: &[Record]) -> Result<Number, JournalError> {
        if frame::bytes_of(records) > APPEND_BYTES {
            return Err(JournalError::TooLarge);
        }
        let mut held = self.lock();
        let first = Number(0).plus(held.len());
        held.extend_from_slice(records);
        self.news.send_replace(Number(0).plus(held.len()));
        Ok(first)
    }

    fn read(&self, first: Number, limit: usize) -> Result<Vec<Record>, JournalError> {
        let held = self.lock();
        let (mut read, mut bytes) = (Vec::new(), 0);
        for record in held.iter().skip(place(first)).take(limit) {
            bytes += record.payload.len();
            read.push(record.clone());
            if bytes >= READ_BYTES {
                break;
            }
        }
        Ok(read)
    }

    fn leaves(&self, range: Range<Number>) -> Result<Vec<Leaf>, JournalError> {
        let held = self.lock();
        let count = place(range.end).saturating_sub(place(range.start));
        let leaves = held.iter().skip(place(range.start)).take(count);
        Ok(leaves.map(|record| record.leaf).collect())
    }

    fn strip(&self, payloads: &[(Number, Vec<u8>)]) -> Result<(), StripError> {
        let mut held = self.lock();
        for (number, payload) in payloads {
            let record = held.get(place(*number)).ok_or(StripError::Unknown(*number))?;
            if payload.len() > record.payload.len() {
                return Err(StripError::Longer(*number));
            }
        }
        for (number, payload) in payloads {
            held[place(*number)].payload.clone_from(payload);
        }
        Ok(())
    }

    fn len(&self) -> Number {
        Number(0).plus(self.lock().len())
    }

    fn subscribe(&self) -> watch::Receiver<Number> {
        self.news.subscribe()
    }
}

fn place(number: Number) -> usize {
    usize::try_from(number.0).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::contract;

    #[test]
    fn memory_holds_the_contract() {
        contract::holds(&MemoryJournal::default());
    }
}
