//! Nodes that are all linked with one another, each with its own journal.

use maillage_protocol::codes::{
    Answerer, DeclineReason, FirstContact, HeardBy, Helped, Medium, Outcome,
};
use maillage_protocol::need::NeedStatus;
use maillage_protocol::referral::{Event, Evidence, NextStep, Refusal};

use super::*;
use crate::app::Texts;
use crate::app::tests::{NADIA, Several, propose_once, request};

impl Several {
    fn pass_on(
        &self,
        from: usize,
        to: usize,
        before: ReferralId,
        once: u8,
    ) -> Result<ReferralId, SayError> {
        let request = crate::app::Request { after: Some(before), ..request(self.apps[to].node()) };
        let proposed = self.apps[from].propose(NADIA, request, [once; 16])?;
        self.exchange();
        Ok(proposed.referral)
    }

    /// Somebody here says something to those who asked.
    fn answers(&self, node: usize, id: ReferralId, command: Command) {
        let texts = Texts::default();
        self.apps[node].say(None, Author::Receiver, id, command, texts, None).unwrap();
        self.exchange();
    }

    /// Somebody here meets her, and says how it ended.
    fn helps(&self, node: usize, id: ReferralId, outcome: Outcome) {
        self.answers(node, id, Command::Start(FirstContact::Met));
        let evidence = Evidence::default();
        let outcome = Some(outcome);
        let end = Command::Conclude { outcome, autonomy: None, next_need: None, evidence };
        self.answers(node, id, end);
    }

    fn she_says(&self, node: usize, id: ReferralId, command: Command) {
        let texts = Texts::default();
        self.apps[node].say(None, Author::Person, id, command, texts, None).unwrap();
        self.exchange();
    }

    #[track_caller]
    fn status(&self, nodes: [usize; 2], id: ReferralId) -> Status {
        let [one, other] = nodes.map(|node| self.apps[node].referral(id).unwrap());
        assert_eq!(one, other);
        one.status()
    }

    fn has_contact(&self, node: usize, id: ReferralId) -> bool {
        self.apps[node].story(id).unwrap().unwrap().contact.is_some()
    }

    fn need(&self, id: ReferralId) -> Option<NeedStatus> {
        self.apps[0].story(id).unwrap().unwrap().need
    }

    /// Asked by the first, accepted by the second, who asks the third.
    fn passed_on(&self) -> [ReferralId; 2] {
        let parent = propose_once(&self.apps[0], self.apps[1].node(), 1);
        self.exchange();
        self.answers(1, parent, Command::Accept);
        [parent, self.pass_on(1, 2, parent, 2).unwrap()]
    }
}

const THREE: [&str; 3] = ["CCAS de Brenne", "EPN Le Lavoir", "France services Courcy"];

fn refusal() -> Command {
    Command::Decline { reason: DeclineReason::Hours, next_date: None, next: NextStep::NoneKnown }
}

fn yes() -> Command {
    Command::GiveFeedback {
        helped: Helped::Yes,
        answerer: Answerer::Person,
        via: Medium::Page,
        heard: HeardBy::Sender,
    }
}

#[test]
fn what_is_passed_on_follows_those_who_are_asked() {
    let mut nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    assert_eq!(nodes.status([0, 1], parent), Status::ReferringOn);
    assert_eq!(nodes.status([1, 2], child), Status::Delivered);
    assert!(!nodes.has_contact(2, child));
    assert!(nodes.apps[0].referral(child).is_none());

    nodes.answers(2, child, Command::Accept);
    assert_eq!(nodes.status([0, 1], parent), Status::ReferredOn);
    assert!(nodes.has_contact(2, child));
    // Her need is still that of the first, who waits for news.
    assert_eq!(nodes.need(parent), Some(NeedStatus::Open));
    let lists = nodes.apps[0].worklist().unwrap();
    assert!(lists.to_choose.is_empty());
    assert_eq!(lists.waiting.iter().map(|row| row.id).collect::<Vec<_>>(), [parent]);

    nodes.restart();
    nodes.helps(2, child, Outcome::RightOpened);
    nodes.she_says(1, child, yes());
    for _restarted in 0..2 {
        let case = nodes.apps[0].case(parent).unwrap();
        let reported = NeedReport {
            class: Some(OutcomeClass::Resolved),
            hops: 1,
            looped: false,
            in_time: InTime::Unknown,
        };
        assert_eq!(case.reported, Some(reported));
        assert_eq!(nodes.need(parent), Some(NeedStatus::Resolved));
        nodes.restart();
    }
}

