//! `--cache`: the same report as without, from what is new alone.

use std::fs;
use std::path::PathBuf;

use super::{RULE, Report, keysweep, line, replace, repository, token};
use crate::git::Git;

/// A folder beside the repository.
const FOLDER: &str = "--cache=../cache";

/// Scans and returns the whole report but for the time that it took, in a format.
#[track_caller]
fn report(git: &Git, arguments: &[&str], code: i32) -> String {
    let run = keysweep(git, &[&["scan", "--history", "--format", "json"], arguments].concat()).exits(code);
    assert_eq!(run.err, "");
    let lines = run.out.lines().filter(|line| !line.contains("\"milliseconds\""));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Proves that a report with the cache is the same as one without, twice; returns it.
#[track_caller]
fn same(git: &Git, arguments: &[&str], code: i32) -> Report {
    let plain = report(git, arguments, code);
    let cached = [&[FOLDER], arguments].concat();
    for _ in 0..2 {
        assert_eq!(report(git, &cached, code), plain);
    }
    let run = keysweep(git, &[&["scan", "--history", "--format", "json"], arguments].concat());
    run.report()
}

/// Returns the one file of the cache.
fn file(git: &Git) -> PathBuf {
    let entries: Vec<_> = fs::read_dir(git.file("../cache")).expect("the folder was made").collect();
    assert_eq!(entries.len(), 1, "one file for each repository, and nothing half-written");
    entries[0].as_ref().expect("it can be listed").path()
}

/// A repository with findings in files, a message, a name and a configuration.
fn leaky() -> Git {
    let git = repository();
    let text = |end: &str| format!("{}{end}", "a line that is long enough for a delta\n".repeat(50));
    git.commit_file("a.txt", text("first\n"), "First");
    git.commit_file("a.txt", text(&line(1)), "Second");
    git.commit_file("a.txt", text(&(line(1) + "more\n")), &format!("Let {} in", token(2)));
    git.commit_file("a.txt", text(&format!("acme-{}\n", "qvzkmwtj".repeat(2))), "Last");
    git.commit_file(format!("dump-{}.txt", token(3)), "a name\n", "Name");
    let server = r#"{"mcpServers": {"a": {"command": "npx", "args": ["-y", "a-server"]}}}"#;
    git.commit_file(".mcp.json", server, "Configuration");
    git.run(&["rm", "-q", ".mcp.json"]);
    git.commit("Away with it");
    git
}

/// Returns the place of a loose object.
fn loose(git: &Git, revision: &str) -> PathBuf {
    let id = git.run(&["rev-parse", revision]);
    git.file(format!(".git/objects/{}/{}", &id[..2], id[2..].trim()))
}

#[test]
fn an_object_that_is_lost_is_missed_with_a_cache_too() {
    for revision in ["HEAD:b.txt", "HEAD:a.txt", "HEAD~1^{tree}", "HEAD~1"] {
        let git = repository();
        git.commit_file("a.txt", line(1), "First");
        git.commit_file("b.txt", "nothing\n", &format!("Let {} in", token(2)));
        git.commit_file("c.txt", "nothing either\n", "Last");
        same(&git, &[], 1);
        fs::remove_file(loose(&git, revision)).expect("the object is loose");
        for arguments in [&[][..], &[FOLDER]] {
            let run = keysweep(&git, &[&["scan", "--history", "--format", "json"], arguments].concat());
            assert!(run.out.contains("is missing"), "{revision} {arguments:?}");
        }
        same(&git, &[], 1);
    }
}

#[test]
fn a_grown_repository_gives_the_same_report_with_a_cache() {
    let git = leaky();
    let first = same(&git, &[], 1);
    assert!(first.places(RULE).len() >= 3 && first.count("active") >= 3);
    git.commit_file("b.txt", line(4), "New");
    git.commit_file("b.txt", "away\n", "Away");
    assert_eq!(same(&git, &[], 1).count("active"), first.count("active") + 1);
    // What was found once stands in an old object and in a new one.
    git.commit_file("c.txt", line(1), "Again");
    same(&git, &[], 1);
    git.run(&["gc", "--quiet", "--prune=now"]);
    same(&git, &[], 1);
    git.commit_file(format!("deep/dump-{}.txt", token(3)), "a name again\n", "Name");
    same(&git, &[], 1);
    same(&git, &["--exclude", "a.txt"], 1);
}

#[test]
fn a_cache_is_for_its_owner_and_holds_no_secret() {
    let git = leaky();
    report(&git, &[FOLDER], 1);
    let (path, clean) = (file(&git), "README.md");
    let bytes = fs::read(&path).expect("it can be read");
    for seed in 1..4 {
        assert!(memchr::memmem::find(&bytes, token(seed).as_bytes()).is_none());
    }
    let holds = |name: &str| {
        let id = gix::ObjectId::from_hex(git.run(&["rev-parse", name]).as_bytes()).expect("git prints names");
        memchr::memmem::find(&bytes, id.as_slice()).is_some()
    };
    assert!(holds(&format!("HEAD:{clean}")) && holds("HEAD:a.txt"), "in which nothing was found");
    assert!(!holds("HEAD~4:a.txt"), "nor the name of an object with a secret, from which a short one could be guessed");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &std::path::Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&git.file("../cache"))), (0o600, 0o700));
    }
}

