//! From the cookie to the handle: a page that asks for a [`Writer`] is reached by nobody else.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use tracing::error;

use super::WebSettings;
use super::errors::PageError;
use crate::app::authority::{Admin, Auditor, Coordinator, Member, Teammate, Writer};
use crate::app::{Account, App};
use crate::index::{SessionSecret, Sessions};
use crate::telemetry::Chain;

/// Anybody, signed in or not.
pub struct Visitor;

/// A session that is open, and whose it is.
#[derive(Clone)]
pub(super) struct OpenSession {
    /// What the cookie holds.
    pub(super) secret: SessionSecret,
    /// Whose it is.
    pub(super) account: Account,
}

/// Returns the session of a request, if it has one that is open.
pub(super) fn of(request: &HttpRequest) -> Option<OpenSession> {
    if let Some(known) = request.extensions().get::<Option<OpenSession>>() {
        return known.clone();
    }
    let session = find(request);
    request.extensions_mut().insert(session.clone());
    session
}

fn find(request: &HttpRequest) -> Option<OpenSession> {
    let cookie = request.cookie(cookie_name(settings(request)))?;
    let secret = SessionSecret::read(cookie.value())?;
    let app = app(request);
    let session = match sessions(request).resume(&secret, app.env().now()) {
        Ok(session) => session?,
        Err(failure) => {
            error!(error = %Chain(&failure), "the sessions cannot be read");
            return None;
        }
    };
    let account = app.account(session.account)?;
    // A session ends with the password that opened it.
    (account.credential == Some(session.credential)).then_some(OpenSession { secret, account })
}

/// Returns the node, which `routes` says that the server gives.
pub(super) fn app(request: &HttpRequest) -> &web::Data<App> {
    request.app_data().expect("the server gives every page the node")
}

/// Returns the sessions.
pub(super) fn sessions(request: &HttpRequest) -> &web::Data<Sessions> {
    request.app_data().expect("the server gives every page the sessions")
}

/// Returns the settings.
pub(super) fn settings(request: &HttpRequest) -> &web::Data<WebSettings> {
    request.app_data().expect("the server gives every page its settings")
}

/// The prefix lets the browser refuse a cookie of another host or without TLS.
const fn cookie_name(settings: &WebSettings) -> &'static str {
    if settings.secure_cookies { "__Host-maillage" } else { "maillage" }
}

/// Makes the cookie of a session. It dies with the browser.
pub(super) fn cookie(settings: &WebSettings, secret: &SessionSecret) -> Cookie<'static> {
    Cookie::build(cookie_name(settings), secret.to_cookie())
        .path("/")
        .secure(settings.secure_cookies)
        .http_only(true)
        // A link in an e-mail must open.
        .same_site(SameSite::Lax)
        .finish()
}

/// Makes the cookie that takes another's place, and is nothing.
pub(super) fn no_cookie(settings: &WebSettings) -> Cookie<'static> {
    let mut cookie = Cookie::build(cookie_name(settings), "")
        .path("/")
        .secure(settings.secure_cookies)
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish();
    cookie.make_removal();
    cookie
}

fn member(request: &HttpRequest) -> Result<Member, PageError> {
    let session = of(request).ok_or_else(|| match *request.method() {
        Method::POST => PageError::Interrupted,
        _ => PageError::SignedOut(back_to(request)),
    })?;
    Ok(Member::new(Arc::clone(app(request)), session.account))
}

/// Where to lead on after signing in: the page that was asked for.
fn back_to(request: &HttpRequest) -> Option<String> {
    let page = request.uri().path_and_query()?.as_str();
    (request.method() == Method::GET && page != "/").then(|| page.to_owned())
}

/// Declares who makes each handle. What one may not see answers like what does not exist.
macro_rules! handles {
    ($($handle:ident = $make:expr;)+) => {$(
        impl FromRequest for $handle {
            type Error = PageError;
            type Future = Ready<Result<Self, PageError>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let make: fn(&HttpRequest) -> Result<Self, PageError> = $make;
                ready(make(request))
            }
        }
    )+};
}

handles! {
    Visitor = |_| Ok(Self);
    Member = member;
    Teammate = |request| Self::of(member(request)?).ok_or(PageError::NotFound);
    Writer = |request| Self::of(member(request)?).ok_or(PageError::NotFound);
    Admin = |request| Self::of(member(request)?).ok_or(PageError::NotFound);
    Coordinator = |request| Self::of(member(request)?).ok_or(PageError::NotFound);
    Auditor = |request| Self::of(member(request)?).ok_or(PageError::NotFound);
}