#[test]
fn what_those_who_took_over_could_not_do_comes_back_to_the_owner() {
    let nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    nodes.answers(2, child, Command::Accept);
    nodes.helps(2, child, Outcome::BlockedByAgency);
    let (by, confirm) = (Author::Sender, Command::Confirm);
    nodes.apps[1].say(None, by, child, confirm, Texts::default(), None).unwrap();
    nodes.exchange();
    let lists = nodes.apps[0].worklist().unwrap();
    assert_eq!(lists.to_choose.iter().map(|row| row.id).collect::<Vec<_>>(), [parent]);
    assert_eq!(nodes.need(parent), Some(NeedStatus::Open));
}

/// Those who took over are silent for good: the owner is not left to wait for them.
#[test]
fn silence_further_on_does_not_last_for_ever() {
    let nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    nodes.answers(2, child, Command::Accept);
    let due = |app: &App| app.story(parent).unwrap().unwrap().row.choose.unwrap();
    let now = nodes.apps[0].now();
    assert!(now.after(DAY * 30) < due(&nodes.apps[0]) && due(&nodes.apps[0]) < now.after(DAY * 36));
}

#[test]
fn a_no_further_on_gives_her_back() {
    let nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    nodes.answers(2, child, refusal());
    assert_eq!(nodes.status([0, 1], parent), Status::Accepted);
    // It may be asked of somebody else, or done here.
    nodes.answers(1, parent, Command::Start(FirstContact::Met));
    assert_eq!(nodes.status([0, 1], parent), Status::Underway);
}

#[test]
fn whoever_takes_her_back_calls_the_others_off() {
    let mut nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    let resumed =
        nodes.apps[1].say(None, Author::Receiver, parent, Command::Resume, Texts::default(), None);
    resumed.unwrap();
    // Their yes crosses it.
    let yes =
        nodes.apps[2].say(None, Author::Receiver, child, Command::Accept, Texts::default(), None);
    yes.unwrap();
    nodes.exchange();
    for _restarted in 0..2 {
        assert_eq!(nodes.status([1, 2], child), Status::Cancelled);
        assert!(!nodes.has_contact(2, child));
        // Where it was: nobody met her meanwhile.
        assert_eq!(nodes.status([0, 1], parent), Status::Accepted);
        nodes.restart();
    }
}

#[test]
fn nobody_is_sent_back_or_round_for_ever() {
    let names = [&THREE[..], &["MDS Est", "Association", "Mairie"]].concat();
    let nodes = Several::of(&names);
    let [_, child] = nodes.passed_on();
    nodes.answers(2, child, Command::Accept);
    let bounced = nodes.pass_on(2, 1, child, 3);
    assert!(matches!(bounced, Err(SayError::Circle(Circle::Bounce))), "{bounced:?}");
    let second = nodes.pass_on(2, 3, child, 4).unwrap();
    nodes.answers(3, second, Command::Accept);
    let third = nodes.pass_on(3, 4, second, 5).unwrap();
    nodes.answers(4, third, Command::Accept);
    let once_more = nodes.pass_on(4, 5, third, 6);
    assert!(matches!(once_more, Err(SayError::Circle(Circle::TooManyHops))), "{once_more:?}");
    let hops = [child, second, third].map(|id| {
        let holder = nodes.apps.iter().find_map(|app| app.case(id)).unwrap();
        holder.proposal.as_ref().unwrap().hop
    });
    assert_eq!(hops, [1, 2, 3]);
}

