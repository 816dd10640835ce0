//! Commits through a real hook: what the staged input sees of each way to stage something.
//!
//! The hook runs this very test binary, as the test [`hook_probe`], in the environment that git gives to hooks.

use std::io::Write;
use std::path::Path;

use keysweep::input::repository::Repository;
use keysweep::input::{Blob, Collect, Coverage, Visitor, staged};

use super::Seen;
use crate::git::Git;

/// Stands for a secret: what the hook refuses.
const MARKER: &str = "S3CRET-MARKER";
const HOOK: &str = r#"exec "$KEYSWEEP_TESTS" --exact inputs::staged::hook_probe --ignored --nocapture >&2"#;

/// What became of a commit.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    /// Whether the hook let it through.
    passed: bool,
    /// The paths with a marker that no parent has.
    new: Vec<String>,
    /// The paths with a marker that was there before.
    known: Vec<String>,
    /// All paths that were inspected.
    inspected: Vec<String>,
}

/// The hook: not a test of its own.
#[test]
#[ignore = "run by the hook that the other tests install"]
fn hook_probe() {
    let Some(report) = std::env::var_os("KEYSWEEP_REPORT") else {
        println!("skipped: only a hook runs this");
        return;
    };
    let repository = Repository::discover(Path::new(".")).expect("a hook runs inside a repository");
    let differences = staged::changes(&repository).expect("the index can be read");
    let (collected, coverage) = (Collect::default(), Coverage::default());
    staged::read(&differences, repository.objects(), &coverage, &collected);
    let mut report =
        std::fs::OpenOptions::new().append(true).create(true).open(report).expect("the report is writable");
    let mut refused = false;
    for (origin, bytes) in collected.blobs.lock().expect("no visitor panicked").iter() {
        let change = differences
            .changes
            .iter()
            .find(|change| Some(change.id) == origin.object() && Some(change.path.as_ref()) == origin.path());
        let change = change.expect("every blob is of a change");
        let previous = differences.previous(change, repository.objects());
        let known = previous.iter().any(|id| {
            let mut old = Vec::new();
            repository.objects().read(id, &mut old).expect("what was there can be read");
            holds_marker(&old)
        });
        let word = match (holds_marker(bytes), known) {
            (true, true) => "known",
            (true, false) => "new",
            (false, _) => "clean",
        };
        refused |= word == "new";
        writeln!(report, "{word} {:?}", change.path).expect("the report is writable");
    }
    for notice in collected.notices.lock().expect("no visitor panicked").iter() {
        writeln!(report, "unread {:?}", notice.subject).expect("the report is writable");
        refused = true;
    }
    if refused {
        std::process::exit(1);
    }
}

fn holds_marker(bytes: &[u8]) -> bool {
    let wide: Vec<u8> = MARKER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [MARKER.as_bytes(), &wide].iter().any(|marker| memchr::memmem::find(bytes, marker).is_some())
}

/// Makes a repository with one commit and the hook.
fn repository() -> Git {
    let git = Git::new();
    git.commit_file("README", "read me\n", "First");
    git.hook("pre-commit", HOOK);
    git.hook("pre-merge-commit", HOOK);
    git
}

/// Runs a git command whose hook must run.
#[track_caller]
fn through_hook(git: &Git, arguments: &[&str]) -> Outcome {
    let report = git.beside("report").path().to_owned();
    let _ = std::fs::remove_file(&report);
    let tests = std::env::current_exe().expect("the test binary has a path");
    let output = git
        .git(arguments)
        .env("KEYSWEEP_REPORT", &report)
        .env("KEYSWEEP_TESTS", tests)
        .output()
        .expect("git is installed");
    let text = std::fs::read_to_string(&report).unwrap_or_else(|_| {
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the hook did not get to its report: {errors}");
        String::new()
    });
    let lines = |word: &str| {
        let of_word =
            text.lines().filter_map(|line| line.split_once(' ')).filter(|(first, _)| word.is_empty() || *first == word);
        let mut paths: Vec<String> = of_word.map(|(_, path)| path.trim_matches('"').to_owned()).collect();
        paths.sort();
        paths
    };
    assert_eq!(lines("unread"), [""; 0], "everything can be read");
    Outcome { passed: output.status.success(), new: lines("new"), known: lines("known"), inspected: lines("") }
}

/// Asserts that a plain commit is refused because of `paths`, and that it passes once `clean` has mended it.
#[track_caller]
fn refused_until(git: &Git, paths: &[&str], clean: impl FnOnce(&Git)) {
    let outcome = through_hook(git, &["commit", "-qm", "x"]);
    assert_eq!(
        (outcome.passed, &outcome.new[..]),
        (false, &paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>()[..])
    );
    clean(git);
    let outcome = through_hook(git, &["commit", "-qm", "x", "--allow-empty"]);
    assert_eq!((outcome.passed, outcome.new), (true, vec![]));
}

fn secret() -> String {
    format!("line\ntoken = {MARKER}\n")
}

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
    super::link("nowhere", &git.file("link"));
    git.run(&["add", "link"]);
    git.commit("Link");
    git.remove("link");
    git.add("link", secret());
    super::link(&format!("https://user:{MARKER}@host/"), &git.file("target"));
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

#[test]
fn what_is_only_announced_has_no_content() {
    let git = repository();
    git.write("later", secret());
    git.run(&["add", "--intent-to-add", "later"]);
    git.add("now", "now\n");
    let outcome = through_hook(&git, &["commit", "-qm", "x"]);
    assert_eq!((outcome.passed, outcome.inspected), (true, vec!["now".to_owned()]));
}

