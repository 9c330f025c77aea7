//! `maillage verify receipt`: what a person holds on paper, checked with public keys only. Nothing is
//! asked of anybody: ten years later, the identity log of whoever signed is enough.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use maillage_protocol::consent::{ConsentReceipt, SignedReceipt};
use maillage_protocol::encoding;
use maillage_protocol::id::NodeId;
use maillage_protocol::identity::{Identity, RevocationCause, SignedIdentity};
use maillage_protocol::keys::{KeyUse, PublicKey};
use maillage_protocol::leaf::Leaf;
use maillage_protocol::limits;
use maillage_protocol::transport::IdentityLog;
use serde::Serialize;

use super::super::dates::date;
use super::super::{Context, Exit, VerbError};
use crate::disk::SystemDisk;
use crate::facts;
use crate::journal::{self, Number, Surveyed, Surveyor};

/// More than any receipt that somebody typed, and less than a mistake.
const LONGEST: u64 = 16 * 1_024;

/// What to check, and with which key.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[arg(
        value_name = "RÉCÉPISSÉ",
        help = "Ce que le carré contient, les groupes recopiés, un fichier, ou - pour l'entrée. Le \
                code personnel n'est pas utile : mieux vaut ne pas le taper ici"
    )]
    receipt: String,
    #[arg(
        long,
        value_name = "FICHIER",
        conflicts_with = "key",
        help = "Cherche la clé dans cette identité : ce que la structure publie à /fed/v1/identity"
    )]
    identity: Option<PathBuf>,
    #[arg(
        long,
        value_name = "CLÉ",
        help = "Emploie cette clé publique : maillage key show, « sig »"
    )]
    key: Option<String>,
}

/// Where a key is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Source {
    /// The journal of this node.
    Node,
    /// A file that was given.
    File,
    /// The command line.
    Option,
}

/// Whose key it is, as far as is known.
struct Known {
    source: Source,
    key: PublicKey,
    name: Option<String>,
    revoked: Option<RevocationCause>,
}

#[derive(Serialize)]
struct Answer {
    issuer: String,
    fingerprint: String,
    name: Option<String>,
    kid: String,
    known_from: Source,
    revoked: Option<&'static str>,
    consent: String,
    at: u64,
    grant: String,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), VerbError> {
    let signed: SignedReceipt = read(&args.receipt)?.parse().map_err(|error| {
        VerbError::new(Exit::Data, "ce n'est pas la signature d'un récépissé")
            .because(error)
            .remedy("recopiez les 64 groupes de quatre caractères, ou visez le carré")
    })?;
    let claims = signed.claims().map_err(|error| wrong(error, "les octets ne se lisent pas"))?;
    let known = known(args, context, &claims)?;
    let said = signed.verify(|_, kid| (known.key.kid() == kid).then_some(known.key));
    let said = said.map_err(|error| {
        wrong(error, "la signature n'est pas celle de cette organisation : ne la croyez pas")
    })?;
    if context.options.json {
        return context.say_json(&answer(&said, &known));
    }
    say(context, &said, &known)
}

fn wrong(cause: impl std::error::Error + Send + Sync + 'static, said: &str) -> VerbError {
    VerbError::new(Exit::Data, said).because(cause)
}

/// Returns what was typed: a text, what a file holds, or what comes in.
fn read(typed: &str) -> Result<String, VerbError> {
    let mut text = String::new();
    let read = if typed == "-" {
        io::stdin().lock().take(LONGEST).read_to_string(&mut text)
    } else if Path::new(typed).is_file() {
        fs::File::open(typed).and_then(|file| file.take(LONGEST).read_to_string(&mut text))
    } else {
        return Ok(typed.to_owned());
    };
    read.map_err(|error| wrong(error, "le récépissé ne se lit pas"))?;
    Ok(text)
}

fn known(args: &Args, context: &Context, claims: &ConsentReceipt) -> Result<Known, VerbError> {
    if let Some(typed) = &args.key {
        let key =
            encoding::from_base64url_array(typed).or_else(|_| encoding::from_hex_array(typed));
        let key = key.map_err(|error| wrong(error, "la clé donnée ne se lit pas"))?;
        let key = PublicKey::register(&key);
        let key = key.map_err(|error| wrong(error, "la clé donnée n'est pas acceptable"))?;
        return Ok(Known { source: Source::Option, key, name: None, revoked: None });
    }
    let (source, identity) = match &args.identity {
        Some(path) => (Source::File, Some(identity_in(path)?)),
        None => (Source::Node, identity_here(context, claims.issuer)?),
    };
    let identity = identity.filter(|identity| identity.node() == claims.issuer);
    let found = identity.and_then(|identity| {
        let key = identity.signing_key(claims.kid, KeyUse::Sig)?;
        let revoked = identity.revocation(claims.kid).map(|revoked| revoked.0);
        Some(Known { source, key, name: Some(identity.name().to_owned()), revoked })
    });
    found.ok_or_else(|| {
        let issuer = claims.issuer.fingerprint();
        let said = format!("rien ici ne donne la clé de l'organisation d'empreinte {issuer}");
        VerbError::new(Exit::Unavailable, said).remedy(
            "donnez son identité (--identity FICHIER) ou sa clé (--key), puis comparez l'empreinte \
             avec celle que la structure donne par un autre chemin",
        )
    })
}

