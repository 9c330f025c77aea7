//! How a verb ends: a code for scripts, a sentence and a remedy for people.

use std::error::Error;
use std::io::{self, Write};

use crate::config::{ConfigError, Origin};
use crate::telemetry::{Chain, FilterError};

/// The codes that the binary leaves with. They are those of `sysexits.h`, so that a script can
/// tell what it may try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It is done.
    Done = 0,
    /// The command line means nothing.
    Usage = 64,
    /// What was given to read is not what it should be.
    Data = 65,
    /// A peer or a service does not answer, or is not known here.
    Unavailable = 69,
    /// It is a defect of ours.
    Bug = 70,
    /// The disk failed, or holds something else than what was written.
    Disk = 74,
    /// Not now: try again.
    Later = 75,
    /// The rights are not sufficient, or too wide.
    Permission = 77,
    /// The configuration cannot be used.
    Configuration = 78,
}

impl Exit {
    /// Every code.
    pub const ALL: [Self; 9] = [
        Self::Done,
        Self::Usage,
        Self::Data,
        Self::Unavailable,
        Self::Bug,
        Self::Disk,
        Self::Later,
        Self::Permission,
        Self::Configuration,
    ];

    /// Returns the code.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Says what the code means, in the manual.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "C'est fait.",
            Self::Usage => "La ligne de commande n'a pas de sens.",
            Self::Data => "Les données lues ne sont pas celles attendues.",
            Self::Unavailable => {
                "Un partenaire ou un service ne répond pas, ou n'est pas connu ici."
            }
            Self::Bug => "Un défaut du logiciel : merci de le signaler.",
            Self::Disk => "Le disque a échoué, ou des octets sont abîmés.",
            Self::Later => "Pas maintenant : recommencez plus tard.",
            Self::Permission => "Les droits ne suffisent pas, ou sont trop larges.",
            Self::Configuration => "La configuration ne peut pas être utilisée.",
        }
    }
}

/// Why a verb did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("{said}")]
pub struct VerbError {
    exit: Exit,
    /// One sentence for whoever typed the command.
    said: String,
    /// What they can do about it.
    remedy: Option<String>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl VerbError {
    /// Says in one sentence what was not possible.
    #[must_use]
    pub fn new(exit: Exit, said: impl Into<String>) -> Self {
        Self { exit, said: said.into(), remedy: None, source: None }
    }

    /// Adds what caused it.
    #[must_use]
    pub fn because(self, cause: impl Error + Send + Sync + 'static) -> Self {
        Self { source: Some(Box::new(cause)), ..self }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }

    /// Returns the code to leave with.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        self.exit
    }

    /// Tells the person at the terminal.
    pub(super) fn report(&self, err: &mut impl Write) -> io::Result<()> {
        if self.said.is_empty() {
            return Ok(());
        }
        writeln!(err, "maillage : {}", self.said)?;
        if let Some(cause) = self.source() {
            writeln!(err, "  cause : {}", Chain(cause))?;
        }
        match &self.remedy {
            Some(remedy) => writeln!(err, "  à faire : {remedy}"),
            None => Ok(()),
        }
    }

    /// Ends without a word: what had to be said has been said.
    pub(super) const fn silent(exit: Exit) -> Self {
        Self { exit, said: String::new(), remedy: None, source: None }
    }
}

/// The result could not be written. Whoever reads `maillage man | head` has read enough.
impl From<io::Error> for VerbError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::silent(Exit::Done),
            _ => Self::new(Exit::Disk, "le résultat n'a pas pu être écrit").because(error),
        }
    }
}

impl From<FilterError> for VerbError {
    fn from(error: FilterError) -> Self {
        Self::new(Exit::Configuration, "MAILLAGE_LOG n'est pas compris")
            .because(error)
            .remedy("écrivez par exemple MAILLAGE_LOG=info")
    }
}

