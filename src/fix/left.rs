//! What a run leaves as it is, and why.

use std::borrow::Cow;
use std::collections::HashSet;

use bstr::BStr;

use super::Opinion;
use crate::document::DocumentError;
use crate::lint::{self, LintFinding, Linted, Options};
use crate::mcp::{self, Status};
use crate::source::{LineIndex, Span, join, overlapping};

/// A finding that stays.
#[derive(Clone, Debug)]
pub struct Left {
    /// The finding.
    pub finding: LintFinding,
    /// Why nothing was done about it, lower case.
    pub reason: Cow<'static, str>,
}

/// Lints a file as `keysweep lint` does: as a document if it is configuration, or else as text.
pub(super) fn lint(path: &BStr, bytes: &[u8], opinion: &dyn Opinion) -> Linted {
    lint::lint(path, bytes, &|value| opinion.knows(value), Options::default())
}

/// Leaves all findings of a file, but for those that the user allowed, for one reason.
pub(super) fn all(
    path: &BStr,
    bytes: &[u8],
    findings: Vec<LintFinding>,
    opinion: &dyn Opinion,
    reason: &str,
) -> Vec<Left> {
    if findings.is_empty() {
        return Vec::new();
    }
    let allowed = allowed(path, bytes, opinion);
    let others = findings.into_iter().filter(|finding| !allowed.holds(finding));
    others.map(|finding| Left { finding, reason: Cow::Owned(reason.to_owned()) }).collect()
}

/// Where a file has findings that the user allowed.
#[derive(Debug, Default)]
pub(super) struct Allowed {
    spans: HashSet<Span>,
    /// The same, joined and ascending.
    joined: Vec<Span>,
}

/// Asks where the user allowed findings.
pub(super) fn allowed(path: &BStr, bytes: &[u8], opinion: &dyn Opinion) -> Allowed {
    let mut joined = opinion.allowed(path, bytes);
    let spans = joined.iter().copied().collect();
    join(&mut joined);
    Allowed { spans, joined }
}

impl Allowed {
    /// Tells whether a finding is among those that the user allowed.
    pub fn holds(&self, finding: &LintFinding) -> bool {
        let span = finding.secret.unwrap_or(finding.span);
        self.spans.contains(&span) || finding.secret.is_some() && !overlapping(&self.joined, span).is_empty()
    }
}

/// Says what is wrong with a file that does not parse, and where.
pub(super) fn problem(bytes: &[u8], error: DocumentError) -> String {
    let line = LineIndex::new(bytes).position(error.offset().min(bytes.len())).line;
    let place = if line > 0 { format!(" (line {})", line + 1) } else { String::new() };
    format!("{}{place}", error.problem())
}

/// Returns what may take the place of a literal in a file, as far as its client is known.
pub(super) fn instead(path: &BStr, bytes: &[u8]) -> Vec<String> {
    const PLAIN: &str = "keep the value in the environment of the process";
    let readings = mcp::reading(path, bytes);
    let Some(client) = readings.first().map(|reading| reading.client) else {
        return vec![format!("which client reads this file is not known, nor how it writes a reference: {PLAIN}")];
    };
    let doubt = match client.status {
        Status::Verified => "",
        Status::Partial => " (known in parts)",
        Status::Unverified | Status::Conflicting => " (unverified)",
    };
    let mut ways: Vec<String> = client.instead.iter().map(|way| format!("{way}{doubt}")).collect();
    if ways.is_empty() {
        let expands = readings.iter().flat_map(|reading| &reading.dialect.expands);
        ways.extend(expands.map(|known| format!("{} in {}{doubt}", known.syntax.example(), known.fields.join(", "))));
    }
    if ways.is_empty() {
        ways.push(format!("no reference syntax of {} is known: {PLAIN}", client.name));
    }
    ways
}
