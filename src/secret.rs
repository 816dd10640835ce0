//! Bytes that cannot be printed, and the identity that stands for them.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
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
pub struct Identity([u8; 32]);

impl Identity {
    /// Hashes `family` and `bytes`, length-prefixed so that no two pairs collide.
    pub fn of(family: &str, bytes: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update((family.len() as u64).to_le_bytes());
        hash.update(family.as_bytes());
        hash.update(bytes);
        Self(hash.finalize().into())
    }

    /// Returns the hash's bytes, as input to a keyed fingerprint.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
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
        // Without an automaton nothing could be hidden, and there is none for nothing.
        let automaton = (!parts.is_empty()).then(|| {
            let mut builder = AhoCorasick::builder();
            builder
                .match_kind(MatchKind::LeftmostLongest)
                .build(&parts)
                .expect("the secrets of one report fit into memory")
        });
        Finder(automaton)
    }
}

/// Finds known secrets in texts.
pub struct Finder(Option<AhoCorasick>);

impl Finder {
    /// Returns where the secrets stand in a text, ascending and apart.
    pub fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let is_word = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
        let stands_alone = |span: &Range<usize>| {
            let before = span.start.checked_sub(1).and_then(|at| text.get(at));
            span.len() >= LONG || !is_word(before) && !is_word(text.get(span.end))
        };
        let found = self.0.iter().flat_map(|automaton| automaton.find_iter(text));
        found.map(|found| found.range()).filter(stands_alone).collect()
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
}
