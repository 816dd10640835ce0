//! The inventory of a home directory made for it: what is in it, and what is shown of it.

use std::fs;
use std::path::Path;

use keysweep::inventory::{Held, Options, Problem, take};
use keysweep::report::{inventory_json, inventory_text};

fn write(home: &Path, path: &str, text: &str, mode: u32) {
    let path = home.join(path);
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("writable");
    fs::write(&path, text).expect("writable");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("writable");
    }
    let _ = mode;
}

fn secret(len: usize) -> String {
    (0..len).map(|at| char::from(b"q7Rt2Kx9Lm4Pz8Vn"[at * 7 % 16])).collect()
}

fn options(home: &Path) -> Options {
    let mut options = Options::new(home);
    options.now = "2026-04-20T00:00:00Z".parse().expect("a date");
    options
}

fn store(home: &Path) -> [String; 2] {
    let secrets = [format!("mcp_{}", secret(40)), format!("mcp_{}", secret(44))];
    let text = format!(
        r#"{{ "profiles": {{
            "default": {{ "apiUrl": "https://api.contextium.io/api/v1", "accessToken": "{}", "createdAt": "2026-02-06T10:07:01.406Z", "expiresAt": "2026-05-07T10:06:57.000Z" }},
            "work": {{ "apiUrl": "https://api.contextium.io/api/v1", "accessToken": "{}", "createdAt": "2025-12-06T11:30:00.000Z", "expiresAt": "2026-03-07T11:30:00.000Z", "revoked": true }}
        }}, "currentProfile": "home" }}"#,
        secrets[0], secrets[1]
    );
    write(home, ".doxhub/credentials.json", &text, 0o600);
    secrets
}

#[test]
fn a_store_tells_age_expiry_revocation_and_a_missing_profile() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let secrets = store(home.path());
    let inventory = take(&options(home.path()), &|_| false);
    let found: Vec<(&str, &str, Vec<Problem>)> = inventory
        .entries
        .iter()
        .map(|entry| (entry.provider.as_str(), entry.pointer.as_str(), entry.problems.clone()))
        .collect();
    assert_eq!(
        found,
        [
            ("Contextium", "/currentProfile", vec![Problem::MissingProfile]),
            ("api.contextium.io", "/profiles/default/accessToken", vec![Problem::Expiring]),
            ("api.contextium.io", "/profiles/work/accessToken", vec![Problem::Expired, Problem::Old, Problem::Revoked]),
        ]
    );
    assert_eq!(inventory.exit_code(), 1);
    assert_eq!(inventory.entries[1].days_left(options(home.path()).now), Some(17));
    let (text, json) = (
        inventory_text(&inventory, &options(home.path())),
        inventory_json(&inventory, &options(home.path())).to_string(),
    );
    for secret in &secrets {
        assert!(!text.contains(secret) && !json.contains(secret));
    }
    assert!(text.contains("17 d") && text.contains("600") && json.contains("\"days_left\":17"));
}

#[test]
#[cfg(unix)]
fn what_is_no_plain_file_is_told_and_a_pipe_is_not_opened() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let place = |path: &str| home.path().join(path);
    let literal =
        format!(r#"{{"mcpServers": {{"docs": {{"command": "npx", "env": {{"DOCS_TOKEN": "{}"}}}}}}}}"#, secret(32));
    write(home.path(), "dotfiles/mcp.json", &literal, 0o600);
    for folder in [".cursor", ".doxhub", ".codeium/windsurf", ".copilot"] {
        fs::create_dir_all(place(folder)).expect("writable");
    }
    std::os::unix::fs::symlink(place("dotfiles/mcp.json"), place(".cursor/mcp.json")).expect("writable");
    std::os::unix::fs::symlink("nowhere", place(".codeium/windsurf/mcp_config.json")).expect("writable");
    let pipe = place(".doxhub/credentials.json");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()));
    std::os::unix::fs::symlink(&pipe, place(".copilot/mcp-config.json")).expect("writable");
    // Were a pipe opened, this would never end.
    let inventory = take(&options(home.path()), &|_| false);
    let told = |path: &str, what: &str, incomplete: bool| {
        let is_it = |notice: &&keysweep::finding::Notice| {
            notice.subject == path && notice.message.contains(what) && notice.incomplete == incomplete
        };
        assert!(inventory.notices.iter().any(|notice| is_it(&notice)), "{path}: {:?}", inventory.notices);
    };
    told("~/.cursor/mcp.json", "symbolic link", false);
    told("~/.codeium/windsurf/mcp_config.json", "leads nowhere", true);
    told("~/.doxhub/credentials.json", "a pipe", true);
    told("~/.copilot/mcp-config.json", "a pipe", true);
    assert_eq!((inventory.entries.len(), inventory.exit_code()), (1, 3));
}

