//! How many findings of one blob are told: a dump of a million credentials is no list that anybody reads.

use std::cmp::Reverse;

use crate::finding::{Confidence, Severity};

/// The most findings of one blob that are told one by one; of the others their number is told. All are hidden alike.
pub(super) const MOST: usize = 50_000;

/// How bad a thing is, and how sure.
type Level = (Severity, Confidence);

/// Parts the room between two kinds of things, so that the worst of both together have it; among equals the first kind.
pub(super) fn share(
    first: impl ExactSizeIterator<Item = Level>,
    second: impl ExactSizeIterator<Item = Level>,
    room: usize,
) -> (usize, usize) {
    let count = (first.len(), second.len());
    if count.0 + count.1 <= room {
        return count;
    }
    let mut all: Vec<(Level, bool)> =
        first.map(|level| (level, true)).chain(second.map(|level| (level, false))).collect();
    all.sort_unstable_by_key(|&thing| Reverse(thing));
    let of_first = all[..room].iter().filter(|(_, is_first)| *is_first).count();
    (of_first, room - of_first)
}

/// Keeps the worst things, of these the surest, of these the first, in the order they have; returns how many go.
pub(super) fn keep<T>(things: &mut Vec<T>, room: usize, level: impl Fn(&T) -> Level) -> usize {
    let gone = things.len().saturating_sub(room);
    if gone > 0 {
        let mut order: Vec<usize> = (0..things.len()).collect();
        order.sort_by_key(|&at| Reverse(level(&things[at])));
        let mut is_kept = vec![false; things.len()];
        order[..room].iter().for_each(|&at| is_kept[at] = true);
        let mut is_kept = is_kept.into_iter();
        things.retain(|_| is_kept.next() == Some(true));
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_two_kinds_have_the_room() {
        let (low, high) = ((Severity::Low, Confidence::High), (Severity::High, Confidence::Low));
        let (first, second) = ([low, low, high, low], [high, low, high]);
        for (room, shares) in [(9, (4, 3)), (5, (3, 2)), (3, (1, 2)), (1, (1, 0)), (0, (0, 0))] {
            assert_eq!(share(first.into_iter(), second.into_iter(), room), shares, "{room}");
        }
    }

    #[test]
    fn the_worst_stay_in_their_order() {
        let (low, high) = ((Severity::Low, Confidence::High), (Severity::High, Confidence::Low));
        let things = [(0, low), (1, high), (2, low), (3, high), (4, high)];
        for (room, kept) in [(5, vec![0, 1, 2, 3, 4]), (4, vec![0, 1, 3, 4]), (2, vec![1, 3]), (0, vec![])] {
            let mut things = things.to_vec();
            assert_eq!(keep(&mut things, room, |thing| thing.1), 5 - room);
            assert_eq!(things.iter().map(|thing| thing.0).collect::<Vec<_>>(), kept);
        }
    }
}
