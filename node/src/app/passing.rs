//! Passing on: what somebody asked of us, we ask of a third structure, with a new consent. The two
//! requests follow each other, and nobody else sees that there are two.
//!
//! ```text
//!        theirs (parent)              ours (child)
//!   A ───────────────────▶ here ───────────────────▶ C
//!     referring on      ◀───────── asked
//!     referred on       ◀───────── accepted
//!     taken back        ◀───────── declined, silent, called off
//!     resumed, stopped  ─────────▶ called off
//!     she left          ◀────────▶ she left
//!     reported          ◀───────── ended, or reported from further on
//! ```

use std::sync::Arc;
use std::time::Duration;

use maillage_protocol::body::{
    Content, InTime, NeedReport, Payload, Professional, Saying, Skeleton,
};
use maillage_protocol::codes::{CancelReason, ConferenceReason, OutcomeClass};
use maillage_protocol::consent::{FeedbackLevel, WithdrawalScope};
use maillage_protocol::id::{ConsentId, NodeId, PayloadId, ProfessionalId, ReferralId};
use maillage_protocol::need::NeedStatus;
use maillage_protocol::pathway::{Circle, PathwayNumber, next_hop};
use maillage_protocol::private::Private;
use maillage_protocol::referral::{
    Author, ChildEnd, Command, Confirmation, Proposal, Stage, Status, decide, follow_child,
};
use maillage_protocol::time::{DAY, Timestamp};

use super::cases::Case;
use super::feedback::is_unshared;
use super::saying::{SayError, thread_of};
use super::state::State;
use super::turns::Subject;
use super::{App, AppError, ShortCode};
use crate::env::random;
use crate::journal::Record;

/// How long a node remembers that a need went through it.
const MEMORY: Duration = DAY.saturating_mul(365);

impl Case {
    /// Returns where her chain goes on, if we asked for her.
    pub(super) fn number(&self) -> Option<PathwayNumber> {
        let asked = self.proposal.as_ref().filter(|_| self.side == Author::Sender)?;
        let (_, pathway) = self.chain?;
        Some(PathwayNumber { pathway, hop: asked.hop })
    }

    /// Tells whether those who took over from the receiver still have to say what became of her.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.referral.status() == Status::ReferredOn && self.last_report().is_none()
    }

    /// Returns what was said of her need since it is where it is: what was said before is about a
    /// structure that gave her back.
    pub(super) fn last_report(&self) -> Option<NeedReport> {
        self.reported.filter(|_| self.reported_at >= self.referral.receiver.since)
    }

    /// Tells whether what was asked of the receiver goes on at a referral of its own.
    fn goes_on_at(&self, child: ReferralId) -> bool {
        match self.referral.receiver.stage {
            Stage::ReferringOn { child: asked, .. } => {
                let open = [Status::ReferringOn, Status::CaseConference];
                asked == child && open.contains(&self.referral.status())
            }
            Stage::ReferredOn => self.passed_to == Some(child),
            _ => false,
        }
    }

    fn parent(&self) -> Option<ReferralId> {
        self.proposal.as_ref().filter(|_| self.side == Author::Sender)?.parent
    }
}

/// Turns the wish to take the work up again into what it means while somebody else is asked: she is
/// where she was.
pub(super) fn taken_up(case: &Case, command: Command) -> Command {
    match (command, case.referral.receiver.stage) {
        (Command::Resume, Stage::ReferringOn { .. }) => {
            Command::TakeBack { why: ChildEnd::Cancelled }
        }
        (command, _) => command,
    }
}

/// Returns how many times a request of others will have been passed on, once `target` is asked.
pub(super) fn hop_to(case: &Case, target: NodeId) -> Result<u8, Circle> {
    let arrival = case.referral.sender.asked().map(|asked| (asked, case.peer));
    next_hop(arrival, target, None)
}

