//! `maillage verify`: what can be recomputed from what was written, and what a person holds on paper.

mod receipt;

use std::collections::BTreeMap;
use std::io;

use clap::Subcommand;
use data_encoding::HEXLOWER;
use maillage_protocol::leaf::{Leaf, LeafKind};
use serde::Serialize;

use super::{Context, VerbError};
use crate::disk::SystemDisk;
use crate::journal::{self, Number, Surveyed, Surveyor};

/// What to verify.
#[derive(Debug, Subcommand)]
pub(super) enum Args {
    #[command(about = "Relit le journal : sa structure, et les noms qui se recalculent")]
    Journal,
    #[command(about = "Vérifie la signature d'un récépissé, sans réseau, avec des clés publiques")]
    Receipt(receipt::Args),
}

#[derive(Serialize)]
struct Answer {
    records: u64,
    leaves: String,
    kinds: BTreeMap<&'static str, u64>,
    recomputed: u64,
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    match args {
        Args::Journal => verify_journal(context),
        Args::Receipt(args) => receipt::run(&args, context),
    }
}

fn verify_journal(context: &Context) -> Result<(), VerbError> {
    let mut found = Found::default();
    let head = journal::survey(&SystemDisk, &context.folder()?.journal(), &mut found)?;
    let (records, leaves) = (head.records.0, HEXLOWER.encode(&head.leaves));
    let Found { kinds, recomputed } = found;
    if context.options.json {
        return context.say_json(&Answer { records, leaves, kinds, recomputed });
    }
    context.say(format!("Structure intacte : {records} enregistrements, à la suite."))?;
    for (kind, count) in kinds {
        context.say(format!("  {kind} : {count}"))?;
    }
    context.say(format!("Noms recalculés : {recomputed}."))?;
    context.say(format!("Empreinte : {leaves}"))
}

#[derive(Default)]
struct Found {
    kinds: BTreeMap<&'static str, u64>,
    recomputed: u64,
}

impl Surveyor for Found {
    fn record(&mut self, _: Number, leaf: Leaf, payload: &[u8]) {
        let count = self.kinds.entry(name(leaf.kind)).or_default();
        *count = count.saturating_add(1);
        if is_named_by(leaf, payload) {
            self.recomputed = self.recomputed.saturating_add(1);
        }
    }

    fn segment(&mut self, _: &Surveyed) -> io::Result<()> {
        Ok(())
    }
}

/// Tells whether the name of a record can be made again from its payload. What was stripped
/// cannot, nor what is named by a part of its payload: the facts know how to read those.
fn is_named_by(leaf: Leaf, payload: &[u8]) -> bool {
    match leaf.kind {
        LeafKind::Fact => Leaf::of_fact(payload) == leaf,
        LeafKind::Evidence => Leaf::of_evidence(payload) == leaf,
        LeafKind::Padding
        | LeafKind::Sent
        | LeafKind::Received
        | LeafKind::Receipt
        | LeafKind::Erasure
        | LeafKind::Identity
        | LeafKind::PeerIdentity => false,
    }
}

const fn name(kind: LeafKind) -> &'static str {
    match kind {
        LeafKind::Padding => "remplissage",
        LeafKind::Sent => "envoyés",
        LeafKind::Received => "reçus",
        LeafKind::Receipt => "accusés de remise",
        LeafKind::Erasure => "effacements",
        LeafKind::Identity => "identité du nœud",
        LeafKind::Fact => "actes du nœud",
        LeafKind::PeerIdentity => "identité des partenaires",
        LeafKind::Evidence => "preuves",
    }
}
