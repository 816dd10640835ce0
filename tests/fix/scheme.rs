//! The scheme before a value, and the name that a value already has.

use bstr::BStr;
use keysweep::fix::{self, Fixed, Nobody, Variables};
use keysweep::lint::Safety;

use super::command::{fix as run, read, repository};
use super::fill;

/// Mends a text in which each `VALUE` is one made value; returns that value too.
fn mended(path: &str, text: &str) -> (Fixed, String) {
    let value = fill("{alnum:32}").0;
    let text = text.replace("VALUE", &value);
    (fix::apply(BStr::new(path), text.as_bytes(), Safety::Safe, &Nobody, &Variables::default()), value)
}

/// Tells whether a text is mended into `expected`, with `taken` for what it took; of a failure without the values.
fn assert_mended(path: &str, text: &str, expected: &str, taken: &[(&str, &str)]) {
    let (fixed, value) = mended(path, text);
    let new = String::from_utf8_lossy(&fixed.bytes).replace(&value, "VALUE");
    assert_eq!(new, expected, "{path}");
    let took = |taken: &fix::Taken| String::from_utf8_lossy(taken.secret.reveal()).replace(&value, "VALUE");
    let took: Vec<(String, String)> = fixed.taken.iter().map(|one| (one.variable.clone(), took(one))).collect();
    let taken: Vec<(String, String)> = taken.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
    assert_eq!(took, taken, "{path}");
}

#[test]
fn a_scheme_goes_with_its_value_where_the_client_takes_all_of_a_field() {
    for scheme in ["Basic", "Token", "token", "ApiKey"] {
        let text = |line: &str| format!("[mcp_servers.a]\nurl = \"https://a.acme.dev/mcp\"\n{line}\n");
        assert_mended(
            ".codex/config.toml",
            &text(&format!("http_headers = {{ Authorization = \"{scheme} VALUE\" }}")),
            &text("env_http_headers = { \"Authorization\" = \"A_TOKEN\" }"),
            &[("A_TOKEN", &format!("{scheme} VALUE"))],
        );
    }
    assert_mended(
        ".codex/config.toml",
        "[mcp_servers.a]\nurl = \"https://a.acme.dev/mcp\"\nhttp_headers = { \"X-Api-Key\" = \"Key VALUE\" }\n",
        "[mcp_servers.a]\nurl = \"https://a.acme.dev/mcp\"\nenv_http_headers = { \"X-Api-Key\" = \"A_X_API_KEY\" }\n",
        &[("A_X_API_KEY", "Key VALUE")],
    );
    assert_mended(
        ".codex/config.toml",
        "[mcp_servers.a]\ncommand = \"n\"\nenv = { AUTH = \"Bearer VALUE\" }\n",
        "[mcp_servers.a]\ncommand = \"n\"\nenv_vars = [\"AUTH\"]\n",
        &[("AUTH", "Bearer VALUE")],
    );
    assert_mended(
        ".config/goose/config.yaml",
        "extensions:\n  a:\n    type: stdio\n    cmd: node\n    envs:\n      AUTH_HEADER: Bearer VALUE\n",
        "extensions:\n  a:\n    type: stdio\n    env_keys:\n    - AUTH_HEADER\n    cmd: node\n",
        &[("AUTH_HEADER", "Bearer VALUE")],
    );
}

#[test]
fn a_default_goes_to_the_variable_that_it_is_the_default_of() {
    let text = |value: &str| {
        format!("{{\"mcpServers\": {{\"a\": {{\"command\": \"n\", \"env\": {{\"A_TOKEN\": \"{value}\"}}}}}}}}\n")
    };
    let (before, after) = (text("${SVC_TOKEN:-VALUE}"), text("${SVC_TOKEN}"));
    assert_mended(".mcp.json", &before, &after, &[("SVC_TOKEN", "VALUE")]);
}

#[test]
fn a_value_that_an_argument_refers_to_keeps_its_name_and_its_scheme() {
    let text = |value: &str| {
        format!(
            "{{\"mcpServers\": {{\"a\": {{\"command\": \"npx\", \"args\": [\"mcp-remote@0.1.29\", \"https://a.acme.dev/sse\", \
             \"--header\", \"Authorization:${{AUTH_HEADER}}\"], \"env\": {{\"AUTH_HEADER\": \"{value}\"}}}}}}}}\n"
        )
    };
    let (before, after) = (text("Bearer VALUE"), text("${AUTH_HEADER}"));
    assert_mended(".mcp.json", &before, &after, &[("AUTH_HEADER", "Bearer VALUE")]);
}

