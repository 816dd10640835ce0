//! Finds the rows of a page: cells of tables and indexes, as the format of SQLite's files lays them out.

use std::ops::Range;

/// A column that holds text or bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// Where it starts in its row.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// A row, or as much of it as its page has.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// All of the page that the cell takes up.
    pub(super) whole: Range<usize>,
    /// Where the row's first bytes lie.
    pub(super) local: Range<usize>,
    /// How many bytes the row has, with those in other pages.
    pub(super) len: usize,
    /// The number of the page where the row goes on.
    pub(super) next: Option<u32>,
    /// What the row holds that is text or bytes, in order.
    pub(super) columns: Vec<Column>,
}

/// What kinds of pages hold rows, by their first byte: those of tables, and of indexes at the ends and inside of their trees.
pub(super) const TABLE: u8 = 0x0d;
pub(super) const INDEX: u8 = 0x0a;
pub(super) const INSIDE: u8 = 0x02;
/// What the pages inside of a table's tree are, which hold no rows.
pub(super) const BRANCH: u8 = 0x05;
/// The most bytes that say what kind the columns of a row are: nine for each of as many as a table may have.
const MOST_HEAD: usize = 9 * 32_768;

/// What is known of a row beyond its own page.
pub(super) struct More<'a> {
    /// Reads bytes of a row from the page with a number on, as many as are asked for.
    pub(super) read: &'a mut dyn FnMut(u32, usize) -> Option<Vec<u8>>,
    /// Whether that page may be another one than the row's, as in a log: then all of the row is one column.
    pub(super) may_fail: bool,
}

/// Returns the cells of a page, ascending and apart, or `None` if it is of another kind. `start` is where the page begins
/// behind a header of the file, and `more` is asked where a row says in other pages what its columns are.
///
/// What does not look like a cell through and through is none, so that nothing is lost of a page that only seems to be one.
pub(super) fn cells(page: &[u8], start: usize, more: &mut More<'_>) -> Option<Vec<Cell>> {
    let kind = *page.get(start)?;
    let (head, child) = match kind {
        TABLE | INDEX => (8, 0),
        INSIDE => (12, 4),
        _ => return None,
    };
    let count = count(page, start)?;
    let pointers = start + head..start + head + 2 * count;
    let mut starts: Vec<usize> = page.get(pointers.clone())?.chunks_exact(2).map(|two| short_of(two).into()).collect();
    starts.sort_unstable();
    let (mut cells, mut end) = (Vec::with_capacity(count), pointers.end);
    for at in starts {
        if at >= end
            && let Some(cell) = cell(page, at, at + child, kind == TABLE, more)
        {
            end = cell.whole.end;
            cells.push(cell);
        }
    }
    Some(cells)
}

/// Returns how many cells a page with rows says it has; `start` is as in [`cells`].
pub(super) fn count(page: &[u8], start: usize) -> Option<usize> {
    short(page, start + 3).map(usize::from)
}

/// Returns whether a page leads to others of a table, and to none behind the page with the number `last`.
pub(super) fn is_branch(page: &[u8], start: usize, last: usize) -> bool {
    let leads = |at: usize| long(page, at).is_some_and(|number| number > 0 && number as usize <= last);
    let cells = |count: usize| page.get(start + 12..start + 12 + 2 * count);
    let cells = count(page, start).and_then(cells).map(|pointers| pointers.chunks_exact(2).map(short_of));
    page.get(start) == Some(&BRANCH) && leads(start + 8) && cells.is_some_and(|mut all| all.all(|at| leads(at.into())))
}

/// Returns the parts of a page that none of its cells takes up; it has `len` bytes.
pub(super) fn gaps(cells: &[Cell], len: usize) -> impl Iterator<Item = Range<usize>> {
    let starts = std::iter::once(0).chain(cells.iter().map(|cell| cell.whole.end));
    let ends = cells.iter().map(|cell| cell.whole.start).chain(std::iter::once(len));
    starts.zip(ends).map(|(start, end)| start..end).filter(|gap| !gap.is_empty())
}

