//! Reads all of history: every object of a repository, reachable or not, and what git keeps beside them.
//!
//! Packs are read as packs: the families of deltas are found from the entries' headers, then every object is
//! expanded exactly once, from the bases outwards. Memory beside the mapped packs: 20 bytes per packed object
//! (32 while a pack's headers are read), the distinct names in trees, and for each thread 12 MiB of idle buffers
//! and at most log2(objects in a family) + 2 contents; contents of 8 MiB and more share a budget of 2 GiB.

mod attribution;
mod buffer;
mod commits;
mod copies;
mod damage;
mod delta;
mod forest;
mod inflate;
mod known;
mod ledger;
mod loose;
mod metadata;
mod missing;
mod names;
mod pack;
mod patch;
mod refs;
mod reftable;
mod report;
mod rescue;
mod set;
mod share;
mod sink;
mod stores;
mod trail;
mod tree;
mod walk;

pub use self::attribution::{ObjectReader, Provenance, attribute};
pub use self::commits::{Commits, commits};
pub use self::known::Known;
pub use self::ledger::{Entry, Key, Ledger};
pub use self::trail::Trail;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use gix::oid;
use rayon::prelude::*;

use self::buffer::Budget;
use self::copies::Copies;
use self::damage::{FailedPlace, Failure};
use self::forest::{Choice, Forest, Part};
use self::missing::Named;
use self::names::Names;
use self::set::Set;
use self::share::{Share, Unit};
use self::sink::{Object, Sink};
use self::stores::Stores;
use self::trail::Noting;
use self::walk::Job;
use super::{Blob, Coverage, Memory, Visitor};
use crate::source::{ObjectKind, Origin};

/// Why the history of a repository could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// There is no object directory where the repository says it is.
    #[error("the object directory `{}` cannot be read", path.display())]
    Objects {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// What to read, and with how much.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Leaves out objects that were looked at before, and takes note of the others.
    pub known: Option<&'a Known>,
    /// Whether names in trees are shown to the visitor.
    pub names: bool,
    /// How many threads to use; `None` for as many as there are cores.
    pub threads: Option<NonZeroUsize>,
    /// The size in bytes above which an object is not read, but reported.
    pub largest_object: usize,
    /// How many bytes the contents of large objects may take together.
    pub memory: usize,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { known: None, names: true, threads: None, largest_object: 1 << 30, memory: 2 << 30 }
    }
}

/// Shows every object of `repository` to `visitor`, each once, and its refs' names, reflogs and configuration.
///
/// Every distinct name in trees is shown once, with one tree that has it. What cannot be
/// read becomes a notice and everything else is still read. Returns early if the visitor is interrupted. What it returns
/// saves [`Provenance::follow`] from reading commits and trees again.
///
/// # Errors
/// Fails if the repository's own object directory cannot be listed.
pub fn read(
    repository: &gix::Repository,
    visitor: &dyn Visitor,
    coverage: &Coverage,
    options: &Options<'_>,
) -> Result<Trail, HistoryError> {
    let objects = stores::objects(repository)?;
    let homes = stores::homes(repository.common_dir(), repository.object_hash());
    let mut stores = Stores::open(objects, &homes);
    let packs = stores.packs.clone();
    report::completeness(&homes, &mut stores, visitor, coverage);
    metadata::unlisted(&homes, visitor);
    metadata::read(&homes, visitor, coverage);
    let names = options.names.then(Names::new);
    // Where parts are known to be elsewhere, absence says nothing.
    let is_whole = options.names && !coverage.partial.load(Ordering::Relaxed);
    if let Some(known) = options.known {
        known.attend(&stores, is_whole);
    }
    let named = is_whole.then(|| Named::new(&stores));
    if let Some(named) = &named {
        refs::check(&homes, named, visitor);
    }
    let contents = Contents { visitor, coverage, names: names.as_ref(), named: named.as_ref(), known: options.known };
    let choice = |kind: ObjectKind| options.names || kind != ObjectKind::Tree;
    // What is known is not read, so it would not be noted either.
    let noting = Noting::new(contents, options.known.is_some() || !options.names);
    let begin = || noting.begin(repository.object_hash().len_in_bytes());
    let losses = std::thread::scope(|scope| {
        // It takes a while, and unless there is a list of what is known nobody has asked for it.
        scope.spawn(|| packs.iter().for_each(|pack| _ = pack.has_sound_index()));
        objects_of(&mut stores, &noting, &choice, options, &begin)
    });
    report::packs(&packs, visitor);
    report::losses(&losses, visitor);
    let damaged = report::damaged(&losses);
    // Half of what leads to an object would say that it is gone.
    let trail = if visitor.interrupted() { Trail::default() } else { noting.end(losses) };
    let is_all_there = named.filter(|_| !visitor.interrupted()).is_some_and(|named| named.report(visitor));
    if let Some(known) = options.known {
        known.count(coverage);
        known.settle(&damaged, is_all_there);
    }
    if let Some(names) = names {
        names.show(visitor);
    }
    Ok(trail)
}

/// What became of the objects: the packs, for their names, and what was lost.
struct Losses {
    sets: Vec<Set>,
    loose: Vec<stores::Loose>,
    losses: Vec<rescue::Loss>,
    /// The object directories.
    directories: Vec<Arc<Path>>,
}