impl State {
    /// Returns the other referrals of the path of a referral that this node takes part in.
    pub(super) fn along<'a>(&'a self, case: &Case) -> impl Iterator<Item = &'a Arc<Case>> {
        let (id, path) = (case.id, case.chain.map(|(_, pathway)| pathway));
        let [first, last] = [[0; 16], [u8::MAX; 16]].map(ReferralId::from_bytes);
        let range = path.map(|path| self.pathways.range((path, first)..=(path, last)));
        let others = range.into_iter().flatten().filter(move |(_, other)| *other != id);
        others.filter_map(|(_, other)| self.cases.get(other))
    }

    fn parent_of(&self, case: &Case) -> Option<&Arc<Case>> {
        let parent = self.cases.get(&case.parent()?)?;
        (parent.side == Author::Receiver && parent.chain == case.chain).then_some(parent)
    }

    /// Returns the referrals by which what others ask of us is passed on.
    pub(super) fn children_of<'a>(&'a self, case: &Case) -> impl Iterator<Item = &'a Arc<Case>> {
        let (id, theirs) = (case.id, case.side == Author::Receiver);
        self.along(case).filter(move |other| theirs && other.parent() == Some(id))
    }

    /// Returns the referrals that end with one in which she stopped everything: the other attempts to
    /// meet a need of ours, the request that it passes on, and those that pass it on. What a peer
    /// says of a path is not enough.
    pub(super) fn to_leave_with(&self, case: &Case) -> Vec<ReferralId> {
        let ours = self.attempts_beside(case);
        let chain = self.parent_of(case).into_iter().chain(self.children_of(case));
        let stays = |other: &&Arc<Case>| !other.left_pathway;
        ours.into_iter().chain(chain).filter(stays).map(|other| other.id).collect()
    }

    /// Tells whether a request of ours goes on something that we do not pass on any more.
    pub(super) fn is_dropped(&self, case: &Case) -> bool {
        self.parent_of(case).is_some_and(|parent| !parent.goes_on_at(case.id))
    }

    /// Tells whether a request that was passed on has already been here: as ours, or as somebody's
    /// request to us, open still or ended without a solution. Nobody tells: each node remembers.
    fn goes_round(&self, case: &Case, now: Timestamp) -> bool {
        let Some(asked) = &case.proposal else { return false };
        let fresh = case.side == Author::Receiver
            && case.referral.status() == Status::Delivered
            && case.referral.receiver.round.is_none();
        let same = |other: &Arc<Case>| {
            let code = other.proposal.as_ref().map(|asked| asked.code);
            let recent = case_end(other).is_none_or(|end| now.since(end) <= MEMORY);
            // What comes back to its own owner goes round, whatever it says of its way. What comes
            // from the owner, or again from those who sent it before, does not.
            let from = match other.side {
                Author::Sender => self.parent_of(other).map(|parent| parent.peer),
                Author::Receiver | Author::Person => Some(other.peer),
            };
            let round = from.is_none_or(|from| asked.hop > 0 && from != case.peer);
            round
                && code == Some(asked.code)
                && !other.referral.person.has_left()
                && recent
                && class_of(other) != Some(OutcomeClass::Resolved)
        };
        fresh && self.along(case).any(same)
    }

    /// Returns what has to be said of the others of a chain, now that something is known of one.
    fn echoes(&self, case: &Case) -> Vec<(ReferralId, Author, Command)> {
        let mut echoes = Vec::new();
        if let Some(parent) = self.parent_of(case) {
            let follow = follow_child(&parent.referral, &case.referral);
            let follow = follow.filter(|_| parent.goes_on_at(case.id));
            echoes.extend(follow.map(|command| (parent.id, Author::Receiver, command)));
            echoes.extend(stop_of(parent, case));
        }
        echoes.extend(self.children_of(case).filter_map(|child| stop_of(case, child)));
        echoes
    }

    /// Tells whether the right that a need of ours is about was saved: done before its date, by
    /// whomever, or lost when nothing was done by then. `None` if there is no date, or if another
    /// organization answers for the need.
    pub(super) fn right_in_time(&self, case: &Case, now: Timestamp) -> Option<InTime> {
        let (_, own) = self.need_of(case)?;
        let end = self.practice.calendar.end_of(own.need.facts.deadline?);
        let closed = own.need.closed.filter(|_| own.need.status() == NeedStatus::Resolved);
        let attempts = own.attempts.iter().filter_map(|id| self.cases.get(id));
        let done: Vec<_> = attempts.filter_map(|attempt| in_time_at(attempt, end)).collect();
        Some(if closed.is_some_and(|(at, _)| at <= end) || done.contains(&InTime::Kept) {
            InTime::Kept
        } else if end < now && done.is_empty() {
            InTime::Missed
        } else {
            InTime::Unknown
        })
    }

    /// Returns what those who sent her may be told, once those who took over are done.
    fn report(&self, case: &Case, now: Timestamp) -> Option<(Arc<Case>, NeedReport)> {
        let parent = self.parent_of(case).filter(|parent| !parent.erased)?;
        let asked = parent.proposal.as_ref()?;
        let level = parent.consent()?.feedback();
        let class = class_of(case).filter(|_| level != FeedbackLevel::DecisionOnly)?;
        let status = parent.referral.status();
        let passed = status == Status::ReferredOn && parent.passed_to == Some(case.id);
        // Who takes her back after a circle says how it ended; that there was one, only this tells.
        let taken_back = case.looped && status != Status::ReferredOn;
        if !passed && !taken_back {
            return None;
        }
        let told = passed && level == FeedbackLevel::Outcome;
        // What was given back did not go further.
        let went = case.proposal.as_ref().filter(|_| passed);
        let hop = went.map_or(asked.hop, |child| child.hop);
        let report = NeedReport {
            class: told.then_some(class),
            hops: case.reported.map_or(hop, |further| further.hops),
            looped: self
                .children_of(parent)
                .any(|child| child.looped || child.reported.is_some_and(|further| further.looped)),
            in_time: match case.last_report() {
                // Whether it was in time tells how it ended.
                _ if !told => InTime::Unknown,
                Some(further) => further.in_time,
                None => in_time(asked, class, done_at(case).unwrap_or(now)),
            },
        };
        // Said again if she says something else since.
        (parent.reported != Some(report)).then(|| (Arc::clone(parent), report))
    }
}

