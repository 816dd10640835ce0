//! Edits the bytes of one file: one finding at a time, each edit proven before the next.

use std::collections::HashSet;

use bstr::BStr;

use super::Opinion;
use crate::lint::{Edit, Fix, LintFinding, Options, Safety, lint_document};
use crate::secret::Secret;
use crate::source::Span;

/// A credential that an edit took out of a file.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The variable or entry that the file now refers to.
    pub variable: String,
    /// The credential.
    pub secret: Secret,
    /// How the client gets the value, if not from the environment.
    pub store: Option<String>,
}

/// An edit that was made.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The lint.
    pub id: String,
    /// What was wrong.
    pub message: String,
}

/// A finding that stays.
#[derive(Clone, Debug)]
pub struct Left {
    /// The finding.
    pub finding: LintFinding,
    /// Why nothing was done about it, lower case.
    pub reason: &'static str,
}

/// A file after its edits.
#[derive(Debug)]
pub struct Fixed {
    /// The new content; the old one if nothing was done.
    pub bytes: Vec<u8>,
    /// What was done, in order.
    pub applied: Vec<Applied>,
    /// The credentials that were taken out.
    pub taken: Vec<Taken>,
    /// What is left, in the order of the new content.
    pub left: Vec<Left>,
}

/// Applies all edits of a file that are at least as safe as `safety`.
///
/// An edit is kept only if the file parses again, the finding is gone and no other one came. `reserved` tells whether a
/// variable's name is taken by another value; then the edit gets a name with a number.
pub fn apply(
    path: &BStr,
    bytes: &[u8],
    safety: Safety,
    opinion: Opinion<'_>,
    reserved: &dyn Fn(&str, &Secret) -> bool,
) -> Fixed {
    let mut fixed = Fixed { bytes: bytes.to_vec(), applied: Vec::new(), taken: Vec::new(), left: Vec::new() };
    let mut failed: HashSet<(String, String)> = HashSet::new();
    loop {
        let findings = lint(path, &fixed.bytes, opinion);
        let next = findings.iter().find(|finding| {
            finding.fix.as_ref().is_some_and(|fix| fix.safety >= safety) && !failed.contains(&name_of(finding))
        });
        let Some(finding) = next else {
            fixed.left = findings.into_iter().map(|finding| left(finding, safety, &failed)).collect();
            return fixed;
        };
        if !step(path, &mut fixed, finding, &findings, opinion, reserved) {
            failed.insert(name_of(finding));
        }
    }
}

/// Makes one edit and proves it; returns whether it was kept.
fn step(
    path: &BStr,
    fixed: &mut Fixed,
    finding: &LintFinding,
    before: &[LintFinding],
    opinion: Opinion<'_>,
    reserved: &dyn Fn(&str, &Secret) -> bool,
) -> bool {
    let Some(fix) = &finding.fix else { return false };
    let taken = fix.moved.as_ref().map(|moved| Taken {
        variable: moved.variable.clone(),
        secret: Secret::new(&fixed.bytes[moved.span.range()]),
        store: moved.store.clone(),
    });
    let (fix, taken) = match taken {
        Some(taken) => match renamed(fix, taken, &fixed.taken, reserved) {
            Some((fix, taken)) => (fix, Some(taken)),
            None => return false,
        },
        None => (fix.clone(), None),
    };
    let Some(bytes) = edited(&fixed.bytes, &fix.edits) else { return false };
    if !proven(path, &bytes, finding, before, opinion) {
        return false;
    }
    fixed.bytes = bytes;
    fixed.applied.push(Applied { id: finding.meta.id.clone(), message: finding.message.clone() });
    fixed.taken.extend(taken);
    true
}

