//! Tells values that were typed along the alphabet or the digits.

/// How many characters in a row are no accident if each follows the one before.
const TYPED: usize = 14;

/// Tells whether a value was typed along the alphabet and the digits by turns, as in `a1b2c3d4e5` or
/// `aA1bB2cC3`: at some stride most characters follow the one before.
pub fn is_interleaved_sequence(value: &[u8]) -> bool {
    let folded: Vec<u8> =
        value.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    folded.len() >= 16
        && (1..=3).any(|stride| {
            let follows = |(next, last): (&u8, &u8)| *next == *last + 1 || (*last == b'9' && *next == b'0');
            let steps: Vec<bool> = folded.iter().skip(stride).zip(&folded).map(follows).collect();
            let followed = steps.iter().filter(|&&step| step).count();
            followed * 10 >= steps.len() * 9 || steps.chunk_by(|a, b| a == b).any(|run| run[0] && run.len() >= TYPED)
        })
}

/// Returns the length of the longest stretch in which each byte follows its neighbour by the same step of
/// at most one: `abcd`, `4321`, `xxxx`.
pub(super) fn longest_sequence(value: &[u8]) -> usize {
    let (mut longest, mut length, mut last) = (1, 1, None);
    for pair in value.windows(2) {
        let step = i16::from(pair[1]) - i16::from(pair[0]);
        length = if step.abs() <= 1 && (last == Some(step) || length == 1) { length + 1 } else { 1 };
        last = Some(step);
        longest = longest.max(length);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_along_the_alphabet_are_seen() {
        for text in ["a1b2c3d4e5f6g7h8i9j0", "aA1bB2cC3dD4eE5fF6", "a1b2c3d4e5f6g7h8i9j0k1l2NRAL"] {
            assert!(is_interleaved_sequence(text.as_bytes()), "{text}");
        }
        assert!(!is_interleaved_sequence(b"k9fXq2LmZ0aBw7Rt5Yp3"));
        assert_eq!(longest_sequence(b"abcd9xx"), 4);
        assert_eq!(longest_sequence(b"q4321x"), 4);
    }
}