/// Returns how a referral that passes a request on is stopped, if it goes on with nothing.
fn stop_of(parent: &Case, child: &Case) -> Option<(ReferralId, Author, Command)> {
    let status = child.referral.status();
    // A late yes may still come to what expired.
    if status.is_over() && status != Status::Expired {
        return None;
    }
    // She stopped with us: what we asked of others for her stops too, unless they help.
    if parent.referral.person.has_left() && child.referral.receiver.accepted.is_none() {
        let stop = Command::Withdraw(WithdrawalScope::Referral);
        return Some((child.id, Author::Person, stop));
    }
    let dropped = !parent.goes_on_at(child.id) && child.referral.sender.cancelled.is_none();
    let stop = Command::Cancel(CancelReason::TakenElsewhere);
    dropped.then_some((child.id, Author::Sender, stop))
}

/// Tells whether an attempt saved a right before its end: `Unknown` if we are not told, `None` if it
/// did not.
fn in_time_at(attempt: &Case, end: Timestamp) -> Option<InTime> {
    let status = attempt.referral.status();
    if status == Status::ReferredOn {
        let said = attempt.last_report().map_or(InTime::Unknown, |report| report.in_time);
        return Some(said).filter(|said| *said != InTime::Missed);
    }
    let class = match attempt.referral.outcome() {
        Some(None) => return Some(InTime::Unknown),
        Some(Some(outcome)) if status == Status::Concluded => Some(outcome.class()),
        _ if is_unshared(attempt) && status.is_helping() => return Some(InTime::Unknown),
        _ => class_of(attempt),
    };
    let saved = class == Some(OutcomeClass::Resolved);
    let done = done_at(attempt).is_some_and(|at| at <= end);
    (saved && done).then_some(InTime::Kept)
}

/// Returns when the help of a referral was finished, which somebody may confirm long after.
fn done_at(case: &Case) -> Option<Timestamp> {
    let receiver = &case.referral.receiver;
    match receiver.stage {
        Stage::Concluded { .. } => Some(receiver.since),
        _ => case_end(case),
    }
}

fn case_end(case: &Case) -> Option<Timestamp> {
    case.referral.status().is_over().then_some(case.ended)
}

/// Returns what a referral meant for the need, once it is over here and further on.
pub(super) fn class_of(case: &Case) -> Option<OutcomeClass> {
    match case.referral.status() {
        Status::Closed if case.referral.confirmation() == Some(Confirmation::Contested) => {
            Some(OutcomeClass::Unmet)
        }
        Status::Closed => {
            let outcome = case.referral.outcome().flatten();
            Some(outcome.map_or(OutcomeClass::Unknown, |outcome| outcome.class()))
        }
        Status::ReferredOn => {
            case.last_report().map(|report| report.class.unwrap_or(OutcomeClass::Unknown))
        }
        Status::Declined | Status::Expired => Some(OutcomeClass::Unmet),
        status => status.is_over().then_some(OutcomeClass::Unknown),
    }
}

fn in_time(asked: &Proposal, class: OutcomeClass, at: Timestamp) -> InTime {
    let Some(deadline) = asked.deadline else { return InTime::Unknown };
    let kept = class == OutcomeClass::Resolved && at <= asked.rules.calendar.end_of(deadline);
    if kept { InTime::Kept } else { InTime::Missed }
}