#[test]
fn the_quotes_of_a_shell_are_no_part_of_the_value() {
    for quote in ["'", "\\\""] {
        let text = |value: &str| {
            format!(
                "{{\"mcpServers\": {{\"a\": {{\"command\": \"sh\", \"args\": [\"-c\", \"MY_TOKEN={quote}{value}{quote} exec node a.js\"]}}}}}}\n"
            )
        };
        assert_mended(".mcp.json", &text("VALUE"), &text("${MY_TOKEN}"), &[("MY_TOKEN", "VALUE")]);
    }
}

#[test]
fn a_field_that_the_client_does_not_expand_is_left_with_a_reason() {
    let (fixed, value) = mended(
        ".mcp.json",
        "{\"mcpServers\": {\"a\": {\"type\": \"http\", \"url\": \"https://a.acme.dev/mcp\", \
         \"oauth\": {\"clientId\": \"acme\", \"clientSecret\": \"VALUE\"}}}}\n",
    );
    assert!(String::from_utf8_lossy(&fixed.bytes).contains(&value) && fixed.taken.is_empty());
    assert!(fixed.left.iter().any(|left| left.finding.secret.is_some() && left.reason.contains("no edit is known")));
}

#[test]
fn a_name_that_cannot_be_given_is_told_as_the_reason() {
    let text = |value: &str| format!("[mcp_servers.a]\ncommand = \"n\"\nenv = {{ A_TOKEN = \"{value}\" }}\n");
    let variables = Variables::new(b"A_TOKEN=another\n".to_vec());
    let text = text(&fill("{alnum:32}").0);
    let fixed = fix::apply(BStr::new(".codex/config.toml"), text.as_bytes(), Safety::Safe, &Nobody, &variables);
    assert!(fixed.taken.is_empty());
    assert!(fixed.left.iter().any(|left| left.reason.contains("`A_TOKEN` stands for another value")));
}

#[test]
fn a_comment_beside_what_is_taken_out_stays() {
    assert_mended(
        ".codex/config.toml",
        "[mcp_servers.a]\ncommand = \"n\"\n\n[mcp_servers.a.env]\nLOG = \"debug\"\nA_TOKEN = \"VALUE\" # stays\n",
        "[mcp_servers.a]\ncommand = \"n\"\nenv_vars = [\"A_TOKEN\"]\n\n[mcp_servers.a.env]\nLOG = \"debug\"\n# stays\n",
        &[("A_TOKEN", "VALUE")],
    );
    assert_mended(
        ".config/goose/config.yaml",
        "extensions:\n  a:\n    cmd: node\n    envs:\n      LOG: debug\n      A_TOKEN: VALUE # the token\n",
        "extensions:\n  a:\n    env_keys:\n    - A_TOKEN\n    cmd: node\n    envs:\n      LOG: debug\n      # the token\n",
        &[("A_TOKEN", "VALUE")],
    );
}

#[test]
fn a_name_that_another_configuration_refers_to_is_left_to_it() {
    let git = repository();
    let (one, other) = (fill("{alnum:32}").0, fill("{alnum:31}").0);
    let text = |value: &str| {
        format!(
            "{{\"mcpServers\": {{\"a\": {{\"command\": \"npx\", \"args\": [\"mcp-remote@0.1.29\", \"https://a.acme.dev/sse\", \
             \"--header\", \"Authorization:${{AUTH_HEADER}}\"], \"env\": {{\"AUTH_HEADER\": \"{value}\"}}}}}}}}\n"
        )
    };
    git.write(".cursor/mcp.json", text(&format!("Bearer {one}")));
    git.write(".mcp.json", text(&format!("Bearer {other}")));
    run(&git, &[]);
    assert_eq!(read(&git, ".cursor/mcp.json"), text("${env:AUTH_HEADER_2}"));
    assert_eq!(read(&git, ".mcp.json"), text("${AUTH_HEADER}"));
    let env = read(&git, ".env").replace(&one, "ONE").replace(&other, "OTHER");
    assert_eq!(env, "AUTH_HEADER_2='Bearer ONE'\nAUTH_HEADER='Bearer OTHER'\n");
}
