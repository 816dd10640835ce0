//! Says of an object where it stood in history: paths, first and last commit, and who can see it.
//!
//! Nothing is done for nothing. Otherwise one pass over all commits and trees, in the order of the packs, which may be that
//! of reading all objects, notes which tree names which tree; the trees above the wanted objects follow from that, those that hold the
//! same as one node, and everything else from those few. Memory: about 50 bytes for each tree, 16 for each directory that a tree has
//! and the one that it was made from has not, about 100 for each commit.

mod ancestry;
mod arrivals;
mod collect;
mod finder;
mod holders;
mod nodes;
mod paths;
mod tips;

use std::collections::{HashMap, HashSet};

use bstr::{BString, ByteSlice};
use gix::ObjectId;
use rayon::prelude::*;

use self::ancestry::Ancestry;
use self::collect::Collected;
pub(super) use self::collect::{Chunk, Collector, Noted};
use self::holders::{Fact, Holders};
use self::tips::{Tip, Tips};
use super::buffer::Budget;
use super::rescue::Reader;
use super::stores::{self, Home, Stores};
use super::{HistoryError, Losses, Options, Trail, objects_of};
use crate::finding::{Attribution, CommitMark, Reach};
use crate::source::ObjectKind;

/// How many refs are named for one object.
const REFS: usize = 20;

/// How many paths are named for one object.
const PATHS: usize = 200;

/// Says of every object in `wanted` where it stood in the history of `repository`; see [`Provenance`].
///
/// # Errors
/// Fails if the repository's own object directory cannot be listed.
pub fn attribute(
    repository: &gix::Repository,
    wanted: &HashSet<ObjectId>,
) -> Result<HashMap<ObjectId, Attribution>, HistoryError> {
    let provenance = Provenance::find(repository, wanted)?;
    let groups: Vec<Vec<ObjectId>> = wanted.iter().map(|id| vec![*id]).collect();
    let found = provenance.attributions(&groups);
    Ok(groups.into_iter().map(|group| group[0]).zip(found).collect())
}

/// Where objects stood in the history of a repository.
///
/// A blob or tree belongs to all commits whose trees hold it, whatever their dates: no commit counts as older
/// than its ancestors. Commits that a ref reaches go before those that only a reflog has, and these before
/// those that nothing reaches. A commit belongs to itself, a tag to what points to it. Replacements and grafts
/// are ignored. Objects that do not exist belong nowhere.
pub struct Provenance {
    history: History,
    tips: Tips,
    /// What is known of each wanted object, in the order of their names.
    objects: Vec<Single>,
    losses: Losses,
    budget: Budget,
}

/// Reads the objects of a repository and of its submodules, one after the other.
pub struct ObjectReader<'a>(Reader<'a>);

impl ObjectReader<'_> {
    /// Returns the content of an object, or `None` if it is not there or damaged.
    pub fn read(&mut self, id: &ObjectId) -> Option<Vec<u8>> {
        self.0.object(id, None).ok().map(|(_, bytes)| bytes.bytes().to_vec())
    }
}

/// What is known of one object.
#[derive(Default)]
struct Single {
    paths: Vec<BString>,
    fact: Fact,
    commits: usize,
}

impl Provenance {
    /// Finds out about every object in `wanted`. Does nothing for nothing.
    ///
    /// # Errors
    /// Fails if the repository's own object directory cannot be listed.
    pub fn find(repository: &gix::Repository, wanted: &HashSet<ObjectId>) -> Result<Self, HistoryError> {
        Self::follow(repository, Trail::default(), wanted)
    }

