//! `keysweep baseline`: the file of known findings, written, shown and cleared of what is gone.

use std::collections::HashSet;
use std::path::PathBuf;

use clap::Subcommand;
use miette::miette;

use super::{output, rotate, target};
use crate::finding::{Finding, Verdict};
use crate::policy::baseline::{Baseline, Found};
use crate::policy::config::Config;
use crate::replace::Links;
use crate::report;
use crate::scan::{BASELINE, Report, Request, ScanError, Target};

/// Writes, shows and clears the file of known findings.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Scans, and adds everything that is found and not allowed to the baseline.
    Write(Where),
    /// Lists what the baseline holds.
    Show(Where),
    /// Scans, and drops from the baseline what is no longer there.
    Prune(Where),
}

/// Which baseline, and what to scan for it.
#[derive(Debug, clap::Args)]
struct Where {
    /// The folder or repository; the one around the current folder if none is given.
    path: Option<PathBuf>,
    /// Scan the history as well as the working tree. What only history holds is pruned only with this.
    #[arg(long)]
    history: bool,
    /// The baseline file; without it, the configured one or `keysweep.baseline.json` at the root.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// The configuration file; without it, `keysweep.toml` at the root of what is scanned.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Where {
    fn paths(&self) -> Vec<PathBuf> {
        self.path.iter().cloned().collect()
    }

    /// Returns where the baseline lies or is to be, and whether the user's own word for it may be a link.
    fn file(&self) -> Result<(PathBuf, Links), ScanError> {
        if let Some(path) = &self.baseline {
            return Ok((path.clone(), Links::Follow));
        }
        let root = target::root(&self.paths())?;
        let config = Config::load(Some(&root), self.config.as_deref())?;
        Ok((config.baseline().unwrap_or_else(|| root.join(BASELINE)), Links::Refuse))
    }

    /// Scans all that was asked for, without regard to what is known.
    fn scan(&self) -> miette::Result<Vec<(Found, Report)>> {
        let mut targets = Vec::new();
        if self.has_work_tree()? {
            targets.push((Found::Tree, Target::Tree(self.paths())));
        }
        if self.history {
            targets.push((Found::History, Target::History(target::repository(&self.paths())?)));
        }
        let mut reports = Vec::new();
        for (found, target) in targets {
            let request = Request { target, config: self.config.clone(), ignore_baseline: true, ..Request::default() };
            let report = output::scan(&request)?;
            if report.interrupted {
                return Err(miette!("interrupted; the baseline was left as it was"));
            }
            report.notices.iter().filter(|notice| notice.incomplete).for_each(rotate::warn);
            reports.push((found, report));
        }
        Ok(reports)
    }

    /// Tells whether there are files to scan: a bare repository has none.
    fn has_work_tree(&self) -> miette::Result<bool> {
        if !self.history {
            return Ok(true);
        }
        let repository = crate::input::repository::Repository::discover(&target::repository(&self.paths())?)?;
        Ok(repository.work_tree().is_some())
    }
}

/// Runs the command: exit code 3 when the scan was not complete.
pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    match &arguments.command {
        Command::Write(place) => write(place),
        Command::Show(place) => show(place),
        Command::Prune(place) => prune(place),
    }
}

fn write(place: &Where) -> miette::Result<u8> {
    let (file, links) = place.file()?;
    let mut baseline = Baseline::read_or_new(&file, links)?;
    let reports = place.scan()?;
    let before = baseline.entries().len();
    for (found, report) in &reports {
        for finding in report.findings.iter().filter(|finding| is_open(finding)) {
            let label = finding.places.first().map(report::label).unwrap_or_default();
            baseline.add(finding, label, *found);
        }
    }
    baseline.write(&file, links)?;
    let (all, path) = (baseline.entries().len(), file.display());
    let added = all - before;
    output::print(|_, out| {
        writeln!(out, "{path}: {added} added, {all} known; rotate them all the same: `keysweep rotate`")
    })?;
    Ok(code(&reports))
}

fn show(place: &Where) -> miette::Result<u8> {
    let (file, links) = place.file()?;
    let baseline = Baseline::read(&file, links)?;
    output::print(|_, out| {
        for (fingerprint, entry) in baseline.entries() {
            let history = if entry.found == Found::History { " (history)" } else { "" };
            writeln!(out, "{fingerprint}  {:<40} {}{history}", entry.rule.escape_debug(), entry.place.escape_debug())?;
        }
        Ok(())
    })?;
    Ok(0)
}

fn prune(place: &Where) -> miette::Result<u8> {
    let (file, links) = place.file()?;
    let mut baseline = Baseline::read(&file, links)?;
    let reports = place.scan()?;
    if code(&reports) != 0 {
        eprintln!("keysweep: not everything could be read, so nothing was dropped from `{}`", file.display());
        return Ok(3);
    }
    let found: HashSet<String> = reports
        .iter()
        .flat_map(|(_, report)| report.findings.iter().filter(|finding| is_open(finding)))
        .map(|finding| baseline.key.fingerprint(finding))
        .collect();
    let before = baseline.entries().len();
    let unseen = |entry: Found| entry == Found::History && !place.history;
    baseline.retain(|fingerprint, entry| unseen(entry.found) || found.contains(fingerprint));
    baseline.write(&file, links)?;
    let left = baseline.entries().len();
    output::print(|_, out| writeln!(out, "{}: {} dropped, {left} known", file.display(), before - left))?;
    Ok(0)
}

/// Tells whether a finding belongs into a baseline: what is allowed is settled already.
fn is_open(finding: &Finding) -> bool {
    !matches!(finding.verdict, Verdict::Allowed { .. })
}

fn code(reports: &[(Found, Report)]) -> u8 {
    if reports.iter().any(|(_, report)| report.incomplete()) { 3 } else { 0 }
}