/// Scenario 4: the node that gets her back knows it by itself.
#[test]
fn a_circle_is_seen_by_the_node_that_closes_it() {
    let mut nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    nodes.answers(2, child, Command::Accept);
    let back = nodes.pass_on(2, 0, child, 3).unwrap();
    for _restarted in 0..2 {
        assert_eq!(nodes.status([0, 2], back), Status::CaseConference);
        let case = nodes.apps[2].case(back).unwrap();
        assert!(case.looped && case.referral.receiver.round.is_some());
        nodes.restart();
    }
    // Nothing came of it: what was passed on goes back, step by step, to the owner.
    let joined = Command::JoinConference;
    let speaker =
        Professional { name: "2 69 05 49 588 157 80".to_owned(), ..Professional::default() };
    let texts = Texts { speaker: Some(speaker.into()), ..Texts::default() };
    let refused = nodes.apps[2].say(None, Author::Sender, back, joined.clone(), texts, None);
    assert!(matches!(refused, Err(SayError::Unwritable(_))), "{refused:?}");
    nodes.apps[2].say(None, Author::Sender, back, joined, Texts::default(), None).unwrap();
    nodes.exchange();
    // Somebody is named where a node had its desk alone: that is news, and moves nothing.
    nodes.apps[2].open_story(NADIA, back).unwrap();
    assert!(nodes.apps[2].case(back).unwrap().news.is_none());
    nodes.answers(0, back, Command::JoinConference);
    assert!(nodes.apps[2].case(back).unwrap().news.is_some());
    let end = maillage_protocol::referral::ConferenceEnd::NoSolution {
        reason: DeclineReason::OutOfMission,
    };
    nodes.answers(0, back, Command::EndConference(end));
    assert_eq!(nodes.status([0, 2], back), Status::Declined);
    assert_eq!(nodes.status([1, 2], child), Status::Accepted);
    nodes.helps(2, child, Outcome::BlockedByAgency);
    nodes.apps[1]
        .say(None, Author::Sender, child, Command::Confirm, Texts::default(), None)
        .unwrap();
    nodes.exchange();
    let report = nodes.apps[0].case(parent).unwrap().reported.unwrap();
    assert_eq!((report.class, report.hops), (Some(OutcomeClass::Unmet), 1));
    assert!(report.looped, "the owner knows that it went round");
    nodes.apps[0].close_need(NADIA, parent, Outcome::BlockedByAgency).unwrap();
    assert_eq!(nodes.need(parent), Some(NeedStatus::Unmet));
}

/// Scenario 4: she comes by herself to a structure that was never asked, and shows her receipt.
#[test]
fn a_receipt_that_is_shown_elsewhere_goes_on_with_the_same_chain() {
    let mut nodes = Several::of(&[&THREE[..], &["MDS Est"]].concat());
    let first = propose_once(&nodes.apps[0], nodes.apps[1].node(), 1);
    nodes.exchange();
    nodes.answers(1, first, refusal());
    let printed = nodes.apps[0].story(first).unwrap().unwrap().number.unwrap().to_printed();
    assert!(nodes.apps[1].story(first).unwrap().unwrap().number.is_none(), "it is the sender's");
    let ask = |nodes: &Several, to: usize, goes_on, once| {
        let asked = request(nodes.apps[to].node());
        let asked = crate::app::Request { goes_on, ..asked };
        let proposed = nodes.apps[2].propose(NADIA, asked, [once; 16])?;
        nodes.exchange();
        Ok::<_, SayError>(proposed.referral)
    };
    // Without it, she is somebody new.
    let new = ask(&nodes, 1, None, 2).unwrap();
    assert_eq!(nodes.status([1, 2], new), Status::Delivered);
    let shown: PathwayNumber = printed.parse().unwrap();
    for (to, once) in [(1, 3), (0, 4)] {
        let again = ask(&nodes, to, Some(shown), once).unwrap();
        assert_eq!(nodes.status([to, 2], again), Status::CaseConference, "{to}");
    }
    // The need is that of whoever she told it to, in the same chain, one further.
    nodes.restart();
    let again = ask(&nodes, 1, Some(shown), 3).unwrap();
    let (case, before) = (nodes.apps[2].case(again).unwrap(), nodes.apps[0].case(first).unwrap());
    let ((need, chain), (other, same)) = (case.chain.unwrap(), before.chain.unwrap());
    assert!(need != other && chain == same);
    assert_eq!(case.number().unwrap().hop, 1);
    assert!(nodes.apps[2].story(again).unwrap().unwrap().need.is_some());
    // Another attempt for it is as far along: who had her knows her again all the same.
    let number = |app: &App, id| app.case(id).unwrap().number().unwrap();
    let said = crate::app::Request { goes_on: Some(shown), ..request(nodes.apps[3].node()) };
    let refused = nodes.apps[2].propose(NADIA, said, [6; 16]).unwrap().referral;
    nodes.exchange();
    nodes.answers(3, refused, refusal());
    assert_eq!(nodes.status([2, 3], refused), Status::Declined);
    let second = nodes.pass_on(2, 1, refused, 7).unwrap();
    assert_eq!(number(&nodes.apps[2], second).hop, 1);
    assert_eq!(nodes.status([1, 2], second), Status::CaseConference);
    // Round and round, it ends.
    let far = PathwayNumber { hop: 3, ..shown };
    let refused = ask(&nodes, 1, Some(far), 5);
    assert!(matches!(refused, Err(SayError::Circle(Circle::TooManyHops))), "{refused:?}");
}

