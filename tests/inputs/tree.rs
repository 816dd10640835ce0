//! The working tree: which files are looked at, in and outside of repositories.

use std::path::{Path, PathBuf};

use keysweep::input::tree::{Tree, TreeError};
use keysweep::input::{Collect, Coverage};

use super::Seen;
use crate::git::Git;

fn scan(paths: &[PathBuf]) -> (PathBuf, Seen) {
    let tree = Tree::new(paths).expect("the paths are there");
    let (collected, coverage) = (Collect::default(), Coverage::default());
    tree.read(&coverage, &collected, || ());
    (tree.root().to_owned(), Seen::of(collected))
}

pub fn files(path: &Path) -> Vec<String> {
    let (_, seen) = scan(&[path.to_owned()]);
    assert_eq!(seen.unread, [""; 0]);
    seen.all().into_iter().map(str::to_owned).collect()
}

#[test]
fn tracked_and_not_ignored_files_are_seen() {
    let git = Git::new();
    git.add(".gitignore", "*.log\n/ignored/\n!keep.log\n");
    git.add("src/a", "a");
    git.add("forced.log", "tracked though ignored");
    git.add("ignored/tracked", "tracked in an ignored directory");
    git.commit("First");
    git.write("untracked", "u");
    git.write(".hidden/file", "h");
    git.write("x.log", "ignored");
    git.write("keep.log", "kept");
    git.write("ignored/untracked", "ignored");
    let expected = [".gitignore", ".hidden/file", "forced.log", "ignored/tracked", "keep.log", "src/a", "untracked"];
    assert_eq!(files(git.path()), expected);
}

#[test]
fn own_and_local_exclude_files_are_honoured() {
    let git = Git::new();
    git.write(".git/info/exclude", "local\n");
    let user = git.beside("user-excludes").path().to_owned();
    std::fs::write(&user, "mine\n/top\n").expect("the directory is there");
    git.run(&["config", "core.excludesFile", user.to_str().expect("the path is UTF-8")]);
    for path in ["local", "mine", "top", "sub/top", "sub/mine", "other"] {
        git.write(path, path);
    }
    assert_eq!(files(git.path()), ["other", "sub/top"]);
    assert_eq!(files(&git.file("sub")), ["sub/top"]);
}

#[test]
fn a_file_gone_from_the_work_tree_is_no_error() {
    let git = Git::new();
    git.commit_file("gone", "g", "First");
    git.commit_file("there", "t", "Second");
    git.remove("gone");
    assert_eq!(files(git.path()), ["there"]);
}

#[test]
fn what_sparse_checkout_left_out_is_seen_if_it_is_there() {
    let git = Git::new();
    git.commit_file(".gitignore", "out/\n", "Ignore");
    git.commit_file("in/a", "a", "First");
    git.commit_file("out/b", "b", "Second");
    git.run(&["sparse-checkout", "set", "in"]);
    assert_eq!(files(git.path()), [".gitignore", "in/a"]);
    git.write("out/b", "back again");
    assert_eq!(files(git.path()), [".gitignore", "in/a", "out/b"]);
}

#[test]
fn rules_that_sparse_checkout_left_out_hold() {
    let git = Git::new();
    git.commit_file("in/a", "a", "First");
    git.add("out/.gitignore", "*.log\n");
    git.commit_file("out/b", "b", "Second");
    git.run(&["sparse-checkout", "set", "in"]);
    git.write("out/new.log", "ignored by what is not there");
    git.write("out/new", "n");
    assert_eq!(files(git.path()), ["in/a", "out/new"]);
}

#[test]
fn named_paths_restrict_and_are_looked_at_even_if_ignored() {
    let git = Git::new();
    git.commit_file(".gitignore", "*.env\nbuild/\n", "Ignore");
    for path in ["a/x", "a/y.env", "b/x", "secret.env", "build/out", "build/out.env"] {
        git.write(path, path);
    }
    assert_eq!(files(&git.file("a")), ["a/x"]);
    assert_eq!(files(&git.file("secret.env")), ["secret.env"]);
    assert_eq!(files(&git.file("build")), ["build/out"]);
    let (root, seen) = scan(&[git.file("a"), git.file("a/y.env"), git.file("a/x"), git.path().to_owned()]);
    assert_eq!(seen.all(), [".gitignore", "a/x", "a/y.env", "b/x"], "each file once");
    assert_eq!(root, git.path());
}

