//! The paths by which commits hold the wanted objects.

use bstr::BString;
use rustc_hash::FxHashMap;

use super::collect::key;
use super::holders::{Holders, NONE};
use super::tips::Tips;

/// The path of a root.
const ROOT: u32 = 0;

/// How many paths one tree may have before the others are left out: a few nested trees can have billions.
const CROWD: usize = 256;

/// Paths as chains of names, each known once.
struct Book {
    /// The directory and the name of every path; that of the root means nothing.
    entries: Vec<(u32, u32)>,
    known: FxHashMap<(u32, u32), u32>,
}

impl Book {
    fn path(&mut self, directory: u32, name: u32) -> u32 {
        *self.known.entry((directory, name)).or_insert_with(|| {
            self.entries.push((directory, name));
            self.entries.len() as u32 - 1
        })
    }

    fn write(&self, mut path: u32, holders: &Holders) -> BString {
        let mut names = Vec::new();
        while path != ROOT {
            let (directory, name) = self.entries[path as usize];
            names.push(holders.name(name));
            path = directory;
        }
        names.reverse();
        names.join(&b'/').into()
    }
}

/// Returns the paths of every wanted object, sorted, at most `limit` for each; `of_commits` are the commits' trees.
pub(super) fn paths(holders: &Holders, of_commits: &[u32], tips: &Tips, limit: usize) -> Vec<Vec<BString>> {
    let mut roots = vec![false; holders.len()];
    let commits = of_commits.iter().copied().filter(|&node| node != NONE);
    for node in commits.chain(tips.objects().filter_map(|(id, _)| holders.node(key(id.as_bytes())))) {
        roots[node as usize] = true;
    }
    let mut found = from_roots(holders, &roots, limit);
    if found.iter().any(Vec::is_empty) {
        // No commit leads to some: what a lost tree calls them is better than nothing.
        let mut held = vec![false; holders.len()];
        for &node in holders.order() {
            holders.links(node).iter().for_each(|link| held[link.child as usize] = true);
        }
        let lost: Vec<bool> = held.iter().map(|held| !held).collect();
        for (paths, more) in found.iter_mut().zip(from_roots(holders, &lost, limit)) {
            if paths.is_empty() {
                *paths = more;
            }
        }
    }
    found
}

fn from_roots(holders: &Holders, roots: &[bool], limit: usize) -> Vec<Vec<BString>> {
    let mut book = Book { entries: vec![(ROOT, 0)], known: FxHashMap::default() };
    let mut sets: Vec<Vec<u32>> = roots.iter().map(|&is_root| if is_root { vec![ROOT] } else { Vec::new() }).collect();
    for &node in holders.order() {
        // A wanted object is kept, any other tree is done with once its children know its paths.
        let is_wanted = (node as usize) < holders.wanted();
        let directories =
            if is_wanted { sets[node as usize].clone() } else { std::mem::take(&mut sets[node as usize]) };
        for link in holders.links(node) {
            for &directory in &directories {
                let path = book.path(directory, link.name);
                let set = &mut sets[link.child as usize];
                if set.len() < CROWD && !set.contains(&path) {
                    set.push(path);
                }
            }
        }
    }
    sets.truncate(holders.wanted());
    sets.iter()
        .map(|set| {
            let mut paths: Vec<BString> =
                set.iter().filter(|path| **path != ROOT).map(|&path| book.write(path, holders)).collect();
            paths.sort();
            paths.truncate(limit);
            paths
        })
        .collect()
}
