//! Tells the name of a variable from letters and digits that stand where one could.

use crate::wording::is_in_capitals;

/// The length of the longest word in a name.
const LONGEST_WORD: usize = 14;

/// Tells whether a `$` with a name behind `before` refers to a variable: a password may have a `$` among its letters and signs.
pub(super) fn may_stand_before(before: u8, name: &str) -> bool {
    match before {
        b'$' | b'@' | b'!' | b'#' | b'^' | b'&' | b'*' | b'\\' => false,
        b'-' | b'_' | b'+' | b'.' | b'~' | b'%' | b';' | b'?' => is_in_capitals(name),
        _ => !before.is_ascii_alphanumeric(),
    }
}

/// Tells whether what stands behind the colon of `${NAME:…}` says what to do if the variable is not set.
pub(super) fn begins_with_operator(rest: &str) -> bool {
    rest.starts_with(['-', '=', '?', '+'])
}

/// Returns the length of the variable's name that `text` starts with.
pub(super) fn identifier(text: &str) -> usize {
    let bytes = text.as_bytes();
    if bytes.first().is_none_or(u8::is_ascii_digit) {
        return 0;
    }
    bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
}

/// Tells whether people would name a variable so: in capitals, in words with a `_` between them, or in words that each begin
/// with a capital. A password may begin with `$`, and is made of letters and digits in no order.
pub(super) fn is_of_variable(name: &str) -> bool {
    is_in_capitals(name) || name.split('_').filter(|part| !part.is_empty()).all(is_words)
}

/// Tells whether a part of a name is a number, a word with or without a short number, or several words with capitals.
fn is_words(part: &str) -> bool {
    let letters = part.trim_end_matches(|c: char| c.is_ascii_digit());
    let has_capitals = letters.bytes().any(|byte| byte.is_ascii_uppercase());
    let digits = part.len() - letters.len();
    let is_short = digits <= if has_capitals { 0 } else { 2 };
    let words = letters.split_inclusive(|c: char| c.is_ascii_uppercase()).count();
    is_short && words * 4 <= letters.len() + 4 && letters.split(|c: char| c.is_ascii_uppercase()).all(is_word)
}

/// Tells whether letters are small and can be a word or a short form of one.
fn is_word(letters: &str) -> bool {
    let is_vowel = |c: char| "aeiouy".contains(c);
    let vowels = letters.chars().filter(|c| is_vowel(*c)).count();
    letters.len() <= LONGEST_WORD
        && letters.bytes().all(|byte| byte.is_ascii_lowercase())
        && (letters.len() < 5 || vowels * 5 >= letters.len() && letters.split(is_vowel).all(|run| run.len() <= 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_from_a_password_of_letters_and_digits() {
        for name in ["HOME", "A_B2", "project", "db_password", "_db_host2", "apiToken", "pg_pwd", "id"] {
            assert!(is_of_variable(name), "{name}");
        }
        for name in ["qK7wR2mXb9Lz4TcV", "rain8x", "summer2024", "Rain8", "qzxwkfpmr", "kJsLqqvNx", "db_qK7wR2mXb9Lz"] {
            assert!(!is_of_variable(name), "{name}");
        }
    }
}
