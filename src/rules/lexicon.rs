//! Finds the keywords of all rules: a filter passes few places of a text, and there a table names what to compare with.
//!
//! An automaton of thousands of keywords does not fit into a processor's fast caches, so walking it over every
//! byte costs several nanoseconds each. Few places of a text start a keyword: a filter says which.
//!
//! The build script lays the keywords of the built-in rules out with the same code, so this file uses the standard library
//! alone, and the program starts with its tables in read-only data: a hook that runs for some milliseconds has no time for more.

use std::borrow::Cow;
use std::ops::Range;

use super::escape;
use super::filter::{BLOCK, Block, Filter, Passed, block, fold, hash, three};

/// The length of the shortest keywords.
const SHORTEST: usize = 3;
/// How many bytes of a keyword are looked for.
pub const LONGEST: usize = 64;
/// How many bits of a hash choose a bucket of a table.
const BUCKET_BITS: u32 = 12;
/// From how many bytes on keywords have a table of their own: many start with the same word, and differ behind it.
const TOLD_BY_MORE: usize = 8;

/// All keywords, ready to be found in either case, and the rules that each of them names.
#[derive(Clone, Debug)]
pub struct Lexicon {
    /// Which places of a text may start one.
    pub filter: Filter,
    /// Where each bucket begins among the keywords, first those of the shorter ones, and where the last one ends.
    pub buckets: Cow<'static, [u16]>,
    /// The first bytes of each keyword.
    pub heads: Cow<'static, [Head]>,
    /// Whether each keyword counts only where a word starts, or something behind one.
    pub at_word: Cow<'static, [bool]>,
    /// Where each keyword ends in `text`.
    pub ends: Cow<'static, [u32]>,
    /// All keywords, one after the other.
    pub text: Cow<'static, [u8]>,
    /// Where the rules of each keyword end in `named`.
    pub named_ends: Cow<'static, [u32]>,
    /// The rules of all keywords, by their place among the rules.
    pub named: Cow<'static, [u16]>,
}

/// How a keyword starts: what tells it quickly from others.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Its first four bytes, or three, folded.
    pub start: u32,
    /// The four bytes behind those, folded, with zeros where there are none.
    pub next: u32,
    /// Which of those it has.
    pub mask: u32,
}

/// Reads four bytes, or as many as there are, as a little-endian word.
fn word_at(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..at + 4) {
        Some(four) => u32::from_le_bytes([four[0], four[1], four[2], four[3]]),
        None => bytes.get(at..).unwrap_or_default().iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte)),
    }
}

/// Returns which of the bytes from the fifth to the eighth a keyword of `length` bytes has.
const fn mask(length: usize) -> u32 {
    const MASKS: [u32; 5] = [0, 0xff, 0xffff, 0xff_ffff, u32::MAX];
    let more = length.saturating_sub(4);
    MASKS[if more < 4 { more } else { 4 }]
}

/// Returns the start of a keyword as the table knows it.
fn start_of(keyword: &str) -> u32 {
    let word = fold(word_at(keyword.as_bytes(), 0));
    if keyword.len() == SHORTEST { three(word) } else { word }
}

/// Returns the bucket of keywords that are told by their first four bytes, or three.
const fn bucket(start: u32) -> usize {
    (hash(start) >> (32 - BUCKET_BITS)) as usize
}

/// Returns the bucket of keywords that are told by four bytes more, too.
const fn bucket_of_longer(start: u32, next: u32) -> usize {
    (1 << BUCKET_BITS) + bucket(hash(start) ^ next)
}

/// Returns the bucket of a keyword.
fn bucket_of(keyword: &str) -> usize {
    match keyword.len() < TOLD_BY_MORE {
        true => bucket(start_of(keyword)),
        false => bucket_of_longer(start_of(keyword), fold(word_at(keyword.as_bytes(), 4))),
    }
}

