//! `mcp/duplicate-key`: two members of a map have one name.

use std::collections::HashMap;

use super::{About, Lint, LintFinding, Persona, Subject};
use crate::document::{Format, Node, Pointer};
use crate::finding::{Confidence, Severity};
use crate::source::Span;

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
        let servers = subject.servers.iter().map(|server| server.node.span);
        let mut concerned: Vec<Span> = servers.chain(subject.literals.iter().map(|literal| literal.span)).collect();
        concerned.sort_unstable();
        let mut end = 0;
        for span in &mut concerned {
            end = end.max(span.end);
            span.end = end;
        }
        let rule = Check { subject, concerned };
        subject.document.roots.iter().for_each(|root| rule.node(root, &Pointer::root(), found));
    }
}

/// What a search for keys needs to know.
struct Check<'a, 'b> {
    subject: &'b Subject<'a>,
    /// The bytes of all servers and credentials, ascending; each ends where the last one up to it does.
    concerned: Vec<Span>,
}

impl Check<'_, '_> {
    fn node<'a>(&self, node: &'a Node, path: &Pointer<'a>, found: &mut Vec<LintFinding>) {
        let mut seen: HashMap<&str, &Node> = HashMap::new();
        for (index, child) in node.children().iter().enumerate() {
            let path = path.child(child, index);
            if let Some(key) = child.key.as_ref().filter(|key| key.name != "<<" && !key.name.is_empty())
                && let Some(earlier) = seen.insert(&key.name, child)
                && (self.concerns(child) || self.concerns(earlier))
            {
                let message = format!("`{}` occurs twice in the same map", self.subject.shown(&key.name));
                found.push(LintFinding::new(&ABOUT, key.span, &path, message));
            }
            self.node(child, &path, found);
        }
    }

    /// Tells whether a member holds a server or a credential, or is a part of one.
    ///
    /// In a file that a client reads for nothing but its own settings each member counts.
    fn concerns(&self, member: &Node) -> bool {
        let from = self.concerned.partition_point(|span| span.start < member.span.end);
        self.concerned[..from].last().is_some_and(|span| span.end > member.span.start)
            || self.subject.owner().is_some_and(|owner| owner.file.marker.is_none())
    }
}
