//! Reads lines of `NAME=value`, as shells, compose files and the dotenv libraries do.

use super::align::{Escapes, align};
use super::{Comment, Document, Format, Key, Kind, Node, Quoting, Scalar, Value};
use crate::source::Span;

/// Reads `text` from `skipped` on. Lines that are no assignment are left out.
pub(super) fn parse(text: &str, skipped: usize) -> Document {
    let mut members = Vec::new();
    let mut comments = Vec::new();
    let mut at = skipped;
    while at < text.len() {
        let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |len| at + len);
        let line = text[at..end].trim_end();
        let indent = line.len() - line.trim_start().len();
        if line.trim_start().starts_with('#') {
            comments.push(Comment { span: Span::new(at + indent, at + line.len()) });
        } else if let Some(member) = assignment(text, at + indent, at + line.len(), &mut comments) {
            let next = member.span.end;
            members.push(member);
            at = memchr::memchr(b'\n', &text.as_bytes()[next..]).map_or(text.len(), |len| next + len + 1);
            continue;
        }
        at = end + 1;
    }
    let root = Node { span: Span::new(skipped, text.len()), key: None, value: Value::Map(members) };
    Document { format: Format::Dotenv, roots: vec![root], comments }
}

/// Reads the assignment that starts at `start`; only a quoted value may reach behind `end`.
fn assignment(text: &str, start: usize, end: usize, comments: &mut Vec<Comment>) -> Option<Node> {
    let line = &text[start..end];
    let export = if line.starts_with("export ") { 7 } else { 0 };
    let equals = line.find('=')?;
    let name = line.get(export..equals)?.trim();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if name.is_empty() || !name.bytes().all(is_name) {
        return None;
    }
    let name_at = start + export + line[export..equals].find(name)?;
    let key = Key { name: name.to_owned(), span: Span::new(name_at, name_at + name.len()) };
    let rest = &line[equals + 1..];
    let value_at = start + equals + 1 + (rest.len() - rest.trim_start().len());
    let (scalar, span) = value(text, value_at.min(end), end, comments);
    Some(Node { span, key: Some(key), value: Value::Scalar(scalar) })
}

fn value(text: &str, start: usize, end: usize, comments: &mut Vec<Comment>) -> (Scalar, Span) {
    let quote = text.as_bytes().get(start).copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    if let Some(quote) = quote.filter(|_| start < end)
        && let Some(close) = closing(text.as_bytes(), start + 1, quote)
    {
        let raw = &text[start + 1..close];
        let decoded = if quote == b'"' { unescaped(raw) } else { raw.to_owned() };
        let quoting = if quote == b'"' { Quoting::Double } else { Quoting::Single };
        let scalar = scalar(decoded, raw, start + 1, quoting);
        return (scalar, Span::new(start, close + 1));
    }
    let line = &text[start..end];
    let cut = line.find(" #").or_else(|| line.find("\t#"));
    if let Some(cut) = cut {
        comments.push(Comment { span: Span::new(start + cut + 1, end) });
    }
    let raw = line[..cut.unwrap_or(line.len())].trim_end();
    (scalar(raw.to_owned(), raw, start, Quoting::Plain), Span::new(start, start + raw.len()))
}

fn scalar(text: String, raw: &str, start: usize, quoting: Quoting) -> Scalar {
    Scalar {
        origin: align(raw, &text, if quoting == Quoting::Double { Escapes::Backslash } else { Escapes::None }),
        text,
        kind: Kind::Text,
        content: Span::new(start, start + raw.len()),
        quoting,
        tag: None,
    }
}

/// Finds the quote that closes the value; a value may go over several lines.
fn closing(bytes: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            byte if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some(other @ ('"' | '\\' | '\'' | '$' | '`')) => text.push(other),
                Some(other) => text.extend(['\\', other]),
                None => text.push('\\'),
            },
            _ => text.push(c),
        }
    }
    text
}
