//! Items of a text by their starts, to find those of many short spans: a version of a text may be made of thousands of copies.

use crate::source::Span;

/// How many bytes share a place in the table.
const BLOCK: usize = 256;

/// Something with a place in a text.
pub(super) trait Placed {
    /// Returns the offset of its first byte.
    fn start(&self) -> usize;
}

/// Items in the order of their starts, and a table that leads to those of a span.
#[derive(Debug)]
pub(super) struct Ascending<T> {
    items: Vec<T>,
    /// For each block of the text up to the last item the first item that starts in it or behind it.
    first: Vec<u32>,
}

impl<T: Placed> Ascending<T> {
    /// Takes items, fewer than four billion, in the order of their starts.
    pub(super) fn new(items: Vec<T>) -> Self {
        let mut first = Vec::with_capacity(items.last().map_or(0, |last| last.start() / BLOCK + 1));
        for (index, item) in items.iter().enumerate() {
            let blocks = item.start() / BLOCK + 1;
            if first.len() < blocks {
                first.resize(blocks, index as u32);
            }
        }
        Self { items, first }
    }

    /// Tells whether there are none.
    pub(super) const fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns the items that start in a span.
    #[inline]
    pub(super) fn in_span(&self, span: Span) -> &[T] {
        let Some(&first) = self.first.get(span.start / BLOCK) else { return &[] };
        let ahead = &self.items[first as usize..];
        let before = ahead.iter().take_while(|item| item.start() < span.start).count();
        let inside = ahead[before..].iter().take_while(|item| item.start() < span.end).count();
        &ahead[before..before + inside]
    }
}

/// Merges the items from `middle` on with those before, of which there may be many more; both ascend. Drops what is there twice.
pub(super) fn merge<T: Placed + Copy + PartialEq>(items: &mut Vec<T>, middle: usize) {
    let mut later = items.split_off(middle);
    later.retain(|item| {
        let first = items.partition_point(|other| other.start() < item.start());
        !items[first..].iter().take_while(|other| other.start() == item.start()).any(|other| other == item)
    });
    let mut before = items.len();
    items.extend_from_slice(&later);
    // From the end on, so that nothing moves that lies before all of the later ones.
    let mut place = items.len();
    while let Some(&item) = later.last() {
        place -= 1;
        if before > 0 && items[before - 1].start() > item.start() {
            before -= 1;
            items[place] = items[before];
        } else {
            items[place] = item;
            later.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl Placed for usize {
        fn start(&self) -> usize {
            *self
        }
    }

    proptest! {
        #[test]
        fn what_is_merged_is_what_a_set_holds(
            early in proptest::collection::btree_set(0usize..60, 0..40), later in proptest::collection::btree_set(0usize..60, 0..9),
        ) {
            let expected: Vec<usize> = early.union(&later).copied().collect();
            let mut items: Vec<usize> = early.iter().copied().chain(later).collect();
            merge(&mut items, early.len());
            prop_assert_eq!(items, expected);
        }

        #[test]
        fn the_items_of_a_span_are_those_that_start_in_it(
            starts in proptest::collection::btree_set(0usize..2000, 0..40), start in 0usize..2200, length in 0usize..600,
        ) {
            let items: Vec<usize> = starts.into_iter().collect();
            let span = Span::new(start, start + length);
            let expected: Vec<usize> = items.iter().copied().filter(|item| span.range().contains(item)).collect();
            let items = Ascending::new(items);
            prop_assert_eq!(items.in_span(span), expected);
        }
    }
}
