//! `keysweep explain`: everything that is known about one rule or lint.

use std::path::PathBuf;

use miette::miette;

use super::{output, target};
use crate::policy::names;
use crate::report::{self, RuleFormat, Subject};
use crate::rules::Catalogue;

/// Tells everything about a rule or lint: what it finds, how, why it matters, how to rotate.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The rule's or lint's id, or a provider for all of its rules, as `github` or `github/*`.
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
    let mut known = target::subjects(&catalogue);
    // What the configuration switched off can be explained all the same.
    known.extend(
        Catalogue::builtin().rules().iter().filter(|rule| catalogue.get(&rule.id).is_none()).map(Subject::of_rule),
    );
    let subjects = find(&arguments.id, known);
    if subjects.is_empty() {
        return Err(unknown(&arguments.id, &catalogue));
    }
    output::print(|options, out| report::render_rule(&subjects, arguments.format, options, out))?;
    Ok(0)
}

/// Returns the rule or lint of an id, or all of a provider's.
fn find(id: &str, mut known: Vec<Subject>) -> Vec<Subject> {
    let exact = known.iter().any(|subject| subject.meta.id == id);
    let family = id.strip_suffix("/*").unwrap_or(id);
    known.retain(|subject| if exact { subject.meta.id == id } else { subject.family() == family });
    known
}

/// Makes the error for an id that nothing has.
pub fn unknown(id: &str, catalogue: &Catalogue) -> miette::Report {
    miette!(help = names::suggestion(id, catalogue), "no rule, lint or provider is called `{}`", id.escape_debug())
}