#[test]
fn paths_are_relative_to_the_root_of_the_work_tree() {
    let git = Git::new();
    git.commit_file("sub/dir/file", "f", "First");
    let (root, seen) = scan(&[git.file("sub/./dir/../dir")]);
    assert_eq!((root.as_path(), seen.all()), (git.path(), vec!["sub/dir/file"]));
    let other = Git::outside();
    let outside = other.write("file", "f").canonicalize().expect("the file is there");
    let (_, seen) = scan(&[git.file("sub"), outside.clone()]);
    assert_eq!(seen.all(), [outside.to_str().expect("the path is UTF-8"), "sub/dir/file"]);
}

#[test]
fn outside_of_a_repository_every_file_is_seen() {
    let plain = Git::outside();
    plain.write("in/.gitignore", "*.env\n");
    plain.write("in/x.env", "x");
    plain.write("in/.hidden", "h");
    plain.write("in/.svn/entries", "own files of a version control system");
    let (root, seen) = scan(&[plain.file("in")]);
    assert_eq!(seen.all(), [".gitignore", ".hidden", "x.env"]);
    assert_eq!(root, plain.file("in"));
}

#[test]
fn repositories_inside_have_their_own_rules() {
    let git = Git::new();
    git.run(&["init", "-q", "-b", "main", "../inner"]);
    let inner = git.beside("inner");
    inner.commit_file(".gitignore", "*.log\n", "Ignore");
    inner.commit_file("tracked.log", "t", "Tracked");
    git.add(".gitignore", "sub2\n*.tmp\n");
    for name in ["sub", "sub2"] {
        git.run(&["submodule", "--quiet", "add", "--force", "../inner", name]);
    }
    git.commit("Submodules");
    git.run(&["clone", "-q", "../inner", "vendored"]);
    git.write("sub/x.log", "ignored there");
    git.write("vendored/x.tmp", "the outer rules end here");
    let expected = [
        ".gitignore",
        ".gitmodules",
        "sub/.gitignore",
        "sub/tracked.log",
        "sub2/.gitignore",
        "sub2/tracked.log",
        "vendored/.gitignore",
        "vendored/tracked.log",
        "vendored/x.tmp",
    ];
    assert_eq!(files(git.path()), expected);
    assert_eq!(files(&git.file("sub")), [".gitignore", "tracked.log"], "a submodule is a repository");
}

#[test]
fn a_linked_worktree_is_a_work_tree() {
    let git = Git::new();
    git.commit_file(".gitignore", "*.log\n", "Ignore");
    git.commit_file("a.log", "a", "Tracked");
    git.write(".git/info/exclude", "local\n");
    git.run(&["worktree", "add", "-q", "../linked"]);
    let linked = git.beside("linked");
    linked.write("b.log", "ignored");
    linked.write("local", "ignored");
    assert_eq!(files(linked.path()), [".gitignore", "a.log"]);
}

#[cfg(unix)]
#[test]
fn links_are_their_target_unless_they_are_named() {
    let git = Git::new();
    let other = Git::outside();
    other.write("dir/file", "FOLLOWED");
    super::link(other.file("dir").to_str().expect("the path is UTF-8"), &git.file("to-dir"));
    super::link(other.file("dir/file").to_str().expect("the path is UTF-8"), &git.file("to-file"));
    super::link("https://user:PASSWORD@host", &git.file("dangling"));
    let (_, seen) = scan(&[git.path().to_owned()]);
    assert_eq!(seen.all(), ["dangling", "to-dir", "to-file"]);
    assert_eq!((seen.places("FOLLOWED").len(), seen.places("PASSWORD")), (0, vec!["dangling"]));
    let (_, seen) = scan(&[git.file("to-file")]);
    assert_eq!(seen.places("FOLLOWED"), ["to-file"]);
    assert_eq!(files(&git.file("to-dir")), ["file"]);
}

