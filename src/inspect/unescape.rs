//! Undoes escapes, `%41`, `\u0041` and `\/`, together with the text around them.

use super::decode::Piece;
use crate::detect::is_break;
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
    /// `\/`, as some write JSON; behind several backslashes in JSON inside of JSON.
    Slash,
}

impl Kind {
    /// Returns its name for people.
    const fn name(self) -> &'static str {
        match self {
            Self::Percent => "percent encoding",
            Self::Unicode => "unicode escapes",
            Self::Slash => "escaped slashes",
        }
    }
}

/// Decodes every stretch of a text that has one of the `escapes` that the sieve saw: it goes as far as there is neither white space
/// nor a quote.
pub(super) fn decode(bytes: &[u8], escapes: &[usize], pieces: &mut Vec<Piece>) {
    let mut behind = 0;
    for &place in escapes {
        let at = if bytes[place] == b':' { place + 1 } else { place };
        if at < behind {
            continue;
        }
        let Some(kind) = escape(bytes, at).filter(|escape| begins(bytes, at, escape)).map(|escape| escape.kind) else {
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
        behind = end;
        blank_headers(&mut decoded);
        if decoded.len() >= LEAST {
            let span = Span::new(start, end);
            pieces.push(Piece { span, encoding: kind.name(), is_plain: true, bytes: decoded });
        }
    }
}

/// Puts blanks in place of the `+` of a form in the first and the last line of a key in PEM.
fn blank_headers(text: &mut [u8]) {
    for start in [&b"-----BEGIN+"[..], b"-----END+"] {
        let mut from = 0;
        while let Some(at) = memchr::memmem::find(&text[from..], start).map(|at| from + at) {
            from = at + start.len();
            let end = text[from..].iter().position(|&byte| byte == b'-').map_or(text.len(), |length| from + length);
            text[at..end].iter_mut().filter(|byte| **byte == b'+').for_each(|byte| *byte = b' ');
        }
    }
}

/// Tells whether it is worth undoing escapes because of the one at `at`, which the sieve sees, too.
fn begins(bytes: &[u8], at: usize, escape: &Escape) -> bool {
    match escape.kind {
        // Behind one that ends the text nothing is encoded.
        Kind::Percent => at + escape.width < bytes.len(),
        Kind::Unicode => true,
        // Patterns have single ones: what counts are those of an address.
        Kind::Slash => at > 0 && bytes[at - 1] == b':' && bytes.get(at + escape.width) == Some(&b'\\'),
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

/// An escape of a character of ASCII.
struct Escape {
    kind: Kind,
    character: u8,
    /// How many bytes it has.
    width: usize,
}

/// Returns the escape at `at`.
fn escape(bytes: &[u8], at: usize) -> Option<Escape> {
    let rest = &bytes[at..];
    match rest {
        [b'%', digits @ ..] => {
            let mut escape = character(digits, Kind::Percent, 1)?;
            while escape.character == b'%'
                && let Some(inner) = character(&rest[escape.width..], Kind::Percent, escape.width)
            {
                escape = inner;
            }
            Some(escape)
        }
        [b'\\', b'u', b'0', b'0', digits @ ..] => character(digits, Kind::Unicode, 4),
        [b'\\', ..] => {
            let lead = rest.iter().take_while(|&&byte| byte == b'\\').count();
            (rest.get(lead) == Some(&b'/')).then_some(Escape { kind: Kind::Slash, character: b'/', width: lead + 1 })
        }
        _ => None,
    }
    .filter(|escape| escape.character.is_ascii_graphic() || escape.character.is_ascii_whitespace())
}

/// Reads the two digits of an escape, which has so many bytes before them.
fn character(digits: &[u8], kind: Kind, lead: usize) -> Option<Escape> {
    let &[high, low] = digits.first_chunk()?;
    Some(Escape { kind, character: byte(high, low)?, width: lead + 2 })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::decode;
    use super::*;
    use crate::detect::Sifted;
    use crate::detect::sieve::{Names, sift};

    #[test]
    fn a_key_in_a_form_has_blanks_in_its_first_and_last_line_again() {
        let mut text = *b"-----BEGIN+RSA+KEY-----\na+b\n-----END+RSA+KEY-----+";
        blank_headers(&mut text);
        assert_eq!(&text, b"-----BEGIN RSA KEY-----\na+b\n-----END RSA KEY-----+");
    }

    proptest! {
        #[test]
        fn the_sieve_overlooks_no_escapes(text in r"([ a']|abcdefgh|%[0-9a-fA-F]{2}|%25|\\u00[0-7][0-9a-fA-F]|:?\\{1,2}/){0,40}") {
            let mut sifted = Sifted::default();
            sift(text.as_bytes(), Names::PassedOver, &mut sifted);
            let quick = decode::encoded(text.as_bytes(), &sifted);
            sifted.escapes = (0..text.len()).filter(|&at| b"%\\".contains(&text.as_bytes()[at])).collect();
            prop_assert_eq!(quick, decode::encoded(text.as_bytes(), &sifted));
        }

        #[test]
        fn a_part_of_what_was_decoded_is_found_where_it_was_encoded(
            parts in proptest::collection::vec(("[a-z]{0,8}", "(%3D|%253A|\\\\u002f|\\\\\\\\?/)"), 1..20),
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
