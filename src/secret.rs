//! Bytes that cannot be printed, and the identity that stands for them.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The raw bytes of a credential.
///
/// Implements neither `Display` nor `Serialize`, and its `Debug` shows the length alone. The bytes are
/// overwritten when the value is dropped. [`Secret::reveal`] is the only way in.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes a copy of `bytes`.
    pub fn new(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// Returns the bytes. Only `--reveal` and the tests that compare engines may call this.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

/// A hash that is equal for equal secrets of one family; it never leaves the process.
///
/// It is unkeyed, so a short secret could be guessed from it: what is written to disk or to a report is
/// the keyed fingerprint that `policy` makes of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    hash: [u8; 32],
    guessable: bool,
}

impl Identity {
    /// Makes the identity of a secret.
    pub fn of(family: &str, bytes: &[u8]) -> Self {
        Self { guessable: !is_made_by_machine(bytes), ..Self::of_place(family, bytes) }
    }

    /// Makes the identity of something that is no secret: hashes `family` and `bytes`, length-prefixed so that no two pairs
    /// collide.
    pub fn of_place(family: &str, bytes: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update((family.len() as u64).to_le_bytes());
        hash.update(family.as_bytes());
        hash.update(bytes);
        Self { hash: hash.finalize().into(), guessable: false }
    }

    /// Returns the hash's bytes, as input to a keyed fingerprint.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Tells whether a person may have thought of the secret, so that it could be found by trying.
    pub const fn is_guessable(&self) -> bool {
        self.guessable
    }
}

/// From this length on nobody finds a secret by trying, whoever made it up.
const UNGUESSABLE: usize = 64;
/// The least length of a secret of a machine that nobody finds by trying.
const MADE: usize = 20;

/// How many different bytes such a secret has at least.
const VARIETY: usize = 10;

/// Tells whether trying every secret like this one is hopeless: it is long, and changes between digits, capitals and small
/// letters so often that no person wrote it. What is readable text in base64, as a name with a password is, is judged as
/// that text. What fingerprints are made of hangs on this, so it must stay what it is.
fn is_made_by_machine(secret: &[u8]) -> bool {
    let decoded = STANDARD.decode(secret).map(Zeroizing::new).unwrap_or_default();
    if !decoded.is_empty() && decoded.iter().all(u8::is_ascii_graphic) {
        return is_made_by_machine(&decoded);
    }
    let class = |byte: u8| match byte {
        b'0'..=b'9' => Some(0),
        b'A'..=b'Z' => Some(1),
        b'a'..=b'z' => Some(2),
        _ => None,
    };
    let is_change = |pair: &&[u8]| class(pair[0]).zip(class(pair[1])).is_some_and(|(before, behind)| before != behind);
    let changes = secret.windows(2).filter(is_change).count();
    let mut seen = [false; 256];
    secret.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    let variety = seen.iter().filter(|seen| **seen).count();
    secret.len() >= UNGUESSABLE || secret.len() >= MADE && changes * 3 >= secret.len() && variety >= VARIETY
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(..)")
    }
}

/// From this length on a secret is hidden wherever its bytes stand; a shorter one only where they are a word.
const LONG: usize = 8;
/// The least length of a secret, or of a line of one, that is hidden elsewhere.
const SHORTEST: usize = 4;
/// Up to this length lower-case letters alone are a word, which says nothing where it stands elsewhere: hiding it would only
/// spoil paths and sentences.
const WORD: usize = 12;
/// The least length of a line of a secret of several lines that is hidden by itself.
const LINE: usize = 16;

/// Secrets that were found, each kept once, so that they can be hidden wherever else they stand.
#[derive(Debug, Default)]
pub struct Secrets(HashMap<Identity, Secret>);

impl Secrets {
    /// Adds a secret.
    pub fn add(&mut self, secret: Secret) {
        self.0.entry(Identity::of("", &secret.0)).or_insert(secret);
    }

    /// Makes ready to find them in other texts.
    pub fn finder(&self) -> Finder {
        let lines = |secret: &Secret| -> Vec<Vec<u8>> {
            let lines = secret.0.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
            let is_whole = !secret.0.contains(&b'\n');
            let is_word = |line: &&[u8]| line.len() <= WORD && line.iter().all(u8::is_ascii_lowercase);
            let lines = lines.filter(|line| line.len() >= if is_whole { SHORTEST } else { LINE });
            lines.filter(|line| !is_word(line)).map(<[u8]>::to_vec).collect()
        };
        let mut parts: Vec<Vec<u8>> = self.0.values().flat_map(lines).collect();
        parts.sort_unstable();
        parts.dedup();
        Finder::new(parts)
    }
}

