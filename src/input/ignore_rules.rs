//! Asks git's own ignore rules about paths, and which file decided.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use bstr::BStr;
use gix::index::entry::Mode;
use gix::worktree::stack::state::ignore::Source;

/// What git's ignore rules say about a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IgnoreState {
    /// It is not ignored.
    No,
    /// Only the user's own configuration ignores it.
    Global,
    /// Only `info/exclude` of this clone ignores it.
    Exclude,
    /// A `.gitignore` of the repository ignores it.
    Ignored,
}

/// The ignore rules of one working tree.
pub struct IgnoreRules<'repository> {
    stack: RefCell<gix::AttributeStack<'repository>>,
    exclude: PathBuf,
    global: Vec<PathBuf>,
}

/// Why the rules could not be read.
#[derive(Debug, thiserror::Error)]
pub enum IgnoreRulesError {
    /// The index is damaged.
    #[error("the index could not be read")]
    Index(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A file of rules or git's configuration is damaged.
    #[error("the ignore rules could not be read")]
    Rules(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl<'repository> IgnoreRules<'repository> {
    /// Reads the rules that belong to a repository: its own, those of this clone and those of the user.
    ///
    /// # Errors
    /// The index or the configuration cannot be read.
    pub fn new(repository: &'repository gix::Repository) -> Result<Self, IgnoreRulesError> {
        let index = index(repository).map_err(IgnoreRulesError::Index)?;
        let stack = repository
            .excludes(&index, None, Source::WorktreeThenIdMappingIfNotSkipped)
            .map_err(|error| IgnoreRulesError::Rules(Box::new(error)))?;
        let configured = repository.config_snapshot().trusted_path("core.excludesFile");
        let home = std::env::var_os("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config")));
        let global = configured.ok().flatten().into_iter().chain(home.map(|home| home.join("git/ignore"))).collect();
        let exclude = repository.common_dir().join("info/exclude");
        Ok(Self { stack: RefCell::new(stack), exclude, global })
    }

    /// Returns what the rules say about a path of the working tree, given with `/`.
    ///
    /// A file in an ignored folder is ignored. Whether the path exists or is tracked makes no difference; a path that
    /// cannot be one, such as one that leaves the tree, counts as not ignored.
    pub fn state(&self, path: &BStr, is_directory: bool) -> IgnoreState {
        let mode = if is_directory { Mode::DIR } else { Mode::FILE };
        let mut stack = self.stack.borrow_mut();
        let Ok(platform) = stack.at_entry(path, Some(mode)) else { return IgnoreState::No };
        if !platform.is_excluded() {
            return IgnoreState::No;
        }
        match platform.matching_exclude_pattern().and_then(|found| found.source.map(Path::to_path_buf)) {
            Some(source) if same(&source, &self.exclude) => IgnoreState::Exclude,
            Some(source) if self.global.iter().any(|global| same(&source, global)) => IgnoreState::Global,
            _ => IgnoreState::Ignored,
        }
    }
}

/// Reads the index, which may hold rules that are not in the working tree; its checksum is not what this is about.
fn index(repository: &gix::Repository) -> Result<gix::index::State, Box<dyn std::error::Error + Send + Sync>> {
    let (path, hash) = (repository.index_path(), repository.object_hash());
    if !path.exists() {
        return Ok(gix::index::State::new(hash));
    }
    gix::index::File::at(path, hash, true, Default::default()).map(Into::into).map_err(|error| error.to_string().into())
}

/// Tells whether two paths lead to the same file.
fn same(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
