//! Judges the text of a configuration file that does not parse, as far as that is possible.

use std::ops::Range;

use super::judge::{Judge, Place, Says, pairs, says, shifted};
use super::{LintFinding, literal_setting};
use crate::document::Format;
use crate::source::Span;

/// How much of a text is judged at a time, which bounds what is kept in memory.
const PART: usize = 1 << 20;
/// How much of the next part is judged with a part: more than a setting is long.
const OVERLAP: usize = 128 << 10;
/// The length of the longest text that is taken for a name.
const LONGEST_NAME: usize = 80;
/// The length of the shortest text that can be a credential.
const SHORTEST: usize = 4;
/// The most findings of one text: whoever has so many needs no list of them.
pub const MOST: usize = 10_000;

/// Reads the quoted texts of `bytes` as names, values and arguments, one part after the other, and the settings on the lines of
/// TOML and YAML. Tells whether there is more than is told.
pub(super) fn check(bytes: &[u8], format: Format, judge: Judge<'_>, found: &mut Vec<LintFinding>) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let mut spans: Vec<Span> = Vec::new();
    for part in parts(text) {
        let start = part.start;
        let mut own = literals(&text[part.clone()], judge);
        if format != Format::Json {
            own.extend(settings(&text[part], format, judge));
        }
        spans.extend(own.into_iter().map(|span| Span::new(span.start + start, span.end + start)));
        // Each may be found twice, in two parts that overlap or by two ways of reading.
        if spans.len() > 4 * MOST {
            break;
        }
    }
    spans.sort_unstable();
    spans.dedup();
    let is_more = spans.len() > MOST;
    for span in spans.into_iter().take(MOST) {
        let message = "a literal credential in a file that does not parse";
        found.push(LintFinding::new(&literal_setting::ABOUT, span, "", message).with_secret(span));
    }
    is_more
}

/// Returns the literal credentials among `name = value` or `name: value`, alone on a line or between braces.
fn settings(text: &str, format: Format, judge: Judge<'_>) -> Vec<Span> {
    let sign = if format == Format::Toml { '=' } else { ':' };
    let mut found = Vec::new();
    for setting in pieces(text) {
        let piece = &text[setting.clone()];
        let Some((name, value)) = piece.split_once(sign) else { continue };
        if format != Format::Toml && !value.is_empty() && !value.starts_with([' ', '\t']) {
            continue;
        }
        let name = name.trim().trim_start_matches("- ").trim_matches(['"', '\'', ' ']);
        let name = if format == Format::Toml { name.rsplit('.').next().unwrap_or(name) } else { name };
        let bare = value.trim();
        let bare =
            if bare.starts_with(['"', '\'']) { bare } else { bare.split(" #").next().unwrap_or(bare).trim_end() };
        let plain = bare.trim_matches(['"', '\'']);
        let at = setting.start + piece.len() - value.len() + value.find(plain).unwrap_or(0);
        let is_name = !name.is_empty() && name.len() <= LONGEST_NAME && !name.contains(char::is_whitespace);
        if is_name && (may_hold(plain) || plain.len() >= SHORTEST && says(name) != Says::Nothing) {
            found.extend(shifted(judge.literals(name, plain, Place::Server), at));
        }
    }
    found.into_iter().map(|literal| Span::from(literal.range)).collect()
}

/// Cuts a text where a line ends, and at commas and braces outside of quotes.
fn pieces(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let (mut start, mut quote) = (0, None);
    for (at, &byte) in bytes.iter().enumerate() {
        match (byte, quote) {
            (b'\n', _) | (b',' | b'{' | b'}', None) => {
                pieces.push(start..at);
                (start, quote) = (at + 1, None);
            }
            (b'"' | b'\'', None) if at == start || !bytes[at - 1].is_ascii_alphanumeric() => quote = Some(byte),
            (_, Some(open)) if open == byte => quote = None,
            _ => {}
        }
    }
    pieces.push(start..bytes.len());
    pieces
}

/// Cuts a text into parts that overlap, none of which begins between two quotes of a line.
fn parts(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut next = Some(0);
    let (mut at, mut open) = (0, false);
    std::iter::from_fn(move || {
        let wanted = next?;
        for &byte in &bytes[at..wanted] {
            open = byte != b'\n' && (open ^ (byte == b'"'));
        }
        at = wanted;
        let rest = &bytes[wanted..];
        let behind = if open { memchr::memchr2(b'"', b'\n', rest).map_or(rest.len(), |len| len + 1) } else { 0 };
        let is_last = bytes.len() - wanted <= PART + OVERLAP;
        next = (!is_last).then_some(wanted + PART);
        let end = if is_last { bytes.len() } else { wanted + PART + OVERLAP };
        Some(boundary(text, (wanted + behind).min(end))..boundary(text, end))
    })
}

/// Returns the start of the character that `at` lies in.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// Returns the literal credentials of one part.
fn literals(text: &str, judge: Judge<'_>) -> Vec<Span> {
    let pairs = pairs(text);
    let mut found = Vec::new();
    let is_worth = |value: &str, name: &str| may_hold(value) || value.len() >= SHORTEST && says(name) != Says::Nothing;
    for (name, value) in pairs.iter().filter(|(name, value)| is_worth(&text[value.clone()], &text[name.clone()])) {
        let literals = judge.literals(&text[name.clone()], &text[value.clone()], Place::Server);
        found.extend(shifted(literals, value.start));
    }
    let is_value = |range: &Range<usize>| pairs.binary_search_by_key(&range.start, |(_, value)| value.start).is_ok();
    let ranges: Vec<_> = quoted(text).into_iter().filter(|range| !is_value(range)).collect();
    let words: Vec<&str> = ranges.iter().map(|range| &text[range.clone()]).collect();
    let is_flag = |index: usize| index.checked_sub(1).is_some_and(|before| words[before].starts_with('-'));
    let is_long = |index: usize| words[index].len() >= SHORTEST;
    for index in (0..words.len()).filter(|&index| may_hold(words[index]) || is_long(index) && is_flag(index)) {
        found.extend(shifted(judge.argument(&words, index), ranges[index].start));
    }
    found.into_iter().map(|literal| Span::from(literal.range)).collect()
}

/// Tells whether a text can be or hold a credential though nothing before it says so: a quick look at many.
fn may_hold(text: &str) -> bool {
    let is_telling = |byte: u8| byte.is_ascii_digit() || b":;{=$".contains(&byte);
    text.len() >= SHORTEST && text.bytes().any(is_telling)
}

/// Returns what stands between double quotes on one line.
fn quoted(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let quotes: Vec<usize> = memchr::memchr_iter(b'"', line.as_bytes()).collect();
        found.extend(quotes.chunks_exact(2).map(|pair| at + pair[0] + 1..at + pair[1]));
        at += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_a_text_and_begin_outside_of_quotes() {
        let line = format!("[{}\n", "\"né\", ".repeat(1000));
        for text in [line.repeat(600), "\"né\", ".repeat(600_000), "\"".repeat(3 * PART), "x".repeat(3 * PART)] {
            let parts: Vec<_> = parts(&text).collect();
            assert!(parts.len() > 2);
            assert_eq!((parts[0].start, parts[parts.len() - 1].end), (0, text.len()));
            for two in parts.windows(2) {
                assert!(two[1].start <= two[0].end && two[1].start > two[0].start);
                let line = text[..two[1].start].rfind('\n').map_or(0, |at| at + 1);
                assert_eq!(text[line..two[1].start].matches('"').count() % 2, 0);
            }
        }
    }
}
