//! Where each command looks: from wherever it is started in a working tree, in what is none, and where git's files are broken.

use super::*;

/// A repository with a token at its root and another two folders below.
fn leaky() -> Git {
    let git = repository();
    git.commit_file("a.txt", line(1), "Leak");
    git.commit_file("deep/down/b.txt", line(2), "Leak");
    std::fs::create_dir(git.file("empty")).expect("the directory is ours");
    git
}

#[test]
fn without_a_path_the_whole_working_tree_is_looked_at_from_wherever_in_it() {
    let git = leaky();
    for place in ["", "deep", "deep/down", "empty"] {
        let below = git.at(place);
        assert_eq!(scan(&below, &[], 1).places(RULE), ["a.txt:1", "deep/down/b.txt:1"], "{place}");
        let guide = keysweep(&below, &["rotate"]).exits(1).out;
        assert!(guide.contains("a.txt:1") && guide.contains("b.txt:1"), "{place}: {guide}");
        let run = keysweep(&below, &["baseline", "write"]).exits(0);
        assert!(run.out.contains("2 added, 2 known"), "{place}: {}", run.out);
        git.remove("keysweep.baseline.json");
        keysweep(&below, &["lint"]).exits(0);
    }
    // A folder that is named is the only one.
    assert_eq!(scan(&git.at("deep"), &["."], 1).places(RULE), ["deep/down/b.txt:1"]);
    assert!(scan(&git, &["empty"], 0).places(RULE).is_empty());
    // A working tree that is linked has its own root.
    let linked = git.beside("linked");
    git.run(&["worktree", "add", "--quiet", linked.path().to_str().expect("a plain path")]);
    assert_eq!(scan(&linked.at("deep"), &[], 1).places(RULE), ["a.txt:1", "deep/down/b.txt:1"]);
}

#[test]
fn pruning_below_the_root_drops_only_what_is_gone_everywhere() {
    let git = leaky();
    git.commit_file("empty/c.txt", line(3), "Leak");
    keysweep(&git, &["baseline", "write"]).exits(0);
    let known = |git: &Git| keysweep(git, &["baseline", "show"]).exits(0).out.lines().count();
    for (place, arguments) in [("empty", &[][..]), ("deep/down", &[]), ("", &["empty"]), ("deep", &["down"])] {
        let run = keysweep(&git.at(place), &[&["baseline", "prune"], arguments].concat()).exits(0);
        assert!(run.out.contains("0 dropped, 3 known"), "{place} {arguments:?}: {}", run.out);
    }
    git.remove("empty/c.txt");
    let run = keysweep(&git.at("deep"), &["baseline", "prune", "down"]).exits(0);
    assert!(run.out.contains("1 dropped, 2 known"), "{}", run.out);
    assert_eq!(known(&git), 2);
}

#[test]
fn pruning_keeps_what_lies_in_files_that_a_scan_leaves_out() {
    let git = leaky();
    keysweep(&git, &["baseline", "write"]).exits(0);
    // What git ignores by now is looked at once more, what the configuration excludes is not.
    git.run(&["rm", "--quiet", "--cached", "a.txt"]);
    git.write(".gitignore", ".env\n.doxhub/\na.txt\n");
    git.write("keysweep.toml", "exclude = ['deep/']\n");
    assert!(keysweep(&git, &["baseline", "prune"]).exits(0).out.contains("0 dropped, 2 known"));
    git.write("a.txt", "mended\n");
    assert!(keysweep(&git, &["baseline", "prune"]).exits(0).out.contains("1 dropped, 1 known"));
    // A baseline of a folder above knows of more than the folder that is named.
    let outside = Git::outside();
    outside.write("a.txt", line(1));
    outside.write("below/b.txt", line(2));
    keysweep(&outside, &["baseline", "write"]).exits(0);
    let run = keysweep(&outside, &["baseline", "prune", "below", "--baseline", "keysweep.baseline.json"]).exits(2);
    assert!(run.err.contains("lies above"), "{}", run.err);
    assert!(keysweep(&outside, &["baseline", "prune"]).exits(0).out.contains("0 dropped, 2 known"));
}

#[test]
fn where_there_are_only_objects_files_are_not_looked_for() {
    let git = leaky();
    let bare = git.beside("bare.git");
    git.run(&["clone", "--quiet", "--bare", ".", bare.path().to_str().expect("a plain path")]);
    let own = git.at(".git");
    for place in [&bare, &own, &bare.at("objects"), &own.at("refs")] {
        for arguments in [&["scan"][..], &["scan", "--staged"], &["rotate"], &["baseline", "write"]] {
            let run = keysweep(place, arguments).exits(2);
            assert!(
                run.err.contains("--history") && run.out.is_empty(),
                "{:?} {arguments:?}: {}",
                place.path(),
                run.err
            );
        }
        assert_eq!(scan(place, &["--history"], 1).count("active"), 2, "{:?}", place.path());
    }
    for path in [".git", "../bare.git"] {
        assert!(keysweep(&git, &["scan", path]).exits(2).err.contains("--history"), "{path}");
    }
    // A working tree inside of a bare repository is one all the same.
    bare.run(&["worktree", "add", "--quiet", "tree", "main"]);
    assert_eq!(scan(&bare.at("tree/deep"), &[], 1).count("active"), 2);
    assert_eq!(scan(&bare.at("tree"), &["--staged"], 0).count("active"), 0);
}

#[test]
fn a_broken_git_directory_makes_a_scan_incomplete() {
    type Damage = fn(&Git);
    let damages: [(&str, Damage); 4] = [
        ("a file that points to nothing", |git| {
            std::fs::remove_dir_all(git.file(".git")).expect("it is ours");
            git.write(".git", "gitdir: /no/such/directory\n");
        }),
        ("no HEAD", |git| git.remove(".git/HEAD")),
        ("no objects", |git| std::fs::remove_dir_all(git.file(".git/objects")).expect("it is ours")),
        ("an empty configuration of nonsense", |git| {
            git.write(".git/config", "[core\n");
        }),
    ];
    for (name, damage) in damages {
        let git = repository();
        git.add(".gitignore", ".env\n.doxhub/\nsecret.txt\n");
        git.commit_file("secret.txt", line(1), "Leak");
        damage(&git);
        let run = keysweep(&git, &["scan"]).exits(3);
        assert!(run.out.contains("INCOMPLETE") && run.out.contains("cannot be opened"), "{name}: {}", run.out);
        let place = git.path().to_str().expect("a plain path");
        assert!(run.out.contains(&format!("git -C {place} status")), "{name}: {}", run.out);
        for arguments in [&["scan", "--staged"], &["scan", "--history"]] {
            keysweep(&git, arguments).exits(2);
        }
    }
}
