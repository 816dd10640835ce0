//! Asks for a credential instead of writing it down: inputs of VS Code, settings of a bundle.

use super::super::finding::{Edit, Fix};
use super::{Place, edit, text};
use crate::document::{Format, Node};
use crate::wording::kebab;

/// Refers to an input of VS Code that hides what is typed, and describes that input.
pub(super) fn input(place: &Place<'_, '_>) -> Option<Fix> {
    let home = home(root(place)?, place);
    let bytes = place.subject.bytes;
    let inputs = home.get("inputs");
    let taken = |id: &str| {
        inputs.is_some_and(|list| list.children().iter().any(|input| input.get("id").and_then(Node::text) == Some(id)))
    };
    let id = free(&kebab(place.variable), taken);
    let entry = format!(
        "{{\n  \"type\": \"promptString\",\n  \"id\": \"{id}\",\n  \"description\": \"{}\",\n  \"password\": true\n}}",
        place.variable
    );
    let describe = match inputs.filter(|list| list.elements().is_some()) {
        Some(list) => text::list_element(bytes, list, &entry),
        None => text::json_member(bytes, home, "inputs", &format!("[\n  {}\n]", entry.replace('\n', "\n  "))),
    };
    let replace = Edit { span: place.located.span, text: format!("${{input:{id}}}") };
    let how = format!("VS Code asks for `{id}` when the server starts, and keeps it in its secret storage");
    place.stored(vec![describe, replace], how)
}

/// Refers to a setting of a bundle that its host keeps in the keychain, and declares that setting.
pub(super) fn user_config(place: &Place<'_, '_>) -> Option<Fix> {
    let root = root(place)?;
    let bytes = place.subject.bytes;
    let settings = root.get("user_config");
    let name = free(&place.variable.to_ascii_lowercase(), |name| settings.is_some_and(|map| map.get(name).is_some()));
    let entry = format!(
        "{{\n  \"type\": \"string\",\n  \"title\": \"{}\",\n  \"sensitive\": true,\n  \"required\": true\n}}",
        place.variable
    );
    let declare = match settings.filter(|map| map.members().is_some()) {
        Some(map) => text::json_member(bytes, map, &name, &entry),
        None => {
            let entry = entry.replace('\n', "\n  ");
            text::json_member(bytes, root, "user_config", &format!("{{\n  \"{name}\": {entry}\n}}"))
        }
    };
    let replace = edit::replaced(place, &format!("${{user_config.{name}}}"))?;
    let how = format!("the host asks for `{name}` when it installs the bundle, and keeps it in the keychain");
    place.stored(vec![declare, replace], how)
}

fn root<'a>(place: &Place<'a, '_>) -> Option<&'a Node> {
    let root = place.subject.document.roots.first()?;
    (place.subject.document.format == Format::Json
        && root.members().is_some()
        && place.located.literal.form != super::Form::Default)
        .then_some(root)
}

/// Returns the map in which the servers hang, where inputs are looked for: settings have both below `mcp`.
fn home<'a>(root: &'a Node, place: &Place<'a, '_>) -> &'a Node {
    let Some(servers) = place.server().and_then(|server| server.parent) else { return root };
    let holds = |map: &&Node| map.children().iter().any(|child| std::ptr::eq(child, servers));
    let above = |map: &&Node| map.span.contains(servers.span);
    let deeper = |map: &&'a Node| map.children().iter().find(above);
    std::iter::successors(Some(root), deeper).find(holds).unwrap_or(root)
}

/// Returns `name`, or `name` with the first number that makes it new.
fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}
