//! Reads files part by part, so that memory does not grow with them.

use std::cell::{OnceCell, RefCell};
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::ops::Range;
use std::path::Path;

use bstr::BString;

use super::database::{self, Piece};
use super::escape::Unescaped;
use super::lines::Lines;
use crate::finding::Place;
use crate::input::{Blob, Coverage, Visitor};
use crate::source::{LineIndex, Origin, Position, Span};

/// The bytes of a part; it ends with a line, unless that is longer.
pub(super) const SIZE: usize = 4 << 20;
/// The bytes that two parts share where a line is longer: what is found is seen whole in one of them.
pub(super) const SHARED: usize = 64 << 10;

/// Where the bytes of a part lie in the file.
pub(super) enum Whereabouts<'a> {
    /// One behind the other, behind so many bytes and lines.
    Straight(usize, Position, OnceCell<LineIndex>),
    /// In pieces.
    Pieces(&'a [Piece], &'a RefCell<Lines>),
}

/// What a visitor must know about a part of a file to say where something is.
pub struct Part<'a> {
    raw: &'a [u8],
    unescaped: &'a Unescaped,
    /// Where in the part something must start to count; elsewhere, a neighbour has it.
    own: Range<usize>,
    whereabouts: Whereabouts<'a>,
    lines: OnceCell<LineIndex>,
}

impl<'a> Part<'a> {
    pub(super) const fn new(
        raw: &'a [u8],
        unescaped: &'a Unescaped,
        own: Range<usize>,
        whereabouts: Whereabouts<'a>,
    ) -> Self {
        Self { raw, unescaped, own, whereabouts, lines: OnceCell::new() }
    }

    /// Makes a place in the text that was shown a place in the file; returns whether it counts.
    pub fn relocate(&self, place: &mut Place) -> bool {
        let (start, end) = (self.raw_offset(place.start), self.raw_offset(place.end));
        if !self.own.contains(&start) {
            return false;
        }
        let from = self.file_offset(start);
        // What goes on in another piece, which may lie before this one, is told as if it went on here.
        let to = from + (end - start);
        if place.via.is_empty() {
            place.span = Span::new(from, to);
        }
        (place.start, place.end) = (self.position(from), self.position(to));
        place.excerpt.line = place.start.line;
        true
    }

    fn raw_offset(&self, position: Position) -> usize {
        let lines = self.lines.get_or_init(|| LineIndex::new(&self.unescaped.text));
        self.unescaped.raw(lines.line(position.line).start + position.column).min(self.raw.len())
    }

    fn file_offset(&self, raw: usize) -> usize {
        match &self.whereabouts {
            Whereabouts::Straight(bytes, ..) => bytes + raw,
            Whereabouts::Pieces(pieces, _) => {
                let after = pieces.partition_point(|piece| piece.text <= raw);
                let piece = pieces[after.saturating_sub(1)];
                piece.file + (raw - piece.text)
            }
        }
    }

    /// Returns the position of a place in the file.
    fn position(&self, offset: usize) -> Position {
        match &self.whereabouts {
            Whereabouts::Straight(bytes, before, lines) => {
                let Position { line, column } = lines.get_or_init(|| LineIndex::new(self.raw)).position(offset - bytes);
                let column = if line == 0 { before.column + column } else { column };
                Position { line: before.line + line, column }
            }
            Whereabouts::Pieces(_, lines) => lines.borrow_mut().position(offset),
        }
    }
}

