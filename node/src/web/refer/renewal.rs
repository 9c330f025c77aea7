//! `/parcours/…/accord`: she agrees to the same for longer. What she chose besides is not asked
//! again, and what she took back is not there any more.

use actix_web::HttpResponse;
use maillage_protocol::id::UnitId;

use super::consent::{Agreed, ConsentPage, Offer, Same, shown_otherwise};
use super::disclosure::Told;
use super::need::Need;
use super::place::Place;
use super::receipt::besides;
use super::{Draft, SentReferral};
use crate::app::authority::Writer;
use crate::app::{PersonCard, Renewal, Story};
use crate::text::Clock;
use crate::web::aside;
use crate::web::errors::PageError;
use crate::web::form::{Mistakes, Sent, Typed};
use crate::web::layout::{Frame, Room, lead_to, page, page_again};
use crate::web::story::{self, Asked, Reference};

/// Shows what she is asked to agree to.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let path = format!("/parcours/{}", story.row.code);
    if !story.renewable {
        return Ok(lead_to(&path));
    }
    let Some(offer) = offer(&writer, &story, frame.clock).await? else {
        return Err(PageError::NoLink);
    };
    let clock = frame.clock;
    let frame = frame.in_room(Room::Home);
    let shown = ConsentPage::about(frame, &Typed::default(), &offer, Mistakes::default());
    page(&shown.again(&path, same(&story, clock)))
}

/// Writes down that she said yes. If she said no, nothing changes.
pub(in crate::web) async fn send(
    writer: Writer,
    frame: Frame,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let path = format!("/parcours/{}", story.row.code);
    if sent.typed.holds("reponse", "non") {
        return Ok(lead_to(&format!("{path}?fait=pas-renouvele")));
    }
    let Some(offer) = offer(&writer, &story, frame.clock).await? else {
        return Err(PageError::NoLink);
    };
    let clock = frame.clock;
    let frame = frame.in_room(Room::Home);
    if let Some(typed) = shown_otherwise(sent.typed.clone()) {
        let shown = ConsentPage::about(frame, &typed, &offer, Mistakes::default());
        return page(&shown.again(&path, same(&story, clock)));
    }
    // What she chose besides stands: the form does not ask for it.
    let typed = sent.typed.with("retour", "outcome");
    let agreed = match Agreed::read(&typed) {
        Ok(agreed) => agreed,
        Err(mistakes) => {
            let shown = ConsentPage::about(frame, &typed, &offer, mistakes);
            return page_again(&shown.again(&path, same(&story, clock)));
        }
    };
    let reading = offer.reading(&typed);
    let renewal = Renewal {
        gesture: agreed.gesture,
        place: agreed.place,
        notice: reading.notice(agreed.form),
        validity: agreed.validity,
    };
    let (id, once) = (story.row.id, sent.once);
    let receipt: Option<UnitId> = aside(move || {
        let renewed = writer.renew(id, renewal, once)?;
        let Some(code) = renewed.code else { return Ok::<_, PageError>(None) };
        let receipt = SentReferral {
            referral: id,
            code: Some(code.to_printed().into()),
            signed: renewed.receipt.map(|receipt| receipt.to_printed()),
            reading: Some(reading),
        };
        Ok(Some(Draft::Receipt(Box::new(receipt)).keep(writer.member(), None)?))
    })
    .await?;
    // The second of two clicks finds the receipt on the first page.
    Ok(lead_to(&match receipt {
        Some(draft) => format!("/orienter/recepisse/{draft}"),
        None => "/".to_owned(),
    }))
}

/// Says what she agreed to, and would go on agreeing to.
fn same(story: &Story, clock: Clock) -> Same {
    let asked = story.proposal.as_ref().map(|proposal| {
        // She knows how urgent it is.
        Asked { urgency: None, ..Asked::from(proposal) }.lines(clock)
    });
    Same {
        before: asked.unwrap_or_default(),
        besides: story.chosen.as_ref().map(besides).unwrap_or_default(),
        left: story.agreed_until.map(|until| until.since(clock.now())).unwrap_or_default(),
    }
}

/// Returns what she is asked to agree to again, if the structure can still be asked and if it is
/// still known who she is.
async fn offer(writer: &Writer, story: &Story, clock: Clock) -> Result<Option<Offer>, PageError> {
    let (reader, id) = (writer.clone(), story.row.id);
    let person = aside(move || reader.person(id)).await?;
    let (Some(asked), Some(PersonCard { contact, context })) = (&story.proposal, person) else {
        return Ok(None);
    };
    let places = Place::all(&writer.partners(), (asked.code, None), clock);
    let same = |place: &Place| place.peer == story.peer && place.service == asked.service;
    let Some(place) = places.into_iter().find(same) else { return Ok(None) };
    let need = Need {
        code: asked.code,
        right: asked.right,
        deadline: asked.deadline,
        obstacles: asked.obstacles.clone(),
        mode: asked.mode,
        accommodations: asked.accommodations.clone(),
        goes_on: None,
    };
    let told = Told {
        contact,
        context,
        reviewed: true,
        schedule: asked.schedule.clone(),
        mobility: asked.mobility.clone(),
        language: asked.language.clone(),
        tells_tried: false,
        tried: asked.tried.iter().map(|tried| tried.end).collect(),
    };
    Ok(Some(Offer { need, place, told }))
}