    /// The same with the help of what was noted when all objects were read.
    ///
    /// # Errors
    /// As of [`Provenance::find`].
    pub fn follow(
        repository: &gix::Repository,
        trail: Trail,
        wanted: &HashSet<ObjectId>,
    ) -> Result<Self, HistoryError> {
        let homes = stores::homes(repository.common_dir(), repository.object_hash());
        let noted = match trail.0.filter(|noted| noted.is_enough_for(wanted)) {
            Some(noted) => noted,
            None => note(repository, &homes, wanted)?,
        };
        let Noted { collected, losses, .. } = noted;
        let mut ids: Vec<ObjectId> = wanted.iter().copied().collect();
        ids.sort_unstable();
        let (history, tips) = History::new(ids, &collected, || Tips::read(repository, &homes, &collected.tags));
        let mut objects = history.singles(&tips);
        tips::add_staged(repository, &homes, &history.wanted, &mut objects);
        let Options { largest_object, memory, .. } = Options::default();
        let budget = Budget::new(largest_object, memory);
        Ok(Self { history, tips, objects, losses, budget })
    }

    /// Returns every path that an object ever had, sorted and cut off at a sensible number.
    pub fn paths(&self, id: &ObjectId) -> &[BString] {
        self.single(id).map_or(&[], |single| &single.paths)
    }

    /// Returns how an object compares with others in being at hand: whether HEAD holds it, then how late a commit does.
    pub fn presence(&self, id: &ObjectId) -> impl Ord + use<> {
        let fact = self.single(id).map(|single| single.fact).unwrap_or_default();
        (fact.in_head, fact.last.map(|last| last.presence()))
    }

    /// Returns a reader of objects; each thread needs its own.
    pub fn reader(&self) -> ObjectReader<'_> {
        ObjectReader(Reader::new(&self.losses.sets, &self.losses.directories, &self.budget))
    }

    /// Makes one attribution of each group of objects, as if they were one.
    pub fn attributions(&self, groups: &[Vec<ObjectId>]) -> Vec<Attribution> {
        let places: Vec<Vec<u32>> = groups.iter().map(|group| self.history.places(group)).collect();
        let refs = self.history.refs(&places, &self.tips);
        let mut reader = self.reader().0;
        let mut marks: HashMap<u32, Option<CommitMark>> = HashMap::new();
        let mut mark = |commit: u32| {
            let read = || mark(&mut reader, self.history.ancestry.id(commit));
            marks.entry(commit).or_insert_with(read).clone()
        };
        let mut found = Vec::with_capacity(groups.len());
        for (places, refs) in places.iter().zip(refs) {
            let mut all = Single::default();
            places.iter().for_each(|&at| all.join(&self.objects[at as usize]));
            all.paths.sort();
            all.paths.dedup();
            all.paths.truncate(PATHS);
            let Single { paths, fact, commits } = all;
            let (refs, more_refs) = refs.told();
            found.push(Attribution {
                paths,
                first: fact.first.and_then(|first| mark(first.commit)),
                last: fact.last.and_then(|last| mark(last.commit)),
                commits,
                in_head: fact.in_head,
                refs,
                more_refs,
                reach: fact.reach,
            });
        }
        found
    }

    fn single(&self, id: &ObjectId) -> Option<&Single> {
        self.history.wanted.binary_search(id).ok().map(|at| &self.objects[at])
    }
}

/// Reads all commits and trees of a repository for the sake of some objects.
fn note(repository: &gix::Repository, homes: &[Home], wanted: &HashSet<ObjectId>) -> Result<Noted, HistoryError> {
    let objects = stores::objects(repository)?;
    let mut stores = if wanted.is_empty() { Stores::default() } else { Stores::open(objects, homes) };
    let collector = Collector::new(wanted.clone());
    let kinds = |kind| kind != ObjectKind::Blob;
    let losses = objects_of(&mut stores, &collector, &kinds, &Options::default(), &|| ());
    Ok(collector.noted(losses))
}

impl Single {
    fn join(&mut self, other: &Self) {
        self.paths.extend_from_slice(&other.paths);
        self.fact.join(&other.fact);
        self.commits += other.commits;
    }
}

