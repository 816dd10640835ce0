//! Finds out what every match of a pattern must have, so that most windows are passed over without searching them.

use regex_syntax::hir::{Class, Hir, HirKind};

/// What every match of a pattern has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// An `@`.
    pub at_sign: bool,
    /// A run of at least so many of `[A-Za-z0-9_-]`.
    pub run: usize,
}

impl Needs {
    /// Reads a pattern.
    pub fn of(pattern: &Hir) -> Self {
        Self { at_sign: requires(pattern, b'@'), run: Run::of(pattern).longest }
    }

    /// Tells whether a text has the run; the sign is looked for around each keyword.
    pub fn are_in(&self, text: &[u8]) -> bool {
        has_run(text, self.run)
    }
}

/// Tells whether a byte may be part of a run.
const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Tells whether there are `length` token bytes in a row. Looks at one byte in so many, as long as there are none.
fn has_run(text: &[u8], length: usize) -> bool {
    if length == 0 {
        return true;
    }
    // Token bytes from `start` on are known up to `at`.
    let mut start = 0;
    while let Some(window) = text.get(start..start + length) {
        match window.iter().rposition(|&byte| !is_token_byte(byte)) {
            Some(last) => start += last + 1,
            None => return true,
        }
    }
    false
}

/// Tells whether every match contains `byte`.
fn requires(hir: &Hir, byte: u8) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.contains(&byte),
        HirKind::Class(Class::Bytes(class)) => class.iter().all(|range| range.start() == byte && range.end() == byte),
        HirKind::Capture(capture) => requires(&capture.sub, byte),
        HirKind::Repetition(repetition) => repetition.min > 0 && requires(&repetition.sub, byte),
        HirKind::Concat(parts) => parts.iter().any(|part| requires(part, byte)),
        HirKind::Alternation(branches) => branches.iter().all(|branch| requires(branch, byte)),
        HirKind::Class(Class::Unicode(_)) | HirKind::Empty | HirKind::Look(_) => false,
    }
}

/// The runs of token bytes that every match of a part of a pattern has, by their least lengths.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Whether every match consists of token bytes alone.
    all: bool,
    /// At the start.
    head: usize,
    /// At the end.
    tail: usize,
    /// Anywhere.
    longest: usize,
}

impl Run {
    /// What has no byte at all.
    const NOTHING: Self = Self { all: true, head: 0, tail: 0, longest: 0 };
    /// What may have bytes of other kinds.
    const OTHER: Self = Self { all: false, ..Self::NOTHING };

    fn tokens(length: usize) -> Self {
        Self { all: true, head: length, tail: length, longest: length }
    }

    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::NOTHING,
            HirKind::Literal(literal) => literal
                .0
                .iter()
                .map(|&byte| if is_token_byte(byte) { Self::tokens(1) } else { Self::OTHER })
                .fold(Self::NOTHING, Self::then),
            HirKind::Class(Class::Bytes(class)) => {
                let is_token = class.iter().all(|range| (range.start()..=range.end()).all(is_token_byte));
                if is_token { Self::tokens(1) } else { Self::OTHER }
            }
            HirKind::Class(Class::Unicode(_)) => Self::OTHER,
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Concat(parts) => parts.iter().map(Self::of).fold(Self::NOTHING, Self::then),
            HirKind::Alternation(branches) => branches.iter().map(Self::of).reduce(Self::or).unwrap_or(Self::OTHER),
            HirKind::Repetition(repetition) => {
                let (once, times) = (Self::of(&repetition.sub), repetition.min as usize);
                if once.all {
                    return Self::tokens(once.head * times);
                }
                match times {
                    0 => Self::OTHER,
                    1 => once,
                    _ => once.then(once),
                }
            }
        }
    }

    /// One behind the other.
    fn then(self, next: Self) -> Self {
        Self {
            all: self.all && next.all,
            head: if self.all { self.head + next.head } else { self.head },
            tail: if next.all { next.tail + self.tail } else { next.tail },
            longest: self.longest.max(next.longest).max(self.tail + next.head),
        }
    }

    /// Either the one or the other.
    fn or(self, other: Self) -> Self {
        Self {
            all: self.all && other.all,
            head: self.head.min(other.head),
            tail: self.tail.min(other.tail),
            longest: self.longest.min(other.longest),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn needs(pattern: &str) -> Needs {
        Needs::of(&crate::rules::shorthand::parse(pattern).expect("the test's pattern is right"))
    }

    #[test]
    fn a_required_byte_is_in_every_branch() {
        for (pattern, required) in
            [("a@b", true), ("(?:a@|b@)c{2}", true), ("(?:a@|b)c", false), ("(?:@)?a", false), ("[@]{2,3}", true)]
        {
            assert_eq!(needs(pattern).at_sign, required, "{pattern}");
        }
    }

    #[test]
    fn the_longest_run_that_every_match_has_is_found() {
        for (pattern, run) in [
            (r"\b(?<secret>acme_[A-Za-z0-9]{32})\b", 37),
            (r"(?i:acme)%(?<secret>[0-9a-f]{40})\b", 40),
            (r"a{2,5}(?:bb|c)d", 4),
            (r"ab(?:\.cd)?ef", 2),
            (r"[^a]{9}abc", 3),
            (r"(?:ab\.c){3}", 3),
            (r"(?:ab){0,3}c", 1),
            (r"[\w.]{20}", 0),
            (r"x(?:a|\.)y", 1),
        ] {
            assert_eq!(needs(pattern).run, run, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn a_run_is_found_wherever_it_is(text in "[ab. ]{0,60}", length in 1usize..9) {
            let expected = text.split(['.', ' ']).any(|run| run.len() >= length);
            prop_assert_eq!(has_run(text.as_bytes(), length), expected);
        }
    }
}
