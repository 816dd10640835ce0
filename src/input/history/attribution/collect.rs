//! Notes, of every tree, which trees and wanted objects it names; of every commit, its tree and parents.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use gix::ObjectId;
use rustc_hash::{FxBuildHasher, FxHashSet};

use crate::input::Memory;
use crate::input::history::Losses;
use crate::input::history::sink::{Object, Sink};
use crate::input::history::tree::TreeEntry;
use crate::source::ObjectKind;

/// Returns the first eight bytes of an object's name, which stand for it here.
pub(super) fn key(id: &[u8]) -> u64 {
    id.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// A table by such keys.
pub(super) type ByKey<V> = HashMap<u64, V, FxBuildHasher>;

/// Tells quickly that a key is none of some.
pub(super) struct Sieve {
    bits: Vec<u64>,
    shift: u32,
}

impl Sieve {
    /// Makes a sieve that about one key in 64 of those not in `keys` passes.
    pub(super) fn new(keys: impl ExactSizeIterator<Item = u64>) -> Self {
        let size = (keys.len() * 64).next_power_of_two().clamp(1 << 12, 1 << 24);
        let shift = 64 - size.trailing_zeros();
        let mut bits = vec![0; size / 64];
        for key in keys {
            let at = (key >> shift) as usize;
            bits[at / 64] |= 1 << (at % 64);
        }
        Self { bits, shift }
    }

    /// Tells whether `key` may be one of them.
    #[inline]
    pub(super) fn passes(&self, key: u64) -> bool {
        let at = (key >> self.shift) as usize;
        self.bits[at / 64] & (1 << (at % 64)) != 0
    }
}

/// A commit, as far as its place in history goes.
#[derive(Clone)]
pub struct Commit {
    pub(super) id: ObjectId,
    /// The key of its tree.
    pub(super) tree: u64,
    /// When it was committed.
    pub(super) seconds: i64,
    /// How many of the chunk's parents belong to this commit and those before it.
    pub(super) parents_end: u32,
}

/// The commits that one thread noted.
#[derive(Default)]
pub struct Commits {
    /// Every commit.
    pub(super) commits: Vec<Commit>,
    /// The keys of all commits' parents.
    pub(super) parents: Vec<u64>,
}

/// Of how many trees a thread knows the places.
const RECENT_TREES: usize = 1 << 13;

/// Stands for no tree and no node.
pub(super) const NONE: u32 = u32::MAX;

/// Marks the name of a child that the base of a tree has and the tree has not.
pub(super) const LOST: u32 = 1 << 31;

/// A tree: most name what another does, but for one child.
#[derive(Clone, Copy)]
pub(super) struct Tree {
    /// Its key.
    pub(super) key: u64,
    /// The tree whose children it has but for those that are lost, an earlier one of the chunk, or [`NONE`].
    pub(super) base: u32,
    /// Where its own children, and those that are lost, end.
    pub(super) end: u32,
}

/// What one thread noted.
#[derive(Default)]
pub struct Chunk {
    /// Each tree that names another or a wanted object.
    pub(super) trees: Vec<Tree>,
    /// The keys of children, all trees' one after the other.
    pub(super) children: Vec<u64>,
    /// The names of those, as places in `dictionary`, marked if they are [`LOST`].
    pub(super) names: Vec<u32>,
    /// Every name.
    pub(super) dictionary: Vec<Box<[u8]>>,
    pub(super) commits: Commits,
    tags: Vec<(ObjectId, ObjectId)>,
    known: HashMap<Box<[u8]>, u32>,
    recent: Vec<u32>,
    /// Trees that were noted lately, by the last bits of their keys.
    recent_trees: Vec<u32>,
}

/// Everything that was noted.
pub struct Collected {
    pub(super) chunks: Vec<Chunk>,
    /// What every annotated tag points to.
    pub(super) tags: HashMap<ObjectId, ObjectId>,
}

/// What was noted, for which objects, and what of theirs was lost.
pub struct Noted {
    pub(super) wanted: HashSet<ObjectId>,
    pub(super) collected: Collected,
    pub(super) losses: Losses,
}

impl Noted {
    /// Tells whether what was noted is enough for these objects, too: commits and tags were all noted.
    pub(super) fn is_enough_for(&self, wanted: &HashSet<ObjectId>) -> bool {
        let mut missing: HashSet<&ObjectId> = wanted.difference(&self.wanted).collect();
        let Collected { chunks, tags } = &self.collected;
        missing.retain(|id| !tags.contains_key(*id));
        let mut commits = chunks.iter().flat_map(|chunk| &chunk.commits.commits);
        while let Some(commit) = commits.next().filter(|_| !missing.is_empty()) {
            missing.remove(&commit.id);
        }
        missing.is_empty()
    }
}

/// Takes commits, trees and tags.
pub struct Collector {
    sieve: Sieve,
    wanted: HashSet<ObjectId>,
    keys: FxHashSet<u64>,
    chunks: Mutex<Vec<Chunk>>,
}

impl Collector {
    /// Makes a collector that looks out for the objects `wanted`.
    pub(in crate::input::history) fn new(wanted: HashSet<ObjectId>) -> Self {
        let keys: FxHashSet<u64> = wanted.iter().map(|id| key(id.as_bytes())).collect();
        Self { sieve: Sieve::new(keys.iter().copied()), wanted, keys, chunks: Mutex::default() }
    }

    /// Returns what was noted while `losses` were suffered.
    pub(in crate::input::history) fn noted(self, losses: Losses) -> Noted {
        let mut chunks = self.chunks.into_inner().unwrap_or_else(PoisonError::into_inner);
        let tags = chunks.iter_mut().flat_map(|chunk| chunk.tags.drain(..)).collect();
        Noted { wanted: self.wanted, collected: Collected { chunks, tags }, losses }
    }

    fn tree(&self, chunk: &mut Chunk, object: &Object<'_>) {
        let Some(outline) = object.tree else { return };
        let before = chunk.children.len();
        let counts = |entry: &TreeEntry<'_>| {
            let child = key(entry.id);
            let is_wanted = || !entry.is_submodule() && self.keys.contains(&child);
            entry.is_directory() || self.sieve.passes(child) && is_wanted()
        };
        let base = object.base.and_then(|base| chunk.recent_tree(key(base.as_bytes())));
        if let Some((base, lost)) = base.zip(outline.lost()) {
            outline.changed(object.bytes).filter(counts).for_each(|entry| chunk.child(entry.name(), key(entry.id), 0));
            lost.filter(counts).for_each(|entry| chunk.child(entry.name(), key(entry.id), LOST));
            chunk.add(key(object.id.as_bytes()), base);
        } else {
            outline.entries(object.bytes).filter(counts).for_each(|entry| chunk.child(entry.name(), key(entry.id), 0));
            if chunk.children.len() > before {
                chunk.add(key(object.id.as_bytes()), NONE);
            }
        }
    }
}

