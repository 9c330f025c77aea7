//! The configuration: file, then environment, then flags. Read once, checked whole, never changed
//! after.
//!
//! ```text
//! maillage.toml  <  MAILLAGE__SECTION__KEY  <  --listen, --data-dir
//! ```
//!
//! It says what is technical; people and texts are set on the screen. `deploy/maillage.toml` shows
//! each key, and a test compares it with what is here.

mod network;
mod public_url;
mod secret;
mod sources;
mod spelling;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use maillage_protocol::calendar::Calendar;
use maillage_protocol::consent::Basis;
use maillage_protocol::private::Private;
use serde::{Deserialize, Serialize};

use crate::app::Practice;

pub use network::{Network, NotANetwork};
pub use public_url::PublicUrl;
pub use sources::{Loaded, Origin, Setting, Sources};

/// Everything technical that an administrator can choose.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The address that our peers and our users type.
    pub public_url: PublicUrl,

    /// Where to listen. Without `tls`, a proxy in front of us speaks it.
    #[serde(default = "Config::default_listen")]
    pub listen: SocketAddr,

    /// Where the journal, the vault and the index live.
    pub data_dir: PathBuf,

    /// What a proxy puts before our paths, without a final slash: empty unless the node is served
    /// below a folder.
    #[serde(default)]
    pub public_base_path: String,

    /// The proxies in front of us: who may speak plain HTTP to us, and say who is behind.
    #[serde(default = "Config::default_proxies", deserialize_with = "sources::list")]
    pub trusted_proxies: Vec<Network>,

    /// The certificate, if no proxy speaks TLS for us.
    pub tls: Option<Tls>,

    /// How the key file is protected.
    #[serde(default)]
    pub keys: Keys,

    /// Which peers may be called.
    #[serde(default)]
    pub peers: Peers,

    /// By which law and which calendar the structure works.
    #[serde(default)]
    pub structure: Structure,

    /// How long one stays signed in.
    #[serde(default)]
    pub sessions: Sessions,

    /// Where backups go. None are made without this, and the home page says so every day.
    pub backup: Option<Backup>,

    /// How mail leaves. Without this, screens say « à prévenir par téléphone ».
    pub smtp: Option<Smtp>,

    /// Who may read the figures of the running node. Nobody without this.
    pub metrics: Option<Metrics>,
}

/// The certificate of the public address.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// A PEM file: our certificate, then those that lead to its authority.
    pub certificate: PathBuf,
    /// A PEM file: its private key.
    pub key: PathBuf,
}

/// How the key file is protected.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// What seals the key file, if it is sealed.
    #[serde(default, serialize_with = "secret::hide")]
    pub passphrase: Option<Private<String>>,
    /// A file that holds it.
    pub passphrase_file: Option<PathBuf>,
}

/// Which peers may be called.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Peers {
    /// Private networks where peers live. Any other private address is refused, so that a peer
    /// cannot make us call what only we can reach; loopback is one of them.
    #[serde(default, deserialize_with = "sources::list")]
    pub allow_private: Vec<Network>,

    /// Whether nobody can call us, so that we fetch what partners have for us.
    #[serde(default)]
    pub poll: bool,

    /// Certificates to trust besides those of the system, in PEM.
    #[serde(default, deserialize_with = "sources::list")]
    pub roots: Vec<PathBuf>,

    /// Whether anybody may call as often as they like: for whoever measures, and nobody else.
    #[serde(default)]
    pub unlimited: bool,
}

/// By which law and which calendar the structure works.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Structure {
    /// On what basis it treats personal data (GDPR, article 6): written into each agreement, beside
    /// what the person agrees to.
    #[serde(default)]
    pub legal_basis: LegalBasis,

    /// Which days are not worked: frozen in each request that it writes.
    #[serde(default)]
    pub working_days: WorkingDays,
}

/// On what basis a structure treats personal data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalBasis {
    /// A task of public interest: most often a CCAS.
    #[default]
    PublicTask,
    /// A legal obligation.
    LegalObligation,
    /// A legitimate interest: most often an association.
    LegitimateInterest,
    /// Consent in the sense of the regulation.
    Consent,
}

