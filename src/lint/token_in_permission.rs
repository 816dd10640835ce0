//! `mcp/token-in-permission`: a rule or hook of the settings holds a credential.

use super::{About, Lint, LintFinding, Persona, Subject};
use crate::finding::{Confidence, Severity};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/token-in-permission",
    title: "a permission rule that holds a credential",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Regular,
    why: "A saved `always allow` keeps the whole command, with the credential that was in it, for everybody who gets the file.",
    fix: "Rotate the credential and delete the rule; allow the command without its arguments.",
    details: "`permissions.allow`, `deny` and `ask` of Claude Code, and the commands of its hooks.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        for leaf in &subject.settings {
            if !["permissions", "hooks", "allowedTools"].iter().any(|key| leaf.pointer.is_below(key)) {
                continue;
            }
            let text = leaf.scalar.text.as_str();
            let start = text.find('(').map_or(0, |at| at + 1);
            let end = text.rfind(')').filter(|&end| end >= start).unwrap_or(text.len());
            for literal in subject.judge.line(&text[start..end]) {
                let span = leaf.scalar.raw(start + literal.range.start..start + literal.range.end);
                let message = "a saved rule holds a literal credential";
                found.push(LintFinding::new(&ABOUT, span, &leaf.pointer, message).with_secret(span));
            }
        }
    }
}
