//! What to do about an object that could not be read in its place: look for other copies, then go on below it.

use std::path::Path;
use std::sync::Arc;

use gix::ObjectId;

use super::buffer::{Budget, Buffer, Pool};
use super::damage::{Damage, FailedPlace, Failure};
use super::inflate::Inflater;
use super::loose;
use super::pack::Base;
use super::patch::{self, is_named, kind_named};
use super::set::Set;
use super::sink::Sink;
use super::walk::{Job, Worker};
use crate::source::ObjectKind;

/// How often one object's bases are looked for elsewhere before it counts as lost.
const PATIENCE: usize = 256;

/// An object that was damaged in one place at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Loss {
    /// The place that is damaged.
    pub(super) place: FailedPlace,
    /// How.
    pub(super) damage: Damage,
    /// What was done about it.
    pub(super) outcome: Outcome,
}

/// What became of an object that is damaged in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// It was not handed over.
    Lost,
    /// It was handed over as it is, which is not as it was.
    Altered,
    /// It was handed over as it once was.
    Rescued,
}

/// Tries every object of `failures` again, and all that build on them, one at a time.
pub(super) fn rescue<S: Sink>(
    job: &Job<'_, S>,
    directories: &[Arc<Path>],
    failures: Vec<Failure>,
    strays: &[(usize, u32, ObjectId)],
) -> Vec<Loss> {
    let alone = job.budget.alone();
    let mut reader = Reader::new(job.sets, directories, &alone);
    let mut worker = Worker::new(job);
    let mut losses = Vec::new();
    let mut open = failures;
    open.sort_by_key(|failure| std::cmp::Reverse(failure.place));
    for &(set, place, base) in strays {
        match reader.object(&base, None) {
            Ok((kind, bytes)) => worker.build_on(set, kind, bytes.settle(&alone), place),
            Err(_) => open.push(failed(set, job.sets[set].forest.child(place), Damage::Base)),
        }
    }
    loop {
        open.extend(worker.take_failures());
        let Some(failure) = open.pop() else { break };
        if job.share.stopped() {
            break;
        }
        let outcome = again(job, &mut reader, &mut worker, failure, &mut open);
        // What fitted at the second try was never damaged.
        if !(outcome == Outcome::Rescued && failure.damage == Damage::Crowded) {
            losses.push(Loss { place: failure.place, damage: failure.damage, outcome });
        }
    }
    worker.finish();
    losses.sort_by_key(|loss| loss.place);
    losses
}

fn failed(set: usize, node: u32, damage: Damage) -> Failure {
    Failure { place: FailedPlace::Packed { set, node }, damage }
}

/// Reads one object from wherever it can be read, hands it over, and puts what builds on it to work.
fn again<S: Sink>(
    job: &Job<'_, S>,
    reader: &mut Reader<'_>,
    worker: &mut Worker<'_, S>,
    failure: Failure,
    open: &mut Vec<Failure>,
) -> Outcome {
    let (set, node) = match failure.place {
        FailedPlace::Packed { set, node } => (set, node),
        // A loose object is read only if no pack has it: another directory may have it, too.
        FailedPlace::Loose { at } => {
            let id = job.loose[at].id;
            let Ok((kind, bytes)) = reader.object(&id, None) else { return Outcome::Lost };
            worker.hand_over(&id, kind, bytes.bytes());
            return Outcome::Rescued;
        }
    };
    let forest = &job.sets[set].forest;
    let id = job.sets[set].pack.index.id(forest.slot(node));
    let elsewhere = match failure.damage {
        Damage::Crowded | Damage::TooLarge => Err(failure.damage),
        _ => reader.object(id, Some(set)),
    };
    let read = elsewhere.or_else(|_| match failure.damage {
        Damage::Crowded | Damage::Checksum | Damage::Base => reader.entry(set, forest.range(node).0),
        damage => Err(damage),
    });
    let outcome = match read {
        Ok((kind, bytes)) => {
            let sound =
                if failure.damage == Damage::Crowded { Some(kind) } else { kind_named(id, kind, bytes.bytes()) };
            if let Some(kind) = sound {
                worker.made_whole(set, node, kind, bytes.settle(reader.budget));
                worker.drain();
                return Outcome::Rescued;
            }
            worker.hand_over(id, kind, bytes.bytes());
            Outcome::Altered
        }
        Err(_) => Outcome::Lost,
    };
    // What builds on it must be looked at one by one: with a wrong base, a sound delta makes a wrong object.
    let (next, end) = forest.children(node);
    open.extend((next..end).map(|place| failed(set, forest.child(place), Damage::Base)));
    outcome
}

