//! Undoes escapes, `%41` and `\u0041`, together with the text around them.

use super::decode::Piece;
use crate::rules::escape::byte;
use crate::source::Span;

/// How much text before and behind an escape is decoded with it.
const AROUND: usize = 512;
/// The least length of a decoded piece.
const LEAST: usize = 12;

/// A kind of escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `%41`; a percent sign may be escaped itself, often.
    Percent,
    /// `\u0041`.
    Unicode,
}

impl Kind {
    /// Returns what escapes may be of that start with a byte.
    const fn of(byte: u8) -> Option<Self> {
        match byte {
            b'%' => Some(Self::Percent),
            b'\\' => Some(Self::Unicode),
            _ => None,
        }
    }

    /// Returns what stands before the digits.
    const fn lead(self) -> &'static [u8] {
        match self {
            Self::Percent => b"%",
            Self::Unicode => b"\\u00",
        }
    }

    /// Returns its name for people.
    const fn name(self) -> &'static str {
        match self {
            Self::Percent => "percent encoding",
            Self::Unicode => "unicode escapes",
        }
    }
}

/// Decodes every stretch of a part of a text that has escapes: it goes as far as there is neither white space nor a quote.
pub(super) fn decode(bytes: &[u8], part: Span, pieces: &mut Vec<Piece>) {
    let (mut from, mut behind) = (part.start, part.start);
    while let Some(at) = memchr::memchr2(b'%', b'\\', &bytes[from..part.end]).map(|at| from + at) {
        from = at + 1;
        // The sieve does not see one that ends the text, behind which nothing is encoded.
        let Some(kind) = escape(bytes, at).filter(|escape| at + escape.width < bytes.len()).map(|escape| escape.kind)
        else {
            continue;
        };
        let before = bytes[behind.max(at.saturating_sub(AROUND))..at].iter().rev();
        let start = at - before.take_while(|&&byte| !is_break(byte)).count();
        let (mut end, mut limit, mut decoded) = (at, at + AROUND, bytes[start..at].to_vec());
        while let Some(&byte) = bytes.get(end).filter(|&&byte| end < limit && !is_break(byte)) {
            let (byte, width) = match escape(bytes, end) {
                Some(escape) => {
                    limit = end + escape.width + AROUND;
                    (escape.character, escape.width)
                }
                None => (byte, 1),
            };
            decoded.push(byte);
            end += width;
        }
        (from, behind) = (end, end);
        if decoded.len() >= LEAST {
            let span = Span::new(start, end);
            pieces.push(Piece { span, encoding: kind.name(), is_plain: true, bytes: decoded });
        }
    }
}

/// Returns where `inside`, a part of what a piece of plain text decodes to, stands in the text that has the piece.
pub(super) fn encoded_span(bytes: &[u8], piece: Span, inside: Span) -> Span {
    let (mut at, mut decoded) = (piece.start, 0);
    let mut go_to = |target: usize| {
        while decoded < target && at < piece.end {
            at += escape(bytes, at).map_or(1, |escape| escape.width);
            decoded += 1;
        }
        at
    };
    let start = go_to(inside.start);
    Span::new(start, go_to(inside.end))
}

/// Tells whether a byte ends what escapes are part of.
const fn is_break(byte: u8) -> bool {
    !byte.is_ascii_graphic() || byte == b'"' || byte == b'\''
}

/// An escape of a character of ASCII.
struct Escape {
    kind: Kind,
    character: u8,
    /// How many bytes it has.
    width: usize,
}

/// Returns the escape at `at`.
fn escape(bytes: &[u8], at: usize) -> Option<Escape> {
    let kind = Kind::of(bytes[at])?;
    let two = |digits: &[u8]| digits.first_chunk().and_then(|&[high, low]| byte(high, low));
    let mut digits = bytes[at..].strip_prefix(kind.lead())?;
    let (mut character, mut width) = (two(digits)?, kind.lead().len() + 2);
    while character == b'%'
        && kind == Kind::Percent
        && let Some(inner) = two(&digits[2..])
    {
        digits = &digits[2..];
        (character, width) = (inner, width + 2);
    }
    let is_text = character.is_ascii_graphic() || character.is_ascii_whitespace();
    is_text.then_some(Escape { kind, character, width })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::decode;
    use super::*;
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

        #[test]
        fn a_part_of_what_was_decoded_is_found_where_it_was_encoded(
            parts in proptest::collection::vec(("[a-z]{0,8}", "(%3D|%253A|\\\\u002f)"), 1..20),
        ) {
            let text: String = parts.iter().map(|(plain, escaped)| format!("{plain}{escaped}")).collect();
            let whole = Span::new(0, text.len());
            let (mut encoded, mut decoded) = (0, 0);
            for (plain, escaped) in parts {
                let (start, inside) = (encoded + plain.len(), decoded + plain.len());
                (encoded, decoded) = (start + escaped.len(), inside + 1);
                let found = encoded_span(text.as_bytes(), whole, Span::new(inside, decoded));
                prop_assert_eq!(found, Span::new(start, encoded));
            }
        }
    }
}
