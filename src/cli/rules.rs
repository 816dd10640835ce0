//! `keysweep rules`: lists the rules, and checks a user's own rule files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;
use miette::{IntoDiagnostic as _, miette};

use super::{explain, output, target};
use crate::detect::examples;
use crate::finding::{Confidence, Severity};
use crate::policy::config::{self, Config};
use crate::policy::{names, rule_matches};
use crate::quantity::counted;
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
    /// Show only those whose id, title, provider or variable contains this, or `provider/*`.
    filter: Option<String>,
    /// Show only those of this provider: the part of the id before the slash.
    #[arg(long, value_name = "PROVIDER")]
    provider: Option<String>,
    /// Show only those of this severity and above: low, medium, high, critical.
    #[arg(long, value_name = "LEVEL")]
    severity: Option<Severity>,
    /// Show only those of this confidence and above: low, medium, high.
    #[arg(long, value_name = "LEVEL")]
    confidence: Option<Confidence>,
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
        /// The rule files; of a `keysweep.toml` its own rules and those of the files that it names.
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
        fields.iter().any(|field| field.to_lowercase().contains(&word)) || rule_matches(&word, &subject.meta.id)
    };
    let is_loud = |subject: &Subject| {
        list.severity.is_none_or(|least| subject.meta.severity >= least)
            && list.confidence.is_none_or(|least| subject.meta.confidence >= least)
    };
    let mut subjects = target::subjects(&catalogue);
    subjects.retain(|each| provider(each) && contains(each) && is_loud(each));
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

/// Reads the rules in a file, or says what is wrong with it.
fn rules_in(file: &Path) -> miette::Result<Result<Vec<Arc<Rule>>, String>> {
    if file.file_name().is_some_and(|name| name == config::FILE) {
        let catalogue = Config::load(None, Some(file))?.catalogue()?;
        return Ok(Ok(catalogue.rules().iter().filter(|rule| rule.is_own()).map(Arc::clone).collect()));
    }
    let text = std::fs::read_to_string(file)
        .into_diagnostic()
        .map_err(|error| error.wrap_err(format!("cannot read `{}`", file.display())))?;
    let rules = Rule::parse(&text).map_err(|error| error.told());
    Ok(rules.map(|rules| rules.into_iter().map(Arc::new).collect()))
}

/// Checks rule files; exit code 1 if a rule does not hold.
fn check(files: &[PathBuf]) -> miette::Result<u8> {
    let (mut count, mut broken, mut problems) = (0, 0, Vec::new());
    for file in files {
        let rules = match rules_in(file)? {
            Ok(rules) => rules,
            Err(problem) => {
                problems.push(format!("{}: {problem}", file.display()));
                broken += 1;
                continue;
            }
        };
        for rule in rules {
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
        writeln!(out, "{}, {broken} broken", counted(count, "rule", "rules"))
    })?;
    Ok(u8::from(broken > 0))
}
