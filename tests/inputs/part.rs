//! Parts of a history: by date, by branch, by depth, and of a range.

use keysweep::input::range::{Limit, Part, Range, RangeError};
use keysweep::input::repository::Repository;
use keysweep::input::{Collect, Coverage};

use super::Seen;
use crate::git::Git;

/// When the first of the commits below was made; one follows each day.
const FIRST: i64 = 1_700_000_000;
const DAY: i64 = 24 * 60 * 60;

/// Commits a file on the day of a number.
fn commit(git: &Git, day: i64, file: &str) {
    git.write(file, format!("M{file}\n"));
    git.run(&["add", file]);
    at(git, day, &["commit", "-q", "-m", &format!("Message {file}")]);
}

/// Runs git on the day of a number.
fn at(git: &Git, day: i64, arguments: &[&str]) {
    let mut command = git.git(arguments);
    let date = format!("{} +0000", FIRST + day * DAY);
    let done = command.env("GIT_COMMITTER_DATE", &date).env("GIT_AUTHOR_DATE", &date).output();
    assert!(done.expect("git is installed").status.success(), "git {arguments:?}");
}

/// Makes `main` with the files 0, 1, 3 and a merge of `side`, which has 2 from 1 on; files are named by their days.
///
/// A commit of day 4 was amended away, a tag of day 6 is on the commit of day 0.
fn history() -> Git {
    let git = Git::new();
    commit(&git, 0, "0");
    commit(&git, 1, "1");
    git.run(&["checkout", "-q", "-b", "side"]);
    commit(&git, 2, "2");
    git.run(&["checkout", "-q", "main"]);
    commit(&git, 3, "3");
    commit(&git, 4, "4");
    git.run(&["reset", "-q", "--hard", "HEAD^"]);
    at(&git, 5, &["merge", "-q", "-m", "Merge", "side"]);
    at(&git, 6, &["tag", "-a", "-m", "TAGGED", "v0", "HEAD~3"]);
    git
}

fn limit(since: Option<i64>, depth: usize) -> Limit {
    let since = since.map(|day| jiff::Timestamp::from_second(FIRST + day * DAY).expect("it is a time"));
    Limit { since, depth: depth.try_into().ok() }
}

#[track_caller]
fn seen(git: &Git, part: &Part, limit: &Limit) -> Seen {
    let repository = Repository::discover(git.path()).expect("the repository is there");
    let range = Range::part(part, limit, &repository).expect("the part makes sense");
    let (collected, coverage) = (Collect::default(), Coverage::default());
    range.read(repository.objects(), &coverage, &collected);
    Seen::of(collected)
}

/// Returns the files, and how many commits and tags came with them.
fn files(seen: &Seen) -> (Vec<&str>, usize, usize) {
    let (others, files): (Vec<&str>, Vec<&str>) =
        seen.all().into_iter().partition(|place| ["commit", "tag"].contains(place));
    let commits = others.iter().filter(|place| **place == "commit").count();
    (files, commits, others.len() - commits)
}

fn branches(names: &[&str]) -> Part {
    Part::Branches(names.iter().map(ToString::to_string).collect())
}

#[test]
fn a_part_is_what_its_commits_brought_in() {
    let git = history();
    let range = |range: &str| Part::Range(range.to_owned());
    let table = [
        (Part::All, limit(None, 0), vec!["0", "1", "2", "3", "4"], 6, 1),
        // Whether something reaches them or not.
        (Part::All, limit(Some(2), 0), vec!["2", "3", "4"], 4, 1),
        (Part::All, limit(Some(4), 0), vec!["4"], 2, 1),
        (Part::All, limit(Some(6), 0), vec![], 0, 1),
        (Part::All, limit(Some(7), 0), vec![], 0, 0),
        // The ends: the merge, `side`, and what was amended away.
        (Part::All, limit(None, 1), vec!["2", "4"], 3, 0),
        (Part::All, limit(None, 2), vec!["1", "2", "3", "4"], 5, 0),
        (Part::All, limit(None, 3), vec!["0", "1", "2", "3", "4"], 6, 1),
        (branches(&["main"]), limit(None, 0), vec!["0", "1", "2", "3"], 5, 1),
        (branches(&["side"]), limit(None, 0), vec!["0", "1", "2"], 3, 1),
        (branches(&["side"]), limit(None, 2), vec!["1", "2"], 2, 0),
        (branches(&["side"]), limit(Some(1), 0), vec!["1", "2"], 2, 1),
        (branches(&["side", "main"]), limit(None, 1), vec!["2"], 2, 0),
        (branches(&["refs/heads/side"]), limit(Some(2), 2), vec!["2"], 1, 0),
        // An annotated tag stands for its commit.
        (branches(&["refs/tags/v0"]), limit(None, 0), vec!["0"], 1, 1),
        (range("side..main"), limit(None, 0), vec!["3"], 2, 0),
        (range("main"), limit(None, 2), vec!["2", "3"], 3, 0),
        (range("main"), limit(Some(3), 0), vec!["3"], 2, 0),
        (range("main~1..main"), limit(None, 1), vec![], 1, 0),
    ];
    for (part, limit, wanted, commits, tags) in table {
        let seen = seen(&git, &part, &limit);
        assert_eq!(files(&seen), (wanted, commits, tags), "{part:?} {limit:?}");
        assert_eq!(seen.unread, [""; 0], "{part:?} {limit:?}");
    }
}

