//! The trees that hold wanted objects, as few nodes: all trees that hold the same things by the same names are one, as most
//! versions of a directory are.

use std::collections::HashMap;

use gix::ObjectId;

use super::collect::{ByKey, Chunk, NONE};
use super::finder::Finder;

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
    pub(super) wanted: ByKey<u32>,
    /// All trees that were noted, by their keys.
    pub(super) trees: ByKey<u32>,
    /// The node of each of those, or [`NONE`].
    pub(super) of_trees: Vec<u32>,
    /// What each node names, sorted.
    pub(super) links: Vec<Box<[Link]>>,
    /// All names.
    pub(super) names: Names,
}

impl Nodes {
    /// Finds the nodes of all trees that hold something of `wanted`.
    pub(super) fn new(wanted: &[ObjectId], chunks: &[Chunk]) -> Self {
        Finder::new(wanted, chunks).find_all()
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

    /// Returns what `node` names, sorted by the numbers of names.
    pub(super) fn links(&self, node: u32) -> &[Link] {
        &self.links[node as usize]
    }

    /// Returns a name's bytes.
    pub(super) fn name(&self, name: u32) -> &[u8] {
        &self.names.all[name as usize]
    }
}

/// The names of all chunks under common numbers.
pub(super) struct Names {
    all: Vec<Box<[u8]>>,
    by_name: HashMap<Box<[u8]>, u32>,
    /// For each chunk, the common number of each of its names, or [`NONE`] before that is known.
    by_place: Vec<Vec<u32>>,
}

impl Names {
    /// Knows no common number yet.
    pub(super) fn new(chunks: &[Chunk]) -> Self {
        let by_place = chunks.iter().map(|chunk| vec![NONE; chunk.dictionary.len()]).collect();
        Self { all: Vec::new(), by_name: HashMap::new(), by_place }
    }

    /// Returns the common number of a chunk's name, if it has one by now.
    pub(super) fn find(&mut self, at: usize, chunk: &Chunk, name: u32) -> Option<u32> {
        let place = &mut self.by_place[at][name as usize];
        if *place == NONE {
            *place = *self.by_name.get(&chunk.dictionary[name as usize])?;
        }
        Some(*place)
    }

    /// Returns the common number of a chunk's name, which gets one if it has none.
    pub(super) fn place(&mut self, at: usize, chunk: &Chunk, name: u32) -> u32 {
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
