//! T1 `/connexion`: enter. The same words for an unknown login and for a wrong password.

use actix_web::http::header::{HeaderName, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use maillage_protocol::private::Private;
use serde::Deserialize;

use super::errors::PageError;
use super::filters;
use super::form::{Mistakes, Typed};
use super::layout::{Frame, lead_to, page, page_again};
use super::{SignInLimits, Visitor, session};
use crate::app::Account;
use crate::app::authority::Member;
use crate::caller::caller;
use crate::env::random;
use crate::index::SessionSecret;
use crate::text::Text;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    login: String,
    back: String,
    mistakes: Mistakes,
}

/// Where to lead on after signing in.
#[derive(Deserialize)]
pub(super) struct Back {
    vers: Option<String>,
}

/// Shows the form.
pub(super) async fn show(
    _: Visitor,
    frame: Frame,
    back: web::Query<Back>,
) -> Result<HttpResponse, PageError> {
    let back = page_of_ours(back.into_inner().vers.as_deref()).to_owned();
    page(&SignInPage { frame, login: String::new(), back, mistakes: Mistakes::default() })
}

/// Opens a session.
pub(super) async fn enter(
    _: Visitor,
    request: HttpRequest,
    frame: Frame,
    typed: Typed,
) -> Result<HttpResponse, PageError> {
    let login = typed.one("identifiant").to_owned();
    let limits = request.app_data::<web::Data<SignInLimits>>();
    let limits = limits.expect("the server gives every page the limits");
    limits.check(&login, caller(&request))?;
    let turn = limits.hashing().acquire_owned().await;
    let app = session::app(&request).clone();
    let (tried, password) = (login.clone(), Private::from(typed.one("mot-de-passe").to_owned()));
    let account = super::aside(move || {
        let found = app.authenticate(&tried, &password);
        drop(turn);
        found
    })
    .await?;
    let opened = account.and_then(|account| Some((account.credential?, account)));
    let back = page_of_ours(Some(typed.one("vers")));
    let Some((credential, account)) = opened else {
        let mut mistakes = Mistakes::default();
        mistakes.add("identifiant", Text("connexion-refusee"));
        return page_again(&SignInPage { frame, login, back: back.to_owned(), mistakes });
    };
    begin(&request, account, credential, back).await
}

/// Opens the session of somebody who proved who they are, and leads on.
pub(super) async fn begin(
    request: &HttpRequest,
    account: Account,
    credential: [u8; 16],
    page: &str,
) -> Result<HttpResponse, PageError> {
    let app = session::app(request).clone();
    let (id, now) = (account.id, app.env().now());
    let secret = SessionSecret::from_random(random(&**app.env()));
    super::aside(move || app.has_seen(&account)).await?;
    session::sessions(request).begin(&secret, id, credential, now)?;
    let cookie = session::cookie(session::settings(request), &secret);
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, page)).cookie(cookie).finish())
}

/// Ends the session.
pub(super) async fn leave(member: Member, request: HttpRequest) -> Result<HttpResponse, PageError> {
    if let Some(open) = session::of(&request) {
        session::sessions(&request).end(member.id(), open.secret.name())?;
    }
    let mut answer = lead_to("/connexion?fait=deconnexion");
    let cookie = session::no_cookie(session::settings(&request));
    // A cookie of ours is made of letters: it always fits.
    answer.add_cookie(&cookie).unwrap_or_default();
    answer.headers_mut().insert(
        HeaderName::from_static("clear-site-data"),
        actix_web::http::header::HeaderValue::from_static("\"cache\", \"cookies\", \"storage\""),
    );
    Ok(answer)
}

/// Returns a page of this node: nobody is led elsewhere by a link.
fn page_of_ours(asked: Option<&str>) -> &str {
    let ours = |page: &&str| {
        let safe = |c: char| c.is_ascii_alphanumeric() || "/-_?=&.%".contains(c);
        page.starts_with('/') && !page.starts_with("//") && page.chars().all(safe)
    };
    asked.filter(ours).unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere() {
        assert_eq!(page_of_ours(Some("/parcours/K7QD-2M9P?a=b")), "/parcours/K7QD-2M9P?a=b");
        for elsewhere in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/a\r\nset-cookie: b",
            "",
        ] {
            assert_eq!(page_of_ours(Some(elsewhere)), "/", "{elsewhere}");
        }
        assert_eq!(page_of_ours(None), "/");
    }
}
