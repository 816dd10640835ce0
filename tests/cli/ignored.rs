//! What git ignores and where it says so: the files that a scan goes by are those of git itself.

use super::*;

/// Asserts that git ignores exactly `ignored` of `all`, that hold a token each, and that a scan and the lints go by the same.
#[track_caller]
fn agrees(git: &Git, all: &[&str], ignored: &[&str]) {
    for (seed, path) in all.iter().enumerate() {
        git.write(path, line(seed as u64));
        let is_ignored = git.attempt(&["check-ignore", "-q", path]).status.success();
        assert_eq!(is_ignored, ignored.contains(path), "git says so of {path}");
    }
    let mut expected: Vec<String> =
        all.iter().filter(|path| !ignored.contains(path)).map(|path| format!("{path}:1")).collect();
    expected.sort();
    let code = i32::from(!expected.is_empty());
    for here in [git.clone(), git.at("folder")] {
        std::fs::create_dir_all(here.path()).expect("the folder can be made");
        for paths in [&[][..], &[git.path().to_str().expect("temporary paths are UTF-8")]] {
            let report = scan(&here, paths, code);
            assert_eq!(report.places(RULE), expected, "{paths:?} in {}", here.path().display());
            assert_eq!(report.0["complete"], true, "{}", report.0["notices"]);
        }
        let lint = keysweep(&here, &["lint", "--format", "json"]).exits(0).report();
        assert_eq!(lint.0["complete"], true, "{}", lint.0["notices"]);
    }
}

#[test]
fn a_users_file_of_patterns_lies_where_git_looks_for_it() {
    let git = repository();
    git.write("../mine", "*.private\n/top\n");
    let paths = ["a.private", "folder/b.private", "top", "folder/top", "c"];
    let ignored = ["a.private", "folder/b.private", "top"];
    for place in ["../mine", "~/mine", git.file("../mine").to_str().expect("temporary paths are UTF-8")] {
        git.run(&["config", "core.excludesFile", place]);
        agrees(&git, &paths, &ignored);
    }
    // One that is not there hides nothing, and the usual place counts only if none is named.
    git.write("../config/git/ignore", "c\n");
    git.run(&["config", "core.excludesFile", "~/nowhere"]);
    agrees(&git, &paths, &[]);
    git.run(&["config", "--unset", "core.excludesFile"]);
    agrees(&git, &paths, &["c"]);
}

#[test]
fn the_lints_know_the_users_own_file_of_patterns() {
    let git = Git::new();
    git.commit_file("README.md", "a repository\n", "Begin");
    git.write(".mcp.json", "{}");
    git.write("../mine", ".env\n.doxhub/\n");
    let said = |git: &Git| {
        let report = keysweep(git, &["lint", "--format", "json"]).report();
        assert_eq!(report.0["complete"], true, "{}", report.0["notices"]);
        report.0["findings"].to_string()
    };
    let without = said(&git);
    git.write("../settings", "[core]\n\texcludesFile = ~/mine\n");
    let run = |git: &Git| {
        let mut command = git.command(env!("CARGO_BIN_EXE_keysweep"));
        command.env("GIT_CONFIG_GLOBAL", git.file("../settings")).args(["lint", "--format", "json"]);
        let output = command.output().expect("the program was built with the tests");
        let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
        report["findings"].to_string()
    };
    assert!(without.contains(".env"), "{without}");
    assert_ne!(run(&git), without, "what only this user ignores is told as that");
}

#[test]
fn patterns_of_one_clone_count_wherever_its_git_directory_lies() {
    // Elsewhere, in a repository around it, and in the one that a work tree is linked to.
    let apart = Git::outside().at("apart");
    std::fs::create_dir(apart.path()).expect("the folder can be made");
    apart.run(&["init", "--quiet", "--separate-git-dir", "../elsewhere"]);
    let outer = repository();
    outer.run(&["init", "--quiet", "--initial-branch=main", "../inner"]);
    outer.beside("inner").commit_file("README.md", "inside\n", "Begin");
    outer.run(&["submodule", "--quiet", "add", "../inner", "sub"]);
    outer.commit("Add");
    let main = repository();
    main.run(&["worktree", "add", "-q", "../linked"]);
    let relative = repository();
    relative.run(&["worktree", "add", "-q", "../linked"]);
    let linked = relative.beside("linked");
    let place = std::fs::read_to_string(linked.file(".git")).expect("it is a file");
    let real = place.trim().strip_prefix("gitdir: ").expect("it leads somewhere").to_owned();
    let name = Path::new(&real).file_name().expect("it has a name").to_str().expect("it is UTF-8").to_owned();
    linked.write(".git", format!("gitdir: ../repository/.git/worktrees/{name}\n"));
    for git in [apart, outer.at("sub"), main.beside("linked"), linked] {
        git.write(".gitignore", ".env\n.doxhub/\n!b.local\n");
        let common = git.run(&["rev-parse", "--path-format=absolute", "--git-common-dir"]);
        git.write(Path::new(&common).join("info/exclude"), "*.local\n");
        agrees(&git, &["a.local", "b.local", "folder/c.local", "d"], &["a.local", "folder/c.local"]);
    }
    let report = scan(&outer, &[], 1);
    assert_eq!(report.places(RULE), ["sub/b.local:1", "sub/d:1"], "from around it, too");
}

