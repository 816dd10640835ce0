//! Whose ignore rules hold in a walk, and the walk itself, which applies none.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::walk_root::WalkRoot;
use crate::input::repository::Repository;

/// Where version control systems keep their own files.
const OWN_FILES: [&str; 5] = [".git", ".hg", ".svn", ".jj", ".bzr"];

/// Whose rules say what a walk leaves out.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    /// The root of the work tree, without links; what is walked is this or lies below it.
    pub(super) work_tree: &'a Path,
    /// The repository, if it can be used.
    pub(super) repository: Option<&'a Repository>,
}

impl Rules<'_> {
    /// Returns the files of rules that hold everywhere in the work tree, from the strongest on.
    pub(super) fn everywhere(&self) -> impl Iterator<Item = PathBuf> {
        [self.exclude()].into_iter().chain(self.excludes().map(Path::to_owned))
    }

    /// Returns where the patterns of this clone stand.
    fn exclude(&self) -> PathBuf {
        let own = || self.work_tree.join(".git");
        self.repository.map_or_else(own, |repository| repository.git().common_dir().to_owned()).join("info/exclude")
    }

    /// Returns the user's own file of patterns.
    fn excludes(&self) -> Option<&Path> {
        self.repository.and_then(Repository::excludes_file)
    }
}

/// Tells whether a file or directory of that name belongs to a version control system.
pub(super) fn is_own_file(name: &std::ffi::OsStr) -> bool {
    OWN_FILES.iter().any(|own| name == *own)
}

/// Makes a walk of `walk_root` that leaves out nothing by itself.
pub(super) fn walk(walk_root: &WalkRoot) -> WalkBuilder {
    let mut builder = WalkBuilder::new(&walk_root.walked);
    builder.standard_filters(false).follow_links(false);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    builder.threads(threads);
    builder
}
