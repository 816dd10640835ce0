//! Contextium: a login in `~/.doxhub/credentials.json`, which must not get into git and must have mode 600.

use serde_json::Value;

use super::{filled, findings, keysweep, leak, rotates};
use crate::git::Git;

const STORE: &str = ".doxhub/credentials.json";

/// A store with two profiles as the documentation shows it, and the tokens in it.
fn store(work: &str, current: &str) -> (String, [String; 2]) {
    let tokens = [filled("mcp_{hex:40}"), filled("x{alnum:9}mcp_{hex:44}").split_off(10)];
    let profile = |token: &str, created: &str, expires: &str, more: &str| {
        format!(
            "{{ \"apiUrl\": \"https://api.contextium.io/api/v1\", \"accessToken\": \"{token}\",\n      \
             \"createdAt\": \"{created}\", \"expiresAt\": \"{expires}\"{more} }}"
        )
    };
    let first = profile(&tokens[0], "2026-02-06T10:07:01.406Z", "2026-05-07T10:06:57.000Z", "");
    let second = profile(&tokens[1], "2026-02-06T11:30:00.000Z", "2099-05-07T11:30:00.000Z", work);
    let text = format!(
        "{{\n  \"profiles\": {{\n    \"default\": {first},\n    \"work\": {second}\n  }},\n  \"currentProfile\": \"{current}\"\n}}\n"
    );
    (text, tokens)
}

#[test]
fn a_committed_store_is_found_and_revoked_with_the_commands_of_contextium() {
    let (text, tokens) = store("", "default");
    let secrets = [tokens[0].as_str(), tokens[1].as_str()];
    let git = leak(STORE, &text, "contextium/mcp-token", 3, &secrets);
    rotates(
        &git,
        "contextium",
        &[
            "Settings > MCP Tokens",
            "npx @contextium/mcp-server revoke",
            "npx @contextium/mcp-server logout",
            "npx @contextium/mcp-server@latest setup",
            "within seconds",
        ],
        &secrets,
    );
}

#[test]
fn the_lint_asks_for_the_ignore_line_and_the_fix_appends_it() {
    let (text, tokens) = store("", "default");
    let secrets = [tokens[0].as_str(), tokens[1].as_str()];
    let git = Git::new();
    git.commit_file(".gitignore", "target", "Begin");
    git.add(STORE, &text);
    let gap = "git/uncovered-secret-file .gitignore:1".to_owned();
    let tracked = format!("git/tracked-secret-file {STORE}:1");
    let found = findings(&git, &["lint"], &secrets, 1);
    assert!(found.contains(&gap) && found.contains(&tracked), "{found:?}");
    assert!(found.contains(&format!("mcp/stored-oauth-token {STORE}:3")), "{found:?}");
    assert!(findings(&git, &["scan"], &secrets, 1).contains(&gap));

    let fixed = keysweep(&git, &["fix"], &secrets);
    assert!(fixed.out.contains(&format!("git rm --cached -- {STORE}")), "{}", fixed.out);
    let rules = std::fs::read_to_string(git.file(".gitignore")).expect("written");
    assert!(rules.starts_with("target\n") && rules.contains("\n.doxhub/\n"), "{rules}");

    git.run(&["rm", "--quiet", "--cached", "--", STORE]);
    assert_eq!(findings(&git, &["lint"], &secrets, 0), [""; 0]);
    assert_eq!(findings(&git, &["scan"], &secrets, 0), [""; 0]);
    assert_eq!(std::fs::read_to_string(git.file(STORE)).expect("left alone"), text);
}

#[test]
#[cfg(unix)]
fn the_inventory_tells_expiry_mode_revoked_and_missing_profiles() {
    use std::os::unix::fs::PermissionsExt as _;
    let (text, tokens) = store(", \"revoked\": true", "personal");
    let secrets = [tokens[0].as_str(), tokens[1].as_str()];
    let home = Git::outside();
    let path = home.write(STORE, &text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("ours");
    let folder = home.path().to_str().expect("a plain path").to_owned();
    let ran = keysweep(&home, &["tokens", "--home", &folder, "--format", "json"], &secrets);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let list: Value = serde_json::from_str(&ran.out).expect("JSON");
    let entry = |pointer: &str| {
        let entry = list["tokens"].as_array().expect("a list").iter().find(|entry| entry["pointer"] == pointer);
        entry.unwrap_or_else(|| panic!("{pointer}: {list}"))["problems"].to_string()
    };
    let default = entry("/profiles/default/accessToken");
    assert!(default.contains("expired") && default.contains("readable by others"), "{default}");
    assert!(entry("/profiles/work/accessToken").contains("revoked"));
    assert!(entry("/currentProfile").contains("does not exist"));
}

#[test]
fn an_api_key_has_steps_of_its_own() {
    let key = filled("doxhub_sk_{alnum:40}");
    let content = format!("DOXHUB_API_KEY={key}\n");
    let git = leak(".env", &content, "contextium/api-key", 1, &[&key]);
    rotates(&git, "contextium/api-key", &["Settings > API Keys", "DOXHUB_API_KEY"], &[&key]);
}
