//! The rules one per line, the clocks, and what holds whatever is said.

mod oracle;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::calendar::{Calendar, Day};
use crate::codes::*;
use crate::consent::tests::{NOW, agreement, consent};
use crate::consent::{Consent, FeedbackLevel, Gesture, WithdrawalScope};
use crate::disclosure::{Category, Level, OutOfScope};
use crate::id::{ConsentId, NodeId, ReferralId, ServiceId};
use crate::need::{NeedEnd, settled_by};
use crate::pathway::{Circle, next_hop};
use crate::time::{DAY, Timestamp};

/// Long after: whatever could elapse has elapsed.
pub(crate) const LATER: Timestamp = Timestamp(NOW.0 + 365 * 24 * 60 * 60 * 1_000);

pub(crate) fn proposal() -> Proposal {
    let agreement = agreement();
    Proposal {
        service: agreement.service,
        code: NeedCode::NumeriqueAccederADesServicesEnLigne,
        right: Some(Right::Social),
        obstacles: [Obstacle::NoMailbox].into(),
        zone: None,
        deadline: None,
        urgency: Urgency::Normal,
        mode: Some(Mode::Together),
        schedule: [HalfDay::ThursdayAfternoon].into(),
        mobility: Default::default(),
        language: None,
        accommodations: [Accommodation::Pace].into(),
        criteria: [1, 2].into(),
        hop: 0,
        parent: None,
        parallel: false,
        tried: vec![],
        feedback: FeedbackLevel::Outcome,
        askable: true,
        consent: agreement.id,
        rules: Rules::default(),
    }
}

fn propose(proposal: Proposal) -> Command {
    Command::Propose { proposal: Box::new(proposal), consent: Box::new(consent()) }
}

fn disclose() -> Command {
    Command::Disclose { level: Level::L2, consent: Box::new(consent()) }
}

fn decline() -> Command {
    let reason = DeclineReason::CapacityFull;
    Command::Decline { reason, next_date: Some(day("2026-05-04")), next: NextStep::NoneKnown }
}

fn step_down() -> Command {
    Command::StepDown { reason: StepDownReason::CapacityLost, next: NextStep::NoneKnown }
}

fn conclude(outcome: Outcome) -> Command {
    let (autonomy, evidence) = (Some(Autonomy::NowAndThen), Evidence::default());
    Command::Conclude { outcome: Some(outcome), autonomy, next_need: None, evidence }
}

fn feedback(helped: Helped) -> Command {
    let (answerer, via, heard) = (Answerer::Person, Medium::Voice, HeardBy::Sender);
    Command::GiveFeedback { helped, answerer, via, heard }
}

fn schedule() -> Command {
    Command::Schedule { time: at("2026-03-12", 14, 0), mode: MeetingMode::Desk }
}

fn plan() -> Command {
    let (act, by, before) = (PlanAct::HelpTogether, Author::Receiver, day("2026-03-20"));
    Command::EndConference(ConferenceEnd::Plan { act, by, before })
}

fn no_solution() -> Command {
    Command::EndConference(ConferenceEnd::NoSolution { reason: DeclineReason::OutOfMission })
}

const WITHDRAW: Command = Command::Withdraw(WithdrawalScope::Referral);

