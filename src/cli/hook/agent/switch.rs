//! Finds what keeps an agent from running the hooks that are set up.
//!
//! Sources: Claude Code's settings reference (`disableAllHooks`), Gemini CLI's hooks and configuration references
//! (`hooksConfig`, before that `hooks.enabled`), Codex's page on hooks (`features.hooks`, before that `features.codex_hooks`), all
//! read in November 2026.

use std::path::{Path, PathBuf};

use super::Agent;
use super::settings::command;
use crate::document::{DocumentError, Format, Node, Scalar, Value, parse};
use crate::replace::{self, Links};

/// Tells what keeps the agent from running its hooks, or why that is not known; `None` if nothing does. `roots` are the folders whose
/// settings count: the project's, which decides, and the user's own.
pub(super) fn off(agent: Agent, roots: &[PathBuf]) -> Option<String> {
    // A project's files come from whoever made it, and a link there could lead anywhere.
    let links = [Links::Refuse, Links::Follow];
    let paths =
        roots.iter().zip(links).flat_map(|(root, links)| files(agent).iter().map(move |file| (root.join(file), links)));
    for (path, links) in paths {
        match read(agent, &path, links) {
            Ok(Switch::Unset) => {}
            Ok(Switch::On) => return None,
            Ok(Switch::Off(name)) => return Some(format!("turned off by `{name}` in {}", path.display())),
            Err(problem) => return Some(format!("whether they run is not known: `{}` {problem}", path.display())),
        }
    }
    None
}

/// Returns the files whose settings turn an agent's hooks off, from a root on; the first one decides.
pub(super) const fn files(agent: Agent) -> &'static [&'static str] {
    match agent {
        Agent::ClaudeCode => &[".claude/settings.local.json", ".claude/settings.json"],
        Agent::Gemini => &[".gemini/settings.json"],
        Agent::Codex => &[".codex/config.toml"],
        Agent::Cursor | Agent::Copilot => &[],
    }
}

/// Returns what the settings in a file say of hooks, or why it cannot be told.
fn read(agent: Agent, path: &Path, links: Links) -> Result<Switch, String> {
    let bytes = replace::read(path, links).map_err(|error| format!("cannot be read: {error}"))?;
    said(agent, &bytes.unwrap_or_default()).map_err(DocumentError::problem)
}

/// Tells whether the text of an agent's settings turns its hooks off.
pub(super) fn turns_off(agent: Agent, text: &str) -> bool {
    turned_off_by(agent, text.as_bytes()).is_some()
}

/// Returns the setting that turns an agent's hooks off, if the text of its settings has one.
pub(super) fn turned_off_by(agent: Agent, text: &[u8]) -> Option<&'static str> {
    match said(agent, text) {
        Ok(Switch::Off(name)) => Some(name),
        _ => None,
    }
}

/// Tells whether the text of an agent's settings says that its hooks run.
pub(super) fn turns_on(agent: Agent, text: &[u8]) -> bool {
    matches!(said(agent, text), Ok(Switch::On))
}

fn said(agent: Agent, text: &[u8]) -> Result<Switch, DocumentError> {
    let format = if agent == Agent::Codex { Format::Toml } else { Format::Json };
    let document = parse(text, format)?;
    Ok(document.roots.first().and_then(|settings| setting(agent, settings)).unwrap_or(Switch::Unset))
}

/// What the settings of one file say of hooks.
enum Switch {
    Unset,
    On,
    /// By the setting of this name.
    Off(&'static str),
}

/// Returns what settings say of hooks, if anything.
fn setting(agent: Agent, settings: &Node) -> Option<Switch> {
    let is = |names: &[&str], name: &'static str, off: bool| {
        let node = names.iter().try_fold(settings, |node, name| node.get(name))?;
        let Value::Scalar(Scalar { text, .. }) = &node.value else { return None };
        let is_off = text == if off { "true" } else { "false" };
        Some(if is_off { Switch::Off(name) } else { Switch::On })
    };
    if agent == Agent::ClaudeCode {
        return is(&["disableAllHooks"], "disableAllHooks", true);
    }
    if agent == Agent::Codex {
        return is(&["features", "hooks"], "features.hooks", false)
            .or_else(|| is(&["features", "codex_hooks"], "features.codex_hooks", false));
    }
    let run = command(agent, false);
    let list = settings.get("hooksConfig").and_then(|config| config.get("disabled"));
    let is_listed =
        list.is_some_and(|list| list.children().iter().filter_map(Node::text).any(|name| name.contains(&run)));
    if is_listed {
        return Some(Switch::Off("hooksConfig.disabled"));
    }
    is(&["hooksConfig", "enabled"], "hooksConfig.enabled", false)
        .or_else(|| is(&["hooks", "enabled"], "hooks.enabled", false))
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
        let off = |agent| off(agent, &[project.path().to_owned(), home.path().to_owned()]).unwrap_or_default();
        write(home.path(), ".claude/settings.json", "{\"disableAllHooks\": true, /* for a while */}");
        let said = off(Agent::ClaudeCode);
        assert!(
            said.starts_with("turned off by `disableAllHooks` in ") && said.contains(&*home.path().to_string_lossy()),
            "{said}"
        );
        write(project.path(), ".claude/settings.json", r#"{"disableAllHooks": false}"#);
        assert_eq!(off(Agent::ClaudeCode), "", "the project decides");
        write(project.path(), ".claude/settings.local.json", r#"{"disableAllHooks": true}"#);
        assert!(off(Agent::ClaudeCode).ends_with("settings.local.json"));
        assert_eq!(off(Agent::Gemini), "");
        for text in [
            r#"{"hooksConfig": {"enabled": false}}"#,
            "{// mine\n\"hooks\": {\"enabled\": false}}",
            r#"{"hooksConfig": {"disabled": ["keysweep hook run gemini || exit 2"]}}"#,
        ] {
            write(home.path(), ".gemini/settings.json", text);
            assert!(off(Agent::Gemini).starts_with("turned off"), "{text}");
        }
        write(home.path(), ".gemini/settings.json", r#"{"hooksConfig": {"disabled": ["other"]}}"#);
        assert_eq!(off(Agent::Gemini), "");
        for (text, expected) in [
            ("[features]\nhooks = false\n", "turned off by `features.hooks` in "),
            ("features.codex_hooks = false\n", "turned off by `features.codex_hooks` in "),
            ("[features]\nhooks = true\ncodex_hooks = false\n", ""),
            ("[features]\nhooks = \n", "whether they run is not known"),
        ] {
            write(home.path(), ".codex/config.toml", text);
            assert!(
                off(Agent::Codex).starts_with(expected) && off(Agent::Codex).is_empty() == expected.is_empty(),
                "{text}"
            );
        }
        write(home.path(), ".gemini/settings.json", "{not JSON");
        assert!(off(Agent::Gemini).starts_with("whether they run is not known"));
    }
}
