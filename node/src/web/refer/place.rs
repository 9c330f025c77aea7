//! T4 `/orienter/lieu`: where, chosen with her. Partners can be asked from here; the other places
//! of the territory are shown with their telephone.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use askama::Template;
use maillage_protocol::calendar::{Calendar, Day};
use maillage_protocol::codes::{AttemptEnd, NeedCode};
use maillage_protocol::disclosure::SecrecyRegime;
use maillage_protocol::guard::compared;
use maillage_protocol::id::{NodeId, ServiceId};
use maillage_protocol::referral::Author;
use maillage_protocol::time::DAY;
use serde::Deserialize;

use super::need::Need;
use super::{Step, Which, again, lead_to_step};
use crate::app::authority::Writer;
use crate::app::{LinkState, Observed, PeerView};
use crate::facts::ImportedPlace;
use crate::hours::opens_before;
use crate::text::{Clock, Coded, Moment, Telephone, Text, opening_hours, say_with};
use crate::web::aside;
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Mistakes, Sent, Typed};
use crate::web::layout::{Frame, Room, page, page_again};

/// The service that is asked.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) peer: NodeId,
    pub(super) service: ServiceId,
    /// How the organization is called.
    pub(super) organization: String,
    /// How the service is called.
    pub(super) name: String,
    pub(super) address: Option<String>,
    pub(super) telephone: Option<Telephone>,
    pub(super) hours: Option<String>,
    pub(super) secrecy: String,
    pub(super) regime: SecrecyRegime,
    commune: String,
    fits: bool,
    /// Whether it does not open before the right is lost.
    too_late: bool,
    /// Whether those who could not help named it.
    named: bool,
    /// How it ended when it was asked for the same need, in words.
    tried: Option<Text>,
    /// How it has answered us.
    observed: Observed,
    last_contact: Option<Moment>,
}

impl Place {
    /// Reads which one was chosen, if it can still be asked.
    pub(super) fn read(typed: &Typed, places: &[Self]) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let chosen = places.iter().find(|place| place.value() == typed.one("lieu")).cloned();
        let missing = match typed.one("lieu") {
            "" => Text("lieu-absent"),
            _ => Text("lieu-disparu"),
        };
        mistakes.need("lieu", chosen, missing).ok_or(mistakes)
    }

    /// Returns the services that can be asked, those that answer the need first.
    pub(super) fn all(
        partners: &[PeerView],
        (need, until): (NeedCode, Option<Day>),
        clock: Clock,
    ) -> Vec<Self> {
        let active = partners.iter().filter(|partner| partner.state == LinkState::Active);
        let mut places: Vec<_> =
            active.flat_map(|peer| Self::of(peer, (need, until), clock)).collect();
        places.sort_by_key(|place| (!place.fits, place.too_late));
        places
    }

    fn of(peer: &PeerView, (need, until): (NeedCode, Option<Day>), clock: Clock) -> Vec<Self> {
        let Some(card) = &peer.card else { return Vec::new() };
        let hours = card.hours.as_deref().zip(until);
        let opens = hours.map(|(hours, until)| opens_before(hours, clock.now(), until));
        let too_late = opens.flatten() == Some(false);
        let view = |service: &maillage_protocol::directory::Service| Self {
            peer: peer.node,
            service: service.id,
            organization: card.name.clone(),
            name: service.name.clone(),
            address: card.address.clone(),
            telephone: card.telephone.as_deref().map(Telephone::of),
            hours: card.hours.as_deref().map(opening_hours),
            secrecy: card.regime.label(),
            regime: card.regime,
            commune: card.commune.clone(),
            fits: service.needs.contains(&need),
            too_late,
            named: false,
            tried: None,
            observed: Observed::default(),
            last_contact: peer.last_contact.map(|at| clock.moment(at)),
        };
        card.services.iter().map(view).collect()
    }

    /// Says how it has answered us, once that is more than chance.
    fn answers(&self) -> Option<String> {
        let Observed { answered, accepted, median, .. } = self.observed;
        let days = median.as_secs().div_ceil(DAY.as_secs()).max(1);
        let about = [("oui", accepted.into()), ("total", answered.into()), ("jours", days.into())];
        (answered >= ENOUGH).then(|| say_with("lieu-observe", about))
    }

    /// Orders those who answer before those who are silent, those who say yes and soon before the
    /// others.
    fn promise(&self) -> (bool, usize, Duration) {
        let Observed { answered, accepted, median, silent } = self.observed;
        let known = answered >= ENOUGH;
        // Of those whom we do not know yet, neither good nor bad is thought.
        let refused = if known { 100 - 100 * accepted / answered } else { 50 };
        (silent, refused, if known { median } else { Duration::ZERO })
    }

    fn value(&self) -> String {
        format!("{}.{}", self.peer, self.service)
    }
}

