//! `/parcours/…/concertation`: two professionals who talk, by telephone, when a request goes round
//! or the two sides do not agree. Each gives a name; each says what came out of it.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::body::Professional;
use maillage_protocol::calendar::Day;
use maillage_protocol::codes::{ConferenceReason, DeclineReason, PlanAct};
use maillage_protocol::disclosure::SecrecyRegime;
use maillage_protocol::referral::{Author, Command, ConferenceEnd, Event, Status, Verdict};

use super::say;
use crate::app::authority::Writer;
use crate::app::{Step, Story, Texts};
use crate::text::{Clock, Text};
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Choice, LINE, Mistakes, Sent, Typed};
use crate::web::layout::{Frame, Room, lead_to, page, page_again};
use crate::web::story::{self, Reference, ServiceNames, StepView, StoryView};

/// Why a human asks to talk. That a request goes round, the node says by itself.
const REASONS: &[ConferenceReason] = &[
    ConferenceReason::Complex,
    ConferenceReason::Disagreement,
    ConferenceReason::DeadEnd,
    ConferenceReason::Other,
];

const VERDICTS: &[(&str, Text)] =
    &[("plan", Text("concertation-un-plan")), ("rien", Text("concertation-rien"))];

const SIDES: &[(&str, Text)] =
    &[("nous", Text("concertation-par-nous")), ("eux", Text("concertation-par-eux"))];

/// Where the conference is, for our side.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// There is none.
    None,
    /// The other side has asked to talk.
    Called,
    /// Our node has, by itself, because it goes round: nobody has given a name yet.
    Unnamed,
    /// We take part, and have not said what came out of it.
    Joined,
    /// We said that there is a plan.
    Planned,
}

impl Stage {
    fn of(story: &Story) -> Self {
        match story.conference {
            None => Self::None,
            Some(None) => Self::Called,
            Some(Some(round)) if round.verdict == Some(Verdict::Plan) => Self::Planned,
            Some(Some(_)) if is_unnamed(story) => Self::Unnamed,
            Some(Some(_)) => Self::Joined,
        }
    }

    fn read(
        self,
        typed: &Typed,
        (side, regime): (Author, SecrecyRegime),
        clock: Clock,
    ) -> Result<(Command, Texts), Mistakes> {
        let mut mistakes = Mistakes::default();
        let said = match self {
            Self::None => {
                let reason = typed.chosen("motif").filter(|reason| REASONS.contains(reason));
                let reason = mistakes.need("motif", reason, Text("concertation-motif-absent"));
                let speaker = speaker(typed, &mut mistakes, regime);
                reason.map(Command::CallConference).zip(speaker)
            }
            Self::Called | Self::Unnamed => {
                Some(Command::JoinConference).zip(speaker(typed, &mut mistakes, regime))
            }
            Self::Joined if typed.holds("nommer", "oui") => {
                Some(Command::JoinConference).zip(speaker(typed, &mut mistakes, regime))
            }
            Self::Joined | Self::Planned => {
                let end = verdict(typed, side, clock, &mut mistakes);
                let words = mistakes.words(typed, "texte", regime);
                end.map(|end| (Command::EndConference(end), Texts::of(words)))
            }
        };
        said.filter(|_| mistakes.is_empty()).ok_or(mistakes)
    }
}

/// Tells whether somebody may ask to talk now.
pub(super) fn may_talk(status: Status) -> bool {
    let asked = matches!(
        status,
        Status::Proposed
            | Status::Delivered
            | Status::Seen
            | Status::Questioned
            | Status::ReferringOn
    );
    asked || status.is_helping()
}

/// Tells whether our node called by itself, and nobody of ours has said who talks.
fn is_unnamed(story: &Story) -> bool {
    let ours = story.steps.iter().rev().filter(|step| step.by == story.row.side);
    let mut said = ours.filter_map(|step| match step.event {
        Event::ConferenceCalled { why, .. } => Some(why == ConferenceReason::Loop),
        Event::ConferenceJoined { .. } => Some(false),
        _ => None,
    });
    said.next() == Some(true)
}

/// Returns what the other side planned in the conference that is going on.
fn proposed(story: &Story) -> Option<(&Step, PlanAct, Author, Day)> {
    let theirs = story.steps.iter().rev().filter(|step| step.by != story.row.side);
    let mut ends = theirs.take_while(|step| !matches!(step.event, Event::Accepted));
    ends.find_map(|step| match step.event {
        Event::ConferenceEnded { end: ConferenceEnd::Plan { act, by, before }, .. } => {
            Some((step, act, by, before))
        }
        _ => None,
    })
}

