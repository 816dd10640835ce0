//! What takes the place of a literal credential: the variable's name, the message, the edit.

mod codex;
mod edit;
mod goose;
mod inputs;
mod text;

use std::ops::Range;

use super::finding::{About, Edit, Fix, LintFinding, Moved, Safety};
use super::judge::{Form, Literal, Says, says};
use super::{Located, Subject};
use crate::finding::Severity;
use crate::mcp::{Field, How, Leaf, Server, references};
use crate::secret::Secret;
use crate::wording::is_in_capitals;

pub(super) use edit::translated;

/// Makes the finding of a literal credential, with the edit that takes it out where there is one.
///
/// `what` names the place, such as ``variable `API_KEY` ``.
pub(super) fn credential(about: &'static About, subject: &Subject<'_>, located: &Located, what: &str) -> LintFinding {
    let leaf = subject.leaf(located);
    let message = format!("{what}{} is a literal credential", subject.server_name(located));
    let mut finding = LintFinding::new(about, located.span, &leaf.pointer, message).with_secret(located.span);
    finding.confidence = located.literal.confidence;
    finding.named = says(&located.literal.name) >= Says::Key;
    if subject.is_trivial(located) {
        finding.severity = finding.severity.min(Severity::Medium);
    }
    let variable = referred(leaf, located).unwrap_or_else(|| variable(subject, located));
    finding.fix = if located.fixable { fix(subject, located, &variable) } else { None };
    finding.variable = Some(variable);
    finding
}

/// Names an argument for a message.
pub(super) fn argument(subject: &Subject<'_>, located: &Located) -> String {
    let name = &located.literal.name;
    match (name.is_empty(), name.starts_with('-')) {
        (true, _) => "a positional argument".to_owned(),
        (false, true) => format!("argument `{}`", subject.shown(name)),
        (false, false) => format!("`{}` among the arguments", subject.shown(name)),
    }
}

/// Returns the variable that a reference names, where the credential is its default.
fn referred(leaf: &Leaf<'_>, located: &Located) -> Option<String> {
    let Literal { form: Form::Default, range, .. } = &located.literal else { return None };
    let text = leaf.scalar.text.as_str();
    let around =
        references(text).into_iter().find(|found| found.range.start < range.start && range.end < found.range.end);
    around?.variable(text).map(str::to_owned)
}

/// Returns the customary name of a variable for the credential.
fn variable(subject: &Subject<'_>, located: &Located) -> String {
    let leaf = subject.leaf(located);
    // A name that is a credential itself is none to spell out once more.
    let named = |name: &str| if subject.judge.is_credential(name) { String::new() } else { name.to_owned() };
    // What takes the place of all of an address goes by the setting's name.
    let is_all = subject.owner().is_some_and(|owner| owner.dialect.fix.takes_all());
    let is_part = is_all && located.literal.form != Form::Value;
    let name = named(if is_part { &leaf.name } else { &located.literal.name });
    let name = name.as_str();
    // One of several headers in the text of a variable goes by its own name.
    let is_whole = match &located.literal.form {
        Form::Value => located.literal.name == leaf.name,
        form => *form == Form::Connection,
    };
    if leaf.field == Field::Env && !named(&leaf.name).is_empty() && is_whole {
        return upper(&leaf.name);
    }
    if is_variable(name) {
        return name.to_owned();
    }
    let server = named(located.server.map_or("", |index| subject.servers[index].name));
    let thing = match leaf.field {
        _ if name.eq_ignore_ascii_case("authorization") || name.is_empty() || name == "path" || name == "key" => {
            "token"
        }
        _ => name.trim_start_matches('-'),
    };
    let (server, thing) = (upper(&server), upper(thing));
    if server.is_empty() || thing.starts_with(&server) { thing } else { format!("{server}_{thing}") }
}

fn is_variable(name: &str) -> bool {
    name.len() > 3 && name.contains('_') && is_in_capitals(name) && !name.as_bytes()[0].is_ascii_digit()
}

