//! The trees that hold wanted objects, as few nodes: all trees that hold the same things by the same names are one, as most
//! versions of a directory are.

use std::collections::HashMap;
use std::ops::Range;

use gix::ObjectId;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::collect::{ByKey, Chunk, GONE, NONE, Tree, key};

/// Instead of a node: nobody has asked for it yet.
const OPEN: u32 = NONE - 1;
/// Instead of a node: it is on the stack.
const WAITING: u32 = NONE - 2;

/// Marks, instead of a tree, the number of a wanted object.
const WANTED: u32 = 1 << 31;

/// A name in a node for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Link {
    /// Which name, by its place among all.
    pub(super) name: u32,
    /// The node of what has the name.
    pub(super) child: u32,
}

/// The wanted objects, numbered as they were given, and behind them the nodes of the trees that hold them.
pub(super) struct Nodes {
    /// The wanted objects by their keys.
    wanted: ByKey<u32>,
    /// All trees that were noted, by their keys.
    trees: ByKey<u32>,
    /// The node of each of those, or [`NONE`].
    of_trees: Vec<u32>,
    /// What each node names, sorted.
    links: Vec<Box<[Link]>>,
    /// All names.
    names: Vec<Box<[u8]>>,
}

impl Nodes {
    /// Finds the nodes of all trees that hold something of `wanted`.
    pub(super) fn new(wanted: &[ObjectId], chunks: &[Chunk]) -> Self {
        let mut finder = Finder::new(wanted, chunks);
        for tree in 0..finder.nodes.of_trees.len() as u32 {
            finder.find(tree);
        }
        Self { names: finder.names.all, ..finder.nodes }
    }

    /// Returns the number of nodes.
    pub(super) fn len(&self) -> usize {
        self.links.len()
    }

    /// Returns the node of the object with `key`.
    pub(super) fn of(&self, key: u64) -> Option<u32> {
        let tree = || self.trees.get(&key).map(|&tree| self.of_trees[tree as usize]);
        self.wanted.get(&key).copied().or_else(tree).filter(|&node| node != NONE)
    }

    /// Returns what `node` names, sorted by name.
    pub(super) fn links(&self, node: u32) -> &[Link] {
        &self.links[node as usize]
    }

    /// Returns a name's bytes.
    pub(super) fn name(&self, name: u32) -> &[u8] {
        &self.names[name as usize]
    }
}

/// Finds the nodes.
///
/// A tree follows from its base, whose node is found before it, as are those of its children. A base may hold what was made from
/// it; where trees wait for one another in a circle, one of them is looked at without its base.
struct Finder<'a> {
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
    names: Names,
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
    /// What it names that is known, by the chunk's names.
    held: Vec<(u32, u32)>,
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

    /// Returns the places of the children that it does not have from its base.
    fn children(self) -> Range<usize> {
        let start = self.tree.checked_sub(1).map_or(0, |before| self.chunk.trees[before].end as usize);
        start..self.tree().end as usize
    }

    /// Returns the places of all its children.
    fn all_children(self) -> Vec<usize> {
        let bases = std::iter::successors(Some(self), |place| {
            let base = place.tree().base;
            (base != NONE).then_some(Place { tree: base as usize, ..*place })
        });
        let names = &self.chunk.names;
        let mut all: Vec<usize> = Vec::new();
        for own in bases.collect::<Vec<_>>().into_iter().rev().map(Place::children) {
            all.retain(|&known| !names[own.clone()].contains(&names[known]));
            all.extend(own.filter(|&child| self.chunk.children[child] != GONE));
        }
        all
    }
}

