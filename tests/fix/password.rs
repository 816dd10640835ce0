//! A password with signs that elsewhere refer to a variable.

use super::command::{fix, read, repository};
use super::fill;

#[test]
fn a_variable_among_the_words_of_a_password_is_a_part_of_it() {
    let word = fill("{alnum:14}").0;
    for (path, reference) in [(".cursor/mcp.json", "${env:DB_PASSWORD}"), (".mcp.json", "${DB_PASSWORD}")] {
        for password in [format!("{word} $HOME x"), format!("{word} $HOME"), format!("{word} $USER {word}")] {
            let git = repository();
            let document = |value: &str| {
                format!(
                    "{{\"mcpServers\": {{\"db\": {{\"command\": \"db\", \"env\": {{\"DB_PASSWORD\": \"{value}\"}}}}}}}}\n"
                )
            };
            git.write(path, document(&password));
            let (code, out) = fix(&git, &[]);
            assert_eq!(code, 0, "{out}");
            assert!(read(&git, path) == document(reference), "the password is moved as one");
            assert!(read(&git, ".env").contains("$"), "with its signs");
        }
    }
}

#[test]
fn a_variable_that_is_all_of_a_password_or_stands_behind_a_scheme_stays_a_reference() {
    for value in ["$DB_PASS", "Bearer $DB_PASS"] {
        let git = repository();
        let document = |value: &str| {
            format!(
                "{{\"mcpServers\": {{\"db\": {{\"command\": \"db\", \"env\": {{\"DB_PASSWORD\": \"{value}\"}}}}}}}}\n"
            )
        };
        git.write(".cursor/mcp.json", document(value));
        let (code, out) = fix(&git, &[]);
        assert_eq!(code, 0, "{out}");
        assert_eq!(read(&git, ".cursor/mcp.json"), document(&value.replace("$DB_PASS", "${env:DB_PASS}")));
    }
}

#[test]
fn a_password_that_begins_as_a_reference_does_is_moved_and_not_wrapped() {
    let word = fill("{alnum:11}").0;
    for password in
        [format!("$qK7w{word}x"), format!("{word}/$HOME"), format!("$HOME{word}!7"), format!("{word}:$USER 9")]
    {
        for path in [".mcp.json", ".cursor/mcp.json"] {
            let git = repository();
            let text = format!(
                "{{\"mcpServers\": {{\"db\": {{\"command\": \"db\", \"env\": {{\"DB_PASSWORD\": \"{password}\"}}}}}}}}\n"
            );
            git.write(path, &text);
            let found = crate::lint::lint(path, text.as_bytes());
            let rules: Vec<&str> = found.iter().map(|finding| finding.meta.id.as_ref()).collect();
            assert_eq!(rules, ["mcp/literal-in-env"]);
            let (code, out) = fix(&git, &[]);
            assert_eq!(code, 0, "{out}");
            assert!(!read(&git, path).contains(&word), "the password is out of the file");
            assert!(read(&git, ".env").contains(&password), "and moved as it is");
        }
    }
}
