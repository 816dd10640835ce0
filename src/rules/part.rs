//! A pattern as attempts try it: its parts, each choice with the bytes that it may start with.
//!
//! It is made from what a pattern's author wrote, for built-in rules when keysweep is built; what a shorthand stands for is made
//! once and shared.

use std::sync::OnceLock;

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::shorthand::{self, COUNT, Expansion};

/// The name of the group that is the secret.
pub(super) const SECRET: &str = "secret";

/// A set of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bytes([u64; 4]);

impl Bytes {
    /// Tells whether a byte is in it.
    pub(super) const fn has(&self, byte: u8) -> bool {
        self.0[(byte >> 6) as usize] >> (byte & 63) & 1 != 0
    }

    /// Adds all bytes from the first to the last.
    pub(super) fn add_range(&mut self, first: u8, last: u8) {
        (first..=last).for_each(|byte| self.0[usize::from(byte >> 6)] |= 1 << (byte & 63));
    }

    /// Returns the ranges of bytes in it, ascending.
    pub(super) fn ranges(&self) -> Vec<(u8, u8)> {
        let mut ranges: Vec<(u8, u8)> = Vec::new();
        for byte in (0..=u8::MAX).filter(|&byte| self.has(byte)) {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == byte => *last = byte,
                _ => ranges.push((byte, byte)),
            }
        }
        ranges
    }

    fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own |= other);
    }

    /// Returns the bytes of a class, or `None` if it has characters of several bytes.
    fn of(class: &Class) -> Option<Self> {
        let mut bytes = Self::default();
        match class {
            Class::Bytes(class) => class.iter().for_each(|range| bytes.add_range(range.start(), range.end())),
            // A class of several ASCII characters may be made as one of any characters.
            Class::Unicode(class) => {
                for range in class.iter() {
                    let [first, last] = [range.start(), range.end()].map(|end| u8::try_from(end).ok());
                    bytes.add_range(first?, last.filter(u8::is_ascii)?);
                }
            }
        }
        Some(bytes)
    }
}

/// A part of a pattern.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Nothing, which is everywhere.
    Empty,
    /// These bytes.
    Literal(Box<[u8]>),
    /// One byte of these.
    Class(Bytes),
    /// A place.
    Look(Look),
    /// The group that is the secret.
    Secret(Box<Part>),
    /// One part behind the other.
    Concat(Box<[Part]>),
    /// The first of these that suits the rest.
    Alternation(Box<[Choice]>),
    /// A part several times.
    Repetition(Box<Repetition>),
    /// What a shorthand stands for.
    Shared(Expansion, &'static Part),
    /// What only automata know.
    Unknown,
}

/// A part that may be left out for another.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) part: Part,
    /// The bytes that it may start with, unless it may match the empty text.
    pub(super) starts: Option<Bytes>,
}

/// A part several times.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repetition {
    pub(super) choice: Choice,
    pub(super) least: u32,
    /// The most times; any number if there is none.
    pub(super) most: Option<u32>,
    /// Whether as many as possible are tried first.
    pub(super) greedy: bool,
}

