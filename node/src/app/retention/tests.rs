use maillage_protocol::body::Content;
use maillage_protocol::codes::{
    Accommodation, DeclineReason, FirstContact, Language, Mode, Outcome,
};
use maillage_protocol::consent::WithdrawalScope;
use maillage_protocol::event::EventKind;
use maillage_protocol::private::Private;
use maillage_protocol::referral::{Event, Evidence, Fact, NextStep, Status};

use super::*;
use crate::app::tests::{NADIA, Pair, hire, propose, propose_once, request};
use crate::app::{AccountPerson, Request, Texts};
use crate::facts::{Capability, Entry};
use crate::journal::Number;

const MOMENT: Duration = Duration::from_millis(1);

fn says(pair: &Pair, id: ReferralId, commands: impl IntoIterator<Item = Command>) {
    for command in commands {
        pair.b.say(None, Author::Receiver, id, command, Texts::default(), None).unwrap();
    }
    pair.exchange();
}

/// Lets everybody's time pass.
fn wait(pair: &Pair, time: Duration) {
    [&pair.ccas.env, &pair.epn.env].into_iter().for_each(|env| env.advance(time));
}

/// What identifies her still opens.
fn opens(app: &App, id: ReferralId) -> bool {
    let unit = app.case(id).unwrap().unit;
    app.safe.holds(VaultKey::Unit(unit)).unwrap()
}

/// Nothing goes a moment before; then it does, counted once, and for good.
#[track_caller]
fn goes(pair: &mut Pair, id: ReferralId, rule: Rule, after: Duration, here: bool) {
    wait(pair, after.saturating_sub(MOMENT));
    let app = if here { &pair.a } else { &pair.b };
    assert_eq!(app.retain(false).unwrap().get(&rule), None);
    assert!(opens(app, id));
    wait(pair, MOMENT);
    let app = if here { &pair.a } else { &pair.b };
    assert_eq!(app.retain(true).unwrap().get(&rule), Some(&1));
    assert!(opens(app, id), "a rehearsal destroys nothing");
    assert_eq!(app.retain(false).unwrap().get(&rule), Some(&1));
    for _restarted in 0..2 {
        let app = if here { &pair.a } else { &pair.b };
        assert!(!opens(app, id));
        let story = app.story(id).unwrap().unwrap();
        assert!(story.contact.is_none() && story.row.first_name.is_none());
        assert_eq!(app.retain(false).unwrap().get(&rule), None);
        pair.restart();
    }
}

#[test]
fn r2_who_did_not_help_forgets_after_thirty_days() {
    let mut pair = Pair::linked();
    let id = ask_aloud(&mut pair);
    let (reason, next) = (DeclineReason::Hours, NextStep::NoneKnown);
    says(&pair, id, [Command::Decline { reason, next_date: None, next }]);
    assert!(knows_how(&pair.b, id) && knows_how(&pair.a, id));
    goes(&mut pair, id, Rule::NotAccepted, Rule::NotAccepted.keeps(), false);
    assert!(!knows_how(&pair.b, id) && knows_how(&pair.a, id));
}

/// Somebody who prefers to talk, in a language of her own.
fn ask_aloud(pair: &mut Pair) -> ReferralId {
    let mut asked = request(pair.b.node());
    asked.accommodations = [Accommodation::Oral].into();
    asked.language = Some(Language::try_from("ar".to_owned()).unwrap());
    let id = pair.a.propose(NADIA, asked, [9; 16]).unwrap().referral;
    pair.exchange();
    pair.restart();
    id
}

/// Tells whether a node can read her circumstances: on a page, or anywhere in its journal.
#[track_caller]
fn knows_how(app: &App, id: ReferralId) -> bool {
    let story = app.story(id).unwrap().unwrap();
    let asked = story.proposal.unwrap();
    let shown = !asked.accommodations.is_empty() && asked.language.is_some();
    let mut codes = 0;
    for number in (0..app.journal.len().0).map(Number) {
        let said = match app.read(number).unwrap() {
            Some(Entry::Received(event)) => {
                let body = app.open_received(&event).unwrap();
                let body = body.map(|payload| serde_json::to_string(&payload.skeleton).unwrap());
                assert!(!serde_json::to_string(&event.skeleton).unwrap().contains("\"oral\""));
                body
            }
            Some(Entry::Fact(fact)) => fact.act.map(|act| serde_json::to_string(&act).unwrap()),
            _ => None,
        };
        codes += usize::from(said.is_some_and(|said| said.contains("\"oral\"")));
    }
    assert_eq!(codes > 0, shown, "what is shown is what is there");
    shown
}

