//! `maillage mail test`: whether the mail server of the configuration takes our mail.

use clap::Subcommand;
use maillage_protocol::private::Private;

use super::user::done;
use super::{Context, Exit, VerbError};
use crate::config::{Config, Smtp};
use crate::mail::{PostError, Postman, UnusableSmtp, is_address};

/// What is asked about mail.
#[derive(Debug, Subcommand)]
#[command(subcommand_value_name = "VERBE", subcommand_help_heading = "Verbes")]
pub(super) enum Args {
    #[command(about = "Vérifie que le serveur de courriel nous accepte")]
    Test {
        #[arg(
            long,
            value_name = "ADRESSE",
            help = "Envoie aussi un message d'essai à cette adresse"
        )]
        to: Option<String>,
    },
}

pub(super) fn run(Args::Test { to }: Args, context: &Context) -> Result<(), VerbError> {
    let config = context.config()?.config;
    let smtp = config.smtp.as_ref().ok_or_else(|| {
        VerbError::new(Exit::Configuration, "aucun serveur de courriel n'est configuré")
            .remedy("ajoutez [smtp] : le modèle est deploy/maillage.toml")
    })?;
    let url = config.public_url.as_str();
    let postman = Postman::on_trial(smtp, url).map_err(|error| unusable(smtp, error))?;
    let Some(to) = to else {
        postman.greet().map_err(|error| failed(smtp, error))?;
        return done(context, "Le serveur de courriel nous accepte. Rien n'a été envoyé.");
    };
    if !is_address(&to) {
        return Err(VerbError::new(Exit::Usage, "l'adresse de --to ne se lit pas")
            .remedy("exemple : --to prenom.nom@ccas.exemple.fr"));
    }
    let sent = postman.try_out(&Private::from(to), context.env.now());
    sent.map_err(|error| failed(smtp, error))?;
    done(context, "Le serveur de courriel a pris le message d'essai. Vérifiez qu'il arrive.")
}

/// Sets mail up.
pub(super) fn postman(smtp: &Smtp, config: &Config) -> Result<Postman, VerbError> {
    let postman = Postman::new(smtp, config.public_url.as_str());
    postman.map_err(|error| unusable(smtp, error))
}

fn unusable(smtp: &Smtp, error: UnusableSmtp) -> VerbError {
    let said = match &error {
        UnusableSmtp::NotAnAddress(key, _) => format!("{key} n'est pas une adresse"),
        UnusableSmtp::Tls(_) => format!("{} ne permet pas de TLS", smtp.host),
    };
    VerbError::new(Exit::Configuration, said).because(error).remedy("corrigez [smtp]")
}

fn failed(smtp: &Smtp, error: PostError) -> VerbError {
    let host = &smtp.host;
    let (said, remedy) = match &error {
        PostError::Refused => (
            format!("{host} refuse l'adresse de --to"),
            "vérifiez cette adresse, ou essayez-en une autre",
        ),
        PostError::Server(530 | 534 | 535 | 538) => (
            format!("{host} refuse notre nom ou notre mot de passe"),
            "vérifiez smtp.from et smtp.password_file",
        ),
        PostError::Later(code) | PostError::Server(code @ 400..500) => (
            format!("{host} demande de revenir plus tard (réponse {code})"),
            "réessayez dans quelques minutes",
        ),
        PostError::Server(code) => (
            format!("{host} ne prend pas notre courriel (réponse {code})"),
            "vérifiez que ce serveur accepte smtp.from comme expéditeur",
        ),
        PostError::Unfit => (
            format!(
                "{host} répond, mais sans TLS, avec un certificat refusé, ou sans mot de passe"
            ),
            "vérifiez smtp.host et smtp.port : 465 commence par TLS, 587 le demande",
        ),
        PostError::Silent | PostError::App(_) => (
            format!("{host} ne répond pas sur le port {}", smtp.port),
            "vérifiez smtp.host et smtp.port, et que le pare-feu laisse passer",
        ),
    };
    VerbError::new(Exit::Unavailable, said).because(error).remedy(remedy)
}
