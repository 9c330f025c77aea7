//! A3 `/equipe`: who is there, who acts for others, who answers for the team.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;
use maillage_protocol::calendar::{Calendar, Day};
use maillage_protocol::id::ProfessionalId;

use super::aside;
use super::errors::PageError;
use super::filters;
use super::form::{Choice, Mistakes, Sent, Typed};
use super::layout::{Frame, Room, lead_to, page, page_again};
use crate::app::Account;
use crate::app::authority::{Admin, Teammate};
use crate::facts::{Absence, Duty};
use crate::text::{Clock, Coded, Moment, Text, say};

#[derive(Template)]
#[template(path = "team/list.html")]
struct TeamPage {
    frame: Frame,
    team: Vec<ColleagueView>,
    /// Whether nobody acts for those who are away.
    without_stand_in: bool,
}

#[derive(Template)]
#[template(path = "team/one.html")]
struct ColleaguePage {
    frame: Frame,
    colleague: ColleagueView,
    first: String,
    last: String,
    today: String,
    /// What they may be given to do; nothing, for whoever may not give it.
    duties: Vec<Choice>,
    mistakes: Mistakes,
}

/// A colleague, in words.
struct ColleagueView {
    id: String,
    name: String,
    duty: Option<String>,
    absence: Option<AbsenceView>,
    /// Whether the mail server refuses their address.
    unreachable: bool,
    /// Whether it is whoever reads.
    own: bool,
}

/// What the last minute of a day lacks to the next one.
const MINUTE: Duration = Duration::from_secs(60);

/// A time when somebody is away, in words: its first and its last day.
struct AbsenceView {
    first: Moment,
    last: Moment,
    begun: bool,
}

impl ColleagueView {
    fn of(account: &Account, reader: ProfessionalId, clock: Clock) -> Self {
        let now = clock.now();
        let absence = account.absence.filter(|absence| now < absence.until);
        Self {
            id: account.id.to_string(),
            name: account.person.reveal().name.clone(),
            duty: account.duty.map(Coded::label),
            absence: absence.map(|absence| AbsenceView {
                first: clock.day_of(absence.from),
                last: clock.day_of(absence.until.before(MINUTE)),
                begun: absence.from <= now,
            }),
            unreachable: account.unreachable,
            own: account.id == reader,
        }
    }
}

/// The colleague that an address names.
pub(super) struct Named(ProfessionalId);

impl FromRequest for Named {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let named = request.match_info().get("compte").and_then(|id| id.parse().ok());
        ready(named.map(Self).ok_or(PageError::NotFound))
    }
}

/// Shows the team.
pub(super) async fn show(teammate: Teammate, frame: Frame) -> Result<HttpResponse, PageError> {
    let (frame, reader) = (frame.in_room(Room::Team), teammate.member().id());
    let team = teammate.team();
    let without_stand_in = !team.iter().any(|account| account.duty == Some(Duty::StandIn));
    let view = |account| ColleagueView::of(account, reader, frame.clock);
    page(&TeamPage { team: team.iter().map(view).collect(), without_stand_in, frame })
}

/// Shows one colleague.
pub(super) async fn show_one(
    teammate: Teammate,
    frame: Frame,
    named: Named,
) -> Result<HttpResponse, PageError> {
    page(&colleague(&teammate, frame, named, &Typed::default(), Mistakes::default())?)
}

fn colleague(
    teammate: &Teammate,
    frame: Frame,
    Named(id): Named,
    typed: &Typed,
    mistakes: Mistakes,
) -> Result<ColleaguePage, PageError> {
    let frame = frame.in_room(Room::Team);
    let team = teammate.team();
    let account = team.iter().find(|account| account.id == id).ok_or(PageError::NotFound)?;
    let administers = Admin::of(teammate.member().clone()).is_some();
    let none = Choice {
        value: String::new(),
        label: say("equipe-role-aucun"),
        checked: account.duty.is_none(),
    };
    let duties = Duty::all().iter().map(|duty| Choice {
        value: duty.code().to_owned(),
        label: duty.label(),
        checked: account.duty == Some(*duty),
    });
    Ok(ColleaguePage {
        colleague: ColleagueView::of(account, teammate.member().id(), frame.clock),
        first: typed.one("du").to_owned(),
        last: typed.one("au").to_owned(),
        today: frame.clock.today().to_string(),
        duties: std::iter::once(none).chain(duties).filter(|_| administers).collect(),
        mistakes,
        frame,
    })
}

/// Writes down that a colleague will be away.
pub(super) async fn set_absence(
    teammate: Teammate,
    frame: Frame,
    named: Named,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let mut mistakes = Mistakes::default();
    let absence = absence(&sent.typed, frame.clock, &mut mistakes);
    let page = colleague(&teammate, frame, Named(named.0), &sent.typed, mistakes)?;
    let Some(absence) = absence else { return page_again(&page) };
    aside(move || teammate.set_absence(named.0, Some(absence))).await?;
    Ok(lead_to("/equipe?fait=absence-notee"))
}

fn absence(typed: &Typed, clock: Clock, mistakes: &mut Mistakes) -> Option<Absence> {
    let day = |field| match typed.one(field) {
        "" => Err(Text("jour-absent")),
        day => day.parse::<Day>().map(Some).map_err(|_| Text("jour-illisible")),
    };
    let (first, last) = (mistakes.take("du", day("du"))?, mistakes.take("au", day("au")));
    let last = last?;
    if last < first {
        mistakes.add("au", Text("equipe-a-l-envers"));
    } else if last < clock.today() {
        mistakes.add("au", Text("equipe-jour-passe"));
    }
    let from = Calendar::Metropolitan.at(first, 0, 0)?;
    let until = Calendar::Metropolitan.end_of(last).after(MINUTE);
    mistakes.is_empty().then_some(Absence { from, until })
}

/// Writes down that a colleague is there after all.
pub(super) async fn end_absence(
    teammate: Teammate,
    frame: Frame,
    Named(id): Named,
    _: Sent,
) -> Result<HttpResponse, PageError> {
    colleague(&teammate, frame, Named(id), &Typed::default(), Mistakes::default())?;
    aside(move || teammate.set_absence(id, None)).await?;
    Ok(lead_to("/equipe?fait=retour"))
}

/// Gives a colleague a duty, or none.
pub(super) async fn give_duty(
    admin: Admin,
    Named(id): Named,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let duty = match sent.typed.one("role") {
        "" => None,
        code => Some(Duty::from_code(code).ok_or(PageError::NotFound)?),
    };
    let teammate = Teammate::of(admin.member().clone()).ok_or(PageError::NotFound)?;
    if !teammate.knows(id) {
        return Err(PageError::NotFound);
    }
    aside(move || admin.give_duty(id, duty)).await?;
    Ok(lead_to("/equipe?fait=role"))
}
