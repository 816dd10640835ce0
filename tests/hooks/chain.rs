//! Installing next to what is there, and taking it out again.

use std::path::Path;

use super::{PROGRAM, keysweep, leak, refused, said};
use crate::git::Git;

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

/// Makes a repository with one commit, in which a leak is staged.
fn staged() -> Git {
    let git = Git::new();
    git.commit_file("README", "read me\n", "First");
    git.add("config.py", leak());
    git
}

#[track_caller]
fn commit_is_refused_until_clean(git: &Git) {
    let said = refused(git.git(&["commit", "-qm", "x"]));
    assert!(said.contains("config.py") && said.contains("Revoke the token"), "it says where and how to rotate: {said}");
    git.add("config.py", "gitlab_token = os.environ[\"GITLAB_TOKEN\"]\n");
    let output = git.attempt(&["commit", "-qm", "x"]);
    assert!(output.status.success(), "{}", super::said(&output));
    assert_eq!(super::said(&output), "", "nothing is printed when nothing is found");
}

#[test]
fn a_commit_with_a_token_is_refused_and_passes_without_it() {
    let git = staged();
    keysweep(&git, &["hook", "install", "pre-commit"]);
    commit_is_refused_until_clean(&git);
    keysweep(&git, &["hook", "uninstall"]);
    assert!(!git.file(".git/hooks/pre-commit").exists());
}

#[test]
fn lines_that_were_added_to_the_hook_are_kept() {
    let git = staged();
    let path = git.file(".git/hooks/pre-commit");
    let read = || std::fs::read_to_string(&path).expect("the hook is there");
    keysweep(&git, &["hook", "install", "pre-commit"]);
    std::fs::write(&path, read() + "echo ran >> ran\n").expect("the hook can be written");
    keysweep(&git, &["hook", "install", "pre-commit"]);
    commit_is_refused_until_clean(&git);
    assert!(git.file("ran").exists(), "the added line ran");
    keysweep(&git, &["hook", "uninstall"]);
    assert_eq!(read(), "#!/bin/sh\necho ran >> ran\n");
}

#[test]
fn lines_that_never_run_are_told_before_they_get_lost() {
    let git = staged();
    let path = git.file(".git/hooks/pre-commit");
    std::fs::create_dir_all(git.file(".git/hooks")).expect("the folder can be made");
    std::fs::write(&path, "#!/usr/bin/env python3\n").expect("the hook can be written");
    keysweep(&git, &["hook", "install", "pre-commit"]);
    let script = std::fs::read_to_string(&path).expect("the hook is there");
    std::fs::write(&path, script + "npm test\n").expect("the hook can be written");
    for arguments in [&["hook", "install", "pre-commit"][..], &["hook", "uninstall", "pre-commit"]] {
        let output = std::process::Command::new(PROGRAM).args(arguments).current_dir(git.path()).output();
        let output = output.expect("keysweep runs");
        assert!(!output.status.success() && said(&output).contains("which never run"), "{}", said(&output));
    }
    assert!(std::fs::read_to_string(&path).expect("the hook is there").ends_with("npm test\n"));
}

#[test]
fn a_shell_hook_with_an_exit_runs_afterwards_and_is_left_as_it_was() {
    let git = staged();
    git.hook("pre-commit", "echo ran >> ran\nexit 0\necho never");
    let before = std::fs::read(git.file(".git/hooks/pre-commit")).expect("the hook is there");
    keysweep(&git, &["hook", "install"]);
    let once = std::fs::read(git.file(".git/hooks/pre-commit")).expect("the hook is there");
    keysweep(&git, &["hook", "install"]);
    assert_eq!(std::fs::read(git.file(".git/hooks/pre-commit")).expect("the hook is there"), once);
    refused(git.git(&["commit", "-qm", "x"]));
    assert!(!git.file("ran").exists(), "what is refused goes no further");
    commit_is_refused_until_clean(&git);
    assert_eq!(std::fs::read_to_string(git.file("ran")).expect("the other hook ran"), "ran\n");
    keysweep(&git, &["hook", "uninstall"]);
    assert_eq!(std::fs::read(git.file(".git/hooks/pre-commit")).expect("the hook is there"), before);
    assert!(!git.file(".git/hooks/pre-push").exists());
}

