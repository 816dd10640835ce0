//! GitLab's secret detection report, schema 15.1.4, for its vulnerability pages.

use std::io::{self, Write};

use bstr::ByteSlice;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{numbered, place_name};
use crate::finding::{Finding, Kind, Place, Severity, Verdict};
use crate::report::escape::{is_link, plain, printable};
use crate::report::{date, json, location, tally};
use crate::scan::Report;

/// The version of GitLab's schema that the report follows.
const VERSION: &str = "15.1.4";

/// Writes the active credentials, and says in the scan's messages what else there was.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let end = Timestamp::now();
    let length = SignedDuration::from_millis(i64::try_from(report.record.milliseconds).unwrap_or(i64::MAX));
    let start = end.checked_sub(length).unwrap_or(end);
    let tool = json!({
        "id": "keysweep", "name": "keysweep", "version": env!("CARGO_PKG_VERSION"), "vendor": { "name": "keysweep" },
    });
    let document = json!({
        "version": VERSION,
        "scan": {
            "analyzer": tool,
            "scanner": tool,
            "type": "secret_detection",
            "start_time": start.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            "end_time": end.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            "status": if report.incomplete() { "failure" } else { "success" },
            "messages": messages(report),
        },
        "vulnerabilities": vulnerabilities(report),
    });
    json::write_pretty(&document, out)
}

fn messages(report: &Report) -> Vec<Value> {
    let mut messages = vec![json!({ "level": "info", "value": tally::ending(report) })];
    let lints =
        report.findings.iter().filter(|finding| finding.meta.kind == Kind::Lint && finding.verdict == Verdict::Active);
    let lints = lints.count();
    if lints > 0 {
        let text =
            format!("{lints} configuration findings are not part of this report, see the formats gitlab and text");
        messages.push(json!({ "level": "info", "value": text }));
    }
    if report.interrupted {
        messages.push(json!({ "level": "fatal", "value": "the run was interrupted" }));
    }
    messages.extend(report.notices.iter().map(|notice| {
        let text = format!("{}: {} {}", plain(&notice.subject), plain(&notice.message), plain(&notice.help));
        json!({ "level": if notice.incomplete { "warn" } else { "info" }, "value": text.trim_end() })
    }));
    messages
}

fn vulnerabilities(report: &Report) -> Vec<Value> {
    report
        .findings
        .iter()
        .filter(|finding| finding.meta.kind == Kind::Credential && finding.verdict == Verdict::Active)
        .flat_map(|finding| numbered(finding).into_iter().map(move |(nth, place)| vulnerability(finding, nth, place)))
        .collect()
}

fn vulnerability(finding: &Finding, nth: usize, place: &Place) -> Value {
    let region = location::region(place);
    let mut value = json!({
        "id": uuid(&place_name(finding, place, nth)),
        "name": bounded(plain(&finding.meta.title), 255),
        "description": format!("{}: {}\n\n{}", plain(finding.message_at(place)), plain(&finding.masked), plain(&finding.meta.why)),
        "severity": match finding.severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
        },
        "solution": bounded(solution(finding), 7000),
        "identifiers": [{
            "type": "keysweep_rule_id",
            "name": format!("keysweep rule {}", finding.meta.id),
            "value": finding.meta.id,
        }],
        "location": {
            "file": location::path(place).map_or_else(|| location::container(place), printable),
            "commit": commit(place),
            "start_line": region.line,
            "end_line": region.end_line,
        },
    });
    if let Some(rotation) = &finding.rotation {
        let links = [&rotation.place, &rotation.docs].into_iter().filter(|link| is_link(link));
        value["links"] = links.map(|link| json!({ "url": link })).collect();
    }
    value
}

/// Returns the commit that GitLab files the finding under; seven zeros stand for "as it is now".
fn commit(place: &Place) -> Value {
    let Some(id) = location::commit(place) else { return json!({ "sha": "0000000" }) };
    let mut value = json!({ "sha": id.to_string() });
    if let Some(first) = place.attribution.as_ref().and_then(|attribution| attribution.first.as_ref()) {
        value["author"] = printable(first.author.as_bstr()).into();
        value["message"] = printable(first.subject.as_bstr()).into();
        if let Some(moment) = date::moment(first.seconds) {
            value["date"] = moment.into();
        }
    }
    value
}

fn solution(finding: &Finding) -> String {
    let Some(rotation) = &finding.rotation else { return plain(&finding.meta.fix) };
    let mut lines: Vec<String> =
        rotation.steps.iter().enumerate().map(|(index, step)| format!("{}. {}", index + 1, plain(step))).collect();
    if lines.is_empty() {
        lines.push(plain(&finding.meta.fix));
    }
    lines.extend(rotation.commands.iter().map(|command| plain(command)));
    lines.join("\n")
}

/// Writes 32 hexadecimal digits with the hyphens of a UUID.
fn uuid(digits: &str) -> String {
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

fn bounded(text: String, limit: usize) -> String {
    if text.chars().count() <= limit { text } else { text.chars().take(limit - 1).chain(['…']).collect() }
}
