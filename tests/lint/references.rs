//! References that a client does not resolve: what is said about them, and what is none.

use super::{fill, lint};

/// Returns the document of a client with one variable and one header, in the language of its path.
fn document(path: &str, value: &str) -> String {
    match path.rsplit('.').next() {
        Some("toml") => format!("[mcp_servers.s]\ncommand = \"a\"\nenv = {{ X = '{value}' }}\nargs = ['{value}']\n"),
        Some("yaml") => format!("extensions:\n  s:\n    cmd: a\n    args: ['{value}']\n    envs: {{X: '{value}'}}\n"),
        _ => {
            let key = if path.starts_with(".vscode") { "servers" } else { "mcpServers" };
            format!(
                "{{\"{key}\": {{\"s\": {{\"command\": \"a\", \"args\": [\"{value}\"], \"env\": {{\"X\": \"{value}\"}}, \
                 \"headers\": {{\"Authorization\": \"Bearer {value}\"}}}}}}}}"
            )
        }
    }
}

#[test]
fn a_credential_between_the_braces_of_a_reference_is_not_told() {
    let secret = format!("t_{}", fill("{alnum:31}").0);
    let shapes = ["${@}", "$@", "${env:@}", "{env:@}", "${{ secrets.@ }}", "%@%", "${@:-}"];
    // One client for each way of putting something in place of a literal.
    let paths = [
        ".vscode/mcp.json",
        ".mcp.json",
        ".cursor/mcp.json",
        "claude_desktop_config.json",
        ".codex/config.toml",
        ".config/goose/config.yaml",
    ];
    for path in paths {
        let mut reported = 0;
        for shape in shapes {
            let text = document(path, &shape.replace('@', &secret));
            let found = lint(path, text.as_bytes());
            reported += found.iter().filter(|finding| finding.meta.id == "mcp/unexpanded-reference").count();
            for finding in found {
                let edits = finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.text.as_str()));
                for told in std::iter::once(finding.message.as_str()).chain(edits) {
                    let same = told.to_lowercase().replace('-', "_");
                    assert!(!same.contains(&secret.to_lowercase()), "{path} {shape} tells the secret");
                }
            }
        }
        assert!(reported > 0, "{path}");
    }
}

/// Returns what is reported of Cursor's file, which resolves no `${NAME}`, with `value` as an argument and a variable.
fn reported(value: &str) -> Vec<String> {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"");
    let text = format!(
        "{{\"mcpServers\": {{\"s\": {{\"command\": \"a\", \"args\": [\"{value}\"], \"env\": {{\"TEXT\": \"{value}\"}}}}}}}}"
    );
    let found = lint(".cursor/mcp.json", text.as_bytes()).into_iter();
    found.filter(|finding| finding.meta.id == "mcp/unexpanded-reference").map(|finding| finding.message).collect()
}

#[test]
fn a_query_a_pattern_a_program_and_a_letter_hold_no_reference() {
    for value in [
        "query($id: ID!) { user(id: $id) { name } }",
        "{print $NF}",
        "${name}-${version}.json",
        "Dear ${customer}, total $amount",
        "^\\${foo}$",
    ] {
        assert_eq!(reported(value), Vec::<String>::new(), "{value}");
    }
    for value in [
        "${project}",
        "--project=${project}",
        "${DOCS_TOKEN}",
        "x-${DOCS_HOST}-y",
        "a ${apiToken} b",
        "https://me:${pw}@a.io",
    ] {
        assert_eq!(reported(value).len(), 2, "{value}");
    }
}

#[test]
fn a_store_of_another_client_is_not_taken_for_the_variable() {
    for value in ["${secret:DOCS_TOKEN}", "${VAULT:DOCS_TOKEN}"] {
        let found = reported(value);
        assert!(!found.is_empty(), "{value}");
        assert!(found.iter().all(|message| message.contains("${env:DOCS_TOKEN}")), "{value}: {found:?}");
    }
}

/// Returns what is reported of a setting of LiteLLM's proxy.
fn of_proxy(setting: &str) -> Vec<String> {
    let text = format!(
        "model_list:\n  - model_name: a\n    litellm_params:\n      model: openai/a\n      {setting}\nlitellm_settings: {{}}\n"
    );
    let found = lint("config.yaml", text.as_bytes()).into_iter();
    found.map(|finding| format!("{}: {}", finding.meta.id, finding.message)).collect()
}

#[test]
fn what_stands_around_the_reference_of_a_proxy_is_what_is_told() {
    for setting in [
        "api_key: \"Bearer os.environ/K\"",
        "api_key: \"os.environ/ K\"",
        "api_base: \"https://a.acme.dev/?key=os.environ/K\"",
    ] {
        let found = of_proxy(setting);
        assert!(
            found.len() == 1 && found[0].contains("`os.environ/NAME` only where it is the whole value"),
            "{found:?}"
        );
        assert!(!found[0].contains("process.env"), "{found:?}");
    }
    assert!(of_proxy("api_key: process.env.K")[0].contains("`process.env.NAME`"));
    assert!(!of_proxy("api_key: \"os.environ['K']\"")[0].contains("process.env"));
}

#[test]
fn a_sentence_about_code_is_no_reference_and_a_password_is_reported_once() {
    assert_eq!(of_proxy("description: never print os.environ"), Vec::<String>::new());
    let word = fill("{alnum:14}").0;
    let found = of_proxy(&format!("db_password: {word} $HOME x"));
    assert!(found.len() == 1 && found[0].contains("literal"), "{}", found.len());
}
