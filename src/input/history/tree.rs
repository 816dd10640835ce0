//! Where the entries of a tree object begin, found from those of the tree it was made from.
//!
//! Most trees are a copy of another with one changed entry. What is copied whole need not be looked at again.

use std::ops::Range;

use crate::input::Copied;

/// One entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TreeEntry<'a> {
    /// The mode in octal digits, a space, the name, and a zero.
    head: &'a [u8],
    /// The raw name of the object.
    pub(super) id: &'a [u8],
}

impl<'a> TreeEntry<'a> {
    /// Tells whether the entry is a directory.
    pub(super) fn is_directory(self) -> bool {
        matches!(self.head, [b'4', b'0', ..] | [b'0', b'4', b'0', ..])
    }

    /// Tells whether the entry is a commit of another repository.
    pub(super) fn is_submodule(self) -> bool {
        self.head.starts_with(b"16")
    }

    /// Returns the name.
    pub(super) fn name(self) -> &'a [u8] {
        let mode_end = memchr::memchr(b' ', self.head).unwrap_or(0);
        &self.head[mode_end + 1..self.head.len() - 1]
    }
}

/// Where the entries of one tree begin.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// The start of every entry, and the end of the last one that makes sense.
    starts: Vec<u32>,
    /// Which entries have a name that is not copied whole from an entry of a tree that was looked at before.
    fresh: Vec<u32>,
    /// Which other entries name an object that may be another one than there.
    renewed: Vec<u32>,
    /// The entries of the tree from which this one was made that are not copied whole, one after the other.
    lost: Vec<u8>,
    /// Where each of them ends.
    lost_ends: Vec<u32>,
    /// Whether those entries are known.
    knows_lost: bool,
    hash_len: usize,
}

impl Outline {
    /// Finds the entries of a tree of which nothing is known; names of objects have `hash_len` bytes.
    pub(super) fn read(&mut self, tree: &[u8], hash_len: usize) {
        self.clear(hash_len);
        let end = self.parse(tree, 0, tree.len());
        self.starts.push(end as u32);
    }

    /// Finds the entries of a tree that consists of `copied` parts of another, the base, whose bytes and starts are given, and of
    /// others.
    ///
    /// The parts must be in the order of the tree.
    pub(super) fn derive(&mut self, tree: &[u8], hash_len: usize, base: (&[u8], &[u32]), copied: &[Copied]) {
        self.clear(hash_len);
        let (base_tree, base) = base;
        let mut at = 0;
        // Up to here it is known which entries of the base are lost.
        let mut passed = 0;
        self.knows_lost = true;
        for part in copied {
            let part_end = part.to + part.len;
            while at < part_end {
                // Is there an entry of the base at the same place of the part?
                let first = match at.checked_sub(part.to) {
                    Some(inside) => base.binary_search(&((part.from + inside) as u32)),
                    None => Err(0),
                };
                let Ok(first) = first else {
                    let Some(end) = entry(tree, at, hash_len) else { break };
                    self.fresh.push(self.starts.len() as u32);
                    self.starts.push(at as u32);
                    at = end;
                    continue;
                };
                // Every start up to this one is followed by another, so the entries between are whole.
                let limit = (part.from + part.len) as u32;
                let last = first + base[first..].partition_point(|&start| start <= limit) - 1;
                let moved = |start: u32| (start as usize - part.from + part.to) as u32;
                self.starts.extend(base[first..last].iter().map(|&start| moved(start)));
                self.lose(base_tree, base, passed..first);
                passed = last;
                at = moved(base[last]) as usize;
                // Of the next entry, which is cut, at least the name may be copied.
                if last + 1 < base.len()
                    && let Some(end) = entry(tree, at, hash_len).filter(|end| end - hash_len <= part_end)
                {
                    self.renewed.push(self.starts.len() as u32);
                    self.starts.push(at as u32);
                    at = end;
                }
                break;
            }
        }
        self.lose(base_tree, base, passed..base.len().saturating_sub(1));
        let end = self.parse(tree, at, tree.len());
        self.starts.push(end as u32);
    }

