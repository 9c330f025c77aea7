//! What surrounds every page: whose node it is, who is signed in, what was just done.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{ContentType, LOCATION};
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use askama::Template;
use serde::Deserialize;

use super::errors::PageError;
use super::{form, session, statics};
use crate::app::authority::Member;
use crate::env::random;
use crate::facts::Capability;
use crate::text::{Clock, Text};

/// What surrounds a page.
pub(super) struct Frame {
    /// How the structure is called, if the page knows.
    pub(super) organization: Option<String>,
    /// Who is signed in.
    pub(super) person: Option<Person>,
    /// The room of the menu.
    pub(super) room: Room,
    /// What was just done.
    pub(super) done: Option<Text>,
    /// The key of the forms of this page.
    pub(super) key: String,
    /// Where the style is.
    pub(super) style: &'static str,
    /// Where the mark of the tab is.
    pub(super) icon: &'static str,
    /// When it is.
    pub(super) clock: Clock,
    /// Whether that is doubtful.
    pub(super) wrong_clock: bool,
    /// For how long the session stays open without another page, if there is one.
    pub(super) idle: Option<Duration>,
}

/// Who is signed in, and what the menu offers them.
pub(super) struct Person {
    /// How their colleagues call them.
    pub(super) name: String,
    /// Whether they refer people, and answer.
    pub(super) works: bool,
    /// Whether they run the node.
    pub(super) administers: bool,
    /// Whether they coordinate a territory.
    pub(super) coordinates: bool,
    /// Whether they watch over the protection of data.
    pub(super) audits: bool,
}

/// The rooms of the menu.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// « À vous de jouer ».
    Home,
    /// Refer somebody.
    Refer,
    /// The team.
    Team,
    /// The partners.
    Partners,
    /// Opening what one may not read.
    BreakGlass,
    /// Structures that come to no end.
    Coordination,
    /// Who opened what.
    Register,
    /// One's own account.
    Account,
    /// None of them.
    Elsewhere,
}

impl Frame {
    /// Surrounds a page that knows nothing: an error.
    pub(super) fn bare() -> Self {
        Self {
            organization: None,
            person: None,
            room: Room::Elsewhere,
            done: None,
            key: String::new(),
            style: statics::STYLE,
            icon: statics::ICON,
            clock: Clock::at(maillage_protocol::time::Timestamp::default()),
            wrong_clock: false,
            idle: None,
        }
    }

    /// Says which room of the menu the page is in.
    pub(super) fn in_room(self, room: Room) -> Self {
        Self { room, ..self }
    }
}

impl FromRequest for Frame {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = session::app(request);
        let session = session::of(request);
        let key =
            session.as_ref().map(|session| form::key_for(&session.secret, random(&**app.env())));
        let done = web::Query::<Done>::from_query(request.query_string());
        let done = done.ok().and_then(|done| done.into_inner().said());
        let now = app.env().now();
        let session = session.map(|session| Member::new((**app).clone(), session.account));
        ready(Ok(Self {
            organization: Some(app.organization()),
            person: session.as_ref().map(|member| Person {
                name: member.account().person.reveal().name.clone(),
                works: member.may(Capability::Work),
                administers: member.may(Capability::Administer),
                coordinates: member.may(Capability::Coordinate),
                audits: member.may(Capability::Audit),
            }),
            done,
            key: key.unwrap_or_default(),
            clock: Clock::at(now),
            wrong_clock: session.is_some() && app.doubts_its_clock(),
            idle: session.is_some().then(|| session::sessions(request).stays_open()),
            ..Self::bare()
        }))
    }
}

/// What was just done, by a name that says nothing of anybody.
#[derive(Deserialize)]
struct Done {
    fait: Option<String>,
}

/// Declares what a page may be told that was just done.
macro_rules! done {
    ($($name:literal => $text:expr;)+) => {
        impl Done {
            fn said(&self) -> Option<Text> {
                match self.fait.as_deref()? {
                    $($name => Some($text),)+
                    _ => None,
                }
            }
        }
    };
}

done! {
    "ouverte" => Text("fini-ouverte");
    "acceptee" => Text("fini-acceptee");
    "refusee" => Text("fini-refusee");
    "desistement" => Text("fini-desistement");
    "reprise" => Text("fini-reprise");
    "reexamen" => Text("fini-reexamen");
    "acces-demande" => Text("fini-acces-demande");
    "acces-clos" => Text("fini-acces-clos");
    "acces-accorde" => Text("fini-acces-accorde");
    "pas-renouvele" => Text("fini-pas-renouvele");
    "note" => Text("fini-note");
    "note-effacee" => Text("fini-note-effacee");
    "concertation" => Text("fini-concertation");
    "question" => Text("fini-question");
    "repondu" => Text("fini-repondu");
    "rendez-vous" => Text("fini-rendez-vous");
    "commencee" => Text("fini-commencee");
    "attente" => Text("fini-attente");
    "nouvelles" => Text("fini-nouvelles");
    "absence" => Text("fini-absence");
    "issue" => Text("fini-issue");
    "avis" => Text("fini-avis");
    "confirmee" => Text("fini-confirmee");
    "besoin" => Text("fini-besoin");
    "annulee" => Text("fini-annulee");
    "enlevee" => Text("fini-enlevee");
    "retiree" => Text("fini-retiree");
    "recepisse" => Text("fini-recepisse");
    "brouillon" => Text("fini-brouillon");
    "invitation" => Text("fini-invitation");
    "demande-lien" => Text("fini-demande-lien");
    "lien" => Text("fini-lien");
    "coordination" => Text("fini-coordination");
    "suspendu" => Text("fini-suspendu");
    "repris" => Text("fini-repris");
    "session" => Text("fini-session");
    "mot-de-passe" => Text("fini-mot-de-passe");
    "absence-notee" => Text("fini-absence-notee");
    "confie" => Text("fini-confie");
    "retour" => Text("fini-retour");
    "role" => Text("fini-role");
    "interrompue" => Text("fini-interrompue");
    "arrivee" => Text("fini-arrivee");
    "lien-remis" => Text("fini-lien-remis");
    "depart" => Text("fini-depart");
    "courriel" => Text("fini-courriel");
    "deconnexion" => Text("fini-deconnexion");
}

/// Answers with a page.
pub(super) fn page(template: &impl Template) -> Result<HttpResponse, PageError> {
    Ok(html(&mut HttpResponse::Ok(), template.render()?))
}

/// Answers with a form that has mistakes, as it was typed.
pub(super) fn page_again(template: &impl Template) -> Result<HttpResponse, PageError> {
    Ok(html(&mut HttpResponse::UnprocessableEntity(), template.render()?))
}

/// Answers with HTML.
pub(super) fn html(response: &mut HttpResponseBuilder, body: String) -> HttpResponse {
    response.content_type(ContentType::html()).body(body)
}

/// Leads on to a page: what was sent is done, and is not sent again when the page is reloaded.
pub(super) fn lead_to(page: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, page)).finish()
}

/// Writes a text so that it can stand in a query.
pub(super) fn in_query(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' => {
                written.push(char::from(byte));
            }
            _ => written.push_str(&format!("%{byte:02X}")),
        }
    }
    written
}
