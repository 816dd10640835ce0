//! What git does around hooks: merges that it commits by itself, namespaces, and settings on its command line.

use super::{PROGRAM, keysweep, leak, refused, said, token};
use crate::git::Git;

#[test]
fn a_merge_that_git_commits_by_itself_is_looked_at() {
    let git = Git::new();
    git.commit_file("base", "1\n2\n3\n4\n5\n", "First");
    git.commit_file("known", leak(), "A leak that a parent has");
    git.run(&["checkout", "-q", "-b", "side"]);
    git.commit_file("base", "1\n2\n3\n4\nside\n", "Side");
    git.commit_file("theirs", leak(), "The same leak elsewhere");
    git.run(&["checkout", "-q", "main"]);
    git.commit_file("base", "main\n2\n3\n4\n5\n", "Main");
    keysweep(&git, &["hook", "install", "pre-commit"]);
    assert!(git.file(".git/hooks/pre-merge-commit").is_file());
    let status = keysweep(&git, &["hook", "status"]);
    assert!(status.lines().any(|line| line.starts_with("pre-merge-commit: set up: ")), "{status}");
    let output = git.attempt(&["merge", "-q", "--no-edit", "side"]);
    assert!(output.status.success(), "what a parent has is not new: {}", said(&output));
    git.run(&["reset", "-q", "--hard", "HEAD~1"]);
    let driver = format!("printf '%s' '{}' >%A", leak().replace("glpat", "glp'at'"));
    git.run(&["config", "merge.leaks.driver", &driver]);
    git.write(".gitattributes", "base merge=leaks\n");
    let said = refused(git.git(&["merge", "--no-edit", "side"]));
    assert!(said.contains("base:1"), "{said}");
    git.run(&["merge", "--abort"]);
    keysweep(&git, &["hook", "uninstall", "pre-commit"]);
    assert!(!git.file(".git/hooks/pre-merge-commit").exists());
}

#[test]
fn a_namespace_changes_nothing_for_a_commit() {
    let git = Git::new();
    git.commit_file("a", "a\n", "First");
    keysweep(&git, &["hook", "install", "pre-commit"]);
    let mut commit = git.git(&["commit", "-q", "--allow-empty", "-m", "b"]);
    let output = commit.env("GIT_NAMESPACE", "x").output().expect("git is installed");
    assert!(output.status.success() && said(&output).is_empty(), "{}", said(&output));
    git.add("secret", leak());
    let mut commit = git.git(&["commit", "-q", "-m", "c"]);
    commit.env("GIT_NAMESPACE", "x");
    refused(commit);
}

#[test]
fn a_message_is_read_by_the_settings_of_gits_own_command_line() {
    let git = Git::new();
    keysweep(&git, &["hook", "install", "commit-msg"]);
    let editor = format!("printf 'x\\n%s{}\\n' '# ' >", token());
    let commented = format!("printf 'x\\n%s{}\\n' '; ' >", token());
    for (setting, editor, stopped) in [
        ("core.commentChar=;", &editor, true),
        ("core.commentChar=;", &commented, false),
        ("commit.cleanup=verbatim", &editor, true),
        ("commit.gpgSign=false", &editor, false),
    ] {
        let mut commit = git.git(&["-c", setting, "commit", "-q", "--allow-empty"]);
        let output = commit.env("GIT_EDITOR", editor).output().expect("git is installed");
        assert_eq!(output.status.success(), !stopped, "{setting}: {}", said(&output));
        let is_told = said(&output).contains("by an `[[allow]]` with a `reason` and `fingerprint = ");
        assert_eq!(is_told, stopped, "{setting}: {}", said(&output));
    }
}

#[test]
fn a_push_without_gits_lines_is_looked_at_by_what_the_remote_lacks() {
    let git = Git::new();
    git.commit_file("README", "read me\n", "First");
    git.commit_file("old", leak(), "A secret that was pushed before anyone looked");
    git.run(&["init", "-q", "--bare", "-b", "main", "../remote"]);
    git.run(&["remote", "add", "origin", "../remote"]);
    git.run(&["push", "-q", "-u", "origin", "main"]);
    git.hook("pre-push", &format!("cat >/dev/null\n'{PROGRAM}' hook run pre-push \"$@\""));
    let output = git.attempt(&["push", "-q", "origin", "main"]);
    assert!(output.status.success() && said(&output).is_empty(), "{}", said(&output));
    git.commit_file("secret", leak().replace("token", "other"), "Come");
    refused(git.git(&["push", "origin", "main"]));
    git.hook("pre-push", &format!("'{PROGRAM}' hook run pre-push"));
    refused(git.git(&["push", "origin", "main"]));
    let outside = Git::outside();
    let mut run = outside.command(PROGRAM);
    let output = run.args(["hook", "run", "pre-push"]).stdin(std::process::Stdio::null()).output().expect("it starts");
    assert!(!output.status.success() && said(&output).contains("not inside a git repository"), "{}", said(&output));
}

#[test]
fn what_is_told_can_be_done() {
    let git = Git::new();
    keysweep(&git, &["hook", "install", "pre-commit"]);
    git.add(format!("{}.txt", token()), "x\n");
    let said = refused(git.git(&["commit", "-qm", "x"]));
    assert!(!said.contains("on its line") && said.contains("fingerprint = "), "a name has no line: {said}");
    git.run(&["rm", "-q", "--cached", "-r", "."]);
    std::fs::create_dir(git.file("keysweep.toml")).expect("the folder can be made");
    git.add("a", "x\n");
    let output = git.attempt(&["commit", "-qm", "x"]);
    let said = super::said(&output);
    assert!(!output.status.success() && said.contains("is a directory") && said.contains("move it away"), "{said}");
}
