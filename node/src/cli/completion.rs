//! `maillage completion SHELL`: what the shell needs to complete our verbs and flags.

use clap_complete::Shell;

use super::{Context, VerbError, command};

/// Which shell.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell.
    #[arg(
        value_name = "INTERPRÉTEUR",
        hide_possible_values = true,
        help = "bash, zsh, fish, elvish ou powershell"
    )]
    shell: Shell,
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), VerbError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "maillage", &mut script);
    context.write(&script)
}