/// Begins our answer with what the other side planned.
fn filled(typed: &Typed, story: &Story) -> Typed {
    let Some((_, act, by, before)) = proposed(story) else { return typed.clone() };
    if !typed.one("decision").is_empty() {
        return typed.clone();
    }
    let whom = if by == story.row.side { "nous" } else { "eux" };
    let plan = [("acte", act.code()), ("qui", whom), ("avant", &before.to_string())];
    let plan = plan.map(|(field, value)| (field.to_owned(), value.to_owned())).to_vec();
    typed.clone().and(Typed::from(plan))
}

/// Reads who can be called about it.
fn speaker(typed: &Typed, mistakes: &mut Mistakes, regime: SecrecyRegime) -> Option<Texts> {
    let name = mistakes.name(typed, "nom");
    if typed.one("nom").is_empty() {
        mistakes.add("nom", Text("concertation-nom-absent"));
    }
    let function = mistakes.words(typed, "fonction", regime);
    let phone = mistakes.take("telephone", typed.text("telephone", LINE));
    let phone = mistakes.need("telephone", phone, Text("concertation-telephone-absent"));
    let function = function.map(|words| words.text.into_revealed()).unwrap_or_default();
    let speaker = Professional { name: name?, function, phone: phone? };
    Some(Texts { speaker: Some(speaker.into()), ..Texts::default() })
}

fn verdict(
    typed: &Typed,
    side: Author,
    clock: Clock,
    mistakes: &mut Mistakes,
) -> Option<ConferenceEnd> {
    match typed.one("decision") {
        "plan" => {
            let act = typed.chosen::<PlanAct>("acte");
            let act = mistakes.need("acte", act, Text("concertation-acte-absent"));
            let by = match typed.one("qui") {
                "nous" => Some(side),
                "eux" if side == Author::Sender => Some(Author::Receiver),
                "eux" => Some(Author::Sender),
                _ => None,
            };
            let by = mistakes.need("qui", by, Text("concertation-qui-absent"));
            let before = match typed.one("avant").parse::<Day>() {
                Ok(day) if day < clock.today() => Err(Text("date-passee")),
                Ok(day) => Ok(Some(day)),
                Err(_) => Err(Text("jour-absent")),
            };
            let before = mistakes.take("avant", before);
            Some(ConferenceEnd::Plan { act: act?, by: by?, before: before? })
        }
        "rien" => {
            let reason = typed.chosen::<DeclineReason>("motif");
            let reason = mistakes.need("motif", reason, Text("motif-absent"));
            reason.map(|reason| ConferenceEnd::NoSolution { reason })
        }
        _ => {
            mistakes.add("decision", Text("concertation-decision-absente"));
            None
        }
    }
}

#[derive(Template)]
#[template(path = "pathway/conference.html")]
struct ConferencePage {
    frame: Frame,
    story: StoryView,
    stage: Stage,
    /// What the other side planned, in words.
    proposed: Option<String>,
    reasons: Vec<Choice>,
    name: String,
    function: String,
    telephone: String,
    verdicts: Vec<Choice>,
    acts: Vec<Choice>,
    sides: Vec<Choice>,
    before: String,
    today: String,
    text: String,
    /// Whether somebody else was being named.
    renames: bool,
    mistakes: Mistakes,
}

impl ConferencePage {
    fn of(frame: Frame, writer: &Writer, story: &Story, typed: &Typed, mistakes: Mistakes) -> Self {
        let stage = Stage::of(story);
        let typed = &filled(typed, story);
        let text = |field| typed.one(field).to_owned();
        let named = |field: &str, list: &[(&str, Text)]| {
            let choice = |(value, label): &(&str, Text)| Choice {
                value: (*value).to_owned(),
                label: label.to_string(),
                checked: typed.holds(field, value),
            };
            list.iter().map(choice).collect()
        };
        let renames = typed.holds("nommer", "oui");
        // Whoever asks is most often whoever talks.
        let us = &writer.member().account().person.reveal().name;
        let name = if typed.one("nom").is_empty() { us.clone() } else { text("nom") };
        Self {
            reasons: match stage {
                Stage::None | Stage::Called | Stage::Unnamed => typed.choices("motif", REASONS),
                Stage::Joined | Stage::Planned => typed.choices("motif", DeclineReason::ALL),
            },
            name,
            function: text("fonction"),
            telephone: text("telephone"),
            verdicts: match stage {
                // A plan is said once: after it, one can only give it up.
                Stage::Planned => named("decision", &VERDICTS[1..]),
                _ => named("decision", VERDICTS),
            },
            acts: typed.choices("acte", PlanAct::ALL),
            sides: named("qui", SIDES),
            before: text("avant"),
            today: frame.clock.today().to_string(),
            text: text("texte"),
            proposed: proposed(story).map(|(step, ..)| {
                let services = ServiceNames::of(&[]);
                StepView::of(step, &story.row, &services, frame.clock).words
            }),
            renames,
            story: StoryView::of(story, &ServiceNames::of(&[]), frame.clock),
            frame: frame.in_room(Room::Home),
            stage,
            mistakes,
        }
    }

