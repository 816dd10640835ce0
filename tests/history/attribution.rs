//! What attribution says, against what git itself says.

use std::collections::{BTreeMap, HashMap, HashSet};

use std::sync::atomic::{AtomicBool, Ordering};

use keysweep::finding::{Attribution, Notice, Reach};
use keysweep::input::{Blob, Visitor};

use super::*;

fn id(hex: &str) -> ObjectId {
    ObjectId::from_hex(hex.as_bytes()).expect("git prints names")
}

fn attribute(git: &Scratch, names: &[&str]) -> Vec<Attribution> {
    let ids: Vec<ObjectId> = names.iter().map(|name| id(&git.git(&["rev-parse", name]))).collect();
    let found = of(&git.repository(), ids.iter().copied());
    ids.iter().map(|id| found[id].clone()).collect()
}

fn of(repository: &gix::Repository, ids: impl Iterator<Item = ObjectId>) -> HashMap<ObjectId, Attribution> {
    history::attribute(repository, &ids.collect::<HashSet<_>>()).expect("the object directory is there")
}

fn first(attribution: &Attribution) -> String {
    attribution.first.as_ref().map(|mark| mark.id.to_string()).unwrap_or_default()
}

fn last(attribution: &Attribution) -> String {
    attribution.last.as_ref().map(|mark| mark.id.to_string()).unwrap_or_default()
}

