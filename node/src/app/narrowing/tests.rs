use maillage_protocol::body::{Channel, Contact, Content, Context, ProcedureStage};
use maillage_protocol::codes::{CodedAnswer, Matter};
use maillage_protocol::consent::WithdrawalScope;
use maillage_protocol::private::Private;
use maillage_protocol::referral::{Command, Status};

use super::*;
use crate::app::person::PersonCard;
use crate::app::tests::{NADIA, Pair, Several, propose_once, request};
use crate::app::words::Words;
use crate::app::{SayError, Texts};
use crate::facts::{Act, Entry, FactContent, Outgoing};
use crate::vault::VaultKey;

const PHONE: WithdrawalScope = WithdrawalScope::Item { item: Category::Phone };
const NOTE: WithdrawalScope = WithdrawalScope::Item { item: Category::PracticalNote };

/// The whole content of a referral that still opens here, as text.
fn readable(app: &App, id: ReferralId) -> String {
    let case = app.case(id).unwrap();
    let mut all = String::new();
    for number in &case.records {
        match app.read(*number).unwrap() {
            Some(Entry::Fact(fact)) => {
                let content = app.safe.fact_content(&fact).unwrap().unwrap_or_default();
                all += &String::from_utf8_lossy(&content.own);
                all.extend(content.outgoing.iter().map(|told| String::from_utf8_lossy(told)));
            }
            Some(Entry::Received(event)) => {
                let payload = app.open_received(&event).unwrap();
                let content = payload.map(|payload| payload.content);
                all += &serde_json::to_string(&content).unwrap();
            }
            _ => {}
        }
    }
    all
}

fn number(pair: &Pair) -> (ReferralId, String) {
    let id = propose_once(&pair.a, pair.b.node(), 1);
    let contact = pair.a.person_of(id).unwrap().unwrap().contact;
    let Some(Channel::Phone { number }) = contact.channel else { panic!("she has a telephone") };
    (id, number.into_revealed())
}

fn takes_back(app: &App, id: ReferralId, scope: WithdrawalScope) {
    let (command, texts) = (Command::Withdraw(scope), Texts::default());
    app.say(Some(NADIA), Author::Person, id, command, texts, None).unwrap();
}

fn accepts(pair: &Pair, id: ReferralId) {
    let (accept, texts) = (Command::Accept, Texts::default());
    pair.b.say(None, Author::Receiver, id, accept, texts, None).unwrap();
}

/// Both ends know her name, and her number no more, before and after a start.
#[track_caller]
fn is_gone(pair: &mut Pair, id: ReferralId, number: &str) {
    for _restarted in 0..2 {
        for app in [&pair.a, &pair.b] {
            assert!(!readable(app, id).contains(number));
            let contact = app.story(id).unwrap().unwrap().contact.unwrap().contact;
            assert!(contact.channel.is_none() && contact.first_name.is_some());
            let case = app.case(id).unwrap();
            assert_eq!(case.referral.status(), Status::Accepted);
            let held = |told: &ToldOfHer| app.safe.holds(VaultKey::Unit(told.unit)).unwrap();
            assert!(case.told_of_her.iter().all(held));
        }
        pair.restart();
    }
    pair.same_referral(id);
}

#[test]
fn an_item_that_is_taken_back_is_destroyed_at_both_ends() {
    for here in [true, false] {
        let mut pair = Pair::linked();
        let (id, number) = number(&pair);
        pair.exchange();
        accepts(&pair, id);
        pair.exchange();
        let known = |app| readable(app, id).contains(&number);
        assert!(known(&pair.a) && known(&pair.b));
        let units = |app: &App| app.case(id).unwrap().told_of_her.clone();
        let before = [units(&pair.a), units(&pair.b)];

        takes_back(if here { &pair.a } else { &pair.b }, id, PHONE);
        // Where she said it, at once.
        assert!(!known(if here { &pair.a } else { &pair.b }));
        pair.exchange();
        for (app, before) in [&pair.a, &pair.b].into_iter().zip(before) {
            let held = |told: &ToldOfHer| app.safe.holds(VaultKey::Unit(told.unit)).unwrap();
            assert!(!before.iter().any(held), "a copy of the journal would open");
        }
        is_gone(&mut pair, id, &number);
    }
}

