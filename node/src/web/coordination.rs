//! C2 `/concertations`: which two structures come to no end about somebody. Whoever coordinates brings
//! them together, and does not know who it is.

use actix_web::HttpResponse;
use askama::Template;

use super::errors::PageError;
use super::filters;
use super::layout::{Frame, Room, page};
use crate::app::authority::Coordinator;
use crate::app::{Party, StuckConference};
use crate::text::{Clock, Moment, Telephone, theme};

#[derive(Template)]
#[template(path = "coordination.html")]
struct CoordinationPage {
    frame: Frame,
    stuck: Vec<StuckView>,
}

/// Two structures that come to no end, in words.
struct StuckView {
    parties: [(String, Option<Telephone>); 2],
    group: String,
    since: Moment,
}

impl StuckView {
    fn of(stuck: StuckConference, clock: Clock) -> Self {
        let party =
            |Party { name, telephone }: Party| (name, telephone.as_deref().map(Telephone::of));
        Self {
            group: theme(&stuck.group),
            since: clock.day_of(stuck.since),
            parties: [party(stuck.from), party(stuck.with)],
        }
    }
}

/// Shows them.
pub(super) async fn show(
    coordinator: Coordinator,
    frame: Frame,
) -> Result<HttpResponse, PageError> {
    let frame = frame.in_room(Room::Coordination);
    let stuck = coordinator.stuck_conferences().into_iter();
    page(&CoordinationPage {
        stuck: stuck.map(|it| StuckView::of(it, frame.clock)).collect(),
        frame,
    })
}
