//! One marker for each place in which git can hide something.

use super::*;

#[test]
fn h01_a_file_that_was_deleted_again() {
    sees("marker-H01-x", |git| {
        git.commit("file", "marker-H01-x");
        git.git(&["rm", "--quiet", "file"]);
        git.git(&["commit", "--quiet", "--message", "gone"]);
    });
}

#[test]
fn h02_a_file_that_only_a_merge_has() {
    sees("marker-H02-x", |git| {
        git.git(&["checkout", "--quiet", "-b", "side"]);
        git.commit("side", "side");
        git.git(&["checkout", "--quiet", "main"]);
        git.commit("main", "main");
        git.git(&["merge", "--quiet", "--no-commit", "--no-ff", "side"]);
        git.commit("evil", "marker-H02-x");
    });
}

#[test]
fn h03_a_rename_with_one_more_line() {
    sees("marker-H03-x", |git| {
        git.commit("old", "line\n".repeat(50));
        git.git(&["mv", "old", "new"]);
        git.commit("new", format!("{}marker-H03-x\n", "line\n".repeat(50)));
    });
}

#[test]
fn h04_a_file_born_where_nobody_looks_and_moved() {
    sees("marker-H04-x", |git| {
        git.commit("node_modules/file", "marker-H04-x");
        git.git(&["mv", "node_modules/file", "file"]);
        git.git(&["commit", "--quiet", "--message", "moved"]);
    });
}

#[test]
fn h05_a_file_whose_differences_are_not_shown() {
    sees("marker-H05-x", |git| {
        git.write(".gitattributes", "*.dat -diff\n");
        git.commit("file.dat", "marker-H05-x");
    });
}

#[test]
fn h06_utf_16_with_and_without_a_mark() {
    let little = "marker-H06-x".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let big = "marker-H06b-x".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let git = Scratch::new();
    git.commit("little", [&[0xff, 0xfe], &little[..]].concat());
    git.commit("big", &big);
    let seen = git.read();
    assert_eq!((seen.count(&little), seen.count(&big)), (1, 1));
}

#[test]
fn h07_the_message_of_an_empty_commit() {
    sees("marker-H07-x", |git| {
        git.git(&["commit", "--quiet", "--allow-empty", "--message", "marker-H07-x"]);
        fs::remove_dir_all(git.root.join(".git/logs")).expect("there are reflogs");
    });
}

#[test]
fn h08_the_message_of_a_tag() {
    sees("marker-H08-x", |git| {
        git.git(&["tag", "--annotate", "--message", "marker-H08-x", "v1"]);
    });
}

#[test]
fn h09_notes() {
    sees("marker-H09-x", |git| {
        git.git(&["notes", "add", "--message", "marker-H09-x"]);
    });
    sees("marker-H09b-x", |git| {
        git.git(&["notes", "--ref=other", "add", "--message", "marker-H09b-x"]);
    });
}

#[test]
fn h10_stashes() {
    for marker in ["marker-H10-x", "marker-H10b-x"] {
        sees(marker, |git| {
            for text in ["marker-H10-x", "marker-H10b-x"] {
                git.write("README", text);
                git.git(&["stash", "push", "--quiet"]);
            }
        });
    }
}

#[test]
fn h11_an_amended_commit_and_a_blob_that_was_unstaged() {
    sees("marker-H11-x", |git| {
        git.commit("file", "marker-H11-x");
        git.write("file", "clean");
        git.git(&["add", "file"]);
        git.git(&["commit", "--quiet", "--amend", "--message", "amended"]);
    });
    sees("marker-H11b-x", |git| {
        git.write("file", "marker-H11b-x");
        git.git(&["add", "file"]);
        git.git(&["reset", "--quiet"]);
    });
}

