//! T13 `/parcours/…/issue`: how it ended, as the receiver says it.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::codes::{Autonomy, NeedCode, Outcome};
use maillage_protocol::referral::{Author, Command, Evidence};

use super::{Family, say};
use crate::app::Texts;
use crate::app::authority::Writer;
use crate::text::{Coded, Text};
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Choice, Mistakes, Sent, Typed};
use crate::web::layout::{Frame, Room, lead_to, page, page_again};
use crate::web::refer::need::{Theme, themes};
use crate::web::row::RowView;
use crate::web::story::{self, Reference};

fn conclusion(typed: &Typed) -> Result<Command, Mistakes> {
    let mut mistakes = Mistakes::default();
    let outcome = typed.chosen::<Outcome>("issue");
    let outcome = mistakes.need("issue", outcome, Text("issue-absente"));
    let evidence = match outcome {
        Some(Outcome::Unreachable | Outcome::Absences) => Evidence {
            tries: mistakes.take("essais", number(typed, "essais")),
            channels: mistakes.take("moyens", number(typed, "moyens")),
            days: mistakes.take("jours", number(typed, "jours")),
        },
        _ => Evidence::default(),
    };
    match outcome {
        Some(outcome) if mistakes.is_empty() => Ok(Command::Conclude {
            outcome: Some(outcome),
            autonomy: typed.chosen("autonomie"),
            next_need: typed.chosen("besoin"),
            evidence,
        }),
        _ => Err(mistakes),
    }
}

fn number<T: std::str::FromStr>(typed: &Typed, field: &str) -> Result<T, Text> {
    typed.one(field).parse().map_err(|_| Text("nombre-absent"))
}

#[derive(Template)]
#[template(path = "pathway/outcome.html")]
struct OutcomePage {
    frame: Frame,
    row: RowView,
    families: Vec<Family>,
    tries: String,
    channels: String,
    days: String,
    autonomy: Vec<Choice>,
    themes: Vec<Theme>,
    mistakes: Mistakes,
}

impl OutcomePage {
    fn of(frame: Frame, row: RowView, typed: &Typed, mistakes: Mistakes) -> Self {
        Self {
            families: Family::all(typed),
            tries: typed.one("essais").to_owned(),
            channels: typed.one("moyens").to_owned(),
            days: typed.one("jours").to_owned(),
            autonomy: typed.choices("autonomie", Autonomy::all()),
            themes: themes(typed, NeedCode::all().iter()),
            frame: frame.in_room(Room::Home),
            row,
            mistakes,
        }
    }
}

/// Shows the form.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let row = RowView::of(&story.row, frame.clock);
    page(&OutcomePage::of(frame, row, &Typed::default(), Mistakes::default()))
}

/// Declares it.
pub(in crate::web) async fn conclude(
    writer: Writer,
    frame: Frame,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    match conclusion(&sent.typed) {
        Ok(command) => {
            let by = Author::Receiver;
            say(&writer, &story, by, command, Texts::default(), sent.once).await?;
            Ok(lead_to(&format!("/parcours/{}?fait=issue", story.row.code)))
        }
        Err(mistakes) => {
            let row = RowView::of(&story.row, frame.clock);
            page_again(&OutcomePage::of(frame, row, &sent.typed, mistakes))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_could_not_be_reached_was_tried() {
        let typed = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(field, value)| ((*field).into(), (*value).into()));
            Typed::from(pairs.collect::<Vec<(String, String)>>())
        };
        let Err(mistakes) = conclusion(&typed(&[("issue", "unreachable"), ("essais", "3")])) else {
            panic!("it is not complete")
        };
        let fields: Vec<_> = mistakes.list().iter().map(|mistake| mistake.field).collect();
        assert_eq!(fields, ["moyens", "jours"]);
        assert!(conclusion(&typed(&[("issue", "accompanied")])).is_ok());
        assert!(conclusion(&typed(&[])).is_err());
    }
}
