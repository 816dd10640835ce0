//! The lints that look at a repository as a whole: what git ignores and what it tracks.

use bstr::{BStr, BString, ByteSlice};

use super::finding::{Edit, Fix, LintFinding, Persona, Safety};
use super::{tracked_secret_file, uncovered_secret_file};
use crate::input::ignore_rules::IgnoreState;
use crate::mcp::spelling;
use crate::source::Span;

/// What the lints must know about a repository. Paths are relative to its root, with `/`.
pub struct RepositoryFacts<'a> {
    /// All paths of the index.
    pub tracked: &'a [BString],
    /// Other files of the working tree that may be an agent's configuration.
    pub untracked: &'a [BString],
    /// The content of the `.gitignore` at the root, if there is one.
    pub gitignore: Option<&'a [u8]>,
    /// Asks git's rules about a path; the flag tells whether it is a directory.
    pub ignored: &'a dyn Fn(&BStr, bool) -> IgnoreState,
    /// For whom.
    pub persona: Persona,
    /// Whether the ignore rules are what was asked about, so that a gap for `.env` or `.doxhub/` counts anywhere.
    pub strict: bool,
}

/// A finding and the path that it is about.
#[derive(Clone, Debug)]
pub struct RepositoryFinding {
    /// The path: of a tracked file, or of the `.gitignore` that has a gap.
    pub path: BString,
    /// What was found; an edit concerns `path`.
    pub finding: LintFinding,
}

/// A file that must not be committed.
struct Secret {
    /// The line for `.gitignore`.
    pattern: &'static str,
    /// A path that the line must cover.
    probe: &'static str,
    /// The client whose configuration makes the file likely; empty for every repository, `*` for any client.
    client: &'static str,
}

const fn secret(pattern: &'static str, probe: &'static str, client: &'static str) -> Secret {
    Secret { pattern, probe, client }
}

/// What must be ignored, and when.
static SECRETS: &[Secret] = &[
    secret(".env", ".env", ""),
    secret(".doxhub/", ".doxhub/credentials.json", ""),
    secret(".env.local", ".env.local", "*"),
    secret(".mcp.json.local", ".mcp.json.local", "claude-code"),
    secret(".claude/settings.local.json", ".claude/settings.local.json", "claude-code"),
    secret("CLAUDE.local.md", "CLAUDE.local.md", "claude-code"),
    secret(".continue/.env", ".continue/.env", "continue"),
    secret(".gemini/.env", ".gemini/.env", "gemini-cli"),
    secret(".gemini/oauth_creds.json", ".gemini/oauth_creds.json", "gemini-cli"),
    secret(".qwen/.env", ".qwen/.env", "qwen-code"),
    secret(".qwen/mcp-oauth-tokens.json", ".qwen/mcp-oauth-tokens.json", "qwen-code"),
    secret(".augment/settings.local.json", ".augment/settings.local.json", "augment"),
    secret("mcp_agent.secrets.yaml", "mcp_agent.secrets.yaml", "mcp-agent"),
    secret("mcp_agent.deployed.secrets.yaml", "mcp_agent.deployed.secrets.yaml", "mcp-agent"),
    secret(".codex/auth.json", ".codex/auth.json", "codex"),
    secret("mcp-auth.json", "mcp-auth.json", "opencode"),
    secret("auth.json", "auth.json", "opencode"),
    secret(".crush/", ".crush/state.json", "crush"),
    secret(".goose/secrets.yaml", ".goose/secrets.yaml", "goose"),
    secret("cline_mcp_settings.json", "cline_mcp_settings.json", "cline"),
    secret("anythingllm_mcp_servers.json", "anythingllm_mcp_servers.json", "anythingllm"),
    secret(".mcpo/", ".mcpo/tokens", "mcpo"),
    secret("mcp-config.json", "mcp-config.json", "mcp-oauth-gateway"),
    secret("credentials.json", "credentials.json", "none"),
    secret("*.token", "mcp.token", "none"),
    secret("*.secret", "mcp.secret", "none"),
    secret(".mcp/", ".mcp/credentials", "none"),
    secret(".mcp-auth/", ".mcp-auth/tokens.json", "none"),
    secret(".env.mcp", ".env.mcp", "none"),
    secret("claude_desktop_config.json", "claude_desktop_config.json", "none"),
    secret("*.pem", "server.pem", "none"),
    secret("*.key", "server.key", "none"),
    secret("oauth-backup-*.json", "oauth-backup-1.json", "none"),
    secret("*_token.json", "mcp_token.json", "none"),
    secret("*_secret.txt", "mcp_secret.txt", "none"),
    secret("service-account*.json", "service-account.json", "none"),
    secret("*-credentials.json", "gcp-credentials.json", "none"),
];

