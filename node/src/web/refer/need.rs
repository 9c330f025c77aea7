//! T3 `/orienter/besoin`: what she needs. The right first, the digital obstacle second.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, web};
use askama::Template;
use maillage_protocol::calendar::Day;
use maillage_protocol::codes::{Accommodation, Mode, NeedCode, Obstacle, Right};
use maillage_protocol::pathway::PathwayNumber;
use maillage_protocol::referral::Rules;

use super::{Step, Which, lead_to_step};
use crate::app::authority::Writer;
use crate::text::{Clock, Coded, Text, say};
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Choice, Mistakes, Sent, Typed};
use crate::web::layout::{Frame, Room, page, page_again};

/// What she needs.
pub(super) struct Need {
    pub(super) code: NeedCode,
    pub(super) right: Option<Right>,
    pub(super) deadline: Option<Day>,
    pub(super) obstacles: BTreeSet<Obstacle>,
    pub(super) mode: Option<Mode>,
    pub(super) accommodations: BTreeSet<Accommodation>,
    /// The chain that it goes on, by a receipt of another structure.
    pub(super) goes_on: Option<PathwayNumber>,
}

impl Need {
    /// Reads what was typed.
    pub(super) fn read(typed: &Typed, clock: Clock) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let code = mistakes.need("besoin", typed.chosen("besoin"), Text("besoin-absent"));
        let deadline = mistakes.take("echeance", deadline(typed, clock));
        let goes_on = mistakes.take("parcours", number(typed));
        let Some(code) = code.filter(|_| mistakes.is_empty()) else { return Err(mistakes) };
        Ok(Self {
            code,
            right: typed.chosen("droit"),
            deadline,
            obstacles: typed.ticked("obstacle"),
            mode: typed.chosen("modalite"),
            accommodations: typed.ticked("adaptation"),
            goes_on,
        })
    }
}

fn deadline(typed: &Typed, clock: Clock) -> Result<Option<Day>, Text> {
    match typed.one("echeance") {
        "" => Ok(None),
        day => match day.parse::<Day>() {
            Ok(day) if day < clock.today() => Err(Text("echeance-passee")),
            Ok(day) => Ok(Some(day)),
            Err(_) => Err(Text("jour-illisible")),
        },
    }
}

fn number(typed: &Typed) -> Result<Option<PathwayNumber>, Text> {
    let typed = typed.one("parcours");
    if typed.is_empty() {
        return Ok(None);
    }
    let number: PathwayNumber = typed.parse().map_err(|_| Text("besoin-parcours-illisible"))?;
    let further = number.next_hop(Rules::default());
    further.map(|_| Some(number)).map_err(|_| Text("besoin-parcours-trop"))
}

/// Takes the number out of what a reader of squares typed: her code is in it too, which is not ours to
/// keep, nor to show. A square without a number is a mistake like another.
fn number_only(typed: Typed) -> Typed {
    if !typed.one("parcours").contains('#') {
        return typed;
    }
    let number = typed.one("parcours").parse().map(PathwayNumber::to_printed);
    typed.with("parcours", &number.unwrap_or_else(|_| "?".to_owned()))
}

/// What is asked most often, in front of the national list.
const FREQUENT: &[NeedCode] = &[
    NeedCode::NumeriqueAccederADesServicesEnLigne,
    NeedCode::NumeriqueMaitriserLesFondamentauxDuNumerique,
    NeedCode::NumeriqueAcquerirUnEquipement,
    NeedCode::NumeriqueAccederAUneConnexionInternet,
    NeedCode::DifficultesAdministrativesOuJuridiquesAccompagnementAuxDemarchesAdministratives,
    NeedCode::DifficultesAdministrativesOuJuridiquesAccompagnementPourLaccesAuxDroits,
];

