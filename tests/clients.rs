//! Every client whose behaviour is known for certain: its files are told right from wrong and go round: lint, fix, lint.

mod history;

use std::fs;
use std::path::Path;

use bstr::{BStr, ByteSlice};
use keysweep::finding::Severity;
use keysweep::fix::{self, Fixed, Nobody, Variables};
use keysweep::lint::{LintFinding, Safety};
use keysweep::mcp::{Client, Dialect, File, How, Scope, Status, all};

use crate::fix::fixture;
use crate::lint::{fill, lint};

fn verified() -> impl Iterator<Item = &'static Client> {
    all().iter().filter(|client| client.status == Status::Verified)
}

/// Returns the names of the folders of fixtures below `folder`.
fn folders(folder: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
    let entries = fs::read_dir(root).expect("fixtures");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn apply(path: &str, text: &str) -> Fixed {
    fix::apply(BStr::new(path), text.as_bytes(), Safety::Safe, &Nobody, &Variables::default())
}

/// Returns what is worse than advice, as messages.
fn serious(path: &str, bytes: &[u8]) -> Vec<String> {
    let found: Vec<LintFinding> = lint(path, bytes);
    found.into_iter().filter(|finding| finding.severity > Severity::Low).map(|finding| finding.message).collect()
}

#[test]
fn every_verified_client_has_a_right_and_a_wrong_file() {
    let (mended, told) = (folders("fix"), folders("clients"));
    assert_eq!(verified().count(), 31);
    for client in verified() {
        let can = client.dialects.iter().any(|dialect| dialect.fix.how != How::None);
        let has = |folders: &[String]| {
            folders.iter().any(|name| *name == client.id || name.starts_with(&format!("{}-", client.id)))
        };
        assert!(if can { has(&mended) } else { has(&told) }, "{} has no fixtures", client.id);
    }
}

#[test]
fn where_no_edit_is_possible_the_wrong_file_is_told_and_left_and_the_right_one_is_silent() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clients");
    for name in folders("clients") {
        let (path, wrong) = fixture(&root.join(&name), "wrong");
        let (wrong, secrets) = fill(&wrong);
        let key = secrets.last().expect("a wrong file has a credential");
        let found = lint(&path, wrong.as_bytes());
        let spans: Vec<&str> =
            found.iter().filter_map(|finding| finding.secret).map(|span| &wrong[span.range()]).collect();
        assert_eq!(spans, [key], "{name}");
        let fixed = apply(&path, &wrong);
        assert!(fixed.applied.is_empty() && fixed.bytes == wrong.as_bytes(), "{name}");
        assert!(fixed.left.iter().any(|left| left.finding.secret.is_some()), "{name}");
        let (path, right) = fixture(&root.join(&name), "right");
        assert_eq!(serious(&path, fill(&right).0.as_bytes()), [""; 0], "{name}");
    }
}

/// One literal credential of a generated file.
struct Literal {
    /// The field that the data gives it.
    field: &'static str,
    /// The variable that takes its place.
    variable: &'static str,
    key: String,
}

/// Makes one credential for each field in which a client's file may hold one.
fn literals() -> Vec<Literal> {
    let key = |number: usize| format!("kJ8sLq2vNx7Rt4WzP0b{}Q", ["A", "c3", "D9", "e5"][number]);
    let fields = [("env", "DOCS_TOKEN"), ("header", "SEARCH_TOKEN"), ("arg", "MAIL_API_KEY"), ("url", "NEWS_TOKEN")];
    let made = fields.into_iter().enumerate();
    made.map(|(number, (field, variable))| Literal { field, variable, key: key(number) }).collect()
}

/// Returns a path that the place stands for, if a file there holds servers that a person writes.
fn sample(file: &File) -> Option<String> {
    let ends = [".json", ".jsonc", ".toml", ".yaml", ".md", ".code-workspace"];
    let written = !file.store && !matches!(file.scope, Scope::Generated);
    let settings = file.path.contains(".claude/settings") || file.path.ends_with("preferences.json");
    let known = ends.iter().any(|end| file.path.ends_with(end));
    (written && known && !settings && !file.path.contains("secrets"))
        .then(|| file.path.replace("**", "a/b").replace('*', "docs").replace("~/", "home/"))
}

