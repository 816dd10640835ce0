//! `keysweep baseline`: the file of known findings, written, shown and cleared of what is gone.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use miette::miette;

use super::{output, rotate, target};
use crate::finding::{Finding, Verdict};
use crate::policy::baseline::{Baseline, Entry, Found};
use crate::policy::config::Config;
use crate::replace::Links;
use crate::report;
use crate::scan::{BASELINE, MISSED, Report, Request, ScanError, Target};

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
    /// Scans the whole working tree, and drops from the baseline what is no longer there.
    Prune(Where),
}

/// Which baseline, and what to scan for it.
#[derive(Debug, clap::Args)]
struct Where {
    /// The folder or repository; the working tree around the current folder if none is given. A folder inside of a
    /// repository limits what `write` scans, and names the repository for `show` and `prune`.
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

    /// Scans these files and folders, and the history if that was asked for, without regard to what is known.
    fn scan(&self, paths: Vec<PathBuf>) -> miette::Result<Vec<(Found, Report)>> {
        let mut reports = Vec::new();
        if self.has_work_tree()? {
            reports.push((Found::Tree, self.report(Target::Tree(paths))?));
        }
        if self.history {
            reports.push((Found::History, self.report(Target::History(target::repository(&self.paths())?))?));
        }
        Ok(reports)
    }

    /// Scans one target.
    fn report(&self, target: Target) -> miette::Result<Report> {
        let request = Request { target, config: self.config.clone(), ignore_baseline: true, ..Request::default() };
        let report = output::scan(&request)?;
        if report.interrupted {
            return Err(miette!("interrupted; the baseline was left as it was"));
        }
        report.notices.iter().filter(|notice| notice.incomplete).for_each(rotate::warn);
        Ok(report)
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
    let reports = place.scan(place.paths())?;
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

/// Drops what is gone. Whatever part of the working tree was named, all of it is scanned, and each file once more in which
/// something seems to be gone: git may ignore it by now. What nobody looked at stays known.
fn prune(place: &Where) -> miette::Result<u8> {
    let (file, links) = place.file()?;
    let mut baseline = Baseline::read(&file, links)?;
    let root = target::root(&place.paths())?;
    if place.baseline.is_some() && lies_above(&file, &root) {
        return Err(miette!(
            help = "give the folder that the baseline is for: `keysweep baseline prune FOLDER`",
            "the baseline `{}` lies above what would be scanned, so it may know of files beside that",
            file.display()
        ));
    }
    let mut reports = place.scan(vec![root.clone()])?;
    let mut found = fingerprints(&baseline, &reports);
    let config = Config::load(Some(&root), place.config.as_deref()).map_err(ScanError::from)?;
    let has_tree = reports.iter().any(|(found, _)| *found == Found::Tree);
    let is_missed = |name: &str, entry: &Entry| has_tree && entry.found == Found::Tree && !found.contains(name);
    let missed = baseline.entries().iter().filter(|(name, entry)| is_missed(name, entry));
    let (excluded, missed): (Vec<&str>, Vec<&str>) =
        missed.map(|(_, entry)| entry.path()).partition(|path| config.excludes(path.as_bytes()));
    let excluded: HashSet<String> = excluded.into_iter().map(str::to_owned).collect();
    let again: Vec<PathBuf> = missed.iter().map(|path| root.join(path)).filter(|path| path.is_file()).collect();
    if !again.is_empty() {
        reports.push((Found::Tree, place.report(Target::Tree(again))?));
        found = fingerprints(&baseline, &reports);
    }
    if code(&reports) != 0 {
        eprintln!("keysweep: not everything could be read, so nothing was dropped from `{}`", file.display());
        return Ok(MISSED);
    }
    let before = baseline.entries().len();
    let is_unseen = |entry: &Entry| match entry.found {
        Found::History => !place.history,
        Found::Tree => !has_tree || excluded.contains(entry.path()),
    };
    baseline.retain(|fingerprint, entry| is_unseen(entry) || found.contains(fingerprint));
    baseline.write(&file, links)?;
    let left = baseline.entries().len();
    output::print(|_, out| writeln!(out, "{}: {} dropped, {left} known", file.display(), before - left))?;
    Ok(0)
}

/// Returns the fingerprints of everything that was found and is not allowed.
fn fingerprints(baseline: &Baseline, reports: &[(Found, Report)]) -> HashSet<String> {
    let findings = reports.iter().flat_map(|(_, report)| report.findings.iter().filter(|finding| is_open(finding)));
    findings.map(|finding| baseline.key.fingerprint(finding)).collect()
}

/// Tells whether the folder of `file` holds the folder `root`, and is another.
fn lies_above(file: &Path, root: &Path) -> bool {
    let folder = file.canonicalize().ok().and_then(|file| file.parent().map(Path::to_path_buf));
    let root = root.canonicalize().ok();
    folder.zip(root).is_some_and(|(folder, root)| root != folder && root.starts_with(folder))
}

/// Tells whether a finding belongs into a baseline: what is allowed is settled already.
fn is_open(finding: &Finding) -> bool {
    !matches!(finding.verdict, Verdict::Allowed { .. })
}

fn code(reports: &[(Found, Report)]) -> u8 {
    if reports.iter().any(|(_, report)| report.incomplete()) { MISSED } else { 0 }
}
