//! Names variables in the fields that Codex has for it, since it resolves no references.

use super::super::finding::{Edit, Fix};
use super::edit::at;
use super::{Place, text};
use crate::document::{Format, Node};
use crate::mcp::Field;

/// Moves a variable to `env_vars`, a bearer token to `bearer_token_env_var`, another header to `env_http_headers`.
pub(super) fn edit(place: &Place<'_, '_>) -> Option<Fix> {
    if place.subject.document.format != Format::Toml || !place.is_value() {
        return None;
    }
    let server = place.server()?.node;
    let leaf = place.leaf();
    let name = leaf.node.name();
    let bytes = place.subject.bytes;
    let holder =
        server.children().iter().find(|member| member.children().iter().any(|child| std::ptr::eq(child, leaf.node)))?;
    let without = removed(bytes, server, holder, leaf.node)?;
    let scheme = leaf.scalar.text[..place.located.literal.range.start].trim();
    // Codex writes this scheme itself, and no other one.
    let is_bearer = name.eq_ignore_ascii_case("authorization") && scheme.eq_ignore_ascii_case("bearer");
    let with = match leaf.field {
        // The variable is handed on under its own name.
        Field::Env if name != place.variable => return None,
        Field::Env => listed(bytes, server, place.variable)?,
        Field::Headers if is_bearer => {
            if server.get("bearer_token_env_var").is_some() {
                return None;
            }
            member(bytes, server, &format!("bearer_token_env_var = \"{}\"", place.variable))?
        }
        Field::Headers => match server.get("env_http_headers") {
            Some(headers) if bytes.get(headers.span.start) == Some(&b'{') => {
                let comma = if headers.children().is_empty() { "" } else { "," };
                Edit { span: at(headers.span.start + 1), text: format!(" \"{name}\" = \"{}\"{comma}", place.variable) }
            }
            Some(_) => return None,
            None => member(bytes, server, &format!("env_http_headers = {{ \"{name}\" = \"{}\" }}", place.variable))?,
        },
        _ => return None,
    };
    let edits = vec![without, with];
    let part =
        if is_bearer && leaf.field == Field::Headers { place.located.literal.range.clone() } else { place.whole() };
    place.moved_part(part, edits, leaf.field != Field::Env, None)
}

/// Takes an entry out of an inline table, or its line out of a table; a table that gets empty goes with it.
fn removed(bytes: &[u8], server: &Node, holder: &Node, entry: &Node) -> Option<Edit> {
    let is_inline = bytes.get(holder.span.start) == Some(&b'{');
    if is_inline && holder.children().len() == 1 {
        let is_server_inline = bytes.get(server.span.start) == Some(&b'{');
        return Some(if is_server_inline {
            text::without_member(bytes, server, holder)
        } else {
            text::without_lines(bytes, holder)
        });
    }
    if !is_inline
        && holder.children().len() == 1
        && let Some(edit) = without_table(bytes, holder, entry)
    {
        return Some(edit);
    }
    Some(if is_inline { text::without_member(bytes, holder, entry) } else { text::without_lines(bytes, entry) })
}

/// Takes out a table with its only entry; the comments behind its header and below it stay.
fn without_table(bytes: &[u8], table: &Node, entry: &Node) -> Option<Edit> {
    let start = text::line_start(bytes, table.span.start);
    let key = table.key.as_ref().filter(|_| bytes[start..].trim_ascii_start().starts_with(b"["))?;
    let header = key.span.end + memchr::memchr(b']', &bytes[key.span.end..])? + 1;
    let comments = bytes.get(header..text::line_start(bytes, entry.whole().start))?.trim_ascii();
    let mut edit = text::without_lines(bytes, entry);
    edit.span.start = start;
    if comments.is_empty() {
        // The blank line that set the table apart goes with it.
        let before = text::line_start(bytes, start.saturating_sub(1));
        if bytes[before..start].trim_ascii().is_empty() {
            edit.span.start = before;
        }
        return Some(edit);
    }
    let comments = std::str::from_utf8(comments).ok().filter(|comments| comments.starts_with('#'))?;
    edit.text = format!("{comments}{}{}", text::line_end(bytes), edit.text);
    Some(edit)
}

/// Adds a name to `env_vars`.
fn listed(bytes: &[u8], server: &Node, variable: &str) -> Option<Edit> {
    match server.get("env_vars") {
        Some(list) if list.elements().is_some() => Some(text::list_element(bytes, list, &format!("\"{variable}\""))),
        Some(_) => None,
        None => member(bytes, server, &format!("env_vars = [\"{variable}\"]")),
    }
}

/// Adds a line to the server's own table, behind what starts the server or leads to it.
fn member(bytes: &[u8], server: &Node, line: &str) -> Option<Edit> {
    let anchor = server.get("url").or_else(|| server.get("args")).or_else(|| server.get("command"))?;
    if bytes.get(server.span.start) == Some(&b'{') {
        return Some(Edit { span: at(anchor.span.end), text: format!(", {line}") });
    }
    let end = text::line_end(bytes);
    let indent = text::indent(bytes, anchor.whole().start);
    let next = text::next_line(bytes, anchor.span.end);
    let open = next == bytes.len() && !bytes.ends_with(b"\n");
    let text = if open { format!("{end}{indent}{line}") } else { format!("{indent}{line}{end}") };
    Some(Edit { span: at(next), text })
}
