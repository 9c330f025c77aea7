//! `/parcours/…/besoin`: an attempt ended, and the need is still ours: ask somebody else, or close
//! it with a reason. It never disappears by itself.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::body::InTime;
use maillage_protocol::codes::Outcome;
use maillage_protocol::referral::Event;

use super::Family;
use crate::app::authority::Writer;
use crate::app::{LinkState, Story};
use crate::text::Text;
use crate::web::aside;
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Mistakes, Sent, Typed};
use crate::web::layout::{Frame, Room, lead_to, page, page_again};
use crate::web::refer::again;
use crate::web::row::RowView;
use crate::web::story::{self, Reference};

#[derive(Template)]
#[template(path = "pathway/need.html")]
struct NeedPage {
    frame: Frame,
    row: RowView,
    /// Whether somebody else may be asked at the same time, and nothing is to be closed.
    beside: bool,
    /// The places that those who could not help have named: what the form sends, and a name.
    named: Vec<(String, String)>,
    /// What may help somebody who did not come.
    advice: Option<Text>,
    families: Vec<Family>,
    mistakes: Mistakes,
}

impl NeedPage {
    fn of(
        frame: Frame,
        (story, named): (&Story, Vec<(String, String)>),
        typed: &Typed,
        mistakes: Mistakes,
    ) -> Self {
        let (row, beside) = (RowView::of(&story.row, frame.clock), story.beside);
        Self {
            beside,
            named,
            advice: advice(story),
            families: Family::all(typed),
            frame: frame.in_room(Room::Home),
            row,
            mistakes,
        }
    }
}

/// Returns the places that those who could not help have named, of partners that can be asked.
async fn named(writer: &Writer, story: &Story) -> Result<Vec<(String, String)>, PageError> {
    let (writer, services) = (writer.clone(), again::named_by(story));
    let partners = aside(move || Ok::<_, PageError>(writer.partners())).await?;
    let asked = story.peer;
    let active = partners
        .iter()
        .filter(|partner| partner.state == LinkState::Active && partner.node != asked);
    let known = active.filter_map(|partner| Some((partner.node, partner.card.as_ref()?)));
    let known: Vec<_> = known
        .flat_map(|(node, card)| card.services.iter().map(move |it| (node, card, it)))
        .collect();
    let named = services.iter().flat_map(|id| known.iter().filter(move |(.., it)| it.id == *id));
    let named = named.map(|(node, card, service)| {
        (format!("{node}.{}", service.id), format!("{} ({})", card.name, service.name))
    });
    Ok(named.collect())
}

/// Says what to do for somebody who stopped with this structure, could not be reached, or did not come.
fn advice(story: &Story) -> Option<Text> {
    if story.has_left() {
        return Some(Text("besoin-arretee"));
    }
    let last = story.steps.iter().rev().find_map(|step| match step.event {
        Event::Concluded { outcome, .. } => outcome,
        _ => None,
    });
    let missed = matches!(last, Some(Outcome::Absences | Outcome::Unreachable));
    missed.then_some(Text("besoin-absente"))
}

/// Shows the choice.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    if !story.row.has_to_choose() && !story.beside {
        return Ok(lead_to(&format!("/parcours/{}", story.row.code)));
    }
    let named = named(&writer, &story).await?;
    // A right that was lost is closed as such, unless they say otherwise.
    let lost = story.in_time == Some(InTime::Missed);
    let issue = lost.then(|| ("issue".to_owned(), Outcome::DeadlinePassed.code().to_owned()));
    let typed = Typed::from(issue.into_iter().collect::<Vec<_>>());
    page(&NeedPage::of(frame, (&story, named), &typed, Mistakes::default()))
}

/// Begins another attempt, where this one ended.
pub(in crate::web) async fn ask_again(
    writer: Writer,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    if !story.row.has_to_choose() && !story.beside {
        return Err(PageError::NoOpenNeed);
    }
    let wanted = sent.typed.one("vers").to_owned();
    let named = named(&writer, &story).await?;
    let place = named.into_iter().map(|(value, _)| value).find(|value| *value == wanted);
    again::lead_to_draft(writer, story, place).await
}

/// Closes the need.
pub(in crate::web) async fn close(
    writer: Writer,
    frame: Frame,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let mut mistakes = Mistakes::default();
    let outcome = sent.typed.chosen::<Outcome>("issue");
    let Some(outcome) = mistakes.need("issue", outcome, Text("besoin-fin-absente")) else {
        let named = named(&writer, &story).await?;
        return page_again(&NeedPage::of(frame, (&story, named), &sent.typed, mistakes));
    };
    let id = story.row.id;
    aside(move || writer.close_need(id, outcome)).await?;
    Ok(lead_to(&format!("/parcours/{}?fait=besoin", story.row.code)))
}
