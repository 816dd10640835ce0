//! Reads the credentials of one file.

use std::collections::HashSet;

use bstr::BStr;

use super::files::Candidate;
use super::when::life;
use super::{Entry, Held, Options, Problem};
use crate::document::{DocumentError, Format, Node, Pointer, parse};
use crate::lint::Subject;
use crate::lint::judge::{Judge, Place, Says, says};
use crate::mcp::{Field, Leaf, references};

/// Names under which stores keep a credential.
const TOKENS: [&str; 10] = [
    "accessToken",
    "access_token",
    "refreshToken",
    "refresh_token",
    "id_token",
    "idToken",
    "token",
    "apiKey",
    "api_key",
    "OPENAI_API_KEY",
];

/// Tells whether a member of `node` is a credential that a program stored: by its name, or, in an entry that says of which
/// kind it is, as opencode writes them, by the name that this kind has for it.
fn is_token(name: &str, node: &Node) -> bool {
    let kind = || node.get("type").and_then(Node::text).unwrap_or("");
    match name {
        "access" | "refresh" => kind() == "oauth",
        "key" => kind() == "api",
        _ => TOKENS.contains(&name),
    }
}

/// Tells whether the name of a token says that it renews others.
fn is_refresh(name: &str) -> bool {
    name.starts_with("refresh")
}

/// Tells whether a token beside that of `name` in `node` renews it, so that its end is no matter.
fn is_renewed(name: &str, node: &Node) -> bool {
    let renews = |member: &Node| is_token(member.name(), node) && is_refresh(member.name());
    name.starts_with("access")
        && node.children().iter().any(|member| renews(member) && member.text().is_some_and(|text| !text.is_empty()))
}

/// Returns the credentials of a file.
///
/// # Errors
/// The file is no document of its kind.
pub(super) fn entries(
    file: &Candidate,
    bytes: &[u8],
    mode: Option<u32>,
    options: &Options,
    known: &dyn Fn(&[u8]) -> bool,
) -> Result<Vec<Entry>, DocumentError> {
    let format = match file.path.rsplit('.').next().unwrap_or_default() {
        "toml" => Format::Toml,
        "yaml" | "yml" => Format::Yaml,
        "env" => Format::Dotenv,
        "enc" | "salt" => return Ok(Vec::new()),
        _ => Format::Json,
    };
    let document = parse(bytes, format)?;
    let mut found = Vec::new();
    let judge = Judge { opinion: known };
    let reader = Reader { file, mode, options, judge };
    for root in &document.roots {
        reader.stored(root, root, &Pointer::root(), &mut found);
        reader.profiles(root, &mut found);
    }
    if format == Format::Dotenv {
        document.roots.iter().for_each(|root| reader.variables(root, &mut found));
    }
    let path: &BStr = file.path.as_str().into();
    reader.configured(&Subject::new(path, bytes, &document, judge), &mut found);
    Ok(found)
}

/// What all entries of one file share.
struct Reader<'a> {
    file: &'a Candidate,
    mode: Option<u32>,
    options: &'a Options,
    judge: Judge<'a>,
}

