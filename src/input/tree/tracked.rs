//! What git tracks: a walk passes it whatever the rules say, and what no walk has seen of it is looked at afterwards.

use std::collections::HashMap;
use std::hash::{Hasher, RandomState};
use std::io;
use std::path::{Component, Path, PathBuf};

use bstr::{BStr, ByteSlice};

use super::read::{Reader, is_gone};
use super::walk::{Seen, Walk, hash};
use super::walk_root::hasher_below;
use crate::finding::Notice;
use crate::input::index::{Index, Mode};
use crate::input::path::{bytes, shown};
use crate::input::printable;
use crate::input::repository::Repository;
use crate::replace::leaves;

/// What git tracks below a directory, by the hashes of the absolute paths.
#[derive(Default)]
pub(super) struct Tracked {
    /// The paths in the index, in its order, each with its place there.
    paths: Vec<(u64, usize)>,
    /// The same paths, to be looked up.
    files: Seen,
    /// The directories that have them.
    directories: Seen,
}

impl Tracked {
    /// Reads what `index` has below `below`, a directory in the work tree.
    fn read(index: &Index, work_tree: &Path, below: &Path, hasher: &RandomState) -> Self {
        let Ok(inside) = below.strip_prefix(work_tree) else { return Self::default() };
        let inside = bytes(inside);
        let prefix = hasher_below(work_tree, hasher);
        let hash = |path: &[u8]| {
            let mut hasher = prefix.clone();
            hasher.write(path);
            hasher.finish()
        };
        let mut tracked = Self::default();
        // The walk waits for it.
        tracked.paths.reserve(index.len());
        tracked.files.reserve(index.len());
        tracked.directories.reserve(index.len() / 4);
        let mut before: &[u8] = b"";
        for (place, path) in (0..index.len()).map(|place| (place, index.path(place))) {
            if !is_below(path, &inside) {
                continue;
            }
            let own = hash(path);
            tracked.paths.push((own, place));
            tracked.files.insert(own);
            // Of the directories around it those are new that the path before does not have.
            let alike = path.iter().zip(before).take_while(|(one, other)| one == other).count();
            let ends = memchr::memchr_iter(b'/', &path[alike..]).map(|at| alike + at);
            tracked.directories.extend(ends.map(|end| hash(&path[..end])));
            before = path;
        }
        tracked
    }

    /// Tells whether nothing is tracked.
    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Tells whether the path with a hash is tracked, or is a directory with tracked files.
    pub(super) fn has(&self, hash: u64, is_directory: bool) -> bool {
        if is_directory { self.directories.contains(&hash) } else { self.files.contains(&hash) }
    }
}

impl Walk<'_> {
    /// Returns what `repository` tracks below `below`.
    pub(super) fn tracked(&mut self, repository: &Repository, work_tree: &Path, below: &Path) -> Tracked {
        match repository.index() {
            Ok(index) => Tracked::read(index, work_tree, below, &self.hasher),
            Err(error) => {
                self.note(work_tree, &error);
                Tracked::default()
            }
        }
    }

    /// Looks at the tracked files that no walk has seen; returns the submodules among them.
    pub(super) fn unwalked(&mut self, repository: &Repository, work_tree: &Path, tracked: &Tracked) -> Vec<PathBuf> {
        let Ok(index) = repository.index() else { return Vec::new() };
        let mut reader = Reader::new(self.coverage, self.visitor);
        let (mut submodules, mut outside) = (Vec::new(), HashMap::new());
        for &(hash, position) in &tracked.paths {
            if self.seen.contains(&hash) {
                continue;
            }
            let path = index.path(position);
            let Some(full) = self.place(work_tree, path, &mut outside) else { continue };
            let is_submodule = match index.entry(position).mode {
                Mode::Submodule => self.submodule(&full),
                Mode::File | Mode::Link => self.unseen(&full, hash, &mut reader).map(|()| false),
                Mode::Directory => Ok(false),
            };
            match is_submodule {
                Ok(true) => submodules.push(full),
                Ok(false) => {}
                Err(error) => self.unreachable(&reader, work_tree, &full, &error),
            }
        }
        submodules
    }

    /// Looks at a tracked file or link.
    fn unseen(&mut self, path: &Path, hash: u64, reader: &mut Reader<'_>) -> io::Result<()> {
        let metadata = path.symlink_metadata()?;
        if self.seen.insert(hash) {
            let name = shown(path, self.root);
            if metadata.is_file() {
                reader.file(path, name);
            } else if metadata.is_symlink() {
                reader.link(path, name);
            }
        }
        Ok(())
    }

    /// Tells whether a submodule is there that was left out as ignored: a walk that came by one has looked at what it holds.
    fn submodule(&mut self, path: &Path) -> io::Result<bool> {
        if !path.symlink_metadata()?.is_dir() {
            return Ok(false);
        }
        let git = path.join(".git");
        Ok(git.try_exists()? && self.seen.insert(hash(&self.hasher, &bytes(&git))))
    }

    /// Notes that the system tells nothing of what git tracks at `path`, unless it is gone. Where a folder may not be entered, that
    /// folder is noted instead, and once.
    fn unreachable(&mut self, reader: &Reader<'_>, work_tree: &Path, path: &Path, error: &io::Error) {
        let is_closed = error.kind() == io::ErrorKind::PermissionDenied;
        let mut above = path.ancestors().take_while(|above| is_closed && *above != work_tree);
        let subject = above.find(|above| above.symlink_metadata().is_ok()).unwrap_or(path);
        if !is_gone(error) && self.seen.insert(hash(&self.hasher, &bytes(subject))) {
            reader.unread(&shown(subject, self.root), error);
        }
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

fn is_below(path: &[u8], directory: &[u8]) -> bool {
    directory.is_empty() || path.strip_prefix(directory).is_some_and(|rest| rest.first() == Some(&b'/'))
}