fn texts(names: &[bstr::BString]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn a_blob_has_its_paths_its_commits_and_its_refs() {
    let git = Scratch::new();
    git.commit("README", "hello\n");
    git.write("a/b/secret", "the content\n");
    git.git(&["add", "--all"]);
    git.git_at(1_500_000_000, &["commit", "--quiet", "--message", "  Add a secret\n\nwith a body"]);
    let added = git.git(&["rev-parse", "HEAD"]);
    let moved = {
        git.git(&["mv", "a/b/secret", "top"]);
        git.git(&["commit", "--quiet", "--message", "move it"]);
        git.git(&["rev-parse", "HEAD"])
    };
    let blob = git.git(&["rev-parse", "HEAD:top"]);
    git.git(&["tag", "v1"]);
    let kept = git.commit("other", "still there");
    git.git(&["rm", "--quiet", "top"]);
    git.git(&["commit", "--quiet", "--message", "gone"]);
    let [found] = attribute(&git, &[&blob]).try_into().expect("one was asked for");
    assert_eq!(texts(&found.paths), ["a/b/secret", "top"]);
    assert_eq!((first(&found), last(&found), found.commits), (added.clone(), kept, 2));
    assert!(!found.in_head);
    assert_eq!(texts(&found.refs), ["main", "v1"]);
    assert_eq!(found.reach, Reach::Local);
    let mark = found.first.expect("a commit added it");
    assert_eq!((mark.author.to_string(), mark.seconds), ("A U Thor <author@example.com>".to_owned(), 1_500_000_000));
    assert_eq!(mark.subject, "Add a secret");
    let [head, tree] =
        attribute(&git, &[&format!("{moved}:README"), &format!("{added}:a")]).try_into().expect("two were asked for");
    assert!(head.in_head && head.commits == 1);
    assert_eq!((texts(&tree.paths), first(&tree), tree.commits), (vec!["a".to_owned()], added, 1));
}

#[test]
fn a_pushed_object_is_published_even_after_the_push_was_replaced() {
    let server = Scratch::with(&["--bare"]);
    let git = Scratch::new();
    git.git(&["remote", "add", "origin", &server.root.display().to_string()]);
    git.commit("pushed", "pushed");
    git.git(&["push", "--quiet", "origin", "main"]);
    git.commit("local", "local");
    let found = attribute(&git, &["HEAD:pushed", "HEAD:local", "HEAD", "HEAD~1"]);
    let reach: Vec<Reach> = found.iter().map(|found| found.reach).collect();
    assert_eq!(reach, [Reach::Published, Reach::Local, Reach::Local, Reach::Published]);
    assert_eq!(texts(&found[0].refs), ["main", "origin/main"]);
    assert_eq!((first(&found[2]), found[2].commits, found[2].in_head), (git.git(&["rev-parse", "HEAD"]), 1, true));
    let blob = git.git(&["rev-parse", "HEAD:pushed"]);
    git.git(&["checkout", "--quiet", "--orphan", "new"]);
    git.git(&["rm", "-r", "--quiet", "--force", "."]);
    git.commit("clean", "clean");
    git.git(&["push", "--quiet", "--force", "origin", "new:main"]);
    git.git(&["branch", "-D", "--quiet", "main"]);
    assert_eq!(attribute(&git, &[&blob])[0].reach, Reach::Published);
}

#[test]
fn what_no_ref_reaches_is_hidden_or_unreachable() {
    let git = Scratch::new();
    git.commit("README", "hello\n");
    git.write("README", "stashed");
    git.git(&["stash", "push", "--quiet"]);
    git.commit("amended", "before");
    let old = git.git(&["rev-parse", "HEAD"]);
    git.write("amended", "after");
    git.git(&["commit", "--quiet", "--all", "--amend", "--message", "after"]);
    git.git(&["worktree", "add", "--quiet", "--detach", "../other"]);
    fs::write(git.root.join("../other/there"), "there").expect("the worktree is there");
    git.git(&["-C", "../other", "add", "there"]);
    git.git(&["-C", "../other", "commit", "--quiet", "--message", "there"]);
    let there = git.git(&["-C", "../other", "rev-parse", "HEAD:there"]);
    fs::remove_dir_all(git.root.join(".git/worktrees/other/logs")).expect("the worktree has logs");
    git.write("lost", "lost");
    let lost = git.git(&["hash-object", "-w", "lost"]);
    git.write("staged", "staged");
    git.git(&["add", "staged"]);
    let names = ["stash:README", &format!("{old}:amended"), &there, &lost, ":staged"];
    let found = attribute(&git, &names);
    let reach: Vec<Reach> = found.iter().map(|found| found.reach).collect();
    assert_eq!(reach, [Reach::Hidden, Reach::Hidden, Reach::Hidden, Reach::Unreachable, Reach::Hidden]);
    assert_eq!(first(&found[1]), old);
    assert_eq!(texts(&found[4].paths), ["staged"]);
    assert!(found.iter().all(|found| !found.in_head));
    assert!(found[3].first.is_none() && found[3].paths.is_empty());
}

#[test]
fn a_commit_with_a_wrong_date_does_not_come_before_its_ancestors() {
    let git = Scratch::new();
    git.commit("README", "hello\n");
    git.write("secret", "secret");
    git.git(&["add", "secret"]);
    git.git_at(1_700_000_000, &["commit", "--quiet", "--message", "added"]);
    let added = git.git(&["rev-parse", "HEAD"]);
    git.git_at(1_000_000_000, &["commit", "--quiet", "--allow-empty", "--message", "back-dated"]);
    let newest = git.git(&["rev-parse", "HEAD"]);
    let [found] = attribute(&git, &["HEAD:secret"]).try_into().expect("one was asked for");
    assert_eq!((first(&found), last(&found), found.commits), (added, newest, 1));
}

#[test]
fn a_merge_that_brings_something_of_its_own_is_the_first() {
    let git = Scratch::new();
    git.commit("README", "hello\n");
    git.git(&["checkout", "--quiet", "-b", "side"]);
    let side = git.commit("side", "side");
    git.git(&["checkout", "--quiet", "main"]);
    git.commit("main", "main");
    git.git(&["merge", "--quiet", "--no-commit", "--no-ff", "side"]);
    let merge = git.commit("evil", "evil");
    let found = attribute(&git, &["HEAD:evil", "HEAD:side"]);
    assert_eq!((first(&found[0]), found[0].commits), (merge, 1));
    // The merge has the file from its second parent.
    assert_eq!((first(&found[1]), found[1].commits), (side, 1));
}

#[test]
fn tags_lead_to_blobs_and_replacements_do_not_count() {
    let git = Scratch::new();
    git.write("README", "tagged");
    let blob = git.git(&["hash-object", "-w", "README"]);
    git.git(&["tag", "--annotate", "--message", "m", "inner", &blob]);
    git.git(&["tag", "--annotate", "--message", "m", "outer", "inner"]);
    git.commit("README", "hello\n");
    git.commit("file", "real");
    let real = git.git(&["rev-parse", "HEAD:file"]);
    git.write("other", "clean");
    let clean = git.git(&["hash-object", "-w", "other"]);
    git.git(&["replace", &real, &clean]);
    let found = attribute(&git, &[&blob, "inner", "outer", &real]);
    assert!(found.iter().all(|found| found.reach == Reach::Local));
    assert_eq!(texts(&found[0].refs), ["inner", "outer"]);
    assert_eq!(texts(&found[1].refs), ["inner", "outer"]);
    assert_eq!(texts(&found[2].refs), ["outer"]);
    assert_eq!(texts(&found[3].paths), ["file"]);
}

#[test]
fn of_many_refs_one_tells_who_can_see_it_and_the_others_are_counted() {
    let git = Scratch::new();
    git.commit("d/file", "seen by many\n");
    for branch in 0..25 {
        git.git(&["branch", &format!("b{branch:02}")]);
    }
    git.git(&["update-ref", "refs/remotes/origin/zz", "HEAD"]);
    git.git(&["tag", "tree", "HEAD:d"]);
    git.git(&["tag", "--annotate", "--message", "m", "marked", "HEAD:d"]);
    let [found] = attribute(&git, &["HEAD:d/file"]).try_into().expect("one was asked for");
    assert_eq!((found.reach, found.refs.len(), found.more_refs), (Reach::Published, 20, 9));
    assert!(texts(&found.refs).contains(&"origin/zz".to_owned()), "{:?}", found.refs);
    git.git(&["checkout", "--quiet", "--orphan", "new"]);
    git.write("alone", "only in a tree\n");
    git.git(&["add", "alone"]);
    let tree = git.git(&["write-tree"]);
    git.git(&["tag", "alone", &tree]);
    let [found] = attribute(&git, &[&format!("{tree}:alone")]).try_into().expect("one was asked for");
    assert_eq!((found.reach, texts(&found.refs)), (Reach::Local, vec!["alone".to_owned()]));
}

/// Wants to know about one object, and stops as soon as it has seen something.
struct Interrupted {
    wanted: ObjectId,
    stop: AtomicBool,
}

impl Visitor for Interrupted {
    fn visit(&self, blob: Blob<'_>) {
        self.stop.fetch_or(blob.origin.object().is_some(), Ordering::Relaxed);
    }

    fn wanted(&self) -> HashSet<ObjectId> {
        HashSet::from([self.wanted])
    }

    fn notice(&self, _: Notice) {}

    fn interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

#[test]
fn an_interrupted_scan_does_not_say_that_something_is_gone() {
    let git = Scratch::new();
    for number in 0..300 {
        git.write(&format!("d/{number}"), format!("{number}\n"));
    }
    git.commit("d/file", "still there\n");
    git.git(&["gc", "--quiet"]);
    let visitor = Interrupted { wanted: id(&git.git(&["rev-parse", "HEAD:d/file"])), stop: AtomicBool::new(false) };
    let repository = git.repository();
    let trail = history::read(&repository, &visitor, &Coverage::default(), &history::Options::default());
    let wanted = visitor.wanted();
    let provenance = history::Provenance::follow(&repository, trail.expect("it can be read"), &wanted);
    let found = provenance.expect("it can be read").attributions(&[vec![visitor.wanted]]).remove(0);
    assert!(visitor.interrupted() && found.in_head && found.first.is_some(), "{found:?}");
}

#[test]
fn refs_in_tables_are_as_good_as_files() {
    let git = Scratch::with(&["--ref-format=reftable"]);
    git.commit("README", "hello\n");
    git.write("README", "stashed");
    git.git(&["stash", "push", "--quiet"]);
    let old = git.commit("file", "before");
    git.git(&["tag", "--annotate", "--message", "m", "v1"]);
    git.git(&["update-ref", "refs/remotes/origin/main", "HEAD~1"]);
    git.write("file", "after");
    git.git(&["commit", "--quiet", "--all", "--amend", "--message", "after"]);
    let found = attribute(&git, &["HEAD:README", "HEAD:file", "stash:README", &format!("{old}:file"), "v1"]);
    let reach: Vec<Reach> = found.iter().map(|found| found.reach).collect();
    assert_eq!(reach, [Reach::Published, Reach::Local, Reach::Hidden, Reach::Local, Reach::Local]);
    assert_eq!(texts(&found[0].refs), ["main", "origin/main", "stash", "v1"]);
    assert!(found[0].in_head && found[1].in_head && !found[3].in_head);
    git.git(&["tag", "--delete", "v1"]);
    assert_eq!(attribute(&git, &[&format!("{old}:file")])[0].reach, Reach::Hidden);
}

/// What git says of every blob and tree: commits that hold it, by their names, and paths.
fn by_git(git: &Scratch) -> HashMap<ObjectId, BTreeMap<ObjectId, Vec<String>>> {
    let mut found: HashMap<ObjectId, BTreeMap<ObjectId, Vec<String>>> = HashMap::new();
    for commit in git.git(&["rev-list", "--exclude=refs/stash", "--all"]).lines() {
        for line in git.git(&["ls-tree", "-r", "-t", "--full-tree", commit]).lines() {
            let (head, path) = line.split_once('\t').expect("git prints a tab before the path");
            let object = head.rsplit(' ').next().expect("the name is the last word");
            found.entry(id(object)).or_default().entry(id(commit)).or_default().push(path.to_owned());
        }
    }
    found
}

/// Compares every attribution in a repository with what git says about all commits that refs reach.
pub fn assert_equal_to_git(git: &Scratch) {
    let held = by_git(git);
    let repository = git.repository();
    let found = of(&repository, held.keys().copied());
    let head: HashSet<String> = git
        .git(&["ls-tree", "-r", "-t", "--full-tree", "HEAD"])
        .lines()
        .map(|line| line.split(['\t', ' ']).nth(2).unwrap_or_default().to_owned())
        .collect();
    let parents: HashMap<ObjectId, Vec<ObjectId>> = git
        .git(&["rev-list", "--exclude=refs/stash", "--all", "--parents"])
        .lines()
        .map(|line| {
            let mut ids = line.split(' ').map(id);
            (ids.next().expect("a commit"), ids.collect())
        })
        .collect();
    for (object, commits) in &held {
        let found = &found[object];
        let paths: BTreeSet<&String> = commits.values().flatten().collect();
        assert_eq!(texts(&found.paths), paths.into_iter().cloned().collect::<Vec<_>>(), "{object}");
        let holds = |commit: &ObjectId| commits.contains_key(commit);
        let first = found.first.as_ref().expect("a commit holds it").id;
        assert!(holds(&first) && !parents[&first].iter().any(holds), "{object} was not new in {first}");
        let last = found.last.as_ref().expect("a commit holds it").id;
        assert!(holds(&last), "{object} is not in {last}");
        assert!(!parents.iter().any(|(child, of)| of.contains(&last) && holds(child)), "{object} stayed after {last}");
        let arrivals = commits.iter().filter(|(commit, paths)| {
            paths.iter().any(|path| {
                !parents[*commit].iter().any(|parent| commits.get(parent).is_some_and(|paths| paths.contains(path)))
            })
        });
        assert_eq!(found.commits, arrivals.count(), "{object}");
        assert_eq!(found.in_head, head.contains(&object.to_string()), "{object}");
        assert_eq!(found.reach, Reach::Local, "{object}");
    }
    for (object, commits) in held.iter().take(5) {
        assert_refs_are_those_of_git(git, commits.keys(), &found[object]);
    }
}

fn assert_refs_are_those_of_git<'a>(git: &Scratch, commits: impl Iterator<Item = &'a ObjectId>, found: &Attribution) {
    let mut refs: BTreeSet<String> = BTreeSet::new();
    for commit in commits {
        for name in git.git(&["for-each-ref", "--contains", &commit.to_string(), "--format=%(refname)"]).lines() {
            let short = ["refs/heads/", "refs/tags/", "refs/"].iter().find_map(|prefix| name.strip_prefix(prefix));
            refs.insert(short.expect("every ref has such a name").to_owned());
        }
    }
    assert_eq!(found.refs.len() + found.more_refs, refs.len());
    if refs.len() <= 20 {
        assert_eq!(texts(&found.refs), refs.into_iter().collect::<Vec<_>>());
    }
}
