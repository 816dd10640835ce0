//! What was looked at before is left out, whatever became of the packs, and only if nothing is missed because of that.

use std::collections::HashSet;
use std::fs;

use gix::ObjectId;
use gix::hash::Kind;
use keysweep::input::history::{self, Known, Ledger};

use super::{Scratch, Seen};

/// Reads a history but for what a list knows; returns what was seen, how many objects that were, and the next list.
fn read(git: &Scratch, ledger: Ledger, remarkable: &[ObjectId]) -> (Seen, usize, Ledger) {
    let known = Known::new(ledger);
    let seen = Seen::with(&git.repository(), &history::Options { known: Some(&known), ..Default::default() });
    let fresh = known.fresh();
    let remarkable: HashSet<ObjectId> = remarkable.iter().copied().collect();
    (seen, fresh, known.into_ledger(&remarkable, &HashSet::new()))
}

/// Returns the counts of objects by kind, and of their bytes.
fn counts(seen: Seen) -> [u64; 5] {
    let coverage = seen.coverage;
    [coverage.blobs, coverage.trees, coverage.commits, coverage.tags, coverage.bytes]
        .map(|counter| counter.into_inner())
}

fn id(git: &Scratch, name: &str) -> ObjectId {
    ObjectId::from_hex(git.git(&["rev-parse", name]).as_bytes()).expect("git prints names")
}

/// A file of many lines, so that git makes deltas.
fn text(marker: &str) -> String {
    (0..200).map(|line| format!("line {line} of a file that is long enough\n")).collect::<String>() + marker + "\n"
}

fn grown() -> Scratch {
    let git = Scratch::new();
    for number in 0..5 {
        git.commit("file", text(&format!("marker-old-{number}")));
    }
    git.git(&["tag", "-a", "-m", "x", "v1"]);
    git
}

#[test]
fn only_what_is_new_is_looked_at_and_all_is_counted() {
    for options in [&[][..], &["--object-format=sha256"]] {
        let git = Scratch::with(options);
        git.commit("file", text("marker-old-0"));
        git.git(&["tag", "-a", "-m", "x", "v1"]);
        let (_, fresh, ledger) = read(&git, Ledger::default(), &[]);
        assert_eq!((fresh, ledger.entries().len()), (4, 4));
        git.commit("file", text("marker-new-0"));
        for repack in [false, true] {
            if repack {
                git.git(&["gc", "--quiet", "--prune=now"]);
            }
            let (seen, fresh, next) = read(&git, ledger.clone(), &[]);
            assert_eq!(fresh, 3, "a blob, a tree and a commit");
            assert_eq!((seen.count(b"marker-old-0"), seen.count(b"marker-new-0")), (0, 1));
            assert!(!seen.incomplete());
            assert_eq!(counts(seen), counts(git.read()));
            let (seen, fresh, last) = read(&git, next.clone(), &[]);
            assert_eq!((fresh, seen.count(b"marker-")), (0, 0));
            assert_eq!((counts(seen), last), (counts(git.read()), next));
        }
    }
}

#[test]
fn what_is_remarkable_is_looked_at_again() {
    let git = grown();
    git.git(&["gc", "--quiet"]);
    let blob = id(&git, "HEAD~2:file");
    let (_, _, ledger) = read(&git, Ledger::default(), &[blob]);
    let (seen, fresh, _) = read(&git, ledger, &[]);
    // Of the others, the blobs are left out; what may name it is read, lest it be lost unnoticed.
    assert_eq!((fresh, seen.count(b"marker-old-2"), seen.count(b"marker-")), (12, 1, 1));
    // A name stands in many trees.
    let (_, _, ledger) = read(&git, Ledger::default(), &[id(&git, "HEAD^{tree}")]);
    let (seen, fresh, _) = read(&git, ledger, &[]);
    assert_eq!((fresh, seen.names()), (11, vec![b"file".to_vec()]));
}

