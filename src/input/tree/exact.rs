//! Applies ignore rules as git reads them, where the walk would take them for others.
//!
//! The walk follows a link to a file of rules, takes every white space at the end of a line away, knows braces and no named classes of
//! characters, and reads no further than to a line that is no UTF-8. Most files have nothing of that, and the walk is quick with them.

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use bstr::{BStr, ByteSlice};
use gix::glob::Pattern;
use gix::glob::pattern::Case;
use gix::glob::wildmatch::Mode;

use super::ignored::Rules;
use crate::input::ignore_rules::{case, excludes_file, refusal};
use crate::input::path::bytes;

/// The rules of a folder, later ones win.
type List = Vec<Pattern>;

/// The rules of a work tree, for a walk of it.
pub struct Exact {
    work_tree: PathBuf,
    case: Case,
    /// Those that hold everywhere in it, from the strongest on.
    everywhere: Vec<List>,
    /// Those of the folders that were come by.
    folders: RwLock<HashMap<PathBuf, Arc<List>>>,
}

impl Exact {
    /// Reads the rules of the work tree at `root`, which is a repository's.
    pub fn of(root: &Path, repository: &gix::Repository) -> Self {
        let files = [repository.common_dir().join("info/exclude")].into_iter().chain(excludes_file(repository));
        let everywhere = files.map(|path| list(&std::fs::read(path).unwrap_or_default())).collect();
        Self { work_tree: root.to_owned(), case: case(repository), everywhere, folders: RwLock::default() }
    }

    /// Reads the rules for a walk of `directory` if there is one among them that the walk would take for another, or one above
    /// the work tree that it must not read.
    pub(super) fn new(rules: Rules<'_>, directory: &Path) -> Option<Self> {
        let everywhere: Vec<Vec<u8>> = rules.everywhere().map(|path| std::fs::read(path).unwrap_or_default()).collect();
        let mut above = directory.ancestors().take_while(|above| above.starts_with(rules.work_tree));
        let is_plain = everywhere.iter().all(|text| is_plain(text))
            && !above.any(|above| is_unusual(&above.join(".gitignore")))
            && !rules.is_below_refused();
        if is_plain {
            return None;
        }
        Some(Self {
            work_tree: rules.work_tree.to_owned(),
            case: rules.repository.map_or(Case::Sensitive, |repository| case(repository.git())),
            everywhere: everywhere.iter().map(|text| list(text)).collect(),
            folders: RwLock::default(),
        })
    }

    /// Tells whether git ignores what lies at an absolute path, if it ignores no folder around it.
    pub fn ignores(&self, path: &Path, is_directory: bool) -> bool {
        let folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.work_tree));
        let own = folders.map(|folder| (self.folder(folder), folder));
        let everywhere = self.everywhere.iter();
        let said = own.filter_map(|(list, folder)| self.said(&list, path, folder, is_directory)).next();
        said.or_else(|| everywhere.filter_map(|list| self.said(list, path, &self.work_tree, is_directory)).next())
            .unwrap_or_default()
    }

    /// Tells what the rules of a folder say about something in it, if they say anything.
    fn said(&self, list: &List, path: &Path, folder: &Path, is_directory: bool) -> Option<bool> {
        let inside = bytes(path.strip_prefix(folder).ok()?);
        let name = inside.rfind_byte(b'/').map(|at| at + 1);
        let matches = |rule: &&Pattern| {
            let inside = BStr::new(inside.as_ref());
            rule.matches_repo_relative_path(inside, name, Some(is_directory), self.case, Mode::NO_MATCH_SLASH_LITERAL)
        };
        list.iter().rev().find(matches).map(|rule| !rule.is_negative())
    }

    fn folder(&self, folder: &Path) -> Arc<List> {
        if let Some(list) = self.folders.read().expect("looking something up does not panic").get(folder) {
            return Arc::clone(list);
        }
        let path = folder.join(".gitignore");
        let is_read = path.symlink_metadata().is_ok_and(|file| file.is_file() && refusal(&file).is_none());
        let text = if is_read { std::fs::read(&path).unwrap_or_default() } else { Vec::new() };
        let list = Arc::new(list(&text));
        let mut folders = self.folders.write().expect("keeping a list does not panic");
        Arc::clone(folders.entry(folder.to_owned()).or_insert(list))
    }
}

