//! Where agents' own settings lie, also those that a variable moves or nobody can read.

use std::process::Output;

use super::agents::run;
use super::{PROGRAM, keysweep, said};
use crate::git::Git;

/// The word of each agent that can be moved, the variable, and its settings from the folder on that the variable names.
const MOVED: [(&str, &str, &str); 4] = [
    ("claude-code", "CLAUDE_CONFIG_DIR", "settings.json"),
    ("codex", "CODEX_HOME", "hooks.json"),
    ("copilot", "COPILOT_HOME", "hooks/keysweep.json"),
    ("gemini", "GEMINI_CLI_HOME", ".gemini/settings.json"),
];

/// Runs keysweep with a variable set.
#[track_caller]
fn with(git: &Git, variable: (&str, &str), arguments: &[&str]) -> String {
    let output = git.command(PROGRAM).env(variable.0, variable.1).args(arguments).output().expect("it can be started");
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

#[test]
fn hooks_for_all_projects_are_set_up_where_a_variable_moves_the_agents_settings() {
    for (agent, variable, file) in MOVED {
        let git = Git::new();
        let home = git.beside("moved");
        let folder = home.path().to_str().expect("temporary paths are UTF-8");
        let path = home.file(file);
        let shown = path.display().to_string();
        let told = with(&git, (variable, folder), &["hook", "install", agent, "--user"]);
        assert!(told.contains(&format!("{agent}: set up in {shown}")), "{told}");
        assert!(std::fs::read_to_string(&path).is_ok_and(|text| text.contains("keysweep hook run")), "{agent}");
        let status = with(&git, (variable, folder), &["hook", "status"]);
        assert!(status.contains(&format!("{agent}: set up without `--no-bypass`: {shown}")), "{status}");
        assert!(!keysweep(&git, &["hook", "status"]).contains(agent), "the usual place has none");
        let told = with(&git, (variable, folder), &["hook", "uninstall", agent]);
        assert!(told.contains("left as set up for all projects"), "{told}");
        let told = with(&git, (variable, folder), &["hook", "uninstall", agent, "--user"]);
        assert!(told.contains(&shown) && !home.path().exists(), "all that was made goes: {told}");
        // A variable that is empty says nothing, and what was there stays.
        let told = with(&git, (variable, ""), &["hook", "install", agent, "--user"]);
        assert!(!told.contains(&shown) && told.contains("set up in "), "{told}");
        keysweep(&git, &["hook", "uninstall", agent, "--user"]);
        home.write(file, "{\n  \"mine\": 1\n}\n");
        with(&git, (variable, folder), &["hook", "install", agent, "--user"]);
        with(&git, (variable, folder), &["hook", "uninstall", agent, "--user"]);
        assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), Some("{\n  \"mine\": 1\n}\n"), "{agent}");
    }
}

#[test]
fn folders_above_settings_that_a_variable_moves_go_with_them_if_installing_made_them() {
    for (agent, variable, file) in MOVED {
        let git = Git::new();
        git.write("../there/file", "");
        let home = git.beside("there").at("new/deeper/moved");
        let folder = home.path().to_str().expect("temporary paths are UTF-8");
        for again in [false, true] {
            with(&git, (variable, folder), &["hook", "install", agent, "--user"]);
            if again {
                with(&git, (variable, folder), &["hook", "install", agent, "--user", "--no-bypass"]);
            }
            with(&git, (variable, folder), &["hook", "uninstall", agent, "--user"]);
            assert!(!git.file("../there/new").exists() && git.file("../there/file").exists(), "{agent}");
        }
        with(&git, (variable, folder), &["hook", "install", agent, "--user"]);
        let kept = git.write("../there/new/kept", "");
        with(&git, (variable, folder), &["hook", "uninstall", agent, "--user"]);
        assert!(kept.exists() && !git.file("../there/new/deeper").exists() && !home.file(file).exists(), "{agent}");
    }
}

#[test]
fn objects_and_lists_without_anything_come_back_as_they_were() {
    for text in [
        "{ }",
        "{\n\n}\n",
        "{ // mine\n}",
        "{\n  \"hooks\" : { }\n}\n",
        "{ \"hooks\" : {\r\n } }\r\n",
        "{ \"a\" : 1, \"hooks\" :{ /* mine */ } , \"b\": 2 }\n",
        "\u{feff}{\"hooks\": { \"PreToolUse\" : [ ], \"preToolUse\":[\n] } }",
        "{\"version\": 1,\"hooks\":\n{\t}}",
    ] {
        for (agent, file) in [("claude-code", ".claude/settings.json"), ("cursor", ".cursor/hooks.json")] {
            let git = Git::new();
            let path = git.write(file, text);
            for times in 1..=2 {
                (0..times).for_each(|_| drop(keysweep(&git, &["hook", "install", agent])));
                keysweep(&git, &["hook", "uninstall", agent]);
                assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), Some(text), "{agent}");
            }
        }
    }
}

