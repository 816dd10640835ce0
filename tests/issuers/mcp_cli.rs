//! mcp-cli: tokens on command lines, and references to its store that stand where they are not resolved.

use super::{filled, findings, keysweep, leak, rotates};
use crate::git::Git;

fn configuration(authorization: &str, key: &str) -> String {
    format!(
        "{{\n  \"mcpServers\": {{\n    \"my-api\": {{\n      \"url\": \"https://tools.acme.dev/mcp\",\n      \"headers\": {{\n        \
         \"Authorization\": \"{authorization}\",\n        \"X-API-Key\": \"{key}\"\n      }}\n    }}\n  }}\n}}\n"
    )
}

#[test]
fn a_token_on_the_command_line_is_found_and_stored_anew_without_the_value() {
    let token = filled("{alnum:40}");
    let script = format!("#!/bin/sh\nmcp-cli token set my-server --type bearer \\\n  --value \"{token}\"\n");
    let git = leak("scripts/setup.sh", &script, "mcp-cli/token-value", 3, &[&token]);
    rotates(
        &git,
        "mcp-cli",
        &[
            "Revoke the token at the service that issued it",
            "mcp-cli token list",
            "mcp-cli token delete NAME --namespace NAMESPACE",
            "mcp-cli token set NAME --type bearer",
            "shell history",
        ],
        &[&token],
    );
}

#[test]
fn a_literal_in_the_servers_file_becomes_a_reference_to_the_store() {
    let (token, key) = (filled("{alnum:40}"), filled("x{hex:8}{hex:32}").split_off(9));
    let git = Git::new();
    git.commit_file(".gitignore", ".env\n.doxhub/\n.env.local\n", "Begin");
    git.write("server_config.json", configuration(&format!("Bearer {token}"), &key));
    let secrets = [token.as_str(), key.as_str()];
    let found = findings(&git, &["lint"], &secrets, 1);
    assert_eq!(found, ["mcp/literal-in-header server_config.json:6", "mcp/literal-in-header server_config.json:7"]);
    let fixed = keysweep(&git, &["fix"], &secrets);
    assert_eq!(fixed.code, 0, "{}", fixed.out);
    assert!(fixed.out.contains("mcp-cli token set"), "the store must be filled by hand: {}", fixed.out);
    let text = std::fs::read_to_string(git.file("server_config.json")).expect("there");
    assert_eq!(text, configuration("${TOKEN:bearer:my-api-token}", "${TOKEN:bearer:my-api-x-api-key}"));
    assert_eq!(findings(&git, &["lint"], &secrets, 0), [""; 0]);
}

#[test]
fn a_reference_behind_a_scheme_is_told_as_the_documentation_shows_it() {
    let git = Git::new();
    git.commit_file(".gitignore", ".env\n.doxhub/\n.env.local\n", "Begin");
    git.write("server_config.json", configuration("Bearer ${TOKEN:bearer:my-api}", "${TOKEN:api-key:my-service}"));
    assert_eq!(findings(&git, &["lint"], &[], 1), ["mcp/misplaced-token-reference server_config.json:6"]);
    let documented = filled("s.{alnum:24}");
    let content = format!("export VAULT_ADDR=https://vault.company.com\nexport VAULT_TOKEN={documented}\n");
    leak("vault.sh", &content, "vault/token-legacy", 2, &[&documented]);
}