#[test]
#[cfg(unix)]
fn a_file_that_others_can_read_counts_only_for_literals() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let literal =
        format!(r#"{{"mcpServers": {{"docs": {{"command": "npx", "env": {{"DOCS_TOKEN": "{}"}}}}}}}}"#, secret(32));
    write(home.path(), ".cursor/mcp.json", &literal, 0o644);
    write(
        home.path(),
        ".gemini/settings.json",
        r#"{"mcpServers": {"docs": {"command": "npx", "env": {"DOCS_TOKEN": "$DOCS_TOKEN"}}}}"#,
        0o644,
    );
    write(
        home.path(),
        ".codex/config.toml",
        "[mcp_servers.docs]\nurl = \"https://a\"\nbearer_token_env_var = \"DOCS_TOKEN\"\n",
        0o644,
    );
    let inventory = take(&options(home.path()), &|_| false);
    let found: Vec<(&str, bool, &[Problem])> = inventory
        .entries
        .iter()
        .map(|entry| (entry.file.as_str(), entry.held == Held::Literal, entry.problems.as_slice()))
        .collect();
    assert_eq!(
        found,
        [
            (".codex/config.toml", false, &[][..]),
            (".cursor/mcp.json", true, &[Problem::ReadableByOthers][..]),
            (".gemini/settings.json", false, &[][..]),
        ]
    );
}

#[test]
fn nothing_to_find_is_no_problem_and_a_broken_store_is_a_notice() {
    let home = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(take(&options(home.path()), &|_| false).exit_code(), 0);
    write(home.path(), ".doxhub/credentials.json", "{\"profiles\": ", 0o600);
    let inventory = take(&options(home.path()), &|_| false);
    assert_eq!((inventory.exit_code(), inventory.notices.len()), (3, 1));
}

#[test]
fn the_claims_of_a_token_tell_its_life() {
    use base64::Engine as _;
    let home = tempfile::tempdir().expect("a temporary folder");
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let token = format!(
        "{}.{}.{}",
        encode("{\"alg\":\"HS256\"}"),
        encode("{\"iat\":1767225600,\"exp\":1777000000}"),
        secret(43)
    );
    let text = format!(
        r#"{{"mcpServers": {{"docs": {{"type": "http", "url": "https://w.mcp.agentrq.com/mcp?token={token}"}}}}}}"#
    );
    write(home.path(), ".claude.json", &text, 0o600);
    let inventory = take(&options(home.path()), &|_| false);
    let entry = &inventory.entries[0];
    assert_eq!(entry.expires.map(|when| when.as_second()), Some(1_777_000_000));
    assert_eq!(entry.problems, [Problem::Expiring, Problem::Old]);
}

#[test]
fn a_token_in_place_of_a_name_is_a_literal_and_shown_nowhere() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let token = format!("mcp_{}", secret(40));
    let password = ["Summer", "Rain7"].join("-");
    let toml = format!(
        "[mcp_servers.a]\nurl = \"https://a\"\nbearer_token_env_var = \"{token}\"\n[mcp_servers.b]\nurl = \"https://a\"\n\
         bearer_token_env_var = \"{password}\"\n[mcp_servers.{token}]\nurl = \"https://a\"\nbearer_token_env_var = \"A\"\n"
    );
    write(home.path(), ".codex/config.toml", &toml, 0o600);
    let json = format!(
        r#"{{"mcpServers": {{"{token}": {{"command": "npx", "env": {{"{token}": "${{A}}", "A_TOKEN": "${{A_TOKEN:-{password}}}",
            "B_TOKEN": "${{B:-x}}", "C_TOKEN": "$(echo {password})", "D_TOKEN": "${{{token}}}"}}}}}}}}"#
    );
    write(home.path(), ".cursor/mcp.json", &json, 0o600);
    let inventory = take(&options(home.path()), &|_| false);
    let literals = inventory.entries.iter().filter(|entry| entry.held == Held::Literal).count();
    let references: Vec<&Held> = inventory.entries.iter().map(|entry| &entry.held).collect();
    assert!(literals >= 4, "{references:?}");
    assert!(references.contains(&&Held::Reference("${B:-default}".to_owned())), "{references:?}");
    for shown in [
        inventory_text(&inventory, &options(home.path())),
        inventory_json(&inventory, &options(home.path())).to_string(),
    ] {
        assert!(!shown.contains(&token) && !shown.contains(&password), "{shown}");
    }
}

