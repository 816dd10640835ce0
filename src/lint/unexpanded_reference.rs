//! `mcp/unexpanded-reference`: the syntax of a reference belongs to another client, or works in another field.

use super::judge::{Says, meant, says, without_scheme};
use super::remedy::translated;
use super::subject::explaining;
use super::{About, Lint, LintFinding, Persona, Subject};
use crate::finding::{Confidence, Severity};
use crate::mcp::{Field, Leaf, Reading, Reference, Server, Syntax, references};
use crate::source::Span;
use crate::wording::is_in_capitals;

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/unexpanded-reference",
    title: "a reference that this client does not resolve",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Regular,
    why: "The client hands on the reference as it is written: the server gets it in place of the credential and refuses, and the next step is often to paste the real one.",
    fix: "Do what the finding says, in this client's own syntax; `keysweep explain mcp/unexpanded-reference` lists every client's.",
    details: "Judged by the client that the file's path belongs to, and only where its behaviour is known for certain. Also the `env` block of Claude Code's settings, which resolves nothing, and variables that a client keeps from its servers because of their names. Outside of headers and addresses, what has the form of a reference counts only where it is all of the value, of a flag or of an assignment, where it stands in a login, or where its name or that of the setting says that it is a variable: a name in capitals or one of a credential. Lines for a shell, programs that resolve references themselves, queries, patterns and templates are left alone.",
};

/// The length up to which a text is looked through for what explains a reference in it.
const LONGEST: usize = 1024;

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        let Some(owner) = subject.verified() else { return };
        let resolves_settings = resolves_settings(owner);
        if resolves_settings {
            outside(subject, owner, found);
        }
        for server in &subject.servers {
            for leaf in &server.leaves {
                let is_silent = leaf.field == Field::VariableName || leaf.field == Field::Other && !resolves_settings;
                if is_silent || is_for_program(server, leaf) {
                    continue;
                }
                let name = if leaf.field == Field::Env { leaf.name.as_ref() } else { "" };
                for reference in meant(name, &leaf.scalar.text).into_iter().filter(|found| is_meant(leaf, found)) {
                    if is_foreign(owner, leaf, &reference) {
                        let span = leaf.scalar.raw(reference.range);
                        found.push(foreign(owner, leaf, span));
                    } else if owner.dialect.expands(reference.syntax, leaf.field) == Some(false) {
                        found.push(report(subject, owner, leaf, &reference));
                    }
                }
            }
        }
        if subject.is_claude_settings() {
            settings(subject, found);
        }
    }
}

/// Tells whether a client takes any of its settings from a variable, as LiteLLM's proxy does.
fn resolves_settings(owner: &Reading) -> bool {
    owner.dialect.expands.iter().any(|known| known.holds_in(Field::Other) && !known.holds_in(Field::Argument))
}

/// Reports references outside of servers that such a client does not resolve.
fn outside(subject: &Subject<'_>, owner: &Reading, found: &mut Vec<LintFinding>) {
    for leaf in subject.settings.iter().filter(|leaf| leaf.list.is_none()) {
        let mut references = meant(&leaf.name, &leaf.scalar.text).into_iter();
        let reference = references.find(|reference| is_meant(leaf, reference));
        let unresolved = |found: &Reference| owner.dialect.expands(found.syntax, Field::Other) == Some(false);
        found.extend(reference.filter(unresolved).map(|reference| report(subject, owner, leaf, &reference)));
    }
}

/// Reports references among the variables of Claude Code's settings, which takes those as they are written.
fn settings(subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
    for leaf in subject.settings.iter().filter(|leaf| leaf.pointer.section() == Some("env")) {
        let resolved = [Syntax::Braced, Syntax::BracedDefault, Syntax::Bare];
        let reference = references(&leaf.scalar.text).into_iter().find(|found| resolved.contains(&found.syntax));
        if let Some(reference) = reference.filter(|_| says(&leaf.name) != Says::Nothing) {
            let example = reference.syntax.example();
            let message = format!(
                "the settings of Claude Code do not resolve `{example}`, the text itself is the value; leave the variable \
                 out, it is inherited from the shell"
            );
            let span = leaf.scalar.raw(reference.range);
            found.push(LintFinding::new(&ABOUT, span, &leaf.pointer, message));
        }
    }
}

/// Tells whether a reference names a variable that the client keeps from its servers.
fn is_foreign(owner: &Reading, leaf: &Leaf<'_>, reference: &Reference) -> bool {
    let prefix = owner.dialect.prefix.as_str();
    let text = leaf.scalar.text[reference.range.clone()].trim_start_matches(['$', '{', ' ']);
    let name = text.strip_prefix("secrets.").unwrap_or(text);
    let is_variable =
        matches!(reference.syntax, Syntax::Braced | Syntax::BracedDefault | Syntax::Bare | Syntax::Actions);
    !prefix.is_empty() && is_variable && !name.starts_with(prefix)
}

