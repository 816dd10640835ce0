//! Looks at every byte once: finds runs of token characters and anchors, with AVX2 where there is AVX2.
//!
//! A run is at least [`LEAST_RUN`] of `[A-Za-z0-9_-]` in a row that are no name: what every token contains. An anchor is a
//! place of [`super::anchor`]. Both implementations find exactly the same.

use super::anchor::{self, Anchor, AnchorKind};
use super::call;
use crate::rules::{LEAST_RUN, is_name, is_token_byte};
use crate::source::Span;

/// Whether runs that are names count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// They do, for a rule whose secrets may look like them.
    Kept,
    /// They do not.
    PassedOver,
}

/// What a sieve leaves of a text, in order of position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sifted {
    /// Maximal runs of token characters.
    pub runs: Vec<Span>,
    /// Anchors, without those of escapes and of what concerns lints.
    pub anchors: Vec<Anchor>,
    /// Where escapes may stand that are worth undoing: the sign that one begins with, or the colon before it.
    pub escapes: Vec<usize>,
    /// Whether `mcp` stands somewhere before the last three bytes, in either case.
    pub has_mcp: bool,
    /// Whether a part of `servers` stands somewhere, in either case.
    pub has_server: bool,
}

impl Sifted {
    /// Tells whether `mcp` may stand in the text that was sifted: whatever its last three bytes are, nothing follows them.
    pub fn may_have_mcp(&self, bytes: &[u8]) -> bool {
        self.has_mcp || bytes.ends_with(b"mcp")
    }

    /// Forgets all and keeps the lists' memory.
    pub fn clear(&mut self) {
        self.runs.clear();
        self.anchors.clear();
        self.escapes.clear();
        self.has_mcp = false;
        self.has_server = false;
    }
}

/// Finds all runs and anchors of `bytes`, in place of what `sifted` held.
pub fn sift(bytes: &[u8], names: Names, sifted: &mut Sifted) {
    sifted.clear();
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[expect(unsafe_code, reason = "the instructions may be used only where the processor has them")]
        // SAFETY: the processor has AVX2.
        unsafe {
            avx2::sift(bytes, names, sifted)
        };
        return;
    }
    sift_scalar(bytes, names, sifted);
}

/// Finds the runs and anchors of a part of a text, at their places in the whole. An escape that ends the part is seen together
/// with what follows.
pub fn sift_part(bytes: &[u8], part: Span, names: Names, sifted: &mut Sifted) {
    sift(&bytes[part.range()], names, sifted);
    for at in &mut sifted.escapes {
        *at += part.start;
    }
    let is_escape = |&at: &usize| anchor::kind_at(bytes, at) == Some(AnchorKind::Escape);
    sifted.escapes.extend((part.start.max(part.end.saturating_sub(anchor::WIDTH - 1))..part.end).filter(is_escape));
    for run in &mut sifted.runs {
        *run = Span::new(part.start + run.start, part.start + run.end);
    }
    for (at, _) in &mut sifted.anchors {
        *at += part.start;
    }
}

/// [`sift`] without vector instructions: the fallback, and what the fast way is tested against.
pub fn sift_scalar(bytes: &[u8], names: Names, sifted: &mut Sifted) {
    sifted.clear();
    let kept = names == Names::Kept;
    let mut start = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if !is_token_byte(byte) {
            close_run(bytes, Span::new(start, at), kept, sifted);
            start = at + 1;
        }
        if anchor::passes_tables(bytes, at) {
            push_anchor(bytes, at, sifted);
        }
    }
    close_run(bytes, Span::new(start, bytes.len()), kept, sifted);
}

/// Adds what is a run: `counts` tells that it is no name, or would count as well.
fn close_run(bytes: &[u8], run: Span, counts: bool, sifted: &mut Sifted) {
    if run.len() >= LEAST_RUN && (counts || !is_name(&bytes[run.range()])) {
        sifted.runs.push(run);
    }
}