impl From<ConfigError> for VerbError {
    fn from(error: ConfigError) -> Self {
        let (said, remedy) = explain(&error);
        let exit = match &error {
            ConfigError::Unreadable(cause) | ConfigError::Secret { source: cause, .. }
                if cause.kind() == io::ErrorKind::PermissionDenied =>
            {
                Exit::Permission
            }
            _ => Exit::Configuration,
        };
        Self::new(exit, said).because(error).remedy(remedy)
    }
}

/// Says a mistake of the configuration in French, and what to do about it.
fn explain(error: &ConfigError) -> (String, String) {
    let text = |said: &str, remedy: &str| (said.to_owned(), remedy.to_owned());
    match error {
        ConfigError::Unreadable(_) => {
            text("le fichier de configuration ne se lit pas", "vérifiez son nom et ses droits")
        }
        ConfigError::Unknown { key, origin, line, nearest } => {
            let place = match (origin, line) {
                (Origin::Environment, _) => "l'environnement".to_owned(),
                (_, Some(line)) => format!("le fichier, ligne {line}"),
                (_, None) => "le fichier".to_owned(),
            };
            let remedy = match nearest {
                Some(nearest) => format!("vouliez-vous dire « {nearest} » ?"),
                None => "retirez-la : le modèle deploy/maillage.toml montre chaque clé".to_owned(),
            };
            (format!("la clé « {key} » n'existe pas ({place})"), remedy)
        }
        ConfigError::Unusable(_) => text(
            "la configuration ne peut pas être utilisée",
            "corrigez la clé que la cause nomme ; le modèle est deploy/maillage.toml",
        ),
        ConfigError::Exposed => text(
            "écouter hors de cette machine demande TLS",
            "donnez [tls], ou le réseau de votre mandataire dans trusted_proxies",
        ),
        ConfigError::TooTrusting => text(
            "trusted_proxies ne peut pas être le monde entier",
            "nommez le réseau du mandataire",
        ),
        ConfigError::Idle => {
            text("l'écran se verrouille après 5 à 30 minutes", "corrigez sessions.idle_minutes")
        }
        ConfigError::Relative(key) => {
            let said = format!("{key} n'est pas un chemin complet");
            (said, "écrivez-le depuis la racine, par exemple /var/lib/maillage".to_owned())
        }
        ConfigError::BackupInside => text(
            "les sauvegardes sont dans le dossier de données : elles se perdraient avec lui",
            "donnez à backup.to un dossier d'un autre disque",
        ),
        ConfigError::BasePath => text(
            "public_base_path commence par une barre oblique et ne finit pas par une",
            "écrivez par exemple /maillage, ou rien",
        ),
        ConfigError::OneRecipient => text(
            "backup.recipients nomme deux fois la même clé",
            "donnez celle de la structure et celle de sa trousse de secours",
        ),
        ConfigError::TwoSecrets(key) => {
            let said = format!("{key} et {key}_file sont donnés tous les deux");
            (said, "gardez l'un des deux".to_owned())
        }
        ConfigError::Secret { key, .. } => {
            let said = format!("le fichier du secret {key} ne se lit pas");
            (said, format!("vérifiez {key}_file, et les droits de ce fichier"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_sysexits_and_each_says_something() {
        assert_eq!(Exit::ALL.map(Exit::code), [0, 64, 65, 69, 70, 74, 75, 77, 78]);
        assert!(Exit::ALL.iter().all(|exit| exit.meaning().ends_with('.')));
    }

    #[test]
    fn a_closed_pipe_is_no_failure() {
        let closed = VerbError::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(closed.exit(), Exit::Done);
        let full = VerbError::from(io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(full.exit(), Exit::Disk);
    }

    #[test]
    fn a_failure_says_its_cause_and_its_remedy() {
        let error = VerbError::new(Exit::Disk, "le journal ne se lit pas");
        let error = error.because(io::Error::other("disk gone")).remedy("restaurez");
        let mut said = Vec::new();
        error.report(&mut said).unwrap();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(
            said,
            "maillage : le journal ne se lit pas\n  cause : disk gone\n  à faire : restaurez\n"
        );
    }
}
