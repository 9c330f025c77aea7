//! The API, as a program sees it.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App as Actix, web};
use maillage_protocol::private::Private;
use serde_json::{Value, json};

use super::problem::ApiProblem;
use super::{DESCRIPTION, ROUTES, commands, routes};
use crate::app::tests::{NobodyCalls, Pair, SERVICE};
use crate::app::{AccountPerson, App, Calls};
use crate::code_tries::CodeTries;
use crate::facts::Capability;
use crate::text::Coded;

const NAME: &str = "Zéphirine-Canari";

fn description() -> Value {
    serde_json::from_str(DESCRIPTION).unwrap()
}

#[test]
fn the_description_names_every_route_and_no_other() {
    let description = description();
    assert_eq!(description["openapi"], "3.1.0");
    let mut described = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        let methods = methods.as_object().unwrap().iter();
        for (method, operation) in methods.filter(|(method, _)| *method != "parameters") {
            let key = operation.get("security").is_none_or(|needed| needed != &json!([]));
            described.insert((method.clone(), path.clone(), key));
        }
    }
    let served =
        ROUTES.iter().map(|(method, path, key)| ((*method).to_owned(), (*path).to_owned(), *key));
    assert_eq!(described, served.collect());
}

#[test]
fn the_description_names_every_command_and_every_problem() {
    let description = description();
    let schemas = &description["components"]["schemas"];
    let listed = schemas["Command"]["oneOf"].as_array().unwrap().iter();
    let listed: Vec<_> =
        listed.map(|one| one["properties"]["command"]["const"].as_str().unwrap()).collect();
    assert_eq!(listed, commands::NAMES);
    let problem = &description["components"]["responses"]["Problem"]["content"];
    let codes = &problem["application/problem+json"]["schema"]["properties"]["code"]["enum"];
    assert_eq!(*codes, json!(ApiProblem::CODES));
}

#[test]
fn the_description_says_the_shape_of_every_answer() {
    let description = description();
    for (path, methods) in description["paths"].as_object().unwrap() {
        let methods = methods.as_object().unwrap().iter();
        for (method, operation) in methods.filter(|(method, _)| *method != "parameters") {
            for (code, response) in operation["responses"].as_object().unwrap() {
                let shaped = response["content"]["application/json"]["schema"].is_object();
                let plain = code == "204" || !code.starts_with('2');
                assert!(shaped || plain, "{method} {path} {code}");
            }
        }
    }
    let schemas = &description["components"]["schemas"];
    let turn = json!({ "holder": "sender", "act": "open", "due": 1 });
    assert_eq!(misfit(&schemas["Turn"], &turn, schemas), None);
    for wrong in [
        json!({ "holder": "sender", "act": "open" }),
        json!({ "holder": "sender", "act": "open", "due": 1, "more": 1 }),
        json!({ "holder": "nobody", "act": "open", "due": 1 }),
        json!({ "holder": "sender", "act": "open", "due": "1" }),
        json!([]),
    ] {
        assert!(misfit(&schemas["Turn"], &wrong, schemas).is_some(), "{wrong}");
    }
}

#[test]
fn the_description_lists_every_code() {
    let description = description();
    macro_rules! assert_described {
        ($($list:ident),+ $(,)?) => {$(
            let codes: Vec<_> = $list::all().iter().map(|value| value.code()).collect();
            let listed = &description["components"]["schemas"][stringify!($list)]["enum"];
            assert_eq!(*listed, json!(codes), stringify!($list));
        )+};
    }
    use maillage_protocol::body::{Belonging, SafeRule};
    use maillage_protocol::codes::*;
    use maillage_protocol::consent::{CollectionPlace, FeedbackLevel, Quality, WitnessFunction};
    assert_described! {
        NeedCode, Right, Obstacle, Mode, HalfDay, Mobility, Accommodation, CollectionPlace,
        FeedbackLevel, Medium, Matter, CodedAnswer, MeetingMode, FirstContact, MissedCause,
        Autonomy, Helped, CancelReason, DeclineReason, Outcome, SafeRule, Belonging,
        WitnessFunction, Quality, StepDownReason, MistakeReason, ConferenceReason, PlanAct,
        AddedFact,
    }
}

