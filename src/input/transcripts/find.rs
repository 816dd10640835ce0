//! Finds the files that an owner's paths stand for.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use super::owner::{ALL, Owner, Variable};
use crate::folders::{moved, spelled};
use crate::input::path::is_pipe;
use crate::name_pattern::NamePattern;

/// How deep below a path of an owner files are looked for.
const DEPTH: usize = 16;

/// What was found, each file once.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) files: Vec<(PathBuf, &'static Owner)>,
    /// What could not be looked into.
    pub(super) unread: Vec<(PathBuf, io::Error)>,
    /// Named pipes.
    pub(super) pipes: Vec<PathBuf>,
    seen: HashSet<PathBuf>,
}

impl Found {
    /// Looks for all files of an owner; `variable` says what the environment has.
    pub(super) fn owner(&mut self, owner: &'static Owner, home: &Path, variable: &dyn Fn(&str) -> Option<PathBuf>) {
        for path in owner.paths {
            spelled(path).iter().for_each(|path| self.pattern(home.to_owned(), path, owner));
            moved(path, variable).into_iter().for_each(|(folder, path)| self.pattern(folder, &path, owner));
        }
        for named in owner.variables {
            self.variable(*named, owner, variable);
        }
    }

    /// Looks where a variable says.
    fn variable(&mut self, named: Variable, owner: &'static Owner, variable: &dyn Fn(&str) -> Option<PathBuf>) {
        let (Variable::Folder(name, _) | Variable::Inside(name, _) | Variable::File(name) | Variable::Shell(name)) =
            named;
        let Some(place) = variable(name) else { return };
        match named {
            Variable::Folder(_, start) => {
                for path in owner.paths.iter().filter_map(|path| path.strip_prefix(start)) {
                    self.pattern(place.clone(), path.trim_start_matches('/'), owner);
                }
            }
            Variable::Inside(_, path) => self.pattern(place, path, owner),
            Variable::File(_) => self.file(&place, owner),
            Variable::Shell(_) => {
                let file = place.file_name().unwrap_or_default().to_string_lossy();
                let meant = |shell: &&Owner| shell.variables.contains(&named) && file.contains(shell.name);
                // A name that tells of no shell may be that of any; bash is the most likely one.
                if ALL.iter().find(meant).map_or("bash", |shell| shell.name) == owner.name {
                    self.file(&place, owner);
                }
            }
        }
    }

    /// Looks for an owner's files in a folder in which it may have been started.
    pub(super) fn project(&mut self, owner: &'static Owner, folder: &Path) {
        for path in owner.paths.iter().filter(|_| owner.in_projects) {
            self.pattern(folder.to_owned(), path, owner);
        }
    }

    /// Follows the names of `pattern` from `base` on.
    fn pattern(&mut self, base: PathBuf, pattern: &str, owner: &'static Owner) {
        let (name, rest) = match pattern.split_once('/') {
            Some((name, rest)) => (name, Some(rest)),
            None => (pattern, None),
        };
        let next = if name.contains('*') {
            let pattern = NamePattern::new(name);
            let mut entries = self.entries(&base);
            entries.retain(|path| pattern.matches(path.file_name().unwrap_or_default().as_encoded_bytes()));
            entries
        } else {
            vec![base.join(name)]
        };
        for path in next {
            match rest {
                Some(rest) => self.pattern(path, rest, owner),
                None => self.below(&path, owner, 0),
            }
        }
    }

    /// Takes what a variable names if it is a file: one may be turned off with the name of a device or of nothing.
    fn file(&mut self, path: &Path, owner: &'static Owner) {
        if !path.is_dir() {
            self.below(path, owner, 0);
        }
    }

    fn take(&mut self, path: &Path, owner: &'static Owner) {
        if self.seen.insert(path.canonicalize().unwrap_or_else(|_| path.to_owned())) {
            self.files.push((path.to_owned(), owner));
        }
    }

    /// Takes a file, or all files below a directory. Links inside are not followed: what they lead to is not the owner's.
    fn below(&mut self, path: &Path, owner: &'static Owner, depth: usize) {
        let metadata = if depth == 0 { std::fs::metadata(path) } else { std::fs::symlink_metadata(path) };
        let metadata = match metadata {
            Ok(metadata) => metadata,
            Err(error) => return self.missed(path, error),
        };
        if metadata.is_file() {
            self.take(path, owner);
            if depth == 0 {
                // What a database has not yet taken in, or would take back.
                for beside in ["-wal", "-journal"] {
                    let mut name = path.as_os_str().to_owned();
                    name.push(beside);
                    if Path::new(&name).is_file() {
                        self.take(Path::new(&name), owner);
                    }
                }
            }
        } else if metadata.is_dir() && depth < DEPTH {
            self.entries(path).iter().for_each(|path| self.below(path, owner, depth + 1));
        } else if metadata.is_dir() {
            self.missed(path, io::Error::other(format!("folders are looked into {DEPTH} deep")));
        } else if is_pipe(&metadata) && self.seen.insert(path.to_owned()) {
            self.pipes.push(path.to_owned());
        }
    }

