//! Markdown for a job summary or a comment, bounded so that services take it whole.

use std::io::{self, Write};

use super::escape::{markdown, markdown_block, markdown_code, markdown_prose, markup, markup_prose};
use super::tally::{self, Tally};
use super::{location, sarif};
use crate::finding::{Finding, Notice, Verdict};
use crate::quantity::{counted, number};
use crate::scan::Report;

/// How many findings the table lists; GitHub refuses a summary of more than a mebibyte.
const ROWS: usize = 200;
/// How many findings are told at length.
const DETAILS: usize = 50;
/// How many places of a finding are listed.
const PLACES: usize = 10;

/// Writes a headline, what was missed, a table, the details behind disclosure triangles, and the coverage.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## keysweep: {}\n", tally::headline(report))?;
    incomplete(report, out)?;
    let blocking: Vec<&Finding> = report.blocking().collect();
    if !blocking.is_empty() {
        table(&blocking, out)?;
        for finding in blocking.iter().take(DETAILS) {
            details(finding, out)?;
        }
    }
    let active = |finding: &&Finding| finding.verdict == Verdict::Active && !report.threshold.blocks(finding);
    let advice: Vec<&Finding> = report.findings.iter().filter(active).collect();
    if !advice.is_empty() {
        let summary = counted(advice.len() as u64, "finding", "findings");
        writeln!(out, "<details><summary>{summary} below the threshold</summary>\n")?;
        table(&advice, out)?;
        writeln!(out, "</details>\n")?;
    }
    for notice in report.notices.iter().filter(|notice| !notice.incomplete) {
        writeln!(out, "> {}\n", told(notice))?;
    }
    let quiet = Tally::of(report).quiet(report.mode);
    if !quiet.is_empty() {
        writeln!(out, "Not counted as blocking: {quiet}.\n")?;
    }
    writeln!(out, "Looked at {}; {}.", tally::coverage(&report.record), tally::exit_meaning(report))
}

fn incomplete(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let missed: Vec<&Notice> = report.notices.iter().filter(|notice| notice.incomplete).collect();
    if report.interrupted {
        writeln!(out, "> [!WARNING]\n> The run was interrupted.\n")?;
    }
    if missed.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "> [!WARNING]\n> Not everything could be looked at, so what is missing here is not proven to be clean.\n>"
    )?;
    for notice in missed.iter().take(ROWS) {
        writeln!(out, "> - {}", told(notice))?;
    }
    if missed.len() > ROWS {
        writeln!(out, "> - and {} more", number((missed.len() - ROWS) as u64))?;
    }
    writeln!(out)
}

fn told(notice: &Notice) -> String {
    let help = if notice.help.is_empty() { String::new() } else { format!(" ({})", markdown_prose(&notice.help)) };
    format!("{}: {}{help}", markdown_code(&notice.subject), markdown_prose(&notice.message))
}

fn table(findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| Severity | What | Where | Rule |\n|---|---|---|---|")?;
    for finding in findings.iter().take(ROWS) {
        let more = match finding.places.len() {
            0 | 1 => String::new(),
            count => format!(" and {} more", number(count as u64 - 1)),
        };
        let at = finding.places.first().map(|place| markdown_code(&location::label(place))).unwrap_or_default();
        let rule = markdown_code(&finding.meta.id);
        writeln!(out, "| {} | {} | {at}{more} | {rule} |", finding.severity, markdown_prose(&finding.meta.title))?;
    }
    if findings.len() > ROWS {
        writeln!(out, "| | and {} more | | |", number((findings.len() - ROWS) as u64))?;
    }
    writeln!(out)
}

fn details(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    // Inside an HTML line markdown's escapes would be shown.
    let title = markup_prose(&finding.meta.title);
    let at = finding.places.first().map(location::label).unwrap_or_default();
    writeln!(out, "<details><summary>{title} at {}</summary>\n", markup(&at).replace('@', "@<!-- -->"))?;
    writeln!(out, "{}\n", markdown_prose(&finding.message))?;
    if !finding.masked.is_empty() {
        writeln!(out, "- **Secret:** {}", markdown_code(&finding.masked))?;
    }
    for place in finding.places.iter().take(PLACES) {
        let inside = location::wrapping(place);
        let inside = if inside.is_empty() { inside } else { format!(" inside {}", markdown(&inside)) };
        writeln!(out, "- **Place:** {}{inside}", markdown_code(&location::label(place)))?;
        for sentence in location::history(place) {
            writeln!(out, "  - {}", markdown(&sentence))?;
        }
    }
    if finding.places.len() > PLACES {
        writeln!(out, "- and {} more places", number((finding.places.len() - PLACES) as u64))?;
    }
    for evidence in &finding.evidence {
        writeln!(out, "- **Evidence:** {}", markdown_prose(evidence))?;
    }
    writeln!(out)?;
    if let Some(place) = finding.places.first().filter(|place| !place.excerpt.text.is_empty()) {
        writeln!(out, "{}", markdown_block(&place.excerpt.text.replace('\t', "    ")))?;
    }
    if !finding.meta.why.is_empty() {
        writeln!(out, "{}\n", markdown_prose(&finding.meta.why))?;
    }
    if !finding.meta.fix.is_empty() {
        writeln!(out, "{}\n", markdown_prose(&finding.meta.fix))?;
    }
    writeln!(out, "{}\n</details>\n", sarif::rotation_markdown(finding))
}