#[cfg(unix)]
#[test]
fn other_programs_and_links_are_moved_aside_and_run_afterwards() {
    let git = staged();
    std::os::unix::fs::symlink("../../scripts/hook", git.file(".git/hooks/pre-commit")).expect("the link can be made");
    (0..2).for_each(|_| drop(keysweep(&git, &["hook", "install", "pre-commit"])));
    git.write("scripts/hook", "#!/usr/bin/env -S sh\necho ran >> ran\n");
    assert!(git.command("chmod").args(["755", "scripts/hook"]).status().expect("chmod is installed").success());
    commit_is_refused_until_clean(&git);
    assert_eq!(std::fs::read_to_string(git.file("ran")).expect("the other hook ran"), "ran\n");
    keysweep(&git, &["hook", "uninstall"]);
    let target = std::fs::read_link(git.file(".git/hooks/pre-commit")).expect("it is a link again");
    assert_eq!(target, Path::new("../../scripts/hook"));
}

#[cfg(unix)]
#[test]
fn a_hook_that_was_switched_off_stays_off() {
    let git = staged();
    let path = git.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n");
    keysweep(&git, &["hook", "install", "pre-commit"]);
    commit_is_refused_until_clean(&git);
    keysweep(&git, &["hook", "uninstall"]);
    assert_eq!(std::fs::read_to_string(&path).expect("the hook is there"), "#!/bin/sh\nexit 1\n");
    assert!(!is_executable(&path));
}

#[test]
fn the_configured_directory_of_hooks_is_used_from_everywhere() {
    let git = staged();
    git.run(&["config", "core.hooksPath", "my hooks"]);
    keysweep(&git, &["hook", "install", "pre-commit"]);
    assert!(git.file("my hooks/pre-commit").exists() && !git.file(".git/hooks/pre-commit").exists());
    commit_is_refused_until_clean(&git);
    git.run(&["config", "--unset", "core.hooksPath"]);
    git.run(&["worktree", "add", "-q", "../linked", "HEAD~1"]);
    let linked = git.beside("linked");
    keysweep(&linked, &["hook", "install", "pre-commit"]);
    linked.add("config.py", leak());
    commit_is_refused_until_clean(&linked);
    assert!(git.file(".git/hooks/pre-commit").exists(), "all work trees share their hooks");
}

#[test]
fn husky_keeps_its_scripts_and_runs_them() {
    let git = staged();
    git.write(".husky/pre-commit", "echo ran >> ran\n");
    // What husky itself writes: it hands every hook to the script of that name, one directory up.
    let runner = "[ ! -f \"$(dirname \"$(dirname \"$0\")\")/$(basename \"$0\")\" ] || sh -e \"$(dirname \"$(dirname \"$0\")\")/$(basename \"$0\")\" \"$@\"";
    git.run(&["config", "core.hooksPath", ".husky/_"]);
    git.hook("pre-commit", runner);
    keysweep(&git, &["hook", "install", "pre-commit"]);
    commit_is_refused_until_clean(&git);
    assert_eq!(std::fs::read_to_string(git.file("ran")).expect("the other hook ran"), "ran\n");
    assert!(keysweep(&git, &["hook", "status"]).contains("pre-commit: set up in front of another hook"));
    keysweep(&git, &["hook", "uninstall"]);
    assert_eq!(std::fs::read_to_string(git.file(".husky/pre-commit")).expect("it is there"), "echo ran >> ran\n");
}

