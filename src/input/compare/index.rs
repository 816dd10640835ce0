//! Compares an index with the trees of the commits that the next commit will have as parents.

use std::collections::HashMap;
use std::ops::Range;

use bstr::ByteSlice;
use gix::ObjectId;

use super::{Change, Differences, Listing, Pending, compare_below};
use crate::input::index::{Entry, Index, Mode};
use crate::input::objects::Objects;

/// A directory of the index that is still to be compared.
struct Directory {
    entries: Range<usize>,
    /// How many bytes of the entries' paths lead here, with the last `/`.
    prefix: usize,
    /// The directory in the cache of tree names.
    node: Option<usize>,
    parents: Vec<ObjectId>,
}

/// Compares `index` with the trees `parents`; without parents, all of it is new.
///
/// Directories that are, by the index's own record, the same tree as in a parent are not looked into. Entries that
/// are announced but without content (`git add --intent-to-add`), submodules, and the common base of a conflict
/// are left out; both sides of a conflict are compared.
pub fn compare_index(index: &Index, parents: &[ObjectId], objects: &Objects) -> Differences {
    let mut found = Differences::default();
    let node = (!index.cache_tree().nodes().is_empty()).then_some(0);
    let mut pending = vec![Directory { entries: 0..index.len(), prefix: 0, node, parents: parents.to_vec() }];
    while let Some(directory) = pending.pop() {
        if !is_unchanged(index, &directory) {
            compare_directory(index, directory, objects, &mut pending, &mut found);
        }
    }
    found
}

fn is_unchanged(index: &Index, directory: &Directory) -> bool {
    let Some(node) = directory.node.map(|node| &index.cache_tree().nodes()[node]) else { return false };
    node.entries == u32::try_from(directory.entries.len()).ok()
        && index.tree_id(node).is_some_and(|id| directory.parents.contains(&id))
}

fn compare_directory(
    index: &Index,
    directory: Directory,
    objects: &Objects,
    pending: &mut Vec<Directory>,
    found: &mut Differences,
) {
    let Directory { entries, prefix, node, parents } = directory;
    let mut parents: Vec<Listing> = parents.iter().filter_map(|&id| Listing::read(id, objects, found)).collect();
    let cached: HashMap<&[u8], usize> = node
        .into_iter()
        .flat_map(|node| index.cache_tree().children(node))
        .map(|child| (index.node_name(&index.cache_tree().nodes()[child]), child))
        .collect();
    let mut at = entries.start;
    while at < entries.end {
        let entry = index.entry(at);
        let rest: &[u8] = &entry.path[prefix..];
        let Some(slash) = memchr::memchr(b'/', rest) else {
            compare_file(&entry, prefix, &mut parents, found);
            at += 1;
            continue;
        };
        let before: Vec<ObjectId> =
            parents.iter_mut().filter_map(|parent| parent.take(&rest[..slash], Mode::Directory)).collect();
        if entry.mode == Mode::Directory {
            let path = entry.path.to_owned();
            compare_below(Pending { path, tree: entry.id.to_owned(), parents: before }, objects, found);
            at += 1;
            continue;
        }
        let node = cached.get(&rest[..slash]).copied();
        let end = directory_end(index, at..entries.end, prefix + slash + 1);
        pending.push(Directory { entries: at..end, prefix: prefix + slash + 1, node, parents: before });
        at = end;
    }
    // Only the root may have no entry to take the path from, and its path is empty.
    let path = if prefix == 0 { Default::default() } else { index.path(entries.start)[..prefix].as_bstr().to_owned() };
    super::collect_gone(&path, &parents, found);
}

fn compare_file(entry: &Entry<'_>, prefix: usize, parents: &mut [Listing], found: &mut Differences) {
    let before: Vec<ObjectId> =
        parents.iter_mut().filter_map(|parent| parent.take(&entry.path[prefix..], entry.mode)).collect();
    if entry.stage != 0 && found.unmerged.last().is_none_or(|last| last != entry.path) {
        found.unmerged.push(entry.path.to_owned());
    }
    let is_content = entry.mode.is_blob() && !entry.intent_to_add && entry.stage != 1;
    if is_content && !before.iter().any(|id| **id == *entry.id) {
        let (path, id) = (entry.path.to_owned(), entry.id.to_owned());
        found.changes.push(Change { path, id, mode: entry.mode, previous: before });
    }
}

/// Returns the position just past the entries that share the first `prefix` bytes of the path at `range.start`.
fn directory_end(index: &Index, range: Range<usize>, prefix: usize) -> usize {
    let shared = &index.path(range.start)[..prefix];
    // The entries are sorted, so those of a directory stand together.
    let (mut inside, mut outside) = (range.start, range.end);
    while outside - inside > 1 {
        let middle = inside + (outside - inside) / 2;
        if index.path(middle).starts_with(shared) { inside = middle } else { outside = middle }
    }
    outside
}