/// What was said of a structure that gave her back says nothing of the one that has her now.
#[test]
fn a_report_of_before_says_nothing_of_now() {
    let nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    nodes.answers(2, child, Command::Accept);
    let mut case = Case::clone(&nodes.apps[0].case(parent).unwrap());
    assert_eq!(case.referral.status(), Status::ReferredOn);
    let report = NeedReport { class: None, hops: 1, looped: true, in_time: InTime::Unknown };
    case.reported = Some(report);
    case.reported_at = case.referral.receiver.since.before(DAY);
    assert!(case.is_elsewhere() && class_of(&case).is_none());
    case.reported_at = case.referral.receiver.since;
    assert!(!case.is_elsewhere() && class_of(&case).is_some());
}

#[test]
fn asking_the_same_place_again_is_no_circle() {
    let nodes = Several::of(&THREE);
    let first = propose_once(&nodes.apps[0], nodes.apps[1].node(), 1);
    nodes.exchange();
    nodes.answers(1, first, refusal());
    let second = nodes.pass_on(0, 1, first, 2).unwrap();
    assert_eq!(nodes.status([0, 1], second), Status::Delivered);
    // Those who are asked instead, and pass her on to where she was refused, learn it.
    nodes.answers(1, second, refusal());
    let third = nodes.pass_on(0, 2, second, 3).unwrap();
    nodes.answers(2, third, Command::Accept);
    let round = nodes.pass_on(2, 1, third, 4).unwrap();
    assert_eq!(nodes.status([1, 2], round), Status::CaseConference);
}

#[test]
fn who_stops_everything_stops_it_everywhere() {
    for desk in [0, 1, 2] {
        let mut nodes = Several::of(&THREE);
        let [parent, child] = nodes.passed_on();
        nodes.answers(2, child, Command::Accept);
        let hers = if desk == 2 { child } else { parent };
        nodes.she_says(desk, hers, Command::Withdraw(WithdrawalScope::Pathway));
        for _restarted in 0..2 {
            for (node, id) in [(0, parent), (1, parent), (1, child), (2, child)] {
                let case = nodes.apps[node].case(id).unwrap();
                assert!(case.referral.person.has_left(), "{desk} {node}");
                assert!(!nodes.has_contact(node, id));
            }
            assert_eq!(nodes.need(parent), Some(NeedStatus::Withdrawn), "{desk}");
            nodes.restart();
        }
    }
}

/// She stops with those who passed her on, before anybody else said yes.
#[test]
fn what_nobody_accepted_stops_with_those_who_asked() {
    let nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    nodes.she_says(0, parent, Command::Withdraw(WithdrawalScope::Referral));
    assert_eq!(nodes.status([0, 1], parent), Status::Withdrawn);
    assert_eq!(nodes.status([1, 2], child), Status::Withdrawn);
    assert_eq!(nodes.need(parent), Some(NeedStatus::Open));
}

#[test]
fn who_is_helped_further_on_stays_helped() {
    let nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    nodes.answers(2, child, Command::Accept);
    nodes.she_says(0, parent, Command::Withdraw(WithdrawalScope::Referral));
    assert_eq!(nodes.status([1, 2], child), Status::Accepted);
    assert!(nodes.has_contact(2, child));
}