/// Lints what a repository ignores and tracks.
pub fn lint_repository(facts: &RepositoryFacts<'_>) -> Vec<RepositoryFinding> {
    let clients = clients(facts.tracked.iter().chain(facts.untracked));
    let counts = facts.strict || !clients.is_empty();
    let mut found = Vec::new();
    for secret in SECRETS {
        let relevant = match secret.client {
            "" => true,
            "*" => !clients.is_empty(),
            client => clients.contains(&client) || facts.persona == Persona::Auditor,
        };
        if relevant {
            uncovered(facts, secret, counts, &mut found);
        }
    }
    for path in facts.tracked {
        if is_secret_file(path.as_bstr(), facts.persona) {
            found.push(tracked(facts, path));
        }
    }
    found
}

/// Returns the clients whose own configuration is among the files; a store of credentials stands for all of them.
fn clients<'a>(paths: impl Iterator<Item = &'a BString>) -> Vec<&'static str> {
    let mut clients: Vec<&str> = paths
        .flat_map(|path| {
            let store = super::subject::is_store(path.as_bstr()).then_some("*");
            let may_hold = crate::mcp::may_hold(path.as_bstr());
            let readings = if may_hold { crate::mcp::reading(path.as_bstr(), b"") } else { Vec::new() };
            // Who reads another client's file as well is not in use for that.
            readings.into_iter().take(1).map(|reading| reading.client.id.as_str()).chain(store)
        })
        .collect();
    clients.sort_unstable();
    clients.dedup();
    clients
}

fn uncovered(facts: &RepositoryFacts<'_>, secret: &Secret, counts: bool, found: &mut Vec<RepositoryFinding>) {
    let state = probes(facts, secret).into_iter().map(|probe| state(facts, &probe)).min().unwrap_or(IgnoreState::No);
    let message = match state {
        IgnoreState::Ignored => return,
        IgnoreState::No => format!("`{}` is not ignored", secret.pattern),
        IgnoreState::Exclude => format!("only this clone ignores `{}`, by `info/exclude`", secret.pattern),
        IgnoreState::Global => format!("only your own configuration of git ignores `{}`", secret.pattern),
    };
    let end = facts.gitignore.map_or(0, <[u8]>::len);
    let mut finding =
        LintFinding::new(&uncovered_secret_file::ABOUT, Span::new(end, end), format!("/{}", secret.pattern), message);
    if secret.client.is_empty() && counts && state == IgnoreState::No {
        finding.severity = crate::finding::Severity::Medium;
    }
    let open_line = facts.gitignore.is_some_and(|bytes| !bytes.is_empty() && !bytes.ends_with(b"\n"));
    let text = if open_line { format!("\n{}", secret.pattern) } else { format!("{}\n", secret.pattern) };
    finding.fix =
        Some(Fix { edits: vec![Edit { span: Span::new(end, end), text }], safety: Safety::Safe, moved: None });
    found.push(RepositoryFinding { path: ".gitignore".into(), finding });
}

/// Returns the paths that must be ignored: at the root, and beside every example of a dotenv file.
fn probes(facts: &RepositoryFacts<'_>, secret: &Secret) -> Vec<BString> {
    let mut probes = vec![BString::from(secret.probe)];
    if secret.pattern == ".env" {
        for path in facts.tracked {
            let Some(folder) = path.rfind_byte(b'/').map(|at| &path[..=at]) else { continue };
            let spelled = spelling(path.as_bstr());
            if spelled.copy && spelled.path.ends_with("/.env") {
                probes.push([folder, b".env"].concat().into());
            }
        }
    }
    probes
}

/// Asks about a path and the folders above it, since an ignored folder covers what is in it.
fn state(facts: &RepositoryFacts<'_>, probe: &BString) -> IgnoreState {
    let folders = probe
        .find_iter(b"/")
        .map(|at| BString::from(&probe[..at]))
        .map(|folder| (facts.ignored)(folder.as_bstr(), true));
    folders.chain([(facts.ignored)(probe.as_bstr(), false)]).max().unwrap_or(IgnoreState::No)
}

