//! Agents' hooks with the real program and its rules.

use std::io::Write as _;
use std::process::{Output, Stdio};

use super::{PROGRAM, keysweep, said, token};
use crate::git::Git;

/// Runs the hook as the agent would, with `event` on its standard input.
fn run(git: &Git, command: &str, event: &serde_json::Value) -> Output {
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let mut child = git
        .command(PROGRAM)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut input = child.stdin.take().expect("standard input is a pipe");
    input.write_all(event.to_string().as_bytes()).expect("the program reads its input");
    drop(input);
    child.wait_with_output().expect("the program ends")
}

#[test]
fn what_is_installed_for_claude_code_stops_a_token_and_goes_again() {
    let git = Git::new();
    let before = "{\n  \"permissions\": {\n    \"allow\": []\n  }\n}\n";
    let path = git.write(".claude/settings.json", before);
    git.write("sub/x", "");
    keysweep(&git.at("sub"), &["hook", "install", "claude-code", "--no-bypass"]);
    let settings: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).expect("the settings are there")).expect("they are JSON");
    let command = settings["hooks"]["PreToolUse"][0]["hooks"][0]["command"].as_str().expect("a command is entered");
    let event = |tool: &str, input: serde_json::Value| serde_json::json!({ "hook_event_name": "PreToolUse", "cwd": git.path(), "tool_name": tool, "tool_input": input });
    let write = event("Write", serde_json::json!({ "file_path": git.file(".env"), "content": super::leak() }));
    let output = run(&git, command, &write);
    let text = said(&output);
    assert!(output.status.success() && text.contains("\"deny\"") && text.contains("GITLAB_TOKEN"), "{text}");
    assert!(!text.contains(&token()));
    let bypass = event("Bash", serde_json::json!({ "command": "git commit --no-verify -m x" }));
    assert!(said(&run(&git, command, &bypass)).contains("\"deny\""));
    let harmless = event("Bash", serde_json::json!({ "command": "git status" }));
    assert_eq!(said(&run(&git, command, &harmless)), "");
    assert!(keysweep(&git, &["hook", "status"]).contains("claude-code: set up"));
    keysweep(&git, &["hook", "uninstall"]);
    assert_eq!(std::fs::read_to_string(&path).expect("the settings are there"), before);
}

#[test]
fn a_prompt_with_a_token_is_stopped_for_every_agent_that_allows_it() {
    let git = Git::new();
    for (agent, name, expected) in [
        ("claude-code", "UserPromptSubmit", "\"decision\":\"block\""),
        ("codex", "UserPromptSubmit", "\"decision\":\"block\""),
        ("gemini", "BeforeAgent", "\"decision\":\"deny\""),
        ("cursor", "beforeSubmitPrompt", "\"continue\":false"),
    ] {
        let event = serde_json::json!({ "hook_event_name": name, "prompt": format!("use {} please", token()) });
        let text = said(&run(&git, &format!("keysweep hook run {agent}"), &event));
        assert!(text.contains(expected) && !text.contains(&token()), "{agent}: {text}");
    }
}
