//! Finds the repositories that a walk goes by, and tells those that cannot be used from what is none.

use std::path::{Path, PathBuf};

use super::ignored::Rules;
use crate::input::repository::{Repository, RepositoryError};

/// A repository is there that cannot be used.
pub(super) struct BrokenRepository {
    /// The root of its work tree.
    pub(super) work_tree: PathBuf,
    /// Why.
    pub(super) error: RepositoryError,
}

/// A work tree inside of what is walked.
pub(super) struct Owner {
    /// Its root, without links.
    pub(super) work_tree: PathBuf,
    /// Its repository, if that can be used.
    pub(super) repository: Option<Repository>,
}

impl Owner {
    /// Returns the rules that hold in it.
    pub(super) fn rules(&self) -> Rules<'_> {
        Rules { work_tree: &self.work_tree, repository: self.repository.as_ref() }
    }
}

/// Returns the repository that `directory` lies in, if its work tree is not `known`.
pub(super) fn find(directory: &Path, known: Option<&Path>) -> Result<Option<Repository>, BrokenRepository> {
    let above = directory.ancestors().take_while(|above| Some(*above) != known);
    for root in above.filter(|above| above.join(".git").exists()) {
        if let Some(found) = open(root)? {
            return Ok(Some(found).filter(|found| is_in_work_tree(directory, found)));
        }
    }
    Ok(None)
}

/// Opens the repository at the root of a work tree, if git takes what is there for one.
pub(super) fn open(work_tree: &Path) -> Result<Option<Repository>, BrokenRepository> {
    let error = match Repository::open(work_tree) {
        Ok(repository) => return Ok(Some(repository)),
        // Whatever is called `.git` there, git would not take it for a repository either.
        Err(RepositoryError::NotARepository { .. }) if !is_remnant(&work_tree.join(".git")) => return Ok(None),
        Err(RepositoryError::NotARepository { path }) => RepositoryError::Broken { path },
        Err(error) => error,
    };
    Err(BrokenRepository { work_tree: work_tree.to_owned(), error })
}

/// Returns the root of a repository's work tree, without links.
pub(super) fn real_work_tree(repository: &Repository) -> Option<PathBuf> {
    repository.work_tree()?.canonicalize().ok()
}

/// Tells whether git takes a directory for one of a repository's work tree.
fn is_in_work_tree(directory: &Path, repository: &Repository) -> bool {
    real_work_tree(repository).is_some_and(|work_tree| directory.starts_with(work_tree))
}

/// Tells whether a `.git` that is no repository has been one, points to one that is gone, or may not be looked into.
fn is_remnant(git: &Path) -> bool {
    const LEFT: [&str; 6] = ["HEAD", "objects", "refs", "config", "index", "packed-refs"];
    git.is_file() || LEFT.iter().any(|name| git.join(name).try_exists().unwrap_or(true))
}
