//! `maillage retention`: what the rules destroy, by hand or in a rehearsal. A node that runs does it
//! by itself every day.

use std::collections::BTreeMap;

use serde::Serialize;

use super::orders::give;
use super::{Context, VerbError};
use crate::app::Rule;
use crate::control::{Answer, Order};
use crate::text::numbered;

/// How to do it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(long, help = "Compte sans rien détruire")]
    dry_run: bool,
}

#[derive(Serialize)]
struct Counts {
    dry_run: bool,
    counts: BTreeMap<Rule, u64>,
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    let Args { dry_run } = args;
    let answer = give(context, Order::Retain { rehearsal: dry_run })?;
    let Answer::Retained { counts } = answer else { return Ok(()) };
    if context.options.json {
        return context.say_json(&Counts { dry_run, counts });
    }
    if counts.is_empty() {
        return context.say("Rien à détruire : tout est encore dans sa durée de conservation.");
    }
    for (rule, count) in counts {
        context.say(format!("  {} : {count}", numbered(rule)))?;
    }
    context.say(match dry_run {
        true => "Rien n'a été détruit : relancez sans --dry-run.",
        false => "Détruit, ici. Chez les partenaires, leurs propres durées s'appliquent.",
    })
}
