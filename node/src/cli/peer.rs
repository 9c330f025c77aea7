//! `maillage peer`: the nodes that this one is linked with.

use clap::Subcommand;
use maillage_protocol::id::NodeId;
use maillage_protocol::private::Private;

use super::orders::give;
use super::user::done;
use super::{Context, Exit, VerbError};
use crate::control::{Answer, Order, PeerLine};

/// What is asked about partners.
#[derive(Debug, Subcommand)]
#[command(subcommand_value_name = "VERBE", subcommand_help_heading = "Verbes")]
pub(super) enum Args {
    #[command(about = "Crée une invitation, valable sept jours et une seule fois")]
    Invite,
    #[command(about = "Répond à une invitation : affiche six chiffres à comparer")]
    Accept {
        #[arg(
            value_name = "INVITATION",
            help = "Le texte reçu, qui commence par maillage:invite:1:"
        )]
        invitation: String,
    },
    #[command(about = "Approuve un lien, une fois les six chiffres comparés de vive voix")]
    Approve {
        #[arg(value_name = "NŒUD", help = "Le nom du nœud, ou son début")]
        node: String,
    },
    #[command(about = "Liste les partenaires")]
    List,
    #[command(about = "Réessaie tout de suite ce qui attend pour un partenaire")]
    Test {
        #[arg(value_name = "NŒUD", help = "Le nom du nœud, ou son début")]
        node: String,
    },
    #[command(about = "Suspend un lien : rien n'est perdu, les effacements passent encore")]
    Suspend {
        #[arg(value_name = "NŒUD", help = "Le nom du nœud, ou son début")]
        node: String,
    },
    #[command(about = "Rouvre les échanges après une alerte, quand les deux côtés se sont parlé")]
    Reopen {
        #[arg(value_name = "NŒUD", help = "Le nom du nœud, ou son début")]
        node: String,
    },
    #[command(about = "Reprend un lien suspendu")]
    Resume {
        #[arg(value_name = "NŒUD", help = "Le nom du nœud, ou son début")]
        node: String,
    },
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    match args {
        Args::Invite => invite(context),
        Args::Accept { invitation } => {
            let invitation = Private::from(invitation);
            let Answer::Compare { code } = give(context, Order::Accept { invitation })? else {
                return Ok(());
            };
            if context.options.json {
                return context.say_json(&serde_json::json!({ "code": code }));
            }
            context.say(format!(
                "Code à comparer de vive voix avec l'autre administrateur : {code}\n\
                 S'il est le même des deux côtés : maillage peer approve, sur chaque nœud."
            ))
        }
        Args::Approve { node } => {
            give(context, Order::Approve { node: named(context, &node)? })?;
            done(context, "Le lien est approuvé.")
        }
        Args::List => list(context),
        Args::Test { node } => {
            give(context, Order::TryAgain { node: named(context, &node)? })?;
            done(context, "Ce qui attendait est réessayé maintenant.")
        }
        Args::Reopen { node } => {
            give(context, Order::Reopen { node: named(context, &node)? })?;
            done(
                context,
                "Les échanges repartent de ce que chacun détient. L'autre administrateur doit faire \
                 de même.",
            )
        }
        Args::Suspend { node } => {
            give(context, Order::Suspend { node: named(context, &node)? })?;
            done(context, "Le lien est suspendu.")
        }
        Args::Resume { node } => {
            give(context, Order::Resume { node: named(context, &node)? })?;
            done(context, "Le lien est repris.")
        }
    }
}

fn invite(context: &Context) -> Result<(), VerbError> {
    let Answer::Invitation { text, expires } = give(context, Order::Invite)? else {
        return Ok(());
    };
    if context.options.json {
        let answer = serde_json::json!({ "invitation": text, "expires": expires });
        return context.say_json(&answer);
    }
    context.say(text.reveal())?;
    context.say("Remettez ce texte en main propre ou par téléphone : il ne sert qu'une fois.")
}

fn peers(context: &Context) -> Result<Vec<PeerLine>, VerbError> {
    match give(context, Order::ListPeers)? {
        Answer::Peers { peers } => Ok(peers),
        _ => Ok(Vec::new()),
    }
}

fn list(context: &Context) -> Result<(), VerbError> {
    let peers = peers(context)?;
    if context.options.json {
        return context.say_json(&peers);
    }
    for peer in peers {
        let state = match peer.state.as_str() {
            "active" => "actif".to_owned(),
            "suspended" => "suspendu".to_owned(),
            _ => format!("à approuver, code {}", peer.code.unwrap_or_default()),
        };
        let trouble = peer.trouble.as_deref().map(in_words).unwrap_or_default();
        context.say(format!("{}\t{}\t{}\t{state}\t{trouble}", peer.name, peer.node, peer.url))?;
    }
    Ok(())
}

fn in_words(trouble: &str) -> &'static str {
    match trouble {
        "forked" => "a écrit deux histoires : appelez-le",
        "copy_alive" => "une copie de notre nœud tourne ailleurs : arrêtez-la",
        "identity_forked" => "son identité a deux suites : appelez-le avant tout échange",
        "blocked" => "ne peut plus recevoir nos envois : appelez-le",
        "refuses" => "refuse nos envois : appelez-le",
        "closed" => "n’a pas encore redonné la clé de ses messages : nous la redemandons",
        _ => "ne répond pas : nous réessayons",
    }
}

/// Returns the partner that a name, or its beginning, means.
fn named(context: &Context, typed: &str) -> Result<NodeId, VerbError> {
    if let Ok(node) = typed.parse() {
        return Ok(node);
    }
    let matches: Vec<_> = peers(context)?
        .into_iter()
        .filter(|peer| peer.node.to_string().starts_with(typed) && typed.len() >= 6)
        .collect();
    match matches.as_slice() {
        [one] => Ok(one.node),
        _ => Err(VerbError::new(Exit::Data, "aucun partenaire unique ne porte ce nom")
            .remedy("donnez au moins six caractères de son nom : maillage peer list")),
    }
}
