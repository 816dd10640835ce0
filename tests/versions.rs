//! A version that is inspected by what it changes yields exactly what inspecting it whole yields.

use std::sync::LazyLock;

use bstr::BString;
use keysweep::detect::{Engine, Scratch};
use keysweep::input::Copied;
use keysweep::inspect::{Inspected, Inspector, Options};
use keysweep::rules::Catalogue;
use keysweep::rules::template::Generator;
use keysweep::source::{ObjectKind, Origin};
use proptest::prelude::*;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::builtin);
static INSPECTOR: LazyLock<Inspector> =
    LazyLock::new(|| Inspector::new(Engine::new(&CATALOGUE), Options { detect: true, ..Options::default() }));

fn origin() -> Origin {
    let id = gix::ObjectId::null(gix::hash::Kind::Sha1);
    Origin::Object { id, kind: ObjectKind::Blob, path: None::<BString>, commit: None }
}

/// What of the findings must be equal.
fn facts(inspected: &Inspected) -> Vec<String> {
    let place = |finding: &keysweep::finding::Finding| {
        let place = &finding.places[0];
        format!("{} {:?} {:?} {:?} {:?}", finding.meta.id, place.span, place.start, place.via, finding.evidence)
    };
    let mut facts: Vec<String> = inspected.findings.iter().map(place).collect();
    facts.sort();
    facts
}

/// A line of a program, or the filled example of a rule.
fn line() -> impl Strategy<Value = String> {
    let rules = CATALOGUE.rules().len();
    prop_oneof![
        6 => "[a-zA-Z0-9_ =(){};:,./\"'-]{0,70}",
        1 => (0..rules, any::<u64>(), any::<prop::sample::Index>()).prop_map(|(rule, seed, index)| {
            let entry = CATALOGUE.rules()[rule].entry();
            let all: Vec<&String> = entry.examples.matches.iter().chain(&entry.examples.misses).collect();
            all.get(index.index(all.len().max(1))).map_or_else(String::new, |template| Generator::new(seed).fill(template))
        }),
    ]
}

#[derive(Clone, Debug)]
struct Edit {
    at: prop::sample::Index,
    remove: usize,
    insert: String,
}

fn edit() -> impl Strategy<Value = Edit> {
    let insert = prop_oneof![Just(String::new()), line().prop_map(|line| format!("\n{line}\n")), "[A-Za-z0-9_=]{1,40}"];
    (any::<prop::sample::Index>(), 0usize..60, insert).prop_map(|(at, remove, insert)| Edit { at, remove, insert })
}

/// Applies edits; returns the version and what of it is copied.
fn apply(base: &[u8], edits: &[Edit]) -> (Vec<u8>, Vec<Copied>) {
    let mut cuts: Vec<(usize, usize, &str)> =
        edits.iter().map(|edit| (edit.at.index(base.len() + 1), edit.remove, edit.insert.as_str())).collect();
    cuts.sort_unstable();
    let (mut version, mut copies, mut from) = (Vec::new(), Vec::new(), 0);
    let mut copy = |version: &mut Vec<u8>, from: usize, to: usize| {
        if from < to {
            copies.push(Copied { from, to: version.len(), len: to - from });
            version.extend_from_slice(&base[from..to]);
        }
    };
    for (at, remove, insert) in cuts {
        copy(&mut version, from, at.max(from));
        version.extend_from_slice(insert.as_bytes());
        from = (at + remove).clamp(from, base.len());
    }
    copy(&mut version, from, base.len());
    (version, copies)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_chain_of_versions_is_inspected_as_if_each_were_whole(
        lines in proptest::collection::vec(line(), 150..400),
        chain in proptest::collection::vec(proptest::collection::vec(edit(), 0..4), 1..5),
    ) {
        let mut scratch = Scratch::default();
        let mut bytes = lines.join("\n").into_bytes();
        let (_, mut trace) = INSPECTOR.inspect_version(&origin(), &bytes, None, &mut scratch);
        for edits in chain {
            let (version, copies) = apply(&bytes, &edits);
            let base = trace.as_ref().map(|trace| (trace, copies.as_slice()));
            let (fast, next) = INSPECTOR.inspect_version(&origin(), &version, base, &mut scratch);
            let slow = INSPECTOR.inspect(&origin(), &version, &mut scratch);
            prop_assert_eq!(facts(&fast), facts(&slow));
            (bytes, trace) = (version, next);
        }
    }
}
