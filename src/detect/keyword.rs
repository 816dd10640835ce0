//! Finds the keywords of all rules: a filter passes few places of a text, and there a table names what to compare with.
//!
//! An automaton of thousands of keywords does not fit into a processor's fast caches, so walking it over every
//! byte costs several nanoseconds each. Few places of a text start a keyword: two bitmaps, one over a hash of four bytes and
//! one of three for the shortest keywords, say which, for a block of places at a time and without a branch.

use std::borrow::Cow;
use std::ops::Range;

/// The length of the shortest keywords.
const SHORTEST: usize = 3;
/// How many bytes of a longer keyword are hashed.
const HASHED: usize = 4;
/// How many places the filter looks at in one go.
const BLOCK: usize = 32;
/// A factor that spreads what bytes differ in over the upper bits of a product (Knuth, "The Art of Computer Programming", 6.4).
const SPREAD: u32 = 0x9e37_79b1;
/// How many bits of a hash choose a bucket of the table.
const BUCKET_BITS: u32 = 12;

/// All keywords, ready to be found in either case.
#[derive(Debug)]
pub struct Keywords {
    words: Vec<Cow<'static, str>>,
    long: Filter<2048>,
    short: Filter<1024>,
    /// Where each bucket begins in `entries`, and where the last one ends.
    buckets: Vec<u16>,
    entries: Vec<Entry>,
}

/// A keyword in the table.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Its first bytes, folded.
    start: u32,
    /// Its place in the list.
    word: u16,
}

/// A bit for each hash, or for its upper bits: whether a keyword may start with what was hashed.
#[derive(Debug)]
struct Filter<const WORDS: usize>(Box<[u32; WORDS]>);

impl<const WORDS: usize> Filter<WORDS> {
    /// How many bits of a hash are left out.
    const SHIFT: u32 = 32 - (WORDS.trailing_zeros() + 5);

    fn new() -> Self {
        Self(Box::new([0; WORDS]))
    }

    fn set(&mut self, hash: u32) {
        let index = hash >> Self::SHIFT;
        self.0[(index >> 5) as usize % WORDS] |= 1 << (index & 31);
    }

    /// Returns the bit in the lowest place, and others that mean nothing.
    #[inline]
    fn get(&self, hash: u32) -> u32 {
        let index = hash >> Self::SHIFT;
        self.0[(index >> 5) as usize % WORDS] >> (index & 31)
    }
}

/// Makes a letter's two cases alike, and some other bytes.
const fn fold(word: u32) -> u32 {
    word | 0x2020_2020
}

/// Returns the first three of four bytes.
const fn three(word: u32) -> u32 {
    word << 8
}

const fn hash(word: u32) -> u32 {
    word.wrapping_mul(SPREAD)
}

/// Reads four bytes, or as many as there are, as a little-endian word.
fn word_at(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..at + 4) {
        Some(four) => u32::from_le_bytes([four[0], four[1], four[2], four[3]]),
        None => bytes[at..].iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte)),
    }
}

/// Returns the start of a keyword as the table knows it.
fn start_of(keyword: &str) -> u32 {
    let word = fold(word_at(keyword.as_bytes(), 0));
    if keyword.len() < HASHED { three(word) } else { word }
}

const fn bucket(start: u32) -> usize {
    (hash(start) >> (32 - BUCKET_BITS)) as usize
}

impl Keywords {
    /// Takes the keywords, in lower case; a found one is named by its place in the list. Those of fewer than three bytes are never
    /// found.
    pub fn new(words: Vec<Cow<'static, str>>) -> Self {
        let (mut long, mut short) = (Filter::new(), Filter::new());
        let mut entries = Vec::with_capacity(words.len());
        for (index, word) in words.iter().enumerate().filter(|(_, word)| word.len() >= SHORTEST) {
            let start = start_of(word);
            if word.len() < HASHED {
                short.set(hash(start))
            } else {
                long.set(hash(start))
            }
            entries.push(Entry { start, word: u16::try_from(index).expect("there are fewer than 65,536 keywords") });
        }
        entries.sort_by_key(|entry| bucket(entry.start));
        let first = |wanted: usize| entries.partition_point(|entry| bucket(entry.start) < wanted) as u16;
        let buckets = (0..=1 << BUCKET_BITS).map(first).collect();
        Self { words, long, short, buckets, entries }
    }

