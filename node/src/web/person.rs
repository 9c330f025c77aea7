//! P1–P4 `/p`: the person herself, with the code of her receipt. No account, no cookie; each form
//! carries the code, no address does. What a browser may send again goes with its window.

mod sentences;
mod told;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use maillage_protocol::body::Channel;
use maillage_protocol::codes::Helped;
use maillage_protocol::consent::{PersonalCode, WithdrawalScope};
use maillage_protocol::need::NeedStatus;
use maillage_protocol::referral::{Act, Author, Event, Status};
use maillage_protocol::transport::{OpenedThere, TrailAnswer};

use super::errors::PageError;
use super::filters;
use super::form::{Choice, Mistakes, Typed};
use super::layout::{Frame, page, page_again};
use super::row::{is_asked, other};
use super::story::{self, Asked, Line, OpeningView, card_lines};
use super::{Visitor, aside, session, statics, taking_back};
use crate::app::authority::Bearer;
use crate::app::{Calls, ErasureState, PersonCard, SayError, Story};
use crate::caller::caller;
use crate::code_tries::CodeTries;
use crate::text::{
    Clock, Coded, Moment, Telephone, Text, Tongue, opening_hours, say, say_in, say_with,
};
use sentences::Sentence;
use told::{Statement, ToCall};

#[derive(Template)]
#[template(path = "person/code.html")]
struct CodePage {
    frame: Frame,
    /// What takes the code out of the address that a telephone read.
    script: &'static str,
    /// What was typed, and opens nothing.
    typed: String,
    mistakes: Mistakes,
}

#[derive(Template)]
#[template(path = "person/request.html")]
struct RequestPage {
    frame: Frame,
    code: String,
    view: RequestView,
    /// The same in five sentences, to be listened to.
    five: Vec<Sentence>,
    tongue: Tongue,
    /// The question and its answers, beside the French.
    asked: Option<String>,
    /// What reads them aloud.
    script: &'static str,
    /// When those who were asked opened it, if she asks.
    theirs: Theirs,
    mistakes: Mistakes,
}

/// The question and its answers in one sentence.
const ANSWERS: Text = Text("personne-avis-choix");

/// When those who were asked opened her request.
enum Theirs {
    /// She did not ask.
    Unasked,
    /// They do not answer now.
    Silent,
    /// She wanted nothing told of what follows: they tell her, and not those who sent her.
    Withheld,
    /// They say so: on which day, and whether it was an exceptional access.
    Told(Vec<(Moment, bool)>),
}

#[derive(Template)]
#[template(path = "person/stop.html")]
struct StopPage {
    frame: Frame,
    code: String,
    structure: Option<String>,
    /// What may go while help goes on.
    items: Vec<Choice>,
    tongue: Tongue,
    /// What cannot be undone, beside the French.
    explained: Stopping,
    mistakes: Mistakes,
}

/// What stopping means, in the language that she chose: nothing, if that is French.
struct Stopping {
    for_good: Option<String>,
    here: Option<String>,
    stop_here: Option<String>,
    everywhere: Option<String>,
    stop_everywhere: Option<String>,
    go_on: Option<String>,
}

impl Stopping {
    fn in_tongue(tongue: Tongue, structure: Option<&str>) -> Self {
        let nom = structure.unwrap_or_default();
        let say = |Text(key)| {
            (tongue != Tongue::French).then(|| say_in(tongue, key, [("nom", nom.into())]))
        };
        Self {
            for_good: say(Text("personne-arret-definitif")),
            here: say(Text("personne-arret-structure")),
            stop_here: say(Text("personne-arret-structure-oui")),
            everywhere: say(Text("personne-arret-tout")),
            stop_everywhere: say(Text("personne-arret-tout-oui")),
            go_on: say(Text("personne-arret-non")),
        }
    }
}

