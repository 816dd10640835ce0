//! The clients, as `rules/clients.toml` describes them.

use std::collections::HashMap;
use std::sync::OnceLock;

use bstr::BStr;
use serde::Deserialize;

use super::credential_file::{ByName, CredentialFile};
use super::path::{matches_end, relative, spelling};
use super::syntax::OS_ENVIRON;
use super::{Field, Syntax};
use crate::name_pattern::NamePattern;

/// How well a client's behaviour is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Read in its source or its own documentation.
    Verified,
    /// Parts of it.
    Partial,
    /// Known from others, or inferred.
    Unverified,
    /// Sources disagree.
    Conflicting,
}

/// Who a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Everybody who works on the repository; usually committed.
    Project,
    /// One person, in the repository; must be ignored.
    ProjectLocal,
    /// One person, in the home directory.
    User,
    /// Users of a plugin.
    Plugin,
    /// Users of an extension.
    Extension,
    /// All users of a machine.
    Managed,
    /// A program writes it.
    Generated,
}

/// One client.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The name in this data.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// How well it is known.
    pub status: Status,
    /// What to do instead of a literal, where no edit of the file helps.
    #[serde(default)]
    pub instead: Vec<String>,
    /// Its kinds of files; what holds in one need not hold in another.
    #[serde(rename = "dialect")]
    pub dialects: Vec<Dialect>,
}

/// Files of one client that follow the same rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialect {
    /// Where they lie.
    pub files: Vec<File>,
    /// Where servers hang in them.
    pub servers: Vec<String>,
    /// What the client resolves, and where.
    #[serde(default)]
    pub expands: Vec<Expansion>,
    /// What it is known to hand on as written.
    #[serde(default)]
    pub literal: Vec<Syntax>,
    /// Members of a server that this client calls otherwise: the name it ignores, and its own.
    #[serde(default)]
    pub misnamed: Vec<(String, String)>,
    /// With what the names of variables begin that the client hands on; nothing if it knows all of them.
    #[serde(default)]
    pub prefix: String,
    /// What takes the place of a literal.
    #[serde(default)]
    pub fix: Fix,
}

/// One place of a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The place; see the notes in the data.
    pub path: String,
    /// Who it is for.
    pub scope: Scope,
    /// The system on which it lies there.
    #[serde(default = "every")]
    pub system: String,
    /// Text that must occur in it.
    pub marker: Option<String>,
    /// Whether the client stores credentials there itself.
    #[serde(default)]
    pub store: bool,
}

/// A syntax and the fields in which it is resolved.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expansion {
    /// The syntax.
    pub syntax: Syntax,
    /// `command`, `args`, `env`, `url`, `headers`, `oauth`, or `any`.
    pub fields: Vec<String>,
}

/// The kinds of edits that take a literal out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// There is none.
    #[default]
    None,
    /// Put a reference in its place.
    Reference,
    /// Put `${input:…}` in its place and describe the input.
    Inputs,
    /// Name the variable in the field that Codex has for it.
    Codex,
    /// Name the variable under `env_keys`.
    Goose,
    /// Refer to the client's own token store.
    TokenStore,
    /// Refer to a setting that the bundle declares as sensitive.
    UserConfig,
}

/// What takes the place of a literal.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// The kind of edit.
    pub how: How,
    /// The reference, with `NAME` for the variable.
    #[serde(default)]
    pub text: String,
    /// `env`, `header`, `arg`, `url`, `setting` (a member of any other map): where the edit is possible.
    #[serde(default)]
    pub fields: Vec<String>,
}

/// A client that reads a file, and by which rules.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The client.
    pub client: &'static Client,
    /// The rules for this file.
    pub dialect: &'static Dialect,
    /// The place that the file matched.
    pub file: &'static File,
}

impl Fix {
    /// Tells whether nothing may stand beside the reference: it takes the place of all of a text.
    pub fn takes_all(&self) -> bool {
        self.text.starts_with(OS_ENVIRON)
    }
}

