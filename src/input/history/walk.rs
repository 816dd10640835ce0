//! Expands every wanted object once, on several threads: each delta family depth first, from its root.
//!
//! A family is split when another thread has nothing to do. The content of an object lives while those that
//! build on it are being made, and goes before the last (and largest) of its branches is entered.

use gix::oid;

use super::buffer::{Budget, Buffer, Pool};
use super::damage::{Damage, FailedPlace, Failure};
use super::forest::Forest;
use super::inflate::Inflater;
use super::loose;
use super::pack::Base;
use super::patch;
use super::set::{self, Set};
use super::share::{Share, Unit};
use super::sink::{Object, Sink};
use super::stores::Loose;
use super::tree::Outline;
use crate::input::{Copied, Memory, Version};
use crate::source::ObjectKind;

/// After how many objects a thread tells what it found.
const FLUSH: usize = 256;
/// After how many such times it gives back the memory of packs, of which small objects touch far more than they take.
const RELEASE: usize = 1536;

/// The content of an object and those of its children that are still to be made.
pub(super) struct Frame {
    set: usize,
    /// The object, unless it is not in the pack.
    node: Option<u32>,
    kind: ObjectKind,
    bytes: Buffer,
    /// For a tree: where its entries begin.
    starts: Vec<u32>,
    /// What the sink remembers of it.
    memory: Memory,
    next: u32,
    end: u32,
}

/// What all threads share.
pub(super) struct Job<'a, S> {
    pub(super) sets: &'a [Set],
    pub(super) loose: &'a [Loose],
    pub(super) sink: &'a S,
    pub(super) budget: &'a Budget,
    pub(super) share: Share,
}

/// Hands over every wanted object that can be read, and returns the others, in no order.
pub(super) fn walk<S: Sink>(job: &Job<'_, S>, threads: usize) -> Vec<Failure> {
    std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(|| Worker::new(job).work())).collect();
        let mut failures = Worker::new(job).work();
        for helper in helpers {
            match helper.join() {
                Ok(more) => failures.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        failures
    })
}

/// One thread's state.
pub(super) struct Worker<'a, S: Sink> {
    job: &'a Job<'a, S>,
    local: S::Local,
    inflater: Inflater,
    pool: Pool,
    stack: Vec<Frame>,
    /// The memory of outlines that nobody needs.
    spare: Vec<Vec<u32>>,
    copied: Vec<Copied>,
    /// That of the last tree that was made.
    outline: Outline,
    failures: Vec<Failure>,
    since_flush: usize,
    /// How often what was found was flushed.
    flushes: usize,
}

impl<'a, S: Sink> Worker<'a, S> {
    /// Makes a worker with empty hands.
    pub(super) fn new(job: &'a Job<'a, S>) -> Self {
        Self {
            job,
            local: S::Local::default(),
            inflater: Inflater::new(),
            pool: Pool::default(),
            stack: Vec::new(),
            spare: Vec::new(),
            copied: Vec::new(),
            outline: Outline::default(),
            failures: Vec::new(),
            since_flush: 0,
            flushes: 0,
        }
    }

    /// Works until nothing is left anywhere.
    fn work(mut self) -> Vec<Failure> {
        let _leave = self.job.share.enter();
        while !self.job.share.stopped() {
            if let Some(unit) = self.job.share.unit() {
                self.unit(unit);
            } else if let Some(frame) = self.job.share.wait() {
                self.stack.push(frame);
                self.drain();
            } else {
                break;
            }
        }
        self.finish()
    }

    /// Ends the worker and returns what it could not read.
    pub(super) fn finish(mut self) -> Vec<Failure> {
        self.job.sink.flush(&mut self.local);
        self.job.sink.finish(self.local);
        self.failures
    }

    fn unit(&mut self, unit: &Unit) {
        match unit {
            Unit::Roots { set, part, range } => {
                let families = &self.job.sets[*set];
                let roots = &families.forest.roots(*part)[range.clone()];
                for (at, &root) in roots.iter().enumerate() {
                    if let Some(&behind) = roots.get(at + 2) {
                        families.forest.prefetch(behind);
                    }
                    if let Some(&next) = roots.get(at + 1) {
                        families.prefetch(next);
                    }
                    match self.root(*set, root) {
                        Ok(()) => self.drain(),
                        Err(damage) => self.fail(FailedPlace::Packed { set: *set, node: root }, damage),
                    }
                }
            }
            Unit::Loose(range) => {
                for at in range.clone() {
                    if let Err(damage) = self.loose(&self.job.loose[at]) {
                        self.fail(FailedPlace::Loose { at }, damage);
                    }
                }
            }
        }
        self.pulse();
    }

