//! Says of an object where it stood in history: paths, first and last commit, and who can see it.
//!
//! Nothing is done for nothing. Otherwise one pass over all commits and trees, in the order of the packs, notes
//! which tree names which tree; the trees above the wanted objects follow from that, and everything else from
//! those few. Memory: 12 bytes for each directory entry that is a directory, about 100 for each commit.

mod ancestry;
mod arrivals;
mod collect;
mod holders;
mod paths;
mod tips;

use std::collections::{HashMap, HashSet};

use bstr::{BString, ByteSlice};
use gix::ObjectId;
use rayon::prelude::*;

use self::ancestry::Ancestry;
use self::collect::{Collected, Collector};
use self::holders::{Facts, Holders};
use self::tips::{Tip, Tips};
use super::rescue::Reader;
use super::stores::{self, Stores};
use super::{HistoryError, Options, objects_of};
use crate::finding::{Attribution, CommitMark, Reach};
use crate::input::Coverage;
use crate::source::ObjectKind;

/// How many refs are named for one object.
const REFS: usize = 20;

/// How many paths are named for one object.
const PATHS: usize = 200;

/// Says of every object in `wanted` where it stood in the history of `repository`.
///
/// A blob or tree belongs to all commits whose trees hold it, whatever their dates: no commit counts as older
/// than its ancestors. Commits that a ref reaches go before those that only a reflog has, and these before
/// those that nothing reaches. A commit belongs to itself, a tag to what points to it. Replacements and grafts
/// are ignored. Objects that do not exist get an empty attribution.
///
/// # Errors
/// Fails if the repository's own object directory cannot be listed.
pub fn attribute(
    repository: &gix::Repository,
    wanted: &HashSet<ObjectId>,
) -> Result<HashMap<ObjectId, Attribution>, HistoryError> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let objects = repository.objects.store_ref().path();
    std::fs::read_dir(objects).map_err(|source| HistoryError::Objects { path: objects.to_owned(), source })?;
    let homes = stores::homes(repository.common_dir(), repository.object_hash());
    let mut stores = Stores::open(objects, &homes);
    let mut ids: Vec<ObjectId> = wanted.iter().copied().collect();
    ids.sort_unstable();
    let collector = Collector::new(&ids);
    let options = Options::default();
    let kinds = |kind| kind != ObjectKind::Blob;
    let losses = objects_of(&mut stores, &collector, &kinds, &options, &Coverage::default());
    let collected = collector.finish();
    let tips = Tips::read(repository, &homes, &collected.tags);
    let history = History::new(&ids, collected, &tips);
    let budget = super::buffer::Budget::new(options.largest_object, options.memory);
    let mut reader = Reader::new(&losses.sets, &stores.directories, &budget);
    let mut found = history.attributions(&tips, &mut |id| mark(&mut reader, id));
    tips::add_staged(repository, &homes, &ids, &mut found);
    Ok(ids.into_iter().zip(found).collect())
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
struct History<'a> {
    wanted: &'a [ObjectId],
    ancestry: Ancestry,
    holders: Holders,
    /// The node of each commit's tree.
    roots: Vec<u32>,
    facts: Facts,
}

impl<'a> History<'a> {
    fn new(wanted: &'a [ObjectId], collected: Collected, tips: &Tips) -> Self {
        let holders = Holders::new(wanted, &collected.chunks);
        let ancestry = Ancestry::new(collected.chunks, tips);
        let roots = holders.roots(&ancestry);
        let facts = holders.facts(&roots, &ancestry, tips);
        Self { wanted, ancestry, holders, roots, facts }
    }

