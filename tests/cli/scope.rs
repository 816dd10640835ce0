//! Parts of what there is: paths of a repository, globs to leave out, rules to report, standard input by its usual name.

use super::*;

#[test]
fn a_path_limits_what_is_staged_a_range_and_a_history() {
    let git = repository();
    git.run(&["branch", "base"]);
    git.commit_file("src/a.txt", line(1), "Leak");
    git.commit_file("docs/old.txt", line(2), "Leak");
    git.run(&["rm", "--quiet", "docs/old.txt"]);
    git.commit(&format!("Take {} away", token(3)));
    git.add("src/staged.txt", line(4));
    git.add("srcs.txt", line(5));
    for (arguments, code, places) in [
        (&["--staged", "src"][..], 1, &["src/staged.txt:1"][..]),
        (&["--staged", "README.md"], 0, &[]),
        (&["--staged", "src", "srcs.txt"], 1, &["src/staged.txt:1", "srcs.txt:1"]),
        (&["--staged", "."], 1, &["src/staged.txt:1", "srcs.txt:1"]),
        (&["--range", "base..HEAD", "src"], 1, &["src/a.txt:1"]),
        (&["--history", "src/a.txt"], 1, &["src/a.txt:1"]),
        (&["--history", "docs"], 1, &["docs/old.txt:1"]),
        (&["--history", ".", "docs"], 1, &["docs/old.txt:1"]),
    ] {
        assert_eq!(scan(&git, arguments, code).places(RULE), places, "{arguments:?}");
    }
    assert_eq!(scan(&git.at("src"), &["--staged", "."], 1).places(RULE), ["src/staged.txt:1"]);
    assert_eq!(scan(&git.at("src"), &["--staged"], 1).places(RULE).len(), 2);
    let run = keysweep(&git, &["scan", "--history", "docs/old.txt", "--format", "json"]).exits(1);
    assert!(run.err.contains("neither here nor tracked"), "{}", run.err);
    // From elsewhere, a path says which repository is meant.
    let elsewhere = git.beside("");
    assert_eq!(scan(&elsewhere, &["--staged", "repository/src"], 1).places(RULE), ["src/staged.txt:1"]);
    assert_eq!(scan(&elsewhere, &["--history", "repository"], 1).count("active"), 5);
}

#[test]
fn globs_and_rules_of_the_command_line_hold_for_one_run() {
    let git = repository();
    git.commit_file("vendor/x/a.txt", line(1), "Leak");
    git.add("vendor/x/staged.txt", line(2));
    for arguments in [&[][..], &["--staged"], &["--history"]] {
        let with = |more: &[&'static str]| [arguments, more].concat();
        scan(&git, arguments, 1);
        assert_eq!(scan(&git, &with(&["--exclude", "vendor"]), 0).count("active"), 0, "{arguments:?}");
        assert_eq!(scan(&git, &with(&["--exclude", "*.md", "--exclude", "/vendor/*"]), 0).count("active"), 0);
        scan(&git, &with(&["--rule", "github"]), 1);
        scan(&git, &with(&["--rule", "aws/*", "--rule", RULE]), 1);
        assert_eq!(scan(&git, &with(&["--rule", "aws"]), 0).count("active"), 0, "{arguments:?}");
    }
}

#[test]
fn a_dash_is_standard_input() {
    let outside = Git::outside();
    let run = keysweep_fed(&outside, &["scan", "-", "--format", "json"], line(1).as_bytes()).exits(1);
    assert_eq!(run.report().places(RULE), ["-:1"]);
    assert_eq!(run.report().0["mode"], "stdin");
}

#[test]
fn what_is_staged_elsewhere_or_excluded_is_not_counted_as_looked_at() {
    let git = repository();
    git.add("p/x", "nothing special\n");
    let run = keysweep(&git, &["scan", "--staged", "README.md"]).exits(0);
    assert_eq!(run.out, "there was nothing to look at\n");
    let report = scan(&git, &["--staged", "README.md"], 0).0;
    assert_eq!((&report["record"]["entries"], &report["record"]["bytes"]), (&0.into(), &0.into()), "{report}");
    let report = scan(&git, &["--staged", "--exclude", "p/"], 0).0;
    assert_eq!((&report["record"]["entries"], &report["record"]["skipped"]), (&0.into(), &1.into()), "{report}");
}
