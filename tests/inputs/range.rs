//! Ranges of commits: what they add, in every shape that history takes.

use keysweep::input::range::{Range, RangeError, Selection};
use keysweep::input::repository::Repository;
use keysweep::input::{Collect, Coverage};

use super::Seen;
use crate::git::Git;

fn open(git: &Git) -> Repository {
    Repository::discover(git.path()).expect("the repository is there")
}

fn read(selection: &Selection, repository: &Repository) -> Seen {
    let range = Range::find(selection, repository);
    let (collected, coverage) = (Collect::default(), Coverage::default());
    range.read(repository.objects(), &coverage, &collected);
    Seen::of(collected)
}

#[track_caller]
fn seen(git: &Git, range: &str) -> Seen {
    let repository = open(git);
    let selection = Selection::parse(range, &repository).expect("the range makes sense");
    read(&selection, &repository)
}

fn error(git: &Git, range: &str) -> RangeError {
    Selection::parse(range, &open(git)).expect_err("the range makes no sense")
}

/// Makes a branch `main` with files 0 to 2, and `side` with `side` from the second commit on.
fn forked() -> Git {
    let git = Git::new();
    git.commit_file("0", "M0\n", "First message");
    git.commit_file("1", "M1\n", "Second message");
    git.run(&["checkout", "-q", "-b", "side"]);
    git.commit_file("side", "MS\n", "Side message");
    git.run(&["checkout", "-q", "main"]);
    git.commit_file("2", "M2\n", "Third message");
    git
}

#[test]
fn ranges_mean_what_they_mean_to_git_log() {
    let git = forked();
    let table = [
        ("main~1..main", vec!["2"]),
        ("main~1..", vec!["2"]),
        ("main..side", vec!["side"]),
        ("..side", vec!["side"]),
        ("main...side", vec!["2", "side"]),
        ("^side main", vec!["2"]),
        ("main ^side", vec!["2"]),
        ("main --not side", vec!["2"]),
        ("main", vec!["0", "1", "2"]),
        ("main^!", vec!["2"]),
        ("main^@", vec!["0", "1"]),
        ("--branches --not main", vec!["side"]),
        ("--all", vec!["0", "1", "2", "side"]),
        ("main..main", vec![]),
    ];
    for (range, files) in table {
        let seen = seen(&git, range);
        let found: Vec<&str> = seen.all().into_iter().filter(|place| *place != "commit").collect();
        assert_eq!(found, files, "{range}");
        let commits = git.run(&[&["rev-list"], &range.split(' ').collect::<Vec<_>>()[..]].concat());
        assert_eq!(seen.all().len() - files.len(), commits.lines().count(), "{range}");
        assert_eq!(seen.unread, [""; 0], "{range}");
    }
}

#[test]
fn an_unknown_revision_is_named() {
    let git = forked();
    for (range, culprit) in [("nowhere..main", "nowhere"), ("main..nowhere", "nowhere"), ("main ^gone", "gone")] {
        assert!(matches!(error(&git, range), RangeError::UnknownRevision { name } if name == culprit), "{range}");
    }
    assert!(matches!(error(&git, "main:0...main"), RangeError::NotACommit { .. }));
    for range in ["^main", "--not main", ""] {
        assert!(matches!(error(&git, range), RangeError::Empty { .. }), "{range}");
    }
    assert!(matches!(error(&Git::new(), "HEAD"), RangeError::UnknownRevision { .. }));
}

#[test]
fn a_file_that_came_and_went_within_the_range_is_seen() {
    let git = forked();
    git.commit_file("brief", "BRIEF\n", "Come");
    git.run(&["rm", "-q", "brief"]);
    git.commit("Go");
    assert_eq!(seen(&git, "main~2..main").places("BRIEF"), ["brief"]);
}

