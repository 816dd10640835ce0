//! Reads databases of SQLite row by row: in the file, a text touches its neighbours and the bytes that say how long it is.
//!
//! Every byte is shown at most once. The columns of rows are texts of their own, wherever they go on in other pages; what
//! is no row, such as the unused parts of pages, pages that are free, and what is damaged, is shown as it lies there. Not
//! shown are the numbers of a row, among its columns and before them, and what leads from page to page. The pages are taken
//! as they come, not from the roots of the tables on, so that rows are found that no table has any more. In a database that
//! is sound each page has its purpose all the same; where one has none, that is told.

mod damage;
mod page;
mod pages;
mod text;
mod tree;

use std::fs::File;
use std::io;
use std::path::Path;

use bstr::BString;
use page::{Cell, More, cells, gaps, long};
use pages::Pages;
pub(super) use text::Piece;
use text::Text;
use tree::Tree;

use super::read_at;
use crate::finding::Notice;
use crate::input::{Coverage, Visitor, printable};
use crate::source::Origin;

/// What to do about a database of which something is missing.
const HELP: &str = "close the program that writes it and scan again; `PRAGMA integrity_check` in `sqlite3` tells more";

/// Shows the database at `path`, called `shown`, or the log of one; returns whether it is any. What is missing of it or damaged
/// is told, also where it is none any more; `is_due` says that it should be one.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn read(
    path: &Path,
    file: &File,
    (shown, is_due): (&BString, bool),
    coverage: &Coverage,
    visitor: &dyn Visitor,
) -> io::Result<bool> {
    let len = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    let tell = |message: String| visitor.notice(Notice::unread(printable(shown), message, HELP));
    let Some(pages) = Pages::of(path, file, len) else {
        let is_due = is_due || pages::is_called_log(path);
        damage::of_another(path, file, len, is_due).map(str::to_owned).into_iter().for_each(tell);
        return Ok(false);
    };
    let text = Text::new(file.try_clone()?, Origin::File { path: shown.clone() }, coverage, visitor);
    let none = vec![false; pages.count];
    let (tree, spare) = (Tree::new(pages.count), len.saturating_mul(2));
    let mut reader = Reader { shown: none.clone(), broken: none, pages, file, text, tree, spare, page: Vec::new() };
    let (free, is_list_sound) = reader.free()?;
    reader.read(len, &free, visitor)?;
    if !visitor.interrupted() {
        // The numbers between the texts were looked at, too.
        let rest = len.saturating_sub(reader.text.taken);
        coverage.bytes.fetch_add(rest as u64, std::sync::atomic::Ordering::Relaxed);
        let are_trees_sound = reader.tree.is_sound();
        let seen = damage::Seen { broken: &reader.broken, free: &free, is_list_sound, are_trees_sound };
        damage::of(path, &reader.pages, len, &seen).into_iter().for_each(tell);
    }
    Ok(true)
}

struct Reader<'a> {
    pages: Pages,
    file: &'a File,
    text: Text<'a>,
    /// The pages that were shown, by their place.
    shown: Vec<bool>,
    /// The pages that are not what they should be, by their place.
    broken: Vec<bool>,
    tree: Tree,
    /// How many bytes may still be read to find out what the columns of rows are, so that no file makes that endless.
    spare: usize,
    /// A page on which a row goes on.
    page: Vec<u8>,
}