impl Chunk {
    /// Adds a tree whose own children were added.
    fn add(&mut self, key: u64, base: u32) {
        self.recent_trees.resize(RECENT_TREES, NONE);
        self.recent_trees[key as usize % RECENT_TREES] = self.trees.len() as u32;
        self.trees.push(Tree { key, base, end: self.children.len() as u32 });
    }

    /// Returns the place of a tree that was noted lately by this thread.
    fn recent_tree(&self, key: u64) -> Option<u32> {
        let place = *self.recent_trees.get(key as usize % RECENT_TREES)?;
        self.trees.get(place as usize).filter(|tree| tree.key == key).map(|_| place)
    }

    /// Adds a child of the tree that is added next; `mark` is [`LOST`] or nothing.
    fn child(&mut self, name: &[u8], key: u64, mark: u32) {
        let name = self.name(name);
        self.children.push(key);
        self.names.push(name | mark);
    }

    /// Returns the place of `name` in the dictionary.
    fn name(&mut self, name: &[u8]) -> u32 {
        const RECENT: usize = 1024;
        let first =
            name.iter().take(12).fold(name.len() as u32, |sum, &byte| sum.wrapping_mul(0x0100_0193) ^ u32::from(byte));
        let slot = (first ^ (first >> 11)) as usize % RECENT;
        if self.recent.is_empty() {
            self.recent = vec![u32::MAX; RECENT];
        }
        if let Some(known) = self.dictionary.get(self.recent[slot] as usize)
            && **known == *name
        {
            return self.recent[slot];
        }
        let place = match self.known.get(name) {
            Some(&place) => place,
            None => {
                let place = self.dictionary.len() as u32;
                self.dictionary.push(name.into());
                self.known.insert(name.into(), place);
                place
            }
        };
        self.recent[slot] = place;
        place
    }

    fn commit(&mut self, object: &Object<'_>) {
        let mut commit = Commit { id: object.id.to_owned(), tree: 0, seconds: 0, parents_end: 0 };
        for line in object.bytes.split(|&byte| byte == b'\n').take_while(|line| !line.is_empty()) {
            if let Some(id) = line.strip_prefix(b"tree ").and_then(name) {
                commit.tree = key(id.as_bytes());
            } else if let Some(id) = line.strip_prefix(b"parent ").and_then(name) {
                self.commits.parents.push(key(id.as_bytes()));
            } else if let Some(person) = line.strip_prefix(b"committer ") {
                let end = memchr::memrchr(b'>', person).map_or(0, |at| at + 1);
                commit.seconds = seconds(&person[end..]);
                break;
            }
        }
        commit.parents_end = self.commits.parents.len() as u32;
        self.commits.commits.push(commit);
    }

    fn tag(&mut self, object: &Object<'_>) {
        let target = object.bytes.split(|&byte| byte == b'\n').next().and_then(|line| line.strip_prefix(b"object "));
        if let Some(target) = target.and_then(name) {
            self.tags.push((object.id.to_owned(), target));
        }
    }
}

fn name(hex: &[u8]) -> Option<ObjectId> {
    ObjectId::from_hex(hex).ok()
}

/// Reads the seconds at the start of `1700000000 +0100`.
pub(super) fn seconds(time: &[u8]) -> i64 {
    let mut words = time.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
    words.next().and_then(|word| std::str::from_utf8(word).ok()).and_then(|word| word.parse().ok()).unwrap_or(0)
}

impl Sink for Collector {
    type Local = Chunk;

    fn object(&self, chunk: &mut Chunk, object: Object<'_>) -> Memory {
        match object.kind {
            ObjectKind::Tree => self.tree(chunk, &object),
            ObjectKind::Commit => chunk.commit(&object),
            ObjectKind::Tag => chunk.tag(&object),
            ObjectKind::Blob => {}
        }
        None
    }

    fn flush(&self, _: &mut Chunk) {}

    fn finish(&self, mut chunk: Chunk) {
        chunk.known = HashMap::new();
        chunk.recent_trees = Vec::new();
        self.chunks.lock().unwrap_or_else(PoisonError::into_inner).push(chunk);
    }

    fn interrupted(&self) -> bool {
        false
    }
}
