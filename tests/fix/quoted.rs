//! A quoted value that the rule for assignments finds too: its quotes stay, and nobody finds anything afterwards.

use super::command::{fix, read, repository};
use super::fill;
use crate::git::Git;

/// Returns the rules of what a scan without lints' knowledge of the path finds: the same text in a file of no client.
fn rules(git: &Git, arguments: &[&str]) -> Vec<String> {
    let (_, report) = git.keysweep(arguments);
    let findings = report["findings"].as_array().expect("a list").iter();
    findings
        .filter(|finding| finding["blocking"] == true)
        .map(|finding| finding["rule"].as_str().expect("a text").to_owned())
        .collect()
}

#[test]
fn a_quoted_value_that_the_generic_rule_finds_keeps_its_quotes() {
    let value = fill("{alnum:32}").0;
    let yaml = |value: &str, quote: &str| {
        format!("mcpServers:\n  - name: a\n    command: a\n    env:\n      API_TOKEN: {quote}{value}{quote} # ours\n")
    };
    let json = |value: &str| {
        format!(
            "{{\n  \"mcpServers\": {{ \"a\": {{ \"command\": \"a\", \"env\": {{ \"API_TOKEN\": \"{value}\" }} }} }}\n}}\n"
        )
    };
    let lite = |value: &str, quote: &str| {
        format!("general_settings:\n  master_key: {quote}{value}{quote}\nlitellm_settings: {{}}\n")
    };
    let github = "${{ secrets.API_TOKEN }}";
    for (path, before, after) in [
        (".continue/mcpServers/a.yaml", yaml(&value, "'"), yaml(github, "'")),
        (".continue/mcpServers/a.yaml", yaml(&value, "\""), yaml(github, "\"")),
        (".mcp.json", json(&value), json("${API_TOKEN}")),
        ("config.yaml", lite(&value, "'"), lite("os.environ/MASTER_KEY", "'")),
        ("config.yaml", lite(&value, "\""), lite("os.environ/MASTER_KEY", "\"")),
    ] {
        let git = repository();
        // Where no client reads it, only the generic rule knows the value.
        git.write("notes/copy.txt", &before);
        assert!(rules(&git, &["scan", "notes"]).iter().any(|rule| rule == "generic/secret"), "{path}");
        std::fs::remove_file(git.file("notes/copy.txt")).expect("ours");
        git.write(path, &before);
        assert!(rules(&git, &["scan"]).iter().all(|rule| rule != "generic/secret"), "{path}: the lint says more");
        let (code, out) = fix(&git, &[]);
        assert_eq!(code, 0, "{out}");
        assert!(!out.contains(&value));
        assert_eq!(read(&git, path), after);
        assert_eq!(rules(&git, &["scan"]), [""; 0], "{path}");
        assert_eq!(rules(&git, &["lint"]), [""; 0], "{path}");
    }
}

#[test]
fn a_proxy_takes_all_of_a_value_that_stands_in_a_reference() {
    let value = fill("{alnum:32}").0;
    for (written, moved) in [
        (format!("${{OLD_KEY:-{value}}}"), value.clone()),
        (format!("${{{value}}}"), value.clone()),
        (format!("Bearer ${{{value}}}"), format!("Bearer {value}")),
    ] {
        let git = repository();
        let lite = |value: &str| format!("general_settings:\n  master_key: \"{value}\"\nlitellm_settings: {{}}\n");
        git.write("config.yaml", lite(&written));
        let (code, out) = fix(&git, &[]);
        assert_eq!(code, 0, "{out}");
        let text = read(&git, "config.yaml");
        assert!(text.contains("master_key: \"os.environ/"), "the whole value is a reference");
        let kept = read(&git, ".env");
        assert!(kept.contains(&moved) && !kept.contains('{'), "the value is moved without the braces");
    }
}
