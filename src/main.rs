//! The `keysweep` command.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    ExitCode::from(keysweep::cli::run(keysweep::cli::Arguments::parse()))
}