#[test]
fn how_she_is_helped_best_is_forgotten_with_the_rest_when_she_stops() {
    let mut pair = Pair::linked();
    let id = ask_aloud(&mut pair);
    assert!(knows_how(&pair.b, id));
    pair.a.withdraw(id, WithdrawalScope::Referral).unwrap();
    pair.exchange();
    for _restarted in 0..2 {
        assert!(!knows_how(&pair.b, id), "a receiver keeps codes that clocks read, and no more");
        pair.restart();
    }
}

fn help(pair: &Pair, id: ReferralId) {
    let evidence = Evidence::default();
    let outcome = Some(Outcome::Accompanied);
    let end = Command::Conclude { outcome, autonomy: None, next_need: None, evidence };
    says(pair, id, [Command::Accept, Command::Start(FirstContact::Met), end]);
    pair.a.say(None, Author::Sender, id, Command::Confirm, Texts::default(), None).unwrap();
    pair.exchange();
}

#[test]
fn r3_who_helped_forgets_after_ninety_days() {
    let mut pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    help(&pair, id);
    goes(&mut pair, id, Rule::Helped, Rule::Helped.keeps(), false);
}

#[test]
fn r4_who_asked_forgets_after_two_years_once_the_need_is_closed() {
    let pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    let (reason, next) = (DeclineReason::Hours, NextStep::NoneKnown);
    says(&pair, id, [Command::Decline { reason, next_date: None, next }]);
    // Nobody whose need is open is forgotten.
    wait(&pair, Rule::Asked.keeps().saturating_mul(2));
    assert_eq!(pair.a.retain(false).unwrap().get(&Rule::Asked), None);
    assert!(opens(&pair.a, id));
    pair.a.close_need(NADIA, id, Outcome::Capacity).unwrap();
    assert_eq!(pair.a.retain(false).unwrap().get(&Rule::Asked), Some(&1));
    assert!(!opens(&pair.a, id));

    let mut pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    help(&pair, id);
    goes(&mut pair, id, Rule::Asked, Rule::Asked.keeps(), true);
}

#[test]
fn r7_what_she_agreed_to_until_a_date_closes_then_and_goes_a_month_later() {
    let mut pair = Pair::linked();
    let mut asked = request(pair.b.node());
    asked.contact.practical_note = Some("Le mardi".to_owned().into());
    asked.mode = Some(Mode::Together);
    let id = pair.a.propose(NADIA, asked, [9; 16]).unwrap().referral;
    pair.exchange();
    says(&pair, id, [Command::Accept]);
    let until = pair.b.story(id).unwrap().unwrap().agreed_until.unwrap();
    let left = until.since(pair.b.now());
    let (event, text) = (Event::Answered { n: 1, answers: Vec::new() }, "Le jeudi".to_owned());
    let fact = Fact { by: Author::Sender, at: pair.a.now(), event };
    let content = Content { text: Some(text.into()), ..Content::default() };
    pair.a.write_word(&pair.a.case(id).unwrap(), None, fact, content, None).unwrap();
    pair.exchange();
    let texts = |app: &App| {
        let steps = app.story(id).unwrap().unwrap().steps.into_iter();
        steps.filter(|step| step.text.is_some()).count()
    };
    assert_eq!((texts(&pair.a), texts(&pair.b)), (1, 1));
    let known = |pair: &Pair| pair.b.story(id).unwrap().unwrap().contact.is_some();
    let named = |pair: &Pair| pair.a.story(id).unwrap().unwrap().row.first_name.is_some();
    wait(&pair, left.saturating_sub(MOMENT));
    assert!(known(&pair) && named(&pair));
    wait(&pair, MOMENT);
    let open = known(&pair) || named(&pair);
    assert!(!open, "reading closes on both sides at the date, without a message");
    assert_eq!((texts(&pair.a), texts(&pair.b)), (0, 0));
    let asked = |app: &App| app.story(id).unwrap().unwrap().proposal.unwrap().mode;
    assert_eq!((asked(&pair.a), asked(&pair.b)), (Some(Mode::Together), None));
    goes(&mut pair, id, Rule::Expired, Rule::Expired.keeps(), false);
    pair.a.retain(false).unwrap();
    pair.exchange();
    assert_eq!(pair.a.referral(id).unwrap().status(), Status::Cancelled);
    pair.same_referral(id);
}

