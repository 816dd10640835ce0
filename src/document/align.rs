//! Finds out which bytes of a file each byte of a decoded scalar comes from.

use super::node::Bytes;

/// The ways in which a scalar's text may differ from its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// None.
    None,
    /// A backslash and what follows it.
    Backslash,
    /// A quote is written twice.
    DoubledQuote,
    /// Lines are indented, and line feeds may have become spaces.
    Indented,
}

/// Aligns `text` with the `raw` bytes it was decoded from.
pub(super) fn align(raw: &str, text: &str, escapes: Escapes) -> Bytes {
    if raw == text {
        return Bytes::Verbatim;
    }
    let mut offsets = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    for wanted in text.chars() {
        let Some((start, len)) = next(&raw[at..], wanted, escapes) else { return Bytes::Opaque };
        let start = at + start;
        let bytes = wanted.len_utf8();
        offsets.extend((0..bytes).map(|byte| narrow(start + if len == bytes { byte } else { 0 })));
        at = start + len;
    }
    offsets.push(narrow(at));
    Bytes::Mapped(offsets)
}

/// Returns where in `raw` the character `wanted` is written, and in how many bytes.
fn next(raw: &str, wanted: char, escapes: Escapes) -> Option<(usize, usize)> {
    let first = raw.chars().next()?;
    match escapes {
        Escapes::Backslash if first == '\\' => {
            let (decoded, len) = unescape(raw)?;
            (decoded == wanted).then_some((0, len))
        }
        Escapes::DoubledQuote if first == '\'' => (wanted == '\'' && raw.starts_with("''")).then_some((0, 2)),
        Escapes::Indented if first != wanted => indented(raw, wanted),
        _ => (first == wanted).then_some((0, first.len_utf8())),
    }
}

/// Skips a line's indentation, or takes a line feed for the space it was folded to.
fn indented(raw: &str, wanted: char) -> Option<(usize, usize)> {
    if wanted == ' ' && (raw.starts_with('\n') || raw.starts_with("\r\n")) {
        return Some((0, raw.find('\n')? + 1));
    }
    // No further than to what is wanted: a text may be nothing but blank lines.
    let is_blank = |c: char| matches!(c, ' ' | '\t' | '\r') || c == '\n' && wanted != '\n';
    let rest = raw.trim_start_matches(is_blank);
    rest.starts_with(wanted).then_some((raw.len() - rest.len(), wanted.len_utf8()))
}

/// Decodes one escape of JSON, TOML or YAML at the start of `raw`.
fn unescape(raw: &str) -> Option<(char, usize)> {
    let kind = raw[1..].chars().next()?;
    let simple = |decoded| Some((decoded, 1 + kind.len_utf8()));
    match kind {
        'n' => simple('\n'),
        't' => simple('\t'),
        'r' => simple('\r'),
        'b' => simple('\u{8}'),
        'f' => simple('\u{c}'),
        'e' => simple('\u{1b}'),
        '"' | '\\' | '/' | '\'' | ' ' | '$' | '`' => simple(kind),
        'x' => hex(raw, 2),
        'U' => hex(raw, 8),
        'u' => {
            let high = number(raw, 4)?;
            if (0xd800..0xdc00).contains(&high) {
                let low = number(raw.get(6..)?, 4)?;
                let both = 0x1_0000 + ((high - 0xd800) << 10) + low.checked_sub(0xdc00)?;
                return Some((char::from_u32(both)?, 12));
            }
            Some((char::from_u32(high)?, 6))
        }
        _ => None,
    }
}

fn hex(raw: &str, digits: usize) -> Option<(char, usize)> {
    Some((char::from_u32(number(raw, digits)?)?, 2 + digits))
}

fn number(raw: &str, digits: usize) -> Option<u32> {
    u32::from_str_radix(raw.get(2..2 + digits)?, 16).ok()
}

fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).expect("a document is smaller than 4 GiB")
}