impl<'a> Finder<'a> {
    fn new(wanted: &[ObjectId], chunks: &'a [Chunk]) -> Self {
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
            names: Vec::new(),
        };
        for (id, node) in wanted.iter().zip(0..) {
            nodes.wanted.entry(key(id.as_bytes())).or_insert(node);
        }
        nodes.trees.extend(chunks.iter().flat_map(|chunk| &chunk.trees).map(|tree| tree.key).zip(0..));
        let child = |key: &u64| match nodes.trees.get(key) {
            _ if *key == GONE => NONE,
            Some(&tree) => tree,
            None => nodes.wanted.get(key).map_or(NONE, |node| WANTED | node),
        };
        let children = chunks.iter().map(|chunk| chunk.children.par_iter().with_min_len(4096).map(child).collect());
        let (children, names) = (children.collect(), Names::new(chunks));
        let wanted = wanted.len();
        Self { chunks, wanted, starts, nodes, children, known: FxHashMap::default(), names, stack: Vec::new() }
    }

    fn place(&self, tree: u32) -> Place<'a> {
        let at = self.starts.partition_point(|&start| start <= tree) - 1;
        let first = self.starts[at];
        Place { at, chunk: &self.chunks[at], first, tree: (tree - first) as usize }
    }

    /// Finds the node of a tree, and before it those of all trees that it depends on.
    fn find(&mut self, tree: u32) {
        if self.nodes.of_trees[tree as usize] == OPEN {
            self.wait(tree);
        }
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

    fn wait(&mut self, tree: u32) {
        self.nodes.of_trees[tree as usize] = WAITING;
        self.stack.push(Waiting { tree, for_base: false, whole: None, next: 0, held: Vec::new() });
    }

    /// Goes back to the last tree that waits for its base, of those from the child on for which the last one waits, and looks
    /// at that without its base.
    fn break_circle(&mut self, child: u32) {
        let from = self.stack.iter().rposition(|waiting| waiting.tree == child).unwrap_or(0);
        match self.stack[from..].iter().rposition(|waiting| waiting.for_base) {
            Some(place) => {
                for waiting in self.stack.drain(from + place + 1..) {
                    self.nodes.of_trees[waiting.tree as usize] = OPEN;
                }
                let tree = self.stack[from + place].tree;
                let whole = Some(self.place(tree).all_children());
                self.stack[from + place] = Waiting { tree, for_base: false, whole, next: 0, held: Vec::new() };
            }
            // No tree holds itself: two keys are alike by chance.
            None => self.stack.last_mut().into_iter().for_each(|last| last.next += 1),
        }
    }

    /// Returns a tree whose node must be found first; or takes note of what the tree holds.
    fn dependence(&mut self, place: Place<'_>, waiting: &mut Waiting) -> Option<u32> {
        waiting.for_base = false;
        if let Some(base) = place.base().filter(|_| waiting.whole.is_none()) {
            match self.nodes.of_trees[base as usize] {
                OPEN => {
                    waiting.for_base = true;
                    return Some(base);
                }
                WAITING => waiting.whole = Some(place.all_children()),
                _ => {}
            }
        }
        let own = place.children();
        loop {
            let child = match &waiting.whole {
                Some(whole) => *whole.get(waiting.next)?,
                None => Some(own.start + waiting.next).filter(|child| own.contains(child))?,
            };
            let node = match self.children[place.at][child] {
                NONE => NONE,
                wanted if wanted & WANTED != 0 => wanted & !WANTED,
                tree => match self.nodes.of_trees[tree as usize] {
                    OPEN | WAITING => return Some(tree),
                    node => node,
                },
            };
            if node != NONE {
                waiting.held.push((place.chunk.names[child], node));
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
        if inherited.is_empty() && waiting.held.is_empty() {
            return wanted.unwrap_or(NONE);
        }
        let mut links = Vec::with_capacity(inherited.len() + waiting.held.len());
        links.extend_from_slice(inherited);
        if !inherited.is_empty() {
            for name in chunk.names[place.children()].iter().filter_map(|&name| self.names.find(at, chunk, name)) {
                links.retain(|link: &Link| link.name != name);
            }
        }
        let is_alike = links.len() == inherited.len() && waiting.held.is_empty();
        // A wanted tree is not another one that holds the same.
        if is_alike && wanted.is_none() && base as usize >= self.wanted {
            return base;
        }
        let names = &mut self.names;
        links.extend(waiting.held.iter().map(|&(name, child)| Link { name: names.place(at, chunk, name), child }));
        links.sort_unstable();
        if let Some(node) = wanted {
            self.nodes.links[node as usize] = links.into();
            return node;
        }
        if links.is_empty() {
            return NONE;
        }
        *self.known.entry(links.into()).or_insert_with_key(|links| {
            self.nodes.links.push(links.clone());
            self.nodes.links.len() as u32 - 1
        })
    }
}

/// The names of all chunks under common numbers.
struct Names {
    all: Vec<Box<[u8]>>,
    by_name: HashMap<Box<[u8]>, u32>,
    /// For each chunk, the common number of each of its names, or [`NONE`] before that is known.
    by_place: Vec<Vec<u32>>,
}

impl Names {
    fn new(chunks: &[Chunk]) -> Self {
        let by_place = chunks.iter().map(|chunk| vec![NONE; chunk.dictionary.len()]).collect();
        Self { all: Vec::new(), by_name: HashMap::new(), by_place }
    }

    /// Returns the common number of a chunk's name, if it has one by now.
    fn find(&mut self, at: usize, chunk: &Chunk, name: u32) -> Option<u32> {
        let place = &mut self.by_place[at][name as usize];
        if *place == NONE {
            *place = *self.by_name.get(&chunk.dictionary[name as usize])?;
        }
        Some(*place)
    }

    /// Returns the common number of a chunk's name, which gets one if it has none.
    fn place(&mut self, at: usize, chunk: &Chunk, name: u32) -> u32 {
        self.find(at, chunk, name).unwrap_or_else(|| {
            let bytes = &chunk.dictionary[name as usize];
            let place = self.all.len() as u32;
            self.all.push(bytes.clone());
            self.by_name.insert(bytes.clone(), place);
            self.by_place[at][name as usize] = place;
            place
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// What a tree holds: names of children, each for a tree that was made before, or for a wanted or another blob.
    type Children = Vec<(u8, u8)>;

    const BLOBS: u8 = 4;

    fn id(number: usize) -> ObjectId {
        let mut bytes = [0; 20];
        bytes[..8].copy_from_slice(&(number as u64 + 1).to_le_bytes());
        ObjectId::from_bytes_or_panic(&bytes)
    }

    /// Makes trees of earlier ones and blobs; no name stands twice in one.
    fn trees(made: &[Children]) -> Vec<Vec<(u8, usize)>> {
        let tree = |(at, children): (usize, &Children)| {
            let mut own: Vec<(u8, usize)> =
                children.iter().map(|&(name, child)| (name, usize::from(child) % (usize::from(BLOBS) + at))).collect();
            own.sort_unstable();
            own.dedup_by_key(|(name, _)| *name);
            own
        };
        made.iter().enumerate().map(tree).collect()
    }

    /// Notes trees in the order of `order`, those of odd places in a chunk of their own, each by what it does not have from one
    /// that was noted before it.
    fn chunks(trees: &[Vec<(u8, usize)>], order: &[usize], bases: &[u8]) -> Vec<Chunk> {
        let mut chunks = [Chunk::default(), Chunk::default()];
        let mut noted: [Vec<usize>; 2] = Default::default();
        for (place, (&at, &base)) in order.iter().zip(bases).enumerate() {
            let (chunk, noted) = (&mut chunks[place % 2], &mut noted[place % 2]);
            let base = usize::from(base) % (noted.len() + 1);
            let known: &[(u8, usize)] = noted.get(base).map_or(&[], |&base| &trees[base]);
            for &(name, child) in trees[at].iter().filter(|child| !known.contains(child)) {
                chunk.child(&[name], key(id(child).as_bytes()));
            }
            for (name, _) in known.iter().filter(|(name, _)| trees[at].iter().all(|(own, _)| own != name)) {
                chunk.child(&[*name], GONE);
            }
            let base = if base < noted.len() { base as u32 } else { NONE };
            chunk.add(key(id(at + usize::from(BLOBS)).as_bytes()), base);
            noted.push(at);
        }
        chunks.into()
    }

    /// Returns the paths by which something holds wanted objects.
    fn paths(at: usize, wanted: &[usize], children: &dyn Fn(usize) -> Vec<(u8, usize)>) -> BTreeSet<(Vec<u8>, usize)> {
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
            made in proptest::collection::vec(proptest::collection::vec((0u8..5, any::<u8>()), 0..5), 1..9),
            shuffle in Just((0usize..8).collect::<Vec<_>>()).prop_shuffle(),
            bases in proptest::collection::vec(any::<u8>(), 8),
            wanted in proptest::collection::btree_set(0usize..12, 1..4),
        ) {
            let trees = trees(&made);
            let order: Vec<usize> = shuffle.into_iter().filter(|&at| at < trees.len()).collect();
            let wanted: Vec<usize> = wanted.into_iter().collect();
            let ids: Vec<ObjectId> = wanted.iter().map(|&object| id(object)).collect();
            let nodes = Nodes::new(&ids, &chunks(&trees, &order, &bases));
            let of_object = |object: usize| {
                object.checked_sub(usize::from(BLOBS)).map_or_else(Vec::new, |tree| trees[tree].clone())
            };
            let of_node = |node: usize| {
                let link = |link: &Link| (nodes.name(link.name)[0], link.child as usize);
                nodes.links(node as u32).iter().map(link).collect()
            };
            let numbers: Vec<usize> = (0..wanted.len()).collect();
            for object in 0..trees.len() + usize::from(BLOBS) {
                let expected = paths(object, &wanted, &of_object);
                let found = nodes.of(key(id(object).as_bytes())).map_or_else(BTreeSet::new, |node| {
                    let found = paths(node as usize, &numbers, &of_node);
                    found.into_iter().map(|(path, number)| (path, wanted[number])).collect()
                });
                prop_assert_eq!(found, expected, "{}", object);
            }
        }
    }
}
