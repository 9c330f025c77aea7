//! The French standard « lieux de médiation numérique », version 1.0.2, as CSV. Read only, and
//! only what a list of places to call needs.

use serde::Serialize;

use crate::facts::ImportedPlace;

/// What a file says.
#[derive(Debug, Default)]
pub struct Read {
    /// The places.
    pub places: Vec<ImportedPlace>,
    /// The rows that are not places, and why.
    pub refused: Vec<RefusedRow>,
    /// Who publishes them, as the first row says.
    pub source: Option<String>,
}

/// A row that is not a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusedRow {
    /// Its line in the file; the names of the columns are on line 1.
    pub line: u64,
    /// The column at fault.
    pub field: String,
    /// What is wrong, in French.
    pub why: String,
}

/// The file is not of this standard.
#[derive(Debug, thiserror::Error)]
pub enum NotTheStandard {
    /// A column is missing.
    #[error("the column {0} is missing")]
    MissingColumn(&'static str),
    /// The first line cannot be read.
    #[error("the first line cannot be read")]
    Unreadable(#[from] csv::Error),
}

const COLUMNS: [&str; 5] = ["id", "nom", "commune", "code_postal", "adresse"];

/// Reads a file.
pub fn read(bytes: &[u8]) -> Result<Read, NotTheStandard> {
    // Spreadsheets put this mark before the first column.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(bytes);
    let columns = reader.headers()?.clone();
    for column in COLUMNS {
        if !columns.iter().any(|name| name == column) {
            return Err(NotTheStandard::MissingColumn(column));
        }
    }
    let mut read = Read::default();
    for (at, row) in reader.records().enumerate() {
        let line = at as u64 + 2;
        let row = match row {
            Ok(row) => row,
            Err(_) => {
                read.refused.push(refused(line, "ligne", "le nombre de colonnes n'est pas le bon"));
                continue;
            }
        };
        let field = |name: &str| {
            let at = columns.iter().position(|column| column == name);
            at.and_then(|at| row.get(at)).unwrap_or_default().trim().to_owned()
        };
        match place(line, &field) {
            Ok(place) => read.places.push(place),
            Err(row) => read.refused.push(row),
        }
        let source = field("source");
        if read.source.is_none() && !source.is_empty() {
            read.source = Some(source);
        }
    }
    Ok(read)
}

fn place(line: u64, field: &impl Fn(&str) -> String) -> Result<ImportedPlace, RefusedRow> {
    for column in COLUMNS {
        if field(column).is_empty() {
            return Err(refused(line, column, "la case est vide"));
        }
    }
    let postcode = field("code_postal");
    if postcode.len() != 5 || !postcode.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused(line, "code_postal", "un code postal a cinq chiffres"));
    }
    let some = |name: &str| Some(field(name)).filter(|text| !text.is_empty());
    Ok(ImportedPlace {
        id: field("id"),
        name: field("nom"),
        commune: field("commune"),
        postcode,
        address: field("adresse"),
        telephone: some("telephone"),
        hours: some("horaires"),
        updated: some("date_maj"),
    })
}

fn refused(line: u64, field: &str, why: &str) -> RefusedRow {
    RefusedRow { line, field: field.to_owned(), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VAL_D_OISE: &[u8] = include_bytes!("../../../deploy/demo/france-services-95.csv");

    #[test]
    fn every_real_place_of_the_val_d_oise_is_read() {
        let read = read(VAL_D_OISE).unwrap();
        assert_eq!((read.places.len(), read.refused), (27, vec![]));
        assert_eq!(read.source.as_deref(), Some("ANCT - France services"));
    }

    #[test]
    fn a_row_that_is_not_a_place_is_refused_with_its_reason() {
        let text = "id,nom,commune,code_postal,adresse\n\
                    1,Le Lavoir,Brenne,95100,1 rue du Lavoir\n\
                    2,,Brenne,95100,1 rue du Lavoir\n\
                    3,Ici,Brenne,9510,1 rue du Lavoir\n\
                    4,Ici,Brenne\n";
        let read = read(text.as_bytes()).unwrap();
        assert_eq!(read.places.len(), 1);
        let refused: Vec<_> =
            read.refused.iter().map(|row| (row.line, row.field.as_str())).collect();
        assert_eq!(refused, [(3, "nom"), (4, "code_postal"), (5, "ligne")]);
    }

    #[test]
    fn another_format_is_refused() {
        assert!(matches!(read(b"a,b\n1,2\n"), Err(NotTheStandard::MissingColumn("id"))));
        assert!(matches!(read(b""), Err(NotTheStandard::MissingColumn("id"))));
    }
}