#[test]
fn a_submodule_is_no_content_and_has_a_hook_of_its_own() {
    let git = repository();
    let inner = git.beside("inner");
    git.run(&["init", "-q", "-b", "main", "../inner"]);
    inner.commit_file("x", "x\n", "Inner");
    git.run(&["submodule", "--quiet", "add", "../inner", "sub"]);
    let outcome = through_hook(&git, &["commit", "-qm", "x"]);
    assert_eq!((outcome.passed, outcome.inspected), (true, vec![".gitmodules".to_owned()]));
    let sub = git.at("sub");
    sub.hook("pre-commit", HOOK);
    sub.add("y", secret());
    refused_until(&sub, &["y"], |git| drop(git.run(&["reset", "-q"])));
}

#[test]
fn a_separate_git_directory_and_work_tree_are_found_by_the_environment() {
    let git = repository();
    git.add("a", secret());
    let elsewhere = git.beside("elsewhere");
    std::fs::rename(git.file(".git"), elsewhere.path()).expect("both are in one directory");
    let directory = format!("--git-dir={}", elsewhere.path().display());
    let outcome = through_hook(&git, &[&directory, "--work-tree=.", "commit", "-qm", "x"]);
    assert_eq!((outcome.passed, outcome.new), (false, vec!["a".to_owned()]));
}

#[test]
fn a_missing_object_is_noted_and_the_others_are_seen() {
    let git = repository();
    git.add("gone", secret());
    git.add("there", "there\n");
    let id = git.run(&["rev-parse", ":gone"]);
    git.remove(format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    let repository = Repository::discover(git.path()).expect("the repository is there");
    let differences = staged::changes(&repository).expect("the index can be read");
    let (collected, coverage) = (Collect::default(), Coverage::default());
    staged::read(&differences, repository.objects(), &coverage, &collected);
    let seen = Seen::of(collected);
    assert_eq!((seen.unread, seen.blobs.len()), (vec!["gone".to_owned()], 1));
}

#[test]
fn many_changes_are_all_seen_once() {
    let git = repository();
    for name in 0..300 {
        git.write(format!("d{}/f{name}", name % 7), format!("{name}\n"));
    }
    git.run(&["add", "."]);
    let repository = Repository::discover(git.path()).expect("the repository is there");
    let differences = staged::changes(&repository).expect("the index can be read");
    let (collected, coverage) = (Collect::default(), Coverage::default());
    staged::read(&differences, repository.objects(), &coverage, &collected);
    let seen = Seen::of(collected);
    let mut places = seen.all();
    places.dedup();
    assert_eq!((places.len(), coverage.entries.into_inner()), (300, 300));
}

#[test]
fn a_large_index_is_compared_by_directories() {
    let git = repository();
    let id = git.run(&["rev-parse", "HEAD:README"]);
    let lines = (0..6000)
        .map(|number| format!("100644 {id}\td{}/e{}/a-rather-long-file-name-{number}\n", number % 9, number % 100));
    let list = git.write("../list", lines.collect::<String>());
    let list = std::fs::File::open(list).expect("it was just written");
    let mut command = git.git(&["update-index", "--add", "--index-info"]);
    assert!(command.stdin(list).status().expect("git is installed").success());
    git.commit("Many");
    git.add("d3/e7/new", secret());
    git.run(&["rm", "-q", "--cached", "d5/e5/a-rather-long-file-name-5"]);
    let repository = Repository::discover(git.path()).expect("the repository is there");
    let differences = staged::changes(&repository).expect("the index can be read");
    let paths = |paths: Vec<&bstr::BString>| paths.into_iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(paths(differences.changes.iter().map(|change| &change.path).collect()), ["d3/e7/new"]);
    assert_eq!(paths(differences.gone.iter().map(|gone| &gone.path).collect()), ["d5/e5/a-rather-long-file-name-5"]);
    assert!(std::fs::metadata(git.file(".git/index")).is_ok_and(|index| index.len() > 300_000), "it is mapped");
}

#[test]
fn the_sides_of_a_conflict_are_those_of_the_parents() {
    let git = repository();
    git.run(&["checkout", "-q", "-b", "side"]);
    git.commit_file("README", "side\n", "Side");
    git.run(&["checkout", "-q", "main"]);
    git.commit_file("README", "main\n", "Main");
    git.attempt(&["merge", "-q", "side"]);
    let repository = Repository::discover(git.path()).expect("the repository is there");
    assert_eq!(staged::changes(&repository).expect("the index can be read").changes, []);
}

/// A visitor that stops at once.
struct Impatient;

impl Visitor for Impatient {
    fn visit(&self, _: Blob<'_>) {
        panic!("nothing is shown after an interruption");
    }

    fn notice(&self, _: keysweep::finding::Notice) {}

    fn interrupted(&self) -> bool {
        true
    }
}

#[test]
fn an_interruption_stops_the_reading() {
    let git = repository();
    git.add("a", secret());
    let repository = Repository::discover(git.path()).expect("the repository is there");
    let differences = staged::changes(&repository).expect("the index can be read");
    assert_eq!(differences.changes.len(), 1);
    staged::read(&differences, repository.objects(), &Coverage::default(), &Impatient);
}

#[cfg(unix)]
#[test]
fn a_repository_of_another_user_is_read_all_the_same() {
    let git = repository();
    git.add("a", secret());
    if !git.command("chown").args(["-R", "12345", "."]).output().is_ok_and(|output| output.status.success()) {
        println!("skipped: only root may give files away");
        return;
    }
    assert!(!git.attempt(&["status"]).status.success(), "git itself refuses, because of `safe.directory`");
    let repository = Repository::discover(git.path()).expect("reading runs nothing, so it is safe");
    let changes = staged::changes(&repository).expect("the index can be read").changes;
    assert_eq!(changes.into_iter().map(|change| change.path.to_string()).collect::<Vec<_>>(), ["a"]);
}
