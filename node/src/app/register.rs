//! The register: what was ordered to be erased, by whom, whether it was carried out, and what was
//! refused because she had not agreed to it. References only.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use maillage_protocol::control::Control;
use maillage_protocol::erasure::{ErasureAttestation, ErasureOrder};
use maillage_protocol::id::{EventId, NodeId};
use maillage_protocol::signed::Signed;
use maillage_protocol::time::Timestamp;

use super::state::State;
use super::{App, AppError, ShortCode};
use crate::facts::{Entry, Outgoing};
use crate::journal::Number;

/// Who gave an order to erase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// We did, to another organization.
    ByUs,
    /// Another organization did, to us.
    ByThem,
    /// Nobody: it was erased here alone.
    Here,
}

/// An order to erase, as those read it who see to it that it is carried out.
#[derive(Clone, Debug)]
pub struct ErasureLine {
    /// The other organization.
    pub name: String,
    /// Its public telephone.
    pub telephone: Option<String>,
    /// Who gave the order.
    pub order: Ordered,
    /// The referrals.
    pub codes: Vec<ShortCode>,
    /// When it was given.
    pub at: Timestamp,
    /// Before when it had to be attested.
    pub due: Timestamp,
    /// When it was carried out, as whoever did it attests.
    pub attested: Option<Timestamp>,
}

impl ErasureLine {
    /// Tells whether the other side had to attest, and has not.
    #[must_use]
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.order == Ordered::ByUs && self.attested.is_none() && self.due <= now
    }
}

/// Something that was sent and refused, since she had not agreed that it be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RefusedEvent {
    peer: NodeId,
    event: EventId,
    /// Whether we refused it.
    here: bool,
}

/// The code of a refusal because she had not agreed.
const OUT_OF_SCOPE: &str = "out_of_scope";
/// How many refusals are read, the last ones.
const READ: usize = 200;

impl RefusedEvent {
    /// Returns what was refused.
    pub(super) const fn event(&self) -> EventId {
        self.event
    }

    /// Reads that we refused something, off what is to be told.
    pub(super) fn by_us(told: &Outgoing) -> Option<Self> {
        match told.control()? {
            Control::Refused { event, code } if code == OUT_OF_SCOPE => {
                Some(Self { peer: told.to(), event, here: true })
            }
            _ => None,
        }
    }

    /// Reads that a peer refused something.
    pub(super) fn by_peer(peer: NodeId, said: Option<&Control>) -> Option<Self> {
        match said {
            Some(Control::Refused { event, code }) if code == OUT_OF_SCOPE => {
                Some(Self { peer, event: *event, here: false })
            }
            _ => None,
        }
    }
}

/// The same, as those read it who watch over the protection of data.
#[derive(Clone, Debug)]
pub struct RefusalLine {
    /// The other organization.
    pub name: String,
    /// Whether we refused it, and destroyed it here.
    pub here: bool,
    /// When it was said, by the clock of who said it; `None` once that was destroyed.
    pub at: Option<Timestamp>,
}

/// Reads the register off what is known.
struct Register<'a> {
    state: &'a State,
    us: NodeId,
    /// The referral of each event that an order may name.
    codes: BTreeMap<EventId, ShortCode>,
}

impl<'a> Register<'a> {
    fn of(state: &'a State, us: NodeId) -> Self {
        let mut codes = BTreeMap::new();
        for case in state.cases.values().filter(|case| case.erased) {
            let told = case.told.iter().flat_map(|told| &told.events);
            codes.extend(told.chain(&case.heard).map(|id| (*id, ShortCode::of(case.id))));
        }
        Self { state, us, codes }
    }

    fn line(
        &self,
        peer: NodeId,
        order: &Signed,
        attested: Option<Timestamp>,
    ) -> Option<ErasureLine> {
        let order = ErasureOrder::recall(&order.bytes).ok()?;
        let known = self.state.peers.get(&peer);
        let card = known.and_then(|peer| peer.card.as_ref());
        let codes: BTreeSet<_> = order.ids.iter().filter_map(|id| self.codes.get(id)).collect();
        Some(ErasureLine {
            name: known.map(|peer| peer.identity.name().to_owned()).unwrap_or_default(),
            telephone: card.and_then(|card| card.telephone.clone()),
            order: if order.from == self.us { Ordered::ByUs } else { Ordered::ByThem },
            codes: codes.into_iter().copied().collect(),
            at: order.at,
            due: order.due,
            attested,
        })
    }

