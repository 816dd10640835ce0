//! The cases in which other scanners' hooks miss something, by the numbers of the list in which they were collected.

use super::{HOOK, MARKER, refused_until, repository, secret, through_hook};
use crate::git::Git;
#[cfg(unix)]
use crate::inputs::link;

#[test]
fn s01_a_staged_secret_is_refused_and_its_removal_passes() {
    let git = repository();
    git.add("a/b.txt", secret());
    refused_until(&git, &["a/b.txt"], |git| git.add("a/b.txt", "line\n"));
}

#[test]
fn s02_what_is_staged_counts_and_not_what_the_work_tree_has() {
    let git = repository();
    git.add("b.txt", secret());
    git.write("b.txt", "cleaned\n");
    refused_until(&git, &["b.txt"], |git| git.add("b.txt", "cleaned\n"));
    git.write("b.txt", secret());
    assert!(through_hook(&git, &["commit", "-qm", "x", "--allow-empty"]).passed);
}

#[test]
fn s03_a_rename_with_a_change_shows_what_the_change_adds() {
    let git = repository();
    let text = "a line that stays\n".repeat(20);
    git.commit_file("old.txt", &text, "Old");
    git.run(&["mv", "old.txt", "new.txt"]);
    git.add("new.txt", text.clone() + &secret());
    refused_until(&git, &["new.txt"], |git| git.add("new.txt", &text));
}

#[test]
fn s04_commit_all_uses_a_temporary_index() {
    let git = repository();
    git.write("README", secret());
    assert!(through_hook(&git, &["commit", "-qm", "x", "--allow-empty"]).passed, "nothing is staged");
    let outcome = through_hook(&git, &["commit", "-qam", "x"]);
    assert_eq!((outcome.passed, outcome.new), (false, vec!["README".to_owned()]));
}

#[test]
fn s05_commit_of_a_path_uses_a_temporary_index() {
    let git = repository();
    git.commit_file("other", "x\n", "Other");
    git.write("README", secret());
    git.write("other", "y\n");
    assert!(through_hook(&git, &["commit", "-qm", "x", "other"]).passed);
    let outcome = through_hook(&git, &["commit", "-qm", "x", "README"]);
    assert_eq!((outcome.passed, outcome.new), (false, vec!["README".to_owned()]));
}

#[test]
fn s06_and_s18_attributes_and_text_conversions_hide_nothing() {
    let git = repository();
    git.run(&["config", "diff.blank.textconv", "true"]);
    git.run(&["config", "diff.blank.command", "true"]);
    git.run(&["config", "diff.external", "true"]);
    git.commit_file(".gitattributes", "*.dat -diff\n*.bin binary\n*.txt diff=blank\n", "Attributes");
    for path in ["a.dat", "b.bin", "c.txt"] {
        git.add(path, secret());
    }
    refused_until(&git, &["a.dat", "b.bin", "c.txt"], |git| drop(git.run(&["reset", "-q"])));
}

#[test]
fn s07_and_s08_bytes_reach_the_visitor_as_they_are() {
    let git = repository();
    git.add("utf16.txt", secret().encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    git.add("nul.bin", [b"\0\xff\0".as_slice(), secret().as_bytes(), b"\0"].concat());
    refused_until(&git, &["nul.bin", "utf16.txt"], |git| drop(git.run(&["reset", "-q"])));
}

#[cfg(unix)]
#[test]
fn s09_to_s12_names_may_hold_any_byte() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let git = repository();
    for name in [
        b"a space".as_slice(),
        b"new\nline",
        "ünï/cödé".as_bytes(),
        b"-dash",
        b"quo\"te",
        b"tab\t",
        b":colon",
        b"\xff\xfe",
    ] {
        git.add(OsStr::from_bytes(name), secret());
    }
    let names = ["-dash", ":colon", "\\xff\\xfe", "a space", "new\\nline", "quo\\\"te", "tab\\t", "ünï/cödé"];
    refused_until(&git, &names, |git| drop(git.run(&["reset", "-q"])));
}

#[test]
fn s13_a_commit_from_a_subdirectory_covers_the_whole_index() {
    let git = repository();
    git.add("top.txt", secret());
    git.add("sub/inner.txt", secret());
    refused_until(&git.at("sub"), &["sub/inner.txt", "top.txt"], |git| drop(git.run(&["reset", "-q"])));
}

#[cfg(unix)]
#[test]
fn s14_and_s15_links_are_their_target_and_may_become_files() {
    let git = repository();
    link("nowhere", &git.file("link"));
    git.run(&["add", "link"]);
    git.commit("Link");
    git.remove("link");
    git.add("link", secret());
    link(&format!("https://user:{MARKER}@host/"), &git.file("target"));
    git.run(&["add", "target"]);
    refused_until(&git, &["link", "target"], |git| drop(git.run(&["reset", "-q"])));
}

