//! What cannot be done or not be read: a message with what to do, exit code 2 or 3, and the rest reported.

use super::*;

#[test]
fn what_cannot_be_done_at_all_is_exit_code_2_with_help() {
    let git = repository();
    let outside = Git::outside();
    for (place, arguments, word) in [
        (&outside, &["scan", "--staged"][..], "not inside a git repository"),
        (&outside, &["scan", "--history"], "not inside a git repository"),
        (&outside, &["scan", "--range", "a..b"], "not inside a git repository"),
        (&git, &["scan", "--range", "nosuch..HEAD"], "nosuch"),
        (&git, &["scan", "--range", "HEAD..nosuch"], "nosuch"),
        (&git, &["scan", "no/such/file"], "no/such/file"),
        (&git, &["scan", "--history", ".", outside.path().to_str().expect("a plain path")], "one repository"),
        (&git, &["scan", "--staged", "no/such/file"], "not tracked"),
        (&git, &["scan", "--exclude", ""], "names no path"),
        (&git, &["scan", "--rule", "githb/oauth-token"], "did you mean"),
        (&git, &["rules", "zzz"], "no rule or lint has `zzz`"),
        (&git, &["scan", "--config", "nosuch.toml"], "nosuch.toml"),
        (&git, &["scan", "--baseline", "nosuch.json"], "nosuch.json"),
        (&git, &["scan", "--staged", "--history"], "cannot be used with"),
        (&git, &["scan", "--format", "xml"], "xml"),
        (&git, &["scan", "--severity", "terrible"], "terrible"),
        (&git, &["scan", "--nonsense"], "--nonsense"),
        (&git, &["nonsense"], "nonsense"),
    ] {
        let run = keysweep(place, arguments).exits(2);
        assert!(run.err.contains(word), "{arguments:?}: {}", run.err);
        assert!(run.out.is_empty(), "{arguments:?}: {}", run.out);
    }
}

#[test]
fn a_broken_configuration_stops_the_scan_and_points_into_the_file() {
    let git = repository();
    git.commit_file("a.txt", line(1), "Leak");
    for (text, word) in [
        ("severity = 'high'\ntreshold = 1\n", "column 1:"),
        ("severity = 'high'\nexlude = []\n", "`exclude`"),
        ("[rules]\noff = ['githb']\n", "column 8:"),
        ("severity = 'terrible'\n", "`critical`"),
        ("[[allow]]\npath = 'a.txt'\n", "reason"),
        ("exclude = ['a{']\n", "column 12:"),
        ("rule-files = ['nosuch.toml']\n", "nosuch.toml"),
        ("[", "keysweep.toml"),
    ] {
        git.write("keysweep.toml", text);
        for arguments in [&["scan"][..], &["scan", "--staged"], &["scan", "--history"]] {
            let run = keysweep(&git, arguments).exits(2);
            assert!(run.err.contains(word), "{text}: {}", run.err);
            assert!(run.out.is_empty(), "{}", run.out);
        }
    }
    git.write("keysweep.toml", "");
    git.write("keysweep.baseline.json", "{}");
    let help = keysweep(&git, &["scan"]).exits(2).err;
    assert!(help.contains("move it away") && help.contains("baseline write"), "{help}");
    git.remove("keysweep.baseline.json");
    let help = keysweep(&git, &["baseline", "show"]).exits(2).err;
    assert!(help.contains("there is no baseline") && help.contains("keysweep baseline write"), "{help}");
}

/// Finds the file of a loose object.
fn loose(git: &Git, revision: &str) -> std::path::PathBuf {
    let id = git.run(&["rev-parse", revision]);
    git.file(format!(".git/objects/{}/{}", &id[..2], &id[2..]))
}

