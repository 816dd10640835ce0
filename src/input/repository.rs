//! Opens a repository as git itself would find it, without running anything that its configuration names.

mod format;

use std::cell::OnceCell;
use std::io;
use std::path::{Path, PathBuf};

use bstr::{BStr, BString, ByteSlice};
use gix::ObjectId;
use gix::discover::upwards::TrustPolicy;

use format::{RefStorage, check_configuration, check_format};

use super::ignore_rules;
use super::index::{Index, IndexError};
use super::objects::Objects;
use super::reftable::{self, Refs};

/// A repository, open for reading.
///
/// Foreign ownership (`safe.directory`) is no obstacle, because no hook, filter or other program is ever run.
pub struct Repository {
    git: gix::Repository,
    objects: Objects,
    /// All refs, if they are stored in a format that `gix` does not read.
    reftable: Option<Refs>,
    /// The index, once it was asked for.
    index: OnceCell<Index>,
    /// The user's own file of ignore rules, once it was asked for.
    excludes: OnceCell<Option<PathBuf>>,
}

/// What the refs of a repository name.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The full name of each ref and the object at the end of it.
    pub refs: Vec<(BString, ObjectId)>,
    /// Whether there are refs that could not be read, so that objects are missing from the list.
    pub incomplete: bool,
}

/// Why a repository cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum RepositoryError {
    /// Neither the path nor a directory above it belongs to a repository.
    #[error("`{}` is not inside a git repository", path.display())]
    #[diagnostic(
        code(input::not_a_repository),
        help("run keysweep inside a repository, or scan files with `keysweep scan PATH`")
    )]
    NotARepository {
        /// Where the search began.
        path: PathBuf,
    },
    /// The repository is there, but git's files in it make no sense or may not be read.
    #[error("the git repository at `{}` cannot be opened", path.display())]
    #[diagnostic(
        code(input::broken_repository),
        help(
            "`git -C {} status` says what is wrong: a `.git` whose files are gone, a broken `config` file, an object format that is not known, or missing permissions",
            quoted(path)
        )
    )]
    Broken {
        /// Where the repository was looked for.
        path: PathBuf,
    },
    /// The configuration cannot be read, so that nobody knows what the other files mean.
    #[error("git's configuration `{}` cannot be read", path.display())]
    #[diagnostic(code(input::unreadable_configuration), help("check the file's permissions"))]
    Configuration {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The path that was given cannot be reached.
    #[error("`{}` cannot be reached", path.display())]
    #[diagnostic(code(input::unreachable_path), help("check the path's spelling and its permissions"))]
    Unreachable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Files or what is staged are wanted, and the place has none.
    #[error("`{}` is in no work tree: it is a bare repository or a git directory", path.display())]
    #[diagnostic(
        code(input::no_work_tree),
        help("use `--history`: `keysweep scan --history` looks at every object of the repository")
    )]
    NoWorkTree {
        /// The place.
        path: PathBuf,
    },
    /// A newer git made the repository.
    #[error("the repository's format is version {version}; keysweep knows 0 and 1")]
    #[diagnostic(code(input::unsupported_version), help("update keysweep"))]
    UnsupportedVersion {
        /// `core.repositoryFormatVersion`.
        version: i64,
    },
    /// The repository says that it must not be read without knowing this extension.
    #[error("the repository uses the extension `{name}`, which keysweep does not know")]
    #[diagnostic(code(input::unsupported_extension), help("update keysweep"))]
    UnsupportedExtension {
        /// The key below `extensions` in the repository's configuration, or the key and its value.
        name: String,
    },
    /// HEAD, or what it names, makes no sense.
    #[error("HEAD cannot be read")]
    #[diagnostic(code(input::broken_head), help("`git rev-parse HEAD` and `git fsck` show what is damaged"))]
    BrokenHead,
    /// A ref cannot be read.
    #[error("not all refs of the repository can be read")]
    #[diagnostic(code(input::broken_refs), help("`git for-each-ref` and `git fsck` show what is damaged"))]
    BrokenRefs,
    /// The index cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Index(#[from] IndexError),
}

