//! Whoever coordinates a territory is told which two structures come to no end about somebody, and
//! nothing of who it is (referral.md §8.4).

use std::collections::BTreeMap;

use maillage_protocol::calendar::Calendar;
use maillage_protocol::control::{ConferenceStuck, Control};
use maillage_protocol::id::{NodeId, ReferralId};
use maillage_protocol::label::sha256;
use maillage_protocol::referral::Author;
use maillage_protocol::time::Timestamp;

use super::cases::Case;
use super::links::control_entry;
use super::peers::LinkState;
use super::{App, AppError, LinkError};
use crate::facts::{Act, FactContent, LinkAct};

/// How many conferences of one partner are kept.
const KEPT: usize = 64;

/// What whoever coordinates was told of a conference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ToldStuck {
    /// Which round.
    pub(super) round: u8,
    /// The name under which it was told.
    pub(super) conference: [u8; 16],
    /// Whether they were told that it ended.
    pub(super) settled: bool,
}

/// What partners told us of theirs, by who told it and under which name.
#[derive(Debug, Default)]
pub(super) struct StuckThere(BTreeMap<(NodeId, [u8; 16]), ConferenceStuck>);

impl StuckThere {
    /// Hears what a partner says about a conference.
    pub(super) fn hear(&mut self, from: NodeId, control: Option<&Control>) {
        match control {
            Some(Control::ConferenceStuck(stuck)) => {
                let theirs = self.0.keys().filter(|(by, _)| *by == from).count();
                let name = (from, stuck.conference);
                if theirs < KEPT || self.0.contains_key(&name) {
                    self.0.insert(name, stuck.clone());
                }
            }
            Some(Control::ConferenceSettled { conference }) => {
                self.0.remove(&(from, *conference));
            }
            _ => {}
        }
    }
}

/// Two structures that come to no end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StuckConference {
    /// Who asked for somebody.
    pub from: Party,
    /// Who was asked.
    pub with: Party,
    /// The theme of the need.
    pub group: String,
    /// The day on which it was called.
    pub since: Timestamp,
}

/// A structure, and how to call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Its name; its fingerprint, if we are not linked with it.
    pub name: String,
    /// Its telephone.
    pub telephone: Option<String>,
}

impl App {
    /// Says whether a partner coordinates the territory.
    pub fn set_coordination(&self, peer: NodeId, coordinates: bool) -> Result<(), LinkError> {
        if self.link_state(peer).is_none() {
            return Err(LinkError::NoLink);
        }
        let act = Act::Link(LinkAct::CoordinationSet { peer, coordinates });
        self.record(None, &act, &FactContent::default())?;
        Ok(())
    }

    /// Returns the conferences of partners that come to no end, oldest first.
    #[must_use]
    pub fn stuck_conferences(&self) -> Vec<StuckConference> {
        let state = self.state();
        let party = |node: NodeId| {
            let peer = state.peers.get(&node);
            let card = peer.and_then(|peer| peer.card.as_ref());
            Party {
                name: peer
                    .map_or_else(|| node.fingerprint(), |peer| peer.identity.name().to_owned()),
                telephone: card.and_then(|card| card.telephone.clone()),
            }
        };
        let mut stuck: Vec<_> = state
            .stuck_there
            .0
            .iter()
            .map(|((from, _), stuck)| StuckConference {
                from: party(*from),
                with: party(stuck.with),
                group: stuck.group.clone(),
                since: stuck.since,
            })
            .collect();
        stuck.sort_by_key(|stuck| stuck.since);
        stuck
    }

    /// Tells whoever coordinates which of our conferences come to no end, and which have.
    pub(super) fn tell_stuck(&self, now: Timestamp) -> Result<(), AppError> {
        let acts: Vec<_> = {
            let state = self.state();
            let active = state.peers.iter().filter(|(_, peer)| peer.state == LinkState::Active);
            let coordinators = active.filter(|(_, peer)| peer.coordinates).map(|(node, _)| *node);
            let coordinators: Vec<_> = coordinators.collect();
            if coordinators.is_empty() {
                return Ok(());
            }
            let ours = state.cases.values().filter(|case| case.side == Author::Sender);
            let news = ours.filter_map(|case| news_of(case, state.stuck.get(&case.id), now));
            news.map(|(told, control)| (told, control, coordinators.clone())).collect()
        };
        for ((referral, told), control, coordinators) in acts {
            let ToldStuck { round, conference, settled } = told;
            let outgoing = coordinators.into_iter().map(|to| control_entry(to, &control)).collect();
            let act = Act::Stuck { referral, round, conference, settled, outgoing };
            self.record(None, &act, &FactContent::default())?;
        }
        Ok(())
    }
}

