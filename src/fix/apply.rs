//! Edits the bytes of one file: one finding at a time, each edit proven before the next.

use std::collections::{HashMap, HashSet};

use bstr::BStr;

use super::left::{self, is_allowed, problem};
use super::{Left, Opinion, Variables, proof};
use crate::document::DocumentError;
use crate::lint::{Edit, Fix, LintFinding, Options, Safety, lint_document};
use crate::secret::Secret;
use crate::source::Span;

/// The length from which a value is looked for where nothing says what it is: shorter ones are words.
const SHORTEST: usize = 4;

/// The most edits of one file in one run, since each is proven by another look at all of the file.
const MOST_EDITS: usize = 200;

/// How many bytes are looked at in one run to prove the edits of one file, but for the first few.
const MOST_BYTES: usize = 64 << 20;

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
    /// Why the file could not be read as a document, so that nothing was done.
    pub error: Option<DocumentError>,
}

/// Applies all edits of a file that are at least as safe as `safety`.
///
/// An edit is kept only if the file parses again, the finding is gone, no other one came, and all that it is not about is still
/// there. What the user
/// allowed is left. A credential that has a name among `variables` keeps it; a name that stands for another value there gets
/// a number.
pub fn apply(path: &BStr, bytes: &[u8], safety: Safety, opinion: &dyn Opinion, variables: &Variables) -> Fixed {
    let mut fixed =
        Fixed { bytes: bytes.to_vec(), applied: Vec::new(), taken: Vec::new(), left: Vec::new(), error: None };
    let mut failed: HashSet<(String, String)> = HashSet::new();
    let linted = lint_document(path, bytes, &|value| opinion.knows(value), options());
    if let Some(error) = linted.error {
        let reason = format!("the file {}, and no edit of such a file can be proven", problem(bytes, error));
        fixed.left = left::all(path, bytes, linted.findings, opinion, &reason);
        fixed.error = Some(error);
        return fixed;
    }
    let mut findings = linted.findings;
    loop {
        let allowed = if findings.is_empty() { Vec::new() } else { opinion.allowed(path, &fixed.bytes) };
        let certain = |finding: &LintFinding| finding.fix.as_ref().is_some_and(|fix| fix.safety >= safety);
        let mut after = None;
        let most = (MOST_BYTES / bytes.len().max(1)).clamp(4, MOST_EDITS);
        let wanted = if fixed.applied.len() + failed.len() < most { findings.as_slice() } else { &[] };
        for finding in wanted.iter().filter(|finding| certain(finding)) {
            if failed.contains(&name_of(finding)) || is_allowed(finding, &allowed) {
                continue;
            }
            after = step(path, &mut fixed, finding, &findings, opinion, variables);
            if after.is_some() {
                break;
            }
            failed.insert(name_of(finding));
        }
        let Some(after) = after else {
            let others = findings.into_iter().filter(|finding| !is_allowed(finding, &allowed));
            fixed.left = others.map(|finding| left(finding, safety, &failed)).collect();
            return fixed;
        };
        findings = after;
    }
}

/// Makes one edit and proves it; returns the findings of the new content if it was kept.
fn step(
    path: &BStr,
    fixed: &mut Fixed,
    finding: &LintFinding,
    before: &[LintFinding],
    opinion: &dyn Opinion,
    variables: &Variables,
) -> Option<Vec<LintFinding>> {
    let fix = finding.fix.as_ref()?;
    let taken = fix.moved.as_ref().map(|moved| Taken {
        variable: moved.variable.clone(),
        secret: moved.value.clone(),
        store: moved.store.clone(),
    });
    let (fix, taken) = match taken {
        Some(taken) => renamed(fix, taken, &fixed.taken, variables).map(|(fix, taken)| (fix, Some(taken)))?,
        None => (fix.clone(), None),
    };
    let bytes = edited(&fixed.bytes, &fix.edits)?;
    let findings = proven(path, &bytes, finding, before, opinion)?;
    if !proof::leaves_the_rest(path, &fixed.bytes, &bytes, finding) {
        return None;
    }
    fixed.bytes = bytes;
    fixed.applied.push(Applied { id: finding.meta.id.clone(), message: finding.message.clone() });
    fixed.taken.extend(taken);
    Some(findings)
}