/// Reads the cell that starts at `start` and says what it holds from `at` on.
fn cell(page: &[u8], start: usize, at: usize, is_table: bool, more: &mut More<'_>) -> Option<Cell> {
    let (len, mut at) = number(page, at)?;
    if is_table {
        at = number(page, at)?.1;
    }
    let len = usize::try_from(len).ok().filter(|&len| len <= i32::MAX as usize)?;
    let here = share(len, page.len(), is_table);
    let local = at..at + here;
    let row = page.get(local.clone())?;
    let next = (here < len).then(|| page.get(local.end..local.end + 4)).map(|four| four.map(long_of));
    let next = match next {
        Some(None | Some(0)) => return None,
        next => next.flatten(),
    };
    let end = local.end + if next.is_some() { 4 } else { 0 };
    let head = usize::try_from(number(row, 0)?.0).ok().filter(|&head| head <= len.min(MOST_HEAD))?;
    let columns = match next {
        Some(next) if head > row.len() => {
            let rest = (more.read)(next, head - row.len());
            let found = rest.and_then(|rest| columns(&[row, &rest].concat(), len));
            found.or_else(|| more.may_fail.then(|| vec![Column { start: 0, end: len }]))
        }
        _ => columns(row, len),
    };
    Some(Cell { whole: start..end, local, len, next, columns: columns? })
}

/// Returns how many bytes of a row stand in its own page.
const fn share(len: usize, page: usize, is_table: bool) -> usize {
    let most = if is_table { page - 35 } else { (page - 12) * 64 / 255 - 23 };
    if len <= most {
        return len;
    }
    let least = (page - 12) * 32 / 255 - 23;
    let fitting = least + (len - least) % (page - 4);
    if fitting <= most { fitting } else { least }
}

/// Returns the columns of text and bytes of a row of `len` bytes, of which `row` has the first; `None` if it is no row.
fn columns(row: &[u8], len: usize) -> Option<Vec<Column>> {
    let (head, mut at) = number(row, 0)?;
    let head = usize::try_from(head).ok().filter(|&head| head <= row.len())?;
    let (mut columns, mut start) = (Vec::new(), head);
    while at < head {
        let kind;
        (kind, at) = number(row, at)?;
        let size = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => usize::try_from((kind - 12) / 2).ok()?,
        };
        let end = start.checked_add(size).filter(|&end| end <= len)?;
        if kind >= 12 && size > 0 {
            columns.push(Column { start, end });
        }
        start = end;
    }
    (at == head && start == len).then_some(columns)
}

/// Reads a number of one to nine bytes; returns it and where it ends.
fn number(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0;
    for place in 0..8 {
        let byte = *bytes.get(at + place)?;
        value = value << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((value, at + place + 1));
        }
    }
    Some((value << 8 | u64::from(*bytes.get(at + 8)?), at + 9))
}

/// Returns the two bytes at a place as a number.
pub(super) fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).map(short_of)
}

/// Returns the four bytes at a place as a number.
pub(super) fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).map(long_of)
}

fn short_of(two: &[u8]) -> u16 {
    two.iter().fold(0, |value, &byte| value << 8 | u16::from(byte))
}

fn long_of(four: &[u8]) -> u32 {
    four.iter().fold(0, |value, &byte| value << 8 | u32::from(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_has_up_to_nine_bytes() {
        for (bytes, expected) in [
            (&[0x7f][..], Some((0x7f, 1))),
            (&[0x81, 0x00], Some((0x80, 2))),
            (&[0xff; 9], Some((u64::MAX, 9))),
            (&[0x81], None),
            (&[0xff; 8], None),
        ] {
            assert_eq!(number(bytes, 0), expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_row_is_one_only_if_its_sizes_add_up() {
        let text = |len: u8| 13 + 2 * len;
        let row = [&[4, 1, text(3), 12 + 4][..], b"\x07abcde"].concat();
        let expected = vec![Column { start: 5, end: 8 }, Column { start: 8, end: 10 }];
        assert_eq!(columns(&row, row.len()), Some(expected));
        for (row, len) in [(&row[..], 9), (&row, 11), (&[3, 10, 1, 0], 4), (&[2, 0x81, 0, 0], 4), (&[9, 1, 0], 3)] {
            assert_eq!(columns(row, len), None, "{row:?}");
        }
    }

    proptest! {
        #[test]
        fn cells_of_any_page_are_apart_and_lie_in_it(
            kind in prop_oneof![Just(TABLE), Just(INDEX), Just(INSIDE), any::<u8>()],
            mut page in proptest::collection::vec(prop_oneof![0_u8..20, any::<u8>()], 512),
        ) {
            (page[0], page[3]) = (kind, 0);
            let Some(cells) = cells(&page, 0, &mut More { read: &mut |_, _| None, may_fail: false }) else { return Ok(()) };
            let mut covered = 0;
            for cell in &cells {
                prop_assert!(covered <= cell.whole.start && cell.whole.end <= page.len());
                prop_assert!(cell.columns.iter().all(|column| column.start < column.end && column.end <= cell.len));
                covered = cell.whole.end;
            }
            let gaps: usize = gaps(&cells, page.len()).map(|gap| gap.len()).sum();
            prop_assert_eq!(gaps + cells.iter().map(|cell| cell.whole.len()).sum::<usize>(), page.len());
        }
    }
}