#[derive(Template)]
#[template(path = "refer/place.html")]
struct PlacePage {
    frame: Frame,
    draft: String,
    need: String,
    chosen: String,
    fitting: Vec<Place>,
    others: Vec<Place>,
    search: String,
    found: Vec<Found>,
    /// Whether the right is lost today.
    today: bool,
    /// Whether there is no time left to ask anybody: it is done now, or somebody is called.
    now: bool,
    /// How many places of the territory there are in all.
    known: usize,
    mistakes: Mistakes,
}

/// A place that nobody here has confirmed.
pub(in crate::web) struct Found {
    pub(in crate::web) name: String,
    pub(in crate::web) address: String,
    pub(in crate::web) hours: Option<String>,
    pub(in crate::web) telephone: Option<Telephone>,
    updated: Option<String>,
}

impl Found {
    /// Says it.
    pub(in crate::web) fn of(place: &ImportedPlace) -> Self {
        Self {
            name: place.name.clone(),
            address: format!("{}, {} {}", place.address, place.postcode, place.commune),
            hours: place.hours.as_deref().map(opening_hours),
            telephone: place.telephone.as_deref().map(Telephone::of),
            updated: place.updated.clone(),
        }
    }
}

/// Answers after which they say something.
const ENOUGH: usize = 3;

/// The time of work below which nobody is asked any more.
const TOO_SHORT: Duration = Duration::from_secs(2 * 60 * 60);

/// Places of the territory shown at once.
const SHOWN: usize = 20;

/// What is searched among the places of the territory.
#[derive(Deserialize)]
pub(in crate::web) struct Search {
    commune: Option<String>,
}

/// What the page is made of.
struct Known {
    calendar: Calendar,
    places: Vec<Place>,
    imported: Vec<ImportedPlace>,
}

async fn known(
    writer: &Writer,
    step: &Step,
    need: &Need,
    clock: Clock,
) -> Result<Known, PageError> {
    let (writer, after) = (writer.clone(), step.typed.after);
    let need = (need.code, need.deadline);
    aside(move || {
        let before = after.map(|before| writer.story(before)).transpose()?.flatten();
        let named = before.as_ref().map(again::named_by).unwrap_or_default();
        let tried = before.as_ref().map(|story| story.tried.clone()).unwrap_or_default();
        let observed = writer.observed();
        let mut places = Place::all(&writer.partners(), need, clock);
        for place in &mut places {
            place.named = named.contains(&place.service);
            let seen = observed.get(&(place.peer, place.service));
            place.observed = seen.cloned().unwrap_or_default();
            let last = tried.iter().rev().find(|(peer, _)| *peer == place.peer);
            place.tried = last.and_then(|(_, end)| ended(*end));
        }
        // It is not sent back to whoever asked us.
        let from = before.filter(|story| story.row.side == Author::Receiver);
        places.retain(|place| from.as_ref().is_none_or(|story| story.peer != place.peer));
        places.sort_by_key(|place| {
            (place.too_late, !place.named, place.tried.is_some(), place.promise())
        });
        Ok::<_, PageError>(Known { calendar: writer.calendar(), places, imported: writer.places() })
    })
    .await
}

