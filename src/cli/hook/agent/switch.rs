//! Finds what keeps an agent from running the hooks that are set up.
//!
//! Sources: Claude Code's settings reference (`disableAllHooks`), Gemini CLI's hooks and configuration references
//! (`hooksConfig`, before that `hooks.enabled`), both read in November 2026.

use std::path::Path;

use serde_json::Value;

use super::Agent;
use super::settings::command;
use crate::replace::{self, Links};

/// A setting that turns hooks off, and the file that it stands in.
type Off = (&'static str, String);

/// Returns the first setting that keeps the agent from running its hooks, and its file. `roots` are the folders whose settings
/// count: the project's and the user's own.
pub(super) fn off(agent: Agent, roots: &[&Path]) -> Option<Off> {
    let files: &[&str] = match agent {
        Agent::ClaudeCode => &[".claude/settings.local.json", ".claude/settings.json"],
        Agent::Gemini => &[".gemini/settings.json"],
        Agent::Cursor | Agent::Copilot | Agent::Codex => &[],
    };
    let paths = roots.iter().flat_map(|root| files.iter().map(move |file| root.join(file)));
    paths.into_iter().find_map(|path| {
        let bytes = replace::read(&path, Links::Follow).ok().flatten()?;
        let settings: Value = serde_json::from_slice(&bytes).ok()?;
        Some((setting(agent, &settings)?, path.display().to_string()))
    })
}

/// Returns the name of the setting that turns hooks off.
fn setting(agent: Agent, settings: &Value) -> Option<&'static str> {
    let is = |pointer: &str, expected: bool| settings.pointer(pointer).and_then(Value::as_bool) == Some(expected);
    if agent == Agent::ClaudeCode {
        return is("/disableAllHooks", true).then_some("disableAllHooks");
    }
    let run = command(agent, false);
    let is_listed = |list: &Vec<Value>| list.iter().filter_map(Value::as_str).any(|name| name.contains(&run));
    [("/hooksConfig/enabled", "hooksConfig.enabled"), ("/hooks/enabled", "hooks.enabled")]
        .into_iter()
        .find_map(|(pointer, name)| is(pointer, false).then_some(name))
        .or_else(|| {
            let listed = settings.pointer("/hooksConfig/disabled").and_then(Value::as_array).is_some_and(is_listed);
            listed.then_some("hooksConfig.disabled")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_hooks_off_is_named_with_its_file() {
        let (project, home) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let write = |root: &Path, file: &str, text: &str| {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("the folder can be made");
            std::fs::write(path, text).expect("the file can be written");
        };
        let off = |agent| off(agent, &[project.path(), home.path()]);
        write(project.path(), ".claude/settings.json", r#"{"disableAllHooks": false}"#);
        write(home.path(), ".gemini/settings.json", "not JSON");
        assert_eq!((off(Agent::ClaudeCode), off(Agent::Gemini)), (None, None));
        write(home.path(), ".claude/settings.json", r#"{"disableAllHooks": true}"#);
        let (setting, file) = off(Agent::ClaudeCode).expect("it is turned off");
        assert!(setting == "disableAllHooks" && Path::new(&file).starts_with(home.path()), "{file}");
        write(project.path(), ".claude/settings.local.json", r#"{"disableAllHooks": true}"#);
        assert!(off(Agent::ClaudeCode).is_some_and(|(_, file)| file.ends_with("settings.local.json")));
        for text in [
            r#"{"hooksConfig": {"enabled": false}}"#,
            r#"{"hooks": {"enabled": false}}"#,
            r#"{"hooksConfig": {"disabled": ["keysweep hook run gemini || exit 2"]}}"#,
        ] {
            write(home.path(), ".gemini/settings.json", text);
            assert!(off(Agent::Gemini).is_some(), "{text}");
        }
        write(home.path(), ".gemini/settings.json", r#"{"hooksConfig": {"disabled": ["other"]}}"#);
        assert_eq!(off(Agent::Gemini), None);
    }
}
