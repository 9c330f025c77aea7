//! T9 `/demandes/…/suite`: what comes next, once the answer was yes.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::calendar::{Calendar, Day};
use maillage_protocol::codes::{FirstContact, MeetingMode, MissedCause};
use maillage_protocol::disclosure::SecrecyRegime;
use maillage_protocol::referral::{Author, Command, Status};
use maillage_protocol::time::Timestamp;

use super::say;
use crate::app::Texts;
use crate::app::authority::Writer;
use crate::text::{Clock, Coded, Text};
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Choice, Mistakes, Sent, Typed};
use crate::web::layout::{Frame, Room, lead_to, page, page_again};
use crate::web::row::RowView;
use crate::web::story::{self, Line, Reference, ServiceNames, StoryView};

/// Something that may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Appointment,
    Start,
    Wait,
    Missed,
    News,
}

impl Step {
    const ALL: &[Self] = &[Self::Appointment, Self::Start, Self::Missed, Self::News, Self::Wait];

    const fn code(self) -> &'static str {
        match self {
            Self::Appointment => "rendez-vous",
            Self::Start => "commencer",
            Self::Wait => "attente",
            Self::Missed => "absence",
            Self::News => "nouvelles",
        }
    }

    const fn text(self) -> Text {
        match self {
            Self::Appointment => Text("suite-rendez-vous"),
            Self::Start => Text("suite-commencer"),
            Self::Wait => Text("suite-attente"),
            Self::Missed => Text("suite-absence"),
            Self::News => Text("suite-nouvelles"),
        }
    }

    /// Tells whether it makes sense where the referral stands.
    const fn fits(self, status: Status) -> bool {
        match self {
            Self::Appointment => status.is_helping(),
            Self::Start => matches!(
                status,
                Status::Accepted | Status::Waitlisted | Status::Scheduled | Status::Missed
            ),
            Self::Wait => matches!(status, Status::Accepted | Status::Waitlisted),
            Self::Missed => matches!(status, Status::Scheduled),
            Self::News => matches!(status, Status::Underway),
        }
    }
}

/// What is said next, and what the page says that was done.
struct Next {
    command: Command,
    texts: Texts,
    done: &'static str,
}

impl Next {
    fn read(typed: &Typed, regime: SecrecyRegime, clock: Clock) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let step = Step::ALL.iter().copied().find(|step| typed.holds("suite", step.code()));
        let step = mistakes.need("suite", step, Text("suite-a-choisir"));
        let command = step.and_then(|step| command(step, typed, clock, &mut mistakes));
        let words = match step {
            Some(Step::Appointment) => mistakes.words(typed, "texte", regime),
            _ => None,
        };
        let (Some(step), Some(command), true) = (step, command, mistakes.is_empty()) else {
            return Err(mistakes);
        };
        let done = if step == Step::Start { "commencee" } else { step.code() };
        Ok(Self { command, texts: Texts::of(words), done })
    }
}

fn command(step: Step, typed: &Typed, clock: Clock, mistakes: &mut Mistakes) -> Option<Command> {
    match step {
        Step::Appointment => {
            let time = appointment(typed, clock);
            let time = time.map_err(|(field, text)| mistakes.add(field, text)).ok();
            let mode = typed.chosen::<MeetingMode>("lieu-rdv");
            let mode = mistakes.need("lieu-rdv", mode, Text("lieu-rdv-absent"));
            Some(Command::Schedule { time: time?, mode: mode? })
        }
        Step::Start => {
            let contact = typed.chosen::<FirstContact>("contact");
            mistakes.need("contact", contact, Text("contact-absent")).map(Command::Start)
        }
        Step::Wait => {
            let until = mistakes.take("jusque", promised(typed, clock).map(Some));
            Some(Command::Waitlist { until: until? })
        }
        Step::Missed => {
            let cause = typed.chosen::<MissedCause>("cause");
            mistakes.need("cause", cause, Text("cause-absente")).map(Command::Miss)
        }
        Step::News => Some(Command::CheckIn),
    }
}

/// Reads when they meet, or says which field is wrong, and why.
fn appointment(typed: &Typed, clock: Clock) -> Result<Timestamp, (&'static str, Text)> {
    let absent = ("heure", Text("heure-absente"));
    let day: Day = typed.one("jour").parse().map_err(|_| ("jour", Text("jour-absent")))?;
    let (hour, minute) = typed.one("heure").split_once(':').ok_or(absent)?;
    let number = |text: &str| text.parse::<u8>().map_err(|_| absent);
    let at = Calendar::Metropolitan.at(day, number(hour)?, number(minute)?);
    match at.ok_or(absent)? {
        past if past <= clock.now() => Err(("jour", Text("rendez-vous-passe"))),
        at => Ok(at),
    }
}