/// Tells what is wrong with a value, by the part of JSON Schema that the description uses.
fn misfit(schema: &Value, value: &Value, schemas: &Value) -> Option<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.trim_start_matches("#/components/schemas/");
        return misfit(&schemas[name], value, schemas).map(|why| format!("{name}: {why}"));
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = choices.iter().any(|one| misfit(one, value, schemas).is_none());
        return (!fits).then(|| format!("{value} is none of the choices"));
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allowed = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(|one| one == kind),
        one => one == kind || one.is_null(),
    };
    let listed = schema["enum"].as_array().is_none_or(|values| values.contains(value));
    if !allowed || !listed {
        return Some(format!("{value} is not what is described"));
    }
    let items = value.as_array().into_iter().flatten();
    let mut wrong = items.filter_map(|item| misfit(&schema["items"], item, schemas));
    if let Some(why) = wrong.next() {
        return Some(why);
    }
    let (Some(members), Some(described)) = (value.as_object(), schema["properties"].as_object())
    else {
        return None;
    };
    let required = schema["required"].as_array().into_iter().flatten();
    let missing = required.filter_map(Value::as_str).find(|name| !members.contains_key(*name));
    let unknown = members.keys().find(|name| !described.contains_key(*name));
    if let Some(name) = missing.or(unknown.map(String::as_str)) {
        return Some(format!("{name} is missing, or not described"));
    }
    members.iter().find_map(|(name, value)| {
        misfit(&described[name], value, schemas).map(|why| format!("{name}: {why}"))
    })
}

/// Checks what came back against what is described, wherever a program of these tests asks.
#[track_caller]
fn is_as_described(method: &str, path: &str, answer: &Answer) {
    let description = description();
    let fits = |described: &str| actix_web::dev::ResourceDef::new(described).is_match(path);
    let paths = description["paths"].as_object().unwrap().iter();
    let exact = paths.clone().find(|(described, _)| *described == path);
    let Some((_, operations)) = exact.or_else(|| paths.clone().find(|(it, _)| fits(it))) else {
        return;
    };
    let responses = &operations[method]["responses"][answer.status.as_str()];
    let schema = &responses["content"]["application/json"]["schema"];
    if answer.status.is_success() && answer.status != StatusCode::NO_CONTENT {
        assert!(schema.is_object(), "{method} {path}: {} is not described", answer.status);
        let wrong = misfit(schema, &answer.body, &description["components"]["schemas"]);
        assert_eq!(wrong, None, "{method} {path}");
    }
}

/// A program of a structure.
struct Program {
    app: Arc<App>,
    key: Private<String>,
}

/// What came back.
struct Answer {
    status: StatusCode,
    kind: String,
    body: Value,
}

impl Answer {
    #[track_caller]
    fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}", self.body);
        if status >= 400 {
            assert_eq!(self.kind, "application/problem+json", "{}", self.body);
            assert_eq!(self.body["status"], status);
            assert!(ApiProblem::CODES.contains(&self.body["code"].as_str().unwrap()));
        }
        self
    }
}

impl Program {
    fn of(app: &Arc<App>, name: &str, capability: Capability) -> Self {
        let person = AccountPerson::new(name, name);
        let password = Private::from("le lavoir de brenne".to_owned());
        let account = app.add_account(&person, vec![capability], &password).unwrap().unwrap();
        Self { app: Arc::clone(app), key: app.add_token(account).unwrap() }
    }

    async fn send(&self, request: TestRequest) -> Answer {
        self.send_with(&web::Data::default(), request).await
    }

    async fn send_with(&self, tries: &web::Data<CodeTries>, request: TestRequest) -> Answer {
        let calls: Arc<dyn Calls> = Arc::new(NobodyCalls);
        let server = Actix::new()
            .app_data(web::Data::from(Arc::clone(&self.app)))
            .app_data(web::Data::from(calls))
            .app_data(tries.clone())
            .configure(routes);
        let service = init_service(server).await;
        let request =
            request.insert_header(("authorization", format!("Bearer {}", self.key.reveal())));
        let request = request.to_request();
        let (method, path) = (request.method().as_str().to_lowercase(), request.path().to_owned());
        let answer = call_service(&service, request).await;
        let kind = answer.headers().get("content-type");
        let kind = kind.map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default();
        let status = answer.status();
        let bytes = read_body(answer).await;
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        let answer = Answer { status, kind, body };
        is_as_described(&method, &path, &answer);
        answer
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(TestRequest::get().uri(&format!("/api/v1{path}"))).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = TestRequest::post().uri(&format!("/api/v1{path}"));
        self.send(request.set_payload(body.to_string())).await
    }

