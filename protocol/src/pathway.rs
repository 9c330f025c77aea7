//! The chain of attempts that a need causes, and how it is kept from going round.
//!
//! Each node checks only what it knows itself: nobody discloses where she was. Helping is never
//! refused; passing on is.

use crate::codes::BackReason;
use crate::id::NodeId;
use crate::referral::Asked;

/// Returns the hop of a new referral to `target`: 0 for a first one.
///
/// `arrival` is the referral that brought the need here, and who sent it. Sending it back to them
/// is refused unless they must say something first.
pub fn next_hop(
    arrival: Option<(&Asked, NodeId)>,
    target: NodeId,
    return_justified: Option<BackReason>,
) -> Result<u8, Circle> {
    let Some((asked, from)) = arrival else { return Ok(0) };
    if target == from && return_justified != Some(BackReason::InformationMissing) {
        return Err(Circle::Bounce);
    }
    match asked.hop.checked_add(1) {
        Some(hop) if hop <= asked.rules.max_hop => Ok(hop),
        _ => Err(Circle::TooManyHops),
    }
}

/// Why a need may not be passed on. It can be helped here, discussed, or closed as unmet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Circle {
    /// It would go back to those who sent it.
    #[error("it would go back to those who sent it")]
    Bounce,
    /// It was passed on too often already.
    #[error("it was passed on too often")]
    TooManyHops,
}
