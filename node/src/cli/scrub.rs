//! `maillage scrub`: reads every byte once, because a disk may forget in silence.

use std::fs;
use std::io;
use std::sync::Arc;

use maillage_protocol::leaf::Leaf;
use serde::Serialize;

use super::{Context, Exit, VerbError};
use crate::disk::{Disk, SystemDisk};
use crate::journal::{self, Number, Surveyed, Surveyor};
use crate::keys::KeyFile;
use crate::vault::FileVault;

/// Nothing but the flags of every verb.
#[derive(Debug, clap::Args)]
pub(super) struct Args;

#[derive(Serialize)]
struct Scrubbed {
    records: u64,
    segments: u32,
    bytes: u64,
    keys: usize,
}

pub(super) fn run(_: Args, context: &Context) -> Result<(), VerbError> {
    let folder = context.folder()?;
    let mut count = Count::default();
    let head = journal::survey(&SystemDisk, &folder.journal(), &mut count)?;
    let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
    let passphrase = context.passphrase()?;
    let keys = KeyFile::look(&disk, &context.env, &folder.keys(), passphrase.as_ref())?;
    let keys = count_vault(&fs::read(folder.vault()).map_err(unreadable)?, &keys)?;

    let (records, Count { segments, bytes }) = (head.records.0, count);
    if context.options.json {
        return context.say_json(&Scrubbed { records, segments, bytes, keys });
    }
    context.say(format!("Journal intact : {records} enregistrements, {segments} segments."))?;
    context.say(format!("Coffre intact : {keys} clés."))
}

fn count_vault(vault: &[u8], keys: &KeyFile) -> Result<usize, VerbError> {
    let damaged = || {
        VerbError::new(Exit::Disk, "le coffre ne s'ouvre pas avec les clés du nœud")
            .remedy("recommencez ; si cela dure, rétablissez une sauvegarde (maillage restore)")
    };
    FileVault::count(vault, keys).ok_or_else(damaged)
}

fn unreadable(error: io::Error) -> VerbError {
    VerbError::new(Exit::Disk, "le coffre ne se lit pas")
        .because(error)
        .remedy("vérifiez le dossier de données, ses droits et son disque")
}

#[derive(Default)]
struct Count {
    segments: u32,
    bytes: u64,
}

impl Surveyor for Count {
    fn record(&mut self, _: Number, _: Leaf, payload: &[u8]) {
        self.bytes = self.bytes.saturating_add(payload.len() as u64);
    }

    fn segment(&mut self, _: &Surveyed) -> io::Result<()> {
        self.segments = self.segments.saturating_add(1);
        Ok(())
    }
}
