//! Tells of a block of places which of them may start a keyword: few do, and there is no branch on the way, with AVX2
//! eight places at a time.
//!
//! The filter is a blocked Bloom filter (Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom Filters",
//! 2007) of two bits in one word. A hash of three folded bytes says in which word, also for longer keywords, so that one look
//! serves both; which bits it says for the shortest keywords alone, and a hash of four bytes for all others.

use std::borrow::Cow;

/// How many places are looked at in one go.
pub const BLOCK: usize = 32;
/// Factors that spread what bytes differ in over the upper bits of a product (Knuth, "The Art of Computer Programming", 6.4).
const SPREADS: [u32; 8] =
    [0x9e37_79b1, 0x85eb_ca6b, 0xc2b2_ae35, 0x27d4_eb2f, 0x1656_67b1, 0xd35a_2d97, 0xb529_7a4d, 0x68e3_1da5];
/// What texts have most often, folded: every twelfth place of a program starts four blanks. A filter that let them pass by
/// chance would be of little use.
const COMMON: [[u8; 4]; 5] = [*b"    ", *b"*   ", *b"**  ", *b"))))", *b"----"];
/// What makes a letter's two cases alike, and some other bytes.
const FOLDED: u64 = 0x2020_2020_2020_2020;
/// How many bits of a hash choose one of the table's 32-bit words.
const WORD_BITS: u32 = 12;
/// How many words the table has.
const WORDS: usize = 1 << WORD_BITS;
/// How far to the right bits of a hash of four bytes choose a bit, and another one.
const LONG: [u32; 2] = [27, 22];
/// The same for a hash of three, whose upper bits choose the word.
const SHORT: [u32; 2] = [27 - WORD_BITS, 22 - WORD_BITS];

/// Bytes at whose first places keywords are looked for, with those that vector loads read behind them.
pub type Block = [u8; BLOCK + 8];

/// Returns the first bytes of `rest`, from `spare` with zeros behind them where there are too few.
#[inline]
pub fn block<'a, const LENGTH: usize>(rest: &'a [u8], spare: &'a mut [u8; LENGTH]) -> &'a [u8; LENGTH] {
    match rest.first_chunk() {
        Some(block) => block,
        None => {
            *spare = [0; LENGTH];
            spare[..rest.len()].copy_from_slice(rest);
            spare
        }
    }
}

/// Makes letters of four bytes lower case, and changes some other bytes.
pub const fn fold(word: u32) -> u32 {
    word | FOLDED as u32
}

/// Returns the first three of four bytes.
pub const fn three(word: u32) -> u32 {
    word << 8
}

/// Returns a hash whose upper bits are good.
pub const fn hash(word: u32) -> u32 {
    word.wrapping_mul(SPREADS[0])
}

/// A bit for each of the first places of a block at which a keyword may start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// One of at least four bytes.
    pub long: u32,
    /// One of three.
    pub short: u32,
}

/// What the keywords may start with.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Two bits for each keyword.
    pub words: Cow<'static, [u32; WORDS]>,
    /// The factor of its hashes.
    pub spread: u32,
}

/// Returns which word a hash of three bytes leads to.
const fn word_of(hash: u32) -> usize {
    (hash >> (32 - WORD_BITS)) as usize
}

/// Returns which bit a hash leads to.
const fn bit(hash: u32, shift: u32) -> u32 {
    (hash >> shift) & 31
}

/// Returns whether both bits of a hash are set in the lowest bit, and others that mean nothing.
const fn has(word: u32, hash: u32, shifts: [u32; 2]) -> u32 {
    (word >> bit(hash, shifts[0])) & (word >> bit(hash, shifts[1]))
}

impl Filter {
    /// Takes the four folded bytes with which each long keyword starts, and what [`three`] makes of each short one.
    pub fn new(long: &[u32], short: &[u32]) -> Self {
        let filters = || SPREADS.into_iter().map(|spread| Self::with(spread, long, short));
        let common =
            |filter: &Self| COMMON.iter().filter(|&&common| filter.lets_pass(u32::from_le_bytes(common))).count();
        let silent = filters().find(|filter| common(filter) == 0);
        silent.or_else(|| filters().min_by_key(common)).expect("there are factors")
    }

    fn with(spread: u32, long: &[u32], short: &[u32]) -> Self {
        let mut words = [0; WORDS];
        let mut add = |three: u32, hash: u32, shifts: [u32; 2]| {
            words[word_of(three.wrapping_mul(spread))] |= 1 << bit(hash, shifts[0]) | 1 << bit(hash, shifts[1]);
        };
        long.iter().for_each(|&start| add(three(start), start.wrapping_mul(spread), LONG));
        short.iter().for_each(|&start| add(start, start.wrapping_mul(spread), SHORT));
        Self { words: Cow::Owned(words), spread }
    }

    /// Looks four folded bytes up; returns in the lowest bits whether a long keyword may start with them, and a short one.
    fn look(&self, four: u32) -> (u32, u32) {
        let (long, short) = (four.wrapping_mul(self.spread), three(four).wrapping_mul(self.spread));
        let word = self.words[word_of(short)];
        (has(word, long, LONG) & 1, has(word, short, SHORT) & 1)
    }

