//! How a verb gives an order to the node, whether it runs or not, and says what came of it.

use std::path::Path;
use std::sync::Arc;

use maillage_protocol::private::Private;

use super::{Context, Exit, VerbError};
use crate::control::{self, Answer, Desk, Order, Refused};
use crate::federation::{AddressPolicy, Client};
use crate::opening::{self, OpenError};

/// Gives an order to the node of the folder. A running node answers; otherwise it is opened.
pub(super) fn give(context: &Context, order: Order) -> Result<Answer, VerbError> {
    let folder = context.folder()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let running = control::ask(folder.path(), &order).await;
        let answer = match running.map_err(|error| unreachable_node(folder.path(), error))? {
            Some(answer) => answer,
            None => {
                let passphrase = passphrase(context)?;
                let node = opening::open(&context.env, &folder, passphrase.as_ref())?;
                let policy = context.config().map(|loaded| loaded.config.peers.allow_private);
                let policy = AddressPolicy { allowed: policy.unwrap_or_default() };
                let client = Client::new(Arc::clone(&context.env), policy, Vec::new());
                let client = Arc::new(client.map_err(|error| {
                    VerbError::new(Exit::Bug, "le client HTTP ne démarre pas").because(error)
                })?);
                let desk = Desk { app: node.app, client, drivers: None, sessions: None };
                desk.carry_out(order).await
            }
        };
        match answer {
            Answer::Refused { why } => Err(explain(why)),
            answer => Ok(answer),
        }
    })
}

/// Returns the passphrase of the key file, if the configuration gives one.
pub(super) fn passphrase(context: &Context) -> Result<Option<Private<String>>, VerbError> {
    if context.options.data_dir.is_some() && context.options.config.is_none() {
        return Ok(std::env::var("MAILLAGE__KEYS__PASSPHRASE").ok().map(Private::from));
    }
    Ok(context.config()?.config.keys.passphrase)
}

fn unreachable_node(folder: &Path, error: std::io::Error) -> VerbError {
    let said = format!("le nœud de {} n'écoute pas les ordres", folder.display());
    VerbError::new(Exit::Later, said).because(error).remedy("vérifiez vos droits sur ce dossier")
}

/// Says a refusal in French, and what to do about it.
fn explain(why: Refused) -> VerbError {
    let (exit, said, remedy) = match why {
        Refused::NoSuchUser => {
            (Exit::Data, "ce compte n'existe pas", "listez les comptes : maillage user list")
        }
        Refused::LoginTaken => {
            (Exit::Data, "cet identifiant est déjà pris", "choisissez-en un autre")
        }
        Refused::NoWork => (
            Exit::Data,
            "ce compte n'oriente et ne répond pas : il n'a pas de rôle dans l'équipe",
            "donnez le rôle à un compte de professionnel",
        ),
        Refused::LastAdmin => (
            Exit::Data,
            "c'est le dernier compte d'administration",
            "créez-en un autre d'abord : maillage user add … --admin",
        ),
        Refused::WeakPassword => (
            Exit::Data,
            "ce mot de passe est trop court",
            "choisissez au moins 12 caractères, par exemple quatre mots",
        ),
        Refused::NotAnInvitation => (
            Exit::Data,
            "ce texte n'est pas une invitation",
            "copiez-le en entier : il commence par maillage:invite:1:",
        ),
        Refused::InvitationRefused => (
            Exit::Data,
            "l'autre nœud refuse cette invitation",
            "elle a peut-être servi ou expiré : demandez-en une nouvelle",
        ),
        Refused::PeerUnreachable => (
            Exit::Unavailable,
            "l'autre nœud ne répond pas",
            "vérifiez son adresse, puis recommencez : l'invitation reste valable",
        ),
        Refused::NoSuchLink => (
            Exit::Data,
            "il n'y a pas de lien à cette étape avec ce nœud",
            "listez les partenaires : maillage peer list",
        ),
        Refused::BadCard => (
            Exit::Data,
            "la fiche est refusée : un texte est vide ou trop long",
            "corrigez-la : 300 caractères au plus par texte",
        ),
        Refused::NotASheet => (
            Exit::Data,
            "ce n'est pas le code d'une feuille de secours, ou une lettre en est mal lue",
            "recopiez la ligne « clé de rotation » en entier",
        ),
        Refused::WrongSheet => (
            Exit::Data,
            "cette feuille de secours n'est pas la dernière : elle a déjà servi, ou vient d'ailleurs",
            "cherchez la plus récente ; sans elle, il faut créer un nouveau nœud",
        ),
        Refused::Failed => (
            Exit::Disk,
            "rien n'a été enregistré",
            "regardez le journal technique du nœud, puis recommencez",
        ),
    };
    VerbError::new(exit, said).remedy(remedy)
}

impl From<OpenError> for VerbError {
    fn from(error: OpenError) -> Self {
        use crate::journal::JournalError;
        use crate::keys::KeyFileError;
        let (exit, said, remedy) = match &error {
            OpenError::Lock(_) => (
                Exit::Later,
                "le dossier est utilisé par un autre processus".to_owned(),
                "arrêtez-le, ou attendez qu'il finisse",
            ),
            OpenError::Restoring => (
                Exit::Data,
                "une restauration n'est pas terminée dans ce dossier".to_owned(),
                "videz le dossier et relancez maillage restore",
            ),
            OpenError::Folder(_) => (
                Exit::Configuration,
                "il n'y a pas de nœud dans ce dossier, ou il ne se lit pas".to_owned(),
                "créez-le avec maillage init, ou vérifiez data_dir et ses droits",
            ),
            OpenError::NotEmpty => (
                Exit::Data,
                "il y a déjà un nœud dans ce dossier".to_owned(),
                "choisissez un dossier vide : un nœud ne se remplace pas",
            ),
            OpenError::Keys(KeyFileError::PassphraseNeeded | KeyFileError::DoesNotOpen) => (
                Exit::Configuration,
                "la phrase de passe du fichier de clés manque, ou n'est pas la bonne".to_owned(),
                "donnez keys.passphrase_file",
            ),
            OpenError::Keys(_) | OpenError::Vault(_) => (
                Exit::Disk,
                "les clés ou le coffre ne s'ouvrent pas".to_owned(),
                "restaurez la dernière sauvegarde : maillage restore",
            ),
            OpenError::Journal(JournalError::Damaged(damage)) => (
                Exit::Disk,
                format!(
                    "le journal est abîmé : segment {:06}, octet {}, enregistrement {}",
                    damage.segment, damage.offset, damage.record
                ),
                "ne démarrez pas : copiez le dossier, puis maillage restore ; \
                 les partenaires rendront ce qui a été échangé depuis",
            ),
            OpenError::Journal(_) | OpenError::App(_) => (
                Exit::Disk,
                "le journal ne peut pas être utilisé".to_owned(),
                "vérifiez le disque et son espace libre",
            ),
        };
        Self::new(exit, said).because(error).remedy(remedy)
    }
}
