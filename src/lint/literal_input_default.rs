//! `mcp/literal-input-default`: the default of an input is a credential.

use super::judge::{Place, looks_made};
use super::{About, Lint, LintFinding, Persona, Subject};
use crate::document::Node;
use crate::finding::{Confidence, Severity};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/literal-input-default",
    title: "a literal credential as the default of an input",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Regular,
    why: "The default is stored in the file, so asking for the value protects nothing.",
    fix: "Rotate the credential, drop the default and set `\"password\": true`.",
    details: "`inputs[].default` of VS Code, `user_config.*.default` of bundles, and the `value` and `default` of secret settings in a registry entry.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        for root in &subject.document.roots {
            // Settings have them below `mcp`, those of a workspace one step deeper.
            let (mcp, workspace) = (root.get("mcp"), root.get("settings").and_then(|settings| settings.get("mcp")));
            for (home, pointer) in [(Some(root), "/inputs"), (mcp, "/mcp/inputs"), (workspace, "/settings/mcp/inputs")]
            {
                let inputs = home.and_then(|home| home.get("inputs"));
                for input in inputs.map_or(&[][..], Node::children) {
                    let name = input.get("id").and_then(Node::text).unwrap_or("");
                    report(subject, input, name, pointer, found);
                }
            }
            for input in root.get("user_config").map_or(&[][..], Node::children) {
                report(subject, input, input.name(), "/user_config", found);
            }
        }
    }
}

/// Reports the default of one input.
fn report(subject: &Subject<'_>, input: &Node, name: &str, path: &str, found: &mut Vec<LintFinding>) {
    let hidden = input.get("password").or_else(|| input.get("sensitive")).and_then(Node::scalar);
    let name_of = if hidden.is_some_and(|scalar| scalar.text == "true") { "secret" } else { name };
    let Some(scalar) = input.get("default").and_then(Node::scalar) else { return };
    // What a machine made is no word that somebody is spared to type.
    let name_of = if looks_made(&scalar.text) { "secret" } else { name_of };
    for literal in subject.judge.literals(name_of, &scalar.text, Place::Server) {
        let span = scalar.raw(literal.range);
        let message = format!("the default of input `{}` is a literal credential", subject.shown(name));
        found.push(
            LintFinding::new(&ABOUT, span, format!("{path}/{}/default", subject.shown(name)), message)
                .with_secret(span),
        );
    }
}
