//! `maillage restore --into DIR --from DIR --identity FILE`: says what will be missing, then gives
//! the node back.

use std::fs;
use std::path::PathBuf;

use super::dates::date;
use super::{Context, VerbError};
use crate::backup::{self, BackupError, ErasureList, Identities, Plan, Restored, Unlisted};
use crate::folder::DataFolder;

/// What to give back, and where.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder of the node that comes back.
    #[arg(long, value_name = "DOSSIER", help = "Rétablit dans ce dossier, vide ou nouveau")]
    into: PathBuf,
    /// Where the archives are.
    #[arg(
        long,
        value_name = "DOSSIER",
        help = "Le dossier des sauvegardes ; la plus récente sert"
    )]
    from: PathBuf,
    /// The private key.
    #[arg(long, value_name = "FICHIER", help = "Le fichier de la clé privée (age-keygen)")]
    identity: PathBuf,
    /// What was erased since the backup.
    #[arg(long, value_name = "FICHIER", help = "La liste des effacements, gardée ailleurs")]
    erasure_list: Option<PathBuf>,
    /// Why there is none.
    #[arg(
        long,
        value_name = "RAISON",
        conflicts_with = "erasure_list",
        help = "Rétablit sans cette liste : des données effacées peuvent revenir"
    )]
    without_erasure_list: Option<String>,
    /// What opens the key file.
    #[arg(long, value_name = "FICHIER", help = "Le fichier de la phrase secrète du nœud")]
    passphrase_file: Option<PathBuf>,
    /// Whether nothing is written.
    #[arg(long, help = "Dit ce qui reviendrait, sans rien écrire")]
    dry_run: bool,
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    let identities = Identities::read(&args.identity)?;
    let plan = backup::plan(&args.from, &identities)?;
    if !context.options.json {
        announce(&plan, context)?;
    }
    if args.dry_run {
        return Ok(());
    }
    let unlisted = unlisted(&args)?;
    let passphrase = args.passphrase_file.map(fs::read_to_string).transpose();
    let passphrase = passphrase.map_err(BackupError::Failed)?;
    let passphrase = passphrase.map(|text| text.trim_end_matches(['\r', '\n']).to_owned().into());
    let (into, passphrase) = (DataFolder::at(args.into), passphrase.as_ref());
    let env = &context.env;
    let restored =
        backup::restore(&plan, &args.from, &into, &identities, &unlisted, passphrase, env)?;
    if context.options.json {
        return context.say_json(&restored);
    }
    tell(&restored, context)
}

fn unlisted(args: &Args) -> Result<Unlisted, BackupError> {
    match (&args.erasure_list, &args.without_erasure_list) {
        (Some(path), _) => Ok(Unlisted::Listed(ErasureList::parse(&fs::read_to_string(path)?)?)),
        (None, Some(reason)) => Ok(Unlisted::Lost { reason: reason.clone() }),
        (None, None) => Err(BackupError::NoErasureList),
    }
}

fn announce(plan: &Plan, context: &Context) -> Result<(), VerbError> {
    let (made, records) = (date(plan.manifest.made), plan.manifest.head.records);
    context.say(format!("Sauvegarde du {made} : {records} enregistrements."))?;
    context.say(format!("Il manquera tout ce que le nœud a écrit après le {made}."))?;
    context.say("Vos partenaires rendront ce que vous leur avez envoyé et ce qu'ils ont répondu.")
}

fn tell(restored: &Restored, context: &Context) -> Result<(), VerbError> {
    context.say(format!("Rétabli : {} enregistrements.", restored.records))?;
    context.say(format!("Clés détruites de nouveau : {}.", restored.erased))?;
    if restored.without_list.is_some() {
        context
            .say("Sans la liste des effacements, ceux d'après la sauvegarde sont incertains.")?;
    }
    context.say(
        "Le nœud démarrera en état « rétabli » : il interroge ses partenaires avant de signer.",
    )
}