/// Returns what is new of a conference, for whoever coordinates.
fn news_of(
    case: &Case,
    told: Option<&ToldStuck>,
    now: Timestamp,
) -> Option<((ReferralId, ToldStuck), Control)> {
    let going_on = case.referral.round_going_on();
    if let Some(open) = told.filter(|told| !told.settled) {
        if going_on.is_some_and(|(round, ..)| round == open.round) {
            return None;
        }
        // It ended; another round is told of after it.
        let control = Control::ConferenceSettled { conference: open.conference };
        return Some(((case.id, ToldStuck { settled: true, ..*open }), control));
    }
    let (round, called, due) = going_on?;
    if now < due || told.is_some_and(|told| told.round == round) {
        return None;
    }
    // Nobody who does not know the referral can tell that it is about it.
    let name = sha256(&[&case.id.to_bytes()[..], b"conference", &[round]].concat());
    let [conference @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = name;
    let (group, _) = case.proposal.as_ref()?.code.code().split_once("--").unwrap_or(("other", ""));
    let calendar = Calendar::Metropolitan;
    let since = calendar.at(calendar.day(called), 0, 0).unwrap_or(called);
    let told = ToldStuck { round, conference, settled: false };
    let stuck = ConferenceStuck { conference, with: case.peer, group: group.to_owned(), since };
    Some(((case.id, told), Control::ConferenceStuck(stuck)))
}

#[cfg(test)]
mod tests {
    use maillage_protocol::codes::ConferenceReason;
    use maillage_protocol::referral::{Command, ConferenceEnd};

    use super::*;
    use crate::app::Texts;
    use crate::app::tests::{Several, propose_once};

    #[test]
    fn whoever_coordinates_hears_of_two_structures_and_of_nobody() {
        let mut nodes = Several::of(&["CCAS de Brenne", "EPN Le Lavoir", "EPCI du Val"]);
        let epci = nodes.apps[2].node();
        let id = propose_once(&nodes.apps[0], nodes.apps[1].node(), 9);
        nodes.exchange();
        let say = |nodes: &Several, node: usize, by, command| {
            let said = nodes.apps[node].say(None, by, id, command, Texts::default(), None);
            said.unwrap();
            nodes.exchange();
        };
        say(&nodes, 1, Author::Receiver, Command::Accept);
        let call = Command::CallConference(ConferenceReason::Complex);
        say(&nodes, 0, Author::Sender, call);
        say(&nodes, 1, Author::Receiver, Command::JoinConference);
        let wait = |nodes: &Several, days| {
            nodes.wait(days);
            for app in &nodes.apps {
                app.tick(&app.referrals()).unwrap();
            }
            nodes.exchange();
        };
        // Called on Monday 2 March: ten working days end on the 16th at five in the afternoon.
        wait(&nodes, 14);
        nodes.apps[0].set_coordination(epci, true).unwrap();
        wait(&nodes, 0);
        assert!(nodes.apps[2].stuck_conferences().is_empty(), "it is 9 h");
        wait(&nodes, 1);
        for _restarted in 0..2 {
            let told = nodes.apps[2].stuck_conferences();
            let [stuck] = &told[..] else { panic!("one conference: {told:?}") };
            assert_eq!(stuck.from.name, "CCAS de Brenne");
            assert_eq!(stuck.with.name, "EPN Le Lavoir");
            assert_eq!(stuck.since, Timestamp(1_772_406_000_000), "the day, and not the hour");
            assert!(nodes.apps[2].referrals().is_empty(), "no referral is known there");
            let records = nodes.apps[0].journal.len();
            wait(&nodes, 0);
            assert_eq!(nodes.apps[0].journal.len(), records, "it is told once");
            nodes.restart();
        }
        let reason = maillage_protocol::codes::DeclineReason::OutOfMission;
        say(
            &nodes,
            0,
            Author::Sender,
            Command::EndConference(ConferenceEnd::NoSolution { reason }),
        );
        wait(&nodes, 0);
        assert!(nodes.apps[2].stuck_conferences().is_empty());
    }

    #[test]
    fn a_partner_fills_the_page_with_so_many_only() {
        let mut there = StuckThere::default();
        for name in 0..200_u8 {
            let stuck = ConferenceStuck {
                conference: [name; 16],
                with: NodeId([2; 32]),
                group: "numerique".to_owned(),
                since: Timestamp(1),
            };
            there.hear(NodeId([1; 32]), Some(&Control::ConferenceStuck(stuck)));
        }
        assert_eq!(there.0.len(), KEPT);
        let conference = [0; 16];
        there.hear(NodeId([3; 32]), Some(&Control::ConferenceSettled { conference }));
        assert_eq!(there.0.len(), KEPT, "nobody settles what another one told");
    }
}
