//! `maillage card`: how this structure describes itself to its partners.

use std::path::PathBuf;

use clap::Subcommand;
use maillage_protocol::codes::NeedCode;
use maillage_protocol::directory::{Card, Service};
use maillage_protocol::disclosure::SecrecyRegime;
use maillage_protocol::id::ServiceId;
use serde::Deserialize;

use super::orders::give;
use super::user::done;
use super::{Context, Exit, VerbError};
use crate::control::{Answer, Order};
use crate::env::random;

/// What is asked about the card.
#[derive(Debug, Subcommand)]
#[command(subcommand_value_name = "VERBE", subcommand_help_heading = "Verbes")]
pub(super) enum Args {
    #[command(about = "Montre la fiche de la structure")]
    Show,
    #[command(about = "Écrit la fiche de la structure et l'envoie aux partenaires")]
    Set {
        #[arg(
            value_name = "FICHIER",
            help = "La fiche, en TOML : name, commune, regime, et un [[services]] par service"
        )]
        file: PathBuf,
    },
}

/// The card as an administrator writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    commune: String,
    address: Option<String>,
    telephone: Option<String>,
    hours: Option<String>,
    regime: String,
    #[serde(default)]
    services: Vec<WrittenService>,
}

/// A service as an administrator writes it: it keeps its name for machines as long as its name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenService {
    name: String,
    needs: Vec<String>,
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    match args {
        Args::Show => show(context),
        Args::Set { file } => {
            let text = std::fs::read_to_string(file).map_err(|error| {
                VerbError::new(Exit::Data, "le fichier de la fiche ne se lit pas").because(error)
            })?;
            let card = read(context, &text, current(context)?)?;
            give(context, Order::Describe { card: Box::new(card) })?;
            done(context, "La fiche est écrite. Les partenaires la recevront.")
        }
    }
}

fn current(context: &Context) -> Result<Option<Card>, VerbError> {
    match give(context, Order::ReadCard)? {
        Answer::Card { card } => Ok(card.map(|card| *card)),
        _ => Ok(None),
    }
}

fn show(context: &Context) -> Result<(), VerbError> {
    let card = current(context)?;
    if context.options.json {
        return context.say_json(&card);
    }
    let Some(card) = card else {
        return context.say("Aucune fiche : écrivez-la avec maillage card set.");
    };
    context.say(format!("{} ({}), régime {}", card.name, card.commune, card.regime.code()))?;
    for service in card.services {
        context.say(format!("  {} : {} besoins", service.name, service.needs.len()))?;
    }
    Ok(())
}

fn read(context: &Context, text: &str, before: Option<Card>) -> Result<Card, VerbError> {
    let wrong = |said: String| {
        VerbError::new(Exit::Data, said)
            .remedy("le guide docs/guides/administrateur.md en montre une")
    };
    let written: Written = toml::from_str(text)
        .map_err(|error| wrong("la fiche n'a pas la forme attendue".to_owned()).because(error))?;
    let regime = SecrecyRegime::from_code(&written.regime).ok_or_else(|| {
        let known: Vec<_> = SecrecyRegime::ALL.iter().map(|regime| regime.code()).collect();
        wrong(format!("regime doit être l'un de : {}", known.join(", ")))
    })?;
    let services = written.services.into_iter().map(|service| {
        let needs = service.needs.iter().map(|need| {
            NeedCode::from_code(need)
                .ok_or_else(|| wrong(format!("« {need} » n'est pas un besoin de la liste")))
        });
        let known = before.iter().flat_map(|card| &card.services);
        let id = known.into_iter().find(|known| known.name == service.name).map(|known| known.id);
        let id = id.unwrap_or_else(|| ServiceId::from_random(random(&*context.env)));
        Ok(Service { id, needs: needs.collect::<Result<_, VerbError>>()?, name: service.name })
    });
    Ok(Card {
        services: services.collect::<Result<_, VerbError>>()?,
        name: written.name,
        commune: written.commune,
        address: written.address,
        telephone: written.telephone,
        hours: written.hours,
        regime,
    })
}
