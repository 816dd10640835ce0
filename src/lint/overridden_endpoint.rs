//! `mcp/overridden-endpoint`: the address of the model is set by the repository.

use super::plain_http::{host_of, is_local};
use super::{About, Lint, LintFinding, Persona, Subject};
use crate::finding::{Confidence, Severity};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/overridden-endpoint",
    title: "settings that send the model's traffic elsewhere",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Regular,
    why: "Whoever runs the address gets every prompt, every file the agent reads, and the credential that is sent along.",
    fix: "Set the address for yourself, in the shell or in settings that are not committed.",
    details: "`ANTHROPIC_BASE_URL`, `OPENAI_BASE_URL` and the like in the `env` block or among the settings of a project, unless they point to this machine or to the provider itself.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        if !subject.is_shared() {
            return;
        }
        for leaf in &subject.settings {
            let name = leaf.name.as_ref();
            let sets = NAMES.contains(&name);
            let value = leaf.scalar.text.as_str();
            let own = OWN
                .iter()
                .any(|host| host_of(value).is_some_and(|found| found == *host || found.ends_with(&format!(".{host}"))));
            if sets && value.contains("://") && !own && !is_local(value) {
                let message = format!("`{name}` sends the model's traffic to another host");
                found.push(LintFinding::new(&ABOUT, leaf.node.whole(), &leaf.pointer, message));
            }
        }
    }
}

/// The settings that hold the address of a model.
const NAMES: [&str; 9] = [
    "ANTHROPIC_BASE_URL",
    "ANTHROPIC_BEDROCK_BASE_URL",
    "ANTHROPIC_VERTEX_BASE_URL",
    "OPENAI_BASE_URL",
    "OPENAI_API_BASE",
    "GEMINI_BASE_URL",
    "GOOGLE_GEMINI_BASE_URL",
    "openai_base_url",
    "chatgpt_base_url",
];

/// The hosts of the providers themselves.
const OWN: [&str; 5] = ["anthropic.com", "openai.com", "googleapis.com", "amazonaws.com", "azure.com"];
