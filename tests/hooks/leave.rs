//! The leave that agents would give themselves, with the real program and its rules.

use super::agents::{run, secret, told};
use super::{keysweep, said, token};
use crate::git::Git;

/// The comment that allows what stands on its line, or on the next one.
const ALLOW: &str = "# keysweep:allow a sample";

#[test]
fn an_agent_gives_itself_no_leave_with_a_comment() {
    let git = Git::new();
    let known = format!("A = 1\nGITLAB_TOKEN = \"OLD\"  {ALLOW}\n");
    git.write("known.py", &known);
    git.write("held.py", format!("{ALLOW}\n{}", super::leak()));
    let (leak, token) = (super::leak().trim_end().to_owned(), token());
    let write = |path: &str, content: String| ("Write", serde_json::json!({ "file_path": path, "content": content }));
    let edit = |path: &str, old: &str, new: String| {
        ("Edit", serde_json::json!({ "file_path": path, "old_string": old, "new_string": new }))
    };
    let bash = |command: String| ("Bash", serde_json::json!({ "command": command }));
    for ((tool, input), stopped) in [
        (bash(format!("{leak} make {ALLOW}")), true),
        (bash(format!("{ALLOW}\n{leak} make")), true),
        (("mcp__chat__send", serde_json::json!({ "text": format!("{token} {ALLOW}") })), true),
        (write("new.py", format!("{leak} {ALLOW}\n")), true),
        (edit("known.py", "A = 1", format!("{leak} {ALLOW}")), true),
        (edit("known.py", "A = 1", format!("{leak} # keysweep:allow[gitlab] other")), true),
        (edit("none.py", "gone", format!("{leak} {ALLOW}")), true),
        (edit("held.py", "\n", format!("\n{}\n{ALLOW}\n", secret_line())), true),
        (edit("known.py", "OLD", token.clone()), false),
        (edit("known.py", "A = 1\n", String::new()), false),
        (write("held.py", format!("{ALLOW}\n{leak}\n{ALLOW}\nX = 1\n")), false),
        (edit("held.py", "\n", "\n\n".to_owned()), false),
        (write("new.py", format!("X = 1 {ALLOW}\n")), false),
        (bash(format!("rg '{ALLOW}'")), false),
    ] {
        let text = told(&git, "claude-code", "PreToolUse", tool, &input);
        assert_eq!(text.contains("deny"), stopped, "{tool} {input}: {text}");
        let is_explained =
            text.contains("a `keysweep:allow` comment counts only where a person has put it into a file");
        assert_eq!(is_explained, stopped, "{text}");
    }
    let prompt = serde_json::json!({ "hook_event_name": "UserPromptSubmit", "prompt": format!("{leak} {ALLOW}") });
    assert!(said(&run(&git, "keysweep hook run claude-code", &prompt)).contains("block"));
    for (response, stopped) in [
        (serde_json::json!({ "type": "create" }), true),
        (serde_json::json!({ "originalFile": "X = 1\n" }), true),
        (serde_json::json!({ "originalFile": known }), false),
        (serde_json::json!({}), false),
    ] {
        git.write("written.py", format!("{leak} {ALLOW}\n"));
        let event = serde_json::json!({
            "hook_event_name": "PostToolUse", "cwd": git.path(), "tool_name": "Write",
            "tool_input": { "file_path": "written.py" }, "tool_response": response,
        });
        let text = said(&run(&git, "keysweep hook run claude-code", &event));
        assert_eq!(text.contains("block"), stopped, "{response}: {text}");
    }
}

/// Makes a rule of the user's.
fn own_rule(id: &str) -> String {
    let provider = id.split('/').next().unwrap_or_default();
    let rule =
        "title = \"a key\"\nseverity = \"high\"\nkeywords = [\"acme_\"]\npattern = '\\b(?<secret>acme_[a-z]{32})\\b'";
    format!(
        "[own.provider]\nid = \"{provider}\"\nname = \"Acme\"\n[[own.rule]]\nid = \"{id}\"\n{rule}\nwhy = \"Whoever holds it.\"\n"
    )
}