impl Repository {
    /// Opens the repository that git would use in the directory `from`.
    ///
    /// Honours `GIT_DIR`, `GIT_WORK_TREE`, `GIT_INDEX_FILE`, `GIT_CEILING_DIRECTORIES`, `GIT_OBJECT_DIRECTORY` and
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`, so that a hook sees what the git command that runs it sees.
    ///
    /// # Errors
    /// If there is no repository, or none that can be read.
    pub fn discover(from: &Path) -> Result<Self, RepositoryError> {
        let from = existing(from)?;
        if let Some(named) = std::env::var_os("GIT_DIR") {
            return Self::new(open_named(Path::new(&named)).ok_or(RepositoryError::Broken { path: from })?);
        }
        let search = gix::discover::upwards::Options {
            trust: TrustPolicy::Assume(gix::sec::Trust::Full),
            match_ceiling_dir_or_error: false,
            ..Default::default()
        };
        let trust = gix::sec::trust::Mapping { full: options(true), reduced: options(true) };
        // Inside of a git directory, a relative path does not lead `gix` to the work tree around it.
        let real = from.canonicalize().unwrap_or_else(|_| from.clone());
        match gix::ThreadSafeRepository::discover_with_environment_overrides_opts(&real, search, trust) {
            Ok(git) => Self::new(git.to_thread_local()),
            Err(_) if gix::discover::upwards(&real).is_ok() => Err(RepositoryError::Broken { path: from }),
            Err(_) => Err(RepositoryError::NotARepository { path: from }),
        }
    }

    /// Opens the repository whose work tree or git directory is `directory`, without regard to the environment.
    ///
    /// # Errors
    /// If there is no repository right there, or none that can be read.
    pub fn open(directory: &Path) -> Result<Self, RepositoryError> {
        let directory = existing(directory)?;
        match gix::open_opts(&directory, options(false).with(gix::sec::Trust::Full)) {
            Ok(git) => Self::new(git),
            Err(error) if error.is_not_found() => Err(RepositoryError::NotARepository { path: directory }),
            Err(_) => Err(RepositoryError::Broken { path: directory }),
        }
    }

    fn new(mut git: gix::Repository) -> Result<Self, RepositoryError> {
        git.clear_namespace(); // It counts where refs are fetched and sent alone.
        check_configuration(&git)?;
        let reftable = match check_format(&git)? {
            RefStorage::Files => None,
            RefStorage::Reftable => Some(read_reftables(&git).map_err(|_| RepositoryError::BrokenRefs)?),
        };
        let objects = Objects::new(git.objects.clone(), git.common_dir(), git.object_hash());
        Ok(Self { git, objects, reftable, index: OnceCell::new(), excludes: OnceCell::new() })
    }

    /// Returns the repository as `gix` sees it.
    pub fn git(&self) -> &gix::Repository {
        &self.git
    }

    /// Returns the object database, to be cloned for every thread.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// Returns the root of the work tree; a bare repository has none.
    pub fn work_tree(&self) -> Option<&Path> {
        self.git.workdir()
    }

    /// Returns the root of the work tree that the directory `from` lies in, or that the environment names for it.
    ///
    /// # Errors
    /// If there is none: the repository is bare, or `from` lies among git's own files.
    pub fn work_tree_around(&self, from: &Path) -> Result<&Path, RepositoryError> {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let work_tree = self.work_tree().filter(|work_tree| {
            let (from, work_tree) = (real(from), real(work_tree));
            let is_inside = |git: &Path| from.starts_with(real(git)) && !work_tree.starts_with(real(git));
            is_named_by_environment() || !is_inside(self.git.git_dir()) && !is_inside(self.git.common_dir())
        });
        work_tree.ok_or_else(|| RepositoryError::NoWorkTree { path: real(from) })
    }

    /// Returns the kind of hash that names the objects.
    pub fn hash(&self) -> gix::hash::Kind {
        self.git.object_hash()
    }

    /// Returns the index, as it was when it was asked for first.
    ///
    /// # Errors
    /// If it is damaged or written by a newer git. A missing one is empty.
    pub fn index(&self) -> Result<&Index, RepositoryError> {
        if let Some(index) = self.index.get() {
            return Ok(index);
        }
        let index = Index::open(&self.git.index_path(), self.hash())?;
        Ok(self.index.get_or_init(|| index))
    }

    /// Returns the commit that HEAD names, or `None` before the first one.
    ///
    /// # Errors
    /// If HEAD cannot be read.
    pub fn head(&self) -> Result<Option<ObjectId>, RepositoryError> {
        if let Some(refs) = &self.reftable {
            return Ok(reftable::resolve(b"HEAD", refs));
        }
        let head = self.git.head().map_err(|_| RepositoryError::BrokenHead)?;
        if head.is_unborn() {
            return Ok(None);
        }
        Ok(Some(head.into_peeled_id().map_err(|_| RepositoryError::BrokenHead)?.detach()))
    }

    /// Tells whether HEAD says nothing that git understands, for which git takes the repository for none at all.
    pub fn has_broken_head(&self) -> bool {
        self.reftable.is_none() && self.git.head().is_err()
    }

    /// Returns all refs with what they name, symbolic ones followed; a ref that leads nowhere is left out.
    pub fn refs(&self) -> Named {
        if let Some(refs) = &self.reftable {
            let names = refs.keys().filter(|name| name.starts_with(b"refs/"));
            let refs = names.filter_map(|name| Some((name.clone(), reftable::resolve(name, refs)?))).collect();
            return Named { refs, incomplete: false };
        }
        let unread = || Named { refs: Vec::new(), incomplete: true };
        let Ok(platform) = self.git.references() else { return unread() };
        let Ok(all) = platform.all() else { return unread() };
        let mut named = Named::default();
        for reference in all {
            let found = reference.map_err(|_| ()).and_then(|mut reference| {
                let name = reference.name().as_bstr().to_owned();
                match reference.follow_to_object() {
                    Ok(id) => Ok(Some((name, id.detach()))),
                    Err(error) if error.is_not_found() => Ok(None),
                    Err(_) => Err(()),
                }
            });
            match found {
                Ok(found) => named.refs.extend(found),
                Err(()) => named.incomplete = true,
            }
        }
        named
    }

    /// Returns the object that git's notation for a single revision means, such as `main~2`, `v1.0` or `HEAD@{1}`.
    ///
    /// A tag's own object is returned where the name is a tag's.
    pub fn resolve(&self, revision: &BStr) -> Option<ObjectId> {
        // A full name needs no search, and may lie in the quarantine of a push, where `gix` does not look.
        if let Some(id) = ObjectId::from_hex(revision).ok().filter(|id| self.objects.contains(id)) {
            return Some(id);
        }
        let Some(refs) = &self.reftable else { return Some(self.git.rev_parse_single(revision).ok()?.detach()) };
        // `gix` can do the rest once the name at the front is replaced by what it stands for.
        let end = revision.iter().skip(1).position(|byte| b"~^@:{".contains(byte)).map_or(revision.len(), |at| at + 1);
        let (name, rest) = revision.split_at(end);
        let Some(id) = reftable::find(name, refs) else {
            return Some(self.git.rev_parse_single(revision).ok()?.detach());
        };
        let revision = [id.to_string().as_bytes(), rest].concat();
        Some(self.git.rev_parse_single(BStr::new(&revision)).ok()?.detach())
    }

    /// Tells whether it was cloned without all objects, which git fetches when it needs them.
    pub fn is_partial(&self) -> bool {
        let config = self.git.config_snapshot();
        let is_promisor = |name| config.boolean(format!("remote.{name}.promisor").as_str()) == Some(true);
        config.string("extensions.partialClone").is_some() || self.git.remote_names().into_iter().any(is_promisor)
    }

    /// Returns the repository with the configuration of its user and of the system as well, which decides what git itself does.
    pub fn with_all_settings(&self) -> Option<gix::Repository> {
        with_all_settings(&self.git)
    }

    /// Returns the user's own file of ignore rules, as it was when it was asked for first; see [`ignore_rules::excludes_file`].
    pub fn excludes_file(&self) -> Option<&Path> {
        self.excludes.get_or_init(|| ignore_rules::excludes_file(&self.git)).as_deref()
    }

    /// Returns the only remote there is, by its name and the address that is pushed to.
    pub fn only_remote(&self) -> Option<[String; 2]> {
        let settings = self.with_all_settings()?;
        let mut names = settings.remote_names().into_iter();
        let name = names.next().filter(|_| names.next().is_none())?;
        let remote = settings.try_find_remote(name.as_bstr())?.ok()?;
        let address = remote.url(gix::remote::Direction::Push)?.to_bstring();
        Some([name.to_string(), address.to_string()])
    }

    /// Returns the commits whose parents a shallow clone left out.
    pub fn shallow(&self) -> Vec<ObjectId> {
        self.git.shallow_commits().ok().flatten().map(|commits| commits.iter().copied().collect()).unwrap_or_default()
    }

    /// Returns the commits that a merge in progress will have as further parents.
    ///
    /// A merge without conflict runs its hook before git writes the parents down, and names them in variables.
    pub fn merge_heads(&self) -> Vec<ObjectId> {
        let text = std::fs::read(self.git.git_dir().join("MERGE_HEAD")).unwrap_or_default();
        let written = text.lines().filter_map(|line| ObjectId::from_hex(line.trim()).ok());
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let named = names.filter_map(|name| ObjectId::from_hex(name.strip_prefix("GITHEAD_")?.as_bytes()).ok());
        written.chain(named.filter(|id| self.objects.contains(id))).collect()
    }
}

/// Opens a repository with the configuration of its user and of the system as well.
pub(super) fn with_all_settings(git: &gix::Repository) -> Option<gix::Repository> {
    let options = gix::open::Options::default().with(gix::sec::Trust::Full).open_path_as_is(true);
    gix::open_opts(git.git_dir(), options.filter_config_section(|_| true)).ok()
}

/// Opens the git directory that the environment names, in which git runs hooks of servers.
///
/// As for git, the current directory is the work tree if nothing says which one is, as where `.git` leads to a git directory
/// elsewhere.
fn open_named(git_directory: &Path) -> Option<gix::Repository> {
    let here = std::env::current_dir().ok()?;
    let real = here.join(git_directory).canonicalize().ok()?;
    let mut git = gix::open_opts(&real, options(true).with(gix::sec::Trust::Full)).ok()?;
    let is_bare = git.config_snapshot().boolean("core.bare").unwrap_or(false);
    if git.workdir().is_none() && !is_bare && !here.starts_with(&real) {
        git.set_workdir(here).ok()?;
    }
    Some(git)
}

/// Tells whether git runs keysweep, or the user says where the repository is.
fn is_named_by_environment() -> bool {
    std::env::var_os("GIT_DIR").is_some()
}

/// Returns a path as a shell takes it for one word.
pub fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:@,".contains(c);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Options that trust nothing but the repository itself and, where asked for, git's variables about places.
fn options(environment: bool) -> gix::open::Options {
    let mut permissions = gix::open::Permissions::isolated();
    if environment {
        permissions.env.git_prefix = gix::sec::Permission::Allow;
    }
    gix::open::Options::isolated()
        .permissions(permissions)
        // The format of objects is configuration too, and must be known whoever owns the file.
        .filter_config_section(|_| true)
        // Files of foreign repositories may be as large as one's own.
        .config_overrides(["gitoxide.objects.allocLimitIfReducedTrust=0"])
}

fn existing(path: &Path) -> Result<PathBuf, RepositoryError> {
    let unreachable = |source| RepositoryError::Unreachable { path: path.to_owned(), source };
    let metadata = std::fs::metadata(path).map_err(unreachable)?;
    if metadata.is_dir() {
        return Ok(path.to_owned());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    Ok(parent.unwrap_or(Path::new(".")).to_owned())
}

/// Reads the refs of the repository, and over them those that belong to the work tree alone.
fn read_reftables(git: &gix::Repository) -> io::Result<Refs> {
    let mut refs = Refs::new();
    reftable::read(&git.common_dir().join("reftable"), git.object_hash(), &mut refs)?;
    if git.git_dir() != git.common_dir() {
        reftable::read(&git.git_dir().join("reftable"), git.object_hash(), &mut refs)?;
    }
    Ok(refs)
}
