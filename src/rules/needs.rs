//! Finds out what every match of a pattern must have, so that most windows are passed over without searching them.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::token_run::is_token_byte;

/// What every match of a pattern has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// An `@`.
    pub at_sign: bool,
    /// A run of at least so many of `[A-Za-z0-9_-]`; like the next, zero if a narrower run is as long.
    pub token: usize,
    /// A run of at least so many letters and digits.
    pub alphanumeric: usize,
    /// A run of at least so many hexadecimal digits.
    pub hexadecimal: usize,
}

/// A run of fewer letters is in any text.
const TELLING: usize = 8;

/// A kind of bytes; see [`ALPHABETS`].
type Alphabet = u8;
const TOKEN: Alphabet = 1;
const ALPHANUMERIC: Alphabet = 2;
const HEXADECIMAL: Alphabet = 4;

/// For each byte the alphabets that it is in.
const ALPHABETS: [Alphabet; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            digit if digit.is_ascii_hexdigit() => TOKEN | ALPHANUMERIC | HEXADECIMAL,
            letter if letter.is_ascii_alphabetic() => TOKEN | ALPHANUMERIC,
            other if is_token_byte(other) => TOKEN,
            _ => 0,
        };
        byte += 1;
    }
    table
};

impl Needs {
    /// Reads a pattern.
    pub fn of(pattern: &Hir) -> Self {
        let run = |alphabet, least| Some(Run::of(pattern, alphabet).longest).filter(|&length| length >= least);
        let hexadecimal = run(HEXADECIMAL, TELLING).unwrap_or(0);
        let alphanumeric = run(ALPHANUMERIC, TELLING.max(hexadecimal + 1)).unwrap_or(0);
        let token = run(TOKEN, hexadecimal.max(alphanumeric) + 1).unwrap_or(0);
        Self { at_sign: requires(pattern, b'@'), token, alphanumeric, hexadecimal }
    }

    /// Tells whether a text has the runs; the sign is looked for around each keyword.
    pub fn are_in(&self, text: &[u8]) -> bool {
        has_run(text, self.hexadecimal, HEXADECIMAL)
            && has_run(text, self.alphanumeric, ALPHANUMERIC)
            && has_run(text, self.token, TOKEN)
    }
}

const fn is_in(byte: u8, alphabet: Alphabet) -> bool {
    ALPHABETS[byte as usize] & alphabet != 0
}

/// Tells whether there are `length` bytes of an alphabet in a row. Looks at one byte in so many, as long as there are none.
fn has_run(text: &[u8], length: usize, alphabet: Alphabet) -> bool {
    if length == 0 {
        return true;
    }
    let mut start = 0;
    while let Some(window) = text.get(start..start + length) {
        match window.iter().rposition(|&byte| !is_in(byte, alphabet)) {
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

/// The runs of an alphabet that every match of a part of a pattern has, by their least lengths.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Whether every match consists of such bytes alone.
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

    fn only(length: usize) -> Self {
        Self { all: true, head: length, tail: length, longest: length }
    }

    fn of(hir: &Hir, alphabet: Alphabet) -> Self {
        let of = |part: &Hir| Self::of(part, alphabet);
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::NOTHING,
            HirKind::Literal(literal) => literal
                .0
                .iter()
                .map(|&byte| if is_in(byte, alphabet) { Self::only(1) } else { Self::OTHER })
                .fold(Self::NOTHING, Self::then),
            HirKind::Class(Class::Bytes(class)) => {
                let byte = |byte| is_in(byte, alphabet);
                if class.iter().all(|range| (range.start()..=range.end()).all(byte)) {
                    Self::only(1)
                } else {
                    Self::OTHER
                }
            }
            HirKind::Class(Class::Unicode(_)) => Self::OTHER,
            HirKind::Capture(capture) => of(&capture.sub),
            HirKind::Concat(parts) => parts.iter().map(of).fold(Self::NOTHING, Self::then),
            HirKind::Alternation(branches) => branches.iter().map(of).reduce(Self::or).unwrap_or(Self::OTHER),
            HirKind::Repetition(repetition) => {
                let (once, times) = (of(&repetition.sub), repetition.min as usize);
                if once.all {
                    return Self::only(once.head * times);
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
        for (pattern, token, alphanumeric, hexadecimal) in [
            (r"\b(?<secret>acme_[A-Za-z0-9]{32})\b", 37, 32, 0),
            (r"(?i:acme)%(?<secret>[0-9a-f]{40})\b", 0, 0, 40),
            (r"m(?<secret>[0-9a-f]{8}(?:-[0-9a-f]{4}){3})", 24, 9, 8),
            (r"m{2,5}(?:nn|o)p", 4, 0, 0),
            (r"ab(?:\.cd)?ef", 2, 0, 0),
            (r"[^a]{9}abc", 3, 0, 0),
            (r"(?:ab\.c){3}", 3, 0, 0),
            (r"(?:ab){0,3}c", 1, 0, 0),
            (r"[\w.]{20}", 0, 0, 0),
            (r"x(?:a|\.)y", 1, 0, 0),
        ] {
            assert_eq!(needs(pattern), Needs { at_sign: false, token, alphanumeric, hexadecimal }, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn a_run_is_found_wherever_it_is(text in "[ab. ]{0,60}", length in 1usize..9) {
            let expected = text.split(['.', ' ']).any(|run| run.len() >= length);
            prop_assert_eq!(has_run(text.as_bytes(), length, HEXADECIMAL), expected);
        }
    }
}
