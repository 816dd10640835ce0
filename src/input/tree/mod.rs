//! The working tree: what git tracks, and what it neither tracks nor ignores.

mod filter;
mod found;
mod ignore_stack;
mod ignored;
mod read;
mod start;
mod tracked;
mod walk;
mod walk_root;

use std::io;
use std::path::{Path, PathBuf};

use start::{HERE, Place, Start};

use super::repository::{Repository, RepositoryError};
use super::{Coverage, Visitor};
use crate::finding::Notice;

pub use ignore_stack::IgnoreStack;
pub use read::LARGEST;

/// The files that a scan of the working tree looks at.
///
/// - A tracked file is looked at even if a pattern would have git ignore it, and even if sparse checkout says that it is
///   not there although it is.
/// - An untracked file is looked at unless `.gitignore`, `.git/info/exclude` or `core.excludesFile` says otherwise.
/// - Repositories inside, submodules or not, are looked at by the same rules, each with its own index.
/// - Outside of any repository every file is looked at, whatever a `.gitignore` says.
/// - A symbolic link is not followed: the path that it holds is its content.
/// - A path that was named is looked at even if it is ignored, and followed if it is a symbolic link; the rules hold for
///   what is inside it.
/// - The directories in which version control systems keep their own files are left out.
/// - Named pipes, sockets and devices are left out. A path that was named may be a device or a pipe that a shell made; a pipe
///   in a folder is noted and not read.
pub struct Tree {
    root: PathBuf,
    starts: Vec<Start>,
    repository: Option<Repository>,
    notices: Vec<Notice>,
}

/// A path in a scan that would have another root alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// The absolute path.
    pub path: PathBuf,
    /// The root of a scan of this path alone.
    pub root: PathBuf,
    /// Whether that is the root of a repository's work tree.
    pub is_work_tree: bool,
}

/// Why a scan of files cannot begin.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum TreeError {
    /// A path that was named cannot be reached.
    #[error("`{}` cannot be reached", path.display())]
    #[diagnostic(code(input::unreachable_path), help("check the path's spelling and its permissions"))]
    Unreachable {
        /// The path as it was given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A bare repository or a git directory has objects, not files.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Repository(RepositoryError),
}

impl Tree {
    /// Prepares a scan of `paths`, or of the whole work tree around the current directory if there is none. Outside of any
    /// work tree that is the current directory.
    ///
    /// # Errors
    /// If a path cannot be reached, or is a directory of git's that holds objects.
    pub fn new(paths: &[PathBuf]) -> Result<Self, TreeError> {
        let (places, around) = if paths.is_empty() { around()? } else { (named(paths)?, None) };
        let mut notices = Vec::new();
        let discovered = around.map_or_else(|| Repository::discover(&places[0].real), Ok);
        let repository = match discovered {
            Ok(repository) => {
                if repository.has_broken_head() {
                    notices.push(head_notice(&places[0].real));
                }
                Some(repository)
            }
            Err(error) => {
                // A repository that is found by walking is tried again, and noted, where the walk comes by it.
                if std::env::var_os("GIT_DIR").is_some() {
                    notices.push(broken_notice(&places[0].real, &error));
                }
                None
            }
        };
        let work_tree = repository.as_ref().and_then(Repository::work_tree).and_then(|path| path.canonicalize().ok());
        let root = match (work_tree, &places[..]) {
            (Some(work_tree), [first, ..]) if first.real.starts_with(&work_tree) => work_tree,
            (_, [only]) if only.is_directory => only.real.clone(),
            _ => Path::new(HERE)
                .canonicalize()
                .map_err(|source| TreeError::Unreachable { path: PathBuf::from(HERE), source })?,
        };
        let starts = places.into_iter().map(|place| place.start(&root)).collect();
        Ok(Self { root, starts, repository, notices })
    }

