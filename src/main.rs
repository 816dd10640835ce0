//! The `keysweep` command.

use std::process::ExitCode;

use keysweep::cli;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(cli::arguments().map_or_else(|code| code, cli::run))
}
