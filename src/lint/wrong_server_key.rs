//! `mcp/wrong-server-key`: a client does not look for servers there.

use std::collections::HashSet;

use super::{About, Edit, Fix, Lint, LintFinding, Persona, Safety, Subject};
use crate::document::Format;
use crate::finding::{Confidence, Severity};
use crate::mcp::Server;
use crate::source::Span;

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/wrong-server-key",
    title: "servers under a key that this client does not read",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Regular,
    why: "The client ignores the servers without a word, and a working copy with the credential is made elsewhere.",
    fix: "Rename the key to the one this client reads.",
    details: "Only for clients whose behaviour is known for certain: `servers` in `.vscode/mcp.json`, `mcpServers` elsewhere, `context_servers` in Zed, `mcp` in opencode and Crush, `mcp_servers` in Codex. Also `env` and `args` in opencode, and `headers` in Codex.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        let Some(owner) = subject.verified().filter(|owner| !owner.dialect.servers.is_empty()) else { return };
        let right = owner.dialect.server_keys();
        // A file that several clients read may serve each of them with a map of its own, and a setting of an editor
        // may be written with its whole path as the key.
        let own = |server: &Server<'_>| {
            right.iter().any(|key| key == server.under) || owner.dialect.servers.iter().any(|path| path == server.under)
        };
        let serves_owner = subject.servers.iter().any(own);
        let others = subject.readings.iter().filter(|_| serves_owner).flat_map(|reading| reading.dialect.server_keys());
        let others: HashSet<String> = others.collect();
        let mut seen = HashSet::new();
        for server in &subject.servers {
            if !server.loose {
                misnamed(&owner.dialect.misnamed, server, found);
            }
            let Some(parent) = server.parent else { continue };
            let key = parent.key.as_ref();
            if own(server) || others.contains(server.under) || !seen.insert(parent.span) || key.is_none() {
                continue;
            }
            let span = key.map_or(parent.span, |key| key.span);
            let message = format!(
                "{} reads servers from `{}`, not from `{}`",
                owner.client.name,
                right[0],
                subject.shown(server.under)
            );
            let mut finding = LintFinding::new(&ABOUT, span, server.pointer.above(), message);
            let free = subject.document.format != Format::Toml
                && subject.document.roots.iter().all(|root| root.get(&right[0]).is_none());
            if free && owner.dialect.servers[0] == right[0] {
                finding.fix = key.map(|key| renamed(subject.bytes, key.span, &right[0]));
            }
            found.push(finding);
        }
    }
}

/// Renames a key and keeps its quotes.
fn renamed(bytes: &[u8], span: Span, name: &str) -> Fix {
    let quote = bytes.get(span.start).copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let text = quote.map_or_else(|| name.to_owned(), |quote| format!("{0}{name}{0}", quote as char));
    Fix { edits: vec![Edit { span, text }], safety: Safety::Safe, moved: None }
}

/// Reports members that a client knows under another name.
fn misnamed(names: &[(String, String)], server: &Server<'_>, found: &mut Vec<LintFinding>) {
    for (name, right) in names {
        if let Some(key) = server.node.get(name).and_then(|member| member.key.as_ref()) {
            let message = format!("`{name}` is ignored here; the name is `{right}`");
            found.push(LintFinding::new(&ABOUT, key.span, server.pointer.key(&key.name), message));
        }
    }
}
