//! Counts the lines of a file up to any place, for parts that are not read one after the other.

use std::fs::File;

use super::read_at;
use crate::source::Position;

/// How many bytes lie between two places of which the position is remembered.
const STEP: usize = 64 << 10;

/// The positions in a file, found out as far as they are asked for.
#[derive(Debug)]
pub(super) struct Lines {
    file: File,
    /// For every step: how many line feeds stand before it, and where its first line starts.
    marks: Vec<(usize, usize)>,
    /// The step that was read last.
    last: Option<usize>,
    bytes: Vec<u8>,
}

impl Lines {
    pub(super) const fn new(file: File) -> Self {
        Self { file, marks: Vec::new(), last: None, bytes: Vec::new() }
    }

    /// Returns the position of a place in the file.
    pub(super) fn position(&mut self, offset: usize) -> Position {
        let step = offset / STEP;
        if self.marks.is_empty() {
            self.marks.push((0, 0));
        }
        while self.marks.len() <= step {
            let known = self.marks.len() - 1;
            let mark = self.within(known, STEP);
            self.marks.push(mark);
        }
        let (line, start) = self.within(step, offset % STEP);
        Position { line, column: offset - start }
    }

    /// Returns how many lines end before the byte `len` of a step, and where the line of that byte starts.
    fn within(&mut self, step: usize, len: usize) -> (usize, usize) {
        if self.last != Some(step) {
            // Where nothing can be read any more, no line ends.
            if read_at(&self.file, (step * STEP) as u64, STEP, &mut self.bytes).is_err() {
                self.bytes.clear();
            }
            self.last = Some(step);
        }
        let bytes = &self.bytes[..len.min(self.bytes.len())];
        let (line, start) = self.marks[step];
        let feeds = memchr::memchr_iter(b'\n', bytes).count();
        (line + feeds, memchr::memrchr(b'\n', bytes).map_or(start, |at| step * STEP + at + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::LineIndex;

    #[test]
    fn positions_are_those_of_the_whole_text_in_any_order() {
        let text = format!("{}\n{}\n\n{}", "x".repeat(STEP - 1), "short\n".repeat(30_000), "y".repeat(3 * STEP));
        let file = tempfile::NamedTempFile::new().expect("there is a temporary directory");
        std::fs::write(file.path(), &text).expect("it is writable");
        let file = File::open(file.path()).expect("it is there");
        let (mut lines, index) = (Lines::new(file), LineIndex::new(text.as_bytes()));
        let near = |step: usize| (step * STEP).saturating_sub(7)..step * STEP + 7;
        let mut places: Vec<usize> = (0..=text.len() / STEP).flat_map(near).filter(|&at| at <= text.len()).collect();
        places.rotate_left(30);
        for offset in places {
            assert_eq!(lines.position(offset), index.position(offset), "{offset}");
        }
    }
}
