//! `keysweep scan`: the main job.

use std::io::Write as _;
use std::path::PathBuf;

use miette::{IntoDiagnostic as _, miette};

use super::output::{self, Output};
use super::target;
use crate::finding::{Confidence, Severity};
use crate::lint::Persona;
use crate::report::Format;
use crate::scan::{Request, Target, usual_cache};

/// Looks for leaked credentials and for configuration that leaks.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: target::Place,
    /// Leave out files, besides the configured ones; a glob as in `.gitignore`, may be repeated.
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Report only what this rule, lint or provider finds; may be repeated.
    #[arg(long = "rule", value_name = "ID")]
    rules: Vec<String>,
    /// Block at findings of this severity and above: low, medium, high, critical.
    #[arg(long, value_name = "LEVEL")]
    severity: Option<Severity>,
    /// Block at findings of this confidence and above: low, medium, high.
    #[arg(long, value_name = "LEVEL")]
    confidence: Option<Confidence>,
    /// The baseline of known findings; without it, `keysweep.baseline.json` at the root, if it exists.
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    baseline: Option<PathBuf>,
    /// Report known findings too.
    #[arg(long)]
    no_baseline: bool,
    /// For whom lints speak up: regular, pedantic or auditor.
    #[arg(long, value_name = "PERSONA")]
    persona: Option<Persona>,
    /// With `--history`: look only at what is new since the last scan with the same rules, and report all the same; where
    /// this is remembered, if not in your folder for caches.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true)]
    cache: Option<Option<PathBuf>>,
    #[command(flatten)]
    output: Output,
}

impl Arguments {
    /// Returns everything that the pipeline wants to know.
    fn request(&self) -> miette::Result<Request> {
        let target::Scope { target, within } = self.place.scope()?;
        let cache = self.cache(&target)?;
        Ok(Request {
            target,
            cache,
            within,
            exclude: self.exclude.clone(),
            rules: self.rules.clone(),
            thorough: self.output.verbose || self.output.format != Format::Text,
            config: self.place.config.clone(),
            baseline: self.baseline.clone(),
            ignore_baseline: self.no_baseline,
            reveal: self.output.reveal,
            persona: self.persona.unwrap_or_default(),
            lints_only: false,
            received: false,
            severity: self.severity,
            confidence: self.confidence,
        })
    }

    /// Returns the folder in which to remember what was looked at, if that is wanted.
    fn cache(&self, target: &Target) -> miette::Result<Option<PathBuf>> {
        let Some(folder) = &self.cache else { return Ok(None) };
        if !matches!(target, Target::History(_)) {
            return Err(miette!(
                help = "use it with `--history`, and without `--since`, `--branch` and `--max-depth`",
                "`--cache` remembers scans of all of history only"
            ));
        }
        Ok(Some(folder.clone().map_or_else(usual_cache, Ok)?))
    }
}

/// Scans and reports; the exit code is the report's.
pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    report(&arguments.request()?, &arguments.output)
}

/// Does what is asked and writes the report; returns its exit code.
pub fn report(request: &Request, output: &Output) -> miette::Result<u8> {
    output.check()?;
    let report = output::scan(request)?;
    output.write(&report)?;
    std::io::stdout().flush().into_diagnostic()?;
    Ok(report.exit_code())
}
