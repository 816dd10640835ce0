//! Walks directories, then looks through the indexes of the repositories on the way for tracked files left out.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use bstr::{BStr, ByteSlice};
use ignore::{DirEntry, WalkBuilder, WalkState};

use super::ground::{Ground, hasher_below};
use super::read::Reader;
use super::start::{Start, bytes, shown};
use super::{broken_notice, ignored};
use crate::finding::Notice;
use crate::input::ignore_rules::{UNUSABLE_HELP, is_too_large, unusable_problem};
use crate::input::index::Mode;
use crate::input::repository::{Repository, RepositoryError};
use crate::input::{Coverage, Visitor, printable};
use crate::replace::leaves;

/// A repository is there that cannot be used, and that is noted.
struct Unusable;

/// One scan of a working tree.
pub(super) struct Walk<'a> {
    root: &'a Path,
    repository: Option<&'a Repository>,
    /// The real root of `repository`'s work tree.
    work_tree: Option<PathBuf>,
    coverage: &'a Coverage,
    visitor: &'a dyn Visitor,
    hasher: RandomState,
    /// The hashes of the absolute paths of all files that were looked at.
    seen: HashSet<u64>,
    /// The work trees whose repositories cannot be used, each noted once.
    noted: HashSet<PathBuf>,
    /// What to do while others walk.
    beside: Option<Box<dyn FnOnce() + 'a>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        root: &'a Path,
        repository: Option<&'a Repository>,
        coverage: &'a Coverage,
        visitor: &'a dyn Visitor,
        beside: Box<dyn FnOnce() + 'a>,
    ) -> Self {
        let work_tree = repository.and_then(real_work_tree);
        Self {
            root,
            repository,
            work_tree,
            coverage,
            visitor,
            hasher: RandomState::new(),
            seen: HashSet::new(),
            noted: HashSet::new(),
            beside: Some(beside),
        }
    }

    /// Does what was to be done beside a walk, if there was none.
    pub(super) fn finish(mut self) {
        if let Some(beside) = self.beside.take() {
            beside();
        }
    }

    /// Looks at a file that was named; a symbolic link is followed.
    ///
    /// A pipe that lies in a folder is left alone: nobody may ever write into it.
    pub(super) fn file(&mut self, file: &Start) {
        if file.is_pipe && is_in_a_folder(&file.path) {
            let help = "scan what comes out of it with `keysweep scan --stdin`";
            self.visitor.notice(Notice::unread(printable(&file.shown), "is a named pipe, not a file", help));
        } else if self.seen.insert(hash(&self.hasher, &bytes(&file.path))) {
            Reader::new(self.coverage, self.visitor).file(&file.path, file.shown.clone());
        }
    }

    /// Notes a repository around a file that cannot be used, so that nobody knows whose configuration holds.
    pub(super) fn look_around(&mut self, file: &Start) {
        let _ = file.path.parent().map(|folder| self.discover(folder));
    }

    /// Looks at all files below a directory that was named.
    pub(super) fn directory(&mut self, start: &Start) {
        let elsewhere = self.discover(&start.path);
        let is_own = self.work_tree.as_ref().is_some_and(|work_tree| start.path.starts_with(work_tree));
        let repository = elsewhere.as_ref().or(self.repository.filter(|_| is_own));
        let work_tree = repository.and_then(real_work_tree);
        // Patterns that are anchored at the root of the work tree are compared with what the walk calls a file.
        let is_here = start.is_here && work_tree.as_ref().is_none_or(|work_tree| *work_tree == start.path);
        let nested = self.walk(&Ground::new(&start.path, is_here, self.root, &self.hasher), repository);
        self.inside(nested, repository);
        if let (Some(repository), Some(work_tree)) = (repository, work_tree) {
            let submodules = self.tracked(repository, &work_tree, &start.path);
            self.inside(submodules, Some(repository));
        }
    }

    /// Looks at all files of the repositories at `roots` and of those inside of them, each by its own rules; where one of them
    /// is none, by those of the repository around it.
    fn inside(&mut self, mut roots: Vec<PathBuf>, around: Option<&Repository>) {
        while let Some(root) = roots.pop() {
            let own = self.open(&root).ok().flatten();
            // The files of a work tree that is another folder are looked at there.
            let own = own.filter(|own| real_work_tree(own).as_ref() == Some(&root));
            let ground = Ground::new(&root, false, self.root, &self.hasher);
            roots.extend(self.walk(&ground, own.as_ref().or(around)));
            if let Some(own) = own {
                roots.extend(self.tracked(&own, &root, &root));
            }
        }
    }

    /// Returns the repository that `directory` lies in, if it is not the one of the scan.
    fn discover(&mut self, directory: &Path) -> Option<Repository> {
        let own = self.work_tree.clone();
        let above = directory.ancestors().take_while(|above| Some(*above) != own.as_deref());
        for root in above.filter(|above| above.join(".git").exists()) {
            match self.open(root) {
                Ok(None) => {}
                Ok(found) => return found.filter(|found| is_in_work_tree(directory, found)),
                Err(Unusable) => return None,
            }
        }
        None
    }

    /// Opens the repository at the root of a work tree, if git takes what is there for one; notes one that cannot be used.
    fn open(&mut self, work_tree: &Path) -> Result<Option<Repository>, Unusable> {
        let error = match Repository::open(work_tree) {
            Ok(repository) => return Ok(Some(repository)),
            // Whatever is called `.git` there, git would not take it for a repository either.
            Err(RepositoryError::NotARepository { .. }) if !is_remnant(&work_tree.join(".git")) => return Ok(None),
            Err(RepositoryError::NotARepository { path }) => RepositoryError::Broken { path },
            Err(error) => error,
        };
        self.note(work_tree, &error);
        Err(Unusable)
    }

    fn note(&mut self, work_tree: &Path, error: &RepositoryError) {
        if self.noted.insert(work_tree.to_owned()) {
            self.visitor.notice(broken_notice(work_tree, error));
        }
    }

    /// Looks at all files of `ground` that are not ignored; returns the directories with what may be a repository of their own,
    /// which it does not look into.
    ///
    /// A directory whose ignore rules are too many is not looked into, and noted.
    fn walk(&mut self, ground: &Ground, repository: Option<&Repository>) -> Vec<PathBuf> {
        let excludes = repository.and_then(Repository::excludes_file);
        if let Some(rules) = ignored::unusable(&ground.real, excludes) {
            self.not_looked_into(&rules);
            return Vec::new();
        }
        let nested = Arc::new(Mutex::new(Vec::new()));
        let unusable = Arc::new(Mutex::new(Vec::new()));
        let mut builder = ignored::walk(&ground.walked, repository, excludes);
        let (found, left_out) = (Arc::clone(&nested), Arc::clone(&unusable));
        builder.filter_entry(move |entry| {
            if ignored::is_own_file(entry.file_name()) {
                return false;
            }
            // What is walked is not its own part.
            if entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) {
                return true;
            }
            if entry.path().join(".git").symlink_metadata().is_ok() {
                found.lock().expect("pushing does not panic").push(entry.path().to_owned());
                return false;
            }
            let rules = entry.path().join(".gitignore");
            let is_usable = !is_too_large(&rules);
            if !is_usable {
                left_out.lock().expect("pushing does not panic").push(rules);
            }
            is_usable
        });
        self.look(ground, &builder);
        let unusable = std::mem::take(&mut *unusable.lock().expect("pushing does not panic"));
        unusable.iter().for_each(|rules| self.not_looked_into(&ground.real_of(rules)));
        let nested = std::mem::take(&mut *nested.lock().expect("pushing does not panic"));
        let nested: Vec<PathBuf> = nested.iter().map(|path| ground.real_of(path)).collect();
        self.seen.extend(nested.iter().map(|root| hash(&self.hasher, &bytes(&root.join(".git")))));
        nested
    }

    /// Looks at all files that a walk comes by, and does meanwhile what there is to do beside the first one.
    fn look(&mut self, ground: &Ground, builder: &WalkBuilder) {
        let collected = Mutex::new(Vec::new());
        // Not `self`: a repository must not be shared between threads.
        let (before, coverage, visitor) = (&self.seen, self.coverage, self.visitor);
        let worker = || {
            let reader = Reader::new(coverage, visitor);
            Worker { ground, before, reader, seen: Vec::new(), collected: &collected }
        };
        let walk = || {
            builder.build_parallel().run(|| {
                let mut worker = worker();
                Box::new(move |entry| worker.entry(entry))
            });
        };
        match self.beside.take() {
            None => walk(),
            Some(beside) => std::thread::scope(|scope| {
                scope.spawn(walk);
                beside();
            }),
        }
        self.seen.extend(collected.into_inner().expect("no worker panicked").into_iter().flatten());
    }

    /// Notes that a file of ignore rules is too large.
    fn not_looked_into(&self, rules: &Path) {
        let problem = unusable_problem();
        let message =
            format!("{problem}, so that nobody knows what git ignores: only tracked files are looked at beside it");
        self.visitor.notice(Notice::unread(printable(shown(rules, self.root).as_ref()), message, UNUSABLE_HELP));
    }

    /// Looks at the files below `below` that `repository` tracks and no walk has seen, because git would ignore them if
    /// it did not track them; returns the submodules among them.
    fn tracked(&mut self, repository: &Repository, work_tree: &Path, below: &Path) -> Vec<PathBuf> {
        let index = match repository.index() {
            Ok(index) => index,
            Err(error) => {
                self.note(work_tree, &error);
                return Vec::new();
            }
        };
        let Ok(inside) = below.strip_prefix(work_tree) else { return Vec::new() };
        let inside = bytes(inside);
        let prefix = hasher_below(work_tree, &self.hasher);
        let mut reader = Reader::new(self.coverage, self.visitor);
        let (mut submodules, mut outside) = (Vec::new(), HashMap::new());
        for position in 0..index.len() {
            let path = index.path(position);
            if !is_below(path, &inside) {
                continue;
            }
            let mut hasher = prefix.clone();
            hasher.write(path);
            if self.seen.contains(&hasher.finish()) {
                continue;
            }
            let Some(full) = self.place(work_tree, path, &mut outside) else { continue };
            let Ok(metadata) = std::fs::symlink_metadata(&full) else { continue };
            match index.entry(position).mode {
                Mode::Submodule if metadata.is_dir() => {
                    // Only if it was left out as ignored; a walk that came by has looked at what it holds.
                    let git = full.join(".git");
                    if git.exists() && self.seen.insert(hash(&self.hasher, &bytes(&git))) {
                        submodules.push(full);
                    }
                }
                Mode::File | Mode::Link if self.seen.insert(hasher.finish()) => {
                    let name = shown(&full, self.root);
                    if metadata.is_file() {
                        reader.file(&full, name);
                    } else if metadata.is_symlink() {
                        reader.link(&full, name);
                    }
                }
                _ => {}
            }
        }
        submodules
    }

    /// Returns where a tracked path lies, if that is in the work tree; `outside` remembers which directories are not.
    fn place(&self, work_tree: &Path, path: &BStr, outside: &mut HashMap<PathBuf, bool>) -> Option<PathBuf> {
        let relative = path.to_path().ok()?;
        if !relative.components().all(|component| matches!(component, Component::Normal(_))) {
            let message = "the index tracks a path outside of the work tree, which git would refuse";
            self.visitor.notice(Notice::unread(printable(path), message, "`git fsck` and `git status` show more"));
            return None;
        }
        // Behind a link lies another file, and for git the tracked one is gone.
        let directory = relative.parent().unwrap_or(Path::new(""));
        let is_outside = *outside.entry(directory.to_owned()).or_insert_with(|| leaves(work_tree, relative));
        (!is_outside).then(|| work_tree.join(relative))
    }
}