/// Reads what a report needs of the commit `id`.
fn mark(reader: &mut Reader<'_>, id: ObjectId) -> Option<CommitMark> {
    let (_, bytes) = reader.object(&id, None).ok()?;
    let (head, message) = bytes.bytes().split_once_str("\n\n").unwrap_or((bytes.bytes(), b""));
    let author = head.lines().find_map(|line| line.strip_prefix(b"author "))?;
    let end = author.rfind_byte(b'>').map_or(author.len(), |at| at + 1);
    let subject = message.trim_start().lines().next().unwrap_or_default();
    Some(CommitMark {
        id,
        author: BString::from(author[..end].trim()),
        seconds: collect::seconds(&author[end..]),
        subject: BString::from(subject.trim_end()),
    })
}

/// Everything that attributions are made of.
struct History {
    /// The objects in question, sorted.
    wanted: Vec<ObjectId>,
    ancestry: Ancestry,
    holders: Holders,
    /// The node of each commit's tree.
    roots: Vec<u32>,
}

impl History {
    /// Puts together what was noted, and returns it with the tips, which are read meanwhile.
    fn new(wanted: Vec<ObjectId>, collected: &Collected, tips: impl FnOnce() -> Tips) -> (Self, Tips) {
        let chunks = &collected.chunks;
        // A thread of its own: what tips are read from, the repository, cannot be handed to one of a pool.
        let (holders, ancestry, tips) = std::thread::scope(|scope| {
            let holders = scope.spawn(|| Holders::new(&wanted, chunks));
            let tips = tips();
            let ancestry = Ancestry::new(chunks, &tips);
            let holders = holders.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (holders, ancestry, tips)
        });
        let roots = holders.roots(&ancestry);
        (Self { wanted, ancestry, holders, roots }, tips)
    }

    /// Returns the places of objects in the list of those in question.
    fn places(&self, ids: &[ObjectId]) -> Vec<u32> {
        ids.iter().filter_map(|id| self.wanted.binary_search(id).ok()).map(|at| at as u32).collect()
    }

    /// Finds out about each object by itself.
    fn singles(&self, tips: &Tips) -> Vec<Single> {
        let facts = || self.holders.facts(&self.roots, &self.ancestry, tips);
        let paths = || paths::paths(&self.holders, &self.roots, tips, PATHS);
        let counts = || arrivals::count(&self.holders, &self.roots, &self.ancestry);
        let ((facts, paths), counts) = rayon::join(|| rayon::join(facts, paths), counts);
        let single = |(at, (id, paths)): (usize, (&ObjectId, Vec<BString>))| {
            let mut single = Single { paths, ..Single::default() };
            if let Some(commit) = self.ancestry.find(id) {
                single.fact = Fact::of(&self.ancestry, commit, self.ancestry.is_in_head(commit));
                single.commits = 1;
            } else {
                single.fact = facts.of(at);
                single.commits = single.fact.first.map_or(0, |first| counts[at][usize::from(first.class)]);
            }
            single.fact.reach = single.fact.reach.max(direct_reach(id, tips));
            single
        };
        self.wanted.iter().zip(paths).enumerate().map(single).collect()
    }

    /// Finds the refs that reach an object of each group, 64 groups at a time.
    fn refs(&self, groups: &[Vec<u32>], tips: &Tips) -> Vec<Refs> {
        let target = |tip: &Tip| {
            let id = tip.commit?;
            let node = || self.holders.node(collect::key(id.as_bytes())).map(Target::Node);
            self.ancestry.find(&id).map(Target::Commit).or_else(node)
        };
        let named: Vec<(&Tip, Target)> = tips.named().filter_map(|tip| Some((tip, target(tip)?))).collect();
        groups
            .par_chunks(64)
            .flat_map_iter(|groups| {
                let masks = self.holders.masks(groups);
                let bits = self.holding(groups, &masks);
                // An annotated tag is no place of its own: what it points to has the ref.
                let mut found: Vec<Refs> = groups.iter().map(|group| self.refs_to_tags(group, tips)).collect();
                let mut counts = Counts::default();
                let mut open = u64::MAX;
                for (tip, target) in &named {
                    let mask = match target {
                        Target::Commit(commit) => bits[*commit as usize],
                        Target::Node(node) => masks[*node as usize],
                    };
                    counts.add(mask);
                    let is_remote = tip.reach == Reach::Published;
                    let mut mask = if is_remote { mask } else { mask & open };
                    while mask != 0 {
                        let at = mask.trailing_zeros() as usize;
                        mask &= mask - 1;
                        if !found[at].add(tip) {
                            open &= !(1 << at);
                        }
                    }
                }
                found.iter_mut().enumerate().for_each(|(at, refs)| refs.count += counts.of(at));
                found
            })
            .collect()
    }

