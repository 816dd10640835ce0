//! What an agent may not do to keysweep in the files of hook managers, and what `hook status` says of them.

use super::settings::{told, writes};
use super::{keysweep, said};
use crate::git::Git;

/// Claude Code, and how it tells of a file that it is going to write.
const WRITER: (&str, &str, &str) = ("claude-code", "PreToolUse", "Write");

/// Writes a file as an agent, which must be stopped or not, then as somebody else.
#[track_caller]
fn write(git: &Git, path: &str, text: &str, stopped: bool) {
    let answer = writes(git, WRITER, path, text);
    assert_eq!(answer.contains("goes around the hooks"), stopped, "{path}\n{text}\n{answer}");
    git.write(path, text);
}

#[track_caller]
fn status(git: &Git) -> String {
    let status = keysweep(git, &["hook", "status"]);
    status.lines().find(|line| line.starts_with("pre-commit:")).unwrap_or_default().to_owned()
}

#[test]
fn an_entry_of_lefthook_stays_as_it_was_written() {
    let git = Git::new();
    git.write("lefthook.yml", "pre-commit:\n  commands:\n    lint:\n      run: make\n");
    git.hook("pre-commit", "lefthook run pre-commit");
    keysweep(&git, &["hook", "install", "pre-commit"]);
    let whole = std::fs::read_to_string(git.file("lefthook.yml")).expect("it is there");
    assert!(status(&git).ends_with("lefthook.yml"), "{}", status(&git));
    let run = "run: keysweep hook run pre-commit\n";
    for (new, key) in [
        (format!("{run}      skip: true\n"), "`skip`"),
        (format!("{run}      glob: \"*.never\"\n"), "`glob`"),
        ("run: \"true || keysweep hook run pre-commit\"\n".to_owned(), "`run`"),
        ("run: \"true\" # keysweep hook run pre-commit\n".to_owned(), "not set up"),
    ] {
        write(&git, "lefthook.yml", &whole.replacen(run, &new, 1), true);
        assert!(status(&git).contains(key), "{new}: {}", status(&git));
        git.write("lefthook.yml", &whole);
    }
    write(&git, "lefthook.yml", &whole.replacen("commands:", "skip: true\n  commands:", 1), true);
    assert!(status(&git).contains("`skip` may keep it from running: take that out"), "{}", status(&git));
    git.write("lefthook.yml", &whole);
    for local in ["pre-commit: {commands: {keysweep: {skip: true}}}\n", "pre-commit: {skip: true}\n"] {
        write(&git, "lefthook-local.yml", local, true);
        assert!(status(&git).contains("`lefthook-local.yml` may keep it"), "{local}: {}", status(&git));
        git.remove("lefthook-local.yml");
    }
    write(&git, "lefthook-local.yml", "pre-commit: {commands: {lint: {skip: true}}}\n", false);
    assert!(status(&git).ends_with("lefthook.yml"), "{}", status(&git));
    write(&git, "lefthook.yml", &whole.replacen("run: make", "run: make lint", 1), false);
}

#[test]
fn keysweeps_hooks_stay_in_the_frameworks_configuration() {
    let git = Git::new();
    let whole = "repos:\n- repo: https://x/keysweep\n  rev: v1\n  hooks:\n  - id: keysweep\n";
    git.write(".pre-commit-config.yaml", whole);
    for (new, stopped) in [
        (format!("{whole}    stages: [manual]\n"), true),
        (format!("{whole}    args: [\"--help\"]\n"), true),
        (format!("{whole}    entry: \"true\"\n"), true),
        (format!("default_stages: [manual]\n{whole}"), true),
        (format!("{whole}- repo: https://x/other\n  rev: v1\n  hooks: [{{id: other}}]\n"), false),
        (whole.replace("v1", "v2"), false),
    ] {
        write(&git, ".pre-commit-config.yaml", &new, stopped);
        git.write(".pre-commit-config.yaml", whole);
    }
}

#[test]
fn nothing_that_ends_a_hook_comes_in_front_of_keysweeps_lines() {
    let git = Git::new();
    git.run(&["config", "core.hooksPath", ".husky/_"]);
    git.write(".husky/pre-commit", "npm test\n");
    keysweep(&git, &["hook", "install", "pre-commit"]);
    let whole = std::fs::read_to_string(git.file(".husky/pre-commit")).expect("it is there");
    assert!(status(&git).contains("set up in front of another hook:"), "{}", status(&git));
    for (text, told) in [
        (format!("exit 0\n{whole}"), "move it behind them"),
        (format!("#!/bin/bash -n\n{whole}"), "`-n`"),
        (whole.replacen("|| exit $?", "|| true", 1), "`keysweep hook install pre-commit`"),
    ] {
        write(&git, ".husky/pre-commit", &text, true);
        assert!(status(&git).contains(told), "{text}: {}", status(&git));
        git.write(".husky/pre-commit", &whole);
    }
    write(&git, ".husky/pre-commit", &format!("{whole}make\n"), false);
    let own = "keysweep hook run pre-commit\nnpm test\n";
    for (text, stopped) in [(format!("exit 0\n{own}"), true), (format!("make\n{own}"), false)] {
        git.write(".husky/pre-commit", own);
        write(&git, ".husky/pre-commit", &text, stopped);
    }
}

#[test]
fn an_entry_that_somebody_wrote_for_a_part_of_the_tools_is_told() {
    let git = Git::new();
    let hook = "{\"type\": \"command\", \"command\": \"keysweep hook run claude-code || exit 2\"}";
    let text = format!("{{\"hooks\": {{\"PreToolUse\": [{{\"matcher\": \"Read\", \"hooks\": [{hook}]}}]}}}}");
    git.write(".claude/settings.json", text);
    let status = keysweep(&git, &["hook", "status"]);
    let expected = "with another `matcher` in `PreToolUse` and nothing in `UserPromptSubmit` and nothing in `PostToolUse`, which \
        `keysweep hook install claude-code` mends";
    assert!(status.contains(expected), "{status}");
}

#[test]
fn who_would_clean_settings_away_is_told_to_add_them_to_git() {
    let git = Git::new();
    git.commit_file("a", "a\n", "First");
    keysweep(&git, &["hook", "install", "claude-code", "--no-bypass"]);
    let input = serde_json::json!({ "command": "git clean -fd" });
    let text = told(&git, "claude-code", "PreToolUse", "Bash", &input);
    assert!(text.contains("`git add .claude/settings.json` keeps"), "{text}");
    git.run(&["add", ".claude/settings.json"]);
    assert!(!told(&git, "claude-code", "PreToolUse", "Bash", &input).contains("deny"));
    let output = git.attempt(&["status"]);
    assert!(output.status.success(), "{}", said(&output));
}
