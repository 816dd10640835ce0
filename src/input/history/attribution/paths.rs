//! The paths by which commits hold the wanted objects.

use bstr::BString;
use rustc_hash::FxHashMap;

use super::collect::{NONE, key};
use super::holders::Holders;
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
    let mut sets = Sets::new(roots);
    let mut directories = Vec::new();
    for &node in holders.order() {
        sets.copy(node, &mut directories);
        for link in holders.links(node) {
            for &directory in &directories {
                sets.add(link.child, book.path(directory, link.name));
            }
        }
    }
    (0..holders.wanted() as u32)
        .map(|node| {
            sets.copy(node, &mut directories);
            let mut paths: Vec<BString> =
                directories.iter().filter(|path| **path != ROOT).map(|&path| book.write(path, holders)).collect();
            paths.sort();
            paths.truncate(limit);
            paths
        })
        .collect()
}

/// The paths of every node. Nearly all have one or none.
struct Sets {
    /// One path of each node, or [`NONE`].
    first: Vec<u32>,
    /// The others.
    more: FxHashMap<u32, Vec<u32>>,
}

impl Sets {
    fn new(roots: &[bool]) -> Self {
        Self {
            first: roots.iter().map(|&is_root| if is_root { ROOT } else { NONE }).collect(),
            more: FxHashMap::default(),
        }
    }

    /// Copies the paths of `node` into `paths`.
    fn copy(&self, node: u32, paths: &mut Vec<u32>) {
        paths.clear();
        let first = self.first[node as usize];
        if first != NONE {
            paths.push(first);
            paths.extend(self.more.get(&node).into_iter().flatten());
        }
    }

    /// Adds a path to those of `node`, unless it has a crowd of them.
    fn add(&mut self, node: u32, path: u32) {
        let first = &mut self.first[node as usize];
        if *first == NONE {
            *first = path;
        } else if *first != path {
            let more = self.more.entry(node).or_default();
            if more.len() + 1 < CROWD && !more.contains(&path) {
                more.push(path);
            }
        }
    }
}