#[cfg(unix)]
#[test]
fn any_name_is_seen_and_pipes_are_left_alone() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let git = Git::new();
    let name = OsStr::from_bytes(b"\xff new\nline");
    git.write(name, "x");
    git.add(OsStr::from_bytes(b"\xfe.log"), "x");
    git.write(".gitignore", "*.log\n");
    assert!(git.command("mkfifo").arg("pipe").status().expect("mkfifo is installed").success());
    let seen = scan(&[git.path().to_owned()]).1;
    assert_eq!(seen.all(), [".gitignore", "\u{fffd} new\nline", "\u{fffd}.log"]);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_noted() {
    use std::os::unix::fs::PermissionsExt;
    let git = Git::new();
    git.add(".gitignore", "/ignored/\n/module/\n");
    git.write("locked", "x");
    for path in ["closed/x", "closed/y", "ignored/x", "ignored/in/y", "ignored/in/z"] {
        git.add(path, "x");
    }
    git.commit("First");
    git.run(&["clone", "-q", ".", "module"]);
    git.run(&["-c", "advice.addEmbeddedRepo=false", "add", "--force", "module"]);
    let folders = ["closed", "ignored", "module"];
    let set = |path: &str, mode: u32| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(git.file(path), permissions).expect("the owner may do this");
    };
    folders.iter().chain(&["locked"]).for_each(|path| set(path, 0o000));
    let readable = std::fs::read(git.file("locked")).is_ok();
    let (_, seen) = scan(&[git.path().to_owned()]);
    folders.iter().for_each(|path| set(path, 0o755));
    if readable {
        println!("skipped: this user may read everything");
        return;
    }
    let mut unread = seen.unread;
    unread.sort();
    assert_eq!(unread, ["closed", "ignored", "locked", "module"], "a folder once, however many files lie in it");
}

/// What nobody can be asked about, not even by a user who may read everything.
#[cfg(unix)]
#[test]
fn a_tracked_path_of_which_the_system_tells_nothing_is_noted() {
    let git = Git::new();
    let id = git.run(&["hash-object", "-w", "/dev/null"]);
    let long = "x".repeat(300);
    git.write("file", "x");
    git.write(".git/index", super::index(&["file/gone", "gone", &long], &id));
    let (_, seen) = scan(&[git.path().to_owned()]);
    assert_eq!((seen.all(), &seen.unread[..]), (vec!["file"], &[long][..]));
}

#[cfg(unix)]
#[test]
fn a_submodule_of_which_the_system_tells_nothing_is_noted() {
    let git = Git::new();
    git.add(".gitignore", "/module/\n");
    git.commit("First");
    git.run(&["clone", "-q", ".", "module"]);
    git.run(&["-c", "advice.addEmbeddedRepo=false", "add", "--force", "module"]);
    std::fs::remove_dir_all(git.file("module/.git")).expect("it was just made");
    super::link(".git", &git.file("module/.git"));
    let (_, seen) = scan(&[git.path().to_owned()]);
    assert_eq!((seen.all(), &seen.unread[..]), (vec![".gitignore"], &["module".to_owned()][..]));
}

#[cfg(unix)]
#[test]
fn rules_above_a_work_tree_keep_nobody_from_looking_into_it() {
    for is_pipe in [false, true] {
        let git = Git::new();
        git.write(".gitignore", "*.log\n");
        git.write("d/.gitignore", "*.tmp\n");
        for path in ["a", "a.log", "d/a.tmp", "d/b"] {
            git.write(path, "x");
        }
        if is_pipe {
            assert!(git.command("mkfifo").arg("../.gitignore").status().expect("mkfifo is installed").success());
        } else {
            git.write("../.gitignore", "*\n".repeat(1 << 20));
        }
        assert_eq!(files(git.path()), [".gitignore", "a", "d/.gitignore", "d/b"], "a pipe: {is_pipe}");
        assert_eq!(files(&git.file("d")), ["d/.gitignore", "d/b"], "a pipe: {is_pipe}");
    }
}

