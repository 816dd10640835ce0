//! Puts a reference in place of a literal, in the syntax that the file's client resolves.

use super::super::finding::{Edit, Fix, Safety};
use super::super::judge::Form;
use super::{Place, text};
use crate::document::{Format, Quoting};
use crate::mcp::{Field, How, Leaf, Reading, Reference, Syntax, references};
use crate::source::Span;
use crate::wording::kebab;

/// Puts the client's reference in place of the literal and leaves everything around it.
pub(super) fn reference(place: &Place<'_, '_>, template: &str) -> Option<Fix> {
    let reference = template.replace("NAME", place.variable);
    let leaf = place.leaf();
    let range = place.located.literal.range.clone();
    if place.subject.owner()?.dialect.fix.takes_all() {
        // All of the text becomes the value of the variable, with the literal in place of the reference around it.
        let edit = part_replaced(place, 0..leaf.scalar.text.len(), &reference)?;
        let around = around(place).unwrap_or_else(|| range.clone());
        let text = &leaf.scalar.text;
        let value = [&text[..around.start], &text[range], &text[around.end..]].concat();
        return place.moved_value(&value, vec![edit], true, None);
    }
    if place.located.literal.form == Form::Default {
        // `${NAME:-secret}`: only the default goes, with its operator.
        let before = leaf.scalar.text[..range.start].rfind(":-").filter(|at| at + 2 == range.start)?;
        let edits = vec![Edit { span: leaf.scalar.raw(before..range.end), text: String::new() }];
        // What is left refers to the variable by its name.
        return leaf.scalar.text[..before].ends_with(place.variable).then(|| place.handed_on(edits))?;
    }
    if place.located.literal.form == Form::Wrapped {
        // `${secret}`: the braces are no part of the literal, but go with it.
        return place.made(vec![Edit { span: leaf.scalar.raw(around(place)?), text: reference }]);
    }
    if let Some(edits) = container_variable(place, &reference) {
        return place.handed_on(edits);
    }
    let prefix = place.subject.owner().map_or("", |owner| owner.dialect.prefix.as_str());
    if let Some(renamable) = referral(place).filter(|_| prefix.is_empty()) {
        let edit = part_replaced(place, place.whole(), &reference)?;
        return place.moved_part(place.whole(), vec![edit], renamable, None);
    }
    let edits = vec![replaced(place, &reference)?];
    if prefix.is_empty() {
        return place.made(edits);
    }
    // The client takes the value from the settings of the repository.
    let name = format!("{prefix}{}", place.variable);
    place.stored(edits, format!("set it as the secret `{name}` in the `copilot` environment of the repository"))
}

/// Returns the reference in which a literal stands as its default or in place of its name.
fn around(place: &Place<'_, '_>) -> Option<std::ops::Range<usize>> {
    let literal = &place.located.literal;
    let is_inside = matches!(literal.form, Form::Default | Form::Wrapped);
    let mut references = references(&place.leaf().scalar.text).into_iter().filter(|_| is_inside);
    references.find(|found| found.range.end > literal.range.start).map(|found| found.range)
}

/// Finds another text of the server that refers to the variable under which the literal stands, as an argument of a proxy does:
/// it needs all of the value. Tells whether the value may get another name in the environment: only where the client hands the
/// text on as it is, and the server puts in its own variable.
fn referral(place: &Place<'_, '_>) -> Option<bool> {
    let leaf = place.leaf();
    if leaf.field != Field::Env || leaf.list.is_some() || !place.is_value() || leaf.name != place.variable {
        return None;
    }
    let expands = &place.subject.owner()?.dialect.expands;
    let others = place.server()?.referring().filter(|other| !std::ptr::eq(other.scalar, leaf.scalar));
    let others = others.filter(|other| other.scalar.text.contains(place.variable));
    let referring = others.flat_map(|other| {
        let text = other.scalar.text.as_str();
        let found = references(text).into_iter().filter(|found| found.variable(text) == Some(place.variable));
        found.map(|found| !expands.iter().any(|known| known.syntax == found.syntax && known.holds_in(other.field)))
    });
    referring.reduce(|all, one| all && one)
}

