//! What this node has seen of those whom it asks: how often they say yes, how fast, and whether they
//! have fallen silent. From its own requests alone, told to nobody, and no human is judged by it.

use std::collections::BTreeMap;
use std::time::Duration;

use maillage_protocol::id::{NodeId, ServiceId};
use maillage_protocol::referral::{Author, Stage, Status};

use super::App;
use super::cases::Case;

/// How a service has answered us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// How many requests it answered.
    pub answered: usize,
    /// How many of them by a yes.
    pub accepted: usize,
    /// How long half of its answers took at most, from when the request had arrived.
    pub median: Duration,
    /// Whether the last two requests that ended were never answered.
    pub silent: bool,
}

/// How one request ended for whoever was asked.
enum Answer {
    Yes(Duration),
    No(Duration),
    Silence,
}

impl App {
    /// Returns how each service has answered this node.
    pub(super) fn observed(&self) -> BTreeMap<(NodeId, ServiceId), Observed> {
        let mut answers: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let state = self.state();
        for case in state.cases.values().filter(|case| case.side == Author::Sender) {
            let service = case.proposal.as_ref().map(|asked| asked.service);
            if let (Some(service), Some(answer)) = (service, answer_to(case)) {
                let arrived = case.referral.receiver.delivered;
                answers.entry((case.peer, service)).or_default().push((arrived, answer));
            }
        }
        answers.into_iter().map(|(which, answers)| (which, Observed::of(answers))).collect()
    }
}

impl Observed {
    fn of<T: Ord + Copy>(mut answers: Vec<(T, Answer)>) -> Self {
        answers.sort_by_key(|(arrived, _)| *arrived);
        let last = answers.iter().rev().take(2);
        let silences = last.filter(|(_, answer)| matches!(answer, Answer::Silence)).count();
        let accepted = answers.iter().filter(|(_, answer)| matches!(answer, Answer::Yes(_)));
        let accepted = accepted.count();
        let mut delays: Vec<_> = answers
            .iter()
            .filter_map(|(_, answer)| match answer {
                Answer::Yes(delay) | Answer::No(delay) => Some(*delay),
                Answer::Silence => None,
            })
            .collect();
        delays.sort_unstable();
        let median = delays.get(delays.len().saturating_sub(1) / 2).copied().unwrap_or_default();
        Self { answered: delays.len(), accepted, median, silent: silences == 2 }
    }
}

/// Returns how a request of ours was answered, once it was or will not be. What was called off before
/// says nothing.
fn answer_to(case: &Case) -> Option<Answer> {
    let receiver = &case.referral.receiver;
    let arrived = receiver.delivered?;
    match (receiver.accepted, receiver.stage, case.referral.status()) {
        (Some(at), ..) => Some(Answer::Yes(at.since(arrived))),
        (None, Stage::Declined, _) => Some(Answer::No(receiver.since.since(arrived))),
        (None, _, Status::Expired) => Some(Answer::Silence),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use maillage_protocol::codes::DeclineReason;
    use maillage_protocol::id::ReferralId;
    use maillage_protocol::referral::{Command, NextStep};
    use maillage_protocol::time::DAY;

    use super::*;
    use crate::app::Texts;
    use crate::app::tests::{Pair, SERVICE, propose_once, wait};

    fn seen(pair: &Pair) -> Observed {
        pair.a.observed().remove(&(pair.b.node(), SERVICE)).unwrap_or_default()
    }

    fn asked(pair: &Pair, once: u8) -> ReferralId {
        let id = propose_once(&pair.a, pair.b.node(), once);
        pair.exchange();
        id
    }

    fn answers(pair: &Pair, id: ReferralId, command: Command) {
        pair.b.say(None, Author::Receiver, id, command, Texts::default(), None).unwrap();
        pair.exchange();
    }

    #[test]
    fn answers_are_counted_and_two_silences_in_a_row_are_seen_until_somebody_answers() {
        let pair = Pair::linked();
        assert_eq!(seen(&pair), Observed::default());
        let yes = asked(&pair, 1);
        assert_eq!(seen(&pair), Observed::default(), "there is time");
        wait(&pair, 1);
        answers(&pair, yes, Command::Accept);
        let no = asked(&pair, 2);
        wait(&pair, 3);
        let next = NextStep::NoneKnown;
        let refusal = Command::Decline { reason: DeclineReason::Hours, next_date: None, next };
        answers(&pair, no, refusal);
        let expected = Observed { answered: 2, accepted: 1, median: DAY, silent: false };
        assert_eq!(seen(&pair), expected);
        for (once, silent) in [(3, false), (4, true)] {
            let nobody = asked(&pair, once);
            wait(&pair, 40);
            pair.a.tick(&[nobody]).unwrap();
            pair.exchange();
            assert_eq!(seen(&pair), Observed { silent, ..expected.clone() });
        }
        let again = asked(&pair, 5);
        answers(&pair, again, Command::Accept);
        assert!(!seen(&pair).silent);
        // What they ask of us says nothing of how they answer.
        assert!(pair.b.observed().is_empty());
    }
}