/// Makes a line with a credential that is one by its name.
fn secret_line() -> String {
    format!("API_KEY = \"{}\"", secret())
}

#[test]
fn an_agent_makes_keysweep_look_for_less_only_where_the_user_lets_it() {
    let git = Git::new();
    git.write("keysweep.toml", "exclude = [\"vendor/\"]\n");
    git.write("app.py", format!("X = 1 {ALLOW}\n"));
    let write = |path: &str, content: &str| ("Write", serde_json::json!({ "file_path": path, "content": content }));
    let edit = |path: &str, old: &str, new: &str| {
        ("Edit", serde_json::json!({ "file_path": path, "old_string": old, "new_string": new }))
    };
    let bash = |command: &str| ("Bash", serde_json::json!({ "command": command }));
    let patch = "*** Begin Patch\n*** Update File: keysweep.toml\n@@\n-exclude = [\"vendor/\"]\n+exclude = [\"src/\"]\n*** End Patch";
    for ((tool, input), stopped) in [
        (write("keysweep.toml", "exclude = [\"**\"]\n"), true),
        (edit("keysweep.toml", "vendor/", "src/"), true),
        (edit("keysweep.toml", "\n", "\n[rules]\noff = [\"gitlab\"]\n"), true),
        (("apply_patch", serde_json::json!({ "command": patch })), true),
        (write("keysweep.baseline.json", "{}"), true),
        (write("new.py", &format!("X = 1 {ALLOW}\n")), true),
        (edit("app.py", "X = 1", &format!("Y = 1 {ALLOW}\nX = 1")), true),
        (bash("echo 'exclude = [\"**\"]' > keysweep.toml"), true),
        (bash("keysweep baseline write"), true),
        (edit("keysweep.toml", "\"vendor/\"", ""), false),
        (edit("keysweep.toml", "exclude", "severity = \"low\"\nexclude"), false),
        (edit("app.py", "X = 1", "Y = 1"), false),
        (write("notes.md", "A `keysweep:allow` comment lets it pass.\n"), false),
        (write("other.toml", "exclude = [\"**\"]\n"), false),
        (bash("cat keysweep.toml && keysweep scan ."), false),
    ] {
        let event = serde_json::json!({ "hook_event_name": "PreToolUse", "cwd": git.path(), "tool_name": tool, "tool_input": input });
        let text = said(&run(&git, "keysweep hook run claude-code --no-bypass", &event));
        assert_eq!(text.contains("lets keysweep look for less"), stopped, "{tool} {input}: {text}");
        assert!(stopped || text.is_empty(), "{text}");
        assert_eq!(said(&run(&git, "keysweep hook run claude-code", &event)), "", "nobody asked: {input}");
    }
}

#[test]
fn an_agent_leaves_the_users_rules_as_they_are() {
    let git = Git::new();
    git.write("keysweep.toml", "severity = \"low\"\nrule-files = [\"rules/acme.toml\"]\n");
    let acme = own_rule("acme/key").replace("own.", "");
    git.write("rules/acme.toml", &acme);
    git.write("rules/other.toml", own_rule("gitlab/personal-access-token").replace("own.", ""));
    let write = |path: &str, content: &str| ("Write", serde_json::json!({ "file_path": path, "content": content }));
    let edit = |path: &str, old: &str, new: &str| {
        ("Edit", serde_json::json!({ "file_path": path, "old_string": old, "new_string": new }))
    };
    let bash = |command: &str| ("Bash", serde_json::json!({ "command": command }));
    for ((tool, input), stopped) in [
        (edit("keysweep.toml", "]\n", &format!("]\n{}", own_rule("gitlab/personal-access-token"))), true),
        (edit("rules/acme.toml", "pattern", "# pattern"), true),
        (write("rules/acme.toml", &acme.replace("acme_[", "acne_[")), true),
        (edit("keysweep.toml", "rule-files = [\"rules/acme.toml\"]", ""), true),
        (edit("keysweep.toml", "acme.toml\"]", "acme.toml\", \"rules/other.toml\"]"), true),
        (bash("echo '' > rules/acme.toml"), true),
        (bash("rm keysweep.toml"), true),
        (("Delete", serde_json::json!({ "path": "keysweep.toml" })), true),
        (edit("rules/acme.toml", "Whoever holds it.", "Whoever holds it can deploy."), false),
        (edit("keysweep.toml", "]\n", &format!("]\n{}", own_rule("acme/other"))), false),
    ] {
        let event = serde_json::json!({ "hook_event_name": "PreToolUse", "cwd": git.path(), "tool_name": tool, "tool_input": input });
        let text = said(&run(&git, "keysweep hook run claude-code --no-bypass", &event));
        assert_eq!(text.contains("lets keysweep look for less"), stopped, "{tool} {input}: {text}");
        assert!(stopped || text.is_empty(), "{text}");
    }
}