#[test]
fn lefthook_gets_a_job_in_its_own_file() {
    let git = staged();
    let before = "# ours\npre-push:\n  commands:\n    x:\n      run: make\n";
    git.write("lefthook.yml", before);
    keysweep(&git, &["hook", "install", "pre-commit"]);
    let text = std::fs::read_to_string(git.file("lefthook.yml")).expect("it is there");
    assert!(text.starts_with(before) && text.contains("run: keysweep hook run pre-commit"), "{text}");
    keysweep(&git, &["hook", "install", "pre-push"]);
    let text = std::fs::read_to_string(git.file("lefthook.yml")).expect("it is there");
    assert!(text.contains("    keysweep:\n      run: keysweep hook run pre-push\n      use_stdin: true\n"), "{text}");
    assert!(keysweep(&git, &["hook", "status"]).contains("but not set up; git does not run lefthook for it yet"));
    let again = keysweep(&git, &["hook", "install", "pre-commit"]);
    assert!(again.contains("pre-commit: already in") && again.contains("run `lefthook install`"), "{again}");
    git.hook("pre-commit", "lefthook run pre-commit");
    assert!(keysweep(&git, &["hook", "status"]).contains("pre-commit: set up in"));
    keysweep(&git, &["hook", "uninstall"]);
    assert_eq!(std::fs::read_to_string(git.file("lefthook.yml")).expect("it is there"), before);
}

#[test]
fn a_key_of_lefthook_is_never_written_twice() {
    for text in ["\"pre-commit\":\n  commands: {}\n", "pre-commit : {}\n", "{ pre-commit: {} }\n"] {
        let git = Git::new();
        git.write("lefthook.yml", text);
        let output = git.command(PROGRAM).args(["hook", "install", "pre-commit"]).output().expect("it can be started");
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(std::fs::read_to_string(git.file("lefthook.yml")).expect("it is there").starts_with(text), "{text}");
    }
}

