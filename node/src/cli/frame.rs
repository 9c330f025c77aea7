//! What every verb shares: the flags, the way it speaks, and the French of its help.

use std::fmt;
use std::fs;
use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clap::{Arg, ArgAction, Args, Command, CommandFactory};
use maillage_protocol::private::Private;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{Exit, Typed, VerbError};
use crate::config::{Config, Loaded, Sources};
use crate::env::Env;
use crate::folder::DataFolder;

/// The flags of every verb.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Options communes")]
pub struct Options {
    /// The configuration file.
    #[arg(
        long,
        global = true,
        value_name = "FICHIER",
        env = "MAILLAGE_CONFIG",
        hide_env = true,
        help = "Lit ce fichier de configuration (sinon /etc/maillage/maillage.toml)"
    )]
    pub config: Option<PathBuf>,

    /// The data folder.
    #[arg(long, global = true, value_name = "DOSSIER", help = "Utilise ce dossier de données")]
    pub data_dir: Option<PathBuf>,

    /// Where to listen.
    #[arg(long, global = true, value_name = "ADRESSE:PORT", help = "Écoute à cette adresse")]
    pub listen: Option<SocketAddr>,

    /// Whether a program reads the answer.
    #[arg(long, global = true, help = "Répond en JSON, pour un programme")]
    pub json: bool,

    /// What is logged.
    #[arg(
        long,
        global = true,
        value_name = "NIVEAU",
        env = "MAILLAGE_LOG",
        hide_env = true,
        help = "Règle le journal technique : error, warn, info, debug"
    )]
    pub log: Option<String>,
}

/// What a verb works with.
pub struct Context {
    /// The flags that every verb has.
    pub options: Options,
    /// Time and chance.
    pub env: Arc<dyn Env>,
    /// Where the answer goes. Held while a line is written.
    out: Mutex<Box<dyn Write + Send>>,
}

impl Context {
    /// Makes ready to answer on `out`.
    pub fn new(options: Options, env: Arc<dyn Env>, out: impl Write + Send + 'static) -> Self {
        Self { options, env, out: Mutex::new(Box::new(out)) }
    }

    /// Reads the configuration.
    pub fn config(&self) -> Result<Loaded, VerbError> {
        let Options { config, data_dir, listen, .. } = self.options.clone();
        Ok(Config::load(&Sources { data_dir, listen, ..Sources::of_process(config) })?)
    }

    /// Tells whether there is a configuration file, in its usual place or where a flag says.
    #[must_use]
    pub fn names_a_configuration(&self) -> bool {
        Sources::of_process(self.options.config.clone()).file.is_some()
    }

    /// Returns the data folder. If a flag names it, there need not be a configuration.
    pub fn folder(&self) -> Result<DataFolder, VerbError> {
        match &self.options.data_dir {
            Some(path) => Ok(DataFolder::at(path)),
            None => Ok(DataFolder::at(self.config()?.config.data_dir)),
        }
    }

    /// Returns what opens the key file, if the configuration gives it. If a flag names the data
    /// folder, there need not be a configuration.
    pub fn passphrase(&self) -> Result<Option<Private<String>>, VerbError> {
        match self.config() {
            Ok(loaded) => Ok(loaded.config.keys.passphrase),
            Err(_) if self.options.data_dir.is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Answers with a line.
    pub fn say(&self, line: impl fmt::Display) -> Result<(), VerbError> {
        self.write(format!("{line}\n").as_bytes())
    }

    /// Answers with a JSON object on a line.
    pub fn say_json(&self, answer: &impl Serialize) -> Result<(), VerbError> {
        self.say(serde_json::to_string(answer).map_err(io::Error::from)?)
    }

    /// Answers with bytes.
    pub fn write(&self, bytes: &[u8]) -> Result<(), VerbError> {
        Ok(self.out.lock().unwrap_or_else(PoisonError::into_inner).write_all(bytes)?)
    }

    pub(super) fn flush(&self) -> Result<(), VerbError> {
        Ok(self.out.lock().unwrap_or_else(PoisonError::into_inner).flush()?)
    }
}

const HELP: &str = "\
{before-help}{about-with-newline}
Utilisation : {usage}

{all-args}{after-help}";

/// Returns the whole command line. Its help is in French, down to the headings.
#[must_use]
pub fn command() -> Command {
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    let version = version.help("Affiche la version").help_heading("Options communes");
    french(Typed::command().disable_version_flag(true).arg(version))
}

fn french(command: Command) -> Command {
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    let help = help.help("Affiche cette aide").help_heading("Options communes");
    let command = command.disable_help_flag(true).disable_help_subcommand(true);
    let command = command.subcommand_help_heading("Verbes").subcommand_value_name("VERBE");
    // What clap would add by itself is in English: help texts say it.
    command.help_template(HELP).arg(help).mut_args(quiet).mut_subcommands(french)
}

fn quiet(arg: Arg) -> Arg {
    if arg.get_action().takes_values() {
        arg.hide_default_value(true).hide_possible_values(true).hide_env(true)
    } else {
        arg
    }
}

/// Writes a file that nobody else may read, where there must be none.
pub(super) fn write_private(path: &Path, text: &str) -> Result<(), VerbError> {
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| {
        VerbError::new(Exit::Disk, format!("{} ne s'écrit pas", path.display()))
            .because(error)
            .remedy("choisissez un fichier qui n'existe pas encore, dans un dossier à vous")
    })
}

/// Reads a line that nobody behind may read: a terminal does not show it.
pub(super) fn read_secret(context: &Context, question: &str) -> Result<Private<String>, VerbError> {
    let input = io::stdin();
    let shown = tcgetattr(&input).ok();
    if let Some(shown) = &shown {
        context.write(question.as_bytes())?;
        context.flush()?;
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&input, OptionalActions::Flush, &hidden).map_err(io::Error::from)?;
    }
    let mut line = Zeroizing::new(String::new());
    let read = input.lock().read_line(&mut line);
    if let Some(shown) = &shown {
        tcsetattr(&input, OptionalActions::Now, shown).map_err(io::Error::from)?;
        context.say("")?;
    }
    read?;
    Ok(Private::from(line.trim_end_matches(['\r', '\n']).to_owned()))
}
