//! `maillage key`: the public side of our keys, new keys, and the paper sheet. Private keys are never
//! shown.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;
use maillage_protocol::encoding;
use maillage_protocol::identity::Genesis;
use maillage_protocol::keys::{KeyUse, PrivateKey};
use maillage_protocol::private::Private;
use serde::Serialize;
use zeroize::Zeroizing;

use super::dates::date;
use super::frame::{read_secret, write_private};
use super::orders::give;
use super::user::done;
use super::{Context, Exit, VerbError};
use crate::control::{Answer, Order, RotationCause};
use crate::disk::{Disk, SystemDisk};
use crate::env::random;
use crate::keys::{KeyFile, KeyName, paper};

/// What to do with the keys.
#[derive(Debug, Subcommand)]
pub(super) enum Args {
    #[command(about = "Montre le nom du nœud, son empreinte et ses clés publiques")]
    Show,
    #[command(about = "Renouvelle les clés du nœud ; avec la feuille de secours, toutes")]
    Rotate {
        #[arg(long, help = "Renouvelle toutes les clés, avec la feuille de secours")]
        paper: bool,
        #[arg(
            long,
            value_name = "CAUSE",
            requires = "paper",
            help = "Dit pourquoi : routine ou vol (sinon routine)"
        )]
        cause: Option<RotationCause>,
        #[arg(
            long,
            value_name = "FICHIER",
            requires = "paper",
            help = "Lit le code de la feuille dans ce fichier (sinon il est demandé)"
        )]
        code_file: Option<PathBuf>,
        #[arg(
            long,
            value_name = "FICHIER",
            requires = "paper",
            help = "Écrit la feuille suivante dans ce fichier (0600 ; sinon elle s'affiche)"
        )]
        next_sheet: Option<PathBuf>,
    },
    #[command(about = "Vérifie qu'une feuille de secours est bien la dernière")]
    Paper {
        #[arg(
            long,
            value_name = "FICHIER",
            help = "Lit le code de la feuille dans ce fichier (sinon il est demandé)"
        )]
        code_file: Option<PathBuf>,
    },
}

#[derive(Serialize)]
struct Shown {
    node: Option<String>,
    fingerprint: Option<String>,
    sealed: bool,
    keys: Vec<ShownKey>,
}

#[derive(Serialize)]
struct ShownKey {
    key_use: &'static str,
    kid: String,
    public: String,
    made: u64,
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    match args {
        Args::Show => show(context),
        Args::Rotate { paper: false, .. } => {
            give(context, Order::RotateKeys)?;
            done(
                context,
                "Les clés sont renouvelées. Chaque partenaire l'apprend au prochain échange.",
            )
        }
        Args::Rotate { cause, code_file, next_sheet, .. } => {
            let cause = cause.unwrap_or(RotationCause::Routine);
            rotate_with_paper(context, cause, code_file.as_deref(), next_sheet.as_deref())
        }
        Args::Paper { code_file } => {
            give(context, Order::CheckPaper { code: code(context, code_file.as_deref())? })?;
            done(context, "Cette feuille de secours est la bonne. Rangez-la sous clé.")
        }
    }
}

/// The next sheet is written before anything changes: a key that nobody can read again would cost
/// the identity at the next accident.
fn rotate_with_paper(
    context: &Context,
    cause: RotationCause,
    code_file: Option<&Path>,
    next_sheet: Option<&Path>,
) -> Result<(), VerbError> {
    let code = code(context, code_file)?;
    give(context, Order::CheckPaper { code: code.clone() })?;
    let node = context.folder()?.node_id()?;
    let name = match give(context, Order::ReadCard)? {
        Answer::Card { card: Some(card) } => card.name,
        _ => node.fingerprint(),
    };
    let next = PrivateKey::from_seed(&random(&*context.env));
    let sheet = paper::sheet(&name, node, &next);
    match next_sheet {
        Some(path) => write_private(path, sheet.reveal())?,
        None => context.say(sheet.reveal())?,
    }
    let order = Order::RotateWithPaper { code, next: Genesis::commit(&next), cause };
    if let Err(failed) = give(context, order) {
        // The order may have been carried out all the same: the node says which sheet counts.
        let counts = give(context, Order::CheckPaper { code: paper::code(&next) });
        context.say(match counts {
            Ok(_) => "Le changement est fait : gardez la nouvelle feuille, détruisez l'ancienne.",
            Err(_) => {
                "Gardez les deux feuilles. « maillage key paper » dira laquelle est la bonne."
            }
        })?;
        return Err(failed);
    }
    done(
        context,
        "Toutes les clés sont renouvelées. L'ancienne feuille ne sert plus : détruisez-la, imprimez \
         la nouvelle, puis vérifiez-la avec maillage key paper.",
    )
}

/// Reads the code of a sheet, or a whole sheet.
fn code(context: &Context, file: Option<&Path>) -> Result<Private<String>, VerbError> {
    let text = match file {
        Some(path) => fs::read_to_string(path).map(Zeroizing::new).map_err(|error| {
            VerbError::new(Exit::Data, format!("{} ne se lit pas", path.display())).because(error)
        })?,
        None => {
            let question = "Clé de rotation, comme sur la feuille (elle ne s'affiche pas) : ";
            return read_secret(context, question);
        }
    };
    let line = text.lines().find_map(|line| line.strip_prefix("clé de rotation :"));
    Ok(Private::from(line.unwrap_or(&text).trim().to_owned()))
}

fn show(context: &Context) -> Result<(), VerbError> {
    let folder = context.folder()?;
    let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
    let passphrase = context.passphrase()?;
    let file = KeyFile::look(&disk, &context.env, &folder.keys(), passphrase.as_ref())?;
    let node = folder.node_id().ok();
    if context.options.json {
        let keys = file.names().iter().filter_map(|name| shown(&file, name)).collect();
        let fingerprint = node.map(|node| node.fingerprint());
        let (node, sealed) = (node.map(|node| node.to_string()), file.is_protected());
        return context.say_json(&Shown { node, fingerprint, sealed, keys });
    }
    if let Some(node) = node {
        context.say(format!("Nœud : {node}"))?;
        context.say(format!("Empreinte, à lire au téléphone : {}", node.fingerprint()))?;
    }
    for name in file.names() {
        let Some(key) = shown(&file, &name) else { continue };
        let ShownKey { key_use, kid, public, .. } = key;
        context.say(format!("{key_use}  {kid}  {public}  (faite le {})", date(name.made)))?;
    }
    Ok(())
}

fn shown(file: &KeyFile, name: &KeyName) -> Option<ShownKey> {
    let public = match name.key_use {
        KeyUse::Sig | KeyUse::Auth | KeyUse::Wit => file.signing(name.kid)?.public().to_bytes(),
        KeyUse::Kem => file.opening(name.kid)?.public(),
    };
    Some(ShownKey {
        key_use: name.key_use.name(),
        kid: name.kid.to_string(),
        public: encoding::base64url(&public),
        made: name.made.0,
    })
}
