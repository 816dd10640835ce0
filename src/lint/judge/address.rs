//! Finds credentials inside URLs and connection strings.

use std::ops::Range;

use super::host::Host;
use super::name::{Says, says};
use super::placeholder::{is_made_of, is_placeholder, is_weak_password};
use super::value::{can_be_key, can_be_password, is_long_hex, is_public, is_uuid, looks_made};
use super::words::Words;

/// The parts of a URL that can hold a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The password before the `@`, or the token that stands there alone.
    Userinfo,
    /// A value of the query, or of a fragment that is written like one.
    Query,
    /// A part of the path.
    Path,
}

/// A candidate in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Where in the URL it stands.
    pub part: Part,
    /// The query's name for it.
    pub name: String,
}

/// Hosts that take the credential as a part of the path.
const PATH_HOSTS: &[&str] = &[
    "zapier.com",
    "firecrawl.dev",
    "composio.dev",
    "pipedream.net",
    "pipedream.com",
    "hooks.slack.com",
    "discord.com",
    "n8n.cloud",
    "make.com",
    "api.telegram.org",
    "maton.ai",
    "maker.ifttt.com",
    "api.dify.ai",
    "modelscope.net",
    "modelscope.cn",
];

/// Returns the literal credentials in the URLs of `text`.
///
/// `server` tells whether the URLs lead to a server: only there is a made-up part of the path a key even where the
/// host is not known for that.
pub fn pieces(text: &str, server: bool) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(mark) = text[from..].find("://").map(|mark| from + mark) {
        let scheme = text[..mark].trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "+-.".contains(c)).len();
        let rest = &text[mark + 3..];
        let end = mark + 3 + rest.find(|c: char| c.is_whitespace() || "\"'`<>\\".contains(c)).unwrap_or(rest.len());
        url(text, scheme.max(from)..end, mark + 3, server, &mut found);
        from = end.max(mark + 3);
    }
    found
}

fn url(text: &str, whole: Range<usize>, authority: usize, server: bool, found: &mut Vec<Piece>) {
    let end = whole.end;
    let first = authority + behind_password(&text[whole.start..authority], &text[authority..end]);
    let host_end = text[first..end].find(['/', '?', '#']).map_or(end, |at| first + at);
    let at_sign = text[authority..host_end].rfind('@').map(|at| authority + at);
    if let Some(at_sign) = at_sign
        && let Some(colon) = text[authority..at_sign].find(':').map(|at| authority + at)
    {
        let (user, password) = (&text[authority..colon], &text[colon + 1..at_sign]);
        if is_password_of(user, password, &text[at_sign + 1..host_end]) {
            found.push(Piece { range: colon + 1..at_sign, part: Part::Userinfo, name: "password".to_owned() });
        }
    }
    let host = &text[at_sign.map_or(authority, |at| at + 1)..host_end];
    let fragment = text[host_end..end].find('#').map_or(end, |at| host_end + at);
    let query = text[host_end..fragment].find('?').map_or(fragment, |at| host_end + at);
    if let Some(at_sign) = at_sign
        && is_token_of(&text[authority..at_sign], host, &text[host_end..query])
    {
        found.push(Piece { range: authority..at_sign, part: Part::Userinfo, name: "token".to_owned() });
    }
    path(text, host, host_end..query, server, found);
    if query < fragment {
        queries(text, query + 1..fragment, found);
    }
    if fragment < end {
        queries(text, fragment + 1..end, found);
    }
}

/// Tells whether what stands alone before an `@` is a token and no user's name.
fn is_token_of(user: &str, host: &str, path: &str) -> bool {
    // Sentry's addresses end with a project's number, and the key in them may only report errors.
    let project = path.trim_start_matches('/');
    let reports = !project.is_empty() && project.bytes().all(|byte| byte.is_ascii_digit());
    let made = looks_made(user) || is_long_hex(user);
    let literal = !user.contains(':') && super::references(user).is_empty() && !is_placeholder(user);
    literal && made && !reports && Host::of(host) != Host::Nobody
}

/// The schemes of databases, queues and the like, whose addresses people write with a password in it.
const SERVICES: [&str; 16] = [
    "postgres://",
    "postgresql://",
    "mysql://",
    "mariadb://",
    "mongodb://",
    "mongodb+srv://",
    "redis://",
    "rediss://",
    "amqp://",
    "amqps://",
    "mssql://",
    "sqlserver://",
    "clickhouse://",
    "smtp://",
    "ftp://",
    "sftp://",
];

