//! Undoes escapes: `%41` and `\u0041`, many in a row.

use super::decode::Piece;
use crate::source::Span;

/// Decodes every stretch with many escapes in a part of a text.
pub(super) fn decode(bytes: &[u8], part: Span, pieces: &mut Vec<Piece>) {
    let text = &bytes[part.range()];
    let percent = memchr::memchr_iter(b'%', text).map(|at| part.start + at);
    stretches(bytes, percent, b"%", 2, "percent encoding", pieces);
    let unicode = memchr::memmem::find_iter(text, b"\\u00").map(|at| part.start + at);
    stretches(bytes, unicode, b"\\u", 4, "unicode escapes", pieces);
}

/// Decodes each stretch without white space in which at least eight escapes stand: the mark, then `digits`
/// hexadecimal digits of a character below 128.
fn stretches(
    bytes: &[u8],
    at: impl Iterator<Item = usize>,
    mark: &[u8],
    digits: usize,
    encoding: &'static str,
    pieces: &mut Vec<Piece>,
) {
    let mut behind = 0;
    for at in at {
        let width = mark.len() + digits;
        // Two escapes in a row start a stretch: a lone one is punctuation in a URL.
        if at < behind || escape(bytes, at, mark, digits).is_none() || escape(bytes, at + width, mark, digits).is_none()
        {
            continue;
        }
        let (mut cursor, mut count, mut decoded) = (at, 0, Vec::new());
        while let Some(&byte) = bytes.get(cursor) {
            if let Some(character) = escape(bytes, cursor, mark, digits) {
                decoded.push(character);
                cursor += width;
                count += 1;
            } else if byte.is_ascii_graphic() && byte != b'"' && byte != b'\'' {
                decoded.push(byte);
                cursor += 1;
            } else {
                break;
            }
        }
        behind = cursor;
        if count >= 8 && decoded.len() >= 16 {
            pieces.push(Piece { span: Span::new(at, cursor), encoding, bytes: decoded });
        }
    }
}

/// Returns the character of the escape at `at`.
fn escape(bytes: &[u8], at: usize, mark: &[u8], digits: usize) -> Option<u8> {
    let text = bytes.get(at..at + mark.len() + digits)?.strip_prefix(mark)?;
    let value = text.iter().try_fold(0, |value, &byte| Some(value << 4 | char::from(byte).to_digit(16)?))?;
    u8::try_from(value).ok().filter(u8::is_ascii)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::decode;
    use crate::detect::Sifted;
    use crate::detect::sieve::{Names, sift};

    proptest! {
        #[test]
        fn the_sieve_overlooks_no_escapes(text in r"([ a]|%[0-9a-fA-F]{2}|\\u00[0-7][0-9a-fA-F]){0,40}") {
            let mut sifted = Sifted::default();
            sift(text.as_bytes(), Names::PassedOver, &mut sifted);
            let quick = decode::encoded(text.as_bytes(), &sifted);
            sifted.has_escapes = true;
            prop_assert_eq!(quick, decode::encoded(text.as_bytes(), &sifted));
        }
    }
}
