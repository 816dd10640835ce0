//! What a lint looks at: a document, its servers, who reads it, and the literal credentials in it.

use std::cell::OnceCell;
use std::collections::HashSet;

use bstr::{BStr, ByteSlice};

use super::judge::{Form, Host, Judge, Literal, Place, Says, is_weak_password, says, shifted};
use crate::document::{Document, Format, Node, Pointer};
use crate::finding::Confidence;
use crate::mcp::{Field, Leaf, Reading, Scope, Server, Status, entry, leaves, member_name, reading, servers, spelling};
use crate::source::Span;
use crate::wording::is_in_capitals;

/// A literal credential and where it stands.
#[derive(Clone, Debug)]
pub struct Located {
    /// The server's number, unless it belongs to none.
    pub server: Option<usize>,
    /// The text's number among those of the server, or among the other settings.
    pub leaf: usize,
    /// What it is.
    pub literal: Literal,
    /// Its bytes in the file.
    pub span: Span,
    /// Whether an edit of it may be looked for, which costs a look at much of the document.
    pub fixable: bool,
}

/// A parsed file and all that is known about it.
pub struct Subject<'a> {
    /// Its path.
    pub path: &'a BStr,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Its tree.
    pub document: &'a Document,
    /// Its servers.
    pub servers: Vec<Server<'a>>,
    /// The texts that belong to no server.
    pub settings: Vec<Leaf<'a>>,
    /// Who reads it, the closest match first.
    pub readings: Vec<Reading>,
    /// Whether the file is an example or a backup, which no client reads.
    pub copy: bool,
    /// The judge of values.
    pub judge: Judge<'a>,
    /// All literal credentials.
    pub literals: Vec<Located>,
    /// Of each server, whether it says that it works with a machine on the internet, once that was asked.
    public: Vec<OnceCell<bool>>,
}

/// For how many literals of a document an edit is looked for, however large it is.
const MOST_FIXABLE: usize = 500;

/// How many bytes are looked at for the edits of other literals, each of which may cost a look at all of the document.
const MOST_LOOKED_AT: usize = 8 << 30;

impl<'a> Subject<'a> {
    /// Reads all that lints ask for out of `document`.
    pub fn new(path: &'a BStr, bytes: &'a [u8], document: &'a Document, judge: Judge<'a>) -> Self {
        let dotenv = document.format == Format::Dotenv;
        let servers = if dotenv { Vec::new() } else { servers(document) };
        let mut settings = Vec::new();
        if !dotenv {
            let inside: HashSet<*const Node> = servers.iter().map(|server| std::ptr::from_ref(server.node)).collect();
            document.roots.iter().for_each(|root| outside(root, "", &Pointer::root(), &inside, &mut settings));
        }
        let mut subject = Self {
            path,
            bytes,
            document,
            servers,
            settings,
            readings: reading(path, bytes),
            copy: spelling(path).copy,
            judge,
            literals: Vec::new(),
            public: Vec::new(),
        };
        subject.public.resize_with(subject.servers.len(), OnceCell::new);
        subject.literals = subject.locate();
        subject
    }

    /// Returns the client that the file is for, if its path says so.
    pub fn owner(&self) -> Option<&Reading> {
        self.readings.first()
    }

    /// Returns the owner if its behaviour is known for certain.
    pub fn verified(&self) -> Option<&Reading> {
        self.owner().filter(|owner| owner.client.status == Status::Verified && !self.copy)
    }

    /// Tells whether the file is Claude Code's settings.
    pub fn is_claude_settings(&self) -> bool {
        let path = spelling(self.path).path;
        path.ends_with(".claude/settings.json") || path.ends_with(".claude/settings.local.json")
    }

    /// Tells whether the file is meant to be committed, as far as its path says.
    pub fn is_shared(&self) -> bool {
        self.owner().is_some_and(|owner| owner.file.scope == Scope::Project) && !self.path.ends_with_str(".local.json")
    }

