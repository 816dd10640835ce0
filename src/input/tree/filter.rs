//! Decides what a walk goes on with, and remembers what may be a repository of its own.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::DirEntry;

use super::ignore_stack::IgnoreStack;
use super::ignored;
use super::tracked::Tracked;
use super::walk_root::WalkRoot;
use crate::input::ignore_rules::Refused;

/// What a walk asks about everything that it comes by.
pub(super) struct Filter {
    walk_root: WalkRoot,
    /// What git tracks there: the rules do not hold for it.
    tracked: Tracked,
    /// What git ignores, if there are rules.
    ignored: Option<IgnoreStack>,
    /// The directories with what may be a repository of their own, as the walk calls them.
    nested: Mutex<Vec<PathBuf>>,
}

impl Filter {
    /// Makes the filter of a walk of `walk_root`.
    pub(super) fn new(walk_root: &WalkRoot, ignored: Option<IgnoreStack>, tracked: Tracked) -> Self {
        Self { walk_root: walk_root.clone(), tracked, ignored, nested: Mutex::default() }
    }

    /// Tells whether the walk is to go on with what it came by.
    pub(super) fn passes(&self, entry: &DirEntry) -> bool {
        if ignored::is_own_file(entry.file_name()) {
            self.look_for_repository(entry);
            return false;
        }
        let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
        // What is walked is not its own part.
        entry.depth() == 0 || self.is_tracked(entry, is_directory) || self.is_looked_at(entry, is_directory)
    }

    /// Remembers a directory with tracked files in which there is a repository, too: the walk goes on in it, as git does, and it
    /// is walked once more by its own rules, unless git ignores it. Any other one was remembered before anybody looked into it.
    fn look_for_repository(&self, entry: &DirEntry) {
        let Some(folder) = entry.path().parent().filter(|_| entry.depth() > 1 && entry.file_name() == ".git") else {
            return;
        };
        if !self.is_ignored(folder, true) {
            self.nested().push(folder.to_owned());
        }
    }

    fn is_tracked(&self, entry: &DirEntry, is_directory: bool) -> bool {
        let hash = || self.walk_root.hash(&self.walk_root.inside(entry.path()));
        !self.tracked.is_empty() && self.tracked.has(hash(), is_directory)
    }

    /// Decides about something that git does not track.
    fn is_looked_at(&self, entry: &DirEntry, is_directory: bool) -> bool {
        if self.is_ignored(entry.path(), is_directory) {
            return false;
        }
        let may_be_repository = is_directory && entry.path().join(".git").symlink_metadata().is_ok();
        if may_be_repository {
            self.nested().push(entry.path().to_owned());
        }
        !may_be_repository
    }

    fn is_ignored(&self, path: &Path, is_directory: bool) -> bool {
        self.ignored.as_ref().is_some_and(|rules| rules.ignores(&self.walk_root.real_of(path), is_directory))
    }

    fn nested(&self) -> std::sync::MutexGuard<'_, Vec<PathBuf>> {
        self.nested.lock().expect("pushing does not panic")
    }

    /// Returns what git tracks.
    pub(super) fn into_tracked(self) -> Tracked {
        self.tracked
    }

    /// Returns the absolute paths of the directories with what may be a repository of their own.
    pub(super) fn repositories(&self) -> Vec<PathBuf> {
        std::mem::take(&mut *self.nested()).iter().map(|path| self.walk_root.real_of(path)).collect()
    }

    /// Returns the files of rules that were not read.
    pub(super) fn refused(&self) -> Vec<Refused> {
        self.ignored.as_ref().map(IgnoreStack::refused).unwrap_or_default()
    }
}