#[test]
fn an_item_that_is_taken_back_before_the_answer_is_never_told() {
    let mut pair = Pair::linked();
    let (id, number) = number(&pair);
    pair.exchange();
    takes_back(&pair.a, id, PHONE);
    accepts(&pair, id);
    pair.exchange();
    is_gone(&mut pair, id, &number);
}

#[test]
fn an_item_that_is_taken_back_while_it_travels_is_gone_and_the_rest_arrives() {
    let mut pair = Pair::linked();
    let (id, number) = number(&pair);
    pair.exchange();
    accepts(&pair, id);
    crate::app::tests::deliver(&pair.b, &pair.a);
    // The contact has not left; she speaks at the other desk.
    takes_back(&pair.b, id, PHONE);
    pair.exchange();
    is_gone(&mut pair, id, &number);
}

#[test]
fn a_stop_while_an_item_is_destroyed_leaves_nothing_of_it() {
    let mut pair = Pair::linked();
    let (id, number) = number(&pair);
    pair.exchange();
    accepts(&pair, id);
    pair.exchange();
    let case = pair.b.case(id).unwrap();
    let scope = Command::Withdraw(PHONE);
    let fact =
        maillage_protocol::referral::decide(&case.referral, Author::Person, pair.b.now(), scope);
    pair.b.write_word(&case, None, fact.unwrap(), Default::default(), None).unwrap();
    let items = pair.b.case(id).unwrap().consent().unwrap().categories();
    let rest = pair.b.kept_card(&case).unwrap().unwrap().only(&items);
    let kept = pair.b.kept(id, &rest).unwrap();
    let shreds = case
        .told_of_her
        .iter()
        .map(|told| pair.b.shred(told.unit, ErasureCause::Withdrawal, Vec::new()));
    let records: Vec<_> = std::iter::once(kept).chain(shreds).collect();
    pair.b.append(&records).unwrap();
    assert!(readable(&pair.b, id).contains(&number));

    pair.restart();
    assert!(!readable(&pair.b, id).contains(&number));
    pair.exchange();
    is_gone(&mut pair, id, &number);
}

#[test]
fn what_is_left_of_her_goes_with_the_referral() {
    let mut pair = Pair::linked();
    let (id, number) = number(&pair);
    pair.exchange();
    accepts(&pair, id);
    pair.exchange();
    takes_back(&pair.a, id, WithdrawalScope::Item { item: Category::FirstName });
    takes_back(&pair.a, id, PHONE);
    pair.exchange();
    let units: Vec<_> =
        [&pair.a, &pair.b].map(|app| app.case(id).unwrap().units().collect::<Vec<_>>()).into();
    takes_back(&pair.a, id, WithdrawalScope::Referral);
    pair.exchange();
    for _restarted in 0..2 {
        for (app, units) in [&pair.a, &pair.b].into_iter().zip(&units) {
            let held = |unit: &UnitId| app.safe.holds(VaultKey::Unit(*unit)).unwrap();
            assert!(!units.iter().any(held));
            assert!(!readable(app, id).contains(&number));
            assert!(app.story(id).unwrap().unwrap().contact.is_none());
        }
        pair.restart();
    }
}

#[test]
fn what_was_answered_about_her_goes_with_the_note() {
    let pair = Pair::linked();
    let mut asked = request(pair.b.node());
    asked.contact.practical_note = Some(Private::from("vient avec sa fille".to_owned()));
    let id = pair.a.propose(NADIA, asked, [9; 16]).unwrap().referral;
    pair.exchange();
    let says = |app: &App, by, command, text: Option<&str>| {
        let words = |text: &str| Words { text: Private::from(text.to_owned()), reviewed: false };
        let texts = Texts { text: text.map(words), ..Texts::default() };
        app.say(Some(NADIA), by, id, command, texts, None).unwrap();
        pair.exchange();
    };
    says(&pair.b, Author::Receiver, Command::Accept, None);
    let question = Command::Question { matters: vec![Matter::Availability] };
    says(&pair.b, Author::Receiver, question, None);
    let answer = Command::Answer { answers: vec![CodedAnswer::Other] };
    says(&pair.a, Author::Sender, answer, Some("plutôt le jeudi matin"));
    let told = |app: &App| {
        let steps = app.story(id).unwrap().unwrap().steps;
        steps
            .iter()
            .any(|step| step.text.as_ref().is_some_and(|text| text.reveal().contains("jeudi")))
    };
    assert!(told(&pair.a) && told(&pair.b));
    takes_back(&pair.b, id, NOTE);
    pair.exchange();
    for app in [&pair.a, &pair.b] {
        assert!(!told(app));
        assert!(!readable(app, id).contains("sa fille"));
        assert!(app.story(id).unwrap().unwrap().contact.unwrap().contact.channel.is_some());
    }
}