#[test]
fn a_clock_that_is_doubted_destroys_nothing() {
    let pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    let (reason, next) = (DeclineReason::Hours, NextStep::NoneKnown);
    says(&pair, id, [Command::Decline { reason, next_date: None, next }]);
    let before = pair.b.now();
    // Somebody sets the clock a year ahead, and the peer answers by its own.
    pair.epn.env.set(before.after(DAY.saturating_mul(365)));
    pair.b.heard_clock(pair.a.node(), before);
    assert_eq!(pair.b.retain(true).unwrap().len(), 1);
    assert_eq!(pair.b.retain(false).unwrap(), BTreeMap::new());
    assert!(opens(&pair.b, id));
    pair.epn.env.set(before);
    pair.b.heard_clock(pair.a.node(), before);
    wait(&pair, Rule::NotAccepted.keeps());
    assert_eq!(pair.b.retain(false).unwrap().len(), 1);
}

/// What arrives about it since, after a start too, is heard and not kept.
/// Nobody is called off by a node that is alone with its clock.
#[test]
fn what_others_read_is_not_said_by_a_clock_that_nobody_confirms() {
    let pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    says(&pair, id, [Command::Accept]);
    let until = pair.a.story(id).unwrap().unwrap().agreed_until.unwrap();
    wait(&pair, until.since(pair.a.now()).saturating_add(DAY.saturating_mul(31)));
    pair.a.forget_clocks();
    pair.a.retain(false).unwrap();
    assert_eq!(pair.a.referral(id).unwrap().status(), Status::Accepted);
    pair.tell_the_time();
    pair.a.retain(false).unwrap();
    assert_eq!(pair.a.referral(id).unwrap().status(), Status::Cancelled);
}

#[test]
fn what_comes_later_about_what_was_destroyed_is_not_kept() {
    let mut pair = Pair::linked();
    let mut asked = request(pair.b.node());
    asked.contact.practical_note = Some("Le mardi".to_owned().into());
    let id = pair.a.propose(NADIA, asked, [1; 16]).unwrap().referral;
    pair.exchange();
    help(&pair, id);
    let answer = |pair: &Pair, n| {
        let case = pair.a.case(id).unwrap();
        let event = Event::Answered { n, answers: Vec::new() };
        let fact = Fact { by: Author::Sender, at: pair.a.now(), event };
        let text = Some("Le jeudi".to_owned().into());
        let content = Content { text, ..Content::default() };
        pair.a.write_word(&case, None, fact, content, None).unwrap();
        pair.exchange();
    };
    let texts = |pair: &Pair| {
        let steps = pair.b.story(id).unwrap().unwrap().steps;
        let answers = steps.into_iter().filter(|s| matches!(s.event, Event::Answered { .. }));
        answers.map(|step| step.text.is_some()).collect::<Vec<_>>()
    };
    answer(&pair, 1);
    assert_eq!(texts(&pair), [true]);
    wait(&pair, Rule::Helped.keeps());
    pair.b.retain(false).unwrap();
    pair.restart();
    answer(&pair, 2);
    assert_eq!(texts(&pair), [false, false]);
}

#[test]
fn r1_a_form_that_nobody_finished_goes_after_thirty_days() {
    let pair = Pair::linked();
    let text = Private::from(serde_json::json!({ "prenom": "Aubry" }));
    let draft = pair.a.keep_draft(NADIA, None, None, &text).unwrap();
    wait(&pair, DAY);
    pair.a.keep_draft(NADIA, Some(draft), None, &text).unwrap();
    wait(&pair, Rule::Draft.keeps().saturating_sub(MOMENT));
    assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::new());
    wait(&pair, MOMENT);
    assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::from([(Rule::Draft, 1)]));
    assert!(pair.a.draft(NADIA, draft).is_err());
    assert!(!pair.a.safe.holds(VaultKey::Unit(draft)).unwrap());
}

