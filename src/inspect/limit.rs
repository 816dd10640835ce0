//! How many findings of one blob are told: a dump of a million credentials is no list that anybody reads.

use std::cmp::Reverse;

use crate::finding::{Confidence, Severity};

/// The most findings of one blob that are told one by one; of the others their number is told. All are hidden alike.
pub(super) const MOST: usize = 50_000;

/// Keeps the worst things, of these the surest, of these the first, in the order they have; returns how many go.
pub(super) fn keep<T>(things: &mut Vec<T>, room: usize, level: impl Fn(&T) -> (Severity, Confidence)) -> usize {
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
