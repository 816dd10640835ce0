//! Finds out what every match of a pattern must have, so that most windows are passed over without searching them.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::part::SECRET;
use super::token_run::{LEAST_RUN, is_token_byte};

/// What every match of a pattern has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// A sign that few texts have.
    pub sign: Option<u8>,
    /// A run of each alphabet, from the narrowest on.
    pub runs: [Run; ALPHABETS.len()],
}

/// Bytes of one alphabet in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// At least so many; zero if nothing is known, or no more than of a narrower alphabet.
    pub length: u16,
    /// With at least so many digits among them.
    pub digits: u16,
}

/// The signs that are worth looking for, the rarest first.
const SIGNS: [u8; 5] = [b'@', b';', b'$', b'!', b'~'];

/// A run of fewer bytes is in any text.
const TELLING: usize = 8;

/// A kind of bytes; see [`ALPHABETS`].
type Alphabet = u8;
const HEXADECIMAL: Alphabet = 1;
const ALPHANUMERIC: Alphabet = 2;
const TOKEN: Alphabet = 4;
const BASE64: Alphabet = 8;

/// All of them, each with all bytes of those before it.
const ALPHABETS: [Alphabet; 4] = [HEXADECIMAL, ALPHANUMERIC, TOKEN, BASE64];

/// For each byte the alphabets that it is in.
const MEMBERS: [Alphabet; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            digit if digit.is_ascii_hexdigit() => HEXADECIMAL | ALPHANUMERIC | TOKEN | BASE64,
            letter if letter.is_ascii_alphabetic() => ALPHANUMERIC | TOKEN | BASE64,
            other if is_token_byte(other) => TOKEN | BASE64,
            b'+' | b'/' | b'=' => BASE64,
            _ => 0,
        };
        byte += 1;
    }
    table
};

impl Needs {
    /// Reads a pattern whose secrets must have some digits.
    pub fn of(pattern: &Hir, digits: usize) -> Self {
        let secret = secret(pattern);
        let mut runs = [Run::default(); ALPHABETS.len()];
        let mut greatest = TELLING - 1;
        let mut digits = u16::try_from(digits).unwrap_or(u16::MAX);
        for (run, alphabet) in runs.iter_mut().zip(ALPHABETS) {
            let own = secret.map(|secret| Stretch::of(secret, alphabet)).filter(|own| own.all);
            // A longer run than the secret's may be another, so it need not have the digits.
            let (length, digits) = match own.map_or(0, |own| own.longest) {
                own if digits > 0 && own > greatest => (own, std::mem::take(&mut digits)),
                _ => (Stretch::of(pattern, alphabet).longest, 0),
            };
            if length > greatest {
                greatest = length;
                *run = Run { length: u16::try_from(length).unwrap_or(u16::MAX), digits };
            }
        }
        Self { sign: SIGNS.into_iter().find(|&sign| requires(pattern, sign)), runs }
    }

    /// Tells whether every match has a run that a window is opened for.
    pub fn have_run(&self) -> bool {
        self.runs
            .iter()
            .zip(ALPHABETS)
            .any(|(run, alphabet)| alphabet != BASE64 && usize::from(run.length) >= LEAST_RUN)
    }

    /// Tells whether a text has the runs; the sign is looked for around each keyword.
    pub fn are_in(&self, text: &[u8]) -> bool {
        self.runs.iter().zip(ALPHABETS).all(|(run, alphabet)| run.length == 0 || run.is_in(text, alphabet))
    }
}

impl Run {
    /// Tells whether a text has such a run. Looks at one byte in so many, as long as there is none.
    fn is_in(self, text: &[u8], alphabet: Alphabet) -> bool {
        let (length, digits) = (usize::from(self.length), usize::from(self.digits));
        let is_other = |&byte: &u8| !is_in(byte, alphabet);
        let mut start = 0;
        while let Some(window) = text.get(start..start + length) {
            if let Some(last) = window.iter().rposition(is_other) {
                start += last + 1;
                continue;
            }
            let end = text[start + length..].iter().position(is_other).map_or(text.len(), |rest| start + length + rest);
            if digits == 0 || text[start..end].iter().filter(|byte| byte.is_ascii_digit()).count() >= digits {
                return true;
            }
            start = end;
        }
        false
    }
}

