//! All of history is seen: whatever git can hide in a repository.

mod attribution;
mod cases;
mod damage;
mod equality;
mod known;
mod metadata;
mod random;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gix::ObjectId;
use keysweep::input::{Collect, Coverage, history};
use keysweep::source::{ObjectKind, Origin};
use sha2::{Digest, Sha256};

use crate::git::Git;

/// A repository made by git itself, with what reading its history takes.
pub struct Scratch {
    git: Git,
    pub root: PathBuf,
}

impl Scratch {
    pub fn new() -> Self {
        Self::with(&[])
    }

    pub fn with(options: &[&str]) -> Self {
        let git = Git::init(options);
        let root = git.path().to_owned();
        Self { git, root }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        self.git.git(arguments)
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        self.git.run(arguments)
    }

    /// Runs git with the clock of commits set to `seconds`.
    pub fn git_at(&self, seconds: i64, arguments: &[&str]) {
        let mut command = self.command(arguments);
        let date = format!("{seconds} +0000");
        let status = command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date).status();
        assert!(status.expect("git is installed").success(), "git {arguments:?}");
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        self.git.write(path, content);
    }

    pub fn commit(&self, path: &str, content: impl AsRef<[u8]>) -> String {
        self.write(path, content);
        self.git(&["add", "--all", "--force", "--", ":/"]);
        self.git.commit("a change")
    }

    pub fn repository(&self) -> gix::Repository {
        open(&self.root)
    }

    pub fn read(&self) -> Seen {
        Seen::of(&self.repository())
    }
}

pub fn open(path: &Path) -> gix::Repository {
    gix::open_opts(path, gix::open::Options::isolated()).expect("git made a repository there")
}

/// An object: its name, what it is, and a hash of its bytes.
type Content = (ObjectId, ObjectKind, [u8; 32]);

/// Everything that the history of a repository showed.
pub struct Seen {
    pub all: Collect,
    pub coverage: Coverage,
}

impl Seen {
    pub fn of(repository: &gix::Repository) -> Self {
        Self::with(repository, &history::Options::default())
    }

    pub fn with(repository: &gix::Repository, options: &history::Options<'_>) -> Self {
        let (all, coverage) = (Collect::default(), Coverage::default());
        history::read(repository, &all, &coverage, options).expect("the object directory is there");
        Self { all, coverage }
    }

    /// How many pieces contain `marker`.
    pub fn count(&self, marker: &[u8]) -> usize {
        let blobs = self.all.blobs.lock().expect("nobody panicked");
        blobs.iter().filter(|(_, bytes)| memchr::memmem::find(bytes, marker).is_some()).count()
    }

    pub fn notices(&self) -> Vec<keysweep::finding::Notice> {
        self.all.notices.lock().expect("nobody panicked").clone()
    }

    pub fn incomplete(&self) -> bool {
        self.notices().iter().any(|notice| notice.incomplete)
    }

    /// Name, kind and a hash of every object but trees; duplicates stay.
    fn objects(&self) -> Vec<Content> {
        let blobs = self.all.blobs.lock().expect("nobody panicked");
        let mut objects: Vec<_> = blobs
            .iter()
            .filter_map(|(origin, bytes)| match origin {
                Origin::Object { id, kind, .. } if *kind != ObjectKind::Tree => {
                    Some((*id, *kind, Sha256::digest(bytes).into()))
                }
                _ => None,
            })
            .collect();
        objects.sort();
        objects
    }

    /// Every name that was shown for a tree; duplicates stay.
    fn names(&self) -> Vec<Vec<u8>> {
        let blobs = self.all.blobs.lock().expect("nobody panicked");
        let mut names: Vec<_> = blobs
            .iter()
            .filter(|(origin, _)| matches!(origin, Origin::Object { kind: ObjectKind::Tree, .. }))
            .flat_map(|(_, bytes)| bytes.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>())
            .filter(|name| !name.is_empty())
            .collect();
        names.sort();
        names
    }
}

/// The slow reference: every object by its name, through gix.
fn reference(repository: &gix::Repository) -> (Vec<Content>, Vec<Vec<u8>>, usize) {
    let ids: BTreeSet<ObjectId> =
        repository.objects.iter().expect("objects can be listed").map(|id| id.expect("it is there")).collect();
    let mut objects = Vec::new();
    let mut names = BTreeSet::new();
    let mut trees = 0;
    for id in ids {
        let object = repository.find_object(id).expect("the repository is sound");
        if object.kind == gix::objs::Kind::Tree {
            trees += 1;
            let tree =
                gix::objs::TreeRef::from_bytes(&object.data, repository.object_hash()).expect("the tree is sound");
            for name in tree.entries.iter().flat_map(|entry| entry.filename.split(|&byte| byte == b'\n')) {
                names.insert(name.to_vec());
            }
        } else {
            objects.push((id, object.kind.into(), Sha256::digest(&object.data).into()));
        }
    }
    objects.sort();
    names.remove(&Vec::new());
    (objects, names.into_iter().collect(), trees)
}

/// Proves that the fast reader and the reference see the same.
pub fn assert_equal_to_reference(repository: &gix::Repository) {
    let (objects, names, trees) = reference(repository);
    for threads in [1, 3] {
        let seen = Seen::with(repository, &history::Options { threads: threads.try_into().ok(), ..Default::default() });
        assert!(!seen.incomplete(), "{:?}", seen.notices());
        assert!(seen.objects() == objects, "{} objects instead of {}", seen.objects().len(), objects.len());
        assert_eq!(seen.coverage.trees.load(std::sync::atomic::Ordering::Relaxed), trees as u64);
        assert_eq!(seen.names(), names);
    }
}

/// Runs a case on a new repository and proves that its marker is seen.
fn sees(marker: &str, case: impl FnOnce(&Scratch)) {
    let scratch = Scratch::new();
    scratch.commit("README", "hello\n");
    case(&scratch);
    for step in ["loose", "packed"] {
        let seen = scratch.read();
        assert!(!seen.incomplete(), "{marker}, {step}: {:?}", seen.notices());
        assert!(seen.count(marker.as_bytes()) > 0, "{marker} was not seen, {step}");
        scratch.git(&["repack", "-a", "-d", "-k", "--quiet"]);
    }
}
