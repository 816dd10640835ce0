//! Undoes escapes: `%41` and `\u0041`, and the text around them.

use super::decode::Piece;
use crate::rules::escape::byte;
use crate::source::Span;

/// How much text before and behind an escape is decoded with it.
const AROUND: usize = 512;
/// The least length of a decoded piece.
const LEAST: usize = 12;
/// Escapes such as `%41`, by their name.
pub(super) const PERCENT: &str = "percent encoding";
/// Escapes such as `\u0041`.
pub(super) const UNICODE: &str = "unicode escapes";

/// Decodes every stretch of a part of a text that has escapes: it goes as far as there is neither white space nor a quote.
pub(super) fn decode(bytes: &[u8], part: Span, encoding: &'static str, pieces: &mut Vec<Piece>) {
    let mark = mark(encoding);
    let (mut from, mut behind) = (part.start, part.start);
    while let Some(at) = memchr::memchr(mark, &bytes[from..part.end]).map(|at| from + at) {
        from = at + 1;
        // The sieve does not see one that ends the text, behind which nothing is encoded.
        if escape(bytes, at, encoding).is_none_or(|(_, width)| at + width == bytes.len()) {
            continue;
        }
        let before = bytes[behind.max(at.saturating_sub(AROUND))..at].iter().rev();
        let start = at - before.take_while(|&&byte| !is_break(byte)).count();
        let (mut end, mut limit, mut decoded) = (at, at + AROUND, bytes[start..at].to_vec());
        while let Some(&byte) = bytes.get(end).filter(|&&byte| end < limit && !is_break(byte)) {
            let escaped = if byte == mark { escape(bytes, end, encoding) } else { None };
            let (byte, width) = escaped.unwrap_or((byte, 1));
            decoded.push(byte);
            end += width;
            limit = if escaped.is_some() { end + AROUND } else { limit };
        }
        (from, behind) = (end, end);
        if decoded.len() >= LEAST {
            pieces.push(Piece { span: Span::new(start, end), encoding, bytes: decoded });
        }
    }
}

/// Returns the byte that each escape starts with.
fn mark(encoding: &str) -> u8 {
    if encoding == PERCENT { b'%' } else { b'\\' }
}

/// Tells whether a piece is plain text but for escapes.
pub(super) fn is_of(piece: &Piece) -> bool {
    [PERCENT, UNICODE].contains(&piece.encoding)
}

/// Returns a text without its escapes.
pub(super) fn undone(text: &[u8], encoding: &'static str) -> Vec<u8> {
    let (mut undone, mut at) = (Vec::with_capacity(text.len()), 0);
    while at < text.len() {
        let (byte, width) = escape(text, at, encoding).unwrap_or((text[at], 1));
        undone.push(byte);
        at += width;
    }
    undone
}

/// Tells whether a byte ends what escapes are part of.
const fn is_break(byte: u8) -> bool {
    !byte.is_ascii_graphic() || byte == b'"' || byte == b'\''
}

/// Returns the character of the escape at `at`, and the length of the escape. A percent sign may be escaped itself, often.
fn escape(bytes: &[u8], at: usize, encoding: &str) -> Option<(u8, usize)> {
    let mark: &[u8] = if encoding == PERCENT { b"%" } else { b"\\u00" };
    let mut digits = bytes.get(at..)?.strip_prefix(mark)?;
    let two = |digits: &[u8]| digits.first_chunk().and_then(|&[high, low]| byte(high, low));
    let (mut character, mut width) = (two(digits)?, mark.len() + 2);
    while character == b'%'
        && encoding == PERCENT
        && let Some(inner) = two(&digits[2..])
    {
        digits = &digits[2..];
        (character, width) = (inner, width + 2);
    }
    let is_text = character.is_ascii_graphic() || character.is_ascii_whitespace();
    is_text.then_some((character, width))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::decode;
    use crate::detect::Sifted;
    use crate::detect::sieve::{Names, sift};

    proptest! {
        #[test]
        fn the_sieve_overlooks_no_escapes(text in r"([ a']|abcdefgh|%[0-9a-fA-F]{2}|%25|\\u00[0-7][0-9a-fA-F]){0,40}") {
            let mut sifted = Sifted::default();
            sift(text.as_bytes(), Names::PassedOver, &mut sifted);
            let quick = decode::encoded(text.as_bytes(), &sifted);
            (sifted.has_percent, sifted.has_unicode) = (true, true);
            prop_assert_eq!(quick, decode::encoded(text.as_bytes(), &sifted));
        }
    }
}