#[test]
fn who_is_bound_by_secrecy_learns_more_item_by_item_and_nobody_else() {
    let context = Context {
        stage: Some(ProcedureStage::Incomplete.into()),
        note: Some("dossier ouvert en mars".to_owned().into()),
        ..Context::default()
    };
    let asked =
        |to: &App| crate::app::Request { context: Some(context.clone()), ..request(to.node()) };
    let pair = Pair::linked();
    let refused = pair.a.propose(NADIA, asked(&pair.b), [7; 16]);
    assert!(matches!(refused, Err(SayError::Unsayable(_))), "{refused:?}");

    let nodes = Several::of(&["CCAS de Brenne", "MDS Est"]);
    let [ccas, mds] = &nodes.apps[..] else { panic!("two nodes") };
    let id = ccas.propose(NADIA, asked(mds), [8; 16]).unwrap().referral;
    nodes.exchange();
    assert!(mds.story(id).unwrap().unwrap().contact.is_none());
    let (accept, texts) = (Command::Accept, Texts::default());
    mds.say(None, Author::Receiver, id, accept, texts, None).unwrap();
    nodes.exchange();
    let known = |app: &App| app.story(id).unwrap().unwrap().contact.unwrap().context;
    assert_eq!((known(ccas), known(mds)), (Some(context.clone()), Some(context.clone())));
    let note = WithdrawalScope::Item { item: Category::ContextNote };
    takes_back(ccas, id, note);
    nodes.exchange();
    let rest = Some(Context { note: None, ..context });
    assert_eq!((known(ccas), known(mds)), (rest.clone(), rest));
    assert!(!readable(ccas, id).contains("en mars") && !readable(mds, id).contains("en mars"));
}

#[test]
fn what_a_receiver_says_of_her_is_not_what_she_let_us_know() {
    let mut pair = Pair::linked();
    let (id, number) = number(&pair);
    pair.exchange();
    accepts(&pair, id);
    pair.exchange();
    // A partner that lies discloses somebody else to us, in the words that we used.
    let case = pair.a.case(id).unwrap();
    let told = case.records.iter().find_map(|number| {
        let Some(Entry::Fact(fact)) = pair.a.read(*number).unwrap() else { return None };
        let told = pair.a.safe.fact_content(&fact).unwrap()?.outgoing;
        told.into_iter()
            .map(|told| String::from_utf8(told.to_vec()).unwrap())
            .find(|told| told.contains("referral.disclosed"))
    });
    let forged = told.unwrap().replace("Zéphirine-Canari", "Autre").into_bytes();
    let to = pair.a.node();
    let expires = pair.b.now().after(maillage_protocol::time::DAY);
    let outgoing = vec![Outgoing::Sealed { to, consent: false, expires, part: 0 }];
    let content =
        FactContent { outgoing: vec![zeroize::Zeroizing::new(forged)], ..FactContent::default() };
    let unit = VaultKey::Unit(pair.b.safe.new_unit().unwrap());
    pair.b.record(Some(unit), &Act::Told { outgoing }, &content).unwrap();
    pair.exchange();
    assert!(readable(&pair.a, id).contains("Autre"), "it arrived");
    assert!(readable(&pair.a, id).contains(&number));
    let card = pair.a.person_of(id).unwrap().unwrap();
    assert_eq!(card.contact.first_name.unwrap().reveal(), "Zéphirine-Canari");
    takes_back(&pair.a, id, PHONE);
    pair.exchange();
    for _restarted in 0..2 {
        let card = pair.a.person_of(id).unwrap().unwrap();
        assert!(card.contact.channel.is_none());
        assert_eq!(card.contact.first_name.unwrap().reveal(), "Zéphirine-Canari");
        pair.restart();
    }
}