/// Writes a name as variables are written: `apiKey` and `api-key` become `API_KEY`.
fn upper(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    // A name with signs between its words says itself where they end.
    let is_camel = !name.contains(['_', '-', ' ']);
    let mut small = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && small && is_camel {
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
fn fix(subject: &Subject<'_>, located: &Located, variable: &str) -> Option<Fix> {
    let owner = subject.verified()?;
    let place = Place { subject, located, variable };
    let leaf = place.leaf();
    let name = match leaf.field {
        // An element of a list is no setting of its own.
        Field::Other if leaf.list.is_none() => "setting",
        Field::Env => "env",
        Field::Headers => "header",
        Field::Argument => "arg",
        Field::Url => "url",
        Field::Oauth if owner.dialect.expands.iter().any(|known| known.holds_in(leaf.field)) => "env",
        _ => return None,
    };
    let fix = &owner.dialect.fix;
    let wrapped = located.literal.form == Form::Wrapped && fix.how != How::Reference;
    let is_loose = place.server().is_some_and(|server| server.loose);
    if is_loose || wrapped || !fix.fields.iter().any(|known| known == name) || !leaf.scalar.is_exact() {
        return None;
    }
    match fix.how {
        How::Reference => edit::reference(&place, &fix.text),
        How::Inputs => inputs::input(&place),
        How::UserConfig => inputs::user_config(&place),
        How::Codex => codex::edit(&place),
        How::Goose => goose::edit(&place),
        How::TokenStore => edit::token_store(&place),
        How::None => None,
    }
}

/// A literal and all that an edit of it needs to know.
struct Place<'a, 'b> {
    subject: &'b Subject<'a>,
    located: &'b Located,
    variable: &'b str,
}

impl<'a> Place<'a, '_> {
    fn leaf(&self) -> &Leaf<'a> {
        self.subject.leaf(self.located)
    }

    /// Returns the server that the literal belongs to, unless it is a setting outside of all of them.
    fn server(&self) -> Option<&Server<'a>> {
        self.located.server.map(|index| &self.subject.servers[index])
    }

    /// Tells whether the literal is all of the text, but for a scheme.
    fn is_value(&self) -> bool {
        self.located.literal.form == Form::Value
            && self.located.literal.range.end == self.leaf().scalar.text.trim_end().len()
    }

    /// Makes a fix after which the file refers to a variable of the environment.
    fn made(&self, edits: Vec<Edit>) -> Option<Fix> {
        self.moved(edits, true, None)
    }

    /// Makes a fix after which the client hands the variable on under the name that it has.
    fn handed_on(&self, edits: Vec<Edit>) -> Option<Fix> {
        self.moved(edits, false, None)
    }

    /// Makes a fix after which the client gets the value in a way of its own.
    fn stored(&self, edits: Vec<Edit>, how: String) -> Option<Fix> {
        self.moved(edits, true, Some(how))
    }

    /// Returns the literal with the scheme before it, for a client that takes all of the text from elsewhere.
    fn whole(&self) -> Range<usize> {
        0..self.located.literal.range.end
    }

    fn moved(&self, edits: Vec<Edit>, renamable: bool, store: Option<String>) -> Option<Fix> {
        self.moved_part(self.located.literal.range.clone(), edits, renamable, store)
    }

    /// Makes a fix that moves a part of the text.
    fn moved_part(&self, part: Range<usize>, edits: Vec<Edit>, renamable: bool, store: Option<String>) -> Option<Fix> {
        self.moved_value(&self.leaf().scalar.text[part], edits, renamable, store)
    }

    /// Makes a fix that moves a value.
    fn moved_value(&self, value: &str, edits: Vec<Edit>, renamable: bool, store: Option<String>) -> Option<Fix> {
        let value = Secret::new(value.as_bytes());
        let moved = Moved { variable: self.variable.to_owned(), span: self.located.span, value, renamable, store };
        Some(Fix { edits, safety: Safety::Safe, moved: Some(moved) })
    }
}