/// Returns the keys that lead to the servers in a file of that path.
fn keys(dialect: &Dialect, path: &str) -> Vec<String> {
    let place = match path.rsplit('/').next().unwrap_or_default() {
        "settings.json" if path.contains(".vscode") || path.contains("User") => "mcp.servers",
        "devcontainer.json" => "customizations.vscode.mcp.servers",
        name if name.ends_with(".code-workspace") => "settings.mcp.servers",
        "plugin.json" => "mcpServers",
        _ if path.ends_with("continue/config.json") => "experimental.modelContextProtocolServers",
        _ if dialect.servers[0] == "mcp.servers" && dialect.servers.len() > 1 => "mcp",
        _ => &dialect.servers[0],
    };
    place.replace("\\.", "\0").split('.').map(|key| key.replace('\0', ".")).collect()
}

/// Writes servers as JSON members, the way that the client names their fields.
fn json_servers(client: &str, keys: &[Literal; 4]) -> [String; 4] {
    let [env, header, arg, url] = keys.each_ref().map(|literal| literal.key.as_str());
    let remote = match client {
        "windsurf" => "serverUrl",
        "gemini-cli" | "qwen-code" => "httpUrl",
        _ => "url",
    };
    let variables = if client == "opencode" { "environment" } else { "env" };
    let local = |arguments: &str| match client {
        "opencode" => format!("\"type\": \"local\", \"command\": [\"acme\", {arguments}]"),
        _ => format!("\"command\": \"acme\", \"args\": [{arguments}]"),
    };
    [
        format!("\"docs\": {{ {}, \"{variables}\": {{ \"DOCS_TOKEN\": \"{env}\" }} }}", local("\"stdio\"")),
        format!(
            "\"search\": {{ \"{remote}\": \"https://search.acme.dev/mcp\", \"headers\": {{ \"Authorization\": \"Bearer {header}\" }} }}"
        ),
        format!("\"mail\": {{ {} }}", local(&format!("\"--api-key\", \"{arg}\""))),
        format!("\"news\": {{ \"{remote}\": \"https://news.acme.dev/mcp?token={url}\" }}"),
    ]
}

/// Writes the file of one client with the literals for which `holds` says yes.
fn written(
    client: &str,
    dialect: &Dialect,
    path: &str,
    literals: &[Literal; 4],
    holds: &dyn Fn(&str) -> bool,
) -> String {
    let chosen = |parts: [String; 4]| -> Vec<String> {
        parts.into_iter().zip(literals).filter(|(_, literal)| holds(literal.field)).map(|(part, _)| part).collect()
    };
    if path.ends_with(".toml") {
        return chosen(toml_servers(literals)).join("\n");
    }
    if path.ends_with(".yaml") || path.ends_with(".md") {
        return yaml(dialect, path, &chosen(yaml_servers(client, literals)).concat());
    }
    json(client, dialect, path, chosen(json_servers(client, literals)))
}

/// Writes the servers of Codex's TOML.
fn toml_servers(literals: &[Literal; 4]) -> [String; 4] {
    let [env, header, arg, url] = literals.each_ref().map(|literal| literal.key.as_str());
    [
        format!("[mcp_servers.docs]\ncommand = \"acme\"\nargs = [\"stdio\"]\nenv = {{ DOCS_TOKEN = \"{env}\" }}\n"),
        format!(
            "[mcp_servers.search]\nurl = \"https://search.acme.dev/mcp\" # fast\nhttp_headers = {{ \"Authorization\" = \"Bearer {header}\" }}\n"
        ),
        format!("[mcp_servers.mail]\ncommand = \"acme\"\nargs = [\"--api-key\", \"{arg}\"]\n"),
        format!("[mcp_servers.news]\nurl = \"https://news.acme.dev/mcp?token={url}\"\n"),
    ]
}

