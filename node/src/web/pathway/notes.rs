//! `/parcours/…/notes`: what the team writes for itself.

use actix_web::HttpResponse;
use askama::Template;

use crate::app::authority::Writer;
use crate::app::{Note, PrivateNote, UnfitNote};
use crate::text::{Clock, Moment, Text};
use crate::web::aside;
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Mistakes, Sent, Typed};
use crate::web::layout::{Frame, Room, lead_to, page, page_again};
use crate::web::row::RowView;
use crate::web::story::{self, Reference};

#[derive(Template)]
#[template(path = "pathway/notes.html")]
struct NotesPage {
    frame: Frame,
    row: RowView,
    notes: Vec<NoteView>,
    typed: String,
    mistakes: Mistakes,
    /// Whether one may still be written.
    open: bool,
}

/// A note, in words.
pub(in crate::web) struct NoteView {
    /// What it takes to destroy it.
    pub(in crate::web) name: String,
    /// When it was written.
    pub(in crate::web) at: Moment,
    /// Who wrote it.
    pub(in crate::web) by: String,
    /// What it says.
    pub(in crate::web) text: String,
}

/// Says what the team wrote, the last note first.
pub(in crate::web) fn views(notes: &[Note], clock: Clock) -> Vec<NoteView> {
    let view = |note: &Note| NoteView {
        name: note.id.to_string(),
        at: clock.moment(note.at),
        by: note.by.reveal().clone(),
        text: note.text.reveal().to_owned(),
    };
    notes.iter().rev().map(view).collect()
}

/// Shows the notes, and room for another one.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    reference: Reference,
) -> Result<HttpResponse, PageError> {
    page(&make(&writer, frame, reference, &Typed::default(), Mistakes::default()).await?)
}

async fn make(
    writer: &Writer,
    frame: Frame,
    reference: Reference,
    typed: &Typed,
    mistakes: Mistakes,
) -> Result<NotesPage, PageError> {
    let story = story::read(writer, reference).await?;
    let (reader, id) = (writer.clone(), story.row.id);
    let notes = aside(move || reader.notes(id)).await?;
    let frame = frame.in_room(Room::Home);
    Ok(NotesPage {
        row: RowView::of(&story.row, frame.clock),
        notes: views(&notes, frame.clock),
        typed: typed.one("note").to_owned(),
        mistakes,
        open: story.erasure.is_none(),
        frame,
    })
}

/// Keeps a note, or destroys one.
pub(in crate::web) async fn change(
    writer: Writer,
    frame: Frame,
    reference: Reference,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let story = story::read(&writer, reference).await?;
    let (id, back) = (story.row.id, format!("/parcours/{}", story.row.code));
    if let Ok(gone) = sent.typed.one("efface").parse() {
        let destroyer = writer.clone();
        aside(move || destroyer.destroy_note(id, gone)).await?;
        if sent.typed.one("note").is_empty() {
            return Ok(lead_to(&format!("{back}/notes?fait=note-effacee")));
        }
        // What is being written stays.
        let frame = Frame { done: Some(Text("fini-note-effacee")), ..frame };
        let mistakes = Mistakes::default();
        return page(&make(&writer, frame, reference, &sent.typed, mistakes).await?);
    }
    match PrivateNote::written(sent.typed.one("note")) {
        Ok(note) => {
            aside(move || writer.write_note(id, &note, sent.once)).await?;
            Ok(lead_to(&format!("{back}?fait=note#notes")))
        }
        Err(unfit) => {
            let mut mistakes = Mistakes::default();
            mistakes.add(
                "note",
                match unfit {
                    UnfitNote::Empty => Text("notes-vide"),
                    UnfitNote::TooLong => Text("commun-trop-long"),
                    UnfitNote::Unwritable(_) => Text("notes-refusee"),
                },
            );
            page_again(&make(&writer, frame, reference, &sent.typed, mistakes).await?)
        }
    }
}
