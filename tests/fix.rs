//! `keysweep fix`: what each client's file becomes, and what happens in a working tree.

mod command;
mod comments;
mod left;
mod mutation;
mod password;
mod quoted;
mod scheme;
mod value;

use std::fs;
use std::path::Path;

use bstr::{BStr, ByteSlice};
use keysweep::fix::{self, Nobody, Options, Variables};
use keysweep::lint::{Persona, Safety};
use keysweep::rules::template::Generator;

use crate::git::Git;
use crate::lint::{fill, lint};

pub fn fixture(client: &Path, kind: &str) -> (String, String) {
    let mut folder = client.join(kind);
    let mut path = String::new();
    loop {
        let entry = fs::read_dir(&folder).expect("a folder").next().expect("one entry each").expect("readable");
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_file() {
            path.push_str(name.trim_end_matches(".fixture"));
            return (path, fs::read_to_string(entry.path()).expect("a fixture is text"));
        }
        path.push_str(&name);
        path.push('/');
        folder = entry.path();
    }
}

#[test]
fn each_clients_file_is_mended_in_its_own_way_and_only_where_it_must() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fix");
    let mut clients: Vec<_> =
        fs::read_dir(root).expect("fixtures").map(|entry| entry.expect("readable").path()).collect();
    clients.sort();
    assert!(clients.len() > 20);
    for client in clients {
        let (path, before) = fixture(&client, "before");
        let (_, after) = fixture(&client, "after");
        let (before, secrets) = fill(&before);
        let fixed = fix::apply(BStr::new(&path), before.as_bytes(), Safety::Safe, &Nobody, &Variables::default());
        let text = String::from_utf8(fixed.bytes.clone()).expect("still text");
        assert_eq!(
            text,
            after,
            "{}: {:?}",
            client.display(),
            fixed.left.iter().map(|left| (&left.finding.message, &left.reason)).collect::<Vec<_>>()
        );
        let left: Vec<_> = lint(&path, &fixed.bytes)
            .into_iter()
            .filter(|finding| finding.severity > keysweep::finding::Severity::Low)
            .collect();
        assert!(
            left.is_empty(),
            "{}: {:?}",
            client.display(),
            left.iter().map(|finding| &finding.message).collect::<Vec<_>>()
        );
        let taken: Vec<&[u8]> = fixed.taken.iter().map(|taken| taken.secret.reveal()).collect();
        // Where nothing may stand beside a reference, the words around a credential go with it.
        let whole = client.ends_with("litellm");
        for secret in &secrets {
            let is_taken = |taken: &&[u8]| if whole { taken.contains_str(secret) } else { *taken == secret.as_bytes() };
            assert!(taken.iter().any(is_taken), "{} lost a credential", client.display());
        }
        let again = fix::apply(BStr::new(&path), &fixed.bytes, Safety::Safe, &Nobody, &Variables::default());
        assert!(again.applied.is_empty() && again.bytes == fixed.bytes, "{}", client.display());
    }
}

#[test]
fn an_edit_that_would_take_or_add_something_else_is_not_made() {
    for (path, text) in [
        (
            ".config/goose/config.yaml",
            "extensions:\n  a: {type: stdio, cmd: node, args: [x], envs: {API_KEY: VALUE}}\n",
        ),
        (
            ".config/goose/config.yaml",
            r#"{"extensions": {"a": {"type": "stdio", "cmd": "node", "envs": {"API_KEY": "VALUE"}}}}"#,
        ),
        (".codex/config.toml", "mcp_servers.a.command = \"n\"\nmcp_servers.a.env.API_KEY = \"VALUE\"\n"),
        (".codex/config.toml", "[mcp_servers]\nc.command = \"n\"\nc.env.API_KEY = \"VALUE\"\n"),
        (
            ".codex/config.toml",
            "mcp_servers.a.url = \"https://a.acme.dev\"\nmcp_servers.a.http_headers.Authorization = \"Bearer VALUE\"\n",
        ),
    ] {
        let text = text.replace("VALUE", &Generator::new(7).fill("{alnum:32}"));
        let fixed = fix::apply(BStr::new(path), text.as_bytes(), Safety::Safe, &Nobody, &Variables::default());
        assert!(fixed.bytes == text.as_bytes() && !fixed.left.is_empty(), "{path}");
    }
}

