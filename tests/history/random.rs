//! Random histories, packed in several ways, read equal to gix's own object by object reading.

use proptest::prelude::*;

use super::*;

/// One step in the life of a repository.
#[derive(Clone, Debug)]
enum Step {
    Write { file: u8, lines: Vec<u8>, binary: bool },
    Append { file: u8, line: u8 },
    Rename { from: u8, to: u8 },
    Branch,
    Merge { strategy_ours: bool },
    Octopus,
    Tag { message: u8 },
    Stash,
    Repack { deep: bool },
    LoosePackMix,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0u8..8, proptest::collection::vec(any::<u8>(), 1..60), any::<bool>())
            .prop_map(|(file, lines, binary)| Step::Write { file, lines, binary }),
        4 => (0u8..8, any::<u8>()).prop_map(|(file, line)| Step::Append { file, line }),
        2 => (0u8..8, 0u8..8).prop_map(|(from, to)| Step::Rename { from, to }),
        1 => Just(Step::Branch),
        1 => any::<bool>().prop_map(|strategy_ours| Step::Merge { strategy_ours }),
        1 => Just(Step::Octopus),
        1 => any::<u8>().prop_map(|message| Step::Tag { message }),
        1 => Just(Step::Stash),
        1 => any::<bool>().prop_map(|deep| Step::Repack { deep }),
        1 => Just(Step::LoosePackMix),
    ]
}

fn path(file: u8) -> String {
    format!(
        "{}/{}/file-{file}.txt",
        ["source", "a directory", "x"][usize::from(file) % 3],
        ["a", "b"][usize::from(file) % 2]
    )
}

fn run(scratch: &Scratch, steps: &[Step]) {
    scratch.commit("start", "the first content\n".repeat(30));
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Write { file, lines, binary } => {
                let mut content = Vec::new();
                for line in lines {
                    content.extend_from_slice(format!("line {line} of a text that repeats {}\n", line % 7).as_bytes());
                    content.extend(binary.then_some([0, *line, 255]).into_iter().flatten());
                }
                scratch.commit(&path(*file), content);
            }
            Step::Append { file, line } => {
                let mut content = fs::read(scratch.root.join(path(*file))).unwrap_or_default();
                content.extend_from_slice(format!("one more line, {line} {at}\n").as_bytes());
                scratch.commit(&path(*file), content);
            }
            Step::Rename { from, to } => {
                if let Ok(content) = fs::read(scratch.root.join(path(*from))) {
                    fs::remove_file(scratch.root.join(path(*from))).expect("the file was just read");
                    scratch.commit(&path(*to), [content, at.to_string().into_bytes()].concat());
                }
            }
            Step::Branch => {
                scratch.git(&["checkout", "--quiet", "-b", &format!("branch-{at}")]);
                scratch.commit(&format!("only-{at}"), format!("{at}"));
            }
            Step::Merge { strategy_ours } => merge(scratch, at, *strategy_ours),
            Step::Octopus => octopus(scratch, at),
            Step::Tag { message } => {
                scratch.git(&["tag", "--annotate", "--message", &format!("tag {message}"), &format!("tag-{at}")]);
            }
            Step::Stash => {
                scratch.write("start", format!("stashed {at}"));
                scratch.git(&["stash", "push", "--quiet"]);
            }
            Step::Repack { deep } => {
                let depth = if *deep { "--depth=250" } else { "--depth=5" };
                scratch.git(&["repack", "-a", "-d", "-f", "--quiet", depth, "--window=30"]);
            }
            Step::LoosePackMix => {
                scratch.git(&["repack", "--quiet"]);
            }
        }
    }
}

fn merge(scratch: &Scratch, at: usize, ours: bool) {
    scratch.git(&["checkout", "--quiet", "-b", &format!("side-{at}"), "HEAD~0"]);
    scratch.commit(&format!("side-{at}"), "side\n".repeat(at % 9));
    scratch.git(&["checkout", "--quiet", "-"]);
    scratch.commit(&format!("main-{at}"), "main\n".repeat(at % 5));
    let strategy = if ours { "--strategy=ours" } else { "--strategy=ort" };
    scratch.git(&["merge", "--quiet", strategy, "--no-commit", "--no-ff", &format!("side-{at}")]);
    scratch.write("evil", format!("only in the merge {at}"));
    scratch.git(&["add", "--all"]);
    scratch.git(&["commit", "--quiet", "--message", "merged"]);
}

fn octopus(scratch: &Scratch, at: usize) {
    let head = scratch.git(&["rev-parse", "HEAD"]);
    let mut tips = Vec::new();
    for arm in 0..3 {
        scratch.git(&["checkout", "--quiet", "--detach", &head]);
        tips.push(scratch.commit(&format!("arm-{arm}-{at}"), format!("arm {arm}")));
    }
    scratch.git(&["checkout", "--quiet", "-b", &format!("octopus-{at}"), &head]);
    let arms: Vec<&str> = tips.iter().map(String::as_str).collect();
    scratch.git(&[&["merge", "--quiet", "--message", "octopus"], &arms[..]].concat());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn every_object_is_read_once_whatever_happened(steps in proptest::collection::vec(step(), 4..22), sha256 in proptest::bool::weighted(0.2)) {
        let scratch = Scratch::with(if sha256 { &["--object-format=sha256"] } else { &[] });
        run(&scratch, &steps);
        assert_equal_to_reference(&scratch.repository());
        scratch.git(&["repack", "-a", "-d", "-f", "--quiet", "--depth=50", "--window=50"]);
        assert_equal_to_reference(&scratch.repository());
        attribution::assert_equal_to_git(&scratch);
    }
}
