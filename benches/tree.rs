//! What a scan of a working tree costs: `keysweep scan` as a whole process, in turn with a search of the same files for a
//! word that is not there, and with other scanners.
//!
//! `cargo bench --bench tree -- /path/to/work/tree ...` with `rg` on the path, and whichever of the others.

mod process;

use std::path::PathBuf;

use process::{Contestant, arguments, compare, on_path, program};

const KEYSWEEP: &str = env!("CARGO_BIN_EXE_keysweep");
const ROUNDS: usize = 21;
/// What no file has.
const ABSENT: &str = "a-literal-that-is-not-there-5d1c";

fn main() {
    let trees = arguments();
    if trees.is_empty() {
        println!("usage: cargo bench --bench tree -- DIRECTORY...");
    }
    for tree in trees {
        let table: [(&str, &[&str]); 6] = [
            ("rg", &["--hidden", "--glob", "!.git", "--fixed-strings", ABSENT]),
            (KEYSWEEP, &["scan"]),
            ("ripsecrets", &["."]),
            ("gitleaks", &["dir", "."]),
            ("betterleaks", &["dir", "."]),
            ("kingfisher", &["scan", "--no-validate", "--no-update-check", "--git-history", "none", "."]),
        ];
        let mut contestants = Vec::new();
        for (at, (name, arguments)) in table.into_iter().enumerate() {
            let file = if name == KEYSWEEP { Some(PathBuf::from(name)) } else { on_path(name) };
            let Some(file) = file else { continue };
            let tree = tree.clone();
            let shown = if name == KEYSWEEP { "keysweep scan" } else { name };
            let contestant = Contestant::new(shown, move || program(&file, &tree, arguments));
            contestants.push(if at > 1 { contestant.slow() } else { contestant });
        }
        compare(&tree.display().to_string(), ROUNDS, &mut contestants);
    }
}
