//! `maillage demo`: a real territory of nodes on this computer. The people are invented, the
//! places of the Val-d'Oise are real.
//!
//! Each node is a process of its own, with its own folder and its own port. They are linked by the
//! real invitations. `--once` plays the first acceptance scenario through the public HTTP
//! interfaces, and ends.

mod desk;
mod scenario;
mod situations;
mod territory;

use std::io::IsTerminal;
use std::path::PathBuf;

use super::{Context, VerbError};

/// What kind of rehearsal.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(long, help = "Joue le premier scénario de bout en bout, puis s'arrête")]
    once: bool,
    #[arg(long, help = "Un territoire sans situations prêtes à jouer")]
    empty: bool,
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 8101,
        hide_default_value = true,
        help = "Premier des sept ports (sinon 8101)"
    )]
    port: u16,
    #[arg(
        long,
        value_name = "DOSSIER",
        help = "Dossier de la démonstration (sinon un dossier neuf)"
    )]
    folder: Option<PathBuf>,
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut territory =
            territory::Territory::start(context, args.port, args.folder.as_deref()).await?;
        let played = if args.once {
            scenario::play(context, &territory).await
        } else {
            territory.present(context)?;
            if !args.empty {
                situations::prepare(context, &territory).await?;
            }
            context.say(
                "\nPour commencer : connectez-vous comme nadia, orientez une personne vers \
                         l'EPN Le Lavoir, puis répondez comme karim.",
            )?;
            if std::io::stdin().is_terminal() {
                context.say("Ctrl-C arrête tout et efface la démonstration.")?;
            }
            territory::interrupted().await;
            context.say("\nArrêt…")
        };
        territory.stop().await;
        played
    })
}
