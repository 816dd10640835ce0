//! Finds the keywords of all rules: a filter over three bytes at a time, then Aho-Corasick where it passes.
//!
//! An automaton of thousands of keywords does not fit into a processor's fast caches, so walking it over every
//! byte costs several nanoseconds each. Few places of a text start a keyword: a bitmap of four kilobytes, one
//! bit for every three bytes folded to five bits each, leaves some of them, a bitmap for four bytes few of those,
//! and there the automaton is started anchored.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind, StartKind};

/// The bytes that the filter looks at; no keyword is shorter.
const WIDTH: usize = 3;
/// The number of folded values of that many bytes.
const GRAMS: usize = 1 << (5 * WIDTH);
/// The number of folded values of one byte more.
const LONG_GRAMS: usize = GRAMS << 5;

/// All keywords, ready to be found in either case.
#[derive(Debug)]
pub struct Keywords {
    grams: Bits,
    long_grams: Bits,
    words: Vec<Cow<'static, str>>,
    /// Made when the filter first lets something through: a commit of a few lines may never need it.
    automaton: OnceLock<AhoCorasick>,
    /// For each keyword those that it starts with, itself among them, and their lengths.
    prefixes: Vec<Vec<(usize, usize)>>,
}

/// A bit for each small number.
#[derive(Debug)]
struct Bits(Vec<u64>);

impl Bits {
    fn new(count: usize) -> Self {
        Self(vec![0; count / 64])
    }

    fn set(&mut self, bit: usize) {
        self.0[bit / 64] |= 1 << (bit % 64);
    }

    fn has(&self, bit: usize) -> bool {
        self.0[bit / 64] >> (bit % 64) & 1 == 1
    }
}

/// Folds the low three bytes of a little-endian word to five bits each; a letter's two cases fold to the same.
const fn fold_three(word: u32) -> usize {
    (word & 0x1f | word >> 3 & 0x3e0 | word >> 6 & 0x7c00) as usize
}

/// Folds all four bytes.
const fn fold_four(word: u32) -> usize {
    fold_three(word) | (word >> 9 & 0xf8000) as usize
}

/// Reads four bytes, or as many as there are, as a little-endian word.
fn word_at(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..at + 4) {
        Some(four) => u32::from_le_bytes([four[0], four[1], four[2], four[3]]),
        None => bytes[at..].iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte)),
    }
}

/// Returns for each of the sorted `words` those that it starts with, as places and lengths.
fn prefixes(words: &[Cow<'static, str>]) -> Vec<Vec<(usize, usize)>> {
    let mut all: Vec<Vec<(usize, usize)>> = Vec::with_capacity(words.len());
    for (index, word) in words.iter().enumerate() {
        // In sorted order a word's prefixes are among those of the word before it, and that word.
        let before = all.last().map_or(&[][..], Vec::as_slice);
        let mut own: Vec<(usize, usize)> =
            before.iter().copied().filter(|&(other, _)| word.starts_with(words[other].as_ref())).collect();
        own.push((index, word.len()));
        all.push(own);
    }
    all
}

impl Keywords {
    /// Takes the keywords, sorted and without repetitions; a found one is named by its place in the list.
    pub fn new(words: Vec<Cow<'static, str>>) -> Self {
        let (mut grams, mut long_grams) = (Bits::new(GRAMS), Bits::new(LONG_GRAMS));
        for word in &words {
            let folded = word_at(word.as_bytes(), 0);
            grams.set(fold_three(folded));
            if word.len() > WIDTH {
                long_grams.set(fold_four(folded));
            } else {
                (0..32).for_each(|next| long_grams.set(fold_three(folded) | next << 15));
            }
        }
        Self { grams, long_grams, prefixes: prefixes(&words), words, automaton: OnceLock::new() }
    }

    fn automaton(&self) -> &AhoCorasick {
        self.automaton.get_or_init(|| {
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .start_kind(StartKind::Anchored)
                .ascii_case_insensitive(true)
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(self.words.iter().map(AsRef::<str>::as_ref))
                .expect("a few thousand short keywords fit the automaton")
        })
    }

    /// Calls `each` with the place in the list and the range of every keyword that lies in `window`.
    pub fn find(&self, bytes: &[u8], window: Range<usize>, mut each: impl FnMut(usize, Range<usize>)) {
        let Some(text) = bytes.get(window.clone()) else { return };
        for at in 0..text.len().saturating_sub(WIDTH - 1) {
            let word = word_at(text, at);
            if !self.grams.has(fold_three(word)) {
                continue;
            }
            // At the very end of a window only a keyword of three bytes has room.
            if at + WIDTH < text.len() && !self.long_grams.has(fold_four(word)) {
                continue;
            }
            let start = window.start + at;
            let input = Input::new(bytes).range(start..window.end).anchored(Anchored::Yes);
            let longest = self.automaton().try_find(input).expect("the automaton was built to be started anchored");
            for &(word, length) in longest.iter().flat_map(|found| &self.prefixes[found.pattern().as_usize()]) {
                each(word, start..start + length);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_keyword_is_found_in_either_case(
            words in proptest::collection::btree_set("[a-d_-]{3,5}", 1..8), text in "[a-dA-D_ -]{0,60}", cut in 0usize..10,
        ) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let window = cut.min(text.len())..text.len();
            let mut found = Vec::new();
            Keywords::new(words.iter().map(|word| Cow::Owned(word.to_string())).collect()).find(text.as_bytes(), window.clone(), |word, range| found.push((word, range)));
            let lower = text.to_ascii_lowercase();
            let mut expected = Vec::new();
            for (index, word) in words.iter().enumerate() {
                for at in window.clone() {
                    if lower[at..].starts_with(word) {
                        expected.push((index, at..at + word.len()));
                    }
                }
            }
            found.sort_by_key(|(word, range)| (*word, range.start));
            prop_assert_eq!(found, expected);
        }
    }
}
