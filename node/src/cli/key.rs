//! `maillage key show`: the public side of our keys. Private keys are never shown.

use std::sync::Arc;

use clap::Subcommand;
use maillage_protocol::encoding;
use maillage_protocol::keys::KeyUse;
use serde::Serialize;

use super::dates::date;
use super::{Context, VerbError};
use crate::disk::{Disk, SystemDisk};
use crate::keys::{KeyFile, KeyName};

/// What to do with the keys.
#[derive(Debug, Subcommand)]
pub(super) enum Args {
    #[command(about = "Montre le nom du nœud, son empreinte et ses clés publiques")]
    Show,
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
    }
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
