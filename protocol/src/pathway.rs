//! The chain of attempts that a need causes, and how it is kept from going round.
//!
//! Each node checks only what it knows itself: nobody discloses where she was. Helping is never
//! refused; passing on is.

use std::str::FromStr;

use crate::codes::BackReason;
use crate::encoding::{self, NotExact};
use crate::id::{NodeId, PathwayId};
use crate::label::Label;
use crate::referral::{Asked, Rules};

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
    one_further(asked.hop, asked.rules)
}

fn one_further(hop: u8, rules: Rules) -> Result<u8, Circle> {
    let next = hop.checked_add(1).filter(|next| *next <= rules.max_hop);
    next.ok_or(Circle::TooManyHops)
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

/// What her receipt says of the chain: wherever she shows it, the chain goes on.
///
/// ```text
///   pathway 16 │ hop 1 │ check 3     20 bytes: 32 characters that can be typed, 8 groups of four
/// ```
///
/// It names nobody and opens nothing. Without it, she begins a new chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathwayNumber {
    /// The chain.
    pub pathway: PathwayId,
    /// How often the need was passed on when the receipt was made.
    pub hop: u8,
}

/// Bytes of a number.
const WHOLE: usize = 20;

impl PathwayNumber {
    /// Returns the hop of a referral by somebody to whom she shows her receipt.
    pub fn next_hop(self, rules: Rules) -> Result<u8, Circle> {
        one_further(self.hop, rules)
    }

    /// Returns the groups that are printed.
    #[must_use]
    pub fn to_printed(self) -> String {
        encoding::grouped(&self.characters())
    }

    pub(crate) fn characters(self) -> String {
        encoding::crockford(&self.to_bytes())
    }

    fn to_bytes(self) -> [u8; WHOLE] {
        let mut bytes = [0; WHOLE];
        let said = [&self.pathway.to_bytes()[..], &[self.hop]].concat();
        let check = Label::Pathway.hash(&said);
        for (to, from) in bytes.iter_mut().zip(said.iter().chain(&check)) {
            *to = *from;
        }
        bytes
    }
}

impl FromStr for PathwayNumber {
    type Err = NotExact;

    /// Reads the groups as people type them, or all that a square holds: what is before the « # »
    /// is an address, what is before the next full stop is her code, which is not needed here.
    fn from_str(typed: &str) -> Result<Self, NotExact> {
        let typed = match typed.rsplit_once('#') {
            Some((_, held)) => held.split('.').nth(1).ok_or(NotExact)?,
            None => typed,
        };
        let whole: [u8; WHOLE] =
            encoding::from_crockford(typed)?.try_into().map_err(|_| NotExact)?;
        let (pathway, rest) = whole.split_first_chunk().ok_or(NotExact)?;
        let (hop, _) = rest.split_first().ok_or(NotExact)?;
        let read = Self { pathway: PathwayId::from_bytes(*pathway), hop: *hop };
        if read.to_bytes() == whole { Ok(read) } else { Err(NotExact) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: PathwayNumber =
        PathwayNumber { pathway: PathwayId::from_bytes([0xa7; 16]), hop: 2 };

    #[test]
    fn a_chain_goes_on_from_a_receipt_as_far_as_its_rules_allow() {
        let rules = Rules { max_hop: 3, ..Rules::default() };
        assert_eq!(NUMBER.next_hop(rules), Ok(3));
        assert_eq!(PathwayNumber { hop: 3, ..NUMBER }.next_hop(rules), Err(Circle::TooManyHops));
        let last = PathwayNumber { hop: u8::MAX, ..NUMBER };
        let endless = Rules { max_hop: u8::MAX, ..rules };
        assert_eq!(last.next_hop(endless), Err(Circle::TooManyHops));
    }

    #[test]
    fn one_character_that_is_typed_wrongly_is_not_another_chain() {
        let printed = NUMBER.to_printed();
        assert_eq!(printed.parse(), Ok(NUMBER));
        for at in (0..printed.len()).filter(|at| printed.as_bytes()[*at] != b'-') {
            let mut typed: Vec<char> = printed.chars().collect();
            typed[at] = if typed[at] == '7' { '8' } else { '7' };
            let typed: String = typed.into_iter().collect();
            assert_eq!(typed.parse::<PathwayNumber>(), Err(NotExact), "{typed}");
        }
    }
}
