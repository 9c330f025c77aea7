//! `/parcours/…/suivi`: who of the team follows a referral, and is told what comes.

use actix_web::HttpResponse;
use askama::Template;

use crate::app::Story;
use crate::app::authority::Writer;
use crate::text::Text;
use crate::web::aside;
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Choice, Mistakes, Sent};
use crate::web::layout::{Frame, Room, lead_to, page, page_again};
use crate::web::row::RowView;
use crate::web::story::{self, Reference};

#[derive(Template)]
#[template(path = "pathway/follow.html")]
struct FollowPage {
    frame: Frame,
    row: RowView,
    colleagues: Vec<Choice>,
    mistakes: Mistakes,
}

impl FollowPage {
    fn of(frame: Frame, writer: &Writer, story: &Story, mistakes: Mistakes) -> Self {
        let follower = story.follower.as_ref().map(|(id, _)| *id);
        let colleagues = writer.colleagues().into_iter().map(|account| Choice {
            value: account.id.to_string(),
            label: account.person.reveal().name.clone(),
            checked: follower == Some(account.id),
        });
        let colleagues = colleagues.collect();
        let row = RowView::of(&story.row, frame.clock);
        Self { colleagues, row, frame: frame.in_room(Room::Home), mistakes }
    }
}

/// Shows who may follow it.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    page(&FollowPage::of(frame, &writer, &story, Mistakes::default()))
}

/// Gives it to a colleague.
pub(in crate::web) async fn give(
    writer: Writer,
    frame: Frame,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let (id, to) = (story.row.id, sent.typed.one("collegue").parse());
    let given = match to {
        Ok(to) => {
            let giver = writer.clone();
            aside(move || giver.hand_on(id, to)).await?
        }
        Err(_) => false,
    };
    if given {
        return Ok(lead_to(&format!("/parcours/{}?fait=confie", story.row.code)));
    }
    let mut mistakes = Mistakes::default();
    mistakes.add("collegue", Text("suivi-collegue-absent"));
    page_again(&FollowPage::of(frame, &writer, &story, mistakes))
}