/// The word is on the disk, and the request that it names is not.
#[test]
fn a_stop_before_the_request_is_written_gives_her_back() {
    let mut nodes = Several::of(&THREE);
    let parent = propose_once(&nodes.apps[0], nodes.apps[1].node(), 1);
    nodes.exchange();
    nodes.answers(1, parent, Command::Accept);
    let (child, consent) = (ReferralId::from_bytes([5; 16]), ConsentId::from_bytes([6; 16]));
    let record = nodes.apps[1].refer_on(NADIA, parent, child, consent).unwrap();
    nodes.apps[1].append(&[record]).unwrap();
    nodes.restart();
    nodes.exchange();
    assert_eq!(nodes.status([0, 1], parent), Status::Accepted);
}

#[test]
fn she_chooses_what_is_told_of_her_further_on() {
    for level in [FeedbackLevel::Progress, FeedbackLevel::DecisionOnly] {
        let nodes = Several::of(&THREE);
        let [a, b] = [0, 1].map(|node| &nodes.apps[node]);
        let asked = crate::app::Request { feedback: level, ..request(b.node()) };
        let parent = a.propose(NADIA, asked, [1; 16]).unwrap().referral;
        nodes.exchange();
        let child = nodes.pass_on(1, 2, parent, 2);
        assert!(matches!(child, Err(SayError::Refused(Refusal::NotNow(Status::Delivered)))));
        nodes.answers(1, parent, Command::Open);
        let child = nodes.pass_on(1, 2, parent, 2).unwrap();
        nodes.answers(2, child, Command::Accept);
        nodes.helps(2, child, Outcome::RightOpened);
        nodes.she_says(1, child, yes());
        let told = a.case(parent).unwrap().reported;
        let expected = (level == FeedbackLevel::Progress).then_some(None);
        assert_eq!(told.map(|report| report.class), expected);
    }
}

impl Several {
    fn asks(&self, node: usize, id: ReferralId, command: Command) {
        self.apps[node].say(None, Author::Sender, id, command, Texts::default(), None).unwrap();
        self.exchange();
    }

    /// Those who passed her on, from the first look at the request.
    fn passed_on_unaccepted(&self) -> [ReferralId; 2] {
        let parent = propose_once(&self.apps[0], self.apps[1].node(), 1);
        self.exchange();
        self.answers(1, parent, Command::Open);
        [parent, self.pass_on(1, 2, parent, 2).unwrap()]
    }

    /// She stops everything at the second, which stops before it carries that on.
    fn stops_without_following(&self, child: ReferralId) {
        let app = &self.apps[1];
        let case = app.case(child).unwrap();
        let everything = Command::Withdraw(WithdrawalScope::Pathway);
        let fact = decide(&case.referral, Author::Person, app.now(), everything).unwrap();
        app.write_word(&case, None, fact, Content::default(), None).unwrap();
        let cause = maillage_protocol::erasure::ErasureCause::Withdrawal;
        app.erase_referral(child, cause).unwrap();
    }

    /// Says something that the rules would not let a node say.
    fn forges(&self, node: usize, id: ReferralId, saying: Saying) {
        let app = &self.apps[node];
        let case = app.case(id).unwrap();
        let id = PayloadId::from_random(random(&*app.env));
        let skeleton = Skeleton { id, at: app.now(), thread: thread_of(&case), saying };
        let payload = Payload { skeleton, content: Content::default() };
        let record = app.word(&case, None, payload, None).unwrap();
        app.append(&[record]).unwrap();
        self.exchange();
    }
}

/// It should never have been, or nothing came of a conference: nobody further on is told her name.
#[test]
fn what_ended_is_passed_on_no_more() {
    for mistaken in [true, false] {
        let mut nodes = Several::of(&THREE);
        let [parent, child] = nodes.passed_on();
        if mistaken {
            let reason = maillage_protocol::codes::MistakeReason::WrongPerson;
            nodes.asks(0, parent, Command::MarkMistaken(reason));
        } else {
            nodes.asks(0, parent, Command::CallConference(ConferenceReason::Complex));
            nodes.answers(1, parent, Command::JoinConference);
            let reason = DeclineReason::OutOfMission;
            let end = maillage_protocol::referral::ConferenceEnd::NoSolution { reason };
            nodes.asks(0, parent, Command::EndConference(end));
        }
        assert!(nodes.status([0, 1], parent).is_over());
        for _restarted in 0..2 {
            assert_eq!(nodes.status([1, 2], child), Status::Cancelled);
            assert!(!nodes.has_contact(2, child));
            nodes.restart();
        }
    }
}

