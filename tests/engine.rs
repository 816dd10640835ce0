//! The fast path of the engine reports exactly what the slow reference reports.

use std::sync::LazyLock;

use keysweep::detect::{Candidate, Engine, Scratch, reference_candidates};
use keysweep::rules::Catalogue;
use keysweep::rules::template::Generator;
use proptest::prelude::*;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::builtin);
static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(&CATALOGUE));

/// What of a candidate must be equal; no byte of a secret.
fn facts(candidates: &[Candidate]) -> Vec<String> {
    candidates
        .iter()
        .map(|c| format!("{} {:?} {:?} {:?} {:?}", c.rule.id, c.whole, c.secret, c.confidence, c.evidence))
        .collect()
}

fn assert_equal(bytes: &[u8]) {
    let fast = facts(&ENGINE.candidates(bytes, None, &mut Scratch::default()));
    let slow = facts(&reference_candidates(&CATALOGUE, bytes, None));
    assert_eq!(fast, slow);
}

/// Texts of a few filled examples among ordinary lines.
fn text() -> impl Strategy<Value = String> {
    let rules = CATALOGUE.rules().len();
    let line = prop_oneof![
        (0..rules, any::<u64>(), any::<prop::sample::Index>()).prop_map(|(rule, seed, index)| {
            let entry = CATALOGUE.rules()[rule].entry();
            let all: Vec<&String> = entry.examples.matches.iter().chain(&entry.examples.misses).collect();
            all.get(index.index(all.len().max(1)))
                .map_or_else(String::new, |template| Generator::new(seed).fill(template))
        }),
        "[ -~]{0,80}",
        "[A-Za-z0-9_-]{0,60}",
    ];
    let escape = || prop::sample::select(vec!["%3D", "%20", "\\n", "\\u003d", "\\x22", "\x1b[0m"]);
    let joint = prop_oneof![Just("\n"), Just(" "), Just("\";"), Just(""), escape()];
    let line = (prop_oneof![4 => Just(""), 1 => escape()], line).prop_map(|(before, line)| format!("{before}{line}"));
    proptest::collection::vec((line, joint), 1..6)
        .prop_map(|lines| lines.iter().map(|(line, joint)| format!("{line}{joint}")).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn on_any_text_the_fast_path_equals_the_reference(text in text()) {
        let fast = facts(&ENGINE.candidates(text.as_bytes(), None, &mut Scratch::default()));
        let slow = facts(&reference_candidates(&CATALOGUE, text.as_bytes(), None));
        prop_assert_eq!(fast, slow);
    }
}

#[test]
fn on_files_of_this_repository_the_fast_path_equals_the_reference() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["CONTRIBUTING.md", "src/detect/assignment.rs", "rules/github.toml", "rules/aws.toml"] {
        assert_equal(&std::fs::read(root.join(file)).expect("the file is part of the repository"));
    }
}

/// About how many bytes of a repository are compared: the reference searches them for each rule by itself.
const MOST_BYTES: u64 = 24 << 20;

/// `KEYSWEEP_EQUALITY_REPOSITORY=/path:/other cargo test --release equality -- --ignored --nocapture` compares real ones.
#[test]
#[ignore = "needs repositories and minutes"]
fn equality_on_blobs_of_repositories() {
    for path in crate::git::repositories() {
        let repository = gix::open(&path).expect("a repository");
        let objects = repository.objects.iter().expect("objects can be listed").map(|id| id.expect("a name"));
        let size = |id: &gix::ObjectId| {
            let header = repository.find_header(*id).expect("an object");
            (header.kind() == gix::objs::Kind::Blob).then(|| header.size())
        };
        let blobs: Vec<(gix::ObjectId, u64)> = objects.filter_map(|id| Some((id, size(&id)?))).collect();
        let all: u64 = blobs.iter().map(|(_, size)| size).sum();
        let step = usize::try_from(all / MOST_BYTES + 1).expect("it is small");
        let mut bytes = 0;
        for (id, size) in blobs.iter().step_by(step) {
            assert_equal(&repository.find_object(*id).expect("an object").data);
            bytes += size;
        }
        println!("{}: the engine is equal on {bytes} of {all} bytes of {} blobs", path.display(), blobs.len());
    }
}
