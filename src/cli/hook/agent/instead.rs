//! Says what to write in place of a credential, in the syntax of where it was going to be.

use std::path::Path;

use super::Agent;
use super::added::Added;
use super::event::{Event, Kind};
use super::place::{self, Keeping};
use crate::cli::hook::scanner::{Scan, Text};
use crate::document::{Document, parse};
use crate::finding::{Finding, random_looking};
use crate::lint;
use crate::mcp::{Client, Dialect, Field, Leaf, Status, leaves, reading, servers};
use crate::source::Span;
use crate::wording::{is_in_capitals, words};

/// What the variable is called whose name nobody knows.
const UNKNOWN: &str = "NAME_OF_THE_SECRET";
/// Families of rules that speak of a kind of place, not of somebody who issues credentials.
const GENERAL: [&str; 14] = [
    "call",
    "database",
    "generic",
    "git-credentials",
    "http",
    "jaas",
    "mcp",
    "mcp-cli",
    "netrc",
    "otp",
    "powershell",
    "private-key",
    "shell",
    "windows",
];
/// What a credential may be, by the word in a title.
const KINDS: [&str; 5] = ["passphrase", "password", "token", "cookie", "key"];
/// The length up to which a key is taken for the name of a variable.
const LONGEST: usize = 64;

/// What is known of the place of a credential.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// The name of the variable to use, if the text or the rule knows one.
    name: Option<String>,
    /// What the file takes in place of the credential, as a clause.
    way: Option<String>,
    /// Whether it is a file.
    in_file: bool,
}

/// Looks at the place of a finding in a text that is going to be the file of that path.
///
/// # Errors
/// If the scan cannot be done.
pub fn spot(
    agent: Agent,
    path: Option<&str>,
    bytes: &[u8],
    finding: &Finding,
    keeping: Keeping,
    scan: &dyn Scan,
) -> miette::Result<Spot> {
    let is_harmless = |name: &str| -> miette::Result<bool> {
        let text = Text { path: None, bytes: name.as_bytes(), whole: true };
        Ok(random_looking(name.as_bytes()).next().is_none() && scan.texts(&[text])?.iter().all(Vec::is_empty))
    };
    let span = finding.places.first().filter(|place| place.via.is_empty()).map(|place| place.span);
    let format = path.and_then(|path| lint::format(path.into()));
    let document = format.and_then(|format| parse(bytes, format).ok());
    let setting = document.as_ref().zip(span).and_then(|(document, span)| setting(document, span));
    let key = setting.as_ref().map(|setting| setting.key.clone()).or_else(|| key_before(finding));
    let key = match key.filter(|key| is_name(key)) {
        Some(key) if is_harmless(&key)? => Some(key),
        _ => None,
    };
    let server = setting.as_ref().and_then(|setting| setting.server.clone()).filter(|server| is_name(server));
    let server = match server {
        Some(server) if key.is_none() && is_harmless(&server)? => Some(format!("{server} token")),
        _ => None,
    };
    let name = name(key.as_deref(), finding.variable.as_deref())
        .or_else(|| name(server.as_deref(), None))
        .or_else(|| named_by_rule(&finding.meta.id, &finding.meta.title));
    let known = name.as_deref().unwrap_or(UNKNOWN);
    let way = match (path, keeping) {
        (Some(path), Keeping::No) => resolved(agent, path, bytes, setting.as_ref(), known),
        (Some(path), _) => {
            let line = place::line(Path::new(path));
            is_harmless(&line)?.then(|| kept(&line, keeping, known)).flatten()
        }
        (None, _) => None,
    };
    Ok(Spot { name, way, in_file: path.is_some() })
}

/// Says what to do instead of what the event would have done.
pub fn instead(event: &Event, added: &[Added]) -> String {
    let name = added.iter().find_map(|added| added.spot.name.as_deref()).unwrap_or(UNKNOWN);
    if event.kind == Kind::Prompt {
        return format!(
            "put it into the environment as {name} and speak of it by that name, and rotate it if it was sent before"
        );
    }
    if let Some(way) = added.iter().find_map(|added| added.spot.way.as_deref()) {
        return way.to_owned();
    }
    let in_file = added.iter().any(|added| added.spot.in_file);
    if !in_file && !event.commands.is_empty() {
        return format!(
            "leave it out and let the shell fill it in, as in \"${name}\", with {name} set outside of the conversation"
        );
    }
    if !in_file {
        return format!("leave it out, and speak of it as {name}, the environment variable that holds it");
    }
    format!(
        "read it from the environment variable {name} instead, and keep the value out of files that are tracked or shared"
    )
}

