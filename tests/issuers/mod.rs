//! Five systems that hand out tokens for MCP servers, each followed from the leak its documentation warns of to the
//! commands with which it takes the token out of service.

mod agentrq;
mod certorix;
mod contextium;
mod gateway;
mod mcp_cli;

use keysweep::rules::template::Generator;
use serde_json::Value;

use crate::git::Git;

/// What the program printed, and its exit code.
struct Ran {
    code: i32,
    out: String,
}

/// Runs the program in a repository; nothing that it prints may hold one of `secrets`.
#[track_caller]
fn keysweep(git: &Git, arguments: &[&str], secrets: &[&str]) -> Ran {
    let output = git.command(env!("CARGO_BIN_EXE_keysweep")).args(arguments).output().expect("it runs");
    let out = String::from_utf8(output.stdout).expect("reports are UTF-8");
    let errors = String::from_utf8(output.stderr).expect("messages are UTF-8");
    assert!(!errors.contains("panicked"), "{errors}");
    for secret in secrets {
        assert!(!out.contains(secret) && !errors.contains(secret), "{arguments:?} prints a secret");
    }
    Ran { code: output.status.code().expect("no signal ended it"), out }
}

/// Returns `rule path:line` of all findings of a scan or lint.
#[track_caller]
fn findings(git: &Git, arguments: &[&str], secrets: &[&str], code: i32) -> Vec<String> {
    let ran = keysweep(git, &[arguments, &["--format", "json"]].concat(), secrets);
    assert_eq!(ran.code, code, "{arguments:?}: {}", ran.out);
    let report: Value = serde_json::from_str(&ran.out).expect("the report is JSON");
    let findings = report["findings"].as_array().expect("a list");
    let places = findings.iter().flat_map(|finding| {
        let places = finding["places"].as_array().expect("a list");
        places.iter().map(|place| {
            let path = place["path"].as_str().unwrap_or("-");
            format!("{} {path}:{}", finding["rule"].as_str().expect("a text"), place["line"])
        })
    });
    let mut places: Vec<String> = places.collect();
    places.sort();
    places.dedup();
    places
}

/// Fills a template with values that are the same on every run.
fn filled(template: &str) -> String {
    Generator::new(7).fill(template)
}

/// Lets a file with a secret go the way of every leak, and looks for `rule` at `line` of it on each part of it: in the
/// tree, staged, committed, and in history once HEAD no longer has it.
///
/// The file is gone afterwards. Returns the repository, whose ignore rules leave nothing to say.
#[track_caller]
fn leak(path: &str, content: &str, rule: &str, line: usize, secrets: &[&str]) -> Git {
    let git = Git::new();
    git.commit_file("README.md", "a project\n", "Begin");
    let expected = format!("{rule} {path}:{line}");
    let found = |arguments: &[&str]| {
        let found = findings(&git, arguments, secrets, 1);
        assert!(found.contains(&expected), "{arguments:?} misses {expected}: {found:?}");
    };
    git.write(path, content);
    found(&["scan"]);
    git.add(path, content);
    found(&["scan", "--staged"]);
    let commit = git.commit("Let the agent in");
    found(&["scan"]);
    found(&["scan", "--range", "HEAD~1..HEAD"]);
    git.run(&["rm", "--quiet", path]);
    git.commit("Take it out again");
    assert!(findings(&git, &["scan"], secrets, 0).iter().all(|found| !found.ends_with(&format!("{path}:{line}"))));
    found(&["scan", "--history"]);
    let history = keysweep(&git, &["scan", "--history"], secrets).out;
    assert!(history.contains(&commit[..10]) && history.contains("HEAD no longer has it"), "{history}");
    git
}

/// Checks that the guidance for what history holds names all of `words`: places to go, effects, exact commands.
#[track_caller]
fn rotates(git: &Git, selector: &str, words: &[&str], secrets: &[&str]) {
    let ran = keysweep(git, &["rotate", "--history", selector], secrets);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let plain = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(plain.contains(word), "`{word}` is missing: {}", ran.out);
    }
}
