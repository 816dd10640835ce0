//! What git ignores in the folders of a work tree, told as git reads its rules, and only where somebody asks: a folder's file of rules
//! is looked for when something comes up that git does not track.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use bstr::{BStr, ByteSlice};
use gix::glob::Pattern;
use gix::glob::pattern::Case;
use gix::glob::wildmatch::Mode;

use super::ignored::Rules;
use crate::input::ignore_rules::{Refused, case, excludes_file, refusal, refused};
use crate::input::path::bytes;

/// The rules of a file, later ones win.
type List = Vec<Pattern>;

/// The ignore rules of a work tree, for a walk of it.
pub struct Folders {
    work_tree: PathBuf,
    /// Where the walk begins, whether git ignores that or not.
    start: PathBuf,
    case: Case,
    /// The rules that hold everywhere in it, from the strongest on.
    everywhere: Vec<List>,
    /// The folders that were asked for.
    known: RwLock<HashMap<PathBuf, Arc<Folder>>>,
    /// The files of rules that are not read.
    refused: Mutex<Vec<Refused>>,
}

/// What git ignores in a folder.
enum Folder {
    /// All of it, as it ignores the folder.
    Everything,
    /// Nobody knows, as a file of rules is not read: whatever it does not track counts as ignored.
    Unknown,
    /// What the rules say.
    Ruled {
        path: PathBuf,
        own: List,
        /// The nearest folder above with rules.
        above: Option<Arc<Folder>>,
    },
}

impl Folders {
    /// Reads the rules of the work tree at `root`, which is a repository's, for a walk of `start`, a directory in it.
    pub fn of(root: &Path, start: &Path, repository: &gix::Repository) -> Self {
        let files = [repository.common_dir().join("info/exclude")].into_iter().chain(excludes_file(repository));
        Self::read_from(root, start, files, case(repository))
    }

    /// The same by the rules of a scan.
    pub(super) fn new(rules: Rules<'_>, start: &Path) -> Self {
        let case = rules.repository.map_or(Case::Sensitive, |repository| case(repository.git()));
        Self::read_from(rules.work_tree, start, rules.everywhere(), case)
    }

    /// Reads the rules that hold everywhere, from those of `files` that may be read; each folder's own follow when they are asked for.
    fn read_from(work_tree: &Path, start: &Path, files: impl Iterator<Item = PathBuf>, case: Case) -> Self {
        let files = files.filter(|path| refused(path.clone()).is_none());
        Self {
            work_tree: work_tree.to_owned(),
            start: start.to_owned(),
            case,
            everywhere: files.map(|path| list(&std::fs::read(path).unwrap_or_default())).collect(),
            known: RwLock::default(),
            refused: Mutex::default(),
        }
    }

    /// Tells whether git ignores what lies at an absolute path in the work tree, if it does not track it.
    pub fn ignores(&self, path: &Path, is_directory: bool) -> bool {
        let Some(folder) = path.parent().filter(|folder| folder.starts_with(&self.work_tree)) else { return false };
        self.says_to_ignore(&self.folder(folder), path, is_directory)
    }

    /// Returns the files of rules that were not read so far.
    pub(super) fn refused(&self) -> Vec<Refused> {
        std::mem::take(&mut *self.refused.lock().expect("pushing does not panic"))
    }

    fn says_to_ignore(&self, folder: &Folder, path: &Path, is_directory: bool) -> bool {
        let mut next = Some(folder);
        while let Some(folder) = next {
            let Folder::Ruled { path: around, own, above } = folder else { return true };
            if let Some(said) = self.said(own, path, around, is_directory) {
                return said;
            }
            next = above.as_deref();
        }
        let mut everywhere = self.everywhere.iter();
        everywhere.find_map(|list| self.said(list, path, &self.work_tree, is_directory)).unwrap_or_default()
    }

    /// Tells what the rules of a folder say about something in it, if they say anything.
    fn said(&self, list: &List, path: &Path, folder: &Path, is_directory: bool) -> Option<bool> {
        if list.is_empty() {
            return None;
        }
        let inside = bytes(path.strip_prefix(folder).ok()?);
        let name = inside.rfind_byte(b'/').map(|at| at + 1);
        let matches = |rule: &&Pattern| {
            let inside = BStr::new(inside.as_ref());
            rule.matches_repo_relative_path(inside, name, Some(is_directory), self.case, Mode::NO_MATCH_SLASH_LITERAL)
        };
        list.iter().rev().find(matches).map(|rule| !rule.is_negative())
    }

    fn folder(&self, path: &Path) -> Arc<Folder> {
        if let Some(known) = self.known.read().expect("looking something up does not panic").get(path) {
            return Arc::clone(known);
        }
        let folder = self.read(path);
        let mut known = self.known.write().expect("keeping a folder does not panic");
        Arc::clone(known.entry(path.to_owned()).or_insert(folder))
    }

    fn read(&self, path: &Path) -> Arc<Folder> {
        let above = (path != self.work_tree).then(|| path.parent().map(|above| self.folder(above))).flatten();
        if let Some(above) = &above {
            match **above {
                Folder::Everything | Folder::Unknown => return Arc::clone(above),
                Folder::Ruled { .. } if self.start.starts_with(path) => {}
                Folder::Ruled { .. } if self.says_to_ignore(above, path, true) => return Arc::new(Folder::Everything),
                Folder::Ruled { .. } => {}
            }
        }
        let file = path.join(".gitignore");
        // Git does not follow a link to rules.
        let text = match file.symlink_metadata().ok().filter(|file| !file.is_symlink()) {
            Some(metadata) => match refusal(&metadata) {
                Some(why) => {
                    self.refused.lock().expect("pushing does not panic").push(Refused { path: file, why });
                    return Arc::new(Folder::Unknown);
                }
                None => std::fs::read(&file).unwrap_or_default(),
            },
            None => Vec::new(),
        };
        let own = list(&text);
        match above {
            Some(above) if own.is_empty() => above,
            above => Arc::new(Folder::Ruled { path: path.to_owned(), own, above }),
        }
    }
}

fn list(text: &[u8]) -> List {
    lines(text).filter_map(|line| Pattern::from_bytes(trimmed(line))).collect()
}

/// Returns the lines that hold rules: each ends at a NUL, or without the carriage return before the line feed.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    // Some editors begin a file with a mark.
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let lines = text.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let lines = lines.filter(|line| !line.starts_with(b"#"));
    lines.map(|line| line.split(|&byte| byte == 0).next().unwrap_or_default()).filter(|line| !line.is_empty())
}

/// Returns a line without the blanks at its end that are not escaped.
fn trimmed(line: &[u8]) -> &[u8] {
    let (mut at, mut end) = (0, 0);
    while at < line.len() {
        let len = if line[at] == b'\\' { 2 } else { 1 };
        if line[at] != b' ' {
            end = (at + len).min(line.len());
        }
        at += len;
    }
    &line[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_at_the_end_go_unless_they_are_escaped() {
        for (line, expected) in [
            ("a  ", "a"),
            ("a b ", "a b"),
            ("a\\ ", "a\\ "),
            ("a\\  ", "a\\ "),
            ("a\\\\ ", "a\\\\"),
            ("a\t ", "a\t"),
            ("a\\", "a\\"),
            ("  ", ""),
        ] {
            assert_eq!(BStr::new(trimmed(line.as_bytes())), expected, "{line:?}");
        }
    }
}