/// Hands all wanted objects of `stores` to `sink`: packed blobs and loose objects, then, after a call of `between`, the rest.
fn objects_of<S: Sink>(
    stores: &mut Stores,
    sink: &S,
    kind: &(dyn Fn(ObjectKind) -> bool + Sync),
    options: &Options<'_>,
    between: &dyn Fn(),
) -> Losses {
    let packs = std::mem::take(&mut stores.packs);
    let copies = Copies::new(&packs);
    let mut loose = std::mem::take(&mut stores.loose);
    loose.retain(|object| packs.iter().all(|pack| pack.index.find(&object.id).is_none()));
    let is_known = |id: &oid| options.known.is_some_and(|known| known.skips(id));
    loose.retain(|object| !is_known(&object.id));
    let sets: Vec<Set> = packs
        .into_par_iter()
        .enumerate()
        .map(|(at, pack)| {
            let wanted = |slot| !is_known(pack.index.id(slot)) && !copies.has(at, slot);
            let forest = Forest::new(&pack, &Choice { kind, slot: Some(&wanted) });
            Set { pack, forest }
        })
        .collect();
    let threads = options
        .threads
        .map_or_else(|| std::thread::available_parallelism().map_or(1, NonZeroUsize::get), NonZeroUsize::get);
    let budget = Budget::new(options.largest_object, options.memory);
    let job = |units| Job { sets: &sets, loose: &loose, sink, budget: &budget, share: Share::new(units, threads) };
    let blobs = job(units(&sets, Part::Blobs).chain(loose_units(loose.len())).collect());
    let mut failures = walk::walk(&blobs, threads);
    between();
    let job = job(units(&sets, Part::Others).collect());
    if blobs.share.stopped() {
        job.share.stop();
    }
    std::thread::scope(|scope| {
        scope.spawn(|| set::release(&sets));
        failures.extend(walk::walk(&job, threads));
    });
    let mut strays = Vec::new();
    for (set, Set { forest, .. }) in sets.iter().enumerate() {
        failures.extend(
            forest.broken.iter().map(|&(node, damage)| Failure { place: FailedPlace::Packed { set, node }, damage }),
        );
        strays.extend(forest.strays.iter().map(|&(place, base)| (set, place, base)));
    }
    let directories = std::mem::take(&mut stores.directories);
    let losses = rescue::rescue(&job, &directories, failures, &strays);
    set::release(&sets);
    Losses { losses, loose, sets, directories }
}

/// Divides the roots of a part of all families.
fn units(sets: &[Set], part: Part) -> impl Iterator<Item = Unit> {
    const ROOTS: usize = 32;
    sets.iter().enumerate().flat_map(move |(set, Set { forest, .. })| {
        let roots = forest.roots(part).len();
        (0..roots).step_by(ROOTS).map(move |start| Unit::Roots { set, part, range: start..roots.min(start + ROOTS) })
    })
}

fn loose_units(loose: usize) -> impl Iterator<Item = Unit> {
    const FILES: usize = 64;
    (0..loose).step_by(FILES).map(move |start| Unit::Loose(start..loose.min(start + FILES)))
}

/// Shows contents to a visitor and counts them.
struct Contents<'a> {
    visitor: &'a dyn Visitor,
    coverage: &'a Coverage,
    names: Option<&'a Names>,
    named: Option<&'a Named>,
    known: Option<&'a Known>,
}

/// What one thread has shown and not yet told.
#[derive(Default)]
struct Tally {
    kinds: [u64; 4],
    bytes: [u64; 4],
    seen: names::Seen,
    named: missing::Own,
    /// What was looked at, if it is to be remembered.
    fresh: Vec<Entry>,
}

impl Sink for Contents<'_> {
    type Local = Tally;

    fn object(&self, tally: &mut Tally, object: Object<'_>) -> Memory {
        tally.kinds[object.kind as usize] += 1;
        let size = object.bytes.len() as u64;
        tally.bytes[object.kind as usize] += size;
        if self.known.is_some() {
            let (id, kind) = (object.id.to_owned(), object.kind);
            tally.fresh.push(Entry { id, kind, size, is_configuration: false });
        }
        if object.kind == ObjectKind::Tree {
            if let (Some(names), Some(outline)) = (self.names, object.tree) {
                names.add(&mut tally.seen, object.id, outline.fresh(object.bytes));
            }
            if let (Some(named), Some(outline)) = (self.named, object.tree) {
                named.tree(&mut tally.named, outline.changed(object.bytes));
            }
            return None;
        }
        match (self.named, object.kind) {
            (Some(named), ObjectKind::Commit) => named.commit(&mut tally.named, object.bytes),
            (Some(named), ObjectKind::Tag) => named.tag(&mut tally.named, object.bytes),
            _ => {}
        }
        let origin = Origin::Object { id: object.id.to_owned(), kind: object.kind, path: None, commit: None };
        self.visitor.visit_version(Blob { origin, bytes: object.bytes }, object.version)
    }

    fn flush(&self, tally: &mut Tally) {
        let (kinds, bytes) = (std::mem::take(&mut tally.kinds), std::mem::take(&mut tally.bytes));
        for kind in [ObjectKind::Blob, ObjectKind::Tree, ObjectKind::Commit, ObjectKind::Tag] {
            self.coverage.count_objects(kind, kinds[kind as usize], bytes[kind as usize]);
        }
    }

    fn finish(&self, mut tally: Tally) {
        if let Some(named) = self.named {
            named.look(&mut tally.named);
        }
        if let Some(known) = self.known {
            known.add(tally.fresh);
        }
    }

    fn interrupted(&self) -> bool {
        self.visitor.interrupted()
    }
}
