//! `/liste.csv`: what waits, for those who keep another tool. References and codes: nobody's name.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;

use super::aside;
use super::errors::PageError;
use super::home::{List, lists};
use super::layout::Frame;
use super::row::RowView;
use crate::app::authority::Writer;
use crate::text::Text;

/// The first line.
const COLUMNS: [Text; 7] = [
    Text("tableur-liste"),
    Text("tableur-reference"),
    Text("tableur-besoin"),
    Text("tableur-structure"),
    Text("tableur-etat"),
    Text("tableur-a-faire"),
    Text("tableur-avant"),
];

/// Gives the file.
pub(super) async fn show(writer: Writer, frame: Frame) -> Result<HttpResponse, PageError> {
    let worklist = aside(move || writer.worklist()).await?;
    let table =
        table(&lists(&worklist, frame.clock)).map_err(|error| PageError::failure(&error))?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"a-vous-de-jouer.csv\""))
        .body(table))
}

/// Writes lines as spreadsheets in France read them: semicolons, and a mark that says UTF-8.
fn table(lists: &[List]) -> Result<Vec<u8>, csv::Error> {
    let bytes = "\u{feff}".as_bytes().to_vec();
    let mut table = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer(bytes);
    table.write_record(COLUMNS.map(|column| column.to_string()))?;
    for list in lists {
        for row in &list.rows {
            table.write_record(line(list, row).map(harmless))?;
        }
    }
    table.into_inner().map_err(|error| error.into_error().into())
}

fn line(list: &List, row: &RowView) -> [String; 7] {
    let (to_do, before) = match &row.turn {
        // To the minute, as spreadsheets sort.
        Some(turn) => (turn.words.clone(), turn.due.machine.chars().take(16).collect::<String>()),
        None => Default::default(),
    };
    [
        list.title.to_string(),
        row.reference.clone(),
        row.need.clone(),
        row.other.clone(),
        row.status.clone(),
        to_do,
        before.replace('T', " "),
    ]
}

/// A spreadsheet computes what begins like a formula, and a partner chooses its own name: the cell says
/// that it is text.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_partner_writes_is_computed() {
        for name in ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(name.to_owned()), format!("'{name}"));
        }
        assert_eq!(harmless("CCAS de Brenne".to_owned()), "CCAS de Brenne");
    }
}