    fn lets_pass(&self, four: u32) -> bool {
        self.look(four) != (0, 0)
    }

    /// Tells at which of the first places of `block` a keyword may start.
    #[inline]
    pub fn passed(&self, block: &Block) -> Passed {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[expect(unsafe_code, reason = "the instructions may be used only where the processor has them")]
            // SAFETY: the processor has AVX2.
            return unsafe { avx2::passed(self, block) };
        }
        self.passed_scalar(block)
    }

    /// The same without vector instructions: the fallback, and what the fast way is tested against.
    fn passed_scalar(&self, block: &Block) -> Passed {
        let mut passed = Passed::default();
        for at in (0..BLOCK).step_by(4) {
            // Eight bytes hold all that is hashed at four places.
            let eight = block[at..].first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight)) | FOLDED;
            for place in 0..4 {
                let (long, short) = self.look((eight >> (8 * place)) as u32);
                passed.long |= long << (at + place);
                passed.short |= short << (at + place);
            }
        }
        passed
    }
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "vector instructions read through pointers, and only where the processor has them")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::{BLOCK, Block, FOLDED, Filter, LONG, Passed, SHORT, WORD_BITS};

    /// Which bytes of sixteen are the four at each of eight places.
    const FOURS: [u8; 32] = fours();

    const fn fours() -> [u8; 32] {
        let mut bytes = [0; 32];
        let mut at = 0;
        while at < 32 {
            bytes[at] = (at / 4 + at % 4) as u8;
            at += 1;
        }
        bytes
    }

    /// Finds the places that pass.
    #[target_feature(enable = "avx2")]
    pub fn passed(filter: &Filter, block: &Block) -> Passed {
        // SAFETY: an unaligned load of 32 bytes from an array of 32.
        let fours = unsafe { _mm256_loadu_si256(FOURS.as_ptr().cast()) };
        let folded = _mm256_set1_epi64x(FOLDED as i64);
        let spread = _mm256_set1_epi32(filter.spread as i32);
        let mut passed = Passed::default();
        for at in (0..BLOCK).step_by(8) {
            // SAFETY: an unaligned load of 16 bytes, the last of which ends 40 bytes behind the start of the block.
            let sixteen = unsafe { _mm_loadu_si128(block.as_ptr().add(at).cast()) };
            let words = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(sixteen), fours);
            let words = _mm256_or_si256(words, folded);
            let long = _mm256_mullo_epi32(words, spread);
            let short = _mm256_mullo_epi32(_mm256_slli_epi32::<8>(words), spread);
            // SAFETY: of a hash as many bits are left as number the words.
            let found =
                unsafe { _mm256_i32gather_epi32::<4>(filter.words.as_ptr().cast(), shifted(short, 32 - WORD_BITS)) };
            passed.long |= lowest(has(found, long, LONG)) << at;
            passed.short |= lowest(has(found, short, SHORT)) << at;
        }
        passed
    }

    /// Returns the lowest bits of eight words.
    #[target_feature(enable = "avx2")]
    fn lowest(words: __m256i) -> u32 {
        _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_slli_epi32::<31>(words))) as u32
    }

    /// Does for eight words and hashes what [`super::has`] does.
    #[target_feature(enable = "avx2")]
    fn has(words: __m256i, hashes: __m256i, shifts: [u32; 2]) -> __m256i {
        let bit = |shift| _mm256_srlv_epi32(words, _mm256_and_si256(shifted(hashes, shift), _mm256_set1_epi32(31)));
        _mm256_and_si256(bit(shifts[0]), bit(shifts[1]))
    }

    #[target_feature(enable = "avx2")]
    fn shifted(hashes: __m256i, by: u32) -> __m256i {
        _mm256_srl_epi32(hashes, _mm_cvtsi32_si128(by as i32))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_commonest_does_not_pass() {
        let filter = crate::rules::Catalogue::builtin().lexicon().filter;
        assert!(!COMMON.iter().any(|&common| filter.lets_pass(u32::from_le_bytes(common))));
    }

    proptest! {
        #[test]
        fn both_ways_pass_the_same_places_and_every_start(
            starts in proptest::collection::vec("[a-z_-]{3,4}", 1..300), text: [u8; 32], at in 0usize..=28,
        ) {
            let word = |start: &String| fold(start.bytes().rev().fold(0, |word, byte| word << 8 | u32::from(byte)));
            let (short, long): (Vec<&String>, Vec<&String>) = starts.iter().partition(|start| start.len() == 3);
            let (short, long) = (short.into_iter().map(|start| three(word(start))), long.into_iter().map(word));
            let filter = Filter::new(&long.collect::<Vec<_>>(), &short.collect::<Vec<_>>());
            let mut block: Block = [0; BLOCK + 8];
            block[..32].copy_from_slice(&text);
            block[at..at + starts[0].len()].copy_from_slice(starts[0].to_uppercase().as_bytes());
            prop_assert_eq!(filter.passed(&block), filter.passed_scalar(&block));
            let Passed { long, short } = filter.passed(&block);
            let passed = if starts[0].len() == 3 { short } else { long };
            prop_assert!(passed >> at & 1 == 1);
        }
    }
}
