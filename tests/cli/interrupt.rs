//! An interrupt ends the program, whatever it is waiting for.
#![cfg(unix)]

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::*;

/// Starts the program with a standard input that says nothing.
fn started(git: &Git, arguments: &[&str]) -> Child {
    let mut command = git.command(env!("CARGO_BIN_EXE_keysweep"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program was built with the tests")
}

/// Sends one signal and returns the exit code and the time until then.
#[track_caller]
fn after(signal: &str, mut child: Child) -> (i32, Duration) {
    std::thread::sleep(Duration::from_millis(300));
    let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "it still runs");
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        if let Some(status) = child.try_wait().expect("it is ours") {
            return (status.code().expect("the program ends by itself"), begun.elapsed());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("it is ours");
    panic!("it went on");
}

#[test]
fn one_interrupt_ends_a_scan_that_waits_for_input() {
    let git = repository();
    let made = Command::new("mkfifo").arg(git.file("pipe")).status();
    assert!(made.is_ok_and(|status| status.success()), "a pipe can be made");
    for signal in ["INT", "TERM"] {
        for arguments in [&["scan", "--stdin"][..], &["scan", "--config", "pipe"]] {
            let (code, time) = after(signal, started(&git, arguments));
            assert_eq!(code, 130, "{signal} {arguments:?}");
            assert!(time < Duration::from_secs(8), "{signal} {arguments:?}: {time:?}");
        }
    }
}

#[test]
fn many_equal_assignments_and_one_long_line_take_time_in_proportion() {
    let git = repository();
    let seconds = |text: String| {
        git.write("a.txt", text);
        let begun = Instant::now();
        let run = keysweep(&git, &["scan", "a.txt", "--format", "csv"]);
        assert!(run.code < 2, "{}", run.err);
        begun.elapsed().as_secs_f64()
    };
    let secret = Generator::new(7).fill("{alnum:10}!");
    let lines = |count: usize| format!("password=\"{secret}\"\n").repeat(count);
    // Eight times as much takes sixty-four times as long where each looks at all others.
    let (few, many) = (seconds(lines(2000)), seconds(lines(16_000)));
    assert!(many < few.max(0.05) * 24.0, "{few} {many}");
    let (short, long) = (seconds("a".repeat(500_000)), seconds("a".repeat(4_000_000)));
    assert!(long < short.max(0.05) * 24.0, "{short} {long}");
}