#[test]
fn s16_and_s17_settings_about_patches_change_nothing() {
    let git = repository();
    let settings = [
        ("color.ui", "always"),
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("core.quotePath", "false"),
        ("diff.renames", "copies"),
        ("diff.algorithm", "histogram"),
        ("core.autocrlf", "true"),
        ("diff.ignoreSubmodules", "all"),
    ];
    for (key, value) in settings {
        git.run(&["config", key, value]);
    }
    git.add("plain.txt", secret());
    refused_until(&git, &["plain.txt"], |git| git.add("plain.txt", "clean\n"));
}

#[test]
fn s19_a_linked_worktree_has_its_own_index_and_head() {
    let git = repository();
    git.add("main-only.txt", secret());
    git.run(&["worktree", "add", "-q", "-b", "side", "../linked", "HEAD"]);
    let linked = git.beside("linked");
    linked.add("linked.txt", secret());
    refused_until(&linked, &["linked.txt"], |git| git.add("linked.txt", "clean\n"));
    refused_until(&git, &["main-only.txt"], |git| drop(git.run(&["reset", "-q"])));
}

#[test]
fn s20_everything_is_new_in_the_first_commit() {
    let git = Git::new();
    git.hook("pre-commit", HOOK);
    git.add("a", secret());
    git.add("deep/er/b", "clean\n");
    let outcome = through_hook(&git, &["commit", "-qm", "x"]);
    assert_eq!(outcome.inspected, ["a", "deep/er/b"]);
    assert_eq!((outcome.passed, outcome.new), (false, vec!["a".to_owned()]));
}

#[test]
fn s21_a_merge_shows_what_it_alone_adds() {
    let git = repository();
    git.commit_file("both", "base\n", "Base");
    git.run(&["checkout", "-q", "-b", "side"]);
    git.commit_file("side.txt", secret(), "A secret of the side's own, known there");
    git.commit_file("both", "side\n", "Side");
    git.run(&["checkout", "-q", "main"]);
    git.commit_file("both", "main\n", "Main");
    assert!(!git.attempt(&["merge", "-q", "side"]).status.success(), "the merge has a conflict");
    git.add("both", "main and side\n".to_owned() + &secret());
    git.add("evil.txt", secret());
    let outcome = through_hook(&git, &["commit", "-qm", "Merge"]);
    assert_eq!(outcome.new, ["both", "evil.txt"], "and not side.txt, which the side's commit holds");
    git.add("both", "main and side\n");
    git.run(&["rm", "-q", "--cached", "evil.txt"]);
    let outcome = through_hook(&git, &["commit", "-qm", "Merge"]);
    assert_eq!((outcome.passed, outcome.inspected), (true, vec!["both".to_owned()]));
}

#[test]
fn s22_a_secret_that_was_there_before_does_not_block() {
    let git = repository();
    let text = "a line that stays\n".repeat(20) + &secret();
    git.commit_file("old.txt", &text, "Old");
    git.commit_file("edited.txt", &text, "Another");
    git.run(&["mv", "old.txt", "moved.txt"]);
    git.add("edited.txt", text.clone() + "one more line\n");
    let outcome = through_hook(&git, &["commit", "-qm", "Move"]);
    assert_eq!((outcome.passed, outcome.known), (true, vec!["edited.txt".to_owned(), "moved.txt".to_owned()]));
    // Renamed with a change that has nothing to do with the secret.
    git.run(&["mv", "moved.txt", "again.txt"]);
    git.add("again.txt", text + "one more line\n");
    let outcome = through_hook(&git, &["commit", "-qm", "Move and edit"]);
    assert_eq!((outcome.passed, outcome.known), (true, vec!["again.txt".to_owned()]));
    // A copy is no rename: the secret is in one more place.
    git.add("copy.txt", secret());
    assert_eq!(through_hook(&git, &["commit", "-qm", "Copy"]).new, ["copy.txt"]);
}

#[test]
fn s22_a_directory_that_moves_takes_its_secrets_along() {
    let git = repository();
    git.commit_file("old/deep/a.txt", secret(), "Old");
    git.run(&["mv", "old", "new"]);
    let outcome = through_hook(&git, &["commit", "-qm", "Move"]);
    assert_eq!((outcome.passed, outcome.known), (true, vec!["new/deep/a.txt".to_owned()]));
}

#[test]
fn s23_an_amended_commit_shows_what_is_added_to_it() {
    let git = repository();
    git.add("a.txt", secret());
    let outcome = through_hook(&git, &["commit", "-q", "--amend", "--no-edit"]);
    assert_eq!((outcome.passed, outcome.new), (false, vec!["a.txt".to_owned()]));
}

