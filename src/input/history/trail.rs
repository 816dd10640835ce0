//! Notes commits and trees while objects are read, for those that were found worth asking about until then.
//!
//! Blobs are read first. What of them must be attributed is known when trees and commits are read, so that these need
//! not be read again.

use std::sync::{Mutex, OnceLock, PoisonError};

use gix::ObjectId;

use super::attribution::{Chunk, Collector, Noted};
use super::sink::{Object, Sink};
use super::tree::Outline;
use super::{Contents, Losses, Tally};
use crate::input::Memory;
use crate::source::ObjectKind;

/// How many bytes of loose commits and trees each thread keeps until blobs were read.
const LOOSE: usize = 16 << 20;

/// What was noted on the way, for [`Provenance::follow`](super::Provenance::follow).
#[derive(Default)]
pub struct Trail(pub(super) Option<Noted>);

/// Shows objects to a visitor and notes how they hang together.
pub(super) struct Noting<'a> {
    contents: Contents<'a>,
    /// What notes, or `None` if nothing is to be noted, as soon as that is known.
    collector: OnceLock<Option<Collector>>,
    /// Loose commits, trees and tags, which were read with the blobs; `None` when they are too many.
    kept: Mutex<Option<Vec<Kept>>>,
}

/// A loose object that is no blob.
struct Kept {
    id: ObjectId,
    kind: ObjectKind,
    bytes: Vec<u8>,
}

/// What one thread has not yet told.
#[derive(Default)]
pub(super) struct Local {
    tally: Tally,
    chunk: Chunk,
    kept: Vec<Kept>,
    kept_bytes: usize,
}

impl<'a> Noting<'a> {
    /// Notes nothing at first, and never anything if it is `off`.
    pub(super) fn new(contents: Contents<'a>, off: bool) -> Self {
        let collector = if off { OnceLock::from(None) } else { OnceLock::new() };
        Self { contents, collector, kept: Mutex::new(Some(Vec::new())) }
    }

    /// Begins to note what leads to the objects that the visitor wants to know about by now, if it wants any.
    pub(super) fn begin(&self, hash_len: usize) {
        // Nobody else sets it, but when nothing is noted at all.
        self.collector.get_or_init(|| self.collector(hash_len));
    }

    /// Makes what notes from now on, with what was kept.
    fn collector(&self, hash_len: usize) -> Option<Collector> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        let wanted = self.contents.visitor.wanted();
        let kept = kept.filter(|_| !wanted.is_empty())?;
        let collector = Collector::new(wanted);
        let (mut chunk, mut outline) = (Chunk::default(), Outline::default());
        for Kept { id, kind, bytes } in &kept {
            if *kind == ObjectKind::Tree {
                outline.read(bytes, hash_len);
            }
            let tree = (*kind == ObjectKind::Tree).then_some(&outline);
            collector
                .object(&mut chunk, Object { id, kind: *kind, bytes, tree, base: None, version: Default::default() });
        }
        collector.finish(chunk);
        Some(collector)
    }

    /// Returns what was noted.
    pub(super) fn end(self, losses: Losses) -> Trail {
        Trail(self.collector.into_inner().flatten().map(|collector| collector.noted(losses)))
    }

    fn keep(&self, local: &mut Local, object: &Object<'_>) {
        local.kept_bytes += object.bytes.len();
        if local.kept_bytes <= LOOSE {
            local.kept.push(Kept { id: object.id.to_owned(), kind: object.kind, bytes: object.bytes.to_vec() });
        }
    }
}

impl Sink for Noting<'_> {
    type Local = Local;

    fn object(&self, local: &mut Local, object: Object<'_>) -> Memory {
        if object.kind != ObjectKind::Blob {
            match self.collector.get() {
                Some(Some(collector)) => {
                    collector.object(&mut local.chunk, object);
                }
                Some(None) => {}
                None => self.keep(local, &object),
            }
        }
        self.contents.object(&mut local.tally, object)
    }

    fn flush(&self, local: &mut Local) {
        self.contents.flush(&mut local.tally);
    }

    fn finish(&self, mut local: Local) {
        self.contents.finish(local.tally);
        if let Some(collector) = self.collector.get() {
            collector.iter().for_each(|collector| collector.finish(std::mem::take(&mut local.chunk)));
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if local.kept_bytes > LOOSE {
            *kept = None;
        } else if let Some(kept) = &mut *kept {
            kept.extend(local.kept);
        }
    }

    fn interrupted(&self) -> bool {
        self.contents.interrupted()
    }
}
