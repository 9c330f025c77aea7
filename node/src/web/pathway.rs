//! T11–T13 `/parcours/…`: the story of a referral, and how it ends.

pub(super) mod show;
pub(super) mod outcome;
pub(super) mod feedback;
pub(super) mod answer;
pub(super) mod stop;
pub(super) mod need;

use maillage_protocol::referral::{Author, Command};

use super::aside;
use super::errors::PageError;
use crate::app::authority::Writer;
use crate::app::{Story, Texts};

/// Says something about a referral.
pub(super) async fn say(
    writer: &Writer,
    story: &Story,
    by: Author,
    command: Command,
    texts: Texts,
    once: [u8; 16],
) -> Result<(), PageError> {
    let (writer, id) = (writer.clone(), story.row.id);
    aside(move || writer.say(by, id, command, texts, once)).await
}
