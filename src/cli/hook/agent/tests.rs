//! Each agent's events and answers, with a scanner that knows one word.

mod hooks;

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::cli::hook::scanner::{Text, What};
use crate::finding::{Confidence, Finding, Kind as Problem, Meta, Place, Severity};
use crate::secret::Identity;
use crate::source::{Origin, Span};

/// What the scanner below takes for a credential.
const SECRET: &str = "S3CRET-MARKER";

struct OneWord;

impl Scan for OneWord {
    fn texts(&self, texts: &[Text<'_>]) -> miette::Result<Vec<Vec<Finding>>> {
        let found = |text: &Text<'_>| memchr::memmem::find(text.bytes, SECRET.as_bytes()).map(|_| finding());
        Ok(texts.iter().map(|text| found(text).into_iter().collect()).collect())
    }

    fn report(&self, _: &What) -> miette::Result<u8> {
        unreachable!("agents scan texts alone")
    }
}

fn finding() -> Finding {
    let meta = Meta {
        id: "test/word".to_owned(),
        title: "test word".to_owned(),
        severity: Severity::High,
        confidence: Confidence::High,
        why: String::new(),
        fix: String::new(),
        kind: Problem::Credential,
    };
    let place = Place::new(Origin::Stdin, Span::default());
    let mut finding = Finding::new(Arc::new(meta), Identity::of("test", SECRET.as_bytes()), "", place);
    finding.masked = "S3*** (13 characters)".to_owned();
    finding.variable = Some("TEST_WORD".to_owned());
    finding
}

fn reply(agent: Agent, event: &Value) -> Reply {
    run(agent, event.to_string().as_bytes(), false, &OneWord)
}

fn answer(agent: Agent, event: &Value) -> Value {
    let reply = reply(agent, event);
    assert_eq!((reply.code, reply.stderr.as_str()), (0, ""), "the answer is in the JSON");
    assert!(!reply.stdout.contains(SECRET), "the credential is not repeated");
    if reply.stdout.is_empty() { Value::Null } else { serde_json::from_str(&reply.stdout).expect("it answers in JSON") }
}

fn tool(name: &str, input: Value) -> Value {
    json!({ "session_id": "1", "cwd": "/", "hook_event_name": "PreToolUse", "tool_name": name, "tool_input": input })
}

#[test]
fn claude_code_and_codex_deny_a_tool_that_would_spread_a_credential() {
    for agent in [Agent::ClaudeCode, Agent::Codex] {
        let denied = answer(agent, &tool("Bash", json!({ "command": format!("curl -H 'X: {SECRET}' x") })));
        let output = &denied["hookSpecificOutput"];
        assert_eq!((&output["hookEventName"], &output["permissionDecision"]), (&json!("PreToolUse"), &json!("deny")));
        let why = output["permissionDecisionReason"].as_str().expect("a reason is given");
        assert_eq!(
            why,
            "This call contains test word (S3*** (13 characters)): leave it out and let the shell fill it in, as in \"$TEST_WORD\", with TEST_WORD set outside of the conversation."
        );
        assert_eq!(answer(agent, &tool("Bash", json!({ "command": "ls" }))), Value::Null);
        let prompt = json!({ "hook_event_name": "UserPromptSubmit", "prompt": format!("use {SECRET}") });
        assert_eq!(answer(agent, &prompt)["decision"], "block");
    }
}

#[test]
fn every_text_of_a_tool_is_looked_at_but_what_it_takes_away() {
    let table = [
        ("Write", json!({ "file_path": "/nowhere/x.env", "content": SECRET }), true),
        ("Edit", json!({ "file_path": "/nowhere/x", "old_string": "a", "new_string": SECRET }), true),
        ("Edit", json!({ "file_path": "/nowhere/x", "old_string": SECRET, "new_string": "a" }), false),
        (
            "Edit",
            json!({ "file_path": "/nowhere/x", "old_string": SECRET, "new_string": format!("{SECRET} moved") }),
            false,
        ),
        (
            "MultiEdit",
            json!({ "edits": [{ "old_string": "a", "new_string": "b" }, { "old_string": "c", "new_string": SECRET }] }),
            true,
        ),
        ("mcp__x__y", json!({ "deep": { "list": [1, { "text": SECRET }] } }), true),
        ("Bash", json!({ "command": ["sh", "-c", SECRET] }), true),
        (
            "apply_patch",
            json!({ "command": format!("*** Begin Patch\n-x = {SECRET}\n+x = env\n*** End Patch") }),
            false,
        ),
        ("apply_patch", json!({ "command": format!("*** Begin Patch\n-x = env\n+x = {SECRET}\n*** End Patch") }), true),
    ];
    for (name, input, stopped) in table {
        assert_eq!(answer(Agent::ClaudeCode, &tool(name, input.clone())) != Value::Null, stopped, "{name}");
    }
}

#[test]
fn a_credential_that_the_file_has_already_is_not_added_again() {
    let directory = tempfile::tempdir().expect("there is a temporary directory");
    let path = directory.path().join("old.env");
    std::fs::write(&path, format!("A={SECRET}\n")).expect("the directory is writable");
    let write =
        |path: &std::path::Path| tool("Write", json!({ "file_path": path, "content": format!("A={SECRET}\nB=1\n") }));
    assert_eq!(answer(Agent::ClaudeCode, &write(&path)), Value::Null);
    assert_ne!(answer(Agent::ClaudeCode, &write(&directory.path().join("new.env"))), Value::Null);
}

#[test]
fn what_a_file_has_does_not_count_for_what_goes_elsewhere() {
    let directory = tempfile::tempdir().expect("there is a temporary directory");
    std::fs::write(directory.path().join("old.env"), format!("A={SECRET}\n")).expect("the directory is writable");
    let event = |tool: &str, input: Value| json!({ "cwd": directory.path(), "hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": input });
    let moved = format!(
        "*** Begin Patch\n*** Update File: old.env\n@@\n-A={SECRET}\n+A=env\n*** Add File: new.py\n+a = '{SECRET}'\n*** End Patch"
    );
    let beside = format!("*** Begin Patch\n*** Update File: old.env\n@@\n A={SECRET}\n+B=1\n*** End Patch");
    let taken = format!("*** Begin Patch\n*** Update File: old.env\n@@\n-A={SECRET}\n+A=env\n*** End Patch");
    let table = [
        ("mcp__chat__send", json!({ "path": "old.env", "text": SECRET }), true),
        ("mcp__chat__send", json!({ "old_string": SECRET }), true),
        (
            "mcp__files__edit_file",
            json!({ "path": "old.env", "edits": [{ "oldText": SECRET, "newText": "x" }] }),
            false,
        ),
        ("mcp__files__edit_file", json!({ "path": "old.env", "old_string": "x", "new_string": SECRET }), true),
        ("mcp__files__write_file", json!({ "path": "old.env", "content": format!("A={SECRET}") }), true),
        ("mcp__files__write_file", json!({ "path": "old.env", "content": "A=env" }), false),
        ("apply_patch", json!({ "command": moved }), true),
        ("apply_patch", json!({ "command": beside }), false),
        ("apply_patch", json!({ "input": taken }), false),
        ("Bash", json!({ "command": format!("apply_patch <<'EOF'\n{taken}\nEOF") }), false),
        ("Bash", json!({ "command": format!("send <<'EOF'\n{taken}\nEOF") }), true),
        (
            "multi_replace_string_in_file",
            json!({ "replacements": [
                { "filePath": "old.env", "oldString": SECRET, "newString": "x" },
                { "filePath": "new.py", "oldString": "y", "newString": SECRET },
            ]}),
            true,
        ),
    ];
    for (tool, input, stopped) in table {
        assert_eq!(answer(Agent::ClaudeCode, &event(tool, input.clone())) != Value::Null, stopped, "{tool} {input}");
    }
}

#[test]
fn names_of_values_and_prompts_in_parts_are_looked_at() {
    assert_ne!(answer(Agent::ClaudeCode, &tool("mcp__x__y", json!({ SECRET: 1 }))), Value::Null);
    let prompt = json!({ "hook_event_name": "UserPromptSubmit", "prompt": [{ "type": "text", "text": SECRET }] });
    assert_eq!(answer(Agent::ClaudeCode, &prompt)["decision"], "block");
    let patch = format!("*** Begin Patch\n-{SECRET}\n*** End Patch");
    let prompt = json!({ "hook_event_name": "UserPromptSubmit", "prompt": patch });
    assert_eq!(answer(Agent::ClaudeCode, &prompt)["decision"], "block");
}

#[test]
fn the_event_may_be_named_in_camel_case() {
    for agent in [Agent::Copilot, Agent::ClaudeCode] {
        let event = |input: Value| json!({ "hookEventName": "PreToolUse", "sessionId": "1", "cwd": "/", "tool_name": "create_file", "tool_input": input });
        let denied = answer(agent, &event(json!({ "filePath": "x", "content": SECRET })));
        assert_eq!(denied["hookSpecificOutput"]["permissionDecision"], "deny");
        assert_eq!(answer(agent, &event(json!({ "filePath": "x", "content": "y" }))), Value::Null);
    }
}

#[test]
fn a_written_file_is_read_from_disk() {
    let directory = tempfile::tempdir().expect("there is a temporary directory");
    std::fs::write(directory.path().join("a"), SECRET).expect("the directory is writable");
    let event = json!({
        "hook_event_name": "PostToolUse", "cwd": directory.path(), "tool_name": "Write", "tool_input": { "file_path": "a" },
    });
    assert_eq!(answer(Agent::ClaudeCode, &event)["decision"], "block");
    let event = json!({ "hook_event_name": "afterFileEdit", "workspace_roots": [directory.path()], "file_path": "a", "edits": [] });
    let reply = reply(Agent::Cursor, &event);
    assert!(reply.stderr.starts_with("keysweep: The file that was written contains test word"), "{}", reply.stderr);
    assert_eq!((reply.stdout.as_str(), reply.code), ("", 0), "it is too late to stop it");
}

#[test]
fn the_files_of_a_patch_are_read_from_disk() {
    let directory = tempfile::tempdir().expect("there is a temporary directory");
    std::fs::write(directory.path().join("a"), "clean").expect("the directory is writable");
    std::fs::write(directory.path().join("b"), SECRET).expect("the directory is writable");
    let patch = |names: &[&str]| {
        let files: String = names.iter().map(|name| format!("*** Update File: {name}\n@@\n+x\n")).collect();
        json!({
            "hook_event_name": "PostToolUse", "cwd": directory.path(), "tool_name": "apply_patch",
            "tool_input": { "command": format!("*** Begin Patch\n{files}*** End Patch") }, "tool_response": "done",
        })
    };
    assert_eq!(answer(Agent::Codex, &patch(&["a", "b"]))["decision"], "block");
    assert_eq!(answer(Agent::Codex, &patch(&["a"])), Value::Null);
}

#[test]
fn cursor_is_told_with_permission_and_continue() {
    let shell = |command: &str| json!({ "hook_event_name": "beforeShellExecution", "command": command, "cwd": "/", "workspace_roots": ["/"] });
    let denied = answer(Agent::Cursor, &shell(SECRET));
    assert_eq!(denied["permission"], "deny");
    assert!(denied["agent_message"].as_str().is_some_and(|why| why.contains("$TEST_WORD")));
    assert_eq!(answer(Agent::Cursor, &shell("ls")), json!({}), "no permission is given that was not asked for");
    let mcp = json!({ "hook_event_name": "beforeMCPExecution", "tool_name": "x", "tool_input": json!({ "q": SECRET }).to_string() });
    assert_eq!(answer(Agent::Cursor, &mcp)["permission"], "deny");
    let prompt = |text: &str| json!({ "hook_event_name": "beforeSubmitPrompt", "prompt": text });
    assert_eq!(answer(Agent::Cursor, &prompt(SECRET))["continue"], false);
    assert_eq!(answer(Agent::Cursor, &prompt("hello")), json!({ "continue": true }));
}

#[test]
fn copilot_is_told_in_the_form_of_its_event() {
    let native = |text: &str| json!({ "sessionId": "1", "cwd": "/", "toolName": "bash", "toolArgs": json!({ "command": text }).to_string() });
    assert_eq!(answer(Agent::Copilot, &native(SECRET))["permissionDecision"], "deny");
    assert_eq!(answer(Agent::Copilot, &native("ls")), Value::Null);
    let both = answer(Agent::Copilot, &tool("Bash", json!({ "command": SECRET })));
    assert_eq!(
        (&both["permissionDecision"], &both["hookSpecificOutput"]["permissionDecision"]),
        (&json!("deny"), &json!("deny"))
    );
    let prompt = reply(Agent::Copilot, &json!({ "sessionId": "1", "prompt": SECRET }));
    assert_eq!((prompt.code, prompt.stdout.as_str()), (2, ""), "its answer to a prompt is not read, so it warns");
    let result = json!({ "toolName": "bash", "toolArgs": {}, "toolResult": { "textResultForLlm": SECRET } });
    assert_eq!(reply(Agent::Copilot, &result), Reply::default());
}

#[test]
fn gemini_is_told_with_a_decision() {
    let event = |name: &str| json!({ "hook_event_name": name, "cwd": "/", "prompt": SECRET, "tool_name": "write_file", "tool_input": { "content": SECRET } });
    for name in ["BeforeTool", "BeforeAgent"] {
        let denied = answer(Agent::Gemini, &event(name));
        assert_eq!(denied["decision"], "deny");
        assert!(denied["reason"].as_str().is_some_and(|why| why.contains("TEST_WORD")));
    }
    assert_eq!(answer(Agent::Gemini, &event("SessionStart")), Value::Null);
}

#[test]
fn the_sentence_uses_the_reference_syntax_of_the_file() {
    let table = [
        (Agent::ClaudeCode, "/p/.mcp.json", "`${TEST_WORD}`"),
        (Agent::Cursor, "/p/.cursor/mcp.json", "`${env:TEST_WORD}`"),
        (Agent::Copilot, "/p/.vscode/mcp.json", "`${input:test-word}`"),
        (Agent::Codex, "/h/.codex/config.toml", "`env_vars = [\"TEST_WORD\"]`"),
        (Agent::Gemini, "/p/.gemini/settings.json", "`${TEST_WORD}`"),
        (Agent::ClaudeCode, "/p/src/main.rs", "environment variable TEST_WORD"),
    ];
    for (agent, path, expected) in table {
        let event = tool("Write", json!({ "file_path": path, "content": SECRET }));
        let event = match agent {
            Agent::Gemini => event.to_string().replace("PreToolUse", "BeforeTool"),
            _ => event.to_string(),
        };
        let said = run(agent, event.as_bytes(), false, &OneWord).stdout.replace("\\\"", "\"");
        assert!(said.contains(expected), "{path}: {said}");
    }
}

#[test]
fn what_cannot_be_understood_is_stopped() {
    let no_text = r#"{"hook_event_name": "BeforeAgent"}"#;
    for input in ["", "no JSON", "[]", "{}", r#"{"hook_event_name": 1}"#, no_text] {
        let reply = run(Agent::Gemini, input.as_bytes(), false, &OneWord);
        assert_eq!((reply.code, reply.stdout.as_str(), reply.stderr.lines().count()), (2, "", 1), "{input}");
    }
}

#[test]
fn a_tool_of_which_the_event_says_too_little_is_stopped() {
    let names = [
        (Agent::ClaudeCode, "PreToolUse"),
        (Agent::Codex, "PreToolUse"),
        (Agent::Copilot, "PreToolUse"),
        (Agent::Gemini, "BeforeTool"),
        (Agent::Cursor, "preToolUse"),
        (Agent::Cursor, "beforeMCPExecution"),
        (Agent::Cursor, "beforeShellExecution"),
    ];
    for (agent, name) in names {
        for (mut event, lacking) in [
            (json!({}), ""),
            (json!({ "tool_input": { "x": "ls" } }), "the name of a tool"),
            (json!({ "tool_name": 1, "tool_input": { "x": "ls" } }), "the name of a tool"),
            (json!({ "tool_name": "Bash" }), ""),
            (json!({ "tool_name": "Bash", "tool_input": 7 }), "what the tool is given"),
            (json!({ "tool_name": "Bash", "tool_input": {} }), "a command"),
            (json!({ "tool_name": "Bash", "tool_input": null }), "a command"),
            (json!({ "tool_name": "exec_command", "tool_input": { "cmd": 1 } }), "a command"),
            (json!({ "tool_name": "run_shell_command", "tool_input": { "command": [1] } }), "a command"),
        ] {
            event["hook_event_name"] = json!(name);
            let said = answer(agent, &event).to_string();
            assert!(
                said.contains("\"deny\"") && said.contains(&format!("lacks {lacking}")),
                "{agent:?} {event} {said}"
            );
        }
        let mut event = json!({ "hook_event_name": name, "tool_name": "mcp__x__list", "tool_input": null });
        if name == "beforeShellExecution" {
            event = json!({ "hook_event_name": name, "command": "ls" });
        }
        assert!(!answer(agent, &event).to_string().contains("deny"), "{agent:?} {event}");
    }
}

#[test]
fn an_event_of_copilots_that_says_too_little_is_stopped() {
    for event in
        [json!({ "toolName": "bash" }), json!({ "toolArgs": "{}" }), json!({ "toolName": "bash", "toolArgs": "{}" })]
    {
        assert_eq!(answer(Agent::Copilot, &event)["permissionDecision"], "deny", "{event}");
    }
    for event in [json!({}), json!({ "sessionId": "1", "cwd": "/" }), json!({ "prompt": 1 }), json!({ "tool": "bash" })]
    {
        let reply = reply(Agent::Copilot, &event);
        assert_eq!((reply.code, reply.stderr.lines().count()), (2, 1), "{event}");
        assert!(reply.stdout.contains("\"permissionDecision\":\"deny\""), "what Copilot reads of a tool: {event}");
    }
    for event in [
        json!({ "sessionId": "1", "cwd": "/", "source": "new" }),
        json!({ "sessionId": "1", "reason": "complete" }),
        json!({ "error": { "message": "x" } }),
        json!({ "toolName": "view", "toolArgs": {} }),
        json!({ "prompt": "" }),
    ] {
        assert_eq!(reply(Agent::Copilot, &event), Reply::default(), "{event}");
    }
}
