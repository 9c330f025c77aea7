//! Why a page could not do what was asked: a sentence for the person in front of it, and a way on.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use actix_web::error::BlockingError;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, LOCATION, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use askama::Template;
use maillage_protocol::disclosure::OutOfScope;
use maillage_protocol::guard::Kind;
use maillage_protocol::pathway::Circle;
use maillage_protocol::referral::Refusal;
use tracing::{error, info};

use super::filters;
use super::layout::{Frame, html};
use crate::app::{AppError, DraftError, JoinFailure, LinkError, SayError};
use crate::code_tries::TooSoon;
use crate::telemetry::Chain;
use crate::text::{Coded, Text, say_with};

/// Why a page could not do what was asked.
///
/// There is no variant for a form with mistakes: it is shown again by its own page.
#[derive(Debug)]
pub enum PageError {
    /// Nobody is signed in. Where to lead on afterwards.
    SignedOut(Option<String>),
    /// The session ended before the form was sent: nothing was recorded.
    Interrupted,
    /// There is nothing here, or nothing for this person.
    NotFound,
    /// The page exists, and does not do this.
    WrongMethod(&'static str),
    /// The form was sent from another site.
    OtherSite,
    /// The form is not one of this session.
    OldForm,
    /// What was sent is not a form.
    NotAForm,
    /// What was sent is too large.
    TooLarge,
    /// The rules say no.
    Refused(Refusal),
    /// The organization can no longer be asked.
    NoSuchService,
    /// She did not agree to this, or it has no place there.
    NotAgreed,
    /// The need is closed, or somebody is asked already.
    NoOpenNeed,
    /// It would be passed on in a circle, or once too often.
    Circle(Circle),
    /// A text holds what must not be written.
    Unwritable(Kind),
    /// What identifies was erased.
    Erased,
    /// The clock of this node is doubtful.
    WrongClock,
    /// The link is not at this point.
    NoLink,
    /// Too many tries. Seconds to wait.
    TooOften(u64),
    /// The fault is ours. A number to find it in the log.
    Unavailable(u32),
}

impl PageError {
    /// Takes note of a failure of the node, once.
    pub(super) fn failure(failure: &dyn std::error::Error) -> Self {
        static FAILURES: AtomicU32 = AtomicU32::new(1);
        let incident = FAILURES.fetch_add(1, Ordering::Relaxed);
        error!(incident, error = %Chain(failure), "a page failed: incident {incident}");
        Self::Unavailable(incident)
    }

    fn title(&self) -> Text {
        match self {
            Self::SignedOut(_) | Self::Interrupted => Text("erreur-deconnecte"),
            Self::NotFound => Text("erreur-introuvable"),
            Self::WrongMethod(_) => Text("erreur-methode"),
            Self::OtherSite => Text("erreur-autre-site"),
            Self::OldForm => Text("erreur-vieux-formulaire"),
            Self::NotAForm => Text("erreur-illisible"),
            Self::TooLarge => Text("erreur-trop-grand"),
            Self::Refused(_)
            | Self::NoSuchService
            | Self::NoOpenNeed
            | Self::Circle(_)
            | Self::Unwritable(_)
            | Self::NotAgreed
            | Self::NoLink
            | Self::WrongClock => Text("erreur-refus"),
            Self::Erased => Text("erreur-efface"),
            Self::TooOften(_) => Text("erreur-trop-souvent"),
            Self::Unavailable(_) => Text("erreur-panne"),
        }
    }

