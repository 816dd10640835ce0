//! What a scan of all of history costs: `keysweep scan --history` as a whole process, in turn with git printing every
//! object, with git printing every patch, and with other scanners; and how the cost grows with the length of a history.
//!
//! `cargo bench --bench history -- /path/to/repository ...` prints rows for `docs/performance.md`. Other scanners take part
//! if they are on the path, once each, for at most ten minutes, or as many seconds as `KEYSWEEP_BENCH_SECONDS` says.

mod process;
mod reader;
mod shorter;

use std::path::Path;
use std::process::Command;

use process::{Contestant, arguments, on_path, program, rows};
use shorter::shorter;

const KEYSWEEP: &str = env!("CARGO_BIN_EXE_keysweep");
const ROUNDS: usize = 3;
/// How much of a history the curve shows, in percent.
const LENGTHS: [usize; 3] = [10, 30, 100];
const PRINT_OBJECTS: &str = "git cat-file --batch-all-objects --batch --unordered --buffer | wc -c";
const PRINT_PATCHES: &str = "git log -p --all | wc -c";

fn main() {
    let repositories = arguments();
    if repositories.is_empty() {
        println!("usage: cargo bench --bench history -- REPOSITORY...");
    }
    let home = tempfile::tempdir().expect("there is a temporary directory");
    for repository in repositories {
        let repository = repository.canonicalize().expect("the argument is a repository");
        let mut contestants = vec![shell("git cat-file", PRINT_OBJECTS, &repository), keysweep(&repository)];
        contestants.push(shell("git log -p --all", PRINT_PATCHES, &repository).once(seconds()));
        contestants.extend(others(&repository, home.path()));
        rows(&format!("{}, {}", repository.display(), size(&repository)), ROUNDS, &mut contestants);
        reader::measure(&repository);
        curve(&repository, home.path());
    }
}

/// Compares keysweep with git on the first parts of a history.
fn curve(repository: &Path, home: &Path) {
    for percent in LENGTHS {
        let (part, commits) = shorter(repository, percent, home);
        let mut contestants = vec![shell("git cat-file", PRINT_OBJECTS, &part), keysweep(&part)];
        let title = format!("{percent} % of {}: {commits} commits, {}", repository.display(), size(&part));
        rows(&title, ROUNDS, &mut contestants);
        // The next one is larger, and this one's place may be needed.
        std::fs::remove_dir_all(part).expect("it was just made");
    }
}

fn keysweep(repository: &Path) -> Contestant {
    let repository = repository.to_owned();
    Contestant::new("keysweep scan --history", move || program(KEYSWEEP, &repository, &["scan", "--history", "."]))
}

/// Makes a contestant of a line for the shell.
fn shell(name: &str, line: &'static str, repository: &Path) -> Contestant {
    let repository = repository.to_owned();
    Contestant::new(name, move || program("sh", &repository, &["-c", line]))
}

/// Makes contestants of the scanners that are there.
fn others(repository: &Path, home: &Path) -> Vec<Contestant> {
    let url = format!("file://{}", repository.display());
    let store = home.join("datastore").display().to_string();
    let table: [(&str, Vec<&str>); 5] = [
        ("kingfisher", vec!["scan", "-n", "--no-update-check", "."]),
        ("gitleaks", vec!["git", "--no-banner", "."]),
        ("betterleaks", vec!["git", "--no-banner", "."]),
        ("noseyparker", vec!["scan", "--datastore", &store, "."]),
        ("trufflehog", vec!["git", "--no-verification", "--no-update", &url]),
    ];
    let found = table.into_iter().filter_map(|(name, arguments)| Some((name, on_path(name)?, arguments)));
    found
        .map(|(name, file, arguments)| {
            let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
            let repository = repository.to_owned();
            let command = move || -> Command {
                program(&file, &repository, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
            };
            Contestant::new(name, command).once(seconds())
        })
        .collect()
}

/// Returns for how many seconds a slow opponent may run.
fn seconds() -> u64 {
    std::env::var("KEYSWEEP_BENCH_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(600)
}

/// Returns how many objects a repository has, and how large its packs are.
fn size(repository: &Path) -> String {
    let counted = program("git", repository, &["count-objects", "-v"]).output().expect("git is installed");
    let text = String::from_utf8_lossy(&counted.stdout).into_owned();
    let value = |name: &str| -> u64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.and_then(|value| value.parse().ok()).unwrap_or(0)
    };
    format!("{} objects, {} MB of packs", value("in-pack") + value("count"), value("size-pack") / 1024)
}
