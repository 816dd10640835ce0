//! Agents' hooks with the real program and its rules.

use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::{Output, Stdio};

use super::{PROGRAM, keysweep, said, token};
use crate::git::Git;

/// Runs the hook as the agent would, with `event` on its standard input.
fn run(git: &Git, command: &str, event: &serde_json::Value) -> Output {
    let ours = Path::new(PROGRAM).parent().expect("the program lies in a directory");
    let mut child = git
        .command("sh")
        .args(["-c", command])
        .env("PATH", format!("{}:/usr/bin:/bin", ours.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut input = child.stdin.take().expect("standard input is a pipe");
    match input.write_all(event.to_string().as_bytes()) {
        // A command that is disabled ends before it reads anything.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        written => written.expect("the program reads its input"),
    }
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
    assert!(keysweep(&git, &["hook", "status"]).contains("claude-code: set up:"));
    git.write(".claude/settings.local.json", "{ /* for now */ \"disableAllHooks\": true, }");
    let status = keysweep(&git, &["hook", "status"]);
    assert!(status.contains("claude-code: set up, but turned off by `disableAllHooks` in "), "{status}");
    let gone = command.replace("keysweep hook", "keysweep-is-gone hook");
    assert_eq!(run(&git, &gone, &harmless).status.code(), Some(2), "without the program nothing goes on");
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