#[derive(Template)]
#[template(path = "refer/need.html")]
struct NeedPage {
    frame: Frame,
    draft: String,
    needs: Vec<Choice>,
    themes: Vec<Theme>,
    /// Whether the choice is in the long list, which is then open.
    rare: bool,
    rights: Vec<Choice>,
    deadline: String,
    today: String,
    obstacles: Vec<Choice>,
    /// Whether something in the part that is folded was chosen.
    more: bool,
    modes: Vec<Choice>,
    accommodations: Vec<Choice>,
    /// The number on a receipt of another structure, if she may show one: what comes after an attempt
    /// of ours has a chain already.
    number: Option<String>,
    mistakes: Mistakes,
}

/// The needs of one theme of the national list.
pub(in crate::web) struct Theme {
    pub(in crate::web) name: String,
    pub(in crate::web) needs: Vec<Choice>,
}

impl NeedPage {
    fn of(frame: Frame, step: &Step, mistakes: Mistakes) -> Self {
        let typed = &step.typed.need;
        let themes = themes(typed, rare());
        let rare = themes.iter().flat_map(|theme| &theme.needs).any(|choice| choice.checked);
        Self {
            needs: typed.choices("besoin", FREQUENT),
            rights: typed.choices("droit", Right::all()),
            deadline: typed.one("echeance").to_owned(),
            today: frame.clock.today().to_string(),
            obstacles: typed.choices("obstacle", Obstacle::all()),
            more: !typed.one("modalite").is_empty() || !typed.one("adaptation").is_empty(),
            modes: typed.choices("modalite", Mode::all()),
            accommodations: typed.choices("adaptation", Accommodation::all()),
            number: step.typed.after.is_none().then(|| typed.one("parcours").to_owned()),
            frame: frame.in_room(Room::Refer),
            themes,
            rare,
            draft: step.name(),
            mistakes,
        }
    }
}

/// Returns what is not asked most often, in the order of the national list.
fn rare() -> impl Iterator<Item = &'static NeedCode> {
    NeedCode::all().iter().filter(|need| !FREQUENT.contains(need))
}

/// Sorts needs of the national list by its themes, in its own order.
pub(in crate::web) fn themes<'a>(
    typed: &Typed,
    needs: impl Iterator<Item = &'a NeedCode>,
) -> Vec<Theme> {
    let mut themes: Vec<(&str, Vec<NeedCode>)> = Vec::new();
    for need in needs {
        let theme = need.code().split_once("--").map_or("other", |(theme, _)| theme);
        match themes.last_mut() {
            Some((last, needs)) if *last == theme => needs.push(*need),
            _ => themes.push((theme, vec![*need])),
        }
    }
    let view = |(theme, needs): (&str, Vec<NeedCode>)| Theme {
        name: say(&format!("theme-{theme}")),
        needs: typed.choices("besoin", &needs),
    };
    themes.into_iter().map(view).collect()
}

/// Shows the step.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    which: web::Query<Which>,
) -> Result<HttpResponse, PageError> {
    let step = Step::open(&writer, &which).await?;
    page(&NeedPage::of(frame, &step, Mistakes::default()))
}

/// Keeps the step, and leads to the next one.
pub(in crate::web) async fn keep(
    writer: Writer,
    frame: Frame,
    which: web::Query<Which>,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let mut step = Step::open(&writer, &which).await?;
    step.typed.need = number_only(sent.typed);
    match Need::read(&step.typed.need, frame.clock) {
        Ok(_) => Ok(lead_to_step("/orienter/lieu", step.keep(&writer).await?)),
        Err(mistakes) => page_again(&NeedPage::of(frame, &step, mistakes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_can_be_chosen_once() {
        let typed = Typed::default();
        let rest = themes(&typed, rare());
        let rest = rest.iter().flat_map(|theme| &theme.needs).map(|choice| &choice.value);
        let mut offered: Vec<_> =
            FREQUENT.iter().map(|need| need.code().to_owned()).chain(rest.cloned()).collect();
        offered.sort();
        let mut all: Vec<_> = NeedCode::all().iter().map(|need| need.code().to_owned()).collect();
        all.sort();
        assert_eq!(offered, all);
    }

    #[test]
    fn every_theme_has_a_name() {
        for theme in themes(&Typed::default(), rare()) {
            assert!(!theme.name.starts_with("theme-"), "{}", theme.name);
        }
    }
}
