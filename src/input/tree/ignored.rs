//! Sets up a walk that leaves out what git ignores.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::input::ignore_rules::{self, ignores_case, is_too_large};
use crate::input::repository::Repository;

/// Where version control systems keep their own files.
const OWN_FILES: [&str; 5] = [".git", ".hg", ".svn", ".jj", ".bzr"];

/// Tells whether a file or directory of that name belongs to a version control system.
pub(super) fn is_own_file(name: &std::ffi::OsStr) -> bool {
    OWN_FILES.iter().any(|own| name == *own)
}

/// Returns a file of ignore rules that counts for `directory` and is too large to be read; `excludes` is the user's own.
pub(super) fn unusable(directory: &Path, excludes: Option<&Path>) -> Option<PathBuf> {
    let own = excludes.filter(|path| is_too_large(path)).map(Path::to_owned);
    own.or_else(|| directory.ancestors().find_map(ignore_rules::unusable))
}

/// Makes a walk of `directory`, which belongs to `repository` or to none; `excludes` is the user's own file of patterns.
pub(super) fn walk(directory: &Path, repository: Option<&Repository>, excludes: Option<&Path>) -> WalkBuilder {
    let mut builder = WalkBuilder::new(directory);
    builder.hidden(false).ignore(false).git_global(false).follow_links(false);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    builder.threads(threads);
    let Some(repository) = repository else {
        // A repository further down still has its own rules.
        return builder;
    };
    let Some(work_tree) = repository.work_tree().and_then(|path| path.canonicalize().ok()) else { return builder };
    builder.current_dir(&work_tree).ignore_case_insensitive(ignores_case(repository.git()));
    if let Some(excludes) = excludes {
        let _ = builder.add_ignore(excludes);
    }
    let git = work_tree.join(".git").metadata();
    if git.is_err() {
        // The walk cannot know that this is a work tree, and where it ends.
        builder.require_git(false).parents(work_tree != real(directory));
    }
    if !git.is_ok_and(|git| git.is_dir()) {
        // The git directory lies elsewhere, and only git knows all the ways there.
        let _ = builder.add_ignore(repository.git().common_dir().join("info/exclude"));
    }
    builder
}

fn real(directory: &Path) -> PathBuf {
    directory.canonicalize().unwrap_or_else(|_| directory.to_owned())
}
