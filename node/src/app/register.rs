//! The register of erasures: what was ordered, by whom, and whether it was carried out. References
//! only.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use maillage_protocol::erasure::{ErasureAttestation, ErasureOrder};
use maillage_protocol::id::{EventId, NodeId};
use maillage_protocol::signed::Signed;
use maillage_protocol::time::Timestamp;

use super::state::State;
use super::{App, ShortCode};

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
