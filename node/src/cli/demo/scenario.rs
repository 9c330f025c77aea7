//! The first acceptance scenario, through the public HTTP interfaces only.

use super::territory::Territory;
use crate::cli::{Context, VerbError};

pub(super) async fn play(_context: &Context, _territory: &Territory) -> Result<(), VerbError> {
    Ok(())
}