/// What a node keeps of the events about referrals: how many have a header, and how many a body.
fn kept(app: &App) -> (usize, usize) {
    let (mut headers, mut bodies) = (0, 0);
    for number in 0..app.journal.len().0 {
        let (event, body) = match app.read(Number(number)).unwrap() {
            Some(Entry::Sent(entry)) => (entry.recall(), entry.body),
            Some(Entry::Received(entry)) => (entry.recall(), entry.body),
            _ => continue,
        };
        let event = event.and_then(|(_, event)| event);
        if event.is_some_and(|event| event.header().kind == EventKind::Referral) {
            headers += 1;
            bodies += usize::from(!body.is_empty());
        }
    }
    (headers, bodies)
}

#[test]
fn r8_what_travelled_goes_after_the_agreement_and_its_envelopes_later() {
    let mut pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    help(&pair, id);
    let until = pair.b.story(id).unwrap().unwrap().agreed_until.unwrap();
    let (headers, bodies) = kept(&pair.a);
    assert!(headers > 3 && bodies == headers && kept(&pair.b) == (headers, bodies));
    let unit = pair.a.case(id).unwrap().heard_under().unwrap();
    assert!(pair.a.story(id).unwrap().unwrap().row.first_name.is_some());

    wait(&pair, until.after(GRACE).since(pair.a.now()).saturating_sub(MOMENT));
    assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::new());
    pair.b.retain(false).unwrap();
    assert_eq!((kept(&pair.a), kept(&pair.b)), ((headers, bodies), (headers, 0)));
    wait(&pair, MOMENT);
    assert_eq!(pair.a.retain(true).unwrap(), BTreeMap::from([(Rule::Exchanged, 1)]));
    assert_eq!(kept(&pair.a), (headers, bodies), "a rehearsal destroys nothing");
    assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::from([(Rule::Exchanged, 1)]));
    for _restarted in 0..2 {
        assert_eq!(kept(&pair.a), (headers, 0));
        assert!(!pair.a.safe.holds(VaultKey::Unit(unit)).unwrap());
        let card = pair.a.kept_card(&pair.a.case(id).unwrap()).unwrap();
        assert!(card.is_some(), "our own words stay, though nobody reads them");
        assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::new());
        pair.restart();
    }

    let later = Rule::Envelope.keeps().saturating_sub(GRACE);
    wait(&pair, later.saturating_sub(MOMENT));
    for app in [&pair.a, &pair.b] {
        assert_eq!(app.retain(false).unwrap(), BTreeMap::new());
    }
    wait(&pair, MOMENT);
    let status = pair.a.referral(id).unwrap().status();
    for app in [&pair.a, &pair.b] {
        assert_eq!(app.retain(true).unwrap(), BTreeMap::from([(Rule::Envelope, 1)]));
        assert_eq!(app.retain(false).unwrap(), BTreeMap::from([(Rule::Envelope, 1)]));
    }
    for _restarted in 0..2 {
        for app in [&pair.a, &pair.b] {
            // The last of each way stays: the next one follows it.
            assert_eq!(kept(app), (2, 0));
            assert_eq!(app.retain(false).unwrap(), BTreeMap::new());
            assert_eq!(app.referral(id).unwrap().status(), status);
        }
        pair.restart();
    }
    let new = propose_once(&pair.a, pair.b.node(), 1);
    pair.exchange();
    pair.same_referral(new);
    // Now another one is the last.
    for app in [&pair.a, &pair.b] {
        assert_eq!(app.retain(false).unwrap(), BTreeMap::from([(Rule::Envelope, 1)]));
    }
    pair.restart();
    says(&pair, new, [Command::Accept]);
    pair.same_referral(new);
}

