//! Reads the credentials of one file.

use bstr::BStr;

use super::files::Candidate;
use super::when::life;
use super::{Entry, Held, Options, Problem};
use crate::document::{DocumentError, Format, Node, parse, pointer};
use crate::lint::Subject;
use crate::lint::judge::{Judge, Place, Says, says};
use crate::mcp::{Field, references};

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
    let reader = Reader { file, mode, options };
    for root in &document.roots {
        reader.stored(root, root, "", &mut found);
        reader.profiles(root, &mut found);
    }
    let judge = Judge { opinion: known };
    if format == Format::Dotenv {
        document.roots.iter().for_each(|root| reader.variables(root, judge, &mut found));
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
}

impl Reader<'_> {
    /// Collects the tokens that a program stored after a login.
    fn stored(&self, node: &Node, parent: &Node, path: &str, found: &mut Vec<Entry>) {
        for (index, child) in node.children().iter().enumerate() {
            let step = child.key.as_ref().map_or_else(|| index.to_string(), |key| key.name.clone());
            let path = pointer(path, &step);
            let text = child.text().unwrap_or("");
            if TOKENS.contains(&child.name()) && text.len() >= 8 && references(text).is_empty() {
                let (created, expires) = life(node, text);
                // A refresh token outlives the access token that it stands beside.
                let expires = if child.name().to_ascii_lowercase().starts_with("refresh") { None } else { expires };
                let provider = self.provider(node, parent);
                let mut entry = self.entry(provider, path.clone(), Held::Literal, created, expires);
                if is_revoked(node) {
                    entry.problems.push(Problem::Revoked);
                }
                found.push(entry);
            }
            self.stored(child, node, &path, found);
        }
    }

    /// Collects the variables of a dotenv file that are credentials.
    fn variables(&self, root: &Node, judge: Judge<'_>, found: &mut Vec<Entry>) {
        for member in root.children() {
            let text = member.text().unwrap_or("");
            for literal in judge.literals(member.name(), text, Place::Server) {
                let (created, expires) = life(member, &text[literal.range]);
                let pointer = pointer("", member.name());
                found.push(self.entry(member.name().to_owned(), pointer, Held::Literal, created, expires));
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
                "/currentProfile".to_owned(),
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
        for located in &subject.literals {
            let leaf = subject.leaf(located);
            if found.iter().any(|entry| entry.pointer == leaf.pointer) {
                continue;
            }
            let provider =
                located.server.map_or_else(|| leaf.name.to_string(), |server| subject.servers[server].name.to_owned());
            let (created, expires) = life(leaf.node, &leaf.scalar.text[located.literal.range.clone()]);
            found.push(self.entry(provider, leaf.pointer.clone(), Held::Literal, created, expires));
        }
        for server in &subject.servers {
            for leaf in &server.leaves {
                let secret = leaf.field == Field::Headers
                    || leaf.field == Field::VariableName
                    || says(&leaf.name) != Says::Nothing;
                let text = leaf.scalar.text.as_str();
                let reference = match leaf.field {
                    Field::VariableName if leaf.name != "source" => Some(text.to_owned()),
                    Field::Env | Field::Headers | Field::Url | Field::Argument | Field::Oauth => {
                        references(text).first().map(|reference| text[reference.range.clone()].to_owned())
                    }
                    _ => None,
                };
                if let Some(reference) = reference.filter(|_| secret || leaf.field != Field::Env)
                    && !found.iter().any(|entry| entry.pointer == leaf.pointer)
                {
                    found.push(self.entry(
                        server.name.to_owned(),
                        leaf.pointer.clone(),
                        Held::Reference(reference),
                        None,
                        None,
                    ));
                }
            }
        }
    }

    /// Names the service of a stored token: by its address, or by the key it stands under.
    fn provider(&self, node: &Node, parent: &Node) -> String {
        let address = ["apiUrl", "serverUrl", "server_url", "url", "issuer"]
            .iter()
            .find_map(|name| node.get(name).or_else(|| parent.get(name))?.text());
        let host = address.and_then(|url| url.split("://").nth(1)).and_then(|rest| rest.split(['/', ':', '?']).next());
        match host {
            Some(host) => host.to_owned(),
            None if !matches!(node.name(), "" | "tokens" | "credentials" | "default") => node.name().to_owned(),
            None => self.file.client.clone(),
        }
    }

    fn entry(
        &self,
        provider: String,
        pointer: String,
        held: Held,
        created: Option<jiff::Timestamp>,
        expires: Option<jiff::Timestamp>,
    ) -> Entry {
        let mut entry = Entry {
            provider,
            client: self.file.client.clone(),
            file: self.file.path.clone(),
            pointer,
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

/// Tells whether a profile says of itself that it was revoked.
fn is_revoked(node: &Node) -> bool {
    let text = |name: &str| node.get(name).and_then(Node::scalar).map(|scalar| scalar.text.as_str());
    text("revoked") == Some("true")
        || text("revokedAt").is_some_and(|when| !when.is_empty() && when != "null")
        || text("status") == Some("revoked")
}
