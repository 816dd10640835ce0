//! Pushes, from the side that sends and the side that receives.

use super::{PROGRAM, keysweep, leak, refused, said, token};
use crate::git::Git;

/// Makes a repository with one pushed commit and a bare remote.
fn with_remote() -> (Git, Git) {
    let git = Git::new();
    git.commit_file("README", "read me\n", "First");
    git.run(&["init", "-q", "--bare", "-b", "main", "../remote"]);
    git.run(&["remote", "add", "origin", "../remote"]);
    git.run(&["push", "-q", "-u", "origin", "main"]);
    let remote = git.beside("remote");
    (git, remote)
}

#[test]
fn a_push_is_refused_for_what_it_brings_and_not_for_what_is_there() {
    let (git, _) = with_remote();
    git.commit_file("old", leak(), "A secret that was pushed before anyone looked");
    git.run(&["push", "-q"]);
    git.hook("pre-push", "cat > lines");
    keysweep(&git, &["hook", "install", "pre-push"]);
    git.commit_file("clean", "x\n", "Clean");
    let output = git.attempt(&["push", "-q"]);
    assert!(output.status.success(), "{}", said(&output));
    let lines = std::fs::read_to_string(git.file("lines")).expect("the other hook ran");
    assert!(lines.starts_with("refs/heads/main ") && lines.lines().count() == 1, "it got git's lines: {lines:?}");
    // Gone from the tip, but in a commit on the way.
    git.commit_file("brief", leak(), "Come");
    git.run(&["rm", "-q", "brief"]);
    git.commit("Go");
    let said = refused(git.git(&["push"]));
    assert!(said.contains("git rebase -i") && said.contains("git push --no-verify"), "{said}");
    git.run(&["checkout", "-q", "-b", "new-branch"]);
    refused(git.git(&["push", "origin", "new-branch"]));
    git.run(&["reset", "-q", "--hard", "HEAD~2"]);
    assert!(git.attempt(&["push", "-q", "origin", "new-branch"]).status.success());
    assert!(git.attempt(&["push", "-q", "origin", "--delete", "new-branch"]).status.success());
    assert!(git.attempt(&["push", "-q", "origin", "origin/main:refs/heads/same"]).status.success(), "nothing is new");
}

#[test]
fn a_push_to_a_url_is_compared_with_what_is_there() {
    let (git, remote) = with_remote();
    keysweep(&git, &["hook", "install", "pre-push"]);
    git.commit_file("secret", leak(), "Come");
    let url = format!("file://{}", remote.path().display());
    refused(git.git(&["push", &url, "main"]));
}

#[test]
fn what_the_remote_has_and_was_never_fetched_changes_nothing() {
    let (git, _) = with_remote();
    git.run(&["clone", "-q", "../remote", "../other"]);
    let other = git.beside("other");
    other.commit_file("theirs", "x\n", "Theirs");
    other.run(&["push", "-q"]);
    keysweep(&git, &["hook", "install", "pre-push"]);
    git.commit_file("ours", "x\n", "Ours");
    let output = git.attempt(&["push", "-q", "--force"]);
    assert!(output.status.success(), "{}", said(&output));
    other.commit_file("more", "x\n", "More");
    other.run(&["push", "-q", "--force"]);
    git.commit_file("secret", leak(), "Come");
    refused(git.git(&["push", "--force"]));
}

#[test]
fn what_was_fetched_and_is_gone_from_the_remote_is_new_again() {
    let (git, _) = with_remote();
    git.commit_file("secret", leak(), "A secret that was pushed before anyone looked");
    git.run(&["push", "-q"]);
    git.run(&["clone", "-q", "../remote", "../other"]);
    git.run(&["reset", "-q", "--hard", "HEAD~1"]);
    git.run(&["push", "-q", "--force"]);
    let other = git.beside("other");
    keysweep(&other, &["hook", "install", "pre-push"]);
    refused(other.git(&["push", "origin", "main"]));
}

