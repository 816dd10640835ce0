//! `keysweep rules`: lists the rules, and checks a user's own rule files.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Subcommand;
use miette::{IntoDiagnostic as _, miette};

use crate::detect::examples;
use crate::rules::{Catalogue, Rule};

/// Lists, filters and checks rules.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Show only rules whose id, title, provider or variable contains this.
    filter: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks rule files: their schema, their patterns, and every example.
    Check {
        /// The rule files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    match &arguments.command {
        Some(Command::Check { files }) => check(files),
        None => list(arguments.filter.as_deref().unwrap_or_default()),
    }
}

/// Prints one line for each rule that the filter approves.
fn list(filter: &str) -> miette::Result<u8> {
    let filter = filter.to_lowercase();
    let mut out = std::io::stdout().lock();
    for rule in Catalogue::builtin().rules() {
        let entry = rule.entry();
        let fields =
            [entry.id.as_str(), &entry.title, &entry.provider().name, entry.variable.as_deref().unwrap_or_default()];
        if fields.iter().any(|field| field.to_lowercase().contains(&filter)) {
            let line = format!("{:<44} {:<9} {:<7} {}", entry.id, entry.severity, entry.confidence, entry.title);
            if writeln!(out, "{}", line.trim_end()).is_err() {
                return Ok(0);
            }
        }
    }
    Ok(0)
}

/// Checks rule files; exit code 1 if a rule does not hold.
fn check(files: &[PathBuf]) -> miette::Result<u8> {
    let (mut count, mut broken) = (0, 0);
    for file in files {
        let text = std::fs::read_to_string(file)
            .into_diagnostic()
            .map_err(|error| error.wrap_err(format!("cannot read `{}`", file.display())))?;
        let rules = match Rule::parse(&text) {
            Ok(rules) => rules,
            Err(error) => {
                println!("{}: {error}", file.display());
                broken += 1;
                continue;
            }
        };
        for rule in rules {
            let rule = Arc::new(rule);
            count += 1;
            let failures = examples::failures(&rule);
            broken += usize::from(!failures.is_empty());
            failures.iter().for_each(|failure| println!("{}: {}: {failure}", file.display(), rule.id));
        }
    }
    if count == 0 && broken == 0 {
        return Err(miette!("no rule in the files given"));
    }
    println!("{count} rules, {broken} broken");
    Ok(u8::from(broken > 0))
}
