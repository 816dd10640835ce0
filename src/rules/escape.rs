//! Recognises escapes, such as `%3D` and `\n`, whose last letter or digit is no part of the word that follows.

use super::lexicon::is_word_byte;

/// The greatest length of an escape: `\u001b[38;2;255;255;255m`. Each begins with `%`, a backslash or the control character.
pub const LONGEST: usize = 24;

/// The value of each hexadecimal digit; a greater one for other bytes.
const DIGITS: [u8; 256] = {
    let mut table = [u8::MAX; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value as usize];
        (table[digit as usize], table[digit.to_ascii_uppercase() as usize]) = (value, value);
        value += 1;
    }
    table
};

/// Tells whether a word starts at `at` only because an escape ends there.
pub fn is_before_word(bytes: &[u8], at: usize) -> bool {
    let is_word = |at: usize| bytes.get(at).copied().is_some_and(is_word_byte);
    at > 0 && is_word(at - 1) && is_word(at) && ends_at(bytes, at)
}

/// Tells whether an escape for something that is of no word ends right before `at`: `%3D`, `\u003d`, `\x3d`, `\n`, `\r`, `\t`,
/// or a control sequence of a terminal (ECMA-48, 5.4), as for colours.
pub fn ends_at(bytes: &[u8], at: usize) -> bool {
    let is_apart = |high, low| byte(high, low).is_some_and(|byte| byte.is_ascii() && !is_word_byte(byte));
    match bytes[..at] {
        [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., b'%', high, low] | [.., b'\\', b'x', high, low] | [.., b'\\', b'u', b'0', b'0', high, low] => {
            is_apart(high, low)
        }
        [.., b'0'..=b'9' | b';' | b'[' | b'(', b'A'..=b'Z' | b'a'..=b'z'] => ends_sequence(&bytes[..at]),
        _ => false,
    }
}

/// Returns the value of two hexadecimal digits.
pub fn byte(high: u8, low: u8) -> Option<u8> {
    let (high, low) = (DIGITS[usize::from(high)], DIGITS[usize::from(low)]);
    (high | low < 16).then_some(high << 4 | low)
}

/// Tells whether bytes that end with a letter end with a control sequence of few numbers, or with the choice of a character set.
fn ends_sequence(before: &[u8]) -> bool {
    let before = &before[..before.len() - 1];
    let parameters = before.iter().rev().take(16).take_while(|&&byte| byte.is_ascii_digit() || byte == b';').count();
    let start = &before[..before.len() - parameters];
    let start = start.strip_suffix(b"?").unwrap_or(start);
    let Some((b'[' | b'(', start)) = start.split_last() else { return false };
    [&b"\x1b"[..], b"\\x1b", b"\\u001b", b"\\033", b"\\e"].iter().any(|mark| start.ends_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_of_what_is_of_no_word_ends_before_a_word() {
        for (before, expected) in [
            ("a%3D", true),
            ("a%3d", true),
            ("%20", true),
            ("%41", false),
            ("%5f", false),
            ("%C3", false),
            ("3D", false),
            ("\\u0022", true),
            ("\\u0041", false),
            ("\\u2022", false),
            ("\\x3D", true),
            ("\\n", true),
            ("\\t", true),
            ("\\d", false),
            ("n", false),
            ("", false),
            ("\x1b[0m", true),
            ("\x1b[1;31m", true),
            ("\\u001b[m", true),
            ("\\033[32m", true),
            ("\\u001b[38;2;255;255;255m", true),
            ("\x1b[K", true),
            ("\x1b[2J", true),
            ("\x1b[?25l", true),
            ("\x1b(B", true),
            ("\\e[0K", true),
            ("x(B", false),
            ("[32m", false),
            ("x2m", false),
        ] {
            assert_eq!(ends_at(format!("{before}word").as_bytes(), before.len()), expected, "{before:?}");
        }
    }
}