#[test]
fn messages_people_and_named_tags_are_seen() {
    let git = forked();
    git.run(&["commit", "-q", "--allow-empty", "-m", "Empty but MESSAGE", "--author=PERSON <p@example.com>"]);
    git.run(&["tag", "-a", "-m", "TAGGED", "inner"]);
    git.run(&["tag", "-a", "-m", "OUTER", "outer", "inner"]);
    let seen = seen(&git, "main~1..outer");
    assert_eq!(seen.places("MESSAGE"), ["commit"]);
    assert_eq!(seen.places("PERSON"), ["commit"]);
    assert_eq!((seen.places("TAGGED"), seen.places("OUTER")), (vec!["tag"], vec!["tag"]));
    assert_eq!(
        super::range::seen(&git, "outer..outer").places("TAGGED"),
        ["tag"],
        "a tag is news though its commit is not"
    );
}

#[test]
fn a_tag_may_point_at_a_blob_or_a_tree() {
    let git = forked();
    git.write("loose", "LOOSE\n");
    let blob = git.run(&["hash-object", "-w", "loose"]);
    git.run(&["tag", "-a", "-m", "x", "blob", &blob]);
    git.run(&["tag", "-a", "-m", "x", "tree", "main^{tree}"]);
    assert_eq!(seen(&git, "blob main..main").places("LOOSE"), ["blob"]);
    assert_eq!(seen(&git, "tree").places("M1"), ["1"]);
}

#[test]
fn a_merge_adds_what_no_parent_has() {
    let git = forked();
    git.run(&["merge", "-q", "--no-commit", "side"]);
    git.add("evil", "EVIL\n");
    git.add("2", "M2\nCHANGED\n");
    git.commit("Merge");
    let seen = seen(&git, "main^!");
    assert_eq!(seen.all(), ["2", "commit", "evil"], "and not what came from a side");
}

#[test]
fn back_dated_commits_are_neither_missed_nor_added() {
    let git = forked();
    git.run(&["checkout", "-q", "-b", "late", "main~2"]);
    git.write("past", "PAST\n");
    git.run(&["add", "past"]);
    let date = "1000000000 +0000";
    let mut command = git.git(&["commit", "-q", "-m", "From the past"]);
    assert!(command.env("GIT_COMMITTER_DATE", date).status().expect("git is installed").success());
    git.run(&["checkout", "-q", "main"]);
    git.run(&["merge", "-q", "-m", "Merge", "late"]);
    assert_eq!(seen(&git, "main~1..main").places("PAST"), ["past"]);
    git.commit_file("3", "M3\n", "On top");
    assert_eq!(seen(&git, "main~1..main").all(), ["3", "commit"]);
}

#[test]
fn what_a_file_held_before_is_told_for_every_place() {
    let git = Git::new();
    let text = "a line that stays\n".repeat(10);
    git.commit_file("a", text.clone() + "OLD\n", "First");
    git.commit_file("a", text.clone() + "OLD\nmore\n", "Edit");
    git.run(&["mv", "a", "b"]);
    git.commit_file("b", text.clone() + "OLD\nmore\nand more\n", "Move and edit");
    git.commit_file("c", text + "OLD\nmore\nand more\n", "Copy");
    let repository = open(&git);
    let range =
        Range::find(&Selection::parse("HEAD~3..HEAD", &repository).expect("the range makes sense"), &repository);
    let held = |revision: &str| {
        let id = repository.resolve(revision.into()).expect("the blob is there");
        let previous = range.previous(&id, repository.objects(), &mut Default::default());
        previous.iter().map(|ids| ids.iter().map(ToString::to_string).collect()).collect::<Vec<Vec<String>>>()
    };
    assert_eq!(held("HEAD~2:a"), [[git.run(&["rev-parse", "HEAD~3:a"])]]);
    // The same content came as `b`, which was `a`, and as `c`, which was nothing.
    assert_eq!(held("HEAD:b"), [vec![git.run(&["rev-parse", "HEAD~2:a"])], vec![]]);
    assert_eq!(held("HEAD~3:a"), [[""; 0]; 0], "it came before the range");
}