impl Dialect {
    /// Returns the keys under which servers hang, without the ways to them.
    pub fn server_keys(&self) -> Vec<String> {
        let last = |path: &String| {
            let path = path.trim_end_matches('!').replace("\\.", "\0");
            path.rsplit('.').next().unwrap_or_default().replace('\0', ".")
        };
        self.servers.iter().map(last).collect()
    }

    /// Tells whether the client resolves `syntax` in `field`: yes, no, or not known.
    pub fn expands(&self, syntax: Syntax, field: Field) -> Option<bool> {
        let holds = |wanted: Syntax| self.expands.iter().any(|known| known.syntax == wanted && known.holds_in(field));
        // `${CLAUDE_PROJECT_DIR}` or `${workspaceFolder}` is a variable like any other where such are resolved.
        let also = matches!(syntax, Syntax::Plugin | Syntax::Editor) && holds(Syntax::Braced);
        if holds(syntax) || also {
            return Some(true);
        }
        // Who hands on even `$NAME` as it is written has no shell look at the text.
        let runs_nothing = syntax == Syntax::Shell && self.literal.contains(&Syntax::Bare) && !holds(Syntax::Bare);
        (runs_nothing || self.literal.contains(&syntax)).then_some(false)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clients {
    marks: Vec<String>,
    client: Vec<Client>,
}

fn every() -> String {
    "all".to_owned()
}

/// Returns what `rules/clients.toml` holds of clients. It is read when first asked for.
fn known() -> &'static Clients {
    static KNOWN: OnceLock<Clients> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let data = include_str!(concat!(env!("OUT_DIR"), "/clients.json"));
        serde_json::from_str(data).expect("the data is compiled in and a test reads it")
    })
}

/// Returns all clients.
pub fn all() -> &'static [Client] {
    &known().client
}

/// Returns the files that hold credentials, in the order in which they are asked for.
pub fn credential_files() -> &'static [CredentialFile] {
    static FILES: OnceLock<Vec<CredentialFile>> = OnceLock::new();
    FILES.get_or_init(|| {
        let data = include_str!(concat!(env!("OUT_DIR"), "/credentials.json"));
        serde_json::from_str(data).expect("the data is compiled in and a test reads it")
    })
}

/// Returns those of the files that a path is of, in the same order.
pub fn credential_files_at(path: &BStr) -> impl Iterator<Item = &'static CredentialFile> {
    static TABLE: OnceLock<ByName> = OnceLock::new();
    let files = credential_files();
    let table = TABLE.get_or_init(|| ByName::new(files));
    table.candidates(path).into_iter().map(|at| &files[at]).filter(move |file| file.is_at(path))
}

/// Tells whether a text holds a word that only the configuration of an agent holds.
pub fn holds_mark(text: &[u8]) -> bool {
    marks().any(|mark| memchr::memmem::find(text, mark.as_bytes()).is_some())
}

/// Returns those words.
pub fn marks() -> impl Iterator<Item = &'static str> {
    known().marks.iter().map(String::as_str)
}

/// Returns who reads the file at `path`, the closest match first.
pub fn reading(path: &BStr, bytes: &[u8]) -> Vec<Reading> {
    let path = spelling(path).path;
    let mut found: Vec<Reading> = candidates(&path)
        .filter(|reading| {
            let marker = reading.file.marker.as_deref();
            marker.is_none_or(|marker| memchr::memmem::find(bytes, marker.as_bytes()).is_some())
        })
        .collect();
    found.sort_by_key(|reading| std::cmp::Reverse(relative(&reading.file.path).split('/').count()));
    found
}

/// Tells whether a client looks for a file of that path and takes whatever is in it for its own: the name says enough.
pub fn is_telling_name(path: &BStr) -> bool {
    candidates(&spelling(path).path).any(|reading| reading.file.marker.is_none())
}

/// One place where a client looks.
struct Place {
    reading: Reading,
    /// The names of the path that can be seen in a repository.
    names: Vec<&'static str>,
}

