//! What leads from a name to its value where no operator stands directly before it: the rest of a declaration, a default, a tag, a
//! line's end.
//!
//! Each function tells where a text goes on, or that nothing of the kind stands there. But for the text itself, none
//! looks farther than [`FAR`].

use super::assignment::{Operator, is_key_byte};
use crate::source::Span;

/// How far on the way to a value a text is read.
pub(super) const FAR: usize = 128;
/// How far before a name its line is read.
const BEFORE: usize = 96;
/// How far a text in the next line may be indented.
const INDENT: usize = 64;
/// What makes of an absent value another, behind the call that asks for it.
const DEFAULTS: [&[u8]; 5] =
    [b".unwrap_or(", b".unwrap_or_else(|_| ", b".unwrap_or_else(|| ", b".orElse(", b".getOrElse("];
/// The accessors of a property in C#, which is set to something behind them.
const ACCESSORS: [&[u8]; 5] = [
    b"{ get; set; } = ",
    b"{ get; init; } = ",
    b"{ get; } = ",
    b"{ get; private set; } = ",
    b"{ get; internal set; } = ",
];

/// Returns the operator behind the name at `key`, and where it ends; `at` is behind what closes the name and the blanks there.
pub(super) fn operator(bytes: &[u8], key: Span, closed: bool, at: usize) -> Option<(Operator, usize)> {
    let rest = &bytes[at..(at + FAR).min(bytes.len())];
    let is_apart = at > key.end;
    let behind = |words: &[&[u8]]| words.iter().find(|word| rest.starts_with(word)).map(|word| at + word.len());
    let before_text = |end: usize| bytes.get(end).is_some_and(is_quote).then_some(end);
    match rest.first()? {
        // `std::string key{"..."}`
        b'{' if !is_apart => before_text(at + 1).map(|end| (Operator::Call, end)),
        b'{' if closed => {
            let is_fetched =
                matches!(bytes[..key.start], [.., b'f', b'e', b't', b'c', b'h', b'(', quote] if is_quote(&quote));
            behind(&[b"{ "]).filter(|_| is_fetched).and_then(before_text).map(|end| (Operator::Assign, end))
        }
        b'{' => behind(&ACCESSORS).and_then(before_text).map(|end| (Operator::Assign, end)),
        b'.' if closed => behind(&DEFAULTS).map(|end| (Operator::Assign, end)),
        b'?' if closed => behind(&[b"?: "]).and_then(before_text).map(|end| (Operator::Assign, end)),
        b't' if closed => behind(&[b"to "]).and_then(before_text).map(|end| (Operator::Assign, end)),
        b',' if !closed => bytes[..key.start].ends_with(b"cpy(").then_some((Operator::Call, at + 1)),
        b'A' | b'a' if is_apart && !closed => {
            let is_text = rest.len() > 12 && rest[..9].eq_ignore_ascii_case(b"as string");
            let end = at + 9 + blanks(rest.get(9..)?);
            (is_text && bytes.get(end) == Some(&b'=')).then_some((Operator::Assign, end + 1))
        }
        b'\n' | b'\r' => item(bytes, key, at).map(|end| (Operator::Flag, end)),
        _ => None,
    }
}

/// Returns where the next item of a YAML list starts, if this one is an option of a command.
fn item(bytes: &[u8], key: Span, at: usize) -> Option<usize> {
    if bytes[key.start] != b'-' {
        return None;
    }
    let line = line_before(bytes, key.start);
    let is_item = matches!(line.trim_ascii_start(), b"- " | b"- \"" | b"- '");
    let next = next(bytes, at)?;
    let same = next - at > line.len() - line.trim_ascii_start().len();
    (is_item && same && bytes[next..].starts_with(b"- ")).then_some(next + 2)
}

/// Returns where the text begins that is the whole value in the next line; `at` is the end of this one.
pub(super) fn next_line(bytes: &[u8], at: usize) -> Option<usize> {
    let start = next(bytes, at)?;
    let quote = *bytes.get(start).filter(|byte| is_quote(byte))?;
    let rest = &bytes[start + 1..(start + 1 + super::cursor::VALUE).min(bytes.len())];
    let end = memchr::memchr2(quote, b'\n', rest).filter(|&end| rest[end] == quote && end > 0)?;
    // What is followed by a colon is the first name of a map.
    let is_whole = matches!(rest.get(end + 1), None | Some(b',' | b';' | b')' | b'\n' | b'\r' | b'}' | b'.' | b' '));
    (is_whole && rest.get(end + 1 + blanks(&rest[end + 1..])) != Some(&b':')).then_some(start)
}