    /// Returns the keyword at a place in the list.
    pub fn word(&self, word: u16) -> &str {
        &self.words[usize::from(word)]
    }

    /// Calls `each` with the place in the list and the offset of every keyword that lies in `window`, offsets ascending.
    pub fn find(&self, bytes: &[u8], window: Range<usize>, mut each: impl FnMut(u16, usize)) {
        let end = window.end.min(bytes.len());
        let mut at = window.start;
        while at + SHORTEST <= end {
            let room = (end + 1 - SHORTEST - at).min(BLOCK);
            let mut passed = match bytes[at..].first_chunk() {
                Some(block) => self.filter(block),
                None => self.filter_end(&bytes[at..]),
            };
            passed &= u32::MAX >> (BLOCK - room);
            while passed != 0 {
                let place = at + passed.trailing_zeros() as usize;
                passed &= passed - 1;
                self.compare(bytes, place, end, &mut each);
            }
            at += BLOCK;
        }
    }

    /// Returns a bit for each of the first places of `block` at which a keyword may start.
    #[inline]
    fn filter(&self, block: &[u8; BLOCK + HASHED - 1]) -> u32 {
        let mut passed = 0;
        for place in 0..BLOCK {
            let four = [block[place], block[place + 1], block[place + 2], block[place + 3]];
            let word = fold(u32::from_le_bytes(four));
            let bit = (self.long.get(hash(word)) | self.short.get(hash(three(word)))) & 1;
            passed = passed >> 1 | bit << 31;
        }
        passed
    }

    /// Does the same where the text ends.
    #[cold]
    fn filter_end(&self, rest: &[u8]) -> u32 {
        let mut padded = [0; BLOCK + HASHED - 1];
        let len = rest.len().min(padded.len());
        padded[..len].copy_from_slice(&rest[..len]);
        self.filter(&padded)
    }

    /// Tells which keywords start at `place`.
    #[inline]
    fn compare(&self, bytes: &[u8], place: usize, end: usize, each: &mut impl FnMut(u16, usize)) {
        let four = fold(word_at(bytes, place));
        for start in [four, three(four)] {
            let bucket = bucket(start);
            let entries = usize::from(self.buckets[bucket])..usize::from(self.buckets[bucket + 1]);
            for entry in self.entries[entries].iter().filter(|entry| entry.start == start) {
                let word = self.word(entry.word).as_bytes();
                let text = bytes.get(place..place + word.len());
                if place + word.len() <= end && text.is_some_and(|text| text.eq_ignore_ascii_case(word)) {
                    each(entry.word, place);
                }
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
            words in proptest::collection::btree_set("[a-d_-]{3,5}", 1..8), text in "[a-dA-D_ -]{0,120}", cut in 0usize..10,
        ) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let window = cut.min(text.len())..text.len() - cut.min(text.len()) / 2;
            prop_assume!(window.start <= window.end);
            let mut found = Vec::new();
            Keywords::new(words.iter().map(|word| Cow::Owned(word.to_string())).collect())
                .find(text.as_bytes(), window.clone(), |word, at| found.push((at, word)));
            prop_assert!(found.is_sorted_by_key(|(at, _)| *at));
            let lower = text[..window.end].to_ascii_lowercase();
            let mut expected = Vec::new();
            for at in window {
                let starts = |(_, word): &(usize, &&str)| lower[at..].starts_with(**word);
                expected.extend(words.iter().enumerate().filter(starts).map(|(index, _)| (at, index as u16)));
            }
            found.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