#[cfg(unix)]
#[test]
fn h12_symbolic_links() {
    sees("marker-H12-x", |git| {
        std::os::unix::fs::symlink("README", git.root.join("link")).expect("a link can be made");
        git.git(&["add", "link"]);
        git.git(&["commit", "--quiet", "--message", "link"]);
        fs::remove_file(git.root.join("link")).expect("the link is there");
        git.commit("link", "marker-H12-x");
    });
    sees("marker-H12b-x", |git| {
        std::os::unix::fs::symlink("marker-H12b-x", git.root.join("link")).expect("a link can be made");
        git.git(&["add", "link"]);
        git.git(&["commit", "--quiet", "--message", "link"]);
    });
}

#[test]
fn h14_binary_content() {
    sees("marker-H14-x", |git| {
        git.commit("file", b"\0\0\0\x01\0marker-H14-x\0\xff");
    });
}

#[test]
fn h15_long_lines_and_large_files() {
    sees("marker-H15-x", |git| {
        git.commit("file", format!("{}marker-H15-x", "0123456789ab".repeat(1 << 20)));
    });
    sees("marker-H15b-x", |git| {
        git.commit("file", format!("{}marker-H15b-x\n", "0123456789abcdefghi\n".repeat(1 << 20)));
    });
}

#[cfg(unix)]
#[test]
fn h18_odd_names_of_files() {
    use std::os::unix::ffi::OsStrExt;
    let git = Scratch::new();
    for (at, name) in ["caf\u{e9}", "two\nlines", "quo\"te", "space ", "-dash", ":colon", "tab\t"]
        .map(str::as_bytes)
        .into_iter()
        .chain([&b"by\xffte"[..]])
        .enumerate()
    {
        let path = git.root.join(std::ffi::OsStr::from_bytes(name));
        fs::write(path, format!("marker-H18-{at}-x")).expect("the file system allows any name");
    }
    git.git(&["add", "--all"]);
    git.git(&["commit", "--quiet", "--message", "names"]);
    let seen = git.read();
    for at in 0..8 {
        assert_eq!(seen.count(format!("marker-H18-{at}-x").as_bytes()), 1, "{at}");
    }
    for name in [&b"caf\xc3\xa9"[..], b"quo\"te", b"space ", b"by\xffte", b"tab\t", b"lines"] {
        assert_eq!(seen.count(name), 1);
    }
}

#[test]
fn h20_line_ends_and_other_character_sets() {
    sees("marker-H20-x", |git| {
        git.commit("file", "line\r\nmarker-H20-x\r\n");
    });
    sees("marker-H20b-x", |git| {
        git.commit("file", b"caf\xe9 marker-H20b-x \xfc\n");
    });
}

#[test]
fn h23_what_only_a_pull_request_has() {
    sees("marker-H23-x", |git| {
        git.git(&["checkout", "--quiet", "--detach"]);
        git.commit("file", "marker-H23-x");
        git.git(&["update-ref", "refs/pull/1/head", "HEAD"]);
        git.git(&["checkout", "--quiet", "main"]);
    });
}

#[test]
fn h24_the_head_of_another_worktree() {
    sees("marker-H24-x", |git| {
        git.git(&["worktree", "add", "--quiet", "--detach", "../other"]);
        fs::write(git.root.join("../other/file"), "marker-H24-x").expect("the worktree is there");
        git.git(&["-C", "../other", "add", "file"]);
        git.git(&["-C", "../other", "commit", "--quiet", "--message", "there"]);
    });
    // The repository is the same one when it is opened from the other worktree.
    let git = Scratch::new();
    git.commit("file", "marker-H24b-x");
    git.git(&["worktree", "add", "--quiet", "--detach", "../other"]);
    assert!(Seen::of(&open(&git.root.join("../other"))).count(b"marker-H24b-x") > 0);
}

#[test]
fn h25_a_blob_that_is_replaced() {
    sees("marker-H25-x", |git| {
        git.commit("file", "marker-H25-x");
        let old = git.git(&["rev-parse", "HEAD:file"]);
        git.write("other", "clean");
        let new = git.git(&["hash-object", "-w", "other"]);
        git.git(&["replace", &old, &new]);
    });
}

