//! What git holds beside objects: names, logs, its own files.

use super::*;

#[test]
fn h13_files_of_git_itself() {
    for (file, marker) in [
        ("hooks/pre-push", "marker-hook-x"),
        ("COMMIT_EDITMSG", "marker-message-x"),
        ("info/exclude", "marker-exclude-x"),
        ("FETCH_HEAD", "marker-fetched-x"),
    ] {
        sees(marker, |git| git.write(&format!(".git/{file}"), marker));
    }
}

#[test]
fn h13_names_of_files_branches_and_authors() {
    sees("marker-H13-x", |git| {
        git.commit("directory/marker-H13-x", "text");
    });
    sees("marker-H13b-x", |git| {
        git.git(&["branch", "marker-H13b-x"]);
    });
    sees("marker-H13b-packed", |git| {
        git.git(&["branch", "marker-H13b-packed"]);
        git.git(&["pack-refs", "--all"]);
        fs::remove_dir_all(git.root.join(".git/logs")).expect("there are reflogs");
    });
    sees("marker-H13c-x", |git| {
        git.git(&[
            "-c",
            "user.name=x",
            "commit",
            "--quiet",
            "--allow-empty",
            "--message",
            "m",
            "--author",
            "marker-H13c-x <a@b>",
        ]);
        fs::remove_dir_all(git.root.join(".git/logs")).expect("there are reflogs");
    });
    sees("marker-reflog-x", |git| {
        git.git(&["update-ref", "--create-reflog", "-m", "marker-reflog-x", "refs/heads/other", "HEAD"]);
    });
    sees("marker-config-x", |git| {
        git.git(&["config", "remote.origin.url", "https://marker-config-x@example.org/"]);
    });
}

#[test]
fn refs_and_logs_in_tables() {
    for format in ["--object-format=sha1", "--object-format=sha256"] {
        let git = Scratch::with(&["--ref-format=reftable", format]);
        for at in 0..40 {
            git.commit("file", format!("version {at}"));
            git.git(&["branch", &format!("marker-branch-{at}-x")]);
        }
        git.git(&["tag", "--annotate", "--message", "m", "marker-tag-x"]);
        git.git(&["symbolic-ref", "refs/heads/link", "refs/heads/marker-symbolic-x"]);
        git.git(&["update-ref", "--create-reflog", "-m", "marker-log-x", "refs/heads/other", "HEAD"]);
        for step in ["stack", "packed"] {
            let seen = git.read();
            assert!(seen.notices().is_empty(), "{step}: {:?}", seen.notices());
            for marker in
                ["marker-branch-0-x", "marker-branch-39-x", "marker-tag-x", "marker-symbolic-x", "marker-log-x"]
            {
                assert!(seen.count(marker.as_bytes()) > 0, "{step}: {marker}");
            }
            git.git(&["pack-refs", "--all"]);
        }
    }
}
