//! Commits through a real hook: what the staged input sees of each way to stage something.
//!
//! The hook runs this very test binary, as the test [`hook_probe`], in the environment that git gives to hooks.

mod cases;
mod kinds;

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
fn what_a_partial_clone_lacks_and_has_only_moved_is_not_new() {
    let origin = repository();
    origin.run(&["config", "uploadpack.allowFilter", "true"]);
    origin.add("far/away", "content\n");
    origin.commit("Far");
    let url = format!("file://{}", origin.path().display());
    origin.run(&["clone", "-q", "--no-checkout", "--filter=blob:none", &url, "../partial"]);
    let partial = origin.beside("partial");
    let entry = partial.run(&["ls-tree", "HEAD", "far/away"]);
    let id = entry.split_whitespace().nth(2).expect("the tree lists it");
    partial.run(&["read-tree", "HEAD"]);
    partial.run(&["update-index", "--force-remove", "far/away"]);
    partial.run(&["update-index", "--add", "--cacheinfo", &format!("100644,{id},far/elsewhere")]);
    let (code, report) = partial.keysweep(&["scan", "--staged"]);
    assert_eq!(code, Some(0), "{report}");
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

#[test]
fn an_index_that_is_not_sorted_is_refused_as_by_git_fsck() {
    let git = Git::new();
    let id = git.run(&["hash-object", "-w", "--stdin"]);
    git.write(".git/index", super::index(&["aaa/x", "b", "aaa/y", "c"], &id));
    let repository = Repository::discover(git.path()).expect("the repository is there");
    assert!(staged::changes(&repository).is_err());
    assert!(!git.attempt(&["fsck"]).status.success());
}
