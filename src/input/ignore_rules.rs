//! Asks git's own ignore rules about paths, and which file decided.

use std::cell::RefCell;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use bstr::{BStr, BString, ByteSlice as _};
use gix::glob::pattern::Case;
use gix::index::entry::Mode;
use gix::worktree::stack::State;
use gix::worktree::stack::state::Ignore;
use gix::worktree::stack::state::ignore::Source;

use super::index::{self, Index};
use super::repository::{Repository, with_all_settings};

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

/// The size in bytes up to which a file of ignore rules is read: each of its lines costs a few hundred bytes of memory.
const LARGEST: u64 = 1 << 20;

/// Why a file of ignore rules is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It has too many bytes.
    #[error("is larger than {} MiB", LARGEST >> 20)]
    TooLarge,
    /// What lies there may never end.
    #[error("is a pipe, a socket or a device, and no file")]
    NoFile,
}

impl Refusal {
    /// Returns what to do about it.
    pub const fn help(self) -> &'static str {
        match self {
            Self::TooLarge => "shorten it: one pattern speaks for many files",
            Self::NoFile => "take it away, or put a file in its place",
        }
    }
}

/// A file of ignore rules that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The file.
    pub path: PathBuf,
    /// Why it is not read.
    pub why: Refusal,
}

/// Tells why the rules that a path leads to are not read, if they are not.
pub fn refused(path: PathBuf) -> Option<Refused> {
    let why = refusal(&path.metadata().ok()?)?;
    Some(Refused { path, why })
}

/// The same of a file that was looked at. A link that was not followed has no rules.
pub(super) fn refusal(file: &Metadata) -> Option<Refusal> {
    match file.is_file() {
        true => (file.len() > LARGEST).then_some(Refusal::TooLarge),
        false => (!file.is_dir() && !file.is_symlink()).then_some(Refusal::NoFile),
    }
}

/// Returns the file of ignore rules in a directory that is not read, if there is one.
pub fn refused_in(directory: &Path) -> Option<Refused> {
    refused_own(directory).or_else(|| refused(directory.join(".git/info/exclude")))
}

/// Returns a directory's `.gitignore` if it is not read. Git does not follow a link to one.
fn refused_own(directory: &Path) -> Option<Refused> {
    let path = directory.join(".gitignore");
    let why = refusal(&path.symlink_metadata().ok()?)?;
    Some(Refused { path, why })
}

/// The ignore rules of one working tree.
pub struct IgnoreRules<'repository> {
    stack: RefCell<gix::AttributeStack<'repository>>,
    root: PathBuf,
    exclude: PathBuf,
    global: Option<PathBuf>,
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
    /// A file of rules is not read.
    #[error("`{path}` {why}, so that nobody knows what git ignores")]
    Refused {
        /// The file, printable.
        path: String,
        /// Why it is not read.
        why: Refusal,
    },
}

impl IgnoreRulesError {
    /// Returns what to do about it.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Index(_) | Self::Rules(_) => "`git status` says what is wrong",
            Self::Refused { why, .. } => why.help(),
        }
    }
}

impl<'repository> IgnoreRules<'repository> {
    /// Reads the rules that belong to a repository: its own, those of this clone and those of the user.
    ///
    /// # Errors
    /// The index or the configuration cannot be read, or a file of rules is too large or none.
    pub fn of(repository: &'repository Repository) -> Result<Self, IgnoreRulesError> {
        let index = repository.index().map_err(|error| IgnoreRulesError::Index(Box::new(error)))?;
        Self::with(repository.git(), index, repository.excludes_file())
    }

    /// Reads the rules that belong to a repository that `gix` has opened.
    ///
    /// # Errors
    /// As of [`IgnoreRules::of`].
    pub fn new(repository: &'repository gix::Repository) -> Result<Self, IgnoreRulesError> {
        let index = Index::open(&repository.index_path(), repository.object_hash());
        let index = index.map_err(|error| IgnoreRulesError::Index(Box::new(error)))?;
        Self::with(repository, &index, excludes_file(repository).as_deref())
    }

