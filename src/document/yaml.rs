//! Reads YAML.

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::align::{Escapes, align};
use super::{Comment, DEEPEST, Document, DocumentError, Format, Key, Kind, Node, Quoting, Scalar, Value};
use crate::source::Span;

/// Reads the part `within` of `text`.
pub(super) fn parse(text: &str, within: Span, format: Format) -> Result<Document, DocumentError> {
    let body = &text[within.range()];
    let offsets = Offsets::new(body);
    let mut builder = Builder { text, offsets: &offsets, skipped: within.start, open: Vec::new(), roots: Vec::new() };
    for event in Parser::new_from_str(body) {
        let (event, span) = event.map_err(|error| {
            let offset = within.start + offsets.byte(error.marker().index());
            // The parser gives up at 255 brackets, and says so in these words.
            match error.info() == "recursion limit exceeded" {
                true => DocumentError::TooDeep { offset },
                false => DocumentError::Syntax { format, offset },
            }
        })?;
        builder.take(event, span.start.index(), span.end.index())?;
    }
    let roots = builder.roots;
    let comments = hash_comments(text, within, &roots);
    Ok(Document { format, roots, comments })
}

/// Returns the comments that begin with `#`: those outside of every scalar and key.
pub(super) fn hash_comments(text: &str, within: Span, roots: &[Node]) -> Vec<Comment> {
    let mut taken = Vec::new();
    let mut nodes: Vec<&Node> = roots.iter().collect();
    while let Some(node) = nodes.pop() {
        taken.extend(node.key.as_ref().map(|key| key.span));
        match &node.value {
            Value::Scalar(_) => taken.push(node.span),
            _ => nodes.extend(node.children()),
        }
    }
    taken.sort_unstable();
    let bytes = text.as_bytes();
    let mut comments = Vec::new();
    let (mut at, mut next) = (within.start, 0);
    while let Some(found) = memchr::memchr(b'#', &bytes[at..within.end]).map(|found| at + found) {
        while taken.get(next).is_some_and(|span| span.end <= found) {
            next += 1;
        }
        if let Some(span) = taken.get(next).filter(|span| span.start <= found) {
            at = span.end;
        } else if found == within.start || matches!(bytes[found - 1], b' ' | b'\t' | b'\n' | b'\r') {
            let end = memchr::memchr(b'\n', &bytes[found..within.end]).map_or(within.end, |len| found + len);
            comments.push(Comment { span: Span::new(found, end) });
            at = end;
        } else {
            at = found + 1;
        }
    }
    comments
}

/// Turns the parser's character counts into byte offsets.
enum Offsets {
    /// Every character is a byte.
    Ascii(usize),
    /// The offset of every character, and the end.
    Table(Vec<u32>),
}

impl Offsets {
    fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii(text.len());
        }
        let narrow = |offset: usize| u32::try_from(offset).expect("a document is smaller than 4 GiB");
        let mut table: Vec<u32> = text.char_indices().map(|(offset, _)| narrow(offset)).collect();
        table.push(narrow(text.len()));
        Self::Table(table)
    }

    fn byte(&self, character: usize) -> usize {
        match self {
            Self::Ascii(len) => character.min(*len),
            Self::Table(table) => table[character.min(table.len() - 1)] as usize,
        }
    }
}

/// A collection whose end has not come yet.
struct Open {
    key: Option<Key>,
    start: usize,
    children: Vec<Node>,
    is_map: bool,
    /// The key of the member that comes next, once it was read.
    pending: Option<Key>,
}

