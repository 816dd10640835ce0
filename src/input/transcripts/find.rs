//! Finds the files that an owner's paths stand for.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use super::owner::Owner;
use crate::folders::spelled;

/// How deep below a path of an owner files are looked for.
const DEPTH: usize = 16;

/// What was found, each file once.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) files: Vec<(PathBuf, &'static Owner)>,
    /// What could not be looked into.
    pub(super) unread: Vec<(PathBuf, io::Error)>,
    seen: HashSet<PathBuf>,
}

impl Found {
    /// Looks for all files of an owner; `variable` says what the environment has.
    pub(super) fn owner(&mut self, owner: &'static Owner, home: &Path, variable: &dyn Fn(&str) -> Option<PathBuf>) {
        for path in owner.paths.iter().flat_map(|path| spelled(path)) {
            self.pattern(home.to_owned(), &path, owner);
        }
        let Some((name, start)) = owner.variable else { return };
        let Some(place) = variable(name) else { return };
        if start.is_empty() {
            // A shell's variable names the file itself; which of the shells is meant, its name tells.
            let own = place.file_name().is_none_or(|file| file.to_string_lossy().contains(owner.name));
            if own || owner.name == "bash" {
                self.below(&place, owner, 0);
            }
            return;
        }
        for path in owner.paths.iter().filter_map(|path| path.strip_prefix(start)) {
            self.pattern(place.clone(), path.trim_start_matches('/'), owner);
        }
    }

    /// Follows the names of `pattern` from `base` on.
    fn pattern(&mut self, base: PathBuf, pattern: &str, owner: &'static Owner) {
        let (name, rest) = match pattern.split_once('/') {
            Some((name, rest)) => (name, Some(rest)),
            None => (pattern, None),
        };
        let next: Vec<PathBuf> = match name.split_once('*') {
            None => vec![base.join(name)],
            Some((start, end)) => {
                let fits = |name: &str| {
                    name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
                };
                let entries = std::fs::read_dir(&base).into_iter().flatten().flatten();
                entries.filter(|entry| fits(&entry.file_name().to_string_lossy())).map(|entry| entry.path()).collect()
            }
        };
        for path in next {
            match rest {
                Some(rest) => self.pattern(path, rest, owner),
                None => self.below(&path, owner, 0),
            }
        }
    }

    /// Takes a file, or all files below a directory. Links inside are not followed: what they lead to is not the owner's.
    fn below(&mut self, path: &Path, owner: &'static Owner, depth: usize) {
        let metadata = if depth == 0 { std::fs::metadata(path) } else { std::fs::symlink_metadata(path) };
        let metadata = match metadata {
            Ok(metadata) => metadata,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return,
            Err(error) => return self.unread.push((path.to_owned(), error)),
        };
        if metadata.is_file() {
            if self.seen.insert(path.canonicalize().unwrap_or_else(|_| path.to_owned())) {
                self.files.push((path.to_owned(), owner));
            }
        } else if metadata.is_dir() && depth < DEPTH {
            match std::fs::read_dir(path) {
                Ok(entries) => entries.flatten().for_each(|entry| self.below(&entry.path(), owner, depth + 1)),
                Err(error) => self.unread.push((path.to_owned(), error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::owner::ALL;
    use super::*;

    #[test]
    fn every_path_of_every_owner_is_found_where_it_is() {
        for owner in ALL {
            for pattern in owner.paths {
                let home = tempfile::tempdir().expect("there is a temporary directory");
                let path = home.path().join(spelled(pattern)[0].replace('*', "x"));
                std::fs::create_dir_all(path.join("a/b")).expect("the directory is writable");
                std::fs::write(path.join("a/b/c.jsonl"), "").expect("the directory is writable");
                let mut found = Found::default();
                found.owner(owner, home.path(), &|_| None);
                assert_eq!(found.files.len(), 1, "{}: {pattern}", owner.name);
            }
        }
    }

    #[test]
    fn variables_name_other_places() {
        let home = tempfile::tempdir().expect("there is a temporary directory");
        let write = |path: &str| {
            let path = home.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a file lies in a directory")).expect("it is writable");
            std::fs::write(&path, "").expect("it is writable");
            path
        };
        let (moved, history) = (write("elsewhere/projects/p/1.jsonl"), write("my_zsh_lines"));
        let mut found = Found::default();
        for owner in ALL {
            found.owner(owner, &home.path().join("home"), &|name| match name {
                "CLAUDE_CONFIG_DIR" => Some(home.path().join("elsewhere")),
                "HISTFILE" => Some(history.clone()),
                _ => None,
            });
        }
        let mut names: Vec<_> = found.files.iter().map(|(path, _)| path.clone()).collect();
        names.sort();
        assert_eq!(names, [moved, history]);
    }
}