/// Writes servers as YAML, each one indented below the key that they hang from.
fn yaml_servers(client: &str, literals: &[Literal; 4]) -> [String; 4] {
    let [env, header, arg, url] = literals.each_ref().map(|literal| literal.key.as_str());
    let (command, variables, address) =
        if client == "goose" { ("cmd", "envs", "uri") } else { ("command", "env", "url") };
    let list = client == "continue";
    let named = |name: &str, lines: &[String]| {
        let first = if list { format!("  - name: {name}\n") } else { format!("  {name}:\n") };
        first + &lines.iter().map(|line| format!("    {line}\n")).collect::<String>()
    };
    [
        named(
            "docs",
            &[
                format!("{command}: acme # small"),
                "args: [stdio]".into(),
                format!("{variables}:"),
                format!("  DOCS_TOKEN: \"{env}\""),
            ],
        ),
        named(
            "search",
            &[
                format!("{address}: https://search.acme.dev/mcp"),
                "headers:".into(),
                format!("  Authorization: \"Bearer {header}\""),
            ],
        ),
        named("mail", &[format!("{command}: acme"), format!("args: [\"--api-key\", \"{arg}\"]")]),
        named("news", &[format!("{address}: \"https://news.acme.dev/mcp?token={url}\"")]),
    ]
}

/// Lays servers into the YAML that leads to them.
fn yaml(dialect: &Dialect, path: &str, servers: &str) -> String {
    let keys = keys(dialect, path);
    let (last, outer) = keys.split_last().expect("servers hang somewhere");
    let body = format!("{last}:\n{servers}");
    let text = outer.iter().rev().fold(body, |body, key| {
        let inner: String = body.lines().map(|line| format!("  {line}\n")).collect();
        format!("{key}:\n{inner}")
    });
    if path.ends_with(".md") { format!("---\nname: docs\n{text}---\nBe kind.\n") } else { text }
}

/// Lays servers, one a line, into the JSON that leads to them.
fn json(client: &str, dialect: &Dialect, path: &str, servers: Vec<String>) -> String {
    let keys = keys(dialect, path);
    if client == "mcpb" {
        // A bundle is one server.
        let server = servers.first().and_then(|server| server.split_once(": ")).map_or("{}", |(_, body)| body);
        return format!("{{\n  \"name\": \"docs\",\n  \"server\": {{\n    \"mcp_config\": {server}\n  }}\n}}\n");
    }
    let body = format!("{{\n{}\n}}", servers.join(",\n"));
    let text =
        keys.iter().rev().fold(body, |body, key| format!("{{\n\"{}\": {body}\n}}", key.replace('*', "/work/app")));
    let users = if client == "mcphub" { text.replacen('{', "{\n\"users\": [],", 1) } else { text };
    users + "\n"
}

/// Tells whether the lines of `part` occur in `whole` in the same order.
fn keeps(part: &[&str], whole: &str) -> bool {
    let mut lines = whole.lines();
    part.iter().all(|line| lines.any(|other| other == *line))
}

#[test]
fn every_file_of_a_verified_client_goes_round() {
    let literals: [Literal; 4] = literals().try_into().ok().expect("four fields");
    let mut rounds = 0;
    for client in verified() {
        for dialect in client.dialects.iter().filter(|dialect| !dialect.servers.is_empty()) {
            for file in &dialect.files {
                let Some(path) = sample(file) else { continue };
                let owner = keysweep::mcp::reading(
                    BStr::new(&path),
                    b"mcp \"users\" mcpServers mcp_config context_servers extensions modelcontextprotocol",
                );
                // A file that another client reads as its own is that client's.
                let owned = owner.first().is_some_and(|owner| std::ptr::eq(owner.dialect, dialect));
                let by_hand = matches!(client.id.as_str(), "docker-mcp-gateway" | "server-json");
                if !owned || by_hand || dialect.fix.how == How::None {
                    continue;
                }
                round(client, dialect, &path, &literals);
                rounds += 1;
            }
        }
    }
    assert!(rounds > 60, "{rounds}");
}

