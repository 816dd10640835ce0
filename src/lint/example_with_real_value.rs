//! `mcp/example-with-real-value`: a dotenv example holds a value that works.

use super::judge::{Place, is_uuid, looks_made};
use super::recognition::is_dotenv_example;
use super::{About, Lint, LintFinding, Persona, Subject};
use crate::document::Node;
use crate::finding::{Confidence, Severity};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/example-with-real-value",
    title: "an example file with a real value",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Regular,
    why: "An example is meant to be published, so a value that works goes to everybody.",
    fix: "Rotate the credential and put a placeholder in its place.",
    details: "`.env.example`, `.env.sample`, `.env.template` and the like: values that are neither empty nor placeholders under names that say `key`, `token` or `secret`. Passwords of examples are left alone unless the detection engine knows them.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        if !is_dotenv_example(subject.path) {
            return;
        }
        for member in subject.document.roots.iter().flat_map(Node::children) {
            let Some(scalar) = member.scalar() else { continue };
            for literal in subject.judge.literals(member.name(), &scalar.text, Place::Server) {
                let value = &scalar.text[literal.range.clone()];
                if !(looks_made(value) || is_uuid(value) || (subject.judge.opinion)(value.as_bytes())) {
                    continue;
                }
                let span = scalar.raw(literal.range);
                let message = format!("`{}` of an example has a real value", subject.shown(member.name()));
                let pointer = format!("/{}", member.name());
                found.push(LintFinding::new(&ABOUT, span, pointer, message).with_secret(span));
            }
        }
    }
}