#[test]
fn what_is_called_off_at_the_end_arrives_whole_however_late() {
    let mut pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    says(&pair, id, [Command::Accept]);
    let until = pair.b.story(id).unwrap().unwrap().agreed_until.unwrap();
    wait(&pair, until.after(GRACE).since(pair.a.now()));
    // Called off, given its place, and the network fails.
    pair.a.retain(false).unwrap();
    pair.a.sign_waiting(pair.b.node(), 9).unwrap();
    wait(&pair, DAY);
    for _day in 0..2 {
        pair.a.retain(false).unwrap();
        pair.b.retain(false).unwrap();
        pair.restart();
    }
    pair.exchange();
    assert_eq!(pair.b.referral(id).unwrap().status(), Status::Cancelled);
    pair.same_referral(id);
    assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::from([(Rule::Exchanged, 1)]));
    assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::new());
}

#[test]
fn the_envelope_of_what_has_not_arrived_stays() {
    let pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    help(&pair, id);
    let until = pair.b.story(id).unwrap().unwrap().agreed_until.unwrap();
    // Said, given its place, and never fetched.
    let other = propose_once(&pair.a, pair.b.node(), 1);
    pair.a
        .say(
            None,
            Author::Sender,
            other,
            Command::Cancel(CancelReason::Other),
            Texts::default(),
            None,
        )
        .unwrap();
    pair.a.sign_waiting(pair.b.node(), 9).unwrap();
    wait(&pair, until.after(Rule::Envelope.keeps()).since(pair.a.now()));
    for _day in 0..2 {
        pair.a.retain(false).unwrap();
    }
    let sent = pair.a.case(other).unwrap();
    assert!(sent.exchanged.len() > 1 && pair.a.case(id).unwrap().exchanged.len() < 2);
    pair.exchange();
    let standing = pair.a.standing(pair.b.node()).unwrap();
    assert!(standing.acked == standing.head && standing.waiting == 0, "{standing:?}");
}

/// Lets time pass up to a moment before `at`, then to it.
fn until(pair: &Pair, at: Timestamp, rule: Rule) {
    wait(pair, at.since(pair.a.now()).saturating_sub(MOMENT));
    assert_eq!(pair.a.retain(false).unwrap().get(&rule), None);
    wait(pair, MOMENT);
    assert_eq!(pair.a.retain(true).unwrap().get(&rule), Some(&1));
    assert_eq!(pair.a.retain(false).unwrap().get(&rule), Some(&1));
}

#[test]
fn r11_who_opened_what_goes_a_year_after_its_quarter() {
    let mut pair = Pair::linked();
    let id = propose(&pair);
    pair.a.open_story(NADIA, id).unwrap().unwrap();
    let quarter = Quarter::of(pair.a.now());
    until(&pair, quarter.end().after(Rule::Trail.keeps()), Rule::Trail);
    for _restarted in 0..2 {
        assert!(pair.a.openings(id).is_empty() && pair.a.trail(None, 9).is_empty());
        assert!(!pair.a.safe.holds(VaultKey::Trail(quarter)).unwrap());
        assert!(pair.a.referral(id).is_some(), "what was said of her is not the trail");
        pair.restart();
    }
}

