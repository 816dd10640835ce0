//! Parts of a history from the command line.

use super::{RULE, keysweep, line, repository, scan, token};

#[test]
fn since_branch_and_depth_keep_to_a_part_of_history() {
    let git = repository();
    git.commit_file("old.env", line(1), "Old");
    git.run(&["checkout", "-q", "-b", "side"]);
    git.commit_file("side.env", line(2), "Side");
    git.run(&["checkout", "-q", "main"]);
    git.commit_file("new.env", line(3), &format!("Let {} in", token(4)));
    let date = git.run(&["show", "--no-patch", "--format=%cI", "side"]);
    let found = |arguments: &[&str]| {
        let report = scan(&git, &[&["--history"], arguments].concat(), 1);
        assert_eq!((&report.0["mode"], &report.0["complete"]), (&"history".into(), &true.into()));
        (report.places(RULE), report.0["record"]["part"].as_str().map(str::to_owned))
    };
    assert_eq!(found(&[]).1, None);
    let part = Some(format!("commits since {}", date.replace("+00:00", "Z")));
    assert_eq!(found(&["--since", &date]), (["-:6", "new.env:1", "side.env:1"].map(str::to_owned).to_vec(), part));
    let part = Some("commits of one branch".to_owned());
    assert_eq!(found(&["--branch", "side"]), (["old.env:1", "side.env:1"].map(str::to_owned).to_vec(), part));
    let part = Some("commits of 2 branches, at most 1 deep".to_owned());
    let both = found(&["--branch", "side", "--branch", "main", "--max-depth", "1"]);
    assert_eq!(both, (["-:6", "new.env:1", "side.env:1"].map(str::to_owned).to_vec(), part));
    let report = scan(&git, &["--history", "--branch", "side", "--max-depth", "1"], 1);
    let history = &report.0["findings"][0]["places"][0]["history"];
    assert_eq!(history["first"]["subject"], "Side");
    assert_eq!(history["refs"], serde_json::json!(["side"]));
    let report = scan(&git, &["--range", "main", "--max-depth", "1"], 1);
    assert_eq!((report.places(RULE).len(), &report.0["mode"]), (2, &"range".into()));
    let text = keysweep(&git, &["scan", "--history", "--since", &date]).exits(1).out;
    assert!(text.replace('\n', " ").contains("a part of history: commits since 2023-"), "{text}");
}

#[test]
fn what_a_file_held_before_the_part_is_not_told_as_brought_in() {
    let git = repository();
    git.commit_file("old.env", line(1), "Old");
    git.commit_file("old.env", line(1) + "MORE=1\n", "More");
    let date = git.run(&["show", "--no-patch", "--format=%cI"]);
    let report = scan(&git, &["--history", "--since", &date], 0);
    assert_eq!((report.count("active"), report.count("known")), (0, 1));
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let git = repository();
    for (arguments, complaint) in [
        (&["--since", "yesterday"][..], "`--since` keeps to a part of history"),
        (&["--staged", "--branch", "main"], "`--branch` keeps to a part of history"),
        (&["--transcripts", "--max-depth", "3"], "`--max-depth` keeps to a part of history"),
        (&["--range", "HEAD", "--branch", "main"], "both say which commits are meant"),
        (&["--history", "--since", "2 wekes ago"], "`2 wekes ago` is no date"),
        (&["--history", "--since", "2999-01-01"], "lies in the future"),
        (&["--history", "--branch", "nowhere"], "there is no branch `nowhere`"),
        (&["--history", "--max-depth", "0"], "invalid value '0'"),
    ] {
        let run = keysweep(&git, &[&["scan"], arguments].concat()).exits(2);
        let words = run.err.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(words.contains(complaint) && run.out.is_empty(), "{arguments:?}: {}", run.err);
    }
}
