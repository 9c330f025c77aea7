//! `/parcours/…/secours`: a sheet to be printed when a right may be lost and nobody has accepted. What
//! she can do herself, where, and before when. That a posted form is in time by its postmark is the rule
//! of article L112-1 of the code of relations between the public and the administration.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::referral::{Author, Status};

use crate::app::Story;
use crate::app::authority::Writer;
use crate::facts::ImportedPlace;
use crate::text::{Coded, Moment, Telephone, opening_hours};
use crate::web::aside;
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::layout::{Frame, Room, lead_to, page};
use crate::web::refer::place::{Found, folded};
use crate::web::row;
use crate::web::story::{self, Reference};

/// How many places the sheet names.
const NAMED: usize = 4;

#[derive(Template)]
#[template(path = "pathway/fallback.html")]
struct FallbackPage {
    frame: Frame,
    reference: String,
    right: String,
    before: Moment,
    /// Whoever was asked, who may still answer.
    asked: String,
    asked_telephone: Option<Telephone>,
    /// Where she is known.
    ours: Option<Telephone>,
    our_hours: Option<String>,
    places: Vec<Found>,
}

/// Tells whether there is something to print: a date that is near, and nobody who helps.
pub(in crate::web) fn is_useful(story: &Story) -> bool {
    let row = &story.row;
    let waits = matches!(
        row.status,
        Status::Proposed | Status::Delivered | Status::Seen | Status::Questioned
    );
    let dated = story.proposal.as_ref().is_some_and(|asked| asked.deadline.is_some());
    let alone = row.has_to_choose() || row.urgent && waits;
    row.side == Author::Sender && dated && alone
}

/// Shows the sheet.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let asked = story.proposal.as_ref().filter(|_| is_useful(&story));
    let Some((asked, deadline)) = asked.and_then(|asked| Some((asked, asked.deadline?))) else {
        return Ok(lead_to(&format!("/parcours/{}", story.row.code)));
    };
    let reader = writer.clone();
    let (us, places) = aside(move || Ok::<_, PageError>((reader.card(), reader.places()))).await?;
    let commune = us.as_ref().map(|card| card.commune.clone()).unwrap_or_default();
    let telephone = |number: Option<&str>| number.map(Telephone::of);
    let theirs = story.card.as_ref().and_then(|card| card.telephone.as_deref());
    page(&FallbackPage {
        reference: story.row.code.to_string(),
        right: asked.right.map_or_else(|| asked.code.label(), Coded::label),
        before: frame.clock.on_paper(deadline),
        asked: row::other(&story.row),
        asked_telephone: telephone(theirs),
        ours: telephone(us.as_ref().and_then(|card| card.telephone.as_deref())),
        our_hours: us.and_then(|card| card.hours).as_deref().map(opening_hours),
        places: near(&places, &commune).into_iter().map(Found::of).collect(),
        frame: frame.in_room(Room::Home),
    })
}

/// Returns the places that can be called, those of our commune first, then those whose postcode begins
/// like ours.
fn near<'a>(places: &'a [ImportedPlace], commune: &str) -> Vec<&'a ImportedPlace> {
    let here = |place: &&ImportedPlace| folded(&place.commune) == folded(commune);
    let Some(ours) = places.iter().find(here) else { return Vec::new() };
    let shared = |place: &ImportedPlace| {
        let pairs = place.postcode.chars().zip(ours.postcode.chars());
        pairs.take_while(|(theirs, ours)| theirs == ours).count()
    };
    let called = places.iter().filter(|place| place.telephone.is_some());
    let mut near: Vec<_> = called.filter(|place| shared(place) > 1).collect();
    near.sort_by_key(|place| (!here(place), std::cmp::Reverse(shared(place))));
    near.truncate(NAMED);
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str, commune: &str, postcode: &str, telephone: bool) -> ImportedPlace {
        ImportedPlace {
            id: name.to_owned(),
            name: name.to_owned(),
            commune: commune.to_owned(),
            postcode: postcode.to_owned(),
            address: "1 rue du Lavoir".to_owned(),
            telephone: telephone.then(|| "01 00 00 00 00".to_owned()),
            hours: None,
            updated: None,
        }
    }

    #[test]
    fn the_places_that_are_named_can_be_called_and_are_near() {
        let places = [
            place("loin", "Nice", "06000", true),
            place("à côté", "Sarcelles", "95200", true),
            place("muette", "Garges-lès-Gonesse", "95140", false),
            place("ici", "Garges-lès-Gonesse", "95140", true),
        ];
        let names = |commune| {
            near(&places, commune).iter().map(|place| place.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(names("garges lès gonesse"), ["ici", "à côté"]);
        assert_eq!(names("Ailleurs"), [""; 0]);
        assert_eq!(names("Sarcelles"), ["à côté", "ici"]);
    }
}
