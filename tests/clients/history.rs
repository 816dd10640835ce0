//! What the lints say of a file in the working tree they say of it in history, also where only its path tells whose it is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use keysweep::mcp::How;

use super::{literals, sample, verified, written};
use crate::git::Git;
use crate::lint::{fill, walk};

/// Returns `path:line rule` of every finding of a scan, but for those about ignore rules and what is tracked.
fn places(git: &Git, arguments: &[&str]) -> BTreeSet<String> {
    let (_, report) = git.keysweep(arguments);
    let findings = report["findings"].as_array().expect("a list").iter();
    let findings = findings.filter(|finding| !finding["rule"].as_str().is_some_and(|rule| rule.starts_with("git/")));
    let mut places = BTreeSet::new();
    for finding in findings {
        let rule = finding["rule"].as_str().expect("a rule");
        for place in finding["places"].as_array().expect("a list") {
            places.insert(format!("{}:{} {rule}", place["path"].as_str().unwrap_or("-"), place["line"]));
        }
    }
    places
}

/// Returns all fixtures with something wrong in them, each below a folder of its own.
fn wrong_files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut files: Vec<PathBuf> = Vec::new();
    ["lint", "fix", "clients"].iter().for_each(|folder| walk(&root.join(folder), &mut files));
    files.sort();
    let below = |file: &PathBuf| file.strip_prefix(&root).expect("found below it").to_string_lossy().replace('\\', "/");
    let wrong = files.iter().map(|file| (below(file), file)).filter(|(path, _)| {
        let parts: Vec<&str> = path.split('/').collect();
        matches!(parts[2], "fires" | "before" | "wrong")
    });
    let read = |file: &Path| fill(&std::fs::read_to_string(file).expect("a fixture is text")).0;
    let distinct = |(at, (path, file)): (usize, (String, &PathBuf))| {
        // History names one path of what lies at several.
        (path.trim_end_matches(".fixture").to_owned(), read(file) + &"\n".repeat(at))
    };
    wrong.enumerate().map(distinct).collect()
}

/// Returns a file with a credential in each field for every place where a client of known behaviour looks.
fn generated() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for client in verified().filter(|client| !matches!(client.id.as_str(), "docker-mcp-gateway" | "server-json")) {
        for dialect in client.dialects.iter().filter(|dialect| !dialect.servers.is_empty()) {
            for path in dialect.files.iter().filter_map(sample) {
                let literals = literals().try_into().ok().expect("four fields");
                let holds = |field: &str| dialect.fix.how == How::None || dialect.fix.fields.iter().any(|f| f == field);
                let text = written(&client.id, dialect, &path, &literals, &holds);
                // History names one path of what lies at several.
                let text = text.replace("kJ8s", &format!("kJ{}s", 100 + files.len()));
                files.push((format!("{}/{path}", client.id), text));
            }
        }
    }
    files
}

#[test]
fn history_tells_of_every_file_what_the_tree_tells() {
    let git = Git::new();
    git.commit_file("README.md", "a project\n", "Begin");
    let files: Vec<(String, String)> = wrong_files().into_iter().chain(generated()).collect();
    assert!(files.len() > 150, "{}", files.len());
    for (path, text) in &files {
        git.write(path.trim_start_matches('/'), text);
    }
    git.run(&["add", "--all", "--force"]);
    let staged = places(&git, &["scan", "--staged"]);
    git.commit("Let the agents in");
    let tree = places(&git, &["scan"]);
    assert!(tree.len() > 300, "{}", tree.len());
    assert!(staged == tree, "{:#?}", tree.symmetric_difference(&staged).collect::<Vec<_>>());
    git.run(&["rm", "-r", "--quiet", "."]);
    git.write("README.md", "a project\n");
    git.run(&["add", "--all"]);
    git.commit("Take them out");
    let history = places(&git, &["scan", "--history"]);
    // Where another rule tells of the same credential, history keeps one of them.
    let is_told = |place: &str| {
        let (line, rule) = place.rsplit_once(' ').expect("a rule");
        let is_shared = matches!(rule, "mcp/api-key-header" | "mcp/literal-setting");
        is_shared && history.iter().any(|told| told.rsplit_once(' ').is_some_and(|(at, _)| at == line))
    };
    let missing: Vec<&String> = tree.difference(&history).filter(|place| !is_told(place)).collect();
    assert!(missing.is_empty(), "{} of {}: {missing:#?}", missing.len(), tree.len());
}

#[test]
fn what_could_not_be_judged_in_history_is_told() {
    let git = Git::new();
    let deep = 100_000;
    let text = format!("{{\"mcpServers\": {}{}}}", "{\"a\":".repeat(deep), "1".to_owned() + &"}".repeat(deep));
    git.commit_file(".mcp.json", &text, "Nest");
    git.commit_file(".mcp.json", "{}", "Do not");
    let (code, report) = git.keysweep(&["scan", "--history"]);
    assert_eq!(code, Some(3), "{report}");
    assert!(report["notices"].to_string().contains("nested too deeply"), "{}", report["notices"]);
}
