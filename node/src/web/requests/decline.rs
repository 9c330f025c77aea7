//! T10 `/demandes/…/refus`: « ce n'est pas ici », or « nous ne pouvons plus aider ». A reason, then
//! what to do instead: neither can be sent without a next step.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::calendar::Day;
use maillage_protocol::codes::{BackReason, DeclineReason, NeedCode, StepDownReason};
use maillage_protocol::disclosure::SecrecyRegime;
use maillage_protocol::id::ServiceId;
use maillage_protocol::referral::{Alternatives, Command, NextStep};

use super::say;
use crate::app::authority::Writer;
use crate::app::{PeerView, Story, Texts};
use crate::text::{Clock, Text};
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Choice, Mistakes, Sent, Typed};
use crate::web::layout::{Frame, Room, lead_to, page, page_again};
use crate::web::row::RowView;
use crate::web::story::{self, Reference};

/// Which no it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum No {
    /// To what was asked.
    Decline,
    /// After a yes.
    StepDown,
}

impl No {
    fn of(story: &Story) -> Self {
        if story.row.status.is_helping() { Self::StepDown } else { Self::Decline }
    }

    const fn next_steps(self) -> &'static [(&'static str, Text)] {
        match self {
            Self::Decline => &[ELSEWHERE, ("retour", Text("refus-retour")), NONE_KNOWN],
            Self::StepDown => &[ELSEWHERE, NONE_KNOWN],
        }
    }

    fn reasons(self, typed: &Typed) -> Vec<Choice> {
        match self {
            Self::Decline => typed.choices("motif", DeclineReason::ALL),
            Self::StepDown => typed.choices("motif", StepDownReason::ALL),
        }
    }
}

const ELSEWHERE: (&str, Text) = ("ailleurs", Text("refus-ailleurs"));
const NONE_KNOWN: (&str, Text) = ("aucune", Text("refus-aucune"));

/// What is answered.
struct Refusal {
    command: Command,
    texts: Texts,
}

impl Refusal {
    fn read(no: No, typed: &Typed, regime: SecrecyRegime, clock: Clock) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let command = match no {
            No::Decline => refusal(typed, clock, &mut mistakes),
            No::StepDown => {
                let reason = mistakes.need("motif", typed.chosen("motif"), Text("motif-absent"));
                let next = next_step(typed, None, &mut mistakes);
                reason.zip(next).map(|(reason, next)| Command::StepDown { reason, next })
            }
        };
        let words = mistakes.words(typed, "texte", regime);
        let command = command.filter(|_| mistakes.is_empty()).ok_or(mistakes)?;
        Ok(Self { command, texts: Texts::of(words) })
    }
}

fn refusal(typed: &Typed, clock: Clock, mistakes: &mut Mistakes) -> Option<Command> {
    let reason = mistakes.need("motif", typed.chosen("motif"), Text("motif-absent"));
    let next_date = mistakes.take("date", next_date(typed, reason, clock));
    let next = next_step(typed, reason, mistakes);
    Some(Command::Decline { reason: reason?, next_date, next: next? })
}

/// When there would be room again: only a lack of room has such a day.
fn next_date(
    typed: &Typed,
    reason: Option<DeclineReason>,
    clock: Clock,
) -> Result<Option<Day>, Text> {
    match typed.one("date") {
        "" => Ok(None),
        _ if reason != Some(DeclineReason::CapacityFull) => Ok(None),
        day => match day.parse::<Day>() {
            Ok(day) if day <= clock.today() => Err(Text("date-passee")),
            Ok(day) => Ok(Some(day)),
            Err(_) => Err(Text("jour-illisible")),
        },
    }
}

fn next_step(
    typed: &Typed,
    reason: Option<DeclineReason>,
    mistakes: &mut Mistakes,
) -> Option<NextStep> {
    match typed.one("suite") {
        "ailleurs" => {
            let services: Vec<ServiceId> =
                typed.all("service").filter_map(|id| id.parse().ok()).collect();
            let services = Alternatives::try_from(services).ok();
            let services = mistakes.need("service", services, Text("services-un-a-trois"))?;
            Some(NextStep::Alternative { services })
        }
        "retour" => {
            let why = reason.and_then(|reason| BackReason::from_code(reason.code()));
            if why.is_none() && reason.is_some() {
                mistakes.add("suite", Text("retour-impossible"));
            }
            why.map(|why| NextStep::BackToSender { why })
        }
        "aucune" => Some(NextStep::NoneKnown),
        _ => {
            mistakes.add("suite", Text("suite-absente"));
            None
        }
    }
}

#[derive(Template)]
#[template(path = "requests/decline.html")]
struct DeclinePage {
    frame: Frame,
    row: RowView,
    no: No,
    reasons: Vec<Choice>,
    date: String,
    today: String,
    next_steps: Vec<Choice>,
    services: Vec<Choice>,
    text: String,
    mistakes: Mistakes,
}

impl DeclinePage {
    fn of(
        frame: Frame,
        story: &Story,
        partners: &[PeerView],
        typed: &Typed,
        mistakes: Mistakes,
    ) -> Self {
        let next = |(value, label): &(&str, Text)| Choice {
            value: (*value).to_owned(),
            label: label.to_string(),
            checked: typed.holds("suite", value),
        };
        let no = No::of(story);
        Self {
            row: RowView::of(&story.row, frame.clock),
            reasons: no.reasons(typed),
            date: typed.one("date").to_owned(),
            today: frame.clock.today().to_string(),
            next_steps: no.next_steps().iter().map(next).collect(),
            services: services(partners, story, typed),
            text: typed.one("texte").to_owned(),
            frame: frame.in_room(Room::Home),
            no,
            mistakes,
        }
    }
}