#[test]
fn a_shallow_clone_says_where_it_ends() {
    let git = forked();
    let url = format!("file://{}", git.path().display());
    git.run(&["clone", "-q", "--depth", "2", &url, "../shallow"]);
    let shallow = git.beside("shallow");
    assert_eq!(seen(&shallow, "HEAD~1..HEAD").unread, [""; 0], "the range ends before the clone does");
    let cut = shallow.run(&["rev-parse", "HEAD~1"]);
    assert_eq!(seen(&shallow, "HEAD").unread, [format!("commit {cut}")]);
    assert!(matches!(error(&shallow, "HEAD~2..HEAD"), RangeError::BeyondShallow { name } if name == "HEAD~2"));
}

#[test]
fn a_missing_blob_is_noted() {
    let git = forked();
    let id = git.run(&["rev-parse", "main:2"]);
    git.remove(format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    assert_eq!(seen(&git, "main^!").unread, [format!("2 in object {id}")]);
}

#[test]
fn reftables_and_sha256_are_no_obstacle() {
    let git = Git::init(&["--ref-format=reftable", "--object-format=sha256"]);
    git.commit_file("0", "M0\n", "First");
    git.commit_file("1", "M1\n", "Second");
    git.run(&["tag", "-a", "-m", "TAGGED", "v1"]);
    assert_eq!(seen(&git, "main~1..v1").all(), ["1", "commit", "tag"]);
    assert_eq!(seen(&git, "HEAD^..@").all(), ["1", "commit"]);
    assert_eq!(seen(&git, "--all").all(), ["0", "1", "commit", "commit", "tag"]);
}

#[test]
fn many_commits_are_all_compared() {
    let git = Git::new();
    let mut stream = String::new();
    for number in 1..=200 {
        let (content, time) = (format!("content {number}\n"), 1_700_000_000 + number);
        stream += &format!("commit refs/heads/main\ncommitter C <c@example.com> {time} +0000\ndata 2\nm\n");
        stream += &format!("M 100644 inline d{}/f{number}\ndata {}\n{content}\n", number % 5, content.len());
    }
    git.write("stream", stream);
    let stream = std::fs::File::open(git.file("stream")).expect("it was just written");
    assert!(git.git(&["fast-import", "--quiet"]).stdin(stream).status().expect("git is installed").success());
    let seen = seen(&git, "main~150..main");
    assert_eq!(seen.blobs.len(), 300);
    assert_eq!(seen.places("content 50\n"), [""; 0]);
    assert_eq!(seen.places("content 51\n"), ["d1/f51"]);
}

/// Writes an object under a name that is not its own, as no hash could be.
fn plant(git: &Git, id: &str, kind: &str, content: &str) {
    use std::io::Write as _;
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    write!(packed, "{kind} {}\0{content}", content.len()).expect("memory can be written to");
    git.write(format!(".git/objects/{}/{}", &id[..2], &id[2..]), packed.finish().expect("memory can be written to"));
}

#[test]
fn tags_that_name_each_other_are_damaged_and_not_followed_for_ever() {
    let git = forked();
    let (one, two) = ("1".repeat(40), "2".repeat(40));
    for (name, of, target) in [("self", &one, &one), ("first", &one, &two), ("second", &two, &one)] {
        plant(&git, of, "tag", &format!("object {target}\ntype tag\ntag {name}\ntagger A <a> 1 +0000\n\nText\n"));
        git.write(format!(".git/refs/tags/{name}"), format!("{of}\n"));
        assert!(matches!(error(&git, name), RangeError::Unreadable { .. }), "{name}");
        assert!(matches!(error(&git, &format!("{name}..main")), RangeError::Unreadable { .. }), "{name}");
    }
}

#[test]
fn a_ref_that_cannot_be_read_is_an_error_where_all_are_wanted() {
    let git = forked();
    // One that leads nowhere is none to git either.
    git.write(".git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/none\n");
    assert_eq!(seen(&git, "--all").places("MS"), ["side"]);
    git.write(".git/refs/heads/broken", "nonsense\n");
    for range in ["--all", "--branches", "main --tags"] {
        assert!(matches!(error(&git, range), RangeError::Refs(_)), "{range}");
    }
    // What it would exclude is looked at.
    assert_eq!(seen(&git, "side --not --remotes").places("MS"), ["side"]);
    assert_eq!(seen(&git, "side --not --branches").places("MS"), [""; 0]);
}
