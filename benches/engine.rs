//! The engine's rate on real blobs, beside an Aho-Corasick DFA over all keywords and a `RegexSet` of all patterns.
//!
//! `KEYSWEEP_BENCH_REPOSITORY=/path/to/repository cargo bench --bench engine` reads up to 64 MB of its blobs;
//! without the variable, of this repository's.

use std::hint::black_box;
use std::io::Read as _;
use std::process::{Command, Stdio};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use keysweep::detect::sieve::{Names, Sifted, sift};
use keysweep::detect::{Engine, Scratch};
use keysweep::rules::Catalogue;
use regex::bytes::RegexSetBuilder;

/// How many bytes of blobs are read.
const SAMPLE: usize = 64 << 20;

/// Reads blobs of a repository, in the order of their names, which is as good as random.
fn blobs() -> Vec<Vec<u8>> {
    let repository =
        std::env::var("KEYSWEEP_BENCH_REPOSITORY").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    let mut child = Command::new("git")
        .args(["-C", &repository, "cat-file", "--batch-all-objects", "--batch"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("git is installed");
    let mut bytes = Vec::new();
    let out = child.stdout.take().expect("it is piped");
    out.take(4 * SAMPLE as u64).read_to_end(&mut bytes).expect("git's output can be read");
    child.kill().and_then(|()| child.wait()).expect("git can be stopped");
    let (mut blobs, mut total, mut rest) = (Vec::new(), 0, &bytes[..]);
    while let Some(end) = memchr::memchr(b'\n', rest) {
        let header = String::from_utf8_lossy(&rest[..end]).into_owned();
        let mut words = header.split(' ').skip(1);
        let (kind, size) =
            (words.next().unwrap_or_default(), words.next().and_then(|size| size.parse().ok()).unwrap_or(0));
        if end + 1 + size > rest.len() || total > SAMPLE {
            break;
        }
        if kind == "blob" {
            blobs.push(rest[end + 1..end + 1 + size].to_vec());
            total += size;
        }
        rest = &rest[(end + 2 + size).min(rest.len())..];
    }
    blobs
}

fn engine(criterion: &mut Criterion) {
    let blobs = blobs();
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

    // Every second rule alone, and the others: what twice as many rules cost, whichever of the two a repository's texts call for.
    for (name, first) in [("keysweep with half of the rules", 0), ("keysweep with the other half", 1)] {
        let half = catalogue.rules().iter().skip(first).step_by(2).cloned().collect();
        let half = Engine::new(&Catalogue::of(half));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                blobs.iter().map(|blob| half.candidates(black_box(blob), None, &mut scratch).len()).sum::<usize>()
            });
        });
    }

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
