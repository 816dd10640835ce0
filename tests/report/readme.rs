//! The example in the README is what a scan of such a repository prints.

use std::sync::atomic::AtomicBool;

use keysweep::input::Coverage;
use keysweep::report::Format;
use keysweep::rules::template::Generator;
use keysweep::scan::{self, Request, Target};

use super::rendered;
use crate::git::Git;

const README: &str = include_str!("../../README.md");

/// Makes a repository whose agent had a token in its configuration; it was pushed, and taken out again.
fn shop() -> Git {
    let git = Git::new();
    let token = Generator::new(7).fill("ghp_{alnum:30}{sum:github}");
    for (value, message, time) in [
        (token.as_str(), "Let the agent open pull requests", "2025-03-03T10:00:00Z"),
        ("${GITHUB_PERSONAL_ACCESS_TOKEN}", "Read the token from the environment", "2025-03-04T08:00:00Z"),
    ] {
        let servers = serde_json::json!({ "mcpServers": { "github": {
            "command": "github-mcp-server",
            "args": ["stdio"],
            "env": { "GITHUB_PERSONAL_ACCESS_TOKEN": value },
        } } });
        git.add(".mcp.json", format!("{servers:#}\n"));
        let mut commit = git.git(&["commit", "--quiet", "--message", message]);
        commit.env("GIT_AUTHOR_NAME", "Ada Lovelace").env("GIT_AUTHOR_EMAIL", "ada@example.org");
        commit.env("GIT_AUTHOR_DATE", time).env("GIT_COMMITTER_DATE", time);
        assert!(commit.status().expect("git is installed").success(), "{message}");
    }
    let origin = git.beside("origin").path().display().to_string();
    git.run(&["init", "--quiet", "--bare", &origin]);
    git.run(&["remote", "add", "origin", &origin]);
    git.run(&["push", "--quiet", "origin", "main"]);
    git
}

#[test]
fn the_readme_shows_what_a_scan_prints() {
    let git = shop();
    let request = Request { target: Target::History(git.path().to_owned()), ..Request::default() };
    let report = scan::run(&request, &Coverage::default(), &AtomicBool::new(false)).expect("the repository is whole");
    let text = rendered(&report, Format::Text);
    // How many rules there are and how long they took is another number every time.
    let (findings, rest) = text.split_once("looked at ").expect("the report says what was looked at");
    let ending = &rest[rest.find("exit code ").expect("the report says how it ended")..];
    let shown = README.split_once(findings).and_then(|(_, shown)| shown.split_once("\n```"));
    assert!(shown.is_some_and(|(shown, _)| shown.ends_with(ending.trim_end())), "put this into README.md:\n{text}");
}
