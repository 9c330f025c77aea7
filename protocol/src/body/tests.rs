//! What may be said, what may not, and what nobody can find in a skeleton.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::codes::{
    AttemptEnd, Autonomy, CancelReason, ConferenceReason, MeetingMode, NeedCode, OrganizationKind,
};
use crate::consent::tests::{NOW, THERE, agreement, consent};
use crate::consent::{Gesture, WithdrawalScope};
use crate::disclosure::Level;
use crate::private::Private;
use crate::referral::tests::{LATER, any_event, proposal};
use crate::referral::{Proposal, Tried};

const CANARY: &str = "Canari-Aubry";

fn canary() -> Private<String> {
    CANARY.to_owned().into()
}

fn thread() -> Thread {
    Thread {
        referral: Some(agreement().referral),
        need: Some(NeedId::from_bytes([11; 16])),
        pathway: Some(PathwayId::from_bytes([12; 16])),
        answers: vec![PayloadId::from_bytes([13; 16])],
        consent: Some(agreement().id),
    }
}

fn payload(event: Event, content: Content) -> Payload {
    let fact = Fact { by: Author::Sender, at: NOW, event };
    Payload::of_fact(PayloadId::from_bytes([10; 16]), thread(), &fact, content)
}

fn disclosed(content: Content) -> Payload {
    let level = if content.context.is_some() { Level::L3 } else { Level::L2 };
    payload(Event::Disclosed { level }, content)
}

fn contact() -> Contact {
    Contact {
        first_name: Some(canary()),
        channel: Some(Channel::Phone { number: canary() }),
        safe_contact: Some(
            SafeContact { rules: [SafeRule::NoMessage].into(), hours: Some(CANARY.to_owned()) }
                .into(),
        ),
        brings: Some([Belonging::Letters].into_iter().collect::<BTreeSet<_>>().into()),
        practical_note: Some(canary()),
    }
}

fn somebody() -> Professional {
    Professional { name: CANARY.to_owned(), function: CANARY.to_owned(), phone: CANARY.to_owned() }
}

fn context() -> Context {
    Context {
        coordination: Some(somebody().into()),
        representative: Some(somebody().into()),
        stage: Some(ProcedureStage::Sent.into()),
        documents: Some([Belonging::TaxPapers].into_iter().collect::<BTreeSet<_>>().into()),
        equipment: Some([Belonging::Tablet].into_iter().collect::<BTreeSet<_>>().into()),
        autonomy: Some(Autonomy::EachGesture.into()),
        note: Some(canary()),
    }
}

fn accepted() -> Option<Acceptance> {
    Some(Acceptance::stated(NOW))
}

fn cover(consent: &Consent, regime: SecrecyRegime, acceptance: Option<Acceptance>) -> Cover<'_> {
    Cover { consent, to: THERE, regime, acceptance, at: NOW }
}

fn text() -> Content {
    Content { text: Some(canary()), ..Content::default() }
}

