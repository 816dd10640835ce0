//! `mcp/token-as-variable-name`: a field that names a variable holds a token.

use super::judge::looks_made;
use super::{About, Lint, LintFinding, Persona, Subject};
use crate::finding::{Confidence, Severity};
use crate::mcp::{Field, references};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/token-as-variable-name",
    title: "a token where the name of a variable is expected",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Regular,
    why: "The client looks for a variable of that name and finds none; the token lies in the file for nothing.",
    fix: "Rotate the token, put it into a variable and write the variable's name here.",
    details: "`bearer_token_env_var`, `env_http_headers` and `env_vars` of Codex, `env_keys` of Goose, `bearer_token_env` of fx.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        for server in &subject.servers {
            for leaf in server.of(Field::VariableName) {
                let value = leaf.scalar.text.as_str();
                let is_name = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                    && !value.bytes().next().is_none_or(|byte| byte.is_ascii_digit());
                let known = (subject.judge.opinion)(value.as_bytes()) || looks_made(value);
                if value.is_empty() || is_name && !known || matches!(leaf.name.as_ref(), "source" | "remote") {
                    continue;
                }
                let span = leaf.scalar.content;
                let message = format!("`{}` expects the name of a variable", subject.shown(&leaf.name));
                let finding = LintFinding::new(&ABOUT, span, &leaf.pointer, message);
                found.push(if references(value).is_empty() { finding.with_secret(span) } else { finding });
            }
        }
    }
}
