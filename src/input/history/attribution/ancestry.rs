//! All commits in an order in which none comes before its parents, and who can see them.

use gix::ObjectId;
use rayon::prelude::*;

use super::collect::{ByKey, Chunk, Commit, Commits, key};
use super::tips::Tips;
use crate::finding::Reach;

/// The commits of all history.
pub(super) struct Ancestry {
    commits: Vec<Commit>,
    by_key: ByKey<u32>,
    /// The parents of all commits that are there, one commit's after the other's.
    parents: Vec<u32>,
    starts: Vec<u32>,
    /// Parents first.
    order: Vec<u32>,
    /// The commits' dates, moved so that no commit is older than its parents.
    ranks: Vec<i64>,
    reach: Vec<Reach>,
    in_head: Vec<bool>,
    head: Option<u32>,
}

/// Returns the first eight bytes of a name, in whose order names are.
fn head(id: &ObjectId) -> u64 {
    id.as_bytes().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

impl Ancestry {
    /// Puts the commits in order and finds out what `tips` reach.
    pub(super) fn new(chunks: &[Chunk], tips: &Tips) -> Self {
        // Each commit with the keys of its parents, and with the first bytes of its name, by which most compare.
        let mut found: Vec<(u64, &Commit, &[u64])> = Vec::new();
        for Commits { commits, parents } in chunks.iter().map(|chunk| &chunk.commits) {
            let mut start = 0;
            for commit in commits {
                let parents = &parents[start as usize..commit.parents_end as usize];
                start = commit.parents_end;
                found.push((head(&commit.id), commit, parents));
            }
        }
        // Which thread read a commit must not decide which of two equally old ones counts.
        found.par_sort_unstable_by(|one, other| (one.0, one.1.id).cmp(&(other.0, other.1.id)));
        let commits: Vec<Commit> = found.iter().map(|(_, commit, _)| (*commit).clone()).collect();
        let by_key: ByKey<u32> =
            commits.iter().enumerate().map(|(at, commit)| (key(commit.id.as_bytes()), at as u32)).collect();
        let mut parents = Vec::new();
        let mut starts = vec![0];
        for (_, _, keys) in found {
            parents.extend(keys.iter().filter_map(|key| by_key.get(key).copied()));
            starts.push(parents.len() as u32);
        }
        let count = commits.len();
        let mut ancestry = Self {
            commits,
            by_key,
            parents,
            starts,
            order: Vec::new(),
            ranks: Vec::new(),
            reach: vec![Reach::Unreachable; count],
            in_head: vec![false; count],
            head: None,
        };
        ancestry.sort();
        ancestry.date();
        ancestry.see(tips);
        ancestry
    }

    /// Returns the number of commits.
    pub(super) fn len(&self) -> u32 {
        self.commits.len() as u32
    }

    /// Returns the commit `id`.
    pub(super) fn find(&self, id: &ObjectId) -> Option<u32> {
        self.by_key.get(&key(id.as_bytes())).copied().filter(|&commit| self.id(commit) == *id)
    }

    /// Returns the name of `commit`.
    pub(super) fn id(&self, commit: u32) -> ObjectId {
        self.commits[commit as usize].id
    }

    /// Returns the key of the tree of `commit`.
    pub(super) fn tree(&self, commit: u32) -> u64 {
        self.commits[commit as usize].tree
    }

    /// Returns those parents of `commit` that are there.
    pub(super) fn parents(&self, commit: u32) -> &[u32] {
        &self.parents[self.starts[commit as usize] as usize..self.starts[commit as usize + 1] as usize]
    }

    /// Returns the date of `commit`, moved so that it is later than those of its ancestors.
    pub(super) fn rank(&self, commit: u32) -> i64 {
        self.ranks[commit as usize]
    }

    /// Returns how widely `commit` can be seen.
    pub(super) fn reach(&self, commit: u32) -> Reach {
        self.reach[commit as usize]
    }

    /// Tells whether HEAD is `commit` or builds on it.
    pub(super) fn is_in_head(&self, commit: u32) -> bool {
        self.in_head[commit as usize]
    }

    /// Returns the commit that HEAD names.
    pub(super) fn head(&self) -> Option<u32> {
        self.head
    }

    /// Adds to the bits of each commit those of all its ancestors.
    pub(super) fn spread(&self, bits: &mut [u64]) {
        for &commit in &self.order {
            let inherited = self.parents(commit).iter().fold(0, |all, &parent| all | bits[parent as usize]);
            bits[commit as usize] |= inherited;
        }
    }

    fn sort(&mut self) {
        let count = self.commits.len();
        let mut starts = vec![0u32; count + 1];
        for &parent in &self.parents {
            starts[parent as usize + 1] += 1;
        }
        for at in 0..count {
            starts[at + 1] += starts[at];
        }
        let mut children = vec![0u32; self.parents.len()];
        let mut next = starts.clone();
        let mut missing = vec![0u32; count];
        for commit in 0..count as u32 {
            for &parent in self.parents(commit) {
                children[next[parent as usize] as usize] = commit;
                next[parent as usize] += 1;
                missing[commit as usize] += 1;
            }
        }
        let mut order: Vec<u32> = (0..count as u32).filter(|&commit| missing[commit as usize] == 0).collect();
        let mut done = 0;
        while done < order.len() {
            let commit = order[done] as usize;
            done += 1;
            for &child in &children[starts[commit] as usize..starts[commit + 1] as usize] {
                missing[child as usize] -= 1;
                if missing[child as usize] == 0 {
                    order.push(child);
                }
            }
        }
        self.order = order;
    }

    fn date(&mut self) {
        let mut ranks = vec![i64::MIN; self.commits.len()];
        for &commit in &self.order {
            let newest = self.parents(commit).iter().map(|&parent| ranks[parent as usize]).max().unwrap_or(i64::MIN);
            ranks[commit as usize] = self.commits[commit as usize].seconds.max(newest.saturating_add(1));
        }
        self.ranks = ranks;
    }

    fn see(&mut self, tips: &Tips) {
        for tip in tips.all() {
            let Some(commit) = tip.commit.and_then(|id| self.find(&id)) else { continue };
            self.reach[commit as usize] = self.reach[commit as usize].max(tip.reach);
        }
        self.head = tips.head().and_then(|id| self.find(&id));
        if let Some(head) = self.head {
            self.in_head[head as usize] = true;
        }
        for at in (0..self.order.len()).rev() {
            let commit = self.order[at] as usize;
            let (reach, in_head) = (self.reach[commit], self.in_head[commit]);
            for place in self.starts[commit]..self.starts[commit + 1] {
                let parent = self.parents[place as usize] as usize;
                self.reach[parent] = self.reach[parent].max(reach);
                self.in_head[parent] |= in_head;
            }
        }
    }
}
