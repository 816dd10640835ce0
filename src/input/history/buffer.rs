//! Reusable memory for the content of objects, bounded for one worker and for all together.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::damage::Damage;

/// Room behind the content, so that expanding never has to slow down for the last bytes.
pub(super) const SLACK: usize = 320;

/// Buffers of at least this many bytes count towards the shared budget.
const LARGE: usize = 8 << 20;

/// How many bytes of idle buffers one worker keeps.
const IDLE: usize = 12 << 20;

/// How much memory large objects may take at once, over all workers.
#[derive(Debug)]
pub(super) struct Budget {
    /// The size of the largest object that is read at all.
    pub(super) object: usize,
    total: usize,
    used: AtomicUsize,
}

impl Budget {
    /// Makes a budget for objects of at most `object` bytes and for `total` bytes of large buffers.
    pub(super) fn new(object: usize, total: usize) -> Self {
        Self { object, total, used: AtomicUsize::new(0) }
    }

    /// Makes a budget of the same limit for one object, and none for all together.
    pub(super) fn alone(&self) -> Self {
        Self::new(self.object, usize::MAX / 2)
    }

    fn charge(&self, bytes: usize) -> Result<(), Damage> {
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        // The first always fits: otherwise an object near the limit could never be read.
        if before != 0 && before + bytes > self.total {
            self.used.fetch_sub(bytes, Ordering::Relaxed);
            return Err(Damage::Crowded);
        }
        Ok(())
    }

    fn release(&self, bytes: usize) {
        if bytes > 0 {
            self.used.fetch_sub(bytes, Ordering::Relaxed);
        }
    }
}

/// The content of one object; the storage behind it is longer, initialised, and kept for the next one.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    storage: Vec<u8>,
    len: usize,
    charged: usize,
}

impl Buffer {
    /// Returns the content.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.storage[..self.len]
    }

    /// Ends the content's part in `budget`, which it was taken from.
    pub(super) fn settle(mut self, budget: &Budget) -> Self {
        budget.release(std::mem::take(&mut self.charged));
        self
    }

    /// Returns the room for the content with [`SLACK`] bytes behind it.
    pub(super) fn room(&mut self) -> &mut [u8] {
        &mut self.storage[..self.len + SLACK]
    }
}

/// The buffers of one worker.
#[derive(Debug, Default)]
pub(super) struct Pool {
    idle: Vec<Buffer>,
    held: usize,
}

impl Pool {
    /// Takes a buffer for `size` bytes of content; its bytes are those of some earlier object.
    pub(super) fn take(&mut self, size: usize, budget: &Budget) -> Result<Buffer, Damage> {
        if size > budget.object {
            return Err(Damage::TooLarge);
        }
        let needed = size + SLACK;
        let mut charged = 0;
        if needed >= LARGE {
            budget.charge(needed)?;
            charged = needed;
        }
        let mut buffer = self.idle.pop().unwrap_or_default();
        self.held -= buffer.storage.len();
        if buffer.storage.len() < needed {
            // Fresh zeroed memory comes from the system for free; growing would copy what nobody needs.
            buffer.storage = Vec::new();
            buffer.storage = vec![0; if charged > 0 { needed } else { needed.next_power_of_two() }];
        }
        buffer.len = size;
        buffer.charged = charged;
        Ok(buffer)
    }

    /// Takes a buffer back.
    pub(super) fn give(&mut self, mut buffer: Buffer, budget: &Budget) {
        budget.release(std::mem::take(&mut buffer.charged));
        if buffer.storage.len() <= LARGE && self.held + buffer.storage.len() <= IDLE {
            self.held += buffer.storage.len();
            self.idle.push(buffer);
        }
    }
}
