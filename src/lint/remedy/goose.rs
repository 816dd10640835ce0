//! Names variables under `env_keys`, which Goose looks up in the keychain.

use super::super::finding::{Edit, Fix};
use super::edit::{at, replaced};
use super::{Place, text};
use crate::document::{Format, Node};
use crate::mcp::Field;

/// Moves `envs.NAME` to `env_keys`, or refers to such a name from a header.
pub(super) fn edit(place: &Place<'_, '_>) -> Option<Fix> {
    if place.subject.document.format != Format::Yaml {
        return None;
    }
    let server = place.server()?.node;
    let bytes = place.subject.bytes;
    let leaf = place.leaf();
    let first = match leaf.field {
        Field::Env if place.is_value() && leaf.node.name() == place.variable => {
            let envs = server
                .children()
                .iter()
                .find(|member| member.children().iter().any(|child| std::ptr::eq(child, leaf.node)))?;
            let is_flow = bytes.get(envs.span.start) == Some(&b'{');
            match envs.children().len() {
                1 => text::without_lines(bytes, envs),
                _ if is_flow => text::without_member(bytes, envs, leaf.node),
                _ => text::without_lines(bytes, leaf.node),
            }
        }
        Field::Headers => replaced(place, &format!("${}", place.variable))?,
        _ => return None,
    };
    let edits = vec![first, named(bytes, server, place.variable)?];
    let how =
        format!("Goose takes `{}` from the keychain (`goose configure`), or from the environment", place.variable);
    match leaf.field {
        Field::Headers => place.stored(edits, how),
        _ => place.moved_part(place.whole(), edits, false, Some(how)),
    }
}

/// Adds a name to `env_keys`, which is made if it is missing.
fn named(bytes: &[u8], server: &Node, variable: &str) -> Option<Edit> {
    if let Some(keys) = server.get("env_keys").filter(|keys| keys.elements().is_some()) {
        if bytes.get(keys.span.start) == Some(&b'[') {
            return Some(text::list_element(bytes, keys, variable));
        }
        let first = keys.children().first()?;
        let start = text::line_start(bytes, first.span.start);
        let indent = text::indent(bytes, first.span.start);
        return Some(Edit { span: at(start), text: format!("{indent}- {variable}{}", text::line_end(bytes)) });
    }
    let anchor = server.get("cmd").or_else(|| server.get("uri")).or_else(|| server.get("url"))?;
    let indent = text::indent(bytes, anchor.whole().start);
    let end = text::line_end(bytes);
    let start = text::line_start(bytes, anchor.whole().start);
    // In a list the first member of a map stands behind the dash: then its line cannot be pushed down.
    if bytes[start + indent.len()..].starts_with(b"- ") {
        return None;
    }
    Some(Edit { span: at(start), text: format!("{indent}env_keys:{end}{indent}- {variable}{end}") })
}