/// Returns the services that may be named instead, those that answer the need first.
fn services(partners: &[PeerView], story: &Story, typed: &Typed) -> Vec<Choice> {
    let need: NeedCode = story.row.need;
    let cards = partners.iter().filter_map(|partner| partner.card.as_ref());
    let others = cards.filter(|card| story.card.as_ref() != Some(card));
    let mut services: Vec<_> =
        others.flat_map(|card| card.services.iter().map(move |service| (card, service))).collect();
    services.sort_by_key(|(_, service)| !service.needs.contains(&need));
    let choice = |(card, service): (&maillage_protocol::directory::Card, &_)| {
        let service: &maillage_protocol::directory::Service = service;
        let value = service.id.to_string();
        Choice {
            checked: typed.holds("service", &value),
            label: format!("{} – {} ({})", card.name, service.name, card.commune),
            value,
        }
    };
    services.into_iter().map(|(card, service)| choice((card, service))).collect()
}

/// Shows the form.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let (typed, mistakes) = (Typed::default(), Mistakes::default());
    page(&DeclinePage::of(frame, &story, &writer.partners(), &typed, mistakes))
}

/// Says no.
pub(in crate::web) async fn decline(
    writer: Writer,
    frame: Frame,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let no = No::of(&story);
    match Refusal::read(no, &sent.typed, story.regime(), frame.clock) {
        Ok(Refusal { command, texts }) => {
            say(&writer, &story, command, texts, sent.once).await?;
            let done = if no == No::StepDown { "desistement" } else { "refusee" };
            Ok(lead_to(&format!("/parcours/{}?fait={done}", story.row.code)))
        }
        Err(mistakes) => {
            let partners = writer.partners();
            page_again(&DeclinePage::of(frame, &story, &partners, &sent.typed, mistakes))
        }
    }
}

#[cfg(test)]
mod tests {
    use maillage_protocol::time::Timestamp;

    use super::*;

    const CLOCK: Clock = Clock::at(Timestamp(1_772_438_400_000));

    fn read(pairs: &[(&str, &str)]) -> Result<Command, Vec<&'static str>> {
        read_as(No::Decline, pairs)
    }

    fn read_as(no: No, pairs: &[(&str, &str)]) -> Result<Command, Vec<&'static str>> {
        let pairs = pairs.iter().map(|(field, value)| ((*field).into(), (*value).into()));
        let typed = Typed::from(pairs.collect::<Vec<(String, String)>>());
        let read =
            Refusal::read(no, &typed, SecrecyRegime::Charter, CLOCK).map(|refusal| refusal.command);
        read.map_err(|mistakes| mistakes.list().iter().map(|mistake| mistake.field).collect())
    }

    #[test]
    fn a_refusal_has_a_reason_and_a_next_step() {
        assert_eq!(read(&[]), Err(vec!["motif", "suite"]));
        assert_eq!(read(&[("motif", "hours")]), Err(vec!["suite"]));
        assert_eq!(read(&[("suite", "aucune")]), Err(vec!["motif"]));
        assert_eq!(
            read(&[("motif", "hours"), ("suite", "aucune")]),
            Ok(Command::Decline {
                reason: DeclineReason::Hours,
                next_date: None,
                next: NextStep::NoneKnown,
            }),
        );
    }

    #[test]
    fn nobody_is_sent_back_without_something_to_do() {
        assert_eq!(read(&[("motif", "hours"), ("suite", "retour")]), Err(vec!["suite"]));
        let back = read(&[("motif", "duplicate"), ("suite", "retour")]).unwrap();
        let next = NextStep::BackToSender { why: BackReason::Duplicate };
        assert!(matches!(back, Command::Decline { next: found, .. } if found == next));
    }

    #[test]
    fn who_steps_down_says_why_and_what_next() {
        let step_down = |pairs: &[_]| read_as(No::StepDown, pairs);
        assert_eq!(step_down(&[]), Err(vec!["motif", "suite"]));
        assert_eq!(step_down(&[("motif", "hours"), ("suite", "aucune")]), Err(vec!["motif"]));
        let (reason, next) = (StepDownReason::CapacityLost, NextStep::NoneKnown);
        let said = step_down(&[("motif", "capacity_lost"), ("suite", "aucune")]);
        assert_eq!(said, Ok(Command::StepDown { reason, next }));
    }

    #[test]
    fn another_place_is_one_to_three_services() {
        assert_eq!(read(&[("motif", "hours"), ("suite", "ailleurs")]), Err(vec!["service"]));
        let id = "2f6c1c1e-5a0b-4c1d-9f27-0c8f6f3b7a10";
        assert!(read(&[("motif", "hours"), ("suite", "ailleurs"), ("service", id)]).is_ok());
    }

    #[test]
    fn only_a_lack_of_room_has_a_day() {
        let full = |day| read(&[("motif", "capacity_full"), ("suite", "aucune"), ("date", day)]);
        assert!(full("2026-05-04").is_ok());
        assert_eq!(full("2026-03-02"), Err(vec!["date"]));
        assert_eq!(full("mai"), Err(vec!["date"]));
        let hours = read(&[("motif", "hours"), ("suite", "aucune"), ("date", "2026-05-04")]);
        assert!(matches!(hours, Ok(Command::Decline { next_date: None, .. })));
    }
}