    /// Makes the attribution of every wanted object, in their order.
    fn attributions(&self, tips: &Tips, mark: &mut dyn FnMut(ObjectId) -> Option<CommitMark>) -> Vec<Attribution> {
        let paths = paths::paths(&self.holders, &self.roots, tips, PATHS);
        let counts = arrivals::count(&self.holders, &self.roots, &self.ancestry);
        let mut refs = self.refs(tips);
        let mut marks: HashMap<u32, Option<CommitMark>> = HashMap::new();
        let mut mark = |commit: u32| marks.entry(commit).or_insert_with(|| mark(self.ancestry.id(commit))).clone();
        let mut found = Vec::with_capacity(self.wanted.len());
        for (at, (id, paths)) in self.wanted.iter().zip(paths).enumerate() {
            let refs = std::mem::take(&mut refs[at]);
            let mut attribution =
                Attribution { paths, refs, reach: self.direct_reach(id, tips), ..Attribution::default() };
            if let Some(commit) = self.ancestry.find(id) {
                attribution.first = mark(commit);
                attribution.last = attribution.first.clone();
                attribution.commits = 1;
                attribution.in_head = self.ancestry.is_in_head(commit);
                attribution.reach = attribution.reach.max(self.ancestry.reach(commit));
            } else {
                let facts = self.facts.of(at);
                attribution.first = facts.first.and_then(|first| mark(first.commit));
                attribution.last = facts.last.and_then(|last| mark(last.commit));
                attribution.commits = facts.first.map_or(0, |first| counts[at][usize::from(first.class)]);
                attribution.in_head = facts.in_head;
                attribution.reach = attribution.reach.max(facts.reach);
            }
            found.push(attribution);
        }
        found
    }

    /// Returns how widely the tips see an object that they point to.
    fn direct_reach(&self, id: &ObjectId, tips: &Tips) -> Reach {
        tips.pointing_to(id).map(|tip| tip.reach).max().unwrap_or_default()
    }

    /// Finds the first few refs that reach each wanted object, 64 objects at a time.
    fn refs(&self, tips: &Tips) -> Vec<Vec<BString>> {
        let named: Vec<(&Tip, u32)> =
            tips.named().filter_map(|tip| Some((tip, self.ancestry.find(&tip.commit?)?))).collect();
        self.wanted
            .par_chunks(64)
            .enumerate()
            .flat_map_iter(|(group, ids)| {
                let bits = self.holding(group * 64, ids);
                let mut found: Vec<Vec<BString>> = ids.iter().map(|id| direct(id, tips)).collect();
                let mut open = u64::MAX;
                for (tip, commit) in &named {
                    let mut mask = bits[*commit as usize] & open;
                    while mask != 0 {
                        let at = mask.trailing_zeros() as usize;
                        mask &= mask - 1;
                        found[at].extend(tip.name.clone());
                        // Those it is tagged with by themselves may come twice.
                        if found[at].len() >= 2 * REFS {
                            open &= !(1 << at);
                        }
                    }
                }
                found.into_iter().map(first_few)
            })
            .collect()
    }

    /// Returns, for every commit, which of `ids` its tree or that of an ancestor holds, or which it or an ancestor is.
    fn holding(&self, first: usize, ids: &[ObjectId]) -> Vec<u64> {
        let masks = self.holders.masks(first);
        let mut bits: Vec<u64> =
            self.roots.iter().map(|&node| masks.get(node as usize).copied().unwrap_or(0)).collect();
        for (at, commit) in ids.iter().enumerate().filter_map(|(at, id)| Some((at, self.ancestry.find(id)?))) {
            bits[commit as usize] |= 1 << at;
        }
        self.ancestry.spread(&mut bits);
        bits
    }
}

/// Returns the names of refs that point to an object itself.
fn direct(id: &ObjectId, tips: &Tips) -> Vec<BString> {
    tips.pointing_to(id).filter_map(|tip| tip.name.clone()).take(REFS).collect()
}

/// Keeps the names that come first, and sorts them.
fn first_few(names: Vec<BString>) -> Vec<BString> {
    let mut kept = Vec::new();
    for name in names {
        if kept.len() < REFS && !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept.sort();
    kept
}
