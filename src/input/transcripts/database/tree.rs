//! Finds pages that cannot be where the trees of a database lead: to each of them leads one other page or none, and never one
//! below it.

use super::page::{BRANCH, INSIDE, count, long, short};

/// Which pages lead to which, by place.
#[derive(Debug)]
pub(super) struct Tree {
    /// The page that leads to each.
    above: Vec<Option<usize>>,
    /// Whether something was led to that is not there, or that was led to before.
    is_wrong: bool,
}

impl Tree {
    pub(super) fn new(count: usize) -> Self {
        Self { above: vec![None; count], is_wrong: false }
    }

    /// Takes note of where a page leads to; `start` is where it begins behind a header of the file.
    pub(super) fn add(&mut self, place: usize, page: &[u8], start: usize) {
        if !matches!(page.get(start), Some(&(BRANCH | INSIDE))) {
            return;
        }
        let cells = count(page, start).unwrap_or_default();
        let pointers = (0..cells).map(|cell| short(page, start + 12 + 2 * cell).map(usize::from));
        for at in pointers.chain([Some(start + 8)]) {
            // The first page is the root of the first tree.
            let child = at
                .and_then(|at| long(page, at))
                .and_then(|number| (number as usize).checked_sub(1))
                .filter(|&child| child > 0);
            match child.and_then(|child| self.above.get_mut(child)) {
                Some(above @ None) => *above = Some(place),
                Some(Some(_)) | None => self.is_wrong = true,
            }
        }
    }

    /// Returns whether every page is in one tree at most.
    pub(super) fn is_sound(&self) -> bool {
        !self.is_wrong && !self.has_circle()
    }

    fn has_circle(&self) -> bool {
        // Each page gets the number of the way on which it was come by first.
        let mut ways = vec![usize::MAX; self.above.len()];
        for way in 0..self.above.len() {
            let mut next = Some(way);
            while let Some(place) = next.filter(|&place| ways[place] == usize::MAX) {
                ways[place] = way;
                next = self.above[place];
            }
            if next.is_some_and(|place| ways[place] == way) {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_in_one_tree_and_not_below_itself() {
        for (links, expected) in [
            (&[(1, 2), (1, 3), (3, 4)][..], true),
            (&[(1, 2), (3, 2)], false),
            (&[(1, 1)], false),
            (&[(1, 2), (2, 3), (3, 1)], false),
            (&[(1, 0)], false),
            (&[(1, 9)], false),
            (&[], true),
        ] {
            let mut tree = Tree::new(5);
            for (place, child) in links {
                let mut page = vec![0; 512];
                page[0] = BRANCH;
                page[11] = child + 1;
                tree.add(*place, &page, 0);
            }
            assert_eq!(tree.is_sound(), expected, "{links:?}");
        }
    }
}