#[test]
fn a_repository_inside_goes_by_its_own_settings() {
    let outer = repository();
    outer.run(&["init", "--quiet", "--initial-branch=main", "vendored"]);
    let inner = outer.at("vendored");
    inner.write("patterns", "*.private\n/top\n");
    inner.run(&["config", "core.excludesFile", "patterns"]);
    let paths = ["a.private", "top", "folder/top", "kept"];
    for (seed, path) in paths.iter().enumerate() {
        inner.write(path, line(seed as u64));
    }
    outer.write("a.private", line(9));
    inner.run(&["add", "--force", "a.private"]);
    let report = scan(&outer, &[], 1);
    let expected = ["a.private:1", "vendored/a.private:1", "vendored/folder/top:1", "vendored/kept:1"];
    assert_eq!(report.places(RULE), expected);
    assert_eq!(report.0["complete"], true, "{}", report.0["notices"]);
}

#[test]
fn a_work_tree_may_be_another_folder_than_the_one_with_the_git_directory() {
    let git = Git::outside().at("tree");
    std::fs::create_dir_all(git.file("inside")).expect("the folders can be made");
    let inside = git.at("inside");
    inside.run(&["init", "--quiet", "--initial-branch=main"]);
    inside.run(&["config", "core.worktree", "../.."]);
    git.write(".gitignore", "*.log\n");
    git.write("inside/kept", line(1));
    git.write("inside/tracked.log", line(2));
    git.write("tracked.log", line(3));
    git.write("ignored.log", line(4));
    git.write("same.log", line(5));
    inside.run(&["add", "--force", "../tracked.log", "tracked.log"]);
    assert_eq!(inside.run(&["ls-files", "--full-name", "--", ".."]), "inside/tracked.log\ntracked.log");
    // Around the folder with the git directory git knows of no repository.
    let all = &["ignored.log:1", "inside/kept:1", "inside/tracked.log:1", "same.log:1", "tracked.log:1"][..];
    for (paths, expected) in [
        (&[][..], &["inside/kept:1", "inside/tracked.log:1", "tracked.log:1"][..]),
        (&["."], &["inside/kept:1", "inside/tracked.log:1"]),
        (&[".."], all),
    ] {
        let report = scan(&inside, paths, 1);
        assert_eq!(report.places(RULE), expected, "{paths:?}");
        assert_eq!(report.0["complete"], true, "{}", report.0["notices"]);
    }
}

#[test]
fn patterns_go_by_the_case_that_the_repository_says() {
    let git = repository();
    git.add(".gitignore", ".env\n.doxhub/\n*.LOG\n");
    agrees(&git, &["a.log"], &[]);
    git.run(&["config", "core.ignoreCase", "true"]);
    agrees(&git, &["a.log", "folder/B.Log"], &["a.log", "folder/B.Log"]);
    // From further down, and around a folder that only looks like a repository.
    git.write("folder/.gitignore", "*.TMP\n");
    git.write("folder/deep/a.tmp", line(1));
    git.write("folder/deep/kept", line(2));
    assert_eq!(scan(&git.at("folder/deep"), &["."], 1).places(RULE), ["folder/deep/kept:1"]);
    nothing_in(&git, "folder/deep");
    git.write("folder/deep/a.excluded", line(3));
    git.write("folder/deep/b.LOG", line(4));
    for here in [git.clone(), git.at("folder/deep")] {
        let found = scan(&here, &["."], 1).places(RULE);
        assert!(found.contains(&"folder/deep/a.excluded:1".to_owned()), "{found:?}");
        assert!(!found.contains(&"folder/deep/b.LOG:1".to_owned()), "{found:?}");
    }
}

