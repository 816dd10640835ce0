//! Reads TOML.

use toml_edit::{Document as Toml, Item, Key as TomlKey, Table, Value as TomlValue};

use super::align::{Escapes, align};
use super::yaml::hash_comments;
use super::{Document, DocumentError, Format, Key, Kind, Node, Quoting, Scalar, Value};
use crate::source::Span;

/// Reads `text` from `skipped` on.
pub(super) fn parse(text: &str, skipped: usize) -> Result<Document, DocumentError> {
    let body = &text[skipped..];
    let parsed = Toml::parse(body).map_err(|error| match too_deep(body) {
        Some(offset) => DocumentError::TooDeep { offset: skipped + offset },
        None => DocumentError::Syntax {
            format: Format::Toml,
            offset: skipped + error.span().map_or(0, |span| span.start.min(body.len())),
        },
    })?;
    let reader = Reader { text: body, skipped };
    let members = reader.members(parsed.as_table());
    let span = Span::new(skipped, text.len());
    let root = Node { span, key: None, value: Value::Map(members) };
    let mut document = Document { format: Format::Toml, roots: vec![root], comments: Vec::new() };
    document.comments = hash_comments(text, span, &document.roots);
    Ok(document)
}

/// Returns where brackets or dotted names nest too deep: the parser guards itself, but does not say so.
fn too_deep(body: &str) -> Option<usize> {
    let (mut depth, mut dots) = (0_usize, 0_usize);
    body.bytes().position(|byte| {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'.' => dots += 1,
            b'\n' => dots = 0,
            _ => {}
        }
        // The parser gives up at 80 levels.
        depth > 80 || dots > 80
    })
}

/// The text that spans point into, and how many bytes were cut off before it.
struct Reader<'a> {
    text: &'a str,
    skipped: usize,
}

impl Reader<'_> {
    fn members(&self, table: &Table) -> Vec<Node> {
        let mut members: Vec<Node> = table
            .iter()
            .filter_map(|(name, _)| table.get_key_value(name))
            .filter_map(|(key, item)| self.item(Some(key), item))
            .collect();
        members.sort_by_key(|member| member.whole());
        members
    }

    fn item(&self, key: Option<&TomlKey>, item: &Item) -> Option<Node> {
        match item {
            Item::None => None,
            Item::Value(value) => Some(self.value(key, value)),
            Item::Table(table) => Some(self.container(key, table.span(), Value::Map(self.members(table)))),
            Item::ArrayOfTables(tables) => {
                let elements = tables
                    .iter()
                    .map(|table| self.container(None, table.span(), Value::Map(self.members(table))))
                    .collect();
                Some(self.container(key, tables.span(), Value::List(elements)))
            }
        }
    }

    fn value(&self, key: Option<&TomlKey>, value: &TomlValue) -> Node {
        let span = value.span();
        match value {
            TomlValue::Array(array) => {
                let elements = array.iter().map(|element| self.value(None, element)).collect();
                self.container(key, span, Value::List(elements))
            }
            TomlValue::InlineTable(table) => {
                let mut members: Vec<Node> = table
                    .iter()
                    .filter_map(|(name, _)| table.get_key_value(name))
                    .filter_map(|(key, item)| self.item(Some(key), item))
                    .collect();
                members.sort_by_key(|member| member.whole());
                self.container(key, span, Value::Map(members))
            }
            TomlValue::String(text) => self.scalar(key, span, Kind::Text, Some(text.value())),
            TomlValue::Boolean(_) => self.scalar(key, span, Kind::Boolean, None),
            _ => self.scalar(key, span, Kind::Number, None),
        }
    }

    fn scalar(
        &self,
        key: Option<&TomlKey>,
        span: Option<std::ops::Range<usize>>,
        kind: Kind,
        text: Option<&String>,
    ) -> Node {
        let range = span.unwrap_or(0..0);
        let raw = &self.text[range.clone()];
        let (open, close, quoting) = match raw.as_bytes() {
            [b'"', b'"', b'"', ..] | [b'\'', b'\'', b'\'', ..] if raw.len() >= 6 => (3, 3, Quoting::Block),
            [b'"', ..] if raw.len() >= 2 => (1, 1, Quoting::Double),
            [b'\'', ..] if raw.len() >= 2 => (1, 1, Quoting::Single),
            _ => (0, 0, Quoting::Plain),
        };
        // A line feed right after the opening quotes is no part of the text.
        let open = open + if open == 3 { line_feed(&raw[3..]) } else { 0 };
        let content = range.start + open..range.end - close;
        let text = text.map_or_else(|| raw.to_owned(), Clone::clone);
        let escapes = if raw.starts_with('"') { Escapes::Backslash } else { Escapes::None };
        Node {
            span: self.span(range),
            key: key.map(|key| self.key(key)),
            value: Value::Scalar(Scalar {
                origin: align(&self.text[content.clone()], &text, escapes),
                text,
                kind,
                content: self.span(content),
                quoting,
                tag: None,
            }),
        }
    }

    /// Makes a node of a map or a list, whose span also covers what the parser does not count as its own.
    fn container(&self, key: Option<&TomlKey>, span: Option<std::ops::Range<usize>>, value: Value) -> Node {
        let children = match &value {
            Value::Map(children) | Value::List(children) => children.as_slice(),
            Value::Scalar(_) => &[],
        };
        let own = span.map(|range| self.span(range));
        let start = own.iter().map(|own| own.start).chain(children.iter().map(|child| child.whole().start)).min();
        let end = own.iter().map(|own| own.end).chain(children.iter().map(|child| child.span.end)).max();
        let span = Span::new(start.unwrap_or(self.skipped), end.unwrap_or(self.skipped));
        Node { span, key: key.map(|key| self.key(key)), value }
    }

    fn key(&self, key: &TomlKey) -> Key {
        Key { name: key.get().to_owned(), span: self.span(key.span().unwrap_or(0..0)) }
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.skipped + range.start, self.skipped + range.end)
    }
}

fn line_feed(text: &str) -> usize {
    if text.starts_with("\r\n") { 2 } else { usize::from(text.starts_with('\n')) }
}
