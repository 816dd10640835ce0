//! Where programs keep a user's files, as `rules/folders.toml` describes it.

use std::path::PathBuf;
use std::sync::OnceLock;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Folders {
    config: Vec<String>,
    data: Vec<String>,
    state: Vec<String>,
    editor: Vec<String>,
}

/// The variables that name one more place for what a name in braces stands for.
const VARIABLES: [(&str, &str); 3] =
    [("{config}/", "XDG_CONFIG_HOME"), ("{data}/", "XDG_DATA_HOME"), ("{state}/", "XDG_STATE_HOME")];

/// Returns the paths below a home directory that one with `{config}`, `{data}`, `{state}` or `{editor}` stands for, each once.
pub fn spelled(path: &str) -> Vec<String> {
    let Folders { config, data, state, editor } = folders();
    // An editor's folder lies in one for settings, so that it is spelled out first.
    let table = [("{editor}", editor), ("{config}", config), ("{data}", data), ("{state}", state)];
    table.iter().fold(vec![path.to_owned()], |paths, (name, folders)| {
        paths.into_iter().flat_map(|path| each(path, name, folders)).collect()
    })
}

/// Returns the folders that variables of the environment name for a path that begins with a name in braces, each with the
/// path's rest below it. A relative one counts for nothing, as those who made the variables up want it.
pub fn moved(path: &str, variable: &dyn Fn(&str) -> Option<PathBuf>) -> Vec<(PathBuf, String)> {
    let place = |path: String| {
        let (start, name) = VARIABLES.into_iter().find(|(start, _)| path.starts_with(start))?;
        Some((variable(name).filter(|folder| folder.is_absolute())?, path[start.len()..].to_owned()))
    };
    each(path.to_owned(), "{editor}", &folders().editor).into_iter().filter_map(place).collect()
}

/// A folder of an agent's in the home directory, and the variable that names another one in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgentHome {
    /// The variable.
    pub variable: &'static str,
    /// The folder, from the home directory on; nothing if the variable names another home directory.
    pub folder: &'static str,
}

/// Claude Code's settings, sessions and all else. Source: `CLAUDE_CONFIG_DIR` among its environment variables
/// (code.claude.com/docs/en/env-vars), read in November 2026.
pub const CLAUDE: AgentHome = AgentHome { variable: "CLAUDE_CONFIG_DIR", folder: ".claude" };

/// Codex's configuration, `hooks.json` next to it, and sessions; the folder must exist before Codex starts. Source: `CODEX_HOME`
/// among its environment variables (developers.openai.com/docs/config-file/environment-variables) and where it looks for hooks
/// (developers.openai.com/codex/hooks), read in November 2026.
pub const CODEX: AgentHome = AgentHome { variable: "CODEX_HOME", folder: ".codex" };

/// The settings, hooks and sessions of Copilot's command line. Source: GitHub's references of its configuration directory and of
/// hooks (docs.github.com/en/copilot/reference/copilot-cli-reference/cli-config-dir-reference and
/// docs.github.com/en/copilot/reference/hooks-reference), read in November 2026.
pub const COPILOT: AgentHome = AgentHome { variable: "COPILOT_HOME", folder: ".copilot" };

/// The home directory in which Gemini CLI has `.gemini`. Source: what its `homedir` returns (packages/core/src/utils/paths.ts),
/// as told by those who read it, in November 2026.
pub const GEMINI: AgentHome = AgentHome { variable: "GEMINI_CLI_HOME", folder: "" };

/// Returns the user's home directory, or `None` if it is not known.
///
/// One that is not set, or set to nothing, is not looked up elsewhere: programs take different places then, and a look at
/// the wrong one would find nothing.
pub fn home() -> Option<PathBuf> {
    let named = || std::env::var_os("HOME").map(PathBuf::from);
    let home = if cfg!(windows) { std::env::home_dir() } else { named() };
    home.filter(|home| !home.as_os_str().is_empty())
}

fn folders() -> &'static Folders {
    static FOLDERS: OnceLock<Folders> = OnceLock::new();
    FOLDERS.get_or_init(|| {
        toml::from_str(include_str!("../rules/folders.toml")).expect("the data is compiled in and a test reads it")
    })
}

/// Returns a path with each of `folders` in place of a name, or as it is.
fn each(path: String, name: &str, folders: &[String]) -> Vec<String> {
    match path.contains(name) {
        true => folders.iter().map(|folder| path.replace(name, folder)).collect(),
        false => vec![path],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_are_spelled_out_one_after_the_other() {
        assert_eq!(spelled(".a/b"), [".a/b"]);
        let editor = spelled("{editor}/x");
        assert_eq!(editor.len(), 6 * 3 + 6);
        assert!(editor.contains(&".config/Code/User/x".to_owned()) && editor.iter().all(|path| !path.contains('{')));
    }

    #[test]
    fn variables_name_one_more_place() {
        let variable = |name: &str| match name {
            "XDG_CONFIG_HOME" => Some(PathBuf::from("/c")),
            "XDG_STATE_HOME" => Some(PathBuf::from("s")),
            _ => None,
        };
        let moved = |path: &str| moved(path, &variable);
        assert_eq!(moved("{config}/x"), [(PathBuf::from("/c"), "x".to_owned())]);
        assert_eq!(moved("{editor}/x")[0], (PathBuf::from("/c"), "Code/User/x".to_owned()));
        for nowhere in ["{state}/x", "{data}/x", ".config/x"] {
            assert_eq!(moved(nowhere), [], "{nowhere}");
        }
    }
}
