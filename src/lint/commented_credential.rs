//! `mcp/commented-credential`: a setting that was commented out is a credential.

use super::judge::Place;
use super::{About, Lint, LintFinding, Persona, Subject};
use crate::document::Format;
use crate::finding::{Confidence, Severity};
use crate::source::Span;

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/commented-credential",
    title: "a credential in a comment",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Regular,
    why: "A comment is as public as the rest of the file, and nobody rotates what looks switched off.",
    fix: "Rotate the credential and delete the comment.",
    details: "Comments that contain a setting such as `\"API_KEY\": \"…\"` or `KEY=…` with a literal credential.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        if subject.document.format == Format::Dotenv {
            return;
        }
        for comment in &subject.document.comments {
            let Some(text) = std::str::from_utf8(&subject.bytes[comment.span.range()]).ok() else { continue };
            for range in literals(subject, text) {
                let span = Span::new(comment.span.start + range.start, comment.span.start + range.end);
                let message = "a commented-out setting is a literal credential";
                found.push(LintFinding::new(&ABOUT, span, "", message).with_secret(span));
            }
        }
    }
}

/// Judges the settings in a comment: pairs with quotes, and `name: value` or `name = value` alone on it.
fn literals(subject: &Subject<'_>, text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<_> = subject.judge.pairs(text).into_iter().map(|literal| literal.range).collect();
    if found.is_empty() {
        let body = text.trim_start_matches(['/', '#', '*', ' ', '\t', '-']);
        let start = text.len() - body.len();
        if let Some(at) = body.find([':', '=']).filter(|&at| !body[..at].trim().contains(' ')) {
            let name = body[..at].trim().trim_matches(['"', '\'']);
            let value = body[at + 1..].trim_matches([' ', '\t', '"', '\'', ',', '\r']);
            let from = start + at + 1 + body[at + 1..].find(value).unwrap_or(0);
            let inner = subject.judge.literals(name, value, Place::Server);
            found.extend(inner.into_iter().map(|literal| from + literal.range.start..from + literal.range.end));
        }
    }
    found
}