/// Says how an attempt ended, if that tells against asking again.
const fn ended(end: AttemptEnd) -> Option<Text> {
    match end {
        AttemptEnd::Declined => Some(Text("lieu-deja-refuse")),
        AttemptEnd::Silence => Some(Text("lieu-deja-silence")),
        AttemptEnd::Unresolved => Some(Text("lieu-deja-aide")),
        AttemptEnd::Cancelled | AttemptEnd::Other => None,
    }
}

/// Tells whether less than two hours of work are left before the right is lost (referral.md §8).
fn is_for_now(need: &Typed, calendar: Calendar, clock: Clock) -> bool {
    let until = Need::read(need, clock).ok().and_then(|need| need.deadline);
    let left = |until| calendar.working_time(clock.now(), calendar.end_of(until));
    until.is_some_and(|until| left(until) < TOO_SHORT)
}

fn view(frame: Frame, step: &Step, known: Known, search: &str, mistakes: Mistakes) -> PlacePage {
    let (fitting, others) = known.places.into_iter().partition(|place| place.fits || place.named);
    let need = step.typed.need.chosen::<NeedCode>("besoin");
    let now = is_for_now(&step.typed.need, known.calendar, frame.clock);
    let today = frame.clock.today().to_string();
    let count = known.imported.len();
    let wanted = folded(search);
    let matches = |place: &&ImportedPlace| {
        let texts = [&place.commune, &place.postcode, &place.name];
        !wanted.is_empty() && texts.into_iter().any(|text| folded(text).contains(&wanted))
    };
    PlacePage {
        frame: frame.in_room(Room::Refer),
        draft: step.name(),
        need: need.map(Coded::label).unwrap_or_default(),
        chosen: step.typed.place.one("lieu").to_owned(),
        fitting,
        others,
        found: known.imported.iter().filter(matches).take(SHOWN).map(Found::of).collect(),
        search: search.to_owned(),
        today: step.typed.need.one("echeance") == today,
        now,
        known: count,
        mistakes,
    }
}

/// Writes a name so that accents, case and hyphens make no difference.
pub(in crate::web) fn folded(name: &str) -> String {
    compared(name).join(" ")
}

/// Shows the step.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    which: web::Query<Which>,
    search: web::Query<Search>,
) -> Result<HttpResponse, PageError> {
    let step = Step::go_on(&writer, &which).await?;
    let Ok(need) = Need::read(&step.typed.need, frame.clock) else {
        return back_to_need(&step);
    };
    let known = known(&writer, &step, &need, frame.clock).await?;
    let search = search.into_inner().commune.unwrap_or_default();
    page(&view(frame, &step, known, &search, Mistakes::default()))
}

/// Keeps the step, and leads to the next one.
pub(in crate::web) async fn keep(
    writer: Writer,
    frame: Frame,
    which: web::Query<Which>,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let mut step = Step::go_on(&writer, &which).await?;
    let Ok(need) = Need::read(&step.typed.need, frame.clock) else {
        return back_to_need(&step);
    };
    let known = known(&writer, &step, &need, frame.clock).await?;
    step.typed.place = sent.typed;
    match Place::read(&step.typed.place, &known.places) {
        Ok(_) => Ok(lead_to_step("/orienter/donnees", step.keep(&writer).await?)),
        Err(mistakes) => page_again(&view(frame, &step, known, "", mistakes)),
    }
}

/// Leads back to a step that no longer makes sense: its deadline may have passed meanwhile.
pub(super) fn back_to_need(step: &Step) -> Result<HttpResponse, PageError> {
    step.id.map(|id| lead_to_step("/orienter/besoin", id)).ok_or(PageError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_hyphens_make_no_difference() {
        assert_eq!(folded(" Cergy-Préfecture"), "cergy prefecture");
        assert_eq!(folded("L’Isle-Adam"), folded("l'isle adam"));
    }
}