#[test]
fn only_a_token_that_renews_another_makes_its_end_no_matter() {
    let (value, hour_ago) = (secret(40), "1776639600000");
    let expired = |member: &str| {
        let home = tempfile::tempdir().expect("a temporary folder");
        let store =
            format!(r#"{{"access_token": "{value}a", "id_token": "{value}b", "expiry_date": {hour_ago}, {member}}}"#);
        write(home.path(), ".gemini/oauth_creds.json", &store, 0o600);
        let inventory = take(&options(home.path()), &|_| false);
        let is_expired = |entry: &&keysweep::inventory::Entry| entry.problems.contains(&Problem::Expired);
        inventory.entries.iter().filter(is_expired).map(|entry| entry.pointer.clone()).collect::<Vec<_>>()
    };
    for member in
        [r#""refreshedAt": "2024-01-01T00:00:00Z""#, r#""refresh_token": """#, r#""refreshUrl": "https://a.io""#]
    {
        assert_eq!(expired(member), ["/access_token", "/id_token"], "{member}");
    }
    assert_eq!(expired(&format!(r#""refresh_token": "{value}r""#)), ["/id_token"]);
}

#[test]
fn what_clients_write_after_a_login_is_told_with_whose_it_is() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let (value, hour_ago) = (secret(40), "1776639600000");
    let google = format!(r#"{{"access_token": "{value}a", "refresh_token": "{value}r", "expiry_date": {hour_ago}}}"#);
    write(home.path(), ".gemini/oauth_creds.json", &google, 0o600);
    write(home.path(), ".qwen/oauth_creds.json", &google, 0o600);
    let servers = format!(
        r#"[{{"serverName": "docs", "token": {{"accessToken": "{value}b", "expiresAt": {hour_ago}}}}},
            {{"serverName": "x", "mcpServerUrl": "https://x.acme.dev/mcp", "token": {{"accessToken": "{value}c"}}}}]"#
    );
    write(home.path(), ".gemini/mcp-oauth-tokens.json", &servers, 0o600);
    let providers = format!(
        r#"{{"acme": {{"type": "oauth", "access": "{value}d", "refresh": "{value}e", "expires": {hour_ago}}},
            "other": {{"type": "api", "key": "{value}f"}}, "rest": {{"type": "wellknown", "key": "ACME_KEY", "token": "{value}g"}}}}"#
    );
    write(home.path(), ".local/share/opencode/auth.json", &providers, 0o600);
    let inventory = take(&options(home.path()), &|_| false);
    let found: Vec<(&str, &str, &str, bool)> = inventory
        .entries
        .iter()
        .map(|entry| (entry.file.as_str(), entry.pointer.as_str(), entry.provider.as_str(), entry.problems.is_empty()))
        .collect();
    let (gemini, qwen, opencode) =
        (".gemini/mcp-oauth-tokens.json", ".qwen/oauth_creds.json", ".local/share/opencode/auth.json");
    // An end is no matter where a refresh token begins anew.
    let expected = [
        (gemini, "/0/token/accessToken", "docs", false),
        (gemini, "/1/token/accessToken", "x.acme.dev", true),
        (".gemini/oauth_creds.json", "/access_token", "Gemini CLI", true),
        (".gemini/oauth_creds.json", "/refresh_token", "Gemini CLI", true),
        (opencode, "/acme/access", "acme", true),
        (opencode, "/acme/refresh", "acme", true),
        (opencode, "/other/key", "other", true),
        (opencode, "/rest/token", "rest", true),
        (qwen, "/access_token", "Qwen Code", true),
        (qwen, "/refresh_token", "Qwen Code", true),
    ];
    assert_eq!(found, expected);
    assert_eq!(inventory.entries[0].problems, [Problem::Expired]);
    assert!(!inventory_json(&inventory, &options(home.path())).to_string().contains(&value));
}