impl Reader<'_> {
    /// Collects the tokens that a program stored after a login.
    fn stored<'b>(&self, node: &'b Node, parent: &'b Node, path: &Pointer<'b>, found: &mut Vec<Entry>) {
        for (index, child) in node.children().iter().enumerate() {
            let path = path.child(child, index);
            let text = child.text().unwrap_or("");
            if is_token(child.name(), node) && text.len() >= 8 && references(text).is_empty() {
                let (created, expires) = life(node, text);
                // A refresh token outlives the access token that it stands beside.
                let expires = if is_refresh(child.name()) { None } else { expires };
                let provider = self.provider(node, parent);
                let mut entry = self.entry(provider, &path, Held::Literal, created, expires);
                if is_renewed(child.name(), node) {
                    entry.problems.retain(|problem| !matches!(problem, Problem::Expired | Problem::Expiring));
                }
                if is_revoked(node) {
                    entry.problems.push(Problem::Revoked);
                }
                found.push(entry);
            }
            self.stored(child, node, &path, found);
        }
    }

    /// Collects the variables of a dotenv file that are credentials.
    fn variables(&self, root: &Node, found: &mut Vec<Entry>) {
        for member in root.children() {
            let text = member.text().unwrap_or("");
            for literal in self.judge.literals(member.name(), text, Place::Server) {
                let (created, expires) = life(member, &text[literal.range]);
                let pointer = Pointer::root().key(member.name());
                found.push(self.entry(member.name().to_owned(), &pointer, Held::Literal, created, expires));
            }
        }
    }

    /// Reports a current profile that the store does not have.
    fn profiles(&self, root: &Node, found: &mut Vec<Entry>) {
        let (Some(profiles), Some(current)) = (root.get("profiles"), root.get("currentProfile").and_then(Node::text))
        else {
            return;
        };
        if profiles.get(current).is_none() {
            let mut entry = self.entry(
                self.provider(root, root),
                &Pointer::root().key("currentProfile"),
                Held::Reference(String::new()),
                None,
                None,
            );
            entry.problems = vec![Problem::MissingProfile];
            found.push(entry);
        }
    }

    /// Collects what servers are configured with: literals, and references under names that say so.
    fn configured(&self, subject: &Subject<'_>, found: &mut Vec<Entry>) {
        let mut seen: HashSet<String> = found.iter().map(|entry| entry.pointer.clone()).collect();
        for located in &subject.literals {
            let leaf = subject.leaf(located);
            let provider =
                located.server.map_or_else(|| leaf.name.to_string(), |server| subject.servers[server].name.to_owned());
            let (created, expires) = life(leaf.node, &leaf.scalar.text[located.literal.range.clone()]);
            self.once(self.entry(provider, &leaf.pointer, Held::Literal, created, expires), &mut seen, found);
        }
        for server in &subject.servers {
            for leaf in &server.leaves {
                if let Some(held) = self.held(leaf) {
                    let entry = self.entry(server.name.to_owned(), &leaf.pointer, held, None, None);
                    self.once(entry, &mut seen, found);
                }
            }
        }
    }

    /// Adds an entry unless there is one for its place.
    fn once(&self, entry: Entry, seen: &mut HashSet<String>, found: &mut Vec<Entry>) {
        if seen.insert(entry.pointer.clone()) {
            found.push(entry);
        }
    }

    /// Tells how a text that is no known literal holds a credential, if it does.
    fn held(&self, leaf: &Leaf<'_>) -> Option<Held> {
        let text = leaf.scalar.text.as_str();
        let reference = references(text).into_iter().next().map(|reference| {
            let name = reference.variable(text).filter(|name| self.judge.is_credential(name));
            name.map_or_else(|| reference.shown(text).into_owned(), |_| reference.syntax.example().to_owned())
        });
        match leaf.field {
            Field::VariableName if text.is_empty() || matches!(leaf.name.as_ref(), "source" | "remote") => None,
            // Whoever wrote a token where its variable's name belongs has it in the open.
            Field::VariableName if reference.is_none() => {
                Some(match is_variable(text) && !self.judge.is_credential(text) {
                    true => Held::Reference(text.to_owned()),
                    false => Held::Literal,
                })
            }
            Field::Env if says(&leaf.name) == Says::Nothing => None,
            Field::VariableName | Field::Env | Field::Headers | Field::Url | Field::Argument | Field::Oauth => {
                reference.map(Held::Reference)
            }
            _ => None,
        }
    }

    /// Names the service of a stored token: by its address, or by the key it stands under.
    fn provider(&self, node: &Node, parent: &Node) -> String {
        let beside = |name: &str| node.get(name).or_else(|| parent.get(name))?.text();
        let address =
            ["apiUrl", "serverUrl", "server_url", "mcpServerUrl", "url", "issuer"].into_iter().find_map(beside);
        let host = address.and_then(|url| url.split("://").nth(1)).and_then(|rest| rest.split(['/', ':', '?']).next());
        match host.or_else(|| beside("serverName")) {
            Some(name) => name.to_owned(),
            None if !matches!(node.name(), "" | "tokens" | "credentials" | "default") => node.name().to_owned(),
            None => self.file.client.clone(),
        }
    }

    /// Returns a name or a place of the file without the parts of it that are credentials themselves.
    fn shown(&self, text: &str) -> String {
        let hidden = |part: &str| if self.judge.is_credential(part) { "…" } else { part }.to_owned();
        text.split('/').map(hidden).collect::<Vec<_>>().join("/")
    }

    fn entry(
        &self,
        provider: String,
        pointer: &Pointer<'_>,
        held: Held,
        created: Option<jiff::Timestamp>,
        expires: Option<jiff::Timestamp>,
    ) -> Entry {
        let mut entry = Entry {
            provider: self.shown(&provider),
            client: self.file.client.clone(),
            file: self.file.path.clone(),
            pointer: self.shown(&pointer.to_string()),
            held,
            created,
            expires,
            mode: self.mode,
            problems: Vec::new(),
        };
        let now = self.options.now;
        if entry.held == Held::Literal {
            if self.mode.is_some_and(|mode| mode & 0o077 != 0) {
                entry.problems.push(Problem::ReadableByOthers);
            }
            match entry.expires {
                Some(expires) if expires <= now => entry.problems.push(Problem::Expired),
                Some(_) if entry.days_left(now).is_some_and(|days| days < self.options.warning_days) => {
                    entry.problems.push(Problem::Expiring)
                }
                _ => {}
            }
            let age = entry.created.map(|created| (now.as_second() - created.as_second()) / 86_400);
            if age.is_some_and(|days| days > self.options.age_days) {
                entry.problems.push(Problem::Old);
            }
        }
        entry
    }
}

/// Tells whether a text can be the name of a variable.
fn is_variable(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.bytes().all(is_part) && text.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
}

/// Tells whether a profile says of itself that it was revoked.
fn is_revoked(node: &Node) -> bool {
    let text = |name: &str| node.get(name).and_then(Node::scalar).map(|scalar| scalar.text.as_str());
    text("revoked") == Some("true")
        || text("revokedAt").is_some_and(|when| !when.is_empty() && when != "null")
        || text("status") == Some("revoked")
}
