//! Files of ignore rules in which a walk might read what git does not, next to git's own answer.

use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::tree::files;
use crate::git::Git;

/// Returns what git tracks, and what it neither tracks nor ignores.
fn answer(git: &Git) -> Vec<String> {
    let said = git.run(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let mut paths: Vec<String> = said.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    paths.sort();
    paths
}

/// Rules that mean one thing to git and may mean another to others.
const RULES: &[&[u8]] = &[
    b"tab\t\n",
    b"feed\x0c\nvertical\x0b\n",
    b"return\r\r\n",
    b"windows\r\ntab\r\n",
    b"last\r",
    b"!kept\r",
    b"no-break\xc2\xa0\n",
    b"blank  \n",
    b"escaped\\ \n",
    b"escaped\\  \n",
    b"back\\\\ \n",
    b"*.{a,b}\n",
    b"{tab,feed}\n",
    b"digit[[:digit:]]\n",
    b"*\n!digit[[:digit:]]\n",
    b"white[[:space:]]\n",
    b"x[!a]y\n",
    b"x[^a]y\nx[+-9]y\n",
    b"x[a-c-e]y\n",
    b"x[z-ab]y\n",
    b"[open\n",
    b"*\n# caf\xe9\n!kept\n",
    b"zero\0tab\n*.a\n",
    b"*\n!kept\0tab\n",
    b"\xef\xbb\xbftab\n",
    b"\xef\xbb\xbf\xef\xbb\xbftab\n",
    b"\\#a\n",
    b"\\!a\n",
    b"in\\side/tab\n",
    b"in?side\n",
    b"*\n!kept\t\n!in/\n",
];

/// The names of the files of each folder.
const NAMES: &[&str] = &[
    "tab",
    "tab\t",
    "feed",
    "feed\u{c}",
    "vertical",
    "return",
    "return\r",
    "windows",
    "last",
    "kept",
    "no-break",
    "blank",
    "escaped",
    "escaped ",
    "back\\",
    "back\\ ",
    "f.a",
    "f.b",
    "f.{a,b}",
    "digit1",
    "digit:]",
    "digit",
    "white ",
    "whites]",
    "xby",
    "xdy",
    "x-y",
    "x/y",
    "[open",
    "zero",
    "#a",
    "!a",
    "in\\side",
    "inside/tab",
    "in-side",
    "in/kept",
    "in/digit2",
    "in/tab",
];

/// Makes a work tree with every name at its root and two folders deep.
fn work_tree() -> Git {
    let git = Git::new();
    NAMES.iter().for_each(|name| {
        git.write(name, "x");
        git.write(Path::new("d/e").join(name), "x");
    });
    git
}

#[test]
fn rules_mean_what_they_mean_to_git_wherever_they_stand() {
    for place in [".gitignore", "d/.gitignore", "d/e/.gitignore", ".git/info/exclude"] {
        let git = work_tree();
        for rules in RULES {
            git.write(place, rules);
            let expected = answer(&git);
            let shown = String::from_utf8_lossy(rules);
            assert_eq!(files(git.path()), expected, "{place}: {shown:?}");
            // A folder that is named is looked at even if it is ignored.
            let below = expected.iter().filter(|path| path.starts_with("d/e/")).collect::<Vec<_>>();
            if !below.is_empty() {
                assert_eq!(files(&git.file("d/e")).iter().collect::<Vec<_>>(), below, "{place} from below: {shown:?}");
            }
        }
    }
}

#[test]
fn the_users_own_rules_mean_what_they_mean_to_git() {
    let git = work_tree();
    let user = git.write("../user-rules", "");
    git.run(&["config", "core.excludesFile", user.to_str().expect("a temporary path is UTF-8")]);
    for rules in RULES {
        std::fs::write(&user, rules).expect("it is writable");
        assert_eq!(files(git.path()), answer(&git), "{:?}", String::from_utf8_lossy(rules));
    }
}

#[test]
fn where_case_is_passed_over_rules_mean_what_they_mean_to_git() {
    let git = Git::new();
    git.run(&["config", "core.ignoreCase", "true"]);
    for name in ["Build/o", "b", "C", "Ax", "cX", "Dy", "Z", "x.pem", "y.PEM", "TAB", "_", "d/Build/o", "d/B", "d/TAB"]
    {
        git.write(name, "x");
    }
    for rules in [
        "build/",
        "BUILD",
        "[B]uild/",
        "[b]uild",
        "[Bb]uild",
        "\\Build",
        "\\build",
        "/tab",
        "D/TAB",
        "d/[T]ab",
        "*.pem",
        "*.PEM",
        "*.[P]EM",
        "*.[p]em",
        "[A-C]*",
        "[a-c]*",
        "[b-Z]",
        "[Z-b]",
        "[z-a]",
        "[A-\\C]x",
        "[!A-C]*",
        "[!B]*",
        "[^A-Cz]",
        "[[:upper:]]*",
        "[[:lower:]]x",
        "[A-Cy-z]",
        "[]A-C]x",
        "[A-C-]*",
        "*\n![B]*",
        "*\n!*/\n![A-C]X",
        "[A-",
        "?[X]",
        "**/[B]",
        "[a-[:upper:]]",
        "\\[B]uild",
    ] {
        git.write(".gitignore", rules);
        assert_eq!(files(git.path()), answer(&git), "{rules:?}");
    }
}

#[cfg(unix)]
#[test]
fn rules_behind_a_link_are_none() {
    for place in [".gitignore", "d/.gitignore", "d/e/.gitignore"] {
        for target in ["plain", "../plain", "../../plain", "/dev/zero", "nowhere"] {
            let git = work_tree();
            git.write("plain", "tab\n/kept\nx\n");
            git.write("d/plain", "tab\n/kept\nx\n");
            git.write("d/e/.gitignore", "f.*\n");
            git.write("d/e/in/.gitignore", "*\n!kept\n");
            let _ = std::fs::remove_file(git.file(place));
            super::link(target, &git.file(place));
            let expected = answer(&git);
            assert_eq!(files(git.path()), expected, "{place} to {target}");
            let inner: Vec<&String> = expected.iter().filter(|path| path.starts_with("d/e/")).collect();
            assert_eq!(files(&git.file("d/e")).iter().collect::<Vec<_>>(), inner, "{place} to {target} from below");
        }
    }
}

#[test]
fn what_is_tracked_beside_what_is_ignored_changes_nothing_about_either() {
    let git = Git::new();
    git.write(".gitignore", "*.log\n/out/\nnested/*\n!nested/kept\n");
    git.write("a/.gitignore", "*\n!b\n!b/*.md\n");
    git.write("out/deep/.gitignore", "!x\n");
    for path in ["out/deep/tracked", "out/tracked.log", "a/b/tracked", "nested/in/tracked", "top.log"] {
        git.add(path, "x");
    }
    let others =
        ["out/deep/x", "out/x", "a/x", "a/b/x", "a/b/x.md", "nested/in/x", "nested/kept", "nested/x", "b/c/x", "x.log"];
    for path in others {
        git.write(path, "x");
    }
    assert_eq!(files(git.path()), answer(&git));
}

#[test]
fn a_repository_over_tracked_files_is_looked_at_by_both_rules() {
    let git = Git::new();
    git.write(".gitignore", "*.log\n");
    git.add("d/tracked", "x");
    git.add("d/e/tracked", "x");
    let inner = git.at("d/e");
    git.run(&["init", "-q", "d/e"]);
    for path in [".git/info/exclude", "x.log", "x.tmp", "y"] {
        inner.write(path, "*.tmp\n");
    }
    // Git walks on by the outer rules, as the directory is its own, and knows nothing of what only the inner repository has.
    let mut expected = answer(&git);
    assert_eq!(expected, [".gitignore", "d/e/tracked", "d/e/x.tmp", "d/e/y", "d/tracked"]);
    expected.insert(2, "d/e/x.log".to_owned());
    assert_eq!(files(git.path()), expected);
}

#[test]
fn what_only_looks_like_a_repository_changes_nothing_in_an_ignored_folder() {
    for is_repository in [false, true] {
        let git = Git::new();
        git.write(".gitignore", "/d/\n");
        git.add("d/tracked", "x");
        git.write("d/untracked", "x");
        if is_repository {
            git.run(&["init", "-q", "d"]);
        } else {
            std::fs::create_dir(git.file("d/.git")).expect("it is not there");
        }
        assert_eq!(files(git.path()), answer(&git), "a repository: {is_repository}");
        assert_eq!(files(git.path()), [".gitignore", "d/tracked"]);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_with_unusual_rules_is_walked_as_any_other() {
    let git = Git::new();
    git.write(".gitignore", "*.log\n");
    git.write("d/.gitignore", "*.{log,tmp}\n!kept.log\n");
    git.add("d/forced.log", "x");
    for path in ["d/a.log", "d/a.tmp", "d/kept.log", "d/e/a.log", "d/e/b", "d/inner/x.log", "d/inner/y"] {
        git.write(path, "x");
    }
    let inner = git.at("d/inner");
    git.run(&["init", "-q", "d/inner"]);
    inner.write(".gitignore", "y\t\nx.*\n");
    let expected = ["a.tmp", "e/b", "forced.log", "inner/.gitignore", "inner/y", "kept.log"];
    let expected = expected.map(|path| format!("d/{path}"));
    assert_eq!(files(git.path()), [&[".gitignore".to_owned(), "d/.gitignore".to_owned()], &expected[..]].concat());
}

#[test]
fn made_up_rules_mean_what_they_mean_to_git_where_case_is_passed_over() {
    let git = Git::new();
    git.run(&["config", "core.ignoreCase", "true"]);
    for name in ["Bx/o", "b", "C", "Ax", "cX", "cb", "Ba", "A-b", "]c", "^a", "x.a", "d/B", "d/ab", "[b"] {
        git.write(name, "x");
    }
    let part =
        r"([A-Ca-cxX]|\[[!^]?[A-Da-d\\^-]{1,4}\]|\[[A-C]-[A-Da-d]\]|[*?/!\\\[\]-]|\[\[:(upper|lower|alpha):\]b?\])";
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&format!("{part}{{1,5}}").as_str(), |rule| {
        git.write(".gitignore", &rule);
        prop_assert_eq!(files(git.path()), answer(&git), "{}", rule);
        Ok(())
    });
    assert_eq!(outcome, Ok(()));
}
