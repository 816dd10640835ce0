//! `keysweep scan`: the main job.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use miette::IntoDiagnostic as _;

use super::output::{self, Output};
use crate::finding::{Confidence, Severity, Threshold};
use crate::input::Coverage;
use crate::scan::{self, Request, Target};

/// Looks for leaked credentials and for configuration that leaks.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files and folders to scan; the working tree around the current folder if none is given. With `--staged`,
    /// `--history` or `--range`: the repository.
    paths: Vec<PathBuf>,
    /// Scan what is staged for the next commit.
    #[arg(long, group = "what")]
    staged: bool,
    /// Scan every object of the repository, reachable or not.
    #[arg(long, group = "what")]
    history: bool,
    /// Scan what the commits of a range added, as in `main..HEAD`.
    #[arg(long, group = "what", value_name = "A..B")]
    range: Option<String>,
    /// Scan standard input.
    #[arg(long, group = "what", conflicts_with = "paths")]
    stdin: bool,
    /// Block at findings of this severity and above: low, medium, high, critical.
    #[arg(long, value_name = "LEVEL")]
    severity: Option<Severity>,
    /// Block at findings of this confidence and above: low, medium, high.
    #[arg(long, value_name = "LEVEL")]
    confidence: Option<Confidence>,
    /// The configuration file; without it, `keysweep.toml` at the root of what is scanned.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The baseline of known findings; without it, `keysweep.baseline.json` at the root, if it exists.
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    baseline: Option<PathBuf>,
    /// Report known findings too.
    #[arg(long)]
    no_baseline: bool,
    #[command(flatten)]
    output: Output,
}

impl Arguments {
    /// Returns what to scan.
    fn target(&self) -> miette::Result<Target> {
        let repository = || match self.paths.as_slice() {
            [] => Ok(PathBuf::from(".")),
            [path] => Ok(path.clone()),
            _ => Err(miette::miette!(
                help = "give one path, or none for the repository around the current folder",
                "only one repository can be scanned at a time"
            )),
        };
        Ok(match (&self.range, self.staged, self.history, self.stdin) {
            (Some(range), ..) => Target::Range(repository()?, range.clone()),
            (_, true, ..) => Target::Staged(repository()?),
            (_, _, true, _) => Target::History(repository()?),
            (.., true) => Target::Stdin,
            _ => Target::Tree(self.paths.clone()),
        })
    }

    /// Returns everything that the pipeline wants to know.
    fn request(&self) -> miette::Result<Request> {
        let default = Threshold::default();
        let given = self.severity.is_some() || self.confidence.is_some();
        Ok(Request {
            target: self.target()?,
            config: self.config.clone(),
            baseline: self.baseline.clone(),
            ignore_baseline: self.no_baseline,
            reveal: self.output.reveal,
            threshold: given.then(|| Threshold {
                severity: self.severity.unwrap_or(default.severity),
                confidence: self.confidence.unwrap_or(default.confidence),
            }),
        })
    }
}

/// Scans and reports; the exit code is the report's.
pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let request = arguments.request()?;
    arguments.output.check()?;
    let coverage = Arc::new(Coverage::default());
    let stop = Arc::new(AtomicBool::new(false));
    output::stop_on_interrupt(&stop);
    let progress = output::Progress::start(&coverage, !request.target.is_small());
    let report = scan::run(&request, &coverage, &stop);
    progress.finish();
    let report = report?;
    arguments.output.write(&report)?;
    std::io::stdout().flush().into_diagnostic()?;
    Ok(report.exit_code())
}