/// Her referral, in the sentences that she needs.
struct RequestView {
    /// Where it stands.
    standing: Text,
    /// Whether somebody still looks for help, once this attempt is over.
    search: Option<Text>,
    /// What was tried, if that was not all.
    tried: Vec<String>,
    /// Who looks for a way with her, by their names.
    to_call: Vec<ToCall>,
    /// Who does what next, and before when.
    next: Option<String>,
    /// When she is expected, and how.
    appointment: Option<String>,
    /// Whether they are still to be seen or called.
    goes_on: bool,
    /// With whom.
    structure: String,
    address: Option<String>,
    hours: Option<String>,
    telephone: Option<Telephone>,
    /// What they know of her request.
    known: Vec<Line>,
    /// Whether they still have to say yes or no.
    asked: bool,
    /// By what they can reach her. Not the values: this page may be read over her shoulder.
    reached: Option<Held>,
    /// What she took back of it.
    taken_back: Option<String>,
    /// Until when she agreed.
    until: Option<Moment>,
    /// Who wrote her request, and answers for it.
    sender: String,
    sender_telephone: Option<Telephone>,
    /// What she can say of the help, once it is over.
    answers: Vec<Choice>,
    /// What the structure declared, and what she said of it.
    said: Vec<Statement>,
    /// Whether she says that what was declared did not help.
    contested: bool,
    /// What was erased, and where.
    erased: Option<String>,
    /// Who opened her request where it was written.
    openings: Vec<OpeningView>,
    /// Whether there is something to stop.
    stops: bool,
}

/// Asks for the code.
pub(super) async fn show(_: Visitor, frame: Frame) -> Result<HttpResponse, PageError> {
    let (typed, mistakes) = (String::new(), Mistakes::default());
    page(&CodePage { frame, script: statics::CODE, typed, mistakes })
}

/// Shows her referral.
pub(super) async fn enter(
    _: Visitor,
    request: HttpRequest,
    frame: Frame,
    typed: Typed,
) -> Result<HttpResponse, PageError> {
    let Some(bearer) = bearer(&request, &typed)? else { return unknown(frame, &typed) };
    show_request(bearer, frame, &typed, Mistakes::default()).await
}

/// Asks those who were asked when they opened her request, and shows it with the rest.
pub(super) async fn look_there(
    _: Visitor,
    request: HttpRequest,
    frame: Frame,
    typed: Typed,
) -> Result<HttpResponse, PageError> {
    let Some(bearer) = bearer(&request, &typed)? else { return unknown(frame, &typed) };
    let calls = request.app_data::<web::Data<dyn Calls>>();
    let calls = calls.expect("the server gives every page what calls other nodes");
    let told = bearer.their_openings(&***calls).await;
    let day = |there: OpenedThere| (frame.clock.day_of(there.at), there.exceptional);
    let theirs = match told {
        None => Theirs::Silent,
        Some(TrailAnswer { withheld: true, .. }) => Theirs::Withheld,
        Some(told) => Theirs::Told(told.openings.into_iter().map(day).collect()),
    };
    show_with(bearer, frame, &typed, Mistakes::default(), theirs).await
}

/// Writes down whether she was helped.
pub(super) async fn answer(
    _: Visitor,
    request: HttpRequest,
    mut frame: Frame,
    typed: Typed,
) -> Result<HttpResponse, PageError> {
    let Some(bearer) = bearer(&request, &typed)? else { return unknown(frame, &typed) };
    let mut mistakes = Mistakes::default();
    let helped =
        mistakes.need("aidee", typed.chosen::<Helped>("aidee"), Text("personne-avis-absent"));
    if let Some(helped) = helped {
        said(&bearer, move |bearer| bearer.answer(helped)).await?;
        frame.done = Some(Text("personne-avis-note"));
    }
    show_request(bearer, frame, &typed, mistakes).await
}

