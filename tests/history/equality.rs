//! Reading packs as packs and inspecting what versions change finds what a plain read of every object finds.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use bstr::BString;
use gix::ObjectId;
use keysweep::detect::Engine;
use keysweep::finding::Finding;
use keysweep::input::{Blob, Coverage, Visitor, history};
use keysweep::inspect::{Inspector, Options};
use keysweep::policy::config::Config;
use keysweep::rules::Catalogue;
use keysweep::scan::Gather;
use keysweep::source::{ObjectKind, Origin};
use rayon::prelude::*;

use super::Scratch;
use crate::git::repositories;

/// How many objects one thread takes at a time.
const SHARE: usize = 512;

/// What is said of each finding, notice and possible configuration, ordered.
type Facts = Vec<String>;

/// Runs a reader and returns all that came of it but the fields of git's own files.
fn gathered(inspector: &Inspector, read: impl FnOnce(&Gather<'_>, &Coverage)) -> (Facts, usize) {
    let (coverage, stop, config) = (Coverage::default(), AtomicBool::new(false), Config::default());
    let gather = Gather::new(inspector, &config, &coverage, &stop);
    read(&gather, &coverage);
    let gathered = gather.finish();
    let is_object = |finding: &&Finding| matches!(finding.places[0].origin, Origin::Object { .. });
    let mut facts: Facts = gathered.findings.iter().filter(is_object).map(|finding| format!("{finding:?}")).collect();
    let findings = facts.len();
    // Others tell of the repository as a whole, such as that it is a partial clone.
    let is_of_object = |subject: &str| ["blob ", "commit ", "tag "].iter().any(|kind| subject.starts_with(kind));
    let notices = gathered.notices.iter().filter(|notice| is_of_object(&notice.subject));
    facts.extend(notices.map(|notice| format!("{notice:?}")));
    facts.extend(gathered.configurations.iter().map(|id| format!("configuration {id}")));
    facts.sort();
    (facts, findings)
}

/// Shows every object to `gather`, each by itself and whole, and every name in trees with the first tree that has it.
fn plainly(repository: &gix::Repository, gather: &Gather<'_>) {
    let mut ids: Vec<ObjectId> =
        repository.objects.iter().expect("objects can be listed").map(|id| id.expect("it is there")).collect();
    ids.sort_unstable();
    ids.dedup();
    let names: Mutex<BTreeMap<Vec<u8>, ObjectId>> = Mutex::default();
    let shared = repository.clone().into_sync();
    ids.par_chunks(SHARE).for_each(|ids| {
        let repository = shared.to_thread_local();
        for id in ids {
            let object = repository.find_object(*id).expect("the repository is sound");
            if object.kind == gix::objs::Kind::Tree {
                let tree = gix::objs::TreeRef::from_bytes(&object.data, repository.object_hash()).expect("it is sound");
                let mut names = names.lock().expect("nobody panicked");
                for entry in &tree.entries {
                    let first = names.entry(entry.filename.to_vec()).or_insert(*id);
                    *first = (*first).min(*id);
                }
                continue;
            }
            let origin = Origin::Object { id: *id, kind: object.kind.into(), path: None, commit: None };
            gather.visit(Blob { origin, bytes: &object.data });
        }
    });
    for (name, id) in names.into_inner().expect("nobody panicked") {
        let path = Some(BString::from(name));
        gather.visit_name(Origin::Object { id, kind: ObjectKind::Tree, path, commit: None });
    }
}

/// Proves that both ways find the same in a repository; returns the numbers of objects and findings.
fn assert_equal(repository: &gix::Repository, inspector: &Inspector) -> (u64, usize) {
    let mut objects = 0;
    let (fast, findings) = gathered(inspector, |gather, coverage| {
        history::read(repository, gather, coverage, &history::Options::default()).expect("objects can be listed");
        let counts = [&coverage.blobs, &coverage.trees, &coverage.commits, &coverage.tags];
        objects = counts.iter().map(|count| count.load(std::sync::atomic::Ordering::Relaxed)).sum();
    });
    let (slow, _) = gathered(inspector, |gather, _| plainly(repository, gather));
    let (mut lost, mut made_up) = (slow.clone(), fast.clone());
    lost.retain(|fact| fast.binary_search(fact).is_err());
    made_up.retain(|fact| slow.binary_search(fact).is_err());
    assert!(fast == slow, "in {}: lost {lost:#?}\nmade up {made_up:#?}", repository.git_dir().display());
    (objects, findings)
}

fn inspector(catalogue: &Catalogue) -> Inspector {
    Inspector::new(Engine::new(catalogue), Options { detect: true, lint: true, ..Options::default() })
}

#[test]
fn both_ways_find_the_same_in_versions_of_files() {
    let git = Scratch::new();
    let token = |seed| keysweep::rules::template::Generator::new(seed).fill("token = glpat-{alnum:20}\n");
    for version in 0..12u64 {
        let lines = |from: u64| (from..from + 60).map(|line| format!("a line with the number {line}\n"));
        let text: String = lines(version).chain([token(version / 3)]).chain(lines(100)).collect();
        git.commit("settings.txt", text);
    }
    git.commit(&format!("dump {}", token(7).trim()), "a name\n");
    git.git(&["gc", "--quiet", "--prune=now"]);
    let catalogue = Catalogue::builtin();
    let (objects, findings) = assert_equal(&git.repository(), &inspector(&catalogue));
    assert_eq!((objects, findings), (39, 13));
}

/// `KEYSWEEP_EQUALITY_REPOSITORY=/path:/other cargo test --release equality -- --ignored --nocapture` compares real ones.
#[test]
#[ignore = "needs repositories and minutes"]
fn equality_on_all_objects_of_repositories() {
    let catalogue = Catalogue::builtin();
    let inspector = inspector(&catalogue);
    for path in repositories() {
        let begun = Instant::now();
        let (objects, findings) = assert_equal(&super::open(&path), &inspector);
        let seconds = begun.elapsed().as_secs();
        println!("{}: {objects} objects, {findings} findings, equal, in {seconds} s", path.display());
    }
}