    async fn post_once(&self, key: &str, path: &str, body: &Value) -> Answer {
        let request = TestRequest::post().uri(&format!("/api/v1{path}"));
        let request = request.insert_header(("idempotency-key", key));
        self.send(request.set_payload(body.to_string())).await
    }
}

fn proposal(pair: &Pair) -> Value {
    json!({
        "peer": pair.b.node(),
        "service": SERVICE,
        "need": "numerique--acceder-a-des-services-en-ligne",
        "obstacles": ["no_mailbox"],
        "person": {
            "first_name": NAME,
            "channel": { "way": "phone", "number": "+33655501234" },
            "safe_contact": { "rules": ["no_message"] },
        },
        "consent": {
            "gesture": { "how": "oral", "wit": "reception" },
            "place": "in_person",
            "feedback": "outcome",
            "statistics": false,
            "askable": "desk",
            "validity": "month",
        },
    })
}

#[actix_web::test]
async fn a_referral_goes_from_program_to_program() {
    let pair = Pair::linked();
    let nadia = Program::of(&pair.a, "nadia", Capability::Work);
    let karim = Program::of(&pair.b, "karim", Capability::Work);
    let proposed = nadia.post("/referrals", &proposal(&pair)).await;
    proposed.is(201);
    assert_eq!(proposed.body["personal_code"].as_str().unwrap().len(), 19);
    pair.exchange();
    let id = proposed.body["referral"].as_str().unwrap();
    let (path, say) = (format!("/referrals/{id}"), format!("/referrals/{id}/commands"));
    let asked = karim.get(&path).await;
    assert_eq!(asked.is(200).body["contact"], Value::Null);
    for command in [
        json!({ "command": "open" }),
        json!({ "command": "question", "matters": ["equipment"], "text": "Un mot" }),
    ] {
        karim.post(&say, &command).await.is(204);
    }
    pair.exchange();
    nadia.post(&say, &json!({ "command": "answer", "answers": ["no"] })).await.is(204);
    pair.exchange();
    karim.post(&say, &json!({ "command": "accept" })).await.is(204);
    pair.exchange();
    let known = karim.get(&path).await;
    assert_eq!(known.is(200).body["contact"]["name"], NAME);
    assert_eq!(known.body["contact"]["safe"]["rules"], json!(["no_message"]));
    assert_eq!(known.body["folded"], nadia.get(&path).await.body["folded"]);
    let waiting = nadia.get("/worklist").await;
    assert_eq!(waiting.is(200).body["waiting"][0]["id"], id);
}

