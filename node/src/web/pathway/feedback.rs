//! `/parcours/…/avis`: « êtes-vous aidée ? ». Her word, written down by whoever heard it; and the
//! sender that simply takes note of how it ended.

use actix_web::HttpResponse;
use askama::Template;
use maillage_protocol::codes::{Answerer, HeardBy, Helped, Medium};
use maillage_protocol::referral::{Author, Command};

use super::say;
use crate::app::authority::Writer;
use crate::app::{Story, Texts};
use crate::text::{Coded, Text};
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Choice, Mistakes, Sent, Typed};
use crate::web::layout::{Frame, Room, lead_to, page, page_again};
use crate::web::row::RowView;
use crate::web::story::{self, Reference};

#[derive(Template)]
#[template(path = "pathway/feedback.html")]
struct FeedbackPage {
    frame: Frame,
    row: RowView,
    answers: Vec<Choice>,
    media: Vec<Choice>,
    represented: bool,
    /// Whether it is heard by those who helped: a note.
    note: bool,
    mistakes: Mistakes,
}

impl FeedbackPage {
    fn of(frame: Frame, story: &Story, typed: &Typed, mistakes: Mistakes) -> Self {
        let (row, note) =
            (RowView::of(&story.row, frame.clock), story.row.side == Author::Receiver);
        Self {
            answers: typed.choices("aidee", Helped::all()),
            media: typed.choices("moyen", &[Medium::Desk, Medium::Voice]),
            represented: typed.holds("representant", "oui"),
            note,
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
    page(&FeedbackPage::of(frame, &story, &Typed::default(), Mistakes::default()))
}

/// Writes down what she says.
pub(in crate::web) async fn give(
    writer: Writer,
    frame: Frame,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let mut mistakes = Mistakes::default();
    let helped = mistakes.need("aidee", sent.typed.chosen("aidee"), Text("aidee-absente"));
    let via = mistakes.need("moyen", sent.typed.chosen("moyen"), Text("moyen-avis-absent"));
    let (Some(helped), Some(via)) = (helped, via) else {
        return page_again(&FeedbackPage::of(frame, &story, &sent.typed, mistakes));
    };
    let answerer = match sent.typed.holds("representant", "oui") {
        true => Answerer::Representative,
        false => Answerer::Person,
    };
    let heard = match story.row.side {
        Author::Sender | Author::Person => HeardBy::Sender,
        Author::Receiver => HeardBy::Receiver,
    };
    let command = Command::GiveFeedback { helped, answerer, via, heard };
    say(&writer, &story, Author::Person, command, Texts::default(), sent.once).await?;
    Ok(lead_to(&format!("/parcours/{}?fait=avis", story.row.code)))
}

/// Takes note of how it ended.
pub(in crate::web) async fn confirm(
    writer: Writer,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let by = Author::Sender;
    say(&writer, &story, by, Command::Confirm, Texts::default(), sent.once).await?;
    Ok(lead_to(&format!("/parcours/{}?fait=confirmee", story.row.code)))
}