    /// Returns the text in which a literal stands.
    pub fn leaf(&self, located: &Located) -> &Leaf<'a> {
        match located.server {
            Some(server) => &self.servers[server].leaves[located.leaf],
            None => &self.settings[located.leaf],
        }
    }

    /// Returns a name of the file as it may stand in a message: short, printable, and not a credential itself.
    pub fn shown(&self, name: &str) -> String {
        self.judge.shown(name)
    }

    /// Returns the server's name as a message may show it, with a word before it.
    pub fn server_name(&self, located: &Located) -> String {
        match located.server.map(|server| self.servers[server].name).filter(|name| !name.is_empty()) {
            Some(name) => format!(" of server `{}`", self.shown(name)),
            None => String::new(),
        }
    }

    /// Returns the literals of servers that stand in one of `fields` as themselves, not in a URL or a default.
    pub fn plain_literals(&self, fields: &'static [Field]) -> impl Iterator<Item = &Located> {
        self.literals.iter().filter(move |located| {
            located.server.is_some()
                && fields.contains(&self.leaf(located).field)
                && matches!(located.literal.form, Form::Value | Form::Json | Form::Connection | Form::Wrapped)
        })
    }

    /// Tells whether a literal is a password that anybody tries first, of a server that reaches nothing of the internet.
    pub fn is_trivial(&self, located: &Located) -> bool {
        let leaf = self.leaf(located);
        let value = &leaf.scalar.text[located.literal.range.clone()];
        let is_short = value.len() < 6 || value.len() <= 8 && value.bytes().all(|byte| byte.is_ascii_digit());
        is_short
            && says(&located.literal.name) == Says::Password
            && located.server.is_some_and(|server| !self.reaches_public(server))
    }

    /// Tells whether a server says that it works with a machine on the internet.
    fn reaches_public(&self, server: usize) -> bool {
        *self.public[server].get_or_init(|| reaches_public(&self.servers[server]))
    }

    fn locate(&self) -> Vec<Located> {
        let mut found = Vec::new();
        let most_fixable = MOST_FIXABLE.max(MOST_LOOKED_AT / self.bytes.len().max(1));
        for (index, server) in self.servers.iter().enumerate() {
            for (leaf_index, leaf) in server.leaves.iter().enumerate() {
                let mut literals = self.of_server(server, leaf);
                if literals.is_empty() && is_weak(leaf) && self.reaches_public(index) {
                    literals = vec![whole(leaf)];
                }
                for literal in literals {
                    let span = leaf.scalar.raw(literal.range.clone());
                    let fixable = found.len() < most_fixable;
                    found.push(Located { server: Some(index), leaf: leaf_index, literal, span, fixable });
                }
            }
        }
        for (leaf_index, leaf) in self.settings.iter().enumerate() {
            for literal in self.of_setting(leaf) {
                let span = leaf.scalar.raw(literal.range.clone());
                let fixable = found.len() < most_fixable;
                found.push(Located { server: None, leaf: leaf_index, literal, span, fixable });
            }
        }
        found
    }

    fn of_server(&self, server: &Server<'_>, leaf: &Leaf<'_>) -> Vec<Literal> {
        if leaf.scalar.tag.as_deref().is_some_and(|tag| !tag.starts_with("tag:yaml.org")) {
            return Vec::new();
        }
        let text = leaf.scalar.text.as_str();
        match leaf.field {
            Field::Argument | Field::Command => self.of_argument(server, leaf),
            Field::Headers => self.judge.literals(&leaf.name, text, Place::Header),
            Field::VariableName => Vec::new(),
            // A list of `NAME=value`, as compose files have it.
            Field::Env if leaf.list.is_some() && text.contains('=') => {
                let (name, value) = text.split_once('=').unwrap_or((text, ""));
                shifted(self.judge.literals(name, value, Place::Server), name.len() + 1)
            }
            Field::Env | Field::Url | Field::Oauth => self.judge.literals(&leaf.name, text, Place::Server),
            Field::Other => self.judge.literals(&leaf.name, text, Place::Setting),
        }
    }

    /// Judges one argument together with its neighbours.
    fn of_argument(&self, server: &Server<'_>, leaf: &Leaf<'_>) -> Vec<Literal> {
        let Some((elements, index)) = leaf.list else {
            return self.judge.line(&leaf.scalar.text);
        };
        // An argument is explained by the two before it, of which the first may be the program.
        let first = index.saturating_sub(2);
        let program =
            server.command().filter(|_| index < 2).map(|command| command.rsplit(['/', '\\']).next().unwrap_or(command));
        let words = elements[first..=index].iter().map(|element| element.scalar().map_or("", |scalar| &scalar.text));
        let words: Vec<&str> = program.into_iter().chain(words).collect();
        self.judge.argument(&words, words.len() - 1)
    }

    fn of_setting(&self, leaf: &Leaf<'_>) -> Vec<Literal> {
        let in_rules = ["permissions", "hooks", "allowedTools"].iter().any(|key| leaf.pointer.is_below(key));
        if in_rules || leaf.pointer.section() == Some("inputs") {
            return Vec::new();
        }
        match assigned(&leaf.scalar.text).filter(|_| leaf.node.key.is_none()) {
            Some((name, value)) => {
                let at = leaf.scalar.text.len() - value.len();
                shifted(self.judge.literals(name, value, Place::Setting), at)
            }
            None if runs_for_credential(&leaf.name) => self.judge.printed(&leaf.scalar.text),
            None => self.judge.literals(&leaf.name, &leaf.scalar.text, Place::Setting),
        }
    }
}

