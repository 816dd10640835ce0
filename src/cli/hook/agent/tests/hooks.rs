//! What goes around hooks, and how the hooks of agents are set up.

use serde_json::{Value, json};

use super::super::*;
use super::{OneWord, SECRET, answer, tool};

#[test]
fn going_around_hooks_is_stopped_only_where_the_user_asked_for_that() {
    let event = tool("Bash", json!({ "command": "git commit --no-verify -m x" })).to_string();
    assert_eq!(run(Agent::ClaudeCode, event.as_bytes(), false, &OneWord), Reply::default());
    let reply = run(Agent::ClaudeCode, event.as_bytes(), true, &OneWord);
    assert!(reply.stdout.contains("\"deny\"") && reply.stdout.contains("goes around the hooks"), "{}", reply.stdout);
    for (path, stopped) in [("/x/.git/hooks/pre-commit", true), ("/x/.gitignore", false)] {
        let event = tool("Write", json!({ "file_path": path, "content": "exit 0" })).to_string();
        let reply = run(Agent::ClaudeCode, event.as_bytes(), true, &OneWord);
        assert_eq!(reply.stdout.contains("\"deny\""), stopped, "{path}");
    }
}

#[test]
fn a_command_that_is_given_as_words_is_read_as_such() {
    let around =
        "bash <<'E'\napply_patch <<'P'\n*** Begin Patch\n*** Add File: x\n+y\n*** End Patch\nP\ngit commit -n\nE";
    for (input, stopped) in [
        (json!({ "command": ["bash", "-lc", "git commit -n -m x"] }), true),
        (json!({ "command": ["git", "commit", "-n"] }), true),
        (json!({ "cmd": ["sh", "-c", "cd a && git push --no-verify"] }), true),
        (json!({ "command": ["bash", "-lc", around] }), true),
        (json!({ "command": "git", "args": ["commit", "-n"] }), true),
        (json!({ "command": "bash", "arguments": ["-c", "git commit -n"] }), true),
        (json!({ "command": ["git", "commit", "-m", "use git commit -n; never"] }), false),
        (json!({ "command": ["git", "commit", "-m", "$(git commit -n)"] }), false),
        (json!({ "command": ["bash", "-lc", "git commit -m 'git commit -n'"] }), false),
        (json!({ "command": ["echo", "git commit -n"] }), false),
        (json!({ "command": "git", "args": ["commit", "-m", "-n"] }), false),
        (json!({ "command": [] }), false),
    ] {
        let event = tool("shell", input.clone()).to_string();
        let reply = run(Agent::Codex, event.as_bytes(), true, &OneWord);
        assert_eq!(reply.stdout.contains("\"deny\""), stopped, "{input}");
    }
    let patch = format!("*** Begin Patch\n*** Add File: x\n+{SECRET}\n*** End Patch");
    for words in [json!(["apply_patch", patch]), json!(["bash", "-lc", format!("apply_patch <<'E'\n{patch}\nE")])] {
        let denied = answer(Agent::Codex, &tool("shell", json!({ "command": words }))).to_string();
        assert!(denied.contains("read it from the environment variable"), "it is a file: {denied}");
    }
}

#[test]
fn every_tool_that_runs_or_types_a_line_is_looked_at() {
    for (name, input, stopped) in [
        ("exec_command", json!({ "cmd": "git commit -n" }), true),
        ("local_shell", json!({ "action": { "type": "exec", "command": ["git", "commit", "-n"] } }), true),
        ("write_stdin", json!({ "session_id": 1, "chars": "git commit -n\n" }), true),
        ("write_stdin", json!({ "session_id": 1, "chars": "" }), false),
        ("write_bash", json!({ "shellId": "1", "input": "git push --no-verify" }), true),
        ("Monitor", json!({ "command": "git commit -n" }), true),
        ("PowerShell", json!({ "command": "Remove-Item -Recurse .git\\hooks\\pre-commit" }), true),
        ("powershell", json!({ "command": "git commit `\n -n" }), true),
        ("powershell", json!({ "command": "Get-Content .git\\hooks\\pre-commit" }), false),
        ("BashOutput", json!({ "bash_id": "1" }), false),
        ("Bash", json!({ "command": "" }), false),
        ("mcp__host__shell", json!({}), false),
    ] {
        let event = tool(name, input.clone()).to_string();
        let reply = run(Agent::ClaudeCode, event.as_bytes(), true, &OneWord);
        assert_eq!(reply.stdout.contains("goes around the hooks"), stopped, "{name} {input} {}", reply.stdout);
        assert_eq!(reply.stdout.contains("deny"), stopped, "{name} {input} {}", reply.stdout);
    }
}

