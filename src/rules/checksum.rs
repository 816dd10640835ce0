//! Checksums that providers build into their tokens.
//!
//! Each function returns the checksum that belongs to a token's other bytes, so that a proof compares and
//! the example generator appends. Sources: GitHub's engineering blog of 2021-04-05 for the scheme that npm
//! shares; Grafana's and Zuplo's were confirmed on examples that they published.

/// The digits that GitHub and npm use, in order of value.
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A checksum inside a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// GitHub: CRC32 of the body behind the prefix, six base 62 digits.
    GitHub,
    /// npm: the same scheme.
    Npm,
    /// Grafana: CRC32 of all before the last `_`, hex of its little-endian bytes.
    Grafana,
    /// Zuplo: CRC32 of the body between the two `_`, hex.
    Zuplo,
}

impl Checksum {
    /// Finds a checksum by the name that rule files use.
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "github" => Self::GitHub,
            "npm" => Self::Npm,
            "grafana" => Self::Grafana,
            "zuplo" => Self::Zuplo,
            _ => return None,
        })
    }

    /// Returns the checksum for a token's `start`: everything before the checksum, with a separating `_`.
    pub fn of(self, start: &[u8]) -> Vec<u8> {
        let body = start.iter().position(|&byte| byte == b'_').map_or(start, |at| &start[at + 1..]);
        match self {
            Self::GitHub | Self::Npm => base62(crc32fast::hash(body)).to_vec(),
            Self::Grafana => hex(&crc32fast::hash(without_separator(start)).to_le_bytes()),
            Self::Zuplo => hex(&crc32fast::hash(without_separator(body)).to_be_bytes()),
        }
    }

    /// Tells whether `token` ends with the checksum of what stands before it. Digits of base 62 have a case, those of hex have none.
    pub fn holds(self, token: &[u8]) -> bool {
        let Some(at) = token.len().checked_sub(self.length()).filter(|&at| at > 0) else { return false };
        let (start, end) = token.split_at(at);
        let expected = self.of(start);
        match self {
            Self::GitHub | Self::Npm => expected == end,
            Self::Grafana | Self::Zuplo => expected.eq_ignore_ascii_case(end),
        }
    }

    /// Returns how many digits it has.
    const fn length(self) -> usize {
        match self {
            Self::GitHub | Self::Npm => 6,
            Self::Grafana | Self::Zuplo => 8,
        }
    }
}

/// Removes the `_` that separates a checksum from the rest.
fn without_separator(start: &[u8]) -> &[u8] {
    start.strip_suffix(b"_").unwrap_or(start)
}

/// Writes `value` in base 62, padded with zeros to six digits.
fn base62(mut value: u32) -> [u8; 6] {
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(value % 62) as usize];
        value /= 62;
    }
    digits
}

/// Writes bytes as lower-case hex digits.
fn hex(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_hold_every_value() {
        assert_eq!(&base62(0), b"000000");
        assert_eq!(&base62(61), b"00000z");
        assert_eq!(&base62(62), b"000010");
        assert_eq!(&base62(u32::MAX), b"4gfFC3");
    }

    #[test]
    fn a_token_made_with_its_checksum_holds_and_another_does_not() {
        for checksum in [Checksum::GitHub, Checksum::Npm, Checksum::Grafana, Checksum::Zuplo] {
            let mut token = b"abc_0123456789ABCDEFGHIJ0123456789".to_vec();
            if matches!(checksum, Checksum::Grafana | Checksum::Zuplo) {
                token.push(b'_');
            }
            let at = token.len();
            token.extend(checksum.of(&token));
            assert!(checksum.holds(&token));
            let is_hex = matches!(checksum, Checksum::Grafana | Checksum::Zuplo);
            for flip in [<[u8]>::to_ascii_uppercase, <[u8]>::to_ascii_lowercase] {
                let flipped = [&token[..at], &flip(&token[at..])].concat();
                assert!(flipped == token || checksum.holds(&flipped) == is_hex, "{checksum:?}");
            }
            assert!(!checksum.holds(&token[at..]), "nothing stands before it");
            token[10] ^= 1;
            assert!(!checksum.holds(&token));
        }
    }
}