/// Reads single objects, slowly, without giving up at the first damaged copy.
pub(super) struct Reader<'a> {
    sets: &'a [Set],
    directories: &'a [Arc<Path>],
    budget: &'a Budget,
    inflater: Inflater,
    pool: Pool,
    patience: usize,
}

impl<'a> Reader<'a> {
    /// Makes a reader of all packs in `sets` and of the loose objects in `directories`.
    pub(super) fn new(sets: &'a [Set], directories: &'a [Arc<Path>], budget: &'a Budget) -> Self {
        Self { sets, directories, budget, inflater: Inflater::new(), pool: Pool::default(), patience: PATIENCE }
    }

    /// Reads the object `id` from the first sound copy that is not in the pack of the set `except`.
    pub(super) fn object(&mut self, id: &gix::oid, except: Option<usize>) -> Result<(ObjectKind, Buffer), Damage> {
        self.patience = PATIENCE;
        self.copy(id, except)
    }

    fn copy(&mut self, id: &gix::oid, except: Option<usize>) -> Result<(ObjectKind, Buffer), Damage> {
        self.patience = self.patience.checked_sub(1).ok_or(Damage::Base)?;
        for set in (0..self.sets.len()).filter(|set| Some(*set) != except) {
            let index = &self.sets[set].pack.index;
            if let Some(offset) = index.find(id).map(|slot| index.offset(slot))
                && let Ok((kind, bytes)) = self.entry(set, offset)
            {
                if is_named(id, kind, bytes.bytes()) {
                    return Ok((kind, bytes));
                }
                self.pool.give(bytes, self.budget);
            }
        }
        for directory in self.directories {
            let path = loose::path(directory, id.to_owned());
            if let Ok((kind, whole, start)) = loose::read(&path, &mut self.inflater, &mut self.pool, self.budget) {
                let mut content = self.pool.take(whole.bytes().len() - start, self.budget)?;
                let len = content.bytes().len();
                content.room()[..len].copy_from_slice(&whole.bytes()[start..]);
                self.pool.give(whole, self.budget);
                if is_named(id, kind, content.bytes()) {
                    return Ok((kind, content));
                }
            }
        }
        Err(Damage::Base)
    }

    /// Reads the entry at `offset` of a set's pack; bases that are damaged there are looked for elsewhere.
    pub(super) fn entry(&mut self, set: usize, offset: u64) -> Result<(ObjectKind, Buffer), Damage> {
        let pack = &self.sets[set].pack;
        let mut chain = Vec::new();
        let mut at = offset;
        let (kind, mut bytes) = loop {
            let found = pack.entry(at).and_then(|entry| match entry.base {
                Base::Whole(kind) => Ok(Some((kind, self.expand(set, entry.data, entry.size)?))),
                Base::Offset(base) => {
                    chain.push((at, entry));
                    at = base;
                    Ok(None)
                }
                Base::Named(id) => {
                    chain.push((at, entry));
                    self.copy(&id, None).map(Some)
                }
            });
            match found {
                Ok(Some(base)) => break base,
                Ok(None) => {}
                Err(damage) if at == offset => return Err(damage),
                Err(_) => {
                    // Its own delta is of no use if its base cannot be had.
                    chain.pop_if(|(last, _)| *last == at);
                    break self.elsewhere(set, at)?;
                }
            }
        };
        while let Some((at, entry)) = chain.pop() {
            let made = self.expand(set, entry.data, entry.size).and_then(|instructions| {
                let made = patch::build(bytes.bytes(), instructions.bytes(), &mut self.pool, self.budget, &mut ());
                self.pool.give(instructions, self.budget);
                made
            });
            let next = match made {
                Err(_) if !chain.is_empty() => self.elsewhere(set, at)?.1,
                made => made?,
            };
            self.pool.give(std::mem::replace(&mut bytes, next), self.budget);
        }
        Ok((kind, bytes))
    }

    /// Reads another copy of the object at `offset` of a set's pack.
    fn elsewhere(&mut self, set: usize, offset: u64) -> Result<(ObjectKind, Buffer), Damage> {
        let Set { pack, forest } = &self.sets[set];
        let node = forest.node_at(offset).ok_or(Damage::Base)?;
        self.copy(pack.index.id(forest.slot(node)), Some(set))
    }

    fn expand(&mut self, set: usize, data: usize, size: u64) -> Result<Buffer, Damage> {
        let pack = &self.sets[set].pack;
        let size = usize::try_from(size).map_err(|_| Damage::TooLarge)?;
        let mut buffer = self.pool.take(size, self.budget)?;
        match self.inflater.whole(&pack.all()[data..], buffer.room(), size) {
            Ok(()) => Ok(buffer),
            Err(damage) => {
                self.pool.give(buffer, self.budget);
                Err(damage)
            }
        }
    }
}