    /// Takes note of entries of the base that are not copied; those that are copied are no longer told if they change places.
    fn lose(&mut self, tree: &[u8], starts: &[u32], entries: Range<usize>) {
        self.knows_lost &= entries.start <= entries.end;
        for at in entries {
            self.lost.extend_from_slice(&tree[starts[at] as usize..starts[at + 1] as usize]);
            self.lost_ends.push(self.lost.len() as u32);
        }
    }

    /// Gives the starts away, for those that will be made from this tree, and takes memory for the next.
    pub(super) fn exchange(&mut self, memory: Vec<u32>) -> Vec<u32> {
        std::mem::replace(&mut self.starts, memory)
    }

    /// Returns all entries of `tree`, whose outline this is.
    pub(super) fn entries<'a>(&'a self, tree: &'a [u8]) -> impl Iterator<Item = TreeEntry<'a>> {
        self.starts.windows(2).map(move |ends| self.cut(tree, ends[0], ends[1]))
    }

    /// Returns those entries of `tree` whose names may be new.
    pub(super) fn fresh<'a>(&'a self, tree: &'a [u8]) -> impl Iterator<Item = TreeEntry<'a>> {
        self.fresh.iter().map(move |&at| self.cut(tree, self.starts[at as usize], self.starts[at as usize + 1]))
    }

    /// Returns those entries of `tree` whose names or objects may be new.
    pub(super) fn changed<'a>(&'a self, tree: &'a [u8]) -> impl Iterator<Item = TreeEntry<'a>> {
        let cut = |&at: &u32| self.cut(tree, self.starts[at as usize], self.starts[at as usize + 1]);
        self.fresh.iter().chain(&self.renewed).map(cut)
    }

    /// Returns those entries of the tree from which this one was made that are not in this one as they are there, or `None` if
    /// that is not known.
    pub(super) fn lost(&self) -> Option<impl Iterator<Item = TreeEntry<'_>>> {
        let starts = std::iter::once(0).chain(self.lost_ends.iter().copied());
        let ends = starts.zip(&self.lost_ends);
        self.knows_lost.then(|| ends.map(|(start, &end)| self.cut(&self.lost, start, end)))
    }

    fn cut<'a>(&self, tree: &'a [u8], start: u32, end: u32) -> TreeEntry<'a> {
        let (head, id) = tree[start as usize..end as usize].split_at((end - start) as usize - self.hash_len);
        TreeEntry { head, id }
    }

    fn clear(&mut self, hash_len: usize) {
        self.hash_len = hash_len;
        self.starts.clear();
        self.fresh.clear();
        self.renewed.clear();
        self.lost.clear();
        self.lost_ends.clear();
        self.knows_lost = false;
    }

    /// Notes all entries from `at` to `end` as fresh, and returns where the last one that makes sense ends.
    fn parse(&mut self, tree: &[u8], mut at: usize, end: usize) -> usize {
        while at < end {
            let Some(next) = entry(tree, at, self.hash_len) else { break };
            self.fresh.push(self.starts.len() as u32);
            self.starts.push(at as u32);
            at = next;
        }
        at
    }
}

/// Returns where the entry that starts at `at` ends.
#[inline]
fn entry(tree: &[u8], at: usize, hash_len: usize) -> Option<usize> {
    let rest = tree.get(at..)?;
    let name = space(rest)? + 1;
    let end = name + nul(&rest[name..])? + 1 + hash_len;
    (end <= rest.len()).then_some(at + end)
}

