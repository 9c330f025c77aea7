//! The command line: verbs in English, words in French, and an exit code that a script can trust.
//!
//! A verb is a file of `cli/`: its flags, and `run`. It says what it found through [`Context`],
//! and what went wrong through [`VerbError`], which knows the code to leave with.

mod exit;
mod failures;
mod frame;
mod typing;
mod certificates;
mod dates;
mod backup;
mod card;
mod completion;
mod demo;
mod export;
mod import;
mod init;
mod mail;
mod orders;
mod peer;
mod serve;
mod session;
mod user;
mod config;
mod doctor;
mod healthcheck;
mod key;
mod man;
mod restore;
mod retention;
mod scrub;
mod verify;

use std::ffi::OsString;
use std::io::Write;

use clap::{FromArgMatches, Parser, Subcommand};

use crate::env;
use crate::telemetry::{self, Audience};
pub use exit::{Exit, VerbError};
pub use frame::{Context, Options, command};

/// What was typed.
#[derive(Debug, Parser)]
#[command(
    name = "maillage",
    version,
    about = "Le nœud d'une structure : orienter une personne et savoir ce qu'elle est devenue"
)]
pub struct Typed {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    verb: Verb,
}

/// What one can ask of the binary.
#[derive(Debug, Subcommand)]
enum Verb {
    #[command(about = "Crée un nœud : clés, feuille de secours, premier compte")]
    Init(init::Args),
    #[command(about = "Fait tourner le nœud")]
    Serve(serve::Args),
    #[command(about = "Fait tourner un territoire de six nœuds sur cet ordinateur")]
    Demo(demo::Args),
    #[command(subcommand, about = "Gère les comptes et les clés de l'API")]
    User(user::Args),
    #[command(subcommand, about = "Montre et ferme les sessions")]
    Session(session::Args),
    #[command(subcommand, about = "Montre ou écrit la fiche de la structure")]
    Card(card::Args),
    #[command(subcommand, about = "Gère les liens avec les partenaires")]
    Peer(peer::Args),
    #[command(subcommand, about = "Importe ce que d'autres décrivent")]
    Import(import::Args),
    #[command(about = "Exporte tout le journal, signatures comprises")]
    Export(export::Args),
    #[command(subcommand, about = "Vérifie le serveur de courriel")]
    Mail(mail::Args),
    #[command(subcommand, about = "Vérifie ou montre la configuration")]
    Config(config::Args),
    #[command(about = "Examine la machine et le dossier de données, et dit quoi faire")]
    Doctor(doctor::Args),
    #[command(about = "Demande au nœud qui tourne ici s'il est prêt")]
    Healthcheck(healthcheck::Args),
    #[command(about = "Fait une sauvegarde chiffrée, ou vérifie la plus récente")]
    Backup(backup::Args),
    #[command(about = "Rétablit une sauvegarde dans un dossier vide")]
    Restore(restore::Args),
    #[command(subcommand, about = "Relit ce qui a été écrit et le recalcule")]
    Verify(verify::Args),
    #[command(about = "Lit tout une fois, pour trouver les octets abîmés")]
    Scrub(scrub::Args),
    #[command(about = "Détruit ce qu'aucune durée de conservation ne garde plus")]
    Retention(retention::Args),
    #[command(subcommand, about = "Montre les clés publiques du nœud")]
    Key(key::Args),
    #[command(about = "Écrit le script de complétion d'un interpréteur de commandes")]
    Completion(completion::Args),
    #[command(about = "Écrit la page de manuel")]
    Man(man::Args),
}

impl Verb {
    /// Says who reads the log of this verb.
    const fn audience(&self) -> Audience {
        match self {
            Self::Serve(_) => Audience::System,
            Self::Init(_)
            | Self::Demo(_)
            | Self::User(_)
            | Self::Session(_)
            | Self::Card(_)
            | Self::Peer(_)
            | Self::Import(_)
            | Self::Export(_)
            | Self::Mail(_)
            | Self::Config(_)
            | Self::Doctor(_)
            | Self::Healthcheck(_)
            | Self::Backup(_)
            | Self::Restore(_)
            | Self::Verify(_)
            | Self::Scrub(_)
            | Self::Retention(_)
            | Self::Key(_)
            | Self::Completion(_)
            | Self::Man(_) => Audience::Person,
        }
    }

    fn run(self, context: &Context) -> Result<(), VerbError> {
        match self {
            Self::Init(args) => init::run(args, context),
            Self::Serve(args) => serve::run(args, context),
            Self::Demo(args) => demo::run(args, context),
            Self::User(args) => user::run(args, context),
            Self::Session(args) => session::run(args, context),
            Self::Card(args) => card::run(args, context),
            Self::Peer(args) => peer::run(args, context),
            Self::Import(args) => import::run(args, context),
            Self::Export(args) => export::run(args, context),
            Self::Mail(args) => mail::run(args, context),
            Self::Config(args) => config::run(args, context),
            Self::Doctor(args) => doctor::run(args, context),
            Self::Healthcheck(args) => healthcheck::run(args, context),
            Self::Backup(args) => backup::run(args, context),
            Self::Restore(args) => restore::run(args, context),
            Self::Verify(args) => verify::run(args, context),
            Self::Scrub(args) => scrub::run(args, context),
            Self::Retention(args) => retention::run(args, context),
            Self::Key(args) => key::run(args, context),
            Self::Completion(args) => completion::run(args, context),
            Self::Man(args) => man::run(args, context),
        }
    }
}

/// Does what was typed, says it on `out`, says on `err` what went wrong, and returns the code to
/// leave with.
pub fn run(
    typed: impl IntoIterator<Item = OsString>,
    out: impl Write + Send + 'static,
    err: &mut impl Write,
) -> Exit {
    let context = |options| Context::new(options, env::machine(), out);
    let done = parse(typed).and_then(|typed| {
        telemetry::start(typed.verb.audience(), typed.options.log.as_deref())?;
        let context = context(typed.options);
        typed.verb.run(&context)?;
        context.flush()
    });
    match done {
        Ok(()) => Exit::Done,
        // Nobody is there to be told more; the code is all that can still be said.
        Err(error) => error.report(err).map_or(error.exit(), |()| error.exit()),
    }
}

fn parse(typed: impl IntoIterator<Item = OsString>) -> Result<Typed, VerbError> {
    let matches = command().try_get_matches_from(typed)?;
    Ok(Typed::from_arg_matches(&matches)?)
}

#[cfg(test)]
mod tests;
