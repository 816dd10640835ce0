//! `keysweep lint`: the configuration lints alone.

use std::path::PathBuf;

use super::output::Output;
use super::scan;
use crate::lint::Persona;
use crate::scan::{Request, Target};

/// Lints the configuration of agents and MCP servers, and what git ignores. Every finding counts.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files and folders to lint; the working tree around the current folder if none is given.
    paths: Vec<PathBuf>,
    /// Lint what is staged for the next commit.
    #[arg(long, conflicts_with = "paths")]
    staged: bool,
    /// Lint all configuration that ever lay in the repository.
    #[arg(long, conflicts_with_all = ["paths", "staged"])]
    history: bool,
    /// For whom lints speak up: regular, pedantic or auditor.
    #[arg(long, value_name = "PERSONA", default_value = "regular")]
    persona: Persona,
    /// The configuration file; without it, `keysweep.toml` at the root of what is linted.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// Lints and reports; the exit code is the report's.
pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let target = match (arguments.staged, arguments.history) {
        (true, _) => Target::Staged(PathBuf::from(".")),
        (_, true) => Target::History(PathBuf::from(".")),
        _ => Target::Tree(arguments.paths.clone()),
    };
    let request = Request {
        target,
        config: arguments.config.clone(),
        reveal: arguments.output.reveal,
        persona: arguments.persona,
        lints_only: true,
        ..Request::default()
    };
    scan::report(&request, &arguments.output)
}
