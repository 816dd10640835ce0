//! What twice as many rules cost the engine: all rules beside either half of them, on blobs of repositories.
//!
//! `cargo bench --bench rules -- /path/to/repository ...`; this repository's without an argument. Both halves have the rule
//! for secrets of no known provider. Where valgrind is on the path, instructions are counted, which other work does not change.

mod blobs;

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use keysweep::detect::{Engine, Scratch, assignment};
use keysweep::rules::Catalogue;

/// How many bytes of blobs are timed.
const SAMPLE: usize = 64 << 20;
/// How many are searched while instructions are counted, which takes fifty times as long.
const COUNTED: usize = 16 << 20;
/// How often each engine searches all blobs.
const ROUNDS: usize = 15;
/// Says, to a process under valgrind, which rules to search with.
const PART: &str = "KEYSWEEP_BENCH_PART";

/// Which rules an engine has.
#[derive(Clone, Copy, Debug)]
enum Part {
    /// Engine and blobs are made ready, and nothing is searched.
    Nothing,
    All,
    Even,
    Odd,
}

impl Part {
    const EVERY: [Self; 4] = [Self::Nothing, Self::All, Self::Even, Self::Odd];

    fn engine(self) -> Engine {
        let catalogue = Catalogue::builtin();
        let first = match self {
            Self::Nothing | Self::All => return Engine::new(&catalogue),
            Self::Even => 0,
            Self::Odd => 1,
        };
        let rules = catalogue.rules().iter().enumerate();
        let half = rules.filter(|(at, rule)| at % 2 == first || &*rule.id == assignment::RULE);
        Engine::new(&Catalogue::of(half.map(|(_, rule)| rule.clone()).collect()))
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let here = vec![env!("CARGO_MANIFEST_DIR").to_owned()];
    let repositories = if arguments.is_empty() { here } else { arguments };
    if let Ok(part) = std::env::var(PART) {
        let part = Part::EVERY.into_iter().find(|known| format!("{known:?}") == part).expect("a part is named");
        let blobs = blobs::blobs(&repositories[0], COUNTED);
        let engine = part.engine();
        if !matches!(part, Part::Nothing) {
            // Patterns are read when they are first needed, which a second search no longer pays for.
            search(&engine, &blobs);
            search(&engine, &blobs);
        }
        return;
    }
    println!("all rules beside either half of them: seconds, and instructions if valgrind is there");
    for repository in repositories {
        let blobs = blobs::blobs(&repository, SAMPLE);
        let engines = [Part::All, Part::Even, Part::Odd].map(Part::engine);
        let mut ratios: [Vec<f64>; 2] = Default::default();
        for _ in 0..ROUNDS {
            let [all, even, odd] = engines.each_ref().map(|engine| search(engine, &blobs));
            ratios[0].push(all / even);
            ratios[1].push(all / odd);
        }
        let [even, odd] = ratios.map(|mut ratios| {
            ratios.sort_by(f64::total_cmp);
            ratios[ROUNDS / 2] * 100.0 - 100.0
        });
        print!("{repository}: time +{even:.1} % and +{odd:.1} %");
        if let Some([nothing, all, even, odd]) = instructions(&repository) {
            let more = |half: f64| (all - nothing) / (half - nothing) * 100.0 - 100.0;
            print!("; instructions +{:.1} % and +{:.1} %", more(even), more(odd));
        }
        println!();
    }
}

/// Searches all blobs, and returns how many seconds that took.
fn search(engine: &Engine, blobs: &[Vec<u8>]) -> f64 {
    let mut scratch = Scratch::default();
    let start = Instant::now();
    let found: usize = blobs.iter().map(|blob| engine.candidates(black_box(blob), None, &mut scratch).len()).sum();
    black_box(found);
    start.elapsed().as_secs_f64()
}

/// Counts the instructions of a process for each part, if valgrind is there.
fn instructions(repository: &str) -> Option<[f64; 4]> {
    let mut counted = [0.0; 4];
    for (count, part) in counted.iter_mut().zip(Part::EVERY) {
        let program = std::env::current_exe().ok()?;
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program).arg(repository);
        let output = command.env(PART, format!("{part:?}")).output().ok()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        *count = said.split("Collected :").nth(1)?.trim().split('\n').next()?.trim().parse().ok()?;
    }
    Some(counted)
}