/// Gives the variable a number if its name stands for another value already.
fn renamed(fix: &Fix, mut taken: Taken, earlier: &[Taken], variables: &Variables) -> Option<(Fix, Taken)> {
    let is_free = |name: &str| {
        !earlier.iter().any(|other| other.variable == name && other.secret != taken.secret)
            && !variables.is_taken(name, &taken.secret)
    };
    let original = taken.variable.clone();
    let renamable = fix.moved.as_ref().is_some_and(|moved| moved.renamable);
    // One credential needs but one variable.
    let known = || {
        let known = earlier.iter().find(|other| other.secret == taken.secret && other.store.is_none());
        known.map(|other| other.variable.clone()).or_else(|| variables.name_of(&taken.secret))
    };
    let known = if renamable && taken.store.is_none() { known() } else { None };
    let mut names =
        known.into_iter().chain([original.clone()]).chain((2..100).map(|number| format!("{original}_{number}")));
    let name = names.find(|name| is_free(name))?;
    let mut fix = fix.clone();
    if name != original {
        // An edit that hands a variable on under its own name cannot call it otherwise.
        if !renamable {
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

/// Returns the findings of the new content, if it parses, no longer has the finding, and has none that the old one did not have.
fn proven(
    path: &BStr,
    bytes: &[u8],
    finding: &LintFinding,
    before: &[LintFinding],
    opinion: &dyn Opinion,
) -> Option<Vec<LintFinding>> {
    let linted = lint_document(path, bytes, &|value| opinion.knows(value), options());
    let count = |findings: &[LintFinding], wanted: &LintFinding| {
        findings.iter().filter(|found| found.meta.id == wanted.meta.id && found.pointer == wanted.pointer).count()
    };
    let credentials = |findings: &[LintFinding]| findings.iter().filter(|found| found.secret.is_some()).count();
    let gone = count(&linted.findings, finding) < count(before, finding);
    let no_more = finding.secret.is_none() || credentials(&linted.findings) < credentials(before);
    // An edit may move a finding to another place, as when a key is renamed, so kinds are counted, not places.
    let kinds = |findings: &[LintFinding]| {
        let mut kinds: HashMap<String, usize> = HashMap::new();
        findings.iter().for_each(|found| *kinds.entry(found.meta.id.clone()).or_default() += 1);
        kinds
    };
    let old = kinds(before);
    let none_new = kinds(&linted.findings).iter().all(|(id, count)| old.get(id).is_some_and(|old| count <= old));
    (linted.error.is_none() && gone && no_more && none_new).then_some(linted.findings)
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
        Some(_) => "there are too many edits for one run: run it again",
    };
    Left { finding, reason: reason.into() }
}

/// Returns what must not be shown of a file: the spans of all its credentials, and wherever else one of `values` stands.
pub(super) fn hidden(path: &BStr, bytes: &[u8], opinion: &dyn Opinion, values: &mut HashSet<Vec<u8>>) -> Vec<Span> {
    let findings = lint_document(path, bytes, &|value| opinion.knows(value), options()).findings;
    let mut spans: Vec<Span> = findings.iter().filter_map(|finding| finding.secret).collect();
    spans.extend(opinion.secrets(bytes));
    values.extend(spans.iter().map(|span| bytes[span.range()].to_vec()).filter(|value| value.len() >= SHORTEST));
    for value in values.iter() {
        let places = memchr::memmem::find_iter(bytes, value);
        spans.extend(places.map(|at| Span::new(at, at + value.len())));
    }
    spans
}
