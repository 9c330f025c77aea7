//! `/parcours/…/rendez-vous` and `/p/rendez-vous`: an appointment as a file that every agenda reads
//! (RFC 5545). It says where and when, and never who comes.

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpRequest, HttpResponse};
use icalendar::{Calendar, Component, Event as Entry, EventStatus};
use maillage_protocol::codes::MeetingMode;
use maillage_protocol::directory::Card;
use maillage_protocol::referral::{Author, Event, Status};
use maillage_protocol::time::Timestamp;

use super::errors::PageError;
use super::form::Typed;
use super::layout::{Frame, lead_to};
use super::row;
use super::story::{self, Reference};
use super::{Visitor, person};
use crate::app::Story;
use crate::app::authority::Writer;
use crate::text::{Coded, in_agendas, say_with};

/// When somebody is expected, and where.
struct Appointment {
    at: Timestamp,
    /// When it was said, by whoever said it.
    said: Timestamp,
    /// How many were said before it: the file of a later one takes the place of theirs.
    sequence: u32,
    place: String,
}

impl Appointment {
    /// Reads it off a story, if somebody is expected. `desk` is the card of those who expect her.
    fn of(story: &Story, desk: Option<&Card>) -> Option<Self> {
        if story.row.status != Status::Scheduled {
            return None;
        }
        let said = story.steps.iter().filter_map(|step| match &step.event {
            Event::Scheduled { time, mode } => Some((step.at, *time, *mode)),
            _ => None,
        });
        let said: Vec<_> = said.collect();
        let (last, before) = said.split_last()?;
        let (said, at, mode) = *last;
        let address = desk.filter(|_| mode == MeetingMode::Desk).map(|card| match &card.address {
            Some(address) => format!("{}, {address}, {}", card.name, card.commune),
            None => format!("{}, {}", card.name, card.commune),
        });
        let sequence = u32::try_from(before.len()).unwrap_or(u32::MAX);
        Some(Self { at, said, sequence, place: address.unwrap_or_else(|| mode.label()) })
    }

    /// Writes the file. `reference` tells two appointments apart, and `title` is what the agenda shows.
    fn file(&self, reference: &str, title: &str) -> HttpResponse {
        let mut entry = Entry::new();
        entry
            .uid(&format!("{reference}@maillage"))
            .sequence(self.sequence)
            .status(EventStatus::Confirmed)
            .add_property("DTSTAMP", in_agendas(self.said))
            .add_property("DTSTART", in_agendas(self.at))
            .summary(title)
            .add_property("LOCATION", &self.place);
        let mut calendar = Calendar::new();
        calendar.append_property(("METHOD", "PUBLISH")).push(entry);
        HttpResponse::Ok()
            .content_type("text/calendar; charset=utf-8")
            .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"rendez-vous.ics\""))
            .body(calendar.to_string())
    }
}

/// For whoever follows the referral.
pub(super) async fn show(writer: Writer, reference: Reference) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let code = story.row.code.to_string();
    let ours = writer.card();
    let desk = match story.row.side {
        Author::Receiver => ours.as_ref(),
        Author::Sender | Author::Person => story.card.as_ref(),
    };
    let Some(appointment) = Appointment::of(&story, desk) else {
        return Ok(lead_to(&format!("/parcours/{code}")));
    };
    let title = say_with("agenda-rendez-vous", [("nom", code.as_str().into())]);
    Ok(appointment.file(&code, &title))
}

/// For the person herself, with her code.
pub(super) async fn hers(
    _: Visitor,
    request: HttpRequest,
    frame: Frame,
    typed: Typed,
) -> Result<HttpResponse, PageError> {
    let Some(bearer) = person::bearer(&request, &typed)? else {
        return person::unknown(frame, &typed);
    };
    let story = person::read(&bearer).await?;
    match Appointment::of(&story, story.card.as_ref()) {
        Some(appointment) => {
            let with = [("nom", row::other(&story.row).into())];
            let title = say_with("agenda-rendez-vous", with);
            Ok(appointment.file(&story.row.code.to_string(), &title))
        }
        None => person::enter(Visitor, request, frame, typed).await,
    }
}