/// Says what stopping means; stops once she is sure.
pub(super) async fn stop(
    _: Visitor,
    request: HttpRequest,
    mut frame: Frame,
    typed: Typed,
) -> Result<HttpResponse, PageError> {
    let Some(bearer) = bearer(&request, &typed)? else { return unknown(frame, &typed) };
    let scope = match typed.one("sure") {
        "structure" => Some(WithdrawalScope::Referral),
        "tout" => Some(WithdrawalScope::Pathway),
        _ => None,
    };
    if let Some(scope) = scope {
        said(&bearer, move |bearer| bearer.withdraw(scope)).await?;
        frame.done = Some(Text("personne-arret-fait"));
        return show_request(bearer, frame, &typed, Mistakes::default()).await;
    }
    let story = read(&bearer).await?;
    let mut mistakes = Mistakes::default();
    if typed.one("sure") == "enlever" {
        match taking_back::read(&story.narrowable, &typed) {
            Ok(scope) => {
                said(&bearer, move |bearer| bearer.withdraw(scope)).await?;
                frame.done = Some(Text("personne-enlever-fait"));
                return show_request(bearer, frame, &typed, Mistakes::default()).await;
            }
            Err(missing) => mistakes = missing,
        }
    }
    let sender = frame.organization.clone().unwrap_or_default();
    let items = taking_back::choices(&story.narrowable, &sender, &typed);
    // What she stopped with them already is not offered again.
    let structure = story.erasure.is_none().then(|| other(&story.row));
    let code = typed.one("code").to_owned();
    let tongue = Tongue::from_code(typed.one("langue")).unwrap_or_default();
    let explained = Stopping::in_tongue(tongue, structure.as_deref());
    let shown = StopPage { frame, code, structure, items, tongue, explained, mistakes };
    if shown.mistakes.is_empty() { page(&shown) } else { page_again(&shown) }
}

/// Finds whose code was typed. A code that nobody could have costs no try, and tells no more.
pub(super) fn bearer(request: &HttpRequest, typed: &Typed) -> Result<Option<Bearer>, PageError> {
    let tries = request.app_data::<web::Data<CodeTries>>();
    let tries = tries.expect("the server gives every page the tries");
    let app = session::app(request);
    let (address, now) = (caller(request), app.env().monotonic());
    tries.check(address, now)?;
    let Ok(code) = typed.one("code").parse::<PersonalCode>() else { return Ok(None) };
    let bearer = Bearer::of(Arc::clone(app), &code);
    if bearer.is_none() {
        tries.count(address, now);
    }
    Ok(bearer)
}

pub(super) fn unknown(frame: Frame, typed: &Typed) -> Result<HttpResponse, PageError> {
    let mut mistakes = Mistakes::default();
    mistakes.add("code", Text("personne-code-inconnu"));
    let typed = typed.one("code").to_owned();
    page_again(&CodePage { frame, script: statics::CODE, typed, mistakes })
}

async fn said(
    bearer: &Bearer,
    say: impl FnOnce(&Bearer) -> Result<(), SayError> + Send + 'static,
) -> Result<(), PageError> {
    let bearer = bearer.clone();
    aside(move || say(&bearer)).await
}

pub(super) async fn read(bearer: &Bearer) -> Result<Story, PageError> {
    let bearer = bearer.clone();
    aside(move || bearer.story()).await?.ok_or(PageError::NotFound)
}

async fn show_request(
    bearer: Bearer,
    frame: Frame,
    typed: &Typed,
    mistakes: Mistakes,
) -> Result<HttpResponse, PageError> {
    show_with(bearer, frame, typed, mistakes, Theirs::Unasked).await
}

async fn show_with(
    bearer: Bearer,
    frame: Frame,
    typed: &Typed,
    mistakes: Mistakes,
    theirs: Theirs,
) -> Result<HttpResponse, PageError> {
    let story = read(&bearer).await?;
    let sender = frame.organization.clone().unwrap_or_default();
    let telephone = bearer.card().and_then(|card| card.telephone);
    let view = RequestView {
        openings: story::openings(&bearer.openings(), frame.clock),
        tried: told::tried(&bearer.tried(&story), story.need == Some(NeedStatus::Unmet)),
        ..RequestView::of(&story, sender, telephone.as_deref(), typed, frame.clock)
    };
    let code = typed.one("code").to_owned();
    let tongue = Tongue::from_code(typed.one("langue")).unwrap_or_default();
    let (five, script) = (sentences::five(&view, tongue), statics::LISTEN);
    let asked = (tongue != Tongue::French).then(|| say_in(tongue, ANSWERS.0, []));
    let shown = RequestPage { frame, code, view, five, tongue, asked, script, theirs, mistakes };
    if shown.mistakes.is_empty() { page(&shown) } else { page_again(&shown) }
}

/// What those who were asked hold of her.
struct Held {
    /// The names of it.
    terms: String,
    /// Whether they can reach her by it.
    reaches: bool,
}

impl Held {
    fn of(card: &PersonCard) -> Self {
        let terms: Vec<_> = card_lines(card).into_iter().map(|line| line.term).collect();
        Self { terms: terms.join(", "), reaches: reaches(card) }
    }
}