fn tracked(facts: &RepositoryFacts<'_>, path: &BString) -> RepositoryFinding {
    let ignored = state(facts, path) != IgnoreState::No;
    let message = if ignored { "this file is ignored, but git tracks it all the same" } else { "git tracks this file" };
    let finding = LintFinding::new(&tracked_secret_file::ABOUT, Span::default(), "", message);
    RepositoryFinding { path: path.clone(), finding }
}

/// Tells whether a file of that path is made to hold credentials.
pub fn is_secret_file(path: &BStr, persona: Persona) -> bool {
    let text = path.to_str_lossy();
    let name = text.rsplit('/').next().unwrap_or_default();
    if super::subject::is_dotenv_example(path) {
        return false;
    }
    let folders = [".doxhub/", ".mcp-auth/", ".mcpo/"];
    let names = [
        ".env",
        ".env.local",
        ".env.production",
        ".env.prod",
        ".env.mcp",
        ".mcp.json.local",
        ".mcp.local.json",
        "settings.local.json",
        "mcp_agent.secrets.yaml",
        "mcp_agent.deployed.secrets.yaml",
        "oauth_creds.json",
        "mcp-oauth-tokens.json",
        "mcp-auth.json",
        "id_rsa",
        "id_ed25519",
    ];
    let local = name.starts_with(".env.") && name.ends_with(".local");
    let claude = name != "settings.local.json" || text.contains(".claude/") || text.contains(".augment/");
    let store = super::subject::is_store(path) && name != "cline_mcp_settings.json";
    let kind = [".token", ".secret"].iter().any(|end| name.ends_with(end))
        || name.starts_with("oauth-backup-") && name.ends_with(".json");
    let pedantic =
        persona >= Persona::Pedantic && [".pem", ".key", ".p12", ".pfx"].iter().any(|end| name.ends_with(end));
    let inside = folders.iter().any(|folder| text.starts_with(folder) || text.contains(&format!("/{folder}")));
    names.contains(&name) && claude || local || inside || store || kind || pedantic
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lint(tracked: &[&str], ignored: &[&str], persona: Persona) -> Vec<String> {
        let tracked: Vec<BString> = tracked.iter().map(|path| BString::from(*path)).collect();
        let ignored = |path: &BStr, _: bool| {
            if ignored.iter().any(|known| path == *known) { IgnoreState::Ignored } else { IgnoreState::No }
        };
        let facts = RepositoryFacts {
            tracked: &tracked,
            untracked: &[],
            gitignore: Some(b"x\n"),
            ignored: &ignored,
            persona,
            strict: false,
        };
        lint_repository(&facts).into_iter().map(|found| format!("{} {}", found.path, found.finding.pointer)).collect()
    }

    #[test]
    fn the_two_files_of_every_repository_are_asked_for_first() {
        assert_eq!(lint(&["README.md"], &[], Persona::Regular), [".gitignore /.env", ".gitignore /.doxhub/"]);
        assert_eq!(lint(&["README.md"], &[".env", ".doxhub"], Persona::Regular), Vec::<String>::new());
    }

    #[test]
    fn a_clients_files_are_asked_for_where_it_is_used() {
        let found = lint(&[".codex/config.toml"], &[".env", ".doxhub", ".env.local"], Persona::Regular);
        assert_eq!(found, [".gitignore /.codex/auth.json"]);
        assert!(lint(&["README.md"], &[".env", ".doxhub"], Persona::Auditor).len() > 30);
    }

    #[test]
    fn a_dotenv_file_beside_its_example_must_be_ignored_too() {
        let found = lint(&["app/.env.example"], &[".env", ".doxhub"], Persona::Regular);
        assert_eq!(found, [".gitignore /.env"]);
    }

    #[test]
    fn tracked_secret_files_are_named_and_examples_are_not() {
        let tracked = [
            ".env",
            "app/.env.local",
            ".doxhub/credentials.json",
            "a.token",
            ".claude/settings.local.json",
            ".env.example",
            "src/env.rs",
            "x/settings.local.json",
        ];
        let found: Vec<String> = lint(
            &tracked,
            &[".env", ".doxhub", ".env.local", ".mcp.json.local", ".claude/settings.local.json", "CLAUDE.local.md"],
            Persona::Regular,
        );
        assert_eq!(
            found,
            [".env ", "app/.env.local ", ".doxhub/credentials.json ", "a.token ", ".claude/settings.local.json "]
        );
    }
}