/// One line per rule.
#[test]
fn what_she_did_not_agree_to_cannot_be_encoded() {
    let mut everything = agreement();
    everything.categories.extend(told_of(context()));
    let mut without_practical = everything.clone();
    everything.categories.remove(&Category::AlreadyTried);
    everything.categories.remove(&Category::Zone);
    let everything = Consent::given(everything, Gesture::Screen, NOW).unwrap();
    without_practical.categories.retain(|category| category.level() == Level::L1);
    let l1 = Consent::given(without_practical, Gesture::Screen, NOW).unwrap();

    let bound = SecrecyRegime::Profession;
    let unbound = SecrecyRegime::Contract;
    let l2 = || disclosed(Content { contact: Some(contact()), ..Content::default() });
    let l3 = || disclosed(Content { context: Some(context()), ..Content::default() });
    let asked = || payload(Event::Proposed(Box::new(proposal())), Content::default());
    let check = |rule: &str, payload: Payload, cover: Cover<'_>, expected| {
        assert_eq!(check_scope(&payload, Some(&cover)), expected, "{rule}");
        // What would be refused on arrival cannot be written.
        assert_eq!(payload.encode(Some(&cover)).is_ok(), expected.is_ok(), "{rule}");
    };
    let out = |why| Err(why);
    use OutOfScope::*;

    check("asked", asked(), cover(&everything, unbound, None), Ok(()));
    check("told after yes", l2(), cover(&everything, unbound, accepted()), Ok(()));
    let early = cover(&everything, unbound, None);
    check("told before yes", l2(), early, out(NotAccepted(Category::FirstName)));
    let refused = cover(&l1, unbound, accepted());
    check("told without her", l2(), refused, out(NotAgreed(Category::FirstName)));
    check("context, bound", l3(), cover(&everything, bound, accepted()), Ok(()));
    let secret = cover(&everything, unbound, accepted());
    check("context, not bound", l3(), secret, out(AboveRegime(Category::CoordinationContact)));
    let late = Cover { at: LATER, ..cover(&everything, unbound, accepted()) };
    check("too late", l2(), late, out(Expired));
    let other = Cover { to: NodeId([9; 32]), ..cover(&everything, unbound, accepted()) };
    check("to somebody else", l2(), other, out(OtherReceiver));
    let withdrawn = everything.clone().hear(WithdrawalScope::Referral, NOW);
    check("withdrawn", l2(), cover(&withdrawn, unbound, accepted()), out(Withdrawn));
    let item = WithdrawalScope::Item { item: Category::Phone };
    let narrowed = everything.clone().hear(item, NOW);
    let phone = out(NotAgreed(Category::Phone));
    check("an item less", l2(), cover(&narrowed, unbound, accepted()), phone);

    let full = || cover(&everything, bound, accepted());
    let mut elsewhere = l2();
    elsewhere.skeleton.thread.referral = Some(ReferralId::from_bytes([99; 16]));
    check("another referral", elsewhere, full(), out(OtherConsent));
    let mut uncited = l2();
    uncited.skeleton.thread.consent = None;
    check("no consent cited", uncited, full(), out(OtherConsent));
    assert_eq!(check_scope(&l2(), None), out(NoConsent));

    let with_text = payload(Event::Proposed(Box::new(proposal())), text());
    check("text in a proposal", with_text, full(), out(Misplaced));
    let smuggled = Content { contact: Some(contact()), ..Content::default() };
    check("a name elsewhere", payload(Event::Accepted, smuggled), full(), out(Misplaced));
    let understated = payload(
        Event::Disclosed { level: Level::L2 },
        Content { context: Some(context()), ..Content::default() },
    );
    check("more than is said", understated, full(), out(Misplaced));
    let answer = Event::Answered { n: 1, answers: vec![] };
    let coded = payload(answer.clone(), Content::default());
    assert_eq!(check_scope(&coded, None), Ok(()));
    let early = cover(&everything, bound, None);
    let note = out(NotAccepted(Category::PracticalNote));
    check("words before yes", payload(answer.clone(), text()), early, note);
    check("words after yes", payload(answer.clone(), text()), full(), Ok(()));
    let long = Content { text: Some("é".repeat(301).into()), ..Content::default() };
    check("too many words", payload(answer, long), full(), out(TextTooLong));
    // A proved number hides nowhere, in the place of a name either.
    let name = "2 69 05 49 588 157 80".to_owned();
    let numbered = Professional { name, ..Professional::default() };
    let called = Event::ConferenceCalled { round: 1, part: 0, why: ConferenceReason::Loop };
    let spoken = Content { speaker: Some(numbered.clone().into()), ..Content::default() };
    check("a number as a speaker", payload(called, spoken), full(), out(ProvedNumber));
    let context = Context { coordination: Some(numbered.into()), ..context() };
    let told = disclosed(Content { context: Some(context), ..l2().content });
    check("a number as somebody else", told, full(), out(ProvedNumber));
}