/// Tells whether a folder's file of rules is a link, which git does not follow, or has rules that the walk would take for others.
pub(super) fn is_unusual(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|file| has_unusual_rules(path, &file))
}

/// The same of a file that was looked at without following it.
pub(super) fn has_unusual_rules(path: &Path, file: &Metadata) -> bool {
    let is_read = || file.is_file() && refusal(file).is_none();
    file.is_symlink() || is_read() && std::fs::read(path).is_ok_and(|text| !is_plain(&text))
}

fn list(text: &[u8]) -> List {
    lines(text).filter_map(|line| Pattern::from_bytes(trimmed(line))).collect()
}

/// Returns the lines that hold rules: each ends at a NUL, or without the carriage return before the line feed.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = text.strip_prefix(MARK).unwrap_or(text);
    let lines = text.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let lines = lines.filter(|line| !line.starts_with(b"#"));
    lines.map(|line| line.split(|&byte| byte == 0).next().unwrap_or_default()).filter(|line| !line.is_empty())
}

/// What some editors begin a file with.
const MARK: &[u8] = "\u{feff}".as_bytes();

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

/// Tells whether the walk takes the text of a file of rules for what it is to git.
fn is_plain(text: &[u8]) -> bool {
    let is_text = !text.contains(&0) && std::str::from_utf8(text).is_ok();
    is_text && lines(text).all(is_plain_line)
}

fn is_plain_line(line: &[u8]) -> bool {
    let rule = trimmed(line);
    let is_whole = !rule.chars().next_back().is_some_and(char::is_whitespace) && !line.starts_with(MARK);
    is_whole
        && !rule.iter().any(|byte| b"\\{}".contains(byte))
        && rule.split(|&byte| byte == b'[').skip(1).all(is_plain_class)
}

/// Tells whether a line goes on behind a bracket with letters, digits and ascending ranges of these up to another bracket.
///
/// What ends a range begins no other one for git, and a descending range holds nothing.
fn is_plain_class(rest: &[u8]) -> bool {
    let Some(end) = rest.find_byte(b']').filter(|&end| end > 0) else { return false };
    let is_in_range = |at: usize| rest[..end].get(at).is_some_and(u8::is_ascii_alphanumeric);
    (0..end).all(|at| match rest[at] {
        b'-' => {
            let ends_another = at > 1 && rest[at - 2] == b'-';
            at > 0 && !ends_another && is_in_range(at - 1) && is_in_range(at + 1) && rest[at - 1] <= rest[at + 1]
        }
        byte => byte.is_ascii_alphanumeric() || b"._~#".contains(&byte),
    })
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

    #[test]
    fn customary_rules_are_plain() {
        for text in [
            "# Comments\t\n/target/\n*.py[cod]\r\n[._]*.s[a-v][a-z]\n!/a b/**\n  \n**/x?.log  ",
            "\u{feff}*.log\n# caf\u{e9} {a,b}\n[Dd]ebug/",
        ] {
            assert!(is_plain(text.as_bytes()), "{text:?}");
        }
        for text in [
            "a\t",
            "a\u{a0}",
            "a\r\r\n",
            "*.{a,b}",
            "a\\ ",
            "[!a]",
            "[[:digit:]]",
            "[+-9]",
            "[a-c-e]",
            "[z-ab]",
            "[a",
            "[]a]",
            "a\0b",
        ] {
            assert!(!is_plain(text.as_bytes()), "{text:?}");
        }
    }
}