/// Finds the space behind the mode. Git writes five or six digits.
#[inline]
fn space(head: &[u8]) -> Option<usize> {
    match (head.get(5)?, head.get(6)?) {
        (b' ', _) => Some(5),
        (_, b' ') => Some(6),
        _ => memchr::memchr(b' ', head.get(..12)?),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each entry: 7 bytes of mode and space, the name, a zero, 20 bytes of the object's name.
    fn tree(names: &[String]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (at, name) in names.iter().enumerate() {
            bytes.extend_from_slice(format!("100644 {name}\0").as_bytes());
            bytes.extend_from_slice(&[at as u8; 20]);
        }
        bytes
    }

    fn texts<'a>(entries: impl Iterator<Item = TreeEntry<'a>>) -> Vec<String> {
        entries.map(|entry| String::from_utf8_lossy(entry.name()).into_owned()).collect()
    }

    fn outline(bytes: &[u8]) -> Outline {
        let mut outline = Outline::default();
        outline.read(bytes, 20);
        outline
    }

    #[test]
    fn entries_whose_names_are_copied_are_not_fresh() {
        let names = ["aaa", "bbb", "ccc", "ddd"].map(str::to_owned);
        let base = tree(&names);
        let starts = outline(&base).starts;
        let changes: [(usize, &[&str]); 5] = [(8, &["a9a"]), (12, &[]), (38, &["9bb"]), (60, &[]), (123, &[])];
        for (changed, wanted) in changes {
            let mut bytes = base.clone();
            bytes[changed] = b'9';
            let copied = [
                Copied { from: 0, to: 0, len: changed },
                Copied { from: changed + 1, to: changed + 1, len: bytes.len() - changed - 1 },
            ];
            let mut outline = Outline::default();
            outline.derive(&bytes, 20, (&base, &starts), &copied);
            assert_eq!(outline.starts, starts, "{changed}");
            assert_eq!(texts(outline.fresh(&bytes)), wanted, "{changed}");
        }
    }

    #[test]
    fn a_damaged_tree_ends_where_it_makes_no_sense() {
        let mut bytes = tree(&["a long name of a file", "b"].map(str::to_owned));
        bytes.truncate(bytes.len() - 1);
        assert_eq!(texts(outline(&bytes).entries(&bytes)), ["a long name of a file"]);
        for bytes in [&b"100644 abc"[..], b"100644", b"", b"1 a\0bcdefghij"] {
            assert!(outline(bytes).entries(bytes).next().is_none());
        }
    }

    proptest! {
        #[test]
        fn an_outline_is_the_same_however_it_was_found(
            names in proptest::collection::vec("[a-c0 ]{1,9}", 0..9),
            parts in proptest::collection::vec((0usize..400, 1usize..200, proptest::collection::vec(any::<u8>(), 0..3)), 0..5),
        ) {
            let base = tree(&names);
            let known = outline(&base);
            let (mut bytes, mut copied) = (Vec::new(), Vec::new());
            for (from, len, inserted) in parts {
                let from = from.min(base.len());
                let len = len.min(base.len() - from);
                if len > 0 {
                    copied.push(Copied { from, to: bytes.len(), len });
                }
                bytes.extend_from_slice(&base[from..from + len]);
                bytes.extend_from_slice(&inserted);
            }
            let whole = outline(&bytes);
            let mut derived = Outline::default();
            derived.derive(&bytes, 20, (&base, &known.starts), &copied);
            prop_assert_eq!(&derived.starts, &whole.starts);
            let fresh = texts(derived.fresh(&bytes));
            for name in texts(whole.entries(&bytes)) {
                prop_assert!(fresh.contains(&name) || texts(known.entries(&base)).contains(&name));
            }
            let changed: Vec<TreeEntry> = derived.changed(&bytes).collect();
            for entry in whole.entries(&bytes) {
                prop_assert!(changed.contains(&entry) || known.entries(&base).any(|known| known.id == entry.id));
            }
            if let Some(lost) = derived.lost() {
                let lost: Vec<TreeEntry> = lost.collect();
                let all: Vec<TreeEntry> = whole.entries(&bytes).collect();
                let kept: Vec<TreeEntry> = known.entries(&base).filter(|entry| !lost.contains(entry)).collect();
                prop_assert!(kept.iter().all(|entry| all.contains(entry)));
                prop_assert!(all.iter().all(|entry| kept.contains(entry) || changed.contains(entry)));
            }
        }
    }
}