fn told_of(context: Context) -> BTreeSet<Category> {
    Content { context: Some(context), ..Content::default() }.categories()
}

#[test]
fn a_code_goes_with_a_request_of_withdrawal_and_nothing_else() {
    let code = crate::consent::PersonalCode::from_random([7; 10]);
    let content = Content { code: Some(code), ..Content::default() };
    let mut request = payload(Event::Accepted, content);
    assert_eq!(check_scope(&request, None), Err(OutOfScope::Misplaced));
    request.skeleton.saying = Saying::WithdrawalRequested;
    let bytes = request.encode(None).unwrap();
    assert_eq!(Payload::decode(&bytes), Ok(request.clone()));
    request.content = text();
    assert_eq!(check_scope(&request, None), Err(OutOfScope::Misplaced));
}

#[test]
fn a_draft_never_leaves() {
    for event in [Event::Drafted, Event::DraftPurged, Event::Unknown] {
        let written = payload(event, Content::default()).encode(None);
        assert_eq!(written, Err(Unsayable::Local));
    }
}

#[test]
fn a_payload_has_the_members_that_are_agreed() {
    let consent = consent();
    let asked = payload(Event::Proposed(Box::new(proposal())), Content::default());
    let cover = cover(&consent, SecrecyRegime::Contract, None);
    let json: Value = serde_json::from_slice(&asked.encode(Some(&cover)).unwrap()).unwrap();
    assert_eq!(json["t"], "referral.proposed");
    assert_eq!(json["v"], 1);
    assert_eq!(json["code"], "numerique--acceder-a-des-services-en-ligne");
    for member in ["id", "ref", "need", "path", "re", "consent", "at", "hop", "rules"] {
        assert!(json.get(member).is_some(), "{member}");
    }
    assert!(json.get(CONTENT).is_none());

    let given = Payload::of_consent(&consent, thread());
    let json: Value = serde_json::from_slice(&given.encode(None).unwrap()).unwrap();
    assert_eq!(json["t"], "consent.given");
    assert_eq!(json["id"], json!(consent.id()));
    assert_eq!(given.skeleton.header_kind(), "consent");
    assert_eq!(Payload::decode(json.to_string().as_bytes()), Ok(given));
}

#[test]
fn a_withdrawal_is_her_word_whoever_carries_it() {
    let event = Event::Withdrawn { scope: WithdrawalScope::Referral, after_end: false };
    let withdrawal = payload(event.clone(), Content::default());
    let bytes = withdrawal.encode(None).unwrap();
    let json: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((&json["t"], &json["scope"]), (&json!("consent.withdrawn"), &json!("referral")));
    let heard = Payload::decode(&bytes).unwrap();
    let fact = heard.skeleton.fact(Side::Receiver).unwrap();
    assert_eq!(fact, Fact { by: Author::Person, at: NOW, event });
}

#[test]
fn whose_word_it_is_follows_from_the_channel() {
    let said_by = |event, side| payload(event, Content::default()).skeleton.fact(side).unwrap();
    let lie = said_by(Event::Accepted, Side::Sender);
    assert_eq!(lie.by, Author::Sender);
    let tacit = said_by(Event::TacitlyClosed { conclusion: 1 }, Side::Receiver);
    assert_eq!(tacit.by, Author::Receiver);
    let helped = |heard| Event::FeedbackGiven {
        conclusion: 1,
        helped: crate::codes::Helped::Yes,
        answerer: crate::codes::Answerer::Person,
        via: crate::codes::Medium::Desk,
        heard,
    };
    let claimed = said_by(helped(HeardBy::Sender), Side::Receiver);
    assert_eq!(claimed.event, helped(HeardBy::Receiver));
    let heard = said_by(helped(HeardBy::Sender), Side::Sender);
    assert_eq!(heard.event, helped(HeardBy::Sender));
}

