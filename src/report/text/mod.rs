//! Text for people on a terminal: every blocking finding at length, the rest in short, the result last.

mod ending;
mod finding;
mod guidance;
mod page;
pub mod rotation;
pub mod rule;
mod snippet;

use std::io::{self, Write};

use self::guidance::Told;
use self::page::{Page, Tone};
use super::RenderOptions;
use super::escape::plain;
use super::location;
use super::tally::known;
use crate::finding::{Finding, Permission, Verdict};
use crate::quantity::{counted, number};
use crate::scan::{Mode, Report};

/// How many findings are told at length; more of them are only listed.
const FULL: usize = 40;
/// How many blocking findings are listed after those.
const LISTED: usize = 200;
/// How many findings below the threshold are listed.
const ADVICE: usize = 20;

/// Writes the report. Nothing is written when the options ask for quiet and nothing blocks or was missed.
pub fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let blocking: Vec<&Finding> = report.blocking().collect();
    if options.quiet && blocking.is_empty() && !report.incomplete() {
        return Ok(());
    }
    let mut page = Page::new(options, out);
    let mut told = Told::new(report);
    let full = if options.verbose { blocking.len() } else { FULL.min(blocking.len()) };
    for finding in &blocking[..full] {
        finding::tell(finding, options.verbose, &mut told, &mut page)?;
    }
    if full < blocking.len() {
        page.heading(&format!("{} more that block", number((blocking.len() - full) as u64)))?;
        list(&blocking[full..], LISTED, report.mode, &mut page)?;
    }
    if !options.quiet {
        others(report, options.verbose, &mut told, &mut page)?;
    }
    ending::tell(report, options, &mut page)
}

/// Tells what does not block: advice, and in verbose mode also what is allowed or known.
fn others(report: &Report, verbose: bool, told: &mut Told, page: &mut Page<'_>) -> io::Result<()> {
    let (active, settled): (Vec<_>, Vec<_>) = report
        .findings
        .iter()
        .filter(|finding| !report.threshold.blocks(finding))
        .partition(|finding| finding.verdict == Verdict::Active);
    if !active.is_empty() {
        page.heading(&format!("{} below the threshold", counted(active.len() as u64, "finding", "findings")))?;
        if verbose {
            page.blank()?;
            for finding in &active {
                finding::tell(finding, verbose, told, page)?;
            }
        } else {
            list(&active, ADVICE, report.mode, page)?;
        }
    }
    if verbose && !settled.is_empty() {
        page.heading(&format!("{} allowed or known", counted(settled.len() as u64, "finding", "findings")))?;
        list(&settled, settled.len(), report.mode, page)?;
    }
    Ok(())
}

/// Lists findings with one line each, at most `limit` of them.
fn list(findings: &[&Finding], limit: usize, mode: Mode, page: &mut Page<'_>) -> io::Result<()> {
    for finding in findings.iter().take(limit) {
        let severity = page.paint(Tone::of(finding.severity), &format!("{:<8}", finding.severity.name()));
        let places = match finding.places.as_slice() {
            [] => String::new(),
            [place] => location::label(place),
            [place, more @ ..] => format!("{} and {} more", location::label(place), number(more.len() as u64)),
        };
        let rule = page.paint(Tone::Soft, &format!("[{}]", plain(&finding.meta.id)));
        let settled = match &finding.verdict {
            Verdict::Active => String::new(),
            Verdict::Allowed { by, reason } => format!(" (allowed by {})", permission(by, reason)),
            Verdict::Known => format!(" ({})", known(mode)),
        };
        page.line(&format!("  {severity}  {places}: {} {rule}{settled}", plain(finding.message())))?;
    }
    if findings.len() > limit {
        let more = number((findings.len() - limit) as u64);
        page.line(&format!("  and {more} more; `--verbose` tells them all, `--format json` lists them"))?;
    }
    page.blank()
}

/// Returns where a permission stands, and its reason if there is one.
fn permission(by: &Permission, reason: &str) -> String {
    let by = plain(by.name());
    if reason.is_empty() { by } else { format!("{by}: {}", plain(reason)) }
}