    fn has_to_name(&self) -> bool {
        matches!(self.stage, Stage::None | Stage::Called | Stage::Unnamed)
    }

    fn is_called(&self) -> bool {
        self.stage != Stage::None
    }

    fn is_unnamed(&self) -> bool {
        self.stage == Stage::Unnamed
    }

    fn is_planned(&self) -> bool {
        self.stage == Stage::Planned
    }

    fn may_plan(&self) -> bool {
        self.stage == Stage::Joined
    }
}

/// Shows who talks to whom, and what is expected of us.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    if Stage::of(&story) == Stage::None && !may_talk(story.row.status) {
        return Ok(lead_to(&format!("/parcours/{}", story.row.code)));
    }
    let (typed, mistakes) = (Typed::default(), Mistakes::default());
    page(&ConferencePage::of(frame, &writer, &story, &typed, mistakes))
}

/// Asks to talk, joins, or says what came out of it.
pub(in crate::web) async fn speak(
    writer: Writer,
    frame: Frame,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let (side, regime) = (story.row.side, story.regime());
    match Stage::of(&story).read(&sent.typed, (side, regime), frame.clock) {
        Ok((command, texts)) => {
            say(&writer, &story, side, command, texts, sent.once).await?;
            Ok(lead_to(&format!("/parcours/{}?fait=concertation", story.row.code)))
        }
        Err(mistakes) => {
            page_again(&ConferencePage::of(frame, &writer, &story, &sent.typed, mistakes))
        }
    }
}

#[cfg(test)]
mod tests {
    use maillage_protocol::time::Timestamp;

    use super::*;

    const CLOCK: Clock = Clock::at(Timestamp(1_772_438_400_000));

    fn read(stage: Stage, pairs: &[(&str, &str)]) -> Result<Command, Vec<&'static str>> {
        let pairs = pairs.iter().map(|(field, value)| ((*field).into(), (*value).into()));
        let typed = Typed::from(pairs.collect::<Vec<(String, String)>>());
        let us = (Author::Receiver, SecrecyRegime::Charter);
        let read = stage.read(&typed, us, CLOCK).map(|(command, _)| command);
        read.map_err(|mistakes| mistakes.list().iter().map(|mistake| mistake.field).collect())
    }

    #[test]
    fn whoever_talks_has_a_name_and_a_telephone() {
        let named = [("nom", "Karim"), ("telephone", "01 99 00 12 34")];
        assert_eq!(read(Stage::Called, &named), Ok(Command::JoinConference));
        assert_eq!(read(Stage::Unnamed, &named), Ok(Command::JoinConference));
        assert_eq!(read(Stage::Called, &named[..1]), Err(vec!["telephone"]));
        let instead = [named[0], named[1], ("nommer", "oui")];
        assert_eq!(read(Stage::Joined, &instead), Ok(Command::JoinConference));
        assert_eq!(read(Stage::Planned, &instead), Err(vec!["decision"]));
        let number = [("nom", "2 69 05 49 588 157 80"), named[1]];
        assert_eq!(read(Stage::Called, &number), Err(vec!["nom"]));
        assert_eq!(read(Stage::None, &named), Err(vec!["motif"]));
        let looped = [named[0], named[1], ("motif", "loop")];
        assert_eq!(read(Stage::None, &looped), Err(vec!["motif"]));
    }

    #[test]
    fn a_plan_says_who_does_what_and_before_when() {
        let plan = [("decision", "plan"), ("acte", "make_contact"), ("qui", "eux")];
        assert_eq!(read(Stage::Joined, &plan), Err(vec!["avant"]));
        let dated = [&plan[..], &[("avant", "2026-03-02")]].concat();
        let before = "2026-03-02".parse().unwrap();
        let end = ConferenceEnd::Plan { act: PlanAct::MakeContact, by: Author::Sender, before };
        assert_eq!(read(Stage::Joined, &dated), Ok(Command::EndConference(end)));
        assert_eq!(read(Stage::Joined, &[]), Err(vec!["decision"]));
        assert_eq!(read(Stage::Joined, &[("decision", "rien")]), Err(vec!["motif"]));
    }
}
