//! The command line: arguments in, exit code out.

/// Writes to standard error. Unlike the library's own, it does not panic where nothing can be written, as on a full disk or
/// when the terminal went away: the exit code still tells how it went.
macro_rules! eprint {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = write!(std::io::stderr().lock(), $($text)*);
    }};
}

/// Writes a line to standard error, as [`eprint`] does.
macro_rules! eprintln {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr().lock(), $($text)*);
    }};
}

mod baseline;
mod explain;
mod fix;
mod hook;
mod init;
mod lint;
mod manual;
mod migrate;
mod output;
mod portion;
mod rotate;
mod rules;
mod scan;
mod target;
mod tokens;

use clap::{Parser, Subcommand};

/// Finds leaked credentials and says how to rotate them.
#[derive(Debug, Parser)]
#[command(name = "keysweep", version, about, max_term_width = 110)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Whether to colour what goes to a terminal; `auto` heeds NO_COLOR and TERM=dumb.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: output::Color,
}

/// One line a command, and one in [`run`]; the order is the help's.
#[derive(Debug, Subcommand)]
enum Command {
    /// Looks for leaked credentials in a working tree, in what is staged, or in all of history.
    Scan(scan::Arguments),
    /// Scans, and says step by step how to rotate what was found.
    Rotate(rotate::Arguments),
    /// Tells everything about a rule or lint: what it finds, how, why it matters, how to rotate.
    Explain(explain::Arguments),
    /// Lints the configuration of agents and MCP servers, and what git ignores.
    Lint(lint::Arguments),
    /// Mends the configuration of agents: references for literals, lines for `.gitignore`.
    Fix(fix::Arguments),
    /// Lists the credentials for MCP servers on this machine: where, how old, until when; never a value.
    Tokens(tokens::Arguments),
    /// Installs, removes and runs hooks of git and of coding agents.
    Hook(hook::Arguments),
    /// Lists and filters rules and lints, and checks rule files.
    Rules(rules::Arguments),
    /// Writes, shows and clears the file of known findings.
    Baseline(baseline::Arguments),
    /// Writes a commented `keysweep.toml`.
    Init(init::Arguments),
    /// Takes over the allowlists of gitleaks and detect-secrets.
    Migrate(migrate::Arguments),
    /// Prints the completions of a shell.
    Completions(manual::Completions),
    /// Prints the manual page.
    Man(manual::Manual),
}

/// Reads the arguments of this process. Where help or a version was asked for or nothing can be made of them, prints that and
/// returns the exit code.
///
/// # Errors
/// There is nothing to run.
pub fn arguments() -> Result<Arguments, u8> {
    Arguments::try_parse().map_err(|told| {
        let code = u8::try_from(told.exit_code()).unwrap_or(2);
        match told.print() {
            // A reader that went away has seen what it wanted.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => 2,
            _ => code,
        }
    })
}

/// Runs the command and returns the exit code: 0 clean, 1 findings, 2 could not do the job, 3 incomplete.
pub fn run(arguments: Arguments) -> u8 {
    output::prepare(arguments.color);
    let result = match arguments.command {
        Command::Scan(arguments) => scan::run(&arguments),
        Command::Rotate(arguments) => rotate::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Fix(arguments) => fix::run(&arguments),
        Command::Tokens(arguments) => tokens::run(&arguments),
        Command::Hook(arguments) => hook::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Baseline(arguments) => baseline::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Migrate(arguments) => migrate::run(&arguments),
        Command::Completions(arguments) => manual::completions(&arguments),
        Command::Man(arguments) => manual::manual(&arguments),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:?}");
            2
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_of_every_command_go_together() {
        Arguments::command().debug_assert();
    }
}
