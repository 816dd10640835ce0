//! The trees that hold a wanted object, however deep, and what follows for the object from the trees' commits.

use std::collections::HashMap;

use gix::ObjectId;
use rayon::prelude::*;

use super::ancestry::Ancestry;
use super::collect::{ByKey, Chunk, GONE, NONE, Sieve, Tree, key};
use super::tips::Tips;
use crate::finding::Reach;

/// One name in a tree for something wanted, or for a tree that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    pub(super) parent: u32,
    pub(super) name: u32,
    pub(super) child: u32,
}

/// The wanted objects, numbered as they were given, and above them all trees that hold them.
pub(super) struct Holders {
    wanted: usize,
    index: ByKey<u32>,
    /// Sorted by parent, then by name.
    links: Vec<Link>,
    starts: Vec<u32>,
    names: Vec<Box<[u8]>>,
    /// Parents first.
    order: Vec<u32>,
}

/// A commit with what it is compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Witness {
    /// 0 if a ref reaches it, 1 if something else does, 2 if nothing does.
    pub(super) class: u8,
    rank: i64,
    pub(super) commit: u32,
}

/// What the commits say about one node.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fact {
    pub(super) first: Option<Witness>,
    pub(super) last: Option<Witness>,
    pub(super) reach: Reach,
    pub(super) in_head: bool,
}

/// What the commits say about every node.
pub(super) struct Facts(Vec<Fact>);

impl Facts {
    /// Returns what is known about the wanted object number `at`.
    pub(super) fn of(&self, at: usize) -> Fact {
        self.0[at]
    }
}

/// Returns the class of a [`Witness`].
pub(super) fn class(reach: Reach) -> u8 {
    match reach {
        Reach::Published | Reach::Local => 0,
        Reach::Hidden => 1,
        Reach::Unreachable => 2,
    }
}

impl Witness {
    /// Returns what compares commits by how late they are, those that more can see last.
    pub(super) fn presence(&self) -> impl Ord + use<> {
        (std::cmp::Reverse(self.class), self.rank)
    }
}

impl Fact {
    /// Returns what a commit says about itself or about its tree.
    pub(super) fn of(ancestry: &Ancestry, commit: u32, in_head: bool) -> Self {
        let reach = ancestry.reach(commit);
        let witness = Some(Witness { class: class(reach), rank: ancestry.rank(commit), commit });
        Self { first: witness, last: witness, reach, in_head }
    }

    /// Adds what is known about a tree that holds this node.
    pub(super) fn join(&mut self, other: &Self) {
        let early = |witness: &Witness| (witness.class, witness.rank, witness.commit);
        if let Some(witness) = other.first
            && self.first.is_none_or(|first| early(&witness) < early(&first))
        {
            self.first = Some(witness);
        }
        let late = |witness: &Witness| (witness.class, std::cmp::Reverse(witness.rank), witness.commit);
        if let Some(witness) = other.last
            && self.last.is_none_or(|last| late(&witness) < late(&last))
        {
            self.last = Some(witness);
        }
        self.reach = self.reach.max(other.reach);
        self.in_head |= other.in_head;
    }
}

/// A name in a tree of a chunk for something that is looked for.
struct Sighting {
    /// The place of the tree.
    tree: u32,
    /// The node of what has the name.
    child: u32,
    /// The chunk's number for the name.
    name: u32,
}