#[actix_web::test]
async fn programs_talk_step_down_and_say_that_it_was_a_mistake() {
    let pair = Pair::linked();
    let nadia = Program::of(&pair.a, "nadia", Capability::Work);
    let karim = Program::of(&pair.b, "karim", Capability::Work);
    let begin = async || {
        let proposed = nadia.post("/referrals", &proposal(&pair)).await;
        pair.exchange();
        format!("/referrals/{}", proposed.body["referral"].as_str().unwrap())
    };
    let status = async |path: &str| {
        pair.exchange();
        let [ours, theirs] = [nadia.get(path).await, karim.get(path).await];
        assert_eq!(ours.is(200).body["folded"], theirs.is(200).body["folded"]);
        ours.body["referral"]["status"].as_str().unwrap().to_owned()
    };
    let speaker = |name: &str| json!({ "name": name, "phone": "+33199001234" });

    let path = begin().await;
    let say = format!("{path}/commands");
    let call =
        json!({ "command": "call_conference", "reason": "complex", "speaker": speaker("K") });
    karim.post(&say, &call).await.is(204);
    assert_eq!(status(&path).await, "case_conference");
    let join = json!({ "command": "join_conference", "speaker": speaker("N") });
    nadia.post(&say, &join).await.is(204);
    pair.exchange();
    let steps = karim.get(&path).await.body["steps"].clone();
    assert!(steps.as_array().unwrap().iter().any(|step| step["speaker"]["name"] == "N"));
    let nobody = json!({ "kind": "plan", "act": "other", "by": "person", "before": "2026-03-06" });
    let wrong = json!({ "command": "end_conference", "verdict": nobody });
    assert_eq!(karim.post(&say, &wrong).await.is(422).body["field"], "verdict.by");
    let plan = json!({ "kind": "plan", "act": "other", "by": "sender", "before": "2026-03-06" });
    for program in [&karim, &nadia] {
        let end = json!({ "command": "end_conference", "verdict": plan });
        program.post(&say, &end).await.is(204);
        pair.exchange();
    }
    assert_eq!(status(&path).await, "accepted");
    let down = json!({
        "command": "step_down",
        "reason": "capacity_lost",
        "next": { "kind": "none_known" },
    });
    karim.post(&say, &down).await.is(204);
    assert_eq!(status(&path).await, "declined");

    let path = begin().await;
    let say = format!("{path}/commands");
    let mistaken = json!({ "command": "mark_mistaken", "reason": "test" });
    nadia.post(&say, &mistaken).await.is(204);
    assert_eq!(status(&path).await, "mistaken");

    let path = begin().await;
    let say = format!("{path}/commands");
    let no = json!({
        "command": "decline",
        "reason": "prerequisite_missing",
        "next": { "kind": "none_known" },
    });
    karim.post(&say, &no).await.is(204);
    pair.exchange();
    let review = json!({ "command": "request_review", "facts": ["criterion_met"] });
    nadia.post(&say, &review).await.is(204);
    assert_eq!(status(&path).await, "seen");
    for command in ["open", "accept"] {
        karim.post(&say, &json!({ "command": command })).await.is(204);
    }
    let rendezvous =
        json!({ "command": "schedule", "time": 1_772_715_600_000_u64, "mode": "desk" });
    karim.post(&say, &rendezvous).await.is(204);
    pair.exchange();
    let cancel = json!({ "command": "cancel", "reason": "other" });
    nadia.post(&say, &cancel).await.is(204);
    assert_eq!(status(&path).await, "cancellation_requested");
    karim.post(&say, &json!({ "command": "confirm_cancellation", "told": true })).await.is(204);
    assert_eq!(status(&path).await, "cancelled");
}

#[actix_web::test]
async fn a_request_that_is_repeated_is_done_once_and_another_is_not() {
    let pair = Pair::linked();
    let nadia = Program::of(&pair.a, "nadia", Capability::Work);
    let proposal = proposal(&pair);
    let first = nadia.post_once("one", "/referrals", &proposal).await;
    let again = nadia.post_once("one", "/referrals", &proposal).await;
    let other = nadia.post_once("two", "/referrals", &proposal).await;
    assert_eq!(first.body["referral"], again.body["referral"]);
    assert_ne!(first.body["referral"], other.body["referral"]);
    assert_eq!(again.body["personal_code"], Value::Null);
    // The same key and the same words about another referral say something else.
    for referral in [&first, &other] {
        let path = format!("/referrals/{}/commands", referral.body["referral"].as_str().unwrap());
        let cancel = json!({ "command": "cancel", "reason": "other" });
        nadia.post_once("three", &path, &cancel).await.is(204);
        nadia.post_once("three", &path, &cancel).await.is(204);
    }
    for id in pair.a.referrals() {
        let story = nadia.get(&format!("/referrals/{id}")).await;
        assert_eq!(story.body["referral"]["status"], "cancelled");
    }
}