/// All places, in the order of the clients, and where to start looking for a file of a given name.
struct Places {
    all: Vec<Place>,
    by_name: HashMap<&'static str, Vec<usize>>,
    /// Those whose last name is not a plain one, with that name.
    others: Vec<(NamePattern<'static>, usize)>,
}

fn places() -> &'static Places {
    static PLACES: OnceLock<Places> = OnceLock::new();
    PLACES.get_or_init(|| {
        let mut places = Places { all: Vec::new(), by_name: HashMap::new(), others: Vec::new() };
        for client in all() {
            for (dialect, file) in
                client.dialects.iter().flat_map(|dialect| dialect.files.iter().map(move |file| (dialect, file)))
            {
                let names: Vec<&str> = relative(&file.path).split('/').collect();
                let at = places.all.len();
                match names.last() {
                    Some(name) if !name.contains('*') => places.by_name.entry(name).or_default().push(at),
                    Some(&"**") | None => places.others.push((NamePattern::new("*"), at)),
                    Some(name) => places.others.push((NamePattern::new(name), at)),
                }
                places.all.push(Place { reading: Reading { client, dialect, file }, names });
            }
        }
        places
    })
}

/// Returns who looks for a file of that path, in the order of the clients.
fn candidates(path: &str) -> impl Iterator<Item = Reading> {
    let places = places();
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let named = places.by_name.get(name).map_or(&[][..], Vec::as_slice);
    let others = places.others.iter().filter(|(pattern, _)| pattern.matches(name.as_bytes())).map(|(_, at)| *at);
    let mut found: Vec<usize> = named.iter().copied().chain(others).collect();
    if !found.is_empty() {
        let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        found.retain(|&at| matches_end(&path, &places.all[at].names));
        found.sort_unstable();
    }
    found.into_iter().map(|at| places.all[at].reading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_of_the_data_is_read() {
        assert_eq!(all().len(), 64);
        for client in all() {
            assert!(!client.dialects.is_empty(), "{}", client.id);
            for dialect in &client.dialects {
                assert!(dialect.fix.how == How::None || client.status != Status::Unverified, "{}", client.id);
                assert!(
                    dialect.literal.is_empty() || client.status == Status::Verified || client.status == Status::Partial
                );
            }
        }
    }

    #[test]
    fn the_closest_place_decides_who_reads_a_file() {
        let owner =
            |path: &str, bytes: &[u8]| reading(path.into(), bytes).first().map(|reading| reading.client.id.as_str());
        assert_eq!(owner("a/.mcp.json", b""), Some("claude-code"));
        assert_eq!(owner(".warp/.mcp.json", b""), Some("warp"));
        assert_eq!(owner(".cursor/mcp.json", b""), Some("cursor"));
        assert_eq!(owner("home/.copilot/mcp-config.json", b""), Some("copilot-cli"));
        assert_eq!(owner("mcp-config.json", b""), Some("mcp-oauth-gateway"));
        assert_eq!(owner("config.json", b"{}"), None);
        assert_eq!(owner("config.json", b"{\"mcpServers\": {}}"), Some("mcpo"));
    }

    #[test]
    fn a_syntax_works_in_one_field_and_not_in_another() {
        let rule = |id: &str, syntax, field| {
            let client = all().iter().find(|client| client.id == id).expect("a known client");
            client.dialects[0].expands(syntax, field)
        };
        assert_eq!(rule("claude-code", Syntax::Braced, Field::Env), Some(true));
        assert_eq!(rule("claude-code", Syntax::Env, Field::Env), Some(false));
        assert_eq!(rule("cursor", Syntax::Braced, Field::Headers), Some(false));
        assert_eq!(rule("claude-desktop", Syntax::Braced, Field::Env), Some(false));
        assert_eq!(rule("amazon-q", Syntax::Env, Field::Env), Some(true));
        assert_eq!(rule("amazon-q", Syntax::Env, Field::Argument), Some(false));
        assert_eq!(rule("goose", Syntax::Bare, Field::Headers), Some(true));
        assert_eq!(rule("goose", Syntax::Bare, Field::Url), Some(false));
        assert_eq!(rule("kiro", Syntax::Env, Field::Env), None);
    }
}