impl Reader<'_> {
    fn read(&mut self, len: usize, free: &[bool], visitor: &dyn Visitor) -> io::Result<()> {
        // What is in use comes first: a row that was deleted may seem to go on in a page that has another by now. So may
        // one that a log has in an earlier state.
        let (used, unused): (Vec<usize>, Vec<usize>) = (0..self.pages.count).rev().partition(|&place| !free[place]);
        let mut page = Vec::new();
        for place in used.into_iter().chain(unused) {
            if visitor.interrupted() {
                return Ok(());
            }
            if !self.shown[place] {
                self.load(place, &mut page)?;
                if !free[place] && damage::may_be_of_tree(&self.pages, place) {
                    self.tree.add(place, &page, self.pages.start(place));
                }
                self.rows(place, &page)?;
            }
        }
        self.text.alone(false);
        for place in 0..self.pages.count {
            if visitor.interrupted() {
                return Ok(());
            }
            if self.shown[place] {
                self.text.end();
            } else {
                self.load(place, &mut page)?;
                self.broken[place] = damage::is_broken(&self.pages, place, &page);
                self.text.push(self.pages.offset(place), &page);
            }
        }
        self.text.end();
        self.remainder(len)?;
        self.text.finish();
        Ok(())
    }

    /// Shows what stands behind the last page.
    fn remainder(&mut self, len: usize) -> io::Result<()> {
        let (mut at, mut bytes) = (self.pages.offset(self.pages.count) - self.pages.before, Vec::new());
        while at < len {
            read_at(self.file, at as u64, self.pages.size, &mut bytes)?;
            if bytes.is_empty() {
                break;
            }
            self.text.push(at, &bytes);
            at += bytes.len();
        }
        self.text.end();
        Ok(())
    }

    /// Reads a page. One that is cut off, because the file became shorter, has fewer bytes.
    fn load(&self, place: usize, page: &mut Vec<u8>) -> io::Result<()> {
        read_at(self.file, self.pages.offset(place) as u64, self.pages.size, page)
    }

    /// Returns which pages are free, and whether their list is sound: each page stands in it once, and as many as the header
    /// says.
    fn free(&self) -> io::Result<(Vec<bool>, bool)> {
        let (mut free, mut page) = (vec![false; self.pages.count], Vec::new());
        let (mut next, mut found, mut is_sound) = (self.pages.free, 0, true);
        let mut take = |number: u32| {
            // The first page has the header, and is never free.
            let place = self.pages.place(number).filter(|&place| place > 0 && !free[place])?;
            free[place] = true;
            found += 1;
            Some(place)
        };
        while next > 0 {
            let Some(place) = take(next) else { return Ok((free, false)) };
            self.load(place, &mut page)?;
            let (Some(following), Some(count)) = (long(&page, 0), long(&page, 4)) else { return Ok((free, false)) };
            let most = self.pages.usable / 4 - 2;
            is_sound &= count as usize <= most;
            let listed = page[8..].chunks_exact(4).take(most.min(count as usize)).filter_map(|four| long(four, 0));
            is_sound &= listed.filter(|&number| take(number).is_none()).count() == 0;
            next = following;
        }
        Ok((free, is_sound && found == self.pages.free_count))
    }

    /// Shows a page with rows: first these, then what lies between them.
    fn rows(&mut self, place: usize, page: &[u8]) -> io::Result<()> {
        let start = self.pages.start(place);
        let usable = page.get(..self.pages.usable).unwrap_or_default();
        let (pages, file, spare) = (&self.pages, self.file, &mut self.spare);
        let mut read = |next, wanted| goes_on(pages, file, next, wanted, spare);
        let mut more = More { read: &mut read, may_fail: pages.is_log() };
        let Some(cells) = cells(usable, start, &mut more) else { return Ok(()) };
        self.shown[place] = true;
        let offset = self.pages.offset(place);
        let mut is_whole = page::count(usable, start) == Some(cells.len());
        for cell in &cells {
            // What a log has of a row may go on in the database.
            is_whole &= self.row(cell, offset, page)? || self.pages.is_log();
        }
        self.broken[place] = !is_whole;
        for gap in gaps(&cells, page.len()) {
            self.text.push(offset + gap.start, &page[gap]);
            self.text.end();
        }
        Ok(())
    }

    /// Shows the columns of a row, in the page at `offset` and in those where it goes on; returns whether all of it was there.
    fn row(&mut self, cell: &Cell, offset: usize, page: &[u8]) -> io::Result<bool> {
        let mut row = Row { cell, columns: 0, at: 0 };
        self.text.alone(self.pages.is_utf16);
        row.take(&mut self.text, offset + cell.local.start, &page[cell.local.clone()]);
        let (mut next, mut page, mut unused) = (cell.next, std::mem::take(&mut self.page), None);
        while let Some(place) = next.take().and_then(|number| self.pages.place(number)) {
            // Each page belongs to one row; where two claim it, one of them is not what it was.
            if std::mem::replace(&mut self.shown[place], true) {
                break;
            }
            self.load(place, &mut page)?;
            let rest = (cell.len - row.at).min(self.pages.usable - 4);
            let end = (4 + rest).min(page.len());
            row.take(&mut self.text, self.pages.offset(place) + 4, page.get(4..end).unwrap_or_default());
            if row.at < cell.len {
                next = long(&page, 0);
            } else {
                unused = Some((self.pages.offset(place) + end, end));
            }
        }
        self.text.end();
        self.text.alone(false);
        if let Some((offset, start)) = unused {
            self.text.push(offset, &page[start..]);
            self.text.end();
        }
        self.page = page;
        Ok(row.at >= cell.len)
    }
}

/// Reads `wanted` bytes of a row from the page with the number `next` on, and takes what it reads from `spare`.
fn goes_on(pages: &Pages, file: &File, next: u32, wanted: usize, spare: &mut usize) -> Option<Vec<u8>> {
    let (mut bytes, mut page, mut next) = (Vec::new(), Vec::new(), next);
    while bytes.len() < wanted {
        *spare = spare.checked_sub(pages.size)?;
        read_at(file, pages.offset(pages.place(next)?) as u64, pages.size, &mut page).ok()?;
        next = long(&page, 0)?;
        bytes.extend_from_slice(page.get(4..pages.usable)?);
    }
    bytes.truncate(wanted);
    Some(bytes)
}

/// A row whose columns are being taken.
struct Row<'a> {
    cell: &'a Cell,
    /// How many columns and bytes were taken.
    columns: usize,
    at: usize,
}

