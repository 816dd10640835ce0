//! The tree itself: nodes, keys and scalars, each of which knows its bytes.

use std::fmt;
use std::ops::Range;

use crate::source::Span;

/// One value of a document, with the key it stands under.
#[derive(Clone, Debug)]
pub struct Node {
    /// All bytes of the value, with its quotes or brackets.
    pub span: Span,
    /// The key, if the value is a member of a map.
    pub key: Option<Key>,
    /// What it is.
    pub value: Value,
}

/// The key of a member of a map.
#[derive(Clone)]
pub struct Key {
    /// The decoded name.
    pub name: String,
    /// Its bytes, with quotes.
    pub span: Span,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text, a number, a truth value or nothing.
    Scalar(Scalar),
    /// Members in the order of the file; a key may occur more than once.
    Map(Vec<Node>),
    /// Elements in the order of the file.
    List(Vec<Node>),
}

/// The type of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A number, a date or the like.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Nothing, or an alias to another node.
    Null,
}

/// How the text of a scalar is written, which decides what may replace it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// No quotes.
    Plain,
    /// `"…"` with escapes.
    Double,
    /// `'…'`; a quote is doubled (YAML), escaped (JSON5) or impossible (TOML).
    Single,
    /// Anything over several lines: a YAML block or one of TOML's triple quotes.
    Block,
}

/// A single value.
#[derive(Clone)]
pub struct Scalar {
    /// The decoded text.
    pub text: String,
    /// The type that the file gives it.
    pub kind: Kind,
    /// The bytes between the quotes.
    pub content: Span,
    /// How it is written.
    pub quoting: Quoting,
    /// A YAML tag such as `!env`.
    pub tag: Option<String>,
    /// Where each byte of `text` comes from, counted from `content`.
    pub(super) origin: Bytes,
}

/// How the bytes of a decoded text relate to the file.
#[derive(Clone)]
pub(super) enum Bytes {
    /// They are the same.
    Verbatim,
    /// `offsets[i]` is where byte `i` comes from; one more entry tells the end.
    Mapped(Vec<u32>),
    /// Not known in detail.
    Opaque,
}

/// A comment of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// All of its bytes, with the marks that make it a comment.
    pub span: Span,
}

impl Node {
    /// Returns the scalar, if it is one.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Returns the text, if it is a scalar of that type.
    pub fn text(&self) -> Option<&str> {
        self.scalar().filter(|scalar| scalar.kind == Kind::Text).map(|scalar| scalar.text.as_str())
    }

    /// Returns the members, or the elements; none for a scalar.
    pub fn children(&self) -> &[Self] {
        match &self.value {
            Value::Map(children) | Value::List(children) => children,
            Value::Scalar(_) => &[],
        }
    }

    /// Returns the members if it is a map.
    pub fn members(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Map(members) => Some(members),
            _ => None,
        }
    }

    /// Returns the elements if it is a list.
    pub fn elements(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// Returns the last member of that name: the one that programs use.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.members()?.iter().rev().find(|member| member.name() == name)
    }

    /// Returns the key's name, or nothing for an element.
    pub fn name(&self) -> &str {
        self.key.as_ref().map_or("", |key| key.name.as_str())
    }

    /// Returns the bytes from the key, if there is one, to the end of the value.
    pub fn whole(&self) -> Span {
        let start = self.key.as_ref().map_or(self.span.start, |key| key.span.start.min(self.span.start));
        Span::new(start, self.span.end.max(start))
    }
}

impl Scalar {
    /// Returns the bytes of the file from which a range of `text` was decoded.
    ///
    /// Where that is not known in detail, these are all bytes of the scalar.
    pub fn raw(&self, range: Range<usize>) -> Span {
        match &self.origin {
            Bytes::Verbatim => Span::new(self.content.start + range.start, self.content.start + range.end),
            Bytes::Mapped(offsets) => match (offsets.get(range.start), offsets.get(range.end)) {
                (Some(&start), Some(&end)) => {
                    Span::new(self.content.start + start as usize, self.content.start + end as usize)
                }
                _ => self.content,
            },
            Bytes::Opaque => self.content,
        }
    }

    /// Tells whether a part of the text can be replaced alone.
    pub fn is_exact(&self) -> bool {
        !matches!(self.origin, Bytes::Opaque)
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {} bytes at {:?}", self.kind, self.text.len(), self.content)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key of {} bytes at {:?}", self.name.len(), self.span)
    }
}