fn push_anchor(bytes: &[u8], at: usize, sifted: &mut Sifted) {
    match anchor::kind_at(bytes, at) {
        Some(AnchorKind::Escape) => sifted.escapes.push(at),
        Some(AnchorKind::Mcp) => sifted.has_mcp = true,
        Some(AnchorKind::Server) => sifted.has_server = true,
        Some(kind) if call::may_lead(kind, bytes, at) => sifted.anchors.push((at, kind)),
        _ => {}
    }
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "vector instructions read through pointers, and only where the processor has them")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::{Names, Sifted, anchor, close_run, push_anchor};
    use crate::rules::{LEAST_RUN, LONGEST_WORD, block, is_token_byte};
    use crate::source::Span;

    /// How many bytes one step looks at.
    const STEP: usize = 64;
    /// The bytes of a step and those behind them that fingerprints may reach.
    type Block = [u8; STEP + anchor::WIDTH];

    /// For each low half of a byte the classes it can belong to; see [`HIGH`].
    const LOW: [u8; 16] = low_halves();
    /// For each high half its class: `-` is 1, digits 2, `A-O` 4, `P-Z` and `_` 8, `a-o` 16, `p-z` 32.
    const HIGH: [u8; 16] = [0, 0, 1, 2, 4, 8, 16, 32, 0, 0, 0, 0, 0, 0, 0, 0];
    /// The classes of digits and capitals; `_` is in one of them, and is no such byte.
    const TELLING: i8 = 2 | 4 | 8;

    const fn low_halves() -> [u8; 16] {
        let mut table = [0; 16];
        let mut low = 0;
        while low < 16 {
            let mut high = 2;
            while high < 8 {
                if is_token_byte((high << 4) | low) {
                    table[low as usize] |= HIGH[high as usize];
                }
                high += 1;
            }
            low += 1;
        }
        table
    }

    /// A table in both lanes of a register, as `vpshufb` wants it.
    #[target_feature(enable = "avx2")]
    fn table(bytes: &[u8; 16]) -> __m256i {
        // SAFETY: an unaligned load of 16 bytes from an array of 16.
        _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) })
    }

    #[target_feature(enable = "avx2")]
    fn high_halves(bytes: __m256i) -> __m256i {
        _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), _mm256_set1_epi8(15))
    }

    /// Reads 32 bytes.
    ///
    /// # Safety
    /// They can be read at `at`.
    #[target_feature(enable = "avx2")]
    unsafe fn load(at: *const u8) -> __m256i {
        // SAFETY: the caller's promise.
        unsafe { _mm256_loadu_si256(at.cast()) }
    }

    /// Returns a bit for each byte that is not zero.
    #[target_feature(enable = "avx2")]
    fn nonzero(bytes: __m256i) -> u32 {
        !(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())) as u32)
    }

    struct Tables {
        low: __m256i,
        high: __m256i,
        positions: [(__m256i, __m256i); anchor::WIDTH],
    }

    impl Tables {
        #[target_feature(enable = "avx2")]
        fn new() -> Self {
            let position = |at: usize| (table(&anchor::TABLES[at].low), table(&anchor::TABLES[at].high));
            Self {
                low: table(&LOW),
                high: table(&HIGH),
                positions: [position(0), position(1), position(2), position(3)],
            }
        }

        /// Returns a bit for each of the first bytes of a block that is a token byte.
        #[target_feature(enable = "avx2")]
        fn tokens(&self, block: &Block) -> u64 {
            // SAFETY: the block holds more than STEP bytes.
            let (low, high) = unsafe { (load(block.as_ptr()), load(block.as_ptr().add(32))) };
            both(nonzero(self.classes(low)), nonzero(self.classes(high)))
        }

        /// Returns a bit for each of the first bytes of a block at which a fingerprint may start.
        #[target_feature(enable = "avx2")]
        fn anchors(&self, block: &Block) -> u64 {
            // SAFETY: the block holds WIDTH bytes more than the STEP of them that are looked at.
            unsafe { both(self.anchors_at(block.as_ptr()), self.anchors_at(block.as_ptr().add(32))) }
        }

        /// Returns a bit for each of the first bytes of a block that is a digit or a capital: a run that has one is no name.
        #[target_feature(enable = "avx2")]
        fn telling(&self, block: &Block) -> u64 {
            let telling = |bytes: __m256i| {
                let underscores = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(b'_' as i8));
                let classes = _mm256_and_si256(self.classes(bytes), _mm256_set1_epi8(TELLING));
                nonzero(_mm256_andnot_si256(underscores, classes))
            };
            // SAFETY: the block holds more than STEP bytes.
            let (low, high) = unsafe { (load(block.as_ptr()), load(block.as_ptr().add(32))) };
            both(telling(low), telling(high))
        }

        /// Returns the class of each byte, zero for one that is no token byte.
        #[target_feature(enable = "avx2")]
        fn classes(&self, bytes: __m256i) -> __m256i {
            // `vpshufb` yields zero for a byte above 127, so the low table needs no mask.
            let low = _mm256_shuffle_epi8(self.low, bytes);
            let high = _mm256_shuffle_epi8(self.high, high_halves(bytes));
            _mm256_and_si256(low, high)
        }

        /// Returns a bit for each of the 32 bytes at `at` at which a fingerprint may start.
        ///
        /// # Safety
        /// 35 bytes can be read at `at`.
        #[target_feature(enable = "avx2")]
        unsafe fn anchors_at(&self, at: *const u8) -> u32 {
            let mut buckets = _mm256_set1_epi8(-1);
            for (position, (low, high)) in self.positions.iter().enumerate() {
                // SAFETY: the caller's promise: the last of the four loads ends 35 bytes behind `at`.
                let bytes = unsafe { load(at.add(position)) };
                // `vpshufb` yields zero for a byte above 127, which only positions of any byte accept.
                let halves = match anchor::ACCEPTS_ANY[position] {
                    true => _mm256_and_si256(bytes, _mm256_set1_epi8(15)),
                    false => bytes,
                };
                buckets = _mm256_and_si256(buckets, _mm256_shuffle_epi8(*low, halves));
                buckets = _mm256_and_si256(buckets, _mm256_shuffle_epi8(*high, high_halves(bytes)));
            }
            nonzero(buckets)
        }
    }

    /// Joins the bits of two halves of a step.
    #[inline(always)]
    const fn both(low: u32, high: u32) -> u64 {
        low as u64 | (high as u64) << 32
    }

    /// Finds all runs and anchors.
    #[target_feature(enable = "avx2")]
    pub fn sift(bytes: &[u8], names: Names, sifted: &mut Sifted) {
        let tables = Tables::new();
        let kept = names == Names::Kept;
        // Zeros behind the text are no token bytes.
        let mut spare: Block = [0; size_of::<Block>()];
        let mut start = 0; // of the run that reaches the current step
        let mut at = 0;
        while at < bytes.len() {
            let block = block(&bytes[at..], &mut spare);
            start = runs(bytes, tables.tokens(block), || tables.telling(block), at, start, kept, sifted);
            let mut anchors = tables.anchors(block);
            while anchors != 0 {
                push_anchor(bytes, at + anchors.trailing_zeros() as usize, sifted);
                anchors &= anchors - 1;
            }
            at += STEP;
        }
        // A run that fills the last step ends with the text.
        if start < bytes.len() {
            close_run(bytes, Span::new(start, bytes.len()), kept, sifted);
        }
    }

    /// Returns the bits of all runs of [`LEAST_RUN`], from the bits at which as many are set in a row.
    const fn spread(long: u64) -> u64 {
        let pairs = long | (long << 1);
        let fours = pairs | (pairs << 2);
        let eights = fours | (fours << 4);
        eights | (eights << 8)
    }

    /// Closes the runs that end within a step; returns where the run that leaves it started. Most steps have none, and need
    /// not know which bytes are telling.
    #[inline]
    fn runs(
        bytes: &[u8],
        tokens: u64,
        telling: impl Fn() -> u64,
        at: usize,
        start: usize,
        kept: bool,
        sifted: &mut Sifted,
    ) -> usize {
        if tokens == u64::MAX {
            return start;
        }
        let first = tokens.trailing_ones() as usize;
        if at + first - start >= LEAST_RUN {
            let tells = telling() & ((1 << first) - 1) != 0;
            close_run(bytes, Span::new(start, at + first), kept || tells, sifted);
        }
        // Bits that start sixteen set bits in a row.
        let pairs = tokens & (tokens >> 1);
        let fours = pairs & (pairs >> 2);
        let eights = fours & (fours >> 4);
        let mut long = (eights & (eights >> 8)) & !((1u64 << first) - 1);
        let leaving = STEP - tokens.leading_ones() as usize;
        if long == 0 {
            return at + leaving;
        }
        let telling = telling();
        // Most runs are names. One that has a word too long for a name has as many bytes in a row.
        const { assert!(LONGEST_WORD == LEAST_RUN + 8) };
        if !kept && long & (long >> 8) == 0 && spread(long) & telling == 0 {
            return at + leaving;
        }
        while long != 0 {
            let begin = long.trailing_zeros() as usize;
            if begin >= leaving {
                break;
            }
            let length = (tokens >> begin).trailing_ones() as usize;
            let tells = (telling >> begin) & ((1 << length) - 1) != 0;
            close_run(bytes, Span::new(at + begin, at + begin + length), kept || tells, sifted);
            let behind = begin + length;
            long &= if behind < 64 { u64::MAX << behind } else { 0 };
        }
        at + leaving
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            "[A-Za-z0-9_-]{1,90}".prop_map(String::into_bytes),
            "[a-z_-]{10,90}".prop_map(String::into_bytes),
            "(password|SECRET|token|apikey|-----BEGIN|curl |pwd=|https://a:b@c|mcp|MCP|Servers|erve|%41%)"
                .prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 0..20),
            "[ =:\"/.]{1,3}".prop_map(String::into_bytes),
        ];
        proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn both_ways_find_the_same(text in text(), kept: bool) {
            let names = if kept { Names::Kept } else { Names::PassedOver };
            let (mut fast, mut slow) = (Sifted::default(), Sifted::default());
            sift(&text, names, &mut fast);
            sift_scalar(&text, names, &mut slow);
            prop_assert_eq!(fast, slow);
        }

        #[test]
        fn runs_are_maximal_and_complete(text in text(), kept: bool) {
            let mut sifted = Sifted::default();
            sift(&text, if kept { Names::Kept } else { Names::PassedOver }, &mut sifted);
            let mut covered = vec![false; text.len()];
            for run in &sifted.runs {
                prop_assert!(run.len() >= LEAST_RUN);
                covered[run.range()].fill(true);
            }
            for at in 0..text.len().saturating_sub(LEAST_RUN - 1) {
                let start = &text[at..at + LEAST_RUN];
                if start.iter().all(|&byte| is_token_byte(byte)) && (kept || !is_name(start)) {
                    prop_assert!(covered[at..at + LEAST_RUN].iter().all(|&in_run| in_run));
                }
            }
        }
    }
}