#[test]
fn an_object_that_git_cannot_give_makes_the_scan_incomplete() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 3] = [
        ("missing", |path| std::fs::remove_file(path).expect("the object is loose")),
        ("truncated", |path| {
            let bytes = std::fs::read(path).expect("the object is loose");
            replace(path, &bytes[..bytes.len() / 2]);
        }),
        ("corrupt", |path| replace(path, b"this is no object")),
    ];
    for (name, damage) in damages {
        let git = repository();
        git.commit_file("b.txt", "harmless\n".repeat(20), "Add b");
        damage(&loose(&git, "HEAD:b.txt"));
        let run = keysweep(&git, &["scan", "--history", "--format", "json"]).exits(3);
        assert_eq!(run.report().0["complete"], Value::Bool(false), "{name}");
        assert!(!run.report().0["notices"].as_array().expect("a list").is_empty(), "{name}");
        let text = keysweep(&git, &["scan", "--history"]).exits(3).out;
        assert!(text.contains("INCOMPLETE"), "{name}: {text}");
        // What could be read is reported, and a finding outweighs the gap.
        git.run(&["rm", "--quiet", "--cached", "b.txt"]);
        git.commit_file("c.txt", line(1), "Leak");
        let report = scan(&git, &["--history"], 1);
        assert_eq!(report.places(RULE), ["c.txt:1"], "{name}");
        assert_eq!(report.0["complete"], Value::Bool(false), "{name}");
    }
}

#[test]
fn a_staged_object_that_is_gone_makes_the_scan_incomplete() {
    let git = repository();
    git.add("a.txt", line(1));
    git.add("b.txt", "some text\n");
    std::fs::remove_file(loose(&git, ":b.txt")).expect("the object is loose");
    assert_eq!(scan(&git, &["--staged"], 1).places(RULE), ["a.txt:1"]);
    std::fs::remove_file(loose(&git, ":a.txt")).expect("the object is loose");
    scan(&git, &["--staged"], 3);
}

#[test]
fn a_damaged_pack_makes_the_scan_incomplete() {
    let git = repository();
    for version in 0..20 {
        git.commit_file("file.txt", format!("{version}\n").repeat(200 + version), "Change");
    }
    git.run(&["repack", "-a", "-d", "--quiet"]);
    let packs = std::fs::read_dir(git.file(".git/objects/pack")).expect("there is a pack");
    let pack = packs
        .map(|entry| entry.expect("it can be listed").path())
        .find(|path| path.extension().is_some_and(|extension| extension == "pack"))
        .expect("there is a pack");
    let bytes = std::fs::read(&pack).expect("it is readable");
    replace(&pack, &bytes[..bytes.len() * 2 / 3]);
    keysweep(&git, &["scan", "--history"]).exits(3);
}

#[test]
fn a_broken_index_or_head_is_an_error_for_staged() {
    let git = repository();
    git.add("a.txt", line(1));
    git.write(".git/index", "no index");
    keysweep(&git, &["scan", "--staged"]).exits(2);
    git.remove(".git/index");
    git.write(".git/HEAD", "nonsense\n");
    keysweep(&git, &["scan", "--staged"]).exits(2);
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_makes_the_scan_incomplete() {
    use std::os::unix::fs::PermissionsExt as _;

    let git = repository();
    let path = git.write("locked.txt", line(1));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o0)).expect("the file is ours");
    if std::fs::read(&path).is_ok() {
        println!("skipped: whoever runs this, such as root, can read every file");
        return;
    }
    let text = keysweep(&git, &["scan"]).exits(3).out;
    assert!(text.contains("locked.txt"), "{text}");
    git.write("open.txt", line(2));
    assert_eq!(scan(&git, &[], 1).places(RULE), ["open.txt:1"]);
}

