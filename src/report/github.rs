//! Workflow commands, which GitHub Actions turns into annotations of lines.

use std::io::{self, Write};

use super::escape::{plain, printable, workflow_message, workflow_property};
use super::instead::{Instead, PLACEHOLDER, instead};
use super::location::{self, Region};
use super::tally;
use crate::finding::{Finding, Place, Severity, Verdict};
use crate::scan::Report;

/// How many places of one finding are annotated; the log shows no more than ten of a kind anyway.
const PLACES: usize = 10;

/// Writes a command for each active finding and each notice, and a last line with the summary.
///
/// A place that is not in the files as they are now has no line to annotate; its commit is named in the text.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for notice in report.notices.iter().filter(|notice| notice.incomplete) {
        let text = [&notice.subject, &notice.message, &notice.help].map(|text| plain(text));
        command(out, "error", &[("title", "the scan is incomplete")], &join(&text))?;
    }
    let active = report.findings.iter().filter(|finding| finding.verdict == Verdict::Active);
    let (blocking, advice): (Vec<_>, Vec<_>) = active.partition(|finding| report.threshold.blocks(finding));
    for finding in blocking {
        let word = if finding.severity >= Severity::High { "error" } else { "warning" };
        annotate(finding, word, out)?;
    }
    for finding in advice {
        annotate(finding, "notice", out)?;
    }
    for notice in report.notices.iter().filter(|notice| !notice.incomplete) {
        let text = [&notice.subject, &notice.message, &notice.help].map(|text| plain(text));
        command(out, "notice", &[], &join(&text))?;
    }
    writeln!(out, "keysweep: {}; {}", tally::headline(report), tally::ending(report))
}

fn annotate(finding: &Finding, word: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut places: Vec<&Place> = finding.places.iter().collect();
    // What can be annotated comes first: it is what a reviewer sees.
    places.sort_by_key(|place| !location::is_current(place));
    let more = places.len().saturating_sub(PLACES);
    for (index, place) in places.iter().take(PLACES).enumerate() {
        let mut text = message(finding, place);
        if index == 0 && more > 0 {
            text.push_str(&format!("\nand {more} more places"));
        }
        let title = plain(&finding.meta.title);
        let Region { line, column, end_line, end_column } = location::region(place);
        let path = location::path(place).filter(|_| location::is_current(place)).map(printable);
        let Some(path) = path else {
            command(out, word, &[("title", &title)], &text)?;
            continue;
        };
        let numbers = [line, column, end_line, end_column].map(|number| number.to_string());
        let mut properties = vec![("file", path.as_str()), ("line", &numbers[0])];
        // Columns are refused when the region has several lines.
        if line == end_line && column < end_column {
            properties.extend([("col", numbers[1].as_str()), ("endColumn", &numbers[3])]);
        } else if line < end_line {
            properties.push(("endLine", &numbers[2]));
        }
        properties.push(("title", &title));
        command(out, word, &properties, &text)?;
    }
    Ok(())
}

fn message(finding: &Finding, place: &Place) -> String {
    let mut text = plain(finding.message_at(place));
    if !finding.masked.is_empty() {
        text.push_str(&format!(": {}", plain(&finding.masked)));
    }
    text.push_str(&format!(" [{}]", finding.meta.id));
    if !location::is_current(place) {
        text.push_str(&format!("\nat {}", location::label(place)));
        text.extend(location::history(place).iter().map(|sentence| format!("\n{sentence}")));
    }
    if !finding.meta.why.is_empty() {
        text.push_str(&format!("\n{}", plain(&finding.meta.why)));
    }
    let steps: Vec<&String> = finding.rotation.iter().flat_map(|rotation| &rotation.steps).collect();
    if steps.is_empty() && !finding.meta.fix.is_empty() {
        text.push_str(&format!("\n{}", plain(&finding.meta.fix)));
    }
    for (index, step) in steps.iter().enumerate() {
        text.push_str(&format!("\n{}. {}", index + 1, plain(step)));
    }
    if let Some(rotation) = finding.rotation.as_ref().filter(|rotation| !rotation.place.is_empty()) {
        text.push_str(&format!("\nwhere: {}", plain(&rotation.place)));
    }
    match instead(finding) {
        Some(Instead::Variable(name)) => {
            text.push_str(&format!("\nread it from the variable {} instead", plain(name)));
        }
        Some(Instead::Placeholder) => text.push_str(&format!("\n{PLACEHOLDER}")),
        None => {}
    }
    text
}

fn join(parts: &[String; 3]) -> String {
    let [subject, message, help] = parts;
    if help.is_empty() { format!("{subject}: {message}") } else { format!("{subject}: {message}\n{help}") }
}

fn command(out: &mut dyn Write, word: &str, properties: &[(&str, &str)], message: &str) -> io::Result<()> {
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", workflow_property(value))).collect();
    let space = if properties.is_empty() { "" } else { " " };
    writeln!(out, "::{word}{space}{}::{}", properties.join(","), workflow_message(message))
}