fn identity_in(path: &Path) -> Result<Identity, VerbError> {
    let said = || format!("{} n'est pas l'identité d'un nœud", path.display());
    let most = limits::IDENTITY_LOG.saturating_mul(limits::IDENTITY_EVENT).saturating_mul(2);
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| wrong(error, &said()))?;
    let read = file.take(most as u64).read_to_end(&mut bytes);
    read.map_err(|error| wrong(error, &said()))?;
    let IdentityLog { log } =
        serde_json::from_slice(&bytes).map_err(|error| wrong(error, &said()))?;
    Identity::read(&log).map_err(|error| wrong(error, &said()))
}

/// Returns the identity of this node, or of a partner, as the journal has it. The node may be
/// running.
fn identity_here(context: &Context, issuer: NodeId) -> Result<Option<Identity>, VerbError> {
    let folder = context.folder()?;
    let mut logs = Logs::default();
    journal::survey(&SystemDisk, &folder.journal(), &mut logs)?;
    let of_peer = logs.peers.remove(&issuer).unwrap_or_default();
    let read = [logs.ours, of_peer].into_iter().filter_map(|log| {
        let (first, rest) = log.split_first()?;
        // What a peer cannot add to its identity stays out, as it does when the node starts.
        let begun = Identity::begin(first).ok()?;
        Some(
            rest.iter()
                .fold(begun, |identity, event| identity.clone().append(event).unwrap_or(identity)),
        )
    });
    Ok(read.into_iter().find(|identity| identity.node() == issuer))
}

/// The identity logs of a journal: ours, and those of partners.
#[derive(Default)]
struct Logs {
    ours: Vec<SignedIdentity>,
    peers: BTreeMap<NodeId, Vec<SignedIdentity>>,
}

impl Surveyor for Logs {
    fn record(&mut self, _: Number, leaf: Leaf, payload: &[u8]) {
        match facts::identity_of(leaf, payload) {
            Some((None, event)) => self.ours.push(event),
            Some((Some(peer), event)) => self.peers.entry(peer).or_default().push(event),
            None => {}
        }
    }

    fn segment(&mut self, _: &Surveyed) -> io::Result<()> {
        Ok(())
    }
}

fn answer(said: &ConsentReceipt, known: &Known) -> Answer {
    Answer {
        issuer: said.issuer.to_string(),
        fingerprint: said.issuer.fingerprint(),
        name: known.name.clone(),
        kid: said.kid.to_string(),
        known_from: known.source,
        revoked: known.revoked.map(|cause| match cause {
            RevocationCause::Routine => "routine",
            RevocationCause::Lost => "lost",
            RevocationCause::Compromise => "compromise",
        }),
        consent: said.consent.to_string(),
        at: said.at.0,
        grant: encoding::base64url(&said.grant),
    }
}

fn say(context: &Context, said: &ConsentReceipt, known: &Known) -> Result<(), VerbError> {
    let name = known.name.as_deref().unwrap_or("la structure dont vous donnez la clé");
    let from = match known.source {
        Source::Node => "ce nœud la connaît : c'est la sienne, ou celle d'un partenaire approuvé",
        Source::File => {
            "elle vient du fichier donné : comparez l'empreinte avec celle de la structure"
        }
        Source::Option => {
            "vous l'avez donnée : le nom du nœud ci-dessus n'est pas vérifié, la signature l'est"
        }
    };
    context.say(format!(
        "Signature juste.\n\
         Ce qui est prouvé :\n  \
         qui : {name}, empreinte {}, a enregistré un accord ;\n  \
         lequel : {}, dont le contenu a l'empreinte {} ;\n  \
         quand : le {}, à son horloge ;\n  \
         avec quelle clé : {} ; {from}.",
        said.issuer.fingerprint(),
        said.consent,
        encoding::base64url(&said.grant),
        date(said.at),
        said.kid,
    ))?;
    if let Some(cause) = known.revoked {
        let why = match cause {
            RevocationCause::Compromise => "volée : un voleur a pu signer avec elle",
            RevocationCause::Lost => "perdue",
            RevocationCause::Routine => "remplacée depuis, sans incident",
        };
        context.say(format!("Attention : cette clé a été {why}."))?;
    }
    context.say(
        "Ce qui n'est pas prouvé :\n  \
         qui est la personne : rien d'elle n'est dans la signature ;\n  \
         que l'accord vaut encore : il a pu finir, ou être retiré ;\n  \
         la date auprès d'un tiers : aucun horodatage.\n\
         C'est une signature technique, pas un cachet ni une signature qualifiés au sens d'eIDAS.",
    )
}
