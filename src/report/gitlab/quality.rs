//! GitLab's code quality report: one entry for each place, shown in a merge request.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{notice_name, numbered, place_name};
use crate::finding::{Finding, Place, Severity, Verdict};
use crate::report::escape::{plain, printable};
use crate::report::{json, location};
use crate::scan::Report;

/// Writes the active findings. What could not be looked at is an entry too, or it would pass unseen.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let active = report.findings.iter().filter(|finding| finding.verdict == Verdict::Active);
    let mut entries: Vec<Value> = active
        .flat_map(|finding| numbered(finding).into_iter().map(move |(nth, place)| (finding, nth, place)))
        .map(|(finding, nth, place)| entry(report, finding, nth, place))
        .collect();
    entries.extend(report.notices.iter().filter(|notice| notice.incomplete).map(|notice| {
        json!({
            "type": "issue",
            "description": format!("the scan is incomplete: {}", plain(&notice.message)),
            "check_name": "keysweep/incomplete",
            "fingerprint": notice_name(notice),
            "severity": "critical",
            "location": { "path": plain(&notice.subject), "lines": { "begin": 1 } },
        })
    }));
    json::write_pretty(&Value::Array(entries), out)
}

fn entry(report: &Report, finding: &Finding, nth: usize, place: &Place) -> Value {
    let region = location::region(place);
    let path = location::path(place).map_or_else(|| location::container(place), printable);
    json!({
        "type": "issue",
        "description": description(finding, place),
        "check_name": finding.meta.id,
        "categories": ["Security"],
        "fingerprint": place_name(finding, place, nth),
        "severity": severity(report, finding),
        "location": { "path": path, "lines": { "begin": region.line, "end": region.end_line } },
    })
}

fn severity(report: &Report, finding: &Finding) -> &'static str {
    if !report.threshold.blocks(finding) {
        return "info";
    }
    match finding.severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
    }
}

fn description(finding: &Finding, place: &Place) -> String {
    let mut text = plain(finding.message_at(place));
    if !finding.masked.is_empty() {
        text.push_str(&format!(": {}", plain(&finding.masked)));
    }
    if !location::is_current(place)
        && let Some(sentence) = location::history(place).first()
    {
        text.push_str(&format!(" ({sentence})"));
    }
    text
}
