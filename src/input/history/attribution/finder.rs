//! Finds the nodes of trees.
//!
//! A tree follows from its base, whose node is found before it, as are those of its children. A base may hold what was made from
//! it; where trees wait for one another in a circle, one of them is looked at without its base, now and ever after.

use std::collections::HashMap;
use std::ops::Range;

use gix::ObjectId;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::collect::{ByKey, Chunk, LOST, NONE, Tree, key};
use super::nodes::{Link, Names, Nodes};

/// Instead of a node: nobody has asked for it yet.
const OPEN: u32 = NONE - 1;
/// Instead of a node: it is on the stack.
const WAITING: u32 = NONE - 2;

/// Marks, instead of a tree, the number of a wanted object.
const WANTED: u32 = 1 << 31;

/// What is known while nodes are found.
pub(super) struct Finder<'a> {
    chunks: &'a [Chunk],
    /// How many objects are wanted.
    wanted: usize,
    /// Where the trees of each chunk begin among all.
    starts: Vec<u32>,
    nodes: Nodes,
    /// For each chunk what its children are: trees, wanted objects that are none, or [`NONE`].
    children: Vec<Vec<u32>>,
    /// The nodes that are no wanted objects, by what they name.
    known: FxHashMap<Box<[Link]>, u32>,
    /// Whether each tree is looked at without its base.
    alone: Vec<bool>,
    /// Trees that wait for others, the last for none.
    stack: Vec<Waiting>,
}

/// A tree whose node is being found.
struct Waiting {
    tree: u32,
    /// Whether what it waits for is its base.
    for_base: bool,
    /// The places of all its children, if it is looked at without its base.
    whole: Option<Vec<usize>>,
    /// The first child whose node is not known yet.
    next: usize,
    /// What it names, and what of its base it does not, as far as that is known; by the chunk's names.
    links: Vec<Link>,
}

/// Where a tree stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The number of its chunk.
    at: usize,
    chunk: &'a Chunk,
    /// The number of its chunk's first tree.
    first: u32,
    /// Its place in the chunk.
    tree: usize,
}

impl<'a> Place<'a> {
    fn tree(self) -> Tree {
        self.chunk.trees[self.tree]
    }

    /// Returns the number of its base.
    fn base(self) -> Option<u32> {
        let base = self.tree().base;
        (base != NONE).then(|| self.first + base)
    }

    /// Returns the places of the children that its base has not, and of those that it has lost.
    fn children(self) -> Range<usize> {
        let start = self.tree.checked_sub(1).map_or(0, |before| self.chunk.trees[before].end as usize);
        start..self.tree().end as usize
    }

    /// Returns the places of all its children.
    fn all_children(self) -> Vec<usize> {
        let Chunk { names, children, .. } = self.chunk;
        let bases = std::iter::successors(Some(self), |place| {
            let base = place.tree().base;
            (base != NONE).then_some(Place { tree: base as usize, ..*place })
        });
        let mut all = Vec::new();
        // How often each child of a base is lost in those that were made from it.
        let mut lost: HashMap<(u32, u64), usize> = HashMap::new();
        for own in bases.map(Place::children) {
            for child in own.clone().filter(|&child| names[child] & LOST == 0) {
                match lost.get_mut(&(names[child], children[child])).filter(|count| **count > 0) {
                    Some(count) => *count -= 1,
                    None => all.push(child),
                }
            }
            for child in own.filter(|&child| names[child] & LOST != 0) {
                *lost.entry((names[child] & !LOST, children[child])).or_default() += 1;
            }
        }
        all
    }
}

