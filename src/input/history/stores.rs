//! Where a repository keeps objects: its own directory, alternates, and the submodules inside of it.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::ObjectId;
use gix::hash::Kind as HashKind;

use super::HistoryError;
use super::loose;
use super::pack::Pack;
use crate::finding::Notice;

/// One git directory: the repository's own, or that of a submodule below it.
#[derive(Clone, Debug)]
pub(super) struct Home {
    /// The directory with `objects`, `refs` and `config`.
    pub(super) directory: PathBuf,
    /// Its path from the repository's own directory with `/` behind it, or nothing; for names in reports.
    pub(super) label: String,
    /// The hash that names its objects.
    pub(super) hash: HashKind,
}

/// One loose object.
#[derive(Clone, Debug)]
pub(super) struct Loose {
    /// The object directory it lies in.
    pub(super) objects: Arc<Path>,
    /// Its name.
    pub(super) id: ObjectId,
}

/// All places of objects, opened.
#[derive(Default)]
pub(super) struct Stores {
    /// Every pack that could be opened, the largest first.
    pub(super) packs: Vec<Arc<Pack>>,
    /// Every object directory.
    pub(super) directories: Vec<Arc<Path>>,
    /// Every loose object, once, by name.
    pub(super) loose: Vec<Loose>,
    /// Whether a pack was promised to be completed by a remote.
    pub(super) promisor: bool,
    /// What could not be opened.
    pub(super) notices: Vec<Notice>,
}

/// Returns the repository's own object directory.
///
/// # Errors
/// It cannot be listed.
pub(super) fn objects(repository: &gix::Repository) -> Result<&Path, HistoryError> {
    let path = repository.objects.store_ref().path();
    match fs::read_dir(path) {
        Ok(_) => Ok(path),
        Err(source) => Err(HistoryError::Objects { path: path.to_owned(), source }),
    }
}

/// Finds the git directories of the repository at `common` and of all submodules inside it.
pub(super) fn homes(common: &Path, hash: HashKind) -> Vec<Home> {
    let mut homes = vec![Home { directory: common.to_owned(), label: String::new(), hash }];
    let mut at = 0;
    while at < homes.len() {
        let (directory, label) = (homes[at].directory.clone(), homes[at].label.clone());
        find_modules(&directory.join("modules"), &format!("{label}modules/"), &mut homes);
        for (name, worktree) in directories(&directory.join("worktrees")) {
            find_modules(&worktree.join("modules"), &format!("{label}worktrees/{name}/modules/"), &mut homes);
        }
        at += 1;
    }
    homes
}

/// A submodule's name may have slashes, so its directory may lie deeper.
fn find_modules(root: &Path, label: &str, homes: &mut Vec<Home>) {
    const DEEPEST: usize = 32;
    let mut open = vec![(root.to_owned(), label.to_owned(), 0)];
    while let Some((directory, label, depth)) = open.pop() {
        for (name, path) in directories(&directory) {
            let label = format!("{label}{name}/");
            if path.join("objects").is_dir() && path.join("HEAD").exists() {
                let hash = hash_of(&path);
                homes.push(Home { directory: path, label, hash });
            } else if depth < DEEPEST {
                open.push((path, label, depth + 1));
            }
        }
    }
}

/// Lists the real directories in `directory` by name; symbolic links could lead out of the repository.
pub(super) fn directories(directory: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut found: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .collect();
    found.sort();
    found
}

fn hash_of(directory: &Path) -> HashKind {
    let config = gix::config::File::from_path_no_includes(directory.join("config"), gix::config::Source::Local);
    let is_sha256 = config.is_ok_and(|config| {
        config.string("extensions.objectFormat").is_some_and(|format| format.eq_ignore_ascii_case(b"sha256"))
    });
    if is_sha256 { HashKind::Sha256 } else { HashKind::Sha1 }
}

impl Stores {
    /// Opens everything that `homes` and their alternates hold; `objects` is the first home's object directory.
    pub(super) fn open(objects: &Path, homes: &[Home]) -> Self {
        let mut stores = Self::default();
        let mut seen = HashSet::new();
        let mut open: Vec<(PathBuf, HashKind)> = vec![(objects.to_owned(), homes[0].hash)];
        open.extend(homes[1..].iter().map(|home| (home.directory.join("objects"), home.hash)));
        open.reverse();
        while let Some((directory, hash)) = open.pop() {
            let real = fs::canonicalize(&directory).unwrap_or_else(|_| directory.clone());
            if !seen.insert(real) {
                continue;
            }
            if let Err(error) = fs::read_dir(&directory) {
                stores.notices.push(unread_directory(&directory, &error));
                continue;
            }
            open.extend(stores.alternates(&directory).into_iter().map(|alternate| (alternate, hash)));
            stores.open_packs(&directory, hash);
            stores.list_loose(&directory, hash);
        }
        stores.packs.sort_by(|a, b| b.index.len().cmp(&a.index.len()).then_with(|| a.path.cmp(&b.path)));
        stores.loose.sort_by_key(|object| object.id);
        stores.loose.dedup_by_key(|object| object.id);
        stores
    }

    /// Reads the list of object directories that `objects` borrows from.
    fn alternates(&mut self, objects: &Path) -> Vec<PathBuf> {
        let path = objects.join("info").join("alternates");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                self.notices.push(unread_directory(&path, &error));
                return Vec::new();
            }
        };
        match gix::odb::alternate::parse(&bytes) {
            // Relative paths start at the object directory.
            Ok(paths) => paths.into_iter().map(|path| objects.join(path)).collect(),
            Err(_) => {
                let text = "the list of borrowed object directories makes no sense";
                self.notices.push(Notice::unread(path.display().to_string(), text, ""));
                Vec::new()
            }
        }
    }

    fn open_packs(&mut self, objects: &Path, hash: HashKind) {
        let directory = objects.join("pack");
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => return self.notices.push(unread_directory(&directory, &error)),
        };
        let mut names: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        names.sort();
        let has =
            |extension: &'static str| names.iter().filter(move |path| path.extension().is_some_and(|e| e == extension));
        self.promisor |= has("promisor").next().is_some();
        for index in has("idx") {
            match Pack::open(index, hash) {
                Ok(pack) => self.packs.push(Arc::new(pack)),
                Err(damage) => self.notices.push(Notice::unread(
                    index.display().to_string(),
                    format!("the pack or its index {damage}, so none of its objects was read"),
                    "run `git fsck`, then restore the pack from a clone, or rebuild the index with `git index-pack`",
                )),
            }
        }
        for pack in has("pack").filter(|path| !path.with_extension("idx").exists()) {
            self.notices.push(Notice::unread(
                pack.display().to_string(),
                "the pack has no index, so none of its objects was read",
                "run `git index-pack` on it",
            ));
        }
    }

    fn list_loose(&mut self, objects: &Path, hash: HashKind) {
        let (ids, unread) = loose::list(objects, hash);
        let objects: Arc<Path> = objects.into();
        self.loose.extend(ids.into_iter().map(|id| Loose { objects: objects.clone(), id }));
        self.directories.push(objects);
        for directory in unread {
            self.notices.push(Notice::unread(
                directory.display().to_string(),
                "the directory of loose objects could not be listed",
                "check its permissions",
            ));
        }
    }
}

fn unread_directory(path: &Path, error: &std::io::Error) -> Notice {
    Notice::unread(path.display().to_string(), format!("could not be read: {}", error.kind()), "")
}
