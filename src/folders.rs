//! Where programs keep a user's files, as `rules/folders.toml` describes it.

use std::sync::OnceLock;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Folders {
    config: Vec<String>,
    data: Vec<String>,
    editor: Vec<String>,
}

/// Returns the paths below a home directory that one with `{config}`, `{data}` or `{editor}` stands for, each once.
pub fn spelled(path: &str) -> Vec<String> {
    static FOLDERS: OnceLock<Folders> = OnceLock::new();
    let Folders { config, data, editor } = FOLDERS.get_or_init(|| {
        toml::from_str(include_str!("../rules/folders.toml")).expect("the data is compiled in and a test reads it")
    });
    // An editor's folder lies in one for settings, so that it is spelled out first.
    let table = [("{editor}", editor), ("{config}", config), ("{data}", data)];
    table.iter().fold(vec![path.to_owned()], |paths, (name, folders)| {
        let each = |path: String| match path.contains(name) {
            true => folders.iter().map(|folder| path.replace(name, folder)).collect(),
            false => vec![path],
        };
        paths.into_iter().flat_map(each).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_are_spelled_out_one_after_the_other() {
        assert_eq!(spelled(".a/b"), [".a/b"]);
        let editor = spelled("{editor}/x");
        assert_eq!(editor.len(), 5 * 3 + 2);
        assert!(editor.contains(&".config/Code/User/x".to_owned()) && editor.iter().all(|path| !path.contains('{')));
    }
}