impl Row<'_> {
    /// Takes the next bytes of the row, which stand at `offset` in the file.
    fn take(&mut self, text: &mut Text<'_>, offset: usize, bytes: &[u8]) {
        let until = self.at + bytes.len();
        while let Some(column) = self.cell.columns.get(self.columns).filter(|column| column.start < until) {
            let (start, end) = (column.start.max(self.at), column.end.min(until));
            text.push(offset + (start - self.at), &bytes[start - self.at..end - self.at]);
            if end < column.end {
                break;
            }
            text.end();
            self.columns += 1;
        }
        self.at = until;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::pages::{FRAME, LOG, LOG_HEADER, MAGIC};
    use super::*;
    use crate::finding::{Notice, Place};
    use crate::input::Blob;
    use crate::input::transcripts::Part;
    use crate::source::{LineIndex, Span};

    /// Counts how often it is shown each byte of a file whose bytes lead to their places.
    struct Counter {
        counts: std::sync::Mutex<Vec<usize>>,
    }

    impl Visitor for Counter {
        fn visit(&self, _: Blob<'_>) {
            panic!("everything is shown in parts");
        }

        fn visit_part(&self, blob: Blob<'_>, part: &Part<'_>) {
            let lines = LineIndex::new(blob.bytes);
            let mut counts = self.counts.lock().expect("nothing panics");
            for (at, byte) in blob.bytes.iter().enumerate() {
                let span = Span::new(at, at + 1);
                let (start, end) = (lines.position(at), lines.position(at + 1));
                let mut place = Place { start, end, ..Place::new(blob.origin.clone(), span) };
                // A line feed stands between texts and nowhere in the file.
                if *byte != b'\n' && part.relocate(&mut place) {
                    counts[place.span.start] += 1;
                }
            }
        }

        fn notice(&self, _: Notice) {}
    }

    /// The number of a page that nothing leads to: a byte that no page of [`file`] has.
    const ALONE: u8 = 11;
    /// How long each page of [`file`] is.
    const PAGE: usize = 512;

    /// Makes a file that may be a database in which nothing is right, without line feeds and escapes. It ends in letters: those
    /// of a page that is of no kind and belongs to no row, and up to 98 behind it.
    fn file() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![3 => Just(0_u8), 2 => 0_u8..9, 1 => Just(13), 2 => b'a'..=b'z', 1 => 128_u8..255];
        let page = (prop_oneof![Just(13_u8), Just(10), Just(2), Just(0)], proptest::collection::vec(byte, PAGE - 1));
        let pages = proptest::collection::vec(page, 1..7);
        (pages, 0_usize..99, any::<bool>()).prop_map(|(pages, rest, is_log)| {
            let mut bytes = Vec::new();
            let frame =
                |number: u8| if is_log { [&[0, 0, 0, number][..], &[0; FRAME - 4]].concat() } else { Vec::new() };
            for (number, (kind, mut page)) in pages.into_iter().enumerate() {
                bytes.extend(frame(number as u8 % 4));
                // Few cells, at places that are there.
                page[2..4].copy_from_slice(&[0, 3]);
                page[7..13].iter_mut().step_by(2).for_each(|high| *high %= 2);
                bytes.push(kind);
                bytes.extend_from_slice(&page);
            }
            if is_log {
                let size = [&LOG.to_be_bytes()[..], &[0; 4], &[0, 0, 2, 0], &[0; LOG_HEADER - 12]].concat();
                bytes.splice(0..0, size);
            } else {
                bytes[..MAGIC.len()].copy_from_slice(MAGIC);
                bytes[16..21].copy_from_slice(&[2, 0, 1, 1, 0]);
                bytes[56..60].copy_from_slice(&[0; 4]);
            }
            if !is_log {
                // Pages are counted here.
                bytes.resize((usize::from(ALONE) - 1) * PAGE, 0);
            }
            bytes.extend(frame(ALONE));
            bytes.extend(std::iter::repeat_n(b'x', PAGE + rest));
            bytes
        })
    }

    proptest! {
        #[test]
        fn no_byte_of_any_file_is_shown_twice_nor_left_out_outside_of_rows(bytes in file()) {
            let directory = tempfile::tempdir().expect("there is a temporary directory");
            let path = directory.path().join("state.vscdb-wal");
            std::fs::write(&path, &bytes).expect("it is writable");
            let file = File::open(&path).expect("it is there");
            let counter = Counter { counts: vec![0; bytes.len() + 1].into() };
            let coverage = Coverage::default();
            prop_assert!(read(&path, &file, (&"file".into(), true), &coverage, &counter).expect("it can be read"));
            prop_assert_eq!(coverage.bytes.into_inner(), bytes.len() as u64);
            let counts = counter.counts.into_inner().expect("nothing panicked");
            prop_assert!(counts.iter().all(|count| *count <= 1), "{:?}", counts);
            // What belongs to no row is left out nowhere.
            let tail = bytes.iter().rev().take_while(|byte| **byte == b'x').count();
            prop_assert!(tail >= PAGE && counts[bytes.len() - tail..bytes.len()].iter().all(|count| *count == 1));
        }
    }
}