/// Whoever passes her on without having said yes has passed her on.
#[test]
fn a_chain_of_those_who_only_looked_leads_to_whoever_helps() {
    let nodes = Several::of(&["CCAS de Brenne", "EPN Le Lavoir", "Courcy", "MDS Est"]);
    let [parent, child] = nodes.passed_on_unaccepted();
    nodes.answers(2, child, Command::Open);
    let last = nodes.pass_on(2, 3, child, 3).unwrap();
    nodes.answers(3, last, Command::Accept);
    assert_eq!(nodes.status([1, 2], child), Status::ReferredOn);
    assert_eq!(nodes.status([0, 1], parent), Status::ReferredOn);
    nodes.helps(3, last, Outcome::RightOpened);
    nodes.asks(2, last, Command::Confirm);
    assert_eq!(nodes.need(parent), Some(NeedStatus::Resolved));
    let report = nodes.apps[0].case(parent).unwrap().reported.unwrap();
    assert_eq!(report.hops, 2);
}

#[test]
fn whoever_takes_her_back_may_be_told_how_to_reach_her() {
    let nodes = Several::of(&THREE);
    let [parent, _] = nodes.passed_on_unaccepted();
    nodes.answers(1, parent, Command::Resume);
    assert_eq!(nodes.status([0, 1], parent), Status::Seen);
    nodes.answers(1, parent, Command::Accept);
    assert!(nodes.has_contact(1, parent));
}

/// The yes and the beginning arrive together.
#[test]
fn a_yes_that_is_not_alone_is_told_how_to_reach_her() {
    let nodes = Several::of(&THREE);
    let id = propose_once(&nodes.apps[0], nodes.apps[1].node(), 1);
    nodes.exchange();
    for command in [Command::Accept, Command::Start(FirstContact::ContactTried)] {
        nodes.apps[1].say(None, Author::Receiver, id, command, Texts::default(), None).unwrap();
    }
    nodes.exchange();
    assert!(nodes.has_contact(1, id));
}

#[test]
fn nobody_closes_a_need_by_reporting_what_it_did_not_pass_on() {
    let nodes = Several::of(&THREE);
    let first = propose_once(&nodes.apps[0], nodes.apps[1].node(), 1);
    nodes.exchange();
    nodes.answers(1, first, refusal());
    let second = nodes.pass_on(0, 2, first, 2).unwrap();
    nodes.answers(2, second, Command::Accept);
    let report = NeedReport {
        class: Some(OutcomeClass::Resolved),
        hops: 1,
        looped: false,
        in_time: InTime::Unknown,
    };
    nodes.forges(1, first, Saying::NeedReported(report));
    assert_eq!(nodes.need(first), Some(NeedStatus::Open));
    assert_eq!(nodes.status([0, 2], second), Status::Accepted);
}

#[test]
fn her_no_further_on_opens_the_need_again() {
    let mut nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    nodes.answers(2, child, Command::Accept);
    nodes.helps(2, child, Outcome::DoneWith);
    nodes.asks(1, child, Command::Confirm);
    assert_eq!(nodes.need(parent), Some(NeedStatus::Resolved));
    nodes.wait(1);
    let Command::GiveFeedback { answerer, via, heard, .. } = yes() else { panic!("a word") };
    nodes.she_says(1, child, Command::GiveFeedback { helped: Helped::No, answerer, via, heard });
    for _restarted in 0..2 {
        assert_eq!(nodes.need(parent), Some(NeedStatus::Open));
        let lists = nodes.apps[0].worklist().unwrap();
        assert_eq!(lists.to_choose.iter().map(|row| row.id).collect::<Vec<_>>(), [parent]);
        nodes.restart();
    }
    // What the owner says of it afterwards stands.
    nodes.apps[0].close_need(NADIA, parent, Outcome::ResolvedElsewhere).unwrap();
    nodes.restart();
    assert_eq!(nodes.need(parent), Some(NeedStatus::Resolved));
}

