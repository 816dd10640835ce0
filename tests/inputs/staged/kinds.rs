//! Further ways in which something comes to be staged, and settings and extensions that must change nothing.

use super::{HOOK, refused_until, repository, secret, through_hook};
use crate::git::Git;
#[cfg(unix)]
use crate::inputs::link;

#[cfg(unix)]
#[test]
fn a_path_may_become_something_else() {
    let git = repository();
    git.commit_file("file", "x\n", "File");
    git.commit_file("directory/inner", "x\n", "Directory");
    git.commit_file("to-link", "x\n", "To be a link");
    git.remove("file");
    git.add("file/inner", secret());
    std::fs::remove_dir_all(git.file("directory")).expect("it is there");
    git.add("directory", secret());
    git.remove("to-link");
    link("S3CRET-MARKER", &git.file("to-link"));
    git.run(&["add", "to-link"]);
    refused_until(&git, &["directory", "file/inner", "to-link"], |git| drop(git.run(&["reset", "-q", "--hard"])));
}

#[cfg(unix)]
#[test]
fn a_change_of_mode_alone_adds_nothing() {
    let git = repository();
    git.commit_file("script", secret(), "Known");
    git.run(&["update-index", "--chmod=+x", "script"]);
    let outcome = through_hook(&git, &["commit", "-qm", "x"]);
    assert_eq!((outcome.passed, outcome.inspected), (true, vec![]));
}

#[test]
fn a_file_may_become_a_submodule_and_a_submodule_a_file() {
    let git = repository();
    git.run(&["init", "-q", "-b", "main", "../inner"]);
    git.beside("inner").commit_file("x", "x\n", "Inner");
    git.run(&["submodule", "--quiet", "add", "../inner", "sub"]);
    git.commit("Submodule");
    git.run(&["rm", "-q", "--cached", "sub"]);
    std::fs::remove_dir_all(git.file("sub")).expect("it is there");
    git.add("sub", secret());
    refused_until(&git, &["sub"], |git| git.add("sub", "clean\n"));
}

#[test]
fn a_merge_of_several_branches_shows_what_it_alone_adds() {
    let git = repository();
    for name in ["one", "two"] {
        git.run(&["checkout", "-q", "-b", name, "main"]);
        git.commit_file(format!("{name}.txt"), secret(), "A secret that is known there");
    }
    git.run(&["checkout", "-q", "main"]);
    git.commit_file("main.txt", "x\n", "Main goes on");
    git.run(&["merge", "-q", "--no-commit", "one", "two"]);
    git.add("evil.txt", secret());
    let outcome = through_hook(&git, &["commit", "-qm", "Merge"]);
    assert_eq!((outcome.passed, outcome.new), (false, vec!["evil.txt".to_owned()]));
    git.run(&["rm", "-q", "--cached", "evil.txt"]);
    let outcome = through_hook(&git, &["commit", "-qm", "Merge"]);
    assert_eq!((outcome.passed, outcome.inspected), (true, vec![]));
}

#[test]
fn a_merge_without_conflict_runs_its_own_hook() {
    let git = repository();
    git.run(&["checkout", "-q", "-b", "side"]);
    git.commit_file("side.txt", "x\n", "Side");
    git.run(&["checkout", "-q", "main"]);
    git.commit_file("main.txt", "x\n", "Main");
    let outcome = through_hook(&git, &["merge", "-q", "--no-edit", "side"]);
    assert_eq!((outcome.passed, outcome.inspected), (true, vec![]), "all of it is known to one of the parents");
}

#[test]
fn what_is_picked_or_reverted_without_a_commit_is_staged_like_anything_else() {
    let git = repository();
    git.run(&["checkout", "-q", "-b", "side"]);
    git.commit_file("picked.txt", secret(), "Side");
    git.run(&["checkout", "-q", "main"]);
    git.run(&["cherry-pick", "--no-commit", "side"]);
    refused_until(&git, &["picked.txt"], |git| drop(git.run(&["reset", "-q", "--hard"])));
    git.commit_file("gone.txt", secret(), "Come");
    git.run(&["rm", "-q", "gone.txt"]);
    git.commit("Go");
    git.run(&["revert", "--no-commit", "HEAD"]);
    refused_until(&git, &["gone.txt"], |git| drop(git.run(&["reset", "-q", "--hard"])));
}

