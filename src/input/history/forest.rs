//! Which object of a pack builds on which: every entry is looked at once, before anything is expanded.

use gix::ObjectId;
use rayon::prelude::*;

use super::damage::Damage;
use super::pack::{Base, Pack, prefetch};
use crate::source::ObjectKind;

/// Marks, in a slot, that the object is to be handed over.
const WANTED: u32 = 1 << 31;

/// Instead of a parent: the smallest value that is none.
const NO_PARENT: u32 = u32::MAX - 15;
const BROKEN: u32 = NO_PARENT + 1;
const STRAY: u32 = NO_PARENT + 2;
const WHOLE: u32 = NO_PARENT + 4;

/// How many entries ahead the next ones are fetched.
const AHEAD: usize = 16;

/// Which objects of a pack a reader asks for.
pub(super) struct Choice<'a> {
    /// Tells whether objects of a kind are wanted.
    pub(super) kind: &'a (dyn Fn(ObjectKind) -> bool + Sync),
    /// Tells whether the object in a slot of the index is wanted; `None` for all.
    pub(super) slot: Option<&'a (dyn Fn(u32) -> bool + Sync)>,
}

/// A part of all delta families.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Those of blobs.
    Blobs,
    /// Those of trees, commits and tags.
    Others,
}

/// What is known of a node. All of it is asked for together, and families lie scattered, so it shares one place in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    /// Where its entry begins.
    offset: u64,
    /// Its slot in the index, and whether it is wanted.
    slot: u32,
    /// Where its children begin in the list of all children.
    children: u32,
}

/// The delta families of one pack. A node is an entry, numbered in the order of the pack.
#[derive(Debug, Default)]
pub(super) struct Forest {
    /// All nodes by ascending offsets, and one that tells where the last one and its children end. 16 bytes per object.
    nodes: Vec<Node>,
    /// The children of all nodes; the one with most descendants comes last. 4 bytes per object.
    children: Vec<u32>,
    /// Blobs that build on nothing and lead to something wanted.
    blobs: Vec<u32>,
    /// Such nodes of other kinds.
    others: Vec<u32>,
    /// Nodes that build on an object that is not in this pack: places in `children`, and the object.
    pub(super) strays: Vec<(u32, ObjectId)>,
    /// Nodes whose header cannot be read.
    pub(super) broken: Vec<(u32, Damage)>,
}

impl Forest {
    /// Reads the heads of all entries of `pack`.
    pub(super) fn new(pack: &Pack, choice: &Choice<'_>) -> Self {
        let mut forest = Self::default();
        let buckets = forest.order(pack, choice);
        let parents = forest.parents(pack, &buckets);
        drop(buckets);
        forest.link(&parents);
        let order = forest.reachable(&parents);
        let weights = forest.weigh(&parents, order.as_deref());
        forest.prune(&weights);
        forest.classify(pack, choice, &parents, &weights);
        forest
    }

    /// Returns the nodes of a part that build on nothing and lead to something wanted.
    pub(super) fn roots(&self, part: Part) -> &[u32] {
        match part {
            Part::Blobs => &self.blobs,
            Part::Others => &self.others,
        }
    }

    fn len(&self) -> usize {
        self.nodes.len() - 1
    }

    /// Lets the processor fetch the list of the children of `node`.
    #[inline]
    pub(super) fn prefetch_children(&self, node: u32) {
        prefetch(self.children.as_ptr().wrapping_add(self.children(node).0 as usize));
    }

    /// Lets the processor fetch what is known of `node`.
    #[inline]
    pub(super) fn prefetch(&self, node: u32) {
        prefetch(self.nodes.as_ptr().wrapping_add(node as usize));
    }

    /// Returns the slot of `node` in the index.
    #[inline]
    pub(super) fn slot(&self, node: u32) -> u32 {
        self.nodes[node as usize].slot & !WANTED
    }

    /// Tells whether `node` is to be handed over.
    #[inline]
    pub(super) fn is_wanted(&self, node: u32) -> bool {
        self.nodes[node as usize].slot & WANTED != 0
    }

    /// Returns where the entry of `node` begins and ends.
    #[inline]
    pub(super) fn range(&self, node: u32) -> (u64, u64) {
        (self.nodes[node as usize].offset, self.nodes[node as usize + 1].offset)
    }

    /// Returns the places of the children of `node`, for [`Forest::child`].
    #[inline]
    pub(super) fn children(&self, node: u32) -> (u32, u32) {
        (self.nodes[node as usize].children, self.nodes[node as usize + 1].children)
    }

    /// Returns the node at a place of the list of children.
    #[inline]
    pub(super) fn child(&self, place: u32) -> u32 {
        self.children[place as usize]
    }

    /// Returns the node whose entry begins at `offset`.
    pub(super) fn node_at(&self, offset: u64) -> Option<u32> {
        self.nodes[..self.len()].binary_search_by_key(&offset, |node| node.offset).ok().map(|node| node as u32)
    }

