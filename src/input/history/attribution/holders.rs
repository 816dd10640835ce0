//! The trees that hold a wanted object, however deep, and what follows for the object from the trees' commits.

use gix::ObjectId;
use rayon::prelude::*;

use super::ancestry::Ancestry;
use super::collect::{Chunk, NONE, key};
use super::nodes::{Link, Nodes};
use super::tips::Tips;
use crate::finding::Reach;

/// The wanted objects, numbered as they were given, and above them all nodes that hold them.
pub(super) struct Holders {
    wanted: usize,
    nodes: Nodes,
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

impl Holders {
    /// Finds the trees above `wanted`.
    pub(super) fn new(wanted: &[ObjectId], chunks: &[Chunk]) -> Self {
        let nodes = Nodes::new(wanted, chunks);
        let order = order(&nodes);
        Self { wanted: wanted.len(), nodes, order }
    }

    /// Returns the number of wanted objects, which are the first nodes.
    pub(super) fn wanted(&self) -> usize {
        self.wanted
    }

    /// Returns the number of nodes.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns the node of the object with `key`.
    pub(super) fn node(&self, key: u64) -> Option<u32> {
        self.nodes.of(key)
    }

    /// Returns, for every commit, the node of its tree, or [`NONE`].
    pub(super) fn roots(&self, ancestry: &Ancestry) -> Vec<u32> {
        (0..ancestry.len()).into_par_iter().map(|commit| self.node(ancestry.tree(commit)).unwrap_or(NONE)).collect()
    }

    /// Returns all nodes, each after those that hold it.
    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    /// Returns what `node` names, sorted by the numbers of names.
    pub(super) fn links(&self, node: u32) -> &[Link] {
        self.nodes.links(node)
    }

    /// Returns a name's bytes.
    pub(super) fn name(&self, name: u32) -> &[u8] {
        self.nodes.name(name)
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
}

/// Puts nodes in an order in which each comes after those that hold it.
fn order(nodes: &Nodes) -> Vec<u32> {
    let mut missing = vec![0u32; nodes.len()];
    for node in 0..nodes.len() as u32 {
        nodes.links(node).iter().for_each(|link| missing[link.child as usize] += 1);
    }
    let mut order: Vec<u32> = (0..nodes.len() as u32).filter(|&node| missing[node as usize] == 0).collect();
    let mut done = 0;
    while done < order.len() {
        let node = order[done];
        done += 1;
        for link in nodes.links(node) {
            missing[link.child as usize] -= 1;
            if missing[link.child as usize] == 0 {
                order.push(link.child);
            }
        }
    }
    order
}
