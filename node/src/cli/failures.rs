//! What the node could not do, in words for an administrator.

use std::io;

use super::{Exit, VerbError};
use crate::backup::{BackupError, IdentityError, NotARecipient};
use crate::journal::JournalError;
use crate::keys::KeyFileError;

/// Returns the code for what a disk said.
fn exit_of(error: &io::Error) -> Exit {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Exit::Permission,
        _ => Exit::Disk,
    }
}

impl From<JournalError> for VerbError {
    fn from(error: JournalError) -> Self {
        let (exit, said, remedy) = match &error {
            JournalError::Damaged(_) => (
                Exit::Disk,
                "le journal est abîmé à l'endroit que la cause nomme",
                "ne démarrez pas le nœud : rétablissez une sauvegarde (maillage restore)",
            ),
            JournalError::Failed(cause) => (
                exit_of(cause),
                "le journal ne se lit pas",
                "vérifiez le dossier de données, ses droits et son disque",
            ),
            JournalError::TooLarge => (
                Exit::Bug,
                "un enregistrement est trop grand",
                "signalez-le : le nœud n'aurait pas dû l'essayer",
            ),
        };
        Self::new(exit, said).because(error).remedy(remedy)
    }
}

impl From<KeyFileError> for VerbError {
    fn from(error: KeyFileError) -> Self {
        let (exit, said, remedy) = match &error {
            KeyFileError::Failed(cause) => (
                exit_of(cause),
                "le fichier des clés ne se lit pas",
                "vérifiez le dossier de données et ses droits",
            ),
            KeyFileError::PassphraseNeeded => (
                Exit::Configuration,
                "le fichier des clés est scellé par une phrase secrète",
                "donnez-la par keys.passphrase_file",
            ),
            KeyFileError::DoesNotOpen => (
                Exit::Configuration,
                "le fichier des clés ne s'ouvre pas avec cette phrase secrète",
                "vérifiez keys.passphrase_file ; sinon, rétablissez une sauvegarde",
            ),
            KeyFileError::Damaged => {
                (Exit::Disk, "le fichier des clés est abîmé", "rétablissez une sauvegarde")
            }
            KeyFileError::Newer => (
                Exit::Data,
                "une version plus récente a écrit le fichier des clés",
                "installez cette version : rien n'a été changé",
            ),
            KeyFileError::LastOfItsUse => (
                Exit::Data,
                "c'est la dernière clé de son usage",
                "fabriquez d'abord celle qui la remplace",
            ),
        };
        Self::new(exit, said).because(error).remedy(remedy)
    }
}

impl From<NotARecipient> for VerbError {
    fn from(error: NotARecipient) -> Self {
        let said = format!("la clé {} de backup.recipients n'en est pas une", error.0);
        Self::new(Exit::Configuration, said)
            .remedy("donnez la clé publique (age1…) que « age-keygen » écrit")
    }
}

impl From<IdentityError> for VerbError {
    fn from(error: IdentityError) -> Self {
        let (exit, said) = match &error {
            IdentityError::Failed(cause) => {
                (exit_of(cause), "le fichier de la clé privée ne se lit pas")
            }
            IdentityError::NoKey => (Exit::Data, "ce fichier ne contient pas de clé privée"),
        };
        let remedy = "donnez par --identity le fichier que « age-keygen » a écrit";
        Self::new(exit, said).because(error).remedy(remedy)
    }
}

impl From<BackupError> for VerbError {
    fn from(error: BackupError) -> Self {
        let (exit, said, remedy) = match error {
            BackupError::Journal(error) => return error.into(),
            BackupError::Keys(error) => return error.into(),
            BackupError::Failed(cause) => {
                let said = "le disque n'a pas pu être lu ou écrit";
                return Self::new(exit_of(&cause), said)
                    .because(cause)
                    .remedy("vérifiez les dossiers, leurs droits et la place libre");
            }
            BackupError::Vault(_) => {
                (Exit::Disk, "le coffre ne s'ouvre pas", "essayez une autre sauvegarde")
            }
            BackupError::Restless => {
                (Exit::Later, "le coffre change sans cesse", "recommencez dans un instant")
            }
            BackupError::Unencrypted(_) => {
                (Exit::Bug, "la sauvegarde n'a pas pu être chiffrée", "signalez-le")
            }
            BackupError::DoesNotOpen(_) => (
                Exit::Data,
                "la sauvegarde ne s'ouvre pas avec cette clé privée",
                "donnez l'autre clé, ou essayez une autre sauvegarde : le fichier est peut-être abîmé",
            ),
            BackupError::Nothing => (
                Exit::Data,
                "il n'y a pas de sauvegarde complète dans ce dossier",
                "il faut deux fichiers de même date : …-journal.tar.gz.age et …-vault.age",
            ),
            BackupError::Foreign => (
                Exit::Data,
                "ce fichier n'est pas une sauvegarde de Maillage",
                "essayez une autre sauvegarde",
            ),
            BackupError::Newer => (
                Exit::Data,
                "une version plus récente a fait cette sauvegarde",
                "installez cette version : rien n'a été changé",
            ),
            BackupError::Different => (
                Exit::Data,
                "la sauvegarde ne contient pas ce qu'elle annonce",
                "essayez une autre sauvegarde, et gardez celle-ci pour l'examiner",
            ),
            BackupError::Diverged => (
                Exit::Data,
                "la sauvegarde et le nœud ne racontent pas la même histoire",
                "vérifiez que c'est bien celle de ce nœud ; sinon, appelez de l'aide avant d'agir",
            ),
            BackupError::NotEmpty => (
                Exit::Data,
                "le dossier n'est pas vide : rien n'y a été touché",
                "donnez un dossier vide ou nouveau",
            ),
            BackupError::NoErasureList => (
                Exit::Usage,
                "il manque la liste de ce qui a été effacé depuis la sauvegarde",
                "donnez --erasure-list FICHIER ; si elle est perdue, --without-erasure-list RAISON",
            ),
            BackupError::NotAName(_) => (
                Exit::Data,
                "une ligne de la liste des effacements n'est pas un nom de clé",
                "chaque ligne compte 32 caractères, de 0 à 9 et de a à f",
            ),
        };
        Self::new(exit, said).because(error).remedy(remedy)
    }
}
