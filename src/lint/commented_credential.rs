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

/// How many members of a comment are judged: a list that long is no setting.
const MOST_MEMBERS: usize = 64;

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
    found.extend(members(subject, text));
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

/// Judges the members of an inline table of TOML in a comment, as in `# env = { NAME = "value" }`.
fn members(subject: &Subject<'_>, text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    for at in memchr::memchr_iter(b'=', text.as_bytes()).take(MOST_MEMBERS) {
        let before = text[..at].trim_end().trim_end_matches(['"', '\'']);
        let name = before.rsplit(|c: char| !c.is_ascii_alphanumeric() && !"_-".contains(c)).next().unwrap_or_default();
        let behind = &text[at + 1..];
        let start = at + 1 + behind.len() - behind.trim_start().len();
        let Some(quote) = text[start..].chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
        let Some(len) = text[start + 1..].find(quote) else { continue };
        let inner = subject.judge.literals(name, &text[start + 1..start + 1 + len], Place::Server);
        found.extend(inner.into_iter().map(|literal| {
            let from = start + 1;
            from + literal.range.start..from + literal.range.end
        }));
    }
    found
}