#[test]
fn an_agents_own_hooks_are_not_taken_out_where_the_user_asked_for_that() {
    let directory = tempfile::tempdir().expect("there is a temporary directory");
    install(Agent::ClaudeCode, directory.path(), false, true, &[]).expect("the settings can be made");
    let path = directory.path().join(".claude/settings.json");
    let whole = std::fs::read_to_string(&path).expect("the settings are there");
    let edit =
        |file: &str, old: &str, new: &str| ("Edit", json!({ "file_path": file, "old_string": old, "new_string": new }));
    let write = |file: &str, content: &str| ("Write", json!({ "file_path": file, "content": content }));
    let deleted = "*** Begin Patch\n*** Delete File: .claude/settings.json\n*** End Patch";
    for ((name, input), stopped) in [
        (edit(".claude/settings.json", "keysweep hook run claude-code --no-bypass || exit 2", "true"), true),
        (edit(".claude/settings.json", " --no-bypass", ""), true),
        (edit(".claude/settings.json", "{\n  \"hooks\"", "{\n  \"disableAllHooks\": true,\n  \"hooks\""), true),
        (edit(".claude/settings.json", "no such: keysweep hook run claude-code", "true"), true),
        (edit(".claude/settings.json", "{\n  \"hooks\"", "{\n  \"model\": \"x\",\n  \"hooks\""), false),
        (write(".claude/settings.json", "{}"), true),
        (write(".claude/settings.json", &whole), false),
        (write(".claude/settings.local.json", "{\"disableAllHooks\": true}"), true),
        (write(".gemini/settings.json", "{\"hooksConfig\": {\"enabled\": false}}"), true),
        (write(".claude/settings.local.json", "{\"model\": \"x\"}"), false),
        (write("docs/settings.json", "{\"disableAllHooks\": true}"), false),
        (("apply_patch", json!({ "command": deleted })), true),
        (("Bash", json!({ "command": "rm .claude/settings.json" })), true),
        (("Bash", json!({ "command": "cd .claude && mv settings.json x" })), true),
        (("Bash", json!({ "command": "rm -rf .claude" })), true),
        (("Bash", json!({ "command": "rm -rf .cursor docs" })), false),
    ] {
        let event =
            json!({ "cwd": directory.path(), "hook_event_name": "PreToolUse", "tool_name": name, "tool_input": input })
                .to_string();
        let reply = run(Agent::ClaudeCode, event.as_bytes(), true, &OneWord);
        assert_eq!(reply.stdout.contains("\"deny\""), stopped, "{name} {input}");
        assert_eq!(run(Agent::ClaudeCode, event.as_bytes(), false, &OneWord), Reply::default(), "nobody asked");
    }
}

#[test]
fn a_hook_manager_keeps_keysweep_whatever_writes_its_file() {
    let directory = tempfile::tempdir().expect("there is a temporary directory");
    let at = |path: &str| directory.path().join(path);
    std::fs::create_dir_all(at(".husky")).expect("the directory is writable");
    let line = "keysweep hook run pre-commit";
    for (path, text) in [
        (".pre-commit-config.yaml", "repos:\n- repo: https://x/keysweep\n  hooks: [{id: keysweep}]\n".to_owned()),
        ("lefthook.yml", format!("pre-commit:\n  jobs:\n  - run: {line}\n")),
        (".husky/pre-commit", format!("{line}\nmake\n")),
    ] {
        std::fs::write(at(path), &text).expect("the directory is writable");
        let more = format!("{text}# more\n");
        for (content, stopped) in [("repos: []\n", true), (&more, false)] {
            let input = json!({ "file_path": path, "content": content });
            let event = json!({ "cwd": directory.path(), "hook_event_name": "PreToolUse", "tool_name": "Write", "tool_input": input });
            let reply = run(Agent::ClaudeCode, event.to_string().as_bytes(), true, &OneWord);
            assert_eq!(reply.stdout.contains("\"deny\""), stopped, "{path} {content}");
        }
    }
}

#[test]
fn what_a_tool_deletes_is_gone() {
    let directory = tempfile::tempdir().expect("there is a temporary directory");
    install(Agent::Cursor, directory.path(), false, true, &[]).expect("the settings can be made");
    for (path, stopped) in [(".cursor/hooks.json", true), (".git/hooks/pre-commit", true), ("src/a.rs", false)] {
        let event = json!({
            "workspace_roots": [directory.path()], "hook_event_name": "preToolUse", "tool_name": "Delete",
            "tool_input": { "file_path": path }
        });
        let reply = run(Agent::Cursor, event.to_string().as_bytes(), true, &OneWord);
        assert_eq!(reply.stdout.contains("deny"), stopped, "{path}: {}", reply.stdout);
    }
}

#[test]
fn what_stops_bypasses_stays_when_hooks_are_set_up_anew() {
    for agent in [Agent::ClaudeCode, Agent::Cursor, Agent::Copilot, Agent::Codex, Agent::Gemini] {
        let directory = tempfile::tempdir().expect("there is a temporary directory");
        let install =
            |no_bypass| install(agent, directory.path(), false, no_bypass, &[]).expect("the settings can be made");
        let status =
            || status(agent, directory.path(), false, &[]).expect("they can be read").expect("they are set up");
        assert!(!install(false).contains("--no-bypass"));
        assert!(status().contains("set up without `--no-bypass`: "), "{}", status());
        assert!(!install(true).contains("is kept"));
        assert!(status().contains("set up with `--no-bypass`: "), "{}", status());
        assert!(install(false).contains("; `--no-bypass` is kept: to be without it, `keysweep hook uninstall "));
        assert!(status().contains("set up with `--no-bypass`: "), "{}", status());
        uninstall(agent, directory.path(), false).expect("the settings can be removed");
        assert!(!install(false).contains("--no-bypass"), "it was taken out");
    }
}