/// Shows all parts of the file at `path`, called `shown`; `is_database` says that it should be one.
///
/// # Errors
/// If the file cannot be read; one that went away in the meantime is none.
pub(super) fn read(
    path: &Path,
    (shown, is_database): (&BString, bool),
    coverage: &Coverage,
    visitor: &dyn Visitor,
) -> io::Result<()> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        file => file?,
    };
    let origin = Origin::File { path: shown.clone() };
    let (mut raw, mut unescaped) = (Vec::new(), Unescaped::default());
    let (mut before, mut bytes_before, mut own_start) = (Position::default(), 0, 0);
    coverage.count(&origin, 0);
    if database::read(path, &file, (shown, is_database), coverage, visitor)? {
        return Ok(());
    }
    file.rewind()?;
    loop {
        let wanted = (SIZE - raw.len()) as u64;
        let is_last = (&mut file).take(wanted).read_to_end(&mut raw)? < wanted as usize;
        // The end of the last line, or as much as there is.
        let feed = memchr::memrchr(b'\n', &raw).map(|at| at + 1);
        let (end, shared) = match feed {
            _ if is_last => (raw.len(), 0),
            Some(end) if end > SHARED => (end, 0),
            _ => (raw.len(), SHARED),
        };
        unescaped.undo(&raw[..end]);
        let own = own_start..if is_last { end + 1 } else { end - shared / 2 };
        let whereabouts = Whereabouts::Straight(bytes_before, before, OnceCell::new());
        let part = Part::new(&raw[..end], &unescaped, own, whereabouts);
        coverage.bytes.fetch_add((end - shared) as u64, std::sync::atomic::Ordering::Relaxed);
        visitor.visit_part(Blob { origin: origin.clone(), bytes: &unescaped.text }, &part);
        if is_last || visitor.interrupted() {
            return Ok(());
        }
        let next = end - shared;
        before = part.position(bytes_before + next);
        bytes_before += next;
        own_start = shared / 2;
        raw.drain(..next);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::finding::Notice;

    /// Finds every `needle` in what it is shown, and keeps the places that count.
    struct Finder {
        needle: Vec<u8>,
        found: Mutex<Vec<(Span, Position, Position)>>,
    }

    impl Visitor for Finder {
        fn visit(&self, _: Blob<'_>) {
            panic!("everything is shown in parts");
        }

        fn visit_part(&self, blob: Blob<'_>, part: &Part<'_>) {
            let lines = LineIndex::new(blob.bytes);
            for at in memchr::memmem::find_iter(blob.bytes, &self.needle) {
                let (start, end) = (lines.position(at), lines.position(at + self.needle.len()));
                let span = Span::new(at, at + self.needle.len());
                let mut place = Place { start, end, ..Place::new(blob.origin.clone(), span) };
                if part.relocate(&mut place) {
                    self.found.lock().expect("nothing panics").push((place.span, place.start, place.end));
                }
            }
        }

        fn notice(&self, _: Notice) {}
    }

    fn found(bytes: &[u8], needle: &str) -> Vec<(Span, Position, Position)> {
        let directory = tempfile::tempdir().expect("there is a temporary directory");
        let path = directory.path().join("file");
        std::fs::write(&path, bytes).expect("it is writable");
        let finder = Finder { needle: needle.into(), found: Mutex::default() };
        let coverage = Coverage::default();
        read(&path, (&"file".into(), false), &coverage, &finder).expect("it can be read");
        assert_eq!((coverage.files.into_inner(), coverage.bytes.into_inner()), (1, bytes.len() as u64));
        finder.found.into_inner().expect("nothing panicked")
    }

    /// Asserts that the needles of `bytes` are found once each and where they are.
    fn check(bytes: &[u8], needle: &str) {
        let lines = LineIndex::new(bytes);
        let expected: Vec<_> = memchr::memmem::find_iter(bytes, needle)
            .map(|at| {
                let end = at + needle.len();
                (Span::new(at, end), lines.position(at), lines.position(end))
            })
            .collect();
        assert!(!expected.is_empty());
        assert_eq!(found(bytes, needle), expected);
    }

    #[test]
    fn places_in_lines_are_those_of_the_file() {
        let line = format!("{{\"a\":\"{}\\n\\\"q\\\" NEEDLE\\n\"}}\n", "x".repeat(3000));
        check(line.repeat(4000).as_bytes(), "NEEDLE");
    }

    #[test]
    fn places_in_a_line_that_is_longer_than_a_part_are_those_of_the_file() {
        // Needles at every distance from where parts meet.
        let text = format!("first\n{}", "NEEDLE.\\n..".repeat(SIZE * 2 / 10));
        check(text.as_bytes(), "NEEDLE");
    }

    #[test]
    fn a_file_as_long_as_a_part_is_read_to_its_end() {
        for len in [SIZE - 7, SIZE - 6, SIZE - 5, SIZE + SHARED] {
            check(&[vec![b'x'; len].as_slice(), b"NEEDLE"].concat(), "NEEDLE");
            check(&[vec![b'\n'; len].as_slice(), b"NEEDLE"].concat(), "NEEDLE");
        }
        assert_eq!(found(b"", "NEEDLE"), []);
    }
}