impl<'a> Finder<'a> {
    pub(super) fn new(wanted: &[ObjectId], chunks: &'a [Chunk]) -> Self {
        let (mut starts, mut trees) = (Vec::with_capacity(chunks.len()), 0);
        for chunk in chunks {
            starts.push(trees as u32);
            trees += chunk.trees.len();
        }
        let mut nodes = Nodes {
            wanted: ByKey::default(),
            trees: ByKey::with_capacity_and_hasher(trees, Default::default()),
            of_trees: vec![OPEN; trees],
            links: vec![Box::default(); wanted.len()],
            names: Names::new(chunks),
        };
        for (id, node) in wanted.iter().zip(0..) {
            nodes.wanted.entry(key(id.as_bytes())).or_insert(node);
        }
        nodes.trees.extend(chunks.iter().flat_map(|chunk| &chunk.trees).map(|tree| tree.key).zip(0..));
        let child = |key: &u64| match nodes.trees.get(key) {
            Some(&tree) => tree,
            None => nodes.wanted.get(key).map_or(NONE, |node| WANTED | node),
        };
        // All at once, so that the processor waits for several places of a large table.
        let children = chunks.iter().map(|chunk| chunk.children.par_iter().with_min_len(4096).map(child).collect());
        let (children, known, alone) = (children.collect(), FxHashMap::default(), vec![false; trees]);
        Self { chunks, wanted: wanted.len(), starts, nodes, children, known, alone, stack: Vec::new() }
    }

    /// Finds the nodes of all trees.
    pub(super) fn find_all(mut self) -> Nodes {
        for tree in 0..self.nodes.of_trees.len() as u32 {
            if self.nodes.of_trees[tree as usize] == OPEN {
                self.wait(tree);
                self.find();
            }
        }
        self.nodes
    }

    /// Finds the nodes of the trees that wait, and of all that they depend on.
    fn find(&mut self) {
        while let Some(mut waiting) = self.stack.pop() {
            let tree = waiting.tree as usize;
            let place = self.place(waiting.tree);
            let Some(other) = self.dependence(place, &mut waiting) else {
                self.nodes.of_trees[tree] = self.node(place, waiting);
                continue;
            };
            self.stack.push(waiting);
            if self.nodes.of_trees[other as usize] == OPEN {
                self.wait(other);
            } else {
                self.break_circle(other);
            }
        }
    }

