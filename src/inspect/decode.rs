//! Finds and undoes encodings of text inside text: base64 (wrapped too), hex, percent and `\u` escapes, UTF-16.

use super::unescape;
use crate::detect::Sifted;
use crate::rules::escape;
use crate::source::Span;

/// The least length of an encoded piece that is worth decoding.
const LEAST: usize = 24;
/// How many decoded bytes must be text before the whole piece is decoded.
const PROBE: usize = 12;
/// How many bytes of base64 must mostly decode to text before the whole piece is decoded.
const SAMPLE: usize = 256;
/// The greatest length of an encoded piece.
const GREATEST: usize = 1 << 20;
/// The least length of a line of wrapped base64 that is not the last.
const WRAPPED: usize = 40;
/// The greatest indentation of a line of wrapped base64.
const INDENT: usize = 64;
/// How many bytes behind an encoded piece can decide whether it ends there.
pub const LOOK_AHEAD: usize = INDENT + 4;

/// A piece of text that was encoded in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where its encoded form stands.
    pub span: Span,
    /// The encoding's name.
    pub encoding: &'static str,
    /// Whether it is plain text but for escapes.
    pub is_plain: bool,
    /// What it decodes to.
    pub bytes: Vec<u8>,
}

/// Tells whether the bytes are UTF-16.
pub fn is_utf16(bytes: &[u8]) -> bool {
    byte_order(bytes).is_some()
}

/// Tells whether bytes with a byte order mark do not look like UTF-16 behind it, so that they must be read as they are, too.
pub fn is_mislabelled(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(4096)];
    sample.iter().skip(2).all(|&byte| byte != 0)
}

/// Returns the text of UTF-16 bytes: with a byte order mark, or recognised by its zero bytes.
pub fn utf16(bytes: &[u8]) -> Option<String> {
    let little = byte_order(bytes)?;
    let unit = |pair: &[u8]| {
        if little { u16::from_le_bytes([pair[0], pair[1]]) } else { u16::from_be_bytes([pair[0], pair[1]]) }
    };
    Some(
        char::decode_utf16(bytes.chunks_exact(2).map(unit)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
    )
}

/// Returns whether UTF-16 bytes are little-endian, or `None` if they are something else.
fn byte_order(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => None,
        [0xff, 0xfe, ..] => Some(true),
        [0xfe, 0xff, ..] => Some(false),
        _ => order_by_zeros(bytes),
    }
}

/// Guesses the byte order of UTF-16 without a mark: most characters of a program are below 256, so every
/// second byte is zero. Returns whether it is little-endian.
fn order_by_zeros(bytes: &[u8]) -> Option<bool> {
    let sample = &bytes[..bytes.len().min(4096) & !1];
    if sample.len() < 32 || memchr::memchr(0, &sample[..32]).is_none() {
        return None;
    }
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, units) = (zeros(0), zeros(1), sample.len() / 2);
    let most = units * 9 / 10;
    if odd >= most && even * 10 < units {
        Some(true)
    } else if even >= most && odd * 10 < units {
        Some(false)
    } else {
        None
    }
}

/// Finds every encoded piece that decodes to text, by what the sieve left of `bytes`, or of parts of them whose borders lie behind
/// and before white space or quotes.
pub fn encoded(bytes: &[u8], sifted: &Sifted) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut behind = 0;
    // Up to here lines were tried together, and were not worth it.
    let mut tried = 0;
    for run in &sifted.runs {
        if run.start < behind || run.len() < LEAST {
            continue;
        }
        let stretch = base64_stretch(bytes, *run);
        behind = stretch.end;
        let mut piece = hex(bytes, *run);
        if piece.is_none() && may_promise(bytes, stretch.start) && is_promising(&probe(bytes, stretch.start)) {
            let end = if stretch.start < tried { stretch.end } else { base64_end(bytes, stretch.start) };
            tried = tried.max(end);
            piece = base64(bytes, Span::new(stretch.start, end)).or_else(|| base64(bytes, stretch));
        }
        if let Some(piece) = piece {
            behind = piece.span.end;
            pieces.push(piece);
        }
    }
    unescape::decode(bytes, &sifted.escapes, &mut pieces);
    pieces
}

