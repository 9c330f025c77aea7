//! Views of the journal that can be thrown away.
//!
//! Rows change together with the number of the next record, and the same records give the same
//! rows, so a crash at any point costs nothing but doing some of it again.

mod worklist;

use crate::facts::RecordError;
use crate::journal::JournalError;

pub use worklist::Worklist;

/// Why a projection cannot follow the journal.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The database failed.
    #[error("the index cannot be used")]
    Database(#[from] sled::Error),
    /// The journal failed.
    #[error("the journal cannot be read")]
    Journal(#[from] JournalError),
    /// A record makes no sense.
    #[error("the journal holds a record that makes no sense")]
    Record(#[from] RecordError),
}
