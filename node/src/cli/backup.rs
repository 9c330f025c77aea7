//! `maillage backup [--to DIR]` and `maillage backup verify [DIR]`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;

use super::dates::date;
use super::{Context, Exit, VerbError};
use crate::backup::{self, BackupError, Identities, Recipients, VAULT_DAYS};
use crate::config::{Backup, Config};
use crate::disk::{self, SystemDisk};
use crate::folder::DataFolder;

/// What to do about backups.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    what: Option<What>,
    /// Where the archives go.
    #[arg(long, value_name = "DOSSIER", help = "Écrit dans ce dossier (sinon backup.to)")]
    to: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum What {
    #[command(about = "Ouvre la sauvegarde la plus récente, la relit et la compare au nœud")]
    Verify {
        /// Where the archives are.
        #[arg(value_name = "DOSSIER", help = "Le dossier des sauvegardes (sinon backup.to)")]
        from: Option<PathBuf>,
        /// The private key.
        #[arg(long, value_name = "FICHIER", help = "Le fichier de la clé privée (age-keygen)")]
        identity: PathBuf,
    },
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    match args.what {
        Some(What::Verify { from, identity }) => verify(from, &identity, context),
        None => make(args.to, context),
    }
}

#[derive(Serialize)]
struct Made {
    journal: String,
    vault: String,
    records: u64,
    removed: usize,
}

fn make(to: Option<PathBuf>, context: &Context) -> Result<(), VerbError> {
    let config = context.config()?.config;
    let backup = configured(&config)?;
    let recipients = Recipients::parse(&backup.recipients)?;
    let (folder, to) = (DataFolder::at(&config.data_dir), to.as_ref().unwrap_or(&backup.to));
    let made = backup::make(&folder, to, &recipients, context.env.now())?;
    let records = made.head.records.0;
    if context.options.json {
        let (journal, vault) = (made.journal.to_string(), made.vault.to_string());
        return context.say_json(&Made { journal, vault, records, removed: made.removed });
    }
    context.say(format!("Sauvegarde faite : {records} enregistrements."))?;
    context.say(format!("  {}", to.join(made.journal.to_string()).display()))?;
    context.say(format!("  {}", to.join(made.vault.to_string()).display()))?;
    if made.removed > 0 {
        let removed = made.removed;
        context.say(format!("Anciens coffres retirés ({VAULT_DAYS} jours) : {removed}."))?;
    }
    Ok(())
}

fn configured(config: &Config) -> Result<&Backup, VerbError> {
    config.backup.as_ref().ok_or_else(|| {
        VerbError::new(Exit::Configuration, "aucune sauvegarde n'est configurée")
            .remedy("donnez backup.to et backup.recipients")
    })
}

#[derive(Serialize)]
struct Verified {
    archive: String,
    made: u64,
    records: u64,
    /// How many records the node wrote since, if it is here.
    since: Option<u64>,
}

fn verify(from: Option<PathBuf>, identity: &Path, context: &Context) -> Result<(), VerbError> {
    let identities = Identities::read(identity)?;
    let from = match from {
        Some(from) => from,
        None => configured(&context.config()?.config)?.to.clone(),
    };
    let live = context.folder().ok().filter(|folder| folder.journal().is_dir());
    let name = backup::newest(&from).map_err(BackupError::Failed)?.ok_or(BackupError::Nothing)?;
    let temporary = env::temp_dir();
    let scratch = live.as_ref().map_or(&*temporary, DataFolder::path);
    let found = backup::verify(&from, &name, &identities, live.as_ref(), scratch, &*context.env)?;

    if let Some(live) = &live {
        let now = context.env.now().0.to_string();
        disk::switch(&SystemDisk, &live.backup_verified(), now.as_bytes())?;
    }
    let records = found.manifest.head.records.0;
    let since = found.agrees.map(|agrees| agrees.since);
    if context.options.json {
        let (archive, made) = (name.to_string(), found.manifest.made.0);
        return context.say_json(&Verified { archive, made, records, since });
    }
    let made = date(found.manifest.made);
    context.say(format!("La sauvegarde du {made} est entière : {records} enregistrements."))?;
    match since {
        Some(since) => context.say(format!("Le nœud en a écrit {since} depuis.")),
        None => context.say("Le nœud n'est pas sur cette machine : rien à comparer."),
    }
}

/// Reads when a backup was last opened, in milliseconds since 1970.
pub(super) fn last_verified(folder: &DataFolder) -> Option<u64> {
    fs::read_to_string(folder.backup_verified()).ok()?.trim().parse().ok()
}