#[test]
fn a_hook_that_cannot_be_set_up_keeps_no_other_from_it() {
    let git = Git::new();
    git.write("lefthook.yml", "pre-commit: { parallel: true }\n");
    let output = git.command(PROGRAM).args(["hook", "install"]).output().expect("it can be started");
    let text = said(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(
        text.contains("pre-push: set up in") && text.contains("1 of 3 hooks could not be set up: pre-commit"),
        "{text}"
    );
    assert!(text.contains("run: keysweep hook run pre-commit"), "it tells what to add: {text}");
    let status = keysweep(&git, &["hook", "status"]);
    assert!(status.contains("pre-commit: not set up") && status.contains("pre-push: in "), "{status}");
}

#[test]
fn a_hook_that_misses_something_says_so_in_one_line() {
    let git = Git::new();
    git.commit_file("README", "read me\n", "First");
    keysweep(&git, &["hook", "install"]);
    for name in ["a", "b"] {
        git.add(name, format!("the file {name}\n"));
        let id = git.run(&["rev-parse", &format!(":{name}")]);
        std::fs::remove_file(git.file(format!(".git/objects/{}/{}", &id[..2], &id[2..]))).expect("it is loose");
    }
    let run = |arguments: &[&str]| git.command(PROGRAM).args(arguments).output().expect("it can be started");
    let output = run(&["hook", "run", "pre-commit"]);
    let text = said(&output);
    assert!(!output.status.success() && text.lines().count() == 1, "{text}");
    for part in ["`git commit --no-verify`", "1 more could not be looked at", "not everything was checked"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(said(&run(&["hook", "run", "-v", "pre-commit"])).lines().count() > 1, "details for who asks");
    git.write(".git/index", "no index");
    let output = run(&["hook", "run", "pre-commit"]);
    assert!(!output.status.success() && said(&output).lines().count() == 1, "{}", said(&output));
}

#[test]
fn where_git_runs_no_hooks_none_is_set_up() {
    for path in ["", "/dev/null", "file"] {
        let git = Git::new();
        git.write("file", "");
        git.run(&["config", "core.hooksPath", path]);
        for command in ["install", "status"] {
            let output = git.command(PROGRAM).args(["hook", command]).output().expect("it can be started");
            assert_eq!(output.status.code(), Some(2), "{path}");
            assert!(said(&output).contains("git runs no hooks here"), "{}", said(&output));
        }
        assert!(!git.file("pre-commit").exists());
    }
}

#[test]
fn a_hook_that_was_moved_aside_is_not_lost_to_another() {
    let git = Git::new();
    let path = git.file(".git/hooks/pre-commit");
    git.write(".git/hooks/pre-commit", "#!/usr/bin/python3\n# first\n");
    keysweep(&git, &["hook", "install", "pre-commit"]);
    std::fs::write(&path, "#!/usr/bin/python3\n# second\n").expect("the hook is there");
    let output = git.command(PROGRAM).args(["hook", "install", "pre-commit"]).output().expect("it can be started");
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("pre-commit.before-keysweep"), "{}", said(&output));
    let aside = std::fs::read_to_string(git.file(".git/hooks/pre-commit.before-keysweep")).expect("it is there");
    assert_eq!(aside, "#!/usr/bin/python3\n# first\n");
}

#[test]
fn a_hook_whose_program_is_gone_says_so_and_fails() {
    let git = staged();
    let copy = git.beside("copy").path().to_owned();
    // Another process copies: a file that this one holds open while a test beside it starts a program is busy.
    let copied = std::process::Command::new("cp").arg(PROGRAM).arg(&copy).status();
    assert!(copied.is_ok_and(|status| status.success()), "the program can be copied");
    let output = git.command(&copy).args(["hook", "install", "pre-commit"]).output().expect("it can be started");
    assert!(output.status.success(), "{}", said(&output));
    std::fs::remove_file(copy).expect("the copy is there");
    let output = git.attempt(&["commit", "-qm", "x"]);
    assert!(!output.status.success());
    let text = said(&output);
    assert!(text.lines().count() == 1 && text.contains("install it again"), "{text}");
}

#[test]
fn a_hook_that_cannot_do_its_job_says_how_to_go_on() {
    let git = staged();
    keysweep(&git, &["hook", "install", "pre-commit"]);
    git.write("keysweep.toml", "nonsense = true\n");
    let output = git.attempt(&["commit", "-qm", "x"]);
    assert!(!output.status.success());
    let text = said(&output);
    let expected = [
        "there is no such key",
        "keysweep.toml` is not valid: line 1",
        "; nothing was checked: `keysweep init --stdout` explains every key; ",
        "git commit --no-verify",
    ];
    assert!(text.lines().count() == 1 && expected.iter().all(|part| text.contains(part)), "{text}");
    assert!(!text.contains("nothing was scanned") && !text.contains("docs/"), "{text}");
}

#[test]
fn a_hook_that_is_asked_to_says_what_it_looked_at() {
    let git = staged();
    git.add("config.py", "clean = True\n");
    assert_eq!(keysweep(&git, &["hook", "run", "pre-commit"]), "");
    assert!(
        keysweep(&git, &["hook", "run", "-v", "pre-commit"]).starts_with("nothing leaked was found in 1 index entry")
    );
}

#[test]
fn a_git_directory_elsewhere_has_its_work_tree_here() {
    let git = Git::init(&["--separate-git-dir", "../elsewhere"]);
    git.commit_file("README", "read me\n", "First");
    git.add("config.py", leak());
    keysweep(&git, &["hook", "install", "pre-commit"]);
    commit_is_refused_until_clean(&git);
}

#[test]
fn what_the_environment_says_of_a_framework_changes_nothing_for_a_commit() {
    let git = staged();
    keysweep(&git, &["hook", "install", "pre-commit"]);
    for framework in [None, Some("1")] {
        let mut command = git.git(&["commit", "-qm", "x"]);
        command.env("PRE_COMMIT_FROM_REF", "HEAD").env("PRE_COMMIT_TO_REF", "HEAD");
        command.envs(framework.map(|value| ("PRE_COMMIT", value)));
        refused(command);
    }
}

#[test]
fn a_message_is_what_git_keeps_of_it() {
    let git = staged();
    git.run(&["reset", "-q"]);
    keysweep(&git, &["hook", "install", "commit-msg"]);
    let scissors = "# ------------------------ >8 ------------------------";
    let text = format!("Subject\n\n{scissors}\n{}", leak());
    // Nobody has edited it, so git keeps all of it.
    refused(git.git(&["commit", "--allow-empty", "-qm", &text]));
    refused(git.git(&["commit", "--allow-empty", "-qm", &format!("Subject\n\n# {}", leak())]));
    let edited = |text: &str| {
        let mut command = git.git(&["commit", "--allow-empty", "-q"]);
        command.env("TEXT", text).env("GIT_EDITOR", "printf '%s' \"$TEXT\" >");
        command
    };
    refused(edited(&format!("Subject\n\n{}", leak())));
    let output = edited(&format!("Subject\n# {}", leak())).output().expect("git is installed");
    assert!(output.status.success(), "git takes comments out: {}", said(&output));
    assert_eq!(git.run(&["log", "-1", "--format=%B"]).trim(), "Subject");
}

#[cfg(unix)]
#[test]
fn a_hook_that_was_moved_aside_is_run_whatever_becomes_of_keysweeps_own() {
    let git = staged();
    git.hook("pre-commit", "exit 0");
    std::fs::write(git.file(".git/hooks/pre-commit"), "#!/usr/bin/env -S sh -e\necho ran >> ran\n")
        .expect("it is there");
    keysweep(&git, &["hook", "install", "pre-commit"]);
    assert!(git.file(".git/hooks/pre-commit.before-keysweep").exists());
    std::fs::remove_file(git.file(".git/hooks/pre-commit")).expect("it is there");
    assert!(keysweep(&git, &["hook", "status"]).contains("pre-commit: not set up"));
    keysweep(&git, &["hook", "install", "pre-commit"]);
    commit_is_refused_until_clean(&git);
    assert_eq!(std::fs::read_to_string(git.file("ran")).expect("the other hook ran"), "ran\n");
    let status = git.command("chmod").args(["644", ".git/hooks/pre-commit"]).status();
    assert!(status.expect("chmod is installed").success());
    let said = keysweep(&git, &["hook", "status"]);
    assert!(said.contains("pre-commit: not run by git, because it is not executable"), "{said}");
}

#[test]
fn lines_whose_end_is_gone_are_told() {
    let git = staged();
    let path = git.file(".git/hooks/pre-commit");
    keysweep(&git, &["hook", "install", "pre-commit"]);
    let script = std::fs::read_to_string(&path).expect("the hook is there");
    std::fs::write(&path, script.replace("# keysweep end\n", "")).expect("the hook can be written");
    let run = |arguments: &[&str]| git.command(PROGRAM).args(arguments).output().expect("keysweep runs");
    for arguments in [&["hook", "install", "pre-commit"][..], &["hook", "uninstall", "pre-commit"]] {
        let output = run(arguments);
        assert!(!output.status.success() && said(&output).contains("`# keysweep end` is gone"), "{}", said(&output));
    }
    assert!(said(&run(&["hook", "status"])).contains("`# keysweep end` is gone"));
}

#[test]
fn a_message_with_a_token_is_refused() {
    let git = staged();
    git.run(&["reset", "-q"]);
    keysweep(&git, &["hook", "install", "commit-msg"]);
    let text = refused(git.git(&["commit", "--allow-empty", "-qm", &leak()]));
    assert!(text.contains("git commit --no-verify"), "{text}");
    let fingerprint = text.split("`fingerprint = ").nth(1).and_then(|rest| rest.split('`').next()).expect("it is told");
    git.write("keysweep.toml", format!("[[allow]]\nfingerprint = {fingerprint}\nreason = \"made up\"\n"));
    let output = git.attempt(&["commit", "--allow-empty", "-qm", &leak()]);
    assert!(output.status.success(), "a false alarm is allowed: {}", said(&output));
    git.remove("keysweep.toml");
    let output = git.attempt(&["commit", "--allow-empty", "-qm", "Clean"]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn outside_of_a_repository_there_is_nothing_to_install() {
    let plain = Git::outside();
    let output = plain.command(PROGRAM).args(["hook", "install"]).output().expect("it can be started");
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("not inside a git repository"), "{}", said(&output));
}

#[test]
fn a_hook_that_is_named_twice_is_set_up_once_and_told_once() {
    let git = Git::new();
    let said = keysweep(&git, &["hook", "install", "pre-commit", "claude-code", "pre-commit", "claude-code"]);
    assert_eq!(said.lines().count(), 3, "with that of merges: {said}");
    let said = keysweep(&git, &["hook", "uninstall", "pre-commit", "pre-commit"]);
    assert_eq!(said.lines().count(), 2, "{said}");
}
