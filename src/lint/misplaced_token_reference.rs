//! `mcp/misplaced-token-reference`: mcp-cli's reference to its store stands where it is not resolved.

use super::{About, Lint, LintFinding, Persona, Subject};
use crate::finding::{Confidence, Severity};
use crate::mcp::{Syntax, references};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/misplaced-token-reference",
    title: "a token reference that does not open its text",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Regular,
    why: "mcp-cli resolves `${TOKEN:…}` only where the text begins with it, so the reference itself is sent as the credential.",
    fix: "Make the reference the entire value; the store holds the scheme with the token.",
    details: "`\"Bearer ${TOKEN:bearer:name}\"` in the `server_config.json` of mcp-cli, as its documentation shows it.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        for server in &subject.servers {
            for leaf in &server.leaves {
                for reference in references(&leaf.scalar.text) {
                    if reference.syntax == Syntax::Token && reference.range.start > 0 {
                        let message = "this reference is resolved only at the start of the text";
                        let span = leaf.scalar.raw(reference.range);
                        found.push(LintFinding::new(&ABOUT, span, &leaf.pointer, message));
                    }
                }
            }
        }
    }
}
