//! `/arrivee/…`: a link that an administrator handed over, by which one chooses a password. Opening it
//! uses nothing up: programs that read mail open links too.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use maillage_protocol::private::Private;

use super::errors::PageError;
use super::filters;
use super::form::{Mistakes, Typed};
use super::layout::{Frame, html, page, page_again};
use super::{SignInLimits, Visitor, aside, session, sign_in};
use crate::app::Account;
use crate::caller::caller;
use crate::text::Text;

#[derive(Template)]
#[template(path = "arrival.html")]
struct ArrivalPage {
    frame: Frame,
    link: String,
    /// Who arrives: nobody, if the link is void.
    arriving: Option<Arriving>,
    mistakes: Mistakes,
}

/// Who arrives.
struct Arriving {
    name: String,
    login: String,
}

/// Shows the form.
pub(super) async fn show(
    _: Visitor,
    request: HttpRequest,
    frame: Frame,
) -> Result<HttpResponse, PageError> {
    let link = named(&request);
    match session::app(&request).arriving(&link) {
        Some(account) => page(&form(frame, link, &account, Mistakes::default())),
        None => void(frame),
    }
}

/// Returns what the address holds.
fn named(request: &HttpRequest) -> String {
    request.match_info().get("lien").unwrap_or_default().to_owned()
}

fn form(frame: Frame, link: String, account: &Account, mistakes: Mistakes) -> ArrivalPage {
    let person = account.person.reveal();
    let arriving = Some(Arriving { name: person.name.clone(), login: person.login.clone() });
    ArrivalPage { frame, link, arriving, mistakes }
}

/// Says that the link is too old, or was used.
fn void(frame: Frame) -> Result<HttpResponse, PageError> {
    let page =
        ArrivalPage { frame, link: String::new(), arriving: None, mistakes: Mistakes::default() };
    Ok(html(&mut HttpResponse::NotFound(), page.render()?))
}

/// Chooses the password, and signs in.
pub(super) async fn choose(
    _: Visitor,
    request: HttpRequest,
    frame: Frame,
    typed: Typed,
) -> Result<HttpResponse, PageError> {
    let link = named(&request);
    let limits = request.app_data::<web::Data<SignInLimits>>();
    let limits = limits.expect("the server gives every page the limits");
    limits.check(&link, caller(&request))?;
    let app = session::app(&request).clone();
    let Some(account) = app.arriving(&link) else { return void(frame) };
    let secret = |field| Private::from(typed.one(field).to_owned());
    let (chosen, again) = (secret("nouveau"), secret("encore"));
    let mut mistakes = Mistakes::default();
    if chosen != again {
        mistakes.add("encore", Text("moi-mots-differents"));
        return page_again(&form(frame, link, &account, mistakes));
    }
    let turn = limits.hashing().acquire_owned().await;
    let (arriving, kept) = (app.clone(), link.clone());
    let done = aside(move || {
        let done = arriving.arrive(&kept, &chosen);
        drop(turn);
        done
    })
    .await?;
    match done {
        None => void(frame),
        Some(Err(_)) => {
            mistakes.add("nouveau", Text("moi-mot-faible"));
            page_again(&form(frame, link, &account, mistakes))
        }
        Some(Ok(())) => {
            let account = app.account(account.id).ok_or(PageError::NotFound)?;
            let credential = account.credential.ok_or(PageError::NotFound)?;
            sign_in::begin(&request, account, credential, "/?fait=arrivee").await
        }
    }
}
