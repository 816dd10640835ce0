//! The JSON report: one document with everything, described by `docs/report.schema.json`.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bstr::{BStr, ByteSlice};
use serde_json::{Map, Value, json};

use super::RenderOptions;
use super::date;
use super::escape::is_deceptive;
use super::location::{self, Region};
use super::tally::{self, Tally};
use crate::finding::{Attribution, CommitMark, Finding, Kind, Notice, Place, Rotation, Severity, Verdict};
use crate::scan::{Record, Report};
use crate::secret::Secret;
use crate::source::Origin;

/// The name of the schema, the first key of every document.
pub const SCHEMA: &str = "keysweep/report/1";

/// Writes the document, indented, for readers of both kinds.
pub fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    // One finding after the other, since all of them as a tree may take more memory than the scan did.
    let header = serde_json::to_string_pretty(&header(report))?;
    let header = header.strip_suffix("\n}").expect("an object that is not empty ends so");
    guarded(&format!("{header},\n  \"findings\": ["), out)?;
    for (number, each) in report.findings.iter().enumerate() {
        let text = serde_json::to_string_pretty(&finding(report, each, options.reveal))?;
        let text = text.replace('\n', "\n    ");
        guarded(&format!("{}\n    {text}", if number == 0 { "" } else { "," }), out)?;
    }
    out.write_all(if report.findings.is_empty() { b"]\n}\n" } else { b"\n  ]\n}\n" })
}

/// Returns everything but the findings: what was scanned, how it ended, counts, notices, coverage.
pub fn header(report: &Report) -> Map<String, Value> {
    let value = json!({
        "schema": SCHEMA,
        "tool": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "mode": report.mode.name(),
        "root": report.root,
        "exit_code": report.exit_code(),
        "exit_meaning": tally::exit_meaning(report),
        "complete": !report.incomplete(),
        "interrupted": report.interrupted,
        "threshold": { "severity": report.threshold.severity, "confidence": report.threshold.confidence },
        "summary": summary(report),
        "record": record(&report.record),
        "notices": report.notices.iter().map(notice).collect::<Vec<_>>(),
    });
    let Value::Object(map) = value else { unreachable!("the value above is written as an object") };
    map
}

/// Returns one finding with its places. The raw secret is in it only if `reveal` is set and the finding holds it.
pub fn finding(report: &Report, finding: &Finding, reveal: bool) -> Value {
    let mut value = json!({
        "rule": finding.meta.id,
        "kind": match finding.meta.kind { Kind::Credential => "credential", Kind::Lint => "lint" },
        "title": finding.meta.title,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "blocking": report.threshold.blocks(finding),
        "verdict": verdict(&finding.verdict),
        "message": finding.message,
        "masked": or_null(&finding.masked),
        "evidence": finding.evidence,
        "why": finding.meta.why,
        "fix": finding.meta.fix,
        "variable": finding.variable,
        "rotation": finding.rotation.as_deref().map(rotation),
        "fingerprint": finding.fingerprint(),
        "places": finding.places.iter().map(|one| place(finding, one)).collect::<Vec<_>>(),
    });
    if let Some(secret) = finding.revealed.as_ref().filter(|_| reveal) {
        value["revealed"] = revealed(secret);
    }
    value
}

/// Writes `value` over several lines. What could act on a terminal is escaped inside the strings.
pub fn write_pretty(value: &Value, out: &mut dyn Write) -> io::Result<()> {
    write_guarded(&serde_json::to_string_pretty(value)?, out)
}

/// Writes `value` on one line, as [`write_pretty`] does.
pub fn write_line(value: &Value, out: &mut dyn Write) -> io::Result<()> {
    write_guarded(&serde_json::to_string(value)?, out)
}

fn write_guarded(text: &str, out: &mut dyn Write) -> io::Result<()> {
    guarded(text, out)?;
    out.write_all(b"\n")
}

/// Writes JSON. What could act on a terminal is escaped inside the strings.
fn guarded(text: &str, out: &mut dyn Write) -> io::Result<()> {
    // serde_json escapes the ASCII controls below 0x20; those from 0x7f on can only stand inside strings.
    let acts = |c: char| u32::from(c) >= 0x7f && is_deceptive(c);
    let mut rest = text;
    while let Some(at) = rest.find(acts) {
        out.write_all(&rest.as_bytes()[..at])?;
        let mut tail = rest[at..].chars();
        if let Some(c) = tail.next() {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
        }
        rest = tail.as_str();
    }
    out.write_all(rest.as_bytes())
}

fn summary(report: &Report) -> Value {
    let tally = Tally::of(report);
    let by_severity: Map<String, Value> = Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| (severity.name().to_owned(), tally.blocking[severity as usize].into()))
        .collect();
    json!({
        "findings": report.findings.len(),
        "blocking": tally.blocked(),
        "blocking_by_severity": by_severity,
        "advice": tally.advice,
        "allowed": tally.allowed,
        "known": tally.known,
        "places": tally.places,
    })
}

fn record(record: &Record) -> Value {
    let [blobs, trees, commits, tags] = record.object_bytes;
    json!({
        "files": record.files,
        "entries": record.entries,
        "blobs": record.blobs,
        "trees": record.trees,
        "commits": record.commits,
        "tags": record.tags,
        "metadata": record.metadata,
        "bytes": record.bytes,
        "object_bytes": { "blobs": blobs, "trees": trees, "commits": commits, "tags": tags },
        "skipped": record.skipped,
        "partial": record.partial,
        "part": record.part,
        "rules": record.rules,
        "rules_off": record.rules_off,
        "milliseconds": record.milliseconds,
    })
}