#[test]
fn r9_codes_and_dates_go_with_their_quarter_once_everything_of_a_path_is_erased() {
    let mut pair = Pair::linked();
    let nadia = hire(&pair.a, "nadia", None);
    let id = propose(&pair);
    pair.exchange();
    let quarter = Quarter::of(pair.a.now());
    let (reason, next) = (DeclineReason::Hours, NextStep::NoneKnown);
    let decline = || Command::Decline { reason, next_date: None, next: next.clone() };
    says(&pair, id, [decline()]);
    // Asked again for the same need, a day after the quarter.
    wait(&pair, quarter.end().since(pair.a.now()).saturating_add(DAY));
    let again = Request { after: Some(id), ..request(pair.b.node()) };
    let again = pair.a.propose(NADIA, again, [8; 16]).unwrap().referral;
    pair.exchange();
    says(&pair, again, [decline()]);
    pair.a.close_need(NADIA, again, Outcome::Capacity).unwrap();
    let over = quarter.end().after(Rule::Skeleton.keeps());
    let fades = |app: &App| app.retain(true).unwrap().get(&Rule::Skeleton).copied();

    wait(&pair, over.since(pair.a.now()).saturating_sub(MOMENT));
    for app in [&pair.a, &pair.b] {
        app.retain(false).unwrap();
        assert_eq!(fades(app), None);
    }
    // Whoever was asked erased both long ago. Whoever asked has not erased the second one.
    wait(&pair, MOMENT);
    pair.a.retain(false).unwrap();
    assert!(!opens(&pair.a, id) && opens(&pair.a, again));
    assert_eq!((fades(&pair.a), fades(&pair.b)), (None, Some(1)));
    assert!(pair.b.referral(id).is_some(), "a rehearsal destroys nothing");
    pair.b.retain(false).unwrap();
    for _restarted in 0..2 {
        assert!(pair.b.referral(id).is_none() && pair.b.story(id).unwrap().is_none());
        assert!(!pair.b.safe.holds(VaultKey::Quarter(quarter)).unwrap());
        assert!(pair.a.referral(id).is_some());
        assert_eq!(fades(&pair.b), None);
        pair.restart();
    }
    wait(&pair, DAY);
    pair.a.retain(false).unwrap();
    assert_eq!(fades(&pair.a), Some(1));
    pair.a.retain(false).unwrap();
    let all = [pair.a.referrals(), pair.b.referrals()];
    assert_eq!(all, [vec![again], vec![again]]);

    wait(&pair, Quarter::of(quarter.end()).end().since(quarter.end()));
    [&pair.a, &pair.b].into_iter().for_each(|app| assert_eq!(fades(app), Some(1)));
    [&pair.a, &pair.b].into_iter().for_each(|app| assert!(app.retain(false).is_ok()));
    for _restarted in 0..2 {
        let state = pair.a.state();
        assert!(state.cases.is_empty() && state.needs.is_empty() && state.pathways.is_empty());
        drop(state);
        assert!(pair.a.accounts().iter().any(|account| account.id == nadia));
        // Nothing is told again, and the channel goes on.
        assert_eq!(pair.a.standing(pair.b.node()).unwrap().waiting, 0);
        pair.restart();
    }
    let new = propose(&pair);
    pair.exchange();
    pair.same_referral(new);
}

#[test]
fn nobody_whose_need_is_open_is_forgotten() {
    let pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    // She wants no more help from them, and still needs it.
    pair.a.withdraw(id, WithdrawalScope::Referral).unwrap();
    pair.exchange();
    wait(&pair, Rule::Skeleton.keeps().saturating_mul(2));
    for _day in 0..2 {
        pair.a.retain(false).unwrap();
    }
    assert!(!opens(&pair.a, id) && pair.a.referral(id).is_some());
    pair.a.close_need(NADIA, id, Outcome::Capacity).unwrap();
    pair.a.retain(false).unwrap();
    assert!(pair.a.referral(id).is_none());
}

#[test]
fn what_others_have_not_erased_is_not_forgotten() {
    let pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    pair.a.withdraw(id, WithdrawalScope::Pathway).unwrap();
    wait(&pair, Rule::Skeleton.keeps().saturating_mul(2));
    pair.a.retain(false).unwrap();
    assert!(pair.a.referral(id).is_some(), "somebody has to call them");
    pair.exchange();
    pair.a.retain(false).unwrap();
    assert!(pair.a.referral(id).is_none());
}

#[test]
fn what_is_said_of_a_request_that_was_forgotten_begins_nothing() {
    let pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    let quarter = Quarter::of(pair.b.now());
    pair.ccas.env.advance(DAY);
    pair.epn.env.advance(quarter.end().after(Rule::Skeleton.keeps()).since(pair.b.now()));
    for _day in 0..2 {
        pair.b.retain(false).unwrap();
    }
    assert!(pair.b.referral(id).is_none());
    pair.a
        .say(
            None,
            Author::Sender,
            id,
            Command::Cancel(CancelReason::SituationChanged),
            Texts::default(),
            None,
        )
        .unwrap();
    pair.exchange();
    assert!(pair.b.worklist().unwrap().rows().next().is_none());
    // What little was noted of it fades in its turn.
    pair.epn.env.advance(Rule::Skeleton.keeps().saturating_add(DAY.saturating_mul(92)));
    for _day in 0..2 {
        pair.b.retain(false).unwrap();
    }
    assert!(pair.b.state().cases.is_empty());
}

