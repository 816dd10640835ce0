//! Each input finds what it is for, at its path and line, and nothing else.

use super::*;

#[test]
fn a_tree_scan_sees_tracked_and_untracked_files_but_not_ignored_ones() {
    let git = repository();
    git.add(".gitignore", "ignored.env\n");
    git.commit_file("src/a.txt", format!("one\ntwo\n{}", line(1)), "Add a");
    git.write("new.txt", line(2));
    git.write("ignored.env", line(3));
    let report = scan(&git, &[], 1);
    assert_eq!(report.places(RULE), ["new.txt:1", "src/a.txt:3"]);
    assert_eq!(scan(&git, &["src"], 1).places(RULE).len(), 1);
    assert_eq!(scan(&git, &["ignored.env"], 1).places(RULE).len(), 1);
    assert!(scan(&git, &["README.md"], 0).places(RULE).is_empty());
}

#[test]
fn a_staged_scan_sees_the_index_and_not_the_files() {
    let git = repository();
    git.add("a.txt", format!("\n{}", line(1)));
    git.write("a.txt", "the file was mended, the index was not\n");
    git.write("b.txt", line(2));
    assert_eq!(scan(&git, &["--staged"], 1).places(RULE), ["a.txt:2"]);
}

#[test]
fn a_secret_that_head_holds_already_does_not_block_a_commit() {
    let git = repository();
    git.commit_file("a.txt", line(1), "Leak");
    git.add("a.txt", format!("another line\n{}", line(1)));
    let report = scan(&git, &["--staged"], 0);
    assert_eq!((report.count("known"), report.count("active")), (1, 0));
    git.add("a.txt", format!("{}{}", line(1), line(2)));
    assert_eq!(scan(&git, &["--staged"], 1).places(RULE), ["a.txt:2"]);
    git.run(&["reset", "--quiet", "--hard"]);
    git.run(&["mv", "a.txt", "b.txt"]);
    assert_eq!(scan(&git, &["--staged"], 0).count("active"), 0);
    git.run(&["reset", "--quiet", "--hard"]);
    git.add("copy.txt", line(1));
    assert_eq!(scan(&git, &["--staged"], 1).count("active"), 1);
}

#[test]
fn a_history_scan_sees_what_head_no_longer_has_and_says_who_brought_it() {
    let git = repository();
    let commit = git.commit_file("deep/a.txt", format!("x\n{}", line(1)), "Leak");
    git.commit_file("deep/a.txt", "x\n", "Mend");
    assert_eq!(scan(&git, &[], 0).count("active"), 0);
    let report = scan(&git, &["--history"], 1);
    assert_eq!(report.places(RULE), ["deep/a.txt:2"]);
    let place = &report.0["findings"][0]["places"][0];
    assert_eq!(place["commit"], Value::String(commit));
    assert_eq!(place["history"]["in_head"], Value::Bool(false));
}

#[test]
fn a_history_scan_sees_messages_and_what_no_branch_reaches() {
    let git = repository();
    git.commit(&format!("Say {} aloud", token(1)));
    git.run(&["reset", "--quiet", "--hard", "HEAD~1"]);
    assert_eq!(scan(&git, &["--history"], 1).count("active"), 1);
}

#[test]
fn a_range_scan_sees_what_the_commits_added() {
    let git = repository();
    git.commit_file("old.txt", line(1), "Leak long ago");
    git.run(&["branch", "base"]);
    git.commit_file("new.txt", format!("a\nb\n{}", line(2)), "Leak");
    git.commit_file("new.txt", "a\nb\n", "Mend");
    assert_eq!(scan(&git, &["--range", "base..HEAD"], 1).places(RULE), ["new.txt:3"]);
    assert_eq!(scan(&git, &["--range", "HEAD..HEAD"], 0).count("active"), 0);
}

#[test]
fn standard_input_is_scanned_outside_of_any_repository() {
    let outside = Git::outside();
    let text = format!("a\n{}", line(1));
    let run = keysweep_fed(&outside, &["scan", "--stdin", "--format", "json"], text.as_bytes()).exits(1);
    assert_eq!(run.report().places(RULE), ["-:2"]);
    keysweep_fed(&outside, &["scan", "--stdin"], b"nothing here\n").exits(0);
}

#[test]
fn files_outside_of_a_repository_are_scanned() {
    let outside = Git::outside();
    outside.write("a/b.txt", line(1));
    assert_eq!(scan(&outside, &[], 1).places(RULE), ["a/b.txt:1"]);
}

