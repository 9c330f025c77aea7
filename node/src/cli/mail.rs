//! `maillage mail test`: whether the mail server of the configuration answers.

use std::io::{BufRead, BufReader};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use clap::Subcommand;

use super::user::done;
use super::{Context, Exit, VerbError};

/// What is asked about mail.
#[derive(Debug, Subcommand)]
#[command(subcommand_value_name = "VERBE", subcommand_help_heading = "Verbes")]
pub(super) enum Args {
    #[command(about = "Vérifie que le serveur de courriel répond (rien n'est envoyé)")]
    Test,
}

const PATIENCE: Duration = Duration::from_secs(10);
/// The port on which programs submit mail (RFC 6409).
const SUBMISSION: u16 = 587;

pub(super) fn run(_: Args, context: &Context) -> Result<(), VerbError> {
    let config = context.config()?.config;
    let smtp = config.smtp.ok_or_else(|| {
        VerbError::new(Exit::Configuration, "aucun serveur de courriel n'est configuré")
            .remedy("ajoutez [smtp] : le modèle est deploy/maillage.toml")
    })?;
    let greeting = greeting(&smtp.host).map_err(|error| {
        VerbError::new(Exit::Unavailable, format!("{} ne répond pas", smtp.host))
            .because(error)
            .remedy("vérifiez smtp.host et que le port 587 est ouvert")
    })?;
    if !greeting.starts_with("220") {
        return Err(VerbError::new(Exit::Unavailable, "ce n'est pas un serveur de courriel"));
    }
    done(context, "Le serveur de courriel répond. Rien n'a été envoyé.")
}

fn greeting(host: &str) -> std::io::Result<String> {
    let address = (host, SUBMISSION).to_socket_addrs()?.next();
    let address = address.ok_or(std::io::ErrorKind::NotFound)?;
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(line)
}