    /// Returns the refs that name annotated tags of a group.
    fn refs_to_tags(&self, group: &[u32], tips: &Tips) -> Refs {
        let mut refs = Refs::default();
        for id in group.iter().map(|&at| &self.wanted[at as usize]) {
            for tip in tips.pointing_to(id).filter(|tip| tip.name.is_some() && tip.commit != Some(*id)) {
                refs.count += 1;
                refs.add(tip);
            }
        }
        refs
    }

    /// Returns, for every commit, of which groups its tree or that of an ancestor holds an object, or which it or an
    /// ancestor is in; `masks` are those of the nodes.
    fn holding(&self, groups: &[Vec<u32>], masks: &[u64]) -> Vec<u64> {
        let mut bits: Vec<u64> =
            self.roots.iter().map(|&node| masks.get(node as usize).copied().unwrap_or(0)).collect();
        for (bit, group) in groups.iter().enumerate() {
            for commit in group.iter().filter_map(|&at| self.ancestry.find(&self.wanted[at as usize])) {
                bits[commit as usize] |= 1 << bit;
            }
        }
        self.ancestry.spread(&mut bits);
        bits
    }
}

/// Returns how widely the tips see an object that they point to.
fn direct_reach(id: &ObjectId, tips: &Tips) -> Reach {
    tips.pointing_to(id).map(|tip| tip.reach).max().unwrap_or_default()
}

/// What a ref leads to.
enum Target {
    Commit(u32),
    /// A tree or a blob itself.
    Node(u32),
}

/// The refs that reach something.
#[derive(Default)]
struct Refs {
    /// The first few.
    names: Vec<BString>,
    /// Whether one of those is that of a remote.
    has_remote: bool,
    count: usize,
}

impl Refs {
    /// Adds a ref to those that are named, and tells whether one that is not a remote's may be added behind it; those worth
    /// telling first must come first.
    fn add(&mut self, tip: &Tip) -> bool {
        let is_remote = tip.reach == Reach::Published;
        let is_full = self.names.len() == REFS;
        // One that says who can see it is worth more than one that does not.
        let takes_place = is_full && is_remote && !self.has_remote;
        if takes_place {
            self.names.pop();
        }
        if !is_full || takes_place {
            self.has_remote |= is_remote;
            self.names.extend(tip.name.clone());
        }
        self.names.len() < REFS
    }

    /// Returns those that are named, sorted, and how many others there are.
    fn told(mut self) -> (Vec<BString>, usize) {
        self.names.sort();
        let more = self.count - self.names.len();
        (self.names, more)
    }
}

/// Counts how often each of 64 bits is set: the bits of all counts that have the same weight share a word.
#[derive(Default)]
struct Counts([u64; u32::BITS as usize]);

impl Counts {
    fn add(&mut self, bits: u64) {
        let mut carry = bits;
        for word in &mut self.0 {
            if carry == 0 {
                return;
            }
            (*word, carry) = (*word ^ carry, *word & carry);
        }
    }

    fn of(&self, bit: usize) -> usize {
        self.0.iter().enumerate().map(|(weight, word)| usize::from(word >> bit & 1 == 1) << weight).sum()
    }
}
