//! `maillage export`: everything out, signed, as anybody can verify it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use maillage_protocol::encoding;

use super::orders::passphrase;
use super::user::done;
use super::{Context, Exit, VerbError};
use crate::journal::Number;
use crate::opening;

/// Where to write.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(value_name = "FICHIER", help = "Le fichier à écrire, qui ne doit pas exister")]
    to: PathBuf,
}

/// Writes the journal, a record on a line: its number, its public name, its payload as it lies on
/// the disk. What is sealed stays sealed; what was signed is there verbatim, so that reading it
/// again gives the same leaves.
pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    let folder = context.folder()?;
    let node = opening::open(&context.env, &folder, passphrase(context)?.as_ref())?;
    let journal = node.app.journal();
    let file = File::create_new(&args.to).map_err(|error| {
        VerbError::new(Exit::Disk, "le fichier ne s'écrit pas")
            .because(error)
            .remedy("choisissez un fichier qui n'existe pas encore")
    })?;
    let mut out = BufWriter::new(file);
    let mut next = Number(0);
    loop {
        let records = journal.read(next, 1_000).map_err(crate::app::AppError::from);
        let records = records.map_err(|error| {
            VerbError::new(Exit::Disk, "le journal ne se lit pas").because(error)
        })?;
        if records.is_empty() {
            break;
        }
        for record in records {
            let line = serde_json::json!({
                "n": next.0,
                "leaf": encoding::hex(&record.leaf.to_bytes()),
                "payload": encoding::base64url(&record.payload),
            });
            writeln!(out, "{line}")?;
            next = next.next();
        }
    }
    out.flush()?;
    out.get_ref().sync_all()?;
    done(context, &format!("{} enregistrements sont écrits.", next.0))
}