fn git(folder: &Path, arguments: &[&str]) {
    Git::outside().at(folder).run(arguments);
}

/// Makes a repository with one literal credential in `.mcp.json`; returns the credential.
fn repository(folder: &Path, gitignore: &str) -> String {
    git(folder, &["init", "-q"]);
    fs::write(folder.join(".gitignore"), gitignore).expect("writable");
    let (text, secrets) =
        fill("{\"mcpServers\": {\"docs\": {\"command\": \"npx\", \"env\": {\"DOCS_TOKEN\": \"{alnum:32}\"}}}}\n");
    fs::write(folder.join(".mcp.json"), text).expect("writable");
    secrets[0].clone()
}

fn options(folder: &Path, dry_run: bool) -> Options {
    Options { root: folder.to_path_buf(), dry_run, show: false, safety: Safety::Safe, persona: Persona::Regular }
}

#[test]
fn a_dry_run_shows_what_would_change_without_the_secret_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let secret = repository(folder.path(), "target\n");
    let before = fs::read(folder.path().join(".mcp.json")).expect("just written");
    let report = fix::run(&options(folder.path(), true), &Nobody).expect("a working tree");
    let shown: String = report.files.iter().map(|file| file.diff.as_str()).collect();
    assert!(shown.contains("+{\"mcpServers\"") && shown.contains("${DOCS_TOKEN}") && shown.contains("+.doxhub/"));
    assert!(!shown.contains(&secret) && shown.contains("********"));
    assert_eq!(fs::read(folder.path().join(".mcp.json")).expect("untouched"), before);
    assert!(!folder.path().join(".env").exists());
    assert_eq!(fs::read_to_string(folder.path().join(".gitignore")).expect("untouched"), "target\n");
}

#[test]
fn the_credential_moves_into_an_ignored_private_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let secret = repository(folder.path(), "target");
    let report = fix::run(&options(folder.path(), false), &Nobody).expect("a working tree");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("written");
    assert!(read(".gitignore").starts_with("target\n.env\n.doxhub/"));
    assert_eq!(read(".env"), format!("DOCS_TOKEN={secret}\n"));
    assert!(read(".mcp.json").contains("\"${DOCS_TOKEN}\"") && !read(".mcp.json").contains(&secret));
    assert_eq!(report.variables, [("DOCS_TOKEN".to_owned(), ".env".into())]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(folder.path().join(".env")).expect("written").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = fix::run(&options(folder.path(), false), &Nobody).expect("a working tree");
    assert!(again.files.iter().all(|file| file.applied.is_empty()) && again.notices.is_empty());
}

#[test]
fn nothing_is_moved_into_a_file_that_git_would_show() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let secret = repository(folder.path(), ".env\n");
    // A negation further down takes the cover away again.
    fs::write(
        folder.path().join(".gitignore"),
        ".env\n.env.local\n.doxhub/\n.mcp.json.local\n.claude/settings.local.json\nCLAUDE.local.md\n",
    )
    .expect("writable");
    git(folder.path(), &["add", "-f", ".mcp.json"]);
    fs::write(folder.path().join(".git/info/exclude"), "").expect("writable");
    fs::remove_file(folder.path().join(".gitignore")).expect("there");
    let mut options = options(folder.path(), false);
    fs::create_dir(folder.path().join(".gitignore")).expect("writable");
    options.show = false;
    let report = fix::run(&options, &Nobody).expect("a working tree");
    assert!(!folder.path().join(".env").exists());
    assert!(fs::read_to_string(folder.path().join(".mcp.json")).expect("untouched").contains(&secret));
    let left: Vec<_> = report.files.iter().flat_map(|file| &file.left).collect();
    assert!(report.exit_code() == 1 && left.iter().any(|left| left.reason.contains("not ignored")));
}

#[test]
fn a_tracked_secret_file_is_left_and_its_command_is_printed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    repository(folder.path(), "");
    fs::create_dir(folder.path().join(".doxhub")).expect("writable");
    fs::write(folder.path().join(".doxhub/credentials.json"), "{}").expect("writable");
    git(folder.path(), &["add", "-f", ".doxhub/credentials.json"]);
    let report = fix::run(&options(folder.path(), true), &Nobody).expect("a working tree");
    assert_eq!(report.commands, ["git rm --cached -- .doxhub/credentials.json"]);
}
