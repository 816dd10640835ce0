//! Finds the files that may be edited.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use bstr::{BString, ByteSlice as _};
use ignore::DirEntry;

use super::run::{LINK_HELP, Run};
use crate::finding::Notice;
use crate::input::ignore_rules::Refused;
use crate::input::tree::IgnoreStack;
use crate::lint::is_agents;
use crate::replace;

impl Run<'_> {
    /// Returns the files that git would show: tracked, or not ignored; none that lies behind a symbolic link.
    pub(super) fn files(&mut self) -> Vec<BString> {
        let mut paths = self.walk();
        let root = &self.root;
        for path in self.tracked.iter().filter(|path| self.scope.holds(path.as_bstr())) {
            let inside = path.to_path_lossy();
            let Ok(metadata) = root.join(&inside).symlink_metadata() else { continue };
            let is_linked = metadata.is_symlink() || replace::leaves(root, &inside);
            if metadata.is_file() && !is_linked {
                paths.push(path.clone());
            } else if is_linked && is_agents(path.as_bstr()) {
                let message = "was left as it is, because a symbolic link leads to it, which could lead anywhere";
                self.report.notices.push(Notice::note(path.to_string(), message, LINK_HELP));
            }
        }
        paths.retain(|path| !self.opinion.excludes(path.as_bstr()));
        paths.sort();
        paths.dedup();
        paths
    }

    /// Returns the files that git does not ignore. A folder whose ignore rules are too many is not looked into, and noted.
    fn walk(&mut self) -> Vec<BString> {
        let root = &self.root;
        let start = root.join(self.scope.named.to_path_lossy());
        let shown = Arc::new(Shown::default());
        let is_open = shown.enter(root, &start);
        let passes = Arc::clone(&shown);
        let walk = ignore::WalkBuilder::new(&start)
            .standard_filters(false)
            .filter_entry(move |entry| passes.passes(entry))
            .build();
        let inside = |path: &Path| {
            let path = gix::path::into_bstr(path.strip_prefix(root).ok()?.to_path_buf()).ok()?;
            Some(gix::path::to_unix_separators_on_windows(path).into_owned())
        };
        let mut unread = Vec::new();
        let entries = is_open
            .then_some(walk)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.map_err(|error| unread.push(error)).ok());
        let files = entries.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
        let files = files.filter_map(|entry| inside(entry.path())).collect();
        for error in unread {
            let (place, error) = unread_place(error);
            let path = place.as_deref().and_then(inside).unwrap_or_default();
            let message = format!("could not be read: {error}");
            self.report.notices.push(Notice::unread(path.to_string(), message, "check its permissions"));
        }
        for Refused { path, why } in shown.refused() {
            let path = inside(&path).unwrap_or_default();
            let message = format!("{why}, so that only tracked files beside it are mended");
            self.report.notices.push(Notice::unread(path.to_string(), message, why.help()));
        }
        files
    }
}

/// What git shows of a work tree, and of those inside of it, each by its own rules.
#[derive(Default)]
struct Shown {
    /// The roots of the work trees that the walk came by, with their rules.
    work_trees: Mutex<Vec<(PathBuf, IgnoreStack)>>,
    /// The files of rules that count for all of one and are not read.
    refused: Mutex<Vec<Refused>>,
}

impl Shown {
    /// Reads the rules of the work tree at `root` for a walk of `start`; tells whether there is anything to be shown.
    fn enter(&self, root: &Path, start: &Path) -> bool {
        match IgnoreStack::of(root, start) {
            Ok(rules) => self.work_trees().push((root.to_owned(), rules)),
            Err(refused) => {
                self.refused.lock().expect("pushing does not panic").push(refused);
                return false;
            }
        }
        true
    }

    /// Tells whether a walk is to go on with what it came by.
    fn passes(&self, entry: &DirEntry) -> bool {
        let (path, is_directory) = (entry.path(), entry.file_type().is_some_and(|kind| kind.is_dir()));
        if entry.file_name() == ".git" {
            return false;
        }
        // What is named is not ignored.
        if entry.depth() == 0 {
            return true;
        }
        let is_ignored = {
            let work_trees = self.work_trees();
            let innermost = work_trees.iter().rev().find(|(root, _)| path.starts_with(root));
            innermost.is_some_and(|(_, rules)| rules.ignores(path, is_directory))
        };
        let is_work_tree = || is_directory && path.join(".git").symlink_metadata().is_ok();
        !is_ignored && (!is_work_tree() || self.enter(path, path))
    }

    fn work_trees(&self) -> MutexGuard<'_, Vec<(PathBuf, IgnoreStack)>> {
        self.work_trees.lock().expect("rules are read without a panic")
    }

    /// Returns the files of rules that were not read.
    fn refused(&self) -> Vec<Refused> {
        let mut refused = std::mem::take(&mut *self.refused.lock().expect("pushing does not panic"));
        refused.extend(self.work_trees().iter().flat_map(|(_, rules)| rules.refused()));
        refused
    }
}

/// Parts what is wrong with an entry from its path.
fn unread_place(error: ignore::Error) -> (Option<PathBuf>, ignore::Error) {
    match error {
        ignore::Error::WithPath { path, err } => (Some(path), *err),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => unread_place(*err),
        other => (None, other),
    }
}