const fn is_in(byte: u8, alphabet: Alphabet) -> bool {
    MEMBERS[byte as usize] & alphabet != 0
}

/// Returns the group that is the secret.
pub fn secret(hir: &Hir) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Capture(capture) if capture.name.as_deref() == Some(SECRET) => Some(&capture.sub),
        HirKind::Capture(capture) => secret(&capture.sub),
        HirKind::Repetition(repetition) => secret(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(secret),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => None,
    }
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
struct Stretch {
    /// Whether every match consists of such bytes alone.
    all: bool,
    /// At the start.
    head: usize,
    /// At the end.
    tail: usize,
    /// Anywhere.
    longest: usize,
}

impl Stretch {
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

    fn needs(pattern: &str, digits: usize) -> Needs {
        Needs::of(&crate::rules::shorthand::parse(pattern).expect("the test's pattern is right"), digits)
    }

    #[test]
    fn a_required_byte_is_in_every_branch() {
        for (pattern, required) in [
            ("a@b", Some(b'@')),
            ("(?:a@|b@)c{2}", Some(b'@')),
            ("(?:a@|b)c", None),
            ("(?:@)?a", None),
            ("[@]{2,3}", Some(b'@')),
            ("a;b$", Some(b';')),
            ("a;b@", Some(b'@')),
            (r"\$6\$", Some(b'$')),
        ] {
            assert_eq!(needs(pattern, 0).sign, required, "{pattern}");
        }
    }

    #[test]
    fn the_longest_run_that_every_match_has_is_found() {
        for (pattern, hexadecimal, alphanumeric, token, base64) in [
            (r"\b(?<secret>acme_[A-Za-z0-9]{32})\b", 0, 32, 37, 0),
            (r"(?i:acme)%(?<secret>[0-9a-f]{40})\b", 40, 0, 0, 0),
            (r"m(?<secret>[0-9a-f]{8}(?:-[0-9a-f]{4}){3})", 8, 9, 24, 0),
            (r"key=(?<secret>[A-Za-z0-9+/]{40})", 0, 0, 0, 44),
            (r"mm{12,15}(?:nn|o)p", 0, 15, 0, 0),
            (r"abc{20}(?:\.cd)?ef", 22, 0, 0, 0),
            (r"[^a]{9}abcabcab", 8, 0, 0, 0),
            (r"(?:abcabcabc\.c){3}", 10, 0, 0, 0),
            (r"(?:abcdefab){0,3}c", 0, 0, 0, 0),
            (r"[\w.]{20}", 0, 0, 0, 0),
            (r"x(?:abcdefabc|\.)y", 0, 0, 0, 0),
        ] {
            let lengths = needs(pattern, 0).runs.map(|run| run.length);
            assert_eq!(lengths, [hexadecimal, alphanumeric, token, base64], "{pattern}");
        }
    }

    #[test]
    fn digits_belong_to_the_run_that_the_secret_is_in() {
        for (pattern, expected) in [
            (r"acme_(?<secret>[0-9a-z]{20})", [(0, 0), (20, 2), (25, 0), (0, 0)]),
            (r"acmecorporationkey=(?<secret>[0-9a-z]{10})", [(0, 0), (10, 2), (18, 0), (29, 0)]),
            (r"acmecorporationkey=(?<secret>[^ ]{10})", [(0, 0), (18, 0), (0, 0), (19, 0)]),
            (r"acme_(?<secret>[0-9a-z]{5})", [(0, 0), (0, 0), (10, 0), (0, 0)]),
        ] {
            let found = needs(pattern, 2).runs.map(|run| (run.length, run.digits));
            assert_eq!(found, expected, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn a_run_is_found_wherever_it_is(text in "[ab1. ]{0,60}", length in 1u16..9, digits in 0u16..4) {
            let digits_of = |run: &str| run.bytes().filter(u8::is_ascii_digit).count();
            let fits = |run: &str| run.len() >= usize::from(length) && digits_of(run) >= usize::from(digits);
            let expected = text.split(['.', ' ']).any(fits);
            prop_assert_eq!(Run { length, digits }.is_in(text.as_bytes(), HEXADECIMAL), expected);
        }
    }
}