/// Whatever git tracks is seen where nobody knows what it ignores, and nothing else.
#[test]
fn rules_that_are_too_large_are_noted_where_something_asks_for_them() {
    let large = "*.env\n".to_owned() + &"# nothing\n".repeat(1 << 17);
    let git = Git::new();
    git.add("d/.gitignore", &large);
    git.add("d/tracked", "x");
    git.add("d/e/tracked", "x");
    git.add("f/tracked", "x");
    let tracked = ["d/.gitignore", "d/e/tracked", "d/tracked", "f/tracked"];
    assert_eq!(files(git.path()), tracked, "nothing asks");
    git.write("d/e/.gitignore", "!x.env\n");
    git.write("d/e/x.env", "x");
    let (_, seen) = scan(&[git.path().to_owned()]);
    assert_eq!((seen.all(), &seen.unread[..]), (tracked.to_vec(), &["d/.gitignore".to_owned()][..]));
    let git = Git::new();
    git.commit_file("tracked", "x", "First");
    git.write(".git/info/exclude", &large);
    git.run(&["worktree", "add", "-q", "../linked"]);
    let linked = git.beside("linked");
    for git in [&git, &linked] {
        git.write("x.env", "x");
        let (_, seen) = scan(&[git.path().to_owned()]);
        assert_eq!((seen.all(), seen.unread.len()), (vec!["tracked"], 1));
    }
}

#[test]
fn something_untracked_far_down_is_seen() {
    let git = Git::new();
    let deep = "d/".repeat(1900);
    git.add(format!("{deep}tracked"), "x");
    git.write(format!("{deep}x"), "x");
    assert_eq!(files(git.path()), [format!("{deep}tracked"), format!("{deep}x")]);
}

#[test]
fn a_damaged_index_is_noted_and_the_files_are_seen() {
    let git = Git::new();
    git.commit_file("a", "a", "First");
    git.write(".git/index", "nonsense");
    let (_, seen) = scan(&[git.path().to_owned()]);
    assert_eq!((seen.all(), seen.unread.len()), (vec!["a"], 1));
}

#[test]
fn a_repository_from_the_future_is_noted_by_what_is_unknown() {
    let git = Git::new();
    git.commit_file("a", "a", "First");
    git.run(&["config", "core.repositoryFormatVersion", "1"]);
    git.run(&["config", "extensions.timeTravel", "true"]);
    let error = keysweep::input::repository::Repository::discover(git.path()).err().expect("git refuses it too");
    assert!(error.to_string().contains("`timetravel`"), "{error}");
    let (_, seen) = scan(&[git.path().to_owned()]);
    assert_eq!((seen.all(), seen.unread.len()), (vec!["a"], 1));
}

#[test]
fn a_path_that_is_not_there_is_an_error() {
    let git = Git::new();
    assert!(
        matches!(Tree::new(&[git.file("nowhere")]), Err(TreeError::Unreachable { path, .. }) if path == git.file("nowhere"))
    );
}

#[test]
fn a_large_file_is_read_whole() {
    let git = Git::new();
    let mut bytes = vec![b'x'; 20 << 20];
    bytes.extend_from_slice(b"\nLAST");
    git.write("large", &bytes);
    git.write("small", "s");
    let (_, seen) = scan(&[git.path().to_owned()]);
    assert_eq!(seen.places("LAST"), ["large"]);
}

/// The index of a repository that somebody else made can name any path.
#[cfg(unix)]
#[test]
fn what_the_index_tracks_outside_of_the_work_tree_is_not_looked_at() {
    let git = Git::new();
    let outside = git.write("../outside", "outside of the work tree");
    git.write("../further/file", "further away");
    let id = git.run(&["hash-object", "-w", "../outside"]);
    let absolute = outside.to_str().expect("the path is UTF-8");
    for path in ["../outside", "a/../../outside", absolute] {
        git.write(".git/index", super::index(&[path], &id));
        let (_, seen) = scan(&[git.path().to_owned()]);
        assert_eq!(seen.all(), [""; 0], "{path}");
        // Git refuses such an index, so this one was not read to its end.
        assert_eq!(seen.unread, [path]);
    }
    super::link("..", &git.file("d"));
    super::link("../further", &git.file("e"));
    git.write(".git/index", super::index(&["d/outside", "e/file", "f"], &id));
    git.write("f", "inside");
    assert_eq!(files(git.path()), ["d", "e", "f"]);
}