    /// Puts the entries in the order of the pack.
    fn order(&mut self, pack: &Pack, choice: &Choice<'_>) -> Buckets {
        let count = pack.index.len().min(NO_PARENT - 1);
        let (buckets, mut nodes) = Buckets::sort(count, pack.end as u64, |slot| pack.index.offset(slot));
        nodes
            .par_iter_mut()
            .filter(|node| choice.slot.is_none_or(|wanted| wanted(node.slot)))
            .for_each(|node| node.slot |= WANTED);
        nodes.push(Node { offset: pack.end as u64, ..Node::default() });
        self.nodes = nodes;
        buckets
    }

    /// Finds what every node builds on; values of `NO_PARENT` and above say why there is nothing.
    fn parents(&self, pack: &Pack, buckets: &Buckets) -> Vec<u32> {
        (0..self.len())
            .into_par_iter()
            .with_min_len(4096)
            .map(|node| {
                let offset = self.nodes[node].offset;
                // Two names for one place, or a place that is none: the index is damaged.
                if node > 0 && self.nodes[node - 1].offset == offset {
                    return BROKEN;
                }
                if let Some(ahead) = self.nodes.get(node + AHEAD) {
                    pack.prefetch(ahead.offset);
                }
                match pack.entry(offset).map(|entry| entry.base) {
                    Ok(Base::Whole(kind)) => WHOLE + kind as u32,
                    Ok(Base::Offset(base)) => buckets.find(&self.nodes[..node], base).unwrap_or(BROKEN),
                    Ok(Base::Named(id)) => match pack.index.find(&id) {
                        Some(slot) => self
                            .node_at(pack.index.offset(slot))
                            .filter(|&base| base as usize != node)
                            .unwrap_or(BROKEN),
                        None => STRAY,
                    },
                    Err(_) => BROKEN,
                }
            })
            .collect()
    }

    fn link(&mut self, parents: &[u32]) {
        let mut starts = vec![0u32; parents.len() + 1];
        for &parent in parents.iter().filter(|&&parent| parent < NO_PARENT) {
            starts[parent as usize + 1] += 1;
        }
        for node in 0..parents.len() {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut children = vec![0; starts[parents.len()] as usize];
        for (node, &parent) in parents.iter().enumerate().filter(|(_, parent)| **parent < NO_PARENT) {
            children[next[parent as usize] as usize] = node as u32;
            next[parent as usize] += 1;
        }
        for (node, start) in self.nodes.iter_mut().zip(starts) {
            node.children = start;
        }
        self.children = children;
    }

    /// Returns all nodes so that each comes after what it builds on, or `None` if their own order is one.
    ///
    /// Nodes that build on themselves in a circle are left out.
    fn reachable(&self, parents: &[u32]) -> Option<Vec<u32>> {
        if parents.iter().enumerate().all(|(node, &parent)| parent >= NO_PARENT || (parent as usize) < node) {
            return None;
        }
        let mut order: Vec<u32> =
            (0..parents.len() as u32).filter(|&node| parents[node as usize] >= NO_PARENT).collect();
        let mut done = 0;
        while done < order.len() {
            let (start, end) = self.children(order[done]);
            order.extend_from_slice(&self.children[start as usize..end as usize]);
            done += 1;
        }
        Some(order)
    }

    /// Counts the wanted nodes of every node's family below it, itself included; zero for circles.
    fn weigh(&self, parents: &[u32], order: Option<&[u32]>) -> Vec<u32> {
        let nodes = parents.len();
        let mut weights = vec![0u32; nodes];
        let mut add = |node: usize| {
            weights[node] += u32::from(self.is_wanted(node as u32));
            if parents[node] < NO_PARENT {
                weights[parents[node] as usize] += weights[node];
            }
        };
        match order {
            None => (0..nodes).rev().for_each(&mut add),
            Some(order) => order.iter().rev().for_each(|&node| add(node as usize)),
        }
        weights
    }

    /// Drops children that lead to nothing wanted and puts the heaviest last.
    ///
    /// A parent's content can go as soon as its last child is there, so that at most a logarithm of a
    /// family's size is alive at once.
    fn prune(&mut self, weights: &[u32]) {
        let mut kept = 0;
        for node in 0..weights.len() {
            let (start, end) = self.children(node as u32);
            self.nodes[node].children = kept as u32;
            let first = kept;
            let mut heaviest = (0, kept);
            for place in start..end {
                let child = self.child(place);
                let weight = weights[child as usize];
                if weight > 0 {
                    if weight >= heaviest.0 {
                        heaviest = (weight, kept);
                    }
                    self.children[kept] = child;
                    kept += 1;
                }
            }
            if kept > first {
                self.children.swap(heaviest.1, kept - 1);
            }
        }
        if let Some(last) = self.nodes.last_mut() {
            last.children = kept as u32;
        }
        self.children.truncate(kept);
    }

    fn classify(&mut self, pack: &Pack, choice: &Choice<'_>, parents: &[u32], weights: &[u32]) {
        const KINDS: [ObjectKind; 4] = [ObjectKind::Blob, ObjectKind::Tree, ObjectKind::Commit, ObjectKind::Tag];
        let wanted_kinds = KINDS.map(|kind| (choice.kind)(kind));
        let mut strays = Vec::new();
        for (node, &parent) in parents.iter().enumerate() {
            let node = node as u32;
            if weights[node as usize] == 0 && self.is_wanted(node) {
                self.broken.push((node, Damage::Base));
            } else if parent >= WHOLE && weights[node as usize] > 0 {
                if wanted_kinds[(parent - WHOLE) as usize] {
                    let is_blob = parent - WHOLE == ObjectKind::Blob as u32;
                    if is_blob { &mut self.blobs } else { &mut self.others }.push(node);
                }
            } else if parent == STRAY && weights[node as usize] > 0 {
                strays.push(node);
            } else if parent == BROKEN && weights[node as usize] > 0 {
                let damage = pack.entry(self.range(node).0).err().unwrap_or(Damage::Place);
                self.broken.push((node, damage));
            }
        }
        for node in strays {
            if let Ok(Base::Named(id)) = pack.entry(self.range(node).0).map(|entry| entry.base) {
                self.strays.push((self.children.len() as u32, id));
                self.children.push(node);
            }
        }
    }
}

/// Where in a list of ascending offsets those begin that share their high bits: about one offset has each.
struct Buckets {
    /// How many low bits do not count.
    shift: u32,
    /// The place of each bucket's first offset, and the length of the list.
    starts: Vec<u32>,
}

impl Buckets {
    /// Sorts the numbers up to `count` by their offsets, which lie before `end`, and returns both.
    fn sort(count: u32, end: u64, offset: impl Fn(u32) -> u64) -> (Self, Vec<Node>) {
        let order = sort(count, end, offset);
        let shift = (end / u64::from(count.max(1))).max(1).ilog2();
        let mut starts = vec![0];
        for (&Node { offset, .. }, at) in order.iter().zip(0..) {
            // Offsets that lie behind the end, in a damaged index, share the last bucket.
            let bucket = (offset.min(end) >> shift) as usize;
            if bucket >= starts.len() {
                starts.resize(bucket + 1, at);
            }
        }
        starts.resize((end >> shift) as usize + 2, count);
        (Self { shift, starts }, order)
    }