/// Tells whether wrapped base64 may stand before `at` and go on there.
pub fn may_continue(bytes: &[u8], at: usize) -> bool {
    let before = &bytes[..at];
    let indent = before.iter().rev().take(INDENT).take_while(|&&byte| byte == b' ' || byte == b'\t').count();
    let before = &before[..at - indent];
    let feed = before.iter().rev().take(2).take_while(|&&byte| byte == b'\r' || byte == b'\n').count();
    feed > 0 && is_full_line(&before[..before.len() - feed])
}

/// Tells whether what stands on a line up to its end may be wrapped base64 that goes on: enough digits, and no mere ruler or
/// name in small letters.
fn is_full_line(line: &[u8]) -> bool {
    let Some(last) = line.last_chunk::<WRAPPED>() else { return false };
    last.iter().all(|&byte| sextet(byte).is_some()) && last.iter().any(u8::is_ascii_uppercase)
}

/// Tells whether the start of a decoded piece looks like text.
fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
        && bytes.iter().any(u8::is_ascii_alphanumeric)
}

/// Tells whether a decoded piece is worth a look: text, UTF-16, or an archive.
fn is_promising(bytes: &[u8]) -> bool {
    is_text(bytes)
        || bytes.starts_with(&[0x1f, 0x8b, 8])
        || bytes.starts_with(b"PK\x03\x04")
        || bytes.starts_with(&[0xff, 0xfe])
}

/// Tells quickly that base64 text which starts at `start` is not [promising](is_promising).
fn may_promise(bytes: &[u8], start: usize) -> bool {
    let Some(digits) = bytes[start..].first_chunk::<4>() else { return true };
    let bits = digits.iter().fold(0, |bits, &digit| bits << 6 | u32::from(SEXTETS[usize::from(digit)]));
    let [_, first @ ..] = bits.to_be_bytes();
    let starts_text = || first.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    digits.iter().any(|&digit| sextet(digit).is_none())
        || starts_text()
        || matches!(first, [0x1f, 0x8b, 8] | [b'P', b'K', 3] | [0xff, 0xfe, _])
}

fn hex(bytes: &[u8], run: Span) -> Option<Piece> {
    let text = &bytes[run.range()];
    if !text.len().is_multiple_of(2) || text.len() > GREATEST {
        return None;
    }
    let byte = |pair: &[u8]| escape::byte(pair[0], pair[1]);
    let mut probe = [0; PROBE];
    for (probed, pair) in probe.iter_mut().zip(text.chunks_exact(2)) {
        *probed = byte(pair)?;
    }
    if !is_promising(&probe) {
        return None;
    }
    let decoded = text.chunks_exact(2).map(byte).collect::<Option<_>>()?;
    Some(Piece { span: run, encoding: "hex", is_plain: false, bytes: decoded })
}

/// The value of each base64 digit, of either alphabet; `NO_DIGIT` for other bytes.
const SEXTETS: [u8; 256] = {
    let mut table = [NO_DIGIT; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            digit @ b'A'..=b'Z' => digit - b'A',
            digit @ b'a'..=b'z' => digit - b'a' + 26,
            digit @ b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => NO_DIGIT,
        };
        byte += 1;
    }
    table
};
const NO_DIGIT: u8 = u8::MAX;

/// Returns the value of a base64 digit.
fn sextet(byte: u8) -> Option<u8> {
    let value = SEXTETS[usize::from(byte)];
    (value != NO_DIGIT).then_some(value)
}

/// Returns the stretch of base64 digits that a run is part of: to both sides over `+` and `/`.
fn base64_stretch(bytes: &[u8], run: Span) -> Span {
    let digit = |byte: &&u8| sextet(**byte).is_some();
    let before = bytes[run.start.saturating_sub(GREATEST)..run.start].iter().rev().take_while(digit).count();
    let behind = bytes[run.end..(run.end + GREATEST).min(bytes.len())].iter().take_while(digit).count();
    Span::new(run.start - before, run.end + behind)
}

/// Decodes the first bytes of the base64 text that starts at `start`.
fn probe(bytes: &[u8], start: usize) -> Vec<u8> {
    let digits = bytes[start..].iter().take(PROBE / 3 * 4 + LOOK_AHEAD).filter(|&&byte| sextet(byte).is_some());
    decode_sextets(digits.copied().take(PROBE / 3 * 4))
}