/// Turns `-e NAME=value` of a container into `-e NAME`, with the reference among the server's variables.
fn container_variable(place: &Place<'_, '_>, reference: &str) -> Option<Vec<Edit>> {
    let leaf = place.leaf();
    let (elements, index) = leaf.list?;
    let program = place.server()?.command()?.rsplit(['/', '\\']).next()?;
    let is_json = place.subject.document.format == Format::Json;
    let behind_flag = matches!(elements.get(index.checked_sub(1)?)?.text()?, "-e" | "--env");
    if leaf.field != Field::Argument || !matches!(program, "docker" | "podman") || !is_json || !behind_flag {
        return None;
    }
    let range = place.located.literal.range.clone();
    let name = leaf.scalar.text.split_once('=').filter(|(name, _)| name.len() + 1 == range.start)?.0;
    if range.end != leaf.scalar.text.len() || name != place.variable {
        return None;
    }
    let without = Edit { span: leaf.scalar.raw(name.len()..range.end), text: String::new() };
    let value = format!("\"{reference}\"");
    let server = place.server()?.node;
    let bytes = place.subject.bytes;
    let with = match server.get("env").filter(|env| env.members().is_some()) {
        Some(env) if env.get(name).is_some() => return None,
        Some(env) => text::json_member(bytes, env, name, &value),
        None => text::json_member(bytes, server, "env", &format!("{{ \"{name}\": {value} }}")),
    };
    Some(vec![with, without])
}

/// Replaces the literal by `text`, with quotes where the file's language asks for them.
pub(super) fn replaced(place: &Place<'_, '_>, replacement: &str) -> Option<Edit> {
    part_replaced(place, place.located.literal.range.clone(), replacement)
}

/// Replaces a part of the text by `replacement`.
fn part_replaced(place: &Place<'_, '_>, part: std::ops::Range<usize>, replacement: &str) -> Option<Edit> {
    let scalar = place.leaf().scalar;
    if matches!(place.subject.document.format, Format::Yaml | Format::FrontMatter) {
        return text::yaml_part(scalar, part, replacement);
    }
    Some(Edit { span: scalar.raw(part), text: replacement.to_owned() })
}

/// Refers to mcp-cli's store, which resolves a reference only if it is all of the text.
pub(super) fn token_store(place: &Place<'_, '_>) -> Option<Fix> {
    if !place.is_value() {
        return None;
    }
    let leaf = place.leaf();
    let kind = if leaf.field == Field::Headers { "bearer" } else { "api-key" };
    let name = kebab(place.variable);
    let edits = vec![Edit { span: leaf.scalar.content, text: format!("${{TOKEN:{kind}:{name}}}") }];
    let whole = leaf.scalar.text.trim() != &leaf.scalar.text[place.located.literal.range.clone()];
    let scheme = if whole { ", with the scheme before it" } else { "" };
    place.stored(edits, format!("run `mcp-cli token set {name} --type {kind}`, which asks for the value{scheme}"))
}

/// Writes a reference of another client's syntax in the syntax that this client resolves in the same field.
pub(in super::super) fn translated(
    owner: &Reading,
    leaf: &Leaf<'_>,
    format: Format,
    reference: &Reference,
) -> Option<Fix> {
    let fix = &owner.dialect.fix;
    let field = match leaf.field {
        Field::Env => "env",
        Field::Headers => "header",
        Field::Argument => "arg",
        Field::Url => "url",
        Field::Other if leaf.list.is_none() => "setting",
        _ => return None,
    };
    if fix.how != How::Reference && fix.how != How::Inputs
        || !fix.fields.iter().any(|known| known == field)
        || !leaf.scalar.is_exact()
    {
        return None;
    }
    // Without its default, a reference would no longer do what it did.
    let plain = [Syntax::Braced, Syntax::Bare, Syntax::Env, Syntax::CurlyEnv, Syntax::Actions];
    let name = reference.variable(&leaf.scalar.text).filter(|_| plain.contains(&reference.syntax))?;
    let range = reference.range.clone();
    let text = &leaf.scalar.text;
    // Where nothing may stand beside a reference, the words around it would have to become a part of the variable.
    if fix.takes_all() && range != (0..text.len()) {
        return None;
    }
    // `$env:NAME` of PowerShell, and a dollar sign that another one keeps as it is, are no references to `env` and `NAME`.
    if name.eq_ignore_ascii_case("env") && text[range.end..].starts_with(':') || text[..range.start].ends_with('$') {
        return None;
    }
    // VS Code asks for inputs, but reads variables as well.
    let template = if fix.how == How::Inputs { "${env:NAME}" } else { fix.text.as_str() };
    let replacement = template.replace("NAME", name);
    let edit = match format {
        Format::Yaml | Format::FrontMatter if leaf.scalar.quoting == Quoting::Plain => {
            text::yaml_part(leaf.scalar, range, &replacement)?
        }
        _ => Edit { span: leaf.scalar.raw(range), text: replacement },
    };
    Some(Fix { edits: vec![edit], safety: Safety::Safe, moved: None })
}

/// Returns an empty span at `at`.
pub(super) fn at(at: usize) -> Span {
    Span::new(at, at)
}