#[actix_web::test]
async fn a_program_writes_that_she_agrees_again() {
    let pair = Pair::linked();
    let nadia = Program::of(&pair.a, "nadia", Capability::Work);
    let karim = Program::of(&pair.b, "karim", Capability::Work);
    let proposed = nadia.post("/referrals", &proposal(&pair)).await;
    pair.exchange();
    let path = format!("/referrals/{}", proposed.body["referral"].as_str().unwrap());
    let until = nadia.get(&path).await.body["agreed_until"].as_u64().unwrap();
    let to = format!("{path}/renewals");
    let mut again =
        json!({ "gesture": { "how": "screen" }, "place": "in_person", "validity": "ever" });
    assert_eq!(nadia.post(&to, &again).await.is(422).body["field"], "validity");
    again["validity"] = json!("year");
    karim.post(&to, &again).await.is(409);
    let renewed = nadia.post_once("again", &to, &again).await;
    assert_eq!(renewed.is(201).body["personal_code"].as_str().unwrap().len(), 19);
    let twice = nadia.post_once("again", &to, &again).await;
    assert_eq!(twice.is(201).body["personal_code"], Value::Null);
    pair.exchange();
    for program in [&nadia, &karim] {
        assert!(program.get(&path).await.body["agreed_until"].as_u64().unwrap() > until);
    }
}

#[actix_web::test]
async fn a_program_keeps_notes_for_its_team_and_destroys_them() {
    let pair = Pair::linked();
    let nadia = Program::of(&pair.a, "nadia", Capability::Work);
    let karim = Program::of(&pair.b, "karim", Capability::Work);
    let proposed = nadia.post("/referrals", &proposal(&pair)).await;
    pair.exchange();
    let path = format!("/referrals/{}", proposed.body["referral"].as_str().unwrap());
    let to = format!("{path}/notes");
    for text in ["", "NIR 2 55 08 14 168 025 38"] {
        nadia.post(&to, &json!({ "text": text })).await.is(422);
    }
    for _ in 0..2 {
        nadia.post_once("note", &to, &json!({ "text": "Vue lundi." })).await.is(204);
    }
    pair.exchange();
    let notes = nadia.get(&path).await.is(200).body["notes"].clone();
    assert_eq!((notes[0]["text"].as_str(), notes[1].as_str()), (Some("Vue lundi."), None));
    assert_eq!(notes[0]["by"], "nadia");
    assert_eq!(karim.get(&path).await.is(200).body["notes"], json!([]));
    let note = format!("/api/v1{to}/{}", notes[0]["note"].as_str().unwrap());
    nadia.send(TestRequest::delete().uri(&note)).await.is(204);
    assert_eq!(nadia.get(&path).await.body["notes"], json!([]));
}

