//! Tells a word that stands in a random token by chance from one that somebody wrote there.
//!
//! One token of twenty characters in sixty thousand has `todo` in it, in some mixture of capitals.

use super::placeholder::{PARTS, TELLING, is_monotonous, is_placeholder};
use super::sequence::is_interleaved_sequence;
use super::shape::Shape;
use crate::wording::PLACEHOLDERS;

/// The greatest length of a word that chance writes often enough to count.
const WORD: usize = 5;
/// How many characters must stand around it that look random.
const REST: usize = 12;

/// Tells whether the only reason to take `token` for a placeholder is one short word, and all around it is random.
///
/// The first `prefix` bytes are the provider's. A word between separators was written on purpose, and so was a run of
/// one letter at either end, which hides the rest of a token.
pub(super) fn is_chance(token: &[u8], prefix: usize) -> bool {
    let body = token[prefix.min(token.len())..].to_ascii_lowercase();
    let mut words = PARTS.find_iter(&body);
    let (Some(word), None) = (words.next(), words.next()) else { return false };
    let text = &body[word.range()];
    let is_apart = |neighbour: Option<&u8>| neighbour.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let (before, behind) = (&body[..word.start()], &body[word.end()..]);
    let at = prefix + word.start();
    let written = &token[at..at + text.len()];
    let is_run = written.iter().all(|byte| *byte == written[0]);
    if text.len() > WORD
        || !text.iter().all(u8::is_ascii_alphabetic)
        || is_apart(before.last()) && is_apart(behind.first())
        || is_run && (before.is_empty() || behind.is_empty())
    {
        return false;
    }
    let rest = [&token[prefix..at], &token[at + text.len()..]].concat();
    is_random_rest(&rest)
        && ![is_placeholder, is_monotonous, is_interleaved_sequence, counts].iter().any(|sign| sign(&rest))
}

/// Tells whether a word that people write where a secret belongs stands in `value` more than once, which is no
/// accident even in a long token.
pub(super) fn insists(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let long = PLACEHOLDERS.iter().chain(TELLING).filter(|part| part.len() >= 5);
    long.into_iter().any(|part| memchr::memmem::find_iter(&lower, part).nth(1).is_some())
}

/// Tells whether a long value counts to nine or goes through the alphabet, which no random one does by accident.
pub(super) fn counts(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    [&b"123456789"[..], b"abcdefghij"].iter().any(|run| memchr::memmem::find(&lower, run).is_some())
}

/// Tells whether a machine made the rest of a token.
fn is_random_rest(rest: &[u8]) -> bool {
    let shape = Shape::of(rest);
    shape.length >= REST && shape.looks_random() && shape.changes >= 4 && shape.entropy > 2.8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::template::Generator;

    #[test]
    fn what_somebody_wrote_is_no_chance() {
        let random = format!("q8Zk4tP{}", "w9Lv2");
        for (body, expected) in [
            (format!("q8Zk4TodO{random}"), true),
            (format!("q8Zk4xXxX{random}"), true),
            (format!("{random}9Bq4XxxX"), true),
            (format!("q8Zkxxxx{random}9"), true),
            (format!("todo{random}9Bq4"), true),
            (format!("-todo-{random}9Bq"), false),
            (format!("{random}9Bq4-todo"), false),
            (format!("xxxx{random}9Bq4"), false),
            (format!("{random}9Bq4xxxx"), false),
            (format!("{random}xxxxxxxx9Bq4"), false),
            (format!("todo{random}todo9Bq4"), false),
            (format!("EXAMPLE{random}9Bq4"), false),
            ("your-token-todo-here".to_owned(), false),
            ("AddTodoTokenBeforeUse".to_owned(), false),
            ("todo1234567890abcdef".to_owned(), false),
            ("a1b2c3d4e5todof6g7h8".to_owned(), false),
            ("x".repeat(20), false),
            ("todo".repeat(5), false),
        ] {
            assert_eq!(is_chance(format!("acme-{body}").as_bytes(), 5), expected, "{body}");
        }
    }

    #[test]
    fn a_word_anywhere_in_a_random_token_is_chance() {
        let (mut held, mut all) = (0, 0);
        for seed in 0..400 {
            let body = Generator::new(seed).fill("{alnum:16}");
            for at in 0..=body.len() {
                for word in ["todo", "tOdO", "FAKE", "XxXx"] {
                    let token = format!("acme-{}{word}{}", &body[..at], &body[at..]);
                    all += 1;
                    held += usize::from(is_chance(token.as_bytes(), 5));
                }
            }
        }
        assert!(held * 100 >= all * 95, "{held} of {all}");
    }

    #[test]
    fn a_long_token_that_counts_is_no_accident() {
        let long = |part: &str| format!("{}{part}{}", "q7Zr".repeat(9), "Wm3x".repeat(9));
        for (part, expected) in [("1234567890", true), ("aBcDeFgHiJ", true), ("EXAMPLE", false), ("12345", false)] {
            assert_eq!(counts(long(part).as_bytes()), expected, "{part}");
        }
    }

    #[test]
    fn a_word_that_is_repeated_is_no_accident() {
        assert!(insists(b"glsa_iNValIdinValiDinvalidinvalidinva"));
        assert!(!insists(b"glsa_q8Zk4tInvalid9Lw2Xv7Rb1Nc8Hd"));
    }
}
