//! What git ignores in a work tree, told as git reads its rules, and only where somebody asks: a folder's file of rules is looked for
//! when something comes up that git does not track.
//!
//! `gix` has such a stack, which [`IgnoreRules`](crate::input::ignore_rules::IgnoreRules) asks about single paths. It goes from one
//! path to the next, for one thread; here all threads of a walk share what was read.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use bstr::{BStr, BString, ByteSlice};
use gix::glob::Pattern;
use gix::glob::pattern::Case;
use gix::glob::wildmatch::Mode;

use super::ignored::Rules;
use crate::input::ignore_rules::{Refused, case, left_out_rules, refusal, refused, refused_in};
use crate::input::path::bytes;
use crate::input::repository::Repository;

/// The rules of a file, later ones win.
type List = Vec<Pattern>;

/// The ignore rules of a work tree, for a walk of it.
pub struct IgnoreStack {
    work_tree: PathBuf,
    /// Where the walk begins, whether git ignores that or not.
    start: PathBuf,
    /// How names are compared: what passes case over is in lower case, names and rules.
    case: Case,
    /// The rules that hold everywhere in it, from the strongest on.
    everywhere: Vec<List>,
    /// The text of those that sparse checkout leaves out of the work tree, by their folders.
    left_out: HashMap<PathBuf, Vec<u8>>,
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

impl IgnoreStack {
    /// Reads the rules that hold everywhere in the work tree at `root` for a walk of `start`, a directory in it; each folder's own
    /// rules follow when they are asked for.
    ///
    /// # Errors
    /// A file of rules that counts for all of `start` is not read.
    pub fn of(root: &Path, start: &Path) -> Result<Self, Refused> {
        let repository = Repository::open(root).ok();
        Self::new(Rules { work_tree: root, repository: repository.as_ref() }, start)
    }

    /// Reads the rules for a walk of `start`, as [`IgnoreStack::of`] does; without a repository that can be used they are those of
    /// the work tree alone.
    pub(super) fn new(rules: Rules<'_>, start: &Path) -> Result<Self, Refused> {
        let Rules { work_tree, repository } = rules;
        let mut above = start.ancestors().take_while(|above| above.starts_with(work_tree));
        let everywhere: Vec<PathBuf> = rules.everywhere().collect();
        if let Some(refused) = everywhere.iter().cloned().find_map(refused).or_else(|| above.find_map(refused_in)) {
            return Err(refused);
        }
        let case = repository.map_or(Case::Sensitive, |repository| case(repository.git()));
        Ok(Self {
            work_tree: work_tree.to_owned(),
            start: start.to_owned(),
            case,
            everywhere: everywhere.iter().map(|path| list(&std::fs::read(path).unwrap_or_default(), case)).collect(),
            left_out: repository.map_or(Ok(HashMap::new()), |repository| left_out(work_tree, repository))?,
            known: RwLock::default(),
            refused: Mutex::default(),
        })
    }

    /// Tells whether git ignores what lies at an absolute path in the work tree, if it does not track it.
    pub fn ignores(&self, path: &Path, is_directory: bool) -> bool {
        let Some(folder) = path.parent().filter(|folder| folder.starts_with(&self.work_tree)) else { return false };
        self.says_to_ignore(&self.folder(folder), path, is_directory)
    }

    /// Returns the files of rules that were not read so far.
    pub fn refused(&self) -> Vec<Refused> {
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
        let mut inside = bytes(path.strip_prefix(folder).ok()?);
        if self.case == Case::Fold {
            inside.to_mut().make_ascii_lowercase();
        }
        let name = inside.rfind_byte(b'/').map(|at| at + 1);
        let matches = |rule: &&Pattern| {
            let inside = BStr::new(inside.as_ref());
            let (case, mode) = (Case::Sensitive, Mode::NO_MATCH_SLASH_LITERAL);
            rule.matches_repo_relative_path(inside, name, Some(is_directory), case, mode)
        };
        list.iter().rev().find(matches).map(|rule| !rule.is_negative())
    }

    /// Returns what git ignores in a folder of the work tree.
    fn folder(&self, path: &Path) -> Arc<Folder> {
        let (mut unknown, mut above) = (Vec::new(), None);
        for folder in path.ancestors().take_while(|folder| folder.starts_with(&self.work_tree)) {
            above = self.known.read().expect("looking something up does not panic").get(folder).cloned();
            if above.is_some() {
                break;
            }
            unknown.push(folder);
        }
        for path in unknown.into_iter().rev() {
            let folder = self.read(path, above).unwrap_or_else(|refused| self.refuse(refused));
            let mut known = self.known.write().expect("keeping a folder does not panic");
            above = Some(Arc::clone(known.entry(path.to_owned()).or_insert(folder)));
        }
        above.expect("the root of the work tree is one of the folders")
    }

    /// Takes note of a file of rules that is not read.
    fn refuse(&self, refused: Refused) -> Arc<Folder> {
        let mut all = self.refused.lock().expect("pushing does not panic");
        // Two threads may come here at once.
        if !all.contains(&refused) {
            all.push(refused);
        }
        Arc::new(Folder::Unknown)
    }

