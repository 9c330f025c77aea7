//! The binary: chooses the one crypto provider, does what was typed, leaves with its code.

use std::env;
use std::io;
use std::process::ExitCode;

use maillage_node::cli::{self, Exit};

fn main() -> ExitCode {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        return Exit::Bug.code().into();
    }
    cli::run(env::args_os(), io::stdout(), &mut io::stderr()).code().into()
}
