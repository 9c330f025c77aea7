//! `/verification`: a person brings a receipt. Whoever knows the public key of who signed it tells
//! whether it is theirs, without asking anybody.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::consent::SignedReceipt;

use super::errors::PageError;
use super::filters;
use super::form::{Mistakes, Sent, Typed};
use super::layout::{Frame, Room, page, page_again};
use crate::app::WrongReceipt;
use crate::app::authority::Member;
use crate::text::{Moment, Text};

#[derive(Template)]
#[template(path = "verification.html")]
struct VerificationPage {
    frame: Frame,
    typed: String,
    mistakes: Mistakes,
    found: Option<Found>,
}

/// A receipt whose signature is right.
struct Found {
    name: String,
    fingerprint: String,
    at: Moment,
    doubtful: bool,
}

/// Asks for the letters of the paper.
pub(super) async fn show(_: Member, frame: Frame) -> Result<HttpResponse, PageError> {
    let frame = frame.in_room(Room::Home);
    let (typed, mistakes) = (String::new(), Mistakes::default());
    page(&VerificationPage { frame, typed, mistakes, found: None })
}

/// Tells whether the signature is right.
pub(super) async fn check(
    member: Member,
    frame: Frame,
    Sent { typed, .. }: Sent,
) -> Result<HttpResponse, PageError> {
    let frame = frame.in_room(Room::Home);
    match read(&member, &typed, &frame) {
        Ok(found) => {
            let (typed, mistakes) = (String::new(), Mistakes::default());
            page(&VerificationPage { frame, typed, mistakes, found: Some(found) })
        }
        Err(text) => {
            let mut mistakes = Mistakes::default();
            mistakes.add("recepisse", text);
            // The square holds her code too: it is not shown again.
            let typed = typed.one("recepisse");
            let typed = typed.rsplit('.').next().unwrap_or_default().to_owned();
            page_again(&VerificationPage { frame, typed, mistakes, found: None })
        }
    }
}

fn read(member: &Member, typed: &Typed, frame: &Frame) -> Result<Found, Text> {
    if typed.one("recepisse").is_empty() {
        return Err(Text("verification-absente"));
    }
    let signed = typed.one("recepisse").parse::<SignedReceipt>();
    let signed = signed.map_err(|_| Text("verification-illisible"))?;
    let checked = member.check_receipt(&signed).map_err(|wrong| match wrong {
        WrongReceipt::UnknownIssuer => Text("verification-inconnue"),
        WrongReceipt::Forged => Text("verification-fausse"),
    })?;
    Ok(Found {
        name: checked.name,
        fingerprint: checked.said.issuer.fingerprint(),
        at: frame.clock.moment(checked.said.at),
        doubtful: checked.doubtful,
    })
}
