//! Reads JSON, JSONC and what JSON5 adds.

use jsonc_parser::ast::{self, ObjectPropName, StringLit};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

use super::align::{Escapes, align};
use super::node::Bytes;
use super::{Comment, DEEPEST, Document, DocumentError, Format, Key, Kind, Node, Quoting, Scalar, Value};
use crate::source::Span;

/// Reads `text` from `skipped` on.
pub(super) fn parse(text: &str, skipped: usize) -> Result<Document, DocumentError> {
    let body = &text[skipped..];
    let collect = CollectOptions { comments: CommentCollectionStrategy::Separate, tokens: false };
    let parsed = parse_to_ast(body, &collect, &ParseOptions::default()).map_err(|error| {
        let offset = skipped + error.range().start.min(body.len());
        match error.kind() {
            ParseErrorKind::NestingDepthExceeded => DocumentError::TooDeep { offset },
            _ => DocumentError::Syntax { format: Format::Json, offset },
        }
    })?;
    let reader = Reader { text: body, skipped };
    let roots = match parsed.value {
        Some(value) => vec![reader.node(None, value, 0)?],
        None => Vec::new(),
    };
    let mut comments: Vec<Comment> = parsed
        .comments
        .into_iter()
        .flat_map(|map| map.into_values())
        .flat_map(|list| list.iter().map(|comment| reader.span(comment.range())).collect::<Vec<_>>())
        .map(|span| Comment { span })
        .collect();
    comments.sort_by_key(|comment| comment.span);
    comments.dedup();
    Ok(Document { format: Format::Json, roots, comments })
}

/// The text that ranges point into, and how many bytes were cut off before it.
struct Reader<'a> {
    text: &'a str,
    skipped: usize,
}

impl Reader<'_> {
    fn span(&self, range: Range) -> Span {
        Span::new(self.skipped + range.start, self.skipped + range.end)
    }

    fn node(&self, key: Option<Key>, value: ast::Value<'_>, depth: usize) -> Result<Node, DocumentError> {
        let span = self.span(value.range());
        if depth > DEEPEST {
            return Err(DocumentError::TooDeep { offset: span.start });
        }
        let value = match value {
            ast::Value::Object(object) => Value::Map(
                object
                    .properties
                    .into_iter()
                    .map(|property| self.node(Some(self.key(property.name)), property.value, depth + 1))
                    .collect::<Result<_, _>>()?,
            ),
            ast::Value::Array(array) => Value::List(
                array
                    .elements
                    .into_iter()
                    .map(|element| self.node(None, element, depth + 1))
                    .collect::<Result<_, _>>()?,
            ),
            ast::Value::StringLit(literal) => Value::Scalar(self.string(literal)),
            ast::Value::NumberLit(literal) => Value::Scalar(plain(literal.value, Kind::Number, span)),
            ast::Value::BooleanLit(literal) => {
                Value::Scalar(plain(if literal.value { "true" } else { "false" }, Kind::Boolean, span))
            }
            ast::Value::NullKeyword(_) => Value::Scalar(plain("null", Kind::Null, span)),
        };
        Ok(Node { span, key, value })
    }

    fn key(&self, name: ObjectPropName<'_>) -> Key {
        let span = self.span(name.range());
        Key { name: name.into_string(), span }
    }

    fn string(&self, literal: StringLit<'_>) -> Scalar {
        let (start, end) = (literal.range.start + 1, literal.range.end - 1);
        let single = self.text.as_bytes()[literal.range.start] == b'\'';
        let text = literal.value.into_owned();
        Scalar {
            origin: align(&self.text[start..end], &text, Escapes::Backslash),
            text,
            kind: Kind::Text,
            content: Span::new(self.skipped + start, self.skipped + end),
            quoting: if single { Quoting::Single } else { Quoting::Double },
            tag: None,
        }
    }
}

/// Makes a scalar that is written without quotes and without escapes.
fn plain(text: &str, kind: Kind, content: Span) -> Scalar {
    Scalar { text: text.to_owned(), kind, content, quoting: Quoting::Plain, tag: None, origin: Bytes::Verbatim }
}