    /// Reads a folder's rules, below the folder `above` it.
    fn read(&self, path: &Path, above: Option<Arc<Folder>>) -> Result<Arc<Folder>, Refused> {
        if let Some(above) = &above {
            match **above {
                Folder::Everything | Folder::Unknown => return Ok(Arc::clone(above)),
                Folder::Ruled { .. } if self.start.starts_with(path) => {}
                Folder::Ruled { .. } if self.says_to_ignore(above, path, true) => {
                    return Ok(Arc::new(Folder::Everything));
                }
                Folder::Ruled { .. } => {}
            }
        }
        let own = list(&self.text(path)?, self.case);
        Ok(match above {
            Some(above) if own.is_empty() => above,
            above => Arc::new(Folder::Ruled { path: path.to_owned(), own, above }),
        })
    }

    /// Returns the text of a folder's file of rules, which is there, or left out, or none. Git does not follow a link to rules.
    fn text(&self, folder: &Path) -> Result<Vec<u8>, Refused> {
        let path = folder.join(".gitignore");
        let Ok(file) = path.symlink_metadata() else {
            return Ok(self.left_out.get(folder).cloned().unwrap_or_default());
        };
        match refusal(&file) {
            Some(why) => Err(Refused { path, why }),
            None if file.is_symlink() => Ok(Vec::new()),
            None => Ok(std::fs::read(&path).unwrap_or_default()),
        }
    }
}

/// Reads the files of rules that sparse checkout leaves out of the work tree: git reads those from the index.
fn left_out(work_tree: &Path, repository: &Repository) -> Result<HashMap<PathBuf, Vec<u8>>, Refused> {
    let git = repository.git();
    // Without an index nothing is left out.
    let Ok(index) = repository.index() else { return Ok(HashMap::new()) };
    let read = |(path, id): (BString, gix::ObjectId)| {
        let folder = work_tree.join(path.to_path().ok()?.parent()?);
        Some((folder, git.find_object(id).ok()?.data.clone()))
    };
    Ok(left_out_rules(git, work_tree, index)?.into_iter().filter_map(read).collect())
}

fn list(text: &[u8], case: Case) -> List {
    let pattern = |line: &[u8]| match case {
        Case::Sensitive => Pattern::from_bytes(line),
        Case::Fold => Pattern::from_bytes(&folded(line)),
    };
    lines(text).filter_map(|line| pattern(trimmed(line))).collect()
}

/// Puts a rule in lower case for names in lower case. For git a capital behind a backslash or alone in brackets is none of those
/// letters, and a range of capitals has the small ones, too (`wildmatch.c` of git, with `WM_CASEFOLD`).
fn folded(rule: &[u8]) -> Vec<u8> {
    let (mut folded, mut at) = (Vec::with_capacity(rule.len()), 0);
    while at < rule.len() {
        let end = match rule[at] {
            b'\\' => (at + 2).min(rule.len()),
            b'[' => fold_brackets(rule, at, &mut folded),
            _ => at + 1,
        };
        match rule[at] {
            b'[' => {}
            b'\\' => folded.extend_from_slice(&rule[at..end]),
            byte => folded.push(byte.to_ascii_lowercase()),
        }
        at = end;
    }
    folded
}

/// Adds what the brackets that open at `start` mean to names in lower case; returns where they end.
fn fold_brackets(rule: &[u8], start: usize, folded: &mut Vec<u8>) -> usize {
    let is = |at: usize, byte: u8| rule.get(at) == Some(&byte);
    let first = start + 1 + usize::from(is(start + 1, b'!') || is(start + 1, b'^'));
    folded.extend_from_slice(&rule[start..first]);
    // The byte that a hyphen would make the start of a range.
    let (mut at, mut before) = (first, None);
    while at < rule.len() && (at == first || rule[at] != b']') {
        let escaped = usize::from(is(at, b'\\'));
        let is_range = is(at, b'-') && rule.get(at + 1).is_some_and(|&next| next != b']');
        if let Some(low) = before.filter(|_| is_range) {
            let end = at + 1 + usize::from(is(at + 1, b'\\'));
            folded.extend_from_slice(&rule[at..(end + 1).min(rule.len())]);
            let high = rule.get(end).copied().unwrap_or_default();
            let (low, high) = (b'A'.max(low), b'Z'.min(high));
            if low <= high {
                folded.extend([low.to_ascii_lowercase(), b'-', high.to_ascii_lowercase()]);
            }
            (at, before) = (end + 1, None);
        } else if let Some(length) = rule[at..].strip_prefix(b"[:").and_then(|rest| rest.find(b":]")) {
            let class = &rule[at..at + length + 4];
            folded.extend_from_slice(if class == b"[:upper:]" { b"[:lower:]" } else { class });
            (at, before) = (at + class.len(), None);
        } else {
            let end = (at + 1 + escaped).min(rule.len());
            folded.extend_from_slice(&rule[at..end]);
            (at, before) = (end, rule.get(at + escaped).copied());
        }
    }
    let end = (at + 1).min(rule.len());
    folded.extend_from_slice(&rule[at.min(rule.len())..end]);
    end
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
