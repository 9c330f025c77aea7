//! What time alone brings about: each node by its own clock, each side for its own half.

use maillage_protocol::channel::ChannelStatus;
use maillage_protocol::control::Control;
use maillage_protocol::event::Head;
use maillage_protocol::id::{Epoch, NodeId, ReferralId, Seq};
use maillage_protocol::referral::due;

use super::refer::{SayError, Texts};
use super::{App, AppError};

impl App {
    /// Says what is due now in these referrals, such as those whose turn is late. Returns how much
    /// was said.
    pub fn tick(&self, referrals: &[ReferralId]) -> Result<usize, AppError> {
        self.turn_keys_over()?;
        let now = self.now();
        let due: Vec<(ReferralId, _, _)> = {
            let state = self.state();
            let cases = referrals.iter().filter_map(|id| state.cases.get(id));
            cases
                .flat_map(|case| {
                    let wishes = due(&case.referral, case.side, now);
                    wishes.into_iter().map(|command| (case.id, case.side, command))
                })
                .collect()
        };
        let mut said = 0;
        for (id, side, command) in due {
            match self.say(None, side, id, command, Texts::default(), None) {
                Ok(()) => said += 1,
                Err(SayError::App(error)) => return Err(error),
                // Something was said in between.
                Err(_) => {}
            }
        }
        Ok(said)
    }

    /// Does what a peer says about its channel.
    pub(super) fn obey(&self, from: NodeId, control: Control) -> Result<(), AppError> {
        match control {
            Control::Erase(order) => {
                if let Some(attestation) = self.obey_order(from, &order)? {
                    let told = super::links::control_entry(from, &Control::Erased(attestation));
                    let act = crate::facts::Act::Told { outgoing: vec![told] };
                    self.record(None, &act, &crate::facts::FactContent::default())?;
                }
            }
            Control::Erased(attestation) => {
                self.hold_attestation(from, &attestation)?;
            }
            Control::LinkAccept(_)
            | Control::KeyNotice { .. }
            | Control::EpochOpen { .. }
            | Control::Refused { .. }
            | Control::KeyNeeded(_)
            | Control::Pause
            | Control::Resume
            | Control::Bye
            | Control::Unknown => {}
        }
        Ok(())
    }

    /// Returns the end of a peer's channel, and how the channel is.
    #[must_use]
    pub fn held(&self, peer: NodeId) -> (Option<Head>, ChannelStatus) {
        let state = self.state();
        let channel = state.peers.get(&peer).map(|peer| &peer.incoming.channel);
        channel.map_or((None, ChannelStatus::Open), |channel| (channel.head(), channel.status()))
    }

    /// Returns the place of the last event that we hold from a peer.
    #[must_use]
    pub fn received_head(&self, peer: NodeId) -> (Epoch, Seq) {
        place_of(self.state().peers.get(&peer).and_then(|peer| peer.incoming.channel.head()))
    }

    /// Returns the place of the last event that we signed for a peer.
    #[must_use]
    pub fn signed_head(&self, peer: NodeId) -> (Epoch, Seq) {
        place_of(self.state().peers.get(&peer).and_then(|peer| peer.outgoing.channel.head()))
    }

    /// Returns how many of our events a place stands for.
    #[must_use]
    pub fn index_of(&self, peer: NodeId, (epoch, seq): (Epoch, Seq)) -> Option<Seq> {
        let state = self.state();
        state.peers.get(&peer).map(|peer| peer.outgoing.index_of(epoch, seq))
    }
}

fn place_of(head: Option<Head>) -> (Epoch, Seq) {
    head.map_or((Epoch::FIRST, Seq::ZERO), |head| (head.epoch, head.seq))
}
