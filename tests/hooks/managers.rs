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
    for path in [".pre-commit-config.yaml", ".pre-commit-config.yml"] {
        stays(&git, path, whole);
    }
    let whole = "[[repos]]\nrepo = \"https://x/keysweep\"\nrev = \"v1\"\n[[repos.hooks]]\nid = \"keysweep\"\n";
    git.write("prek.toml", whole);
    for (new, stopped) in [
        (format!("{whole}stages = [\"manual\"]\n"), true),
        (format!("{whole}entry = \"true\"\n"), true),
        (format!("default_stages = [\"manual\"]\n{whole}"), true),
        (format!("{whole}[[repos]]\nrepo = \"https://x/other\"\nhooks = [{{ id = \"other\" }}]\n"), false),
        (format!("fail_fast = true\n{whole}"), false),
    ] {
        write(&git, "prek.toml", &new, stopped);
        git.write("prek.toml", whole);
    }
}

/// Edits a configuration of the framework's in YAML, which says `whole`.
#[track_caller]
fn stays(git: &Git, path: &str, whole: &str) {
    git.write(path, whole);
    for (new, stopped) in [
        (format!("{whole}    stages: [manual]\n"), true),
        (format!("{whole}    args: [\"--help\"]\n"), true),
        (format!("{whole}    entry: \"true\"\n"), true),
        (format!("default_stages: [manual]\n{whole}"), true),
        (format!("{whole}- repo: https://x/other\n  rev: v1\n  hooks: [{{id: other}}]\n"), false),
        (whole.replace("v1", "v2"), false),
    ] {
        write(git, path, &new, stopped);
        git.write(path, whole);
    }
}

/// What `hook status` says of `pre-commit` where a variable is set.
#[track_caller]
fn status_with(git: &Git, name: &str, value: &str) -> String {
    let output = git.command(super::PROGRAM).args(["hook", "status"]).env(name, value).output();
    let status = said(&output.expect("the program can be started"));
    status.lines().find(|line| line.starts_with("pre-commit:")).unwrap_or_default().to_owned()
}

/// Configurations of the pre-commit framework and of prek that have keysweep.
const YAML: &str = "repos:\n- repo: https://x/keysweep\n  rev: v1\n  hooks: [{id: keysweep}]\n";
const TOML: &str = "[[repos]]\nrepo = \"https://x/keysweep\"\nrev = \"v1\"\nhooks = [{ id = \"keysweep\" }]\n";

/// The hook that a framework makes, with further options.
fn made(by: &str, options: &str) -> String {
    match by {
        "prek" => format!("# File generated by prek\nexec prek hook-impl --hook-type=pre-commit {options} -- \"$@\"\n"),
        _ => format!(
            "# File generated by pre-commit\nARGS=(hook-impl {options} --hook-type=pre-commit)\nexec pre-commit \"${{ARGS[@]}}\"\n"
        ),
    }
}

#[test]
fn a_hook_is_set_up_only_where_the_framework_that_runs_reads_it() {
    let (none, yaml, yml, toml) = ("repos: []\n", ".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml");
    let elsewhere = "not set up; another hook is there:";
    for (by, options, files, expected) in [
        ("pre-commit", "", [(toml, TOML), (yaml, none)], elsewhere),
        ("pre-commit", "", [(toml, TOML), ("x", "")], elsewhere),
        ("pre-commit", "", [(yml, YAML), ("x", "")], elsewhere),
        ("pre-commit", "", [(toml, "repos = []\n"), (yaml, YAML)], "/.pre-commit-config.yaml, run by pre-commit"),
        ("prek", "", [(toml, "repos = []\n"), (yaml, YAML)], elsewhere),
        ("prek", "", [(toml, TOML), (yaml, none)], "/prek.toml, run by prek"),
        ("prek", "", [(yml, YAML), ("x", "")], "/.pre-commit-config.yml, run by prek"),
        ("pre-commit", "--config=ci/x.yaml", [("ci/x.yaml", YAML), (yaml, none)], "/ci/x.yaml, run by pre-commit"),
        ("pre-commit", "'--config=a b.yaml'", [("a b.yaml", YAML), (yaml, none)], "/a b.yaml, run by pre-commit"),
        ("prek", "--config='x-prek.toml'", [("x-prek.toml", TOML), (yaml, none)], "/x-prek.toml, run by prek"),
        ("prek", "--config=x.yaml", [("x.yaml", none), (toml, TOML)], elsewhere),
        ("prek", "--config=x.yaml", [("other", ""), (toml, TOML)], elsewhere),
        ("", "", [(toml, "repos = []\n"), (yaml, YAML)], "git does not run pre-commit for it yet"),
        ("", "", [(toml, TOML), (yaml, none)], "git does not run prek for it yet"),
    ] {
        let git = Git::new();
        files.iter().for_each(|(path, text)| drop(git.write(path, text)));
        if !by.is_empty() {
            git.hook("pre-commit", &made(by, options));
        }
        assert!(status(&git).contains(expected), "{by} {options} {files:?}: {}", status(&git));
    }
}

#[test]
fn a_hook_that_a_framework_runs_is_set_up_unless_the_environment_says_otherwise() {
    let git = Git::new();
    for (path, text, by) in [
        (".pre-commit-config.yaml", YAML, "pre-commit"),
        ("prek.toml", TOML, "prek"),
        (".pre-commit-config.yml", YAML, "prek"),
    ] {
        git.write(path, text);
        let missing = format!(
            "{path}, but not set up; git does not run {by} for it yet: run `{by} install --hook-type pre-commit`"
        );
        assert!(status(&git).contains(&missing), "{}", status(&git));
        git.hook("pre-commit", &made(by, ""));
        assert!(status(&git).ends_with(&format!("{path}, run by {by}")), "{}", status(&git));
        assert!(status_with(&git, "SKIP", "lint,keysweep").contains("but the variable `SKIP` keeps it from running"));
        assert!(status_with(&git, "SKIP", "lint").ends_with(&format!("run by {by}")));
        git.remove(path);
        git.remove(".git/hooks/pre-commit");
        assert_eq!(status(&git), "pre-commit: not set up");
    }
}

#[test]
fn a_manager_that_the_environment_switches_off_is_told() {
    let git = Git::new();
    git.run(&["config", "core.hooksPath", ".husky/_"]);
    keysweep(&git, &["hook", "install", "pre-commit"]);
    assert!(status_with(&git, "HUSKY", "0").contains("but the variable `HUSKY` keeps it from running"));
    assert_eq!(status_with(&git, "HUSKY", "1"), status(&git));
    git.run(&["config", "--unset", "core.hooksPath"]);
    git.write("lefthook.yml", "pre-commit:\n  jobs:\n  - run: keysweep hook run pre-commit\n");
    git.hook("pre-commit", "lefthook run pre-commit");
    assert!(status_with(&git, "LEFTHOOK", "0").contains("but the variable `LEFTHOOK` keeps it from running"));
    assert_eq!(status_with(&git, "HUSKY", "0"), status(&git));
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