    /// Returns the absolute path that the paths of all origins are relative to: the root of the work tree, or else the only
    /// directory that was named, or else the current directory. Paths that lie elsewhere are absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Tells whether a folder is scanned, rather than a few files that were named.
    pub fn is_whole(&self) -> bool {
        self.starts.iter().any(|start| start.is_directory)
    }

    /// Returns the paths that were named and would have another root alone.
    pub fn others(&self) -> Vec<Other> {
        if let [_] = &self.starts[..] {
            return Vec::new();
        }
        let is_work_tree = self.repository.as_ref().and_then(Repository::work_tree).is_some();
        let outside = self.starts.iter().filter(|start| !(is_work_tree && start.path.starts_with(&self.root)));
        let other = |start: &Start| {
            let around = start.path.ancestors().skip(usize::from(!start.is_directory));
            let work_tree = around.clone().find(|above| above.join(".git").exists()).map(Path::to_owned);
            let alone = if start.is_directory { Some(start.path.clone()) } else { Path::new(HERE).canonicalize().ok() };
            let is_work_tree = work_tree.is_some();
            Some(Other { path: start.path.clone(), root: work_tree.or(alone)?, is_work_tree })
        };
        outside.filter_map(other).filter(|other| other.root != self.root).collect()
    }

    /// Returns the repository that the first path belongs to.
    pub fn repository(&self) -> Option<&Repository> {
        self.repository.as_ref()
    }

    /// Shows every file to `visitor`, from as many threads as there are processors, in no particular order. While they look
    /// through the first directory, `beside` runs on the thread of the caller.
    pub fn read(&self, coverage: &Coverage, visitor: &dyn Visitor, beside: impl FnOnce()) {
        self.notices.iter().for_each(|notice| visitor.notice(notice.clone()));
        let mut walk = walk::Walk::new(&self.root, self.repository.as_ref(), coverage, visitor, Box::new(beside));
        // Named files first, so that the walks leave them out.
        let (directories, files): (Vec<_>, Vec<_>) = self.starts.iter().partition(|start| start.is_directory);
        if let (None, true, Some(first)) = (&self.repository, directories.is_empty(), files.first()) {
            walk.look_around(first);
        }
        files.into_iter().for_each(|file| walk.file(file));
        directories.into_iter().for_each(|directory| walk.directory(directory));
        walk.finish();
    }
}

/// Finds the work tree around the current directory, and its repository.
fn around() -> Result<(Vec<Place>, Option<Repository>), TreeError> {
    let here = Path::new(HERE);
    let found = Place::find(here);
    let Ok(repository) = Repository::discover(here) else { return Ok((vec![found?], None)) };
    let root = Place::find(repository.work_tree_around(here).map_err(TreeError::Repository)?)?;
    let place = found.ok().filter(|here| here.real == root.real).unwrap_or(root);
    Ok((vec![place], Some(repository)))
}

/// Finds the places that were named.
fn named(paths: &[PathBuf]) -> Result<Vec<Place>, TreeError> {
    let find = |path: &PathBuf| {
        let place = Place::find(path)?;
        let is_git = place.is_directory && gix::discover::is_git(&place.real).is_ok();
        if is_git { Err(TreeError::Repository(RepositoryError::NoWorkTree { path: path.clone() })) } else { Ok(place) }
    };
    paths.iter().map(find).collect()
}

/// Makes a notice of a repository that git would not take for one because of its HEAD.
fn head_notice(path: &Path) -> Notice {
    let message = "HEAD of its repository makes no sense to git, so what git tracks and ignores may be another";
    Notice::unread(path.to_string_lossy(), message, "`git status` and `git fsck` show more")
}

/// Makes a notice of a repository whose index or configuration cannot be used.
fn broken_notice(path: &Path, error: &RepositoryError) -> Notice {
    use miette::Diagnostic;
    let help = error.help().map(|help| help.to_string()).unwrap_or_default();
    Notice::unread(
        path.to_string_lossy(),
        format!("{error}, so tracked files that git ignores are not looked at"),
        help,
    )
}