    fn with(
        repository: &'repository gix::Repository,
        index: &Index,
        global: Option<&Path>,
    ) -> Result<Self, IgnoreRulesError> {
        let root = repository.workdir().unwrap_or(repository.git_dir()).to_path_buf();
        let error = |path: &Path, why: Refusal| {
            let path = path.strip_prefix(&root).unwrap_or(path);
            IgnoreRulesError::Refused { path: super::printable(path.as_os_str().as_encoded_bytes()), why }
        };
        let (exclude, global) = (repository.common_dir().join("info/exclude"), global.map(Path::to_owned));
        let everywhere = [exclude.clone()].into_iter().chain(global.clone());
        if let Some(Refused { path, why }) = refused_own(&root).or_else(|| everywhere.into_iter().find_map(refused)) {
            return Err(error(&path, why));
        }
        let left_out = left_out_rules(repository, &root, index).map_err(|refused| error(&refused.path, refused.why))?;
        let stack = stack(repository, left_out, case(repository), global.clone());
        let stack = stack.map_err(|error| IgnoreRulesError::Rules(Box::new(error)))?;
        Ok(Self { stack: RefCell::new(stack), root, exclude, global })
    }

    /// Returns what the rules say about a path of the working tree, given with `/`.
    ///
    /// A file in an ignored folder is ignored. Whether the path exists or is tracked makes no difference; a path that
    /// cannot be one, such as one that leaves the tree, counts as not ignored, and so does one below a folder whose rules are
    /// too many.
    pub fn state(&self, path: &BStr, is_directory: bool) -> IgnoreState {
        let mode = if is_directory { Mode::DIR } else { Mode::FILE };
        let mut folders = path.find_iter(b"/").map(|at| self.root.join(path[..at].to_path_lossy()));
        if folders.any(|folder| refused_own(&folder).is_some()) {
            return IgnoreState::No;
        }
        let mut stack = self.stack.borrow_mut();
        let Ok(platform) = stack.at_entry(path, Some(mode)) else { return IgnoreState::No };
        if !platform.is_excluded() {
            return IgnoreState::No;
        }
        match platform.matching_exclude_pattern().and_then(|found| found.source.map(Path::to_path_buf)) {
            Some(source) if same(&source, &self.exclude) => IgnoreState::Exclude,
            Some(source) if self.global.as_ref().is_some_and(|global| same(&source, global)) => IgnoreState::Global,
            _ => IgnoreState::Ignored,
        }
    }
}

/// Returns the files of rules that sparse checkout leaves out of the work tree at `root`: git reads those from the index.
///
/// # Errors
/// One of them is too large to be read.
pub(super) fn left_out_rules(
    repository: &gix::Repository,
    root: &Path,
    index: &Index,
) -> Result<Vec<(BString, gix::ObjectId)>, Refused> {
    let case = case(repository);
    let is_rules = |path: &BStr| {
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        match case {
            Case::Sensitive => name == b".gitignore",
            Case::Fold => name.eq_ignore_ascii_case(b".gitignore"),
        }
    };
    // Of a conflict our side counts.
    let counts = |entry: &index::Entry<'_>| entry.skip_worktree && entry.mode.is_blob() && matches!(entry.stage, 0 | 2);
    let rules = (0..index.len()).filter(|&position| is_rules(index.path(position)));
    let left_out = rules.map(|position| index.entry(position)).filter(counts);
    let is_large = |id: &gix::oid| repository.find_header(id).is_ok_and(|header| header.size() > LARGEST);
    let readable = |entry: index::Entry<'_>| match is_large(entry.id) {
        true => Err(Refused { path: root.join(entry.path.to_path_lossy()), why: Refusal::TooLarge }),
        false => Ok((entry.path.to_owned(), entry.id.to_owned())),
    };
    left_out.map(readable).collect()
}

