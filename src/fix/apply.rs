//! Edits the bytes of one file: many findings at once, and only as far as the edits are proven.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use bstr::BStr;

use super::batch::{Batch, Nameless};
use super::left::{self, Allowed, problem};
use super::{Left, Opinion, Variables, proof};
use crate::document::DocumentError;
use crate::lint::{Edit, LintFinding, Safety};
use crate::secret::{Finder, Secret};
use crate::source::Span;

/// The length from which a value is looked for where nothing says what it is: shorter ones are words.
const SHORTEST: usize = 4;

/// The most proofs of one file in one run, since each is another look at all of the file.
const MOST_PROOFS: usize = 200;

/// The fewest proofs of a file, however large it is.
const FEWEST_PROOFS: usize = 8;

/// How many bytes are looked at in one run to prove the edits of one file, but for the first few.
const MOST_BYTES: usize = 64 << 20;

/// What tells one finding of a file from the others: the lint, the place and the message.
type Name = (String, String);

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
    /// Where the credentials stand in the old content.
    pub before: Vec<Span>,
    /// Where credentials stand in the new content, be they left or allowed.
    pub after: Vec<Span>,
    /// What is left, in the order of the new content.
    pub left: Vec<Left>,
    /// Why the file could not be read as a document, so that nothing was done.
    pub error: Option<DocumentError>,
}

/// Applies all edits of a file that are at least as safe as `safety`.
///
/// Edits are made many at once, and kept only if the file parses again, their findings are gone, no other ones came, and all
/// that they are not about is still there; where that is not so, fewer are tried. What the user allowed is left. A
/// credential that has a name among `variables` keeps it; a name that stands for another value there gets a number.
pub fn apply(path: &BStr, bytes: &[u8], safety: Safety, opinion: &dyn Opinion, variables: &Variables) -> Fixed {
    let linted = proof::lint(path, bytes, opinion);
    let mut fixed = Fixed {
        bytes: bytes.to_vec(),
        applied: Vec::new(),
        taken: Vec::new(),
        before: secrets(&linted.findings),
        after: Vec::new(),
        left: Vec::new(),
        error: None,
    };
    if let Some(error) = linted.error {
        let reason = format!("the file {}, and no edit of such a file can be proven", problem(bytes, error));
        fixed.after.clone_from(&fixed.before);
        fixed.left = left::all(path, bytes, linted.findings, opinion, &reason);
        fixed.error = Some(error);
        return fixed;
    }
    let mut findings = linted.findings;
    let order = findings.iter().enumerate().map(|(at, finding)| (name_of(finding), at)).collect();
    let mut rounds = Rounds {
        path,
        safety,
        opinion,
        variables: variables.clone(),
        bytes: fixed.bytes,
        order,
        done: Vec::new(),
        failed: HashMap::new(),
        proofs: (MOST_BYTES / bytes.len().max(1)).clamp(FEWEST_PROOFS, MOST_PROOFS),
        most: usize::MAX,
    };
    while let Some(after) = rounds.round(&findings) {
        findings = after;
    }
    fixed.after = secrets(&findings);
    let allowed = rounds.allowed(&findings);
    let others = findings.into_iter().filter(|finding| !allowed.holds(finding));
    fixed.left = others.map(|finding| rounds.left(finding)).collect();
    rounds.done.sort_by_key(|(order, ..)| *order);
    for (_, applied, taken) in rounds.done {
        fixed.applied.push(applied);
        fixed.taken.extend(taken);
    }
    fixed.bytes = rounds.bytes;
    fixed
}

/// The edits of one file, made in rounds.
struct Rounds<'a> {
    path: &'a BStr,
    safety: Safety,
    opinion: &'a dyn Opinion,
    /// The names that are in use, those of this file among them.
    variables: Variables,
    /// The content so far.
    bytes: Vec<u8>,
    /// The findings' order in the file, in which they are told.
    order: HashMap<Name, usize>,
    /// What was done, with its place in the order.
    done: Vec<(usize, Applied, Option<Taken>)>,
    /// What cannot be done, and why.
    failed: HashMap<Name, Cow<'static, str>>,
    /// How many proofs may still be made.
    proofs: usize,
    /// How many edits are tried at once.
    most: usize,
}

