//! Lints a blob, and joins what the lints find with what the engine found on the same bytes.

use std::sync::Arc;

use bstr::BStr;

use super::layer::View;
use super::{Inspected, Inspector, place};
use crate::detect::{Candidate, Scratch};
use crate::document::DocumentError;
use crate::finding::{Finding, Notice, Severity, masked_secret};
use crate::lint::{self, LintFinding, Linted, MOST_SALVAGED, Options, is_read_by_agent};
use crate::mcp::spelling;
use crate::secret::{Identity, Secret};
use crate::source::Origin;

/// Tells whether a file that could not be read as a document was not checked as it should be.
///
/// An earlier version that was broken then is no configuration that anybody uses, nor is a template or copy that only looks
/// like one: no client reads a file of that name.
fn leaves_questions(error: DocumentError, origin: &Origin, bytes: &[u8]) -> bool {
    match error {
        DocumentError::NotUtf8 { .. } => false,
        DocumentError::Syntax { .. } => {
            let is_read = |path: &BStr| is_read_by_agent(path, bytes) && !spelling(path).copy;
            !matches!(origin, Origin::Object { .. }) && origin.path().is_some_and(is_read)
        }
        DocumentError::TooLarge | DocumentError::TooMany | DocumentError::TooDeep { .. } => true,
    }
}

impl Inspector {
    /// Lints a file of this path, of which it may be known that it lacks `mcp`; an empty result for a file that no lint is for.
    pub(super) fn lint(&self, path: &BStr, bytes: &[u8], lacks_mcp: bool) -> Linted {
        let scratch = std::cell::RefCell::new(Scratch::default());
        let opinion = |value: &[u8]| self.knows(value, &mut scratch.borrow_mut());
        lint::lint(path, bytes, &opinion, Options { persona: self.options.persona, lacks_mcp })
    }

    /// Tells whether a value alone is a credential of a known provider.
    pub fn knows(&self, value: &[u8], scratch: &mut Scratch) -> bool {
        self.engine.candidates(value, None, scratch).iter().any(|candidate| candidate.rule.family() != "generic")
    }

    /// Reports what the lints found. A literal credential on the bytes of a candidate adds its explanation to the
    /// candidate's finding, and is as sure; one that only the generic rule knows takes that finding's place.
    pub(super) fn report_lints(
        &self,
        view: &View<'_>,
        linted: Linted,
        candidates: &mut Vec<Candidate>,
        inspected: &mut Inspected,
    ) {
        if let Some(error) = linted.error {
            inspected.notices.push(unread(view, error));
        }
        if linted.is_cut {
            let message =
                format!("has more than {MOST_SALVAGED} literal credentials, of which no more are told by lints");
            let help = "take out what is told, and lint again";
            inspected.notices.push(Notice::unread(crate::input::subject(view.origin), message, help));
        }
        // Candidates do not overlap, so that where they begin and where they end have one order.
        let mut is_replaced = vec![false; candidates.len()];
        for found in linted.findings {
            let overlapping = found.secret.and_then(|secret| {
                let first = candidates.partition_point(|other| other.secret.end <= secret.start);
                let mut rest = (first..candidates.len()).take_while(|&at| candidates[at].secret.overlaps(secret));
                rest.find(|&at| !is_replaced[at])
            });
            match overlapping {
                Some(at) if candidates[at].rule.family() != "generic" => {
                    candidates[at].evidence.push(found.message.clone());
                    candidates[at].confidence = candidates[at].confidence.max(found.confidence);
                    // A key of little worth elsewhere is what the agent works with here.
                    if found.named {
                        candidates[at].severity = candidates[at].severity.max(Severity::Medium);
                    }
                }
                other => {
                    if let Some(at) = other {
                        is_replaced[at] = true;
                    }
                    inspected.findings.push(self.lint_finding(view, &found));
                }
            }
        }
        let mut is_replaced = is_replaced.into_iter();
        candidates.retain(|_| is_replaced.next() == Some(false));
    }

    /// Makes the finding of a lint at its place.
    fn lint_finding(&self, view: &View<'_>, found: &LintFinding) -> Finding {
        let span = found.secret.unwrap_or(found.span);
        let place = place::place(view, span, found.secret.is_some());
        let secret = found.secret.map(|secret| &view.layer.bytes[secret.range()]);
        let identity = match secret {
            Some(secret) => Identity::of("secret", secret),
            None => {
                let path = view.layer.path.unwrap_or_default();
                Identity::of_place(&found.meta.id, &[path, b"\0", found.pointer.as_bytes()].concat())
            }
        };
        let mut finding = Finding::new(Arc::clone(&found.meta), identity, found.message.clone(), place);
        finding.severity = found.severity;
        finding.confidence = found.confidence;
        finding.variable.clone_from(&found.variable);
        if let Some(secret) = secret {
            finding.masked = masked_secret(secret, 0);
            finding.rotation = self.engine.generic().map(|rule| Arc::clone(rule.rotation()));
            finding.revealed = self.options.reveal.then(|| Secret::new(secret));
        }
        finding
    }
}

/// Says why a file was not read as configuration, and where reading ended.
fn unread(view: &View<'_>, error: DocumentError) -> Notice {
    let subject = crate::input::subject(view.origin);
    let line = view.lines.position(error.offset()).line;
    let place = if line > 0 { format!(" (line {})", line + 1) } else { String::new() };
    let help = "mend the file to have it checked as configuration";
    let message = format!("this configuration {error}{place}");
    Notice {
        incomplete: leaves_questions(error, view.origin, view.layer.bytes),
        ..Notice::note(subject, message, help)
    }
}