/// Puts the rules together, of which those of the user stand in `global`: what `gix` itself takes for that file is another one
/// where it must not look at the settings and the home directory of the user.
fn stack<'repository>(
    repository: &'repository gix::Repository,
    left_out: Vec<(BString, gix::ObjectId)>,
    case: Case,
    global: Option<PathBuf>,
) -> std::io::Result<gix::AttributeStack<'repository>> {
    let is_set = |name: &str| repository.config_snapshot().boolean(name) == Some(true);
    let parser = gix::ignore::search::Ignore { support_precious: is_set("gitoxide.parsePrecious") };
    let mut buffer = Vec::new();
    let rules = gix::ignore::Search::from_git_dir(repository.common_dir(), global, &mut buffer, parser)?;
    let source = Source::WorktreeThenIdMappingIfNotSkipped;
    let state = State::IgnoreStack(Ignore::new(Default::default(), rules, None, source, parser));
    let root = repository.workdir().unwrap_or(repository.git_dir());
    Ok(gix::AttributeStack::new(gix::worktree::Stack::new(root, state, case, buffer, left_out), repository))
}

/// Tells whether patterns match names whatever the case of their letters.
pub fn ignores_case(repository: &gix::Repository) -> bool {
    repository.config_snapshot().boolean("core.ignoreCase") == Some(true)
}

/// Returns how patterns match names.
pub(super) fn case(repository: &gix::Repository) -> Case {
    if ignores_case(repository) { Case::Fold } else { Case::Sensitive }
}

/// Returns the file of rules that a user has for all repositories: `core.excludesFile`, or git's default for it.
///
/// Git goes to the top of the work tree before it opens the file, so that a relative path begins there. One that is not there
/// has no rules, and nothing else takes its place.
pub fn excludes_file(repository: &gix::Repository) -> Option<PathBuf> {
    let settings = with_all_settings(repository);
    let configured = settings.and_then(|git| match git.config_snapshot().trusted_path("core.excludesFile") {
        Ok(path) => path,
        // It begins with `~`, and nobody knows where that is: git reads no file then.
        Err(_) => Some(PathBuf::new()),
    });
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let default = || {
        let base = variable("XDG_CONFIG_HOME").or_else(|| Some(variable("HOME")?.join(".config")));
        Some(base?.join("git/ignore"))
    };
    let path = configured.or_else(default)?;
    let path = repository.workdir().map_or(path.clone(), |root| root.join(path));
    path.is_file().then_some(path)
}

/// Tells whether two paths lead to the same file.
fn same(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn each_reason_for_which_rules_are_not_read_says_what_to_do() {
        let folder = tempfile::tempdir().expect("there is a temporary directory");
        let path = folder.path().join(".gitignore");
        assert_eq!(refused_in(folder.path()), None);
        std::fs::write(&path, vec![b'#'; 1 << 20]).expect("it is writable");
        assert_eq!(refused_in(folder.path()), None);
        std::fs::write(&path, vec![b'#'; (1 << 20) + 1]).expect("it is writable");
        assert_eq!(refused_in(folder.path()), Some(Refused { path, why: Refusal::TooLarge }));
        assert_eq!(refused(PathBuf::from("/dev/zero")).map(|refused| refused.why), Some(Refusal::NoFile));
        assert_eq!(refused(folder.path().to_owned()), None, "git reads no folder either");
        std::fs::remove_file(folder.path().join(".gitignore")).expect("it is ours");
        std::os::unix::fs::symlink("/dev/zero", folder.path().join(".gitignore")).expect("the folder is ours");
        assert_eq!(refused_in(folder.path()), None, "git follows no link to rules");
        assert!(Refusal::TooLarge.help().contains("shorten") && !Refusal::NoFile.help().contains("shorten"));
    }
}