    fn way_on(&self) -> String {
        match self {
            Self::SignedOut(_) | Self::Interrupted => Text("erreur-deconnecte-suite").to_string(),
            Self::NotFound => Text("erreur-introuvable-suite").to_string(),
            Self::WrongMethod(_) => Text("erreur-methode-suite").to_string(),
            Self::OtherSite => Text("erreur-autre-site-suite").to_string(),
            Self::OldForm => Text("erreur-vieux-formulaire-suite").to_string(),
            Self::NotAForm => Text("erreur-illisible-suite").to_string(),
            Self::TooLarge => Text("erreur-trop-grand-suite").to_string(),
            Self::Refused(refusal) => explain(*refusal),
            Self::NoSuchService => Text("erreur-service-suite").to_string(),
            Self::NoOpenNeed => Text("erreur-besoin-suite").to_string(),
            Self::Circle(Circle::Bounce) => Text("erreur-retour-envoyeur-suite").to_string(),
            Self::Circle(Circle::TooManyHops) => Text("erreur-trop-de-relais-suite").to_string(),
            Self::Unwritable(kind) => unwritable(*kind).to_string(),
            Self::NotAgreed => Text("erreur-accord-suite").to_string(),
            Self::NoLink => Text("erreur-lien-suite").to_string(),
            Self::Erased => Text("erreur-efface-suite").to_string(),
            Self::WrongClock => Text("erreur-horloge-suite").to_string(),
            Self::TooOften(seconds) => {
                say_with("erreur-trop-souvent-suite", [("nombre", (*seconds).into())])
            }
            Self::Unavailable(incident) => {
                say_with("erreur-panne-suite", [("incident", incident.to_string().into())])
            }
        }
    }
}

fn explain(refusal: Refusal) -> String {
    let now = |status: maillage_protocol::referral::Status| [("statut", status.label().into())];
    match refusal {
        Refusal::NotYours => Text("refus-pas-a-vous").to_string(),
        Refusal::Over(status) => say_with("refus-terminee", now(status)),
        Refusal::NotNow(status) => say_with("refus-pas-maintenant", now(status)),
        Refusal::TooEarly => Text("refus-trop-tot").to_string(),
        Refusal::TooLate => Text("refus-trop-tard").to_string(),
        Refusal::OutOfOrder => Text("refus-dans-le-desordre").to_string(),
        Refusal::TooLittleTried => Text("refus-trop-peu-essaye").to_string(),
        Refusal::OutOfScope(why) => out_of_scope(why).to_string(),
    }
}

const fn out_of_scope(why: OutOfScope) -> Text {
    match why {
        OutOfScope::Expired => Text("refus-accord-expire"),
        OutOfScope::Withdrawn => Text("refus-accord-retire"),
        OutOfScope::TextTooLong => Text("commun-trop-long"),
        OutOfScope::ProvedNumber => Text("garde-numero"),
        OutOfScope::NotAccepted(_)
        | OutOfScope::AboveRegime(_)
        | OutOfScope::NotAgreed(_)
        | OutOfScope::OtherReceiver
        | OutOfScope::OtherConsent
        | OutOfScope::NoConsent
        | OutOfScope::TooEarly
        | OutOfScope::Misplaced => Text("erreur-accord-suite"),
    }
}

/// Says why something must not be written, and where it goes instead.
pub(super) const fn unwritable(kind: Kind) -> Text {
    match kind {
        Kind::SocialSecurityNumber | Kind::Iban | Kind::CardNumber => Text("garde-numero"),
        Kind::Secret => Text("garde-secret"),
        Kind::IdentifierNumber => Text("garde-identifiant"),
        Kind::Email | Kind::Phone => Text("garde-joindre"),
        Kind::Health | Kind::Disability => Text("garde-sante"),
        Kind::Violence => Text("garde-violences"),
        Kind::Justice | Kind::Origin | Kind::Religion | Kind::Debt => Text("garde-vie-privee"),
        Kind::PostalAddress => Text("garde-adresse"),
        Kind::PersonalName => Text("garde-nom"),
        Kind::Story => Text("garde-recit"),
    }
}

fn sign_in(back: Option<&str>) -> String {
    match back {
        Some(page) => format!("/connexion?vers={}", super::layout::in_query(page)),
        None => "/connexion".to_owned(),
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.title().fmt(f)
    }
}

impl From<SayError> for PageError {
    fn from(error: SayError) -> Self {
        match error {
            SayError::Unknown => Self::NotFound,
            SayError::NoSuchService => Self::NoSuchService,
            SayError::Refused(refusal) => Self::Refused(refusal),
            SayError::Unsayable(_) | SayError::NotAConsent(_) => {
                info!("nothing was said: {error}");
                Self::NotAgreed
            }
            SayError::NoOpenNeed => Self::NoOpenNeed,
            // The form offers longer ones only.
            SayError::NotLonger => Self::NotAgreed,
            SayError::Circle(circle) => Self::Circle(circle),
            SayError::Unwritable(why) => Self::Unwritable(why.kind),
            SayError::Erased => Self::Erased,
            SayError::WrongClock => Self::WrongClock,
            SayError::App(failure) => failure.into(),
        }
    }
}

impl From<TooSoon> for PageError {
    fn from(TooSoon { seconds }: TooSoon) -> Self {
        Self::TooOften(seconds)
    }
}

impl From<AppError> for PageError {
    fn from(failure: AppError) -> Self {
        Self::failure(&failure)
    }
}

impl From<DraftError> for PageError {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Unknown => Self::NotFound,
            DraftError::App(failure) => failure.into(),
        }
    }
}

impl From<LinkError> for PageError {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::App(failure) => failure.into(),
            LinkError::WrongIdentity
            | LinkError::WrongUrl
            | LinkError::Expired
            | LinkError::WrongProof
            | LinkError::Burned
            | LinkError::Ourselves
            | LinkError::NoLink => Self::NoLink,
        }
    }
}

impl From<JoinFailure> for PageError {
    fn from(error: JoinFailure) -> Self {
        match error {
            JoinFailure::Unreadable | JoinFailure::NoAnswer => Self::NoLink,
            JoinFailure::Link(error) => error.into(),
        }
    }
}

impl From<BlockingError> for PageError {
    fn from(failure: BlockingError) -> Self {
        Self::failure(&failure)
    }
}

impl From<askama::Error> for PageError {
    fn from(failure: askama::Error) -> Self {
        Self::failure(&failure)
    }
}

impl From<sled::Error> for PageError {
    fn from(failure: sled::Error) -> Self {
        Self::failure(&failure)
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    title: String,
    way_on: String,
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignedOut(_) | Self::Interrupted => StatusCode::SEE_OTHER,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::WrongMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::OtherSite => StatusCode::FORBIDDEN,
            Self::NotAForm => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::OldForm | Self::NotAgreed | Self::Unwritable(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Refused(_)
            | Self::NoSuchService
            | Self::NoOpenNeed
            | Self::Circle(_)
            | Self::NoLink => StatusCode::CONFLICT,
            Self::Erased => StatusCode::GONE,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::WrongClock => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unavailable(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if let Self::SignedOut(back) = self {
            return response.insert_header((LOCATION, sign_in(back.as_deref()))).finish();
        }
        if matches!(self, Self::Interrupted) {
            return response.insert_header((LOCATION, "/connexion?fait=interrompue")).finish();
        }
        if let Self::WrongMethod(allowed) = self {
            response.insert_header((ALLOW, *allowed));
        }
        if let Self::TooOften(seconds) = self {
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        let (title, way_on) = (self.title().to_string(), self.way_on());
        let page = ErrorPage { frame: Frame::bare(), title, way_on };
        // A page without arguments of its own cannot fail to be written into memory.
        html(&mut response, page.render().unwrap_or_default())
    }
}