#[test]
fn a_stop_before_the_rest_is_told_again_tells_it_at_the_start() {
    let mut pair = Pair::linked();
    let (id, number) = number(&pair);
    pair.exchange();
    accepts(&pair, id);
    crate::app::tests::deliver(&pair.b, &pair.a);
    // Told, and not yet arrived; then she takes her number back, and the node stops before it tells
    // the rest.
    let case = pair.a.case(id).unwrap();
    assert!(case.disclosed.is_some());
    let command = Command::Withdraw(PHONE);
    let fact =
        maillage_protocol::referral::decide(&case.referral, Author::Person, pair.a.now(), command);
    pair.a.write_word(&case, None, fact.unwrap(), Content::default(), None).unwrap();
    pair.a.narrow(id).unwrap();
    assert!(is_told_anew(&pair.a.case(id).unwrap()));
    pair.restart();
    assert!(!is_told_anew(&pair.a.case(id).unwrap()));
    pair.exchange();
    is_gone(&mut pair, id, &number);
}

#[test]
fn an_answer_on_its_way_arrives_before_it_goes_with_the_note() {
    let pair = Pair::linked();
    let mut asked = request(pair.b.node());
    asked.contact.practical_note = Some(Private::from("vient avec sa fille".to_owned()));
    let id = pair.a.propose(NADIA, asked, [9; 16]).unwrap().referral;
    pair.exchange();
    accepts(&pair, id);
    pair.exchange();
    let question = Command::Question { matters: vec![Matter::Availability] };
    pair.b.say(None, Author::Receiver, id, question, Texts::default(), None).unwrap();
    pair.exchange();
    let words = Words { text: Private::from("plutôt le jeudi".to_owned()), reviewed: false };
    let answer = Command::Answer { answers: vec![CodedAnswer::Other] };
    pair.a.say(None, Author::Sender, id, answer, Texts::of(Some(words)), None).unwrap();
    takes_back(&pair.a, id, NOTE);
    pair.exchange();
    pair.same_referral(id);
    assert_eq!(pair.b.referral(id).unwrap().status(), Status::Accepted);
    pair.a.retain(false).unwrap();
    for app in [&pair.a, &pair.b] {
        assert!(!readable(app, id).contains("jeudi"));
    }
}

#[test]
fn what_comes_while_she_is_erased_is_destroyed_too() {
    let pair = Pair::linked();
    let (id, number) = number(&pair);
    pair.exchange();
    accepts(&pair, id);
    pair.exchange();
    takes_back(&pair.b, id, WithdrawalScope::Referral);
    // As if a batch that began before had ended after.
    let channel = Some(Channel::Phone { number: number.clone().into() });
    let contact = Contact { channel, ..Contact::default() };
    let kept = pair.b.kept(id, &PersonCard { contact, context: None }).unwrap();
    pair.b.append(&[kept]).unwrap();
    assert!(readable(&pair.b, id).contains(&number));
    pair.b.react(id).unwrap();
    assert!(!readable(&pair.b, id).contains(&number));
    assert!(pair.b.case(id).unwrap().told_of_her.is_empty());
}

#[test]
fn what_rules_read_is_not_taken_back_item_by_item() {
    let pair = Pair::linked();
    let (id, _) = number(&pair);
    for item in [Category::Need, Category::SafeContact, Category::PracticalNote] {
        let command = Command::Withdraw(WithdrawalScope::Item { item });
        let said = pair.a.say(Some(NADIA), Author::Person, id, command, Texts::default(), None);
        assert!(matches!(said, Err(SayError::Unsayable(_))), "{item:?}: {said:?}");
    }
    takes_back(&pair.a, id, PHONE);
    let written = pair.a.journal.len();
    takes_back(&pair.a, id, PHONE);
    assert_eq!(pair.a.journal.len(), written, "it is taken back already");
}