/// Which days are not worked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkingDays {
    /// The holidays of mainland France and Corsica.
    #[default]
    Metropolitan,
    /// Good Friday and 26 December besides.
    AlsaceMoselle,
}

impl From<Structure> for Practice {
    fn from(structure: Structure) -> Self {
        Self {
            basis: match structure.legal_basis {
                LegalBasis::PublicTask => Basis::PublicTask,
                LegalBasis::LegalObligation => Basis::LegalObligation,
                LegalBasis::LegitimateInterest => Basis::LegitimateInterest,
                LegalBasis::Consent => Basis::Consent,
            },
            calendar: match structure.working_days {
                WorkingDays::Metropolitan => Calendar::Metropolitan,
                WorkingDays::AlsaceMoselle => Calendar::AlsaceMoselle,
            },
        }
    }
}

/// How long one stays signed in.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    /// Minutes without an act before the screen is locked: 5 to 30.
    #[serde(default = "Sessions::default_idle")]
    pub idle_minutes: u16,
}

/// Where backups go, and who can open them.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// A folder, on another disk.
    pub to: PathBuf,

    /// Two keys: the organization's, and the one of its recovery kit.
    #[serde(deserialize_with = "sources::pair")]
    pub recipients: [String; 2],
}

/// How mail leaves.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// The server, reached by TLS.
    pub host: String,
    /// Its port: 465 begins with TLS, every other asks for it.
    #[serde(default = "submission")]
    pub port: u16,
    /// The address that mail comes from, and the name under which we sign in.
    pub from: String,
    /// Where answers go: to a human.
    pub reply_to: Option<String>,
    /// The password of that name.
    #[serde(default, serialize_with = "secret::hide")]
    pub password: Option<Private<String>>,
    /// A file that holds it.
    pub password_file: Option<PathBuf>,
}

/// The port on which programs submit mail (RFC 6409).
const fn submission() -> u16 {
    587
}

/// Who may read the figures of the running node.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// What the reader must show.
    #[serde(default, serialize_with = "secret::hide")]
    pub token: Option<Private<String>>,
    /// A file that holds it.
    pub token_file: Option<PathBuf>,
}

/// Every key, in the order of the sample. A test compares it with the fields.
pub const KEYS: [&str; 26] = [
    "public_url",
    "listen",
    "public_base_path",
    "data_dir",
    "trusted_proxies",
    "tls.certificate",
    "tls.key",
    "keys.passphrase",
    "keys.passphrase_file",
    "peers.allow_private",
    "peers.poll",
    "peers.roots",
    "peers.unlimited",
    "structure.legal_basis",
    "structure.working_days",
    "sessions.idle_minutes",
    "backup.to",
    "backup.recipients",
    "smtp.host",
    "smtp.port",
    "smtp.from",
    "smtp.reply_to",
    "smtp.password",
    "smtp.password_file",
    "metrics.token",
    "metrics.token_file",
];