#[test]
fn r10_what_proves_an_agreement_goes_five_years_after_its_end() {
    let mut pair = Pair::linked();
    let id = propose(&pair);
    pair.exchange();
    let quarter = Quarter::of(pair.a.now());
    let status = pair.a.referral(id).unwrap().status();
    // Held by whoever was asked: its consent came sealed, and is kept as evidence.
    let at = quarter.end().after(Rule::Evidence.keeps());
    wait(&pair, at.since(pair.b.now()).saturating_sub(MOMENT));
    pair.b.retain(false).unwrap();
    assert!(pair.b.safe.holds(VaultKey::Evidence(quarter)).unwrap());
    wait(&pair, MOMENT);
    assert_eq!(pair.b.retain(false).unwrap().get(&Rule::Evidence), Some(&1));
    for _restarted in 0..2 {
        assert!(!pair.b.safe.holds(VaultKey::Evidence(quarter)).unwrap());
        assert_eq!(pair.a.referral(id).unwrap().status(), status);
        pair.restart();
    }
}

#[test]
fn r16_an_account_that_nobody_uses_is_closed_and_its_name_goes_a_year_later() {
    let mut pair = Pair::linked();
    let hire = |login: &str, right| {
        let person = AccountPerson::new(login, "Mme Canari");
        let password = "le lavoir de brenne".to_owned().into();
        pair.a.add_account(&person, vec![right], &password).unwrap().unwrap()
    };
    let (nadia, ines) = (hire("nadia", Capability::Work), hire("ines", Capability::Work));
    let admins = [hire("anne", Capability::Administer), hire("paul", Capability::Administer)];
    wait(&pair, DAY.saturating_mul(100));
    pair.a.has_seen(&pair.a.account(ines).unwrap()).unwrap();
    wait(&pair, Rule::Idle.keeps().saturating_sub(DAY.saturating_mul(100)).saturating_sub(MOMENT));
    assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::new());
    wait(&pair, MOMENT);
    pair.a.retain(false).unwrap();
    assert!(pair.a.account(nadia).is_some(), "the node may have been off: a month is left");
    let warned = pair.a.account(nadia).unwrap().warned;
    assert!(warned.is_some() && pair.a.account(ines).unwrap().warned.is_none());
    wait(&pair, DAY.saturating_mul(30).saturating_sub(MOMENT.saturating_mul(2)));
    assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::new());
    wait(&pair, MOMENT);
    assert!(pair.a.retain(true).unwrap().contains_key(&Rule::Idle));
    assert!(pair.a.account(nadia).is_some(), "a rehearsal closes nothing");
    assert!(pair.a.retain(false).unwrap().contains_key(&Rule::Idle));
    assert!(pair.a.account(nadia).is_none());
    assert!(pair.a.account(ines).is_some(), "she came");
    let left = admins.into_iter().filter(|admin| pair.a.account(*admin).is_some());
    assert_eq!(left.count(), 1, "somebody runs the node");
    assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::new());
    let unit = pair.a.accounts().into_iter().find(|it| it.id == nadia).unwrap().unit;
    wait(&pair, Rule::Left.keeps().saturating_sub(MOMENT));
    pair.a.has_seen(&pair.a.account(ines).unwrap()).unwrap();
    assert_eq!(pair.a.retain(false).unwrap().get(&Rule::Left), None);
    wait(&pair, MOMENT);
    assert_eq!(pair.a.retain(false).unwrap().get(&Rule::Left), Some(&2));
    // A vault that was restored holds it again: it goes again.
    pair.a.safe.vault().put(&[(VaultKey::Unit(unit), vec![7; 32].into())]).unwrap();
    assert_eq!(pair.a.retain(false).unwrap().get(&Rule::Left), Some(&1));
    for _restarted in 0..2 {
        assert!(!pair.a.safe.holds(VaultKey::Unit(unit)).unwrap());
        let all = pair.a.accounts();
        let forgotten = all.iter().find(|it| it.id == nadia).unwrap().person.reveal();
        assert_eq!(*forgotten, AccountPerson::default());
        assert_eq!(pair.a.retain(false).unwrap().get(&Rule::Left), None);
        pair.restart();
    }
}