impl Lexicon {
    /// Takes keywords, in lower case, each with the place of a rule that it names and whether it counts for that rule only at
    /// the boundary of a word. Keywords of fewer than three bytes are never found, and of long ones only the start counts.
    pub fn new(keywords: impl IntoIterator<Item = (String, u16, bool)>) -> Self {
        let of_length = |(mut word, rule, at_word): (String, u16, bool)| {
            word.truncate((0..=LONGEST.min(word.len())).rfind(|&end| word.is_char_boundary(end)).unwrap_or(0));
            (word.len() >= SHORTEST).then(|| (bucket_of(&word), word, rule, at_word))
        };
        let mut pairs: Vec<(usize, String, u16, bool)> = keywords.into_iter().filter_map(of_length).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let (mut long, mut short) = (Vec::new(), Vec::new());
        let mut buckets = vec![0; (2 << BUCKET_BITS) + 1];
        let (mut heads, mut at_word, mut ends, mut text) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut named_ends, mut named) = (Vec::new(), Vec::new());
        for same in pairs.chunk_by(|one, other| one.1 == other.1) {
            let (bucket, word, ..) = &same[0];
            let start = start_of(word);
            if word.len() == SHORTEST {
                short.push(start)
            } else {
                long.push(start)
            }
            at_word.push(same.iter().all(|(.., at_word)| *at_word));
            let mask = mask(word.len());
            heads.push(Head { start, next: fold(word_at(word.as_bytes(), 4)) & mask, mask });
            text.extend_from_slice(word.as_bytes());
            ends.push(text.len() as u32);
            named.extend(same.iter().map(|(_, _, rule, _)| *rule));
            named_ends.push(named.len() as u32);
            buckets[bucket + 1] = u16::try_from(heads.len()).expect("there are fewer than 65,536 keywords");
        }
        // A bucket without a keyword is empty.
        for bucket in 1..buckets.len() {
            buckets[bucket] = buckets[bucket].max(buckets[bucket - 1]);
        }
        Self {
            filter: Filter::new(&long, &short),
            buckets: buckets.into(),
            heads: heads.into(),
            at_word: at_word.into(),
            ends: ends.into(),
            text: text.into(),
            named_ends: named_ends.into(),
            named: named.into(),
        }
    }

    /// Returns a keyword.
    pub fn word(&self, keyword: u16) -> &[u8] {
        &self.text[range(&self.ends, keyword)]
    }

    /// Returns the rules that a keyword names, by their places.
    pub fn rules(&self, keyword: u16) -> &[u16] {
        &self.named[range(&self.named_ends, keyword)]
    }

    /// Calls `each` with every keyword that starts in `window` and its offset, offsets ascending; one that counts only at the
    /// boundary of a word is left out elsewhere.
    pub fn find(&self, bytes: &[u8], window: Range<usize>, mut each: impl FnMut(u16, usize)) {
        let end = window.end.min((bytes.len() + 1).saturating_sub(SHORTEST));
        let (buckets, heads): (&[u16], &[Head]) = (&self.buckets, &self.heads);
        // Tells which keywords of a bucket with these folded bytes stand at `place`.
        let mut compare = |bucket: usize, start: u32, next: u32, place: usize| {
            for keyword in buckets[bucket]..buckets[bucket + 1] {
                let head = &heads[usize::from(keyword)];
                if head.start == start && head.next == next & head.mask && self.stands_at(keyword, bytes, place) {
                    each(keyword, place);
                }
            }
        };
        let mut spare: Block = [0; size_of::<Block>()];
        let mut at = window.start;
        while at < end {
            let block = block(&bytes[at..], &mut spare);
            let Passed { long, short } = self.filter.passed(block);
            let mut passed = long | short;
            while passed != 0 {
                let bit = passed & passed.wrapping_neg();
                let offset = passed.trailing_zeros() as usize;
                passed ^= bit;
                // What is made up behind the end of a short block may look like a keyword, too.
                if at + offset >= end {
                    break;
                }
                let (start, next) = (fold(word_at(block, offset)), fold(word_at(block, offset + 4)));
                if long & bit != 0 {
                    compare(bucket(start), start, next, at + offset);
                    compare(bucket_of_longer(start, next), start, next, at + offset);
                }
                if short & bit != 0 {
                    compare(bucket(three(start)), three(start), next, at + offset);
                }
            }
            at += BLOCK;
        }
    }

    /// Tells whether a keyword stands at `place` whose first bytes do, as it is demanded of it. Few do, so this stays out of
    /// what looks for them.
    #[inline(never)]
    fn stands_at(&self, keyword: u16, bytes: &[u8], place: usize) -> bool {
        let word = self.word(keyword);
        let text = bytes.get(place..place + word.len());
        (!self.at_word[usize::from(keyword)] || starts_word(bytes, place))
            && text.is_some_and(|text| text.eq_ignore_ascii_case(word))
    }
}

/// Tells whether a byte is part of a word.
pub const fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Tells whether a word starts at `at`, or something behind a word.
pub fn is_boundary(bytes: &[u8], at: usize) -> bool {
    (at > 0 && is_word_byte(bytes[at - 1])) != bytes.get(at).copied().is_some_and(is_word_byte)
}

/// Tells whether a word starts at `at`, or something behind a word; an escape is no part of the word behind it.
pub fn starts_word(bytes: &[u8], at: usize) -> bool {
    is_boundary(bytes, at) || escape::is_before_word(bytes, at)
}

/// Returns the range of the part at `place`, of parts that end at `ends`.
fn range(ends: &[u32], place: u16) -> Range<usize> {
    let place = usize::from(place);
    let start = if place == 0 { 0 } else { ends[place - 1] as usize };
    start..ends[place] as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_keyword_is_found_in_either_case(
            words in proptest::collection::btree_set("[a-d_-]{3,6}", 1..12), text in "[a-dA-D_ -]{0,120}", cut in 0usize..10,
            bound: u16,
        ) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let window = cut.min(text.len())..text.len() - cut.min(text.len()) / 2;
            prop_assume!(window.start <= window.end);
            // Each names the rule whose place is its own in the list, and one more.
            let at_word = |rule: usize| bound >> rule & 1 == 1;
            let keywords = words.iter().enumerate();
            let keywords = keywords.flat_map(|(rule, word)| [rule as u16, 99].map(|named| (word.to_string(), named, at_word(rule))));
            let lexicon = Lexicon::new(keywords);
            let mut found = Vec::new();
            lexicon.find(text.as_bytes(), window.clone(), |keyword, at| {
                let &[word, 99] = lexicon.rules(keyword) else { panic!("a keyword names its rules") };
                found.push((at, usize::from(word)));
            });
            prop_assert!(found.is_sorted_by_key(|(at, _)| *at));
            let lower = text.to_ascii_lowercase();
            let mut expected = Vec::new();
            for at in window {
                let starts = |(_, word): &(usize, &&str)| lower[at..].starts_with(**word);
                expected.extend(words.iter().enumerate().filter(starts).map(|(index, _)| (at, index)));
            }
            found.sort_unstable();
            let counts = |(at, word): &(usize, usize)| !at_word(*word) || starts_word(text.as_bytes(), *at);
            expected.retain(counts);
            prop_assert_eq!(found, expected);
        }
    }
}
