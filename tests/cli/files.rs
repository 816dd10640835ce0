//! What the program writes: into the file that was meant and no other, readable by those that may read it.

use super::*;

/// Runs the program with a standard output that nobody reads.
#[track_caller]
fn unread(git: &Git, arguments: &[&str]) -> Run {
    let mut command = git.command(env!("CARGO_BIN_EXE_keysweep"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program was built with the tests");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it runs");
    let err = String::from_utf8(output.stderr).expect("messages are UTF-8");
    Run { code: output.status.code().expect("no signal ended it"), out: String::new(), err }
}

#[test]
fn no_command_panics_when_nobody_reads_its_output() {
    let git = repository();
    git.write("leak.txt", line(1));
    git.write(".mcp.json", "{}");
    git.write("rules.toml", "[provider]\nid = 'a'\nname = 'A'\n");
    git.write(".gitleaksignore", "docs/sample.md:github-pat:1\n");
    let home = git.path().to_str().expect("the path is plain");
    for (arguments, code) in [
        (&["tokens", "--home", home][..], 0),
        (&["tokens", "--home", home, "--format", "json"], 0),
        (&["fix", "--dry-run"], 0),
        (&["baseline", "write"], 0),
        (&["baseline", "show"], 0),
        (&["baseline", "prune"], 0),
        (&["rules", "check", "rules.toml"], 2),
        (&["rules"], 0),
        (&["explain", "jwt"], 0),
        (&["migrate"], 0),
        (&["hook", "status"], 0),
        (&["man"], 0),
        (&["completions", "bash"], 0),
    ] {
        let run = unread(&git, arguments);
        assert!(!run.err.contains("panicked"), "{arguments:?}: {}", run.err);
        assert_eq!(run.code, code, "{arguments:?}: {}", run.err);
    }
    git.remove("keysweep.toml");
    assert_eq!(unread(&git, &["init"]).exits(0).code, 0);
    // A report that does not arrive is no report.
    assert_eq!(unread(&git, &["scan", "--verbose"]).code, 141);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).expect("it was written").permissions().mode() & 0o777
    }

    #[test]
    fn a_report_goes_through_a_pipe_and_leaves_it_there() {
        let git = repository();
        let pipe = git.file("../pipe");
        let made = git.command("mkfifo").arg(&pipe).status().expect("the system can make pipes");
        assert!(made.success());
        let reader = {
            let pipe = pipe.clone();
            std::thread::spawn(move || std::fs::read_to_string(pipe).expect("the pipe is there"))
        };
        keysweep(&git, &["scan", "--format", "json", "--output", "../pipe"]).exits(0);
        assert!(std::fs::symlink_metadata(&pipe).expect("it is there").file_type().is_fifo());
        let out = reader.join().expect("reading does not panic");
        assert_eq!(Run { code: 0, out, err: String::new() }.report().0["complete"], Value::Bool(true));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_report_goes_to_a_device_or_to_what_the_system_calls_standard_output() {
        let git = repository();
        keysweep(&git, &["scan", "--output", "/dev/null"]).exits(0);
        let null = std::fs::symlink_metadata("/dev/null").expect("it is there");
        assert!(null.file_type().is_char_device());
        let run = keysweep(&git, &["scan", "--format", "json", "--output", "/dev/stdout"]).exits(0);
        assert_eq!(run.report().0["complete"], Value::Bool(true));
    }

    #[test]
    fn a_report_is_not_written_through_a_link_that_lies_in_the_repository() {
        let git = repository();
        let outside = git.write("../outside", "precious");
        symlink(&outside, git.file("report.txt")).expect("the folder can be written to");
        let run = keysweep(&git, &["scan", "--output", "report.txt"]).exits(2);
        assert!(run.err.contains("symbolic link"), "{}", run.err);
        assert_eq!(std::fs::read(&outside).expect("it is there"), b"precious");
    }

    #[test]
    fn revealed_secrets_are_for_the_owner_alone() {
        let git = repository();
        git.write("leak.txt", line(1));
        for old in [None, Some(0o644)] {
            if let Some(mode) = old {
                let path = git.write("report.json", "");
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("the file is ours");
            }
            keysweep(&git, &["scan", "--format", "json", "--reveal", "--output", "report.json"]).exits(1);
            assert_eq!(mode(&git.file("report.json")), 0o600, "{old:?}");
            git.remove("report.json");
        }
        keysweep(&git, &["scan", "--format", "json", "--output", "report.json"]).exits(1);
        assert_ne!(mode(&git.file("report.json")), 0o600);
    }

    /// Names that were once used for the part of a file that is being written.
    #[test]
    fn no_link_that_was_planted_is_written_through() {
        let git = repository();
        let victim = git.file("../victim");
        git.write(".claude/x", "");
        for name in ["keysweep.baseline.json.new", ".claude/.keysweep-settings.json", "report.txt.part"] {
            symlink(&victim, git.file(name)).expect("the folder can be written to");
        }
        keysweep(&git, &["baseline", "write"]).exits(0);
        keysweep(&git, &["hook", "install", "claude-code"]).exits(0);
        keysweep(&git, &["scan", "--output", "report.txt"]).exits(0);
        assert!(!victim.exists());
        // What is to be written itself may be a link as well, or lie behind one.
        for (place, target) in
            [("keysweep.baseline.json", "../victim.json"), (".claude/settings.json", "../../victim.json")]
        {
            git.remove(place);
            symlink(target, git.file(place)).expect("the folder can be written to");
        }
        let outside = git.write("../victim.json", "{}");
        keysweep(&git, &["baseline", "write"]).exits(2);
        keysweep(&git, &["hook", "install", "claude-code"]).exits(2);
        symlink("..", git.file(".cursor")).expect("the folder can be written to");
        assert!(keysweep(&git, &["hook", "install", "cursor"]).exits(2).err.contains("symbolic link"));
        assert_eq!(std::fs::read(outside).expect("it is there"), b"{}");
        assert!(!git.file("../hooks.json").exists());
    }

    #[test]
    fn what_could_not_be_read_is_named_without_acting_on_the_terminal() {
        let git = repository();
        // A folder that looks like a repository whose configuration makes no sense.
        let folder = "a\u{1b}[31mred";
        for (file, text) in [("HEAD", "ref: refs/heads/main\n"), ("config", "[core"), ("objects/x", ""), ("refs/x", "")]
        {
            git.write(format!("{folder}/.git/{file}"), text);
        }
        git.write("leak.txt", line(1));
        for (arguments, code) in [(&["rotate"][..], 1), (&["baseline", "write"], 3)] {
            let run = keysweep(&git, arguments).exits(code);
            assert!(run.err.contains(r"\u{1b}[31mred"), "{}", run.err);
            assert!(!run.err.contains('\u{1b}') && !run.out.contains('\u{1b}'), "{arguments:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let git = repository();
    git.write("leak.txt", line(1));
    let mut command = git.command(env!("CARGO_BIN_EXE_keysweep"));
    let read_only = std::fs::File::open("/dev/null").expect("every system has it");
    let output = command.arg("scan").stdout(read_only).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write the report"));
    // A reader that goes away has seen enough.
    let run = unread(&git, &["scan"]);
    assert_eq!((run.code, run.err.as_str()), (141, ""));
}
