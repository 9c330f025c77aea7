//! `maillage init`: a new node, its configuration, its paper sheet, its first administrator.

use std::io::{self, BufRead, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use maillage_protocol::identity::Organization;
use maillage_protocol::private::Private;

use super::frame::write_private;
use super::user::read_password;
use super::{Context, Exit, VerbError};
use crate::app::AccountPerson;
use crate::config::{Config, PublicUrl};
use crate::facts::Capability;
use crate::federation::PeerUrl;
use crate::folder::DataFolder;
use crate::keys::paper;
use crate::opening;

/// What a new node must know. What is not given is asked, if somebody is there to answer.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(long, value_name = "NOM", help = "Le nom de la structure")]
    name: Option<String>,
    #[arg(long, value_name = "URL", help = "L'adresse publique du nœud (https://…)")]
    public_url: Option<String>,
    #[arg(long, value_name = "SIRET", help = "Le numéro SIRET de la structure")]
    siret: Option<String>,
    #[arg(long, value_name = "CODE", help = "Le code INSEE de la commune")]
    insee: Option<String>,
    #[arg(long, value_name = "FICHIER", help = "Écrit la configuration dans ce fichier")]
    write_config: Option<PathBuf>,
    #[arg(long, value_name = "IDENTIFIANT", help = "Crée ce premier compte, avec tous les droits")]
    admin: Option<String>,
    #[arg(long, value_name = "NOM", help = "Le nom de cette personne")]
    admin_name: Option<String>,
    #[arg(long, value_name = "FICHIER", help = "Lit son mot de passe dans ce fichier")]
    admin_password_file: Option<PathBuf>,
    #[arg(
        long,
        value_name = "FICHIER",
        help = "Écrit la feuille de secours dans ce fichier (0600)"
    )]
    paper: Option<PathBuf>,
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    let name = asked(context, args.name, "Nom de la structure", None)?;
    // What a configuration says already is not asked again, and not done otherwise.
    let config = match context.config() {
        Ok(loaded) => Some(loaded.config),
        Err(error) if context.names_a_configuration() => return Err(error),
        Err(_) => None,
    };
    let known = config.as_ref().map(|config| config.public_url.as_str().to_owned());
    let url = args.public_url.or(known);
    let url = asked(context, url, "Adresse publique du nœud (https://…)", None)?;
    let public_url = checked_url(&url)?;
    let default_folder = "/var/lib/maillage".to_owned();
    let named = std::env::var_os("MAILLAGE__DATA_DIR").map(PathBuf::from);
    let configured = config.as_ref().map(|config| config.data_dir.clone());
    let data_dir = match context.options.data_dir.clone().or(named).or(configured) {
        Some(folder) => folder,
        None => {
            let asked = asked(context, None, "Dossier de données", Some(default_folder))?;
            PathBuf::from(asked)
        }
    };
    let folder = DataFolder::at(&data_dir);
    let organization = Organization { siret: args.siret, insee: args.insee };
    let passphrase = std::env::var("MAILLAGE__KEYS__PASSPHRASE").ok().map(Private::from);
    let passphrase = passphrase.or(config.and_then(|config| config.keys.passphrase));
    let made = opening::make(
        &context.env,
        &folder,
        passphrase.as_ref(),
        (&name, public_url.as_str(), organization),
    )?;
    let sheet = paper::sheet(&name, made.node, &made.paper);
    match &args.paper {
        Some(path) => write_private(path, sheet.reveal())?,
        None => context.say(sheet.reveal())?,
    }
    if let Some(login) = args.admin {
        let password = read_password(context, args.admin_password_file.as_deref())?;
        let node = opening::open(&context.env, &folder, passphrase.as_ref())?;
        let name = args.admin_name.unwrap_or_else(|| login.clone());
        let person = AccountPerson::new(&login, &name);
        let rights = vec![Capability::Work, Capability::Administer];
        let added = node.app.add_account(&person, rights, &password);
        added
            .map_err(|error| VerbError::new(Exit::Disk, "le compte n'est pas créé").because(error))?
            .map_err(|weak| {
                VerbError::new(Exit::Data, "le mot de passe est trop court")
                    .because(weak)
                    .remedy("choisissez au moins 12 caractères, puis maillage user add")
            })?;
    }
    let listen = context.options.listen.unwrap_or_else(Config::default_listen);
    if let Some(path) = &args.write_config {
        write_config(path, &public_url, listen, &data_dir)?;
    }
    if context.options.json {
        let answer = serde_json::json!({
            "node": made.node, "fingerprint": made.node.fingerprint(), "data_dir": data_dir,
        });
        return context.say_json(&answer);
    }
    context.say(format!(
        "Le nœud est créé.\n  nom     : {}\n  empreinte : {}\n  dossier : {}\n\
         Ensuite : maillage serve, puis maillage user add et maillage peer invite.",
        made.node,
        made.node.fingerprint(),
        data_dir.display(),
    ))
}

/// Returns what was given, or asks for it.
fn asked(
    context: &Context,
    given: Option<String>,
    question: &str,
    default: Option<String>,
) -> Result<String, VerbError> {
    if let Some(given) = given {
        return Ok(given);
    }
    if !io::stdin().is_terminal() {
        return default.ok_or_else(|| {
            VerbError::new(Exit::Usage, format!("il manque : {question}"))
                .remedy("donnez-le par une option : maillage init --help")
        });
    }
    let hint = default.as_deref().map(|default| format!(" [{default}]")).unwrap_or_default();
    context.write(format!("{question}{hint} : ").as_bytes())?;
    io::stdout().flush()?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    match (line.trim(), default) {
        ("", Some(default)) => Ok(default),
        ("", None) => Err(VerbError::new(Exit::Usage, format!("il manque : {question}"))),
        (answer, _) => Ok(answer.to_owned()),
    }
}

fn checked_url(text: &str) -> Result<PublicUrl, VerbError> {
    let remedy = "écrivez par exemple https://maillage.ccas.exemple.fr";
    let wrong = || VerbError::new(Exit::Usage, "cette adresse ne convient pas").remedy(remedy);
    text.parse::<PeerUrl>().map_err(|error| wrong().because(error))?;
    PublicUrl::try_from(text.to_owned()).map_err(|_| wrong())
}

fn write_config(
    path: &std::path::Path,
    url: &PublicUrl,
    listen: SocketAddr,
    data_dir: &std::path::Path,
) -> Result<(), VerbError> {
    let table = toml::toml! {
        public_url = (url.as_str())
        listen = (listen.to_string())
        data_dir = (data_dir.display().to_string())
    };
    let text = format!("# Voir deploy/maillage.toml pour chaque réglage.\n{table}");
    write_private(path, &text)
}