#[test]
fn who_only_looked_carries_her_stop_to_the_owner() {
    let nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on_unaccepted();
    nodes.answers(2, child, Command::Accept);
    nodes.she_says(2, child, Command::Withdraw(WithdrawalScope::Pathway));
    assert_eq!(nodes.need(parent), Some(NeedStatus::Withdrawn));
}

#[test]
fn who_stopped_with_one_may_still_stop_everything() {
    let nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    nodes.answers(2, child, Command::Accept);
    nodes.she_says(0, parent, Command::Withdraw(WithdrawalScope::Referral));
    assert!(nodes.has_contact(2, child));
    nodes.she_says(0, parent, Command::Withdraw(WithdrawalScope::Pathway));
    assert!(!nodes.has_contact(2, child));
    assert_eq!(nodes.status([1, 2], child), Status::Withdrawn);
    assert_eq!(nodes.need(parent), Some(NeedStatus::Withdrawn));
}

/// What a structure was told of her is destroyed there, and it stops: at its start it knows that, and
/// whatever is to be said of it before it looks needs no key that is gone.
#[test]
fn who_erased_by_itself_starts_again() {
    let nodes = Several::of(&THREE);
    let [parent, _] = nodes.passed_on();
    let app = &nodes.apps[1];
    let stop = Command::Withdraw(WithdrawalScope::Referral);
    app.say(None, Author::Person, parent, stop, Texts::default(), None).unwrap();
    let heard = crate::app::hear_all(&**app.journal(), app.safe()).unwrap();
    let case = &heard.cases[&parent];
    assert!(!case.erased, "nothing was looked at yet");
    assert!(case.heard.iter().all(|id| heard.erasures.forgotten.contains(id)));
    assert_eq!(case.unit, crate::app::inbox::NOWHERE, "its records say no more");
    let id = PayloadId::from_random(random(&*app.env));
    let report = NeedReport { class: None, hops: 1, looped: false, in_time: InTime::Unknown };
    let (at, thread, saying) = (app.now(), thread_of(case), Saying::NeedReported(report));
    let skeleton = Skeleton { id, at, thread, saying };
    let report = Payload { skeleton, content: Content::default() };
    app.word(case, None, report, None).unwrap();
}

/// The stop is on the disk of whoever passes her on, and what follows from it is not.
#[test]
fn a_stop_that_was_not_carried_on_is_carried_on_at_the_start() {
    let mut nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    nodes.answers(2, child, Command::Accept);
    nodes.stops_without_following(child);
    assert!(!nodes.apps[1].case(parent).unwrap().left_pathway);
    nodes.restart();
    nodes.exchange();
    assert_eq!(nodes.need(parent), Some(NeedStatus::Withdrawn));
}

#[test]
fn a_late_yes_to_what_goes_on_with_nothing_is_called_off() {
    let mut nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    nodes.wait(40);
    nodes.apps[1].tick(&[child]).unwrap();
    nodes.exchange();
    assert_eq!(nodes.status([0, 1], parent), Status::Accepted);
    // The door is shut before it comes.
    assert!(nodes.apps[2].case(child).unwrap().referral.sender.cancelled.is_some());
    let late =
        nodes.apps[2].say(None, Author::Receiver, child, Command::Accept, Texts::default(), None);
    nodes.exchange();
    for _restarted in 0..2 {
        assert!(nodes.apps[1].case(child).unwrap().referral.sender.cancelled.is_some());
        assert!(!nodes.has_contact(2, child), "{late:?}");
        nodes.restart();
    }
}

#[test]
fn a_senders_word_is_not_the_receivers() {
    let nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    nodes.answers(2, child, Command::Accept);
    let other = ReferralId::from_bytes([9; 16]);
    nodes.forges(0, parent, Saying::Referral(Event::ReferredOn { child: other }));
    assert_eq!(nodes.apps[1].case(parent).unwrap().passed_to, Some(child));
    assert_eq!(nodes.status([1, 2], child), Status::Accepted);
}