#[test]
fn what_a_newer_version_says_is_kept_and_moves_nothing() {
    let base = json!({
        "t": "referral.teleported", "v": 1, "id": PayloadId::from_bytes([1; 16]), "at": 5,
        "ref": agreement().referral, "content": {"text": CANARY}, "speed": {"c": 1}
    });
    let read = |change: Value| {
        let mut json = base.clone();
        json.as_object_mut().unwrap().append(&mut change.as_object().unwrap().clone());
        Payload::decode(json.to_string().as_bytes())
    };
    for change in [
        json!({}),
        json!({"v": 2}),
        json!({"t": "capacity.asked"}),
        json!({"v": 2, "t": "referral.accepted"}),
    ] {
        let payload = read(change).unwrap();
        assert!(matches!(payload.skeleton.saying, Saying::Unknown(_)));
        assert_eq!(payload.content, Content::default());
        assert_eq!(payload.skeleton.fact(Side::Sender), None);
    }
    // Members that we do not know are ignored.
    let known = read(json!({"t": "referral.accepted"})).unwrap();
    assert_eq!(known.skeleton.saying, Saying::Referral(Event::Accepted));
    for change in [
        json!({"t": "Mme Aubry"}),
        json!({"t": ""}),
        json!({"id": "7"}),
        json!({"t": "referral.cancelled"}),
        json!({"at": -1}),
        json!({"v": "1"}),
        json!({"re": vec![PayloadId::from_bytes([1; 16]); 17]}),
    ] {
        assert_eq!(read(change.clone()), Err(Unreadable::NotAPayload), "{change}");
    }
}