#[test]
fn s25_objects_may_be_named_by_sha256() {
    let git = Git::init(&["--object-format=sha256"]);
    git.commit_file("a/b", "first\n", "First");
    git.hook("pre-commit", HOOK);
    git.add("a/c", secret());
    refused_until(&git, &["a/c"], |git| drop(git.run(&["reset", "-q"])));
}

#[test]
fn s26_refs_may_be_stored_in_reftables() {
    let git = Git::init(&["--ref-format=reftable"]);
    git.commit_file("old.txt", secret(), "First");
    git.commit_file("a/b", "second\n", "Second");
    git.hook("pre-commit", HOOK);
    git.add("a/c", secret());
    refused_until(&git, &["a/c"], |git| drop(git.run(&["reset", "-q"])));
    git.run(&["worktree", "add", "-q", "-b", "side", "../linked", "HEAD~1"]);
    let linked = git.beside("linked");
    linked.add("linked.txt", secret());
    refused_until(&linked, &["linked.txt"], |git| git.add("linked.txt", "clean\n"));
}

#[test]
fn s27_a_forced_ignored_file_is_seen() {
    let git = repository();
    git.commit_file(".gitignore", "*.env\n", "Ignore");
    git.add("x.env", secret());
    refused_until(&git, &["x.env"], |git| drop(git.run(&["reset", "-q"])));
}

#[test]
fn s28_a_sparse_checkout_hides_nothing_that_is_staged() {
    let git = repository();
    git.commit_file("in/a", "a\n", "In");
    git.commit_file("out/b/c", "c\n", "Out");
    for index in ["--no-sparse-index", "--sparse-index"] {
        git.run(&["sparse-checkout", "set", index, "in"]);
        git.write("out/d", secret());
        git.run(&["add", "--sparse", "out/d"]);
        git.remove("out/d");
        git.run(&["update-index", "--skip-worktree", "out/d"]);
        git.add("in/e", secret());
        refused_until(&git, &["in/e", "out/d"], |git| drop(git.run(&["reset", "-q", "--hard"])));
    }
}

#[test]
fn s28_a_directory_of_a_sparse_index_is_compared_as_a_tree() {
    let git = repository();
    git.commit_file("out/b/c", "c\n", "Out");
    git.commit_file("out/b/d", secret(), "Out");
    let before = git.commit_file("in/a", "a\n", "In");
    git.commit_file("out/b/e", "e\n", "Further");
    git.run(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    assert!(git.run(&["ls-files", "--sparse", "--stage"]).contains("040000"), "the index is sparse");
    // HEAD goes back while the index keeps the directory as it was.
    git.run(&["reset", "-q", "--soft", &before]);
    let outcome = through_hook(&git, &["commit", "-qm", "x"]);
    assert_eq!((outcome.passed, outcome.inspected), (true, vec!["out/b/e".to_owned()]));
}

#[test]
fn s29_a_split_index_is_joined() {
    let git = repository();
    for name in 0..40 {
        git.add(format!("d{}/f{name}", name % 4), format!("{name}\n"));
    }
    git.commit("Many");
    git.run(&["update-index", "--split-index"]);
    git.add("d1/f1", secret());
    git.add("new", secret());
    git.run(&["rm", "-q", "--cached", "d2/f2"]);
    assert!(std::fs::read(git.file(".git/index")).is_ok_and(|index| memchr::memmem::find(&index, b"link").is_some()));
    refused_until(&git, &["d1/f1", "new"], |git| drop(git.run(&["reset", "-q"])));
}

#[test]
fn s30_only_the_staged_part_of_a_file_counts() {
    let git = repository();
    git.add("part", "staged\n");
    git.write("part", "staged\n".to_owned() + &secret());
    assert!(through_hook(&git, &["commit", "-qm", "x"]).passed);
}

#[test]
fn every_version_and_extension_of_the_index_is_read() {
    let git = repository();
    for name in 0..40 {
        git.add(format!("d{}/f{name}", name % 4), format!("{name}\n"));
    }
    git.commit("Many");
    git.run(&["config", "core.untrackedCache", "true"]);
    git.run(&["config", "index.threads", "2"]);
    for version in ["2", "3", "4"] {
        git.run(&["update-index", "--index-version", version]);
        git.run(&["update-index", "--force-untracked-cache"]);
        git.run(&["status"]);
        git.add("d1/f1", secret());
        // An extended flag, which version 2 has no room for.
        git.run(&["update-index", "--skip-worktree", "d2/f2"]);
        refused_until(&git, &["d1/f1"], |git| drop(git.run(&["reset", "-q", "--hard"])));
    }
}
