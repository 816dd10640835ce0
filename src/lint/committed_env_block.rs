//! `mcp/committed-env-block`: the committed settings set a variable that holds a secret.

use std::collections::HashSet;

use super::judge::{Says, says};
use super::{About, Lint, LintFinding, Persona, Subject};
use crate::finding::{Confidence, Severity};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/committed-env-block",
    title: "a secret's variable in settings that are committed",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Regular,
    why: "The `env` block takes values as they are written and resolves no reference, so the only way to make it work is to write the secret down.",
    fix: "Set the variable in the shell, in `.claude/settings.local.json` (ignored by git), or by `apiKeyHelper`.",
    details: "Variables of `.claude/settings.json` whose name says that they hold a secret, even while their value is empty or a placeholder.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        if !subject.is_claude_settings() || !subject.is_shared() || subject.copy {
            return;
        }
        let literals: HashSet<usize> =
            subject.literals.iter().filter(|located| located.server.is_none()).map(|located| located.leaf).collect();
        for (index, leaf) in subject.settings.iter().enumerate() {
            let is_secret = leaf.pointer.section() == Some("env") && says(&leaf.name) != Says::Nothing;
            if !is_secret || literals.contains(&index) {
                continue;
            }
            let message = format!("`{}` is set in settings that are committed", subject.shown(&leaf.name));
            found.push(LintFinding::new(&ABOUT, leaf.node.whole(), &leaf.pointer, message));
        }
    }
}
