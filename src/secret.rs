//! Bytes that cannot be printed, and the identity that stands for them.

use std::fmt;

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
}
