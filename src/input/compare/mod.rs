//! Finds what a tree or an index holds that none of its parents holds at the same path.

mod index;
mod listing;
mod rename;

use std::sync::OnceLock;

use bstr::{BString, ByteSlice, ByteVec};
use gix::ObjectId;

use super::index::Mode;
use super::objects::{ObjectError, Objects};
pub use index::compare_index;
use listing::Listing;

/// A file or symbolic link whose content no parent has at its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path in the repository.
    pub path: BString,
    /// The new content.
    pub id: ObjectId,
    /// A file or a link.
    pub mode: Mode,
    /// What the parents have at the path; empty if it is new.
    pub previous: Vec<ObjectId>,
}

/// Something that a parent has at a path where there is nothing of its kind any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The path in the repository.
    pub path: BString,
    /// The parent's object.
    pub id: ObjectId,
    /// What the object is; a directory stands for all that was in it.
    pub mode: Mode,
}

/// All that tells a tree or an index from its parents.
#[derive(Clone, Debug, Default)]
pub struct Differences {
    /// New content, in no particular order.
    pub changes: Vec<Change>,
    /// What is gone: where a new path may have been renamed from.
    pub gone: Vec<Gone>,
    /// Paths in conflict, in order: what of their sides will be committed is not known yet.
    pub unmerged: Vec<BString>,
    /// Trees that could not be read, so that changes in them are unknown.
    pub unread: Vec<(ObjectId, ObjectError)>,
    /// The files of all that is gone, listed when a rename is first looked for.
    vanished: OnceLock<Vec<Gone>>,
}

impl Differences {
    /// Returns what was at the path of `change`, or else in the file that it was renamed from.
    ///
    /// A rename is told by equal content first, then by at least half of the bytes in common.
    pub fn previous(&self, change: &Change, objects: &Objects) -> Vec<ObjectId> {
        if !change.previous.is_empty() {
            return change.previous.clone();
        }
        let vanished = self.vanished.get_or_init(|| rename::vanished(&self.gone, objects));
        rename::source(change, vanished, objects).into_iter().collect()
    }
}

/// A directory that is still to be compared.
struct Pending {
    /// Its path with a `/` at the end; empty for the root.
    path: BString,
    tree: ObjectId,
    parents: Vec<ObjectId>,
}

/// Compares `tree` with the trees of its parents; without parents, all of it is new.
pub fn compare_trees(tree: ObjectId, parents: &[ObjectId], objects: &Objects) -> Differences {
    let mut found = Differences::default();
    compare_below(Pending { path: BString::default(), tree, parents: parents.to_vec() }, objects, &mut found);
    found
}

fn compare_below(root: Pending, objects: &Objects, found: &mut Differences) {
    // A list instead of recursion: the depth of a tree is in the hands of who made it.
    let mut pending = vec![root];
    while let Some(Pending { path, tree, parents }) = pending.pop() {
        if parents.contains(&tree) {
            continue;
        }
        let Some(listing) = Listing::read(tree, objects, found) else { continue };
        let mut parents: Vec<Listing> = parents.iter().filter_map(|&id| Listing::read(id, objects, found)).collect();
        for item in listing.items() {
            let name = listing.name(item);
            let before: Vec<ObjectId> = parents.iter_mut().filter_map(|parent| parent.take(name, item.mode)).collect();
            if before.contains(&item.id) {
                continue;
            }
            let path = joined(&path, name);
            match item.mode {
                Mode::Directory => pending.push(Pending { path: directory(path), tree: item.id, parents: before }),
                Mode::Submodule => {}
                mode => found.changes.push(Change { path, id: item.id, mode, previous: before }),
            }
        }
        collect_gone(&path, &parents, found);
    }
}

/// Notes what the parents of a directory have and nothing has been matched with.
fn collect_gone(path: &BString, parents: &[Listing], found: &mut Differences) {
    for parent in parents {
        for item in parent.left().filter(|item| item.mode != Mode::Submodule) {
            found.gone.push(Gone { path: joined(path, parent.name(item)), id: item.id, mode: item.mode });
        }
    }
}

fn joined(directory: &[u8], name: &[u8]) -> BString {
    let mut path = BString::from(Vec::with_capacity(directory.len() + name.len() + 1));
    path.push_str(directory);
    path.push_str(name);
    path
}

fn directory(mut path: BString) -> BString {
    path.push_byte(b'/');
    path
}

/// Lists the files below the object at `gone`, at most until `limit` are in `files`.
fn expand(gone: &Gone, objects: &Objects, limit: usize, files: &mut Vec<Gone>) {
    let mut pending = vec![gone.clone()];
    let mut unread = Differences::default();
    while let Some(next) = pending.pop() {
        if files.len() >= limit {
            return;
        }
        if next.mode != Mode::Directory {
            files.push(next);
            continue;
        }
        let Some(listing) = Listing::read(next.id, objects, &mut unread) else { continue };
        let path = directory(next.path);
        for item in listing.items().filter(|item| item.mode != Mode::Submodule) {
            pending.push(Gone { path: joined(path.as_bytes(), listing.name(item)), id: item.id, mode: item.mode });
        }
    }
}
