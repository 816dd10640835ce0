//! AgentRQ: a workspace's token in the query of a URL in `.mcp.json`.

use super::{filled, findings, keysweep, leak, rotates};
use crate::git::Git;

/// The file that the documentation warns of.
fn configuration(token: &str) -> String {
    format!(
        "{{\n  \"mcpServers\": {{\n    \"agentrq\": {{\n      \"type\": \"http\",\n      \
         \"url\": \"https://w1.mcp.agentrq.com/mcp?token={token}\"\n    }}\n  }}\n}}\n"
    )
}

#[test]
fn a_committed_url_with_a_token_is_found_and_regenerated_in_the_dashboard() {
    let token = filled("{jwt:aud=w1}");
    let git = leak(".mcp.json", &configuration(&token), "agentrq/workspace-token", 5, &[&token]);
    rotates(
        &git,
        "agentrq",
        &["Regenerate MCP Token", "${AGENTRQ_TOKEN_", "Restart Claude Code", "old token stops working"],
        &[&token],
    );
}

#[test]
fn the_fix_leaves_what_the_documentation_calls_safe_to_commit() {
    let token = filled("{jwt:aud=w1}");
    let git = Git::new();
    git.commit_file(".gitignore", ".env\n.doxhub/\n", "Begin");
    git.write(".mcp.json", configuration(&token));
    let found = findings(&git, &["lint"], &[&token], 1);
    assert!(found.contains(&"mcp/literal-in-url .mcp.json:5".to_owned()), "{found:?}");

    let shown = keysweep(&git, &["fix", "--dry-run"], &[&token]);
    assert!(
        shown.out.contains("+      \"url\": \"https://w1.mcp.agentrq.com/mcp?token=${AGENTRQ_TOKEN}\""),
        "{}",
        shown.out
    );
    assert_eq!(std::fs::read_to_string(git.file(".mcp.json")).expect("there"), configuration(&token));

    assert_eq!(keysweep(&git, &["fix"], &[&token]).code, 0);
    let text = std::fs::read_to_string(git.file(".mcp.json")).expect("there");
    assert_eq!(text, configuration("${AGENTRQ_TOKEN}"));
    assert_eq!(std::fs::read_to_string(git.file(".env")).expect("made"), format!("AGENTRQ_TOKEN={token}\n"));
    let rules = std::fs::read_to_string(git.file(".gitignore")).expect("there");
    for line in [".env.local", ".mcp.json.local"] {
        assert!(rules.lines().any(|rule| rule == line), "{line}: {rules}");
    }
    assert_eq!(findings(&git, &["lint"], &[&token], 0), [""; 0]);
    git.run(&["add", "--all"]);
    assert_eq!(findings(&git, &["scan", "--staged"], &[&token], 0), [""; 0]);
}

#[test]
fn the_other_places_of_the_token_are_found_as_well() {
    let token = filled("{jwt:aud=w1}");
    let profile = format!("export AGENTRQ_TOKEN_MY_PROJECT=\"{token}\"\n");
    leak("setup/profile.sh", &profile, "agentrq/token", 1, &[&token]);
    let command = format!(
        "# Setup\n\n```\nclaude mcp add --transport http agentrq \"https://w1.mcp.agentrq.com/mcp?token={token}\"\n```\n"
    );
    leak("docs/setup.md", &command, "agentrq/workspace-token", 4, &[&token]);
    let git = Git::new();
    git.commit_file(".gitignore", ".env\n.doxhub/\n", "Begin");
    git.add("agent.token", &token);
    let found = findings(&git, &["lint"], &[&token], 1);
    assert_eq!(found, ["git/tracked-secret-file agent.token:1"]);
}
