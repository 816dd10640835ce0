//! The hooks of coding agents: a credential must not get into a file, a command line or a prompt.

mod bypass;
mod decode;
mod event;
mod json;
mod patch;
mod reply;
mod settings;
mod shell;
mod switch;

use std::collections::HashSet;

pub use settings::{install, status, uninstall};

use super::scanner::{Scan, Text};
use crate::finding::Finding;
use crate::wording::kebab;
use event::{Change, Event, Kind};

/// A coding agent whose hooks keysweep can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agent {
    /// Claude Code.
    ClaudeCode,
    /// Cursor.
    Cursor,
    /// GitHub Copilot.
    Copilot,
    /// Codex.
    Codex,
    /// Gemini CLI.
    Gemini,
}

/// What a hook says to its agent.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// One JSON object, or nothing.
    pub stdout: String,
    /// Text for the user or the agent.
    pub stderr: String,
    /// 0 where the JSON decides, 2 where the exit code does.
    pub code: u8,
}

/// Answers one event of an agent, as it came on standard input.
///
/// An event that cannot be understood or checked is stopped: exit code 2 and one line that says why.
pub fn run(agent: Agent, input: &[u8], no_bypass: bool, scan: &dyn Scan) -> Reply {
    let Some(event) = Event::parse(agent, input) else {
        return reply::failed(
            "the agent's message cannot be understood, so nothing was checked; update keysweep, or take the hook out with `keysweep hook uninstall`",
        );
    };
    if no_bypass && event.kind == Kind::Tool && goes_around_hooks(&event) {
        return reply::stop(
            agent,
            &event,
            "This call goes around the repository's git hooks, which the user does not allow: do it without that, and mend what the hooks report.",
        );
    }
    match added(&event, scan) {
        Err(error) => reply::failed(&format!(
            "{error}, so nothing was checked; mend that, or take the hook out with `keysweep hook uninstall`"
        )),
        Ok(findings) if findings.is_empty() => reply::go_on(agent, &event),
        Ok(findings) => reply::stop(agent, &event, &sentence(agent, &event, &findings)),
    }
}

/// Tells whether a tool would go around git's hooks, or write one of them.
fn goes_around_hooks(event: &Event) -> bool {
    let hooks = event.changes.iter().filter(|change| change.stays).filter_map(|change| change.path.as_deref());
    hooks.into_iter().any(bypass::is_hook_of_git)
        || event.commands.iter().any(|command| bypass::goes_around_hooks(command))
}

/// Returns what the event would add: findings in its texts that are not in what it replaces, file by file.
fn added(event: &Event, scan: &dyn Scan) -> miette::Result<Vec<Finding>> {
    let changes: Vec<&Change> = event.changes.iter().filter(|change| !change.texts.is_empty()).collect();
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    // What the files hold before: an edit that leaves a known credential where it was adds nothing.
    let before = changes.iter().map(|change| {
        let path = change.path.as_ref().filter(|_| change.stays && event.kind == Kind::Tool)?;
        std::fs::read(event.directory.join(path)).ok()
    });
    let before: Vec<Option<Vec<u8>>> = before.collect();
    let mut texts = Vec::new();
    for (change, before) in changes.iter().zip(&before) {
        let path = change.path.as_deref();
        let strings = change.texts.iter().chain(&change.replaced).map(String::as_bytes);
        texts.extend(strings.chain(before.as_deref()).map(|bytes| Text { path, bytes }));
    }
    let mut found = scan.texts(&texts)?.into_iter();
    let (mut seen, mut findings) = (HashSet::new(), Vec::new());
    for (change, before) in changes.iter().zip(&before) {
        let new: Vec<Finding> = found.by_ref().take(change.texts.len()).flatten().collect();
        let old = found.by_ref().take(change.replaced.len() + usize::from(before.is_some()));
        let known: HashSet<_> = old.flatten().map(|finding| finding.identity).collect();
        findings.extend(
            new.into_iter().filter(|finding| !known.contains(&finding.identity) && seen.insert(finding.identity)),
        );
    }
    Ok(findings)
}

/// Says in one sentence what is wrong and what to use instead.
fn sentence(agent: Agent, event: &Event, findings: &[Finding]) -> String {
    let what = match event.kind {
        Kind::Prompt => "The prompt",
        Kind::Written => "The file that was written",
        Kind::Tool | Kind::Other => "This call",
    };
    let names: Vec<String> =
        findings.iter().take(3).map(|finding| format!("{} ({})", finding.meta.title, finding.masked)).collect();
    let more = findings.len().saturating_sub(names.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let variable = findings.iter().find_map(|finding| finding.variable.as_deref());
    format!("{what} contains {}{more}: {}.", names.join(", "), instead(agent, event, variable))
}

/// Says what to write in place of the credential, in the syntax of where it was going to be.
fn instead(agent: Agent, event: &Event, variable: Option<&str>) -> String {
    let name = variable.unwrap_or("NAME_OF_THE_SECRET");
    if event.kind == Kind::Prompt {
        return format!(
            "put it into the environment as {name} and speak of it by that name, and rotate it if it was sent before"
        );
    }
    if !event.commands.is_empty() {
        return format!(
            "leave it out and let the shell fill it in, as in \"${name}\", with {name} set outside of the conversation"
        );
    }
    let path = event.path().unwrap_or_default().replace('\\', "/");
    let reference = match path.rsplit('/').next().unwrap_or_default() {
        ".mcp.json" | ".claude.json" => format!("${{{name}}}"),
        "mcp.json" if path.ends_with(".vscode/mcp.json") => {
            format!("${{input:{}}}", kebab(name))
        }
        "mcp.json" => format!("${{env:{name}}}"),
        "config.toml" if agent == Agent::Codex => format!("env_vars = [\"{name}\"]"),
        "settings.json" if path.ends_with(".gemini/settings.json") => format!("${name}"),
        _ => {
            return format!(
                "read it from the environment variable {name} instead, and keep the value out of files that are tracked or shared"
            );
        }
    };
    format!("refer to it as `{reference}` instead, and keep the value in the environment")
}

#[cfg(test)]
mod tests;
