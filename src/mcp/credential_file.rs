//! The files that hold credentials, as `rules/clients.toml` lists them.

use std::collections::HashMap;

use bstr::BStr;
use serde::Deserialize;

use crate::name_pattern::NamePattern;

/// A file, or all files of a folder, that must not be committed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialFile {
    /// The line for `.gitignore`.
    pub line: String,
    /// A path that the line must cover, if it is none itself.
    path: Option<String>,
    /// Where git must ignore it; nowhere if it is only not to be tracked.
    pub ignore: Option<Where>,
    /// Who is told that git tracks it.
    pub tracked: Option<Audience>,
    /// Whether programs write credentials there.
    #[serde(default)]
    pub store: bool,
    /// Where it lies in a home directory.
    pub home: Option<HomeFile>,
}

/// In which repositories git must ignore a file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Where {
    /// In all.
    Everywhere,
    /// Where the configuration of any client lies.
    Agents,
    /// Where that of the client with this id lies.
    Client(String),
    /// Where all files of all clients are asked for.
    Asked,
}

impl From<String> for Where {
    fn from(word: String) -> Self {
        match word.as_str() {
            "everywhere" => Self::Everywhere,
            "agents" => Self::Agents,
            "asked" => Self::Asked,
            _ => Self::Client(word),
        }
    }
}

/// Who wants to hear about something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Everybody.
    Everybody,
    /// Who wants to hear about every weakness.
    Pedantic,
}

/// A place in a home directory.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HomeFile {
    /// The path below the home directory; `*` is any part of a name, `**` any folders.
    pub path: String,
    /// The name of the program whose it is.
    pub of: String,
}

impl CredentialFile {
    /// Returns a path that the line must cover.
    pub fn path(&self) -> &str {
        self.path.as_deref().unwrap_or(&self.line)
    }

    /// Tells whether a path, from the root of a repository or of anything else, is that of the file.
    pub fn is_at(&self, path: &BStr) -> bool {
        let line = self.line.as_bytes();
        if let Some(folder) = line.strip_suffix(b"/") {
            return path.rsplit(|&byte| byte == b'/').skip(1).any(|name| name == folder);
        }
        if !line.contains(&b'*') {
            let start = path.strip_suffix(line);
            return start.is_some_and(|folder| folder.is_empty() || folder.ends_with(b"/"));
        }
        let mut names = path.rsplit(|&byte| byte == b'/');
        self.line.rsplit('/').all(|part| names.next().is_some_and(|name| NamePattern::new(part).matches(name)))
    }
}

/// Files that hold credentials, by the names in their paths: most paths have none of those.
pub(super) struct ByName {
    /// By the last names of the lines that are plain paths.
    last: Names,
    /// By the names of folders.
    folders: Names,
    /// The last names that have a `*`, with the places of the files in the list.
    patterns: Vec<(NamePattern<'static>, usize)>,
    /// Whether any of these ends with a byte.
    pattern_ends: [bool; 256],
}

impl ByName {
    pub(super) fn new(files: &'static [CredentialFile]) -> Self {
        let (last, folders) = (Names::default(), Names::default());
        let mut table = Self { last, folders, patterns: Vec::new(), pattern_ends: [false; 256] };
        for (at, file) in files.iter().enumerate() {
            let name = file.line.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            let named = if file.line.ends_with('/') { &mut table.folders } else { &mut table.last };
            if name.contains('*') {
                table.patterns.push((NamePattern::new(name), at));
                match name.strip_suffix('*') {
                    Some(_) => table.pattern_ends.fill(true),
                    None => table.pattern_ends[usize::from(name.as_bytes()[name.len() - 1])] = true,
                }
            } else {
                named.insert(name.as_bytes(), at);
            }
        }
        table
    }

    /// Returns the places of the files that may be at `path`, in their order.
    pub(super) fn candidates(&self, path: &BStr) -> Vec<usize> {
        let (mut found, mut start) = (Vec::new(), 0);
        // The names are too short for a vectorised search.
        for (at, &byte) in path.iter().enumerate() {
            if byte == b'/' {
                found.extend_from_slice(self.folders.get(&path[start..at]));
                start = at + 1;
            }
        }
        let name: &[u8] = &path[start..];
        found.extend_from_slice(self.last.get(name));
        if name.last().is_some_and(|&end| self.pattern_ends[usize::from(end)]) {
            found.extend(self.patterns.iter().filter(|(pattern, _)| pattern.matches(name)).map(|(_, at)| *at));
        }
        if found.len() > 1 {
            found.sort_unstable();
            found.dedup();
        }
        found
    }
}

/// Places in a list, by names.
struct Names {
    places: HashMap<&'static [u8], Vec<usize>>,
    /// By the first byte of a name the lengths that names have, a bit each, the last one for all longer ones: most names of
    /// any path are told apart by it.
    lengths: [u64; 256],
}

impl Default for Names {
    fn default() -> Self {
        Self { places: HashMap::new(), lengths: [0; 256] }
    }
}

impl Names {
    fn insert(&mut self, name: &'static [u8], at: usize) {
        if let Some(&first) = name.first() {
            self.lengths[usize::from(first)] |= Self::length(name);
        }
        self.places.entry(name).or_default().push(at);
    }

    fn get(&self, name: &[u8]) -> &[usize] {
        let may_be = name.first().is_some_and(|&first| self.lengths[usize::from(first)] & Self::length(name) != 0);
        if may_be { self.places.get(name).map_or(&[], Vec::as_slice) } else { &[] }
    }

    fn length(name: &[u8]) -> u64 {
        1 << name.len().min(63)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::client::{all, credential_files, credential_files_at};
    use super::*;

    #[test]
    fn every_line_covers_its_path_once_and_belongs_to_a_known_client() {
        let mut lines = HashSet::new();
        for file in credential_files() {
            assert!(lines.insert(&file.line) && file.is_at(file.path().into()), "{}", file.line);
            assert!(file.ignore.is_some() || file.tracked.is_some(), "{}", file.line);
            if let Some(Where::Client(id)) = &file.ignore {
                assert!(all().iter().any(|client| client.id == *id), "{id}");
            }
        }
    }

    #[test]
    fn a_folder_stands_for_what_lies_in_it_and_a_path_for_its_end() {
        let is_at =
            |line: &str, path: &str| credential_files().iter().any(|file| file.line == line && file.is_at(path.into()));
        assert!(is_at(".doxhub/", "a/.doxhub/x/y") && !is_at(".doxhub/", "a/.doxhub"));
        assert!(is_at("*.token", "a/b.token") && is_at(".codex/auth.json", "home/.codex/auth.json"));
        assert!(!is_at(".codex/auth.json", "x.codex/auth.json") && !is_at(".env.*.local", ".env.local"));
    }

    #[test]
    fn a_path_finds_all_files_that_it_is_of_by_its_names() {
        let path = |file: &CredentialFile, folder: &str| format!("{folder}{}", file.path());
        let paths =
            credential_files().iter().flat_map(|file| ["", "a/", ".", "x.mcp/"].map(|folder| path(file, folder)));
        for path in paths
            .chain(["", "/", "a.env", ".env.a.local", "src/main.rs", ".doxhub", "a/.doxhub/.env"].map(String::from))
        {
            let path = BStr::new(&path);
            let found: Vec<&str> = credential_files_at(path).map(|file| file.line.as_str()).collect();
            let all: Vec<&str> =
                credential_files().iter().filter(|file| file.is_at(path)).map(|file| file.line.as_str()).collect();
            assert_eq!(found, all, "{path}");
        }
    }
}