fn notice(notice: &Notice) -> Value {
    json!({
        "subject": notice.subject,
        "message": notice.message,
        "help": or_null(&notice.help),
        "incomplete": notice.incomplete,
    })
}

fn verdict(verdict: &Verdict) -> Value {
    match verdict {
        Verdict::Active => json!({ "status": "active" }),
        Verdict::Allowed { by, reason } => json!({ "status": "allowed", "by": by.name(), "reason": reason }),
        Verdict::Known => json!({ "status": "known" }),
    }
}

pub fn rotation(rotation: &Rotation) -> Value {
    json!({
        "where": or_null(&rotation.place),
        "steps": rotation.steps,
        "commands": rotation.commands,
        "immediate": or_null(&rotation.immediate),
        "scope": or_null(&rotation.scope),
        "audit": or_null(&rotation.audit),
        "docs": or_null(&rotation.docs),
    })
}

fn place(finding: &Finding, place: &Place) -> Value {
    let Region { line, column, end_line, end_column } = location::region(place);
    let (origin, detail) = match &place.origin {
        Origin::File { .. } => ("file", None),
        Origin::Index { .. } => ("index", None),
        Origin::Object { kind, .. } => ("object", Some(("object_kind", json!(kind.name())))),
        Origin::Metadata { what, .. } => ("metadata", Some(("metadata", json!(what.name())))),
        Origin::Stdin => ("stdin", None),
    };
    let mut value = Map::new();
    value.insert("origin".to_owned(), origin.into());
    if let Some((key, detail)) = detail {
        value.insert(key.to_owned(), detail);
    }
    if let Origin::Metadata { name, .. } = &place.origin {
        bytes_into(&mut value, "name", Some(name.as_bstr()));
    }
    bytes_into(&mut value, "path", location::path(place));
    if let Some(id) = place.origin.object() {
        value.insert("object".to_owned(), id.to_string().into());
    }
    value.insert("commit".to_owned(), location::commit(place).map(|id| id.to_string()).into());
    for (key, number) in [("line", line), ("column", column), ("end_line", end_line), ("end_column", end_column)] {
        value.insert(key.to_owned(), number.into());
    }
    value.insert("span".to_owned(), json!({ "start": place.span.start, "end": place.span.end }));
    value.insert("via".to_owned(), json!(place.via));
    value.insert("message".to_owned(), finding.message_at(place).into());
    let secret = place.excerpt.secret;
    let excerpt =
        json!({ "text": place.excerpt.text, "line": place.excerpt.line + 1, "start": secret.start, "end": secret.end });
    value.insert("excerpt".to_owned(), excerpt);
    value.insert(
        "history".to_owned(),
        place.attribution.as_ref().map_or(Value::Null, |found| history(found, place.versions)),
    );
    Value::Object(value)
}

fn history(attribution: &Attribution, versions: usize) -> Value {
    let names = |names: &[bstr::BString]| names.iter().map(|name| name.to_str_lossy().into_owned()).collect::<Vec<_>>();
    json!({
        "paths": names(&attribution.paths),
        "first": attribution.first.as_ref().map(mark),
        "last": attribution.last.as_ref().map(mark),
        "commits": attribution.commits,
        "versions": versions,
        "in_head": attribution.in_head,
        "refs": names(&attribution.refs),
        "more_refs": attribution.more_refs,
        "reach": attribution.reach.name(),
    })
}

fn mark(mark: &CommitMark) -> Value {
    json!({
        "id": mark.id.to_string(),
        "author": mark.author.to_str_lossy(),
        "date": date::moment(mark.seconds),
        "seconds": mark.seconds,
        "subject": mark.subject.to_str_lossy(),
    })
}

/// Adds a name as text, and as base64 beside it where the text cannot hold its bytes.
fn bytes_into(map: &mut Map<String, Value>, key: &str, name: Option<&BStr>) {
    map.insert(key.to_owned(), name.map(|name| name.to_str_lossy().into_owned()).into());
    if let Some(name) = name.filter(|name| name.to_str().is_err()) {
        map.insert(format!("{key}_base64"), STANDARD.encode(name).into());
    }
}

fn revealed(secret: &Secret) -> Value {
    match secret.reveal().to_str() {
        Ok(text) => json!({ "text": text }),
        Err(_) => json!({ "base64": STANDARD.encode(secret.reveal()) }),
    }
}

fn or_null(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { text.into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_survives_and_none_acts(text in any::<String>(), marks in "[\u{7f}-\u{9f}\u{202e}\u{e0001}\u{1b}é]{0,8}") {
            let value = json!({ "key": format!("{text}{marks}") });
            let mut out = Vec::new();
            write_line(&value, &mut out).expect("a vector takes everything");
            let written = String::from_utf8(out).expect("JSON is UTF-8");
            prop_assert!(!written.trim_end().chars().any(is_deceptive));
            prop_assert_eq!(serde_json::from_str::<Value>(&written).expect("what was written is JSON"), value);
        }
    }
}