#[test]
fn a_damaged_or_stale_cache_is_made_anew() {
    let git = leaky();
    same(&git, &[], 1);
    let path = file(&git);
    let sound = fs::read(&path).expect("it can be read");
    let mut flipped = sound.clone();
    flipped[100] ^= 1;
    for damaged in [&b""[..], b"nonsense", &sound[..sound.len() - 1], &flipped] {
        replace(&path, damaged);
        same(&git, &[], 1);
        assert_eq!(fs::read(file(&git)).expect("it can be read"), sound);
    }
    // Whatever decides what is found decides whether the cache counts.
    same(&git, &["--persona", "pedantic"], 1);
    assert_ne!(fs::read(&path).expect("it can be read"), sound);
    let rule = "[provider]\nid = 'acme'\nname = 'Acme'\n[[rule]]\nid = 'acme/key'\ntitle = 'Acme key'\nseverity = 'high'\n\
                keywords = ['acme-']\npattern = '(?<secret>acme-[a-z]{16})'\nwhy = 'a test'\n";
    git.write("acme.toml", rule);
    git.write("keysweep.toml", "rule-files = [\"acme.toml\"]\n");
    let found = same(&git, &[], 1);
    assert_eq!(found.places("acme/key"), ["a.txt:51"], "though nothing was found there before");
}

#[test]
fn a_cache_that_cannot_be_written_is_told_and_changes_nothing() {
    let git = leaky();
    git.write("../occupied", "a file\n");
    let run = keysweep(&git, &["scan", "--history", "--format", "json", "--cache=../occupied"]).exits(1);
    let notices = run.report().0["notices"].to_string();
    assert!(notices.contains("could not be written, so the next scan looks at everything"), "{notices}");
    assert_eq!(run.report().0["complete"], true);
    assert_eq!(run.report().places(RULE), super::scan(&git, &["--history"], 1).places(RULE));
}

#[test]
fn a_cache_is_never_put_where_it_could_be_committed() {
    let git = repository();
    for folder in ["--cache=cache", "--cache=a/b/c"] {
        let run = keysweep(&git, &["scan", "--history", folder]).exits(2);
        assert!(run.err.contains("scan::cache_in_work_tree"), "{}", run.err);
    }
    assert_eq!(git.run(&["status", "--porcelain"]), "");
    keysweep(&git, &["scan", "--history", "--cache=.git/keysweep"]).exits(0);
    assert!(git.file(".git/keysweep").is_dir());
    // The user's own folder.
    let mut command = git.command(env!("CARGO_BIN_EXE_keysweep"));
    command.args(["scan", "--history", "--cache", "--quiet"]).env("XDG_CACHE_HOME", git.file("../own"));
    assert!(command.status().expect("it runs").success());
    if cfg!(target_os = "linux") {
        assert!(git.file("../own/keysweep").is_dir());
    }
}

#[test]
fn only_all_of_history_has_a_cache() {
    let git = repository();
    for arguments in [&["scan", "--cache"][..], &["scan", "--history", "--cache", "--since", "yesterday"]] {
        let run = keysweep(&git, arguments).exits(2);
        assert!(run.err.contains("remembers scans of all of history only"), "{}", run.err);
    }
}