    /// Finds the place of `offset` in the beginning of the list of sorted nodes.
    fn find(&self, nodes: &[Node], offset: u64) -> Option<u32> {
        let bucket = usize::try_from(offset >> self.shift).ok()?;
        let start = *self.starts.get(bucket)? as usize;
        let end = (*self.starts.get(bucket + 1)? as usize).min(nodes.len());
        nodes.get(start..end)?.binary_search_by_key(&offset, |node| node.offset).ok().map(|at| (start + at) as u32)
    }
}

/// Sorts the numbers up to `count` by their offsets: first roughly, into parts that a processor's cache holds.
fn sort(count: u32, end: u64, offset: impl Fn(u32) -> u64) -> Vec<Node> {
    const PARTS: u32 = 11;
    let shift = (u64::BITS - end.leading_zeros()).saturating_sub(PARTS);
    let part = |offset: u64| (offset.min(end) >> shift) as usize;
    let mut next = vec![0u32; part(end) + 2];
    (0..count).for_each(|number| next[part(offset(number)) + 1] += 1);
    for at in 1..next.len() {
        next[at] += next[at - 1];
    }
    let mut order = vec![Node::default(); count as usize];
    for number in 0..count {
        let offset = offset(number);
        let place = &mut next[part(offset)];
        order[*place as usize] = Node { offset, slot: number, children: 0 };
        *place += 1;
    }
    let mut parts = Vec::new();
    let mut rest = order.as_mut_slice();
    let mut start = 0;
    // Where the next number of a part would be put, the part ends.
    for end in next {
        let (part, behind) = rest.split_at_mut((end - start) as usize);
        parts.push(part);
        (rest, start) = (behind, end);
    }
    parts.into_par_iter().for_each(<[_]>::sort_unstable);
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn offsets_are_sorted_and_found_where_they_are(
            offsets in proptest::collection::vec(0u64..1000, 0..80), end in 0u64..700, wanted in 0u64..1100, length in 0usize..80,
        ) {
            let (buckets, order) = Buckets::sort(offsets.len() as u32, end, |number| offsets[number as usize]);
            let node = |(&offset, slot)| Node { offset, slot, children: 0 };
            let mut expected: Vec<Node> = offsets.iter().zip(0..).map(node).collect();
            expected.sort_unstable();
            prop_assert_eq!(&order, &expected);
            let mut sorted: Vec<u64> = offsets.iter().copied().filter(|&offset| offset < end).collect();
            sorted.sort_unstable();
            sorted.dedup();
            let (buckets, order) = if sorted.len() == offsets.len() { (buckets, order) } else {
                Buckets::sort(sorted.len() as u32, end, |number| sorted[number as usize])
            };
            let start = &order[..length.min(order.len())];
            let expected = start.iter().position(|node| node.offset == wanted).map(|at| at as u32);
            prop_assert_eq!(buckets.find(start, wanted), expected);
        }
    }
}
