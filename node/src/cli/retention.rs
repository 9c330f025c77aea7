//! `maillage retention`: what the rules destroy, by hand or in a rehearsal. A node that runs does it
//! by itself every day.

use std::collections::BTreeMap;

use serde::Serialize;

use super::orders::give;
use super::{Context, VerbError};
use crate::app::Rule;
use crate::control::{Answer, Order};

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
        context.say(format!("  {} : {count}", described(rule)))?;
    }
    context.say(match dry_run {
        true => "Rien n'a été détruit : relancez sans --dry-run.",
        false => "Détruit, ici. Chez les partenaires, leurs propres durées s'appliquent.",
    })
}

const fn described(rule: Rule) -> &'static str {
    match rule {
        Rule::Draft => "R1, brouillons oubliés depuis 30 jours",
        Rule::NotAccepted => "R2, demandes reçues et non acceptées, finies depuis 30 jours",
        Rule::Helped => "R3, demandes reçues et acceptées, finies depuis 90 jours",
        Rule::Asked => "R4, demandes écrites ici, finies depuis 24 mois, besoin clos",
        Rule::Expired => "R7, demandes reçues dont l'accord a expiré depuis 30 jours",
        Rule::Evidence => "R10, trimestres de preuves d'accord finis depuis plus de 6 ans",
        Rule::Trail => "R11, trimestres de trace des lectures finis depuis 1 an",
        Rule::Idle => "R16, comptes sans connexion depuis 6 mois, à fermer",
        Rule::Left => "R16, noms des collègues partis depuis 12 mois",
    }
}