fn promised(typed: &Typed, clock: Clock) -> Result<Day, Text> {
    match typed.one("jusque").parse::<Day>() {
        Ok(day) if day <= clock.today() => Err(Text("date-passee")),
        Ok(day) => Ok(day),
        Err(_) => Err(Text("jour-absent")),
    }
}

#[derive(Template)]
#[template(path = "requests/next.html")]
struct NextPage {
    frame: Frame,
    row: RowView,
    contact: Vec<Line>,
    steps: Vec<Choice>,
    appointment: bool,
    start: bool,
    wait: bool,
    missed: bool,
    day: String,
    hour: String,
    until: String,
    today: String,
    modes: Vec<Choice>,
    contacts: Vec<Choice>,
    causes: Vec<Choice>,
    text: String,
    mistakes: Mistakes,
}

impl NextPage {
    fn of(frame: Frame, story: &crate::app::Story, typed: &Typed, mistakes: Mistakes) -> Self {
        let status = story.row.status;
        let fitting: Vec<_> = Step::ALL.iter().copied().filter(|step| step.fits(status)).collect();
        let choice = |step: &Step| Choice {
            value: step.code().to_owned(),
            label: step.text().to_string(),
            checked: typed.holds("suite", step.code()),
        };
        let text = |field| typed.one(field).to_owned();
        let view = StoryView::of(story, &ServiceNames::of(&[]), frame.clock);
        Self {
            steps: fitting.iter().map(choice).collect(),
            appointment: fitting.contains(&Step::Appointment),
            start: fitting.contains(&Step::Start),
            wait: fitting.contains(&Step::Wait),
            missed: fitting.contains(&Step::Missed),
            day: text("jour"),
            hour: text("heure"),
            until: text("jusque"),
            today: frame.clock.today().to_string(),
            modes: typed.choices("lieu-rdv", MeetingMode::all()),
            contacts: typed.choices("contact", FirstContact::all()),
            causes: typed.choices("cause", MissedCause::all()),
            text: text("texte"),
            row: view.row,
            contact: view.contact,
            frame: frame.in_room(Room::Home),
            mistakes,
        }
    }
}

/// Shows what may come next.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    if story.row.side != Author::Receiver || !story.row.status.is_helping() {
        return Ok(lead_to(&format!("/parcours/{}", story.row.code)));
    }
    page(&NextPage::of(frame, &story, &Typed::default(), Mistakes::default()))
}

/// Says what comes next.
pub(in crate::web) async fn say_next(
    writer: Writer,
    frame: Frame,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    match Next::read(&sent.typed, story.regime(), frame.clock) {
        Ok(Next { command, texts, done }) => {
            say(&writer, &story, command, texts, sent.once).await?;
            Ok(lead_to(&format!("/parcours/{}?fait={done}", story.row.code)))
        }
        Err(mistakes) => page_again(&NextPage::of(frame, &story, &sent.typed, mistakes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: Clock = Clock::at(Timestamp(1_772_438_400_000));

    fn read(pairs: &[(&str, &str)]) -> Result<Command, Vec<&'static str>> {
        let pairs = pairs.iter().map(|(field, value)| ((*field).into(), (*value).into()));
        let typed = Typed::from(pairs.collect::<Vec<(String, String)>>());
        let read = Next::read(&typed, SecrecyRegime::Charter, CLOCK).map(|next| next.command);
        read.map_err(|mistakes| mistakes.list().iter().map(|mistake| mistake.field).collect())
    }

    #[test]
    fn an_appointment_is_ahead_of_us() {
        let at = |day, hour| {
            read(&[("suite", "rendez-vous"), ("jour", day), ("heure", hour), ("lieu-rdv", "desk")])
        };
        let time = Calendar::Metropolitan.at("2026-03-05".parse().unwrap(), 14, 0).unwrap();
        let mode = MeetingMode::Desk;
        assert_eq!(at("2026-03-05", "14:00"), Ok(Command::Schedule { time, mode }));
        for (day, hour, wrong) in [
            ("2026-03-02", "09:00", "jour"),
            ("2026-03-05", "25:00", "heure"),
            ("2026-03-05", "", "heure"),
            ("jeudi", "14:00", "jour"),
        ] {
            assert_eq!(at(day, hour), Err(vec![wrong]), "{day} {hour}");
        }
    }

    #[test]
    fn each_next_step_needs_its_own_fields() {
        assert_eq!(read(&[]), Err(vec!["suite"]));
        assert_eq!(read(&[("suite", "commencer")]), Err(vec!["contact"]));
        assert_eq!(read(&[("suite", "absence")]), Err(vec!["cause"]));
        assert_eq!(read(&[("suite", "attente")]), Err(vec!["jusque"]));
        assert_eq!(read(&[("suite", "nouvelles")]), Ok(Command::CheckIn));
        let started = Command::Start(FirstContact::Met);
        assert_eq!(read(&[("suite", "commencer"), ("contact", "met")]), Ok(started));
    }
}