fn refer_on() -> Command {
    let child = ReferralId::from_bytes([8; 16]);
    Command::ReferOn { child, child_consent: ConsentId::from_bytes([9; 16]) }
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn at(on: &str, hour: u8, minute: u8) -> Timestamp {
    Calendar::Metropolitan.at(day(on), hour, minute).unwrap()
}

/// Returns the referral after some acts, each of which must be possible.
#[track_caller]
fn after(acts: &[(Author, Command)]) -> Referral {
    acts.iter().fold(Referral::default(), |referral, (by, command)| {
        say(referral, *by, NOW, command.clone())
    })
}

#[track_caller]
fn say(referral: Referral, by: Author, at: Timestamp, command: Command) -> Referral {
    let kind = command.clone();
    match decide(&referral, by, at, command) {
        Ok(fact) => referral.hear(&fact),
        Err(refusal) => panic!("{kind:?}: {refusal}"),
    }
}

use Author::{Person as Her, Receiver as Them, Sender as Us};

fn proposed() -> Vec<(Author, Command)> {
    vec![(Us, Command::Draft), (Us, propose(proposal()))]
}

fn seen() -> Vec<(Author, Command)> {
    [proposed(), vec![(Them, Command::Acknowledge), (Them, Command::Open)]].concat()
}

fn accepted() -> Vec<(Author, Command)> {
    [seen(), vec![(Them, Command::Accept), (Us, disclose())]].concat()
}

fn underway() -> Vec<(Author, Command)> {
    [accepted(), vec![(Them, schedule()), (Them, Command::Start(FirstContact::Met))]].concat()
}

fn concluded() -> Vec<(Author, Command)> {
    [underway(), vec![(Them, conclude(Outcome::Accompanied))]].concat()
}

/// One line per rule. Read it aloud to a social worker: it is the contract.
#[test]
fn decide_follows_the_rules() {
    use Status as S;
    let seen = after(&seen());
    let accepted = after(&accepted());
    let underway = after(&underway());
    let concluded = after(&concluded());
    let draft = Referral::default();
    let declined = say(seen.clone(), Them, NOW, decline());

    check("a first request", &draft, Us, propose(proposal()), Ok(S::Proposed));
    check("asked twice", &seen, Us, propose(proposal()), Err(Refusal::NotNow(S::Seen)));
    check("asked by the receiver", &draft, Them, propose(proposal()), Err(Refusal::NotYours));
    let unread = after(&proposed());
    check("accepted unread", &unread, Them, Command::Accept, Err(Refusal::NotNow(S::Proposed)));
    check("accepted", &seen, Them, Command::Accept, Ok(S::Accepted));
    check("accepted by the sender", &seen, Us, Command::Accept, Err(Refusal::NotYours));
    check("told before yes", &seen, Us, disclose(), Err(Refusal::NotNow(S::Seen)));
    check("told after yes", &accepted, Us, disclose(), Ok(S::Accepted));
    check("declined", &seen, Them, decline(), Ok(S::Declined));
    let again = Command::RequestReview { facts: vec![AddedFact::CriterionMet] };
    check("looked at again", &declined, Us, again.clone(), Ok(S::Seen));
    let stopped = say(accepted.clone(), Them, NOW, step_down());
    check("stepped down", &stopped, Us, again, Err(Refusal::Over(S::Declined)));
    check("concluded", &underway, Them, conclude(Outcome::RightOpened), Ok(S::Concluded));
    let unreached = conclude(Outcome::Unreachable);
    check("unreachable too soon", &underway, Them, unreached, Err(Refusal::TooLittleTried));
    check("she says yes", &concluded, Her, feedback(Helped::Yes), Ok(S::Closed));
    check("she says no", &concluded, Her, feedback(Helped::No), Ok(S::Concluded));
    check("resumed unasked", &concluded, Them, Command::Resume, Err(Refusal::NotNow(S::Concluded)));
    check("confirmed", &concluded, Us, Command::Confirm, Ok(S::Closed));
    check("closed too soon", &concluded, Us, Command::TacitlyClose, Err(Refusal::TooEarly));
    check("cancelled early", &accepted, Us, cancel(), Ok(S::Cancelled));
    check("cancelled late", &underway, Us, cancel(), Ok(S::CancellationRequested));
    check("cancelled after the end", &concluded, Us, cancel(), Err(Refusal::NotNow(S::Concluded)));
    check("expired too soon", &seen, Us, Command::Expire, Err(Refusal::TooEarly));
    check("withdrawn", &seen, Her, WITHDRAW, Ok(S::Withdrawn));
    check("withdrawn after the end", &declined, Her, WITHDRAW, Ok(S::Declined));
    check("withdrawn by the sender", &seen, Us, WITHDRAW, Err(Refusal::NotYours));
    let item = Command::Withdraw(WithdrawalScope::Item { item: Category::Phone });
    check("an item taken back", &accepted, Her, item, Ok(S::Accepted));
    let left = say(seen.clone(), Her, NOW, WITHDRAW);
    check("accepted too late", &left, Them, Command::Accept, Err(Refusal::Over(S::Withdrawn)));
}

fn cancel() -> Command {
    Command::Cancel(CancelReason::SituationChanged)
}

#[track_caller]
fn check(rule: &str, given: &Referral, by: Author, when: Command, then: Result<Status, Refusal>) {
    let read = decide(given, by, NOW, when).map(|fact| given.clone().hear(&fact).status());
    assert_eq!(read, then, "{rule}");
}

/// A node that calls because it goes round has a desk to name, and no human; and who was named may be
/// away.
#[test]
fn who_is_in_a_conference_says_who_speaks_until_what_came_out_of_it() {
    let joins = |given: &Referral, by| decide(given, by, NOW, Command::JoinConference);
    let called = [seen(), vec![(Them, Command::CallConference(ConferenceReason::Loop))]].concat();
    let called = after(&called);
    let named = joins(&called, Them).unwrap();
    assert_eq!(called.clone().hear(&named), called, "whose turn it is does not change");
    let joined = say(called, Us, NOW, Command::JoinConference);
    for by in [Us, Them] {
        let named = joins(&joined, by).unwrap();
        assert_eq!(joined.clone().hear(&named), joined);
    }
    let said = say(joined, Them, NOW, plan());
    assert_eq!(joins(&said, Them), Err(Refusal::NotNow(Status::CaseConference)));
    assert!(joins(&said, Us).is_ok());
}

/// Who must act, and before when: the same table hangs on the wall of the office.
#[test]
fn everybody_knows_whose_turn_it_is() {
    let nine = |on| at(on, 9, 0);
    let five = |on| at(on, 17, 0);
    // It is Monday 2 March, 9 o'clock.
    let draft = vec![(Us, Command::Draft)];
    let delivered = [proposed(), vec![(Them, Command::Acknowledge)]].concat();
    let question = Command::Question { matters: vec![Matter::Deadline] };
    let questioned = [seen(), vec![(Them, question)]].concat();
    let told_yes = [seen(), vec![(Them, Command::Accept)]].concat();
    let wait = Command::Waitlist { until: day("2026-03-18") };
    let waitlisted = [accepted(), vec![(Them, wait)]].concat();
    let scheduled = [accepted(), vec![(Them, schedule())]].concat();
    let missed = [scheduled.clone(), vec![(Them, Command::Miss(MissedCause::Excused))]].concat();
    let on = [seen(), vec![(Them, refer_on())]].concat();
    let called = [seen(), vec![(Them, Command::CallConference(ConferenceReason::Loop))]].concat();
    let joined = [called.clone(), vec![(Us, Command::JoinConference)]].concat();
    let said = [joined.clone(), vec![(Them, plan())]].concat();
    let stopping = [underway(), vec![(Us, cancel())]].concat();
    let contested = [concluded(), vec![(Her, feedback(Helped::No))]].concat();
    for (given, holder, act, due) in [
        (draft, Us, Act::Propose, NOW.after(DAY * 30)),
        (proposed(), Us, Act::Deliver, nine("2026-03-03")),
        (delivered, Them, Act::Open, five("2026-03-04")),
        (seen(), Them, Act::Decide, five("2026-03-09")),
        (questioned, Us, Act::AnswerQuestion, five("2026-03-09")),
        (told_yes, Us, Act::Disclose, five("2026-03-03")),
        (accepted(), Them, Act::MakeContact, five("2026-03-16")),
        (waitlisted, Them, Act::Schedule, five("2026-03-18")),
        (scheduled, Them, Act::StateAppointment, five("2026-03-16")),
        (missed, Them, Act::ContactAgain, five("2026-03-09")),
        (underway(), Them, Act::GiveNews, NOW.after(DAY * 30)),
        (on, Them, Act::FollowChild, five("2026-03-09")),
        (called, Us, Act::Join, five("2026-03-04")),
        (joined, Them, Act::GiveVerdict, five("2026-03-16")),
        (said, Us, Act::GiveVerdict, five("2026-03-16")),
        (stopping, Them, Act::SettleCancellation, five("2026-03-04")),
        (concluded(), Her, Act::SayIfHelped, NOW.after(DAY * 14)),
        (contested, Them, Act::Reconsider, five("2026-03-09")),
    ] {
        let referral = after(&given);
        assert_eq!(referral.turn(), Some(Turn { holder, act, due }), "{:?}", referral.status());
    }
    assert_eq!(after(&[concluded(), vec![(Us, Command::Confirm)]].concat()).turn(), None);
    // Where she cannot be asked, somebody else says it.
    let quiet = Proposal { askable: false, ..proposal() };
    let mut acts = concluded();
    acts[1] = (Us, propose(quiet));
    assert_eq!(after(&acts).turn().map(|turn| turn.holder), Some(Us));
}

/// The example of the rules: created on a Friday at 16:40, the right is lost on Tuesday night.
#[test]
fn the_deadline_of_a_right_drives_every_clock() {
    let created = at("2026-03-06", 16, 40);
    let deadline = Some(day("2026-03-10"));
    let urgency = Urgency::at(Calendar::Metropolitan, created, deadline);
    assert_eq!(urgency, Urgency::RightAtRisk);
    let urgent = Proposal { deadline, urgency, ..proposal() };
    let mut referral = say(Referral::default(), Us, created, propose(urgent));
    for command in [Command::Acknowledge, Command::Open] {
        referral = say(referral, Them, created, command);
    }
    assert_eq!(referral.turn().map(|turn| turn.due), Some(at("2026-03-09", 12, 45)));
    // Nothing expires before the deadline, nor before five working days.
    let before = at("2026-03-13", 16, 59);
    assert_eq!(decide(&referral, Us, before, Command::Expire), Err(Refusal::TooEarly));
    assert_eq!(due(&referral, Us, at("2026-03-13", 17, 0)), vec![Command::Expire]);
    // Later acts have no time after the deadline.
    let accepted = say(referral, Them, created, Command::Accept);
    let accepted = say(accepted, Us, created, disclose());
    assert_eq!(accepted.turn().map(|turn| turn.due), Some(at("2026-03-10", 23, 59)));
}

#[test]
fn reminders_follow_the_ladder() {
    let told = |referral: &Referral, by, now| -> Vec<_> {
        reminders(referral, by, now).into_iter().map(|(what, _)| what).collect()
    };
    let delivered = after(&[proposed(), vec![(Them, Command::Acknowledge)]].concat());
    let seen = after(&seen());
    let helping = after(&accepted());
    let over = after(&concluded());
    let unasked = Proposal { askable: false, ..proposal() };
    let unasked = after(&[vec![(Us, propose(unasked))], concluded()[2..].to_vec()].concat());
    // Asked on Monday 2 March 2026.
    for (referral, by, on, expected) in [
        (&after(&proposed()), Us, "2026-03-02", vec![]),
        (&after(&proposed()), Us, "2026-03-04", vec![Reminder::Undelivered]),
        (&delivered, Them, "2026-03-04", vec![]),
        (&delivered, Them, "2026-03-05", vec![Reminder::Late]),
        (&delivered, Them, "2026-03-09", vec![Reminder::Late]),
        (&delivered, Them, "2026-03-10", vec![Reminder::Late, Reminder::Unopened]),
        (&delivered, Us, "2026-03-05", vec![]),
        (&seen, Them, "2026-03-10", vec![Reminder::Late]),
        (&seen, Us, "2026-03-09", vec![]),
        (&seen, Us, "2026-03-10", vec![Reminder::Undecided]),
        (&seen, Us, "2026-03-17", vec![Reminder::Undecided, Reminder::Alternatives]),
        (&helping, Them, "2026-03-16", vec![]),
        (&helping, Them, "2026-03-17", vec![Reminder::Late]),
        (&helping, Us, "2026-03-18", vec![]),
        (&helping, Us, "2026-03-19", vec![Reminder::NoNews]),
        (&over, Us, "2026-03-03", vec![]),
        (&over, Us, "2026-03-04", vec![Reminder::AskHer]),
        (&over, Us, "2026-03-10", vec![Reminder::AskHer, Reminder::AskHer]),
        (&over, Them, "2026-03-10", vec![]),
        (&unasked, Us, "2026-03-09", vec![]),
        (&unasked, Us, "2026-03-10", vec![Reminder::Unconfirmed]),
    ] {
        assert_eq!(told(referral, by, at(on, 8, 0)), expected, "{by:?} {on}");
    }
    // Half of 16 h 20 of working time, from Friday 16:40 to Tuesday: Monday at 16:50.
    let friday = at("2026-03-06", 16, 40);
    let asked =
        Proposal { deadline: Some(day("2026-03-10")), urgency: Urgency::RightAtRisk, ..proposal() };
    let urgent = say(Referral::default(), Us, friday, propose(asked));
    let urgent = say(urgent, Them, friday, Command::Acknowledge);
    assert!(!told(&urgent, Us, at("2026-03-09", 16, 49)).contains(&Reminder::HalfTime));
    assert!(told(&urgent, Us, at("2026-03-09", 16, 50)).contains(&Reminder::HalfTime));
}

#[test]
fn a_far_deadline_keeps_a_referral_from_expiring() {
    let far = Proposal { deadline: Some(day("2026-09-01")), ..proposal() };
    let acts = [vec![(Us, propose(far))], seen()[2..].to_vec()].concat();
    let referral = after(&acts);
    assert_eq!(due(&referral, Us, at("2026-09-01", 23, 58)), vec![]);
    assert_eq!(due(&referral, Us, at("2026-09-01", 23, 59)), vec![Command::Expire]);
    // Nor does a question that nobody answers end it.
    let questioned = say(referral, Them, NOW, Command::Question { matters: vec![] });
    assert_eq!(due(&questioned, Us, at("2026-09-01", 23, 58)), vec![]);
    let no_answer = vec![Command::Cancel(CancelReason::NoAnswer)];
    assert_eq!(due(&questioned, Us, at("2026-09-01", 23, 59)), no_answer);
}

#[test]
fn what_is_due_is_what_may_be_said() {
    let referral = after(&seen());
    assert_eq!(due(&referral, Us, at("2026-03-23", 16, 59)), vec![]);
    assert_eq!(due(&referral, Us, at("2026-03-23", 17, 0)), vec![Command::Expire]);
    assert_eq!(due(&referral, Them, LATER), vec![]);
    let question = Command::Question { matters: vec![] };
    let questioned = say(referral, Them, NOW, question);
    let no_answer = vec![Command::Cancel(CancelReason::NoAnswer)];
    assert_eq!(due(&questioned, Us, at("2026-03-23", 16, 59)), vec![]);
    assert_eq!(due(&questioned, Us, at("2026-03-23", 17, 0)), no_answer);
    let concluded = after(&concluded());
    assert_eq!(due(&concluded, Us, NOW.after(DAY * 14)), vec![Command::TacitlyClose]);
    assert_eq!(due(&concluded, Them, Timestamp(NOW.after(DAY * 28).0 - 1)), vec![]);
    assert_eq!(due(&concluded, Them, NOW.after(DAY * 28)), vec![Command::TacitlyClose]);
    let stopping = after(&[underway(), vec![(Us, cancel())]].concat());
    assert_eq!(due(&stopping, Us, at("2026-03-04", 17, 0)), vec![Command::EnforceCancellation]);
    let draft = after(&[(Us, Command::Draft)]);
    assert_eq!(due(&draft, Us, NOW.after(DAY * 30)), vec![Command::PurgeDraft]);
    assert_eq!(due(&draft, Her, LATER), vec![]);
}

#[test]
fn an_early_expiry_kills_nothing() {
    let referral = after(&seen());
    // A clock three hours fast, or a lie: peers skip it alike.
    let early = Fact { by: Us, at: NOW, event: Event::Expired { since: NOW } };
    assert_eq!(admit(&referral, &early), Err(Refusal::OutOfOrder));
    assert_eq!(referral.clone().hear(&early), referral);
    // A wait that would have started before the request had arrived is not read.
    let before = Event::Expired { since: Timestamp(NOW.0 - 1) };
    let heard = referral.clone().hear(&Fact { by: Us, at: LATER, event: before });
    assert_eq!(heard.status(), Status::Seen);
    // A yes after an expiry is a yes.
    let expired = say(referral, Us, LATER, Command::Expire);
    assert_eq!(expired.status(), Status::Expired);
    assert_eq!(say(expired.clone(), Them, LATER, Command::Accept).status(), Status::Accepted);
    // Unless the door was shut.
    let taken = Command::Cancel(CancelReason::TakenElsewhere);
    let shut = say(expired, Us, LATER, taken);
    assert_eq!(shut.status(), Status::Expired);
    let over = Err(Refusal::Over(Status::Expired));
    assert_eq!(decide(&shut, Them, LATER, Command::Accept), over);
}

/// A question crossed an expiry on the way: whoever answers it has not given up.
#[test]
fn an_answer_lifts_an_expiry() {
    let expired = say(after(&seen()), Us, LATER, Command::Expire);
    let question = Event::Questioned { n: 1, matters: vec![Matter::Deadline] };
    let asked = expired.hear(&Fact { by: Them, at: NOW, event: question });
    assert_eq!(asked.status(), Status::Questioned);
    let answered = say(asked, Us, LATER, Command::Answer { answers: vec![CodedAnswer::Yes] });
    assert_eq!(answered.status(), Status::Seen);
}

/// A sender gave up talking while the receiver, who had not heard, was helping.
#[test]
fn a_conference_about_work_that_is_over_stops_nothing() {
    let call = Event::ConferenceCalled { round: 1, part: 0, why: ConferenceReason::Complex };
    let reason = DeclineReason::OutOfMission;
    let none = Event::ConferenceEnded { round: 1, end: ConferenceEnd::NoSolution { reason } };
    let given_up = [call, none].into_iter().fold(after(&underway()), |referral, event| {
        referral.hear(&Fact { by: Us, at: NOW, event })
    });
    assert_eq!(given_up.status(), Status::Declined);
    let outcome = Some(Outcome::DoneWith);
    let (autonomy, next_need, evidence) = (None, None, Evidence::default());
    let done = Event::Concluded { n: 1, outcome, autonomy, next_need, evidence };
    let done = given_up.hear(&Fact { by: Them, at: NOW, event: done });
    assert_eq!(done.status(), Status::Concluded);
    let contested = say(done, Her, NOW, feedback(Helped::No));
    assert_eq!(say(contested, Them, NOW, Command::Resume).status(), Status::Underway);
}

#[test]
fn an_end_that_blames_her_needs_evidence() {
    let evidence = |tries, channels, days| Evidence { tries, channels, days };
    let unreachable = Some(Outcome::Unreachable);
    assert!(evidence(3, 2, 10).is_enough_for(unreachable, 0));
    for little in [evidence(2, 2, 10), evidence(3, 1, 10), evidence(3, 2, 9)] {
        assert!(!little.is_enough_for(unreachable, 2));
    }
    let absent = Command::Miss(MissedCause::Absent);
    let round = |cause| [(Them, schedule()), (Them, cause)];
    let ended = |misses: &[Command]| {
        let acts = misses.iter().cloned().flat_map(round);
        let referral = after(&accepted().into_iter().chain(acts).collect::<Vec<_>>());
        let (autonomy, outcome) = (None, Some(Outcome::Absences));
        let evidence = evidence(1, 1, 0);
        let command = Command::Conclude { outcome, autonomy, next_need: None, evidence };
        decide(&referral, Them, NOW, command).map(|_| ())
    };
    let excused = Command::Miss(MissedCause::Excused);
    assert_eq!(ended(&[absent.clone(), absent.clone()]), Ok(()));
    assert_eq!(ended(&[absent, excused]), Err(Refusal::TooLittleTried));
}

#[test]
fn nothing_is_asked_without_her() {
    let refused = |proposal: Proposal, consent: Consent, at| {
        let command = Command::Propose { proposal: Box::new(proposal), consent: Box::new(consent) };
        decide(&Referral::default(), Us, at, command).unwrap_err()
    };
    let mut narrow = agreement();
    narrow.categories.remove(&Category::Obstacles);
    let narrow = Consent::given(narrow, Gesture::Paper, NOW).unwrap();
    let not_agreed = OutOfScope::NotAgreed(Category::Obstacles);
    assert_eq!(refused(proposal(), narrow, NOW), Refusal::OutOfScope(not_agreed));
    let expired = Refusal::OutOfScope(OutOfScope::Expired);
    assert_eq!(refused(proposal(), consent(), LATER), expired);
    let withdrawn = consent().hear(WithdrawalScope::Pathway, NOW);
    let gone = Refusal::OutOfScope(OutOfScope::Withdrawn);
    assert_eq!(refused(proposal(), withdrawn, NOW), gone);
    let other = Refusal::OutOfScope(OutOfScope::OtherConsent);
    let elsewhere = Proposal { service: ServiceId::from_bytes([0; 16]), ..proposal() };
    assert_eq!(refused(elsewhere, consent(), NOW), other);
    let mut reserved = agreement();
    reserved.feedback = FeedbackLevel::DecisionOnly;
    let reserved = Consent::given(reserved, Gesture::Paper, NOW).unwrap();
    assert_eq!(refused(proposal(), reserved, NOW), other);
}

#[test]
fn nothing_is_told_under_another_consent() {
    let referral = after(&accepted());
    let other = disclose_under(None);
    let refused = Err(Refusal::OutOfScope(OutOfScope::OtherConsent));
    assert_eq!(decide(&referral, Us, NOW, other), refused);
    let renewed = disclose_under(Some(agreement().id));
    assert!(decide(&referral, Us, NOW, renewed).is_ok());
}

/// Discloses under another consent, which may say that it renews the first.
fn disclose_under(renews: Option<ConsentId>) -> Command {
    let mut agreement = agreement();
    (agreement.id, agreement.renews) = (ConsentId::from_bytes([99; 16]), renews);
    let consent = Consent::given(agreement, Gesture::Paper, NOW).unwrap();
    Command::Disclose { level: Level::L2, consent: Box::new(consent) }
}

#[test]
fn acceptance_is_proved_by_the_receiver_alone() {
    assert_eq!(after(&seen()).acceptance(), None);
    assert!(after(&accepted()).acceptance().is_some());
    let left = say(after(&accepted()), Her, NOW, WITHDRAW);
    assert_eq!(left.acceptance(), None);
    // The sender cannot say it in its place.
    let lie = Fact { by: Us, at: NOW, event: Event::Accepted };
    assert_eq!(after(&seen()).hear(&lie).acceptance(), None);
}

#[test]
fn a_withdrawal_after_the_end_leaves_the_end() {
    let late = |referral: Referral| {
        let event = Event::Withdrawn { scope: WithdrawalScope::Referral, after_end: true };
        referral.hear(&Fact { by: Her, at: NOW, event }).status()
    };
    let declined = after(&[seen(), vec![(Them, decline())]].concat());
    assert_eq!(late(declined), Status::Declined);
    // Whoever wrote it down was mistaken: it was open. Her withdrawal counts all the same.
    assert_eq!(late(after(&seen())), Status::Withdrawn);
}

#[test]
fn nobody_confirms_its_own_work() {
    let concluded = after(&concluded());
    let (answerer, via, heard) = (Answerer::Person, Medium::Desk, HeardBy::Receiver);
    let command = Command::GiveFeedback { helped: Helped::Yes, answerer, via, heard };
    assert_eq!(decide(&concluded, Her, NOW, command), Err(Refusal::OutOfOrder));
    let contested = say(concluded, Her, NOW, feedback(Helped::No));
    let closed = say(contested, Us, LATER, Command::TacitlyClose);
    assert_eq!(closed.confirmation(), Some(Confirmation::Contested));
    assert_eq!(settled_by(&closed), None);
}

#[test]
fn an_attempt_settles_its_need_only_if_it_helped() {
    let closed = |outcome, helped| {
        let acts = [underway(), vec![(Them, conclude(outcome)), (Her, feedback(helped))]].concat();
        settled_by(&after(&acts))
    };
    let outcome = Outcome::RightOpened;
    assert_eq!(closed(outcome, Helped::Yes), Some(NeedEnd::Outcome { outcome }));
    assert_eq!(closed(Outcome::FollowUpPlanned, Helped::Yes), None);
    assert_eq!(closed(outcome, Helped::No), None);
}

#[test]
fn a_child_that_is_accepted_ends_its_parent() {
    let parent = after(&[seen(), vec![(Them, refer_on())]].concat());
    assert_eq!(follow_child(&parent, &after(&seen())), None);
    let end = follow_child(&parent, &after(&accepted())).unwrap();
    assert_eq!(say(parent.clone(), Them, NOW, end).status(), Status::ReferredOn);
    let declined = after(&[seen(), vec![(Them, decline())]].concat());
    let back = follow_child(&parent, &declined).unwrap();
    assert_eq!(back, Command::TakeBack { why: ChildEnd::Declined });
    assert_eq!(say(parent, Them, NOW, back).status(), Status::Seen);
}

#[test]
fn a_need_does_not_go_round() {
    let (here, there) = (NodeId([1; 32]), NodeId([2; 32]));
    assert_eq!(next_hop(None, there, None), Ok(0));
    let asked = |hop| {
        let referral = after(&[(Us, propose(Proposal { hop, ..proposal() }))]);
        *referral.sender.asked().unwrap()
    };
    assert_eq!(next_hop(Some((&asked(0), here)), there, None), Ok(1));
    assert_eq!(next_hop(Some((&asked(0), there)), there, None), Err(Circle::Bounce));
    let justified = Some(BackReason::InformationMissing);
    assert_eq!(next_hop(Some((&asked(0), there)), there, justified), Ok(1));
    assert_eq!(next_hop(Some((&asked(2), here)), there, None), Ok(3));
    assert_eq!(next_hop(Some((&asked(3), here)), there, None), Err(Circle::TooManyHops));
    let too_far = propose(Proposal { hop: 4, ..proposal() });
    assert_eq!(decide(&Referral::default(), Us, NOW, too_far), Err(Refusal::OutOfOrder));
}

#[test]
fn a_refusal_names_one_to_three_services() {
    let services = |count| Alternatives::try_from(vec![ServiceId::from_bytes([1; 16]); count]);
    assert!(services(0).is_err());
    assert_eq!(services(3).map(|few| few.services().len()), Ok(3));
    assert!(services(4).is_err());
    let newer: NextStep = serde_json::from_str(r#"{"kind":"call_the_mayor"}"#).unwrap();
    assert_eq!(newer, NextStep::NoneKnown);
}

#[test]
fn what_is_known_is_stored_and_read_back() {
    let acts = [concluded(), vec![(Her, feedback(Helped::No)), (Her, WITHDRAW)]].concat();
    let referral = after(&acts);
    let stored = serde_json::to_string(&referral).unwrap();
    assert_eq!(serde_json::from_str::<Referral>(&stored).unwrap(), referral);
    assert!(size_of::<Referral>() <= 512, "{}", size_of::<Referral>());
    let newer = r#"{"by":"sender","at":1,"event":{"t":"telepathy","n":2}}"#;
    let newer: Fact = serde_json::from_str(newer).unwrap();
    assert_eq!(newer.event, Event::Unknown);
    assert_eq!(referral.clone().hear(&newer), referral);
}

/// One event of each kind, with the numbers that a faulty peer might give.
pub(crate) fn any_event() -> impl Strategy<Value = Event> {
    let n = 0..3u8;
    let scope = select(vec![
        WithdrawalScope::Referral,
        WithdrawalScope::Pathway,
        WithdrawalScope::Feedback,
        WithdrawalScope::Item { item: Category::Phone },
    ]);
    let next = select(vec![
        NextStep::NoneKnown,
        NextStep::BackToSender { why: BackReason::Loop },
        NextStep::Alternative {
            services: vec![ServiceId::from_bytes([4; 16])].try_into().unwrap(),
        },
    ]);
    let end = select(vec![
        ConferenceEnd::Plan { act: PlanAct::Other, by: Us, before: day("2026-03-20") },
        ConferenceEnd::NoSolution { reason: DeclineReason::Loop },
    ]);
    let child = ReferralId::from_bytes([8; 16]);
    let plain = select(vec![
        Event::Drafted,
        Event::DraftPurged,
        Event::Proposed(Box::new(proposal())),
        Event::ReviewRequested { facts: vec![AddedFact::Other] },
        Event::Disclosed { level: Level::L2 },
        Event::CancellationEnforced,
        Event::Mistaken { reason: MistakeReason::Duplicate },
        Event::Delivered,
        Event::Accepted,
        Event::Waitlisted { until: day("2026-03-20") },
        Event::Scheduled { time: NOW, mode: MeetingMode::Home },
        Event::Started { contact: FirstContact::Met },
        Event::CheckedIn,
        Event::Missed { cause: MissedCause::Absent },
        Event::ReferringOn { child, child_consent: ConsentId::from_bytes([9; 16]) },
        Event::ReferredOn { child },
        Event::TakenBack { child, why: ChildEnd::Withdrawn },
        Event::Resumed,
        Event::CancellationConfirmed { told: true },
        Event::Unknown,
    ]);
    prop_oneof![
        12 => plain,
        1 => n.clone().prop_map(|n| Event::Answered { n, answers: vec![CodedAnswer::Yes] }),
        1 => n.clone().prop_map(|part| Event::Cancelled { part, reason: CancelReason::Recalled }),
        1 => (0..9u64).prop_map(|t| Event::Expired { since: Timestamp(t) }),
        1 => n.clone().prop_map(|conclusion| Event::Confirmed { conclusion }),
        1 => n.clone().prop_map(|review| Event::Seen { review }),
        1 => n.clone().prop_map(|n| Event::Questioned { n, matters: vec![Matter::Other] }),
        1 => next.clone().prop_map(|next| Event::Declined {
            reason: DeclineReason::Hours, next_date: Some(day("2026-03-20")), next
        }),
        1 => next.prop_map(|next| Event::SteppedDown { reason: StepDownReason::Other, next }),
        1 => n.clone().prop_map(|n| Event::Concluded {
            n,
            outcome: Some(Outcome::DoneWith),
            autonomy: Some(Autonomy::Alone),
            next_need: Some(NeedCode::Other),
            evidence: Evidence::default(),
        }),
        1 => n.clone().prop_map(|conclusion| Event::TacitlyClosed { conclusion }),
        1 => (n.clone(), 0..2u8).prop_map(|(round, part)| Event::ConferenceCalled {
            round, part, why: ConferenceReason::Complex
        }),
        1 => (n.clone(), 0..2u8)
            .prop_map(|(round, part)| Event::ConferenceJoined { round, part }),
        1 => (n.clone(), end).prop_map(|(round, end)| Event::ConferenceEnded { round, end }),
        1 => (scope, any::<bool>())
            .prop_map(|(scope, after_end)| Event::Withdrawn { scope, after_end }),
        2 => (n, select(Helped::ALL), select(HeardBy::ALL)).prop_map(|(conclusion, helped, heard)| {
            let (answerer, via) = (Answerer::Person, Medium::Page);
            Event::FeedbackGiven { conclusion, helped, answerer, via, heard }
        }),
    ]
}

/// Anything an author may say: in order or not, their own business or not, at any time.
pub(crate) fn words_of(by: Author) -> impl Strategy<Value = Vec<Fact>> {
    // Half of what is said is what is usually said, or nothing would ever happen.
    let usual = select(match by {
        Us => vec![
            Event::Proposed(Box::new(proposal())),
            Event::Disclosed { level: Level::L2 },
            Event::Cancelled { part: 0, reason: CancelReason::Recalled },
        ],
        Them => vec![
            Event::Delivered,
            Event::Accepted,
            Event::Started { contact: FirstContact::Met },
            Event::Resumed,
        ],
        Her => vec![
            Event::Withdrawn { scope: WithdrawalScope::Referral, after_end: false },
            Event::FeedbackGiven {
                conclusion: 1,
                helped: Helped::No,
                answerer: Answerer::Person,
                via: Medium::Page,
                heard: HeardBy::Code,
            },
        ],
    });
    let time = prop_oneof![0..9u64, Just(LATER.0)];
    let fact = (prop_oneof![usual, any_event()], time).prop_map(move |(event, at)| Fact {
        by,
        at: Timestamp(at),
        event,
    });
    prop::collection::vec(fact, 0..14)
}

pub(crate) fn hear_all<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Referral {
    facts.into_iter().fold(Referral::default(), |referral, fact| referral.hear(fact))
}

proptest! {
    // Six properties: twelve thousand histories.
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Every node ends up with the same referral, whatever is said and whatever arrives first.
    #[test]
    fn voices_commute(
        sender in words_of(Us),
        receiver in words_of(Them),
        (person, shuffled) in words_of(Her)
            .prop_flat_map(|said| (Just(said.clone()), Just(said).prop_shuffle())),
        arrivals in prop::collection::vec(0..3usize, 0..40),
    ) {
        let here = hear_all(sender.iter().chain(&receiver).chain(&person));

        // An organization's facts arrive in its order; the person's come by several roads.
        let mut roads = [sender.iter(), receiver.iter(), shuffled.iter()];
        let rest = [0, 1, 2].repeat(14);
        let arrivals = arrivals.into_iter().chain(rest);
        let there = hear_all(arrivals.filter_map(|road| roads[road].next()));

        prop_assert_eq!(here, there);
    }

    /// Nobody is left in limbo: a referral is over, or it is exactly one side's turn.
    #[test]
    fn an_open_referral_is_always_somebodys_turn(
        sender in words_of(Us),
        receiver in words_of(Them),
        person in words_of(Her),
    ) {
        let referral = hear_all(sender.iter().chain(&receiver).chain(&person));
        prop_assert_eq!(referral.turn().is_none(), referral.status().is_over());
    }

    /// Time alone says nothing before the turn is late, so that who looks for what is due may look
    /// there only.
    #[test]
    fn nothing_is_due_before_the_turn_is_late(
        sender in words_of(Us),
        receiver in words_of(Them),
        person in words_of(Her),
        now in prop_oneof![0..9u64, NOW.0..LATER.0, Just(LATER.0)],
    ) {
        let (referral, now) = (hear_all(sender.iter().chain(&receiver).chain(&person)), Timestamp(now));
        for by in [Us, Them] {
            if !due(&referral, by, now).is_empty() {
                let turn = referral.turn().expect("what is over has nothing due");
                prop_assert!(turn.due <= now, "{turn:?} {:?}", due(&referral, by, now));
            }
        }
    }

    /// After she withdrew, no word of anybody changes the reading.
    #[test]
    fn a_withdrawal_wins_for_ever(
        before in words_of(Us),
        receiver in words_of(Them),
        after in words_of(Us),
        person in words_of(Her),
    ) {
        let event = Event::Withdrawn { scope: WithdrawalScope::Pathway, after_end: false };
        let withdrawn = Fact { by: Her, at: NOW, event };
        let said = before.iter().chain([&withdrawn]).chain(&receiver).chain(&after).chain(&person);
        let referral = hear_all(said);
        prop_assert_eq!(referral.status(), Status::Withdrawn);
        prop_assert_eq!(referral.acceptance(), None);
        for by in [Us, Them] {
            prop_assert_eq!(due(&referral, by, LATER), vec![]);
        }
    }

    /// Whatever we decide to say, a peer that has heard only us so far will admit.
    #[test]
    fn what_we_decide_our_peers_admit(
        ours in words_of(Us),
        theirs in words_of(Them),
        person in words_of(Her),
    ) {
        let known = hear_all(ours.iter().chain(&theirs).chain(&person));
        for (by, own) in [(Us, &ours), (Them, &theirs), (Her, &person)] {
            for (command, at, _) in oracle::wishes(by) {
                if let Ok(fact) = decide(&known, by, at, command) {
                    prop_assert_eq!(admit(&hear_all(own), &fact), Ok(()));
                }
            }
        }
    }

    /// What the sender is told of the receiver's words is a half that stands by itself, whatever it
    /// says with what it knows.
    #[test]
    fn what_is_told_back_stands_by_itself(
        level in select(FeedbackLevel::ALL),
        choices in prop::collection::vec((any::<prop::sample::Index>(), prop::bool::weighted(0.8)), 4..14),
    ) {
        let start = after(&proposed());
        let (mut known, mut shared) = (start.clone(), start);
        for (choice, theirs) in choices {
            let (by, from) = if theirs { (Them, &known) } else { (Us, &shared) };
            let facts = oracle::wishes(by).into_iter().map(|(what, at, _)| decide(from, by, at, what));
            // Who takes her back says so otherwise (`TakenBack`): where it was, not that it works.
            let works = |fact: &Fact| {
                let passed = matches!(known.receiver.stage, Stage::ReferringOn { .. });
                passed && fact.event == Event::Resumed
            };
            let facts: Vec<_> = facts.filter_map(Result::ok).filter(|it| !works(it)).collect();
            if facts.is_empty() {
                continue;
            }
            let fact = choice.get(&facts);
            let told = if theirs { told_back(&fact.event, level, &known) } else { Some(fact.event.clone()) };
            if let Some(event) = told {
                let told = Fact { event, ..fact.clone() };
                // An appointment that nobody was told of is called off without a word.
                let settled = matches!(told.event, Event::CancellationConfirmed { .. });
                prop_assert!(settled || admit(&shared, &told).is_ok(), "{level:?} {told:?}");
                shared = shared.hear(&told);
            }
            known = known.hear(fact);
            prop_assert_eq!(known.acceptance().is_some(), shared.acceptance().is_some());
            let no = |referral: &Referral| referral.receiver.stage == Stage::Declined;
            prop_assert_eq!(no(&known), no(&shared));
            let decided = !matches!(
                shared.receiver.stage,
                Stage::Waitlisted { .. }
                    | Stage::Scheduled { .. }
                    | Stage::Missed
                    | Stage::Underway
                    | Stage::Concluded { .. }
            );
            prop_assert!(decided || level != FeedbackLevel::DecisionOnly);
        }
    }
}