impl App {
    /// Makes the word that says that a request of others is passed on.
    pub(super) fn refer_on(
        &self,
        who: ProfessionalId,
        parent: ReferralId,
        child: ReferralId,
        child_consent: ConsentId,
    ) -> Result<Record, SayError> {
        let case = self.case(parent).ok_or(SayError::Unknown)?;
        let command = Command::ReferOn { child, child_consent };
        let fact = decide(&case.referral, Author::Receiver, self.now(), command)?;
        let payload = self.payload(thread_of(&case), &fact, Content::default());
        self.word(&case, Some(who), payload, None)
    }

    /// Returns the last referral by which a request of others was passed on, and where it stands.
    pub(super) fn passed_on(&self, case: &Case) -> Option<(ShortCode, Status)> {
        let state = self.state();
        let last = state.children_of(case).max_by_key(|child| child.records.first().copied())?;
        Some((ShortCode::of(last.id), last.referral.status()))
    }

    /// Returns the request of others that a referral of ours passes on.
    pub(super) fn passes_on(&self, case: &Case) -> Option<ReferralId> {
        self.state().parent_of(case).map(|parent| parent.id)
    }

    /// Returns the other referrals of the path of a request that went round.
    pub(super) fn came_back(&self, case: &Case) -> Vec<ShortCode> {
        let state = self.state();
        let others = state.along(case).filter(|_| case.looped);
        others.map(|other| ShortCode::of(other.id)).collect()
    }

    /// Asks to talk, if a request has already been here: whoever sent it cannot know.
    pub(super) fn cut_circle(&self, id: ReferralId) -> Result<(), SayError> {
        let Some(case) = self.case(id).filter(|case| self.state().goes_round(case, self.now()))
        else {
            return Ok(());
        };
        let command = Command::CallConference(ConferenceReason::Loop);
        let fact = decide(&case.referral, Author::Receiver, self.now(), command)?;
        let content = Content { speaker: self.desk(), ..Content::default() };
        self.write_word(&case, None, fact, content, None)
    }

    /// Returns whom to call here, until somebody gives their name.
    fn desk(&self) -> Option<Private<Professional>> {
        let card = self.card()?;
        // Without a telephone, the name of the structure is better than nobody.
        let phone = card.telephone.unwrap_or_default();
        Some(Professional { name: card.name, function: String::new(), phone }.into())
    }

    /// Says of the others of a chain what follows from a referral.
    pub(super) fn follow_chain(&self, id: ReferralId) -> Result<(), AppError> {
        let Some(case) = self.case(id) else { return Ok(()) };
        let echoes = self.state().echoes(&case);
        for echo in echoes {
            // Something may have been said in between: what is no longer true is not said.
            let still = || {
                let case = self.case(id);
                case.is_some_and(|case| self.state().echoes(&case).contains(&echo))
            };
            let (other, by, command) = echo.clone();
            self.say_unless_refused(by, other, command, still)?;
        }
        let lost = || {
            let case = self.case(id);
            case.is_some_and(|case| lacks_child(&self.state(), &case))
        };
        if lost() {
            let command = Command::TakeBack { why: ChildEnd::Cancelled };
            self.say_unless_refused(Author::Receiver, id, command, lost)?;
        }
        let report = self.state().report(&case, self.now());
        match report {
            Some((parent, report)) => self.tell_report(&parent, report),
            None => Ok(()),
        }
    }

    /// Tells whether something is left to say of the others of a chain.
    pub(super) fn awaits_its_chain(&self, case: &Case) -> bool {
        let (state, now) = (self.state(), self.now());
        let unsaid = !state.echoes(case).is_empty() || state.report(case, now).is_some();
        let stays = case.left_everything && !state.to_leave_with(case).is_empty();
        unsaid || stays || state.goes_round(case, now) || lacks_child(&state, case)
    }

    fn tell_report(&self, parent: &Case, report: NeedReport) -> Result<(), AppError> {
        let told = self.turns.take(Subject::Referral(parent.id), || {
            let Some(parent) =
                self.case(parent.id).filter(|parent| parent.reported != Some(report))
            else {
                return Ok(());
            };
            let id = PayloadId::from_random(random(&*self.env));
            let saying = Saying::NeedReported(report);
            let skeleton = Skeleton { id, at: self.now(), thread: thread_of(&parent), saying };
            let payload = Payload { skeleton, content: Content::default() };
            let record = self.word(&parent, None, payload, None)?;
            self.append(&[record])?;
            Ok(())
        });
        match told {
            Err(SayError::App(error)) => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// Tells whether a request of others is said to be passed on by a referral that is not here: a stop
/// came before it was written.
fn lacks_child(state: &State, case: &Case) -> bool {
    let Stage::ReferringOn { child, .. } = case.referral.receiver.stage else { return false };
    case.side == Author::Receiver && !state.cases.contains_key(&child)
}

#[cfg(test)]
mod tests;
