//! What a run of token characters must be for a token to be looked for in it, and which patterns ask for more.
//!
//! Most long runs in a program are names. A name has lower-case letters only, in words of a few letters; a random token is
//! hardly ever like that. A rule whose tokens may be gets every run.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::needs::{Needs, secret};

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
    let mut word = 0;
    run.iter().all(|&byte| {
        word = if byte.is_ascii_lowercase() { word + 1 } else { 0 };
        is_plain(byte) && word < LONGEST_WORD
    })
}

/// Tells whether a byte is neither a digit nor a capital.
const fn is_plain(byte: u8) -> bool {
    !byte.is_ascii_digit() && !byte.is_ascii_uppercase()
}

/// Tells whether what stands for a secret of a pattern may well be a long run that looks like a name.
pub fn may_be_name(pattern: &Hir) -> bool {
    let Some(secret) = secret(pattern) else { return false };
    let [hexadecimal, alphanumeric, token, _] = Needs::of(secret, 0).runs.map(|run| usize::from(run.length));
    let word = hexadecimal.max(alphanumeric);
    token.max(word) >= LEAST_RUN && word < LONGEST_WORD && chance(secret) >= LIKELY
}

/// Returns how likely a shortest match has neither a digit nor a capital, every byte that a class takes being equally likely.
fn chance(hir: &Hir) -> f64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1.0,
        HirKind::Literal(literal) => f64::from(u8::from(literal.0.iter().all(|&byte| is_plain(byte)))),
        HirKind::Class(Class::Bytes(class)) => {
            let bytes = || class.iter().flat_map(|range| range.start()..=range.end()).filter(u8::is_ascii_graphic);
            match (bytes().filter(|&byte| is_plain(byte)).count(), bytes().count()) {
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
            (r"\b(?<secret>acme_[A-Za-z0-9]{20})\b", false),
            (r"acme%key%(?<secret>[0-9a-f]{32})\b", false),
            (r"acme%key%(?<secret>[a-z_]{18})\b", true),
            (r"acme%key%(?<secret>[a-z]{48})\b", false), // no word is that long
            (r"acme%key%(?<secret>[a-z]{8})\b", false),  // and this is no long run
            (r"(?<secret>A[a-z]{20})", false),
            (r"(?<secret>(?:live|test)_(?:[a-z]{16}|[0-9]{16}))", true),
            (r"(?<secret>[a-z-]{20}[0-9])", false),
        ] {
            let read = crate::rules::shorthand::parse(pattern).expect("the test's pattern is right");
            assert_eq!(may_be_name(&read), expected, "{pattern}");
        }
    }

    #[test]
    fn no_rule_of_ours_makes_every_name_worth_a_look() {
        let all = crate::rules::Catalogue::builtin();
        let may_be_name = |rule: &crate::rules::Rule| rule.bounds().is_some_and(|bounds| bounds.may_be_name);
        let names: Vec<&str> = all.rules().iter().filter(|rule| may_be_name(rule)).map(|rule| &*rule.id).collect();
        assert_eq!(names, [""; 0]);
    }
}