#[test]
fn the_threshold_decides_about_the_exit_code_and_not_about_the_report() {
    let git = repository();
    git.commit_file("a.txt", "DB_PASSWORD=".to_owned() + &Generator::new(5).fill("{alnum:24}") + "\n", "Leak");
    let report = scan(&git, &[], 1);
    assert_eq!(report.places("generic/secret"), ["a.txt:1"]);
    assert_eq!(scan(&git, &["--confidence", "high"], 0).count("active"), 1);
    assert_eq!(scan(&git, &["--severity", "critical"], 0).count("active"), 1);
    git.write("keysweep.toml", "confidence = 'high'\n");
    scan(&git, &[], 0);
    scan(&git, &["--severity", "low"], 0);
    scan(&git, &["--confidence", "medium"], 1);
}

#[test]
fn configuration_in_the_history_of_a_submodule_is_linted() {
    let git = repository();
    let inner = git.beside("inner");
    std::fs::create_dir(inner.path()).expect("the temporary directory is writable");
    inner.run(&["init", "--quiet", "--initial-branch=main"]);
    let server = r#"{"mcpServers": {"files": {"command": "npx", "args": ["-y", "@scope/files"]}}}"#;
    inner.commit_file(".mcp.json", server, "Configure");
    inner.run(&["rm", "--quiet", ".mcp.json"]);
    inner.commit("Take it away");
    git.run(&["submodule", "--quiet", "add", "../inner", "sub"]);
    git.commit("Add the submodule");
    for run in [scan(&inner, &["--history"], 0), scan(&git, &["--history"], 0)] {
        assert_eq!(run.places("mcp/unpinned-package"), [".mcp.json:1"]);
    }
}

#[test]
fn scan_and_lint_say_the_same_of_a_gap_in_what_git_ignores() {
    let git = Git::new();
    git.commit_file("README.md", "a repository\n", "Begin");
    for (agents, severity, scan_code) in [(false, "low", 0), (true, "medium", 1)] {
        if agents {
            git.write(".claude/settings.json", "{}");
        }
        let told = |command: &str, code: i32| -> Vec<(Value, Value)> {
            let report = keysweep(&git, &[command, "--format", "json"]).exits(code).report();
            let findings = report.0["findings"].as_array().expect("findings are a list").clone();
            findings.into_iter().map(|finding| (finding["message"].clone(), finding["severity"].clone())).collect()
        };
        let (scanned, linted) = (told("scan", scan_code), told("lint", 1));
        assert_eq!(scanned, linted);
        assert_eq!(linted[0].1, severity, "{linted:?}");
    }
}

#[test]
fn a_conflict_is_no_clean_index() {
    let git = repository();
    git.run(&["checkout", "-q", "-b", "side"]);
    git.commit_file("a.txt", line(1), "Side");
    git.commit_file("b.txt", "side\n", "Side, too");
    git.run(&["checkout", "-q", "main"]);
    git.commit_file("a.txt", "mine\n", "Main");
    git.commit_file("b.txt", "mine\n", "Main, too");
    git.commit_file("c.txt", "mine\n", "Nothing in conflict");
    assert!(!git.attempt(&["merge", "-q", "side"]).status.success(), "the merge has a conflict");
    let run = keysweep(&git, &["scan", "--staged"]).exits(3);
    assert!(run.out.contains("a.txt: and 1 more are unmerged"), "{}", run.out);
    let run = keysweep(&git, &["hook", "run", "pre-commit"]).exits(3);
    assert!(run.err.contains("a.txt: and 1 more are unmerged") && run.err.contains("git add"), "{}", run.err);
    let run = keysweep(&git, &["scan", "--staged", "b.txt"]).exits(3);
    assert!(run.out.contains("b.txt: is unmerged"), "{}", run.out);
    scan(&git, &["--staged", "c.txt"], 0);
    scan(&git, &["--staged", "--exclude", "[ab].txt"], 0);
    // What the side brings in is in its commit already; what the conflict becomes is told as in any other commit.
    git.run(&["checkout", "-q", "--theirs", "a.txt"]);
    git.add("a.txt", line(1));
    git.add("b.txt", format!("mine\n{}", line(2)));
    assert_eq!(scan(&git, &["--staged"], 1).places(RULE), ["b.txt:2"]);
    // A side that no parent of the commit has is new, also while it is in conflict.
    git.run(&["reset", "-q", "--hard"]);
    assert!(!git.attempt(&["cherry-pick", "side^"]).status.success(), "it has a conflict");
    assert_eq!(scan(&git, &["--staged"], 1).places(RULE), ["a.txt:1"]);
}
