//! `maillage man`: the manual, made of the same definition as the help.

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::{Context, Exit, VerbError, command};

/// Which page.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The verb that the page explains.
    #[arg(value_name = "VERBE", help = "Écrit la page de ce verbe (sinon celle de maillage)")]
    verb: Option<String>,
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    let mut page = Vec::new();
    let whole = command();
    let explained = match args.verb {
        Some(verb) => named(whole, &verb)?,
        None => whole,
    };
    Man::new(explained).manual("Maillage").date("").render(&mut page)?;
    codes().to_writer(&mut page)?;
    context.write(french(&String::from_utf8_lossy(&page)).as_bytes())
}

fn named(command: Command, verb: &str) -> Result<Command, VerbError> {
    let found = command.get_subcommands().find(|known| known.get_name() == verb).cloned();
    let unknown = || {
        VerbError::new(Exit::Usage, format!("« {verb} » n'est pas un verbe"))
            .remedy("« maillage --help » les montre tous")
    };
    Ok(found.ok_or_else(unknown)?.display_name(format!("maillage-{verb}")))
}

fn codes() -> Roff {
    let mut roff = Roff::default();
    roff.control("SH", ["CODES DE RETOUR"]);
    for exit in Exit::ALL {
        roff.control("TP", []);
        roff.text([bold(exit.code().to_string())]);
        roff.text([roman(exit.meaning())]);
    }
    roff
}

/// Translates what the generator writes by itself.
fn french(page: &str) -> String {
    let headings = [("NAME", "NOM"), ("SUBCOMMANDS", "VERBES"), ("VERBES", "VERBES")];
    let heading = |page: String, (english, french): (&str, &str)| {
        page.replace(&format!(".SH {english}\n"), &format!(".SH {french}\n"))
    };
    headings.into_iter().fold(page.to_owned(), heading)
}