/// Returns where in the address of a service the host begins, if the password before it holds what would end a host.
fn behind_password(scheme: &str, rest: &str) -> usize {
    let Some(end) = rest.find(['/', '?', '#']).filter(|_| SERVICES.contains(&scheme)) else { return 0 };
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let opens = rest[..end].split_once(':').is_some_and(|(_, begun)| !begun.contains('@') && !is_port(begun));
    rest[end..].find('@').filter(|_| opens).map_or(0, |at| end + at)
}

fn is_literal_password(password: &str) -> bool {
    can_be_password(password) && !is_placeholder(password) && super::references(password).is_empty()
}

/// Tells whether a password before an `@` is one that opens something.
///
/// On this machine and on hosts of examples that takes a password of one's own; on a host of the internet a weak one
/// is a password as well.
fn is_password_of(user: &str, password: &str, host: &str) -> bool {
    if !super::references(password).is_empty() {
        return false;
    }
    match Host::of(host) {
        Host::Nobody => false,
        Host::Local => {
            is_literal_password(password) && password.len() >= 8 && user != password && !is_made_of(password, user)
        }
        Host::Private => is_literal_password(password),
        Host::Public => is_literal_password(password) || is_weak_password(password),
    }
}

fn queries(text: &str, range: Range<usize>, found: &mut Vec<Piece>) {
    let mut start = range.start;
    for pair in text[range.clone()].split(['&', ';']) {
        if let Some((name, value)) = pair.split_once('=') {
            let at = start + name.len() + 1;
            let sharp =
                matches!(says(name), Says::Key | Says::Password) || matches!(name, "sig" | "signature" | "code" | "k");
            let literal = super::references(value).is_empty() && !is_placeholder(value) && !is_public(value);
            let fits = if says(name) == Says::Password { can_be_password(value) } else { can_be_key(value) };
            if literal && (sharp && fits || name == "config" && is_base64_json(value)) {
                found.push(Piece { range: at..at + value.len(), part: Part::Query, name: name.to_owned() });
            }
        }
        start += pair.len() + 1;
    }
}

/// Tells whether a value is base64 of a JSON object that names a secret.
fn is_base64_json(value: &str) -> bool {
    let Some(json) = super::decode_base64(value) else { return false };
    super::json_names_secret(&json)
}

/// What a part of a path is the id of, if it stands behind one of these.
static IDENTIFIED: Words = Words::new(
    "org organization project workspace team server account user tenant app instance agent environment database db \
    collection namespace deployment store site bot commit blob tree raw d file board doc document page channel thread \
    repo package chatbot assistant dataset model space folder id",
);

/// Parts of the names of hosts of code, whose paths hold commits.
const CODE_HOSTS: [&str; 9] =
    ["github", "gitlab", "bitbucket", "codeberg", "jsdelivr", "unpkg", "statically", "huggingface", "sourcegraph"];

/// Tells whether a part of a path is the id of what the part before it names.
fn is_identified(before: &str) -> bool {
    let before = before.to_ascii_lowercase();
    IDENTIFIED.has(&before) || before.strip_suffix('s').is_some_and(|one| IDENTIFIED.has(one))
}

fn path(text: &str, host: &str, range: Range<usize>, server: bool, found: &mut Vec<Piece>) {
    let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    let known = PATH_HOSTS.iter().any(|known| host == *known || host.ends_with(&format!(".{known}")));
    let whole = &text[range.clone()];
    let about_mcp = server && ["mcp", "sse", "webhook"].iter().any(|word| whole.contains(word) || host.contains(word));
    let holds_code = CODE_HOSTS.iter().any(|code| host.contains(code));
    let mut start = range.start;
    let mut before = "";
    for segment in whole.split('/') {
        let literal = super::references(segment).is_empty() && !is_placeholder(segment);
        let made = looks_made(segment) && !is_file(segment) || is_uuid(segment) && known;
        let own = made && segment.len() >= 24 || is_long_hex(segment) && !holds_code;
        if literal
            && (known && (made || looks_long(segment) || is_slug(segment) || looks_mixed(segment))
                || about_mcp && own && !is_identified(before))
        {
            found.push(Piece { range: start..start + segment.len(), part: Part::Path, name: "path".to_owned() });
        }
        before = segment;
        start += segment.len() + 1;
    }
}

