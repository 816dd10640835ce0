//! The hooks of coding agents: a credential must not get into a file, a command line or a prompt.

mod added;
mod bypass;
mod decode;
mod edit;
mod event;
mod given;
mod instead;
mod json;
mod leave;
mod patch;
mod place;
mod project;
mod reply;
mod settings;
pub mod shell;
mod switch;
mod tool;

use std::cell::OnceCell;
use std::path::Path;

pub use settings::{install, status, uninstall};

use super::scanner::Scan;
use crate::policy::config::FILE;
use added::{Added, Look};
use event::{Event, Kind};
use project::Project;

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

impl Agent {
    /// Returns the word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
            Self::Cursor => "cursor",
            Self::Copilot => "copilot",
            Self::Codex => "codex",
            Self::Gemini => "gemini",
        }
    }
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
            agent,
            "the agent's message cannot be understood, so nothing was checked; update keysweep, or take the hook out with `keysweep hook uninstall`",
        );
    };
    if let Some(lacking) = event.lacks {
        let why = format!(
            "This call was stopped unchecked, because the agent's message lacks {lacking}: ask the user to update keysweep, or to take the hook out with `keysweep hook uninstall`."
        );
        return reply::stop(agent, &event, &why);
    }
    let looks = added::looks(&event);
    if no_bypass && event.kind == Kind::Tool && goes_around_hooks(&event, &looks) {
        let why = "This call goes around the hooks of the repository or of the agent, which the user does not allow: do it without that, and mend what the hooks report.";
        return reply::stop(agent, &event, &format!("{why}{}", way_to_clean(&event)));
    }
    if no_bypass && event.kind == Kind::Tool && looks_for_less(&event, &looks) {
        return reply::stop(
            agent,
            &event,
            "This call lets keysweep look for less (its configuration, its baseline or a `keysweep:allow` comment), which only a person may do: mend what it reports, or ask the user to make that change.",
        );
    }
    if event.kind == Kind::Tool && added::loses(&looks, &leave::breaks, &|text| text.contains(['=', '['])) {
        return reply::stop(
            agent,
            &event,
            "This call would leave a `keysweep.toml` that cannot be read, so that nothing could be checked any more: `keysweep scan` says what is wrong with one; an entry of `[[allow]]` needs a `reason`.",
        );
    }
    match added::added(agent, looks, scan) {
        // Nobody else may be there to mend it.
        Err(_) if event.kind == Kind::Tool && is_about_configuration_alone(&event) => reply::go_on(agent, &event),
        Err(error) => reply::failed(
            agent,
            &format!(
                "{error}, so nothing was checked; mend that file, or ask the user to mend it or to take the hook out with `keysweep hook uninstall` (and `--user`, if it is set up for all projects)"
            ),
        ),
        Ok(added) if added.is_empty() => reply::go_on(agent, &event),
        Ok(added) => reply::stop(agent, &event, &sentence(&event, &added)),
    }
}

/// Tells whether a tool would go around git's hooks or write one of them, or take out or turn off those of an agent.
fn goes_around_hooks(event: &Event, looks: &[Look]) -> bool {
    let written = event.changes.iter().filter(|change| change.stays);
    let mut written = written.flat_map(|change| change.path.iter().chain(&change.moved));
    let project = Project::new(&event.project);
    // A tool may work in another folder than its agent.
    let at = |path: &String| match event.directory == event.project {
        true => path.clone(),
        false => event.directory.join(path).to_string_lossy().into_owned(),
    };
    let folder = event.directory.to_string_lossy();
    let is_settings = |text: &str| text.trim_start().starts_with('{');
    // What settings set counts for every commit that the agent makes from then on.
    let commits = |word: &String| shell::line(["env", word, "git", "commit", "-m", "x"]);
    let sets_off = |path: &Path, before: &str, after: &str| {
        let lines = settings::variables(path, before, after).iter().map(commits).collect::<Vec<_>>();
        lines.iter().any(|line| bypass::goes_around_hooks(line, &folder, &project))
    };
    written.any(|path| bypass::is_hook_of_git(&at(path)) || project.is_hook_of_git(&at(path)))
        || event.commands.iter().any(|command| bypass::goes_around_hooks(command, &folder, &project))
        || added::takes_away(event, &settings::holds_hooks)
        || added::loses(looks, &settings::loses_hooks, &is_settings)
        || added::loses(looks, &settings::loses_manager, &|text| text.contains([' ', '\n']))
        || added::loses(looks, &settings::leads_elsewhere, &|_| true)
        || added::loses(looks, &sets_off, &is_settings)
}

/// Says how settings with an agent's hooks are kept, where a command may be about to take them because git does not track them.
fn way_to_clean(event: &Event) -> String {
    let cleans = |line: &String| line.contains("git") && ["clean", "stash"].iter().any(|word| line.contains(word));
    let files = match event.commands.iter().any(cleans) {
        true => Project::new(&event.project).untracked_settings(),
        false => Vec::new(),
    };
    match files.as_slice() {
        [] => String::new(),
        files => format!(
            " `git clean` and `git stash -u` take what git does not track: `git add {}` keeps the agent's hooks.",
            files.join(" ")
        ),
    }
}

/// Tells whether a tool would do nothing but write `keysweep.toml`.
fn is_about_configuration_alone(event: &Event) -> bool {
    let is_configuration = |change: &event::Change| {
        change.stays
            && change.moved.is_none()
            && change.path.as_deref().is_some_and(|path| leave::is_named(path, &[FILE]))
    };
    event.commands.is_empty() && !event.changes.is_empty() && event.changes.iter().all(is_configuration)
}

/// Tells whether a tool would write what makes keysweep look for less.
fn looks_for_less(event: &Event, looks: &[Look]) -> bool {
    let is_needed = |path: &Path| match path.file_name().is_some_and(|name| name == FILE) {
        true => leave::is_needed(path),
        false => leave::is_configuration(&path.to_string_lossy()) || leave::is_rule_file(path),
    };
    let scanned = OnceCell::new();
    let directory = std::path::absolute(&event.directory).unwrap_or_else(|_| event.directory.clone());
    let folder = directory.to_string_lossy();
    let is_less = |command: &String| {
        let scanned = scanned.get_or_init(|| bypass::Scanned::around(&directory));
        bypass::looks_for_less(command, &folder, scanned)
    };
    event.commands.iter().any(is_less)
        || added::takes_away(event, &is_needed)
        || added::loses(looks, &leave::looks_for_less, &|_| true)
}

/// Says in one sentence what is wrong and what to use instead.
fn sentence(event: &Event, added: &[Added]) -> String {
    let what = match event.kind {
        Kind::Prompt => "The prompt",
        Kind::Written => "The file that was written",
        Kind::Tool | Kind::Other => "This call",
    };
    let findings = added.iter().map(|added| &added.finding);
    let names: Vec<String> =
        findings.take(3).map(|finding| format!("{} ({})", finding.meta.title, finding.masked)).collect();
    let more = added.len().saturating_sub(names.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let leave = match added.iter().any(|added| added.gives_leave) {
        true => {
            "; a `keysweep:allow` comment counts only where a person has put it into a file, not in what an agent writes"
        }
        false => "",
    };
    format!("{what} contains {}{more}: {}{leave}.", names.join(", "), instead::instead(event, added))
}

#[cfg(test)]
mod tests;
