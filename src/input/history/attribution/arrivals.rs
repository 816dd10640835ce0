//! Counts the commits that brought an object in by a path at which their parents did not have it.

use std::ops::Range;

use rayon::prelude::*;

use super::ancestry::Ancestry;
use super::collect::NONE;
use super::holders::{Holders, class};

/// After so many steps for one commit its count is left as it is: a few nested trees can have billions of paths.
const PATIENCE: usize = 1 << 20;

/// Returns, for every wanted object, the number of such commits by their class, as in
/// [`Witness`](super::holders::Witness).
pub(super) fn count(holders: &Holders, roots: &[u32], ancestry: &Ancestry) -> Vec<[usize; 3]> {
    let none = || vec![[0; 3]; holders.wanted()];
    // Each part has tables as long as there are nodes, so that there are few parts.
    let parts = (0..ancestry.len()).into_par_iter().chunks((roots.len() / 8).max(1024)).map(|commits| {
        let mut counter = Counter::new(holders);
        commits.into_iter().for_each(|commit| counter.commit(commit, roots, ancestry));
        counter.counts
    });
    parts.reduce(none, |mut sums, counts| {
        sums.iter_mut().flatten().zip(counts.iter().flatten()).for_each(|(sum, count)| *sum += count);
        sums
    })
}

struct Counter<'a> {
    holders: &'a Holders,
    counts: Vec<[usize; 3]>,
    /// The last commit for which a node was new without an older one at its path.
    seen: Vec<u32>,
    /// The last commit that was counted for an object.
    counted: Vec<u32>,
    /// Nodes that are still to be compared, each with those that the parents have at its path: a range of `old`.
    open: Vec<(u32, Range<usize>)>,
    old: Vec<u32>,
}

impl<'a> Counter<'a> {
    fn new(holders: &'a Holders) -> Self {
        Self {
            holders,
            counts: vec![[0; 3]; holders.wanted()],
            seen: vec![u32::MAX; holders.len()],
            counted: vec![u32::MAX; holders.wanted()],
            open: Vec::new(),
            old: Vec::new(),
        }
    }

    /// Counts what a commit brought in; `roots` are the commits' trees.
    fn commit(&mut self, commit: u32, roots: &[u32], ancestry: &Ancestry) {
        let root = roots[commit as usize];
        let parents = ancestry.parents(commit).iter().map(|&parent| roots[parent as usize]);
        if root != NONE && !parents.clone().any(|parent| parent == root) {
            let parents = parents.filter(|&parent| parent != NONE);
            self.compare(root, parents, commit, usize::from(class(ancestry.reach(commit))));
        }
    }

    /// Compares the tree `root` of `commit` with those of its parents.
    fn compare(&mut self, root: u32, parents: impl Iterator<Item = u32>, commit: u32, class: usize) {
        self.open.clear();
        self.old.clear();
        self.old.extend(parents);
        self.open.push((root, 0..self.old.len()));
        for _ in 0..PATIENCE {
            let Some((node, old)) = self.open.pop() else { return };
            if old.is_empty() && std::mem::replace(&mut self.seen[node as usize], commit) == commit {
                continue;
            }
            let at = node as usize;
            if at < self.counts.len() && std::mem::replace(&mut self.counted[at], commit) != commit {
                self.counts[at][class] += 1;
            }
            for link in self.holders.links(node) {
                let start = self.old.len();
                for place in old.clone() {
                    self.old.extend(child(self.holders, self.old[place], link.name));
                }
                if self.old[start..].contains(&link.child) {
                    self.old.truncate(start);
                } else {
                    self.open.push((link.child, start..self.old.len()));
                }
            }
        }
    }
}

/// Returns what `node` calls `name`.
fn child(holders: &Holders, node: u32, name: u32) -> Option<u32> {
    let links = holders.links(node);
    links.binary_search_by_key(&name, |link| link.name).ok().map(|at| links[at].child)
}
