//! What can be rebuilt: nothing here is the truth, and nothing personal is in clear.
//!
//! One database, few trees, small values. If it does not open, its folder is moved aside and it
//! is made again from the journal: losing it signs everybody out, and costs a moment.

mod sessions;

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tracing::{error, warn};

use crate::app::App;
use crate::projection::{ProjectionError, Worklist};
use crate::telemetry::Chain;

pub use sessions::{LONGEST, Session, SessionName, SessionSecret, Sessions};

/// How much memory the database may keep.
const CACHE: u64 = 16 * 1024 * 1024;

/// How long what is new gathers before it is indexed: many records cost hardly more than one.
const LAG: Duration = Duration::from_millis(200);

/// Why the index cannot be opened, even empty.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The folder cannot be moved or made.
    #[error("the folder of the index cannot be used")]
    Folder(#[from] io::Error),
    /// The database does not open.
    #[error("the index does not open")]
    Database(#[from] sled::Error),
    /// A projection does not open.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
}

/// What can be rebuilt.
#[derive(Clone)]
pub struct Index {
    db: sled::Db,
    worklist: Worklist,
}

impl Index {
    /// Opens the index of a folder, empty if what is there does not open.
    pub fn open(folder: &Path) -> Result<Self, IndexError> {
        match Self::try_open(folder) {
            Ok(index) => Ok(index),
            Err(broken) => {
                let aside = folder.with_extension("broken");
                warn!(error = %Chain(&broken), "the index is moved aside, and made again");
                if aside.exists() {
                    fs::remove_dir_all(&aside)?;
                }
                if folder.exists() {
                    fs::rename(folder, &aside)?;
                }
                Self::try_open(folder)
            }
        }
    }

    fn try_open(folder: &Path) -> Result<Self, IndexError> {
        let config = sled::Config::new().path(folder).cache_capacity(CACHE);
        let db = config.flush_every_ms(Some(500)).open()?;
        let worklist = Worklist::open(&db)?;
        Ok(Self { db, worklist })
    }

    /// Returns the database, for what is kept in it by itself.
    #[must_use]
    pub const fn db(&self) -> &sled::Db {
        &self.db
    }

    /// Returns the open referrals, the most urgent first.
    #[must_use]
    pub const fn worklist(&self) -> &Worklist {
        &self.worklist
    }

    /// Follows the journal until it is dropped.
    pub async fn follow(self, app: Arc<App>) {
        let mut news = app.news();
        loop {
            let (worklist, reading) = (self.worklist.clone(), Arc::clone(&app));
            let caught_up = tokio::task::spawn_blocking(move || {
                worklist.catch_up(&**reading.journal(), reading.safe())
            });
            match caught_up.await {
                Ok(Ok(())) => {}
                Ok(Err(failure)) => error!(error = %Chain(&failure), "the worklist is late"),
                Err(_) => return,
            }
            if news.changed().await.is_err() {
                return;
            }
            tokio::time::sleep(LAG).await;
        }
    }

    /// Writes what is in memory, so that the next start is quick. Failing to costs a moment then.
    pub fn close(&self) {
        if let Err(failure) = self.db.flush() {
            warn!(error = %Chain(&failure), "the index was not written to its end");
        }
    }
}