#[test]
fn a_configuration_of_gits_that_cannot_be_read_makes_the_scan_incomplete() {
    let git = repository();
    git.add("a.txt", "a\n");
    git.run(&["config", "extensions.worktreeConfig", "true"]);
    std::fs::create_dir(git.file("sub")).expect("the folder can be made");
    for file in [".git/config.worktree", ".git/config"] {
        let _ = std::fs::remove_file(git.file(file));
        std::fs::create_dir(git.file(file)).expect("the name is free");
        for place in [&git, &git.at("sub")] {
            let text = keysweep(place, &["scan"]).exits(3).out;
            assert!(text.contains(file) && text.contains("permissions"), "{text}");
        }
        for mode in ["--staged", "--history"] {
            let text = keysweep(&git, &["scan", mode]).exits(2).err;
            assert!(text.contains(file) && text.contains("permissions"), "{text}");
        }
        git.write("open.txt", line(2));
        assert_eq!(scan(&git, &[], 1).places(RULE), ["open.txt:1"]);
        git.remove("open.txt");
        std::fs::remove_dir(git.file(file)).expect("the folder is empty");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_fails_while_it_is_read_makes_the_scan_incomplete() {
    let git = repository();
    git.write("open.txt", line(2));
    // Its first page is never mapped, so reading it fails for everybody.
    let text = keysweep(&git, &["scan", "README.md", "/proc/self/mem"]).exits(3).out;
    assert!(text.contains("INCOMPLETE"), "{text}");
    let report = scan(&git, &["open.txt", "/proc/self/mem"], 1);
    assert_eq!(report.count("active"), 1);
}

#[test]
fn a_shallow_clone_is_an_incomplete_history() {
    let git = repository();
    git.commit_file("a.txt", "a\n", "Add a");
    let shallow = git.beside("shallow");
    let from = format!("file://{}", git.path().display());
    git.run(&["clone", "--quiet", "--depth=1", &from, shallow.path().to_str().expect("a plain path")]);
    let text = keysweep(&shallow, &["scan", "--history"]).exits(3).out;
    assert!(text.contains("shallow"), "{text}");
    keysweep(&shallow, &["scan"]).exits(0);
}

#[test]
fn help_and_version_are_no_errors() {
    let git = Git::outside();
    for arguments in [&["--help"][..], &["--version"], &["scan", "--help"], &["help", "rotate"]] {
        assert!(keysweep(&git, arguments).exits(0).out.contains("keysweep"), "{arguments:?}");
    }
}

#[test]
fn what_is_packed_too_deep_makes_the_scan_incomplete() {
    use base64::Engine as _;

    let git = repository();
    let mut text = line(1);
    for depth in 1..=6 {
        text = base64::engine::general_purpose::STANDARD.encode(&text);
        git.write("a.txt", &text);
        let run = keysweep(&git, &["scan"]).exits(if depth <= 4 { 1 } else { 3 });
        assert_eq!(run.out.contains("deeper inside each other"), depth > 4, "{depth}: {}", run.out);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn where_nothing_can_be_written_the_exit_code_still_tells() {
    let git = repository();
    git.commit_file("a.txt", line(1), "Leak");
    git.write("b.txt", line(2));
    git.run(&["add", "b.txt"]);
    let (broken, outside) = (repository(), Git::outside());
    broken.write("keysweep.toml", "x = [");
    let commands = [
        (&git, "scan", 1, 2),
        (&git, "scan --staged", 1, 2),
        (&git, "lint", 0, 2),
        (&git, "hook run pre-commit", 1, 2),
        (&git, "hook run claude-code", 2, 2),
        (&git, "rules", 0, 2),
        (&git, "explain github/personal-access-token", 0, 2),
        (&git, "explain nope", 2, 2),
        (&git, "scan --range=a..b", 2, 2),
        (&git, "scan --nope", 2, 2),
        (&git, "--help", 0, 2),
        (&git, "hook status", 0, 2),
        (&outside, "hook install pre-commit pre-push", 2, 2),
        (&git, "rotate", 1, 2),
        (&broken, "scan", 2, 2),
        (&broken, "lint", 2, 2),
        (&broken, "hook run pre-commit", 2, 2),
        (&broken, "rules", 2, 2),
    ];
    for (place, words, code, unwritten) in commands {
        for (out, code) in [("1>/dev/null", code), ("1>/dev/full", unwritten), ("1>&-", code)] {
            for err in ["2>/dev/null", "2>/dev/full", "2>&-"] {
                let mut command = place.command("sh");
                command.args(["-c", &format!("\"$0\" {words} {out} {err}"), env!("CARGO_BIN_EXE_keysweep")]);
                let status = command.status().expect("there is a shell");
                assert_eq!(status.code(), Some(code), "{words} {out} {err}");
            }
        }
    }
}