#[test]
fn settings_that_were_moved_are_watched_as_those_in_their_usual_place() {
    let git = Git::new();
    let home = git.beside("moved");
    let folder = home.path().to_str().expect("temporary paths are UTF-8");
    with(&git, ("CLAUDE_CONFIG_DIR", folder), &["hook", "install", "claude-code", "--user", "--no-bypass"]);
    let deletes = |path: &str| {
        let command = format!("rm -rf {path}");
        let event = serde_json::json!({ "hook_event_name": "PreToolUse", "cwd": git.path(), "tool_name": "Bash", "tool_input": { "command": command } });
        let hook = format!("CLAUDE_CONFIG_DIR='{folder}' keysweep hook run claude-code --no-bypass");
        said(&run(&git, &hook, &event)).contains("goes around the hooks")
    };
    assert!(deletes(&format!("{folder}/settings.json")) && deletes(folder));
    home.write("other.json", "{\"a\": \"keysweep hook run \"}");
    assert!(!deletes(&format!("{folder}/other.json")));
    home.write("settings.json", "{\"disableAllHooks\": true}");
    let told = with(&git, ("CLAUDE_CONFIG_DIR", folder), &["hook", "install", "claude-code"]);
    assert!(told.contains("but turned off by `disableAllHooks` in ") && told.contains(folder), "{told}");
    git.write(".claude/settings.local.json", "{\"disableAllHooks\": false}");
    let told = with(&git, ("CLAUDE_CONFIG_DIR", folder), &["hook", "install", "claude-code"]);
    assert!(!told.contains("turned off"), "the project decides: {told}");
}

#[cfg(target_os = "linux")]
#[test]
fn settings_in_their_usual_place_do_not_count_for_a_project_that_nobody_knows() {
    let git = Git::new();
    git.write("../.claude/settings.json", "{\"disableAllHooks\": true}");
    let home = git.beside("moved");
    // Of a folder that is gone nobody knows the project.
    let line = format!("mkdir gone && cd gone && rmdir ../gone && exec '{PROGRAM}' hook install claude-code --user");
    let mut command = git.command("sh");
    let output = command.args(["-c", &line]).env("CLAUDE_CONFIG_DIR", home.path()).output().expect("it can be started");
    let told = said(&output);
    assert!(output.status.success() && told.contains("set up in ") && !told.contains("turned off"), "{told}");
}

#[test]
fn settings_that_nobody_can_read_are_listed() {
    let git = Git::new();
    keysweep(&git, &["hook", "install", "gemini"]);
    git.write(".cursor/hooks.json", "{ \"version\": 1, // mine\n}");
    for text in ["{not JSON", "[]", "{\"hooks\": \"keysweep hook run claude-code\""] {
        git.write(".claude/settings.json", text);
        git.write("../.codex/hooks.json", text);
        let status = keysweep(&git, &["hook", "status"]);
        for (agent, file) in [("claude-code", ".claude/settings.json"), ("codex", ".codex/hooks.json")] {
            let line = status.lines().find(|line| line.starts_with(agent)).unwrap_or_default();
            assert!(line.contains("not known: ") && line.contains(file), "{text}: {status}");
        }
        assert!(status.contains("gemini: set up") && !status.contains("cursor"), "{status}");
    }
}

#[test]
fn a_file_with_nothing_but_blanks_comes_back_as_it_was() {
    for text in ["", "\n", "  \r\n\t\n", "\u{feff}\n", " "] {
        for (agent, file) in [("claude-code", ".claude/settings.json"), ("cursor", ".cursor/hooks.json")] {
            let git = Git::new();
            let path = git.write(file, text);
            keysweep(&git, &["hook", "install", agent]);
            keysweep(&git, &["hook", "install", agent, "--no-bypass"]);
            keysweep(&git, &["hook", "uninstall", agent]);
            assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), Some(text), "{agent}");
        }
    }
}

#[test]
fn the_status_of_hooks_for_all_projects_is_told_alone() {
    let git = Git::new();
    keysweep(&git, &["hook", "install"]);
    keysweep(&git, &["hook", "install", "claude-code"]);
    keysweep(&git, &["hook", "install", "codex", "--user"]);
    let status = keysweep(&git, &["hook", "status", "--user"]);
    assert!(status.starts_with("codex: set up") && status.lines().count() == 1, "{status}");
    let outside = git.beside("outside");
    std::fs::create_dir(outside.path()).expect("the folder can be made");
    assert_eq!(keysweep(&outside, &["hook", "status", "--user"]), status);
    keysweep(&git, &["hook", "uninstall", "--user"]);
    assert_eq!(
        keysweep(&git, &["hook", "status", "--user"]),
        "no hook of keysweep is set up for all projects\n",
        "git's hooks are no user's"
    );
    assert!(git.file(".git/hooks/pre-commit").exists());
}

#[test]
fn outside_of_a_repository_only_the_hooks_of_agents_can_be_taken_out() {
    let git = Git::outside();
    let output = |arguments: &[&str]| -> Output { git.command(PROGRAM).args(arguments).output().expect("it runs") };
    let told = output(&["hook", "uninstall"]);
    assert_eq!(told.status.code(), Some(2));
    let text = said(&told);
    assert!(text.contains("is not inside a git repository") && !text.contains("pre-commit"), "{text}");
    assert!(text.contains("--user"), "{text}");
    keysweep(&git, &["hook", "install", "claude-code"]);
    let told = output(&["hook", "uninstall"]);
    assert_eq!(told.status.code(), Some(0), "{}", said(&told));
    assert!(
        said(&told).starts_with("claude-code: taken out of ") && said(&told).lines().count() == 1,
        "{}",
        said(&told)
    );
}