/// Splits `NAME=value`, as compose files have it in lists.
fn assigned(text: &str) -> Option<(&str, &str)> {
    text.split_once('=').filter(|(name, _)| !name.is_empty() && is_in_capitals(name))
}

/// Tells whether a setting is a command that prints a credential, as Claude Code has some.
fn runs_for_credential(name: &str) -> bool {
    matches!(name, "apiKeyHelper" | "otelHeadersHelper" | "headersHelper" | "awsCredentialExport" | "awsAuthRefresh")
}

/// Returns the name that explains a text: its own, or the flag before it.
pub(super) fn explaining<'b>(leaf: &'b Leaf<'_>) -> &'b str {
    match leaf.list.filter(|_| leaf.field == Field::Argument) {
        Some((elements, index)) => index.checked_sub(1).and_then(|before| elements[before].text()).unwrap_or(""),
        None => &leaf.name,
    }
}

/// Tells whether a text under a password's name is one that only a machine on the internet makes worth reporting.
fn is_weak(leaf: &Leaf<'_>) -> bool {
    let name = explaining(leaf);
    matches!(leaf.field, Field::Env | Field::Argument)
        && (leaf.field == Field::Env || name.starts_with('-'))
        && says(name) == Says::Password
        && is_weak_password(&leaf.scalar.text)
}

/// Tells whether a server says that it works with a machine on the internet.
fn reaches_public(server: &Server<'_>) -> bool {
    let words = ["host", "server", "url", "uri", "addr", "endpoint", "instance"];
    server.leaves.iter().any(|leaf| {
        let name = explaining(leaf).to_ascii_lowercase();
        words.iter().any(|word| name.contains(word)) && Host::of(&leaf.scalar.text) == Host::Public
    })
}

/// Takes all of a text for a credential.
fn whole(leaf: &Leaf<'_>) -> Literal {
    let name = explaining(leaf).to_owned();
    Literal { range: 0..leaf.scalar.text.len(), form: Form::Value, name, confidence: Confidence::Medium }
}

/// Collects the texts that belong to no server.
fn outside<'a>(
    node: &'a Node,
    name: &'a str,
    path: &Pointer<'a>,
    inside: &HashSet<*const Node>,
    found: &mut Vec<Leaf<'a>>,
) {
    if inside.contains(&std::ptr::from_ref(node)) {
        return;
    }
    if node.children().is_empty() {
        found.extend(leaves(node, name, path));
        return;
    }
    let entry = entry(node);
    for (index, child) in node.children().iter().enumerate() {
        let name = if child.key.is_some() { member_name(child, entry) } else { name };
        outside(child, name, &path.child(child, index), inside, found);
    }
}