#[test]
fn h26_a_tag_on_a_blob() {
    sees("marker-H26-x", |git| {
        git.write("file", "marker-H26-x");
        let blob = git.git(&["hash-object", "-w", "file"]);
        git.git(&["tag", "blob-tag", &blob]);
    });
}

#[test]
fn h27_a_back_dated_commit() {
    sees("marker-H27-x", |git| {
        git.git(&["checkout", "--quiet", "-b", "old"]);
        git.write("file", "marker-H27-x");
        git.git(&["add", "file"]);
        git.git_at(1_000_000_000, &["commit", "--quiet", "--message", "old"]);
        git.git(&["checkout", "--quiet", "main"]);
        git.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "old"]);
    });
}

#[test]
fn a_submodule_and_its_own_submodule_and_that_of_another_worktree() {
    let inner = Scratch::new();
    inner.commit("file", "marker-SUB-inner");
    let middle = Scratch::new();
    middle.commit("file", "marker-SUB-middle");
    let add = |git: &Scratch, from: &Scratch, path: &str| {
        git.git(&["submodule", "--quiet", "add", &from.root.display().to_string(), path]);
        git.git(&["commit", "--quiet", "--message", "submodule"]);
    };
    add(&middle, &inner, "deep/inner");
    let git = Scratch::new();
    git.commit("file", "outer");
    add(&git, &middle, "with/slash/middle");
    git.git(&["submodule", "--quiet", "update", "--init", "--recursive"]);
    let seen = git.read();
    for marker in ["marker-SUB-inner", "marker-SUB-middle"] {
        assert_eq!(seen.count(marker.as_bytes()), 1, "{marker}");
    }
    assert!(!seen.incomplete());
}

#[test]
fn borrowed_objects_are_read_even_in_a_circle() {
    let lender = Scratch::new();
    lender.commit("file", "marker-alternate-x");
    let git = Scratch::new();
    git.commit("file", "own");
    let alternates = |git: &Scratch, to: &Scratch| {
        let path = format!("# a comment\n{}\n", to.root.join(".git/objects").display());
        git.write(".git/objects/info/alternates", path);
    };
    alternates(&git, &lender);
    assert_equal_to_reference(&git.repository());
    lender.git(&["repack", "-a", "-d", "--quiet"]);
    assert_eq!(git.read().count(b"marker-alternate-x"), 1);
    // A repository in such a state does not open, so it is opened before.
    let repository = git.repository();
    alternates(&lender, &git);
    let seen = Seen::of(&repository);
    assert_eq!(seen.count(b"marker-alternate-x"), 1);
    assert!(!seen.incomplete(), "{:?}", seen.notices());
    git.write(".git/objects/info/alternates", "/nowhere/at/all\n");
    assert!(Seen::of(&repository).incomplete());
}

#[test]
fn objects_that_several_packs_have_are_read_once() {
    let git = Scratch::new();
    for at in 0..12 {
        git.commit("file", format!("{}version {at}\n", "the same line\n".repeat(40)));
        git.git(&["repack", "-a", "-k", "-f", "--quiet"]);
    }
    git.git(&["multi-pack-index", "write"]);
    assert!(fs::read_dir(git.root.join(".git/objects/pack")).expect("packs are there").count() > 20);
    assert_equal_to_reference(&git.repository());
}

#[test]
fn empty_bare_and_sha256_repositories() {
    assert_equal_to_reference(&Scratch::new().repository());
    let bare = Scratch::with(&["--bare"]);
    let git = Scratch::with(&["--object-format=sha256"]);
    git.commit("marker-256-name", "marker-256-x");
    let seen = git.read();
    assert_eq!((seen.count(b"marker-256-x"), seen.count(b"marker-256-name")), (1, 1));
    git.git(&["repack", "-a", "-d", "--quiet"]);
    assert_equal_to_reference(&git.repository());
    let source = Scratch::new();
    source.commit("file", "marker-bare-x");
    source.git(&["push", "--quiet", &bare.root.display().to_string(), "main"]);
    assert_eq!(bare.read().count(b"marker-bare-x"), 1);
}