/// Builds the tree without recursion.
struct Builder<'a> {
    text: &'a str,
    offsets: &'a Offsets,
    skipped: usize,
    open: Vec<Open>,
    roots: Vec<Node>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, start: usize, end: usize) -> Result<(), DocumentError> {
        let start = self.skipped + self.offsets.byte(start);
        let end = self.skipped + self.offsets.byte(end);
        match event {
            Event::Scalar(text, style, _, tag) => {
                let tag = tag.map(|tag| format!("{}{}", tag.handle, tag.suffix));
                self.scalar(text.into_owned(), style, tag, Span::new(start, end));
            }
            Event::Alias(_) => self.scalar(String::new(), ScalarStyle::Plain, None, Span::new(start, end)),
            Event::SequenceStart(..) => self.start(start, false)?,
            Event::MappingStart(..) => self.start(start, true)?,
            Event::SequenceEnd | Event::MappingEnd => self.finish(end),
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, start: usize, is_map: bool) -> Result<(), DocumentError> {
        if self.open.len() >= DEEPEST {
            return Err(DocumentError::TooDeep { offset: start });
        }
        let key = self.open.last_mut().and_then(|parent| parent.pending.take());
        self.open.push(Open { key, start, children: Vec::new(), is_map, pending: None });
        Ok(())
    }

    fn finish(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        // The parser ends a block collection where the next token starts, a flow collection behind its bracket.
        let bracket = self.text.as_bytes().get(end.wrapping_sub(1)).is_some_and(|byte| matches!(byte, b']' | b'}'));
        let last = open.children.last().map(|child| child.span.end);
        let end = if bracket { end } else { last.unwrap_or(open.start) };
        let value = if open.is_map { Value::Map(open.children) } else { Value::List(open.children) };
        self.add(Node { span: Span::new(open.start, end.max(open.start)), key: open.key, value });
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, tag: Option<String>, span: Span) {
        let (content, quoting, escapes) = self.content(&text, style, span);
        if let Some(parent) = self.open.last_mut()
            && parent.is_map
            && parent.pending.is_none()
        {
            let quotes = usize::from(matches!(quoting, Quoting::Double | Quoting::Single));
            let end = (content.end + quotes).clamp(span.start, self.text.len());
            parent.pending = Some(Key { name: text, span: Span::new(span.start, end) });
            return;
        }
        let kind = if quoting == Quoting::Plain && tag.is_none() { plain_kind(&text) } else { Kind::Text };
        let origin = align(&self.text[content.range()], &text, escapes);
        let key = self.open.last_mut().and_then(|parent| parent.pending.take());
        let span = match quoting {
            Quoting::Plain => Span::new(span.start, content.end),
            Quoting::Block => Span::new(self.text[..span.start].rfind(['|', '>']).unwrap_or(span.start), content.end),
            _ => Span::new(span.start, (content.end + 1).min(self.text.len())),
        };
        self.add(Node { span, key, value: Value::Scalar(Scalar { text, kind, content, quoting, tag, origin }) });
    }

    /// Finds the bytes between the quotes; an anchor or a tag may stand before them, a comment behind.
    fn content(&self, text: &str, style: ScalarStyle, span: Span) -> (Span, Quoting, Escapes) {
        let raw = &self.text[span.range()];
        let quoted = |quote: u8, quoting, escapes| {
            let open = raw.bytes().position(|byte| byte == quote).map_or(0, |at| at + 1);
            let close = closing(raw.as_bytes(), open, quote);
            (Span::new(span.start + open, span.start + close), quoting, escapes)
        };
        match style {
            ScalarStyle::DoubleQuoted => quoted(b'"', Quoting::Double, Escapes::Backslash),
            ScalarStyle::SingleQuoted => quoted(b'\'', Quoting::Single, Escapes::DoubledQuote),
            ScalarStyle::Plain => {
                let trimmed = raw.trim_end();
                let start = if trimmed.ends_with(text) { trimmed.len() - text.len() } else { 0 };
                let content = Span::new(span.start + start, span.start + trimmed.len());
                (content, Quoting::Plain, Escapes::Indented)
            }
            // The parser starts these at the first word; the lines' own indentation belongs to them too.
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let start = self.text[..span.start].rfind('\n').map_or(span.start, |at| at + 1);
                (Span::new(start, span.end.max(start)), Quoting::Block, Escapes::Indented)
            }
        }
    }

    fn add(&mut self, node: Node) {
        match self.open.last_mut() {
            // A map or list as a key has no name; its value is still worth reading.
            Some(parent) if parent.is_map && node.key.is_none() => {
                parent.pending = Some(Key { name: String::new(), span: node.span });
            }
            Some(parent) => parent.children.push(node),
            None => self.roots.push(node),
        }
    }
}

/// Returns where the quote stands that closes a text begun at `from`, or the end.
fn closing(raw: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from;
    while at < raw.len() {
        match raw[at] {
            b'\\' if quote == b'"' => at += 1,
            b'\'' if quote == b'\'' && raw.get(at + 1) == Some(&b'\'') => at += 1,
            byte if byte == quote => return at,
            _ => {}
        }
        at += 1;
    }
    raw.len()
}

/// Returns the type that YAML's core schema gives an unquoted text.
fn plain_kind(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Kind::Boolean,
        _ if text.parse::<f64>().is_ok() => Kind::Number,
        _ => Kind::Text,
    }
}
