//! What installing makes and says, and what uninstalling leaves.

use super::{keysweep, said};
use crate::git::Git;

#[test]
fn a_folder_of_hooks_goes_with_the_last_hook_if_installing_made_it() {
    let git = Git::new();
    let hooks = git.file(".git/hooks");
    let empty = |is_there: bool| {
        if hooks.exists() {
            std::fs::remove_dir_all(&hooks).expect("the folder can be removed");
        }
        if is_there {
            std::fs::create_dir(&hooks).expect("the folder can be made");
        }
    };
    for (is_there, first) in [(false, "pre-commit"), (false, "pre-push"), (true, "pre-commit")] {
        empty(is_there);
        keysweep(&git, &["hook", "install", "pre-commit", "pre-push"]);
        keysweep(&git, &["hook", "install", "pre-commit"]);
        keysweep(&git, &["hook", "uninstall", first]);
        assert!(hooks.exists(), "another hook is there");
        keysweep(&git, &["hook", "uninstall"]);
        assert_eq!(hooks.exists(), is_there, "{first}");
    }
    empty(false);
    keysweep(&git, &["hook", "install"]);
    git.write(".git/hooks/mine", "");
    keysweep(&git, &["hook", "uninstall"]);
    assert!(git.file(".git/hooks/mine").exists());
    git.run(&["config", "core.hooksPath", "tools/git/hooks"]);
    git.write("tools/mine", "");
    keysweep(&git, &["hook", "install"]);
    keysweep(&git, &["hook", "uninstall"]);
    assert!(git.file("tools/mine").exists() && !git.file("tools/git").exists(), "all that was made goes");
}

#[test]
fn what_is_not_set_up_is_told_when_it_is_taken_out() {
    let git = Git::new();
    let told = keysweep(&git, &["hook", "uninstall"]);
    assert_eq!(told, "nothing was taken out: no hook of keysweep is set up here\n");
    for name in ["pre-commit", "claude-code"] {
        let told = keysweep(&git, &["hook", "uninstall", name]);
        assert_eq!(told, format!("nothing was taken out: {name} is not set up here\n"));
    }
    let told = keysweep(&git, &["hook", "uninstall", "codex", "pre-push"]);
    assert_eq!(told, "nothing was taken out: codex and pre-push are not set up here\n");
    let told = keysweep(&git, &["hook", "uninstall", "codex", "--user"]);
    assert_eq!(told, "nothing was taken out: codex is not set up for all projects\n");
}

#[test]
fn an_agent_whose_hooks_are_off_is_told_of_when_they_are_set_up() {
    let git = Git::new();
    let path = git.write(".claude/settings.json", "{\"disableAllHooks\": true}");
    let told = keysweep(&git, &["hook", "install", "claude-code"]);
    assert!(told.contains("settings.json, but turned off by `disableAllHooks` in "), "{told}");
    std::fs::remove_file(path).expect("it can be removed");
    let told = keysweep(&git, &["hook", "install", "claude-code", "gemini"]);
    assert!(!told.contains("turned off"), "{told}");
    git.write(".gemini/settings.json", "{\"hooksConfig\": {\"enabled\": false}}");
    let output = git.command(super::PROGRAM).args(["hook", "install", "gemini"]).output().expect("it can be started");
    assert!(said(&output).contains("but turned off by `hooksConfig.enabled` in "), "{}", said(&output));
}

#[test]
fn an_entry_under_an_event_of_another_name_is_taken_out() {
    let git = Git::new();
    for (agent, path, event) in
        [("claude-code", ".claude/settings.json", "PreToolUse"), ("cursor", ".cursor/hooks.json", "preToolUse")]
    {
        keysweep(&git, &["hook", "install", agent]);
        let text = std::fs::read_to_string(git.file(path)).expect("it was just written");
        git.write(path, text.replace(&format!("\"{event}\""), "\"Renamed\": [{\"command\": \"mine\"}], \"Other\""));
        keysweep(&git, &["hook", "uninstall", agent]);
        let left = std::fs::read_to_string(git.file(path)).expect("something is left in it");
        assert!(left.contains("mine") && !left.contains("keysweep") && !left.contains("Other"), "{left}");
    }
}