impl Rounds<'_> {
    /// Makes as many edits at once as can be proven; returns the findings of the new content, or nothing if no more is to do.
    fn round(&mut self, findings: &[LintFinding]) -> Option<Vec<LintFinding>> {
        let allowed = self.allowed(findings);
        loop {
            let certain = |finding: &&LintFinding| finding.fix.as_ref().is_some_and(|fix| fix.safety >= self.safety);
            let wanted = findings.iter().filter(certain).filter(|finding| !allowed.holds(finding));
            let wanted = wanted.filter(|finding| !self.failed.contains_key(&name_of(finding)));
            let batch = Batch::new(wanted, self.most, &self.variables);
            self.failed.extend(batch.nameless.iter().map(|Nameless { finding, name }| {
                let reason = format!("`{name}` stands for another value already, and the edit needs this name");
                (name_of(finding), reason.into())
            }));
            if batch.steps.is_empty() && !batch.nameless.is_empty() {
                continue;
            }
            if batch.steps.is_empty() || self.proofs == 0 {
                return None;
            }
            self.proofs -= 1;
            if let Some((bytes, after)) = proof::proven(self.path, &self.bytes, &batch, findings, self.opinion) {
                self.bytes = bytes;
                self.keep(batch);
                return Some(after);
            }
            // One that cannot be proven alone never will be; among many, some may be right.
            if let [step] = batch.steps.as_slice() {
                let reason = "the edit could not be proven right, so it was not made";
                self.failed.insert(name_of(step.finding), reason.into());
            }
            self.most = (batch.steps.len() / 2).max(1);
        }
    }

    fn keep(&mut self, batch: Batch<'_>) {
        self.most = batch.steps.len().saturating_mul(2);
        for step in batch.steps {
            let applied = Applied { id: step.finding.meta.id.clone(), message: step.finding.message.clone() };
            let order = self.order.get(&name_of(step.finding)).copied().unwrap_or(usize::MAX);
            self.variables.add(step.taken.as_slice());
            self.done.push((order, applied, step.taken));
        }
    }

    fn allowed(&self, findings: &[LintFinding]) -> Allowed {
        if findings.is_empty() { Allowed::default() } else { left::allowed(self.path, &self.bytes, self.opinion) }
    }

    fn left(&self, finding: LintFinding) -> Left {
        if let Some(reason) = self.failed.get(&name_of(&finding)).filter(|_| finding.fix.is_some()) {
            return Left { reason: reason.clone(), finding };
        }
        let reason = match &finding.fix {
            None => "no edit is known for certain to be right here",
            Some(fix) if fix.safety < self.safety => "the edit may change what the program does",
            Some(_) if self.done.is_empty() => {
                "so many other edits could not be proven right that this one was not tried"
            }
            Some(_) => "there are too many edits for one run: run it again",
        };
        Left { finding, reason: reason.into() }
    }
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

fn name_of(finding: &LintFinding) -> Name {
    (finding.meta.id.clone(), format!("{}:{}", finding.pointer, finding.message))
}

fn secrets(findings: &[LintFinding]) -> Vec<Span> {
    findings.iter().filter_map(|finding| finding.secret).collect()
}

/// Returns the `spans` of a file's credentials with all else that may be one. Each is told alone, also where it is a part of
/// another, since alone it may stand elsewhere.
pub(super) fn credentials(bytes: &[u8], spans: &[Span], opinion: &dyn Opinion) -> Vec<Span> {
    [spans, opinion.secrets(bytes).as_slice()].concat()
}

/// Returns what must not be shown of a file: its `credentials`, and wherever else one of these or of `values` stands.
pub(super) fn hidden(bytes: &[u8], credentials: &[Span], values: &mut HashSet<Vec<u8>>) -> Vec<Span> {
    values.extend(credentials.iter().map(|span| bytes[span.range()].to_vec()).filter(|value| value.len() >= SHORTEST));
    let finder = Finder::everywhere(values.iter().map(Vec::as_slice));
    credentials.iter().copied().chain(finder.find_all(bytes).into_iter().map(Span::from)).collect()
}