#[actix_web::test]
async fn what_is_wrong_is_named_and_nothing_of_it_is_repeated() {
    let pair = Pair::linked();
    let nadia = Program::of(&pair.a, "nadia", Capability::Work);
    for (pointer, value, status, said) in [
        ("/need", json!("made-up"), 422, "need"),
        ("/obstacles/0", json!("made-up"), 422, "obstacles"),
        ("/consent/validity", json!("for ever"), 422, "consent.validity"),
        ("/person/safe_contact/rules/0", json!("x"), 422, "person.safe_contact.rules"),
        ("/service", json!("2f6c1c1e-5a0b-4c1d-9f27-0c8f6f3b7a10"), 422, "service"),
        ("/consent/statistics", json!(NAME), 400, "expected a boolean"),
        ("/person/first_name", json!({ NAME: 1 }), 400, "expected a string"),
    ] {
        let mut body = proposal(&pair);
        *body.pointer_mut(pointer).unwrap() = value;
        let answer = nadia.post("/referrals", &body).await;
        let detail = answer.is(status).body["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(said), "{pointer}: {detail}");
        assert!(!answer.body.to_string().contains(NAME), "{}", answer.body);
    }
    let mut unknown = proposal(&pair);
    unknown["person"]["birth"] = json!("1965-01-01");
    nadia.post("/referrals", &unknown).await.is(400);
    assert!(pair.a.referrals().is_empty());
}

#[actix_web::test]
async fn nobody_does_what_their_key_does_not_open() {
    let pair = Pair::linked();
    let nadia = Program::of(&pair.a, "nadia", Capability::Work);
    let admin = Program::of(&pair.a, "admin", Capability::Administer);
    let node = pair.b.node().to_string();
    let stranger = Program { app: Arc::clone(&pair.a), key: "maillage_x_y".to_owned().into() };
    for (method, path, key) in ROUTES {
        let service = SERVICE.to_string();
        let path = path.replace("{node}", &node).replace("{id}", &service);
        let path = path.replace("{note}", &service);
        let request = || match *method {
            "post" => TestRequest::post().uri(&path).set_payload("{}"),
            "delete" => TestRequest::delete().uri(&path),
            _ => TestRequest::get().uri(&path),
        };
        let refused = match (*method, *key) {
            (_, true) => 401,
            ("get", false) => 200,
            // Her code is missing.
            (_, false) => 400,
        };
        stranger.send(request()).await.is(refused);
        let works = ["referrals", "worklist", "directory", "search", "team"];
        if works.iter().any(|works| path.contains(works)) {
            admin.send(request()).await.is(403);
        }
        if path.contains("partners") || path.contains("register") {
            nadia.send(request()).await.is(403);
        }
    }
}

#[actix_web::test]
async fn every_failure_is_a_problem() {
    let pair = Pair::linked();
    let nadia = Program::of(&pair.a, "nadia", Capability::Work);
    nadia.get("/nowhere").await.is(404);
    nadia.get("/referrals/not-a-name").await.is(404);
    nadia.get(&format!("/referrals/{SERVICE}")).await.is(404);
    nadia.get("/referrals").await.is(405);
    nadia.post("/me", &json!({})).await.is(405);
    nadia.post("/referrals", &json!("a".repeat(300_000))).await.is(413);
    let path = format!("/referrals/{SERVICE}/commands");
    nadia.post(&path, &json!({ "command": "open", "more": 1 })).await.is(400);
    nadia.post(&path, &json!({ "command": "open" })).await.is(404);
    nadia.send(TestRequest::post().uri("/api/v1/referrals").set_payload("{")).await.is(400);
}

#[actix_web::test]
async fn partners_are_invited_and_suspended() {
    let pair = Pair::linked();
    let admin = Program::of(&pair.a, "admin", Capability::Administer);
    let invited = admin.post("/partners", &json!({})).await;
    assert!(invited.is(201).body["invitation"].as_str().unwrap().starts_with("maillage:invite:1:"));
    let empty = TestRequest::post().uri("/api/v1/partners");
    admin.send(empty).await.is(201);
    for (text, status) in [("bonjour", 422), ("maillage:invite:1:a", 502)] {
        admin.post("/partners/join", &json!({ "invitation": text })).await.is(status);
    }
    let partner = format!("/partners/{}", pair.b.node());
    admin.post(&format!("{partner}/suspend"), &json!({})).await.is(204);
    assert_eq!(admin.get("/partners").await.is(200).body["partners"][0]["state"], "suspended");
    admin.post(&format!("{partner}/resume"), &json!({})).await.is(204);
    admin.post(&format!("{partner}/approve"), &json!({})).await.is(409);
}

#[actix_web::test]
async fn she_reads_answers_and_stops_by_a_program_of_hers() {
    let pair = Pair::linked();
    let nadia = Program::of(&pair.a, "nadia", Capability::Work);
    let karim = Program::of(&pair.b, "karim", Capability::Work);
    let hers = Program { app: Arc::clone(&pair.a), key: String::new().into() };
    let proposed = nadia.post("/referrals", &proposal(&pair)).await;
    let code = proposed.body["personal_code"].clone();
    pair.exchange();
    for wrong in ["", "AAAA-AAAA-AAAA-AAAA"] {
        assert_eq!(
            hers.post("/person", &json!({ "code": wrong })).await.is(422).body["field"],
            "code"
        );
    }
    let read = hers.post("/person", &json!({ "code": code })).await;
    assert_eq!(read.is(200).body["status"], "delivered");
    assert!(read.body["agreed_items"].as_array().unwrap().contains(&json!("phone")));
    assert!(!read.body.to_string().contains(NAME), "{}", read.body);
    hers.post("/person/openings", &json!({ "code": code })).await.is(502);
    let path = format!("/referrals/{}", proposed.body["referral"].as_str().unwrap());
    let say = format!("{path}/commands");
    for command in [
        json!({ "command": "accept" }),
        json!({ "command": "start", "contact": "met" }),
        json!({ "command": "conclude", "outcome": "accompanied" }),
    ] {
        karim.post(&say, &command).await.is(204);
        pair.exchange();
    }
    let nothing = json!({ "code": code, "helped": "perhaps" });
    assert_eq!(hers.post("/person/answer", &nothing).await.is(422).body["field"], "helped");
    let no = hers.post("/person/answer", &json!({ "code": code, "helped": "no" })).await;
    assert_eq!(no.is(200).body["helped"], "no");
    let less = json!({ "code": code, "what": "phone" });
    assert_eq!(
        hers.post("/person/withdrawal", &less).await.is(200).body["taken_back"],
        json!(["phone"])
    );
    let stop = json!({ "code": code, "what": "everything" });
    let stopped = hers.post("/person/withdrawal", &stop).await;
    assert_eq!(stopped.is(200).body["status"], "withdrawn");
    assert_eq!(nadia.get(&path).await.is(200).body["erased"], true);
}

#[actix_web::test]
async fn a_wrong_code_costs_a_program_what_it_costs_a_browser() {
    let pair = Pair::linked();
    let hers = Program { app: Arc::clone(&pair.a), key: String::new().into() };
    let (tries, wrong) = (web::Data::default(), json!({ "code": "AAAA-AAAA-AAAA-AAAA" }));
    let post = || {
        let request = TestRequest::post().uri("/api/v1/person");
        request.peer_addr("192.0.2.7:1".parse().unwrap()).set_payload(wrong.to_string())
    };
    for _ in 0..6 {
        assert_eq!(hers.send_with(&tries, post()).await.is(422).body["field"], "code");
    }
    assert_eq!(hers.send_with(&tries, post()).await.is(429).body["code"], "too_often");
}

#[actix_web::test]
async fn a_program_finds_gives_and_checks() {
    let pair = Pair::linked();
    let nadia = Program::of(&pair.a, "nadia", Capability::Work);
    let ines = Program::of(&pair.a, "ines", Capability::Work);
    let sonia = Program::of(&pair.a, "sonia", Capability::Audit);
    let proposed = nadia.post("/referrals", &proposal(&pair)).await;
    let path = format!("/referrals/{}", proposed.body["referral"].as_str().unwrap());
    let shown = async |program: &Program| {
        program.get("/worklist").await.is(200).body["waiting"][0]["first_name"].clone()
    };
    pair.exchange();
    assert_eq!(shown(&nadia).await, NAME, "she wrote it");
    assert_eq!(shown(&ines).await, Value::Null, "she has opened nothing yet");
    for (typed, found) in [("zeph", 1), ("Marie", 0)] {
        let answer = ines.post("/search", &json!({ "first_name": typed })).await;
        assert_eq!(answer.is(200).body["found"].as_array().unwrap().len(), found);
    }
    assert_eq!(shown(&ines).await, NAME, "what a search shows is written");
    let team = nadia.get("/team").await.is(200).body["colleagues"].clone();
    assert_eq!(team.as_array().unwrap().len(), 2);
    let id = |name: &str| {
        let found = team.as_array().unwrap().iter().find(|one| one["name"] == name);
        found.unwrap()["id"].clone()
    };
    let follower = format!("{path}/follower");
    let nobody = json!({ "colleague": SERVICE });
    assert_eq!(nadia.post(&follower, &nobody).await.is(422).body["field"], "colleague");
    nadia.post(&follower, &json!({ "colleague": id("ines") })).await.is(204);
    let receipt = proposed.body["receipt"].as_str().unwrap();
    let checked = sonia.post("/receipts", &json!({ "receipt": receipt })).await;
    assert_eq!(checked.is(200).body["name"], "CCAS de Brenne");
    sonia.post("/receipts", &json!({ "receipt": "rien" })).await.is(422);
    let last = if receipt.ends_with('0') { "1" } else { "0" };
    let forged = format!("{}{last}", &receipt[..receipt.len() - 1]);
    sonia.post("/receipts", &json!({ "receipt": forged })).await.is(409);
    nadia.get("/register").await.is(403);
    let register = sonia.get("/register").await;
    assert_eq!(register.is(200).body["openings"][0]["by"], "ines");
    assert!(!register.body.to_string().contains(NAME), "{}", register.body);
}
