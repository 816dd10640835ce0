//! Certorix: a token in plain text in `claude_desktop_config.json`, which resolves no reference.

use super::{filled, findings, keysweep, leak, rotates};
use crate::git::Git;

fn configuration(token: &str) -> String {
    format!(
        "{{\n  \"mcpServers\": {{\n    \"certorix\": {{\n      \"command\": \"npx\",\n      \
         \"args\": [\"-y\", \"@certorix/mcp-server@1.0.0\"],\n      \
         \"env\": {{ \"CERTORIX_API_TOKEN\": \"{token}\" }}\n    }}\n  }}\n}}\n"
    )
}

#[test]
fn a_shared_desktop_configuration_is_found_and_the_token_regenerated() {
    let token = filled("{alnum:48}");
    let path = "team/claude_desktop_config.json";
    let git = leak(path, &configuration(&token), "certorix/api-token", 6, &[&token]);
    rotates(
        &git,
        "certorix",
        &[
            "MCP / API page",
            "Regenerate token",
            "CERTORIX_API_TOKEN",
            "stops working immediately",
            "MCP` as its source",
        ],
        &[&token],
    );
}

#[test]
fn nothing_is_mended_where_the_client_resolves_nothing_and_the_way_out_is_named() {
    let token = filled("{alnum:48}");
    let git = Git::new();
    git.commit_file(".gitignore", ".env\n.doxhub/\n.env.local\n", "Begin");
    git.write("claude_desktop_config.json", configuration(&token));
    assert_eq!(findings(&git, &["lint"], &[&token], 1), ["mcp/literal-in-env claude_desktop_config.json:6"]);
    let fixed = keysweep(&git, &["fix"], &[&token]);
    assert_eq!(fixed.code, 1, "{}", fixed.out);
    assert!(fixed.out.contains("instead:") && fixed.out.contains("user_config"), "{}", fixed.out);
    assert_eq!(std::fs::read_to_string(git.file("claude_desktop_config.json")).expect("there"), configuration(&token));
    // The reference that other clients resolve reaches the server as it is written.
    git.write("claude_desktop_config.json", configuration("${CERTORIX_API_TOKEN}"));
    let found = findings(&git, &["lint"], &[], 1);
    assert_eq!(found, ["mcp/unexpanded-reference claude_desktop_config.json:6"]);
}

#[test]
fn the_same_server_in_cursor_gets_the_reference_of_cursor() {
    let token = filled("{alnum:48}");
    let git = Git::new();
    git.commit_file(".gitignore", ".env\n.doxhub/\n.env.local\n", "Begin");
    git.write(".cursor/mcp.json", configuration(&token));
    assert_eq!(keysweep(&git, &["fix"], &[&token]).code, 0);
    let text = std::fs::read_to_string(git.file(".cursor/mcp.json")).expect("there");
    assert_eq!(text, configuration("${env:CERTORIX_API_TOKEN}"));
    assert_eq!(findings(&git, &["lint"], &[&token], 0), [""; 0]);
}
