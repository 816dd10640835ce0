//! What a commit hook costs: `keysweep scan --staged` as a whole process, in turn with git and other scanners.
//!
//! `cargo bench --bench hook` makes repositories of 1,000, 20,000 and 100,000 files in a temporary directory, of texts of
//! this repository. In each, one line of a file is staged; in a further one, a line in each of 1,000 files. Other
//! scanners take part if they are on the path; those that know no index are given the names of the files.
//! `cargo bench --bench hook -- 1000` makes that size alone.

mod process;

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};

use process::{Contestant, compare, on_path, program};

const KEYSWEEP: &str = env!("CARGO_BIN_EXE_keysweep");
const ROUNDS: usize = 41;
/// How many lines of a text the many files of a repository have.
const LINES: usize = 40;
/// The file that is changed: one of usual length.
const CHANGED: &str = "src/input/repository.rs";

fn main() {
    // Cargo adds options of its own.
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1_000, 20_000, 100_000] } else { sizes };
    let home = tempfile::tempdir().expect("there is a temporary directory");
    for size in sizes {
        let repository = Repository::make(home.path(), size);
        repository.stage_one_line();
        let title = format!("{size} files, one line changed");
        let mut contestants = vec![git(&repository, &["diff", "--cached", "--name-only"]), keysweep(&repository)];
        contestants.extend(others(&repository));
        compare(&title, ROUNDS, &mut contestants);
        if size == 20_000 {
            repository.stage_many();
            let mut contestants = vec![git(&repository, &["diff", "--cached"]), keysweep(&repository)];
            compare("20000 files, a line changed in each of 1000", ROUNDS, &mut contestants);
        }
    }
}

/// A repository made for this.
struct Repository {
    path: PathBuf,
    texts: Vec<String>,
    size: usize,
}

impl Repository {
    /// Makes a repository with a commit of `size` files, and an index that is as the commit.
    fn make(home: &Path, size: usize) -> Self {
        let path = home.join(size.to_string());
        std::fs::create_dir(&path).expect("the directory is writable");
        let repository = Self { path, texts: texts(), size };
        repository.git(&["init", "--quiet", "--initial-branch=main"], |_| {});
        // Bit by bit: the system counts what this process holds at its peak to the commands that it starts.
        repository.git(&["fast-import", "--quiet"], |stream| {
            let commit = "commit refs/heads/main\ncommitter A <a@example.org> 1700000000 +0000\ndata 5\nFirst\n";
            stream.write_all(commit.as_bytes()).expect("git reads all");
            let mut add = |path: &str, text: &str| {
                write!(stream, "M 100644 inline {path}\ndata {}\n{text}\n", text.len()).expect("git reads all");
            };
            add(CHANGED, &changed());
            (1..size).for_each(|number| add(&name(number), &repository.text(number)));
        });
        repository.git(&["read-tree", "HEAD"], |_| {});
        repository
    }

    /// Returns what a file holds.
    fn text(&self, number: usize) -> String {
        format!("// {number}\n{}", self.texts[number % self.texts.len()])
    }

    /// Stages a change of one line, and leaves the file in the work tree.
    fn stage_one_line(&self) {
        let file = self.path.join(CHANGED);
        std::fs::create_dir_all(file.parent().expect("it lies in a directory")).expect("the directory is writable");
        std::fs::write(file, changed() + "// One more line.\n").expect("the directory is writable");
        self.git(&["add", CHANGED], |_| {});
    }

    /// Stages a change of one line in each of 1,000 files.
    fn stage_many(&self) {
        for number in (1..self.size).step_by(self.size / 1000).take(1000) {
            let file = self.path.join(name(number));
            std::fs::create_dir_all(file.parent().expect("it lies in a directory")).expect("the directory is writable");
            std::fs::write(file, self.text(number) + "// One more line.\n").expect("the directory is writable");
        }
        self.git(&["update-index", "--add", "--stdin"], |stream| {
            for number in (1..self.size).step_by(self.size / 1000).take(1000) {
                writeln!(stream, "{}", name(number)).expect("git reads all");
            }
        });
    }

    /// Runs a git command, and feeds it what `input` writes.
    fn git(&self, arguments: &[&str], input: impl FnOnce(&mut BufWriter<ChildStdin>)) {
        let mut command = program("git", &self.path, arguments);
        let mut child = command.stdin(Stdio::piped()).spawn().expect("git is installed");
        let mut stream = BufWriter::new(child.stdin.take().expect("it is piped"));
        input(&mut stream);
        stream.flush().expect("git reads all");
        drop(stream);
        assert!(child.wait().expect("git ends").success(), "git {arguments:?} failed");
    }
}

/// Returns the beginnings of this repository's sources.
fn texts() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut texts, mut directories) = (Vec::new(), vec![root.join("src")]);
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).expect("it is part of the package") {
            let path = entry.expect("it is readable").path();
            if path.is_dir() {
                directories.push(path);
            } else if let Ok(text) = std::fs::read_to_string(path) {
                texts.push(text.lines().take(LINES).map(|line| format!("{line}\n")).collect());
            }
        }
    }
    texts.sort();
    texts
}

fn changed() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(CHANGED)).expect("it is part of the package")
}

/// Spreads files over directories of twenty, and those over directories of twenty.
fn name(number: usize) -> String {
    format!("part{}/module{}/file{number}.rs", number / 400, number / 20 % 20)
}

fn git(repository: &Repository, arguments: &'static [&str]) -> Contestant {
    let path = repository.path.clone();
    Contestant::new(&format!("git {}", arguments.join(" ")), move || program("git", &path, arguments))
}

fn keysweep(repository: &Repository) -> Contestant {
    let path = repository.path.clone();
    Contestant::new("keysweep scan --staged", move || program(KEYSWEEP, &path, &["scan", "--staged"]))
}

/// The hooks of other scanners that are installed.
fn others(repository: &Repository) -> Vec<Contestant> {
    let rules = repository.path.join("../secretlint.json");
    let preset = r#"{ "rules": [{ "id": "@secretlint/secretlint-rule-preset-recommend" }] }"#;
    std::fs::write(&rules, preset).expect("the directory is writable");
    let rules = rules.display().to_string();
    let table: [(&str, Vec<String>); 4] = [
        ("ripsecrets", vec!["--strict-ignore".to_owned(), CHANGED.to_owned()]),
        ("detect-secrets-hook", vec![CHANGED.to_owned()]),
        ("secretlint", vec!["--secretlintrc".to_owned(), rules, CHANGED.to_owned()]),
        ("kingfisher", ["scan", "--staged", "--no-validate", "--no-update-check", "."].map(str::to_owned).into()),
    ];
    let found = table.into_iter().filter_map(|(name, arguments)| Some((name, on_path(name)?, arguments)));
    found
        .map(|(name, file, arguments)| {
            let path = repository.path.clone();
            let command = move || -> Command {
                let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                program(&file, &path, &arguments)
            };
            Contestant::new(name, command).slow()
        })
        .collect()
}