    /// Returns what lies in a folder, as far as it can be read.
    fn entries(&mut self, folder: &Path) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        match std::fs::read_dir(folder) {
            Ok(entries) => entries.for_each(|entry| match entry {
                Ok(entry) => paths.push(entry.path()),
                Err(error) => self.missed(folder, error),
            }),
            Err(error) => self.missed(folder, error),
        }
        paths
    }

    /// Notes once that a path could not be looked into, unless it is not there.
    fn missed(&mut self, path: &Path, error: io::Error) {
        let is_absent = matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
        if !is_absent && self.seen.insert(path.to_owned()) {
            self.unread.push((path.to_owned(), error));
        }
    }
}

#[cfg(test)]
mod tests {
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
        let elsewhere = [
            ("aider.md", "Aider"),
            ("data/fish/fish_history", "fish"),
            ("elsewhere/projects/p/1.jsonl", "Claude Code"),
            ("gemini/.gemini/tmp/x/chats/1.json", "Gemini CLI"),
            ("goose/data/sessions/sessions.db", "Goose"),
            ("goose/data/sessions/sessions.db-wal", "Goose"),
            ("my_zsh_lines", "zsh"),
            ("settings/Code/User/workspaceStorage/1/chatSessions/1.json", "GitHub Copilot"),
            ("state/opencode/prompt-history.jsonl", "opencode"),
            ("zsh/.zsh_history", "zsh"),
        ];
        let elsewhere = elsewhere.map(|(path, owner)| (write(path), owner));
        let mut found = Found::default();
        for owner in ALL {
            found.owner(owner, &home.path().join("home"), &|name| match name {
                "AIDER_CHAT_HISTORY_FILE" => Some(home.path().join("aider.md")),
                "CLAUDE_CONFIG_DIR" => Some(home.path().join("elsewhere")),
                "GEMINI_CLI_HOME" => Some(home.path().join("gemini")),
                "GOOSE_PATH_ROOT" => Some(home.path().join("goose")),
                "HISTFILE" => Some(home.path().join("my_zsh_lines")),
                "XDG_CONFIG_HOME" => Some(home.path().join("settings")),
                "XDG_DATA_HOME" => Some(home.path().join("data")),
                "XDG_STATE_HOME" => Some(home.path().join("state")),
                "ZDOTDIR" => Some(home.path().join("zsh")),
                "LESSHISTFILE" => Some("-".into()),
                "NODE_REPL_HISTORY" => Some(home.path().to_owned()),
                _ => None,
            });
        }
        let mut names: Vec<_> = found.files.iter().map(|(path, owner)| (path.clone(), owner.name)).collect();
        names.sort();
        assert_eq!(names, elsewhere);
    }

    #[test]
    fn the_name_of_a_history_tells_its_shell() {
        let home = tempfile::tempdir().expect("there is a temporary directory");
        for (name, owner) in [(".zsh_history", "zsh"), ("zsh.log", "zsh"), ("my_bash", "bash"), ("lines", "bash")] {
            let path = home.path().join(name);
            std::fs::write(&path, "").expect("the directory is writable");
            let mut found = Found::default();
            ALL.iter().for_each(|each| {
                found.owner(each, &home.path().join("home"), &|name| (name == "HISTFILE").then(|| path.clone()));
            });
            let owners: Vec<_> = found.files.iter().map(|(_, owner)| owner.name).collect();
            assert_eq!(owners, [owner], "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_cannot_be_looked_into_is_told_once() {
        let home = tempfile::tempdir().expect("there is a temporary directory");
        // A link to itself can be read by nobody.
        let folder = home.path().join(".config/Code/User/workspaceStorage");
        std::fs::create_dir_all(folder.parent().expect("it has one")).expect("the directory is writable");
        std::os::unix::fs::symlink("workspaceStorage", &folder).expect("the directory is writable");
        let deep = home.path().join(".codex/log").join("a/".repeat(DEPTH));
        std::fs::create_dir_all(deep.join("b")).expect("the directory is writable");
        let mut found = Found::default();
        ALL.iter().for_each(|owner| found.owner(owner, home.path(), &|_| None));
        let unread: Vec<_> = found.unread.iter().map(|(path, _)| path.clone()).collect();
        assert_eq!(unread, [deep, folder]);
    }
}