    fn place(&self, tree: u32) -> Place<'a> {
        let at = self.starts.partition_point(|&start| start <= tree) - 1;
        let first = self.starts[at];
        Place { at, chunk: &self.chunks[at], first, tree: (tree - first) as usize }
    }

    fn wait(&mut self, tree: u32) {
        self.nodes.of_trees[tree as usize] = WAITING;
        let whole = self.alone[tree as usize].then(|| self.place(tree).all_children());
        self.stack.push(Waiting { tree, for_base: false, whole, next: 0, links: Vec::new() });
    }

    /// Goes back to the last tree that waits for its base, of those from `other` on for which the last one waits, and looks at
    /// that without its base.
    fn break_circle(&mut self, other: u32) {
        let from = self.stack.iter().rposition(|waiting| waiting.tree == other).unwrap_or(0);
        let Some(place) = self.stack[from..].iter().rposition(|waiting| waiting.for_base) else {
            // No tree holds itself: two keys are alike by chance.
            if let Some(last) = self.stack.last_mut() {
                last.next += 1;
            }
            return;
        };
        let tree = self.stack[from + place].tree;
        for waiting in self.stack.drain(from + place..) {
            self.nodes.of_trees[waiting.tree as usize] = OPEN;
        }
        self.alone[tree as usize] = true;
        self.wait(tree);
    }

    /// Returns a tree whose node must be found first; or takes note of what the tree names.
    fn dependence(&mut self, place: Place<'_>, waiting: &mut Waiting) -> Option<u32> {
        let base = place.base().filter(|_| waiting.whole.is_none());
        let open = base.filter(|&base| matches!(self.nodes.of_trees[base as usize], OPEN | WAITING));
        waiting.for_base = open.is_some();
        if open.is_some() {
            return open;
        }
        let own = place.children();
        loop {
            let child = match &waiting.whole {
                Some(whole) => *whole.get(waiting.next)?,
                None => Some(own.start + waiting.next).filter(|child| own.contains(child))?,
            };
            let child_node = match self.children[place.at][child] {
                NONE => NONE,
                wanted if wanted & WANTED != 0 => wanted & !WANTED,
                tree => match self.nodes.of_trees[tree as usize] {
                    OPEN | WAITING => return Some(tree),
                    node => node,
                },
            };
            if child_node != NONE {
                waiting.links.push(Link { name: place.chunk.names[child], child: child_node });
            }
            waiting.next += 1;
        }
    }

    /// Makes the node of a tree, whose base and children have theirs.
    fn node(&mut self, place: Place<'_>, waiting: Waiting) -> u32 {
        let Place { at, chunk, .. } = place;
        let wanted = self.nodes.wanted.get(&place.tree().key).copied();
        let base = place.base().filter(|_| waiting.whole.is_none());
        let base = base.map_or(NONE, |base| self.nodes.of_trees[base as usize]);
        let inherited: &[Link] = self.nodes.links.get(base as usize).map_or(&[], |links| links);
        if inherited.is_empty() && waiting.links.is_empty() {
            return wanted.unwrap_or(NONE);
        }
        let names = &mut self.nodes.names;
        let mut lost: Vec<Link> = Vec::new();
        let mut links: Vec<Link> = Vec::with_capacity(inherited.len() + waiting.links.len());
        for Link { name, child } in waiting.links {
            match name & LOST {
                0 => links.push(Link { name: names.place(at, chunk, name), child }),
                _ => lost.extend(names.find(at, chunk, name & !LOST).map(|name| Link { name, child })),
            }
        }
        lost.sort_unstable();
        let mut lost = lost.into_iter().peekable();
        for &link in inherited {
            while lost.next_if(|lost| *lost < link).is_some() {}
            if lost.next_if_eq(&link).is_none() {
                links.push(link);
            }
        }
        links.sort_unstable();
        match wanted {
            // A wanted tree is not another one that holds the same.
            Some(node) => {
                self.nodes.links[node as usize] = links.into();
                node
            }
            None if links.is_empty() => NONE,
            None if base != NONE && base as usize >= self.wanted && *links == *inherited => base,
            None => *self.known.entry(links.into()).or_insert_with_key(|links| {
                self.nodes.links.push(links.clone());
                self.nodes.links.len() as u32 - 1
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use proptest::prelude::*;

    use super::*;
    use crate::input::history::attribution::Collector;
    use crate::input::history::sink::{Object, Sink};
    use crate::input::history::tree::Outline;
    use crate::input::{Copied, Version};
    use crate::source::ObjectKind;

    /// What a tree names: for each name the number of an object. The first are blobs.
    type Children = Vec<(u8, usize)>;

    const BLOBS: usize = 4;

    fn id(number: usize) -> ObjectId {
        let mut bytes = [7; 20];
        bytes[..8].copy_from_slice(&(number as u64 + 1).to_le_bytes());
        ObjectId::from_bytes_or_panic(&bytes)
    }

    fn entry(&(name, child): &(u8, usize)) -> Vec<u8> {
        let mode = if child < BLOBS { "100644" } else { "40000" };
        [format!("{mode} {}\0", char::from(b'a' + name)).as_bytes(), id(child).as_bytes()].concat()
    }

    /// Returns which bytes of a tree a delta would copy from another.
    fn copied(tree: &Children, base: &Children) -> Vec<Copied> {
        let start = |children: &[(u8, usize)]| children.iter().map(|child| entry(child).len()).sum();
        let copy = |(at, child): (usize, &(u8, usize))| {
            let known = base.iter().position(|known| known == child)?;
            Some(Copied { from: start(&base[..known]), to: start(&tree[..at]), len: entry(child).len() })
        };
        tree.iter().enumerate().filter_map(copy).collect()
    }

    /// Notes trees, each with the number of the thread that reads it and the tree that it is made from.
    fn note(trees: &[Children], order: &[(usize, usize, Option<usize>)], wanted: &[usize]) -> Vec<Chunk> {
        let collector = Collector::new(wanted.iter().map(|&object| id(object)).collect::<HashSet<ObjectId>>());
        let mut chunks = [Chunk::default(), Chunk::default()];
        for &(at, thread, base) in order {
            let bytes = |at: usize| trees[at].iter().flat_map(entry).collect::<Vec<u8>>();
            let (tree, mut outline) = (bytes(at), Outline::default());
            if let Some(base) = base {
                outline.read(&bytes(base), 20);
                let starts = outline.exchange(Vec::new());
                outline.derive(&tree, 20, (&bytes(base), &starts), &copied(&trees[at], &trees[base]));
            } else {
                outline.read(&tree, 20);
            }
            let base = base.map(|base| id(base + BLOBS));
            let (id, base, kind, version) = (id(at + BLOBS), base.as_deref(), ObjectKind::Tree, Version::default());
            let object = Object { id: &id, kind, bytes: &tree, tree: Some(&outline), base, version };
            collector.object(&mut chunks[thread], object);
        }
        chunks.into()
    }

    /// Returns the paths by which something holds wanted objects.
    fn paths(at: usize, wanted: &[usize], children: &dyn Fn(usize) -> Children) -> BTreeSet<(Vec<u8>, usize)> {
        let own = wanted.iter().filter(|&&object| object == at).map(|&object| (Vec::new(), object));
        let mut all: BTreeSet<(Vec<u8>, usize)> = own.collect();
        for (name, child) in children(at) {
            let below = paths(child, wanted, children);
            all.extend(below.into_iter().map(|(path, object)| ([&[name], path.as_slice()].concat(), object)));
        }
        all
    }

    proptest! {
        #[test]
        fn nodes_hold_what_their_trees_hold(
            made in proptest::collection::vec(proptest::collection::vec((0u8..4, 0usize..99), 0..5), 1..9),
            shuffle in Just((0usize..8).collect::<Vec<_>>()).prop_shuffle(),
            made_from in proptest::collection::vec((0usize..2, 0usize..99), 8),
            wanted in proptest::collection::btree_set(0usize..12, 1..4),
        ) {
            // Each names blobs and trees before it, in any order, and some a name twice.
            let number = |(at, children): (usize, &Children)| {
                children.iter().map(|&(name, child)| (name, child % (BLOBS + at))).collect()
            };
            let trees: Vec<Children> = made.iter().enumerate().map(number).collect();
            let shuffle: Vec<usize> = shuffle.into_iter().filter(|&at| at < trees.len()).collect();
            let order = shuffle.iter().zip(&made_from).enumerate();
            let base = |place: usize, base: usize| shuffle[..place].get(base % (place + 1)).copied();
            let order: Vec<_> = order.map(|(place, (&at, &(thread, from)))| (at, thread, base(place, from))).collect();
            let wanted: Vec<usize> = wanted.into_iter().collect();
            let ids: Vec<ObjectId> = wanted.iter().map(|&object| id(object)).collect();
            let nodes = Nodes::new(&ids, &note(&trees, &order, &wanted));
            let of_object = |object: usize| object.checked_sub(BLOBS).map_or_else(Vec::new, |tree| trees[tree].clone());
            let of_node = |node: usize| {
                let link = |link: &Link| (nodes.name(link.name)[0] - b'a', link.child as usize);
                nodes.links(node as u32).iter().map(link).collect()
            };
            let numbers: Vec<usize> = (0..wanted.len()).collect();
            for object in 0..trees.len() + BLOBS {
                let expected = paths(object, &wanted, &of_object);
                let found = nodes.of(key(id(object).as_bytes())).map_or_else(BTreeSet::new, |node| {
                    let found = paths(node as usize, &numbers, &of_node);
                    found.into_iter().map(|(path, number)| (path, wanted[number])).collect()
                });
                prop_assert_eq!(found, expected, "{}", object);
            }
        }
    }

    #[test]
    fn circles_of_bases_take_no_more_time_than_there_are_trees() {
        const LONG: usize = 60;
        // The last one holds the wanted blob; the others, each with one that it is made from, lead to it.
        let mut trees: Vec<Children> = vec![vec![(0, BLOBS + 2 * LONG + 2)], vec![(1, BLOBS)]];
        let mut order = vec![(0, 0, None), (1, 0, None)];
        for at in 0..LONG {
            let last = trees.len() - 1;
            trees.push(vec![(1, BLOBS), (2, 1 + at % 2)]);
            trees.push(vec![(1, BLOBS + last)]);
            order.extend([(last + 1, 0, Some(last)), (last + 2, 0, Some(last + 1))]);
        }
        let last = trees.len();
        trees.push(vec![(3, 0)]);
        order.push((last, 0, Some(last - 1)));
        let nodes = Nodes::new(&[id(0)], &note(&trees, &order, &[0]));
        let depth = std::iter::successors(nodes.of(key(id(last - 1 + BLOBS).as_bytes())), |&node| {
            nodes.links(node).first().map(|link| link.child)
        });
        assert_eq!(depth.count(), LONG + 4);
    }
}
