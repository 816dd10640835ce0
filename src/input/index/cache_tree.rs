//! The index's cache of tree names: which directories are, as a whole, the tree of that name.

use std::ops::Range;

use gix::hash::Kind;

use crate::source::Span;

/// The directories of an index in pre-order, the root first; empty if git wrote no cache.
#[derive(Clone, Debug, Default)]
pub struct CacheTree {
    nodes: Vec<Node>,
}

/// One directory.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where its name lies in the index file; empty for the root.
    pub name: Span,
    /// How many entries lie below it, unless the index changed there since the tree was written.
    pub entries: Option<u32>,
    /// Where the tree's name lies in the index file; present exactly if `entries` is.
    pub id: Option<u32>,
    /// The position just past the last node below this one.
    pub end: usize,
}

impl CacheTree {
    /// Returns all directories in pre-order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Returns the positions of the directories right below the one at `parent`, in order.
    pub fn children(&self, parent: usize) -> impl Iterator<Item = usize> {
        let end = self.nodes[parent].end;
        let inside = move |child: usize| (child < end).then_some(child);
        std::iter::successors(inside(parent + 1), move |&child| inside(self.nodes[child].end))
    }

    /// Parses the extension in `range` of `data`, or returns `None` if it makes no sense.
    pub(super) fn parse(data: &[u8], range: Range<usize>, hash: Kind) -> Option<Self> {
        let mut at = range.start;
        let mut nodes: Vec<Node> = Vec::new();
        // The nodes whose children are still to come, and how many those are.
        let mut open: Vec<(usize, u32)> = Vec::new();
        while at < range.end {
            let rest = &data[at..range.end];
            let name_end = memchr::memchr(0, rest)?;
            let space = name_end + 1 + memchr::memchr(b' ', &rest[name_end + 1..])?;
            let line = space + 1 + memchr::memchr(b'\n', &rest[space + 1..])?;
            let count: i64 = number(&rest[name_end + 1..space])?;
            let children = u32::try_from(number(&rest[space + 1..line])?).ok()?;
            let name = Span::new(at, at + name_end);
            at += line + 1;
            let entries = u32::try_from(count).ok();
            let id = entries.is_some().then_some(at as u32);
            if id.is_some() {
                at = at.checked_add(hash.len_in_bytes()).filter(|&end| end <= range.end)?;
            }
            let position = nodes.len();
            nodes.push(Node { name, entries, id, end: 0 });
            open.push((position, children));
            while let Some((node, 0)) = open.last() {
                nodes[*node].end = position + 1;
                open.pop();
                if let Some((_, left)) = open.last_mut() {
                    *left -= 1;
                } else if at < range.end {
                    return None;
                }
            }
        }
        open.is_empty().then_some(Self { nodes })
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &[u8]) -> Option<CacheTree> {
        CacheTree::parse(text, 0..text.len(), Kind::Sha1)
    }

    fn node(name: &str, count: i32, children: u32) -> Vec<u8> {
        let mut bytes = format!("{name}\0{count} {children}\n").into_bytes();
        if count >= 0 {
            bytes.extend([1; 20]);
        }
        bytes
    }

    #[test]
    fn children_are_the_nodes_one_level_down() {
        let bytes = [node("", -1, 2), node("a", 3, 1), node("b", 2, 0), node("c", 1, 0)].concat();
        let tree = parse(&bytes).expect("a sound cache is read");
        assert_eq!(tree.children(0).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(tree.children(1).collect::<Vec<_>>(), [2]);
        assert_eq!(tree.nodes()[0].entries, None);
        assert_eq!(tree.nodes()[1].entries, Some(3));
        assert_eq!(tree.children(3).count(), 0);
    }

    #[test]
    fn nonsense_is_no_cache() {
        for bytes in [node("", 1, 1), [node("", 1, 0), node("a", 1, 0)].concat(), b"\x001 0\n123".to_vec()] {
            assert!(parse(&bytes).is_none());
        }
    }
}