/// Returns what a block of YAML that begins at `at` with `|` or `>` holds, if that is one word in one line.
#[inline]
pub(super) fn block(bytes: &[u8], at: usize) -> Option<Span> {
    let sign = bytes.get(at).filter(|byte| matches!(byte, b'|' | b'>'))?;
    let signs =
        bytes[at..].iter().take(3).take_while(|byte| matches!(**byte, b'-' | b'+' | b'1'..=b'9') || *byte == sign);
    let line = at + signs.count();
    let start = next(bytes, line)?;
    let indent = |line: &[u8]| line.iter().take_while(|byte| **byte == b' ').count();
    let rest = &bytes[start..(start + super::cursor::VALUE).min(bytes.len())];
    let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
    let mut lines = rest[end..(end + INDENT).min(rest.len())].split(|&byte| byte == b'\n');
    let is_last = lines.next().is_none_or(|line| line.trim_ascii().is_empty());
    let own = line_before(bytes, start).len();
    let is_alone = lines.next().is_none_or(|line| line.trim_ascii().is_empty() || indent(line) < own);
    (own > 0 && is_last && is_alone).then(|| Span::new(start, start + end))
}

/// Returns where a value of YAML goes on behind its anchor, or the tag that says that it is text.
pub(super) fn behind_tag(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..(at + FAR).min(bytes.len())];
    let length = match rest {
        [b'&', name @ ..] => name.iter().take_while(|byte| is_key_byte(**byte)).count() + 1,
        [b'!', b'!', b's', b't', b'r', ..] => 5,
        _ => return at,
    };
    if length > 1 && rest.get(length) == Some(&b' ') { at + length + 1 } else { at }
}

/// Returns where a text begins that an argument behind the name is set to if the name has no value, as in
/// `("API_KEY", default="...")`.
pub(super) fn default_of(bytes: &[u8], at: usize) -> Option<usize> {
    if !matches!(bytes[..at], [.., b','] | [.., b',', b' ']) {
        return None;
    }
    let rest = &bytes[at..(at + FAR).min(bytes.len())];
    let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    [&b"default="[..], b"defaultValue: ", b"default: "].iter().find_map(|word| {
        let start = memchr::memmem::find(line, word)?;
        let end = start + word.len();
        let is_argument = start == 0 || matches!(line[start - 1], b' ' | b',');
        let is_text = line.get(end).is_some_and(is_quote);
        (is_argument && is_text && !line[..start].contains(&b')')).then_some(at + end)
    })
}

/// Returns where the text begins that belongs to the last of several names before an operator, as in `user, password = "a", "..."`.
pub(super) fn text_of_last(bytes: &[u8], key: Span, at: usize) -> Option<usize> {
    if !bytes[..key.start].ends_with(b", ") {
        return None;
    }
    let names = line_before(bytes, key.start).trim_ascii_start();
    let far = at + FAR;
    let mut at = at + blanks(&bytes[at..]);
    for name in names[..names.len() - 2].split(|&byte| byte == b',') {
        let name = name.trim_ascii_start();
        if name.is_empty() || !name.iter().all(|byte| is_key_byte(*byte)) {
            return None;
        }
        let quote = *bytes.get(at).filter(|byte| is_quote(byte))?;
        let rest = bytes.get(at + 1..far.min(bytes.len()))?;
        let end = memchr::memchr2(quote, b'\n', rest)?;
        let behind = rest[end..].strip_prefix(&[quote, b','])?;
        at += 1 + end + 2 + blanks(behind);
    }
    bytes.get(at).filter(|byte| is_quote(byte)).map(|_| at)
}

/// Returns where the first text of a condition begins, behind what is asked: `prod ? "..." : ""`.
#[inline]
pub(super) fn chosen(bytes: &[u8], at: usize) -> Option<usize> {
    let end = at + 3;
    (bytes.get(at..end) == Some(b" ? ") && bytes.get(end).is_some_and(is_quote)).then_some(end)
}

/// Returns where the next line begins, without its indentation.
fn next(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..(at + INDENT).min(bytes.len())];
    let feed = blanks(rest);
    let feed = feed + usize::from(rest.get(feed) == Some(&b'\r'));
    (rest.get(feed) == Some(&b'\n')).then(|| at + feed + 1 + blanks(&rest[feed + 1..]))
}

fn blanks(text: &[u8]) -> usize {
    text.iter().take(INDENT).take_while(|byte| matches!(**byte, b' ' | b'\t')).count()
}

fn line_before(bytes: &[u8], at: usize) -> &[u8] {
    let before = &bytes[at.saturating_sub(BEFORE)..at];
    memchr::memrchr(b'\n', before).map_or(before, |end| &before[end + 1..])
}

const fn is_quote(byte: &u8) -> bool {
    matches!(byte, b'"' | b'\'')
}