#[test]
fn git_gives_back_only_settings_that_have_the_hooks() {
    let git = Git::new();
    git.write(".claude/settings.json", "{}\n");
    git.run(&["add", "."]);
    keysweep(&git, &["hook", "install", "claude-code", "--no-bypass"]);
    let text = |command: &str| {
        let event = serde_json::json!({ "hook_event_name": "PreToolUse", "cwd": git.path(), "tool_name": "Bash", "tool_input": { "command": command } });
        said(&run(&git, "keysweep hook run claude-code --no-bypass", &event))
    };
    let restore = "git checkout -- .claude/settings.json";
    assert!(text(restore).contains("goes around the hooks"), "git has it without them");
    git.run(&["add", "."]);
    assert_eq!(text(restore), "");
    assert!(text("git restore --source HEAD~1 .claude/settings.json").contains("goes around the hooks"));
    let write = serde_json::json!({ "file_path": ".git/config", "old_string": "[core]", "new_string": "[core]\n\thooksPath = x" });
    let event = serde_json::json!({ "hook_event_name": "PreToolUse", "cwd": git.path(), "tool_name": "Edit", "tool_input": write });
    assert!(said(&run(&git, "keysweep hook run claude-code --no-bypass", &event)).contains("goes around the hooks"));
}

#[test]
fn configuration_that_cannot_be_read_is_not_written_and_can_be_mended() {
    let git = Git::new();
    let write = |content: &str| serde_json::json!({ "file_path": "keysweep.toml", "content": content });
    let (broken, sound) = ("[[allow]]\nfingerprint = \"x\"\n", "exclude = [\"/docs/**\"]\n");
    let answer = |tool: &str, input: &serde_json::Value| {
        let event = serde_json::json!({
            "hook_event_name": "PreToolUse", "cwd": git.path(), "tool_name": tool, "tool_input": input,
        });
        run(&git, "keysweep hook run claude-code", &event)
    };
    assert!(said(&answer("Write", &write(broken))).contains("cannot be read, so that nothing could be checked"));
    assert_eq!(said(&answer("Write", &write(sound))), "");
    git.write("keysweep.toml", broken);
    let other = answer("Bash", &serde_json::json!({ "command": "ls" }));
    assert_eq!(other.status.code(), Some(2));
    assert!(said(&other).contains("ask the user to mend it"), "{}", said(&other));
    assert_eq!(said(&answer("Write", &write(sound))), "", "it can be mended");
}

#[test]
fn what_is_set_up_for_all_projects_is_told_of_where_it_is_left() {
    let git = Git::new();
    keysweep(&git, &["hook", "install", "claude-code", "--user"]);
    let told = keysweep(&git, &["hook", "uninstall"]);
    assert!(told.contains("claude-code: left as set up for all projects; `--user` takes it out there"), "{told}");
    assert!(keysweep(&git, &["hook", "uninstall", "--user"]).contains("claude-code: taken out of"));
    let output = git.command(super::PROGRAM).args(["hook", "install", "pre-commit", "--user"]).output();
    let output = output.expect("keysweep runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("are for agents"), "{}", said(&output));
}