/// Tells whether those who hold this can reach her by themselves, or through who sent her.
fn reaches(card: &PersonCard) -> bool {
    match card.contact.channel {
        Some(
            Channel::Phone { .. }
            | Channel::Email { .. }
            | Channel::Post { .. }
            | Channel::ViaSender,
        ) => true,
        Some(Channel::ComesWithCode) | None => false,
    }
}

impl RequestView {
    fn of(
        story: &Story,
        sender: String,
        sender_telephone: Option<&str>,
        typed: &Typed,
        clock: Clock,
    ) -> Self {
        let (row, card) = (&story.row, story.card.as_ref());
        let other = other(row);
        // What she ended is what she reads, however it had ended before.
        let status = if story.has_left() { Status::Withdrawn } else { row.status };
        let asked = story.proposal.as_ref().map(|proposal| {
            // She knows how urgent it is.
            Asked { urgency: None, ..Asked::from(proposal) }.lines(clock)
        });
        let held = story.contact.as_ref().map(Held::of).filter(|held| !held.terms.is_empty());
        let can_answer = matches!(status, Status::Concluded | Status::Closed);
        let place = card.map(|card| match &card.address {
            Some(address) => format!("{address}, {}", card.commune),
            None => card.commune.clone(),
        });
        Self {
            standing: stands(status),
            search: search(status, story.need),
            tried: Vec::new(),
            to_call: told::to_call(story),
            next: next(story, &sender, clock),
            appointment: appointment(story, clock),
            goes_on: !matches!(
                status,
                Status::Declined
                    | Status::Expired
                    | Status::Cancelled
                    | Status::Withdrawn
                    | Status::Mistaken
                    | Status::Erased
            ),
            structure: other.clone(),
            address: place,
            hours: card.and_then(|card| card.hours.as_deref()).map(opening_hours),
            telephone: card.and_then(|card| card.telephone.as_deref()).map(Telephone::of),
            known: asked.unwrap_or_default(),
            asked: is_asked(status),
            reached: held,
            taken_back: taking_back::taken_back(&story.narrowable, Text("personne-enleve")),
            until: story.agreed_until.map(|until| clock.day_of(until)),
            sender,
            sender_telephone: sender_telephone.map(Telephone::of),
            answers: match can_answer {
                true => typed.choices("aidee", Helped::all()),
                false => Vec::new(),
            },
            said: told::of_the_help(story, clock),
            contested: story.contested,
            openings: Vec::new(),
            erased: story.erasure.map(|state| erased(state, &other, clock)),
            stops: story.erasure.is_none() || story.need == Some(NeedStatus::Open),
        }
    }
}

fn search(status: Status, need: Option<NeedStatus>) -> Option<Text> {
    if status == Status::Withdrawn {
        return (need == Some(NeedStatus::Open)).then_some(Text("personne-arretee-ouverte"));
    }
    let elsewhere = status == Status::ReferredOn;
    let refused = matches!(status, Status::Declined | Status::Expired | Status::Cancelled);
    if !refused && !elsewhere && status != Status::Closed {
        return None;
    }
    match need {
        Some(NeedStatus::Open) if elsewhere => Some(Text("personne-recours")),
        Some(NeedStatus::Resolved) if elsewhere => Some(Text("personne-reglee")),
        Some(NeedStatus::Open) => Some(Text("personne-cherche")),
        Some(NeedStatus::Unmet) => Some(Text("personne-sans-solution")),
        // Somebody else answers for her need.
        None if refused => Some(Text("personne-recours-ailleurs")),
        None
        | Some(
            NeedStatus::Resolved
            | NeedStatus::PartlyResolved
            | NeedStatus::Dropped
            | NeedStatus::Withdrawn
            | NeedStatus::Unknown,
        ) => None,
    }
}

