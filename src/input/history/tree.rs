//! The bytes of a tree object: entries of a mode, a name, and the name of an object.

use std::ops::Range;

/// One entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TreeEntry<'a> {
    /// The mode, in octal digits.
    pub(super) mode: &'a [u8],
    /// The name; never has a slash in a sound tree.
    pub(super) name: &'a [u8],
    /// The raw name of the object.
    pub(super) id: &'a [u8],
    /// Where the entry begins.
    pub(super) start: usize,
}

/// Iterates over the entries of a tree; ends at the first byte that makes no sense.
pub(super) struct TreeEntries<'a> {
    bytes: &'a [u8],
    at: usize,
    hash_len: usize,
}

impl<'a> TreeEntries<'a> {
    /// Starts at the first entry of `bytes`; names of objects have `hash_len` bytes.
    pub(super) fn new(bytes: &'a [u8], hash_len: usize) -> Self {
        Self { bytes, at: 0, hash_len }
    }
}

impl<'a> Iterator for TreeEntries<'a> {
    type Item = TreeEntry<'a>;

    #[inline]
    fn next(&mut self) -> Option<TreeEntry<'a>> {
        let start = self.at;
        let rest = self.bytes.get(start..)?;
        // Git writes five or six digits.
        let space = match (rest.get(5)?, rest.get(6)?) {
            (b' ', _) => 5,
            (_, b' ') => 6,
            _ => memchr::memchr(b' ', rest)?,
        };
        let name_end = space + 1 + nul(&rest[space + 1..])?;
        let id_end = name_end + 1 + self.hash_len;
        let id = rest.get(name_end + 1..id_end)?;
        self.at = start + id_end;
        Some(TreeEntry { mode: &rest[..space], name: &rest[space + 1..name_end], id, start })
    }
}

/// Finds the first zero byte; names are short, so eight bytes at a time beat a vector's start-up.
#[inline]
fn nul(bytes: &[u8]) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let zeros = word.wrapping_sub(LOW) & !word & HIGH;
        if zeros != 0 {
            return Some(at + zeros.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    bytes[at..].iter().position(|&byte| byte == 0).map(|found| at + found)
}

/// Calls `visit` with every name in `tree` that is not, as a whole, copied from another tree.
///
/// `fresh` are the ranges that are not copied, as in [`Object::fresh`](super::walk::Object::fresh).
pub(super) fn fresh_names(tree: &[u8], hash_len: usize, fresh: Option<&[Range<usize>]>, mut visit: impl FnMut(&[u8])) {
    let Some(mut ranges) = fresh else {
        return TreeEntries::new(tree, hash_len).for_each(|entry| visit(entry.name));
    };
    for entry in TreeEntries::new(tree, hash_len) {
        let head = entry.start..entry.start + entry.mode.len() + 1 + entry.name.len() + 1;
        while ranges.first().is_some_and(|range| is_before(range, &head)) {
            ranges = &ranges[1..];
        }
        match ranges.first() {
            None => return,
            Some(range) if touches(range, &head) => visit(entry.name),
            Some(_) => {}
        }
    }
}

/// Tells whether `range` concerns nothing from the start of `head` on.
fn is_before(range: &Range<usize>, head: &Range<usize>) -> bool {
    range.end <= head.start
}

/// Tells whether `head` has a byte of `range`, or a seam that an empty `range` stands for.
fn touches(range: &Range<usize>, head: &Range<usize>) -> bool {
    range.start < head.end && (range.end > head.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(names: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for name in names {
            bytes.extend_from_slice(format!("100644 {name}\0").as_bytes());
            bytes.extend_from_slice(&[0xaa; 20]);
        }
        bytes
    }

    fn names(bytes: &[u8], fresh: Option<&[Range<usize>]>) -> Vec<String> {
        let mut names = Vec::new();
        fresh_names(bytes, 20, fresh, |name| names.push(String::from_utf8_lossy(name).into_owned()));
        names
    }

    #[test]
    fn names_that_lie_in_a_copied_part_are_left_out() {
        // Each entry: 7 bytes of mode, 3 of name, 1 zero, 20 of the object's name.
        let bytes = tree(&["aaa", "bbb", "ccc", "ddd"]);
        for (fresh, wanted) in [
            (vec![], vec![]),
            (vec![(0, 1)], vec!["aaa"]),
            (vec![(11, 31)], vec![]),
            (vec![(11, 32)], vec!["bbb"]),
            (vec![(31, 31)], vec![]),
            (vec![(41, 41)], vec!["bbb"]),
            (vec![(42, 42)], vec![]),
            (vec![(40, 40), (64, 65), (100, 104)], vec!["bbb", "ccc", "ddd"]),
            (vec![(5, 120)], vec!["aaa", "bbb", "ccc", "ddd"]),
        ] {
            let fresh: Vec<Range<usize>> = fresh.into_iter().map(|(start, end)| start..end).collect();
            assert_eq!(names(&bytes, Some(&fresh)), wanted, "{fresh:?}");
        }
        assert_eq!(names(&bytes, None), ["aaa", "bbb", "ccc", "ddd"]);
    }

    #[test]
    fn a_damaged_tree_ends_where_it_makes_no_sense() {
        let mut bytes = tree(&["a long name of a file", "b"]);
        bytes.truncate(bytes.len() - 1);
        assert_eq!(names(&bytes, None), ["a long name of a file"]);
        assert!(names(b"100644 abc", None).is_empty());
        assert!(names(b"100644", None).is_empty());
        assert!(names(b"", None).is_empty());
    }
}