#[test]
fn what_was_fetched_says_nothing_of_another_place_that_is_pushed_to() {
    let (git, _) = with_remote();
    git.commit_file("secret", leak(), "A secret that was pushed before anyone looked");
    git.run(&["push", "-q"]);
    git.run(&["init", "-q", "--bare", "-b", "main", "../elsewhere"]);
    git.run(&["remote", "set-url", "--push", "origin", "../elsewhere"]);
    keysweep(&git, &["hook", "install", "pre-push"]);
    refused(git.git(&["push", "origin", "main"]));
    git.run(&["remote", "set-url", "--push", "origin", "../remote/"]);
    git.commit_file("clean", "x\n", "Clean");
    let output = git.attempt(&["push", "-q", "origin", "main"]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn a_tag_may_name_content_without_any_commit() {
    let (git, _) = with_remote();
    keysweep(&git, &["hook", "install", "pre-push"]);
    let blob = |text: &str| {
        git.write("content", text);
        git.run(&["hash-object", "-w", "content"])
    };
    let tree = |blob: &str| {
        git.write("listing", format!("100644 blob {blob}\tfile\n"));
        let listing = std::fs::File::open(git.file("listing")).expect("it was written");
        let output = git.git(&["mktree"]).stdin(listing).output().expect("git is installed");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let (clean, leaking) = (blob("clean\n"), blob(&leak()));
    for (name, clean, leaking) in [("blob", clean.clone(), leaking.clone()), ("tree", tree(&clean), tree(&leaking))] {
        git.run(&["tag", "-f", name, &clean]);
        let output = git.attempt(&["push", "-q", "origin", name]);
        assert!(output.status.success(), "{name}: {}", said(&output));
        git.run(&["tag", "-f", name, &leaking]);
        refused(git.git(&["push", "-q", "--force", "origin", name]));
    }
}

#[test]
fn where_a_manager_hands_no_remote_on_the_only_one_is_meant() {
    let (git, _) = with_remote();
    git.commit_file("old", leak(), "A secret that was pushed before anyone looked");
    git.run(&["push", "-q"]);
    git.hook("pre-push", &format!("exec '{PROGRAM}' hook run pre-push"));
    git.run(&["checkout", "-q", "-b", "topic"]);
    git.commit_file("clean", "x\n", "Clean");
    let output = git.attempt(&["push", "-q", "origin", "topic"]);
    assert!(output.status.success(), "{}", said(&output));
    git.run(&["remote", "add", "other", "../other"]);
    git.run(&["checkout", "-q", "-b", "again"]);
    refused(git.git(&["push", "-q", "origin", "again"]));
}

#[test]
fn a_server_may_have_a_work_tree() {
    let git = Git::new();
    git.commit_file("README", "read me\n", "First");
    git.run(&["init", "-q", "-b", "main", "../server"]);
    let server = git.beside("server");
    keysweep(&server, &["hook", "install", "pre-receive"]);
    let output = git.attempt(&["push", "-q", "../server", "main:topic"]);
    assert!(output.status.success(), "{}", said(&output));
    git.commit_file("secret", leak(), "Come");
    refused(git.git(&["push", "../server", "main:other"]));
}

#[test]
fn a_server_sees_what_is_in_quarantine() {
    let (git, remote) = with_remote();
    keysweep(&remote, &["hook", "install", "pre-receive"]);
    git.commit_file("secret", leak(), "Come");
    refused(git.git(&["push"]));
    assert_eq!(remote.run(&["rev-parse", "main"]), git.run(&["rev-parse", "main~1"]), "nothing was taken in");
    git.run(&["reset", "-q", "--hard", "HEAD~1"]);
    git.commit_file("clean", "x\n", "Clean");
    let output = git.attempt(&["push", "-q"]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn lines_that_make_no_sense_are_no_free_pass() {
    let (git, _) = with_remote();
    let script = format!("echo nonsense | '{PROGRAM}' hook run pre-push origin url");
    let output = git.command("sh").args(["-c", &script]).output().expect("there is a shell");
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("git push --no-verify"), "{}", said(&output));
}

#[test]
fn a_ref_whose_name_is_a_token_is_refused_on_both_sides() {
    let (git, remote) = with_remote();
    let named = format!("main:refs/heads/x/{}", token());
    keysweep(&git, &["hook", "install", "pre-push"]);
    let output = git.attempt(&["push", "-q", "origin", &named]);
    let text = said(&output);
    // Git itself names the ref that it could not push.
    let ours: Vec<&str> = text.lines().filter(|line| line.starts_with("keysweep: ")).collect();
    assert!(!output.status.success() && ours.len() == 1 && ours[0].contains("glpat-***"), "{text}");
    assert!(!ours[0].contains(&token()));
    keysweep(&git, &["hook", "uninstall"]);
    keysweep(&remote, &["hook", "install"]);
    assert!(remote.file("hooks/pre-receive").exists() && !remote.file("hooks/pre-commit").exists());
    assert!(!git.attempt(&["push", "-q", "origin", &named]).status.success());
    let output = git.attempt(&["push", "-q", "origin", "main:refs/heads/x/y"]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn a_server_says_what_only_whoever_runs_it_can_do_and_takes_no_comment_of_who_pushes() {
    let (git, remote) = with_remote();
    keysweep(&remote, &["hook", "install"]);
    let allowed = leak().replace('\n', "  # keysweep:allow a sample\n");
    git.write("keysweep.toml", "[[allow]]\npath = \"*\"\nreason = \"mine\"\n\n[pre-receive]\ncomments = true\n");
    git.commit_file("secret", &allowed, "Come");
    let plain = |text: &str| text.replace("remote: ", "").split_whitespace().collect::<Vec<_>>().join(" ");
    let text = plain(&refused(git.git(&["push"])));
    for part in [
        "no leak? ask whoever runs this server for an `[[allow]]` with a `reason` and fingerprint = \"",
        "in its own keysweep.toml",
        "neither a `keysweep:allow` comment nor a keysweep.toml in what is pushed counts here",
        "and push again; a false alarm passes only as told with it",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("--no-verify") && !text.contains("REASON"), "{text}");
    remote.write("keysweep.toml", "[pre-receive]\ncomments = true\n");
    git.commit_file("other", leak().replace("gitlab", "other"), "Come without a comment");
    let text = plain(&refused(git.git(&["push"])));
    assert!(text.contains("no leak? a comment `keysweep:allow[gitlab/"), "{text}");
    assert!(text.contains("or ask whoever runs this server for an `[[allow]]`"), "{text}");
    git.run(&["reset", "-q", "--hard", "HEAD~1"]);
    let output = git.attempt(&["push", "-q"]);
    assert!(output.status.success(), "{}", said(&output));
    remote.write("keysweep.toml", "");
    let output = git.attempt(&["push", "-q", "origin", &format!("main:refs/heads/x/{}", token())]);
    let text = plain(&said(&output));
    assert!(
        text.contains("only whoever runs this server can allow a false alarm, in its own `keysweep.toml`"),
        "{text}"
    );
}