#[test]
fn settings_are_as_they_were_after_installing_and_uninstalling() {
    let before = "{\n    \"permissions\": { \"allow\": [\"Bash(ls)\"] }, // mine\n    \"hooks\": {\n        \"PreToolUse\": [\n            { \"matcher\": \"Bash\", \"hooks\": [] }\n        ]\n    }\n}\n";
    let directory = tempfile::tempdir().expect("there is a temporary directory");
    let path = directory.path().join(".claude/settings.json");
    std::fs::create_dir_all(path.parent().expect("the file lies in a directory")).expect("the directory is writable");
    std::fs::write(&path, before).expect("the directory is writable");
    for no_bypass in [false, true, true] {
        install(Agent::ClaudeCode, directory.path(), false, no_bypass, &[]).expect("the settings can be changed");
    }
    let text = std::fs::read_to_string(&path).expect("the file is there");
    assert_eq!(text.matches("keysweep hook run claude-code --no-bypass").count(), 3, "once for each event: {text}");
    assert!(status(Agent::ClaudeCode, directory.path(), false, &[]).expect("the file can be read").is_some());
    uninstall(Agent::ClaudeCode, directory.path(), false).expect("the settings can be changed");
    assert_eq!(std::fs::read_to_string(&path).expect("the file is there"), before);
}

#[test]
fn every_agent_gets_valid_settings_that_vanish_again() {
    for agent in [Agent::ClaudeCode, Agent::Cursor, Agent::Copilot, Agent::Codex, Agent::Gemini] {
        for user in [false, true] {
            let directory = tempfile::tempdir().expect("there is a temporary directory");
            let root = directory.path();
            let said = install(agent, root, user, false, &[]).expect("the settings can be made");
            let path = said.split(" in ").nth(1).and_then(|rest| rest.split(';').next()).expect("it says where");
            let path = std::path::Path::new(path);
            let value: Value =
                serde_json::from_slice(&std::fs::read(path).expect("the file is there")).expect("it is JSON");
            assert!(value["hooks"].as_object().is_some_and(|hooks| hooks.len() >= 2), "{value}");
            // Whoever writes the settings anew, and sets the hooks up again.
            std::fs::write(path, value.to_string()).expect("the file is writable");
            install(agent, root, user, true, &[]).expect("the settings can be changed");
            uninstall(agent, root, user).expect("the settings can be removed");
            assert_eq!(std::fs::read_dir(root).expect("it is there").count(), 0, "{}", path.display());
            let folder = path.parent().expect("the file lies in a folder");
            let mut cases = vec![None, Some("{}"), Some("{}\n"), Some("{\"mine\":1}"), Some("{\n  \"mine\": 1\n}\n")];
            cases.push(Some("{\n  \"a\": 1,\n  // my note\n  \"hooks\": {}\n}\n"));
            cases.push(Some("{\"a\":1,\"hooks\":{}}"));
            cases.push(Some("{\"hooks\":{\"PreToolUse\":[],\"preToolUse\":[],\"BeforeTool\":[]}}"));
            if matches!(agent, Agent::Cursor | Agent::Copilot) {
                cases.extend([Some("{ \"version\": 1 }\n"), Some("{\n  \"version\": 1\n}\n")]);
            }
            for before in cases {
                std::fs::create_dir_all(folder).expect("the directory is writable");
                if let Some(before) = before {
                    std::fs::write(path, before).expect("the directory is writable");
                }
                for no_bypass in [false, true] {
                    install(agent, root, user, no_bypass, &[]).expect("the settings can be changed");
                }
                uninstall(agent, root, user).expect("the settings can be changed");
                assert!(folder.is_dir(), "{before:?}");
                assert_eq!(std::fs::read_to_string(path).ok().as_deref(), before, "{}", path.display());
            }
        }
    }
}

#[test]
fn what_settings_say_was_made_takes_nothing_else_along() {
    for made in ["../x", "x/settings.json", "e/settings.json", "s/.claude/settings.json", "", "."] {
        let directory = tempfile::tempdir().expect("there is a temporary directory");
        let path = directory.path().join(".claude/settings.json");
        install(Agent::ClaudeCode, directory.path(), false, false, &[]).expect("the settings can be made");
        let text = std::fs::read_to_string(&path).expect("the file is there");
        let text = text.replace("keysweep made .claude/settings.json", &format!("keysweep made {made}"));
        std::fs::write(&path, text).expect("the file is writable");
        uninstall(Agent::ClaudeCode, directory.path(), false).expect("the settings can be changed");
        assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), Some("{}\n"), "{made}");
    }
}