fn next(story: &Story, sender: &str, clock: Clock) -> Option<String> {
    let turn = story.row.turn?;
    if story.row.unshared {
        let about = [("structure", other(&story.row).into())];
        return Some(say_with("personne-suite-tue", about));
    }
    let structure = match turn.holder {
        Author::Person => return None,
        Author::Sender => sender,
        Author::Receiver => &other(&story.row),
    };
    let due = clock.moment(turn.due);
    // Nobody can call her: it is for her to go and see them.
    let unreachable = story.contact.as_ref().is_some_and(|card| !reaches(card));
    if unreachable && turn.act == Act::MakeContact {
        return Some(say_with("personne-suite-venir", [("structure", structure.into())]));
    }
    let about = [
        ("structure", structure.into()),
        ("acte", act(turn.act).to_string().into()),
        ("quand", due.words.into()),
    ];
    Some(match due.past {
        true => say_with("personne-suite-retard", about),
        false => say_with("personne-suite", about),
    })
}

fn appointment(story: &Story, clock: Clock) -> Option<String> {
    let step = story.steps.iter().rev().filter(|_| story.row.status == Status::Scheduled);
    step.map(|step| &step.event).find_map(|event| match event {
        Event::Scheduled { time, mode } => {
            let about =
                [("quand", clock.moment(*time).words.into()), ("lieu", mode.label().into())];
            Some(say_with("personne-rendez-vous", about))
        }
        _ => None,
    })
}

fn erased(state: ErasureState, structure: &str, clock: Clock) -> String {
    match state {
        ErasureState::Local => say("personne-efface-ici"),
        ErasureState::Awaited => {
            say_with("personne-efface-attendu", [("structure", structure.into())])
        }
        ErasureState::Late(at) => {
            let quand = clock.moment(at).words;
            let about = [("structure", structure.into()), ("quand", quand.into())];
            say_with("personne-efface-en-retard", about)
        }
        ErasureState::Attested { at, backups_gone } => {
            let about = [
                ("structure", structure.into()),
                ("quand", clock.moment(at).words.into()),
                ("sauvegardes", clock.day_of(backups_gone).words.into()),
            ];
            say_with("personne-efface-atteste", about)
        }
    }
}

/// Says where it stands.
const fn stands(status: Status) -> Text {
    match status {
        Status::Draft | Status::Proposed => Text("personne-statut-ecrite"),
        Status::Delivered => Text("personne-statut-remise"),
        Status::Seen => Text("personne-statut-ouverte"),
        Status::Questioned => Text("personne-statut-question"),
        Status::Accepted => Text("personne-statut-acceptee"),
        Status::Waitlisted => Text("personne-statut-attente"),
        Status::Scheduled => Text("personne-statut-rendez-vous"),
        Status::Missed => Text("personne-statut-manque"),
        Status::Underway => Text("personne-statut-en-cours"),
        Status::ReferringOn => Text("personne-statut-relais"),
        Status::ReferredOn => Text("personne-statut-ailleurs"),
        Status::CaseConference => Text("personne-statut-concertation"),
        Status::CancellationRequested => Text("personne-statut-annulation"),
        Status::Concluded => Text("personne-statut-finie"),
        Status::Closed => Text("personne-statut-close"),
        Status::Declined => Text("personne-statut-refusee"),
        Status::Cancelled => Text("personne-statut-annulee"),
        Status::Withdrawn => Text("personne-statut-retiree"),
        Status::Expired => Text("personne-statut-expiree"),
        Status::Mistaken => Text("personne-statut-erronee"),
        Status::Erased => Text("personne-statut-effacee"),
    }
}

/// Says what somebody has to do, as it is said to her.
const fn act(act: Act) -> Text {
    match act {
        Act::Propose | Act::Deliver => Text("personne-acte-envoyer"),
        Act::Open | Act::Decide => Text("personne-acte-repondre"),
        Act::AnswerQuestion => Text("personne-acte-precision"),
        Act::Disclose => Text("personne-acte-contact"),
        Act::MakeContact | Act::ContactAgain => Text("personne-acte-joindre"),
        Act::Schedule => Text("personne-acte-rendez-vous"),
        Act::StateAppointment => Text("personne-acte-presence"),
        Act::GiveNews => Text("personne-acte-nouvelles"),
        Act::FollowChild => Text("personne-acte-suivre"),
        Act::Join | Act::GiveVerdict => Text("personne-acte-concertation"),
        Act::SettleCancellation => Text("personne-acte-arret"),
        Act::SayIfHelped => Text("personne-acte-demander"),
        Act::Reconsider => Text("personne-acte-reprendre"),
    }
}
