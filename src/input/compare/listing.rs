//! One tree object, taken apart.

use std::cmp::Ordering;

use gix::ObjectId;

use super::Differences;
use crate::input::index::Mode;
use crate::input::objects::{ObjectError, Objects};
use crate::source::{ObjectKind, Span};

/// The entries of one tree in git's order, and which of them have found their match.
pub(super) struct Listing {
    bytes: Vec<u8>,
    items: Vec<Item>,
    matched: Vec<bool>,
}

/// One entry of a tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    name: Span,
    pub(super) mode: Mode,
    pub(super) id: ObjectId,
}

impl Listing {
    /// Reads the tree `id`; one that cannot be read is noted in `found`.
    pub(super) fn read(id: ObjectId, objects: &Objects, found: &mut Differences) -> Option<Self> {
        let mut bytes = Vec::new();
        let read = objects.read_as(&id, ObjectKind::Tree, &mut bytes);
        let items = read.and_then(|()| items(&bytes, id.kind()).ok_or(ObjectError::Damaged));
        match items {
            Ok(items) => Some(Self { matched: vec![false; items.len()], bytes, items }),
            Err(error) => {
                found.unread.push((id, error));
                None
            }
        }
    }

    /// Returns all entries in git's order.
    pub(super) fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter()
    }

    /// Returns the file name of an entry.
    pub(super) fn name(&self, item: &Item) -> &[u8] {
        &self.bytes[item.name.range()]
    }

    /// Returns the entry of that name that is a directory exactly if `mode` is, and marks it as matched.
    ///
    /// A submodule is no content, so it matches nothing but another.
    pub(super) fn take(&mut self, name: &[u8], mode: Mode) -> Option<ObjectId> {
        let directory = mode == Mode::Directory;
        let at = self
            .items
            .binary_search_by(|item| git_order(self.name(item), item.mode == Mode::Directory, name, directory))
            .ok()?;
        let item = self.items[at];
        if (item.mode == Mode::Submodule) != (mode == Mode::Submodule) {
            return None;
        }
        self.matched[at] = true;
        Some(item.id)
    }

    /// Returns the entries that were never taken.
    pub(super) fn left(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().zip(&self.matched).filter(|(_, matched)| !**matched).map(|(item, _)| item)
    }
}

/// Compares two names as git sorts a tree: a directory's as if it ended with a slash.
fn git_order(left: &[u8], left_is_directory: bool, right: &[u8], right_is_directory: bool) -> Ordering {
    let common = left.len().min(right.len());
    let next = |name: &[u8], directory: bool| name.get(common).copied().or(directory.then_some(b'/'));
    let by_rest = || next(left, left_is_directory).cmp(&next(right, right_is_directory));
    left[..common].cmp(&right[..common]).then_with(by_rest).then_with(|| left.len().cmp(&right.len()))
}

fn items(bytes: &[u8], hash: gix::hash::Kind) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let space = at + memchr::memchr(b' ', &bytes[at..])?;
        let bits = u32::from_str_radix(std::str::from_utf8(&bytes[at..space]).ok()?, 8).ok()?;
        let end = space + 1 + memchr::memchr(0, &bytes[space + 1..])?;
        let id = bytes.get(end + 1..end + 1 + hash.len_in_bytes())?;
        let mode = Mode::from_bits(bits)?;
        items.push(Item { name: Span::new(space + 1, end), mode, id: ObjectId::from_bytes_or_panic(id) });
        at = end + 1 + hash.len_in_bytes();
    }
    Some(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_sort_as_if_they_ended_with_a_slash() {
        let sorted = [("foo-bar", false), ("foo.c", false), ("foo", true), ("foo0", false)];
        for (i, left) in sorted.iter().enumerate() {
            for (j, right) in sorted.iter().enumerate() {
                let order = git_order(left.0.as_bytes(), left.1, right.0.as_bytes(), right.1);
                assert_eq!(order, i.cmp(&j), "{left:?} {right:?}");
            }
        }
        assert_eq!(git_order(b"foo", false, b"foo", true), Ordering::Less);
    }

    #[test]
    fn a_cut_off_tree_is_no_listing() {
        let whole = [b"100644 a\0".as_slice(), &[1; 20]].concat();
        assert_eq!(items(&whole, gix::hash::Kind::Sha1).map(|items| items.len()), Some(1));
        for cut in 1..whole.len() {
            assert!(items(&whole[..cut], gix::hash::Kind::Sha1).is_none(), "{cut}");
        }
    }
}