/// Tells whether a text that has the form of a reference is meant as one, and not as a part of a query, a pattern, a program or a
/// letter: it is all of the value, names a credential or a variable in capitals, or is of a form that nothing else has.
fn is_meant(leaf: &Leaf<'_>, reference: &Reference) -> bool {
    let text = leaf.scalar.text.as_str();
    let (before, behind) = (&text[..reference.range.start], &text[reference.range.end..]);
    if before.ends_with(['\\', '$']) {
        return false;
    }
    let is_ambiguous = matches!(
        reference.syntax,
        Syntax::Braced
            | Syntax::BracedDefault
            | Syntax::Bare
            | Syntax::Mustache
            | Syntax::Single
            | Syntax::Percent
            | Syntax::Shell
            | Syntax::Code
            | Syntax::Other
    );
    if !is_ambiguous || matches!(leaf.field, Field::Headers | Field::Url) {
        return true;
    }
    let name = reference.variable(text).unwrap_or("");
    // Programs such as `awk` have variables of two capitals.
    if name.len() > 2 && is_in_capitals(name) || says(name) != Says::Nothing {
        return true;
    }
    // A longer text is none of a setting, and would be looked through for each of its references.
    if text.len() > LONGEST {
        return false;
    }
    let explained = explaining(leaf);
    let is_named = explained.len() <= LONGEST && says(explained) != Says::Nothing;
    // The words around code are a part of the reference: such a text is a sentence.
    if reference.syntax == Syntax::Code {
        return is_named || !text[without_scheme(text)].trim().contains(char::is_whitespace);
    }
    // What a flag or a variable is given counts as all of a value: `--project=${project}`, `Bearer ${token}`.
    let opened = before.trim_end_matches(['"', '\'']);
    let label = opened.strip_suffix(['=', ':', ' ']).unwrap_or("");
    let is_label = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let is_given = is_label && (!label.is_empty() || opened.is_empty());
    let is_whole = is_given && behind.trim_matches(['"', '\'']).is_empty();
    let in_login = before.contains("://") && behind.contains('@');
    is_whole || in_login || is_named || is_given && says(label) != Says::Nothing
}

fn foreign(owner: &Reading, leaf: &Leaf<'_>, span: Span) -> LintFinding {
    let (name, prefix) = (&owner.client.name, &owner.dialect.prefix);
    let advice = owner.advice(leaf.field, "NAME");
    let message = format!("{name} hands on only variables whose names begin with `{prefix}`; {advice}");
    LintFinding::new(&ABOUT, span, &leaf.pointer, message)
}

fn report(subject: &Subject<'_>, owner: &Reading, leaf: &Leaf<'_>, reference: &Reference) -> LintFinding {
    let (name, syntax) = (&owner.client.name, reference.syntax);
    let elsewhere = owner.dialect.expands.iter().any(|known| known.syntax == syntax);
    let place = if elsewhere { format!(" in `{}`", leaf.field.name()) } else { String::new() };
    // Somebody may have put the credential itself between the braces.
    let variable = reference.variable(&leaf.scalar.text);
    let is_wrapped = variable.is_some_and(|name| subject.judge.may_be_secret(name));
    let advice = owner.advice(leaf.field, variable.filter(|_| !is_wrapped).unwrap_or("NAME"));
    let message = match code(owner, syntax, &leaf.scalar.text) {
        Some(Code::Surrounded) => format!(
            "{name} resolves `{}` only where it is the whole value, the text is sent as it is; leave out what stands around it",
            Syntax::OsEnviron.example()
        ),
        Some(Code::Other) => {
            format!("{name} does not run code that reads a variable{place}, the text is sent as it is; {advice}")
        }
        None => format!("{name} does not resolve `{}`{place}, the text is sent as it is; {advice}", syntax.example()),
    };
    let span = leaf.scalar.raw(reference.range.clone());
    let mut finding = LintFinding::new(&ABOUT, span, &leaf.pointer, message);
    let secret = leaf.field == Field::Headers || says(&leaf.name) != Says::Nothing;
    if !secret {
        finding.severity = Severity::Medium;
    }
    if !is_wrapped {
        finding.fix = translated(owner, leaf, subject.document.format, reference);
    }
    finding
}

/// Code that is not written as the example of it.
enum Code {
    /// The client's own reference, with something before it, behind it or in it.
    Surrounded,
    /// Code of another language.
    Other,
}

/// Tells what the text of a reference to code is where the example would be none of it.
fn code(owner: &Reading, syntax: Syntax, text: &str) -> Option<Code> {
    if syntax != Syntax::Code || text.contains("process.env") {
        return None;
    }
    let own = Syntax::OsEnviron.example().trim_end_matches("NAME");
    Some(if owner.dialect.fix.takes_all() && text.contains(own) { Code::Surrounded } else { Code::Other })
}

/// Tells whether a program that is started resolves the reference, not the client.
fn is_for_program(server: &Server<'_>, leaf: &Leaf<'_>) -> bool {
    let Some((elements, index)) = leaf.list.filter(|_| leaf.field == Field::Argument) else {
        return leaf.field == Field::Command;
    };
    let command = server.command().unwrap_or("").rsplit(['/', '\\']).next().unwrap_or("").to_ascii_lowercase();
    let shells = [
        "sh",
        "bash",
        "zsh",
        "fish",
        "dash",
        "cmd",
        "cmd.exe",
        "powershell",
        "powershell.exe",
        "pwsh",
        "wsl",
        "op",
        "doppler",
        "dotenv",
        "dotenvx",
        "env-cmd",
        "nix-shell",
        "direnv",
    ];
    let header = index > 0 && elements[index - 1].text().is_some_and(|before| before == "--header" || before == "-H");
    let remote =
        elements.iter().take(64).filter_map(|element| element.text()).any(|word| word.starts_with("mcp-remote"));
    shells.contains(&command.as_str()) || header && remote
}