/// What one thread of a walk does.
struct Worker<'w, 'a> {
    ground: &'w Ground,
    /// What was looked at before this walk.
    before: &'w HashSet<u64>,
    reader: Reader<'a>,
    seen: Vec<u64>,
    collected: &'w Mutex<Vec<Vec<u64>>>,
}

impl Worker<'_, '_> {
    fn entry(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        if self.reader.visitor.interrupted() {
            return WalkState::Quit;
        }
        match entry {
            Ok(entry) => self.found(&entry),
            Err(error) => self.unread(&error),
        }
        WalkState::Continue
    }

    fn found(&mut self, entry: &DirEntry) {
        let Some(kind) = entry.file_type().filter(|kind| kind.is_file() || kind.is_symlink()) else { return };
        let path = entry.path();
        let inside = self.ground.inside(path);
        let hash = self.ground.hash(&inside);
        if !self.before.is_empty() && self.before.contains(&hash) {
            return;
        }
        self.seen.push(hash);
        let name = self.ground.shown(&inside);
        if kind.is_file() { self.reader.file(path, name) } else { self.reader.link(path, name) }
    }

    fn unread(&self, error: &ignore::Error) {
        match error {
            ignore::Error::WithPath { path, err } => {
                let shown = self.ground.shown(&self.ground.inside(path));
                // The root of the scan has no name in it.
                let shown = if shown.is_empty() { bytes(&self.ground.real).as_ref().into() } else { shown };
                if let Some(error) = err.io_error() {
                    self.reader.unread(&shown, error);
                }
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => self.unread(err),
            ignore::Error::Io(error) => self.reader.unread(b"a directory", error),
            ignore::Error::Loop { .. } => self.reader.unread(b"a directory", &io::Error::other("links form a loop")),
            // A pattern that makes no sense matches nothing, for git too.
            _ => {}
        }
    }
}

impl Drop for Worker<'_, '_> {
    fn drop(&mut self) {
        let seen = std::mem::take(&mut self.seen);
        self.collected.lock().expect("pushing does not panic").push(seen);
    }
}

/// Returns the root of a repository's work tree, without links.
fn real_work_tree(repository: &Repository) -> Option<PathBuf> {
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

/// Tells whether a pipe lies in a folder, as one does that somebody made there; a shell names those that it makes by the
/// numbers under which they are open.
fn is_in_a_folder(pipe: &Path) -> bool {
    pipe.canonicalize().is_ok_and(|real| !real.starts_with("/dev"))
}

fn hash(hasher: &RandomState, path: &[u8]) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(path);
    hasher.finish()
}

fn is_below(path: &[u8], directory: &[u8]) -> bool {
    directory.is_empty() || path.strip_prefix(directory).is_some_and(|rest| rest.first() == Some(&b'/'))
}