#[test]
fn what_goes_missing_is_noticed_all_the_same() {
    for lost in ["HEAD~1", "HEAD~1^{tree}", "HEAD~1:file", "v1"] {
        let git = grown();
        let (_, _, ledger) = read(&git, Ledger::default(), &[]);
        let name = id(&git, lost).to_string();
        fs::remove_file(git.root.join(".git/objects").join(&name[..2]).join(&name[2..])).expect("it is loose");
        let (seen, fresh, next) = read(&git, ledger, &[]);
        let plain = git.read();
        assert_eq!(seen.notices(), plain.notices(), "{lost}");
        assert!(seen.incomplete() && fresh > 0, "{lost}");
        assert_eq!(counts(seen), counts(plain));
        // It is still missing the next time.
        let (seen, _, _) = read(&git, next, &[]);
        assert_eq!(seen.notices(), git.read().notices(), "{lost}");
    }
}

#[test]
fn what_was_pruned_is_forgotten() {
    let git = grown();
    git.git(&["reset", "--quiet", "--hard", "HEAD~3"]);
    let (_, _, ledger) = read(&git, Ledger::default(), &[]);
    git.git(&["tag", "-d", "v1"]);
    git.git(&["reflog", "expire", "--expire=now", "--all"]);
    git.git(&["gc", "--quiet", "--prune=now"]);
    let (seen, _, next) = read(&git, ledger.clone(), &[]);
    let plain = git.read();
    assert!(!seen.incomplete() && seen.count(b"marker-") == 0);
    assert_eq!((counts(seen), next.entries().len()), (counts(plain), 6));
    assert!(ledger.entries().len() > 6);
    assert_eq!(read(&git, next, &[]).1, 0);
}

#[test]
fn damage_that_is_seen_at_a_pack_is_told_though_its_objects_are_known() {
    let git = grown();
    git.git(&["gc", "--quiet", "--prune=now"]);
    let (_, _, ledger) = read(&git, Ledger::default(), &[]);
    let packs = git.root.join(".git/objects/pack");
    let is_pack = |path: &std::path::PathBuf| path.extension().is_some_and(|extension| extension == "pack");
    let files = fs::read_dir(packs).expect("there are packs").map(|entry| entry.expect("it can be listed").path());
    let pack = files.into_iter().find(is_pack).expect("git made one");
    let bytes = fs::read(&pack).expect("it can be read");
    fs::remove_file(&pack).expect("the directory is ours");
    fs::write(&pack, &bytes[..bytes.len() - 60]).expect("the directory is ours");
    let (seen, _, next) = read(&git, ledger, &[]);
    assert_eq!(seen.notices(), git.read().notices());
    assert!(seen.incomplete());
    assert_eq!(read(&git, next, &[]).0.notices(), git.read().notices(), "and the next time again");
}

#[test]
fn a_list_of_a_shallow_clone_does_not_vouch_for_the_whole() {
    let git = grown();
    let url = format!("file://{}", git.root.display());
    git.git(&["clone", "--quiet", "--depth", "2", &url, "../shallow"]);
    let shallow = Scratch { git: git.git.beside("shallow"), root: git.git.beside("shallow").path().to_owned() };
    let (seen, _, ledger) = read(&shallow, Ledger::default(), &[]);
    assert!(seen.incomplete());
    let (again, fresh, _) = read(&shallow, ledger.clone(), &[]);
    assert_eq!((again.notices(), fresh), (seen.notices(), 0));
    shallow.git(&["fetch", "--quiet", "--unshallow"]);
    let (seen, _, next) = read(&shallow, ledger, &[]);
    assert_eq!((seen.count(b"marker-old-0"), seen.incomplete()), (1, false));
    assert_eq!(counts(seen), counts(shallow.read()));
    assert_eq!(read(&shallow, next, &[]).1, 0);
}

#[test]
fn a_list_holds_names_and_nothing_of_contents() {
    let git = grown();
    let (_, _, ledger) = read(&git, Ledger::default(), &[]);
    let bytes = ledger.to_bytes(&[1; 32], Kind::Sha1);
    assert_eq!(bytes.len(), 58 + 16 * 28 + 32, "five blobs, trees and commits, and a tag");
}