/// The length of the pieces into which a text is cut that is looked for everywhere.
const PIECE: usize = 256;

/// How many bits there are for each part that is looked for, so that few are set.
const BITS: usize = 16;

/// Finds known secrets in texts.
///
/// A sorted list and not an automaton, which takes a hundred times the memory of what it looks for.
pub struct Finder {
    /// What is looked for, ascending.
    parts: Vec<Vec<u8>>,
    /// A bit for each hash of four bytes with which a part begins; a power of two of them.
    starts: Vec<u64>,
}

impl Finder {
    /// Makes one for sorted parts of at least four bytes.
    fn new(parts: Vec<Vec<u8>>) -> Self {
        let starts = vec![0; (parts.len() * BITS / 64).next_power_of_two()];
        let mut finder = Self { parts: Vec::new(), starts };
        for part in &parts {
            if let Some((word, bit)) = finder.start(part) {
                finder.starts[word] |= bit;
            }
        }
        Self { parts, ..finder }
    }

    /// Makes one for texts of at least four bytes, to be found inside of words as well.
    pub fn everywhere<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Self {
        // Cut into pieces, a long text is found where its pieces are, and costs no more than these.
        let pieces = |text: &'a [u8]| {
            let last = &text[text.len().saturating_sub(PIECE)..];
            text.chunks_exact(PIECE).chain([last])
        };
        let mut parts: Vec<Vec<u8>> =
            texts.filter(|text| text.len() >= SHORTEST).flat_map(pieces).map(<[u8]>::to_vec).collect();
        parts.sort_unstable();
        parts.dedup();
        Self::new(parts)
    }

    /// Returns wherever a part stands, be it inside of a word or of another part: at each place the longest.
    pub fn find_all(&self, text: &[u8]) -> Vec<Range<usize>> {
        let starts = if self.parts.is_empty() { 0 } else { text.len() };
        let longest = |at: usize| at..at + self.longest(&text[at..], &|_| true);
        (0..starts).map(longest).filter(|range| !range.is_empty()).collect()
    }

    /// Returns the place of the bit for the four bytes with which a text begins.
    fn start(&self, text: &[u8]) -> Option<(usize, u64)> {
        let hash = u32::from_le_bytes(*text.first_chunk::<SHORTEST>()?).wrapping_mul(0x9e37_79b1);
        Some(((hash >> 8) as usize & (self.starts.len() - 1), 1 << (hash >> 26)))
    }

    /// Returns where the secrets stand in a text, ascending and apart: the first of those that overlap, of those the longest.
    pub fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let is_word = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
        let stands_alone = |span: &Range<usize>| {
            let before = span.start.checked_sub(1).and_then(|at| text.get(at));
            span.len() >= LONG || !is_word(before) && !is_word(text.get(span.end))
        };
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() && !self.parts.is_empty() {
            let len = self.longest(&text[at..], &|len| stands_alone(&(at..at + len)));
            if len > 0 {
                found.push(at..at + len);
            }
            at += len.max(1);
        }
        found
    }

    /// Returns the length of the longest part with which a text begins and that `counts` there, or 0.
    fn longest(&self, text: &[u8], counts: &dyn Fn(usize) -> bool) -> usize {
        if self.start(text).is_none_or(|(word, bit)| self.starts[word] & bit == 0) {
            return 0;
        }
        let mut text = text;
        let mut rest = self.parts.as_slice();
        loop {
            // What a text begins with sorts before it, and nothing is between the two that begins otherwise.
            rest = &rest[..rest.partition_point(|part| part.as_slice() <= text)];
            let Some(last) = rest.last() else { return 0 };
            let shared = last.iter().zip(text).take_while(|(part, text)| part == text).count();
            if shared < last.len() {
                text = &text[..shared];
            } else if counts(shared) {
                return shared;
            } else {
                text = &text[..shared - 1];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_no_byte_of_a_secret() {
        let secret = Secret::new(b"hunter2");
        assert_eq!(format!("{secret:?}"), "Secret(7 bytes)");
        assert_eq!(format!("{:?}", Identity::of("x", secret.reveal())), "Identity(..)");
    }

    #[test]
    fn only_what_nobody_finds_by_trying_is_not_guessable() {
        for (secret, guessable) in [
            ("hunter2", true),
            ("Tr0ub4dor&3", true),
            ("correct horse battery staple", true),
            ("CompanyName2024Password", true),
            ("Summer-2024-Winter-2025", true),
            ("AKIA-2-B-3-C-4-D-5-E-6-F", true),
            ("P4ssw0rdP4ssw0rdP4ss", true),
            (&STANDARD.encode("admin:hunter2"), true),
            ("kJ8sLq2vNx7Rt4WzP0bQ", false),
            ("9f8e2c71b04d4e6f8a1c9d3b5e7f0a12", false),
            (&"a".repeat(64), false),
        ] {
            assert_eq!(Identity::of("secret", secret.as_bytes()).is_guessable(), guessable, "{secret}");
        }
        assert!(!Identity::of_place("lint", b"a/b").is_guessable());
    }

    #[test]
    fn family_and_secret_do_not_run_into_each_other() {
        assert_ne!(Identity::of("ab", b"c"), Identity::of("a", b"bc"));
    }

    #[test]
    fn secrets_are_found_wherever_they_stand() {
        let mut secrets = Secrets::default();
        for text in ["hunter2", "correct-horse", "abc", "-----BEGIN-----\nline of a long key\nend"] {
            secrets.add(Secret::new(text.as_bytes()));
        }
        let finder = secrets.finder();
        for (text, found) in [
            ("say hunter2!", Some(4..11)),
            ("hunter23", None),
            ("acorrect-horses", Some(1..14)),
            ("abc", None),
            ("a line of a long key", Some(2..20)),
        ] {
            assert_eq!(finder.find(text.as_bytes()), Vec::from_iter(found), "{text}");
        }
        assert!(Secrets::default().finder().find(b"hunter2").is_empty());
    }

    #[test]
    fn a_text_is_found_inside_of_words_and_of_others_however_long_it_is() {
        let long: String = (0..200).map(|number| format!("{number:04}")).collect();
        let finder = Finder::everywhere([b"word".as_slice(), b"ordinal", b"abc", long.as_bytes()].into_iter());
        for (text, hidden) in [
            ("swordfish", "s####fish"),
            ("wordinal", "########"),
            ("abcd", "abcd"),
            (&format!("x{long}y"), &format!("x{}y", "#".repeat(800))),
        ] {
            let mut shown = text.to_owned().into_bytes();
            finder.find_all(text.as_bytes()).into_iter().for_each(|range| shown[range].fill(b'#'));
            assert_eq!(String::from_utf8(shown).expect("ASCII"), hidden);
        }
    }

    #[test]
    fn of_secrets_that_overlap_the_first_and_of_these_the_longest_is_found() {
        let mut secrets = Secrets::default();
        for text in [
            "abcd1234",
            "abcd1234efgh",
            "abcd1299",
            "1234efghijkl",
            "AAAA1111",
            "hun1r2",
            "r2abcdefgh",
            "ab12",
            "ab12-x",
        ] {
            secrets.add(Secret::new(text.as_bytes()));
        }
        let finder = secrets.finder();
        for (text, found) in [
            ("abcd1234efgh", "abcd1234efgh"),
            ("abcd1234efgx", "abcd1234"),
            ("abcd1298abcd1299", "abcd1299"),
            ("abcd1234efghijkl", "abcd1234efgh"),
            ("x1234efghijklabcd1234", "1234efghijkl abcd1234"),
            ("AAAAAAAA1111", "AAAA1111"),
            ("abcd123", ""),
            ("xhun1r2abcdefgh", "r2abcdefgh"),
            ("key=ab12-xyz", "ab12"),
            ("ab12-x", "ab12-x"),
        ] {
            let spans = finder.find(text.as_bytes());
            assert_eq!(spans.into_iter().map(|span| &text[span]).collect::<Vec<_>>().join(" "), found, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_secret_is_found_where_it_stands(
            parts in proptest::collection::btree_set("[ab1]{4,10}", 1..8), text in "[ab1 ]{0,60}",
        ) {
            let mut secrets = Secrets::default();
            parts.iter().for_each(|part| secrets.add(Secret::new(part.as_bytes())));
            let found = secrets.finder().find(text.as_bytes());
            let mut expected = Vec::new();
            let mut at = 0;
            while at < text.len() {
                let is_word = |at: Option<usize>| {
                    at.and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_alphanumeric)
                };
                let counts = |len: &usize| {
                    *len >= LONG || !is_word(at.checked_sub(1)) && !is_word(Some(at + len))
                };
                let parts = parts.iter().filter(|part| !part.bytes().all(|byte| byte.is_ascii_lowercase()));
                let longest = parts.filter(|part| text[at..].starts_with(part.as_str())).map(String::len).filter(counts).max();
                expected.extend(longest.map(|len| at..at + len));
                at += longest.unwrap_or(1);
            }
            proptest::prop_assert_eq!(found, expected);
        }
    }
}