/// Gives the variable a number if its name stands for another value already.
fn renamed(
    fix: &Fix,
    mut taken: Taken,
    earlier: &[Taken],
    reserved: &dyn Fn(&str, &Secret) -> bool,
) -> Option<(Fix, Taken)> {
    let is_free = |name: &str| {
        !earlier.iter().any(|other| other.variable == name && other.secret != taken.secret)
            && !reserved(name, &taken.secret)
    };
    let original = taken.variable.clone();
    let mut names = std::iter::once(original.clone()).chain((2..100).map(|number| format!("{original}_{number}")));
    let name = names.find(|name| is_free(name))?;
    let mut fix = fix.clone();
    if name != original {
        // An edit that hands a variable on under its own name cannot call it otherwise.
        if !fix.moved.as_ref().is_some_and(|moved| moved.renamable) {
            return None;
        }
        // A store knows the variable by its name in small letters.
        let small = |name: &str| name.to_ascii_lowercase().replace('_', "-");
        let spelled = fix.edits.iter().any(|edit| edit.text.contains(&original));
        let (old, new) = if spelled { (original, name.clone()) } else { (small(&original), small(&name)) };
        for edit in &mut fix.edits {
            edit.text = edit.text.replace(&old, &new);
        }
        taken.store = taken.store.map(|how| how.replace(&old, &new));
    }
    taken.variable = name;
    Some((fix, taken))
}

/// Makes the edits, back to front; nothing if two of them overlap.
pub(super) fn edited(bytes: &[u8], edits: &[Edit]) -> Option<Vec<u8>> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    if edits.windows(2).any(|two| two[0].span.end > two[1].span.start)
        || edits.last().is_some_and(|edit| edit.span.end > bytes.len())
    {
        return None;
    }
    let mut out = bytes.to_vec();
    for edit in edits.into_iter().rev() {
        out.splice(edit.span.range(), edit.text.bytes());
    }
    Some(out)
}

/// Tells whether the new content parses, no longer has the finding, and has no finding that the old one did not have.
fn proven(path: &BStr, bytes: &[u8], finding: &LintFinding, before: &[LintFinding], opinion: Opinion<'_>) -> bool {
    let linted = lint_document(path, bytes, opinion.known, options());
    let count = |findings: &[LintFinding], wanted: &LintFinding| {
        findings.iter().filter(|found| found.meta.id == wanted.meta.id && found.pointer == wanted.pointer).count()
    };
    let credentials = |findings: &[LintFinding]| findings.iter().filter(|found| found.secret.is_some()).count();
    let gone = count(&linted.findings, finding) < count(before, finding);
    let no_more = finding.secret.is_none() || credentials(&linted.findings) < credentials(before);
    // An edit may move a finding to another place, as when a key is renamed, so kinds are counted, not places.
    let kinds = |findings: &[LintFinding], id: &str| findings.iter().filter(|found| found.meta.id == id).count();
    let none_new =
        linted.findings.iter().all(|found| kinds(&linted.findings, &found.meta.id) <= kinds(before, &found.meta.id));
    linted.error.is_none() && gone && no_more && none_new
}

fn lint(path: &BStr, bytes: &[u8], opinion: Opinion<'_>) -> Vec<LintFinding> {
    let linted = lint_document(path, bytes, opinion.known, options());
    if linted.error.is_some() { Vec::new() } else { linted.findings }
}

fn options() -> Options {
    Options::default()
}

fn name_of(finding: &LintFinding) -> (String, String) {
    (finding.meta.id.clone(), format!("{}:{}", finding.pointer, finding.message))
}

fn left(finding: LintFinding, safety: Safety, failed: &HashSet<(String, String)>) -> Left {
    let reason = match &finding.fix {
        None => "no edit is known for certain to be right here",
        Some(_) if failed.contains(&name_of(&finding)) => "the edit could not be proven right, so it was not made",
        Some(fix) if fix.safety < safety => "the edit may change what the program does",
        Some(_) => "not reached",
    };
    Left { finding, reason }
}

/// Returns the spans of all credentials of a file, for masking.
pub(super) fn secrets(path: &BStr, bytes: &[u8], opinion: Opinion<'_>) -> Vec<Span> {
    let findings = lint_document(path, bytes, opinion.known, options()).findings;
    let mut spans: Vec<Span> = findings.iter().filter_map(|finding| finding.secret).collect();
    spans.extend((opinion.secrets)(path, bytes));
    spans
}
