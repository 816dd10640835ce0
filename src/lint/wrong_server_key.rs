//! `mcp/wrong-server-key`: a client does not look for servers there.

use super::finding::shown;
use super::{About, Lint, LintFinding, Persona, Subject};
use crate::finding::{Confidence, Severity};
use crate::mcp::Server;

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
        let right: Vec<&str> = owner.dialect.servers.iter().map(|path| last(path)).collect();
        // A file that several clients read may serve each of them with a map of its own.
        let others: Vec<&str> =
            subject.readings.iter().flat_map(|reading| reading.dialect.servers.iter()).map(|path| last(path)).collect();
        let mut seen = Vec::new();
        for server in &subject.servers {
            fields(owner.client.id.as_str(), server, found);
            let Some(parent) = server.parent else { continue };
            let key = parent.key.as_ref();
            if others.contains(&server.under) || seen.contains(&parent.span) || key.is_none() {
                continue;
            }
            seen.push(parent.span);
            let span = key.map_or(parent.span, |key| key.span);
            let message =
                format!("{} reads servers from `{}`, not from `{}`", owner.client.name, right[0], shown(server.under));
            let pointer = server.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
            found.push(LintFinding::new(&ABOUT, span, pointer, message));
        }
    }
}

/// Returns the last key of a path of the data.
fn last(path: &str) -> &str {
    if path.contains("\\.") { "amp.mcpServers" } else { path.rsplit('.').next().unwrap_or(path).trim_end_matches('!') }
}

/// Reports members that a client knows under another name.
fn fields(client: &str, server: &Server<'_>, found: &mut Vec<LintFinding>) {
    let wrong: &[(&str, &str)] = match client {
        "opencode" => &[("env", "environment"), ("args", "command")],
        "codex" if server.under == "mcp_servers" => {
            &[("headers", "http_headers"), ("bearer_token", "bearer_token_env_var")]
        }
        _ => return,
    };
    for (name, right) in wrong {
        if let Some(key) = server.node.get(name).and_then(|member| member.key.as_ref()) {
            let message = format!("`{name}` is ignored here; the name is `{right}`");
            found.push(LintFinding::new(&ABOUT, key.span, format!("{}/{name}", server.pointer), message));
        }
    }
}
