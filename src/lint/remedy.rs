//! What takes the place of a literal credential: the variable's name, the message, the edit.

use super::finding::{About, Edit, Fix, LintFinding, Moved, Safety, shown};
use super::judge::Form;
use super::{Located, Subject};
use crate::document::{Format, Quoting};
use crate::mcp::{Field, How, Leaf, Reading};
use crate::source::Span;

/// Makes the finding of a literal credential, with the edit that takes it out where there is one.
///
/// `what` names the place, such as ``variable `API_KEY` ``.
pub(super) fn credential(about: &'static About, subject: &Subject<'_>, located: &Located, what: &str) -> LintFinding {
    let leaf = subject.leaf(located);
    let message = format!("{what}{} is a literal credential", subject.server_name(located));
    let mut finding = LintFinding::new(about, located.span, leaf.pointer.clone(), message).with_secret(located.span);
    finding.confidence = located.literal.confidence;
    let variable = variable(subject, located);
    finding.fix = edit(subject, located, &variable);
    finding.variable = Some(variable);
    finding
}

/// Names an argument for a message.
pub(super) fn argument(_: &Subject<'_>, located: &Located) -> String {
    let name = &located.literal.name;
    match (name.is_empty(), name.starts_with('-')) {
        (true, _) => "a positional argument".to_owned(),
        (false, true) => format!("argument `{}`", shown(name)),
        (false, false) => format!("`{}` among the arguments", shown(name)),
    }
}

/// Returns the customary name of a variable for the credential.
fn variable(subject: &Subject<'_>, located: &Located) -> String {
    let leaf = subject.leaf(located);
    let name = located.literal.name.as_str();
    if leaf.field == Field::Env && matches!(located.literal.form, Form::Value | Form::Connection) {
        return upper(&leaf.name);
    }
    if is_variable(name) {
        return name.to_owned();
    }
    let server = located.server.map_or("", |index| subject.servers[index].name);
    let thing = match leaf.field {
        _ if name.eq_ignore_ascii_case("authorization") || name.is_empty() || name == "path" || name == "key" => {
            "token"
        }
        _ => name.trim_start_matches('-'),
    };
    let (server, thing) = (upper(server), upper(thing));
    if server.is_empty() || thing.starts_with(&server) { thing } else { format!("{server}_{thing}") }
}

fn is_variable(name: &str) -> bool {
    name.len() > 3
        && name.contains('_')
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && !name.as_bytes()[0].is_ascii_digit()
}

/// Writes a name as variables are written: `apiKey` and `api-key` become `API_KEY`.
fn upper(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    let mut small = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && small {
                text.push('_');
            }
            small = c.is_ascii_lowercase();
            text.push(c.to_ascii_uppercase());
        } else {
            small = false;
            if !text.is_empty() && !text.ends_with('_') {
                text.push('_');
            }
        }
    }
    let text = text.trim_end_matches('_');
    if text.starts_with(|c: char| c.is_ascii_digit()) { format!("_{text}") } else { text.to_owned() }
}

/// Returns the edit that the file's client allows, if its behaviour is known for certain.
fn edit(subject: &Subject<'_>, located: &Located, variable: &str) -> Option<Fix> {
    let owner = subject.verified()?;
    let leaf = subject.leaf(located);
    located.server?;
    let field = if matches!(leaf.field, Field::Env | Field::Headers | Field::Argument | Field::Url) {
        leaf.field
    } else {
        return None;
    };
    let name = match field {
        Field::Env => "env",
        Field::Headers => "header",
        Field::Argument => "arg",
        _ => "url",
    };
    if !owner.dialect.fix.fields.iter().any(|known| known == name) || !leaf.scalar.is_exact() {
        return None;
    }
    match owner.dialect.fix.how {
        How::Reference => reference(subject, owner, leaf, located, variable),
        _ => None,
    }
}

/// Puts the client's reference in place of the literal and leaves everything around it.
fn reference(
    subject: &Subject<'_>,
    owner: &Reading,
    leaf: &Leaf<'_>,
    located: &Located,
    variable: &str,
) -> Option<Fix> {
    let text = owner.dialect.fix.text.replace("NAME", variable);
    let moved = Some(Moved { variable: variable.to_owned(), span: located.span, environment: true });
    if located.literal.form == Form::Default {
        // `${NAME:-secret}`: only the default goes, with its operator.
        let range = located.literal.range.clone();
        let before = leaf.scalar.text[..range.start].rfind(":-").filter(|at| at + 2 == range.start)?;
        let edits = vec![Edit { span: leaf.scalar.raw(before..range.end), text: String::new() }];
        return Some(Fix { edits, safety: Safety::Safe, moved });
    }
    let edits = vec![replaced(subject.document.format, leaf, located, &text)?];
    Some(Fix { edits, safety: Safety::Safe, moved })
}

/// Replaces the literal by `text`, with quotes where the file's language asks for them.
fn replaced(format: Format, leaf: &Leaf<'_>, located: &Located, text: &str) -> Option<Edit> {
    let scalar = leaf.scalar;
    let is_yaml = matches!(format, Format::Yaml | Format::FrontMatter);
    if is_yaml && scalar.quoting == Quoting::Plain {
        let (before, after) = (&scalar.text[..located.literal.range.start], &scalar.text[located.literal.range.end..]);
        if before.contains(['"', '\\']) || after.contains(['"', '\\']) {
            return None;
        }
        return Some(Edit { span: scalar.content, text: format!("\"{before}{text}{after}\"") });
    }
    let span = Span::new(located.span.start, located.span.end);
    Some(Edit { span, text: text.to_owned() })
}