impl Holders {
    /// Finds the trees above `wanted`, one level after the other.
    pub(super) fn new(wanted: &[ObjectId], chunks: &[Chunk]) -> Self {
        let mut index: ByKey<u32> = ByKey::default();
        let mut keys: Vec<u64> = Vec::new();
        for id in wanted {
            let key = key(id.as_bytes());
            index.entry(key).or_insert(keys.len() as u32);
            keys.push(key);
        }
        let mut links = Vec::new();
        let mut names = Names::new(chunks);
        // The node of each chunk's trees: no tree is in two chunks, and a lookup by key costs more.
        let mut nodes: Vec<Vec<u32>> = chunks.iter().map(|chunk| vec![NONE; chunk.trees.len()]).collect();
        let mut new = 0;
        while new < keys.len() {
            let sieve = Sieve::new(keys[new..].iter().copied());
            let range = new as u32..keys.len() as u32;
            new = keys.len();
            let is_new = |key: u64| index.get(&key).copied().filter(|child| range.contains(child));
            let found: Vec<_> = chunks.par_iter().map(|chunk| sightings(chunk, &sieve, &is_new)).collect();
            for (at, (chunk, found)) in chunks.iter().zip(found).enumerate() {
                for Sighting { tree, child, name } in found {
                    let parent = &mut nodes[at][tree as usize];
                    if *parent == NONE {
                        let key = chunk.trees[tree as usize].key;
                        *parent = *index.entry(key).or_insert(keys.len() as u32);
                        if *parent as usize == keys.len() {
                            keys.push(key);
                        }
                    }
                    links.push(Link { parent: *parent, name: names.place(at, chunk, name), child });
                }
            }
        }
        let (links, starts) = by_parent(&links, keys.len());
        let mut holders = Self { wanted: wanted.len(), index, links, starts, names: names.all, order: Vec::new() };
        holders.sort();
        holders
    }

    /// Returns the number of wanted objects, which are the first nodes.
    pub(super) fn wanted(&self) -> usize {
        self.wanted
    }

    /// Returns the number of nodes.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Returns the node of the object with `key`.
    pub(super) fn node(&self, key: u64) -> Option<u32> {
        self.index.get(&key).copied()
    }

    /// Returns, for every commit, the node of its tree, or [`NONE`].
    pub(super) fn roots(&self, ancestry: &Ancestry) -> Vec<u32> {
        (0..ancestry.len()).into_par_iter().map(|commit| self.node(ancestry.tree(commit)).unwrap_or(NONE)).collect()
    }