/// Writes a wrong file, lints, fixes and lints it again.
fn round(client: &Client, dialect: &Dialect, path: &str, literals: &[Literal; 4]) {
    let single = client.id == "mcpb";
    let holds = |field: &str| dialect.fix.fields.iter().any(|known| known == field) && (!single || field == "env");
    let wrong = written(&client.id, dialect, path, literals, &holds);
    let inside: Vec<&Literal> = literals.iter().filter(|literal| holds(literal.field)).collect();
    let found = lint(path, wrong.as_bytes());
    let mut spans: Vec<&str> = found.iter().filter_map(|f| f.secret).map(|span| &wrong[span.range()]).collect();
    let mut expected: Vec<&str> = inside.iter().map(|literal| literal.key.as_str()).collect();
    spans.sort_unstable();
    expected.sort_unstable();
    assert_eq!(spans, expected, "{} {path}\n{wrong}", client.id);

    let fixed = apply(path, &wrong);
    let text = String::from_utf8(fixed.bytes.clone()).expect("still text");
    let left: Vec<_> = fixed.left.iter().map(|left| (&left.finding.message, &left.reason)).collect();
    assert_eq!(serious(path, &fixed.bytes), [""; 0], "{} {path}: {left:?}\n{text}", client.id);
    // A reference beside which nothing may stand takes the words around the credential with it.
    let whole = client.id == "litellm";
    let taken: Vec<&[u8]> = fixed.taken.iter().map(|taken| taken.secret.reveal()).collect();
    for literal in &inside {
        assert!(!text.contains(&literal.key), "{} {path}\n{text}", client.id);
        let is_taken =
            |taken: &&[u8]| if whole { taken.contains_str(&literal.key) } else { *taken == literal.key.as_bytes() };
        assert!(taken.iter().any(is_taken), "{} {path} loses a credential", client.id);
    }
    if dialect.fix.how == How::Reference && !whole {
        let right = inside.iter().fold(wrong.clone(), |text, literal| {
            text.replace(&literal.key, &dialect.fix.text.replace("NAME", literal.variable))
        });
        assert_eq!(text, right, "{} {path}", client.id);
    }
    let untouched: Vec<&str> =
        wrong.lines().filter(|line| !inside.iter().any(|literal| line.contains(&literal.key))).collect();
    let empty = |line: &&str| !matches!(line.trim(), "envs:" | "headers:");
    let untouched: Vec<&str> = untouched.into_iter().filter(empty).collect();
    assert!(keeps(&untouched, &text), "{} {path}: more than it must changed\n{wrong}\n{text}", client.id);
    let again = apply(path, &text);
    assert!(again.applied.is_empty() && again.bytes == fixed.bytes, "{} {path}", client.id);
}

/// Returns where a user's file lies below the home directory on the system that the data names.
fn below_home(file: &File) -> Option<String> {
    let places = [
        ("~/", ""),
        ("%APPDATA%/", "AppData/Roaming/"),
        ("%LOCALAPPDATA%/", "AppData/Local/"),
        ("<VSCode User>/", "Library/Application Support/Code/User/"),
        ("Code/User/", ".config/Code/User/"),
        ("<storage>/", ".config/anythingllm-desktop/storage/"),
        ("Jan/", "AppData/Roaming/Jan/"),
    ];
    let written = matches!(file.scope, Scope::User | Scope::Plugin | Scope::ProjectLocal);
    let place = places.iter().find_map(|(start, folder)| Some(format!("{folder}{}", file.path.strip_prefix(start)?)));
    place.filter(|_| written && !file.path.ends_with(".enc")).map(|path| path.replace("**", "a").replace('*', "docs"))
}

#[test]
fn the_inventory_reads_every_file_that_a_client_keeps_for_a_user() {
    let literals: [Literal; 4] = literals().try_into().ok().expect("four fields");
    let home = crate::git::Git::outside();
    let mut written_to = std::collections::BTreeSet::new();
    for client in all() {
        for dialect in &client.dialects {
            for path in dialect.files.iter().filter_map(below_home) {
                if written_to.contains(&path) {
                    continue;
                }
                let text = match path.rsplit('.').next() {
                    _ if path.ends_with("/.env") => format!("DOCS_TOKEN={}\n", literals[0].key),
                    _ if dialect.servers.is_empty() || path.contains("auth") => {
                        format!("{{ \"docs\": {{ \"access_token\": \"{}\" }} }}\n", literals[0].key)
                    }
                    _ => written(&client.id, dialect, &path, &literals, &|field| field == "env"),
                };
                home.write(&path, text);
                written_to.insert(path);
            }
        }
    }
    assert!(written_to.len() > 50, "{written_to:?}");
    let folder = home.path().to_str().expect("a plain path").to_owned();
    for format in ["json", "text"] {
        let arguments = ["tokens", "--home", &folder, "--format", format];
        let output = home.command(env!("CARGO_BIN_EXE_keysweep")).args(arguments).output().expect("it runs");
        let out = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(literals.iter().all(|literal| !out.contains(&literal.key)), "{format} shows a value");
        let missing: Vec<&String> = written_to.iter().filter(|path| !out.contains(&format!("~/{path}"))).collect();
        assert!(missing.is_empty(), "{missing:?} {out}");
    }
}
