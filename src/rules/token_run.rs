//! What a run of token characters must be for a token to be looked for in it, and which patterns ask for more.
//!
//! Most long runs in a program are names. A name has lower-case letters only, in words of a few letters; a random token is
//! hardly ever like that. A rule whose tokens may be gets every run.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, ClassBytes, Hir, HirKind};

use super::needs::secret;

/// The length from which a run counts.
pub const LEAST_RUN: usize = 16;

/// The length from which letters in a row are no word.
pub const LONGEST_WORD: usize = 24;

/// The chance from which the secrets of a pattern may look like names.
const LIKELY: f64 = 0.01;

/// Tells whether a byte may be part of a run.
pub const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Tells whether a run of token characters is made of lower-case words alone.
pub fn is_name(run: &[u8]) -> bool {
    // Without a way out in between, several bytes are looked at in one go.
    run.iter().fold(true, |all, &byte| all & is_plain(byte)) && !has_long_word(run)
}

/// Tells whether letters in a row are no word. Looks at one byte in so many, as long as there are none.
fn has_long_word(run: &[u8]) -> bool {
    let mut start = 0;
    while let Some(letters) = run.get(start..start + LONGEST_WORD) {
        match letters.iter().rposition(|byte| !byte.is_ascii_lowercase()) {
            Some(last) => start += last + 1,
            None => return true,
        }
    }
    false
}

/// Tells whether a byte is neither a digit nor a capital.
const fn is_plain(byte: u8) -> bool {
    !byte.is_ascii_digit() && !byte.is_ascii_uppercase()
}

/// Tells whether secrets of a pattern may well look like names.
pub fn may_be_name(pattern: &Hir) -> bool {
    secret(pattern).is_some_and(|secret| chance(secret) >= LIKELY)
}

/// Returns how likely a shortest match in lower case has no digit, every byte that a class takes being equally likely.
///
/// A class of both cases may stand for either, and what is to be found in either case is mostly written in one.
fn chance(hir: &Hir) -> f64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1.0,
        HirKind::Literal(literal) => f64::from(u8::from(literal.0.iter().all(|&byte| is_plain(byte)))),
        HirKind::Class(Class::Bytes(class)) => {
            let bytes = class.iter().flat_map(|range| range.start()..=range.end()).filter(u8::is_ascii_graphic);
            let folded: BTreeSet<u8> = bytes.map(|byte| fold(class, byte)).collect();
            match (folded.iter().filter(|&&byte| is_plain(byte)).count(), folded.len()) {
                (_, 0) => 1.0,
                (plain, all) => plain as f64 / all as f64,
            }
        }
        HirKind::Class(Class::Unicode(_)) => 1.0,
        HirKind::Repetition(repetition) => {
            chance(&repetition.sub).powi(i32::try_from(repetition.min).unwrap_or(i32::MAX))
        }
        HirKind::Capture(capture) => chance(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(chance).product(),
        HirKind::Alternation(branches) => branches.iter().map(chance).fold(0.0, f64::max),
    }
}

/// Returns the lower-case form of a byte if the class takes that, too.
fn fold(class: &ClassBytes, byte: u8) -> u8 {
    let lower = byte.to_ascii_lowercase();
    if class.iter().any(|range| (range.start()..=range.end()).contains(&lower)) { lower } else { byte }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_words_in_lower_case_alone() {
        for (run, expected) in [
            ("belongs_to_association", true),
            ("some-kebab-case-name", true),
            ("counterrevolutionary", true),
            ("belongs_to_2_associations", false),
            ("BelongsToAssociation", false),
            ("sk-abcdefghijklmnopqrstuvwx", false),
        ] {
            assert_eq!(is_name(run.as_bytes()), expected, "{run}");
        }
    }

    #[test]
    fn a_random_secret_is_no_name_and_one_of_letters_may_be() {
        for (pattern, expected) in [
            (r"\b(?<secret>acme_[a-z]{20})\b", true),
            (r"(?i)\b(?<secret>acme_[a-z]{20})\b", true),
            (r"\b(?<secret>acme_[a-z]{10,40})\b", true),
            (r"acme_token_(?<secret>[a-z]{12})", true),
            (r"\b(?<secret>acme_[A-Za-z0-9]{20})\b", false),
            (r"acme%key%(?<secret>[0-9a-f]{32})\b", false),
            (r"(?<secret>A[a-z]{20})", false),
            (r"(?<secret>(?:live|test)_(?:[a-z]{16}|[0-9]{16}))", true),
            (r"(?<secret>[a-z-]{20}[0-9])", false),
        ] {
            let read = crate::rules::shorthand::parse(pattern).expect("the test's pattern is right");
            assert_eq!(may_be_name(&read), expected, "{pattern}");
        }
    }
}
