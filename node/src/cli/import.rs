//! `maillage import directory`: places that somebody else describes, in the French standard of
//! digital mediation places (version 1.0.2, CSV).

use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;

use super::orders::give;
use super::{Context, Exit, VerbError};
use crate::bridges::mediation;
use crate::control::Order;

/// What is imported.
#[derive(Debug, Subcommand)]
#[command(subcommand_value_name = "QUOI", subcommand_help_heading = "Verbes")]
pub(super) enum Args {
    #[command(about = "Importe des lieux (standard « lieux de médiation numérique », CSV)")]
    Directory {
        #[arg(value_name = "FICHIER", help = "Le fichier CSV")]
        file: PathBuf,
        #[arg(long, value_name = "TEXTE", help = "Qui publie ces lieux, et à quelle date")]
        source: Option<String>,
        #[arg(long, help = "Lit et vérifie sans rien enregistrer")]
        dry_run: bool,
    },
}

/// What came of an import.
#[derive(Serialize)]
struct Report {
    read: usize,
    accepted: usize,
    refused: Vec<mediation::RefusedRow>,
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    let Args::Directory { file, source, dry_run } = args;
    let bytes = std::fs::read(&file)
        .map_err(|error| VerbError::new(Exit::Data, "le fichier ne se lit pas").because(error))?;
    let read = mediation::read(&bytes).map_err(|error| {
        VerbError::new(Exit::Data, "ce fichier n'est pas du standard attendu")
            .because(error)
            .remedy("la première ligne doit nommer les colonnes : id, nom, commune, code_postal…")
    })?;
    let (accepted, count) = (read.places.len(), read.places.len() + read.refused.len());
    if !dry_run {
        let source = source.or(read.source).unwrap_or_else(|| "import".to_owned());
        give(context, Order::ImportPlaces { source, places: read.places })?;
    }
    let report = Report { read: count, accepted, refused: read.refused };
    if context.options.json {
        return context.say_json(&report);
    }
    for row in &report.refused {
        context.say(format!("ligne {} : {} : {}", row.line, row.field, row.why))?;
    }
    let refused = report.refused.len();
    let said = if dry_run { "seraient importés" } else { "sont importés" };
    context.say(format!("{accepted} lieux {said}, {refused} lignes refusées."))
}