    fn loose(&mut self, object: &Loose) -> Result<(), Damage> {
        let path = loose::path(&object.objects, object.id);
        let (kind, buffer, start) = loose::read(&path, &mut self.inflater, &mut self.pool, self.job.budget)?;
        // A file has no checksum but its name.
        if !patch::is_named(&object.id, kind, &buffer.bytes()[start..]) {
            self.pool.give(buffer, self.job.budget);
            return Err(Damage::Checksum);
        }
        self.hand_over(&object.id, kind, &buffer.bytes()[start..]);
        self.pool.give(buffer, self.job.budget);
        Ok(())
    }

    fn root(&mut self, set: usize, node: u32) -> Result<(), Damage> {
        let Set { pack, forest } = &self.job.sets[set];
        let entry = pack.entry(forest.range(node).0)?;
        pack.check(forest.slot(node), forest.range(node))?;
        let Base::Whole(kind) = entry.base else { return Err(Damage::Base) };
        let size = usize::try_from(entry.size).map_err(|_| Damage::TooLarge)?;
        let mut buffer = self.pool.take(size, self.job.budget)?;
        if let Err(damage) = self.inflater.whole(&pack.all()[entry.data..], buffer.room(), size) {
            self.pool.give(buffer, self.job.budget);
            return Err(damage);
        }
        let buffer = self.checked(set, node, kind, buffer)?;
        self.made_whole(set, node, kind, buffer);
        Ok(())
    }

    /// Makes everything below the frames of the stack.
    pub(super) fn drain(&mut self) {
        while let Some(frame) = self.stack.last_mut() {
            if frame.next == frame.end {
                self.drop_top();
                continue;
            }
            let (set, base, kind, memory) = (frame.set, frame.node, frame.kind, frame.memory.clone());
            let node = self.job.sets[set].forest.child(frame.next);
            frame.next += 1;
            let is_last = frame.next == frame.end;
            let made = self.child(set, node);
            if is_last {
                self.drop_top();
            }
            match made.and_then(|buffer| self.checked(set, node, kind, buffer)) {
                Ok(buffer) => self.made(set, node, kind, buffer, base, memory),
                Err(damage) => self.fail(FailedPlace::Packed { set, node }, damage),
            }
            self.since_flush += 1;
            if self.since_flush >= FLUSH {
                self.pulse();
            }
            if self.job.share.is_someone_idle() {
                self.share();
            }
        }
    }

    /// Makes the content of `node`, which builds on the top of the stack.
    fn child(&mut self, set: usize, node: u32) -> Result<Buffer, Damage> {
        let Set { pack, forest } = &self.job.sets[set];
        let entry = pack.entry(forest.range(node).0)?;
        pack.check(forest.slot(node), forest.range(node))?;
        let next = self.next_place(forest, node).map(|place| forest.child(place));
        if let Some(next) = next {
            forest.prefetch(next);
        }
        let base = self.stack.last().ok_or(Damage::Base)?;
        let size = usize::try_from(entry.size).map_err(|_| Damage::TooLarge)?;
        let budget = self.job.budget;
        let mut instructions = self.pool.take(size, budget)?;
        let expanded = self.inflater.whole(&pack.all()[entry.data..], instructions.room(), size);
        let (is_tree, is_remembered) = (base.kind == ObjectKind::Tree, base.memory.is_some());
        self.copied.clear();
        let made = expanded.and_then(|()| {
            let (base, delta) = (base.bytes.bytes(), instructions.bytes());
            if is_tree || is_remembered {
                patch::build(base, delta, &mut self.pool, budget, &mut self.copied)
            } else {
                patch::build(base, delta, &mut self.pool, budget, &mut ())
            }
        });
        if let Ok(tree) = &made
            && is_tree
        {
            let base = (base.bytes.bytes(), base.starts.as_slice());
            self.outline.derive(tree.bytes(), pack.hash_len(), base, &self.copied);
        }
        self.pool.give(instructions, budget);
        if let Some(next) = next {
            forest.prefetch_children(next);
            self.job.sets[set].prefetch(next);
        }
        made
    }

    /// Returns the place of the node that is made after `node`, in the list of all children.
    fn next_place(&self, forest: &Forest, node: u32) -> Option<u32> {
        let (first, end) = forest.children(node);
        let later = || self.stack.iter().rev().find(|frame| frame.next < frame.end).map(|frame| frame.next);
        (first < end).then_some(first).or_else(later)
    }

    /// Where the index has no checksum, compares the content with the object's name.
    fn checked(&mut self, set: usize, node: u32, kind: ObjectKind, bytes: Buffer) -> Result<Buffer, Damage> {
        let Set { pack, forest } = &self.job.sets[set];
        let slot = forest.slot(node);
        if pack.index.has_checksums() || patch::is_named(pack.index.id(slot), kind, bytes.bytes()) {
            return Ok(bytes);
        }
        self.pool.give(bytes, self.job.budget);
        Err(Damage::Checksum)
    }

