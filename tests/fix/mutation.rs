//! Configurations with bytes flipped, cut off, doubled and spliced: no panic, no span outside, and a fix that is done when it is.

use std::fs;
use std::path::Path;

use bstr::BStr;
use keysweep::fix::{self, Nobody, Variables};
use keysweep::lint::{Options, Persona, Safety, lint_document, lint_text};
use proptest::prelude::*;

use super::fixture;
use crate::lint::fill;

/// How a file is changed; places are parts of 65,536 of its length.
#[derive(Clone, Debug)]
enum Mutation {
    Flip(u16, u8),
    Cut(u16),
    Remove(u16, u8),
    Double(u16, u8),
    Splice(u16, usize, u16, u8),
    Insert(u16, &'static str),
}

/// What breaks grammars, or changes how the rest is read.
const PIECES: [&str; 24] = [
    "\"", "'", "{", "}", "[", "]", ",", ":", "=", "#", "//", "/*", "\r\n", "\n\n", "\t", "- ", "|\n", "&a ", "*a",
    "\u{feff}", "\\", "é", "\u{202e}", "\0",
];

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<u16>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Flip(at, byte)),
        at().prop_map(Mutation::Cut),
        (at(), 1..40_u8).prop_map(|(at, len)| Mutation::Remove(at, len)),
        (at(), 1..80_u8).prop_map(|(at, len)| Mutation::Double(at, len)),
        (at(), any::<usize>(), at(), 1..80_u8)
            .prop_map(|(at, other, from, len)| Mutation::Splice(at, other, from, len)),
        (at(), proptest::sample::select(&PIECES[..])).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
    ]
}

/// The files that clients read, as fixtures have them before they are mended.
fn files() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fix");
    let mut clients: Vec<_> =
        fs::read_dir(root).expect("fixtures").map(|entry| entry.expect("readable").path()).collect();
    clients.sort();
    let filled = |client: &std::path::PathBuf| {
        let (path, text) = fixture(client, "before");
        (path, fill(&text).0.into_bytes())
    };
    clients.iter().map(filled).collect()
}

fn mutated(files: &[(String, Vec<u8>)], file: usize, mutations: &[Mutation]) -> Vec<u8> {
    let mut bytes = files[file].1.clone();
    let place = |at: u16, len: usize| usize::from(at) * len / 65_536;
    for mutation in mutations {
        let len = bytes.len();
        match mutation {
            Mutation::Flip(at, byte) if len > 0 => bytes[place(*at, len)] = *byte,
            // Seldom much, or little is left to look at.
            Mutation::Cut(at) => bytes.truncate(len - place(*at, len) / 8),
            Mutation::Remove(at, count) => {
                let start = place(*at, len);
                bytes.drain(start..(start + usize::from(*count)).min(len));
            }
            Mutation::Double(at, count) => {
                let start = place(*at, len);
                let part = bytes[start..(start + usize::from(*count)).min(len)].to_vec();
                bytes.splice(start..start, part);
            }
            Mutation::Splice(at, other, from, count) => {
                let other = &files[other % files.len()].1;
                let from = place(*from, other.len());
                let part = other[from..(from + usize::from(*count)).min(other.len())].to_vec();
                let start = place(*at, len);
                bytes.splice(start..start, part);
            }
            Mutation::Insert(at, piece) => {
                let start = place(*at, len);
                bytes.splice(start..start, piece.bytes());
            }
            Mutation::Flip(..) => {}
        }
    }
    bytes
}

/// Checks what holds of any file; returns how many literal credentials it has.
fn checked(path: &str, bytes: &[u8]) -> usize {
    let linted =
        lint_document(BStr::new(path), bytes, &|_| false, Options { persona: Persona::Auditor, ..Options::default() });
    let findings = linted.findings.iter().chain(&lint_text(bytes, &|_| false)).cloned().collect::<Vec<_>>();
    for finding in &findings {
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in edits.chain([finding.span]).chain(finding.secret) {
            assert!(span.start <= span.end && span.end <= bytes.len(), "{}: {span:?}", finding.meta.id);
        }
    }
    linted.findings.iter().filter(|finding| finding.secret.is_some()).count()
}

/// How many files are tried; more than usual with `KEYSWEEP_CASES`.
fn cases() -> u32 {
    std::env::var("KEYSWEEP_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(192)
}

#[test]
fn a_changed_file_is_linted_without_panic_and_mended_once_and_for_all() {
    let files = files();
    let strategy = (0..files.len(), proptest::collection::vec(mutation(), 0..5));
    let config = ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |((file, mutations) in strategy)| {
        let bytes = mutated(&files, file, &mutations);
        let path = files[file].0.as_str();
        let before = checked(path, &bytes);
        let apply = |bytes: &[u8], variables: &Variables| {
            fix::apply(path.into(), bytes, Safety::Safe, &Nobody, variables)
        };
        let mut variables = Variables::default();
        let fixed = apply(&bytes, &variables);
        variables.add(&fixed.taken);
        prop_assert!(fixed.error.is_none() || fixed.bytes == bytes);
        prop_assert!(fixed.error.is_some() || fixed.taken.len() <= before);
        let after = checked(path, &fixed.bytes);
        prop_assert!(after + fixed.taken.len() <= before, "{} {} {}", after, fixed.taken.len(), before);
        let linted = lint_document(path.into(), &fixed.bytes, &|_| false, Options::default());
        prop_assert_eq!(linted.error, fixed.error);
        let again = apply(&fixed.bytes, &variables);
        prop_assert!(again.applied.is_empty() && again.bytes == fixed.bytes, "a second run edits again");
    });
}
