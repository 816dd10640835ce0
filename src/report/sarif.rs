//! SARIF 2.1.0, as code scanning services read it.

use std::io::{self, Write};

use bstr::ByteSlice;
use serde_json::{Map, Value, json};

use super::escape::{is_link, markdown_block, markdown_code, markdown_prose, plain, printable};
use super::location::{self, Region};
use super::{date, json, tally};
use crate::finding::{Confidence, Finding, Kind, Notice, Permission, Place, Severity, Verdict};
use crate::scan::{Report, Threshold};
use crate::source::Origin;

/// Writes one run with a result for each finding; places are the result's locations.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rules = rules(report);
    let results: Vec<Value> = report.findings.iter().map(|finding| result(report, finding, &rules)).collect();
    let document = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|finding| rule(finding, report.threshold)).collect::<Vec<_>>(),
            }},
            "automationDetails": { "id": format!("keysweep/{}/", report.mode.name()) },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "The root of what was scanned." } } },
            "invocations": [invocation(report)],
            "results": results,
        }],
    });
    json::write_pretty(&document, out)
}

/// Returns the first finding of every rule, in the order of their appearance.
fn rules(report: &Report) -> Vec<&Finding> {
    let mut rules: Vec<&Finding> = Vec::new();
    for finding in &report.findings {
        if !rules.iter().any(|rule| rule.meta.id == finding.meta.id) {
            rules.push(finding);
        }
    }
    rules
}

fn rule(finding: &Finding, threshold: Threshold) -> Value {
    let meta = &finding.meta;
    let mut value = json!({
        "id": meta.id,
        "shortDescription": { "text": plain(&meta.title) },
        "fullDescription": { "text": plain(if meta.why.is_empty() { &meta.title } else { &meta.why }) },
        "help": { "text": help_text(finding), "markdown": help_markdown(finding) },
        "defaultConfiguration": { "level": level(meta.severity, meta.confidence, threshold) },
        "properties": {
            "tags": match meta.kind {
                Kind::Credential => ["security", "secret"],
                Kind::Lint => ["security", "configuration"],
            },
            "precision": match meta.confidence {
                Confidence::High => "very-high",
                Confidence::Medium => "high",
                Confidence::Low => "medium",
            },
            "security-severity": match meta.severity {
                Severity::Critical => "9.5",
                Severity::High => "8.0",
                Severity::Medium => "5.5",
                Severity::Low => "2.0",
            },
        },
    });
    if let Some(docs) = finding.rotation.as_ref().map(|rotation| &rotation.docs).filter(|docs| is_link(docs)) {
        value["helpUri"] = docs.as_str().into();
    }
    value
}

/// Returns how loudly a result of these levels speaks, whatever policy says of the finding.
fn level(severity: Severity, confidence: Confidence, threshold: Threshold) -> &'static str {
    if severity < threshold.severity || confidence < threshold.confidence {
        "note"
    } else if severity >= Severity::High {
        "error"
    } else {
        "warning"
    }
}

fn help_text(finding: &Finding) -> String {
    let mut lines = vec![plain(&finding.meta.why), plain(&finding.meta.fix)];
    if let Some(rotation) = &finding.rotation {
        lines.extend(rotation.steps.iter().enumerate().map(|(index, step)| format!("{}. {}", index + 1, plain(step))));
        lines.extend(rotation.commands.iter().map(|command| plain(command)));
        lines.extend(
            [&rotation.place, &rotation.immediate, &rotation.scope, &rotation.audit, &rotation.docs]
                .map(|text| plain(text)),
        );
    }
    lines.retain(|line| !line.is_empty());
    if lines.is_empty() { plain(&finding.meta.title) } else { lines.join("\n") }
}

fn help_markdown(finding: &Finding) -> String {
    let mut out = format!("## {}\n\n{}\n\n", markdown_prose(&finding.meta.title), markdown_prose(&finding.meta.why));
    if !finding.meta.fix.is_empty() {
        out.push_str(&format!("{}\n\n", markdown_prose(&finding.meta.fix)));
    }
    out.push_str(&rotation_markdown(finding));
    out
}

/// Returns how to rotate as markdown, beginning with its own heading; empty for what has no rotation.
pub fn rotation_markdown(finding: &Finding) -> String {
    let Some(rotation) = &finding.rotation else { return String::new() };
    let mut out = String::from("### How to rotate\n\n");
    for (index, step) in rotation.steps.iter().enumerate() {
        out.push_str(&format!("{}. {}\n", index + 1, markdown_prose(step)));
    }
    if !rotation.commands.is_empty() {
        let commands: Vec<String> = rotation.commands.iter().map(|command| plain(command)).collect();
        out.push_str(&format!("\n{}", markdown_block(&commands.join("\n"))));
    }
    out.push('\n');
    for (name, text) in [
        ("Where", &rotation.place),
        ("When it takes effect", &rotation.immediate),
        ("What a holder could do", &rotation.scope),
        ("Where its use is logged", &rotation.audit),
        ("Documentation", &rotation.docs),
    ] {
        if !text.is_empty() {
            let shown = if is_link(text) { format!("<{text}>") } else { markdown_prose(text) };
            out.push_str(&format!("- **{name}:** {shown}\n"));
        }
    }
    if let Some(variable) = &finding.variable {
        out.push_str(&format!(
            "- **Instead of the literal:** read it from the environment variable {}\n",
            markdown_code(variable)
        ));
    }
    out
}

