//! What takes the objects of a repository while they are read.

use gix::oid;

use super::tree::Outline;
use crate::input::{Memory, Version};
use crate::source::ObjectKind;

/// One object, while its content is at hand.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    /// Its name.
    pub(super) id: &'a oid,
    /// What it is.
    pub(super) kind: ObjectKind,
    /// Its content.
    pub(super) bytes: &'a [u8],
    /// For a tree: where its entries are.
    pub(super) tree: Option<&'a Outline>,
    /// For a tree that was made from another of the same pack: the name of that one.
    pub(super) base: Option<&'a oid>,
    /// How it was made from one that the sink remembers.
    pub(super) version: Version<'a>,
}

/// Takes the objects. Called from several threads at once, each with a state of its own.
pub(super) trait Sink: Sync {
    /// What a thread keeps for itself.
    type Local: Default;
    /// Looks at one object; returns what it wants to be given back with those that are made from this one.
    fn object(&self, local: &mut Self::Local, object: Object<'_>) -> Memory;
    /// Is called now and then, and when a thread has finished, to bring `local` to everybody's notice.
    fn flush(&self, local: &mut Self::Local);
    /// Takes back what a thread kept, when it has finished.
    fn finish(&self, local: Self::Local);
    /// Tells whether to stop early.
    fn interrupted(&self) -> bool;
}
