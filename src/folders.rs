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