#[test]
fn a_submodule_is_no_part_and_that_is_told() {
    let (git, inside) = (history(), history());
    let from = inside.path().display().to_string();
    git.run(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &from, "inside"]);
    git.commit("A submodule");
    let seen = seen(&git, &Part::All, &limit(Some(0), 0));
    assert_eq!(seen.unread.len(), 1, "{:?}", seen.unread);
}

#[test]
fn a_branch_whose_commit_is_missing_is_told_of() {
    let git = history();
    let id = git.run(&["rev-parse", "side"]);
    git.run(&["checkout", "-q", "--orphan", "other"]);
    git.remove(format!(".git/objects/{}/{}", &id[..2], id[2..].trim()));
    for part in [branches(&["side"]), Part::All] {
        let seen = seen(&git, &part, &limit(None, 0));
        assert!(!seen.unread.is_empty(), "{part:?}");
    }
}

#[test]
fn packed_objects_and_reftables_change_nothing() {
    for options in [&["--ref-format=files"][..], &["--ref-format=reftable", "--object-format=sha256"]] {
        let git = Git::init(options);
        for day in 0..8 {
            commit(&git, day, &day.to_string());
        }
        git.run(&["branch", "old", "HEAD~4"]);
        git.run(&["repack", "-a", "-d", "-q"]);
        assert_eq!(files(&seen(&git, &Part::All, &limit(Some(6), 0))).0, ["6", "7"]);
        assert_eq!(files(&seen(&git, &Part::All, &limit(None, 1))).0, ["3", "7"], "a branch may lie within");
        assert_eq!(files(&seen(&git, &branches(&["old"]), &limit(Some(2), 0))).0, ["2", "3"]);
    }
}

#[test]
fn a_tag_of_a_blob_or_a_tree_brings_it_in() {
    let git = history();
    git.write("loose", "LOOSE\n");
    let blob = git.run(&["hash-object", "-w", "loose"]);
    at(&git, 7, &["tag", "-a", "-m", "x", "blob", &blob]);
    at(&git, 7, &["tag", "-a", "-m", "x", "tree", "side^{tree}"]);
    at(&git, 7, &["tag", "-a", "-m", "x", "again", "blob"]);
    let seen = seen(&git, &Part::All, &limit(Some(7), 0));
    assert_eq!(files(&seen), (vec!["0", "1", "2", "blob"], 0, 3));
    assert_eq!(seen.places("LOOSE"), ["blob"]);
}

#[test]
fn a_branch_that_is_not_there_is_named() {
    let git = history();
    let repository = Repository::discover(git.path()).expect("the repository is there");
    for name in ["nowhere", "v0", "refs/heads/nowhere", "main~1", ""] {
        let error = Range::part(&branches(&[name]), &limit(None, 0), &repository).expect_err("no branch is called so");
        assert!(matches!(error, RangeError::UnknownBranch { name: culprit } if culprit == name), "{name}");
    }
    let url = git.path().display().to_string();
    git.run(&["clone", "-q", "--branch", "main", &url, "../clone"]);
    let clone = git.beside("clone");
    assert_eq!(files(&seen(&clone, &branches(&["origin/side"]), &limit(None, 1))).0, ["2"]);
}

#[test]
fn a_part_of_a_shallow_clone_is_whole_if_it_ends_before_the_clone_does() {
    let git = history();
    let url = format!("file://{}", git.path().display());
    git.run(&["clone", "-q", "--depth", "2", "--branch", "main", &url, "../shallow"]);
    let shallow = git.beside("shallow");
    assert_eq!(seen(&shallow, &Part::All, &limit(Some(5), 0)).unread, [""; 0]);
    assert_eq!(seen(&shallow, &Part::All, &limit(None, 1)).unread, [""; 0]);
    let cut = ["HEAD^1", "HEAD^2"].map(|name| format!("commit {}", shallow.run(&["rev-parse", name])));
    let mut unread = seen(&shallow, &branches(&["main"]), &limit(None, 0)).unread;
    unread.sort();
    let mut cut = cut.to_vec();
    cut.sort();
    assert_eq!(unread, cut);
}

#[test]
fn what_is_missing_or_damaged_in_a_part_is_noted() {
    let git = history();
    let lose = |name: &str| {
        let id = git.run(&["rev-parse", name]);
        git.remove(format!(".git/objects/{}/{}", &id[..2], &id[2..]));
        id
    };
    let blob = lose("main:3");
    assert_eq!(seen(&git, &Part::All, &limit(Some(3), 0)).unread, [format!("3 in object {blob}")]);
    let parent = lose("main^1");
    let unread = seen(&git, &branches(&["main"]), &limit(None, 0)).unread;
    assert_eq!(unread, [format!("commit {parent}"), format!("3 in object {blob}")]);
}
