//! Tells which bytes a match of a pattern may start with.

use regex_syntax::hir::{Class, Hir, HirKind};

/// A set of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Starts([bool; 256]);

impl Starts {
    /// Returns the bytes that any match of the pattern starts with; a match has one byte at least.
    pub(super) fn of(pattern: &Hir) -> Self {
        let mut starts = Self([false; 256]);
        starts.add(pattern);
        starts
    }

    /// Tells whether a match may start with a byte.
    pub(super) const fn has(&self, byte: u8) -> bool {
        self.0[byte as usize]
    }

    /// Adds what a part may start with, and tells whether it may match the empty text, so that the next part counts, too.
    fn add(&mut self, part: &Hir) -> bool {
        match part.kind() {
            HirKind::Empty | HirKind::Look(_) => true,
            HirKind::Literal(literal) => {
                self.add_range(literal.0[0], literal.0[0]);
                false
            }
            HirKind::Class(class) => {
                self.add_class(class);
                false
            }
            HirKind::Repetition(repetition) => self.add(&repetition.sub) || repetition.min == 0,
            HirKind::Capture(capture) => self.add(&capture.sub),
            HirKind::Concat(parts) => parts.iter().all(|part| self.add(part)),
            HirKind::Alternation(branches) => {
                let is_empty: Vec<bool> = branches.iter().map(|branch| self.add(branch)).collect();
                is_empty.contains(&true)
            }
        }
    }

    fn add_class(&mut self, class: &Class) {
        match class {
            Class::Bytes(class) => class.iter().for_each(|range| self.add_range(range.start(), range.end())),
            // What is not ASCII starts with one of the upper bytes.
            Class::Unicode(class) => class.iter().for_each(|range| {
                let byte = |character: char| u8::try_from(character).ok().filter(u8::is_ascii);
                if let Some(first) = byte(range.start()) {
                    self.add_range(first, byte(range.end()).unwrap_or(0x7f));
                }
                if byte(range.end()).is_none() {
                    self.add_range(0x80, u8::MAX);
                }
            }),
        }
    }

    fn add_range(&mut self, first: u8, last: u8) {
        self.0[usize::from(first)..=usize::from(last)].fill(true);
    }
}

#[cfg(test)]
mod tests {
    use super::super::pattern::parse;
    use super::*;

    #[test]
    fn every_byte_that_a_match_may_start_with_is_known() {
        for (pattern, expected) in [
            ("abc", "a"),
            (r"\b(?:ab|c)?x", "acx"),
            ("(?i:k)ey|[0-2]{0,3}(?:z){1,2}", "Kk012z"),
            ("(?:(a?)(b?)|c)d", "abcd"),
        ] {
            let starts = Starts::of(&parse(pattern).expect("it is a pattern"));
            let found: Vec<u8> = (0..=u8::MAX).filter(|&byte| starts.has(byte)).collect();
            let mut expected = expected.as_bytes().to_vec();
            expected.sort_unstable();
            assert_eq!(found, expected, "{pattern}");
        }
        assert!(Starts::of(&parse("[^a]b").expect("it is a pattern")).has(0xc3));
    }
}