impl Part {
    /// Makes the part that a pattern is, in which the group called [`SECRET`] is the secret.
    ///
    /// # Errors
    /// The syntax is wrong.
    pub(super) fn read(text: &str) -> Result<Self, Box<regex_syntax::Error>> {
        Ok(Self::of(&shorthand::parse_short(text)?))
    }

    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty => Self::Empty,
            HirKind::Literal(literal) => Self::Literal(literal.0.clone()),
            HirKind::Class(class) => match shorthand::stands_for(hir) {
                Some(long) => Self::shared(long),
                None => Bytes::of(class).map_or(Self::Unknown, Self::Class),
            },
            HirKind::Look(look) => Self::Look(*look),
            HirKind::Capture(capture) if capture.name.as_deref() == Some(SECRET) => {
                Self::Secret(Box::new(Self::of(&capture.sub)))
            }
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Concat(parts) => Self::Concat(Self::sequence(parts)),
            HirKind::Alternation(parts) => {
                Self::Alternation(parts.iter().map(|part| Choice::of(Self::of(part))).collect())
            }
            HirKind::Repetition(repetition) => Self::Repetition(Box::new(Repetition {
                choice: Choice::of(Self::of(&repetition.sub)),
                least: repetition.min,
                most: repetition.max,
                greedy: repetition.greedy,
            })),
        }
    }

    /// Makes parts of a concatenation. What a shorthand's mark ends with is no part.
    fn sequence(parts: &[Hir]) -> Box<[Self]> {
        let mut made: Vec<Self> = Vec::with_capacity(parts.len());
        for part in parts {
            match (made.last(), part.kind()) {
                (Some(Self::Shared(..)), HirKind::Literal(literal)) => {
                    if let [_, rest @ ..] = &*literal.0
                        && !rest.is_empty()
                    {
                        made.push(Self::Literal(rest.into()));
                    }
                }
                _ => made.push(Self::of(part)),
            }
        }
        made.into()
    }

    /// Returns what a shorthand stands for, made once.
    pub(super) fn shared(long: Expansion) -> Self {
        static SHARED: [[OnceLock<Part>; 2]; COUNT] = [const { [const { OnceLock::new() }; 2] }; COUNT];
        let make = || Self::of(&long.read());
        Self::Shared(long, SHARED[long.number][usize::from(long.ignores_case)].get_or_init(make))
    }

    /// Returns the bytes that the part may start with behind the start of a text, or `None` if it may match the empty text there.
    pub(super) fn starts(&self) -> Option<Bytes> {
        let mut starts = Bytes::default();
        (!self.add_starts(&mut starts)).then_some(starts)
    }

    /// Adds what the part may start with, and tells whether it may match the empty text, so that the next part counts, too.
    fn add_starts(&self, starts: &mut Bytes) -> bool {
        match self {
            Self::Look(Look::Start) => false,
            Self::Empty | Self::Look(_) => true,
            Self::Unknown => {
                starts.add_range(0, u8::MAX);
                true
            }
            Self::Literal(literal) => {
                starts.add_range(literal[0], literal[0]);
                false
            }
            Self::Class(class) => {
                starts.add(class);
                false
            }
            Self::Secret(part) => part.add_starts(starts),
            Self::Shared(_, part) => part.add_starts(starts),
            Self::Concat(parts) => parts.iter().all(|part| part.add_starts(starts)),
            // All of them add theirs.
            Self::Alternation(choices) => choices.iter().filter(|choice| choice.add_starts(starts)).count() > 0,
            Self::Repetition(repetition) => repetition.choice.add_starts(starts) || repetition.least == 0,
        }
    }
}

impl Choice {
    pub(super) fn of(part: Part) -> Self {
        let starts = part.starts();
        Self { part, starts }
    }

    fn add_starts(&self, starts: &mut Bytes) -> bool {
        match &self.starts {
            Some(own) => {
                starts.add(own);
                false
            }
            None => self.part.add_starts(starts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(pattern: &str) -> Option<Vec<u8>> {
        let starts = Part::read(pattern).expect("it is a pattern").starts()?;
        Some((0..=u8::MAX).filter(|&byte| starts.has(byte)).collect())
    }

    #[test]
    fn every_byte_that_a_match_may_start_with_is_known() {
        for (pattern, expected) in [
            ("abc", "a"),
            (r"\b(?:ab|c)?x", "acx"),
            ("(?i:k)ey|[0-2]{0,3}(?:z){1,2}", "Kk012z"),
            ("(?:(a?)(b?)|c)d", "abcd"),
            ("(?:^|\n)[ab]|^c", "\n"),
        ] {
            let mut expected = expected.as_bytes().to_vec();
            expected.sort_unstable();
            assert_eq!(starts(pattern), Some(expected), "{pattern}");
        }
        assert!(starts("[^a]b").is_some_and(|starts| starts.contains(&0xc3)));
        assert_eq!(starts("a?|b"), None);
        assert_eq!(starts("(?u:[é-ü])b"), Some((0..=u8::MAX).collect()), "only automata know");
    }
}
