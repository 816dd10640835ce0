//! The command line: arguments in, exit code out.

mod fix;
mod hook;
mod lint;
mod output;
mod rules;
mod scan;
mod tokens;

use clap::{Parser, Subcommand};

/// Finds leaked credentials and says how to rotate them.
#[derive(Debug, Parser)]
#[command(name = "keysweep", version, about, max_term_width = 110)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Looks for leaked credentials in a working tree, in what is staged, or in all of history.
    Scan(scan::Arguments),
    /// Lints the configuration of agents and MCP servers, and what git ignores.
    Lint(lint::Arguments),
    /// Mends the configuration of agents: references for literals, lines for `.gitignore`.
    Fix(fix::Arguments),
    /// Lists the credentials for MCP servers on this machine: where, how old, until when; never a value.
    Tokens(tokens::Arguments),
    /// Installs, removes and runs hooks of git and of coding agents.
    Hook(hook::Arguments),
    /// Lists, filters and checks rules.
    Rules(rules::Arguments),
}

/// Runs the command and returns the exit code: 0 clean, 1 findings, 2 could not do the job, 3 incomplete.
pub fn run(arguments: Arguments) -> u8 {
    let result = match arguments.command {
        Command::Scan(arguments) => scan::run(&arguments),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Fix(arguments) => fix::run(&arguments),
        Command::Tokens(arguments) => tokens::run(&arguments),
        Command::Hook(arguments) => hook::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:?}");
            2
        }
    }
}
