//! The hooks of coding agents: a credential must not get into a file, a command line or a prompt.

mod bypass;
mod event;
mod json;
mod reply;
mod settings;

use std::collections::HashSet;

pub use settings::{install, status, uninstall};

use super::scanner::{Scan, Text};
use crate::finding::Finding;
use crate::wording::kebab;
use event::{Event, Kind};

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
    if no_bypass && event.kind == Kind::Tool && event.commands.iter().any(|command| bypass::goes_around_hooks(command))
    {
        return reply::stop(
            agent,
            &event,
            "This command goes around the repository's git hooks, which the user does not allow: run it without that, and mend what the hooks report.",
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

/// Returns what the event would add: findings in its texts that are not in the texts which they replace.
fn added(event: &Event, scan: &dyn Scan) -> miette::Result<Vec<Finding>> {
    if event.texts.is_empty() {
        return Ok(Vec::new());
    }
    let path = event.path.as_deref();
    // What the file holds before: an edit that leaves a known credential where it was adds nothing.
    let before = match event.kind {
        Kind::Tool => path.and_then(|path| std::fs::read(event.directory.join(path)).ok()),
        Kind::Prompt | Kind::Written | Kind::Other => None,
    };
    let old: Vec<&[u8]> = event.replaced.iter().map(String::as_bytes).chain(before.as_deref()).collect();
    let new = event.texts.iter().map(String::as_bytes);
    let texts: Vec<Text<'_>> = new.chain(old).map(|bytes| Text { path, bytes }).collect();
    let mut found = scan.texts(&texts)?;
    let known: HashSet<_> =
        found.split_off(event.texts.len()).iter().flatten().map(|finding| finding.identity).collect();
    let mut seen = HashSet::new();
    let mut findings: Vec<Finding> = found.into_iter().flatten().collect();
    findings.retain(|finding| !known.contains(&finding.identity) && seen.insert(finding.identity));
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
    let path = event.path.as_deref().unwrap_or_default().replace('\\', "/");
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
