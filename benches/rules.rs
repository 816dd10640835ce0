//! What twice as many rules cost the engine, on blobs of repositories: all rules and as many made-up ones beside all, which tells
//! how much their number matters, and all beside either half of them, which also tells what the texts call for.
//!
//! `cargo bench --bench rules -- /path/to/repository ...`; this repository's without an argument. Both halves have the rule
//! for secrets of no known provider. Where valgrind is on the path, instructions are counted, which other work does not change.

mod blobs;

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use keysweep::detect::{Engine, Scratch, assignment};
use keysweep::rules::{Catalogue, Rule};

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
    All,
    Even,
    Odd,
    /// All rules, and as many of providers that nobody has heard of.
    Twice,
}

impl Part {
    const EVERY: [Self; 4] = [Self::All, Self::Even, Self::Odd, Self::Twice];

    fn engine(self) -> Engine {
        let mut catalogue = Catalogue::builtin();
        let first = match self {
            Self::Twice => {
                let twins = twins(&catalogue);
                catalogue.add(twins);
                return Engine::new(&catalogue);
            }
            Self::All => return Engine::new(&catalogue),
            Self::Even => 0,
            Self::Odd => 1,
        };
        let rules = catalogue.rules().iter().enumerate();
        let half = rules.filter(|(at, rule)| at % 2 == first || &*rule.id == assignment::RULE);
        Engine::new(&Catalogue::of(half.map(|(_, rule)| rule.clone()).collect()))
    }
}

/// Makes a rule for each that has a keyword, with a keyword as long and of as many kinds of bytes: its letters are others. Their
/// secrets look like no names, which would be passed over no longer.
fn twins(catalogue: &Catalogue) -> Vec<Rule> {
    let other = |letter: char| match letter {
        'a'..='z' => char::from(b'a' + (letter as u8 - b'a' + 13) % 26),
        _ => letter,
    };
    let keywords = catalogue.rules().iter().filter_map(|rule| rule.keywords.first());
    let rules = keywords.enumerate().map(|(at, keyword)| {
        let keyword: String = keyword.to_ascii_lowercase().chars().map(other).collect();
        let escaped: String = keyword.bytes().map(|byte| format!(r"\\x{byte:02x}")).collect();
        format!(
            "[[rule]]\nid = \"twin/rule-{at}\"\ntitle = \"A twin\"\nseverity = \"high\"\nconfidence = \"high\"\n\
             keywords = [{keyword:?}]\npattern = \"(?i:{escaped})(?<secret>[A-Z0-9]{{20,40}})\"\nwhy = \"It is one of many.\"\n\
             [rule.examples]\nmatch = []\nmiss = []\n"
        )
    });
    let provider = "[provider]\nid = \"twin\"\nname = \"Twin\"\nsite = \"https://example.com\"\n\
                    [provider.rotation]\nwhere = \"a\"\nsteps = [\"a\"]\nscope = \"a\"\ndocs = \"https://example.com\"\n";
    Rule::parse(&(provider.to_owned() + &rules.collect::<String>())).expect("the rules are right")
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let here = vec![env!("CARGO_MANIFEST_DIR").to_owned()];
    let repositories = if arguments.is_empty() { here } else { arguments };
    if let Ok(asked) = std::env::var(PART) {
        let (part, searches) = asked.split_once(' ').expect("a part and a number are named");
        let part = Part::EVERY.into_iter().find(|known| format!("{known:?}") == part).expect("it is a part");
        let searches: usize = searches.parse().expect("it is a number");
        let blobs = blobs::blobs(&repositories[0], COUNTED);
        let engine = part.engine();
        // Patterns are read when they are first needed, which the second search no longer pays for.
        for _ in 0..searches {
            search(&engine, &blobs);
        }
        return;
    }
    for repository in repositories {
        let blobs = blobs::blobs(&repository, SAMPLE);
        let engines = [Part::All, Part::Even, Part::Odd, Part::Twice].map(Part::engine);
        let mut ratios: [Vec<f64>; 3] = Default::default();
        for _ in 0..ROUNDS {
            let [all, even, odd, twice] = engines.each_ref().map(|engine| search(engine, &blobs));
            ratios[0].push(all / even);
            ratios[1].push(all / odd);
            ratios[2].push(twice / all);
        }
        let [even, odd, twice] = ratios.map(|mut ratios| {
            ratios.sort_by(f64::total_cmp);
            ratios[ROUNDS / 2] * 100.0 - 100.0
        });
        println!("{repository}");
        println!(
            "  time: +{twice:.1} % with as many made-up rules; all rules +{even:.1} % and +{odd:.1} % beside halves"
        );
        if let Some([all, even, odd, twice]) = instructions(&repository) {
            let more = |many: f64, few: f64| many / few * 100.0 - 100.0;
            let (even, odd) = (more(all, even), more(all, odd));
            println!("  instructions: +{:.1} %; +{even:.1} % and +{odd:.1} %", more(twice, all));
        }
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

/// Counts the instructions of a search for each part, if valgrind is there.
fn instructions(repository: &str) -> Option<[f64; 4]> {
    let mut counted = [0.0; 4];
    for (count, part) in counted.iter_mut().zip(Part::EVERY) {
        let program = std::env::current_exe().ok()?;
        let process = |searches: usize| -> Option<f64> {
            let mut command = Command::new("valgrind");
            command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(&program).arg(repository);
            let output = command.env(PART, format!("{part:?} {searches}")).output().ok()?;
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            said.split("Collected :").nth(1)?.split_whitespace().next()?.parse().ok()
        };
        *count = process(2)? - process(1)?;
    }
    Some(counted)
}