    /// Returns all nodes, each after those that hold it.
    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    /// Returns what `node` names, sorted by name.
    pub(super) fn links(&self, node: u32) -> &[Link] {
        &self.links[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }

    /// Returns a name's bytes.
    pub(super) fn name(&self, name: u32) -> &[u8] {
        &self.names[name as usize]
    }

    /// Returns, for each node, of which of up to 64 groups of wanted objects it is one or holds one.
    pub(super) fn masks(&self, groups: &[Vec<u32>]) -> Vec<u64> {
        let mut masks = vec![0u64; self.len()];
        for (bit, group) in groups.iter().enumerate() {
            group.iter().for_each(|&wanted| masks[wanted as usize] |= 1 << bit);
        }
        for &node in self.order.iter().rev() {
            let held = self.links(node).iter().fold(0, |all, link| all | masks[link.child as usize]);
            masks[node as usize] |= held;
        }
        masks
    }

    /// Collects what the commits say about their trees and hands it down to what these hold.
    pub(super) fn facts(&self, roots: &[u32], ancestry: &Ancestry, tips: &Tips) -> Facts {
        let mut facts = vec![Fact::default(); self.len()];
        for (commit, &node) in (0..ancestry.len()).zip(roots).filter(|(_, node)| **node != NONE) {
            facts[node as usize].join(&Fact::of(ancestry, commit, ancestry.head() == Some(commit)));
        }
        for (id, tip) in tips.objects() {
            if let Some(node) = self.node(key(id.as_bytes())) {
                facts[node as usize].join(&Fact { reach: tip.reach, ..Fact::default() });
            }
        }
        for &node in &self.order {
            let fact = facts[node as usize];
            for link in self.links(node) {
                facts[link.child as usize].join(&fact);
            }
        }
        Facts(facts)
    }

    fn sort(&mut self) {
        let mut missing = vec![0u32; self.len()];
        for link in &self.links {
            missing[link.child as usize] += 1;
        }
        let mut order: Vec<u32> = (0..self.len() as u32).filter(|&node| missing[node as usize] == 0).collect();
        let mut done = 0;
        while done < order.len() {
            let node = order[done];
            done += 1;
            for link in self.links(node) {
                missing[link.child as usize] -= 1;
                if missing[link.child as usize] == 0 {
                    order.push(link.child);
                }
            }
        }
        self.order = order;
    }
}

/// Sorts links by their parents, of which there are `count`, and by name, in about half the time of sorting them all together: most
/// parents have few; returns with them where those of each parent begin, and
/// where the last ones end.
fn by_parent(links: &[Link], count: usize) -> (Vec<Link>, Vec<u32>) {
    let mut starts = vec![0u32; count + 1];
    for link in links {
        starts[link.parent as usize + 1] += 1;
    }
    for at in 0..count {
        starts[at + 1] += starts[at];
    }
    let mut next = starts.clone();
    let mut sorted = vec![Link { parent: 0, name: 0, child: 0 }; links.len()];
    for link in links {
        let place = &mut next[link.parent as usize];
        sorted[*place as usize] = *link;
        *place += 1;
    }
    for parent in starts.windows(2).filter(|ends| ends[1] - ends[0] > 1) {
        sorted[parent[0] as usize..parent[1] as usize].sort_unstable();
    }
    (sorted, starts)
}

/// Finds all trees of a chunk that name a new node, in their order.
fn sightings(chunk: &Chunk, sieve: &Sieve, is_new: &(impl Fn(u64) -> Option<u32> + Sync)) -> Vec<Sighting> {
    let mut found: Vec<Sighting> = Vec::new();
    // Where those of each tree begin, and where the last ones end.
    let mut starts = Vec::with_capacity(chunk.trees.len() + 1);
    starts.push(0);
    let mut start = 0;
    for (at, &Tree { base, end, .. }) in chunk.trees.iter().enumerate() {
        let (tree, own) = (at as u32, start as usize..end as usize);
        let of_base = starts.get(base as usize).map_or(0..0, |&start| start..starts[base as usize + 1]);
        for inherited in of_base {
            let Sighting { child, name, .. } = found[inherited];
            if !chunk.names[own.clone()].contains(&name) {
                found.push(Sighting { tree, child, name });
            }
        }
        for place in own {
            let key = chunk.children[place];
            if sieve.passes(key)
                && key != GONE
                && let Some(child) = is_new(key)
            {
                found.push(Sighting { tree, child, name: chunk.names[place] });
            }
        }
        starts.push(found.len());
        start = end;
    }
    found
}

/// The names of all chunks under common numbers.
struct Names {
    all: Vec<Box<[u8]>>,
    by_name: HashMap<Box<[u8]>, u32>,
    /// For each chunk, the common number of each of its names, or [`NONE`] before that is asked for.
    by_place: Vec<Vec<u32>>,
}

impl Names {
    fn new(chunks: &[Chunk]) -> Self {
        let by_place = chunks.iter().map(|chunk| vec![NONE; chunk.dictionary.len()]).collect();
        Self { all: Vec::new(), by_name: HashMap::new(), by_place }
    }

    fn place(&mut self, at: usize, chunk: &Chunk, name: u32) -> u32 {
        let place = &mut self.by_place[at][name as usize];
        if *place == NONE {
            let bytes = &chunk.dictionary[name as usize];
            *place = *self.by_name.entry(bytes.clone()).or_insert_with(|| {
                self.all.push(bytes.clone());
                self.all.len() as u32 - 1
            });
        }
        *place
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counting_puts_links_in_the_order_of_sorting(
            links in proptest::collection::vec((0u32..9, 0u32..4, 0u32..4), 0..40),
        ) {
            let mut links: Vec<Link> =
                links.into_iter().map(|(parent, name, child)| Link { parent, name, child }).collect();
            let (sorted, starts) = by_parent(&links, 12);
            links.sort_unstable();
            prop_assert_eq!(&sorted, &links);
            for parent in 0..12 {
                let own = &sorted[starts[parent] as usize..starts[parent + 1] as usize];
                prop_assert!(own.iter().all(|link| link.parent as usize == parent));
            }
        }
    }
}
