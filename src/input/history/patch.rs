//! Builds an object from its base and a delta.

use super::buffer::{Budget, Buffer, Pool};
use super::damage::Damage;
use super::delta::{self, Trace};
use crate::input::Copied;
use crate::source::ObjectKind;

/// Applies a whole delta to `base`.
pub(super) fn build(
    base: &[u8],
    delta: &[u8],
    pool: &mut Pool,
    budget: &Budget,
    trace: &mut impl Trace,
) -> Result<Buffer, Damage> {
    let sizes = delta::sizes(delta)?;
    if sizes.base != base.len() as u64 {
        return Err(Damage::Delta);
    }
    let mut buffer = pool.take(usize::try_from(sizes.result).map_err(|_| Damage::TooLarge)?, budget)?;
    let len = buffer.bytes().len();
    match delta::apply(base, &delta[sizes.start..], &mut buffer.room()[..len], trace) {
        Ok(()) => Ok(buffer),
        Err(damage) => {
            pool.give(buffer, budget);
            Err(damage)
        }
    }
}

/// Collects the parts that are copied; the others are what lies between.
impl Trace for Vec<Copied> {
    #[inline]
    fn copied(&mut self, from: usize, to: usize, len: usize) {
        match self.last_mut() {
            Some(last) if last.from + last.len == from && last.to + last.len == to => last.len += len,
            _ => self.push(Copied { from, to, len }),
        }
    }

    #[inline]
    fn inserted(&mut self, _: usize, _: usize) {}
}

/// Tells whether `id` is the name of these bytes.
pub(super) fn is_named(id: &gix::oid, kind: ObjectKind, bytes: &[u8]) -> bool {
    let kind = match kind {
        ObjectKind::Blob => gix::objs::Kind::Blob,
        ObjectKind::Tree => gix::objs::Kind::Tree,
        ObjectKind::Commit => gix::objs::Kind::Commit,
        ObjectKind::Tag => gix::objs::Kind::Tag,
    };
    gix::objs::compute_hash(id.kind(), kind, bytes).is_ok_and(|found| *found == *id)
}

/// Returns the kind that these bytes must have to be the object `id`, trying `likely` first.
pub(super) fn kind_named(id: &gix::oid, likely: ObjectKind, bytes: &[u8]) -> Option<ObjectKind> {
    [likely, ObjectKind::Blob, ObjectKind::Tree, ObjectKind::Commit, ObjectKind::Tag]
        .into_iter()
        .find(|&kind| is_named(id, kind, bytes))
}