#[test]
fn a_repository_that_cannot_be_opened_is_told_wherever_a_scan_begins() {
    let corrupt = |git: &Git| git.write(".git/config", "[core\nnonsense");
    let garbage = |git: &Git| {
        std::fs::rename(git.file(".git"), git.file("../moved")).expect("it can be moved");
        git.write(".git", "garbage")
    };
    // Git takes it for none either, and looks further up.
    let nothing = |git: &Git| {
        std::fs::create_dir_all(git.file("folder/.git")).expect("the folder can be made");
        git.write(".git/config", "[core\nnonsense")
    };
    for spoil in [&corrupt as &dyn Fn(&Git) -> std::path::PathBuf, &garbage, &nothing] {
        let git = repository();
        git.write("folder/deep/file", "nothing\n");
        spoil(&git);
        for here in [git.clone(), git.at("folder"), git.at("folder/deep")] {
            let (folder, file) = (git.file("folder"), git.file("folder/deep/file"));
            let [folder, file] = [&folder, &file].map(|path| path.to_str().expect("temporary paths are UTF-8"));
            // Whose configuration holds for a file alone is not known either.
            for paths in [&[][..], &["."], &[folder], &[file]] {
                let report = scan(&here, paths, 3);
                let notices = report.0["notices"].to_string();
                assert!(notices.contains("cannot be opened"), "{paths:?} in {}: {notices}", here.path().display());
                assert!(!notices.contains("another repository"), "{paths:?}: {notices}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_that_is_named_is_refused_and_not_waited_for() {
    let git = repository();
    assert!(git.command("mkfifo").arg("pipe").status().expect("mkfifo is installed").success());
    git.write("file", line(1));
    std::os::unix::fs::symlink("pipe", git.file("link")).expect("the link can be made");
    for path in ["pipe", "link"] {
        let mut child = git
            .command(env!("CARGO_BIN_EXE_keysweep"))
            .args(["scan", "--format", "json", path, "README.md"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program was built with the tests");
        let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while child.try_wait().expect("it can be asked").is_none() {
            if std::time::Instant::now() > until {
                child.kill().expect("it is ours");
                panic!("it waits for somebody to write into {path}");
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let output = child.wait_with_output().expect("it has ended");
        let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
        assert_eq!((output.status.code(), &report["record"]["files"]), (Some(3), &1.into()), "{report}");
        assert_eq!(report["notices"][0]["subject"], path);
    }
    // What a shell puts in place of a command's output is read.
    let script = "exec \"$0\" scan --format json <(cat file)";
    let run = git.command("bash").args(["-c", script, env!("CARGO_BIN_EXE_keysweep")]).output();
    let Ok(run) = run else { return println!("skipped: bash is not installed") };
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn roots_that_would_be_judged_otherwise_alone_are_told() {
    let home = Git::outside();
    let make = |name: &str, seed: u64| {
        let git = home.at(name);
        std::fs::create_dir(git.path()).expect("the folder can be made");
        git.run(&["init", "--quiet", "--initial-branch=main"]);
        git.add(".gitignore", ".env\n.doxhub/\n");
        git.commit_file("tests/file", line(seed), "Begin");
        git
    };
    let (one, two) = (make("one", 1), make("two", 2));
    let told = |paths: &[&str], code: i32| scan(&home, paths, code).0["notices"].to_string();
    // Without any configuration each gets the same in either way, but for the lints of a repository.
    let notices = told(&["one", "two"], 1);
    assert!(
        notices.contains("a repository as a whole is linted") && notices.contains("\"incomplete\":false"),
        "{notices}"
    );
    assert_eq!(told(&["one", "one/tests"], 1), "[]");
    let lint = keysweep(&home, &["lint", "one", "two", "--format", "json"]).exits(3).report();
    assert!(lint.0["notices"].to_string().contains("a repository as a whole is linted"), "{}", lint.0["notices"]);
    std::fs::remove_dir_all(two.file(".git")).expect("it can be removed");
    assert_eq!(told(&["one", "two"], 1), "[]");
    // What the first one leaves out says nothing about the second one.
    one.write("keysweep.toml", "exclude = ['tests/']\n");
    for (paths, subject) in [(["one", "two"], "two"), (["one", "two/tests/file"], "two/tests/file")] {
        let notices = told(&paths, 3);
        assert!(notices.contains(subject) && notices.contains("keysweep.toml"), "{paths:?}: {notices}");
    }
    let report = scan(&home, &["two", "one"], 1);
    assert!(
        report.0["complete"] == false && report.0["notices"].to_string().contains("/one"),
        "{}",
        report.0["notices"]
    );
    // The second one's own counts for nothing.
    std::fs::remove_file(one.file("keysweep.toml")).expect("it is there");
    two.write("keysweep.baseline.json", "{}");
    let report = scan(&home, &["one", "two"], 1);
    assert_eq!(report.0["complete"], false, "{}", report.0["notices"]);
    // Whoever names them for all knows that they hold for all.
    home.write("all.toml", "");
    assert_eq!(told(&["one", "two", "--config", "all.toml", "--no-baseline"], 1), "[]");
    assert_eq!(told(&["one"], 1), "[]");
    // Outside of any repository, the current folder's configuration is that of all that lies in it.
    std::fs::remove_dir_all(one.file(".git")).expect("it can be removed");
    std::fs::remove_file(two.file("keysweep.baseline.json")).expect("it is there");
    home.write("keysweep.toml", "");
    assert_eq!(told(&["one", "two"], 1), "[]");
    two.write("keysweep.toml", "");
    assert!(told(&["one", "two"], 1).contains("/two"));
}

/// A folder called `.git` without anything that makes it a repository's.
fn nothing_in(git: &Git, folder: &str) {
    std::fs::create_dir_all(git.file(folder).join(".git/info")).expect("the folder can be made");
    git.write(format!("{folder}/.git/info/exclude"), "*.excluded\n");
}

#[test]
fn outside_of_a_repository_a_folder_called_git_hides_nothing() {
    let plain = Git::outside().at("plain");
    nothing_in(&plain, "sub");
    plain.write(".gitignore", "kept\n");
    plain.write("sub/.gitignore", "secret.txt\n");
    let paths = ["sub/secret.txt", "sub/a.excluded", "sub/deep/kept"];
    for (seed, path) in paths.iter().enumerate() {
        plain.write(path, line(seed as u64));
    }
    for (here, expected) in [(&plain, paths), (&plain.at("sub"), ["secret.txt", "a.excluded", "deep/kept"])] {
        let mut expected = expected.map(|path| format!("{path}:1"));
        expected.sort();
        let report = scan(here, &["."], 1);
        assert_eq!(report.places(RULE), expected);
        assert_eq!(report.0["complete"], true, "{}", report.0["notices"]);
    }
}

#[test]
fn a_folder_called_git_that_is_no_repository_ends_no_rules() {
    let git = repository();
    git.add(".gitignore", ".env\n.doxhub/\n*.log\n/sub/top\n");
    git.write("sub/.gitignore", "*.tmp\n/x/anchored\n");
    git.write("sub/x/.gitignore", "!kept.log\n");
    git.write(".git/info/exclude", "*.local\n");
    for folder in ["sub", "sub/x/y"] {
        nothing_in(&git, folder);
    }
    let ignored = ["sub/x.log", "sub/top", "sub/a.local", "sub/x/y/b.log", "sub/x/y/c.tmp", "sub/x/anchored"];
    let all = [&ignored[..], &["sub/x/top", "sub/x/y/kept.log", "sub/x/y/anchored", "sub/a.excluded"]].concat();
    agrees(&git, &all, &ignored);
    let report = scan(&git.at("sub"), &["x"], 1);
    assert_eq!(report.places(RULE), ["sub/x/top:1", "sub/x/y/anchored:1", "sub/x/y/kept.log:1"], "from further down");
}

#[test]
fn around_what_is_no_repository_the_nearest_one_counts() {
    let outer = repository();
    outer.add(".gitignore", ".env\n.doxhub/\n*.log\n");
    outer.run(&["init", "--quiet", "--initial-branch=main", "vendored"]);
    outer.write("vendored/.gitignore", "*.tmp\n");
    nothing_in(&outer, "vendored/sub");
    outer.write("vendored/sub/a.log", line(1));
    outer.write("vendored/sub/b.tmp", line(2));
    assert_eq!(scan(&outer, &[], 1).places(RULE), ["vendored/sub/a.log:1"]);
}

#[test]
fn rules_above_a_work_tree_are_not_its_own() {
    let home = Git::outside();
    let tree = home.at("tree");
    std::fs::create_dir(tree.path()).expect("the folder can be made");
    let inside = home.at("tree/inside");
    std::fs::create_dir(inside.path()).expect("the folder can be made");
    inside.run(&["init", "--quiet", "--initial-branch=main"]);
    inside.run(&["config", "core.worktree", "../.."]);
    home.write(".gitignore", "*.txt\n");
    tree.write(".gitignore", "*.log\n");
    tree.write("inside/a.txt", line(1));
    tree.write("inside/b.log", line(2));
    assert_eq!(scan(&inside, &["."], 1).places(RULE), ["inside/a.txt:1"]);
}

#[test]
fn what_is_advised_for_a_path_is_one_word_for_a_shell() {
    let home = Git::outside();
    for (name, seed) in [("one", 1), ("the other", 2)] {
        home.write(format!("{name}/keysweep.toml"), "");
        home.write(format!("{name}/file"), line(seed));
    }
    let notices = scan(&home, &["one", "the other"], 1).0["notices"].to_string();
    assert!(notices.contains("`keysweep scan '") && notices.contains("/the other'`"), "{notices}");
}