/// Why the node refuses to start.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was named is not there, or may not be read.
    #[error("the configuration file cannot be read")]
    Unreadable(#[source] io::Error),
    /// A key that means nothing: it is most often misspelled.
    #[error("`{key}` is not a key")]
    Unknown {
        /// The key, with its section.
        key: String,
        /// Who gave it.
        origin: Origin,
        /// Its line, if it is in the file.
        line: Option<usize>,
        /// The key that was probably meant.
        nearest: Option<&'static str>,
    },
    /// A value is missing, or makes no sense.
    #[error("the configuration cannot be used")]
    Unusable(#[from] config::ConfigError),
    /// Whoever is on the way could read everything.
    #[error("plain HTTP is for this machine and for trusted proxies only")]
    Exposed,
    /// Everybody would be trusted.
    #[error("a network of trusted proxies cannot be the whole world")]
    TooTrusting,
    /// The screen would never be locked, or always.
    #[error("`sessions.idle_minutes` goes from 5 to 30")]
    Idle,
    /// A folder whose place depends on where the command was typed.
    #[error("`{0}` is not an absolute path")]
    Relative(&'static str),
    /// Copies that the loss of the data folder would take away with it.
    #[error("`backup.to` is inside `data_dir`")]
    BackupInside,
    /// It would not be found before our paths.
    #[error("`public_base_path` begins with a slash, and does not end with one")]
    BasePath,
    /// One key twice: the recovery kit would open nothing that the organization cannot.
    #[error("`backup.recipients` names one key twice")]
    OneRecipient,
    /// A secret is given twice: nobody could say which one counts.
    #[error("`{0}` and `{0}_file` are both given")]
    TwoSecrets(&'static str),
    /// The file of a secret cannot be read.
    #[error("the file of `{key}` cannot be read")]
    Secret {
        /// The key of the secret.
        key: &'static str,
        /// What the disk said.
        source: io::Error,
    },
}

impl Config {
    /// Reads and checks what the sources say.
    pub fn load(sources: &Sources) -> Result<Loaded, ConfigError> {
        let (mut config, origins) = sources.merge()?;
        config.read_secrets(sources)?;
        config.check()?;
        Ok(Loaded { config, origins })
    }

    /// Returns where a node listens that was not told.
    #[must_use]
    pub fn default_listen() -> SocketAddr {
        (Ipv4Addr::LOCALHOST, 8080).into()
    }

    fn default_proxies() -> Vec<Network> {
        vec![Network::of(Ipv4Addr::LOCALHOST.into()), Network::of(Ipv6Addr::LOCALHOST.into())]
    }

    /// Tells whether a connection without TLS from this address may be answered: plain HTTP is for
    /// this machine, and for the proxies that speak TLS for us.
    #[must_use]
    pub fn accepts_plain_from(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_loopback() || self.trusts(address)
    }

    /// Tells whether what this address says of who is behind it may be believed.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(address))
    }

    fn read_secrets(&mut self, sources: &Sources) -> Result<(), ConfigError> {
        let keys = &mut self.keys;
        sources.secret("keys.passphrase", &mut keys.passphrase, keys.passphrase_file.as_deref())?;
        if let Some(smtp) = &mut self.smtp {
            sources.secret("smtp.password", &mut smtp.password, smtp.password_file.as_deref())?;
        }
        if let Some(metrics) = &mut self.metrics {
            sources.secret("metrics.token", &mut metrics.token, metrics.token_file.as_deref())?;
        }
        Ok(())
    }

    /// Refuses what each value allows and all of them together do not.
    fn check(&self) -> Result<(), ConfigError> {
        let proxied = self.trusted_proxies.iter().any(|network| !network.is_loopback());
        if !self.listen.ip().is_loopback() && self.tls.is_none() && !proxied {
            return Err(ConfigError::Exposed);
        }
        if self.trusted_proxies.iter().any(Network::is_everything) {
            return Err(ConfigError::TooTrusting);
        }
        if !(5..=30).contains(&self.sessions.idle_minutes) {
            return Err(ConfigError::Idle);
        }
        if self.data_dir.is_relative() {
            return Err(ConfigError::Relative("data_dir"));
        }
        let base = &self.public_base_path;
        if !base.is_empty() && (!base.starts_with('/') || base.ends_with('/')) {
            return Err(ConfigError::BasePath);
        }
        match &self.backup {
            Some(Backup { to, .. }) if to.is_relative() => Err(ConfigError::Relative("backup.to")),
            Some(Backup { to, .. }) if to.starts_with(&self.data_dir) => {
                Err(ConfigError::BackupInside)
            }
            Some(Backup { recipients: [one, other], .. }) if one == other => {
                Err(ConfigError::OneRecipient)
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Self { idle_minutes: Self::default_idle() }
    }
}

impl Sessions {
    const fn default_idle() -> u16 {
        15
    }
}

#[cfg(test)]
mod tests;
