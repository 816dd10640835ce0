//! The engine's rate on real blobs, beside an Aho-Corasick DFA over all keywords and a `RegexSet` of all patterns.
//!
//! `KEYSWEEP_BENCH_REPOSITORY=/path/to/repository cargo bench --bench engine` reads up to 64 MB of its blobs;
//! without the variable, of this repository's.

mod blobs;

use std::hint::black_box;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use keysweep::detect::sieve::{Names, Sifted, sift};
use keysweep::detect::{Engine, Scratch};
use keysweep::rules::Catalogue;
use regex::bytes::RegexSetBuilder;

/// How many bytes of blobs are read.
const SAMPLE: usize = 64 << 20;

fn engine(criterion: &mut Criterion) {
    let repository =
        std::env::var("KEYSWEEP_BENCH_REPOSITORY").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    let blobs = blobs::blobs(&repository, SAMPLE);
    let catalogue = Catalogue::builtin();
    let mut group = criterion.benchmark_group("blobs");
    group.throughput(Throughput::Bytes(blobs.iter().map(|blob| blob.len() as u64).sum()));
    group.sample_size(10);

    let mut sifted = Sifted::default();
    group.bench_function("sieve alone", |bencher| {
        bencher.iter(|| blobs.iter().for_each(|blob| sift(black_box(blob), Names::PassedOver, &mut sifted)));
    });

    let whole = Engine::new(&catalogue);
    let mut scratch = Scratch::default();
    group.bench_function("keysweep", |bencher| {
        bencher.iter(|| {
            blobs.iter().map(|blob| whole.candidates(black_box(blob), None, &mut scratch).len()).sum::<usize>()
        });
    });

    let keywords: Vec<&str> =
        catalogue.rules().iter().flat_map(|rule| rule.keywords.iter().map(AsRef::as_ref)).collect();
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(&keywords)
        .expect("the keywords fit");
    group.bench_function("Aho-Corasick DFA over all keywords", |bencher| {
        bencher.iter(|| blobs.iter().map(|blob| automaton.find_iter(black_box(blob)).count()).sum::<usize>());
    });

    let patterns = catalogue.rules().iter().filter_map(|rule| rule.pattern_text());
    let set = RegexSetBuilder::new(patterns).unicode(false).size_limit(1 << 30).build().expect("the patterns compile");
    group.bench_function("RegexSet of all patterns", |bencher| {
        bencher.iter(|| blobs.iter().take(blobs.len() / 16).filter(|blob| set.is_match(black_box(blob))).count());
    });
    group.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
