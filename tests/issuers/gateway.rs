//! MCP OAuth Gateway: the master secret and the tokens in `.env`, and what its scripts generate and back up.

use super::{filled, findings, keysweep, leak, rotates};
use crate::git::Git;

/// The `.env` of the documentation: the secret that signs everything, the gateway's own tokens, a client's token.
fn environment() -> (String, [String; 4]) {
    let values = [
        filled("{alnum:64}"),
        filled("{jwt:jti=a1}"),
        filled("x{alnum:12}{alnum:43}").split_off(13),
        filled("x{hex:12}{jwt:jti=b2}").split_off(13),
    ];
    let text = format!(
        "# JWT Configuration\nGATEWAY_JWT_SECRET={}\n\n# Gateway's Own Tokens\nGATEWAY_OAUTH_ACCESS_TOKEN={}\n\
         GATEWAY_OAUTH_REFRESH_TOKEN={}\n\n# Client Tokens\nMCP_CLIENT_ACCESS_TOKEN={}\n",
        values[0], values[1], values[2], values[3]
    );
    (text, values)
}

#[test]
fn a_committed_environment_is_found_secret_by_secret_and_rotated_with_just() {
    let (text, values) = environment();
    let secrets: Vec<&str> = values.iter().map(String::as_str).collect();
    let git = leak(".env", &text, "mcp-oauth-gateway/jwt-secret", 2, &secrets);
    let found = findings(&git, &["scan", "--history"], &secrets, 1);
    for (rule, line) in [("access-token", 5), ("refresh-token", 6), ("client-access-token", 9)] {
        let expected = format!("mcp-oauth-gateway/{rule} .env:{line}");
        assert!(found.contains(&expected), "{expected}: {found:?}");
    }
    let steps: [(&str, &[&str]); 3] = [
        ("jwt-secret", &["just generate-jwt-secret", "just oauth-delete-all-tokens", "just mcp-client-token"]),
        ("client-access-token", &["just oauth-delete-token <jti>", "just mcp-client-token"]),
        ("refresh-token", &["just oauth-delete-client-complete <client_id>", "just refresh-tokens"]),
    ];
    for (rule, commands) in steps {
        rotates(&git, &format!("mcp-oauth-gateway/{rule}"), commands, &secrets);
    }
}

#[test]
fn a_tracked_environment_is_told_and_the_command_that_untracks_it_is_printed() {
    let (text, values) = environment();
    let secrets: Vec<&str> = values.iter().map(String::as_str).collect();
    let git = Git::new();
    git.commit_file(".gitignore", ".env\n.doxhub/\n", "Begin");
    git.add(".env", &text);
    git.add(".env.example", "GATEWAY_JWT_SECRET=<64-char-secret>\nGATEWAY_OAUTH_ACCESS_TOKEN=<jwt-token>\n");
    assert_eq!(findings(&git, &["lint"], &secrets, 1), ["git/tracked-secret-file .env:1"]);
    let fixed = keysweep(&git, &["fix"], &secrets);
    assert!(fixed.out.contains("git rm --cached -- .env"), "{}", fixed.out);
    git.run(&["rm", "--quiet", "--cached", "--", ".env"]);
    assert_eq!(findings(&git, &["lint"], &secrets, 0), [""; 0]);
}

#[test]
fn what_the_scripts_generate_and_back_up_is_found_too() {
    let (_, values) = environment();
    let generated = format!(
        "{{\n  \"mcpServers\": {{\n    \"fetch\": {{\n      \"url\": \"https://fetch.acme.dev/mcp\",\n      \
         \"headers\": {{ \"Authorization\": \"Bearer {}\" }}\n    }}\n  }}\n}}\n",
        values[3]
    );
    let git = Git::new();
    git.commit_file(".gitignore", ".env\n.doxhub/\n.env.local\n", "Begin");
    git.write("mcp-config.json", &generated);
    let found = findings(&git, &["lint"], &[&values[3]], 1);
    assert!(found.contains(&"mcp/literal-in-header mcp-config.json:5".to_owned()), "{found:?}");
    assert!(found.contains(&"git/uncovered-secret-file .gitignore:4".to_owned()), "{found:?}");
    assert!(findings(&git, &["scan"], &[&values[3]], 1).iter().any(|found| found.ends_with("mcp-config.json:5")));

    let registration = filled("reg-{alnum:43}");
    let backup =
        format!("{{\n  \"registrations\": [\n    {{ \"registration_access_token\": \"{registration}\" }}\n  ]\n}}\n");
    leak("backups/oauth-backup-20260101.json", &backup, "mcp-oauth-gateway/registration-token", 3, &[&registration]);
}
