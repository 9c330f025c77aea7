//! `/parcours/…/arret`: stopping. Her withdrawal, which erases; or the sender's change of mind,
//! which does not. The page names the consequence: it is the brake.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::codes::{CancelReason, MistakeReason};
use maillage_protocol::consent::WithdrawalScope;
use maillage_protocol::referral::{Author, Command, Status};

use super::say;
use crate::app::authority::Writer;
use crate::app::{Story, Texts};
use crate::text::Text;
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Choice, Mistakes, Sent, Typed};
use crate::web::layout::{Frame, Room, lead_to, page, page_again};
use crate::web::row;
use crate::web::row::RowView;
use crate::web::story::{self, Reference};
use crate::web::taking_back;

#[derive(Template)]
#[template(path = "pathway/stop.html")]
struct StopPage {
    frame: Frame,
    row: RowView,
    /// What may go while help goes on.
    items: Vec<Choice>,
    /// Whether the sender may call it off.
    cancellable: bool,
    /// Whether the receiver is asked to stop.
    requested: bool,
    reasons: Vec<Choice>,
    /// Why the sender may say that it should never have been.
    errors: Vec<Choice>,
    mistakes: Mistakes,
}

/// Why a sender may call it off by itself: the others are said by the clock.
const REASONS: &[CancelReason] =
    &[CancelReason::TakenElsewhere, CancelReason::SituationChanged, CancelReason::Other];

fn view(frame: Frame, story: &Story, typed: &Typed, mistakes: Mistakes) -> StopPage {
    let row = &story.row;
    let asked = matches!(
        row.status,
        Status::Proposed | Status::Delivered | Status::Seen | Status::Questioned
    );
    let sender = match row.side {
        Author::Receiver => row::other(row),
        Author::Sender | Author::Person => frame.organization.clone().unwrap_or_default(),
    };
    StopPage {
        items: taking_back::choices(&story.narrowable, &sender, typed),
        cancellable: row.side == Author::Sender && (asked || row.status.is_helping()),
        requested: row.side == Author::Receiver && row.status == Status::CancellationRequested,
        reasons: typed.choices("motif", REASONS),
        errors: match row.side {
            Author::Sender if is_open(row.status) => typed.choices("erreur", MistakeReason::ALL),
            _ => Vec::new(),
        },
        row: RowView::of(row, frame.clock),
        frame: frame.in_room(Room::Home),
        mistakes,
    }
}

/// Tells whether a request may still be said to be a mistake.
fn is_open(status: Status) -> bool {
    !status.is_over() && status != Status::Concluded
}

/// Shows what stopping means.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    page(&view(frame, &story, &Typed::default(), Mistakes::default()))
}

/// What is stopped, and what the page says that was done.
fn read(story: &Story, typed: &Typed) -> Result<(Author, Command, &'static str), Mistakes> {
    let mut mistakes = Mistakes::default();
    match typed.one("arret") {
        "elle" => Ok((Author::Person, Command::Withdraw(WithdrawalScope::Referral), "retiree")),
        "elle-tout" => Ok((Author::Person, Command::Withdraw(WithdrawalScope::Pathway), "retiree")),
        "elle-enleve" => {
            let scope = taking_back::read(&story.narrowable, typed)?;
            Ok((Author::Person, Command::Withdraw(scope), "enlevee"))
        }
        "nous" => {
            let reason = typed.chosen::<CancelReason>("motif");
            let reason = reason.filter(|reason| REASONS.contains(reason));
            let reason = mistakes.need("motif", reason, Text("motif-arret-absent"));
            let reason = reason.ok_or(mistakes)?;
            Ok((Author::Sender, Command::Cancel(reason), "annulee"))
        }
        "erreur" => {
            let reason = typed.chosen::<MistakeReason>("erreur");
            let reason = mistakes.need("erreur", reason, Text("motif-arret-absent"));
            let reason = reason.ok_or(mistakes)?;
            Ok((Author::Sender, Command::MarkMistaken(reason), "annulee"))
        }
        "confirmer" => {
            let told = typed.holds("dit", "oui");
            Ok((Author::Receiver, Command::ConfirmCancellation { told }, "annulee"))
        }
        _ => {
            mistakes.add("arret", Text("arret-absent"));
            Err(mistakes)
        }
    }
}

/// Stops.
pub(in crate::web) async fn stop(
    writer: Writer,
    frame: Frame,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    match read(&story, &sent.typed) {
        Ok((by, command, done)) => {
            say(&writer, &story, by, command, Texts::default(), sent.once).await?;
            Ok(lead_to(&format!("/parcours/{}?fait={done}", story.row.code)))
        }
        Err(mistakes) => page_again(&view(frame, &story, &sent.typed, mistakes)),
    }
}