/// Says what keeps a file that is made for credentials from being their place.
fn kept(file: &str, keeping: Keeping, name: &str) -> Option<String> {
    match keeping {
        Keeping::No | Keeping::Kept => None,
        Keeping::Alone => {
            Some(format!("`{file}` is the place for {name}, but the conversation is none: let the user enter it there"))
        }
        Keeping::Open => Some(format!(
            "`{file}` is the place for {name} only once git ignores it: add the line `{file}` to `.gitignore` first"
        )),
        Keeping::Tracked => Some(format!(
            "`{file}` is the place for {name} only once git does not track it: `git rm --cached` it and add the line `{file}` to `.gitignore` first"
        )),
    }
}

/// Says what the client that reads a file takes in place of a literal.
fn resolved(agent: Agent, path: &str, bytes: &[u8], setting: Option<&Setting>, name: &str) -> Option<String> {
    let own: &[&str] = match agent {
        Agent::ClaudeCode => &["claude-code"],
        Agent::Cursor => &["cursor"],
        Agent::Copilot => &["vscode", "copilot-cli"],
        Agent::Codex => &["codex"],
        Agent::Gemini => &["gemini-cli"],
    };
    // What tells whose file it is may stand in another part of it.
    let whole = [bytes, &place::read(Path::new(path)).unwrap_or_default()].join(&b'\n');
    let mut readings = reading(path.into(), &whole);
    readings.retain(|reading| matches!(reading.client.status, Status::Verified | Status::Partial));
    let first = readings.iter().find(|reading| own.contains(&reading.client.id.as_str())).or(readings.first())?;
    let (client, dialect) = (first.client, first.dialect);
    let field = match setting {
        Some(setting) if !setting.of_server => return of_settings(client, dialect, name),
        Some(setting) => setting.field,
        None => Field::Env,
    };
    Some(dialect.written(field, name).map_or_else(|| nothing(client), |text| written(&text)))
}

/// Says what a client takes in a setting that belongs to no server, as far as that is known.
fn of_settings(client: &Client, dialect: &Dialect, name: &str) -> Option<String> {
    if dialect.servers.is_empty() {
        return Some(nothing(client));
    }
    let field = Field::Other;
    let names_it = dialect.expands.iter().any(|known| known.fields.iter().any(|known| known == field.name()));
    dialect.written(field, name).filter(|_| names_it).map(|text| written(&text))
}

fn written(text: &str) -> String {
    format!("write {text} instead, and keep the value out of the file")
}

fn nothing(client: &Client) -> String {
    format!("{} resolves no reference there, so instead: {}", client.name, client.ways())
}

/// One text of a configuration.
struct Setting {
    key: String,
    field: Field,
    of_server: bool,
    server: Option<String>,
}

/// Finds the text of a document in which something stands.
fn setting(document: &Document, span: Span) -> Option<Setting> {
    let holds = |leaf: &&Leaf<'_>| leaf.node.span.contains(span);
    let found = |leaf: &Leaf<'_>, server: Option<&str>| Setting {
        key: leaf.name.to_string(),
        field: leaf.field,
        of_server: server.is_some(),
        server: server.map(str::to_owned),
    };
    let servers = servers(document);
    let mut of_servers = servers.iter().flat_map(|server| server.leaves.iter().map(move |leaf| (server.name, leaf)));
    if let Some((server, leaf)) = of_servers.find(|(_, leaf)| holds(leaf)) {
        return Some(found(leaf, Some(server)));
    }
    let root = crate::document::Pointer::root();
    document.roots.iter().find_map(|node| leaves(node, "", &root).iter().find(holds).map(|leaf| found(leaf, None)))
}

