//! T8–T10 `/demandes/…`: what we were asked. An answer in two clicks, and never a dead end.

pub(super) mod show;
pub(super) mod question;
pub(super) mod decline;
pub(super) mod next;

use maillage_protocol::referral::{Author, Command};

use super::errors::PageError;
use crate::app::authority::Writer;
use crate::app::{Story, Texts};

/// Says something as the organization that was asked.
async fn say(
    writer: &Writer,
    story: &Story,
    command: Command,
    texts: Texts,
    once: [u8; 16],
) -> Result<(), PageError> {
    super::pathway::say(writer, story, Author::Receiver, command, texts, once).await
}
