//! Reads settings in any language as values that can be compared.

use serde_json::{Map, Value};

use crate::document::{Format, Kind, Node, Value as Document, parse};

/// Returns what a text says; nothing if it cannot be read.
pub fn read(text: &str, format: Format) -> Value {
    let document = parse(text.as_bytes(), format).ok();
    document.and_then(|document| document.roots.first().map(value)).unwrap_or_default()
}

/// Returns the value that an agent reads: of two under one key, the last one.
fn value(node: &Node) -> Value {
    match &node.value {
        Document::Map(members) => {
            members.iter().map(|member| (member.name().to_owned(), value(member))).collect::<Map<_, _>>().into()
        }
        Document::List(elements) => elements.iter().map(value).collect::<Vec<_>>().into(),
        Document::Scalar(scalar) => match scalar.kind {
            Kind::Text => scalar.text.clone().into(),
            _ => serde_json::from_str(&scalar.text).unwrap_or_else(|_| scalar.text.clone().into()),
        },
    }
}
