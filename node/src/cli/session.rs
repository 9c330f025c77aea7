//! `maillage session`: who is signed in, and how to sign them out.

use clap::Subcommand;
use maillage_protocol::private::Private;

use super::orders::give;
use super::user::done;
use super::{Context, VerbError};
use crate::control::{Answer, Order};

/// What is asked about sessions.
#[derive(Debug, Subcommand)]
#[command(subcommand_value_name = "VERBE", subcommand_help_heading = "Verbes")]
pub(super) enum Args {
    #[command(about = "Liste les sessions ouvertes (le nœud doit tourner)")]
    List,
    #[command(about = "Ferme les sessions d'un compte, ou toutes")]
    Revoke {
        #[arg(value_name = "IDENTIFIANT", help = "Le compte ; sans lui, toutes les sessions")]
        login: Option<String>,
    },
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    match args {
        Args::List => {
            let Answer::Sessions { sessions } = give(context, Order::ListSessions)? else {
                return Ok(());
            };
            if context.options.json {
                return context.say_json(&sessions);
            }
            for session in sessions {
                let (opened, seen) = (session.opened.0, session.seen.0);
                context.say(format!("{}\t{opened}\t{seen}", session.login.reveal()))?;
            }
            Ok(())
        }
        Args::Revoke { login } => {
            give(context, Order::RevokeSessions { login: login.map(Private::from) })?;
            done(context, "Les sessions sont fermées.")
        }
    }
}