#[test]
fn what_is_not_plain_is_refused() {
    let bytes = payload(Event::Accepted, Content::default()).encode(None).unwrap();
    assert!(Payload::decode(&bytes).is_ok());
    let twice = [&bytes[..bytes.len() - 1], br#","t":"referral.declined"}"#].concat();
    assert_eq!(Payload::decode(&twice), Err(Unreadable::NotJson));
    let deep = [&bytes[..bytes.len() - 1], b",\"x\":", "[".repeat(16).as_bytes()].concat();
    let deep = [deep, "]".repeat(16).into_bytes(), b"}".to_vec()].concat();
    assert_eq!(Payload::decode(&deep), Err(Unreadable::NotJson));
    let large = [&bytes[..], &vec![b' '; LARGEST]].concat();
    assert_eq!(Payload::decode(&large), Err(Unreadable::TooLarge));
    assert_eq!(LARGEST + 4, limits::BUCKETS[4]);
}

/// Everything that a payload can hold, filled.
fn filled() -> Vec<Payload> {
    let contact = Content { contact: Some(contact()), ..Content::default() };
    let all = Content { context: Some(context()), ..contact.clone() };
    let speaker = Content { speaker: Some(somebody().into()), ..Content::default() };
    let time = MeetingMode::Desk;
    let next = crate::referral::NextStep::NoneKnown;
    let tried = vec![Tried { kind: OrganizationKind::Other, end: AttemptEnd::Silence }];
    let full = Proposal {
        zone: Some("200058519".to_owned().try_into().unwrap()),
        deadline: Some("2026-05-04".parse().unwrap()),
        language: Some("ar".to_owned().try_into().unwrap()),
        mobility: crate::codes::Mobility::ALL.iter().copied().collect(),
        parent: Some(ReferralId::from_bytes([8; 16])),
        tried,
        ..proposal()
    };
    let report = NeedReport {
        class: Some(OutcomeClass::Unmet),
        hops: 2,
        looped: true,
        in_time: InTime::Missed,
    };
    let mut reported = payload(Event::Accepted, Content::default());
    reported.skeleton.saying = Saying::NeedReported(report);
    vec![
        payload(Event::Proposed(Box::new(full)), Content::default()),
        disclosed(contact),
        disclosed(all),
        payload(Event::Answered { n: 1, answers: vec![] }, text()),
        payload(Event::Questioned { n: 1, matters: vec![] }, text()),
        payload(
            Event::Declined {
                reason: crate::codes::DeclineReason::Other,
                next_date: Some("2026-05-04".parse().unwrap()),
                next,
            },
            text(),
        ),
        payload(Event::Scheduled { time: NOW, mode: time }, text()),
        payload(
            Event::ConferenceCalled { round: 1, part: 0, why: ConferenceReason::Loop },
            speaker,
        ),
        payload(Event::Cancelled { part: 0, reason: CancelReason::NoAnswer }, Content::default()),
        reported,
        Payload::of_consent(&consent(), thread()),
    ]
}

#[test]
fn nobody_can_be_found_in_a_skeleton() {
    for payload in filled() {
        let skeleton = serde_json::to_string(&payload.skeleton).unwrap();
        assert!(!skeleton.contains(CANARY), "{skeleton}");
        let shown = format!("{payload:?}");
        assert!(!shown.contains(CANARY), "{shown}");
        let stored: Skeleton = serde_json::from_str(&skeleton).unwrap();
        assert_eq!(stored, payload.skeleton);
        let content = serde_json::to_string(&payload.content).unwrap();
        assert_eq!(serde_json::from_str::<Content>(&content).unwrap(), payload.content);
    }
}

/// A peer that writes a name wherever a text can be, outside the content.
#[test]
fn no_peer_can_hide_a_name_in_a_skeleton() {
    let mut replaced = 0;
    for payload in filled() {
        let json = payload.to_value().unwrap();
        for place in texts_of(&json, String::new()) {
            if place.starts_with("/content") {
                continue;
            }
            let mut lie = json.clone();
            *lie.pointer_mut(&place).unwrap() = CANARY.into();
            replaced += 1;
            if let Ok(read) = Payload::decode(lie.to_string().as_bytes()) {
                let kept = serde_json::to_string(&read.skeleton).unwrap();
                assert!(!kept.contains(CANARY), "{place}: {kept}");
            }
        }
    }
    assert!(replaced > 100, "{replaced}");
}

fn texts_of(json: &Value, at: String) -> Vec<String> {
    match json {
        Value::String(_) => vec![at],
        Value::Array(items) => {
            let places = items.iter().enumerate();
            places.flat_map(|(n, item)| texts_of(item, format!("{at}/{n}"))).collect()
        }
        Value::Object(members) => {
            members.iter().flat_map(|(name, v)| texts_of(v, format!("{at}/{name}"))).collect()
        }
        _ => vec![],
    }
}

#[test]
fn what_is_filled_is_written_and_read_back() {
    for payload in filled() {
        let bytes = payload.to_value().unwrap().to_string();
        assert_eq!(Payload::decode(bytes.as_bytes()), Ok(payload));
    }
}

proptest! {
    /// What can be said is read back as it was said.
    #[test]
    fn what_is_written_is_read_back(event in any_event()) {
        let consent = consent();
        let payload = payload(event, Content::default());
        match payload.encode(Some(&cover(&consent, SecrecyRegime::Contract, None))) {
            Ok(bytes) => prop_assert_eq!(Payload::decode(&bytes), Ok(payload)),
            Err(why) => prop_assert_eq!(why, Unsayable::Local),
        }
    }

    /// No bytes stop a node.
    #[test]
    fn foreign_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Payload::decode(&bytes);
    }
}

#[test]
fn an_unknown_code_is_never_an_error() {
    let consent = consent();
    let asked = payload(Event::Proposed(Box::new(proposal())), Content::default());
    let cover = cover(&consent, SecrecyRegime::Contract, None);
    let mut json: Value = serde_json::from_slice(&asked.encode(Some(&cover)).unwrap()).unwrap();
    json["code"] = json!("vie-quotidienne--nouveau-theme");
    json["obstacles"] = json!(["no_mailbox", "quantum_captcha"]);
    let read = Payload::decode(json.to_string().as_bytes()).unwrap();
    let Saying::Referral(Event::Proposed(proposal)) = read.skeleton.saying else { panic!() };
    assert_eq!(proposal.code, NeedCode::Other);
    assert_eq!(proposal.obstacles.len(), 2);
}
