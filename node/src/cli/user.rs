//! `maillage user`: the accounts of the professionals, and the keys of the API.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use maillage_protocol::private::Private;

use super::frame::read_secret;
use super::orders::give;
use super::{Context, Exit, VerbError};
use crate::app::AccountPerson;
use crate::control::{Answer, Order};
use crate::facts::{Capability, Duty};

/// What is asked about accounts.
#[derive(Debug, Subcommand)]
#[command(subcommand_value_name = "VERBE", subcommand_help_heading = "Verbes")]
pub(super) enum Args {
    #[command(about = "Crée un compte")]
    Add {
        #[arg(value_name = "IDENTIFIANT", help = "Ce que la personne tapera pour se connecter")]
        login: String,
        #[arg(long, value_name = "NOM", help = "Son nom, pour ses collègues")]
        name: String,
        #[arg(long, help = "Donne aussi les droits d'administration")]
        admin: bool,
        #[arg(long, help = "Donne seulement les droits d'administration")]
        admin_only: bool,
        #[arg(
            long,
            conflicts_with_all = ["admin", "admin_only"],
            help = "Délégué à la protection des données : lit seulement qui a ouvert quoi"
        )]
        dpo: bool,
        #[arg(
            long,
            conflicts_with = "dpo",
            help = "Coordonne un territoire : lit seulement quelles structures n'aboutissent pas"
        )]
        coordinator: bool,
        #[command(flatten)]
        password: Password,
    },
    #[command(about = "Liste les comptes")]
    List,
    #[command(about = "Donne un rôle dans l'équipe : qui reçoit les relances, et quand")]
    Duty {
        #[arg(value_name = "IDENTIFIANT", help = "Le compte")]
        login: String,
        #[arg(value_name = "RÔLE", help = "Le rôle, ou « aucun »")]
        duty: TypedDuty,
    },
    #[command(about = "Ferme un compte : ses sessions et ses clés s'arrêtent")]
    Disable {
        #[arg(value_name = "IDENTIFIANT", help = "Le compte")]
        login: String,
    },
    #[command(about = "Change le mot de passe : les sessions ouvertes s'arrêtent")]
    Reset {
        #[arg(value_name = "IDENTIFIANT", help = "Le compte")]
        login: String,
        #[command(flatten)]
        password: Password,
    },
    #[command(about = "Crée une clé de l'API, montrée une seule fois")]
    Token {
        #[arg(value_name = "IDENTIFIANT", help = "Le compte au nom duquel elle agit")]
        login: String,
    },
}

/// A duty, as an administrator types it.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum TypedDuty {
    #[value(
        name = "suppleance",
        alias = "suppléance",
        help = "Remplace les absents, reçoit les relances urgentes"
    )]
    StandIn,
    #[value(name = "reference", alias = "référence", help = "Est prévenu quand personne ne répond")]
    Referent,
    #[value(name = "aucun", help = "Plus de rôle particulier")]
    Without,
}

/// Where a password comes from: never the command line, which others can read.
#[derive(Debug, clap::Args)]
pub(super) struct Password {
    #[arg(
        long,
        value_name = "FICHIER",
        help = "Lit le mot de passe dans ce fichier (sinon sur l'entrée standard)"
    )]
    password_file: Option<PathBuf>,
}

impl Password {
    pub(super) fn read(self, context: &Context) -> Result<Private<String>, VerbError> {
        read_password(context, self.password_file.as_deref())
    }
}

/// Reads a password in a file, or asks for it.
pub(super) fn read_password(
    context: &Context,
    file: Option<&Path>,
) -> Result<Private<String>, VerbError> {
    let Some(path) = file else {
        return read_secret(context, "Mot de passe (12 caractères ou plus), puis Entrée : ");
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        VerbError::new(Exit::Data, "le fichier du mot de passe ne se lit pas").because(error)
    })?;
    Ok(Private::from(text.trim_end_matches(['\r', '\n']).to_owned()))
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    match args {
        Args::Add { login, name, admin, admin_only, dpo, coordinator, password } => {
            let mut capabilities = match (admin, admin_only) {
                _ if dpo => vec![Capability::Audit],
                (_, true) => vec![Capability::Administer],
                (true, false) => vec![Capability::Work, Capability::Administer],
                (false, false) if coordinator => Vec::new(),
                (false, false) => vec![Capability::Work],
            };
            capabilities.extend(coordinator.then_some(Capability::Coordinate));
            let person = Private::from(AccountPerson::new(&login, &name));
            let password = password.read(context)?;
            give(context, Order::AddUser { person, capabilities, password })?;
            done(context, "Le compte est créé.")
        }
        Args::List => list(context),
        Args::Duty { login, duty } => {
            let duty = match duty {
                TypedDuty::StandIn => Some(Duty::StandIn),
                TypedDuty::Referent => Some(Duty::Referent),
                TypedDuty::Without => None,
            };
            give(context, Order::GiveDuty { login: Private::from(login), duty })?;
            done(context, "Le rôle est enregistré.")
        }
        Args::Disable { login } => {
            give(context, Order::DisableUser { login: Private::from(login) })?;
            done(context, "Le compte est fermé.")
        }
        Args::Reset { login, password } => {
            let (login, password) = (Private::from(login), password.read(context)?);
            give(context, Order::ResetUser { login, password })?;
            done(context, "Le mot de passe est changé ; les sessions ouvertes sont fermées.")
        }
        Args::Token { login } => {
            let answer = give(context, Order::MakeToken { login: Private::from(login) })?;
            match answer {
                Answer::Token { token } if context.options.json => {
                    context.say_json(&serde_json::json!({ "token": token }))
                }
                Answer::Token { token } => context.say(token.reveal()),
                _ => Ok(()),
            }
        }
    }
}

fn list(context: &Context) -> Result<(), VerbError> {
    let Answer::Users { users } = give(context, Order::ListUsers)? else { return Ok(()) };
    if context.options.json {
        return context.say_json(&users);
    }
    for user in users {
        let person = user.person.reveal();
        let rights: Vec<_> = user
            .capabilities
            .iter()
            .map(|capability| match capability {
                Capability::Work => "professionnel",
                Capability::Administer => "administration",
                Capability::Audit => "protection des données",
                Capability::Coordinate => "coordination",
            })
            .chain(user.duty.map(|duty| match duty {
                Duty::StandIn => "suppléance",
                Duty::Referent => "référence",
            }))
            .collect();
        let refused = if user.unreachable { " (courriel refusé)" } else { "" };
        let closed = if user.disabled { " (fermé)" } else { "" };
        context.say(format!(
            "{}\t{}\t{}{refused}{closed}",
            person.login,
            person.name,
            rights.join(" et ")
        ))?;
    }
    Ok(())
}

pub(super) fn done(context: &Context, said: &str) -> Result<(), VerbError> {
    if context.options.json {
        context.say_json(&serde_json::json!({ "done": true }))
    } else {
        context.say(said)
    }
}
