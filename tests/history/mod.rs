//! All of history is seen: whatever git can hide in a repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gix::ObjectId;
use keysweep::input::{Collect, Coverage, history};
use keysweep::source::{ObjectKind, Origin};
use sha2::{Digest, Sha256};

/// A repository made by git itself, in a directory that goes away.
pub struct Scratch {
    _directory: tempfile::TempDir,
    pub root: PathBuf,
}

impl Scratch {
    pub fn new() -> Self {
        Self::with(&[])
    }

    pub fn with(options: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a directory for a test can be made");
        let root = directory.path().join("repository");
        fs::create_dir(&root).expect("the directory is new");
        let scratch = Self { _directory: directory, root };
        scratch.git(&[&["init", "--quiet", "--initial-branch=main"], options].concat());
        scratch
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.current_dir(&self.root).args(arguments).stdin(Stdio::null());
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
            command.env_remove(variable);
        }
        command
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "A U Thor")
            .env("GIT_AUTHOR_EMAIL", "author@example.org")
            .env("GIT_COMMITTER_NAME", "C O Mitter")
            .env("GIT_COMMITTER_EMAIL", "committer@example.org");
        command
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        finish(self.command(arguments), arguments)
    }

    /// Runs git with the clock of commits set to `seconds`.
    pub fn git_at(&self, seconds: i64, arguments: &[&str]) -> String {
        let mut command = self.command(arguments);
        let date = format!("{seconds} +0000");
        command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
        finish(command, arguments)
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("the path lies in the repository")).expect("directories can be made");
        fs::write(path, content).expect("a file can be written");
    }

    pub fn commit(&self, path: &str, content: impl AsRef<[u8]>) -> String {
        self.write(path, content);
        self.git(&["add", "--all", "--force", "--", ":/"]);
        self.git(&["commit", "--quiet", "--message", "a change"]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub fn repository(&self) -> gix::Repository {
        open(&self.root)
    }

    pub fn read(&self) -> Seen {
        Seen::of(&self.repository())
    }
}

fn finish(mut command: Command, arguments: &[&str]) -> String {
    let output = command.output().expect("git is installed");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
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

mod attribution;
mod cases;
mod damage;
mod random;