fn result(report: &Report, finding: &Finding, rules: &[&Finding]) -> Value {
    let mut value = json!({
        "ruleId": finding.meta.id,
        "ruleIndex": rules.iter().position(|rule| rule.meta.id == finding.meta.id),
        "level": level(finding.severity, finding.confidence, report.threshold),
        "message": { "text": message(finding) },
        "locations": finding.places.iter().map(|place| location(finding, place)).collect::<Vec<_>>(),
        "properties": {
            "severity": finding.severity,
            "confidence": finding.confidence,
            "blocking": report.threshold.blocks(finding),
            "evidence": finding.evidence,
        },
    });
    if !finding.masked.is_empty() {
        value["properties"]["masked"] = plain(&finding.masked).into();
    }
    value["partialFingerprints"] = json!({ "keysweep/v1": finding.fingerprint() });
    match &finding.verdict {
        Verdict::Active => {}
        Verdict::Allowed { by, reason } => {
            let kind = if *by == Permission::Inline { "inSource" } else { "external" };
            let justification = format!("{}: {}", plain(by.name()), plain(reason));
            value["suppressions"] = json!([{ "kind": kind, "status": "accepted", "justification": justification }]);
        }
        Verdict::Known => {
            value["suppressions"] =
                json!([{ "kind": "external", "status": "accepted", "justification": tally::seen_before(report.mode) }]);
        }
    }
    value
}

fn message(finding: &Finding) -> String {
    let mut text = plain(finding.message());
    if !finding.masked.is_empty() {
        text.push_str(&format!(": {}", plain(&finding.masked)));
    }
    text
}

fn location(finding: &Finding, place: &Place) -> Value {
    let Region { line, column, end_line, end_column } = location::region(place);
    let mut value = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": location::uri(place), "uriBaseId": "%SRCROOT%" },
            "region": { "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column },
        },
    });
    // Another lint, or the same one about another setting, may have found the same secret here.
    let message = finding.message_at(place);
    if message != finding.message() {
        value["message"] = json!({ "text": plain(message) });
    }
    if location::path(place).is_none() {
        value["logicalLocations"] = json!([{ "fullyQualifiedName": location::container(place) }]);
    }
    if !place.excerpt.text.is_empty() && place.via.is_empty() {
        let text: Vec<String> = place.excerpt.text.split('\n').map(|line| plain(&line.replace('\t', " "))).collect();
        value["physicalLocation"]["contextRegion"] = json!({
            "startLine": place.excerpt.line + 1,
            "endLine": place.excerpt.line + text.len(),
            "snippet": { "text": text.join("\n") },
        });
    }
    let mut properties = history(place);
    if !place.via.is_empty() {
        properties.insert("via".to_owned(), json!(place.via));
    }
    if !properties.is_empty() {
        value["properties"] = Value::Object(properties);
    }
    value
}

fn history(place: &Place) -> Map<String, Value> {
    let mut map = Map::new();
    if let Origin::Object { id, .. } = &place.origin {
        map.insert("object".to_owned(), id.to_string().into());
    }
    if let Some(id) = location::commit(place) {
        map.insert("commit".to_owned(), id.to_string().into());
    }
    let Some(attribution) = &place.attribution else { return map };
    if let Some(first) = &attribution.first {
        map.insert("author".to_owned(), printable(first.author.as_bstr()).into());
        map.insert("date".to_owned(), date::moment(first.seconds).into());
        map.insert("subject".to_owned(), printable(first.subject.as_bstr()).into());
    }
    map.insert("inHead".to_owned(), attribution.in_head.into());
    map.insert("reach".to_owned(), attribution.reach.name().into());
    map
}

fn invocation(report: &Report) -> Value {
    let mut notifications: Vec<Value> = report.notices.iter().map(notification).collect();
    if report.interrupted {
        notifications.push(json!({ "level": "error", "message": { "text": "the run was interrupted" } }));
    }
    json!({
        "executionSuccessful": !report.incomplete(),
        "exitCode": report.exit_code(),
        "exitCodeDescription": tally::exit_meaning(report),
        "toolExecutionNotifications": notifications,
        "properties": { "coverage": tally::coverage(&report.record) },
    })
}

fn notification(notice: &Notice) -> Value {
    let help = if notice.help.is_empty() { String::new() } else { format!(" ({})", plain(&notice.help)) };
    json!({
        "level": if notice.incomplete { "error" } else { "note" },
        "message": { "text": format!("{}: {}{help}", plain(&notice.subject), plain(&notice.message)) },
    })
}
