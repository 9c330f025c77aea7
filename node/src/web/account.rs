//! T20 `/moi`: one's own sessions and password.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use maillage_protocol::private::Private;

use super::errors::PageError;
use super::filters;
use super::form::{Choice, Mistakes, Sent, Typed};
use super::layout::{Frame, Room, lead_to, page, page_again};
use super::register::LinkView;
use super::{SignInLimits, aside, session};
use crate::app::authority::{Member, Teammate};
use crate::caller::caller;
use crate::env::random;
use crate::facts::MailChoice;
use crate::index::{SessionName, SessionSecret};
use crate::mail;
use crate::text::{Coded, Moment, Text};

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    login: String,
    /// The page where one's absence is written down, for whoever is of the team.
    own_page: Option<String>,
    /// Whether anything may wait for them.
    works: bool,
    address: String,
    choices: Vec<Choice>,
    /// Whether the mail server refused the last mail.
    unreachable: bool,
    /// Whether no mail server is configured.
    without_mail: bool,
    sessions: Vec<SessionView>,
    /// The links by which somebody could choose another password for this account.
    links: Vec<LinkView>,
    mistakes: Mistakes,
}

/// An open session.
struct SessionView {
    name: String,
    opened: Moment,
    seen: Moment,
    current: bool,
}

/// Shows what one holds here.
pub(super) async fn show(
    member: Member,
    request: HttpRequest,
    frame: Frame,
) -> Result<HttpResponse, PageError> {
    page(&account(&member, &request, frame, None, Mistakes::default())?)
}

fn account(
    member: &Member,
    request: &HttpRequest,
    frame: Frame,
    typed: Option<&Typed>,
    mistakes: Mistakes,
) -> Result<AccountPage, PageError> {
    let (frame, current) = (frame.in_room(Room::Account), current(request)?);
    let open = session::sessions(request).of(member.id(), member.now())?;
    let view = |(name, session): (SessionName, crate::index::Session)| SessionView {
        opened: frame.clock.moment(session.opened),
        seen: frame.clock.moment(session.seen),
        current: name == current.name(),
        name: name.to_string(),
    };
    let sessions = open.into_iter().map(view).collect();
    let known = member.account();
    let person = known.person.reveal();
    let kept = Typed::default()
        .with("adresse", person.address().unwrap_or_default())
        .with("quand", known.mail.code());
    let typed = typed.unwrap_or(&kept);
    let own_page = Teammate::of(member.clone()).is_some_and(|own| own.knows(known.id));
    Ok(AccountPage {
        login: person.login.clone(),
        own_page: own_page.then(|| format!("/equipe/{}", known.id)),
        works: known.works(),
        address: typed.one("adresse").to_owned(),
        choices: typed.choices("quand", MailChoice::all()),
        unreachable: known.unreachable,
        without_mail: !session::settings(request).mails,
        links: member.own_links().iter().map(|link| LinkView::of(link, frame.clock)).collect(),
        sessions,
        mistakes,
        frame,
    })
}

fn current(request: &HttpRequest) -> Result<SessionSecret, PageError> {
    let open = session::of(request).ok_or(PageError::SignedOut(None))?;
    Ok(open.secret)
}

/// Keeps the session open, since somebody is there: whoever asks has just been seen.
pub(super) async fn stay(_: Member) -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// Ends one of one's sessions.
pub(super) async fn end_session(
    member: Member,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let name = SessionName::read(sent.typed.one("session")).ok_or(PageError::NotFound)?;
    session::sessions(&request).end(member.id(), name)?;
    Ok(lead_to("/moi?fait=session"))
}

/// Ends every session but this one.
pub(super) async fn end_others(
    member: Member,
    request: HttpRequest,
    _: Sent,
) -> Result<HttpResponse, PageError> {
    let kept = current(&request)?.name();
    session::sessions(&request).end_others(member.id(), kept, member.now())?;
    Ok(lead_to("/moi?fait=session"))
}

/// Changes one's password. Every session that the old one opened is over: this one begins again.
pub(super) async fn change_password(
    member: Member,
    request: HttpRequest,
    sent: Sent,
    frame: Frame,
) -> Result<HttpResponse, PageError> {
    let limits = request.app_data::<web::Data<SignInLimits>>();
    let limits = limits.expect("the server gives every page the limits");
    limits.check(&member.account().person.reveal().login, caller(&request))?;
    let secret = |field| Private::from(sent.typed.one(field).to_owned());
    let (old, new, again) = (secret("ancien"), secret("nouveau"), secret("encore"));
    let mut mistakes = Mistakes::default();
    if new != again {
        mistakes.add("encore", Text("moi-mots-differents"));
        return page_again(&account(&member, &request, frame, None, mistakes)?);
    }
    let changing = member.clone();
    match aside(move || changing.change_password(&old, &new)).await? {
        None => mistakes.add("ancien", Text("moi-mot-faux")),
        Some(Err(_)) => mistakes.add("nouveau", Text("moi-mot-faible")),
        Some(Ok(())) => return begin_again(&member, &request),
    }
    page_again(&account(&member, &request, frame, None, mistakes)?)
}

/// Chooses where and when mail reaches one.
pub(super) async fn choose_mail(
    member: Member,
    request: HttpRequest,
    sent: Sent,
    frame: Frame,
) -> Result<HttpResponse, PageError> {
    let mut mistakes = Mistakes::default();
    let choice = sent.typed.chosen::<MailChoice>("quand");
    let choice = mistakes.need("quand", choice, Text("moi-courriel-moment"));
    let address = match sent.typed.one("adresse") {
        "" => None,
        address => Some(address.to_owned()),
    };
    match &address {
        Some(address) if !mail::is_address(address) => {
            mistakes.add("adresse", Text("moi-courriel-illisible"));
        }
        None if choice != Some(MailChoice::Never) => {
            mistakes.add("adresse", Text("moi-courriel-absente"));
        }
        _ => {}
    }
    let Some(choice) = choice.filter(|_| mistakes.is_empty()) else {
        return page_again(&account(&member, &request, frame, Some(&sent.typed), mistakes)?);
    };
    aside(move || member.choose_mail(address, choice)).await?;
    Ok(lead_to("/moi?fait=courriel"))
}

fn begin_again(member: &Member, request: &HttpRequest) -> Result<HttpResponse, PageError> {
    let app = session::app(request);
    let credential = app.account(member.id()).and_then(|account| account.credential);
    let credential = credential.ok_or(PageError::SignedOut(None))?;
    let secret = SessionSecret::from_random(random(&**app.env()));
    let (sessions, now) = (session::sessions(request), app.env().now());
    sessions.begin(&secret, member.id(), credential, now)?;
    sessions.end_others(member.id(), secret.name(), now)?;
    let mut answer = lead_to("/moi?fait=mot-de-passe");
    let cookie = session::cookie(session::settings(request), &secret);
    answer.add_cookie(&cookie).unwrap_or_default();
    Ok(answer)
}
