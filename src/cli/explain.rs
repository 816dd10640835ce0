//! `keysweep explain`: everything that is known about one rule or lint.

use std::path::PathBuf;

use miette::miette;

use super::{nearest, output, target};
use crate::report::{self, RuleFormat, Subject};
use crate::rules::Catalogue;

/// Tells everything about a rule or lint: what it finds, how, why it matters, how to rotate.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The rule's or lint's id, or a provider for all of its rules.
    id: String,
    /// The shape of the answer.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: RuleFormat,
    /// The configuration file with rules of your own; without it, `keysweep.toml` at the root of the repository.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let catalogue = target::catalogue(&[], arguments.config.as_deref())?;
    let mut subjects = find(&arguments.id, &catalogue);
    if subjects.is_empty() {
        // The configuration may have switched it off, which is no reason not to explain it.
        subjects = find(&arguments.id, &Catalogue::builtin());
    }
    if subjects.is_empty() {
        return Err(unknown(&arguments.id, &catalogue));
    }
    output::print(|options, out| report::render_rule(&subjects, arguments.format, options, out))?;
    Ok(0)
}

/// Returns the rule or lint of an id, or all of a provider's.
fn find(id: &str, catalogue: &Catalogue) -> Vec<Subject> {
    let exact = catalogue.get(id).map(Subject::of_rule);
    let family = || catalogue.rules().iter().filter(|rule| rule.family() == id).map(Subject::of_rule);
    exact.map_or_else(|| family().collect(), |subject| vec![subject])
}

/// Makes the error for an id that nothing has.
pub fn unknown(id: &str, catalogue: &Catalogue) -> miette::Report {
    let near = nearest::rules(id, catalogue);
    let help = if near.is_empty() {
        "`keysweep rules` lists all rules, `keysweep rules WORD` those with a word".to_owned()
    } else {
        format!("did you mean {}?", near.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", "))
    };
    miette!(help = help, "no rule, lint or provider is called `{}`", id.escape_debug())
}
