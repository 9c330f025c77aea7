//! `maillage config check|show`: whether the configuration can be used, and who said what.

use clap::Subcommand;

use super::{Context, VerbError, certificates};
use crate::backup::Recipients;
use crate::config::{Origin, Setting};

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum Args {
    #[command(about = "Vérifie la configuration, sans rien changer")]
    Check,
    #[command(about = "Montre chaque valeur et d'où elle vient, sans les secrets")]
    Show,
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    let loaded = context.config()?;
    match args {
        Args::Check => {
            if let Some(backup) = &loaded.config.backup {
                Recipients::parse(&backup.recipients)?;
            }
            certificates::trusted(&loaded.config)?;
            if let Some(tls) = &loaded.config.tls {
                certificates::served(tls)?;
            }
            context.say("La configuration est bonne.")
        }
        Args::Show if context.options.json => context.say_json(&loaded.settings()),
        Args::Show => loaded.settings().iter().try_for_each(|setting| context.say(line(setting))),
    }
}

fn line(Setting { key, value, origin }: &Setting) -> String {
    let value = value.as_ref().map_or_else(|| "(aucun)".to_owned(), ToString::to_string);
    let origin = match origin {
        Origin::Default => "par défaut",
        Origin::File => "fichier",
        Origin::Environment => "environnement",
        Origin::Flag => "option",
    };
    format!("{key} = {value}  # {origin}")
}
