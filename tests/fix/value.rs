//! The value that `keysweep fix` moves, and the references that it leaves alone.

use super::command::{fix, read, repository};
use super::fill;
use crate::git::Git;

/// What a shell reads as the variable from `.env`.
fn sourced(git: &Git, variable: &str) -> String {
    let script = format!(". ./.env; printf %s \"${variable}\"");
    let output = git.command("sh").args(["-c", &script]).output().expect("a shell");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_value_that_is_escaped_in_its_document_is_moved_as_it_is_meant() {
    let value = fill("{alnum:20}").0;
    for (written, meant) in [
        (format!("{value}\\\"{value}"), format!("{value}\"{value}")),
        (format!("{value}\\\\{value}"), format!("{value}\\{value}")),
        (format!("{value}\\/{value}"), format!("{value}/{value}")),
        (format!("{value}\\u0026{value}"), format!("{value}&{value}")),
    ] {
        let git = repository();
        git.write(
            ".mcp.json",
            format!(
                "{{\"mcpServers\": {{\"a\": {{\"command\": \"a\", \"env\": {{\"ACME_TOKEN\": \"{written}\"}}}}}}}}\n"
            ),
        );
        let (code, _) = fix(&git, &[]);
        assert_eq!(code, 0);
        assert!(sourced(&git, "ACME_TOKEN") == meant, "the value that is moved is the one that the client had");
    }
}

#[test]
fn a_reference_of_another_shell_is_no_reference_with_something_behind() {
    for text in ["$env:ACME_TOKEN", "$$ACME_TOKEN"] {
        let git = repository();
        let document =
            format!("{{\"mcpServers\": {{\"a\": {{\"command\": \"a\", \"env\": {{\"ACME_TOKEN\": \"{text}\"}}}}}}}}\n");
        git.write(".cursor/mcp.json", &document);
        fix(&git, &[]);
        assert_eq!(read(&git, ".cursor/mcp.json"), document);
    }
}
