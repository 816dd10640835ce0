//! Counts the commits that brought an object in by a path at which their parents did not have it.

use super::ancestry::Ancestry;
use super::holders::{Holders, NONE, class};

/// After so many steps for one commit its count is left as it is: a few nested trees can have billions of paths.
const PATIENCE: usize = 1 << 20;

/// Returns, for every wanted object, the number of such commits by their class, as in
/// [`Witness`](super::holders::Witness).
pub(super) fn count(holders: &Holders, roots: &[u32], ancestry: &Ancestry) -> Vec<[usize; 3]> {
    let mut counter = Counter {
        holders,
        counts: vec![[0; 3]; holders.wanted()],
        seen: vec![u32::MAX; holders.len()],
        counted: vec![u32::MAX; holders.wanted()],
    };
    for (commit, &root) in (0..ancestry.len()).zip(roots).filter(|(_, root)| **root != NONE) {
        let parents = ancestry.parents(commit).iter().map(|&parent| roots[parent as usize]);
        if !parents.clone().any(|parent| parent == root) {
            let old = parents.filter(|&parent| parent != NONE).collect();
            counter.compare(root, old, commit, usize::from(class(ancestry.reach(commit))));
        }
    }
    counter.counts
}

struct Counter<'a> {
    holders: &'a Holders,
    counts: Vec<[usize; 3]>,
    /// The last commit for which a node was new without an older one at its path.
    seen: Vec<u32>,
    /// The last commit that was counted for an object.
    counted: Vec<u32>,
}

impl Counter<'_> {
    /// Compares the tree `root` of `commit` with those of its parents.
    fn compare(&mut self, root: u32, old: Vec<u32>, commit: u32, class: usize) {
        let mut open = vec![(root, old)];
        for _ in 0..PATIENCE {
            let Some((node, old)) = open.pop() else { return };
            if old.is_empty() && std::mem::replace(&mut self.seen[node as usize], commit) == commit {
                continue;
            }
            let at = node as usize;
            if at < self.counts.len() && std::mem::replace(&mut self.counted[at], commit) != commit {
                self.counts[at][class] += 1;
            }
            for link in self.holders.links(node) {
                let before: Vec<u32> = old.iter().filter_map(|&old| self.child(old, link.name)).collect();
                if !before.contains(&link.child) {
                    open.push((link.child, before));
                }
            }
        }
    }

    fn child(&self, node: u32, name: u32) -> Option<u32> {
        let links = self.holders.links(node);
        links.binary_search_by_key(&name, |link| link.name).ok().map(|at| links[at].child)
    }
}