#[test]
fn asking_the_same_third_place_again_is_no_circle() {
    let nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    nodes.answers(2, child, refusal());
    let again = nodes.pass_on(1, 2, parent, 3).unwrap();
    assert_eq!(nodes.status([1, 2], again), Status::Delivered);
}

/// After a month of silence it is the owner's turn, and not before.
#[test]
fn the_owner_chooses_once_those_who_took_over_are_silent() {
    let nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    nodes.answers(2, child, Command::Accept);
    let owner = &nodes.apps[0];
    assert!(matches!(
        owner.close_need(NADIA, parent, Outcome::Capacity),
        Err(SayError::NoOpenNeed)
    ));
    nodes.wait(30);
    assert_eq!(owner.worklist().unwrap().to_choose.len(), 1);
    owner.close_need(NADIA, parent, Outcome::Capacity).unwrap();
}

/// She did not want the end told: whether it was in time would tell it.
#[test]
fn what_is_not_told_is_not_told_by_its_date() {
    let nodes = Several::of(&THREE);
    let [a, b] = [0, 1].map(|node| &nodes.apps[node]);
    let asked = crate::app::Request {
        feedback: FeedbackLevel::Progress,
        deadline: Some("2026-12-31".parse().unwrap()),
        ..request(b.node())
    };
    let parent = a.propose(NADIA, asked, [1; 16]).unwrap().referral;
    nodes.exchange();
    nodes.answers(1, parent, Command::Open);
    let child = nodes.pass_on(1, 2, parent, 2).unwrap();
    nodes.answers(2, child, Command::Accept);
    nodes.helps(2, child, Outcome::RightOpened);
    nodes.she_says(1, child, yes());
    let report = a.case(parent).unwrap().reported.unwrap();
    assert_eq!((report.class, report.in_time), (None, InTime::Unknown));
}

/// What those who were asked tried by themselves is not held against those who ask them again.
#[test]
fn asking_again_those_who_asked_others_is_no_circle() {
    let nodes = Several::of(&["CCAS de Brenne", "EPN Le Lavoir", "Courcy", "MDS Est"]);
    let [parent, child] = nodes.passed_on_unaccepted();
    nodes.answers(2, child, Command::Open);
    let last = nodes.pass_on(2, 3, child, 3).unwrap();
    nodes.answers(3, last, refusal());
    nodes.answers(2, child, refusal());
    let again = nodes.pass_on(1, 2, parent, 4).unwrap();
    assert_eq!(nodes.status([1, 2], again), Status::Delivered);
    nodes.answers(2, again, refusal());
    nodes.answers(1, parent, refusal());
    let once_more = nodes.pass_on(0, 1, parent, 5).unwrap();
    assert_eq!(nodes.status([0, 1], once_more), Status::Delivered);
}

/// The owner asks by itself those whom somebody else had asked.
#[test]
fn what_comes_from_its_owner_is_no_circle() {
    let nodes = Several::of(&THREE);
    let [parent, child] = nodes.passed_on();
    nodes.answers(2, child, refusal());
    let reason = maillage_protocol::codes::StepDownReason::CapacityLost;
    nodes.answers(1, parent, Command::StepDown { reason, next: NextStep::NoneKnown });
    let direct = nodes.pass_on(0, 2, parent, 3).unwrap();
    assert_eq!(nodes.status([0, 2], direct), Status::Delivered);
}

/// The same where she wanted nothing told of what becomes of it: no report finds the stop again.
#[test]
fn a_stop_is_carried_on_even_if_nothing_else_is_told() {
    let mut nodes = Several::of(&THREE);
    let [a, b] = [0, 1].map(|node| &nodes.apps[node]);
    let asked = crate::app::Request { feedback: FeedbackLevel::DecisionOnly, ..request(b.node()) };
    let parent = a.propose(NADIA, asked, [1; 16]).unwrap().referral;
    nodes.exchange();
    nodes.answers(1, parent, Command::Accept);
    let child = nodes.pass_on(1, 2, parent, 2).unwrap();
    nodes.answers(2, child, Command::Accept);
    nodes.stops_without_following(child);
    nodes.restart();
    nodes.exchange();
    assert_eq!(nodes.need(parent), Some(NeedStatus::Withdrawn));
}