/// Returns what stands as the name before a credential on its line, in any language.
fn key_before(finding: &Finding) -> Option<String> {
    // Of this text all is masked that is a secret.
    let excerpt = &finding.places.first()?.excerpt;
    let mut before = excerpt.text.get(..excerpt.secret.start)?.trim_end();
    for scheme in ["bearer", "basic", "token"] {
        let start = before.len().saturating_sub(scheme.len());
        if before.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(scheme)) {
            before = before[..start].trim_end();
        }
    }
    let is_quote = |sign: char| matches!(sign, '"' | '\'' | '`');
    let before = before.trim_end_matches(is_quote).trim_end();
    let last = |text: &str| {
        let is_part = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-');
        let start =
            text.rfind(|sign| !is_part(sign)).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
        (text[..start].trim_end().to_owned(), text[start..].to_owned())
    };
    let bare = before.trim_end_matches(['=', ':', '>']);
    if bare.len() == before.len() {
        // An option and its value.
        return Some(last(before).1).filter(|name| name.starts_with("--"));
    }
    let (rest, name) = last(bare.trim_end().trim_end_matches(is_quote));
    // What stands between a name and its value may be a type.
    match rest.strip_suffix(':').filter(|_| before.ends_with('=')) {
        Some(rest) => Some(last(rest.trim_end()).1),
        None => Some(name),
    }
}

/// Tells whether a key is short and plain enough to be made the name of a variable, and says something.
fn is_name(key: &str) -> bool {
    let is_plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-. ".contains(&byte));
    let says_nothing = ["authorization", "value", "default", "key", "x", "data"];
    key.len() <= LONGEST
        && is_plain
        && key.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !says_nothing.contains(&key.to_ascii_lowercase().as_str())
}

/// Returns the name of the variable: the key if it is one, else the customary one unless the key says more, else the key as
/// variables are written.
fn name(key: Option<&str>, customary: Option<&str>) -> Option<String> {
    let is_variable = |key: &&str| key.len() > 2 && is_in_capitals(key) && !key.as_bytes()[0].is_ascii_digit();
    let made = |key: &str| {
        let name = words(key.as_bytes()).join("_").to_ascii_uppercase();
        // Headers that nobody has agreed on begin so.
        name.strip_prefix("X_").map_or(name.clone(), str::to_owned)
    };
    let made = key.map(made).filter(|name| is_variable(&name.as_str()));
    let says_more = |customary: &&str| !made.as_ref().is_some_and(|name| name.ends_with(customary));
    key.filter(is_variable).or(customary.filter(says_more)).map(str::to_owned).or(made)
}

/// Returns the name of a variable for what a rule finds that has no customary one: after its id where that names who issues it, else
/// after the kind of thing in its title.
fn named_by_rule(id: &str, title: &str) -> Option<String> {
    let (family, thing) = id.split_once('/')?;
    if !GENERAL.contains(&family) {
        return name(Some(&format!("{family} {thing}")), None);
    }
    let title = title.to_ascii_lowercase();
    let kind =
        KINDS.iter().find(|kind| title.split(|sign: char| !sign.is_ascii_alphanumeric()).any(|word| word == **kind))?;
    let private = if title.contains("private key") { "PRIVATE_" } else { "" };
    Some(format!("{private}{}", kind.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_goes_by_the_key_that_there_is() {
        for (key, customary, expected) in [
            (Some("ACME_KEY"), Some("ACME_TOKEN"), Some("ACME_KEY")),
            (Some("acmeKey"), Some("ACME_TOKEN"), Some("ACME_TOKEN")),
            (Some("acmeKey"), None, Some("ACME_KEY")),
            (Some("X-Api-Key"), None, Some("API_KEY")),
            (Some("X-Acme-Api-Key"), Some("API_KEY"), Some("ACME_API_KEY")),
            (Some("--api-key"), None, Some("API_KEY")),
            (None, None, None),
        ] {
            assert_eq!(name(key, customary).as_deref(), expected, "{key:?} {customary:?}");
        }
        for (id, title, expected) in [
            ("netlify/build-hook", "Netlify build hook", Some("NETLIFY_BUILD_HOOK")),
            ("http/url-password", "password in a URL", Some("PASSWORD")),
            ("private-key/pem", "PEM private key", Some("PRIVATE_KEY")),
            ("http/bearer-literal", "bearer token", Some("TOKEN")),
            ("generic/secret", "secret in an assignment", None),
            ("1password/recovery-code", "recovery code", None),
        ] {
            assert_eq!(named_by_rule(id, title).as_deref(), expected, "{id}");
        }
        assert!(is_name("apiKey") && !is_name("Authorization") && !is_name("a/b") && !is_name(&"a".repeat(99)));
    }
}
