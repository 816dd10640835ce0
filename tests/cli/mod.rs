//! The built program from end to end: real repositories in, reports and exit codes out.

mod cache;
mod contents;
mod damage;
mod databases;
mod files;
mod ignored;
mod interrupt;
mod knowledge;
mod modes;
mod owners;
mod part;
mod places;
mod policy;
mod provenance;
mod scope;
mod secrecy;
mod transcripts;
mod trouble;

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use keysweep::rules::Catalogue;
use keysweep::rules::template::Generator;
use serde_json::Value;

use crate::git::Git;

/// What the program did.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    /// Parses standard output as the JSON report.
    #[track_caller]
    fn report(&self) -> Report {
        Report(serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}; {}: {}", self.code, self.err)))
    }

    /// Checks the exit code, and that the program did not panic.
    #[track_caller]
    fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }
}

/// A JSON report.
struct Report(Value);

impl Report {
    /// Returns `path:line` of every place of the active findings of `rule`.
    fn places(&self, rule: &str) -> Vec<String> {
        let findings = self.0["findings"].as_array().expect("findings are a list");
        let active = findings.iter().filter(|each| each["rule"] == rule && each["verdict"]["status"] == "active");
        let mut places: Vec<String> = active
            .flat_map(|finding| finding["places"].as_array().expect("places are a list"))
            .map(|place| format!("{}:{}", place["path"].as_str().unwrap_or("-"), place["line"]))
            .collect();
        places.sort();
        places
    }

    /// Returns how many credentials were found that have a verdict.
    fn count(&self, verdict: &str) -> usize {
        let findings = self.0["findings"].as_array().expect("findings are a list");
        let credentials = findings.iter().filter(|finding| finding["kind"] == "credential");
        credentials.filter(|finding| finding["verdict"]["status"] == verdict).count()
    }
}

/// The rule that the tests' tokens belong to.
const RULE: &str = "github/personal-access-token";

/// A token of [`RULE`], made at run time so that none lies in this repository.
fn token(seed: u64) -> String {
    let catalogue = Catalogue::builtin();
    let rule = catalogue.get(RULE).expect("the rule is built in");
    let entry = rule.entry();
    let template = entry.examples.matches.iter().find(|template| template.contains("{sum:github}"));
    let filled = Generator::new(seed).fill(template.expect("one example has a checksum"));
    let start = filled.find("ghp_").expect("the token's prefix");
    filled[start..start + 40].to_owned()
}

/// Returns a line that holds the token of a seed.
fn line(seed: u64) -> String {
    format!("GITHUB_TOKEN={}\n", token(seed))
}

/// Runs the program in a directory.
#[track_caller]
fn keysweep(git: &Git, arguments: &[&str]) -> Run {
    keysweep_fed(git, arguments, b"")
}

/// Runs the program in a directory, with bytes on its standard input.
#[track_caller]
fn keysweep_fed(git: &Git, arguments: &[&str], input: &[u8]) -> Run {
    let mut command = git.command(env!("CARGO_BIN_EXE_keysweep"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program was built with the tests");
    let mut stdin = child.stdin.take().expect("it is a pipe");
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || {
        // A program that does not read its input closes the pipe.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("it runs");
    feeder.join().expect("feeding does not panic");
    Run {
        code: output.status.code().expect("no signal ended it"),
        out: String::from_utf8(output.stdout).expect("reports are UTF-8"),
        err: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    }
}

/// Scans with further arguments and returns the report, which has to come with the exit code.
#[track_caller]
fn scan(git: &Git, arguments: &[&str], code: i32) -> Report {
    keysweep(git, &[&["scan", "--format", "json"], arguments].concat()).exits(code).report()
}

/// A repository that ignores what agents keep their secrets in, so that lints have nothing to say.
fn repository() -> Git {
    let git = Git::new();
    git.add(".gitignore", ".env\n.doxhub/\n");
    git.commit_file("README.md", "a repository\n", "Begin");
    git
}

/// Replaces a file that git made read-only.
fn replace(path: &Path, bytes: &[u8]) {
    std::fs::remove_file(path).expect("the file is there");
    std::fs::write(path, bytes).expect("the directory is ours");
}
