//! Small edits of JSON, TOML and YAML that leave the rest of the file as it is.

use super::super::finding::Edit;
use crate::document::{Node, Quoting, Scalar};
use crate::source::Span;

/// Returns the spaces before the first thing on the line in which `at` lies.
pub(super) fn indent(bytes: &[u8], at: usize) -> &str {
    let start = line_start(bytes, at);
    let len = bytes[start..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    std::str::from_utf8(&bytes[start..start + len]).unwrap_or("")
}

/// Returns where the line of `at` begins.
pub(super) fn line_start(bytes: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |at| at + 1)
}

/// Returns where the next line begins, or the end.
pub(super) fn next_line(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |len| at + len + 1)
}

/// Returns the line ending of a file.
pub(super) fn line_end(bytes: &[u8]) -> &'static str {
    let first = memchr::memchr(b'\n', bytes).unwrap_or(0);
    if first > 0 && bytes[first - 1] == b'\r' { "\r\n" } else { "\n" }
}

/// Adds a member at the front of a JSON object; `value` is JSON that may hold line feeds.
pub(super) fn json_member(bytes: &[u8], object: &Node, key: &str, value: &str) -> Edit {
    let at = Span::new(object.span.start + 1, object.span.start + 1);
    let Some(first) = object.children().first() else {
        return Edit { span: at, text: format!("\"{key}\": {}", one_line(value)) };
    };
    let start = first.whole().start;
    let own_line = bytes[at.start..start].contains(&b'\n');
    if own_line {
        let indent = indent(bytes, start);
        let end = line_end(bytes);
        let value = value.replace('\n', &format!("{end}{indent}"));
        Edit { span: at, text: format!("{end}{indent}\"{key}\": {value},") }
    } else {
        let before = Span::new(start, start);
        Edit { span: before, text: format!("\"{key}\": {}, ", one_line(value)) }
    }
}

/// Writes JSON of several lines on one.
fn one_line(value: &str) -> String {
    value.lines().map(str::trim_start).collect::<Vec<_>>().join(" ")
}

/// Adds an element at the front of a JSON or TOML array.
pub(super) fn list_element(bytes: &[u8], list: &Node, value: &str) -> Edit {
    let at = Span::new(list.span.start + 1, list.span.start + 1);
    let Some(first) = list.children().first() else { return Edit { span: at, text: value.to_owned() } };
    if bytes[at.start..first.span.start].contains(&b'\n') {
        let indent = indent(bytes, first.span.start);
        let end = line_end(bytes);
        return Edit { span: at, text: format!("{end}{indent}{},", value.replace('\n', &format!("{end}{indent}"))) };
    }
    let before = Span::new(first.span.start, first.span.start);
    Edit { span: before, text: format!("{}, ", one_line(value)) }
}

/// Takes a member out of a map that is written on one line, with the comma that belongs to it.
pub(super) fn without_member(bytes: &[u8], map: &Node, member: &Node) -> Edit {
    let whole = member.whole();
    let after = bytes[whole.end..map.span.end].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    if bytes.get(whole.end + after) == Some(&b',') {
        let comma = whole.end + after + 1;
        let spaces = bytes[comma..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        return Edit { span: Span::new(whole.start, comma + spaces), text: String::new() };
    }
    let before = bytes[map.span.start..whole.start].iter().rposition(|byte| !byte.is_ascii_whitespace());
    let start = match before.map(|at| map.span.start + at) {
        Some(at) if bytes[at] == b',' => at,
        _ => whole.start,
    };
    Edit { span: Span::new(start, whole.end), text: String::new() }
}

/// Takes out the lines on which a member stands, if nothing else stands there; comments among and behind them stay, on lines of
/// their own.
pub(super) fn without_lines(bytes: &[u8], member: &Node) -> Edit {
    let whole = member.whole();
    let start = line_start(bytes, whole.start);
    let next = next_line(bytes, whole.end.max(whole.start + 1) - 1);
    let indent = indent(bytes, whole.start);
    let mut text = String::new();
    let mut keep = |from: usize, to: usize| {
        for comment in comments(bytes.get(from..to).unwrap_or_default()) {
            text.push_str(&format!("{indent}{comment}{}", line_end(bytes)));
        }
    };
    let (mut last, mut from) = (member, whole.start);
    loop {
        from = last.key.as_ref().map_or(from, |key| key.span.end);
        keep(from, last.span.start);
        let Some(child) = last.children().last() else { break };
        keep(from.max(last.span.start), child.whole().start);
        (last, from) = (child, child.whole().start);
    }
    // A list's own brackets stand behind its last element.
    let end = if matches!(bytes.get(member.span.start), Some(b'{' | b'[')) { member.span.end } else { last.span.end };
    keep(last.span.end, end);
    let behind = bytes.get(end..next).unwrap_or_default();
    let space = behind.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if behind.get(space) == Some(&b'#') {
        text.push_str(indent);
        return Edit { span: Span::new(start, end + space), text };
    }
    Edit { span: Span::new(start, next), text }
}

/// Returns the comments in bytes between a key and its value, in which nothing is quoted.
fn comments(between: &[u8]) -> impl Iterator<Item = &str> {
    let text = std::str::from_utf8(between).unwrap_or_default();
    text.lines().filter_map(|line| {
        let is_first = |at: &usize| line[..*at].ends_with([' ', '\t']) || *at == 0;
        let at = line.match_indices('#').map(|(at, _)| at).find(is_first)?;
        Some(line[at..].trim_end())
    })
}

/// Replaces a part of a YAML scalar, which needs quotes where a reference would be taken for something else.
pub(super) fn yaml_part(scalar: &Scalar, range: std::ops::Range<usize>, text: &str) -> Option<Edit> {
    if scalar.quoting != Quoting::Plain {
        return Some(Edit { span: scalar.raw(range), text: text.to_owned() });
    }
    let (before, after) = (&scalar.text[..range.start], &scalar.text[range.end..]);
    if before.contains(['"', '\\']) || after.contains(['"', '\\']) {
        return None;
    }
    let whole = format!("{before}{text}{after}");
    let is_plain = whole.starts_with(|first: char| first.is_ascii_alphabetic())
        && whole.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./".contains(&byte));
    Some(Edit { span: scalar.content, text: if is_plain { whole } else { format!("\"{whole}\"") } })
}
