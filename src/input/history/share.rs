//! Divides the work among threads: units in order, then branches of families that others give away.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::forest::Part;
use super::walk::Frame;

/// A piece of work that is known beforehand.
pub(super) enum Unit {
    /// Some roots of a set's forest.
    Roots {
        /// Which set.
        set: usize,
        /// Which of its forest's lists of roots.
        part: Part,
        /// Places in that list.
        range: Range<usize>,
    },
    /// Places in the list of loose objects.
    Loose(Range<usize>),
}

/// The units, and the threads that wait for more.
pub(super) struct Share {
    units: Vec<Unit>,
    next: AtomicUsize,
    idle: AtomicUsize,
    stop: AtomicBool,
    gifts: Mutex<Gifts>,
    news: Condvar,
}

#[derive(Default)]
struct Gifts {
    frames: Vec<Frame>,
    working: usize,
}

impl Share {
    /// Makes a share for exactly `threads` threads, each of which must [`enter`](Share::enter) it.
    pub(super) fn new(units: Vec<Unit>, threads: usize) -> Self {
        Self {
            units,
            next: AtomicUsize::new(0),
            idle: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            gifts: Mutex::new(Gifts { frames: Vec::new(), working: threads }),
            news: Condvar::new(),
        }
    }

    /// Returns a guard to be held while a thread works: if the thread panics, the others stop.
    pub(super) fn enter(&self) -> impl Drop + '_ {
        struct Leave<'a>(&'a Share);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                if std::thread::panicking() {
                    self.0.stop();
                }
            }
        }
        Leave(self)
    }

    /// Returns the next unit nobody has begun.
    pub(super) fn unit(&self) -> Option<&Unit> {
        self.units.get(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Tells every thread to come to an end.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        let _gifts = self.lock();
        self.news.notify_all();
    }

    /// Tells whether the threads were told to come to an end.
    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Tells whether a thread has nothing to do. Cheap.
    #[inline]
    pub(super) fn is_someone_idle(&self) -> bool {
        self.idle.load(Ordering::Relaxed) > 0
    }

    /// Tells whether a gift would find a taker.
    pub(super) fn is_welcome(&self) -> bool {
        self.lock().frames.len() < self.idle.load(Ordering::Relaxed)
    }

    /// Gives a frame to whoever waits.
    pub(super) fn give(&self, frame: Frame) {
        self.lock().frames.push(frame);
        self.news.notify_one();
    }

    /// Waits for a gift; `None` when all threads wait or were told to stop.
    pub(super) fn wait(&self) -> Option<Frame> {
        let mut gifts = self.lock();
        gifts.working -= 1;
        self.idle.fetch_add(1, Ordering::Relaxed);
        loop {
            if self.stopped() {
                return None;
            }
            if let Some(frame) = gifts.frames.pop() {
                gifts.working += 1;
                self.idle.fetch_sub(1, Ordering::Relaxed);
                return Some(frame);
            }
            if gifts.working == 0 {
                // Nobody waits any more: what is given from now on would be lost.
                self.idle.store(0, Ordering::Relaxed);
                self.news.notify_all();
                return None;
            }
            gifts = self.news.wait(gifts).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Gifts> {
        self.gifts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
