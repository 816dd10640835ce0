//! `keysweep rules`: lists the rules, and checks a user's own rule files.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Subcommand;
use miette::{IntoDiagnostic as _, miette};

use super::{explain, output, target};
use crate::detect::examples;
use crate::policy::{names, rule_matches};
use crate::report::{self, RuleFormat, Subject};
use crate::rules::Rule;

/// Lists and filters rules and lints, and checks rule files.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    list: List,
}

/// Which rules are listed, and how.
#[derive(Debug, clap::Args)]
struct List {
    /// Show only those whose id, title, provider or variable contains this.
    filter: Option<String>,
    /// Show only those of this provider: the part of the id before the slash.
    #[arg(long, value_name = "PROVIDER")]
    provider: Option<String>,
    /// The shape of the list.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: RuleFormat,
    /// The configuration file with rules of your own; without it, `keysweep.toml` at the root of the repository.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
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
        None => list(&arguments.list),
    }
}

/// Prints the rules and lints that the filters approve; none is an error.
fn list(list: &List) -> miette::Result<u8> {
    let catalogue = target::catalogue(&[], list.config.as_deref())?;
    let word = list.filter.as_deref().unwrap_or_default().to_lowercase();
    let provider = |subject: &Subject| list.provider.as_ref().is_none_or(|one| rule_matches(one, &subject.meta.id));
    let contains = |subject: &Subject| {
        let fields = [&subject.meta.id, &subject.meta.title, &subject.provider(), &subject.variable()];
        fields.iter().any(|field| field.to_lowercase().contains(&word))
    };
    let mut subjects = target::subjects(&catalogue);
    subjects.retain(|each| provider(each) && contains(each));
    if let (true, Some(name)) = (subjects.is_empty(), &list.provider) {
        return Err(explain::unknown(name, &catalogue));
    }
    if subjects.is_empty() {
        return Err(miette!(
            help = names::suggestion(&word, &catalogue),
            "no rule or lint has `{}` in its id, title, provider or variable",
            word.escape_debug()
        ));
    }
    output::print(|_, out| report::render_rules(&subjects, list.format, out))?;
    Ok(0)
}

/// Checks rule files; exit code 1 if a rule does not hold.
fn check(files: &[PathBuf]) -> miette::Result<u8> {
    let (mut count, mut broken, mut problems) = (0, 0, Vec::new());
    for file in files {
        let text = std::fs::read_to_string(file)
            .into_diagnostic()
            .map_err(|error| error.wrap_err(format!("cannot read `{}`", file.display())))?;
        let rules = match Rule::parse(&text) {
            Ok(rules) => rules,
            Err(error) => {
                problems.push(format!("{}: {}", file.display(), error.told()));
                broken += 1;
                continue;
            }
        };
        for rule in rules {
            let rule = Arc::new(rule);
            count += 1;
            let failures = examples::failures(&rule);
            broken += usize::from(!failures.is_empty());
            problems.extend(failures.iter().map(|failure| format!("{}: {}: {failure}", file.display(), rule.id)));
        }
    }
    if count == 0 && broken == 0 {
        return Err(miette!("no rule in the files given"));
    }
    output::print(|_, out| {
        problems.iter().try_for_each(|problem| writeln!(out, "{problem}"))?;
        writeln!(out, "{count} rules, {broken} broken")
    })?;
    Ok(u8::from(broken > 0))
}