    fn given(&self) -> impl Iterator<Item = ErasureLine> {
        let given = self.state.erasures.given.values();
        given
            .filter_map(|(peer, order, attested)| self.line(*peer, order, attested.map(|it| it.at)))
    }

    fn received(&self) -> impl Iterator<Item = ErasureLine> {
        self.state.erasures.received.values().filter_map(|(peer, order, answer)| {
            let answer = answer.as_ref().and_then(|it| ErasureAttestation::recall(&it.bytes).ok());
            self.line(*peer, order, answer.map(|answer| answer.erased_at))
        })
    }

    /// What no order names: it was erased here alone.
    fn here(&self, ordered: &BTreeSet<ShortCode>) -> impl Iterator<Item = ErasureLine> {
        let erased = self.state.cases.values().filter(|case| case.erased);
        erased.filter_map(|case| {
            let at = *self.state.erasures.shredded.get(&case.unit)?;
            let code = Some(ShortCode::of(case.id)).filter(|code| !ordered.contains(code))?;
            Some(ErasureLine {
                name: String::new(),
                telephone: None,
                order: Ordered::Here,
                codes: vec![code],
                at,
                due: at,
                attested: Some(at),
            })
        })
    }
}

impl App {
    /// Returns what was erased, or is to be, the last one first.
    pub(super) fn erasure_register(&self) -> Vec<ErasureLine> {
        let state = self.state();
        let register = Register::of(&state, self.node());
        let mut lines: Vec<_> = register.given().chain(register.received()).collect();
        let ordered = lines.iter().flat_map(|line| line.codes.iter().copied()).collect();
        lines.extend(register.here(&ordered));
        lines.sort_by_key(|line| Reverse(line.at));
        lines
    }

    /// Returns what was sent and refused, the last one first.
    pub(super) fn refusals(&self) -> Result<Vec<RefusalLine>, AppError> {
        let refused: Vec<_> = {
            let state = self.state();
            let place = |it: &RefusedEvent| (*it, state.events.get(&it.event).copied());
            state.refused.iter().rev().take(READ).map(place).collect()
        };
        let line = |(refused, number): (RefusedEvent, Option<Number>)| {
            let event = match number.map(|number| self.read(number)).transpose()?.flatten() {
                Some(Entry::Sent(entry)) => entry.recall(),
                Some(Entry::Received(entry)) => entry.recall(),
                _ => None,
            };
            let at = event.and_then(|(_, event)| event).map(|event| event.header().at);
            Ok(RefusalLine { name: self.name_of(refused.peer), here: refused.here, at })
        };
        refused.into_iter().map(line).collect()
    }

    /// Returns the orders of ours that had to be attested by now, and were not.
    pub(super) fn late_erasures(&self) -> Vec<ErasureLine> {
        let now = self.now();
        let state = self.state();
        // Most often nothing waits: the first page need not read everything that was ever erased.
        if state.erasures.given.values().all(|(_, _, attested)| attested.is_some()) {
            return Vec::new();
        }
        let given = Register::of(&state, self.node());
        given.given().filter(|line| line.is_late(now)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::links::control_entry;
    use crate::app::tests::{Pair, propose};
    use crate::facts::{Act, FactContent};

    /// Whoever refused it lists it, and so does whoever had sent it: somebody has to call.
    #[test]
    fn what_was_refused_is_listed_at_both_ends() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        let event = pair.b.case(id).unwrap().heard[1];
        let refused = Control::Refused { event, code: "out_of_scope".to_owned() };
        let act = Act::Told { outgoing: vec![control_entry(pair.a.node(), &refused)] };
        pair.b.record(None, &act, &FactContent::default()).unwrap();
        pair.exchange();
        for _ in 0..2 {
            for (app, here, other) in
                [(&pair.a, false, "EPN Le Lavoir"), (&pair.b, true, "CCAS de Brenne")]
            {
                let lines = app.refusals().unwrap();
                let [line] = &lines[..] else { panic!("{lines:?}") };
                assert_eq!((line.here, line.name.as_str()), (here, other));
                assert!(line.at.is_some());
            }
            pair.restart();
        }
    }
}
