//! T7 `/orienter/recepisse/…`: something to hand over. Her code is here until it was handed over,
//! and then nowhere.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use maillage_protocol::consent::SignedReceipt;
use maillage_protocol::id::UnitId;
use maillage_protocol::pathway::PathwayNumber;

use super::{Draft, SentReferral};
use crate::app::authority::Writer;
use crate::app::{Chosen, ShortCode};
use crate::text::{Coded, Moment, Reading, Telephone, Text, opening_hours};
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::Sent;
use crate::web::layout::{Frame, Room, lead_to, page};
use crate::web::row;
use crate::web::story::{Asked, Line, card_lines};
use crate::web::{aside, session, square};

#[derive(Template)]
#[template(path = "refer/receipt.html")]
struct ReceiptPage {
    frame: Frame,
    draft: String,
    reference: String,
    code: Option<String>,
    /// Where she follows her request: the address, and a square that holds the code too.
    address_of_page: String,
    square: Option<String>,
    /// Where her chain goes on, in groups to be typed.
    number: Option<String>,
    /// What the organization signs, in groups to be typed, and the short key to compare.
    signature: Option<String>,
    fingerprint: String,
    organization: String,
    address: Option<String>,
    commune: Option<String>,
    telephone: Option<Telephone>,
    hours: Option<String>,
    /// Whom to ask for there.
    service: Option<String>,
    asked: Vec<Line>,
    told: Vec<Line>,
    /// What she chose besides.
    besides: Vec<Line>,
    until: Option<Moment>,
    sender_telephone: Option<Telephone>,
    /// The words that were shown or read to her.
    reading: Option<Reading>,
}

/// For whom nobody may contact: a paper that says nothing to whoever finds it.
#[derive(Template)]
#[template(path = "refer/discreet.html")]
struct DiscreetPage {
    frame: Frame,
    draft: String,
    reference: String,
    code: Option<String>,
    address_of_page: String,
}

/// Shows the receipt.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    request: HttpRequest,
    draft: web::Path<UnitId>,
) -> Result<HttpResponse, PageError> {
    let (frame, draft) = (frame.in_room(Room::Refer), draft.into_inner());
    let clock = frame.clock;
    let address_of_page =
        format!("{}/p", session::settings(&request).public_url.trim_end_matches('/'));
    let fingerprint = session::app(&request).node().fingerprint();
    let us = session::app(&request).card();
    let (sent, story, person) = aside(move || {
        let Draft::Receipt(sent) = Draft::read(writer.member(), draft)? else {
            return Err(PageError::NotFound);
        };
        let story = writer.story(sent.referral)?.ok_or(PageError::NotFound)?;
        let person = writer.person(sent.referral)?;
        Ok((sent, story, person))
    })
    .await?;
    let SentReferral { referral, code, signed, reading } = *sent;
    let reference = ShortCode::of(referral).to_string();
    if story.chosen.is_some_and(|chosen| chosen.discreet) {
        let code = code.map(|code| code.reveal().clone());
        // A browser prints the title of a page: it names nobody either.
        let frame = Frame { organization: None, ..frame };
        let draft = draft.to_string();
        return page(&DiscreetPage { frame, draft, reference, code, address_of_page });
    }
    // She knows how urgent it is: the paper does not say it again.
    let asked = story
        .proposal
        .as_ref()
        .map(|proposal| Asked { urgency: None, ..Asked::from(proposal) }.lines(clock));
    let (service, card) = (story.proposal.as_ref().map(|proposal| proposal.service), story.card);
    let services = card.as_ref().map(|card| card.services.iter()).into_iter().flatten();
    let mut services = services.filter(|known| Some(known.id) == service);
    let service = services.next().map(|known| known.name.clone());
    page(&ReceiptPage {
        frame,
        draft: draft.to_string(),
        reference,
        // After the « # », the code reaches no server and no log.
        square: code.as_ref().map(|code| {
            let held = in_square(code.reveal(), signed.as_deref(), story.number);
            square::draw(&format!("{address_of_page}#{held}"))
        }),
        number: story.number.map(|number| number.to_printed().replace('-', " ")),
        signature: signed.map(|signed| signed.replace('-', " ")),
        fingerprint,
        address_of_page,
        code: code.map(|code| code.reveal().clone()),
        organization: row::other(&story.row),
        address: card.as_ref().and_then(|card| card.address.clone()),
        commune: card.as_ref().map(|card| card.commune.clone()),
        telephone: card.as_ref().and_then(|card| card.telephone.as_deref()).map(Telephone::of),
        hours: card.and_then(|card| card.hours).as_deref().map(opening_hours),
        service,
        reading,
        besides: story.chosen.as_ref().map(besides).unwrap_or_default(),
        sender_telephone: us.and_then(|card| card.telephone).as_deref().map(Telephone::of),
        asked: asked.unwrap_or_default(),
        told: person.as_ref().map(card_lines).unwrap_or_default(),
        until: story.agreed_until.map(|until| clock.day_of(until)),
    })
}

/// Says what she chose besides the request itself.
pub(super) fn besides(chosen: &Chosen) -> Vec<Line> {
    let yes_or_no = |yes| if yes { Text("recepisse-oui") } else { Text("recepisse-non") };
    let asked = chosen.askable.map_or_else(|| yes_or_no(false).to_string(), Coded::label);
    vec![
        Line::new(Text("recepisse-retour"), chosen.feedback.label()),
        Line::new(Text("recepisse-compter"), yes_or_no(chosen.counted).to_string()),
        Line::new(Text("recepisse-redemander"), asked),
    ]
}

/// Returns what the square holds: her code, where her chain goes on, what is signed.
fn in_square(code: &str, signed: Option<&str>, number: Option<PathwayNumber>) -> String {
    let signed = signed.and_then(|signed| signed.parse::<SignedReceipt>().ok());
    let whole = signed.zip(number).map(|(signed, number)| signed.in_square(code, number));
    whole.unwrap_or_else(|| code.to_owned())
}

/// Forgets the code: it was handed over.
pub(in crate::web) async fn hand_over(
    writer: Writer,
    draft: web::Path<UnitId>,
    _: Sent,
) -> Result<HttpResponse, PageError> {
    let draft = draft.into_inner();
    let reference = aside(move || {
        let Draft::Receipt(sent) = Draft::read(writer.member(), draft)? else {
            return Err(PageError::NotFound);
        };
        writer.member().drop_draft(draft)?;
        Ok(ShortCode::of(sent.referral))
    })
    .await?;
    Ok(lead_to(&format!("/parcours/{reference}?fait=recepisse")))
}
