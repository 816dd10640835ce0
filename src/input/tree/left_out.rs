//! Decides what a walk does not look into, and remembers what is to be done about it.

use std::path::PathBuf;
use std::sync::Mutex;

use ignore::DirEntry;

use super::folders::Folders;
use super::ignored::{self, Rules};
use super::tracked::Tracked;
use super::walk_root::WalkRoot;
use crate::input::ignore_rules::Refused;

/// What a walk asks about everything that it comes by.
pub(super) struct Filter {
    walk_root: WalkRoot,
    /// What git tracks there: the rules do not hold for it.
    tracked: Tracked,
    /// What git ignores, if there are rules.
    folders: Option<Folders>,
    /// The directories with what may be a repository of their own, as the walk calls them.
    nested: Mutex<Vec<PathBuf>>,
}

impl Filter {
    /// Makes the filter of a walk of `walk_root`.
    pub(super) fn new(walk_root: &WalkRoot, rules: Option<Rules<'_>>, tracked: Tracked) -> Self {
        Self {
            walk_root: walk_root.clone(),
            tracked,
            folders: rules.map(|rules| Folders::new(rules, &walk_root.real)),
            nested: Mutex::default(),
        }
    }

    /// Tells whether the walk is to go on with what it came by.
    pub(super) fn passes(&self, entry: &DirEntry) -> bool {
        // What is walked is not its own part.
        let is_part = entry.depth() > 0;
        if ignored::is_own_file(entry.file_name()) {
            // That of a directory without tracked files was looked for before.
            if entry.depth() > 1 && entry.file_name() == ".git" {
                self.nested().extend(entry.path().parent().map(Into::into));
            }
            return false;
        }
        let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
        !is_part || self.is_tracked(entry, is_directory) || self.is_looked_at(entry, is_directory)
    }

    fn is_tracked(&self, entry: &DirEntry, is_directory: bool) -> bool {
        let hash = || self.walk_root.hash(&self.walk_root.inside(entry.path()));
        !self.tracked.is_empty() && self.tracked.has(hash(), is_directory)
    }

    /// Decides about something that git does not track.
    fn is_looked_at(&self, entry: &DirEntry, is_directory: bool) -> bool {
        let is_ignored = |folders: &Folders| folders.ignores(&self.walk_root.real_of(entry.path()), is_directory);
        if self.folders.as_ref().is_some_and(is_ignored) {
            return false;
        }
        let may_be_repository = is_directory && entry.path().join(".git").symlink_metadata().is_ok();
        if may_be_repository {
            self.nested().push(entry.path().to_owned());
        }
        !may_be_repository
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
        self.folders.as_ref().map(Folders::refused).unwrap_or_default()
    }
}