    /// Hands over an object that was not made from another, and keeps it if others build on it.
    pub(super) fn made_whole(&mut self, set: usize, node: u32, kind: ObjectKind, bytes: Buffer) {
        if kind == ObjectKind::Tree {
            self.outline.read(bytes.bytes(), self.job.sets[set].pack.hash_len());
        }
        self.made(set, node, kind, bytes, None, None);
    }

    /// Hands an object over and keeps it if others build on it. The outline of a tree must have been found; `base` is
    /// the object that this one was made from, and `memory` what the sink remembers of it.
    fn made(&mut self, set: usize, node: u32, kind: ObjectKind, bytes: Buffer, base: Option<u32>, memory: Memory) {
        let Set { pack, forest } = &self.job.sets[set];
        let is_tree = kind == ObjectKind::Tree;
        let (next, end) = forest.children(node);
        let mut own = None;
        if forest.is_wanted(node) {
            let id = pack.index.id(forest.slot(node));
            let version = Version { base: memory.as_deref(), copies: &self.copied, is_base: next < end };
            let tree = is_tree.then_some(&self.outline);
            let base = base.filter(|_| is_tree).map(|base| pack.index.id(forest.slot(base)));
            let object = Object { id, kind, bytes: bytes.bytes(), tree, base, version };
            own = self.job.sink.object(&mut self.local, object);
        }
        if next < end {
            self.keep(Frame { set, node: Some(node), kind, bytes, starts: Vec::new(), memory: own, next, end });
        } else {
            self.pool.give(bytes, self.job.budget);
        }
    }

    /// Keeps the last object that was made, for its children.
    fn keep(&mut self, mut frame: Frame) {
        if frame.kind == ObjectKind::Tree {
            frame.starts = self.outline.exchange(self.spare.pop().unwrap_or_default());
        }
        self.stack.push(frame);
    }

    /// Makes the child at `place` of an object that is not in the pack, and everything below.
    pub(super) fn build_on(&mut self, set: usize, kind: ObjectKind, bytes: Buffer, place: u32) {
        if kind == ObjectKind::Tree {
            self.outline.read(bytes.bytes(), self.job.sets[set].pack.hash_len());
        }
        let (next, end) = (place, place + 1);
        self.keep(Frame { set, node: None, kind, bytes, starts: Vec::new(), memory: None, next, end });
        self.drain();
    }

    /// Hands over an object on which nothing builds.
    pub(super) fn hand_over(&mut self, id: &oid, kind: ObjectKind, bytes: &[u8]) {
        let is_tree = kind == ObjectKind::Tree;
        if is_tree {
            self.outline.read(bytes, id.as_bytes().len());
        }
        let tree = is_tree.then_some(&self.outline);
        let object = Object { id, kind, bytes, tree, base: None, version: Version::default() };
        self.job.sink.object(&mut self.local, object);
    }

    /// Takes the failures that have come together.
    pub(super) fn take_failures(&mut self) -> Vec<Failure> {
        std::mem::take(&mut self.failures)
    }

    fn drop_top(&mut self) {
        if let Some(frame) = self.stack.pop() {
            self.pool.give(frame.bytes, self.job.budget);
            if frame.kind == ObjectKind::Tree {
                self.spare.push(frame.starts);
            }
        }
    }

    fn fail(&mut self, place: FailedPlace, damage: Damage) {
        self.failures.push(Failure { place, damage });
    }

    fn pulse(&mut self) {
        self.since_flush = 0;
        self.flushes += 1;
        if self.flushes.is_multiple_of(RELEASE) {
            set::release(self.job.sets);
        }
        self.job.sink.flush(&mut self.local);
        if self.job.sink.interrupted() {
            self.job.share.stop();
        }
        if self.job.share.stopped() {
            self.stack.clear();
        }
    }

    /// Gives work to a thread that has none: the frame nearest to the root, or half of it.
    fn share(&mut self) {
        let Some(at) = self.stack.iter().position(|frame| frame.next < frame.end) else { return };
        if at + 1 < self.stack.len() {
            if self.job.share.is_welcome() {
                let frame = self.stack.remove(at);
                self.job.share.give(frame);
            }
            return;
        }
        let frame = &mut self.stack[at];
        let middle = frame.next + (frame.end - frame.next).div_ceil(2);
        if middle == frame.end || !self.job.share.is_welcome() {
            return;
        }
        let Ok(mut bytes) = self.pool.take(frame.bytes.bytes().len(), self.job.budget) else { return };
        let len = frame.bytes.bytes().len();
        bytes.room()[..len].copy_from_slice(frame.bytes.bytes());
        let starts = frame.starts.clone();
        let memory = frame.memory.clone();
        let Frame { set, node, kind, end, .. } = *frame;
        let gift = Frame { set, node, kind, bytes, starts, memory, next: middle, end };
        frame.end = middle;
        self.job.share.give(gift);
    }
}