/// Decodes base64 text that starts promisingly, if most of it is text or if it starts like an archive.
fn base64(bytes: &[u8], span: Span) -> Option<Piece> {
    let text = &bytes[span.range()];
    if text.len() < LEAST {
        return None;
    }
    let is_marked = !is_text(&probe(bytes, span.start));
    if !is_marked && !is_mostly_text(&decode_sextets(text.iter().copied().take(SAMPLE))) {
        return None;
    }
    let decoded = decode_sextets(text.iter().copied());
    (is_marked || is_mostly_text(&decoded)).then_some(Piece {
        span,
        encoding: "base64",
        is_plain: false,
        bytes: decoded,
    })
}

fn is_mostly_text(bytes: &[u8]) -> bool {
    bytes.iter().filter(|&&byte| byte >= 0x20 || byte.is_ascii_whitespace()).count() * 10 >= bytes.len() * 9
}

/// Returns where base64 text ends that starts at `start`: a line end goes on if a full line stands before it.
fn base64_end(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    let limit = bytes.len().min(start + GREATEST);
    let mut line = start;
    while end < limit {
        if sextet(bytes[end]).is_some() {
            end += 1;
            continue;
        }
        let feed = bytes[end..limit.min(end + 2)].iter().take_while(|&&byte| byte == b'\r' || byte == b'\n').count();
        let indent =
            bytes[end + feed..limit].iter().take(INDENT).take_while(|&&byte| byte == b' ' || byte == b'\t').count();
        let next = end + feed + indent;
        if feed == 0 || !is_full_line(&bytes[line..end]) || next >= limit || sextet(bytes[next]).is_none() {
            return end;
        }
        line = next;
        end = next;
    }
    end
}

/// Decodes base64 digits; other bytes are passed over.
fn decode_sextets(text: impl Iterator<Item = u8>) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.size_hint().1.unwrap_or(0) / 4 * 3 + 3);
    let (mut bits, mut count) = (0u32, 0);
    for value in text.map(|byte| SEXTETS[usize::from(byte)]).filter(|&value| value != NO_DIGIT) {
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            decoded.push((bits >> count) as u8);
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use proptest::prelude::*;

    use super::*;
    use crate::detect::sieve::{Names, sift};

    fn pieces(bytes: &[u8]) -> Vec<Piece> {
        let mut sifted = Sifted::default();
        sift(bytes, Names::PassedOver, &mut sifted);
        encoded(bytes, &sifted)
    }

    proptest! {
        #[test]
        fn encoded_text_comes_back(text in "[ -~]{40,200}", before in "[a-z ]{0,20} ", width in 60usize..90) {
            let encoded = base64::engine::general_purpose::STANDARD.encode(&text);
            let wrapped: Vec<String> = encoded.as_bytes().chunks(width).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
            let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
            let percent: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let unicode: String = text.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
            prop_assume!(text.bytes().take(PROBE).any(|byte| byte.is_ascii_alphanumeric()));
            for (form, certain) in [(encoded.clone(), false), (wrapped.join("\n"), false), (hex, true), (percent, true), (unicode, true)] {
                let whole = format!("{before}{form}");
                let found = pieces(whole.as_bytes());
                // Base64 text whose runs are all broken by `+` and `/` is found by chance only.
                if certain || form.split(['+', '/', '=', '\n']).next().is_some_and(|run| run.len() >= LEAST) {
                    prop_assert!(found.iter().any(|piece| piece.bytes == text.as_bytes()), "{} pieces", found.len());
                }
            }
        }

        #[test]
        fn no_input_makes_decoding_fail(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            pieces(&bytes);
            utf16(&bytes);
        }
    }

    #[test]
    fn wrapped_base64_goes_on_behind_a_full_line_of_digits() {
        let encoded = base64::engine::general_purpose::STANDARD.encode("Many hands make light work, they say.");
        for (line, expected) in [
            (&encoded[..], true),
            ("  def test_that_a_long_name_in_small_letters_is_no_digits\n", false),
            (&"-".repeat(80), false),
            ("aGVsbG8gd29ybGQ", false),
        ] {
            let text = format!("{}\n  more", line.trim_end_matches(['=', '\n']));
            assert_eq!(may_continue(text.as_bytes(), text.len() - 4), expected, "{line}");
        }
    }

    #[test]
    fn utf16_is_recognised_with_and_without_a_mark() {
        let text = "const token = 'abc';\nlet other = 1;\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(utf16(&little).as_deref(), Some(text));
        assert_eq!(utf16(&big).as_deref(), Some(text));
        assert_eq!(utf16(text.as_bytes()), None);
        assert_eq!(utf16(&[0; 64]), None);
    }
}