#[test]
fn commit_with_include_takes_the_index_and_the_path() {
    let git = repository();
    git.add("staged.txt", secret());
    git.write("README", secret());
    let outcome = through_hook(&git, &["commit", "-qm", "x", "--include", "README"]);
    assert_eq!((outcome.passed, outcome.new), (false, vec!["README".to_owned(), "staged.txt".to_owned()]));
}

#[test]
fn files_that_git_is_told_to_take_as_unchanged_are_seen_where_they_are_staged() {
    let git = repository();
    git.commit_file("file", "x\n", "File");
    git.add("file", secret());
    git.run(&["update-index", "--assume-unchanged", "file"]);
    refused_until(&git, &["file"], |git| drop(git.run(&["reset", "-q", "--hard"])));
}

#[test]
fn a_replacement_hides_nothing() {
    let git = repository();
    git.add("file", secret());
    let (staged, clean) = (git.run(&["rev-parse", ":file"]), git.run(&["rev-parse", "HEAD:README"]));
    git.run(&["replace", &staged, &clean]);
    refused_until(&git, &["file"], |git| drop(git.run(&["reset", "-q", "--hard"])));
}

#[test]
fn objects_may_lie_in_another_repository() {
    let git = repository();
    git.commit_file("old.txt", secret(), "Known");
    git.run(&["clone", "-q", "--shared", ".", "../shared"]);
    let shared = git.beside("shared");
    shared.hook("pre-commit", HOOK);
    shared.run(&["mv", "old.txt", "moved.txt"]);
    shared.add("new.txt", "z\n".repeat(50) + &secret());
    let outcome = through_hook(&shared, &["commit", "-qm", "x"]);
    assert_eq!((outcome.passed, outcome.new, outcome.known), (false, vec!["new.txt".into()], vec!["moved.txt".into()]));
}

#[cfg(unix)]
#[test]
fn the_extension_of_a_file_system_monitor_changes_nothing() {
    let git = repository();
    git.commit_file("file", "x\n", "File");
    // What a monitor says: a name for now, and that everything may have changed.
    git.hook("monitor", r"printf 'now\0/\0'");
    let monitor = git.file(".git/hooks/monitor").display().to_string();
    git.run(&["config", "core.fsmonitor", &monitor]);
    git.run(&["config", "core.fsmonitorHookVersion", "2"]);
    git.run(&["update-index", "--fsmonitor"]);
    git.run(&["status"]);
    git.add("file", secret());
    let index = std::fs::read(git.file(".git/index")).expect("there is an index");
    assert!(memchr::memmem::find(&index, b"FSMN").is_some(), "git wrote the extension");
    refused_until(&git, &["file"], |git| git.add("file", "clean\n"));
}

#[test]
fn settings_about_the_index_change_nothing() {
    for setting in [
        "feature.manyFiles=true",
        "index.skipHash=true",
        "index.version=4",
        "index.recordEndOfIndexEntries=true",
        "index.recordOffsetTable=true",
        "index.threads=4",
        "core.splitIndex=true",
        "core.untrackedCache=true",
        "core.ignoreCase=true",
        "core.fileMode=false",
        "core.symlinks=false",
        "core.preloadIndex=false",
        "core.quotePath=true",
        "core.attributesFile=/dev/null",
        "core.excludesFile=/dev/null",
        "core.safecrlf=true",
        "commit.verbose=true",
        "commit.cleanup=scissors",
        "diff.orderFile=/dev/null",
        "diff.relative=true",
        "diff.submodule=log",
        "diff.wordRegex=.",
        "color.diff=always",
        "log.showSignature=true",
        "core.pager=false",
        "core.compression=0",
        "core.bigFileThreshold=1",
        "extensions.worktreeConfig=true",
    ] {
        let git = Git::new();
        let (key, value) = setting.split_once('=').expect("a key and a value");
        git.run(&["config", key, value]);
        git.commit_file("a/old.txt", "old\n", "First");
        git.hook("pre-commit", HOOK);
        git.add("a/new.txt", secret());
        let outcome = through_hook(&git, &["commit", "-qm", "x"]);
        assert_eq!((outcome.passed, outcome.new), (false, vec!["a/new.txt".to_owned()]), "{setting}");
        git.add("a/new.txt", "clean\n");
        let outcome = through_hook(&git, &["commit", "-qm", "x"]);
        assert_eq!((outcome.passed, outcome.inspected), (true, vec!["a/new.txt".to_owned()]), "{setting}");
    }
}
