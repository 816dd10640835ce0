//! The stable name of a finding: keyed, and slow to guess.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::finding::{Finding, Kind};

/// How often the hash of a secret that could be guessed is applied to itself, so that trying from a committed file is dear.
const ROUNDS: usize = 4096;
/// How many bytes of the hash a fingerprint shows.
const SHOWN: usize = 12;

/// The key of a repository's fingerprints.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl Default for Key {
    /// Returns the key that is used where there is no baseline: the same everywhere, so that reports of
    /// two runs can be compared.
    fn default() -> Self {
        Self(b"keysweep/fingerprint/1".to_vec())
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Key {
    /// Makes a random key.
    ///
    /// # Errors
    /// The system has no random numbers to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut key = vec![0; 16];
        getrandom::fill(&mut key)?;
        Ok(Self(key))
    }

    /// Returns the key as hex digits, as a baseline file has it.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// Reads a key from hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let pair = |pair: &[u8]| Some((digit(pair[0])? << 4 | digit(*pair.get(1)?)?) as u8);
        let key: Vec<u8> = text.as_bytes().chunks(2).map(pair).collect::<Option<_>>()?;
        (key.len() >= 8).then_some(Self(key))
    }

    /// Returns a finding's fingerprint: the same for the same secret wherever it moves. What a lint finds is
    /// named by lint and place instead, which is already in its identity.
    pub fn fingerprint(&self, finding: &Finding) -> String {
        let kind = match finding.meta.kind {
            Kind::Credential => "secret",
            Kind::Lint => finding.meta.id.as_str(),
        };
        let rounds = if finding.identity.is_guessable() { ROUNDS } else { 0 };
        hex(&self.stretched(&[kind.as_bytes(), &[0], finding.identity.bytes()], rounds)[..SHOWN])
    }

    /// Returns the hash of the parts, applied to itself so many times.
    fn stretched(&self, parts: &[&[u8]], rounds: usize) -> [u8; 32] {
        // Taking the key in costs as much as hashing a state, so it is done once.
        let keyed = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        let hash = |parts: &[&[u8]]| -> [u8; 32] {
            let mut mac = keyed.clone();
            parts.iter().for_each(|part| mac.update(part));
            mac.finalize().into_bytes().into()
        };
        (0..rounds).fold(hash(parts), |state, _| hash(&[&state]))
    }
}

impl Finding {
    /// Returns the stable name of the finding, made with the key for all, so that it stays what it is when a baseline comes or
    /// goes.
    pub fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| Key::default().fingerprint(self))
    }
}

/// Returns bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_text() {
        let key = Key::random().expect("the system has random numbers");
        assert_eq!(Key::from_hex(&key.to_hex()), Some(key));
        assert_eq!(Key::from_hex("zz"), None);
        assert_eq!(Key::from_hex("0123456789abcde"), None);
    }

    /// Baselines and allow entries hold fingerprints: they must stay what they are.
    #[test]
    fn a_fingerprint_is_the_iterated_keyed_hash() {
        let mac = |key: &[u8], text: &[u8]| -> [u8; 32] {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
            mac.update(text);
            mac.finalize().into_bytes().into()
        };
        let mut state = mac(b"keysweep/fingerprint/1", b"secret\0identity");
        (0..4096).for_each(|_| state = mac(b"keysweep/fingerprint/1", &state));
        assert_eq!(Key::default().stretched(&[b"secret", &[0], b"identity"], ROUNDS), state);
    }
}
