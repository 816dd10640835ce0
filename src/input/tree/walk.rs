//! Walks directories, and the repositories on the way by their own rules.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::broken_notice;
use super::filter::Filter;
use super::found::{self, BrokenRepository, Owner, real_work_tree};
use super::ignore_stack::IgnoreStack;
use super::ignored::{self, Rules};
use super::read::Reader;
use super::start::Start;
use super::tracked::Tracked;
use super::walk_root::WalkRoot;
use crate::finding::Notice;
use crate::input::ignore_rules::Refusal;
use crate::input::path::{bytes, pipe_notice, shown};
use crate::input::repository::{Repository, RepositoryError};
use crate::input::{Coverage, Visitor, printable};

/// Hashes of paths: keyed ones, which need not be hashed again.
pub(super) type Seen = HashSet<u64, BuildHasherDefault<AsItIs>>;

/// Takes a hash for its own.
#[derive(Debug, Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only hashes are kept");
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// One scan of a working tree.
pub(super) struct Walk<'a> {
    pub(super) root: &'a Path,
    repository: Option<&'a Repository>,
    /// The real root of `repository`'s work tree.
    work_tree: Option<PathBuf>,
    pub(super) coverage: &'a Coverage,
    pub(super) visitor: &'a dyn Visitor,
    pub(super) hasher: RandomState,
    /// The hashes of the absolute paths of all files that were looked at.
    pub(super) seen: Seen,
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
            seen: Seen::default(),
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
    pub(super) fn file(&mut self, file: &Start) {
        if file.is_pipe && is_in_a_folder(&file.path) {
            self.visitor.notice(pipe_notice(&file.shown));
        } else if self.seen.insert(hash(&self.hasher, &bytes(&file.path))) {
            Reader::new(self.coverage, self.visitor).file(&file.path, file.shown.clone());
        }
    }

    /// Notes a repository around a file that cannot be used, so that nobody knows whose configuration holds.
    pub(super) fn look_around(&mut self, file: &Start) {
        let found = file.path.parent().map(|folder| found::find(folder, self.work_tree.as_deref()));
        if let Some(Err(BrokenRepository { work_tree, error })) = found {
            self.note(&work_tree, &error);
        }
    }

    /// Looks at all files below a directory that was named.
    pub(super) fn directory(&mut self, start: &Start) {
        let (elsewhere, broken) = match found::find(&start.path, self.work_tree.as_deref()) {
            Ok(found) => (found, None),
            Err(BrokenRepository { work_tree, error }) => {
                self.note(&work_tree, &error);
                (None, Some(work_tree))
            }
        };
        let is_own = self.work_tree.as_ref().is_some_and(|work_tree| start.path.starts_with(work_tree));
        let repository = elsewhere.as_ref().or(self.repository.filter(|_| is_own));
        let work_tree = repository.and_then(real_work_tree);
        let rules = match (&broken, &work_tree) {
            (Some(broken), _) => Some(Rules { work_tree: broken, repository: None }),
            (None, Some(work_tree)) => Some(Rules { work_tree, repository }),
            (None, None) => None,
        };
        let walk_root = WalkRoot::new(&start.path, start.is_here, self.root, &self.hasher);
        let nested = match (repository, &work_tree) {
            (Some(repository), Some(work_tree)) => self.own(&walk_root, rules, repository, work_tree),
            _ => self.walk(&walk_root, rules, Tracked::default()).0,
        };
        self.inside(nested, rules);
    }

    /// Looks at all files of `walk_root`, which lies in the work tree of `repository`, and at those that it tracks there; returns the
    /// directories with what may be a repository of their own.
    fn own(
        &mut self,
        walk_root: &WalkRoot,
        rules: Option<Rules<'_>>,
        repository: &Repository,
        work_tree: &Path,
    ) -> Vec<PathBuf> {
        let tracked = self.tracked(repository, work_tree, &walk_root.real);
        let (mut nested, tracked) = self.walk(walk_root, rules, tracked);
        nested.extend(self.unwalked(repository, work_tree, &tracked));
        nested
    }

    /// Looks at all files below `roots` and the work trees inside of them, each by its own rules; where one of them is no
    /// work tree, by those around it.
    fn inside(&mut self, roots: Vec<PathBuf>, around: Option<Rules<'_>>) {
        let mut groups: Vec<(Option<Owner>, Vec<PathBuf>)> = vec![(None, roots)];
        while let Some((owner, mut roots)) = groups.pop() {
            let around = owner.as_ref().map(Owner::rules).or(around);
            while let Some(root) = roots.pop() {
                let walk_root = WalkRoot::new(&root, false, self.root, &self.hasher);
                let Some(owner) = self.owner(&root) else {
                    roots.extend(self.walk(&walk_root, around, Tracked::default()).0);
                    continue;
                };
                let nested = match &owner.repository {
                    Some(own) => self.own(&walk_root, Some(owner.rules()), own, &root),
                    None => self.walk(&walk_root, Some(owner.rules()), Tracked::default()).0,
                };
                // A repository stays open only for those inside of it.
                if !nested.is_empty() {
                    groups.push((Some(owner), nested));
                }
            }
        }
    }

    /// Returns what owns the files below `root`, if it is a work tree; notes a repository that cannot be used.
    fn owner(&mut self, root: &Path) -> Option<Owner> {
        let repository = match found::open(root) {
            // The files of a work tree that is another folder are looked at there.
            Ok(found) => Some(found.filter(|own| real_work_tree(own).as_deref() == Some(root))?),
            Err(BrokenRepository { work_tree, error }) => {
                self.note(&work_tree, &error);
                None
            }
        };
        Some(Owner { work_tree: root.to_owned(), repository })
    }

    pub(super) fn note(&mut self, work_tree: &Path, error: &RepositoryError) {
        if self.noted.insert(work_tree.to_owned()) {
            self.visitor.notice(broken_notice(work_tree, error));
        }
    }

    /// Looks at all files of `walk_root` that are `tracked` or not ignored; returns the directories with what may be a repository of their
    /// own, and what is tracked.
    ///
    /// Where a file of ignore rules is too large, or none, that is noted, and what is not tracked is not looked at.
    fn walk(&mut self, walk_root: &WalkRoot, rules: Option<Rules<'_>>, tracked: Tracked) -> (Vec<PathBuf>, Tracked) {
        let ignored = match rules.map(|rules| IgnoreStack::new(rules, &walk_root.real)).transpose() {
            Ok(ignored) => ignored,
            Err(refused) => {
                self.not_looked_into(&refused.path, refused.why);
                return (Vec::new(), tracked);
            }
        };
        let filter = Arc::new(Filter::new(walk_root, ignored, tracked));
        let mut builder = ignored::walk(walk_root);
        let passes = Arc::clone(&filter);
        builder.filter_entry(move |entry| passes.passes(entry));
        self.look(walk_root, &builder);
        drop(builder);
        let filter = Arc::into_inner(filter).expect("the walk is over");
        filter.refused().iter().for_each(|refused| self.not_looked_into(&refused.path, refused.why));
        let nested = filter.repositories();
        self.seen.extend(nested.iter().map(|root| hash(&self.hasher, &bytes(&root.join(".git")))));
        (nested, filter.into_tracked())
    }

    /// Looks at all files that a walk comes by, and does meanwhile what there is to do beside the first one.
    fn look(&mut self, walk_root: &WalkRoot, builder: &WalkBuilder) {
        let collected = Mutex::new(Vec::new());
        // Not `self`: a repository must not be shared between threads.
        let (before, coverage, visitor) = (&self.seen, self.coverage, self.visitor);
        let worker = || {
            let reader = Reader::new(coverage, visitor);
            Worker { walk_root, before, reader, seen: Vec::new(), collected: &collected }
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

    /// Notes that a file of ignore rules is not read.
    fn not_looked_into(&self, rules: &Path, why: Refusal) {
        let message =
            format!("{why}, so that nobody knows what git ignores: only tracked files are looked at beside it");
        self.visitor.notice(Notice::unread(printable(shown(rules, self.root).as_ref()), message, why.help()));
    }
}

/// What one thread of a walk does.
struct Worker<'w, 'a> {
    walk_root: &'w WalkRoot,
    /// What was looked at before this walk.
    before: &'w Seen,
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
        let inside = self.walk_root.inside(path);
        let hash = self.walk_root.hash(&inside);
        if !self.before.is_empty() && self.before.contains(&hash) {
            return;
        }
        self.seen.push(hash);
        let name = self.walk_root.shown(&inside);
        if kind.is_file() { self.reader.file(path, name) } else { self.reader.link(path, name) }
    }

    fn unread(&mut self, error: &ignore::Error) {
        match error {
            ignore::Error::WithPath { path, err } => {
                let inside = self.walk_root.inside(path);
                let shown = self.walk_root.shown(&inside);
                // The root of the scan has no name in it.
                let shown = if shown.is_empty() { bytes(&self.walk_root.real).as_ref().into() } else { shown };
                if let Some(error) = err.io_error() {
                    // What git tracks there need not be noted again.
                    self.seen.push(self.walk_root.hash(&inside));
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

/// Tells whether a pipe lies in a folder, as one does that somebody made there; a shell names those that it makes by the
/// numbers under which they are open.
fn is_in_a_folder(pipe: &Path) -> bool {
    pipe.canonicalize().is_ok_and(|real| !real.starts_with("/dev"))
}

pub(super) fn hash(hasher: &RandomState, path: &[u8]) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(path);
    hasher.finish()
}
