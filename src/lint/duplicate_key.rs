//! `mcp/duplicate-key`: two members of a map have one name.

use std::collections::HashSet;

use super::finding::shown;
use super::{About, Lint, LintFinding, Persona, Subject};
use crate::document::{Format, Node, pointer};
use crate::finding::{Confidence, Severity};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/duplicate-key",
    title: "a key that occurs twice",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Regular,
    why: "Programs take one of the two and people read the other, so a server or a credential goes unnoticed.",
    fix: "Delete one of them.",
    details: "Members of one map with the same name, in JSON, YAML and front matter, where they concern servers. TOML refuses such files.",
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
        subject.document.roots.iter().for_each(|root| check(root, "", found));
    }
}

fn check(node: &Node, path: &str, found: &mut Vec<LintFinding>) {
    let mut seen: HashSet<&str> = HashSet::new();
    for (index, child) in node.children().iter().enumerate() {
        let step = child.key.as_ref().map_or_else(|| index.to_string(), |key| key.name.clone());
        let path = pointer(path, &step);
        if let Some(key) = &child.key
            && key.name != "<<"
            && !key.name.is_empty()
            && !seen.insert(&key.name)
        {
            let message = format!("`{}` occurs twice in the same map", shown(&key.name));
            found.push(LintFinding::new(&ABOUT, key.span, path.clone(), message));
        }
        check(child, &path, found);
    }
}