/// Tells whether a part of a path names a file by its ending.
fn is_file(segment: &str) -> bool {
    segment
        .rsplit_once('.')
        .is_some_and(|(_, end)| (2..=5).contains(&end.len()) && !end.bytes().all(|b| b.is_ascii_digit()))
}

/// Tells whether a part of a path is three words and a random end, as Composio makes them.
fn is_slug(segment: &str) -> bool {
    let parts: Vec<&str> = segment.splitn(4, '-').collect();
    let [words @ .., end] = parts.as_slice() else { return false };
    let is_end = end.len() == 6 && end.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let made = end.bytes().any(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    words.len() == 3 && is_end && made && words.iter().all(is_word)
}

/// Tells whether a part of a path is letters and digits by turns, as short keys are.
fn looks_mixed(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let letters = segment.bytes().filter(u8::is_ascii_alphabetic).count();
    (14..=40).contains(&segment.len()) && digits >= 2 && letters >= 3 && digits + letters == segment.len()
}

fn looks_long(segment: &str) -> bool {
    segment.len() >= 40
        && segment.bytes().any(|byte| byte.is_ascii_digit())
        && segment.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Returns the passwords and keys in a text like `Server=…;User Id=…;Password=…`, each with its name.
pub fn connection_string(text: &str) -> Vec<(&str, Range<usize>)> {
    let is_separated = |separator: char| text.matches(separator).count() >= 2 && text.matches('=').count() >= 2;
    let separator = if is_separated(';') {
        ';'
    } else if is_separated(' ') && text.contains("host=") {
        ' '
    } else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut start = 0;
    for pair in text.split(separator) {
        if let Some((name, value)) = pair.split_once('=')
            && is_setting(name.trim())
            && matches!(says(name.trim()), Says::Key | Says::Password)
            && is_literal_password(value.trim())
        {
            let at = start + name.len() + 1;
            found.push((name.trim(), at..at + value.len()));
        }
        start += pair.len() + 1;
    }
    found
}

/// Tells whether a text names a setting of a connection: `Password`, `User Id`, `sslpassword`.
fn is_setting(name: &str) -> bool {
    (2..=32).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, Part)> {
        pieces(text, true).into_iter().map(|piece| (&text[piece.range], piece.part)).collect()
    }

    #[test]
    fn credentials_are_found_in_each_part_of_a_url() {
        let key = "kJ8sLq2vNx7Rt4WzP0bQ";
        let uuid = "8c5e1d2a-9b47-4f3e-a6d1-0e7c2b5f9a83";
        let digest = "9f8e2c71b04d4e6f8a1c9d3b5e7f9a1b3c5d7e9f9f8e2c71b04d4e6f8a1c9d3b";
        let cases = [
            (format!("https://{key}@a.io/sse"), key, Part::Userinfo),
            (format!("https://{}@a.io/sse", &digest[..32]), &digest[..32], Part::Userinfo),
            (format!("https://a.io/mcp/u/{digest}/sse"), digest, Part::Path),
            (format!("https://mcp.a.io/{}/sse?a=b", &digest[..40]), &digest[..40], Part::Path),
            (format!("https://a.io/mcp#access_token={key}&token_type=bearer"), key, Part::Query),
            (format!("https://a.io/mcp?a=b#/x?token={key}"), key, Part::Query),
            (format!("https://a.io/mcp?token={key}&x=1"), key, Part::Query),
            (format!("https://a.io/mcp?profile=p&api_key={uuid}"), uuid, Part::Query),
            (format!("https://a.io/mcp?tavilyApiKey={key}#x"), key, Part::Query),
            (format!("https://me:{key}@a.io/x"), key, Part::Userinfo),
            (format!("postgresql://admin:{key}@db.internal:5432/app"), key, Part::Userinfo),
            (format!("redis://:{key}@cache.internal"), key, Part::Userinfo),
            (format!("postgres://app:{}@db.internal/app", "kJ8s/Lq2#vNx"), "kJ8s/Lq2#vNx", Part::Userinfo),
            (format!("https://mcp.zapier.com/api/mcp/s/{uuid}/mcp"), uuid, Part::Path),
            (format!("mysql://root:{}@8.8.4.4:3306/shop", "admin123"), "admin123", Part::Userinfo),
            (format!("npx mcp-remote https://mcp.firecrawl.dev/{key}/v2/mcp"), key, Part::Path),
            (format!("https://mcp.api-inference.modelscope.net/{}/sse", &digest[..14]), &digest[..14], Part::Path),
        ];
        for (text, secret, part) in cases {
            assert_eq!(found(&text), [(secret, part)], "{text}");
        }
    }

    #[test]
    fn a_url_may_stand_behind_any_character() {
        let key = "kJ8sLq2vNx7Rt4WzP0bQ";
        for before in ["", "\u{feff}", "h\u{feff}", "é", "(", "→ "] {
            assert_eq!(found(&format!("{before}https://a.io/mcp?token={key}")), [(key, Part::Query)], "{before:?}");
        }
    }

    #[test]
    fn the_slug_of_composio_is_a_key() {
        let text = "https://mcp.composio.dev/mem0/quiet-green-lamp-K3-x7Q?agent=cursor";
        assert_eq!(found(text), [("quiet-green-lamp-K3-x7Q", Part::Path)]);
        assert_eq!(found("https://mcp.composio.dev/mem0/some-plain-words-google"), []);
    }

    #[test]
    fn addresses_without_a_literal_credential_are_silent() {
        for text in [
            "https://a.io/mcp",
            "https://a.io/mcp?token=${TOKEN}",
            "https://a.io/mcp?token=YOUR_TOKEN",
            "https://a.io/?key=value",
            "postgresql://user:pass@localhost:5432/db",
            "postgresql://postgres:postgres@localhost/db",
            "postgresql://u:${PW}@h/db",
            "https://docs.google.com/spreadsheets/d/1kJ8sLq2vNx7Rt4WzP0bQ",
            "https://github.com/a/b/commit/9f8e2c71b04d4e6f8a1c9d3b",
            "mongodb://localhost:27017",
            "https://<user>:<password>@host/",
            "https://user@host.com/x",
            "postgresql://shop:shop_secret@localhost:5432/shop",
            "https://a.io/mcp/images/kJ8sLq2vNx7Rt4WzP0bQkJ8s.png",
            "mysql://root:admin123@your-server.com/x",
            "postgres://db.internal:5432/app?user=a@b.io",
            "https://cdn.io:latest/x@1.2.3",
            "https://a.io/mcp#tools/list-v2",
            "https://mcp.a.io/orgs/9f8e2c71b04d4e6f8a1c9d3b/project/1c9d3b5e7f9a1b3c5d7e9f9f/mcp",
            "https://raw.githubusercontent.com/a/mcp/9f8e2c71b04d4e6f8a1c9d3b5e7f9a1b3c5d7e9f/x",
            "https://webhook.site/8c5e1d2a-9b47-4f3e-a6d1-0e7c2b5f9a83",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn what_identifies_before_an_at_sign_is_silent() {
        for (user, rest) in [
            ("9f8e2c71b04d4e6f8a1c9d3b5e7f9a1b", "o4505.ingest.sentry.io/4507"),
            ("8c5e1d2a-9b47-4f3e-a6d1-0e7c2b5f9a83", "a.io/mcp"),
        ] {
            assert_eq!(found(&format!("https://{user}@{rest}")), [], "{user}");
        }
    }

    #[test]
    fn a_connection_string_shows_its_password() {
        let text = "Server=db.internal;User Id=sa;Password=Tr0ub4dor&3;Encrypt=true";
        let found = |text: &str| -> Vec<String> {
            let named = |(name, range): (&str, Range<usize>)| format!("{name} {}", &text[range]);
            connection_string(text).into_iter().map(named).collect()
        };
        assert_eq!(found(text), ["Password Tr0ub4dor&3"]);
        let key = ["kJ8sLq2vNx7Rt4WzP0bQ", "="].concat();
        let bus = format!("Endpoint=sb://acme.dev/;SharedAccessKeyName=Root;SharedAccessKey={key}");
        assert_eq!(found(&bus), [format!("SharedAccessKey {key}")]);
        assert!(connection_string("a=b").is_empty());
        assert!(
            connection_string("send(token); const { secret, plan } = await read.json(); return plan = 1;").is_empty()
        );
    }
}
