//! `/retrait`: she wants to stop, and has her code. Any desk may do it for her; a desk that did not
//! write her request learns that the code is known, and nothing else.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use maillage_protocol::consent::PersonalCode;

use super::errors::PageError;
use super::filters;
use super::form::{Mistakes, Sent, Typed};
use super::layout::{Frame, Room, page, page_again};
use super::{aside, session};
use crate::app::authority::Writer;
use crate::app::{Calls, Search};
use crate::caller::caller;
use crate::code_tries::CodeTries;
use crate::text::{Text, say_with};

#[derive(Template)]
#[template(path = "code/ask.html")]
struct CodePage {
    frame: Frame,
    /// What was typed.
    typed: String,
    mistakes: Mistakes,
    /// How many partners did not answer.
    silent: Option<String>,
}

#[derive(Template)]
#[template(path = "code/known.html")]
struct KnownPage {
    frame: Frame,
    code: String,
}

#[derive(Template)]
#[template(path = "code/done.html")]
struct DonePage {
    frame: Frame,
}

/// Asks for the code.
pub(super) async fn show(_: Writer, frame: Frame) -> Result<HttpResponse, PageError> {
    page(&CodePage {
        frame: frame.in_room(Room::Home),
        typed: String::new(),
        mistakes: Mistakes::default(),
        silent: None,
    })
}

/// Looks for whoever issued the code; stops once she is sure.
pub(super) async fn stop(
    writer: Writer,
    request: HttpRequest,
    frame: Frame,
    Sent { typed, .. }: Sent,
) -> Result<HttpResponse, PageError> {
    let frame = frame.in_room(Room::Home);
    let Ok(code) = typed.one("code").parse::<PersonalCode>() else {
        return unknown(frame, &typed, Text("retrait-illisible"), 0);
    };
    let tries = request.app_data::<web::Data<CodeTries>>();
    let tries = tries.expect("the server gives every page the tries");
    let now = session::app(&request).env().monotonic();
    tries.check(caller(&request), now)?;
    let calls = request.app_data::<web::Data<dyn Calls>>();
    let calls = Arc::clone(calls.expect("the server gives every page the calls"));
    match writer.search(&*calls, &code).await {
        Search { issuer: Some(issuer), .. } if typed.one("sure") == "oui" => {
            aside(move || writer.stop_by_code(issuer, code)).await?;
            page(&DonePage { frame })
        }
        Search { issuer: Some(_), .. } => page(&KnownPage { frame, code: code.to_printed() }),
        Search { issuer: None, silent } => {
            tries.count(caller(&request), now);
            unknown(frame, &typed, Text("retrait-inconnu"), silent)
        }
    }
}

fn unknown(
    frame: Frame,
    typed: &Typed,
    text: Text,
    silent: usize,
) -> Result<HttpResponse, PageError> {
    let mut mistakes = Mistakes::default();
    mistakes.add("code", text);
    let silent = (silent > 0).then(|| say_with("retrait-silence", [("nombre", silent.into())]));
    page_again(&CodePage { frame, typed: typed.one("code").to_owned(), mistakes, silent })
}
