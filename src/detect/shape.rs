//! Measures how random a value looks: entropy, changes of character class, and how rare its letter pairs are.
//!
//! The pair table was learned from the words of six public repositories (26,000 distinct words, each weighed
//! by the logarithm of its frequency): entry `d` for a pair means about `d + 1` bits of surprise at its second
//! letter. English and program words average 2 to 4, random letters 4 to 7.

/// For each first letter a line with a digit for each second letter.
static PAIRS: &str = include_str!("bigrams.txt");

/// What a value is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shape {
    /// Bytes in all.
    pub length: usize,
    /// Digits among them.
    pub digits: usize,
    /// Lower-case letters.
    pub lower: usize,
    /// Upper-case letters.
    pub upper: usize,
    /// Everything else.
    pub symbols: usize,
    /// How often neighbours are of different classes; a capital before small letters counts as one of them.
    pub changes: usize,
    /// Shannon entropy in bits per byte.
    pub entropy: f32,
    /// Mean surprise of neighbouring letters in bits, less one; zero if there are no two in a row.
    pub surprise: f32,
    /// How many pairs of letters `surprise` is the mean of.
    pub pairs: usize,
    /// Length of the longest stretch of letters that reads like a word.
    pub word: usize,
    /// Whether all bytes are hexadecimal digits of one case.
    pub hex: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Digit,
    Letter,
    Symbol,
}

fn class(byte: u8) -> Class {
    match byte {
        b'0'..=b'9' => Class::Digit,
        b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
        _ => Class::Symbol,
    }
}

impl Shape {
    /// Measures `value`.
    pub fn of(value: &[u8]) -> Self {
        let count = |accept: fn(&u8) -> bool| value.iter().filter(|byte| accept(byte)).count();
        let (digits, lower, upper) =
            (count(u8::is_ascii_digit), count(u8::is_ascii_lowercase), count(u8::is_ascii_uppercase));
        let changes = value.windows(2).filter(|pair| changes_class(pair[0], pair[1])).count();
        let lower_hex = value.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let upper_hex = value.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
        let (surprise, pairs) = surprise(value);
        Self {
            length: value.len(),
            digits,
            lower,
            upper,
            symbols: value.len() - digits - lower - upper,
            changes,
            entropy: entropy(value),
            surprise,
            pairs,
            word: longest_word(value),
            hex: lower_hex || upper_hex,
        }
    }

    /// Returns the number of letters.
    pub const fn letters(&self) -> usize {
        self.lower + self.upper
    }

    /// Returns how many kinds of characters there are: digits, small letters, capitals, symbols.
    pub fn kinds(&self) -> usize {
        [self.digits, self.lower, self.upper, self.symbols].iter().filter(|&&count| count > 0).count()
    }

    /// Returns how much of the value is one word, from 0 to 1.
    pub fn wordiness(&self) -> f32 {
        self.word as f32 / self.length.max(1) as f32
    }

    /// Tells whether the value has few words in it, and digits or letters that seldom follow each other in words.
    pub fn looks_random(&self) -> bool {
        self.wordiness() < 0.5 && (self.digits > 0 || self.surprise > 4.0)
    }
}

/// Tells whether two neighbours belong to different classes. The step from a capital to a small letter, as
/// in `CamelCase`, is none.
fn changes_class(a: u8, b: u8) -> bool {
    class(a) != class(b) || (a.is_ascii_lowercase() && b.is_ascii_uppercase())
}

/// Returns the Shannon entropy of `value` in bits per byte.
pub fn entropy(value: &[u8]) -> f32 {
    let mut counts = [0u32; 256];
    value.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    let length = value.len().max(1) as f32;
    let bits = |&count: &u32| {
        let share = count as f32 / length;
        -share * share.log2()
    };
    counts.iter().filter(|&&count| count > 0).map(bits).sum()
}

/// Returns the surprise of one letter after another, or `None` if one of them is no letter.
fn pair(a: u8, b: u8) -> Option<f32> {
    let index = |byte: u8| byte.is_ascii_alphabetic().then(|| usize::from(byte.to_ascii_lowercase() - b'a'));
    let digit = PAIRS.as_bytes()[index(a)? * 27 + index(b)?];
    Some(f32::from(digit - b'0'))
}

/// Returns the mean surprise of all letter pairs and their number; a step from small to capital is no pair.
fn surprise(value: &[u8]) -> (f32, usize) {
    let (mut sum, mut count) = (0.0, 0);
    for window in value.windows(2) {
        if window[0].is_ascii_lowercase() && window[1].is_ascii_uppercase() {
            continue;
        }
        if let Some(bits) = pair(window[0], window[1]) {
            sum += bits;
            count += 1;
        }
    }
    (if count == 0 { 0.0 } else { sum / count as f32 }, count)
}

/// Returns the length of the longest stretch of letters whose mean surprise is that of words.
fn longest_word(value: &[u8]) -> usize {
    let mut longest = 0;
    let mut start = 0;
    for at in 0..=value.len() {
        let breaks = at == value.len()
            || !value[at].is_ascii_alphabetic()
            || (at > start && value[at].is_ascii_uppercase() && value[at - 1].is_ascii_lowercase());
        if breaks {
            let stretch = &value[start..at];
            if stretch.len() >= 4 && surprise(stretch).0 < 3.4 {
                longest = longest.max(stretch.len());
            }
            start = if at < value.len() && value[at].is_ascii_alphabetic() { at } else { at + 1 };
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_surprise_less_than_random_letters() {
        for word in ["password", "configuration", "authentication", "getAccessToken", "production"] {
            assert!(Shape::of(word.as_bytes()).surprise < 3.4, "{word}");
        }
        for noise in ["xkqvjzwp", "bvtrqxzk", "QzXvKjWq"] {
            assert!(Shape::of(noise.as_bytes()).surprise > 4.5, "{noise}");
        }
    }

    #[test]
    fn changes_count_classes_and_not_camel_case_words() {
        assert_eq!(Shape::of(b"a1b2").changes, 3);
        assert_eq!(Shape::of(b"Password").changes, 0);
        assert_eq!(Shape::of(b"myPassword").changes, 1);
    }

    #[test]
    fn entropy_of_equal_bytes_is_zero_and_of_eight_kinds_three_bits() {
        assert_eq!(entropy(b"aaaa"), 0.0);
        assert!((entropy(b"abcdefgh") - 3.0).abs() < 1e-6);
        assert_eq!(entropy(b""), 0.0);
    }
}
